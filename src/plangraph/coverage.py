"""What the graph holds, by class and by part of each source: counted from the graph, through the evidence of things.

A part is what a locator begins with: ``四(四)5`` lies in ``四(四)``, and ``二(二)3.4`` in ``二(二)3``. Which parts
there are is read off the locators: a section whose numbered items are divided again is shown by those items, any other
by itself.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from rdflib import URIRef
from rdflib.namespace import ORG

from plangraph.entities import Named, name_of
from plangraph.namespaces import OA, PG
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore
from plangraph.walking import of_class

_LOCATOR: Final = re.compile(r"([一二三四五六七八九十]+)(?:\(([一二三四五六七八九十]+)\))?(\d+)?((?:\.\d+)*)")
# What is not a thing of the plan but the graph's own record-keeping.
_APART: Final = frozenset({PG.Link, PG.Relation, PG.Finding, PG.Omission, PG.IndicatorGroup})


@dataclass(frozen=True)
class Part:
    """A part of a source by its locator, e.g. ``二(二)3``; ``start`` is the first character that evidence there has."""

    locator: str
    start: int

    @property
    def section(self) -> str:
        """The number of the section that it lies in, or its name where it has no number."""
        match = _LOCATOR.fullmatch(self.locator)
        return match[1] if match else self.locator

    @property
    def rest(self) -> str:
        """What its locator says beyond the section: ``(二)3``."""
        return self.locator.removeprefix(self.section)


@dataclass(frozen=True)
class ClassRow:
    """A class with the number of its things: in all, by part, by assertion, without evidence.

    A thing with evidence in several parts counts in each of them, and once in ``total``.
    """

    class_: Named
    total: int
    by_part: dict[str, int]
    stated: int
    inferred: int
    unsaid: int
    without_evidence: int


@dataclass(frozen=True)
class SourceCoverage:
    """One source: its parts in order, with how many pieces of evidence and how many things each has."""

    source: Named
    parts: tuple[Part, ...]
    evidence: dict[str, int]
    things: dict[str, int]
    rows: tuple[ClassRow, ...]

    @property
    def sections(self) -> tuple[tuple[str, tuple[Part, ...]], ...]:
        """The parts by the section that they lie in."""
        return tuple((section, tuple(parts)) for section, parts in groupby(self.parts, key=lambda part: part.section))


@dataclass(frozen=True)
class Coverage:
    """All of it; a graph with several sources has a table for each."""

    sources: tuple[SourceCoverage, ...]
    things: int
    evidence: int
    stated: int
    inferred: int
    unsaid: int
    without_evidence: int

    def to_json(self) -> dict[str, Any]:
        """The counts for programs."""
        return {
            "things": self.things,
            "evidence": self.evidence,
            "stated": self.stated,
            "inferred": self.inferred,
            "unsaid": self.unsaid,
            "withoutEvidence": self.without_evidence,
            "sources": [
                {
                    "source": {"iri": source.source.iri, "label": source.source.label},
                    "parts": [
                        {
                            "locator": part.locator,
                            "evidence": source.evidence.get(part.locator, 0),
                            "things": source.things.get(part.locator, 0),
                        }
                        for part in source.parts
                    ],
                    "classes": [
                        {
                            "class": row.class_.iri,
                            "label": row.class_.label,
                            "total": row.total,
                            "byPart": row.by_part,
                            "stated": row.stated,
                            "inferred": row.inferred,
                            "unsaid": row.unsaid,
                            "withoutEvidence": row.without_evidence,
                        }
                        for row in source.rows
                    ],
                }
                for source in self.sources
            ],
        }


def coverage(store: GraphStore) -> Coverage:
    """Count what the graph holds."""
    where, sources = _places(store)
    parts = {source: parts_of(locators) for source, locators in sources.items()}
    evidence_of = _evidence(store)
    classes = _classes(store)
    things = {thing for members in classes.values() for thing in members}
    assertion = {s: str(o).rpartition("assertion-")[2] for s, _, o, _ in store.triples(None, PG.assertion)}
    seen: dict[URIRef, set[tuple[str, str]]] = {
        thing: {
            (source, part)
            for source, locator in (where[e] for e in evidence_of.get(thing, ()) if e in where)
            if (part := part_of(locator, parts[source]))
        }
        for thing in things
    }
    said = Counter(assertion.get(thing, "") for thing in things)
    return Coverage(
        sources=tuple(
            _of_source(store, source, parts[source], where, classes, seen, assertion)
            for source in sorted(parts, key=lambda s: (-len(sources[s]), s))
        ),
        things=len(things),
        evidence=len(where),
        stated=said["stated"],
        inferred=said["inferred"],
        unsaid=len(things) - said["stated"] - said["inferred"],
        without_evidence=sum(not evidence_of.get(thing) for thing in things),
    )


def _of_source(
    store: GraphStore,
    source: str,
    parts: tuple[Part, ...],
    where: dict[URIRef, tuple[str, str]],
    classes: dict[URIRef, set[URIRef]],
    seen: dict[URIRef, set[tuple[str, str]]],
    assertion: dict[Any, str],
) -> SourceCoverage:
    evidence = Counter(part_of(locator, parts) for origin, locator in where.values() if origin == source)
    things = Counter(part for places in seen.values() for origin, part in places if origin == source)
    rows = []
    for class_, members in classes.items():
        counts = Counter(part for m in members for origin, part in seen[m] if origin == source)
        said = Counter(assertion.get(m, "") for m in members)
        rows.append(
            ClassRow(
                class_=name_of(store, str(class_)),
                total=len(members),
                by_part={part.locator: counts[part.locator] for part in parts if counts[part.locator]},
                stated=said["stated"],
                inferred=said["inferred"],
                unsaid=len(members) - said["stated"] - said["inferred"],
                without_evidence=sum(not seen[m] for m in members),
            )
        )
    rows.sort(key=lambda row: (-row.total, row.class_.iri))
    return SourceCoverage(name_of(store, source), parts, dict(evidence), dict(things), tuple(rows))


def _places(store: GraphStore) -> tuple[dict[URIRef, tuple[str, str]], dict[str, dict[str, int]]]:
    """Where each piece of evidence stands, as source and locator; and each source's locators, with where they begin.

    Evidence of a source without positions keeps the order of its locators as text.
    """
    located = {s: str(o) for s, _, o, _ in store.triples(None, PG.locator)}
    starts = {s: int(str(o)) for s, _, o, _ in store.triples(None, OA.start) if str(o).isdecimal()}
    first = {
        s: starts[o] for s, _, o, _ in store.triples(None, OA.hasSelector) if isinstance(o, URIRef) and o in starts
    }
    where: dict[URIRef, tuple[str, str]] = {}
    sources: dict[str, dict[str, int]] = defaultdict(dict)
    for node, _, source, _ in store.triples(None, OA.hasSource):
        if isinstance(node, URIRef):
            locator, start = located.get(node, ""), first.get(node, sys.maxsize)
            where[node] = (str(source), locator)
            sources[str(source)][locator] = min(start, sources[str(source)].get(locator, start))
    return where, sources


def _evidence(store: GraphStore) -> dict[URIRef, set[URIRef]]:
    found: dict[URIRef, set[URIRef]] = defaultdict(set)
    for thing, _, node, _ in store.triples(None, PG.evidence):
        if isinstance(thing, URIRef) and isinstance(node, URIRef):
            found[thing].add(node)
    return found


def _classes(store: GraphStore) -> dict[URIRef, set[URIRef]]:
    """The things of each class of the ontology, and organisations; only things, not the graph's own record-keeping."""
    found: dict[URIRef, set[URIRef]] = defaultdict(set)
    for class_ in (*(URIRef(term.iri) for term in vocabulary().classes()), ORG.Organization):
        if class_ not in _APART and (members := of_class(store, class_)):
            found[class_] = set(members)
    return found


