"""Where a fault can be made by rule: a free thing that a shape looks at, and values that are right or wrong in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from constraints import Constraint
from invented import INVENTED
from patient import Patient, day, decimal
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import ORG, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from plangraph.namespaces import GEO, PG, PGC, UNIT

# Classes whose things stand in for "a thing of another class"; each has some that no fault renames.
_STRANGERS = (PG.Place, PG.Document, ORG.Organization, PG.Task, PG.Slogan, PG.Project)
_EXAMPLES: dict[URIRef, tuple[str, str]] = {
    XSD.date: ("2023-03-31", "2023-04-30"),
    XSD.integer: ("7", "8"),
    XSD.decimal: ("12.5", "13.5"),
    XSD.string: ("另一处", "又一处"),
    GEO.wktLiteral: ("POINT(116.46 39.92)", "POINT(116.47 39.93)"),
}

Has = Callable[[Patient, Node], object]


@dataclass(frozen=True)
class Site:
    """A constraint at one of its targets, with the shapes and the vocabulary (ontology and code lists) around it."""

    constraint: Constraint
    target: tuple[URIRef, URIRef]
    shapes: Graph
    vocabulary: Graph

    # --- the thing

    def victim(self, p: Patient, *touching: Node, having: Has | None = None, alone: bool = False) -> URIRef:
        """A thing that the shape looks at, whose properties ``touching`` no fault has touched yet.

        ``having``: what must be true of it. ``alone``: no other fault may be made in it. Raises LookupError where none
        is left.
        """
        for shared in (False, True):
            for node in self.candidates(p):
                if node in p.touched or (having and not having(p, node)):
                    continue
                if node in p.partly and (alone or not shared or p.partly[node] & set(touching)):
                    continue
                if alone:
                    p.touched.add(node)
                else:
                    p.partly[node] = p.partly.get(node, set()) | set(touching)
                return node
        if self.target[1] in INVENTED:
            return self.new_thing(p)
        for node in [*self.candidates(p)][: 3 if p.crowded else 0]:
            twin = p.double(node)
            if not having or having(p, twin):
                return twin
        raise LookupError(f"no thing left for {self.constraint.name}")

    def candidates(self, p: Patient) -> Iterator[URIRef]:
        kind, iri = self.target
        if kind == SH.targetClass:
            things = list(p.graph.subjects(RDF.type, iri))
        else:
            things = list(p.graph.subjects(iri) if kind == SH.targetSubjectsOf else p.graph.objects(None, iri))
        found = sorted({t for t in things if isinstance(t, URIRef)})
        start = crc32(self.constraint.name.encode()) % max(len(found), 1)
        yield from [*found[start:], *found[:start]]

    def new_thing(self, p: Patient) -> URIRef:
        """A new thing of the class: an invented one, or the double of one that the data have."""
        _, cls = self.target
        if cls in INVENTED:
            p.made += 1
            thing = INVENTED[cls](p)
            p.touched.add(thing)
            return thing
        return p.double(next(node for node in self.candidates(p) if node not in p.touched))

    def few(self, p: Patient) -> bool:
        """Whether the data have so few things of the class that renaming one takes them from other faults."""
        return len(list(self.candidates(p))) < 20

    # --- its values

    @property
    def step(self) -> tuple[URIRef, bool]:
        assert self.constraint.path
        return self.constraint.path[-1]

    def values(self, p: Patient, node: Node) -> list[Node]:
        found = [node]
        for predicate, inverse in self.constraint.path or ():
            found = [
                v
                for each in found
                for v in (p.graph.subjects(predicate, each) if inverse else p.graph.objects(each, predicate))
            ]
        return sorted(set(found)) if self.constraint.path else []

    def give(self, p: Patient, node: Node, *values: Node, instead: bool = True) -> None:
        """Make these values of the shape's property, which may be an inverse one."""
        predicate, inverse = self.step
        if instead:
            p.graph.remove((None, predicate, node) if inverse else (node, predicate, None))
        for value in values:
            p.graph.add((value, predicate, node) if inverse else (node, predicate, value))

    # --- right and wrong values

    def asks(self, parameter: URIRef) -> list[Node]:
        return sorted(self.shapes.objects(self.constraint.shape, parameter))

    def good(self, p: Patient, node: Node) -> list[Node]:
        """Two values that the shape takes, other than the ones there are."""
        present = {node, *self.values(p, node)}
        found = [v for v in self._acceptable(p) if v not in present][:2]
        if not found and isinstance(only := next(iter(self.values(p, node)), None), URIRef):
            found = [p.double(only)]  # the data have but one, e.g. one plan
        return found

    def good_like(self, p: Patient) -> list[Node]:
        """A value like those that other things have."""
        predicate, _ = self.step
        return [v for v in list(p.graph.objects(None, predicate))[:1] if isinstance(v, Literal)] or [day("2022-12-31")]

    def _acceptable(self, p: Patient) -> Iterable[Node]:
        for datatype in self.asks(SH.datatype):
            if datatype == RDF.langString:
                return [Literal("另一种说法", lang="zh"), Literal("又一种说法", lang="zh")]
            if self.asks(SH.pattern):
                return [Literal("ab" * 32), Literal("cd" * 32)]
            return [Literal(t, datatype=None if datatype == XSD.string else datatype) for t in _EXAMPLES[datatype]]  # type: ignore[index,arg-type]
        classes = [*self.asks(SH["class"]), *self.classes_of_or()]
        if classes:
            return sorted(p.graph.subjects(RDF.type, classes[0]))[:6]
        for part in self.asks(SH.node):
            for scheme in self.schemes(part):
                return sorted(self.vocabulary.subjects(SKOS.inScheme, scheme))
        if self.constraint.shape.endswith("#Link-property"):
            return [PG.supports, PG.concerns, PG.locatedIn]
        if self.constraint.shape.endswith("#Observation-unit"):
            return [UNIT.PERCENT, PGC["unit-yuan"], UNIT.M]
        return sorted(p.graph.subjects(RDF.type, PG.Document))[:6]

    def classes_of_or(self) -> list[Node]:
        """The classes of an ``sh:or`` that consists of these only."""
        for value in self.asks(SH["or"]):
            found = [self.shapes.value(part, SH["class"]) for part in Collection(self.shapes, value)]
            if all(found):
                return [cls for cls in found if cls]
        return []

    def schemes(self, part: Node) -> list[Node]:
        return [v for each in self.shapes.objects(part, SH.property) for v in self.shapes.objects(each, SH.hasValue)]

    def stranger(self, p: Patient, classes: Iterable[Node]) -> URIRef:
        """A thing of the data that is of none of these classes."""
        wrong = set(classes)
        narrower = {c for cls in wrong for c in self.vocabulary.transitive_subjects(RDFS.subClassOf, cls)}
        start = crc32(self.constraint.name.encode()) % len(_STRANGERS)
        for cls in (*_STRANGERS[start:], *_STRANGERS[:start]):
            for thing in sorted(p.graph.subjects(RDF.type, cls)):
                if isinstance(thing, URIRef) and thing not in p.touched and cls not in narrower:
                    return thing
        raise LookupError("no stranger left")

    def other_code(self) -> URIRef:
        """A code that is defined, from a list that isn't the shape's."""
        lists = {scheme for part in self.asks(SH.node) for scheme in self.schemes(part)}
        codes = (PGC["status-completed"], PGC["direction-higher"])
        return next(c for c in codes if not lists & set(self.vocabulary.objects(c, SKOS.inScheme)))

    def breaks(self, text: str) -> bool:
        return not re.search(str(self.constraint.value), text)

    def smaller(self, value: Node) -> Literal:
        """What is surely less than a date or a number."""
        assert isinstance(value, Literal)
        if value.datatype == XSD.date:
            return day(f"{int(str(value)[:4]) - 30}-01-31")
        number = float(str(value)) - 1000
        return decimal(f"{number:.1f}") if value.datatype == XSD.decimal else Literal(int(number))


def is_text_shape(shapes: Graph, shape: Node) -> str | None:
    """The language that a shape like ``pgs:text-zh`` asks for."""
    tags = shapes.value(shape, SH.languageIn)
    return str(next(iter(Collection(shapes, tags)))) if tags else None
