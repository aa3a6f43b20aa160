"""Rules that no pattern of triples can say: printed figures are read, names compared, figures held against each other.

What each rule says to people stands in ``ontology/shapes`` as a shape with ``pg:checkedBy "program"``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rdflib import URIRef

from plangraph.proofreading import (
    characters,
    counts,
    directions,
    judgements,
    names,
    printed,
    repeated,
    series,
    stages,
    vocabularies,
)
from plangraph.proofreading.base import Facts, Found, Rule, Seen, facts_of
from plangraph.store.view import Triple

__all__ = ["RULES", "Facts", "Found", "Rule", "affected", "proofread"]

RULES: Final[tuple[Rule, ...]] = (
    *printed.RULES,
    *series.RULES,
    *repeated.RULES,
    *directions.RULES,
    *judgements.RULES,
    *counts.RULES,
    *vocabularies.RULES,
    *stages.RULES,
    *names.RULES,
    *characters.RULES,
)


def proofread(view: Seen, focuses: Iterable[URIRef] | None = None) -> Iterator[tuple[URIRef, Found]]:
    """What the rules find in the data, each finding with the shape of its rule; about ``focuses`` only, if given."""
    facts = facts_of(view)
    looked_at = None if focuses is None else sorted(set(focuses))
    for rule in RULES:
        for found in rule.check(facts, rule.focuses(facts) if looked_at is None else looked_at):
            yield rule.shape, found


def affected(view: Seen, changed: Iterable[Triple]) -> dict[URIRef, set[URIRef]]:
    """For each rule, by its shape, the things whose findings may differ because of these triples."""
    facts, triples = facts_of(view), tuple(changed)
    return {rule.shape: rule.affected(facts, triples) for rule in RULES}
