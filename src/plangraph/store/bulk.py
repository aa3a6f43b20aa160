"""Adding very many quads to a store, and telling what of them is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final, TypeAlias

import pyoxigraph as ox
from rdflib import BNode, URIRef
from rdflib.namespace import XSD

from plangraph.store.base import Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.terms import from_oxigraph, to_oxigraph_quad

EngineQuad: TypeAlias = ox.Quad
"""A quad in the engine's own terms, for those who only hand it on."""
_AT_ONCE: Final = 10_000
_STRING: Final = ox.NamedNode(str(XSD.string))


def new_quads(store: EmbeddedStore, quads: Iterable[Quad]) -> list[Quad]:
    """Those that the store doesn't hold, each once and as it would give them back."""
    scratch = ox.Store()
    scratch.extend(map(to_oxigraph_quad, quads))
    engine = store.engine
    return _own_terms(quad for quad in scratch if quad not in engine)


def _own_terms(quads: Iterable[ox.Quad]) -> list[Quad]:
    found: list[Quad] = []
    for quad in quads:
        s, g = from_oxigraph(quad.subject), quad.graph_name
        assert isinstance(s, URIRef | BNode)
        assert isinstance(g, ox.NamedNode)
        found.append((s, URIRef(quad.predicate.value), from_oxigraph(quad.object), URIRef(g.value)))
    return found


def few_or_stream(quads: Iterable[ox.Quad], most: int) -> tuple[list[Quad] | None, Iterator[ox.Quad]]:
    """The quads as a list where there are at most ``most``, else None and the quads."""
    stream = iter(quads)
    first = list(islice(stream, most + 1))
    return (_own_terms(first), iter(())) if len(first) <= most else (None, chain(first, stream))


def add_counted(
    store: EmbeddedStore, quads: Iterable[ox.Quad], last: Callable[[dict[URIRef, int]], Iterable[Quad]]
) -> dict[URIRef, int]:
    """Add the quads in one step, all or none, and with them what ``last`` gives, which is told how many were new.

    Gives the numbers of new quads by named graph; where there are none, ``last`` isn't called.
    """
    tally = Tally(store)

    def counted() -> Iterator[ox.Quad]:
        yield from tally.passing(quads)
        if tally.new:
            yield from map(to_oxigraph_quad, last(tally.new))

    store.add_all(counted())
    return tally.new


class Tally:
    """How many quads are ``new`` in a store, by named graph, among those that have gone through ``passing``.

    A quad is told from the others by its hash of 64 bits, so that ten million take some 800 MB: of as many, the chance
    that two are taken for one is three in a million.
    """

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._filled: dict[object, bool] = {}
        self._seen: set[int] = set()
        self._new: Counter[object] = Counter()

    @property
    def new(self) -> dict[URIRef, int]:
        """The numbers so far, in order of the graphs' IRIs; graphs with nothing new are left out."""
        counts = {URIRef(g.value): n for g, n in self._new.items() if isinstance(g, ox.NamedNode)}
        return dict(sorted(counts.items()))

    def passing(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """The same quads, counted."""
        stream = iter(quads)
        while batch := list(islice(stream, _AT_ONCE)):
            self._count(batch)
            yield from batch

    def _count(self, batch: list[ox.Quad]) -> None:
        seen, new, engine = self._seen, self._new, self._store.engine
        for quad in _as_stored(batch):
            key = hash(quad)
            if key not in seen:
                seen.add(key)
                graph = quad.graph_name
                if not self._holds(graph) or quad not in engine:
                    new[graph] += 1

    def _holds(self, graph: object) -> bool:
        """Whether the store had something in the graph before, so that each quad has to be looked up."""
        known = self._filled.get(graph)
        if known is None:
            assert isinstance(graph, ox.NamedNode)
            known = next(self._store.engine.quads_for_pattern(None, None, None, graph), None) is not None
            self._filled[graph] = known
        return known


def _as_stored(batch: list[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads as a store gives them back: 1.50 is 1.5 there."""
    typed = []
    for quad in batch:
        value = quad.object
        if isinstance(value, ox.Literal) and value.language is None and value.datatype != _STRING:
            typed.append(quad)
        else:
            yield quad
    scratch = ox.Store()
    scratch.extend(typed)
    yield from scratch
