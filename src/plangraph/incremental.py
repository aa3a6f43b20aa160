"""What a change of the data can make right or wrong: the shapes and focus nodes, and all that these shapes read.

Validating a change means validating that part alone, as it was and as it would be. The results are those of validating
everything, which is what the tests hold it against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from rdflib import URIRef
from rdflib.namespace import SH

from plangraph import proofreading
from plangraph.mediatypes import N_TRIPLES
from plangraph.namespaces import SHAPES_GRAPH
from plangraph.proofreading import Facts
from plangraph.reach import Registry, registry
from plangraph.shapes import ShapeSet, shape_set
from plangraph.store.base import Term
from plangraph.store.parsing import as_graph, parse_rdf
from plangraph.store.reaching import Pair, Reach, Target, Targets, TooFar
from plangraph.store.terms import from_oxigraph
from plangraph.store.view import View, as_ntriples

_MOST: Final = 2_000_000
"""Pairs of state and thing: beyond that, validating everything is no slower."""
_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


@dataclass(frozen=True)
class Part:
    """Of some data those focus nodes, each with the shapes that it is a target of, that are to be looked at."""

    shapes: ShapeSet
    view: View
    pairs: frozenset[Pair]

    @cached_property
    def facts(self) -> Facts:
        """What the proofreading rules read of it, each thing once for all of them."""
        return Facts(self.view)

    def data(self) -> str:
        """As N-Triples, all that these shapes read about these focus nodes. Raises ``TooFar``."""
        found = _machine(self.shapes).reach.forth(self.view, self.pairs)
        for predicate in registry(self.shapes).everywhere:
            found.update(self.view.having(predicate))
        return as_ntriples(found)

    def targeted(self) -> str | None:
        """The shapes, N-Triples, with exactly these targets; None where one has no name that would be the same there.

        An engine runs each shape on all targets that the data have, though most are there only to be referred to.
        """
        names = _machine(self.shapes).names
        if any(str(node).startswith("_:") for _, node in self.pairs):
            return None
        lines = sorted(f"<{names[start]}> <{SH.targetNode}> {node} .\n" for start, node in self.pairs)
        return _without_targets(self.shapes) + "".join(lines)


@dataclass(frozen=True)
class Affected:
    """What a change can concern, in the data as they were and as they would be."""

    shapes: ShapeSet
    before: Part
    after: Part
    read: Mapping[URIRef, frozenset[URIRef]] = field(hash=False)
    """By the shape of each proofreading rule, the things about which it may say something else."""

    @cached_property
    def _roots(self) -> frozenset[tuple[str, Term]]:
        names = _machine(self.shapes).names
        pairs = self.before.pairs | self.after.pairs
        return frozenset((names[start], from_oxigraph(node)) for start, node in pairs)

    def concerns(self, shape: str | None, focus: Term) -> bool:
        """Whether a result that names this shape is about what is affected."""
        if shape is not None and (read := self.read.get(URIRef(shape))) is not None:
            return focus in read
        owners = registry(self.shapes).reported.get(shape or "")
        if owners is None:
            return any(focus == node for _, node in self._roots)
        return any((owner, focus) in self._roots for owner in owners)


@dataclass(frozen=True)
class _Machine:
    reach: Reach
    targets: Targets
    names: dict[int, str]


@lru_cache(maxsize=8)
def _machine(shapes: ShapeSet) -> _Machine:
    known: Registry = registry(shapes)
    targets = [Target(r.start, r.classes, r.subjects_of, r.objects_of, r.nodes) for r in known.roots]
    return _Machine(Reach(known.automaton, _MOST), Targets(targets), {r.start: r.shape for r in known.roots})


def prepare_shapes(shapes: ShapeSet) -> None:
    """Read the reach of the shapes, which the first change would do."""
    _machine(shapes)


def affected(after: View, shapes: ShapeSet) -> Affected | None:
    """What the change of a view concerns; None where that can be anything: validate everything then.

    Whatever the change describes is concerned as a whole: who adds to a thing is told all that is wrong with it.
    """
    machine, changed = _machine(shapes), list(after.changed())
    if any(p.value in registry(shapes).everywhere for _, p, _ in changed) or after.changes_much():
        return None
    before = after.before()
    try:
        reached = machine.reach.back(after.either(), changed)
    except TooFar:
        return None
    reached |= {(start, node) for node in after.described() for start in machine.names}
    then, now = _targeted(shapes, before, reached), _targeted(shapes, after, reached)
    return Affected(shapes, then, now, _read(then, now))


def _read(before: Part, after: Part) -> dict[URIRef, frozenset[URIRef]]:
    changes = after.view.changes()
    described = {iri for iri in after.view.added_subjects() if isinstance(iri, URIRef)}
    then, now = proofreading.affected(before.facts, changes), proofreading.affected(after.facts, changes)
    return {shape: frozenset(then[shape] | now[shape] | described) for shape in now}


def _targeted(shapes: ShapeSet, view: View, pairs: Iterable[Pair]) -> Part:
    return Part(shapes, view, frozenset(_machine(shapes).targets.among(view, pairs)))


@lru_cache(maxsize=8)
def _without_targets(shapes: ShapeSet) -> str:
    """The shapes as N-Triples, of which those with a known reach have no targets."""
    bounded = {f"<{root.shape}>" for root in registry(shapes).roots}
    targets = {f"<{target}>" for target in _TARGETS}
    kept = []
    for line in shapes.text.split("\n"):
        subject, _, rest = line.partition(" ")
        if line and not (subject in bounded and rest.partition(" ")[0] in targets):
            kept.append(line + "\n")
    return "".join(kept)


@lru_cache(maxsize=8)
def unbounded_shapes(shapes: ShapeSet) -> ShapeSet | None:
    """The shapes that have to be run on everything; None where there are none."""
    known = registry(shapes)
    if not known.unbounded:
        return None
    return shape_set(as_graph(parse_rdf(_without_targets(shapes).encode(), N_TRIPLES, default_graph=SHAPES_GRAPH)))
