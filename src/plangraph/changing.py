"""What each kind of request would change, as exact quads; nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.commits import LOCAL_GRAPH, SKOLEM
from plangraph.conflicts import refuse_blocked
from plangraph.errors import BadInput, NotFound, Refused
from plangraph.history import OWN_GRAPHS, changeset_of, find, inverse
from plangraph.mediatypes import INPUT_FORMATS, by_media_type
from plangraph.namespaces import ID, SD, STATE_GRAPH
from plangraph.origins import Source
from plangraph.reports import Result, Where
from plangraph.requests import Commit, DeleteGraph, Exact, GraphRequest, Payload, PutGraph, Request, Revert, Update
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.lines import held_of, net_of, read_lines
from plangraph.store.parsing import parse_rdf, skolemize, skolemize_afresh
from plangraph.store.remote import RemoteStore
from plangraph.store.updates import changes_of

_LINED_BYTES: Final = 2_000_000
"""Up to this size the lines of what is committed are looked for: about 5 seconds."""


@dataclass(frozen=True)
class Wanted:
    """What a request would change. ``quads`` are all those that it wants there, also where they are; ``reverts`` is
    the change that it undoes."""

    changeset: Changeset
    quads: Collection[Quad] = field(default_factory=tuple)
    reverts: URIRef | None = None


def exists(store: EmbeddedStore | RemoteStore, graph: URIRef) -> bool:
    """Whether there is a named graph: it holds something, or it was made empty on purpose."""
    return store.has_graph(graph) or _marker(graph) in store.triples(graph, RDF.type, SD.NamedGraph)


def _marker(graph: URIRef) -> Quad:
    """The statement that a graph exists though it is empty, which no quad of its own can say."""
    return graph, RDF.type, SD.NamedGraph, STATE_GRAPH


def update_change(store: EmbeddedStore, request: Update, union: bool, services: tuple[str, ...]) -> Changeset:
    """What a SPARQL Update would change; ``store`` is a private copy, on which it is worked out."""
    changeset = changes_of(
        store,
        request.text,
        using=request.using or None,
        using_named=request.using_named or None,
        base=request.base,
        own=OWN_GRAPHS,
        local=LOCAL_GRAPH,
        union=union,
        services=services,
    )
    # Later operations of a request are evaluated on what earlier ones did to the copy.
    store.apply(inverse(changeset))
    return changeset


def afresh(changeset: Changeset) -> Changeset:
    """Blank nodes get IRIs of their own, so that evidence, history and other clients can speak of them."""
    return Changeset(added=tuple(skolemize_afresh(changeset.added, SKOLEM)), removed=changeset.removed)


def graph_change(store: EmbeddedStore | RemoteStore, request: GraphRequest, *, named: bool) -> Changeset:
    """What a request of the Graph Store Protocol would change; with ``named`` blank nodes get IRIs."""
    graph = request.graph
    _refuse_own(graph)
    if isinstance(request, DeleteGraph):
        if not exists(store, graph):
            raise NotFound(f"没有名为 {graph} 的图。", f"There is no graph named {graph}.")
        present = tuple(store.quads_of(graph))
        return Changeset(removed=present or (_marker(graph),))
    quads = [quad for part in request.parts for quad in _parse(part, graph)]
    other = next((quad[3] for quad in quads if quad[3] != graph), None)
    if other is not None:
        raise BadInput(
            f"内容另指明了图 {other}；此处只写入 {graph}。",
            f"The content names the graph {other}; this writes {graph}.",
        )
    wanted = _as_stored(skolemize(quads, SKOLEM) if named else quads)
    return _filled(store, graph, wanted, isinstance(request, PutGraph))


def _filled(
    store: EmbeddedStore | RemoteStore, graph: URIRef, wanted: Collection[Quad], alone: bool, empty: bool = True
) -> Changeset:
    """What makes ``graph`` hold ``wanted``, ``alone`` nothing else; with ``empty`` it then exists even so."""
    asked = set(wanted)
    if alone or not isinstance(store, EmbeddedStore):
        present = list(store.quads_of(graph))
        held, filled = set(present), bool(present)
    else:  # a graph that is only added to may be large, and isn't read
        present, filled = [], store.has_graph(graph)
        held = held_of(store, asked)
    markers = [_marker(graph)] if not filled and exists(store, graph) else []
    added = [quad for quad in asked if quad not in held]
    removed = [quad for quad in present if quad not in asked] if alone else []
    stays_empty = empty and not asked and (alone or not filled)
    if stays_empty and not markers:
        return Changeset(added=(_marker(graph),), removed=removed)
    return Changeset(added=added, removed=removed if stays_empty else (*removed, *markers))


def commit_change(store: EmbeddedStore | RemoteStore, request: Commit) -> Wanted:
    """What a commit would change."""
    wanted = _as_stored(skolemize([q for part in request.parts for q in _parse_file(part, request.graph)], SKOLEM))
    unwanted = set(_as_stored(q for part in request.removed for q in _parse_file(part, request.graph)))
    if request.replace and not wanted:
        raise BadInput(
            "文件中没有数据，不能用来替换图。要清空一个图，请用 DELETE /graphs 或 SPARQL 的 DROP GRAPH。",
            "The files hold no data to replace a graph by. To take a graph away, use DELETE /graphs or SPARQL's "
            "DROP GRAPH.",
        )
    for graph in {quad[3] for quad in (*wanted, *unwanted)}:
        _refuse_own(graph)
    parts = [
        _filled(store, graph, [quad for quad in wanted if quad[3] == graph], request.replace, empty=False)
        for graph in sorted({quad[3] for quad in wanted})
    ]
    added = tuple(quad for part in parts for quad in part.added)
    removed = {quad: None for part in parts for quad in part.removed}
    net = net_of(store, Changeset(removed=tuple(unwanted.difference(wanted))), OWN_GRAPHS)
    removed.update(dict.fromkeys(read_lines(net.removed)))
    return Wanted(Changeset(added=added, removed=tuple(removed)), wanted)


def exact_change(store: EmbeddedStore | RemoteStore, request: Exact) -> Wanted:
    """What of a changeset isn't so already."""
    added = skolemize(request.changeset.added, SKOLEM)
    for graph in {quad[3] for quad in (*added, *request.changeset.removed)}:
        _refuse_own(graph)
    wanted = _as_stored(added)
    net = net_of(store, Changeset(added=added, removed=request.changeset.removed), OWN_GRAPHS)
    markers = tuple(m for graph in net.graphs if (m := _marker(graph)) in set(store.triples(graph, RDF.type)))
    return Wanted(Changeset(added=read_lines(net.added), removed=(*read_lines(net.removed), *markers)), wanted)


