"""How far a rule looks: an automaton over triples, walked from a thing to what the rule reads of it, and back.

A rule about a thing reads triples that are reached from it over paths: its label, the class of what it points to, the
figures of the indicator that it belongs to. States stand for places on such paths, edges for the triples between them.
Forward, the automaton gathers everything that the rule can see from a thing; backward, it leads from a triple that
changes to the things about which the rule may now say something else. It may reach further than the rule looks, never
less far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

import pyoxigraph as ox
from rdflib.namespace import RDF, RDFS

from plangraph.store.view import OxTerm, OxTriple, View

SINK: Final = 0
"""The state where a path ends: the triple that leads there is read, what it leads to isn't looked at."""


Pair: TypeAlias = tuple[int, OxTerm]
"""A thing in a state."""
Required: TypeAlias = frozenset[tuple[ox.NamedNode, OxTerm]]
_TYPE: Final = ox.NamedNode(str(RDF.type))
_SUBCLASS: Final = ox.NamedNode(str(RDFS.subClassOf))


class TooFar(Exception):
    """More is reached than it is worth to gather one by one."""


@dataclass(frozen=True)
class Edge:
    """From a thing in one state to things in another, over triples with this predicate (None: with any).

    ``forward``: from the subject of a triple to its object; else the other way round. ``one``: where there are many
    such triples, any of them says as much as all.
    """

    source: int
    predicate: ox.NamedNode | None
    forward: bool
    target: int
    one: bool = False


@dataclass
class Automaton:
    """States and edges. A state that ``required`` triples are given for holds only things that have all of them."""

    states: int = 1
    edges: list[Edge] = field(default_factory=list)
    required: dict[int, set[tuple[ox.NamedNode, OxTerm]]] = field(default_factory=dict)
    _known: dict[Edge, None] = field(default_factory=dict)

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def connect(self, source: int, predicate: str | None, forward: bool, target: int, *, one: bool = False) -> int:
        """Add an edge, once; gives ``target``."""
        edge = Edge(source, None if predicate is None else ox.NamedNode(predicate), forward, target, one)
        if edge not in self._known:
            self._known[edge] = None
            self.edges.append(edge)
        return target

    def require(self, state: int, predicate: str, iri: str) -> None:
        """Only things with this property can be in ``state``, as far as the rule is concerned."""
        self.required.setdefault(state, set()).add((ox.NamedNode(predicate), ox.NamedNode(iri)))


@dataclass(frozen=True)
class Target:
    """Which things a rule is about (SHACL 1.0, 2.1.3), by IRIs; ``start`` is the state that they are in."""

    start: int
    classes: frozenset[str] = frozenset()
    subjects_of: frozenset[str] = frozenset()
    objects_of: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()


