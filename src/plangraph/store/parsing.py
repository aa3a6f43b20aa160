"""RDF syntaxes to quads: strict, without any network access, with the place of the first fault.

Oxigraph's parsers read what comes from outside: they refuse remote JSON-LD contexts and entity tricks, and name line
and column. rdflib's read the rarer TriX and HexTuples, from local files only.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import pyoxigraph as ox
from rdflib import BNode, Dataset, Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from plangraph.errors import BadInput, SyntaxFault, TooLarge
from plangraph.mediatypes import (
    HEXT,
    INPUT_FORMATS,
    JSON_LD,
    N3,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TRIX,
    TURTLE,
    Format,
    by_suffix,
)
from plangraph.namespaces import ID
from plangraph.store.base import Quad, Term
from plangraph.store.terms import from_oxigraph, to_oxigraph_quad

_OXIGRAPH = {
    TURTLE: ox.RdfFormat.TURTLE,
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    N_QUADS: ox.RdfFormat.N_QUADS,
    TRIG: ox.RdfFormat.TRIG,
    N3: ox.RdfFormat.N3,
    RDF_XML: ox.RdfFormat.RDF_XML,
    JSON_LD: ox.RdfFormat.JSON_LD,
}
_POSITION = re.compile(
    r"^(?:Parser error )?(?:at|between) line (\d+)(?: (?:between columns|column) (\d+))?(?: and [a-z0-9 ]+)?: ?"
)
_ENTITY = re.compile(rb"""<!ENTITY\s+([^\s"'%]+)\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"&([^\s;&#]+);")
_GROWTH = 20
_LEAST_GROWTH = 1_000_000


def oxigraph_format(fmt: Format) -> ox.RdfFormat:
    """Oxigraph's name of a graph or dataset format."""
    return _OXIGRAPH[fmt]


def parse_rdf(
    data: bytes, fmt: Format, *, default_graph: URIRef, source: str | None = None, base: str = str(ID)
) -> list[Quad]:
    """The quads of ``data``; triples outside a named graph go to ``default_graph``, blank nodes get fresh names.

    ``source`` names the text in errors. Raises ``SyntaxFault`` with line and column, ``BadInput`` for bad UTF-8.
    """
    if fmt in (RDF_XML, TRIX):
        _check_entities(data, source)
    if fmt in (TRIX, HEXT):
        return _parse_with_rdflib(data, fmt, default_graph, source)
    if fmt is not RDF_XML:
        data = data.removeprefix(codecs.BOM_UTF8)
        _check_utf8(data, source)
    try:
        return [
            (
                _node(quad.subject),
                URIRef(quad.predicate.value),
                _object(quad.object),
                URIRef(quad.graph_name.value) if isinstance(quad.graph_name, ox.NamedNode) else default_graph,
            )
            for quad in ox.parse(input=data, format=_OXIGRAPH[fmt], base_iri=base, rename_blank_nodes=True)
        ]
    except SyntaxError as fault:
        raise _fault(fault, source) from None
    except (ValueError, OSError) as fault:
        raise _unreadable(source, fault) from None


def _unreadable(source: str | None, fault: Exception) -> BadInput:
    return BadInput(
        f"{source or '输入'}：无法读取（{fault}）。请检查文件格式。",
        f"{source or 'input'}: can't be read ({fault}). Check the format of the file.",
    )


def _node(term: object) -> URIRef | BNode:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    raise _triple_term()


def _object(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    if isinstance(term, ox.Triple):
        raise _triple_term()
    return from_oxigraph(term)


def _triple_term() -> BadInput:
    return BadInput(
        "暂不支持 RDF 1.2 的三元组项（<<( … )>>）。请改用普通节点陈述。",
        "Triple terms of RDF 1.2 (<<( … )>>) aren't supported. State it with a node of its own.",
    )


def _check_utf8(data: bytes, source: str | None) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = len(data[data.rfind(b"\n", 0, fault.start) + 1 : fault.start].decode()) + 1
        raise SyntaxFault(
            "不是 UTF-8 编码。请以 UTF-8 另存后重试。",
            "not UTF-8. Save the file as UTF-8 and try again.",
            source=source,
            line=line,
            column=column,
        ) from None


def _check_entities(data: bytes, source: str | None) -> None:
    """Raise ``TooLarge`` where entities would grow to very much text ("billion laughs"), which parsers expand."""
    sizes: dict[bytes, int] = {}
    for name, *values in _ENTITY.findall(data):
        value = b"".join(values)
        size = len(value) + sum(sizes.get(inner, 0) for inner in _REFERENCE.findall(value))
        sizes[name] = min(max(size, sizes.get(name, 0)), 1 << 40)
    if sum(sizes.get(name, 0) for name in _REFERENCE.findall(data)) > max(_LEAST_GROWTH, _GROWTH * len(data)):
        raise TooLarge(
            f"{source or '输入'}：XML 实体展开后过大。请先展开实体，或改用 Turtle。",
            f"{source or 'input'}: its XML entities grow too large. Expand them first, or use Turtle.",
        )


def _fault(fault: SyntaxError, source: str | None) -> SyntaxFault:
    text = str(fault)
    match = _POSITION.match(text)
    line = fault.lineno or (int(match[1]) if match else None)
    column = fault.offset or (int(match[2]) if match and match[2] else None)
    detail = _POSITION.sub("", text)
    return SyntaxFault(
        f"语法错误：{detail}。请改正此处后重试。",
        f"syntax error: {detail}. Mend it there and try again.",
        source=source,
        line=line,
        column=column,
    )


def _parse_with_rdflib(data: bytes, fmt: Format, default_graph: URIRef, source: str | None) -> list[Quad]:
    dataset = Dataset()
    try:
        dataset.parse(data=data, format=fmt.name)
    except Exception as fault:  # rdflib's parsers raise whatever their XML and JSON libraries do
        raise SyntaxFault(
            f"不是有效的 {fmt.name}：{fault}。", f"not valid {fmt.name}: {fault}. Mend it and try again.", source=source
        ) from None
    # rdflib keeps the names of the file, which another file may use for something else.
    fresh: defaultdict[object, BNode] = defaultdict(BNode)
    return [
        (
            fresh[s] if isinstance(s, BNode) else s,
            p,
            fresh[o] if isinstance(o, BNode) else o,
            URIRef(g) if isinstance(g, URIRef) and g != DATASET_DEFAULT_GRAPH_ID else default_graph,
        )  # type: ignore[misc]
        for s, p, o, g in dataset.quads()
    ]


def stream_file(path: Path, *, default_graph: URIRef, skolem: str) -> Iterator[ox.Quad]:
    """The quads of a file one by one, in the engine's own terms, as a store takes them in most quickly.

    Blank nodes get IRIs that begin with ``skolem``. Raises as ``read_file`` does, but the first fault only when the
    quads before it have been given; what rdflib alone reads comes through ``read_file``.
    """
    fmt = _format_of_name(path.name)
    if fmt not in (N_TRIPLES, N_QUADS, TURTLE, TRIG):
        for quad in skolemize(read_file(path, default_graph=default_graph), skolem):
            yield to_oxigraph_quad(quad)
        return
    _open_file(path).close()
    default = ox.NamedNode(str(default_graph))
    named: dict[str, ox.NamedNode] = {}

    def name(term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return named.setdefault(term.value, ox.NamedNode(skolem + term.value))
        if isinstance(term, ox.Triple):
            raise _triple_term()
        return term

    quads = ox.parse(path=str(path), format=_OXIGRAPH[fmt], base_iri=str(ID), rename_blank_nodes=True)
    try:
        for quad in quads:
            s, o, g = quad.subject, quad.object, quad.graph_name
            if isinstance(s, ox.NamedNode) and not isinstance(o, ox.BlankNode | ox.Triple):
                yield quad if isinstance(g, ox.NamedNode) else ox.Quad(s, quad.predicate, o, default)
            else:
                graph = g if isinstance(g, ox.NamedNode) else default
                yield ox.Quad(name(s), quad.predicate, name(o), graph)  # type: ignore[arg-type]
    except SyntaxError as fault:
        raise _fault(fault, path.name) from None
    except (ValueError, OSError) as fault:
        raise _unreadable(path.name, fault) from None


def _open_file(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise BadInput(f"没有文件 {path}。", f"There is no file {path}.") from None
    except OSError as fault:
        raise BadInput(f"无法读取 {path}：{fault.strerror}。", f"{path} can't be read: {fault.strerror}.") from None


def read_file(path: Path, *, default_graph: URIRef) -> list[Quad]:
    """The quads of a file; its syntax follows from its name, with ``.gz`` unpacked.

    Raises ``BadInput`` or, with line and column, ``SyntaxFault``.
    """
    with _open_file(path) as file:
        try:
            data = file.read()
        except OSError as fault:  # a folder, say
            raise _unreadable(str(path), fault) from None
    name = path.name
    if name.lower().endswith(".gz"):
        name = name[:-3]
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as fault:
            raise BadInput(f"{path} 不是有效的 gzip：{fault}。", f"{path} isn't valid gzip: {fault}.") from None
    return parse_rdf(data, format_of_file(name), default_graph=default_graph, source=path.name)


_FILE_FORMATS = (*INPUT_FORMATS, TRIX, HEXT)
_OTHER_ENDINGS = {".owl": RDF_XML, ".xml": RDF_XML, ".nquads": N_QUADS, ".json": JSON_LD}


def _format_of_name(name: str) -> Format | None:
    return by_suffix(name, _FILE_FORMATS) or next(
        (fmt for end, fmt in _OTHER_ENDINGS.items() if name.lower().endswith(end)), None
    )


def is_rdf_name(name: str) -> bool:
    """Whether a file's name says that it holds RDF."""
    return _format_of_name(re.sub(r"(?i)\.gz$", "", name)) is not None


def format_of_file(name: str) -> Format:
    """The syntax that a file's name means. Raises ``BadInput`` naming the endings that are read."""
    fmt = _format_of_name(name)
    if fmt is None:
        endings = " ".join(f.suffix for f in _FILE_FORMATS)
        raise BadInput(
            f"无法从文件名“{name}”判断格式。请使用下列扩展名之一：{endings}。",
            f"The syntax of “{name}” isn't clear from its name. Use one of these endings: {endings}.",
        )
    return fmt


def skolemize(quads: Iterable[Quad], base: str) -> list[Quad]:
    """The quads with every blank node replaced by an IRI ``base`` + its name, since stored data have none."""

    def named(term: Term) -> Term:
        return URIRef(f"{base}{term}") if isinstance(term, BNode) else term

    return [(named(s), p, named(o), g) for s, p, o, g in quads]  # type: ignore[misc]


def as_graph(quads: Iterable[Quad]) -> Graph:
    """The quads as one rdflib graph, whatever named graph they are in."""
    graph = Graph(bind_namespaces="none")
    graph.addN((s, p, o, graph) for s, p, o, _ in quads)
    return graph
