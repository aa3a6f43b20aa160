"""Turtle that reads well in a diff: IRIs relative to the base, subjects and values in a stable order.

Built on rdflib's own serializer; only the order and the relative form of IRIs are ours.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final
from urllib.parse import urljoin

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS, XSD
from rdflib.plugins.serializers.turtle import VERB, TurtleSerializer
from rdflib.term import Node

from plangraph.mediatypes import JSON_LD, RDF_XML, TURTLE, Format
from plangraph.namespaces import PREFIXES, bind_prefixes, compact, natural_key

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED: Final = re.compile(r'[\\"\n\r\t]')
_LOCAL: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*)?")
_RELATIVE: Final = re.compile(r"[a-z][a-z0-9/._-]*(?:#[a-z-]+)?")


# What Turtle reads back as the same literal without quotes (Turtle 1.1, grammar productions 19 to 21 and 133s).
_PLAIN: Final = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}


class _StableTurtle(TurtleSerializer):
    predicateOrder = [RDF.type, SKOS.prefLabel, SKOS.altLabel]  # noqa: RUF012 - rdflib's attribute

    def orderSubjects(self) -> list[Any]:
        # Blank nodes last: by then those with one reference stand inside the subject that refers to them.
        return sorted(self._subjects, key=lambda node: (isinstance(node, BNode), natural_key(str(node))))

    def preprocessTriple(self, triple: Any) -> None:
        super().preprocessTriple(triple)
        if triple[1] not in self.keywords:
            self.get_pname(triple[1])  # rdflib passes over predicates under the base

    def relativize(self, uri: Any) -> Any:
        # Left to ``label``: a relative form isn't always read back as the same IRI (``base`` + ``../x``, ``//x``).
        return uri

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:
        # Only the project's prefixes, and only local names that need no escaping; rdflib's own aren't always valid.
        name = compact(str(uri))
        prefix, _, local = name.partition(":")
        if not isinstance(uri, URIRef) or name == str(uri) or not _LOCAL.fullmatch(local):
            return None
        self.addNamespace(prefix, URIRef(PREFIXES[prefix]))
        return name

    def label(self, node: Node, position: int) -> str:
        if isinstance(node, Literal):
            plain = _PLAIN.get(node.datatype) if node.datatype else None
            return str(node) if plain and plain.fullmatch(node) else self._quoted(node)
        if node == RDF.nil and position == VERB:
            return str(RDF.nil.n3())  # rdflib's () is no predicate
        if self.base and isinstance(node, URIRef) and node.startswith(self.base):
            relative = node[len(self.base) :]
            if _RELATIVE.fullmatch(relative) and urljoin(self.base, relative) == str(node):
                return f"<{relative}>"
        return str(super().label(node, position))

    def _quoted(self, literal: Literal) -> str:
        text = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], literal)
        if literal.language:
            return f'"{text}"@{literal.language}'
        if literal.datatype is None:
            return f'"{text}"'
        return f'"{text}"^^{self.get_pname(literal.datatype, False) or literal.datatype.n3()}'


def serialize_graph(graph: Graph, fmt: Format) -> bytes:
    """``graph`` in one of the formats for graphs; Turtle in its stable form."""
    if fmt == TURTLE:
        return write_turtle(graph).encode()
    name = {JSON_LD: "json-ld", RDF_XML: "pretty-xml"}.get(fmt, fmt.name)
    plain = bind_prefixes(Graph(bind_namespaces="core"))  # without the prefixes rdf and xml, rdflib writes broken XML
    plain += graph
    return plain.serialize(format=name, encoding="utf-8")


def write_turtle(graph: Graph, base: str | None = None) -> str:
    """``graph`` as Turtle with only the project's prefixes that it uses, sorted, ending in one line break.

    ``base`` is written as ``@base`` and IRIs under it become relative.
    """
    plain = Graph(bind_namespaces="none")
    for triple in graph:
        plain.add(triple)
    out = io.BytesIO()
    _StableTurtle(plain).serialize(out, base=base)
    return out.getvalue().decode().rstrip() + "\n"
