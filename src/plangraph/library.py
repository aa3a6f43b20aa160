"""The graph from Python: ``g = plangraph.open(store)``, and then ``g.query(…)``, ``g.describe(…)`` and the rest.

On a folder everything runs in the caller's own process, queries too: without limits, and on the caller's machine.
On a server's address the same methods read over HTTP, and ``commit`` needs the server's token.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any, TypeAlias

from rdflib import Dataset, Graph, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from plangraph.attached import source_folder
from plangraph.binding import bind_variables
from plangraph.commits import LOCAL_GRAPH
from plangraph.differences import ThingDiff, diff, diff_between
from plangraph.entities import describe, resolve
from plangraph.errors import BadInput, DoesNotConform, NotFound, Refused, StoreLocked, Unavailable
from plangraph.exporting import export_store
from plangraph.graphview import Path, neighbourhood, paths, property_label
from plangraph.history import Record, as_of, find, log, patch_text
from plangraph.mediatypes import N_QUADS
from plangraph.namespaces import bind_prefixes, expand
from plangraph.opening import open_embedded, serving_address
from plangraph.origins import read_sources
from plangraph.owning import Owner
from plangraph.payloads import payloads_of
from plangraph.queries import Question, bind, question, questions
from plangraph.recording import Note
from plangraph.reports import Report
from plangraph.requests import Commit, Exact, Payload, Request, Revert
from plangraph.sending import Sender
from plangraph.settings import Settings, is_address, load_settings
from plangraph.store.base import QueryResult, Solutions
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.lines import write_lines
from plangraph.store.parsing import as_graph
from plangraph.store.remote import RemoteStore
from plangraph.tables import Table, Thing
from plangraph.uploads import SHEET_ENDINGS, read_sheet, sent_file, texts_of
from plangraph.validation import validate
from plangraph.writing import Change, Writes

Data: TypeAlias = Graph | str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""New data: an rdflib graph, the path of a file or folder, several paths, or that of one spreadsheet."""


