"""The write path: what is to be stored is staged, validated against the shapes, and then written whole or not at all.

The shipped graphs are written by ``fill``; a store that has them from an earlier release is brought up to date, unless
somebody changed them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from plangraph import __version__
from plangraph.errors import BadInput, DoesNotConform
from plangraph.history import OWN_GRAPHS, File, head_number
from plangraph.mediatypes import N_QUADS, N_TRIPLES
from plangraph.namespaces import GRAPHS, ONTOLOGY_GRAPH, ROOT, SCHEMA, SHAPES_GRAPH, STATE_GRAPH
from plangraph.ontology import ontology_files
from plangraph.recording import Note, recorded, summarized
from plangraph.settings import Settings
from plangraph.shipped import shipped
from plangraph.store.base import Changeset, Quad
from plangraph.store.bulk import EngineQuad, add_counted, few_or_stream, new_quads
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import as_graph, is_rdf_name, read_file, skolemize, stream_file
from plangraph.store.remote import RemoteStore
from plangraph.validation import Report, validate, validate_change

LOCAL_GRAPH: Final = GRAPHS["local"]
"""Where files go that name no graph, unless the user does."""
SKOLEM: Final = ROOT + ".well-known/genid/"
_FILES_DIGEST: Final = DCTERMS.hasVersion
_GRAPH_DIGEST: Final = SCHEMA.sha256


def shipped_files() -> dict[URIRef, tuple[Path, ...]]:
    """The shipped files of each named graph: ontology, shapes, and what each plan's ``dataset.ttl`` lists."""
    found: dict[URIRef, tuple[Path, ...]] = {
        ONTOLOGY_GRAPH: tuple(ontology_files()),
        SHAPES_GRAPH: tuple(sorted(shipped("ontology", "shapes").glob("*.ttl"))),
    }
    for folder in sorted(path.parent for path in shipped("data").glob("*/dataset.ttl")):
        found.update(_listed(folder))
    return found


def _listed(folder: Path) -> dict[URIRef, tuple[Path, ...]]:
    """The files of each named graph, as the folder's ``dataset.ttl`` (DCAT) lists them; nothing where it has none."""
    catalogue = folder / "dataset.ttl"
    if not catalogue.is_file():
        return {}
    graph = as_graph(read_file(catalogue, default_graph=STATE_GRAPH))
    return {
        URIRef(str(dataset)): tuple(
            folder / name
            for name in sorted(
                str(name)
                for distribution in graph.objects(dataset, DCAT.distribution)
                for name in graph.objects(distribution, DCTERMS.identifier)
            )
        )
        for dataset in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)
    }


def read_shipped(graph: URIRef, files: Iterable[Path]) -> list[Quad]:
    """The quads of one shipped graph; blank nodes, which only lists in shapes have, get IRIs."""
    quads = [quad for path in files for quad in read_file(path, default_graph=graph)]
    return skolemize(quads, SKOLEM)


@dataclass(frozen=True)
class Filled:
    """What ``fill`` did: graphs written, and shipped graphs left alone because somebody changed them here."""

    written: tuple[URIRef, ...]
    kept: tuple[URIRef, ...]


def fill(store: EmbeddedStore | RemoteStore) -> Filled:
    """Bring the shipped graphs of ``store`` up to date, in one change; a second call does nothing.

    Raises ``SyntaxFault`` where a shipped file is broken; the store is then as it was.
    """
    adopt(store)
    added: list[Quad] = []
    removed: list[Quad] = []
    written, kept = [], []
    for graph, files in shipped_files().items():
        wanted = _digest_of_files(files)
        state = {p: o for _, p, o, g in store.triples(graph) if g == STATE_GRAPH}
        if state.get(_FILES_DIGEST) == Literal(wanted):
            continue
        present = graph_quads(store, graph)
        if present and state.get(_GRAPH_DIGEST) != Literal(_digest_of_quads(present)):
            kept.append(graph)
            continue
        quads = read_shipped(graph, files)
        removed += [*present, *((graph, p, o, STATE_GRAPH) for p, o in state.items())]
        added += [*quads, (graph, _FILES_DIGEST, Literal(wanted), STATE_GRAPH)]
        added.append((graph, _GRAPH_DIGEST, Literal(_digest_of_quads(quads)), STATE_GRAPH))
        written.append(graph)
    if written:
        note = Note(kind="fill", message=f"plangraph {__version__}")
        store.apply(recorded(store, Changeset(added=added, removed=removed), note))
        store.flush()
    return Filled(tuple(written), tuple(kept))


def adopt(store: EmbeddedStore | RemoteStore) -> None:
    """Begin the history of a store on disk that was filled before there was one: its data are what it begins with."""
    if isinstance(store, EmbeddedStore) and len(store) and not head_number(store):
        there = {graph: count for graph, count in store.graphs().items() if graph not in OWN_GRAPHS}
        if there:
            store.apply(Changeset(added=summarized(store, Note(kind="fill"), there)[0]))


def graph_quads(store: EmbeddedStore | RemoteStore, graph: URIRef) -> list[Quad]:
    """All quads of one named graph."""
    return list(store.quads_of(graph))


