"""One change of a remote dataset: a single update that holds only while the revision is the one expected.

SPARQL 1.1 Update has no compare-and-set over several operations, so all of a change stands in one operation: its
templates are ground, and its WHERE asks for the revision, ``<STATE> dcterms:identifier "…"`` in the named graph STATE,
which the same operation replaces, and for the writer's claim. Reading the revision afterwards tells whether it was
made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import uuid4

from rdflib import BNode, Literal, URIRef

from plangraph.errors import BadInput, PlangraphError, TooLarge, Unavailable
from plangraph.store.base import Changeset, Quad
from plangraph.store.remote.claiming import (
    CLAIM,
    REVISION,
    UPDATE_HEADERS,
    conflict,
    revision_of,
    stated,
    turn,
    withdraw,
)
from plangraph.store.remote.dialects import STAGING_GRAPH, Dialect
from plangraph.store.remote.engine import Engine
from plangraph.store.remote.literals import text_of
from plangraph.store.remote.wire import NotSent

_MOVED: Final = """
GRAPH <{staging}> {{ ?x ?p ?o }} FILTER(STRSTARTS(STR(?x), "{key}"))
BIND(STRAFTER(STR(?x), "{key}") AS ?coded) BIND(STRBEFORE(?coded, "/") AS ?way)
BIND(IRI(STRAFTER(?coded, "/")) AS ?s)
{targets}
BIND(IF(STRSTARTS(?way, "i"), ?g, ?none) AS ?into) BIND(IF(STRSTARTS(?way, "d"), ?g, ?none) AS ?from)"""


def make(engine: Engine, changeset: Changeset, expected: str | None, *, most_bytes: int) -> str:
    """Make one change on the revision ``expected`` (None: the dataset states none yet); the new revision.

    Raises ``TooLarge`` before anything is sent, ``Conflict`` where nothing was changed as the revision is another,
    ``Unavailable`` where nothing was changed or, as it then says, nobody knows.
    """
    new = str(uuid4())
    dialect = engine.dialect
    added, removed = _distinct(changeset.added), _distinct(changeset.removed)
    # DELETE goes before INSERT in one operation, so a quad in both stays, as Changeset says.
    if not _needs_gathering(added, removed, dialect):
        text = _conditional(_graphs(removed, dialect, deleting=True), _graphs(added, dialect), expected, new)
        _check_size(engine, text, most_bytes)
        _send(engine, text, expected, new)
        return new
    key = f"urn:uuid:{uuid4()}/"
    parts, targets = _staged(added, removed, key, dialect)
    _check_size(engine, "".join(parts), most_bytes)
    try:
        for part in parts:
            engine.wire.write(engine.address.update, part.encode(), UPDATE_HEADERS)
        _send(engine, _move(key, targets, expected, new), expected, new)
    finally:
        _forget(engine, key)
    return new


def _needs_gathering(added: Sequence[Quad], removed: Sequence[Quad], dialect: Dialect) -> bool:
    """Whether a change can't be written out in one update: it is too large, or the engine wouldn't do it.

    Virtuoso doesn't remove a triple whose literal is written out with letters beyond ASCII and a language, or with a
    type unknown to it. It does where the literal comes from data.
    """
    if dialect.loose and any(isinstance(quad[2], Literal) for quad in removed):
        return True
    return dialect.most_quads is not None and len(added) + len(removed) > dialect.most_quads


def make_on_server(engine: Engine, changeset: Changeset, expected: str | None, *, most_bytes: int) -> None:
    """Make one change on a plangraph server, whose writer keeps the revision and validates; ``expected`` is its tag.

    Raises as ``make`` does, and what the server refuses as it says it.
    """
    parts = [
        f"{verb} DATA {{\n{_graphs(quads, engine.dialect)}\n}}"
        for verb, quads in (("DELETE", _distinct(changeset.removed)), ("INSERT", _distinct(changeset.added)))
        if quads
    ]
    text = ";\n".join(parts)
    _check_size(engine, text, most_bytes)
    condition = {} if expected is None else {"If-Match": expected}
    engine.wire.write(engine.address.update, text.encode(), {**UPDATE_HEADERS, **condition})


def _distinct(quads: Iterable[Quad]) -> list[Quad]:
    distinct = list(dict.fromkeys(quads))
    if any(isinstance(term, BNode) for s, _, o, _ in distinct for term in (s, o)):
        raise BadInput(
            "远程引擎中的空白节点无法再次指称，不写入。请先给它们 IRI（skolemize）。",
            "Blank nodes aren't written to a remote engine: nothing could refer to them again. Give them IRIs first "
            "(skolemize).",
        )
    return distinct


def _graphs(quads: Sequence[Quad], dialect: Dialect, *, deleting: bool = False) -> str:
    """The quads as GRAPH blocks of a template."""
    by_graph: defaultdict[URIRef, list[str]] = defaultdict(list)
    for quad in quads:
        by_graph[quad[3]] += _triples(quad, dialect, deleting=deleting)
    return "\n".join(f"GRAPH {text_of(g)} {{\n{''.join(lines)}}}" for g, lines in by_graph.items())


def _triples(quad: Quad, dialect: Dialect, *, deleting: bool = False, subject: str | None = None) -> list[str]:
    s, p, o, _ = quad
    assert isinstance(s, URIRef)
    assert isinstance(o, URIRef | Literal)
    start = f"{subject or text_of(s)} {text_of(p)}"
    value = dialect.written(o) if isinstance(o, Literal) else o
    lines = [f"{start} {text_of(value)} .\n"]
    if deleting and dialect.loose and isinstance(value, Literal) and not value.language and value.datatype is None:
        # Another writer may have typed it as a string, which such an engine keeps apart from a plain literal.
        lines.append(f"{start} {text_of(value)}^^<http://www.w3.org/2001/XMLSchema#string> .\n")
    return lines


def _conditional(removed: str, added: str, expected: str | None, new: str, where: str = "") -> str:
    # A dataset without a revision has nothing to ask for; that none is stated was read when the claim was.
    old = "" if expected is None else stated(REVISION, expected)
    claim = stated(CLAIM, new)
    return (
        f"DELETE {{\n{removed}\n{old}\n{claim}\n}}\nINSERT {{\n{added}\n{stated(REVISION, new)}\n}}\n"
        f"WHERE {{ {claim} {old}{where} }}"
    )


def _staged(
    added: Sequence[Quad], removed: Sequence[Quad], key: str, dialect: Dialect
) -> tuple[list[str], dict[str, URIRef]]:
    """Updates that gather the quads of a change, and the graph that each coded name in them means.

    A gathered triple's subject tells what is to come of it: ``KEY i0/SUBJECT`` goes into the graph numbered 0.
    """
    numbers: dict[URIRef, int] = {}
    lines: list[str] = []
    for way, quads in (("d", removed), ("i", added)):
        for quad in quads:
            number = numbers.setdefault(quad[3], len(numbers))
            subject = text_of(URIRef(f"{key}{way}{number}/{quad[0]}"))
            lines += _triples(quad, dialect, deleting=way == "d", subject=subject)
    step = dialect.most_quads or len(lines)
    parts = [
        f"INSERT DATA {{ GRAPH <{STAGING_GRAPH}> {{\n{''.join(lines[n : n + step])}}} }}"
        for n in range(0, len(lines), step)
    ]
    return parts, {str(number): graph for graph, number in numbers.items()}


def _move(key: str, targets: dict[str, URIRef], expected: str | None, new: str) -> str:
    listed = " ".join(f'("{way}{n}" {text_of(graph)})' for n, graph in targets.items() for way in "id")
    moved = _MOVED.format(staging=STAGING_GRAPH, key=key, targets=f"VALUES (?way ?g) {{ {listed} }}")
    return _conditional("GRAPH ?from { ?s ?p ?o }", "GRAPH ?into { ?s ?p ?o }", expected, new, moved)


def _forget(engine: Engine, key: str) -> None:
    """Take away what was gathered. What stays after a fault is in no dataset of plangraph's and does no harm."""
    where = f'GRAPH <{STAGING_GRAPH}> {{ ?x ?p ?o }} FILTER(STRSTARTS(STR(?x), "{key}"))'
    text = f"DELETE {{ GRAPH <{STAGING_GRAPH}> {{ ?x ?p ?o }} }} WHERE {{ {where} }}"
    try:
        engine.wire.write(engine.address.update, text.encode(), UPDATE_HEADERS)
    except PlangraphError:
        return


