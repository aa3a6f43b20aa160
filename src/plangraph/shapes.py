"""The shapes graph: the shipped one or somebody's own, and what each shape says to people."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from plangraph.namespaces import PG, SHAPES_GRAPH
from plangraph.shipped import shipped
from plangraph.store.parsing import as_graph, read_file

_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Saying:
    """What a shape says: message templates and fixes by language (``""`` where the text has no language tag)."""

    messages: Mapping[str, str] = field(hash=False)
    fixes: Mapping[str, str] = field(hash=False)
    properties: tuple[str, ...] = ()
    """The IRIs of the properties that a node shape has property shapes for."""
    severity: str = "Violation"
    by_program: bool = False
    """Whether what the shape says is found by a program, not by an engine (``pg:checkedBy``)."""


@dataclass(frozen=True)
class ShapeSet:
    """A shapes graph that is ready to use: ``text`` as N-Triples, ``sayings`` by the IRI of the shape."""

    graph: Graph = field(repr=False, hash=False, compare=False)
    text: str = field(repr=False)
    digest: str
    sayings: Mapping[str, Saying] = field(repr=False, hash=False, compare=False)


@lru_cache(maxsize=1)
def shipped_shapes() -> ShapeSet:
    """The mandatory and the recommended shapes; read once a process."""
    return load_shapes(sorted(shipped("ontology", "shapes").glob("*.ttl")))


def load_shapes(paths: Sequence[Path]) -> ShapeSet:
    """The shapes of some files, in any syntax. Raises ``SyntaxFault`` or ``BadInput``.

    Whether they are valid shapes, the engine says when it compiles them.
    """
    return shape_set(as_graph(quad for path in paths for quad in read_file(path, default_graph=SHAPES_GRAPH)))


def shape_set(graph: Graph) -> ShapeSet:
    """A shapes graph, as it is but for nameless shapes inside named ones, which get names.

    An engine's own name for a blank node means nothing outside it: ``sh:sourceShape`` would differ from run to run.
    """
    named = _named(graph)
    text = "\n".join(sorted(named.serialize(format="nt").split("\n")))
    sayings = {str(shape): _saying(named, shape) for shape in _shapes(named)}
    return ShapeSet(named, text, hashlib.sha256(text.encode()).hexdigest(), sayings)


def _named(graph: Graph) -> Graph:
    names: dict[Node, URIRef] = {}
    taken = {str(s) for s in graph.subjects()}
    pending: list[Node] = [*sorted({s for s in graph.subjects(SH.property) if isinstance(s, URIRef)})]
    while pending:
        parent = pending.pop(0)
        stem = str(names.get(parent, parent))
        for child in sorted(graph.objects(parent, SH.property), key=lambda c: str(graph.value(c, SH.path))):
            if isinstance(child, BNode) and child not in names:
                names[child] = URIRef(_free(f"{stem}-{_local(graph.value(child, SH.path))}", taken))
                pending.append(child)
    if not names:
        return graph
    renamed = Graph(bind_namespaces="none")
    for s, p, o in graph:
        renamed.add((names.get(s, s), p, names.get(o, o)))
    return renamed


def _local(path: Node | None) -> str:
    return re.split(r"[#/:]", str(path))[-1] if isinstance(path, URIRef) else "path"


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate)
    return candidate


def _shapes(graph: Graph) -> Iterable[Node]:
    found: set[Node] = set()
    for predicate in (SH.message, PG.fix, SH.sparql, SH.path, SH.closed, SH.property, PG.checkedBy):
        found.update(s for s in graph.subjects(predicate) if isinstance(s, URIRef))
    return found


def _saying(graph: Graph, shape: Node) -> Saying:
    constraints = list(graph.objects(shape, SH.sparql))
    messages = _texts(graph, shape, SH.message)
    if not messages and len(constraints) == 1:
        messages = _texts(graph, constraints[0], SH.message)
    fixes = _texts(graph, shape, PG.fix)
    paths = {graph.value(child, SH.path) for child in graph.objects(shape, SH.property)}
    return Saying(
        messages,
        fixes,
        tuple(sorted(str(path) for path in paths if isinstance(path, URIRef))),
        str(graph.value(shape, SH.severity, default=SH.Violation)).rpartition("#")[2],
        (shape, PG.checkedBy, None) in graph,
    )


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> dict[str, str]:
    texts = [text for text in graph.objects(subject, predicate) if isinstance(text, Literal)]
    return {text.language or "": str(text) for text in sorted(texts, key=str)}


def fill_out(template: str, values: Mapping[str, str]) -> str:
    """A message template with ``values`` for its placeholders; one without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def fill_in(template: str, told: Iterable[str]) -> str:
    """A message template with the values that an engine put in for ``{?var}``.

    Engines give a constraint's messages in any order, some without language tags: the one that has the template's
    words around its placeholders is this template's. The template itself where none has.
    """
    if not _PLACEHOLDER.search(template):
        return template
    # re.split with one group alternates words and names of variables.
    words = _PLACEHOLDER.split(template)[::2]
    form = re.compile("(.*?)".join(re.escape(word) for word in words), re.DOTALL)
    return next((text for text in told if form.fullmatch(text)), template)
