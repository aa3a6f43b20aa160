"""Loading folders of very many files, part by part.

Files that name each other's new things are one part, and a part is one change: stored whole or not at all. A file that
can't be read or doesn't conform is told and left out, what is loaded already is passed over: so loading goes on where
it was stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from rdflib import URIRef
from rdflib.namespace import FOAF, PROV

from plangraph.commits import LOCAL_GRAPH, Loaded, Loading, Target, add_checked, add_unchecked, targets
from plangraph.errors import BadInput, DoesNotConform, PlangraphError
from plangraph.history import File
from plangraph.mediatypes import DATASET_FORMATS
from plangraph.namespaces import HISTORY_GRAPH, PG, PGC, compact
from plangraph.reports import Report, Result
from plangraph.store.base import Quad, Term
from plangraph.store.bulk import EngineQuad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.linking import Links
from plangraph.store.parsing import format_of_file
from plangraph.store.remote import RemoteStore

MANY: Final = 100
"""More files than this are loaded part by part unless the user wants them whole."""
_AT_ONCE: Final = 200_000


@dataclass(frozen=True)
class Fault:
    """A file that wasn't loaded, and why."""

    name: str
    error: PlangraphError


@dataclass(frozen=True)
class LoadedParts:
    """What was done: new quads by graph, how many files were loaded, passed over, and which had faults."""

    added: dict[URIRef, int]
    loaded: int
    passed_over: int
    faults: tuple[Fault, ...]


Tell = Callable[[str, int, int], None]
"""Is told of progress: ``read`` or ``load``, how many files are done, of how many."""


def load_in_parts(
    store: EmbeddedStore | RemoteStore,
    paths: Sequence[Path],
    *,
    graph: URIRef = LOCAL_GRAPH,
    how: Loading | None = None,
    tell: Tell = lambda stage, done, total: None,
) -> LoadedParts:
    """Add RDF files, or the files in folders, part by part through the gate.

    Raises ``BadInput`` where there are no files, ``Unavailable`` where the store can't be written: the parts before
    stay. The same call again goes on from there.
    """
    work = _Work(store, how or Loading(), tell)
    files = work.not_loaded_yet(tuple(targets(paths, graph)))
    if work.how.gate == "off" and isinstance(store, EmbeddedStore):
        work.load_unchecked(store, files)
    else:
        work.load_checked(files)
    return work.done()


class _Work:
    """The state of one call of ``load_in_parts``."""

    def __init__(self, store: EmbeddedStore | RemoteStore, how: Loading, tell: Tell) -> None:
        self.store, self.how, self._tell = store, how, tell
        self._added: Counter[URIRef] = Counter()
        self._loaded = self._passed_over = 0
        self._faults: list[Fault] = []

    def done(self) -> LoadedParts:
        added = {graph: count for graph, count in sorted(self._added.items()) if count}
        return LoadedParts(added, self._loaded, self._passed_over, tuple(self._faults))

    def not_loaded_yet(self, files: Sequence[Target]) -> list[Target]:
        known = loaded_files(self.store)
        left = []
        for target in files:
            try:
                if _is_known(target, known):
                    self._passed_over += 1
                else:
                    left.append(target)
            except OSError as fault:
                self._fail(target, _unreadable(target, fault))
        return left

    # --- through the gate ---

    def load_checked(self, files: Sequence[Target]) -> None:
        """Read twice, so that not all of it is in memory: to see what belongs together, and to load it."""
        links = Links(self.store if isinstance(self.store, EmbeddedStore) else None)
        readable = []
        for number, target in enumerate(files):
            self._tell("read", number, len(files))
            try:
                links.see(number, target.stream())
                readable.append(number)
            except BadInput as fault:
                self._fail(target, fault)
        done = len(files) - len(readable)
        for part in links.together(readable):
            self._tell("load", done, len(files))
            self._load_part([files[number] for number in part])
            done += len(part)
        self._tell("load", done, len(files))

    def _load_part(self, part: Sequence[Target]) -> None:
        """Load files in one change; without those at fault where there are some."""
        quads = dict(self._read(part))
        while quads:
            try:
                together = [quad for of_file in quads.values() for quad in of_file]
                self._count(add_checked(self.store, together, self.how, tuple(quads)), len(quads))
                return
            except DoesNotConform as refusal:
                for target, error in _blamed(refusal, quads).items():
                    self._fail(target, error)
                    del quads[target]

    def _read(self, part: Sequence[Target]) -> Iterator[tuple[Target, list[Quad]]]:
        for target in part:
            try:
                yield target, target.read()
            except BadInput as fault:
                self._fail(target, fault)

    # --- without a gate ---

    def load_unchecked(self, store: EmbeddedStore, files: Sequence[Target]) -> None:
        """Load small files by the batch, each large one alone."""
        batch: list[EngineQuad] = []
        of_batch: list[Target] = []
        for number, target in enumerate(files):
            self._tell("load", number, len(files))
            try:
                stream = target.stream()
                quads = list(islice(stream, _AT_ONCE))
                large = next(stream, None) is not None
                for _ in stream:
                    pass  # a fault in a large file shows before any of it is stored
            except BadInput as fault:
                self._fail(target, fault)
                continue
            if large:
                self._count(Loaded(add_unchecked(store, target.stream(), self.how, (target,)), None), 1)
                continue
            batch += quads
            of_batch.append(target)
            if len(batch) >= _AT_ONCE:
                # One of several changes that are too many to keep every quad of.
                self._add(store, batch, of_batch, replace(self.how, most=0))
                batch, of_batch = [], []
        if batch:
            self._add(store, batch, of_batch, self.how)
        self._tell("load", len(files), len(files))

    def _add(self, store: EmbeddedStore, batch: list[EngineQuad], files: list[Target], how: Loading) -> None:
        self._count(Loaded(add_unchecked(store, batch, how, files), None), len(files))

    # --- what is told at the end ---

    def _count(self, loaded: Loaded, files: int) -> None:
        self._added.update(loaded.added)
        self._loaded += files

    def _fail(self, target: Target, error: PlangraphError) -> None:
        self._faults.append(Fault(target.name, error))


