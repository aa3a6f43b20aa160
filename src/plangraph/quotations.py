"""What the graph quotes of a source: each place that something rests on, with the things that rest on it.

Everything is read in a few passes over whole properties, so that it is quick behind an address too.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.entities import Named
from plangraph.namespaces import OA, ONTOLOGY_GRAPH, PG, SHAPES_GRAPH
from plangraph.store.base import GraphStore, Term

_VOCABULARY: Final = (ONTOLOGY_GRAPH, SHAPES_GRAPH)
# As short a quote may stand in a text often; it says where it is only together with its neighbours.
_SURE: Final = 4


@dataclass(frozen=True)
class SourceDocument:
    """A document that facts rest on. ``sha256`` is that of its text's bytes, empty where the graph states none."""

    thing: Named
    sha256: str


@dataclass(frozen=True)
class Quotation:
    """A place in a source: code points ``start`` to ``end`` (exclusive), the words there, and what rests on them."""

    iri: str
    start: int
    end: int
    exact: str
    locator: str
    things: tuple[Named, ...]


class Lexicon:
    """The labels, other names and classes of everything in a store, each property read once."""

    def __init__(self, store: GraphStore) -> None:
        self._labels: dict[Term, dict[str, str]] = defaultdict(dict)
        self._types: dict[Term, list[str]] = defaultdict(list)
        self.chinese: dict[str, set[str]] = defaultdict(set)
        """Each Chinese name in the data, those of the vocabulary left out, with the IRIs of what is called so."""
        for predicate in (SKOS.prefLabel, SKOS.altLabel):
            for s, _, text, graph in store.triples(None, predicate):
                if not isinstance(text, Literal):
                    continue
                if predicate == SKOS.prefLabel:
                    self._labels[s].setdefault(text.language or "zh", str(text))
                if text.language == "zh" and graph not in _VOCABULARY:
                    self.chinese[str(text)].add(str(s))
        for s, _, class_, _ in store.triples(None, RDF.type):
            self._types[s].append(str(class_))

    def named(self, iri: str) -> Named:
        """The thing with its label and classes, those of the ontology first."""
        node, own = URIRef(iri), str(PG)
        types = sorted(set(self._types.get(node, ())), key=lambda c: (not c.startswith(own), c))
        return Named(iri, self._labels.get(node, {}), tuple(types))


def source_documents(store: GraphStore, lexicon: Lexicon) -> tuple[SourceDocument, ...]:
    """The documents with a hash or with evidence, in the order of their IRIs."""
    hashes = {str(s): str(o) for s, _, o, _ in store.triples(None, PG.sha256)}
    quoted = {str(o) for _, _, o, _ in store.triples(None, OA.hasSource)}
    return tuple(SourceDocument(lexicon.named(iri), hashes.get(iri, "")) for iri in sorted(hashes.keys() | quoted))


def hashes_of_sources(store: GraphStore) -> frozenset[str]:
    """The SHA-256 of the texts of all sources."""
    return frozenset(str(o) for _, _, o, _ in store.triples(None, PG.sha256))


def quotations(store: GraphStore, source: str, lexicon: Lexicon) -> tuple[Quotation, ...]:
    """The evidence that the graph has in ``source``, in the order of its text."""
    nodes = {s for s, _, _, _ in store.triples(None, OA.hasSource, URIRef(source)) if isinstance(s, URIRef)}
    holders: dict[Term, set[URIRef]] = defaultdict(set)
    for s, _, node, _ in store.triples(None, PG.evidence):
        if node in nodes and isinstance(s, URIRef):
            holders[node].add(s)
    parts: dict[Term, dict[URIRef, Term]] = defaultdict(dict)
    for p in (OA.start, OA.end, OA.exact):
        for s, _, o, _ in store.triples(None, p):
            parts[s][p] = o
    of_node: dict[Term, dict[URIRef, Term]] = defaultdict(dict)
    for node, _, selector, _ in store.triples(None, OA.hasSelector):
        of_node[node].update(parts.get(selector, {}))
    locators = {s: str(o) for s, _, o, _ in store.triples(None, PG.locator)}
    named = {thing: lexicon.named(str(thing)) for things in holders.values() for thing in things}
    found = []
    for node in nodes:
        position = of_node[node]
        start, end = _whole(position.get(OA.start)), _whole(position.get(OA.end))
        if start is None or end is None or OA.exact not in position or not 0 <= start < end:
            continue
        things = tuple(named[thing] for thing in sorted(holders[node]))
        found.append(Quotation(str(node), start, end, str(position[OA.exact]), locators.get(node, ""), things))
    return tuple(sorted(found, key=lambda q: (q.start, q.end)))


