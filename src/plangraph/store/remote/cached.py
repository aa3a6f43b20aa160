"""Reading quads through the cache: what is missing is asked for in batches, or all at once where that is cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from plangraph.store.base import Quad, Term
from plangraph.store.remote import reading
from plangraph.store.remote.cache import Cache
from plangraph.store.remote.engine import Engine

# After so many requests at one revision a dataset that fits is read whole: a page costs no more than these.
_PATIENCE: Final = 30
_MOST_IN_BATCH: Final = 20_000


class CachedReading:
    """The quads of an engine by pattern, through a cache of about ``most`` quads."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine = engine
        self._cache = Cache(most)
        self._misses = 0

    def forget(self) -> None:
        """The data have changed."""
        self._cache.clear()
        self._misses = 0

    def matching(
        self, subject: URIRef | None, predicate: URIRef | None, value: Term | None, counts: Mapping[URIRef, int] | None
    ) -> Iterable[Quad]:
        """The quads of a pattern that has at least one term. ``counts`` are the graphs, where they are known.

        Raises ``ValueError`` for a blank node or a malformed IRI.
        """
        if isinstance(value, Literal):
            value = self._as_read(value)
        found = self._cache.find(subject, predicate, value)
        if found is not None:
            return found
        generation = self._cache.generation
        self._misses += 1
        if counts is not None and self._misses > _PATIENCE and sum(counts.values()) <= self._cache.most:
            quads = [quad for name, n in counts.items() for quad in reading.in_graph(self._engine, name, n)]
            self._cache.keep_all(generation, quads)
            return self._narrowed(quads, subject, predicate, value)
        if subject is not None:
            return self._narrowed(self._of_subject(generation, subject), subject, predicate, value)
        if predicate is not None and isinstance(value, URIRef):
            return self._to_object(generation, predicate, value)
        return self._pattern(generation, predicate, value)

    @property
    def wants_counts(self) -> bool:
        """Whether the next miss may read everything, so that the sizes of the graphs are needed."""
        return self._misses >= _PATIENCE

    def _of_subject(self, generation: object, subject: URIRef) -> list[Quad]:
        found = reading.of_subjects(self._engine, self._cache.neighbours(subject))
        for thing, quads in found.items():
            self._cache.keep_subject(generation, thing, quads)
        self._cache.come_up(generation, [quad for quads in found.values() for quad in quads])
        return found[subject]

    def _to_object(self, generation: object, predicate: URIRef, value: URIRef) -> list[Quad]:
        near = self._cache.neighbours(value, predicate)
        found = reading.to_objects(self._engine, predicate, near, _MOST_IN_BATCH) if len(near) > 1 else {}
        for thing, quads in found.items():
            self._cache.keep_pattern(generation, predicate, thing, quads)
        if value in found:
            self._cache.come_up(generation, [quad for quads in found.values() for quad in quads])
            return found[value]
        return self._pattern(generation, predicate, value)

    def _pattern(self, generation: object, predicate: URIRef | None, value: Term | None) -> list[Quad]:
        quads = reading.matching(self._engine, (None, predicate, value))
        if reading.is_loose(self._engine, value):
            subjects = list(dict.fromkeys(quad[0] for quad in quads if isinstance(quad[0], URIRef)))
            own = reading.of_subjects(self._engine, subjects) if subjects else {}
            quads = [q for found in own.values() for q in self._narrowed(found, None, predicate, value)]
        self._cache.keep_pattern(generation, predicate, value, quads)
        self._cache.come_up(generation, quads)
        return quads

    def _as_read(self, value: Literal) -> Literal:
        """The form in which the engine gives a literal, so that it equals what was read."""
        if value.language:
            return value
        written = self._engine.dialect.written(value)
        return self._engine.dialect.read(str(written), str(written.datatype or XSD.string))

    @staticmethod
    def _narrowed(
        quads: Iterable[Quad], subject: URIRef | None, predicate: URIRef | None, value: Term | None
    ) -> list[Quad]:
        return [
            q
            for q in quads
            if (subject is None or q[0] == subject)
            and (predicate is None or q[1] == predicate)
            and (value is None or q[2] == value)
        ]
