"""One observation with the values that can be read, for the rules that compare figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import OA, PG
from plangraph.proofreading.base import LONGEST, Facts, Found, Seen, facts_of, local, number, path
from plangraph.store.base import Term
from plangraph.store.view import Triple

_ALIKE: Final = {"count": "level", "share": "rate"}


@dataclass(frozen=True)
class Observed:
    """What an observation says; what is missing, given twice or unreadable is None or empty.

    ``statistic`` and ``value_type`` are codes without their scheme; ``area`` and ``end`` are plain text.
    """

    iri: URIRef
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: URIRef | None
    statistic: str
    value_type: str
    comparator: str
    printed: str
    indicator: URIRef | None
    area: str
    end: str
    due: str

    @property
    def kind(self) -> str:
        """The statistic, where a count is a level and a share is a rate: a report may give either."""
        return _ALIKE.get(self.statistic, self.statistic)


def observed(facts: Facts, node: URIRef) -> Observed:
    """What an observation says; read once for all rules."""
    key = ("observed", node)
    if key not in facts.kept:
        facts.kept[key] = _read(facts, node)
    kept: Observed = facts.kept[key]  # type: ignore[assignment]
    return kept


def _read(facts: Facts, node: URIRef) -> Observed:
    unit, indicator = facts.only(node, PG.unit), facts.only(node, PG.ofIndicator)
    return Observed(
        node,
        number(facts.only(node, PG.value)),
        number(facts.only(node, PG.valueLow)),
        number(facts.only(node, PG.valueHigh)),
        unit if isinstance(unit, URIRef) else None,
        local(facts.only(node, PG.statistic)).removeprefix("statistic-"),
        local(facts.only(node, PG.valueType)).removeprefix("value-type-"),
        local(facts.only(node, PG.comparator)).removeprefix("comparator-"),
        _text(facts, node, PG.asPrinted),
        indicator if isinstance(indicator, URIRef) else None,
        str(facts.only(node, PG.refArea) or ""),
        _text(facts, node, PG.periodEnd),
        _text(facts, node, PG.dueBy),
    )


def alongside(facts: Facts, one: Observed) -> Iterator[Observed]:
    """The observations of its indicator that are about its area, itself among them."""
    if one.indicator is None:
        return
    for node in near(facts, one.iri, one.indicator, PG.refArea):
        other = observed(facts, node)
        if other.indicator == one.indicator and other.area == one.area:
            yield other


def near(facts: Facts, node: URIRef, indicator: URIRef, shared: URIRef) -> tuple[URIRef, ...]:
    """The observations of an indicator that have the one value of ``shared`` that ``node`` has; else all of them."""
    value = facts.only(node, shared)
    return facts.back(PG.ofIndicator, indicator) if value is None else facts.shared(indicator, shared, value)


@dataclass(frozen=True)
class SeriesRule:
    """A rule about an observation that reads ``reads``, properties of it and of those that are ``alongside``.

    Districts may share an indicator: of a hundred of them only one is looked at.
    """

    shape: URIRef
    reads: tuple[URIRef, ...]
    look: Callable[[Facts, URIRef], Iterator[Found]]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All observations."""
        return facts_of(view).back(RDF.type, PG.Observation)

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """What the triples are about, and the observations alongside."""
        facts, found = facts_of(view), set[URIRef]()
        own = {RDF.type, PG.ofIndicator, PG.refArea, *self.reads}
        alike: set[tuple[URIRef, Term | None]] = set()
        for subject in {s for s, p, _ in changed if p in own and isinstance(s, URIRef)}:
            found.add(subject)
            for indicator in facts.values(subject, PG.ofIndicator):
                key = indicator, facts.only(subject, PG.refArea)
                if isinstance(indicator, URIRef) and key not in alike:
                    alike.add(key)  # type: ignore[arg-type]
                    found.update(near(facts, subject, indicator, PG.refArea))
        return found

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """What is wrong with those of the things that are observations."""
        facts = facts_of(view)
        for focus in focuses:
            if PG.Observation in facts.values(focus, RDF.type):
                yield from self.look(facts, focus)


QUOTES: Final = (
    path(PG.evidence),
    path(PG.evidence, OA.hasSelector),
    path(PG.evidence, OA.hasSelector, OA.exact),
)
"""What ``quotes_of`` reads."""


def quotes_of(facts: Facts, node: URIRef) -> Iterator[str]:
    """The words of the source that a thing rests on."""
    for evidence in facts.values(node, PG.evidence):
        for selector in facts.values(evidence, OA.hasSelector):
            for quote in facts.values(selector, OA.exact):
                if isinstance(quote, Literal) and len(quote) <= LONGEST:
                    yield str(quote)


def _text(facts: Facts, node: URIRef, predicate: URIRef) -> str:
    term = facts.only(node, predicate)
    return str(term) if isinstance(term, Literal) and len(term) <= LONGEST else ""
