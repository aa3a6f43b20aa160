"""The figure as printed against the value: slips by powers of ten, other numbers, comparators, bounds, the quote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Final

from rdflib import URIRef
from rdflib.namespace import SKOS

from plangraph.errors import PlangraphError
from plangraph.namespaces import PG, PGC, PGS
from plangraph.proofreading.base import Facts, Found, PathRule, path, plain
from plangraph.proofreading.directions import names_a_fall
from plangraph.proofreading.observed import QUOTES, Observed, observed, quotes_of
from plangraph.proofreading.units import conversion, of_other_kind, same_number, symbol
from plangraph.quantities import Quantity, read_quantity

_SLIPS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 12)
_WHOLE_SLIPS: Final = (4, 8, 12)
"""万, 亿 and 万亿: the slips that can be told although the two units can't be held against each other."""
_FIGURES: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_MULTIPLIER: Final = re.compile(r"\s*([十百千]?[万亿]+|[百千](?![克米瓦卡伏帕兆赫分]))?")
_DIGITS: Final = frozenset("0123456789.,")
_WHOLE: Final = re.compile("[万亿]")
_OPEN: Final = {"gt": "over", "ge": "over", "lt": "under", "le": "under"}
_FAR: Final = 20
"""How many times as wide as the printed figure allows bounds may be before they are told."""


@dataclass(frozen=True)
class _Difference:
    """How a value differs from the printed figure. ``sure`` where it can't be right."""

    sure: bool
    zh: str
    en: str
    expected: str


@lru_cache(maxsize=4096)
def read_printed(printed: str) -> Quantity | None:
    """The quantity of a printed form; None where it holds no figure, or more than one."""
    try:
        return read_quantity(printed.replace(",", "") if re.search(r"[0-9],[0-9]{3}(?![0-9])", printed) else printed)
    except PlangraphError:
        return None


def _value(facts: Facts, node: URIRef) -> Iterator[Found]:
    yield from _told(facts, node, PGS["Observation-printed-value"], sure=True)


def _doubt(facts: Facts, node: URIRef) -> Iterator[Found]:
    yield from _told(facts, node, PGS["Observation-printed-doubt"], sure=False)


def _told(facts: Facts, node: URIRef, shape: URIRef, *, sure: bool) -> Iterator[Found]:
    one = observed(facts, node)
    difference = _difference(facts, one)
    if difference is not None and difference.sure == sure and one.value is not None:
        yield Found(
            node,
            str(PG.value),
            facts.only(node, PG.value),
            {
                "value": plain(one.value),
                "printed": one.printed,
                "difference_zh": difference.zh,
                "difference_en": difference.en,
                "expected": difference.expected,
            },
        )


def _difference(facts: Facts, one: Observed) -> _Difference | None:
    quantity = read_printed(one.printed) if one.printed else None
    if quantity is None or one.value is None or one.unit is None:
        return None
    with localcontext(prec=60):
        if of_other_kind(quantity.unit, one.unit):
            return _other_kind(quantity, one.unit, sure=_plain_spoken(facts, one, quantity))
        if same_number(quantity, one.value, one.unit):
            return _sign(facts, one, quantity)
        factor = conversion(quantity.unit, one.unit)
        scaled = abs(quantity.value) * (factor or 1)
        expected = plain(scaled.normalize()) + symbol(one.unit)
        slip = _slip(abs(one.value), scaled, known=factor is not None)
        if slip:
            return _slipped(slip, expected, sure=factor is not None and _plain_spoken(facts, one, quantity))
        if factor is None or _within(one, quantity, factor):
            return None
        # Numerals in characters can be words: 两委, 四季.
        sure = _plain_spoken(facts, one, quantity) and _FIGURES.search(_half_width(one.printed)) is not None
        return _Difference(sure, f"印刷的是 {expected}", f"printed is {expected}", expected)


def _other_kind(quantity: Quantity, unit: URIRef, *, sure: bool) -> _Difference:
    printed, given = quantity.unit, symbol(unit)
    expected = plain(quantity.value.normalize()) + printed
    zh = f"印刷的单位“{printed}”与所记的单位“{given}”不是一类"
    return _Difference(sure, zh, f"“{printed}” as printed and “{given}” as recorded are units of two kinds", expected)


def _plain_spoken(facts: Facts, one: Observed, quantity: Quantity) -> bool:
    """Whether the printed form can't be read in another way: one figure, stated, with its unit or 万 or 亿.

    A figure alone may be of a table whose head has the unit.
    """
    figures = _FIGURES.findall(_half_width(one.printed))
    named = quantity.unit != "" or _WHOLE.search(one.printed) is not None
    return named and len(figures) <= 1 and PGC["assertion-stated"] in facts.values(one.iri, PG.assertion)


def _slip(value: Decimal, scaled: Decimal, *, known: bool) -> int:
    """The power of ten by which a value is off; 0 where it isn't off by one."""
    for power in _SLIPS if known else _WHOLE_SLIPS:
        for exponent in (power, -power):
            if value and value == scaled.scaleb(exponent):
                return exponent
    return 0


