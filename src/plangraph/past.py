"""A former state of the graph, put where queries can run on it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from plangraph.history import as_of, find
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore


def state_of(store: EmbeddedStore | RemoteStore, change: str | None) -> EmbeddedStore | RemoteStore:
    """``store``, or where ``change`` names one a copy in memory of the data as that left them.

    Raises ``NotFound``, and ``Refused`` where a later change kept no patch.
    """
    return store if change is None else as_of(store, find(store, change))


@contextlib.contextmanager
def past_on_disk(
    store: EmbeddedStore | RemoteStore, change: str, settings: Settings
) -> Iterator[tuple[EmbeddedStore, Settings]]:
    """The same state in a folder of its own, with the settings that name it; gone at the end. Raises likewise."""
    past = as_of(store, find(store, change))
    with tempfile.TemporaryDirectory(prefix="plangraph-past-") as folder:
        copy = EmbeddedStore.open(Path(folder) / "oxigraph")
        try:
            copy.apply(Changeset(added=tuple(past.triples())))
            yield copy, replace(settings, store=folder)
        finally:
            copy.close()
