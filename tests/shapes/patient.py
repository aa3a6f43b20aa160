"""A copy of the data in which faults are made, and the register of the faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

from plangraph.namespaces import PG


class Patient:
    """A copy of the data in which faults are made, each in a thing that no other fault has touched."""

    def __init__(self, data: Graph) -> None:
        self.graph = Graph(bind_namespaces="none")
        for triple in data:
            self.graph.add(triple)
        self.touched: set[Node] = set()

    def pick(self, cls: URIRef, *having: URIRef, **equal: URIRef) -> URIRef:
        """A thing of ``cls`` that has these properties, and these values of ``pg:`` properties."""
        for node in sorted(self.graph.subjects(RDF.type, cls)):
            fits = all((node, p, None) in self.graph for p in having)
            fits = fits and all((node, PG[p], v) in self.graph for p, v in equal.items())
            if fits and node not in self.touched and isinstance(node, URIRef):
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


Fault = Callable[[Patient], Node]


@dataclass(frozen=True)
class Mutant:
    name: str
    shape: str
    fault: Fault


MUTANTS: list[Mutant] = []


def mutant(shape: str) -> Callable[[Fault], Fault]:
    def register(fault: Fault) -> Fault:
        MUTANTS.append(Mutant(fault.__name__.replace("_", "-"), shape, fault))
        return fault

    return register


def decimal(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def day(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)