def _unreadable(target: Target, fault: OSError) -> BadInput:
    return BadInput(f"无法读取 {target.path}：{fault.strerror}。", f"{target.path} can't be read: {fault.strerror}.")


def _blamed(refusal: DoesNotConform, quads: dict[Target, list[Quad]]) -> dict[Target, DoesNotConform]:
    """The files that describe things at fault, each with what is wrong there; all where no file does."""
    wrong: dict[Term, list[Result]] = {}
    for result in refusal.report.results if isinstance(refusal.report, Report) else ():
        if result.severity == "violation":
            wrong.setdefault(result.focus_node, []).append(result)
    found = {}
    for target, of_file in quads.items():
        things = dict.fromkeys(quad[0] for quad in of_file if quad[0] in wrong)
        if things:
            found[target] = _refusal([result for thing in things for result in wrong[thing]])
    return found or dict.fromkeys(quads, _refusal([result for results in wrong.values() for result in results]))


def _refusal(results: Sequence[Result]) -> DoesNotConform:
    first = results[0]
    zh, en = (first.message.get(lang) or next(iter(first.message.values()), "") for lang in ("zh", "en"))
    return DoesNotConform(
        f"有 {len(results)} 处不符合约束，例如 {compact(str(first.focus_node))}：{zh}",
        f"{len(results)} {'fault' if len(results) == 1 else 'faults'}, such as at "
        f"{compact(str(first.focus_node))}: {en}",
        Report("shacl", tuple(results)),
    )


# --- What is loaded already -------------------------------------------------------------------------------------------


def loaded_files(store: EmbeddedStore | RemoteStore) -> dict[File, set[URIRef]]:
    """The files that were loaded and not reverted, each with the graphs that the change touched."""
    reverted = {o for _, _, o, g in store.triples(None, PG.reverts) if g == HISTORY_GRAPH}
    found: dict[File, set[URIRef]] = {}
    for change, _, _, where in store.triples(None, PG.changeKind, PGC["change-load"]):
        if where != HISTORY_GRAPH or change in reverted:
            continue
        assert isinstance(change, URIRef)
        graphs = {URIRef(str(o)) for _, _, o, g in store.triples(change, PG.changedGraph) if g == HISTORY_GRAPH}
        for _, _, used, _ in store.triples(change, PROV.used):
            facts = {p: str(o) for _, p, o, g in store.triples(URIRef(str(used))) if g == HISTORY_GRAPH}
            file = File(facts.get(FOAF.name, ""), facts.get(PG.sha256, ""))
            found.setdefault(file, set()).update(graphs)
    return found


def _is_known(target: Target, known: dict[File, set[URIRef]]) -> bool:
    graphs = known.get(target.file()) if known else None
    # A file that names graphs itself goes there, whatever graph is asked for.
    return graphs is not None and (target.graph in graphs or format_of_file(_plain(target.name)) in DATASET_FORMATS)


def _plain(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name