def parts_of(locators: Mapping[str, int]) -> tuple[Part, ...]:
    """The parts into which ``locators`` fall, each given with the first character of its evidence, in that order.

    ``二(二)`` is shown by its items where those are divided again (``二(二)1.2``); ``四(四)`` stays whole.
    """
    given = {locator for locator in locators if locator}
    divided = {match[0][: match.start(4)] for loc in given if (match := _LOCATOR.fullmatch(loc)) and match[4]}
    split = {re.sub(r"\d+$", "", item) for item in divided}
    starts: dict[str, int] = {}
    for locator in given:
        name = _shown(locator, split)
        starts[name] = min(locators[locator], starts.get(name, locators[locator]))
    return tuple(sorted((Part(name, start) for name, start in starts.items()), key=lambda p: (p.start, p.locator)))


def part_of(locator: str, parts: tuple[Part, ...]) -> str:
    """The part that ``locator`` lies in: the longest whose own locator it begins with; empty for none."""
    names = {part.locator for part in parts}
    match = _LOCATOR.fullmatch(locator)
    if match is None:
        return locator if locator in names else ""
    steps = [match[1], f"{match[1]}({match[2]})" if match[2] else "", locator[: match.start(4)] if match[3] else ""]
    return next((step for step in reversed(steps) if step and step in names), "")


def _shown(locator: str, split: set[str]) -> str:
    match = _LOCATOR.fullmatch(locator)
    if match is None:
        return locator
    section = f"{match[1]}({match[2]})" if match[2] else match[1]
    return section + match[3] if match[3] and section in split else section
