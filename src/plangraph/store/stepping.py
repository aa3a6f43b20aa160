"""Going back through changes without changing or copying a store, to see whether each of them fits."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import URIRef

from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.terms import to_oxigraph_quad


class Backwards:
    """The quads of ``store`` outside the graphs ``own`` as they were before the changes that were undone."""

    def __init__(self, store: EmbeddedStore, own: tuple[URIRef, ...]) -> None:
        self._store = store
        self._own = frozenset(ox.NamedNode(str(name)) for name in own)
        # Whether a quad is there, of those on which the store and the state gone back to may differ.
        self._there: dict[ox.Quad, bool] = {}

    def undo(self, changeset: Changeset) -> str | None:
        """Go back over a change; gives the first quad that it can't have left so, None where all of it fits."""
        for quads, there in ((changeset.added, True), (changeset.removed, False)):
            for quad in map(to_oxigraph_quad, quads):
                if self._holds(quad) is not there:
                    return str(quad)
                self._there[quad] = not there
        return None

    def rest(self) -> Iterator[str]:
        """The quads that are left."""
        for quad in self._store.engine:
            if quad.graph_name not in self._own and self._there.get(quad, True):
                yield str(quad)
        yield from (str(quad) for quad, there in self._there.items() if there and quad not in self._store.engine)

    def _holds(self, quad: ox.Quad) -> bool:
        known = self._there.get(quad)
        return quad in self._store.engine if known is None else known


def count_by_property(store: EmbeddedStore) -> tuple[int, int]:
    """How many quads are read in the order of subjects, and how many by way of each property, from another index.

    Raises ``OSError`` and others where a file can't be read or its checksums are wrong.
    """
    properties = set()
    count = 0
    for quad in store.engine:
        properties.add(quad.predicate)
        count += 1
    by_property = sum(1 for name in properties for _ in store.engine.quads_for_pattern(None, name, None, None))
    return count, by_property
