"""Relations between figures, held against what is printed, by interval arithmetic.

A report's figures are rounded, and hedged by words such as "over" or "nearly". So a relation between them is computed
on what each can mean (``pg:valueLow`` to ``pg:valueHigh``), and fails only where nothing that they can mean satisfies
it. What can't be decided says why.
"""

from __future__ import annotations

from typing import Final

from plangraph.crosscheck.kinds import Outcome, decide
from plangraph.crosscheck.reading import ROLES, Declared, read_relations
from plangraph.crosscheck.words import message
from plangraph.findings import Finding, by_severity
from plangraph.namespaces import PG
from plangraph.store.base import GraphStore

__all__ = ["OPERAND_ROLES", "check_relations"]

OPERAND_ROLES: Final = frozenset(str(PG[role]) for roles in ROLES.values() for role in roles)
"""The properties by which a relation names what it checks."""


def check_relations(store: GraphStore) -> tuple[Finding, ...]:
    """Check every ``pg:Relation`` of the graph, and the one rule that needs no declaration.

    That rule: a slogan whose members are listed has as many as its ``pg:memberCount``; its relation is the slogan.
    A failure is as grave as its relation's ``pg:severity``, an inconsistency where none is given (``info`` for a note);
    what holds is ``ok``, what can't be decided ``info``. What fails comes first, the gravest ahead.
    """
    return by_severity(_finding(declared, decide(declared)) for declared in read_relations(store))


def _finding(declared: Declared, outcome: Outcome) -> Finding:
    severity = declared.severity if outcome.holds is False else "ok" if outcome.holds else "info"
    return Finding(
        relation=declared.thing,
        kind=declared.kind,
        holds=outcome.holds,
        severity=severity,
        computation=outcome.computation,
        operands=declared.operands,
        message=message(declared, outcome),
        rationale=declared.rationale,
    )
