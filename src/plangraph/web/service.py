"""What the web application answers from: settings, one revision of the data, and the query processes for it."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from flask import current_app, request

from plangraph.assessment import Progress, assess
from plangraph.errors import Refused, Unavailable
from plangraph.findings import Finding
from plangraph.ontology import Vocabulary, vocabulary
from plangraph.opening import pool_limits
from plangraph.overview import Overview, overview, project_statuses
from plangraph.owning import Link
from plangraph.recording import Note
from plangraph.settings import Settings
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import Answer, AskedQuery, ReaderPool
from plangraph.store.remote import RemoteStore
from plangraph.store.template import Revision, Step
from plangraph.web.summaries import SUMMARIES, Summarizer, all_findings, make
from plangraph.writing import Change, Request, Writes

Made = TypeVar("Made")

# Of more than this many, summaries take so long that the process which answers should do something else.
_MANY_QUADS: Final = 200_000


class _Turns:
    """Many read at a time, or one changes; who waits to change goes before those who come to read."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._reading = 0
        self._changing = False
        self._own = threading.local()

    def start_reading(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._changing)
            self._reading += 1
        self._own.reading = True

    def stop_reading(self) -> None:
        if getattr(self._own, "reading", False):
            self._own.reading = False
            with self._condition:
                self._reading -= 1
                self._condition.notify_all()

    @contextmanager
    def stepping_aside(self) -> Iterator[None]:
        """For a thread that waits for something else: meanwhile the data may change."""
        reading = getattr(self._own, "reading", False)
        self.stop_reading()
        try:
            yield
        finally:
            if reading:
                self.start_reading()

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._changing)
            self._changing = True
            self._condition.wait_for(lambda: not self._reading)
        try:
            yield
        finally:
            with self._condition:
                self._changing = False
                self._condition.notify_all()


class Readers:
    """The query processes, for a request that reads: while it waits for them, it doesn't keep others from writing."""

    def __init__(self, pool: ReaderPool, turns: _Turns) -> None:
        self._pool, self._turns = pool, turns

    def query(self, text: str, accept: str | None = None, **options: Any) -> Answer:
        with self._turns.stepping_aside():
            return self._pool.query(text, accept, **options)

    def begin_query(self, text: str, accept: str | None = None, **options: Any) -> AskedQuery | None:
        return self._pool.begin_query(text, accept, **options)

    def run(self, target: str, *args: Any) -> Any:
        with self._turns.stepping_aside():
            return self._pool.run(target, *args)

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Writes:
    """The way to the writer, likewise."""

    def __init__(self, writes: Writes, turns: _Turns) -> None:
        self._writes, self._turns = writes, turns

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        with self._turns.stepping_aside():
            return self._writes.change(request, expected=expected, base=base, note=note)


class _ReadOnly:
    """The writer of a service that has none."""

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        raise Refused("此服务只读。", "This server reads only.")


