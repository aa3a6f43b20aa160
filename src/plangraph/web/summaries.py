"""What pages show of the whole store, made anew after every change: in a query process, before a page is asked for.

Each is made apart, so that one which takes too long on a large store keeps nothing else back; the page that shows it
then makes it itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, Final

from plangraph.assessment import assess, check_progress
from plangraph.attention import attention
from plangraph.catalogue import LISTINGS, read_catalogue
from plangraph.coverage import coverage
from plangraph.crosscheck import check_relations
from plangraph.errors import PlangraphError
from plangraph.findings import Finding, by_severity
from plangraph.overview import overview, project_statuses
from plangraph.store.base import GraphStore
from plangraph.store.readers import ReaderPool
from plangraph.store.remote import RemoteStore

_LOG: Final = logging.getLogger(__name__)
# Several changes in a row are followed by one making.
_PAUSE_SECONDS: Final = 0.5


def all_findings(store: GraphStore) -> tuple[Finding, ...]:
    """What the checks found, the gravest first."""
    return by_severity((*check_relations(store), *check_progress(store)))


SUMMARIES: Final[Mapping[Hashable, Callable[[GraphStore], Any]]] = {
    "overview": overview,
    "statuses": project_statuses,
    "findings": all_findings,
    "progress": assess,
    "attention": attention,
    "coverage": coverage,
    **{("catalogue", key): partial(read_catalogue, listing=listing) for key, listing in LISTINGS.items()},
}
"""How each is made, by its key."""


def make(store: GraphStore, key: Hashable) -> Any:
    """One summary; for a query process."""
    return SUMMARIES[key](store)


def make_all(store: GraphStore) -> dict[Hashable, Any]:
    """All summaries of a store elsewhere, from a copy of it; for a query process."""
    copy = store.copy().in_memory() if isinstance(store, RemoteStore) else store
    return {key: make_one(copy) for key, make_one in SUMMARIES.items()}


class Summarizer:
    """Has the summaries made after each change, in a thread of its own, and gives them to ``offer`` with their key.

    Each is given ``seconds``. Where ``together`` is given, it tells whether they are worth making, and they are made
    in one go, from one reading of the store.
    """

    def __init__(
        self,
        readers: ReaderPool,
        seconds: float,
        offer: Callable[[Hashable, Any, str], None],
        together: Callable[[], bool] | None = None,
    ) -> None:
        self._readers, self._seconds, self._offer, self._together = readers, seconds, offer, together
        self._changed = threading.Event()
        self._revision = ""
        threading.Thread(target=self._run, name="summaries", daemon=True).start()

    def changed(self, revision: str) -> None:
        """The data are at ``revision`` now."""
        self._revision = revision
        self._changed.set()

    def _run(self) -> None:
        while self._changed.wait():
            self._changed.clear()
            if self._changed.wait(_PAUSE_SECONDS):
                continue
            revision = self._revision
            if self._together is not None:
                self._make_together(self._together, revision)
                continue
            for key in SUMMARIES:
                if self._changed.is_set():
                    break
                try:
                    made = self._readers.run(f"{__name__}:make", key, seconds=self._seconds)
                except PlangraphError as failure:
                    _LOG.warning("the summary %s wasn't made: %s", key, failure)
                else:
                    self._offer(key, made, revision)

    def _make_together(self, worth: Callable[[], bool], revision: str) -> None:
        try:
            made = self._readers.run(f"{__name__}:make_all", seconds=self._seconds) if worth() else {}
        except PlangraphError as failure:
            _LOG.warning("no summaries were made: %s", failure)
        else:
            for key, summary in made.items():
                self._offer(key, summary, revision)