def _check_size(engine: Engine, text: str, most_bytes: int) -> None:
    size = len(text.encode())
    if size > most_bytes:
        raise TooLarge(
            f"一次改动的更新请求为 {size} 字节，超过上限 {most_bytes}（remote_update_bytes）。请分成几次改动，"
            "或调高上限；未写入。",
            f"The update request of this change has {size} bytes, over the limit of {most_bytes} "
            "(remote_update_bytes). Make several changes of it or raise the limit; nothing was written.",
        )


def _send(engine: Engine, text: str, expected: str | None, new: str) -> None:
    """Send the update that changes the data, when it is this writer's turn, and make sure what came of it."""
    with turn(engine, expected, new):
        try:
            engine.wire.write(engine.address.update, text.encode(), UPDATE_HEADERS)
        except NotSent:
            raise
        except Unavailable as fault:
            withdraw(engine, new)
            _after_a_fault(engine, expected, new, fault)
            return
        now = revision_of(engine)
        if now != new:
            raise conflict(engine, expected, now)


def _after_a_fault(engine: Engine, expected: str | None, new: str, fault: Unavailable) -> None:
    try:
        now = revision_of(engine)
    except PlangraphError:
        raise Unavailable(
            f"{fault.zh} 写入是否已生效尚不可知：请待服务恢复后核对，再决定是否重做。",
            f"{fault.en} Whether the change was made isn't known: look again when the server is back, before you "
            "repeat it.",
        ) from None
    if now == new:
        return
    if now != expected:
        raise conflict(engine, expected, now) from None
    raise Unavailable(
        f"{fault.zh} 写入没有生效，已撤回；引擎若正在执行，它仍可能生效。重做时请用同一修订号，不会重复写入。",
        f"{fault.en} The change isn't made, and was called off; it may be made yet where the engine is in the midst "
        "of it. Repeat it for the same revision, and it can't be made twice.",
    ) from None
