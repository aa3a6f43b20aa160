"""The history of a store: one record for every change, in ``graph/history``, each sealed with the one before it.

Records are PROV-O activities, numbered 1, 2, 3 …; the one with the highest number is the head. ``recording`` makes
them, in the same transaction as the change itself. Here they are read, found, undone and stepped back over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, SH, XSD

from plangraph.errors import NotFound, Refused
from plangraph.namespaces import HISTORY_GRAPH, ID, PG, PGC, STATE_GRAPH
from plangraph.patches import read_patch, unpacked
from plangraph.store.base import Changeset, GraphStore, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.lines import changed_copy
from plangraph.store.remote import RemoteStore

OWN_GRAPHS: Final = (STATE_GRAPH, HISTORY_GRAPH)
"""The graphs that the program keeps for itself; no request may write them, and no patch speaks of them."""
KINDS: Final = ("fill", "load", "commit", "revert", "update", "graph")
"""How a change came: shipped data, files, a commit, a revert, SPARQL Update, the Graph Store Protocol."""
CHANGES: Final = ID + "change/"
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_HASH: Final = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True)
class File:
    """A file that a change was made from: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Record:
    """One change of a store.

    ``added`` and ``removed`` count quads, ``graphs`` are those that it touched. ``gate`` is how it was validated (empty
    where it wasn't), ``conforms`` and the counts what that found. ``author`` and ``message`` may be empty. ``digest``
    seals the record and, through the parent's, all before it; ``patch_digest`` is empty where no patch was kept.
    """

    iri: URIRef
    number: int
    kind: str
    author: str
    message: str
    started: datetime
    ended: datetime
    parent: URIRef | None
    added: int
    removed: int
    graphs: tuple[URIRef, ...]
    gate: str
    conforms: bool | None
    violations: int
    warnings: int
    infos: int
    files: tuple[File, ...]
    reverts: URIRef | None
    digest: str
    patch_digest: str

    @property
    def kept(self) -> bool:
        """Whether its patch is there, so that it can be shown, reverted and stepped back over."""
        return bool(self.patch_digest)

    @property
    def name(self) -> str:
        """Its number and the beginning of its digest, as in its IRI: ``12-ab12cd34``."""
        return str(self.iri).removeprefix(CHANGES)

    def seal(self, parent_digest: str) -> str:
        """What its digest must be, given that of its parent (empty for the first)."""
        told = [
            [parent_digest, self.number, self.kind, self.author, self.message, as_time(self.started)],
            [as_time(self.ended), self.added, self.removed, sorted(map(str, self.graphs))],
            [self.gate, self.conforms, self.violations, self.warnings, self.infos],
            sorted([file.name, file.sha256] for file in self.files),
            [str(self.reverts or ""), self.patch_digest],
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The record as plain data; times in UTC, an unknown author as None."""
        return {
            "change": str(self.iri),
            "number": self.number,
            "kind": self.kind,
            "author": self.author or None,
            "message": self.message,
            "started": as_time(self.started),
            "ended": as_time(self.ended),
            "parent": None if self.parent is None else str(self.parent),
            "added": self.added,
            "removed": self.removed,
            "graphs": [str(graph) for graph in self.graphs],
            "gate": self.gate or None,
            "conforms": self.conforms,
            "violations": self.violations,
            "warnings": self.warnings,
            "infos": self.infos,
            "files": [{"name": file.name, "sha256": file.sha256} for file in self.files],
            "reverts": None if self.reverts is None else str(self.reverts),
            "sha256": self.digest,
            "patch": self.kept,
        }


def as_time(moment: datetime) -> str:
    """A moment as ``xsd:dateTime`` in UTC, to the millisecond, in the form that a store gives back."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    thousandth = f".{moment.microsecond // 1000:03}".rstrip("0").rstrip(".")
    return f"{text}{thousandth}Z"


def patch_of(iri: URIRef) -> URIRef:
    """The IRI of a change's patch."""
    return URIRef(f"{iri}/patch")


# --- Finding records --------------------------------------------------------------------------------------------------


def head_number(store: GraphStore) -> int:
    """The number of the last change; 0 where there is none."""
    if not isinstance(store, EmbeddedStore):
        return max((int(str(o)) for s, _, o, g in store.triples(None, PG.changeNumber) if _is_own(s, g)), default=0)
    # Numbers have no gaps, so that a few looks find the last of very many.
    low, high = 0, 1
    while _numbered(store, high) is not None:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _numbered(store, middle) is not None else (low, middle)
    return low


def head(store: GraphStore) -> Record | None:
    """The record of the last change; None where there is none."""
    number = head_number(store)
    return by_number(store, number) if number else None


def by_number(store: GraphStore, number: int) -> Record | None:
    """The record with this number, or None."""
    iri = _numbered(store, number)
    return None if iri is None else read_record(store, iri)


def _numbered(store: GraphStore, number: int) -> URIRef | None:
    wanted = Literal(str(number), datatype=XSD.integer)
    found = (URIRef(str(s)) for s, _, _, g in store.triples(None, PG.changeNumber, wanted) if _is_own(s, g))
    return next(found, None)


def _is_own(subject: Term, graph: URIRef) -> bool:
    return graph == HISTORY_GRAPH and str(subject).startswith(CHANGES)


def find(store: GraphStore, name: str) -> Record:
    """The change of that number, that ``NUMBER-HASH``, that IRI, or whose digest begins so (six digits at least).

    ``head`` is the last one. Raises ``NotFound``.
    """
    text = name.strip().strip("<>").removeprefix(CHANGES)
    number, _, digits = text.partition("-")
    last = head_number(store)
    found = None
    if text == "head":
        found = by_number(store, last)
    elif _NUMBER.fullmatch(number) and int(number) <= last:
        found = by_number(store, int(number))
        if found is not None and digits and not found.digest.startswith(digits):
            found = None
    if found is None and _HASH.fullmatch(text):
        beginning = (record for record in log(store, limit=last) if record.digest.startswith(text))
        found = next(beginning, None)
    if found is None:
        raise NotFound(
            f"历史中没有改动“{name}”；共有 {last} 次改动。请用 plangraph log 查看编号。",
            f"The history has no change “{name}”; there are {last}. plangraph log lists their numbers.",
        )
    return found


def log(
    store: GraphStore, *, limit: int = 50, before: int | None = None, about: URIRef | None = None
) -> tuple[Record, ...]:
    """Up to ``limit`` records, the last first; those with numbers under ``before``, or whose patches name ``about``."""
    top = head_number(store) if before is None else min(before - 1, head_number(store))
    found: list[Record] = []
    for number in range(top, 0, -1):
        if len(found) >= limit:
            break
        record = by_number(store, number)
        if record is not None and (about is None or (record.kept and f"<{about}>" in patch_text(store, record))):
            found.append(record)
    return tuple(found)


# --- Reading one record -----------------------------------------------------------------------------------------------


def read_record(store: GraphStore, iri: URIRef) -> Record:
    """The record ``iri``. Raises ``NotFound``."""
    facts = _Facts(store, iri)
    number = facts.text(PG.changeNumber)
    if not number:
        raise NotFound(f"历史中没有 {iri}。", f"The history has no {iri}.")
    agent, report = facts.iri(PROV.wasAssociatedWith), facts.text(SH.conforms)
    files = (_Facts(store, URIRef(str(used))) for used in facts.all(PROV.used))
    return Record(
        iri=iri,
        number=int(number),
        kind=facts.text(PG.changeKind).removeprefix(str(PGC) + "change-"),
        author="" if agent is None else _Facts(store, agent).text(FOAF.name),
        message=facts.text(DCTERMS.description),
        started=_moment(facts.text(PROV.startedAtTime)),
        ended=_moment(facts.text(PROV.endedAtTime)),
        parent=facts.iri(PG.parent),
        added=int(facts.text(PG.added) or 0),
        removed=int(facts.text(PG.removed) or 0),
        graphs=tuple(sorted(URIRef(str(graph)) for graph in facts.all(PG.changedGraph))),
        gate=facts.text(PG.gate),
        conforms=None if not report else report == "true",
        violations=int(facts.text(PG.violations) or 0),
        warnings=int(facts.text(PG.warnings) or 0),
        infos=int(facts.text(PG.infos) or 0),
        files=tuple(sorted((File(f.text(FOAF.name), f.text(PG.sha256)) for f in files), key=lambda f: f.name)),
        reverts=facts.iri(PG.reverts),
        digest=facts.text(PG.sha256),
        patch_digest=_patch_digest(store, iri),
    )


class _Facts:
    """What the history says of one thing."""

    def __init__(self, store: GraphStore, subject: URIRef) -> None:
        self._of: dict[URIRef, list[Term]] = {}
        for _, p, o, g in store.triples(subject):
            if g == HISTORY_GRAPH:
                self._of.setdefault(p, []).append(o)

    def all(self, predicate: URIRef) -> list[Term]:
        return self._of.get(predicate, [])

    def text(self, predicate: URIRef) -> str:
        return str(next(iter(self.all(predicate)), ""))

    def iri(self, predicate: URIRef) -> URIRef | None:
        return next((URIRef(str(term)) for term in self.all(predicate)), None)


def _patch_digest(store: GraphStore, iri: URIRef) -> str:
    # Not all that is said of the patch: its text may be long.
    found = (str(o) for _, _, o, g in store.triples(patch_of(iri), PG.sha256) if g == HISTORY_GRAPH)
    return next(found, "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(0, UTC)


# --- What a change did ------------------------------------------------------------------------------------------------


def patch_text(store: GraphStore, record: Record) -> str:
    """The RDF Patch of a change. Raises ``Refused`` where it wasn't kept, ``BadInput`` where it can't be unpacked."""
    for predicate in (PG.text, PG.gzip):
        for _, _, value, graph in store.triples(patch_of(record.iri), predicate):
            if graph == HISTORY_GRAPH and isinstance(value, Literal):
                return unpacked(value)
    size = record.added + record.removed
    raise Refused(
        f"第 {record.number} 次改动涉及 {size} 条陈述，超过当时的 history_quads，只记了概要："
        "无法显示、撤销或回到它之前。可从此前的备份恢复。",
        f"Change {record.number} touched {size} statements, more than history_quads was: only its summary was kept, so "
        "it can't be shown, reverted or stepped back over. A backup from before it can be restored.",
    )


def changeset_of(store: GraphStore, record: Record) -> Changeset:
    """The quads that a change added and removed. Raises as ``patch_text`` does."""
    return read_patch(patch_text(store, record))


def inverse(changeset: Changeset) -> Changeset:
    """What undoes a change."""
    return Changeset(added=changeset.removed, removed=changeset.added)


def since(store: GraphStore, number: int) -> Iterator[Record]:
    """The records after that of ``number``, the last first."""
    for later in range(head_number(store), number, -1):
        record = by_number(store, later)
        if record is not None:
            yield record


def net(changesets: Iterable[Changeset]) -> Changeset:
    """What changes come to, one after the other: what one adds and another removes is in neither."""
    added: dict[Quad, None] = {}
    removed: dict[Quad, None] = {}
    for changeset in changesets:
        for gone, come, quads in ((added, removed, changeset.removed), (removed, added, changeset.added)):
            for quad in quads:
                if quad in gone:
                    del gone[quad]
                else:
                    come[quad] = None
    return Changeset(added=tuple(added), removed=tuple(removed))


def as_of(store: EmbeddedStore | RemoteStore, record: Record) -> EmbeddedStore:
    """A copy in memory of the data as ``record`` left them, with the history up to there.

    Raises ``Refused`` where a later change kept no patch.
    """
    later = tuple(since(store, record.number))
    back = net(inverse(changeset_of(store, change)) for change in later)
    here = store if isinstance(store, EmbeddedStore) else store.copy()
    names = {change.name for change in later}
    told = [q for q in here.quads_of(HISTORY_GRAPH) if q[0].removeprefix(CHANGES).partition("/")[0] in names]
    return changed_copy(here, Changeset(added=back.added, removed=(*back.removed, *told)))
