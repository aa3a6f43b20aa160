"""A figure against the other figures of its indicator: slips by 万, 亿 or a percent sign, units of another kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from rdflib import URIRef

from plangraph.namespaces import PG, PGS, UNIT
from plangraph.proofreading.base import Facts, Found, plain
from plangraph.proofreading.observed import Observed, SeriesRule, alongside, observed
from plangraph.proofreading.units import dimension, symbol

_STEADY: Final = frozenset({"level", "rate"})
"""Statistics of which the values of one indicator are alike: changes and ranks leap."""
_SPREAD: Final = Decimal(5)
"""How far from a power of ten a slip may be: the indicator changes too between two years."""
_FRACTION_SPREAD: Final = Decimal("2.5")
_POINT_SPREAD: Final = Decimal("1.15")
"""How near to 10, 100 or 1,000 times a slip of the decimal point is: figures do grow tenfold."""
_PRECISE: Final = 3
"""Digits that a figure has before such a slip is told: from 1 museum to 10 is no slip."""


def _history(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    if not one.value or one.unit is None or one.kind not in _STEADY or one.indicator is None:
        return
    alike = _series(facts, one).alike.get((one.kind, one.unit, one.area), [])
    # The least and the greatest of the others stand for all of them: a thousand values make half a million pairs.
    least = next((o for o in alike if o.iri != node), None)
    most = next((o for o in reversed(alike) if o.iri != node), None)
    if least is None or most is None or least.value is None or most.value is None:
        return
    with localcontext(prec=60):
        ratios = [one.value / least.value, one.value / most.value]
        factor = _common_factor(one, ratios)
        if not factor and min(map(_digits, (one.value, least.value, most.value))) >= _PRECISE:
            factor = _point_factor(ratios)
    if factor:
        values = {
            "value": plain(one.value),
            "other": plain(most.value),
            "factor_zh": {10**4: "1万", 10**8: "1亿"}.get(factor, f"{factor:,}"),
            "factor_en": f"{factor:,}",
        }
        yield Found(node, str(PG.value), facts.only(node, PG.value), values)


def _common_factor(one: Observed, ratios: Sequence[Decimal]) -> int:
    """The factor by which a value is off from all others alike; 0 where there is none."""
    for factor in (10**4, 10**8):
        if all(factor / _SPREAD <= r <= factor * _SPREAD for r in ratios):
            return factor
        if all(factor / _SPREAD <= 1 / r <= factor * _SPREAD for r in ratios):
            return factor
    if one.unit == UNIT.PERCENT and one.value is not None and 0 < one.value <= 1:
        least, most = 100 / _FRACTION_SPREAD, 100 * _FRACTION_SPREAD
        if all(least <= 1 / r <= most for r in ratios):
            return 100
    return 0


def _point_factor(ratios: Sequence[Decimal]) -> int:
    """The factor by which the decimal point is off against all others alike; 0 where there is none."""
    for factor in (10, 100, 1000):
        for turned in (ratios, [1 / r for r in ratios]):
            if all(factor / _POINT_SPREAD <= r <= factor * _POINT_SPREAD for r in turned):
                return factor
    return 0


def _digits(value: Decimal) -> int:
    """How many digits a figure has without its trailing zeros."""
    return len(value.normalize().as_tuple().digits)


def _unit(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    own = dimension(one.unit) if one.unit is not None else None
    if own is None or one.unit is None or one.indicator is None or one.kind not in _STEADY:
        return
    dimensions = _series(facts, one).dimensions.get(one.kind, {})
    differing = sum(len(units) for name, units in dimensions.items() if name != own)
    if differing and len(dimensions.get(own, ())) <= differing:
        other = next(units[0] for name, units in sorted(dimensions.items()) if name != own)
        values = {"value": symbol(one.unit), "other": symbol(other)}
        yield Found(node, str(PG.unit), one.unit, values)


@dataclass(frozen=True)
class _Series:
    """The observations of an indicator: those that can be compared, by value, and the units of each statistic."""

    alike: Mapping[tuple[str, URIRef, str], list[Observed]]
    dimensions: Mapping[str, Mapping[str, list[URIRef]]]


def _series(facts: Facts, one: Observed) -> _Series:
    """Read once for all observations of an indicator that are about one area."""
    key = ("series", one.indicator, one.area)
    if key not in facts.kept:
        alike: dict[tuple[str, URIRef, str], list[Observed]] = defaultdict(list)
        dimensions: dict[str, dict[str, list[URIRef]]] = defaultdict(lambda: defaultdict(list))
        for other in alongside(facts, one):
            if other.unit is None or other.indicator is None:
                continue
            if other.value:
                alike[other.kind, other.unit, other.area].append(other)
            if (kind := dimension(other.unit)) is not None:
                dimensions[other.kind][kind].append(other.unit)
        for values in alike.values():
            values.sort(key=lambda o: (o.value or Decimal(0), str(o.iri)))
        facts.kept[key] = _Series(alike, dimensions)
    kept: _Series = facts.kept[key]  # type: ignore[assignment]
    return kept


RULES: Final = (
    SeriesRule(PGS["Observation-history"], (PG.value, PG.unit, PG.statistic), _history),
    SeriesRule(PGS["Observation-unit-dimension"], (PG.unit, PG.statistic), _unit),
)
