"""The mutation suite: every constraint, its mutants, and whether the engines catch them.

All mutants are put into copies of the data, each into a thing or a property of its own, and each copy is validated
whole by the default engine. pySHACL, which takes minutes for that, gets the smallest piece of the data that shows the
fault: one that has the result with the fault and doesn't without.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import faults_by_hand  # noqa: F401 - registers its faults
import faults_of_figures  # noqa: F401 - registers its faults
import faults_of_new_rules  # noqa: F401 - registers its faults
import faults_of_texts  # noqa: F401 - registers its faults
import faults_of_things  # noqa: F401 - registers its faults
from constraints import Constraint, constraints, local
from patient import MUTANTS, Mutant, Patient
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node
from sites import Site
from slips import SLIPS, suits
from smallest import by_default_engine, by_pyshacl, pieces, roots_for

from plangraph.ontology import ontology_files
from plangraph.shipped import shipped
from plangraph.validation import Report, read_sources, shipped_shapes, validate

DATA = shipped("data", "chaoyang-2021")

Caught = tuple[str, str, str]
"""Focus node (``_:`` for any blank node), shape, component (``program`` for a rule in code)."""


@cache
def shipped_data() -> Graph:
    data = Graph(bind_namespaces="none")
    for source in read_sources([DATA]):
        for s, p, o, _ in source.quads:
            data.add((s, p, o))
    return data


@cache
def vocabulary() -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in ontology_files():
        graph.parse(path)
    return graph


@cache
def healthy() -> Report:
    """The report on the shipped data as they are."""
    return validate(read_sources([DATA]))


@cache
def all_constraints() -> dict[str, Constraint]:
    return {c.name: c for c in constraints(shipped_shapes().graph)}


@cache
def all_mutants(everywhere: bool = False) -> list[Mutant]:
    """Those written by hand and those made by rule; ``everywhere``: at every class that shares a property shape."""
    return [*(_settled(m) for m in MUTANTS), *by_rule(everywhere)]


def _settled(mutant: Mutant) -> Mutant:
    """A mutant by hand with the constraint that it covers: the named one, or the only one of its shape."""
    mine = [c for c in all_constraints().values() if local(c.shape) == mutant.shape]
    if mutant.covers:
        mine = [c for c in mine if c.name == mutant.covers]
    return replace(mutant, component=mine[0].component, covers=mine[0].name) if len(mine) == 1 else mutant


def by_rule(everywhere: bool) -> list[Mutant]:
    graph, found = shipped_shapes().graph, []
    for number, constraint in enumerate(all_constraints().values()):
        count = len(constraint.targets)
        targets = constraint.targets if everywhere else constraint.targets[number % count :][:1]
        for target in targets:
            site = Site(constraint, target, graph, vocabulary())
            for slip in SLIPS.get(constraint.parameter, []):
                if suits(slip, site):
                    name = f"{slip.__name__.replace('_', '-')}:{local(constraint.shape)}:{local(target[1])}"
                    fault = partial(slip, site=site)
                    found.append(Mutant(name, local(constraint.shape), fault, constraint.component, constraint.name))
    return found


# --- all at once, on the whole data


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    victim: Node
    caught: bool


def run_all(mutants: Sequence[Mutant]) -> list[Outcome]:
    """Each mutant in one of some copies of the data, validated whole by the default engine."""
    patient, before = Patient(shipped_data()), set(known(healthy()))
    found: list[Outcome] = []
    pending, rounds = list(mutants), 0
    while pending:
        rounds += 1
        made, pending = _in_company(patient, pending, before)
        # Faults can hide each other, as one assessment fewer and one more do: those get two more chances, among few.
        hidden = [o for o in made if not o.caught] if rounds < 3 else []
        found += [o for o in made if o not in hidden]
        pending += [o.mutant for o in hidden]
    return found


def _in_company(patient: Patient, mutants: Sequence[Mutant], before: set[Caught]) -> tuple[list[Outcome], list[Mutant]]:
    with patient.healed():
        patient.crowded = len(mutants) < 60  # the last ones together, in doubles of the few things that they are about
        victims, left = _infect(patient, mutants)
        results = set(known(validate(patient.graph))) - before
    return [Outcome(m, v, bool(results & expected(m, v))) for m, v in victims], left


@dataclass(frozen=True)
class Alone:
    """A mutant by itself: how many triples show it, and whether each engine finds it in them."""

    victim: Node
    triples: int
    caught: bool
    by_pyshacl: bool | None
    """None where pySHACL can't tell: a rule in code."""


def run_alone(patient: Patient, mutant: Mutant) -> Alone:
    with patient.healed():
        victim, constraint = mutant.fault(patient), constraint_of(mutant)
        wanted = expected(mutant, victim)
        for cut in pieces(vocabulary(), victim, constraint):
            piece = cut(patient.graph)
            if wanted & by_default_engine(piece) and not wanted & by_default_engine(cut(shipped_data())):
                found = by_pyshacl(piece, constraint.shape, roots_for(piece, victim, constraint))
                return Alone(victim, len(piece), True, bool(wanted & found))
        results = set(known(validate(patient.graph))) - set(known(healthy()))
    return Alone(victim, len(patient.graph), bool(wanted & results), None if constraint.in_code else False)


def constraint_of(mutant: Mutant) -> Constraint:
    if mutant.covers:
        return all_constraints()[mutant.covers]
    return next(c for c in all_constraints().values() if local(c.shape) == mutant.shape)


def is_by_rule(mutant: Mutant) -> bool:
    return isinstance(mutant.fault, partial)


def _infect(patient: Patient, mutants: Iterable[Mutant]) -> tuple[list[tuple[Mutant, Node]], list[Mutant]]:
    """As many faults as there is room for; the others are left for the next copy."""
    made, left = [], []
    for mutant in mutants:
        length = len(patient.graph.done)
        try:
            made.append((mutant, mutant.fault(patient)))
        except LookupError:
            patient.graph.undo(length)
            left.append(mutant)
    if not made:
        raise LookupError(f"no room for {[m.name for m in left]}")
    return made, left


def known(report: Report) -> Iterable[Caught]:
    for r in report.results:
        focus, shape = (
            "_:" if isinstance(r.focus_node, BNode) else str(r.focus_node),
            local(URIRef(r.source_shape or "")),
        )
        yield focus, shape, "program" if "program" in components().get(shape, ()) else r.component.rpartition("#")[2]


def expected(mutant: Mutant, victim: Node) -> set[Caught]:
    """What shows that a mutant is caught."""
    focus = "_:" if isinstance(victim, BNode) else str(victim)
    parts = [mutant.component] if mutant.component else components()[mutant.shape]
    return {(focus, mutant.shape, part) for part in parts}


@cache
def components() -> dict[str, set[str]]:
    """The components that each shape's results can have."""
    found: dict[str, set[str]] = {}
    for constraint in all_constraints().values():
        found.setdefault(local(constraint.shape), set()).add(constraint.component)
    return found


def uncovered(mutants: Iterable[Mutant]) -> list[str]:
    return sorted(set(all_constraints()) - {m.covers for m in mutants})