def revert_change(store: EmbeddedStore | RemoteStore, request: Revert) -> Wanted:
    """What undoes a change; nothing where it is undone already.

    Raises ``NotFound``, ``Refused`` where no patch was kept, ``Overtaken`` where later changes stand in the way.
    """
    record = find(store, request.change)
    undo = inverse(changeset_of(store, record))
    net = net_of(store, undo, OWN_GRAPHS)
    added, removed = read_lines(net.added), read_lines(net.removed)
    blocked = [*set(undo.added).difference(added), *set(undo.removed).difference(removed)]
    if blocked and net:
        refuse_blocked(store, record, blocked)
    return Wanted(Changeset(added=added, removed=removed), undo.added, record.iri)


# --- Where it was said ------------------------------------------------------------------------------------------------


def sources_of(request: Request) -> tuple[Source, ...]:
    """What a commit brings, as texts with lines; none where that would take long."""
    if not isinstance(request, Commit) or sum(len(part.data) for part in request.parts) > _LINED_BYTES:
        return ()
    found = []
    for number, part in enumerate(request.parts, 1):
        fmt = by_media_type(part.media_type, INPUT_FORMATS)
        if fmt is not None:
            quads = tuple(_parse_file(part, request.graph))
            found.append(Source(part.name or str(number), part.data.decode("utf-8", "replace"), fmt, quads))
    return tuple(found)


def place_of(sources: Sequence[Source], result: Result) -> Where | None:
    """The file and line of what a result is about, where one of ``sources`` says it."""
    path = result.path if result.path and result.path[:1] not in "<^(!" else None
    places = [
        (*place, source.name)
        for source in sources
        if (place := source.place(result.focus_node, path, result.value)) is not None
    ]
    if not places:
        return None
    _, line, name = min(places)
    return {"file": name, "line": line}


# --- Reading it -------------------------------------------------------------------------------------------------------


def _refuse_own(graph: URIRef) -> None:
    if graph in OWN_GRAPHS:
        raise Refused(
            f"图 {graph} 由程序自用，不能写入。",
            f"The graph {graph} is the program's own and can't be written.",
        )


def _parse(part: Payload, graph: URIRef) -> list[Quad]:
    fmt = by_media_type(part.media_type, INPUT_FORMATS)
    if fmt is None:
        raise BadInput(f"不读取 {part.media_type}。", f"{part.media_type} isn't read here.")
    return parse_rdf(part.data, fmt, default_graph=graph, base=part.base or str(graph), source=part.name or None)


def _parse_file(part: Payload, graph: URIRef) -> list[Quad]:
    """The same for files, whose relative IRIs are those of things wherever they are read."""
    return _parse(part if part.base else replace(part, base=str(ID)), graph)


def _as_stored(quads: Iterable[Quad]) -> Collection[Quad]:
    """The quads as a store gives them back: each once, with numbers in their canonical form."""
    scratch = EmbeddedStore()
    scratch.apply(Changeset(added=tuple(quads)))
    return tuple(scratch.triples())