def _slipped(exponent: int, expected: str, *, sure: bool) -> _Difference:
    times = f"{10 ** abs(exponent):,}"
    if exponent < 0:
        return _Difference(sure, f"值是它的 1/{times}", f"the value is 1/{times} of it", expected)
    return _Difference(sure, f"值是它的 {times} 倍", f"the value is {times} times as much", expected)


def _within(one: Observed, quantity: Quantity, factor: Decimal) -> bool:
    """Whether the interval that is given takes the printed figure in, or a printed range takes the value in."""
    least, most = sorted(
        (abs(quantity.value), abs(quantity.value if quantity.value_high is None else quantity.value_high))
    )
    if one.value is not None and least * factor <= abs(one.value) <= most * factor:
        return True
    ends = [abs(bound) for bound in (one.low, one.high) if bound is not None]
    return len(ends) == 2 and min(ends) <= least * factor <= max(ends)


def _sign(facts: Facts, one: Observed, quantity: Quantity) -> _Difference | None:
    """A minus that is printed and not recorded, but where the indicator itself says that less is meant."""
    if quantity.value >= 0 or one.value is None or one.value <= 0:
        return None
    if one.indicator is not None and names_a_fall(facts, one.indicator):
        return None
    return _Difference(False, "印刷的是负数", "printed is a negative number", plain(quantity.value))


def _words(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    quantity = read_printed(one.printed) if one.printed else None
    if quantity is None or one.value is None or one.unit is None or not one.comparator:
        return
    said, given = (_OPEN.get(name, name) for name in (quantity.comparator, one.comparator))
    # Words that bound nothing may stand outside the printed form; those inside it count.
    if said != "eq" and said != given and quantity.value_high is None and same_number(quantity, one.value, one.unit):
        values = {
            "printed": one.printed,
            "value": f"pgc:comparator-{one.comparator}",
            "expected": f"pgc:comparator-{quantity.comparator}",
        }
        yield Found(node, str(PG.comparator), PGC[f"comparator-{one.comparator}"], values)


def _bounds(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    quantity = read_printed(one.printed) if one.printed else None
    if quantity is None or one.value is None or one.unit is None or one.low is None or one.high is None:
        return
    factor = conversion(quantity.unit, one.unit)
    low, high = quantity.low, quantity.high
    if factor is None or low is None or high is None or not same_number(quantity, one.value, one.unit):
        return
    with localcontext(prec=60):
        allowed, given = abs(high - low) * factor, one.high - one.low
        if given > max(allowed * _FAR, abs(one.value)):
            values = {
                "printed": one.printed,
                "value": f"{plain(one.low)}..{plain(one.high)}",
                "expected": f"{plain(low * factor)}..{plain(high * factor)}",
            }
            yield Found(node, None, None, values)


def _quoted(facts: Facts, node: URIRef) -> Iterator[Found]:
    """The digits of the printed form stand in a quote, but before another multiplier."""
    one = observed(facts, node)
    figure = _FIGURES.search(_half_width(one.printed))
    if figure is None:
        return
    own = _multiplier_at(_half_width(one.printed), figure.end())
    differing = ""
    for quote in quotes_of(facts, node):
        text = _half_width(quote)
        for start in (m.start() for m in re.finditer(re.escape(figure.group()), text)):
            end = start + len(figure.group())
            if text[max(0, start - 1) : start] in _DIGITS or text[end : end + 1] in _DIGITS:
                continue
            # A quote that ends with the digits leaves open what stands after them.
            if end == len(text) or _multiplier_at(text, end) == own:
                return
            differing = differing or quote
    if differing:
        values = {"printed": one.printed, "quote": differing}
        yield Found(node, str(PG.asPrinted), facts.only(node, PG.asPrinted), values)


def _multiplier_at(text: str, at: int) -> str:
    found = _MULTIPLIER.match(text, at)
    return (found.group(1) or "") if found else ""


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


_FIGURE: Final = tuple(
    path(p) for p in (PG.asPrinted, PG.value, PG.valueLow, PG.valueHigh, PG.unit, PG.comparator, PG.assertion)
)
_LABEL_OF_INDICATOR: Final = (path(PG.ofIndicator), path(PG.ofIndicator, SKOS.prefLabel))
RULES: Final = (
    PathRule(PGS["Observation-printed-value"], PG.Observation, (*_FIGURE, *_LABEL_OF_INDICATOR), _value),
    PathRule(PGS["Observation-printed-doubt"], PG.Observation, (*_FIGURE, *_LABEL_OF_INDICATOR), _doubt),
    PathRule(PGS["Observation-printed-words"], PG.Observation, _FIGURE, _words),
    PathRule(PGS["Observation-printed-bounds"], PG.Observation, _FIGURE, _bounds),
    PathRule(PGS["Observation-quote-multiplier"], PG.Observation, (path(PG.asPrinted), *QUOTES), _quoted),
)
