"""What a plan's report counts against the judgements in the graph: how many indicators are early, how many behind.

A plan is evaluated more than once. A count is held against the judgements of the documents that state it, not against
those of another round; a count that isn't reached is told only where these judge every main indicator. The indicators
that carry such counts have agreed slugs (see ``ontology/shapes``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import ID, OA, PG, PGC, PGS
from plangraph.proofreading.base import Facts, Found, Seen, facts_of, number, plain
from plangraph.store.base import Term
from plangraph.store.view import Triple


@dataclass(frozen=True)
class _Stated:
    """A count that a document states, by the sum of what its indicators say there."""

    value: Decimal
    sources: frozenset[Term]


def _count(facts: Facts, plan: URIRef, slugs: tuple[str, ...], status: URIRef) -> Iterator[Found]:
    for stated in _stated(facts, plan, slugs):
        judged = [_statuses(facts, main, stated.sources) for main in _main_indicators(facts, plan)]
        found = sum(status in statuses for statuses in judged)
        if found > stated.value or (found < stated.value and all(judged)):
            yield Found(plan, None, None, {"stated": plain(stated.value), "found": str(found)})


def _stated(facts: Facts, plan: URIRef, slugs: tuple[str, ...]) -> list[_Stated]:
    """By document, the sum of the counts; only where the document states each of them, once."""
    key = str(plan).removeprefix(str(ID)).partition("/")[0]
    by_source: dict[frozenset[Term], dict[str, list[Decimal]]] = {}
    for slug in slugs:
        for node in facts.back(PG.ofIndicator, ID[f"{key}/indicator/{slug}"]):
            value = number(facts.only(node, PG.value))
            exact = facts.only(node, PG.comparator) == PGC["comparator-eq"]
            actual = facts.only(node, PG.valueType) == PGC["value-type-actual"]
            if value is not None and exact and actual and plan in facts.values(node, PG.inPlan):
                by_source.setdefault(_sources(facts, node), {}).setdefault(slug, []).append(value)
    return [
        _Stated(sum((values[0] for values in told.values()), Decimal(0)), sources)
        for sources, told in sorted(by_source.items(), key=lambda item: sorted(map(str, item[0])))
        if len(told) == len(slugs) and all(len(set(values)) == 1 for values in told.values())
    ]


def _sources(facts: Facts, node: URIRef) -> frozenset[Term]:
    """The documents that a thing's evidence is in."""
    return frozenset(source for e in facts.values(node, PG.evidence) for source in facts.values(e, OA.hasSource))


def _statuses(facts: Facts, main: URIRef, sources: frozenset[Term]) -> frozenset[Term]:
    """How the documents judge an indicator; where they don't, how judgements that cite none do."""
    told: set[Term] = set()
    uncited: set[Term] = set()
    for judgement in facts.back(PG.about, main):
        if PG.Assessment in facts.values(judgement, RDF.type):
            own = _sources(facts, judgement)
            if own & sources or not sources:
                told.update(facts.values(judgement, PG.status))
            elif not own:
                uncited.update(facts.values(judgement, PG.status))
    return frozenset(told or uncited)


def _main_indicators(facts: Facts, plan: URIRef) -> list[URIRef]:
    # A plan has thousands of things in it, and some tens of main indicators.
    mains = facts.back(RDF.type, PG.MainIndicator)
    return [node for node in mains if next(facts.view.triples(node, PG.inPlan, plan), None) is not None]


@dataclass(frozen=True)
class _CountRule:
    """A rule about plans. Any change may matter to it: few plans state counts, and whether one does is seen at once."""

    shape: URIRef
    look: Callable[[Facts, URIRef], Iterator[Found]]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All plans."""
        return facts_of(view).back(RDF.type, PG.Plan)

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """All plans."""
        return set(self.focuses(view))

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """What is wrong with those of the things that are plans."""
        facts = facts_of(view)
        plans = frozenset(self.focuses(facts))
        for focus in focuses:
            if focus in plans:
                yield from self.look(facts, focus)


_EARLY: Final = ("indicators-achieved-early",)
_BEHIND: Final = ("binding-indicators-behind", "anticipatory-indicators-behind")
RULES: Final = (
    _CountRule(PGS["Plan-early-count"], partial(_count, slugs=_EARLY, status=PGC["progress-achieved-early"])),
    _CountRule(PGS["Plan-behind-count"], partial(_count, slugs=_BEHIND, status=PGC["progress-behind"])),
)