class Targets:
    """Which rules are about which things."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.starts: set[int] = set()
        self._of_class: dict[str, set[int]] = defaultdict(set)
        self._of_node: dict[str, set[int]] = defaultdict(set)
        self._with: dict[ox.NamedNode, set[int]] = defaultdict(set)
        self._under: dict[ox.NamedNode, set[int]] = defaultdict(set)
        for target in targets:
            self.starts.add(target.start)
            for name in target.classes:
                self._of_class[name].add(target.start)
            for name in target.nodes:
                self._of_node[name].add(target.start)
            for name in target.subjects_of:
                self._with[ox.NamedNode(name)].add(target.start)
            for name in target.objects_of:
                self._under[ox.NamedNode(name)].add(target.start)

    def among(self, view: View, pairs: Iterable[Pair]) -> set[Pair]:
        """Of pairs of state and thing those where the thing is a target of the rule that starts in the state."""
        wanted: dict[OxTerm, set[int]] = defaultdict(set)
        for state, node in pairs:
            if state in self.starts:
                wanted[node].add(state)
        above = _superclasses(view)
        return {(start, node) for node, starts in wanted.items() for start in starts & self._of(view, node, above)}

    def _of(self, view: View, node: OxTerm, above: dict[str, set[str]]) -> set[int]:
        found = set(self._of_node.get(getattr(node, "value", ""), ()))
        for _, _, kind in view.match(node, _TYPE, None):
            for name in above.get(getattr(kind, "value", ""), {getattr(kind, "value", "")}):
                found |= self._of_class.get(name, set())
        for predicate in {predicate for _, predicate, _ in view.match(node, None, None)}:
            found |= self._with.get(predicate, set())
        for predicate, starts in self._under.items():
            if not starts <= found and next(view.match(None, predicate, node), None) is not None:
                found |= starts
        return found


def _superclasses(view: View) -> dict[str, set[str]]:
    """Of each class that has any: itself and all classes above it."""
    direct: dict[str, set[str]] = defaultdict(set)
    for s, _, o in view.match(None, _SUBCLASS, None):
        direct[getattr(s, "value", "")].add(getattr(o, "value", ""))
    above: dict[str, set[str]] = {}
    for name in list(direct):
        found, pending = {name}, [name]
        while pending:
            for upper in direct.get(pending.pop(), ()):
                if upper not in found:
                    found.add(upper)
                    pending.append(upper)
        above[name] = found
    return above


class Reach:
    """An automaton that is ready to be walked; ``most`` is how many pairs of state and thing are visited at most."""

    def __init__(self, automaton: Automaton, most: int) -> None:
        self._most = most
        self._required = {state: frozenset(needed) for state, needed in automaton.required.items()}
        self._out: dict[int, list[Edge]] = defaultdict(list)
        self._into: dict[int, list[Edge]] = defaultdict(list)
        self._by_predicate: dict[ox.NamedNode | None, list[Edge]] = defaultdict(list)
        for edge in automaton.edges:
            self._out[edge.source].append(edge)
            if edge.target != SINK:
                self._into[edge.target].append(edge)
            self._by_predicate[edge.predicate].append(edge)

    def back(self, view: View, changed: Iterable[OxTriple]) -> set[Pair]:
        """The pairs of state and thing from which one of the triples is reached. Raises ``TooFar``."""
        known: set[Pair] = set()
        reached: list[Pair] = []
        fits = _Fitting(view, self._required)

        def visit(state: int, nodes: Iterable[OxTerm]) -> None:
            required = state in self._required
            for node in nodes:
                pair = state, node
                if pair not in known:
                    known.add(pair)
                    if not required or fits(state, node):
                        reached.append(pair)

        whatever = self._by_predicate[None]
        for s, p, o in changed:
            for edge in (*self._by_predicate.get(p, ()), *whatever):
                visit(edge.source, (s if edge.forward else o,))
        before: dict[tuple[OxTerm, ox.NamedNode | None, bool], list[OxTerm]] = {}
        for state, node in reached:  # which grows meanwhile
            for edge in self._into[state]:
                key = (node, edge.predicate, edge.forward)
                if key not in before:
                    before[key] = _over(view, node, edge.predicate, not edge.forward)
                visit(edge.source, before[key])
            if len(reached) > self._most:
                raise TooFar
        return set(reached)

    def forth(self, view: View, starts: Iterable[Pair]) -> set[OxTriple]:
        """All triples that are reached from these things in these states. Raises ``TooFar``."""
        found: set[OxTriple] = set()
        held: dict[tuple[OxTerm, ox.NamedNode | None, bool], list[OxTriple]] = {}
        fits = _Fitting(view, self._required)
        # Of a thing that lacks what a rule asks for, the rule says nothing, whatever else there is.
        seen = {pair for pair in starts if pair[0] not in self._required or fits(*pair)}
        pending = list(seen)
        while pending:
            state, node = pending.pop()
            for edge in self._out[state]:
                if edge.one:
                    found.update(islice(_triples(view, node, edge.predicate, edge.forward), 1))
                    continue
                key = (node, edge.predicate, edge.forward)
                triples = held.get(key)
                if triples is None:
                    triples = held[key] = list(_triples(view, node, edge.predicate, edge.forward))
                if edge.target in self._required:
                    triples = [t for t in triples if fits(edge.target, t[2] if edge.forward else t[0])]
                found.update(triples)
                if edge.target == SINK:
                    continue
                for s, _, o in triples:
                    pair = (edge.target, o if edge.forward else s)
                    if pair not in seen:
                        seen.add(pair)
                        pending.append(pair)
            if len(seen) > self._most:
                raise TooFar
        return found


class _Fitting:
    """Whether a thing has what is required of the things in a state; kept, since many states require the same."""

    def __init__(self, view: View, required: dict[int, Required]) -> None:
        self._view, self._required = view, required
        self._kept: dict[tuple[Required, OxTerm], bool] = {}

    def __call__(self, state: int, node: OxTerm) -> bool:
        key = self._required[state], node
        if key not in self._kept:
            self._kept[key] = all(self._view.has(node, predicate, value) for predicate, value in key[0])
        return self._kept[key]


def _triples(view: View, node: OxTerm, predicate: ox.NamedNode | None, forward: bool) -> Iterator[OxTriple]:
    return view.match(node, predicate, None) if forward else view.match(None, predicate, node)


def _over(view: View, node: OxTerm, predicate: ox.NamedNode | None, forward: bool) -> list[OxTerm]:
    if forward:
        return [o for _, _, o in view.match(node, predicate, None)]
    return [s for s, _, _ in view.match(None, predicate, node)]
