"""RDF syntaxes to quads: strict, without any network access, with the place of the first fault.

Oxigraph's parsers read what comes from outside: they refuse remote JSON-LD contexts and entity tricks, and name line
and column. rdflib's read the rarer TriX and HexTuples, from local files only.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
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
from plangraph.store.guarding import check_encoding, check_entities, check_levels, unpack
from plangraph.store.skolem import names_by_content
from plangraph.store.terms import from_oxigraph, to_oxigraph_quad
from plangraph.visible import visible

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
_FAR_YEAR = re.compile(r"[+-]?[0-9]{10,}")
_DATED = frozenset(
    f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")
)
# Words of the parsers that don't say what to do, and what does.
_SAID = (
    (
        "LoadDocumentCallback",
        "不读取外部的 JSON-LD 上下文。请把 @context 的内容直接写在文件中",
        "JSON-LD contexts elsewhere aren't fetched. Write the context itself in the file",
    ),
)


def oxigraph_format(fmt: Format) -> ox.RdfFormat:
    """Oxigraph's name of a graph or dataset format."""
    return _OXIGRAPH[fmt]


def parse_rdf(
    data: bytes,
    fmt: Format,
    *,
    default_graph: URIRef,
    source: str | None = None,
    base: str = str(ID),
    most: int | None = None,
) -> list[Quad]:
    """The quads of ``data``; triples outside a named graph go to ``default_graph``, blank nodes get fresh names.

    ``source`` names the text in errors. Raises ``SyntaxFault`` with line and column, ``BadInput`` for bad UTF-8,
    ``TooLarge`` where there are more than ``most`` quads.
    """
    if fmt in (RDF_XML, TRIX):
        check_entities(data, source)
    if fmt is JSON_LD:
        check_levels(data, source)
    if fmt in (TRIX, HEXT):
        return _parse_with_rdflib(data, fmt, default_graph, source)
    if fmt is not RDF_XML:
        data = data.removeprefix(codecs.BOM_UTF8)
        check_encoding(data, source)
    try:
        parsed = ox.parse(input=data, format=_OXIGRAPH[fmt], base_iri=base, rename_blank_nodes=True)
        quads = [
            (
                _node(quad.subject),
                URIRef(quad.predicate.value),
                _object(quad.object, source),
                URIRef(quad.graph_name.value) if isinstance(quad.graph_name, ox.NamedNode) else default_graph,
            )
            for quad in islice(parsed, most)
        ]
        if next(parsed, None) is None:
            return quads
    except SyntaxError as fault:
        raise _fault(fault, source) from None
    except MemoryError as fault:
        raise _too_long(source, fault) from None
    except (ValueError, OSError) as fault:
        raise _unreadable(source, fault) from None
    raise TooLarge(
        f"{source or '输入'}：超过 {most:,} 条陈述，一次校验不了。请分成几个文件，"
        "或用 plangraph load --gate off 装载。",
        f"{source or 'input'}: more than {most:,} statements, too many to be checked at once. Split it, or store it "
        "unchecked with plangraph load --gate off.",
    )


def _too_long(source: str | None, fault: MemoryError) -> Exception:
    if "buffer" not in str(fault):
        return fault
    return TooLarge(
        f"{source or '输入'}：有一个值过长（上限 16 MB）。请将长文本单独存放，只在数据中引用。",
        f"{source or 'input'}: a value in it is too long (16 MB at most). Keep long texts elsewhere and refer to them.",
    )


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


def _object(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, source: str | None) -> Term:
    if isinstance(term, ox.Triple):
        raise _triple_term()
    if isinstance(term, ox.Literal) and term.datatype.value in _DATED and _FAR_YEAR.match(term.value):
        # Date arithmetic of engines ends in a panic there.
        raise BadInput(
            f"{source or '输入'}：日期“{visible(term.value, 60)}”的年份超过 9 位，无法处理。请改正。",
            f"{source or 'input'}: the year of the date “{visible(term.value, 60)}” has more than 9 digits. Mend it.",
        )
    return from_oxigraph(term)


def _triple_term() -> BadInput:
    return BadInput(
        "暂不支持 RDF 1.2 的三元组项（<<( … )>>）。请改用普通节点陈述。",
        "Triple terms of RDF 1.2 (<<( … )>>) aren't supported. State it with a node of its own.",
    )


