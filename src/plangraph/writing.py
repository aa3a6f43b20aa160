"""The one writer: every change is staged, validated, and then made whole or not at all.

Staging happens in a child of the template process, on a copy of the data that nobody else sees: what is sent is parsed
or evaluated there under the limits of time and memory, becomes a changeset, and is held against the shapes. Only the
changeset reaches the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.commits import LOCAL_GRAPH, SKOLEM
from plangraph.errors import BadInput, Conflict, DoesNotConform, NotFound, Refused
from plangraph.mediatypes import INPUT_FORMATS, by_media_type
from plangraph.namespaces import HISTORY_GRAPH, SD, STATE_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import as_graph, parse_rdf, skolemize
from plangraph.store.readers import ReaderPool
from plangraph.store.remote import RemoteStore
from plangraph.store.template import Revision
from plangraph.store.updates import changes_of
from plangraph.validation import Known, validate_change

OWN_GRAPHS: Final = (STATE_GRAPH, HISTORY_GRAPH)
"""The graphs that the program keeps for itself; no request may write them."""


@dataclass(frozen=True)
class Update:
    """A SPARQL 1.1 Update request; ``using`` and ``using_named`` are the dataset that the protocol gave."""

    text: str
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    base: str | None = None


@dataclass(frozen=True)
class Payload:
    """RDF as it was sent: its bytes, its media type, and the IRI against which relative ones are resolved."""

    data: bytes
    media_type: str
    base: str | None = None


@dataclass(frozen=True)
class PutGraph:
    """Make ``graph`` hold exactly what ``parts`` say; it exists afterwards, even empty."""

    graph: URIRef
    parts: tuple[Payload, ...]


@dataclass(frozen=True)
class PostGraph:
    """Add what ``parts`` say to ``graph``; it exists afterwards."""

    graph: URIRef
    parts: tuple[Payload, ...]


@dataclass(frozen=True)
class DeleteGraph:
    """Take ``graph`` away. ``NotFound`` where there is no such graph."""

    graph: URIRef


Request: TypeAlias = Update | PutGraph | PostGraph | DeleteGraph


@dataclass(frozen=True)
class Change:
    """What a request did: how many quads, which graphs came and went, and the revision that it made.

    ``report`` is the validation report as JSON where one was made.
    """

    added: int
    removed: int
    created: tuple[URIRef, ...]
    deleted: tuple[URIRef, ...]
    revision: str
    report: dict[str, Any] | None = None


class Writes(Protocol):
    """What changes the data: the writer itself, or the connection of a web process to it."""

    def change(self, request: Request, *, expected: str | None = None) -> Change:
        """Make one change; where ``expected`` is given, only at that revision, else ``Conflict``.

        Raises ``DoesNotConform``, ``SyntaxFault``, ``BadInput``, ``Refused``, ``NotFound``, …
        """
        ...


class Writer:
    """Makes changes of ``store``, one after the other.

    ``pool`` stages them, and ``moved`` is told what was written: it gives the new revision once every reader sees it.
    ``gate`` is ``enforce``, ``warn`` or ``off``; ``union`` says what the default graph of a ``WHERE`` is,
    ``services`` which endpoints it may call.
    """

    def __init__(
        self,
        store: EmbeddedStore,
        pool: ReaderPool,
        moved: Callable[[Changeset], Revision],
        *,
        gate: str,
        union: bool = True,
        services: tuple[str, ...] = (),
    ) -> None:
        self._store, self._pool, self._moved = store, pool, moved
        self._gate, self._union, self._services = gate, union, services
        self._known: Known | None = None
        self._lock = threading.Lock()

    def change(self, request: Request, *, expected: str | None = None) -> Change:
        """Stage, validate, write. Raises what the stages raise; the store is then as it was."""
        with self._lock:
            staged: Staged
            staged, revision = self._pool.stage(
                "plangraph.writing:stage", request, self._gate, self._union, self._services, self._known
            )
            if expected is not None and revision.text != expected:
                raise changed_meanwhile()
            if staged.changeset:
                self._store.apply(staged.changeset)
                self._store.flush()
                self._known = staged.known
                revision = self._moved(staged.changeset)
        return staged.done(revision)


def changed_meanwhile() -> Conflict:
    """The failure where the data have another revision than the one that was expected."""
    return Conflict(
        "数据在读取之后已有改动，未写入。请重新读取后再试。",
        "The data have changed since they were read; nothing was written. Read them again.",
    )


# --- Staging, in a child ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Staged:
    """What a request would do."""

    changeset: Changeset
    created: tuple[URIRef, ...]
    deleted: tuple[URIRef, ...]
    report: dict[str, Any] | None
    known: Known | None = None

    def done(self, revision: Revision) -> Change:
        """What is told of the change once it is made, and the data are at ``revision``."""
        return Change(
            sum(1 for quad in self.changeset.added if quad[3] not in OWN_GRAPHS),
            sum(1 for quad in self.changeset.removed if quad[3] not in OWN_GRAPHS),
            self.created,
            self.deleted,
            revision.text,
            self.report,
        )


def stage(
    store: EmbeddedStore,
    request: Request,
    gate: str,
    union: bool = True,
    services: tuple[str, ...] = (),
    known: Known | None = None,
) -> Staged:
    """Work out the change on ``store``, which is a private copy, and hold it against the shapes.

    Raises ``DoesNotConform`` with the report as JSON where the gate is ``enforce`` and a mandatory shape is broken.
    """
    store = store.writable()
    if isinstance(request, Update):
        changeset = _update(store, request, union, services)
    else:
        changeset = graph_change(store, request)
    if gate != "off":
        changeset = without_blank_nodes(changeset)
    graphs = {quad[3] for quad in (*changeset.added, *changeset.removed)}
    graphs |= {URIRef(str(s)) for s, p, o, g in (*changeset.added, *changeset.removed) if g == STATE_GRAPH}
    graphs -= {*OWN_GRAPHS}
    before = {graph for graph in graphs if exists(store, graph)}
    report, known = _gate(store, changeset, gate, known)
    store.apply(changeset)
    after = {graph for graph in graphs if exists(store, graph)}
    return Staged(changeset, tuple(sorted(after - before)), tuple(sorted(before - after)), report, known)


def exists(store: EmbeddedStore | RemoteStore, graph: URIRef) -> bool:
    """Whether there is a named graph: it holds something, or it was made empty on purpose."""
    return store.has_graph(graph) or _marker(graph) in store.triples(graph, RDF.type, SD.NamedGraph)


def _marker(graph: URIRef) -> Quad:
    """The statement that a graph exists though it is empty, which no quad of its own can say."""
    return graph, RDF.type, SD.NamedGraph, STATE_GRAPH


def _update(store: EmbeddedStore, request: Update, union: bool, services: tuple[str, ...]) -> Changeset:
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
    store.apply(Changeset(added=changeset.removed, removed=changeset.added))
    return changeset


def graph_change(store: EmbeddedStore | RemoteStore, request: PutGraph | PostGraph | DeleteGraph) -> Changeset:
    """What a request of the Graph Store Protocol would change; nothing is."""
    graph = request.graph
    if graph in OWN_GRAPHS:
        raise Refused(
            f"图 {graph} 由程序自用，不能写入。",
            f"The graph {graph} is the program's own and can't be written.",
        )
    there = exists(store, graph)
    present = list(store.quads_of(graph))
    markers = [_marker(graph)] if there and not present else []
    if isinstance(request, DeleteGraph):
        if not there:
            raise NotFound(f"没有名为 {graph} 的图。", f"There is no graph named {graph}.")
        return Changeset(removed=(*present, *markers))
    wanted = set(_as_stored(quad for part in request.parts for quad in _parse(part, graph)))
    held = set(present)
    added = [quad for quad in wanted if quad not in held]
    removed = [quad for quad in present if quad not in wanted] if isinstance(request, PutGraph) else []
    empty = not wanted and (isinstance(request, PutGraph) or not present)
    if empty and not markers:
        return Changeset(added=(_marker(graph),), removed=removed)
    return Changeset(added=added, removed=removed if empty else (*removed, *markers))


def _parse(part: Payload, graph: URIRef) -> list[Quad]:
    fmt = by_media_type(part.media_type, INPUT_FORMATS)
    if fmt is None:
        raise BadInput(f"不读取 {part.media_type}。", f"{part.media_type} isn't read here.")
    quads = parse_rdf(part.data, fmt, default_graph=graph, base=part.base or str(graph))
    other = next((quad[3] for quad in quads if quad[3] != graph), None)
    if other is not None:
        raise BadInput(
            f"内容另指明了图 {other}；此处只写入 {graph}。",
            f"The content names the graph {other}; this writes {graph}.",
        )
    return quads


def _as_stored(quads: Iterable[Quad]) -> Collection[Quad]:
    """The quads as a store gives them back: each once, with numbers in their canonical form."""
    scratch = EmbeddedStore()
    scratch.apply(Changeset(added=tuple(quads)))
    return tuple(scratch.triples())


def without_blank_nodes(changeset: Changeset) -> Changeset:
    """Blank nodes get IRIs, so that evidence, history and other clients can speak of them."""
    return Changeset(added=tuple(skolemize(changeset.added, SKOLEM)), removed=changeset.removed)


def _gate(
    store: EmbeddedStore, changeset: Changeset, gate: str, known: Known | None
) -> tuple[dict[str, Any] | None, Known | None]:
    if gate == "off" or not changeset:
        return None, None
    added = as_graph(quad for quad in changeset.added if quad[3] not in OWN_GRAPHS)
    report, known = validate_change(added, store, changeset.removed, known)
    if gate == "enforce" and not report.conforms:
        raise DoesNotConform(
            "数据不符合约束，未写入。report 中列有全部问题；改正后重试。",
            "The data don't conform and weren't stored. The report lists all faults; mend them and try again.",
            report.to_json(),
        )
    return report.to_json(), known
