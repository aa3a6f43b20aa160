"""What the web application answers from: settings, one revision of the data, and the query processes for it."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app

from plangraph import __version__
from plangraph.assessment import Progress, assess, check_progress
from plangraph.crosscheck import check_relations
from plangraph.findings import Finding, by_severity
from plangraph.ontology import Vocabulary, vocabulary
from plangraph.opening import pool_limits
from plangraph.overview import Overview, overview, project_statuses
from plangraph.settings import Settings
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool

Made = TypeVar("Made")


@dataclass(frozen=True)
class Service:
    """One revision of the data, ready to be read. ``store`` is for the program's own queries, ``readers`` for others'.

    ``revision`` changes with the data and with the program, so it can stand in an entity tag.
    """

    settings: Settings
    store: EmbeddedStore
    readers: ReaderPool
    vocabulary: Vocabulary
    revision: str
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made once for this revision. ``key`` must not come from a request."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast(Made, self._made[key])

    def overview(self) -> Overview:
        """The plan at a glance."""
        return self.once("overview", lambda: overview(self.store))

    def statuses(self) -> dict[str, str]:
        """The last reported status of every project and programme."""
        return self.once("statuses", lambda: project_statuses(self.store))

    def findings(self) -> tuple[Finding, ...]:
        """What the checks found, the gravest first: as ``plangraph check --all`` lists it."""
        return self.once("findings", lambda: by_severity((*check_relations(self.store), *check_progress(self.store))))

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
    """The service on the snapshot in folder ``snapshot``. Raises ``Unavailable`` where it isn't a store."""
    store = EmbeddedStore.open_snapshot(snapshot, settings.memory_quads)
    state = f"{__version__} {snapshot.name} {snapshot.stat().st_mtime_ns}"
    revision = hashlib.sha256(state.encode()).hexdigest()[:12]
    # Last, so that the workers, which load the same data, don't slow the way to the first page.
    return Service(settings, store, ReaderPool(snapshot, **pool_limits(settings)), vocabulary(), revision)


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