class KnowledgeGraph:
    """A store that is open for use; a context manager. Made by ``plangraph.open``.

    ``lang`` (``zh`` or ``en``) is the language of labels, and of a server's messages. Things are named by an IRI, a
    prefixed name, a path such as ``task/education``, or a label. What goes wrong is a ``PlangraphError``, whose
    ``text("zh")`` is its message in Chinese.
    """

    def __init__(self, store: EmbeddedStore | RemoteStore, settings: Settings, lang: str) -> None:
        self._store: EmbeddedStore | RemoteStore | None = store
        self._settings = settings
        self._copy: EmbeddedStore | None = None
        self._copied = -1
        self._owner: Owner | None = None
        self._owner_gate = ""
        self._frozen = False
        self.lang = lang

    def query(self, text: str, /, **bindings: object) -> Table | bool | Graph:
        """The answer to a SPARQL query: SELECT gives a ``Table``, ASK a bool, CONSTRUCT and DESCRIBE an rdflib graph.

        The project's prefixes are known. ``bindings`` are values for variables: ``URIRef``, ``Literal``, numbers,
        booleans, dates. They come in as ``VALUES`` at the start of the query's outermost group.
        Raises ``SyntaxFault`` with line and column, ``BadInput``, ``Unavailable``.
        """
        return _answer(_evaluated(self._reading(), bind_variables(text, bindings)))

    def questions(self) -> tuple[Question, ...]:
        """The shipped questions, by theme; each has its text, and its titles and parameters in both languages."""
        return questions()

    def ask(self, name: str, /, **parameters: object) -> Table | bool | Graph:
        """The answer to the shipped question of that name. Parameters that aren't given have the question's defaults.

        Where a parameter is a thing, its label will do. Raises ``NotFound`` or ``BadInput``.
        """
        asked = question(name)
        kinds = {parameter.name: parameter.kind for parameter in asked.parameters}
        values = {key: str(value) for key, value in parameters.items()}
        values = {key: self._iri(value) if kinds.get(key) == "iri" else value for key, value in values.items()}
        return _answer(_evaluated(self._reading(), bind(asked, values)))

    def describe(self, thing: str) -> Thing:
        """All that the graph says of one thing: names, facts, links out and in, evidence. Raises ``NotFound``."""
        store = self._reading()
        return Thing.of(describe(store, resolve(store, thing), limit=self._settings.page_size), self.lang)

    def neighbourhood(self, thing: str, depth: int = 1, *, limit: int | None = None) -> Any:
        """What is within ``depth`` links of a thing, as a networkx ``MultiDiGraph`` whose nodes are IRIs.

        Nodes have ``label`` (and ``label_zh``, ``label_en``) and ``kind``; edges have the property's IRI as their key,
        ``label`` and ``inferred``. At most ``limit`` things besides the first, the nearest; the graph's attribute
        ``more`` counts those left out. Raises ``NotFound``.
        """
        store = self._reading()
        most = self._settings.neighbourhood_limit if limit is None else limit
        view = neighbourhood(store, resolve(store, thing), depth=depth, limit=most)
        network = view.graph.copy()
        network.graph["more"] = view.more
        for iri, named in view.names.items():
            labels = {f"label_{lang}": named.text(lang) for lang in ("zh", "en")}
            network.add_node(iri, label=named.text(self.lang), kind=named.kind, **labels)
        for _, _, key, attributes in network.edges(keys=True, data=True):
            attributes["label"] = property_label(str(key))[self.lang]
        return network

    def path(self, start: str, goal: str, *, maximum: int = 3) -> tuple[Path, ...]:
        """Up to ``maximum`` of the shortest paths between two things, each hop with why it holds; may be none."""
        store = self._reading()
        return paths(store, resolve(store, start), resolve(store, goal), maximum=maximum)

    def validate(self, data: Data, *, engine: str = "auto") -> Report:
        """What is wrong with new data when they are added to this graph; nothing is changed.

        From a server the whole graph is fetched first. Raises ``SyntaxFault`` or ``BadInput`` for unreadable files.
        """
        store = self._reading()
        if (sheet := _sheet(data)) is not None:
            from plangraph.spreadsheets import read_spreadsheet, validate_read  # slow to load, and seldom wanted

            texts = texts_of(store, str(source_folder(self._settings)))
            sent = sent_file(sheet, self._settings.upload_bytes)
            return validate_read(read_spreadsheet(sent.data, sent.name, store, texts=texts), store, engine=engine)
        return validate(_flat(data) if isinstance(data, Graph) else read_sources(_listed(data)), store, engine=engine)

    def commit(
        self,
        data: Data,
        *,
        message: str,
        author: str = "",
        graph: str | None = None,
        replace: bool = False,
        allow_warnings: bool = True,
        base: str | None = None,
        gate: str | None = None,
    ) -> Change:
        """Add new data as one change, which the history keeps with its ``message`` and ``author``.

        Triples go to the graph named ``graph``, by default the one for local data, those in named graphs to theirs;
        with ``replace`` these graphs then hold nothing else. The data are validated first: ``DoesNotConform``, with the
        ``report``, where a mandatory shape is broken or, without ``allow_warnings``, anything is; nothing is changed
        then. ``base`` is the change that they were made on, by default the last: ``Conflict`` where others have changed
        the same things since. ``gate`` is ``enforce``, ``warn`` or ``off``, on a folder; a server has its own. On a
        server this needs the token; ``Refused`` without it. Where all of it is there already, nothing changes, and the
        ``id`` of the change is None.
        """
        _need_message(message)
        if (sheet := _sheet(data)) is not None:
            if replace:
                raise BadInput("replace 不用于表格。", "A spreadsheet can't replace a graph.")
            return self._commit_sheet(sheet, graph, allow_warnings, base, gate, Note(author, message))
        name = LOCAL_GRAPH if graph is None else expand(graph)
        request = Commit(_payloads(data, name), name, replace, allow_warnings)
        return self._change(request, base, Note(author, message), gate)

    def revert(self, change: str, *, message: str = "", author: str = "", gate: str | None = None) -> Change:
        """Undo a change, named by its number or IRI; that is a change of its own, validated as any.

        Raises ``NotFound``, ``Conflict`` where later changes stand in the way, and what ``commit`` does.
        """
        return self._change(Revert(change), None, Note(author, message), gate)

    def log(self, *, limit: int = 50, about: str | None = None) -> tuple[Record, ...]:
        """The last changes, the newest first; with ``about`` those of one thing."""
        store = self._open_store()
        return log(store, limit=limit, about=None if about is None else URIRef(self._iri_of(about)))

    def diff(self, change: str, other: str | None = None) -> tuple[ThingDiff, ...]:
        """What a change did, by thing and property; with ``other`` what lies between the two states. ``NotFound``."""
        store = self._open_store()
        first = find(store, change)
        return diff(store, first) if other is None else diff_between(store, first, find(store, other))

    def patch(self, change: str) -> str:
        """A change as RDF Patch."""
        store = self._open_store()
        return patch_text(store, find(store, change))

    def as_of(self, change: str) -> KnowledgeGraph:
        """The graph as a change left it, in memory, read-only. ``Refused`` where a later one is too large to undo."""
        store = self._open_store()
        past = KnowledgeGraph(as_of(store, find(store, change)), self._settings, self.lang)
        past._frozen = True
        return past

    def export(self, format: str = "trig", *, graph: str | None = None) -> bytes:
        """The graph, or one named graph, in one of ``exporting.FORMATS``."""
        return export_store(self._reading(), format, expand(graph) if graph else None, self.lang)

    def close(self) -> None:
        """Let go of the store, so that another process may open it. Calling it again does nothing."""
        store, self._store, self._copy = self._store, None, None
        self._end_owner()
        if store is not None:
            store.close()

    def __enter__(self) -> KnowledgeGraph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        place = self._store.address if isinstance(self._store, RemoteStore) else self._settings.store
        return f"<plangraph.KnowledgeGraph {place if self._store is not None else '(closed)'}>"

    def _open_store(self) -> EmbeddedStore | RemoteStore:
        if self._store is None:
            raise Unavailable(
                "图谱已关闭。请重新 plangraph.open(…)。", "It is closed. Open it again: plangraph.open(…)."
            )
        return self._store

    def _reading(self) -> EmbeddedStore | RemoteStore:
        """What queries run on: a copy in memory where the data are small enough, else the store itself."""
        store = self._open_store()
        if isinstance(store, RemoteStore):
            return store
        if self._copy is None or self._copied != store.revision:
            self._copy = store.in_memory() if len(store) <= self._settings.memory_quads else store
            self._copied = store.revision
        return self._copy

    def _commit_sheet(
        self, path: FilePath, graph: str | None, allow_warnings: bool, base: str | None, gate: str | None, note: Note
    ) -> Change:
        sent = sent_file(path, self._settings.upload_bytes)
        name = "" if graph is None else str(expand(graph))
        read = read_sheet(self._reading(), sent, name, str(source_folder(self._settings)))
        if read.unread or (not read.report["conforms"] and (gate or self._settings.gate) == "enforce"):
            raise DoesNotConform(
                "表中有错误，未写入。请按报告逐格改正；plangraph validate --marked 可得到标出错误的副本。",
                "The sheet has faults and wasn't stored. Mend the cells that the report names; "
                "plangraph validate --marked writes a copy with its faults marked.",
                read.report,
            )
        wanted = Exact(read.changeset, allow_warnings, (sent.file,))
        return self._change(wanted, base or str(read.base), note, gate)

    def _change(self, request: Request, base: str | None, note: Note, gate: str | None) -> Change:
        done = self._writer(gate).change(request, base=base, note=note)
        if isinstance(self._store, RemoteStore):
            self._store.refresh(now=True)
        return done

    def _writer(self, gate: str | None) -> Writes:
        store = self._open_store()
        if self._frozen:
            raise Refused(
                "这是过去的状态，只读。请在当前图谱上提交。",
                "This is a past state, to be read only. Commit to today's graph.",
            )
        if isinstance(store, RemoteStore):
            if gate is not None:
                raise BadInput(
                    "校验方式由服务决定，不能在此指定。", "The server sets the gate; it can't be given here."
                )
            return Sender(self._settings, self.lang)
        wanted = self._settings.gate if gate is None else gate
        if self._owner is None or self._owner_gate != wanted:
            load_settings({"gate": wanted})  # raises where it is none
            self._end_owner()
            self._owner = Owner(store, replace(self._settings, gate=wanted))
            self._owner_gate = wanted
        return self._owner

    def _end_owner(self) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.close()

    def _iri(self, text: str) -> str:
        try:
            return str(expand(text))
        except BadInput:
            return resolve(self._reading(), text)

    def _iri_of(self, thing: str) -> str:
        """The same for a thing that need not be there any more."""
        try:
            return resolve(self._reading(), thing)
        except NotFound:
            with contextlib.suppress(BadInput):
                return str(expand(thing))
            raise


