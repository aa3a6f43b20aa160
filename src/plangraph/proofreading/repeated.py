"""Observations of the same thing at the same time: those that contradict each other, and those entered twice.

Both are looked for among all observations of an indicator at once: a thousand of them would be half a million pairs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rdflib import URIRef

from plangraph.namespaces import PG, PGS
from plangraph.proofreading.base import Facts, Found, plain
from plangraph.proofreading.observed import Observed, SeriesRule, alongside, observed

# Of a rank the printed form says what it is a rank of: 全市第一, 全国前三.
_RANK: Final = re.compile("第.*|首.*|前.*|[居位列在]")
_ABOUT: Final = (PG.refArea, PG.periodStart, PG.periodEnd, PG.dueBy)
Key: TypeAlias = tuple[object, ...]


@dataclass
class _Group:
    """Observations that should say the same: all, and those with the lowest upper and the highest lower bound."""

    members: list[Observed] = field(default_factory=list)
    lowest: Observed | None = None
    highest: Observed | None = None

    def add(self, one: Observed) -> None:
        self.members.append(one)
        if one.high is not None and (self.lowest is None or self.lowest.high is None or one.high < self.lowest.high):
            self.lowest = one
        if one.low is not None and (self.highest is None or self.highest.low is None or one.low > self.highest.low):
            self.highest = one


def _contradiction(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    if one.indicator is None or one.value is None or not (one.statistic and one.value_type and one.unit):
        return
    group = _groups(facts, one)[_series_key(facts, one)]
    for other in (group.lowest, group.highest):
        if other is None or other.value is None or other.iri == node:
            continue
        below = one.low is not None and other.high is not None and other.high < one.low
        above = one.high is not None and other.low is not None and other.low > one.high
        if below or above:
            yield Found(node, None, other.iri, _told(one, other))
            return


def _duplicate(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    if one.indicator is None or one.value is None or not (one.statistic and one.value_type):
        return
    twins = _twins(facts, one)
    for evidence in facts.values(node, PG.evidence):
        for other in twins.get((evidence, *_twin_key(facts, one)), ())[:2]:
            if other.iri != node:
                yield Found(node, None, other.iri, _told(one, other))
                return


def _told(one: Observed, other: Observed) -> dict[str, str]:
    return {
        "value": str(other.iri),
        "own": plain(one.value) if one.value is not None else "",
        "other": plain(other.value) if other.value is not None else "",
    }


def _groups(facts: Facts, one: Observed) -> dict[Key, _Group]:
    """The observations of an indicator in an area by what they are about; worked out once."""
    kept = facts.kept.get(("groups", one.indicator, one.area))
    if kept is None:
        kept = facts.kept[("groups", one.indicator, one.area)] = defaultdict(_Group)
        for other in alongside(facts, one):
            if other.value is not None:
                kept[_series_key(facts, other)].add(other)  # type: ignore[index]
    return kept  # type: ignore[return-value]


def _twins(facts: Facts, one: Observed) -> dict[Key, list[Observed]]:
    """The observations of an indicator in an area by their evidence and all that they say; worked out once."""
    kept = facts.kept.get(("twins", one.indicator, one.area))
    if kept is None:
        kept = facts.kept[("twins", one.indicator, one.area)] = defaultdict(list)
        for other in alongside(facts, one):
            if other.value is not None:
                for evidence in facts.values(other.iri, PG.evidence):
                    kept[(evidence, *_twin_key(facts, other))].append(other)  # type: ignore[index, arg-type]
    return kept  # type: ignore[return-value]


def _series_key(facts: Facts, one: Observed) -> Key:
    basis = facts.values(one.iri, PG.basis)
    return (one.unit, basis, _RANK.sub("", one.printed) if one.statistic == "rank" else "", *_about(facts, one))


def _twin_key(facts: Facts, one: Observed) -> Key:
    return (one.value, *_about(facts, one))


def _about(facts: Facts, one: Observed) -> Key:
    return (one.kind, one.value_type, *(facts.values(one.iri, p) for p in _ABOUT))


_READ: Final = (PG.value, PG.statistic, PG.valueType, *_ABOUT)
RULES: Final = (
    SeriesRule(
        PGS["Observation-contradiction"],
        (*_READ, PG.unit, PG.valueLow, PG.valueHigh, PG.basis, PG.asPrinted),
        _contradiction,
    ),
    SeriesRule(PGS["Observation-duplicate"], (*_READ, PG.evidence), _duplicate),
)
