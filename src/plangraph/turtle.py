"""Turtle that reads well in a diff: IRIs relative to the base, subjects and values in a stable order.

Built on rdflib's own serializer; only the order and the relative form of IRIs are ours.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from plangraph.mediatypes import JSON_LD, RDF_XML, TURTLE, Format
from plangraph.namespaces import PREFIXES

_RELATIVE: Final = re.compile(r"[a-z][a-z0-9/._-]*(?:#[a-z-]+)?")


class _StableTurtle(TurtleSerializer):
    predicateOrder = [RDF.type, SKOS.prefLabel, SKOS.altLabel]  # noqa: RUF012 - rdflib's attribute

    def orderSubjects(self) -> list[Any]:
        return sorted(self._subjects, key=_natural)

    def label(self, node: Node, position: int) -> str:
        if self.base and isinstance(node, URIRef) and node.startswith(self.base):
            relative = node[len(self.base) :]
            if _RELATIVE.fullmatch(relative):
                return f"<{relative}>"
        return str(super().label(node, position))


def _natural(node: Node) -> list[tuple[int, int, str]]:
    """A sort key that puts ``evidence/99`` before ``evidence/100``."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", str(node))]


def serialize_graph(graph: Graph, fmt: Format) -> bytes:
    """``graph`` in one of the formats for graphs; Turtle in its stable form."""
    if fmt == TURTLE:
        return write_turtle(graph).encode()
    name = {JSON_LD: "json-ld", RDF_XML: "pretty-xml"}.get(fmt, fmt.name)
    return graph.serialize(format=name, encoding="utf-8")


def write_turtle(graph: Graph, base: str | None = None) -> str:
    """``graph`` as Turtle with only the project's prefixes that it uses, sorted, ending in one line break.

    ``base`` is written as ``@base`` and IRIs under it become relative.
    """
    plain = Graph(bind_namespaces="none")
    for prefix, iri in PREFIXES.items():
        plain.bind(prefix, iri)
    for triple in graph:
        plain.add(triple)
    out = io.BytesIO()
    _StableTurtle(plain).serialize(out, base=base)
    return out.getvalue().decode().rstrip() + "\n"
