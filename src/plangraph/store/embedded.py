"""The store inside this process: Oxigraph, on disk or in memory.

One process at a time owns a store on disk (Oxigraph's own lock); others read snapshots of it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Graph, URIRef

from plangraph.errors import BadInput, StoreLocked, SyntaxFault, Unavailable
from plangraph.mediatypes import DATASET_FORMATS, GRAPH_FORMATS, by_media_type
from plangraph.namespaces import PREFIXES
from plangraph.store.base import Changeset, Quad, QueryResult, Solutions, Term
from plangraph.store.dumps import beside, dumps, whole_or_none
from plangraph.store.durable import Disk, clear_leftovers
from plangraph.store.parsing import oxigraph_format
from plangraph.store.terms import from_oxigraph, to_oxigraph, to_oxigraph_quad
from plangraph.store.tokens import names_dataset, reads_default_graph_only

_SPARQL_POSITION = re.compile(r"error at (\d+):(\d+): ")
# Both of Oxigraph's texts: another process holds the lock, or this one does.
_LOCKED = re.compile(r"IO error: (?:While lock file|lock hold by current process)")
_TERM = "urn:plangraph:term"
_UNION = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class EmbeddedStore:
    """A ``GraphStore`` on Oxigraph. ``EmbeddedStore()`` is in memory, ``EmbeddedStore.open(path)`` on disk."""

    def __init__(
        self, engine: ox.Store | None = None, *, union_held: bool = False, triples: ox.Store | None = None
    ) -> None:
        """``union_held`` says that the default graph of ``engine`` holds the union, as ``triples`` does by itself."""
        self._engine = engine if engine is not None else ox.Store()
        self._union_held = union_held
        self._triples = triples
        self._snapshot: Path | None = None
        self._disk: Disk | None = None
        self.revision = 0

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> EmbeddedStore:
        """The store in folder ``path``, made if absent (not with ``read_only``).

        Raises ``StoreLocked`` where another process owns it, ``Unavailable`` where the folder isn't a usable store.
        """
        try:
            if read_only:
                opened = cls(ox.Store.read_only(str(path)))
                opened._snapshot = path
                return opened
            path.mkdir(parents=True, exist_ok=True)
            opened = cls(ox.Store(str(path)))
            opened._disk = Disk(path)
            clear_leftovers(path)
            return opened
        except (OSError, ValueError, RuntimeError) as fault:
            if _LOCKED.match(str(fault)):
                raise StoreLocked(
                    f"存储 {path} 正被另一进程使用。请停止该进程，或用 --store 指定其服务地址或另一个文件夹。",
                    f"The store {path} is in use by another process. Stop that process, or give its address or another "
                    "folder with --store.",
                ) from None
            raise Unavailable(
                f"无法打开存储 {path}：{fault}。请检查权限和磁盘，或用 --store 指定另一个文件夹。",
                f"The store {path} can't be opened: {fault}. Check permissions and disk, or give another folder with "
                "--store.",
            ) from None

    def in_memory(self) -> EmbeddedStore:
        """A copy of everything, in memory, for reading.

        Its default graph holds the union of the named graphs. Oxigraph's own union repeats a triple that stands in
        two graphs, and is slower the more graphs there are. Queries that name no graph, which are most, find the union
        by itself: they then walk through half as much.
        """
        copy, triples = ox.Store(), ox.Store()
        copy.bulk_extend(self._engine)
        triples.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in self._engine)
        copy.bulk_extend(triples)
        return EmbeddedStore(copy, union_held=True, triples=triples)

    @classmethod
    def open_snapshot(cls, path: Path, memory_quads: int) -> EmbeddedStore:
        """A snapshot for reading: in memory where it has at most ``memory_quads`` quads, else on disk.

        What ``backup`` made is enough; the file that ``write_union`` may have put beside it is quicker to read.
        Raises ``Unavailable`` where it isn't a usable store.
        """
        if all(file.is_file() for file in dumps(path)):
            quads, triples = (str(file) for file in dumps(path))
            held, union = ox.Store(), ox.Store()
            # Oxigraph lets go of the interpreter's lock while it reads and writes such files.
            load = partial(union.bulk_load, path=triples, format=ox.RdfFormat.N_TRIPLES, lenient=True)
            with beside(load):
                held.bulk_load(path=triples, format=ox.RdfFormat.N_TRIPLES, lenient=True)
                held.bulk_load(path=quads, format=ox.RdfFormat.N_QUADS, lenient=True)
            return cls(held, union_held=True, triples=union)
        store = cls.open(path, read_only=True)
        return store.in_memory() if len(store) <= memory_quads else store

    def write_union(self, path: Path) -> None:
        """Put beside the snapshot ``path`` files of all quads and of all triples, as ``in_memory`` would hold them.

        Several processes that each hold the data in memory then start in a third of the time. Where the disk has no
        room for them, there are none.
        """
        quads, triples = dumps(path)

        def write_quads() -> None:
            with quads.open("wb") as out:
                self._engine.dump(out, ox.RdfFormat.N_QUADS)

        with whole_or_none((quads, triples)), beside(write_quads), triples.open("wb") as out:
            for graph in self._engine.named_graphs():
                if isinstance(graph, ox.NamedNode):
                    self._engine.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=graph)

    @property
    def engine(self) -> ox.Store:
        """Oxigraph's own store, for this package alone."""
        return self._engine

    @property
    def union(self) -> ox.Store | None:
        """The union of the named graphs by itself, where this is a copy in memory."""
        return self._triples

    @property
    def held_in_memory(self) -> bool:
        """Whether this is a copy that ``in_memory`` made."""
        return self._union_held

    def backup(self, path: Path) -> None:
        """A point-in-time copy in the new folder ``path``; hard links where the file system allows, so it is quick."""
        shutil.rmtree(path, ignore_errors=True)
        with self._writing(path):
            self._engine.flush()
            self._engine.backup(str(path))

    def writable(self) -> EmbeddedStore:
        """This store, or where it is a snapshot on disk a copy beside that (hard links), which may be changed."""
        if self._snapshot is None:
            return self
        path = Path(tempfile.mkdtemp(dir=self._snapshot.parent.parent)) / "staged"
        self._engine.backup(str(path))
        return EmbeddedStore.open(path)

    def run(
        self,
        text: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Oxigraph's own result, for its serializers. Without ``default_graphs`` the default graph is the union.

        Raises ``SyntaxFault`` with line and column, ``BadInput`` where a graph's name isn't an IRI.
        """
        # Oxigraph's switch for the union would override what the query or the request says of its dataset.
        named = default_graphs is not None or named_graphs is not None or names_dataset(text)
        alone = self._triples is not None and not named and reads_default_graph_only(text)
        engine = self._triples if alone and self._triples is not None else self._engine
        try:
            return engine.query(
                text,
                base_iri=base,
                prefixes=PREFIXES,
                use_default_graph_as_union=not self._union_held and not named,
                default_graph=None if default_graphs is None else _graph_names(default_graphs),
                named_graphs=None if named_graphs is None else _graph_names(named_graphs),
                substitutions={ox.Variable(k): to_oxigraph(v) for k, v in bindings.items()} if bindings else None,
            )
        except SyntaxError as fault:
            raise query_fault(fault) from None
        except UnicodeEncodeError:
            raise SyntaxFault("查询文本不是有效的 Unicode。", "The query isn't valid Unicode text.") from None

    def query(self, text: str, bindings: Mapping[str, Term] | None = None) -> QueryResult:
        result = self.run(text, bindings=bindings)
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        if isinstance(result, ox.QueryTriples):
            graph = Graph(bind_namespaces="none")
            for triple in result:
                graph.add((from_oxigraph(triple.subject), URIRef(triple.predicate.value), from_oxigraph(triple.object)))
            return graph
        names = tuple(variable.value for variable in result.variables)
        rows = tuple(tuple(None if term is None else from_oxigraph(term) for term in row) for row in result)
        return Solutions(names, rows)

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> Solutions:
        result = self.query(text, bindings)
        if not isinstance(result, Solutions):
            raise TypeError("not a SELECT query")
        return result

    def update(self, text: str) -> None:
        """Run a SPARQL update, whole or not at all. Raises ``SyntaxFault``."""
        try:
            with self._writing():
                self._engine.update(text, prefixes=PREFIXES)
        except SyntaxError as fault:
            raise query_fault(fault) from None
        self.revision += 1

    def graphs(self) -> dict[URIRef, int]:
        counts = self.select("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
        return {URIRef(str(row["g"])): int(str(row["n"])) for row in counts if "g" in row}

    def triples(
        self, subject: URIRef | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[Quad]:
        try:
            matches = self._engine.quads_for_pattern(
                None if subject is None else ox.NamedNode(str(subject)),
                None if predicate is None else ox.NamedNode(str(predicate)),
                None if object is None else to_oxigraph(object),
                None,
            )
        except ValueError:
            return  # what is no well-formed IRI stands in no graph
        for quad in matches:
            if isinstance(quad.graph_name, ox.NamedNode):
                s = from_oxigraph(quad.subject)
                assert isinstance(s, URIRef | BNode)
                yield s, URIRef(quad.predicate.value), from_oxigraph(quad.object), URIRef(quad.graph_name.value)

    def has_graph(self, name: URIRef) -> bool:
        """Whether a quad stands in the named graph."""
        return next(iter(self.quads_of(name)), None) is not None

    def quads_of(self, name: URIRef) -> Iterator[Quad]:
        """The quads of one named graph."""
        for quad in self._named_quads(name):
            s = from_oxigraph(quad.subject)
            assert isinstance(s, URIRef | BNode)
            yield s, URIRef(quad.predicate.value), from_oxigraph(quad.object), name

    def graph(self, name: URIRef | None = None) -> Graph:
        if name is None:
            union = self.query(_UNION)
            assert isinstance(union, Graph)
            return union
        graph = Graph(bind_namespaces="none")
        for quad in self._named_quads(name):
            graph.add((from_oxigraph(quad.subject), URIRef(quad.predicate.value), from_oxigraph(quad.object)))
        return graph

    def dump(self, media_type: str, name: URIRef | None = None) -> bytes:
        fmt = by_media_type(media_type, (*GRAPH_FORMATS, *DATASET_FORMATS))
        if fmt is None:
            raise ValueError(f"not a format of graphs or datasets: {media_type}")
        engine_format = oxigraph_format(fmt)
        if fmt in DATASET_FORMATS:
            data = ox.serialize(self._named_quads(name), format=engine_format, prefixes=PREFIXES)
        elif name is not None:
            data = self._engine.dump(format=engine_format, from_graph=_graph_names([str(name)])[0], prefixes=PREFIXES)
        else:
            union = self.run(_UNION)
            assert isinstance(union, ox.QueryTriples)
            data = union.serialize(format=engine_format)
        assert data is not None
        return data

    def _named_quads(self, name: URIRef | None) -> Iterator[ox.Quad]:
        if name is not None:
            return self._engine.quads_for_pattern(None, None, None, _graph_names([str(name)])[0])
        return (quad for quad in self._engine if isinstance(quad.graph_name, ox.NamedNode))

    def apply(self, changeset: Changeset) -> None:
        """Make one change, whole or not at all; ``flush`` has it on disk. Raises ``Unavailable``."""
        added = [to_oxigraph_quad(quad) for quad in changeset.added]
        kept = set(added)
        removed = [quad for quad in map(to_oxigraph_quad, changeset.removed) if quad not in kept]
        with self._writing():
            if self._union_held:
                self._apply_to_copy(added, removed)
            elif not removed:
                self._engine.extend(added)
            elif any(isinstance(t, ox.BlankNode) for quad in (*added, *removed) for t in (quad.subject, quad.object)):
                self._exchange(added, removed)
            else:
                # One update is one transaction in Oxigraph; separate calls would not be. The terms are written by
                # Oxigraph: rdflib's ``n3()`` doesn't escape every string right.
                parts = [_data("DELETE", removed)] + ([_data("INSERT", added)] if added else [])
                self._engine.update(";\n".join(parts))
        if self._disk is not None:
            self._disk.logged += len(added) + len(removed)
        self.revision += 1

    def add_all(self, quads: Iterable[ox.Quad]) -> None:
        """Add very many quads in one step, all or none: where ``quads`` raises, nothing is added."""
        with self._writing():
            self._engine.bulk_extend(quads)
        self.revision += 1

    def _writing(self, place: Path | None = None) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self._disk is None else self._disk.writing(self._reopen, place)

    def _reopen(self, path: Path) -> None:
        del self._engine
        try:
            self._engine = ox.Store(str(path))
        except OSError:
            self._engine = ox.Store.read_only(str(path))
            raise

    def _apply_to_copy(self, added: Sequence[ox.Quad], removed: Sequence[ox.Quad]) -> None:
        """The same for a copy in memory, which goes on holding the union."""
        unions = [self._engine, *([] if self._triples is None else [self._triples])]
        for quad in removed:
            self._engine.remove(quad)
        for s, p, o in {(quad.subject, quad.predicate, quad.object) for quad in removed}:
            others = self._engine.quads_for_pattern(s, p, o, None)
            if all(isinstance(other.graph_name, ox.DefaultGraph) for other in others):
                for union in unions:
                    union.remove(ox.Quad(s, p, o))
        self._engine.extend(added)
        for union in unions:
            union.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in added])

    def _exchange(self, added: Sequence[ox.Quad], removed: Sequence[ox.Quad]) -> None:
        """Remove and add in one transaction, blank nodes too, which an update can't name: functions give the terms."""
        rows = list(zip_longest(removed, added))

        def term_of(row: ox.Literal, place: ox.Literal) -> Any:
            quad = rows[int(row.value)][int(place.value) // 4]
            parts = None if quad is None else (quad.subject, quad.predicate, quad.object, quad.graph_name)
            return None if parts is None else parts[int(place.value) % 4]

        binds = " ".join(f"BIND(<{_TERM}>(?row, {n}) AS ?t{n})" for n in range(8))
        self._engine.update(
            "DELETE { GRAPH ?t3 { ?t0 ?t1 ?t2 } } INSERT { GRAPH ?t7 { ?t4 ?t5 ?t6 } } "  # noqa: S608
            f"WHERE {{ VALUES ?row {{ {' '.join(map(str, range(len(rows))))} }} {binds} }}",
            custom_functions={ox.NamedNode(_TERM): term_of},
        )

    def close(self) -> None:
        """Let go of the files, so that another may open them; the store can't be used afterwards."""
        if self._disk is not None:
            self._disk.shorten_log(self._engine.flush)
        del self._engine

    def flush(self) -> None:
        """Have the disk hold what was written. Raises ``Unavailable``, then and for every change after it."""
        if self._disk is not None:
            self._disk.sync(self._engine.flush)

    def __len__(self) -> int:
        return sum(self.graphs().values()) if self._union_held else len(self._engine)


def query_fault(fault: SyntaxError) -> SyntaxFault:
    """A SPARQL syntax error with its place, from Oxigraph's."""
    text = str(fault)
    match = _SPARQL_POSITION.match(text)
    detail = _SPARQL_POSITION.sub("", text)
    return SyntaxFault(
        f"SPARQL 语法错误：{detail}。请改正此处后重试。",
        f"SPARQL syntax error: {detail}. Mend it there and try again.",
        line=int(match[1]) if match else None,
        column=int(match[2]) if match else None,
    )


def _graph_names(names: Sequence[str]) -> list[Any]:
    try:
        return [ox.NamedNode(name) for name in names]
    except ValueError as fault:
        listed = ", ".join(names)
        raise BadInput(
            f"命名图须以完整的 IRI 给出，而不是“{listed}”（{fault}）。",
            f"A named graph is given by an absolute IRI, not “{listed}” ({fault}).",
        ) from None


def _data(verb: str, quads: Sequence[ox.Quad]) -> str:
    body = "\n".join(f"GRAPH {q.graph_name} {{ {q.subject} {q.predicate} {q.object} }}" for q in quads)
    return f"{verb} DATA {{\n{body}\n}}"