def _whole(term: Term | None) -> int | None:
    try:
        return None if term is None else int(str(term))
    except ValueError:
        return None


def in_place(quoted: Sequence[Quotation], text: str) -> int:
    """How many of the quotations stand in ``text`` where the graph says."""
    return sum(text[q.start : q.end] == q.exact for q in quoted)


def reanchor(quoted: Sequence[Quotation], text: str) -> tuple[Quotation, ...]:
    """The quotations that are found in another version of their source, moved to where they stand there.

    ``quoted`` is in the order of its source. Quotes that occur once, and in the same order as in the source, say how
    far the text around them has moved; the others are looked for only where that lets them be. One whose words were
    altered is left out: no other occurrence of the same words stands in for it.
    """
    anchors = _anchors(quoted, text)
    places = [place for place, _ in anchors]
    moved: list[Quotation] = []
    earliest = 0  # starts never go back: two quotes of the source can't change places
    for number, quotation in enumerate(quoted):
        at = bisect.bisect_right(places, number)
        before = anchors[at - 1] if at else (-1, 0)
        after = anchors[at] if at < len(anchors) else (len(quoted), len(text))
        here = _place(quoted, quotation, before, after, text, earliest)
        if here is not None:
            earliest = here
            moved.append(replace(quotation, start=here, end=here + len(quotation.exact)))
    return tuple(moved)


def _anchors(quoted: Sequence[Quotation], text: str) -> list[tuple[int, int]]:
    """Number and place of quotes that occur once, as many as keep the order (longest increasing subsequence)."""
    once = []
    quotes = Counter(quotation.exact for quotation in quoted)
    for number, quotation in enumerate(quoted):
        words = quotation.exact
        if len(words) < _SURE or quotes[words] > 1:
            continue
        if (place := text.find(words)) >= 0 and text.find(words, place + 1) < 0:
            once.append((number, place))
    tails: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for n, (_, place) in enumerate(once):
        # Quotes that begin at the same place keep their order as well.
        k = bisect.bisect_right(tails, place)
        previous.append(last[k - 1] if k else -1)
        tails[k : k + 1] = [place]
        last[k : k + 1] = [n]
    chain = []
    n = last[-1] if last else -1
    while n >= 0:
        chain.append(once[n])
        n = previous[n]
    chain.reverse()
    return [anchor for n, anchor in enumerate(chain) if not _is_stray(quoted, chain, n)]


def _is_stray(quoted: Sequence[Quotation], chain: Sequence[tuple[int, int]], n: int) -> bool:
    """Whether an anchor has moved otherwise than its neighbours, which agree: another occurrence of altered words."""
    if not 0 < n < len(chain) - 1:
        return False
    before, own, after = (place - quoted[number].start for number, place in chain[n - 1 : n + 2])
    return before == after != own


def _place(
    quoted: Sequence[Quotation],
    quotation: Quotation,
    before: tuple[int, int],
    after: tuple[int, int],
    text: str,
    earliest: int,
) -> int | None:
    """Where a quote stands between two anchors: its distance from one of them kept, else in between the two."""
    left = before[1] - quoted[before[0]].start if before[0] >= 0 else None
    right = after[1] - quoted[after[0]].start if after[0] < len(quoted) else None
    moves = [move for move in (left, right) if move is not None] or [0]
    for move in moves:
        place = quotation.start + move
        if place >= earliest and text.startswith(quotation.exact, place):
            return place
    low = quotation.start + min(moves)
    high = quotation.start + max(moves)
    if left is None or right is None:
        # Before the first anchor or after the last one there is nothing that says how far the text has moved.
        low, high = (0, after[1]) if left is None else (before[1], len(text))
    low = max(low, earliest)
    places = _occurrences(text, quotation.exact, low, high + len(quotation.exact))
    return min(places, key=lambda place: abs(place - quotation.start - moves[0]), default=None)


def _occurrences(text: str, words: str, low: int, high: int) -> list[int]:
    places = []
    place = text.find(words, low, high)
    while place >= 0:
        places.append(place)
        place = text.find(words, place + 1, high)
    return places
