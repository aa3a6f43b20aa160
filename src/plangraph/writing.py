"""The one writer: every change is staged, validated, and then made whole or not at all, with its record.

Staging happens in a child of the template process, on a copy of the data that nobody else sees: what is sent is parsed
or evaluated there under the limits of time and memory, becomes a changeset, and is held against the shapes. Only the
changeset reaches the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from rdflib import URIRef

from plangraph import uploads
from plangraph.changing import (
    Wanted,
    afresh,
    commit_change,
    exact_change,
    exists,
    graph_change,
    place_of,
    revert_change,
    sources_of,
    update_change,
)
from plangraph.conflicts import Overtaken, base_number, refuse_overtaken
from plangraph.errors import Conflict, DoesNotConform
from plangraph.history import OWN_GRAPHS, Record, head_number
from plangraph.namespaces import STATE_GRAPH
from plangraph.recording import Note, with_record
from plangraph.requests import (
    Commit,
    DeleteGraph,
    Exact,
    Payload,
    PostGraph,
    PutGraph,
    Request,
    Revert,
    Update,
    files_of,
    kind_of,
    made_on_head,
)
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool
from plangraph.store.template import Revision
from plangraph.validation import validate_change

__all__ = [
    "OWN_GRAPHS",
    "Change",
    "Commit",
    "DeleteGraph",
    "Exact",
    "Note",
    "Overtaken",
    "Payload",
    "PostGraph",
    "PutGraph",
    "Request",
    "Revert",
    "Staged",
    "Update",
    "Writer",
    "Writes",
    "exists",
]


@dataclass(frozen=True)
class Change:
    """What a request did: how many quads, which graphs came and went, and the revision that it made.

    ``report`` is the validation report as JSON where one was made. ``id`` is the IRI of the record in the history and
    ``number`` its number; both are None where nothing changed.
    """

    added: int
    removed: int
    created: tuple[URIRef, ...]
    deleted: tuple[URIRef, ...]
    revision: str
    report: dict[str, Any] | None = None
    id: str | None = None
    number: int | None = None


class Writes(Protocol):
    """What changes the data: the writer itself, or the connection of a web process to it."""

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Make one change; where ``expected`` is given, only at that revision, else ``Conflict``.

        ``base`` names the change that the writer's data were made on, as ``history.find`` takes it: ``Overtaken``
        where others have changed the same things since. ``note`` says who makes the change, and why.

        Raises ``DoesNotConform``, ``SyntaxFault``, ``BadInput``, ``Refused``, ``NotFound``, …
        """
        ...


class Writer:
    """Makes changes of ``store``, one after the other.

    ``pool`` stages them, and ``moved`` is told what was written: it gives the new revision once every reader sees it.
    ``gate`` is ``enforce``, ``warn`` or ``off``; ``union`` says what the default graph of a ``WHERE`` is,
    ``services`` which endpoints it may call, ``most`` of how many quads a patch is kept.
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
        most: int = Settings.history_quads,
    ) -> None:
        self._store, self._pool, self._moved = store, pool, moved
        self._gate, self._union, self._services, self._most = gate, union, services, most
        self._lock = threading.Lock()

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Stage, validate, write. Raises what the stages raise; the store is then as it was."""
        noted = noted_for(request, note)
        # Before the lock: what others commit while this one waits, its author hasn't seen.
        arrived = None if made_on_head(request) or base is not None else str(head_number(self._store))
        with self._lock:
            staged: Staged
            staged, revision = self._pool.stage(
                "plangraph.writing:stage", request, self._gate, self._union, self._services, base or arrived
            )
            if expected is not None and revision.text != expected:
                raise changed_meanwhile()
            record = None
            if staged.changeset:
                changeset, record = staged.recorded(self._store, noted, self._gate, self._most)
                self._store.apply(changeset)
                self._store.flush()
                revision = self._moved(changeset)
        return staged.done(revision, record)


