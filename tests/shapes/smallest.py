"""The smallest piece of the data that shows a fault, and what each engine finds in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import pyshacl
import shacl
from constraints import TARGETS, Constraint, local
from rdflib import BNode, Graph, URIRef
from rdflib.namespace import RDF, RDFS, SH, SKOS
from rdflib.term import Node

from plangraph.namespaces import PG
from plangraph.shapes import shipped_shapes

Found = set[tuple[str, str, str]]
"""Focus node (``_:`` for a blank node), shape, component."""

# What the shapes want to know of a class, a property or a code.
_OF_TERMS = (RDF.type, RDFS.subClassOf, RDFS.isDefinedBy, SKOS.inScheme, SKOS.prefLabel, RDFS.label)
_MANY = 60


def pieces(vocabulary: Graph, focus: Node, constraint: Constraint) -> Iterator[Callable[[Graph], Graph]]:
    """Ways to cut a piece around ``focus``, from small to large; each cuts the same piece from other data too."""
    asked = _asked(constraint)
    yield lambda g: _around(g, vocabulary, focus, {focus})
    yield lambda g: _around(g, vocabulary, focus, {focus, *_from(g, [focus]), *_to(g, [focus], asked)})
    yield lambda g: _around(g, vocabulary, focus, _two_steps(g, focus, asked))
    yield lambda g: _by_properties(g, vocabulary, focus, asked)


def _around(data: Graph, vocabulary: Graph, focus: Node, described: Iterable[Node]) -> Graph:
    """All that is said of these things, the links to ``focus`` from them, and the classes of what they point to."""
    piece = Graph(bind_namespaces="none")
    for node in described:
        for triple in data.triples((node, None, None)):
            piece.add(triple)
    for triple in [*data.triples((None, None, focus))][:_MANY]:
        piece.add(triple)
    return _with_terms(piece, data, vocabulary)


def _by_properties(data: Graph, vocabulary: Graph, focus: Node, asked: set[URIRef]) -> Graph:
    """All triples with the properties that the constraint asks for: for what is counted over the whole plan."""
    piece = Graph(bind_namespaces="none")
    for predicate in asked - {RDF.type}:
        for triple in data.triples((None, predicate, None)):
            piece.add(triple)
    return _with_terms(piece, data, vocabulary)


def _with_terms(piece: Graph, data: Graph, vocabulary: Graph) -> Graph:
    named = {term for triple in piece for term in triple if isinstance(term, URIRef)}
    for term in named:
        for triple in data.triples((term, RDF.type, None)):
            piece.add(triple)
    pending = [*named, *piece.objects(None, RDF.type)]
    seen: set[Node] = set()
    while pending:
        term = pending.pop()
        if term not in seen:
            seen.add(term)
            for about in _OF_TERMS:
                for value in vocabulary.objects(term, about):
                    piece.add((term, about, value))
                    if about == RDFS.subClassOf:
                        pending.append(value)
    return piece


def _from(data: Graph, nodes: Iterable[Node]) -> set[Node]:
    return {o for n in nodes for o in data.objects(n) if isinstance(o, URIRef)}


def _to(data: Graph, nodes: Iterable[Node], asked: set[URIRef]) -> set[Node]:
    return {s for n in nodes for p in asked for s in [*data.subjects(p, n)][:_MANY]}


def _two_steps(data: Graph, focus: Node, asked: set[URIRef]) -> set[Node]:
    near = {focus, *_from(data, [focus]), *_to(data, [focus], asked)}
    return {
        *near,
        *_from(data, near),
        *(s for n in near for v in data.objects(n, SKOS.prefLabel) for s in data.subjects(SKOS.prefLabel, v)),
    }


def _asked(constraint: Constraint) -> set[URIRef]:
    """The properties in the path of a shape, or in its query."""
    shapes = shipped_shapes().graph
    query = str(shapes.value(constraint.value, SH.select) or "")
    terms = {PG[name] for name in re.findall(r"\bpg:(\w+)", query)}
    return {step for step, _ in constraint.path or ()} | terms | {SKOS.member, PG.about}


# --- engines


def by_default_engine(piece: Graph) -> Found:
    report = _compiled().validate_text(piece.serialize(format="nt"), format="ntriples")
    return {
        (
            "_:" if r.focus_node.startswith("_:") else r.focus_node.strip("<>"),
            local((r.source_shape or "").strip("<>")),  # type: ignore[arg-type]
            r.component_iri.rpartition("#")[2],
        )
        for r in report.results
    }


@cache
def _compiled() -> shacl.Shapes:
    return shacl.Shapes.from_text(shipped_shapes().text, format="ntriples")


def by_pyshacl(piece: Graph, shape: URIRef | None = None, roots: frozenset[URIRef] = frozenset()) -> Found:
    """What pySHACL finds: by all shapes, which takes a second, or by ``shape`` alone at the targets of ``roots``."""
    shapes = shipped_shapes().graph if shape is None else part_of_shapes(shape, roots)
    _, report, _ = pyshacl.validate(piece, shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph)
    found = set()
    for result in report.objects(None, SH.result):
        focus, source = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
        component = str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2]
        found.add(("_:" if isinstance(focus, BNode) else str(focus), local(source), component))  # type: ignore[arg-type]
    return found


@cache
def part_of_shapes(shape: URIRef, roots: frozenset[URIRef]) -> Graph:
    """One shape with all that it refers to, at the targets of these. (pySHACL's own choice leaves out the former.)

    Alone, because pySHACL gives up with a TypeError where another shape compares a date with a text.
    """
    whole, part = shipped_shapes().graph, Graph(bind_namespaces="none")
    for root in roots - {shape}:
        for predicate, value in whole.predicate_objects(root):
            if predicate in TARGETS or predicate == RDF.type:
                part.add((root, predicate, value))
        part.add((root, SH.property, shape))
    pending: list[Node] = [shape]
    while pending:
        subject = pending.pop()
        if (subject, None, None) not in part:
            for predicate, value in whole.predicate_objects(subject):
                # A node shape that has properties is there for its own constraints; theirs are looked at by themselves.
                if subject != shape or predicate != SH.property:
                    part.add((subject, predicate, value))
                    pending.append(value)
    return part


def roots_for(piece: Graph, focus: Node, constraint: Constraint) -> frozenset[URIRef]:
    """The shapes that have the constraint and this thing as a target: many classes can share a property shape."""
    shapes = shipped_shapes().graph
    classes = {c for t in piece.objects(focus, RDF.type) for c in (t, *piece.transitive_objects(t, RDFS.subClassOf))}
    found = {
        root
        for root in constraint.roots
        if classes & set(shapes.objects(root, SH.targetClass))
        or any((focus, p, None) in piece for p in shapes.objects(root, SH.targetSubjectsOf))
        or any((None, p, focus) in piece for p in shapes.objects(root, SH.targetObjectsOf))
    }
    return frozenset(found or constraint.roots)
