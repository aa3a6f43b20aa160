"""Making the history: every change of a store takes its own record along, in the same transaction.

``recorded`` is the one way: it gives back the change with its record, to be applied in one step.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SH, XSD

from plangraph.errors import BadInput
from plangraph.history import CHANGES, KINDS, OWN_GRAPHS, File, Record, as_time, head, patch_of
from plangraph.namespaces import HISTORY_GRAPH, ID, PG, PGC, SD, STATE_GRAPH
from plangraph.patches import digest_of, stored, with_headers, write_rows
from plangraph.reports import SEVERITIES, Report, Severity
from plangraph.settings import Settings
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.lines import net_of
from plangraph.store.remote import RemoteStore

LONGEST_AUTHOR: Final = 200
LONGEST_MESSAGE: Final = 10_000
_UNFIT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Note:
    """Who makes a change, why and how; each may be unknown.

    ``kind`` is one of ``history.KINDS``, or empty where it follows from the request. ``started`` is when that arrived;
    now where it isn't given. Raises ``BadInput`` for a text that is too long or has control characters.
    """

    author: str = ""
    message: str = ""
    kind: str = ""
    files: tuple[File, ...] = ()
    reverts: URIRef | None = None
    started: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind and self.kind not in KINDS:
            raise BadInput(f"没有改动类型“{self.kind}”。", f"There is no kind of change “{self.kind}”.")
        _check("作者", "author", self.author, LONGEST_AUTHOR)
        _check("说明", "message", self.message, LONGEST_MESSAGE)


def _check(zh: str, en: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadInput(
            f"{zh}不能超过 {longest} 个字符，现有 {len(text)} 个。请缩短。",
            f"The {en} may have {longest} characters and has {len(text)}. Make it shorter.",
        )
    if _UNFIT.search(text):
        raise BadInput(f"{zh}中有控制字符，请去掉。", f"The {en} has control characters in it. Take them out.")


def recorded(
    store: EmbeddedStore | RemoteStore,
    changeset: Changeset,
    note: Note,
    report: Report | Mapping[str, Any] | None = None,
    *,
    gate: str = "",
    most: int = Settings.history_quads,
) -> Changeset:
    """The change with its record added, to be applied to ``store`` in one step; as it is where it changes no data.

    ``report`` is what the ``gate`` found. Of a change of more than ``most`` quads no patch is kept.
    """
    return with_record(store, changeset, note, report, gate=gate, most=most)[0]


def with_record(
    store: EmbeddedStore | RemoteStore,
    changeset: Changeset,
    note: Note,
    report: Report | Mapping[str, Any] | None = None,
    *,
    gate: str = "",
    most: int = Settings.history_quads,
) -> tuple[Changeset, Record | None]:
    """``recorded``, and the record; None where no data change."""
    done = net_of(store, changeset, OWN_GRAPHS)
    graphs = {*done.graphs, *_marked(changeset)}
    if not graphs:
        return changeset, None
    rows = write_rows(done.added, done.removed) if len(done.added) + len(done.removed) <= most else ""
    quads, record = _made(store, note, report, gate, rows, (len(done.added), len(done.removed)), graphs)
    return Changeset(added=(*changeset.added, *quads), removed=changeset.removed), record


def summarized(
    store: EmbeddedStore | RemoteStore,
    note: Note,
    graphs: Mapping[URIRef, int],
    report: Report | Mapping[str, Any] | None = None,
    *,
    gate: str = "",
) -> tuple[list[Quad], Record]:
    """The quads of a record without a patch, for data that are added in bulk: how many new quads in which ``graphs``.

    They belong into the same step as the data.
    """
    return _made(store, note, report, gate, "", (sum(graphs.values()), 0), set(graphs))


def _marked(changeset: Changeset) -> set[URIRef]:
    """The graphs that become or cease to be empty ones."""
    quads = (*changeset.added, *changeset.removed)
    return {URIRef(str(s)) for s, _, o, g in quads if g == STATE_GRAPH and o == SD.NamedGraph}


def _made(
    store: EmbeddedStore | RemoteStore,
    note: Note,
    report: Report | Mapping[str, Any] | None,
    gate: str,
    rows: str,
    counts: tuple[int, int],
    graphs: set[URIRef],
) -> tuple[list[Quad], Record]:
    parent = head(store)
    now = _to_millisecond(datetime.now(UTC))
    found = _counts(report)
    unsealed = Record(
        iri=URIRef(CHANGES),
        number=1 if parent is None else parent.number + 1,
        kind=note.kind or "update",
        author=note.author.strip(),
        message=note.message.strip(),
        started=_to_millisecond(note.started or now),
        ended=now,
        parent=None if parent is None else parent.iri,
        added=counts[0],
        removed=counts[1],
        graphs=tuple(sorted(graphs)),
        gate=gate if report is not None else "",
        conforms=None if report is None else _conforms(report),
        violations=found["violation"],
        warnings=found["warning"],
        infos=found["info"],
        files=tuple(sorted(note.files, key=lambda file: file.name)),
        reverts=note.reverts,
        digest="",
        patch_digest=digest_of(rows) if rows else "",
    )
    digest = unsealed.seal("" if parent is None else parent.digest)
    iri = URIRef(f"{CHANGES}{unsealed.number}-{digest[:8]}")
    record = replace(unsealed, iri=iri, digest=digest)
    return record_quads(record, rows), record


def _to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _conforms(report: Report | Mapping[str, Any]) -> bool:
    return report.conforms if isinstance(report, Report) else bool(report.get("conforms", True))


def _counts(report: Report | Mapping[str, Any] | None) -> dict[Severity, int]:
    if isinstance(report, Report):
        return {name: report.count(name) for name in SEVERITIES}
    severities = [] if report is None else [result["severity"] for result in report.get("results", ())]
    return {name: severities.count(name) for name in SEVERITIES}


def record_quads(record: Record, rows: str) -> list[Quad]:
    """A record as it is stored; ``rows`` are those of its patch, empty where that isn't kept."""
    iri, patch = record.iri, patch_of(record.iri)
    facts: list[tuple[URIRef, URIRef, Term]] = [
        (iri, RDF.type, PG.Change),
        (iri, RDF.type, PROV.Activity),
        (iri, PG.changeNumber, _number(record.number)),
        (iri, PG.changeKind, PGC[f"change-{record.kind}"]),
        (iri, PROV.startedAtTime, _time(record.started)),
        (iri, PROV.endedAtTime, _time(record.ended)),
        (iri, PG.added, _number(record.added)),
        (iri, PG.removed, _number(record.removed)),
        (iri, PG.sha256, Literal(record.digest)),
        *((iri, PG.changedGraph, graph) for graph in record.graphs),
    ]
    if record.message:
        facts.append((iri, DCTERMS.description, Literal(record.message)))
    if record.parent is not None:
        facts += [(iri, PG.parent, record.parent), (iri, PROV.wasInformedBy, record.parent)]
    if record.reverts is not None:
        facts.append((iri, PG.reverts, record.reverts))
    if record.author:
        agent = agent_iri(record.author)
        facts += [(iri, PROV.wasAssociatedWith, agent), (agent, RDF.type, PROV.Agent)]
        facts += [(agent, p, Literal(record.author)) for p in (FOAF.name, RDFS.label)]
    facts += _report_facts(record)
    for number, file in enumerate(record.files, 1):
        used = URIRef(f"{iri}/file/{number}")
        facts += [(iri, PROV.used, used), (used, RDF.type, PROV.Entity)]
        facts += [(used, FOAF.name, Literal(file.name)), (used, PG.sha256, Literal(file.sha256))]
    if rows:
        headers = {"id": str(iri), **({} if record.parent is None else {"prev": str(record.parent)})}
        facts += [(iri, PROV.generated, patch), (patch, RDF.type, PROV.Entity), (patch, RDF.type, PG.Patch)]
        facts += [(patch, PG.sha256, Literal(record.patch_digest)), (patch, *stored(with_headers(headers, rows)))]
    return [(s, p, o, HISTORY_GRAPH) for s, p, o in facts]


def _report_facts(record: Record) -> list[tuple[URIRef, URIRef, Term]]:
    if record.conforms is None:
        return []
    return [
        (record.iri, PG.gate, Literal(record.gate)),
        (record.iri, SH.conforms, Literal("true" if record.conforms else "false", datatype=XSD.boolean)),
        (record.iri, PG.violations, _number(record.violations)),
        (record.iri, PG.warnings, _number(record.warnings)),
        (record.iri, PG.infos, _number(record.infos)),
    ]


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


def _time(moment: datetime) -> Literal:
    return Literal(as_time(moment), datatype=XSD.dateTime, normalize=False)


def agent_iri(author: str) -> URIRef:
    """The IRI of an author: the words of the name that are ASCII, and a few digits that keep names apart."""
    words = re.findall(r"[a-z0-9]+", author.lower())
    digits = hashlib.sha256(author.encode()).hexdigest()[:8]
    return URIRef(f"{ID}agent/{'-'.join([*words[:6], digits])}")
