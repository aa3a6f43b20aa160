"""Every constraint that the shapes make, read out of the shapes graph: what the mutants have to cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from plangraph.namespaces import PG, PGS

TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)

# What says where, how and about what a shape speaks, and what only goes with another parameter.
_NO_CONSTRAINT = {
    *TARGETS,
    *(SH[name] for name in ("path", "property", "severity", "message", "deactivated", "name", "description", "order")),
    *(SH[name] for name in ("group", "defaultValue", "ignoredProperties", "flags", "prefixes", "declare")),
    *(SH[name] for name in ("qualifiedValueShape", "qualifiedValueShapesDisjoint")),
}

Step = tuple[URIRef, bool]
"""A property of a path, and whether it is walked backwards."""


@dataclass(frozen=True)
class Constraint:
    """One parameter of one shape, e.g. ``sh:maxCount 1`` of ``pgs:Task-inDomain``.

    ``value`` is the parameter's; ``path`` is empty for a node shape, None where it has alternatives; ``targets`` are
    pairs like (``sh:targetClass``, a class), those of the shapes that refer to it included; ``roots`` are the shapes
    with these targets.
    """

    shape: URIRef
    parameter: str
    value: Node
    severity: str
    path: tuple[Step, ...] | None
    targets: tuple[tuple[URIRef, URIRef], ...]
    roots: tuple[URIRef, ...]
    number: int = 1
    """Which one, where a shape has several with this parameter, e.g. two ``sh:or``."""

    @property
    def name(self) -> str:
        return f"{local(self.shape)} {self.parameter}" + (f" {self.number}" if self.number > 1 else "")

    @property
    def in_code(self) -> bool:
        """Whether it is a rule that SHACL can't say."""
        return self.parameter == "checkedBy"

    @property
    def component(self) -> str:
        """The name of the constraint component in a result, without its namespace; ``program`` for code."""
        if self.in_code:
            return "program"
        name = "SPARQL" if self.parameter == "sparql" else self.parameter[0].upper() + self.parameter[1:]
        return f"{name}ConstraintComponent"


def local(iri: Node) -> str:
    return str(iri).removeprefix(str(PGS)).rpartition("#")[2]


def constraints(shapes: Graph) -> list[Constraint]:
    """All of them, in order. Shapes that others refer to by ``sh:node``, ``sh:or`` … count with those."""
    found: list[Constraint] = []
    for shape, roots in sorted(_reached(shapes).items()):
        seen: Counter[str] = Counter()
        targets = {(kind, t) for root in roots for kind in TARGETS for t in shapes.objects(root, kind)}
        path = _steps(shapes, shapes.value(shape, SH.path))
        severity = local(shapes.value(shape, SH.severity) or SH.Violation).lower()
        for parameter, value in _parameters(shapes, shape):
            seen[parameter] += 1
            places = (tuple(sorted(targets)), tuple(sorted(roots)))
            found.append(Constraint(shape, parameter, value, severity, path, *places, seen[parameter]))  # type: ignore[arg-type]
    return found


def _reached(shapes: Graph) -> dict[URIRef, set[URIRef]]:
    """Each shape that validates something, with the shapes whose targets it gets."""
    found: dict[URIRef, set[URIRef]] = {}
    for root in {s for kind in TARGETS for s in shapes.subjects(kind) if isinstance(s, URIRef)}:
        pending: list[Node] = [root]
        while pending:
            shape = pending.pop()
            if isinstance(shape, URIRef) and (shape, SH.deactivated, None) not in shapes:
                if root in found.setdefault(shape, set()):
                    continue
                found[shape].add(root)
                pending += shapes.objects(shape, SH.property)
    return found


def _parameters(shapes: Graph, shape: Node) -> Iterator[tuple[str, Node]]:
    for predicate, value in sorted(shapes.predicate_objects(shape)):
        says = str(predicate).startswith(str(SH)) and predicate not in _NO_CONSTRAINT
        if predicate == PG.checkedBy or (says and str(value) != "false"):  # sh:closed false is none
            yield local(predicate), value


def _steps(shapes: Graph, path: Node | None) -> tuple[Step, ...] | None:
    if path is None:
        return ()
    if isinstance(path, URIRef):
        return ((path, False),)
    inverse = shapes.value(path, SH.inversePath)
    if isinstance(inverse, URIRef):
        return ((inverse, True),)
    if (path, RDF.first, None) not in shapes:
        return None
    steps = [_steps(shapes, part) for part in Collection(shapes, path)]
    return tuple(step for part in steps if part for step in part) if all(steps) else None
