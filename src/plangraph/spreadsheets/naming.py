"""Which thing a cell names: labels to IRIs and back, over the store, the vocabulary and the workbook's own rows."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.errors import BadInput
from plangraph.namespaces import (
    HISTORY_GRAPH,
    ID,
    ONTOLOGY_GRAPH,
    PGC,
    PREFIXES,
    SHAPES_GRAPH,
    STATE_GRAPH,
    UNIT,
    compact,
    is_safe_iri,
)
from plangraph.ontology import Term, vocabulary
from plangraph.spreadsheets.columns import PROPERTIES, UNITS, Column
from plangraph.spreadsheets.minting import is_shared, minted
from plangraph.store.base import GraphStore

INTERNAL: Final = frozenset({ONTOLOGY_GRAPH, SHAPES_GRAPH, STATE_GRAPH, HISTORY_GRAPH})
"""The graphs that no workbook holds."""
_LINKED: Final = re.compile(r"(?:https?|urn|mailto|tel):.+", re.DOTALL)
_POINTED: Final = re.compile(r"(.*?)\s*<([^<>]+)>", re.DOTALL)
_SHORT: Final = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[A-Za-z0-9._-]+)+(?:#[a-z]+)?")
_SUGGESTED: Final = 3
_MOST_SUGGESTED: Final = 300
_LABELS: Final = (SKOS.prefLabel, SKOS.altLabel)


@dataclass(frozen=True)
class Ambiguous:
    """Several things have the name; ``candidates`` are texts that name one each."""

    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Unknown:
    """Nothing has the name; ``Names.suggestions`` gives the nearest that there are."""


@dataclass(frozen=True)
class Misplaced:
    """Something has the name, and it is of another class than the column takes."""

    iri: str
    types: tuple[str, ...]


def fold(text: str) -> str:
    """What is equal for names that a person takes for the same: width, case and spaces apart."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