def _fault(fault: SyntaxError, source: str | None) -> SyntaxFault:
    text = str(fault)
    match = _POSITION.match(text)
    line = fault.lineno or (int(match[1]) if match else None)
    column = fault.offset or (int(match[2]) if match and match[2] else None)
    detail = visible(_POSITION.sub("", text))
    said = next(((zh, en) for word, zh, en in _SAID if word in text), None)
    zh, en = said or (f"语法错误：{detail}。请改正此处后重试", f"syntax error: {detail}. Mend it there and try again")
    return SyntaxFault(
        f"{zh}。",
        f"{en}.",
        source=source,
        line=line,
        column=column,
    )


def _parse_with_rdflib(data: bytes, fmt: Format, default_graph: URIRef, source: str | None) -> list[Quad]:
    dataset = Dataset()
    try:
        dataset.parse(data=data, format=fmt.name)
    except Exception as fault:  # rdflib's parsers raise whatever their XML and JSON libraries do
        why = visible(str(fault))
        raise SyntaxFault(
            f"不是有效的 {fmt.name}：{why}。请改正后重试。",
            f"not valid {fmt.name}: {why}. Mend it and try again.",
            source=source,
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

    Blank nodes get IRIs as ``skolemize`` gives them, with ``skolem`` as their beginning; the quads that have some come
    last. Raises as ``read_file`` does, but the first fault only when the quads before it have been given; what rdflib
    alone reads comes through ``read_file``.
    """
    fmt = _format_of_name(path.name)
    if fmt not in (N_TRIPLES, N_QUADS, TURTLE, TRIG):
        for quad in skolemize(read_file(path, default_graph=default_graph), skolem):
            yield to_oxigraph_quad(quad)
        return
    _open_file(path).close()
    default = ox.NamedNode(str(default_graph))
    unnamed: list[Quad] = []
    quads = ox.parse(path=str(path), format=_OXIGRAPH[fmt], base_iri=str(ID), rename_blank_nodes=True)
    try:
        for quad in quads:
            s, o, g = quad.subject, quad.object, quad.graph_name
            if isinstance(s, ox.NamedNode) and not isinstance(o, ox.BlankNode | ox.Triple):
                yield quad if isinstance(g, ox.NamedNode) else ox.Quad(s, quad.predicate, o, default)
            else:
                graph = URIRef(g.value) if isinstance(g, ox.NamedNode) else default_graph
                unnamed.append((_node(s), URIRef(quad.predicate.value), _object(o, path.name), graph))
    except SyntaxError as fault:
        raise _fault(fault, path.name) from None
    except MemoryError as fault:
        raise _too_long(path.name, fault) from None
    except (ValueError, OSError) as fault:
        raise _unreadable(path.name, fault) from None
    yield from map(to_oxigraph_quad, skolemize(unnamed, skolem))


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
        name, data = name[:-3], unpack(data, str(path))
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
    """The quads with every blank node replaced by an IRI, since stored data have none.

    The IRI is ``base`` and a digest of what is said of the node: the same data have the same quads whenever they come,
    and nodes of which exactly the same is said are one. Raises ``BadInput`` where blank nodes can't be told apart.
    """
    quads = list(quads)
    names = names_by_content(quad for quad in quads if isinstance(quad[0], BNode) or isinstance(quad[2], BNode))

    def named(term: Term) -> Term:
        return URIRef(base + names[term]) if isinstance(term, BNode) else term

    return [(named(s), p, named(o), g) for s, p, o, g in quads] if names else quads  # type: ignore[misc]


def skolemize_afresh(quads: Iterable[Quad], base: str) -> list[Quad]:
    """The same for nodes that are new each time, as those of a SPARQL Update: the IRI is ``base`` and their name."""

    def named(term: Term) -> Term:
        return URIRef(f"{base}{term}") if isinstance(term, BNode) else term

    return [(named(s), p, named(o), g) for s, p, o, g in quads]  # type: ignore[misc]


def as_graph(quads: Iterable[Quad]) -> Graph:
    """The quads as one rdflib graph, whatever named graph they are in."""
    graph = Graph(bind_namespaces="none")
    graph.addN((s, p, o, graph) for s, p, o, _ in quads)
    return graph
