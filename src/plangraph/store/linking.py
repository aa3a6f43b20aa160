"""Which files belong together: one names a thing that another describes and that isn't stored yet."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from plangraph.store.embedded import EmbeddedStore


class Links:
    """What files, known by their numbers, say of new things: ``see`` each of them, then ask for those ``together``.

    Things are held by their hashes, some 100 bytes each. Without a ``store`` all things are taken for new.
    """

    def __init__(self, store: EmbeddedStore | None) -> None:
        self._store = store
        self._stored: dict[int, bool] = {}
        self._describes: dict[int, int] = {}
        self._names: dict[int, set[int]] = {}
        self._parents: dict[int, int] = {}

    def see(self, file: int, quads: Iterable[ox.Quad]) -> None:
        """Look through the quads of a file. What they raise is raised; the file may be left out afterwards."""
        self._parents[file] = file
        former: object = None
        for quad in quads:
            subject, value = quad.subject, quad.object
            if subject != former:
                former = subject
                if self._is_new(subject):
                    self._join(file, self._describes.setdefault(hash(subject), file))
            if isinstance(value, ox.NamedNode):
                self._names.setdefault(hash(value), set()).add(file)

    def together(self, files: Iterable[int]) -> list[list[int]]:
        """The numbers of these files, those of one part in one list; parts in the order of their first files."""
        for thing, naming in self._names.items():
            described = self._describes.get(thing)
            if described is not None:
                for file in naming:
                    self._join(file, described)
        parts: dict[int, list[int]] = {}
        for file in sorted(files):
            parts.setdefault(self._first(file), []).append(file)
        return list(parts.values())

    def _is_new(self, subject: object) -> bool:
        if self._store is None or not isinstance(subject, ox.NamedNode):
            return True
        key = hash(subject)
        known = self._stored.get(key)
        if known is None:
            known = next(self._store.engine.quads_for_pattern(subject, None, None, None), None) is not None
            self._stored[key] = known
        return not known

    def _first(self, file: int) -> int:
        while self._parents[file] != file:
            self._parents[file] = file = self._parents[self._parents[file]]
        return file

    def _join(self, one: int, other: int) -> None:
        low, high = sorted((self._first(one), self._first(other)))
        self._parents[high] = low