class Names:
    """Names of the things of a store, to which a workbook's own things are added."""

    def __init__(self, store: GraphStore) -> None:
        self.types: defaultdict[str, set[str]] = defaultdict(set)
        self.labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        self._of_class: dict[str, list[str]] = {}
        self._suggested: dict[tuple[object, ...], tuple[str, ...]] = {}
        self.nodes: set[str] = set()
        for s, _, o, g in store.triples(None, RDF.type):
            if g not in INTERNAL:
                self.types[str(s)].add(str(o))
        self.nodes.update(self.types)
        for predicate in _LABELS:
            for s, _, o, g in store.triples(None, predicate):
                if g not in INTERNAL and isinstance(o, Literal) and str(s) in self.types:
                    self.add_label(str(s), str(o), o.language if predicate == SKOS.prefLabel else None)

    def add_label(self, iri: str, text: str, lang: str | None) -> None:
        """One more name of a thing; its label where ``lang`` says in which language."""
        self._by_name[fold(text)].add(iri)
        if lang:
            self.labels[iri].setdefault(lang, text)

    def add_thing(self, iri: str, types: Iterable[str]) -> None:
        """One more thing, or more classes of one."""
        self.types[iri].update(types)
        self._of_class.clear()
        self.nodes.add(iri)

    def label(self, iri: str, lang: str) -> str:
        """What to call a thing or a term in ``lang``, else in the other language, else its short IRI."""
        labels = self.labels.get(iri)
        if labels:
            return labels.get(lang) or next(iter(labels.values()))
        term = vocabulary().find(iri)
        return term.text(lang) if term else short(iri)

    def find(self, text: str, column: Column) -> URIRef | Ambiguous | Unknown | Misplaced:
        """The thing, code or address that a cell of ``column`` names."""
        pointed = _POINTED.fullmatch(text)
        iri = self._iri(pointed[2] if pointed else text, sure=pointed is not None)
        if iri is not None:
            return self._fitting(iri, column)
        if column.schemes:
            return self._code(text, column)
        named = self._by_name.get(fold(text), set())
        fitting = sorted(iri for iri in named if self._fits(iri, column))
        if len(fitting) == 1:
            return URIRef(fitting[0])
        if fitting:
            return Ambiguous(tuple(self.pointed(iri) for iri in fitting))
        if not column.classes and (term := _terms().get(fold(text))) is not None:
            return URIRef(term)
        if len(named) == 1:
            return self._fitting(next(iter(named)), column)
        return Unknown()

    def identifier(self, text: str, cls: str, plan: str | None) -> URIRef | None:
        """The IRI that an identifier in a row of ``cls`` stands for: whole, short, or the last part of it alone."""
        found = self._iri(text, sure=True)
        if found is not None and not found.startswith("mailto:"):
            return URIRef(found)
        try:
            return minted(cls, text, plan) if plan or is_shared(cls) else None
        except BadInput:
            return None

    def name(self, iri: str, column: Column, lang: str) -> str:
        """A text from which ``find`` gives ``iri`` back."""
        text = self.label(iri, lang)
        if text != short(iri) and "\n" not in text and text == text.strip():
            found = self.find(text, column)
            if isinstance(found, URIRef) and str(found) == iri:
                return text
        pointed = self.pointed(iri, lang)
        return pointed if "\n" not in pointed else f"<{short(iri)}>"

    def pointed(self, iri: str, lang: str = "zh") -> str:
        """Label and short IRI: ``人民公园 <place/east-park>``."""
        label = self.label(iri, lang)
        return short(iri) if label == short(iri) else f"{label} <{short(iri)}>"

    def of_class(self, cls: str) -> list[str]:
        """The things of a class, sorted by their Chinese names."""
        if not self._of_class:
            members: defaultdict[str, list[str]] = defaultdict(list)
            for iri, types in self.types.items():
                for one in types:
                    members[one].append(iri)
            self._of_class = {
                name: sorted(found, key=lambda iri: (self.label(iri, "zh"), iri)) for name, found in members.items()
            }
        return self._of_class.get(cls, [])

    def choices(self, column: Column) -> list[str]:
        """The IRIs that a cell of ``column`` may name, in the order of a drop-down list."""
        if column.schemes:
            return [term.iri for term in codes(column.schemes)]
        return [iri for cls in column.classes for iri in self.of_class(cls)]

    def _iri(self, text: str, *, sure: bool) -> str | None:
        """The IRI that ``text`` is, whole or short; a short one that nothing has only where it is ``sure`` to be."""
        if _LINKED.match(text):
            return text if is_safe_iri(text) else None
        prefix, colon, local = text.partition(":")
        if colon and prefix in PREFIXES and re.fullmatch(r"[\w./#-]*", local):
            return PREFIXES[prefix] + local
        if _SHORT.fullmatch(text):
            whole = str(ID) + text
            if sure or whole in self.nodes or "/evidence/" in whole:
                return whole
        return None

    def _fitting(self, iri: str, column: Column) -> URIRef | Misplaced:
        types = self.types.get(iri)
        if types and column.classes and not self._fits(iri, column):
            return Misplaced(iri, tuple(sorted(types)))
        return URIRef(iri)

    def _fits(self, iri: str, column: Column) -> bool:
        if not column.classes:
            return True
        types = self.types.get(iri, set())
        return any(cls in types for cls in column.classes) or any(
            parent in column.classes for one in types for parent in _ancestors(one)
        )

    def _code(self, text: str, column: Column) -> URIRef | Ambiguous | Unknown:
        wanted = fold(text)
        known = codes(column.schemes)
        for names in (_exact_names, _loose_names):
            found = [term.iri for term in known if wanted in names(term)]
            if len(found) == 1:
                return URIRef(found[0])
            if found:
                return Ambiguous(tuple(f"{vocabulary().label(iri, 'zh')} <{compact(iri)}>" for iri in found))
        return Unknown()

    def suggestions(self, text: str, column: Column) -> tuple[str, ...]:
        """The nearest names that a cell of ``column`` can hold; none after many, for looking takes time."""
        key = (text, column.classes, column.schemes)
        if key not in self._suggested:
            self._suggested[key] = self._near(text[:100], column) if len(self._suggested) < _MOST_SUGGESTED else ()
        return self._suggested[key]

    def _near(self, text: str, column: Column) -> tuple[str, ...]:
        lang = "zh" if _is_chinese(text) else "en"
        if column.schemes:
            labels = [term.text(lang) for term in codes(column.schemes)]
            near = difflib.get_close_matches(text, labels, _SUGGESTED, 0.4)
            return tuple(near or (labels if len(labels) <= 12 else ()))
        pool = self.choices(column) if column.classes else list(self.labels)
        labels = list(dict.fromkeys(self.label(iri, lang) for iri in pool[:20_000]))
        holding = [label for label in labels if len(text) > 1 and (text in label or label in text)]
        near = difflib.get_close_matches(text, labels, _SUGGESTED, 0.5)
        return tuple(dict.fromkeys([*near, *sorted(holding, key=len)]))[:_SUGGESTED]


def short(iri: str) -> str:
    """The IRI of a thing without what all have, others with a prefix where one fits."""
    return iri[len(str(ID)) :] if iri.startswith(str(ID)) and _SHORT.fullmatch(iri[len(str(ID)) :]) else compact(iri)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _exact_names(term: Term) -> set[str]:
    return {fold(text) for text in (*term.label.values(), term.iri, compact(term.iri))}


def _loose_names(term: Term) -> set[str]:
    return {fold(text) for text in (*term.symbol.values(), *term.notations)}


@lru_cache(maxsize=1)
def _terms() -> Mapping[str, str]:
    """The vocabulary's classes, properties and codes by folded label, those that share none."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for term in vocabulary().terms():
        for text in term.label.values():
            found[fold(text)].add(term.iri)
    return {name: next(iter(iris)) for name, iris in found.items() if len(iris) == 1}


@lru_cache(maxsize=64)
def codes(schemes: tuple[str, ...]) -> tuple[Term, ...]:
    """The terms of some code lists, in their order; with ``UNITS`` and ``PROPERTIES`` for those that are no list."""
    terms = vocabulary()
    found: list[Term] = []
    for scheme in schemes:
        if scheme == UNITS:
            found += [term for term in terms.reused() if term.iri.startswith(str(UNIT))]
            found += terms.members(str(PGC.unit))
        elif scheme == PROPERTIES:
            found += [term for term in terms.properties() if term.kind == "object-property"]
        else:
            found += terms.members(scheme)
    return tuple(found)


@lru_cache(maxsize=256)
def _ancestors(cls: str) -> frozenset[str]:
    found: set[str] = set()
    pending = [cls]
    while pending:
        term = vocabulary().find(pending.pop())
        for parent in term.parents if term else ():
            if parent not in found:
                found.add(parent)
                pending.append(parent)
    return frozenset(found)