def open_graph(
    store: str | os.PathLike[str] | None = None,
    *,
    empty: bool = False,
    lang: str = "en",
    token: str | None = None,
) -> KnowledgeGraph:
    """What ``plangraph.open`` does; its words stand there."""
    if lang not in ("zh", "en"):
        raise BadInput(f"lang 只能是 zh 或 en，而不是“{lang}”。", f"lang is zh or en, not “{lang}”.")
    given = {"store": None if store is None else os.fspath(store), "store_token": token}
    try:
        return graph_of(load_settings(given)[0], lang, empty=empty)
    except StoreLocked as fault:
        settings = load_settings(given)[0]
        address = serving_address(settings)
        if address is None:
            raise StoreLocked(
                f"存储 {settings.store} 正被另一进程使用。请等它结束（或 close()），或另开一个文件夹。",
                f"The store {settings.store} is in use by another process. Wait until it ends or calls close(), "
                "or open another folder.",
            ) from fault
        raise StoreLocked(
            f"存储 {settings.store} 正由服务 {address} 使用。请改用 plangraph.open('{address}')。",
            f"The store {settings.store} is in use by the server at {address}. Open that: plangraph.open('{address}').",
        ) from fault


def graph_of(settings: Settings, lang: str, *, empty: bool = False) -> KnowledgeGraph:
    """The graph that the settings name. Raises ``StoreLocked`` in words for the command line."""
    if is_address(settings.store):
        return KnowledgeGraph(RemoteStore.of(settings, lang), settings, lang)
    return KnowledgeGraph(open_embedded(settings, empty=empty)[0], settings, lang)


