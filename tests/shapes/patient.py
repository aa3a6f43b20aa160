"""The data in which faults are made and unmade, and the register of the faults written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

from plangraph.namespaces import PG

Triple = tuple[Node, Node, Node]


class Journal(Graph):
    """A graph that remembers what was done to it: copying 50,000 triples for each of 1,000 faults takes minutes."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self.done: list[tuple[bool, Triple]] = []

    def add(self, triple: Any) -> Journal:
        if triple not in self:
            self.done.append((True, triple))
            super().add(triple)
        return self

    def remove(self, triple: Any) -> Journal:
        gone = list(self.triples(triple))
        self.done += [(False, each) for each in gone]
        for each in gone:
            super().remove(each)
        return self

    def undo(self, length: int = 0) -> None:
        while len(self.done) > length:
            added, triple = self.done.pop()
            if added:
                super().remove(triple)
            else:
                super().add(triple)


class Patient:
    """The data, as one graph in which faults are made, each in a thing that no other fault has touched.

    Faults made by rule may share a thing, but not a property of it: ``partly`` has these.
    """

    def __init__(self, data: Graph) -> None:
        self.data, self.graph = data, Journal()
        self.crowded = False
        """Whether faults for which no thing is left go into doubles of things."""
        for triple in data:
            self.graph.add(triple)
        self.graph.done.clear()
        self.touched: set[Node] = set()
        self.partly: dict[Node, set[Node]] = {}
        self.made = 0

    @contextmanager
    def healed(self) -> Iterator[None]:
        """All that is done within is undone at the end."""
        length, touched, partly = len(self.graph.done), set(self.touched), dict(self.partly)
        try:
            yield
        finally:
            self.graph.undo(length)
            self.touched, self.partly = touched, partly

    def pick(self, cls: URIRef, *having: URIRef, **equal: URIRef) -> URIRef:
        """A thing of ``cls`` that has these properties, and these values of ``pg:`` properties."""
        for node in sorted(self.graph.subjects(RDF.type, cls)):
            fits = all((node, p, None) in self.graph for p in having)
            fits = fits and all((node, PG[p], v) in self.graph for p, v in equal.items())
            if fits and node not in self.touched and node not in self.partly and isinstance(node, URIRef):
                self.touched.add(node)
                return node
        raise LookupError(f"no {cls} left with {having} {equal}")

    def put(self, node: Node, predicate: URIRef, *values: Node) -> None:
        """Make these the only values."""
        self.graph.remove((node, predicate, None))
        for value in values:
            self.graph.add((node, predicate, value))

    def rename(self, old: URIRef, new: Node) -> None:
        for s, p, o in [*self.graph.triples((old, None, None)), *self.graph.triples((None, None, old))]:
            self.graph.remove((s, p, o))
            self.graph.add((new if s == old else s, p, new if o == old else o))

    def double(self, node: Node, name: str | None = None) -> URIRef:
        """A new thing with the facts that ``node`` has in the data, or here where it isn't in the data."""
        self.made += 1
        twin = URIRef(name or f"{node}-{self.made}")
        for p, o in [*self.data.predicate_objects(node)] or [*self.graph.predicate_objects(node)]:
            self.graph.add((twin, p, o))
        self.touched.add(twin)
        return twin


Fault = Callable[[Patient], Node]


@dataclass(frozen=True)
class Mutant:
    """A fault with the shape that is to catch it, and the component where the shape has several.

    ``covers`` is the name of the constraint that a fault made by rule is meant for.
    """

    name: str
    shape: str
    fault: Fault
    component: str | None = None
    covers: str | None = None


MUTANTS: list[Mutant] = []


def mutant(shape: str, parameter: str | None = None) -> Callable[[Fault], Fault]:
    """Register a fault: ``parameter`` is e.g. ``minCount``, where the shape has more constraints than one."""

    def register(fault: Fault) -> Fault:
        name = fault.__name__.replace("_", "-")
        MUTANTS.append(Mutant(name, shape, fault, None, f"{shape} {parameter}" if parameter else None))
        return fault

    return register


def decimal(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def day(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)


def nameless() -> BNode:
    return BNode()