@dataclass
class Service:
    """One revision of the data, ready to be read. ``store`` is for the program's own queries, ``readers`` for others'.

    ``revision`` changes with the data and with the program, so it can stand in an entity tag. ``open_writing`` says
    that writers need no token, ``away`` why a remote store can't be had for now; ``apart`` makes a summary where the
    data are too many for the process that answers. Between ``turns.start_reading`` and
    ``stop_reading`` the data stay as they are.
    """

    settings: Settings
    store: EmbeddedStore | RemoteStore
    readers: Readers
    vocabulary: Vocabulary
    revision: str
    writer: Writes = field(default_factory=_ReadOnly)
    open_writing: bool = False
    away: Unavailable | None = None
    turns: _Turns = field(default_factory=_Turns, repr=False)
    apart: Callable[[Hashable], Any] | None = None
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def check(self) -> None:
        """Raise ``Unavailable`` where this request needs data that can't be had for now."""
        if self.away is not None and request.endpoint != "static":
            raise self.away

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made once for this revision. ``key`` must not come from a request."""
        if self.apart is not None and key in SUMMARIES and key not in self._made:
            revision = self.revision
            with self.turns.stepping_aside():
                made = self.apart(key)
            self.offer(key, made, revision)
            return cast(Made, made)
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast(Made, self._made[key])

    def start_anew(self, revision: str) -> None:
        """What was made of the former data holds no more."""
        with self._lock:
            if revision != self.revision:
                self.revision = revision
                self._made.clear()

    def offer(self, key: Hashable, made: Any, revision: str) -> None:
        """Take what was made elsewhere of the data at ``revision``, unless they have changed or it is there already."""
        with self._lock:
            if revision == self.revision:
                self._made.setdefault(key, made)

    def overview(self) -> Overview:
        """The plan at a glance."""
        return self.once("overview", lambda: overview(self.store))

    def statuses(self) -> dict[str, str]:
        """The last reported status of every project and programme."""
        return self.once("statuses", lambda: project_statuses(self.store))

    def findings(self) -> tuple[Finding, ...]:
        """What the checks found, the gravest first: as ``plangraph check --all`` lists it."""
        return self.once("findings", lambda: all_findings(self.store))

    def findings_on(self, iri: str) -> tuple[Finding, ...]:
        """The findings of a relation, or in which a thing is an operand."""
        return self.once("findings by thing", self._findings_by_thing).get(iri, ())

    def _findings_by_thing(self) -> dict[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.findings():
            for iri in {finding.relation.iri, *(operand.thing.iri for operand in finding.operands)}:
                found.setdefault(iri, []).append(finding)
        return {iri: tuple(findings) for iri, findings in found.items()}

    def progress(self) -> tuple[Progress, ...]:
        """The computed progress of the indicators."""
        return self.once("progress", lambda: assess(self.store))


def current_service() -> Service:
    """The service of the application that answers this request."""
    return cast(Service, current_app.extensions["plangraph"])


def open_service(settings: Settings, snapshot: Path) -> Service:
    """A service that only reads the snapshot in folder ``snapshot``. Raises ``Unavailable`` where it is no store."""
    store = EmbeddedStore.open_snapshot(snapshot, settings.memory_quads)
    turns = _Turns()
    revision = Revision(0, f"{snapshot.stat().st_mtime_ns:x}")
    readers = Readers(ReaderPool(snapshot, revision=revision, **pool_limits(settings)), turns)
    return Service(settings, store, readers, vocabulary(), revision.text, turns=turns)


def linked_service(settings: Settings, link: Link, lost: Callable[[], None] = lambda: None) -> Service:
    """The service of a web process: it starts where the owner stands, follows it, and passes changes on to it.

    ``lost`` is called when the owner says nothing any more.
    """
    standing = link.standing
    store = _opened(standing.snapshot, settings)
    revision = standing.revision
    for step in standing.steps:
        assert step.changeset is not None
        store.apply(step.changeset)
        revision = step.revision
    turns = _Turns()
    pool = ReaderPool(standing.readers, **pool_limits(settings))
    # Summaries have a place of their own: they take long on a large store, and nobody who asks should wait for that.
    limits = pool_limits(settings, 1)
    limits["seconds"] = settings.change_seconds
    aside = ReaderPool(standing.readers, **limits)
    service = Service(
        settings,
        store,
        Readers(pool, turns),
        vocabulary(),
        revision.text,
        _Writes(link, turns),
        standing.open_writing,
        standing.away,
        turns,
        partial(aside.run, f"{make.__module__}:{make.__name__}") if standing.quads > _MANY_QUADS else None,
    )

    # What is elsewhere is read as a whole for them, so only where it isn't too much.
    together = (lambda: len(service.store) <= settings.remote_quads) if isinstance(store, RemoteStore) else None
    summarizer = Summarizer(aside, settings.change_seconds, service.offer, together)
    if standing.away is None:
        summarizer.changed(service.revision)
    link.follow(partial(_move, service, (pool, aside), summarizer), lost)
    return service


def _move(service: Service, pools: Iterable[ReaderPool], summarizer: Summarizer, step: Step) -> None:
    """Bring a web process to the next revision."""
    fresh = None if step.snapshot is None else _opened(step.snapshot, service.settings)
    for pool in pools:
        pool.moved(step.revision)
    with service.turns.changing():
        if fresh is not None:
            service.store = fresh
        elif step.changeset is not None:
            service.store.apply(step.changeset)
        elif isinstance(service.store, RemoteStore):
            service.store.forget()
        service.away = step.away
        service.start_anew(step.revision.text)
    if step.away is None:
        summarizer.changed(step.revision.text)


def _opened(snapshot: Path | None, settings: Settings) -> EmbeddedStore | RemoteStore:
    """The store to read; one elsewhere doesn't look for changes, which the owner tells of."""
    if snapshot is None:
        return RemoteStore.of(replace(settings, remote_seconds=math.inf))
    return EmbeddedStore.open_snapshot(snapshot, settings.memory_quads)


def end_with_parent() -> None:
    """Leave the end of this process to the one that started it, and end soon after it where it says nothing any more.

    Out of its process group, so that Ctrl+C in the terminal reaches the parent alone.
    """
    os.setpgrp()
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