def _evaluated(store: EmbeddedStore | RemoteStore, text: str) -> QueryResult:
    try:
        return store.query(text)
    except (OSError, RuntimeError, ValueError) as fault:  # how Oxigraph tells of what fails while it runs
        raise BadInput(f"查询无法完成：{fault}。", f"The query can't be completed: {fault}.") from fault


def _answer(result: QueryResult) -> Table | bool | Graph:
    if isinstance(result, Solutions):
        return Table(result.variables, result.rows)
    return bind_prefixes(result) if isinstance(result, Graph) else result


def _flat(graph: Graph) -> Graph:
    """A graph of triples; of a dataset, all its graphs in one."""
    return as_graph(graph.quads()) if isinstance(graph, Dataset) else graph  # type: ignore[arg-type]


def _need_message(message: str) -> None:
    if not message.strip():
        raise BadInput("请用 message 说明这次改动。", "Say in the message why this change is made.")


def _payloads(data: Data, name: URIRef) -> tuple[Payload, ...]:
    """New data as they are sent: files as they are, graphs as N-Quads."""
    if isinstance(data, Graph):
        return (Payload(_quads_of(data, name), N_QUADS.media_type),)
    return payloads_of(_listed(data), name)


def _quads_of(data: Graph, name: URIRef) -> bytes:
    if isinstance(data, Dataset):
        quads = [(s, p, o, name if g == DATASET_DEFAULT_GRAPH_ID else g) for s, p, o, g in data.quads()]
    else:
        quads = [(s, p, o, name) for s, p, o in data]
    try:
        return "".join(f"{line} .\n" for line in write_lines(quads)).encode()  # type: ignore[arg-type]
    except ValueError as fault:
        raise BadInput(
            f"数据中有写不成 RDF 的词项：{fault}。", f"The data hold a term that can't be written: {fault}."
        ) from None


def _listed(data: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[FilePath]:
    return [FilePath(path) for path in ([data] if isinstance(data, str | os.PathLike) else data)]


def _sheet(data: Data) -> FilePath | None:
    """The spreadsheet that the data are, if they are one. Raises ``BadInput`` where something else is given besides."""
    if isinstance(data, Graph):
        return None
    paths = _listed(data)
    if not any(path.name.lower().endswith(SHEET_ENDINGS) for path in paths):
        return None
    if len(paths) != 1:
        raise BadInput(
            "表格须单独给出，一次一个，不与其他文件同时。",
            "A spreadsheet is given by itself, one at a time, without other files.",
        )
    return paths[0]
