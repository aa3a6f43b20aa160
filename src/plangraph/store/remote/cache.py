"""What was read of a remote store at one revision, so that pages, which read many small things, ask it seldom.

All triples of a subject are kept together and answer every narrower pattern. What comes up in one answer is likely to
be asked for next, thing by thing: so a thing that isn't there is read together with what came up about when it did,
more of it each time. Where that isn't enough and the dataset is small, it is held whole.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

from rdflib import URIRef

from plangraph.store.base import Quad, Term

_FIRST_BATCH: Final = 8
_LARGEST_BATCH: Final = 256
_LOOKED_THROUGH: Final = 4096


class Cache:
    """Quads by pattern, at most about ``most`` of them; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything: the store has another revision."""
        with self._lock:
            self._kept: OrderedDict[Hashable, Sequence[Quad]] = OrderedDict()
            self._size = 0
            self._come_up: list[URIRef] = []
            self._place: dict[URIRef, int] = {}
            self._batch = _FIRST_BATCH
            self._whole: _Whole | None = None
            self.generation = object()

    def find(self, subject: URIRef | None, predicate: URIRef | None, value: Term | None) -> Iterable[Quad] | None:
        """The quads of a pattern, None where they aren't known."""
        with self._lock:
            if self._whole is not None:
                return self._whole.find(subject, predicate, value)
            if subject is not None:
                quads = self._get(("s", subject))
            else:
                quads = self._get((predicate, value))
                if quads is None and value is not None:
                    quads = self._get((None, value))
                if quads is None and predicate is not None:
                    quads = self._get((predicate, None))
        if quads is None:
            return None
        return (q for q in quads if (predicate is None or q[1] == predicate) and (value is None or q[2] == value))

    def _get(self, key: Hashable) -> Sequence[Quad] | None:
        quads = self._kept.get(key)
        if quads is not None:
            self._kept.move_to_end(key)
        return quads

    def keep_subject(self, generation: object, subject: URIRef, quads: Sequence[Quad]) -> None:
        """Keep all quads of ``subject``, read in ``generation``."""
        self._keep(generation, ("s", subject), quads)

    def keep_pattern(
        self, generation: object, predicate: URIRef | None, value: Term | None, quads: Sequence[Quad]
    ) -> None:
        """Keep all quads of a pattern without a subject."""
        self._keep(generation, (predicate, value), quads)

    def _keep(self, generation: object, key: Hashable, quads: Sequence[Quad]) -> None:
        with self._lock:
            # An answer that was on its way when the revision changed says nothing of the new one.
            if generation is not self.generation or len(quads) > self.most // 4:
                return
            if key in self._kept:
                self._size -= len(self._kept.pop(key)) + 1
            self._kept[key] = quads
            self._size += len(quads) + 1
            while self._size > self.most:
                self._size -= len(self._kept.popitem(last=False)[1]) + 1

    def keep_all(self, generation: object, quads: Sequence[Quad]) -> None:
        """Hold the whole dataset."""
        whole = _Whole(quads)
        with self._lock:
            if generation is self.generation:
                self._whole = whole
                self._kept.clear()
                self._come_up, self._place = [], {}

    def come_up(self, generation: object, quads: Iterable[Quad]) -> None:
        """Note in what order things came up in answers."""
        with self._lock:
            if generation is not self.generation:
                return
            if len(self._come_up) > self.most:
                self._come_up, self._place = [], {}
            for quad in quads:
                for term in (quad[0], quad[2]):
                    if isinstance(term, URIRef) and term not in self._place:
                        self._place[term] = len(self._come_up)
                        self._come_up.append(term)

    def neighbours(self, thing: URIRef, predicate: URIRef | None = None) -> list[URIRef]:
        """``thing`` and those near it that aren't kept: as subjects, or as objects of ``predicate``."""
        with self._lock:
            found = [thing]
            for other in self._around(thing):
                key = ("s", other) if predicate is None else (predicate, other)
                if key not in self._kept:
                    found.append(other)
                    if len(found) == self._batch:
                        break
            self._batch = min(2 * self._batch, _LARGEST_BATCH)
        return found

    def _around(self, thing: URIRef) -> Iterator[URIRef]:
        """What came up after ``thing``, then what came up before it; not more than is worth looking through."""
        at = self._place.get(thing)
        if at is not None:
            yield from self._come_up[at + 1 : at + _LOOKED_THROUGH]
            yield from reversed(self._come_up[max(0, at - _LOOKED_THROUGH) : at])


class _Whole:
    def __init__(self, quads: Sequence[Quad]) -> None:
        self._quads = quads
        self._by: tuple[dict[Term, list[Quad]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
        for quad in quads:
            for index, term in zip(self._by, quad[:3], strict=True):
                index[term].append(quad)

    def find(self, *pattern: Term | None) -> Iterable[Quad]:
        asked = [(n, term) for n, term in enumerate(pattern) if term is not None]
        if not asked:
            return self._quads
        shortest = min((self._by[n].get(term, ()) for n, term in asked), key=len)
        return (quad for quad in shortest if all(quad[n] == term for n, term in asked))
