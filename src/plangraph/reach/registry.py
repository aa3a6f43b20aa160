"""The registry of the shapes: of each that has targets, where it looks, or why that can't be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.extras.shacl import parse_shacl_path
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from plangraph.reach.paths import Unknown, connect_path
from plangraph.reach.patterns import connect_query, required_of_this
from plangraph.shapes import ShapeSet
from plangraph.store.reaching import SINK, Automaton

_TYPE: Final = str(RDF.type)
_NODES: Final = (SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS: Final = (SH["and"], SH["or"], SH.xone)
_PAIRS: Final = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
# Constraints that look at nothing but the values, and what isn't a constraint.
_PLAIN: Final = frozenset(
    SH[name]
    for name in (
        *("datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive"),
        *("maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "hasValue", "in"),
        *("ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "path", "message", "severity", "deactivated"),
        *("name", "description", "order", "group", "defaultValue"),
    )
)
_SAYS_NO_MORE: Final = frozenset(
    SH[name] for name in ("path", "minCount", "message", "severity", "name", "description", "order", "group")
)


@dataclass(frozen=True)
class Unbounded:
    """A shape that has to be run on the whole data, and why."""

    shape: str
    why: str


@dataclass(frozen=True)
class Root:
    """A shape with targets of its own; ``start`` is the state of its focus nodes."""

    shape: str
    start: int
    classes: frozenset[str]
    subjects_of: frozenset[str]
    objects_of: frozenset[str]
    nodes: frozenset[str]


@dataclass(frozen=True)
class Registry:
    """All shapes with targets: those whose reach is known, and those that have to be run on the whole data.

    ``reported`` gives, for the IRI of a shape that results name, the roots that it belongs to. A change of a triple
    with one of the predicates ``everywhere`` can concern any thing.
    """

    roots: tuple[Root, ...]
    unbounded: tuple[Unbounded, ...]
    automaton: Automaton
    reported: dict[str, frozenset[str]]
    everywhere: frozenset[str]


@dataclass
class _Reading:
    graph: Graph
    automaton: Automaton = field(default_factory=Automaton)
    everywhere: set[str] = field(default_factory=lambda: {str(RDFS.subClassOf)})
    reported: dict[str, set[str]] = field(default_factory=dict)
    root: str = ""

    def reports(self, shape: Node) -> None:
        if isinstance(shape, URIRef):
            self.reported.setdefault(str(shape), set()).add(self.root)


@lru_cache(maxsize=8)
def registry(shapes: ShapeSet) -> Registry:
    """The reach of every shape that has targets."""
    graph = shapes.graph
    reading = _Reading(graph)
    roots, unbounded = [], []
    targeted = {s for target in (*_TARGETS, SH.target) for s in graph.subjects(target)}
    targeted |= {s for kind in (RDFS.Class, OWL.Class) for s in graph.subjects(RDF.type, kind) if _is_shape(graph, s)}
    for shape in sorted(targeted, key=str):
        try:
            roots.append(_read_root(reading, shape))
        except Unknown as reason:
            unbounded.append(Unbounded(str(shape), str(reason)))
    return Registry(
        tuple(roots),
        tuple(unbounded),
        reading.automaton,
        {shape: frozenset(owners) for shape, owners in reading.reported.items()},
        frozenset(reading.everywhere),
    )


def _is_shape(graph: Graph, node: Node) -> bool:
    return (node, RDF.type, SH.NodeShape) in graph or (node, RDF.type, SH.PropertyShape) in graph


def _read_root(reading: _Reading, shape: Node) -> Root:
    graph, automaton = reading.graph, reading.automaton
    if not isinstance(shape, URIRef):
        raise Unknown("it has no name")
    if (shape, SH.target, None) in graph:
        raise Unknown("its target is a query (sh:target)")
    if any((component, SH.parameter, None) in graph for component in graph.subjects(RDF.type, SH.ConstraintComponent)):
        raise Unknown("there are constraint components of somebody's own")
    classes = {str(c) for c in graph.objects(shape, SH.targetClass)}
    if any((shape, RDF.type, kind) in graph for kind in (RDFS.Class, OWL.Class)):
        classes.add(str(shape))
    root = Root(
        str(shape),
        automaton.state(),
        frozenset(classes),
        frozenset(str(p) for p in graph.objects(shape, SH.targetSubjectsOf)),
        frozenset(str(p) for p in graph.objects(shape, SH.targetObjectsOf)),
        frozenset(str(n) for n in graph.objects(shape, SH.targetNode)),
    )
    # What makes it a focus node is read too.
    automaton.connect(root.start, _TYPE, True, SINK)
    for predicate in root.subjects_of:
        automaton.connect(root.start, predicate, True, SINK, one=True)
    for predicate in root.objects_of:
        automaton.connect(root.start, predicate, False, SINK, one=True)
    reading.root = root.shape
    _read_shape(reading, shape, root.start, ())
    _require_of_focus(reading, shape, root.start)
    return root


def _require_of_focus(reading: _Reading, shape: Node, start: int) -> None:
    """Of a shape that is one query: what a thing needs to have for the query to find anything about it."""
    graph, automaton = reading.graph, reading.automaton
    said = [(p, o) for p, o in graph.predicate_objects(shape) if str(p).startswith(str(SH))]
    constraints = [o for p, o in said if p not in _PLAIN and p not in _TARGETS]
    # Where a path leads through the focus nodes, what lies on the way needn't have it.
    if len(constraints) == 1 and not any(edge.target == start for edge in automaton.edges):
        for query in graph.objects(shape, SH.sparql):
            for predicate, iri in required_of_this(_query(graph, query)):
                automaton.require(start, predicate, iri)


def _read_shape(reading: _Reading, shape: Node, focus: int, within: tuple[Node, ...], inner: bool = False) -> None:
    """Add what ``shape`` reads when it is applied to the things in state ``focus``.

    What an ``inner`` shape finds isn't reported by itself, but as one result of the shape that refers to it.
    """
    graph, automaton = reading.graph, reading.automaton
    if shape in within:
        raise Unknown("it refers to itself")
    within = (*within, shape)
    if not inner:
        reading.reports(shape)
    path = graph.value(shape, SH.path)
    step = _any_value(graph, shape)
    if step is not None:
        automaton.connect(focus, str(step[0]), step[1], SINK, one=True)
        return
    values = focus if path is None else connect_path(automaton, focus, parse_shacl_path(graph, path))
    for predicate, value in graph.predicate_objects(shape):
        if predicate == SH.property:
            if path is not None and not inner:
                raise Unknown("its results can be about other things than its focus nodes (sh:property below sh:path)")
            _read_shape(reading, value, values, within, inner)
        elif predicate in _NODES:
            _read_shape(reading, value, values, within, inner=True)
        elif predicate in _LISTS:
            for member in Collection(graph, value):
                _read_shape(reading, member, values, within, inner=True)
        elif predicate == SH["class"]:
            automaton.connect(values, _TYPE, True, SINK)
        elif predicate in _PAIRS:
            automaton.connect(focus, str(value), True, SINK)
        elif predicate == SH.closed:
            automaton.connect(values, None, True, SINK)
        elif predicate == SH.sparql:
            if path is not None:
                raise Unknown("a constraint in SPARQL on a property shape")
            reading.everywhere |= connect_query(automaton, focus, _query(graph, value))
        elif str(predicate).startswith(str(SH)) and predicate not in _PLAIN and predicate not in _TARGETS:
            raise Unknown(f"what {predicate.n3()} looks at isn't known")


def _any_value(graph: Graph, shape: Node) -> tuple[URIRef, bool] | None:
    """Of a shape that asks for nothing but one value, whatever it is, the property; and whether it is followed forward.

    An indicator may have thousands of figures: for this it is enough to read one.
    """
    said = {p for p in graph.predicates(shape) if str(p).startswith(str(SH)) and p not in _TARGETS}
    if not said <= _SAYS_NO_MORE or [str(least) for least in graph.objects(shape, SH.minCount)] != ["1"]:
        return None
    path = graph.value(shape, SH.path)
    inverse = graph.value(path, SH.inversePath) if isinstance(path, BNode) else None
    if isinstance(inverse, URIRef):
        return inverse, False
    return (path, True) if isinstance(path, URIRef) else None


def _query(graph: Graph, constraint: Node) -> str:
    """The text of a constraint with its prefixes (SHACL 1.0, 5.2.1)."""
    text = graph.value(constraint, SH.select)
    if text is None:
        raise Unknown("a constraint in SPARQL that isn't a SELECT")
    declared = {
        str(graph.value(declaration, SH.prefix)): str(graph.value(declaration, SH.namespace))
        for ontology in graph.objects(constraint, SH.prefixes)
        for declaration in graph.objects(ontology, SH.declare)
    }
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in declared.items()) + str(text)