def noted_for(request: Request, note: Note | None) -> Note:
    """The note of a request: who and why as given, when it arrived, what kind it is and which files it brings."""
    given = note or Note()
    return replace(
        given,
        kind=given.kind or kind_of(request),
        files=given.files or files_of(request),
        started=given.started or datetime.now(UTC),
    )


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
    reverts: URIRef | None = None

    def recorded(self, store: Any, note: Note, gate: str, most: int) -> tuple[Changeset, Record | None]:
        """The changeset with its record, for a store that it wasn't made on yet."""
        note = replace(note, reverts=self.reverts)
        return with_record(store, self.changeset, note, self.report, gate=gate, most=most)

    def done(self, revision: Revision, record: Record | None) -> Change:
        """What is told of the change once it is made, and the data are at ``revision``."""
        return Change(
            sum(1 for quad in self.changeset.added if quad[3] not in OWN_GRAPHS),
            sum(1 for quad in self.changeset.removed if quad[3] not in OWN_GRAPHS),
            self.created,
            self.deleted,
            revision.text,
            self.report,
            None if record is None else str(record.iri),
            None if record is None else record.number,
        )


def stage(
    store: EmbeddedStore,
    request: Request,
    gate: str,
    union: bool = True,
    services: tuple[str, ...] = (),
    base: str | None = None,
) -> Staged:
    """Work out the change on ``store``, which is a private copy, and hold it against the shapes.

    Raises ``Overtaken`` where others touched the same things after the change ``base``, ``DoesNotConform`` with the
    report as JSON where the gate is ``enforce`` and a mandatory shape is broken, or where a commit has warnings and
    doesn't allow them.
    """
    store = store.writable()
    wanted = _wanted(store, request, gate, union, services)
    changeset = wanted.changeset
    if base is not None and changeset:
        refuse_overtaken(store, changeset, wanted.quads, base_number(store, base))
    graphs = {quad[3] for quad in (*changeset.added, *changeset.removed)}
    graphs |= {URIRef(str(s)) for s, p, o, g in (*changeset.added, *changeset.removed) if g == STATE_GRAPH}
    graphs -= {*OWN_GRAPHS}
    before = {graph for graph in graphs if exists(store, graph)}
    report = _gate(store, changeset, gate, request)
    _refuse_warnings(request, report, gate)
    store.apply(changeset)
    after = {graph for graph in graphs if exists(store, graph)}
    return Staged(changeset, tuple(sorted(after - before)), tuple(sorted(before - after)), report, wanted.reverts)


def _wanted(store: EmbeddedStore, request: Request, gate: str, union: bool, services: tuple[str, ...]) -> Wanted:
    match request:
        case Update():
            changeset = update_change(store, request, union, services)
            return Wanted(changeset if gate == "off" else afresh(changeset), changeset.added)
        case Commit():
            return commit_change(store, request)
        case Exact():
            return exact_change(store, request)
        case Revert():
            return revert_change(store, request)
        case _:
            changeset = graph_change(store, request, named=gate != "off")
            return Wanted(changeset, changeset.added)


def _gate(store: EmbeddedStore, changeset: Changeset, gate: str, request: Request) -> dict[str, Any] | None:
    if gate == "off" or not changeset:
        return None
    report = validate_change(store, changeset, Settings.report_results)
    if report.results:
        report = report.located(partial(place_of, sources_of(request)))
    if gate == "enforce" and not report.conforms:
        raise DoesNotConform(
            "数据不符合约束，未写入。report 中列有全部问题；改正后重试。",
            "The data don't conform and weren't stored. The report lists all faults; mend them and try again.",
            report.to_json(),
        )
    return report.to_json()


def _refuse_warnings(request: Request, report: dict[str, Any] | None, gate: str) -> None:
    if not isinstance(request, Commit | Exact | Revert) or request.allow_warnings or gate != "enforce" or not report:
        return
    count = sum(result["severity"] == "warning" for result in report["results"])
    count += report.get("leftOut", {}).get("warning", 0)
    if count:
        raise DoesNotConform(
            f"数据有 {count} 处提醒，未写入。请逐一核对；确认无误后用 --allow-warnings 提交"
            "（网页接口为 allow-warnings=1）。",
            f"The data have {count} warning{'s' * (count != 1)} and weren't stored. Look at each; where all is right, "
            "commit with --allow-warnings (over HTTP: allow-warnings=1).",
            report,
        )


def prepare() -> None:
    """Have in memory what the first change would wait for: this module itself, the shapes, the sheets' columns."""
    uploads.prepare()
