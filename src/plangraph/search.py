"""Search over labels: Chinese by any run of characters, English by words, in both languages at once.

An index of the labels is kept for each store that is read; it holds a normalised text for every label and the single
characters and pairs of characters that occur in it, so that two-character Chinese words are found.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from rdflib import Literal, URIRef
from rdflib.namespace import RDFS, SKOS

from plangraph.entities import Named, name_of
from plangraph.namespaces import ID, PG, PGC
from plangraph.store.base import GraphStore


@dataclass(frozen=True)
class Hit:
    """A thing found, the label that matched, and how well: 1 the whole label, less for a part of it."""

    thing: Named
    matched: str
    score: float


@dataclass(frozen=True)
class _Entry:
    iri: str
    label: str
    folded: str
    preferred: bool


class _Index:
    def __init__(self, store: GraphStore) -> None:
        self.entries: list[_Entry] = []
        self._by_gram: defaultdict[str, set[int]] = defaultdict(set)
        for predicate in (SKOS.prefLabel, SKOS.altLabel, RDFS.label):
            for s, _, o, _ in store.triples(None, predicate):
                if isinstance(s, URIRef) and isinstance(o, Literal):
                    entry = _Entry(str(s), str(o), fold(str(o)), predicate != SKOS.altLabel)
                    for gram in _grams(entry.folded):
                        self._by_gram[gram].add(len(self.entries))
                    self.entries.append(entry)

    def holding(self, folded: str) -> Iterable[_Entry]:
        """The entries that hold ``folded`` as a run of characters."""
        grams = sorted(_query_grams(folded), key=lambda gram: len(self._by_gram.get(gram, ())))
        candidates: set[int] | None = None
        for gram in grams:
            found = self._by_gram.get(gram, set())
            candidates = set(found) if candidates is None else candidates & found
            if not candidates:
                return []
        return [e for n in candidates or () if folded in (e := self.entries[n]).folded]


_INDEXES: WeakKeyDictionary[GraphStore, tuple[int, _Index]] = WeakKeyDictionary()


def fold(text: str) -> str:
    """``text`` for comparison: full-width forms, case and quotation marks don't matter (Unicode NFKC, case folding)."""
    return unicodedata.normalize("NFKC", text).casefold().translate(str.maketrans("", "", "“”‘’\"'《》「」"))


def _grams(folded: str) -> set[str]:
    return set(folded) | {folded[i : i + 2] for i in range(len(folded) - 1)}


def _query_grams(folded: str) -> set[str]:
    return {folded} if len(folded) < 2 else {folded[i : i + 2] for i in range(len(folded) - 1)}


def search(store: GraphStore, text: str, *, types: Iterable[str] | None = None, limit: int = 20) -> tuple[Hit, ...]:
    """The things whose labels hold every word of ``text``, best first; ``types`` keeps only things of these classes.

    Whole labels come before beginnings and those before other parts; preferred labels before alternative ones; things
    of a plan before terms of the vocabulary.
    """
    words = fold(text).split()
    if not words or not any(words):
        return ()
    revision, index = _INDEXES.get(store, (-1, None))
    if index is None or revision != store.revision:
        index = _Index(store)
        _INDEXES[store] = (store.revision, index)
    best: dict[str, tuple[float, str]] = {}
    for entry in index.holding(max(words, key=len)):
        if all(word in entry.folded for word in words):
            score = _score(entry, words)
            if score > best.get(entry.iri, (0.0, ""))[0]:
                best[entry.iri] = (score, entry.label)
    wanted = set(types or ())
    hits = []
    for iri, (score, label) in sorted(best.items(), key=lambda item: (-item[1][0], len(item[1][1]), item[0])):
        thing = name_of(store, iri)
        if not wanted or wanted & set(thing.types):
            hits.append(Hit(thing, label, score))
            if len(hits) == limit:
                break
    return tuple(hits)


def _score(entry: _Entry, words: list[str]) -> float:
    whole = " ".join(words)
    score = 1.0 if entry.folded == whole else 0.8 if entry.folded.startswith(whole) else 0.6
    score -= 0.2 * (1 - len(whole) / max(len(entry.folded), len(whole)))
    if not entry.preferred:
        score -= 0.05
    if not entry.iri.startswith(str(ID)):
        score -= 0.1 if entry.iri.startswith((str(PG), str(PGC))) else 0.2
    # Values and reports of things carry the thing's name: the thing itself comes first.
    if any(f"/{kind}/" in entry.iri for kind in ("observation", "assessment", "status-report")):
        score -= 0.15
    return round(score, 4)