def _digest_of_files(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _digest_of_quads(quads: Sequence[Quad]) -> str:
    """The digest of quads as the store gives them back, with numbers in their canonical form, whatever their order."""
    return hashlib.sha256(b"\n".join(sorted(_as_stored(quads).dump(N_QUADS.media_type).splitlines()))).hexdigest()


def _as_stored(quads: Sequence[Quad]) -> EmbeddedStore:
    """The quads as a store holds them: each once, with numbers in their canonical form."""
    staged = EmbeddedStore()
    staged.apply(Changeset(added=quads))
    return staged


@dataclass(frozen=True)
class Loaded:
    """What ``load`` did: the number of quads that are new, by named graph, and the validation report."""

    added: dict[URIRef, int]
    report: Report | None


@dataclass(frozen=True)
class Loading:
    """How files are loaded: ``gate`` is ``enforce``, ``warn`` or ``off``; who loads them and why, where that is told.

    Of a change of more than ``most`` quads the history keeps no patch.
    """

    gate: str = "enforce"
    author: str = ""
    message: str = ""
    most: int = Settings.history_quads

    def note(self, targets: Iterable[Target]) -> Note:
        """What the history says of a change that is made from these files."""
        return Note(self.author, self.message, "load", files=tuple(target.file() for target in targets))


@dataclass(frozen=True)
class Target:
    """A file, the named graph for what names none in it, and the name by which the history knows it."""

    path: Path
    graph: URIRef
    name: str

    def file(self) -> File:
        """Its name and the digest of what is in it now."""
        with self.path.open("rb") as data:
            return File(self.name, hashlib.file_digest(data, "sha256").hexdigest())

    def read(self) -> list[Quad]:
        """Its quads, without blank nodes. Raises ``BadInput`` or, with line and column, ``SyntaxFault``."""
        return skolemize(read_file(self.path, default_graph=self.graph), SKOLEM)

    def stream(self) -> Iterator[EngineQuad]:
        """The same one by one, as the store takes them in; the first fault is raised after what stands before it."""
        return stream_file(self.path, default_graph=self.graph, skolem=SKOLEM)


def load(
    store: EmbeddedStore | RemoteStore,
    paths: Sequence[Path],
    *,
    graph: URIRef = LOCAL_GRAPH,
    gate: str = "enforce",
    how: Loading | None = None,
) -> Loaded:
    """Add RDF files, or the files in folders, in one change through the gate: ``enforce``, ``warn`` or ``off``.

    Triples go to ``graph`` unless the file names graphs itself, or its folder's ``dataset.ttl`` says where it belongs.
    ``how`` says the gate and more. Raises ``DoesNotConform`` where the gate is ``enforce`` and a mandatory shape is
    broken, ``SyntaxFault`` and others as the readers do, ``Conflict`` where somebody else changed a remote store
    meanwhile; the store is then as it was.
    """
    how, files = how or Loading(gate), tuple(targets(paths, graph))
    if how.gate == "off" and isinstance(store, EmbeddedStore):
        quads = (quad for target in files for quad in target.stream())
        return Loaded(add_unchecked(store, quads, how, files), None)
    return add_checked(store, [quad for target in files for quad in target.read()], how, files)


def add_checked(
    store: EmbeddedStore | RemoteStore, quads: Sequence[Quad], how: Loading, files: Sequence[Target]
) -> Loaded:
    """Add the quads of ``files`` in one change, through the gate. Raises as ``load`` does."""
    expected = store.stated_revision() if isinstance(store, RemoteStore) else None
    if isinstance(store, RemoteStore):
        before = {quad for name in {quad[3] for quad in quads} for quad in store.quads_of(name)}
        new = [quad for quad in _as_stored(quads).triples() if quad not in before]
    else:
        new = new_quads(store, quads)
    changeset = Changeset(added=new)
    report = None
    if how.gate != "off":
        if isinstance(store, RemoteStore):
            report = validate(as_graph(quads), store)
        else:
            report = validate_change(store, changeset)
    if how.gate == "enforce" and report is not None and not report.conforms:
        raise DoesNotConform(
            "数据不符合约束，未写入。可用 plangraph validate 查看全部问题；确需写入可用 --gate warn。",
            "The data don't conform and weren't stored. plangraph validate lists all faults; "
            "--gate warn stores them anyway.",
            report,
        )
    changeset = recorded(store, changeset, how.note(files), report, gate=how.gate, most=how.most)
    if isinstance(store, RemoteStore):
        store.apply(changeset, expected=expected)
    else:
        store.apply(changeset)
    store.flush()
    return Loaded(dict(sorted(Counter(quad[3] for quad in new).items())), report)


def parts_of(paths: Sequence[Path], graph: URIRef = LOCAL_GRAPH) -> dict[URIRef, bytes]:
    """What ``load`` would write, by named graph, as N-Triples."""
    held = _as_stored([quad for t in targets(paths, graph) for quad in read_file(t.path, default_graph=t.graph)])
    return {name: held.dump(N_TRIPLES.media_type, name) for name in held.graphs()}


def add_unchecked(
    store: EmbeddedStore, quads: Iterable[EngineQuad], how: Loading, files: Sequence[Target]
) -> dict[URIRef, int]:
    """Add the quads of ``files`` in one change without a gate, a million in seconds; gives the new ones by graph."""
    few, stream = few_or_stream(quads, how.most)
    if few is not None:
        return add_checked(store, few, how, files).added
    added = add_counted(store, stream, lambda new: summarized(store, how.note(files), new)[0])
    store.flush()
    return added


def targets(paths: Sequence[Path], graph: URIRef = LOCAL_GRAPH) -> Iterator[Target]:
    """The files that are meant, those of folders in order of their names. Raises ``BadInput`` for a folder without."""
    for path in paths:
        if not path.is_dir():
            yield Target(path, graph, path.name)
            continue
        listed = {file: name for name, files in _listed(path).items() for file in files}
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        readable = [file for file in files if is_rdf_name(file.name)]
        if not readable:
            raise BadInput(f"文件夹 {path} 中没有 RDF 文件。", f"The folder {path} has no RDF files.")
        yield from (Target(file, listed.get(file, graph), file.relative_to(path).as_posix()) for file in readable)
