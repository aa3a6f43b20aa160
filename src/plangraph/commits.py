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

from plangraph.errors import BadInput, DoesNotConform
from plangraph.mediatypes import N_QUADS, N_TRIPLES
from plangraph.namespaces import GRAPHS, ONTOLOGY_GRAPH, ROOT, SCHEMA, SHAPES_GRAPH, STATE_GRAPH
from plangraph.ontology import ontology_files
from plangraph.shipped import shipped
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import as_graph, is_rdf_name, read_file, skolemize, stream_file
from plangraph.store.remote import RemoteStore
from plangraph.validation import Report, validate

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
        store.apply(Changeset(added=added, removed=removed))
        store.flush()
    return Filled(tuple(written), tuple(kept))


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


def load(
    store: EmbeddedStore | RemoteStore,
    paths: Sequence[Path],
    *,
    graph: URIRef = LOCAL_GRAPH,
    gate: str = "enforce",
) -> Loaded:
    """Add RDF files, or the files in folders, through the gate: ``enforce``, ``warn`` or ``off``.

    Triples go to ``graph`` unless the file names graphs itself, or its folder's ``dataset.ttl`` says where it belongs.
    Raises ``DoesNotConform`` where the gate is ``enforce`` and a mandatory shape is broken, ``SyntaxFault`` and others
    as the readers do, ``Conflict`` where somebody else changed a remote store meanwhile; the store is then as it was.
    """
    if gate == "off" and isinstance(store, EmbeddedStore):
        return _load_unchecked(store, tuple(_targets(paths, graph)))
    quads = [quad for path, target in _targets(paths, graph) for quad in read_file(path, default_graph=target)]
    quads = skolemize(quads, SKOLEM)
    expected = store.stated_revision() if isinstance(store, RemoteStore) else None
    report = None if gate == "off" else validate(as_graph(quads), store)
    if gate == "enforce" and report is not None and not report.conforms:
        raise DoesNotConform(
            "数据不符合约束，未写入。可用 plangraph validate 查看全部问题；确需写入可用 --gate warn。",
            "The data don't conform and weren't stored. plangraph validate lists all faults; "
            "--gate warn stores them anyway.",
            report,
        )
    before = {quad for name in {quad[3] for quad in quads} for quad in store.quads_of(name)}
    new = [quad for quad in _as_stored(quads).triples() if quad not in before]
    if isinstance(store, RemoteStore):
        store.apply(Changeset(added=new), expected=expected)
    else:
        store.apply(Changeset(added=new))
    store.flush()
    return Loaded(dict(sorted(Counter(quad[3] for quad in new).items())), report)


def parts_of(paths: Sequence[Path], graph: URIRef = LOCAL_GRAPH) -> dict[URIRef, bytes]:
    """What ``load`` would write, by named graph, as N-Triples."""
    held = _as_stored([quad for path, to in _targets(paths, graph) for quad in read_file(path, default_graph=to)])
    return {name: held.dump(N_TRIPLES.media_type, name) for name in held.graphs()}


def _load_unchecked(store: EmbeddedStore, targets: Sequence[tuple[Path, URIRef]]) -> Loaded:
    """Straight into the store: a million quads in seconds."""
    before = store.graphs()
    store.add_all(q for path, target in targets for q in stream_file(path, default_graph=target, skolem=SKOLEM))
    store.flush()
    added = {graph: count - before.get(graph, 0) for graph, count in store.graphs().items()}
    return Loaded({graph: count for graph, count in added.items() if count}, None)


def _targets(paths: Sequence[Path], graph: URIRef) -> Iterator[tuple[Path, URIRef]]:
    for path in paths:
        if not path.is_dir():
            yield path, graph
            continue
        listed = {file: name for name, files in _listed(path).items() for file in files}
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        readable = [file for file in files if is_rdf_name(file.name)]
        if not readable:
            raise BadInput(f"文件夹 {path} 中没有 RDF 文件。", f"The folder {path} has no RDF files.")
        yield from ((file, listed.get(file, graph)) for file in readable)
