"""The operands of a relation as numbers: value and interval, and what keeps them from being reckoned with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from plangraph.crosscheck.intervals import Interval
from plangraph.crosscheck.numbers import Writer, write
from plangraph.crosscheck.reading import Dates
from plangraph.findings import Operand
from plangraph.namespaces import PGC, UNIT
from plangraph.ontology import vocabulary

PERCENT: Final = str(UNIT.PERCENT)
POINT: Final = str(PGC["unit-percentage-point"])


@dataclass(frozen=True)
class Amount:
    """A number and what it may be: ``value`` None where only bounds are known."""

    value: Fraction | None
    span: Interval


class Undecided(Exception):
    """Why a relation can't be decided, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = (zh, en)


def amount(operand: Operand) -> Amount:
    """The number of an operand and its interval. Raises ``Undecided`` where it has none that can be reckoned with.

    A one-sided comparator gives the bound that isn't stated itself; a plain figure without bounds has none: what its
    rounding allows isn't known.
    """
    figure, zh, en = operand.figure, operand.thing.text("zh"), operand.thing.text("en")
    if figure is None:
        raise Undecided(f"“{zh}”不是图谱中的观测", f"“{en}” isn't an observation in the graph")
    value, low, high = (
        Fraction(n) if n is not None and n.is_finite() else None for n in (figure.value, figure.low, figure.high)
    )
    if low is None and high is None and value is not None:
        low = value if figure.comparator in ("gt", "ge") else None
        high = value if figure.comparator in ("lt", "le") else None
    if low is None and high is None:
        if value is None:
            raise Undecided(f"“{zh}”没有数值", f"“{en}” has no value")
        raise Undecided(f"“{zh}”没有写明取值区间", f"“{en}” has no interval of values")
    if low is not None and high is not None and low > high:
        raise Undecided(f"“{zh}”的下限大于上限", f"the lower bound of “{en}” is above its upper bound")
    return Amount(value, Interval(low, high))


def amount_text(number: Amount, write: Writer = write) -> str:
    """``46,514 [46,507 … 46,520]``; an exact number alone, an open end as ``[≥ 640,000]``."""
    low, high = number.span.low, number.span.high
    if number.span.exact and low is not None:
        return write(low)
    if low is None or high is None:
        span = f"[≥ {write(low)}]" if low is not None else f"[≤ {write(high)}]" if high is not None else "[…]"
    else:
        span = f"[{write(low)} … {write(high)}]"
    return span if number.value is None else f"{write(number.value)} {span}"


def dates_text(dates: Dates) -> str:
    """One day, or the first and the last."""
    ends = dict.fromkeys((dates.earliest.isoformat(), dates.latest.isoformat()))
    return " … ".join(ends)


def positive(operand: Operand) -> None:
    """Raises ``Undecided`` where what is divided by can be zero or less."""
    low = amount(operand).span.low
    if low is None or low <= 0:
        zh, en = operand.thing.text("zh"), operand.thing.text("en")
        raise Undecided(f"“{zh}”不是正数，占比或增长率没有意义", f"“{en}” isn't positive: a share of it means nothing")


def same_unit(operands: Sequence[Operand], *, points: bool = False, counts: bool = False) -> None:
    """Raises ``Undecided`` where units differ.

    With ``points``, per cent and percentage points go together; with ``counts``, so do any two counts of whole things:
    service stations may be held against the subdistricts that have one each.
    """
    first, *others = operands
    unit = first.figure.unit if first.figure else ""
    for other in others:
        its = other.figure.unit if other.figure else ""
        if first.figure is None or other.figure is None or its == unit:
            continue
        alike = counts and first.figure.statistic == other.figure.statistic == "count"
        if not alike and not (points and {its, unit} == {PERCENT, POINT}):
            (a, u), (b, v) = (
                (o.thing.text("zh"), vocabulary().label(x, "zh")) for o, x in ((first, unit), (other, its))
            )
            (c, w), (d, x) = (
                (o.thing.text("en"), vocabulary().label(y, "en")) for o, y in ((first, unit), (other, its))
            )
            raise Undecided(
                f"“{a}”的单位是“{u}”，“{b}”的单位是“{v}”，不能直接加减或比较",
                f"“{c}” is in {w}, “{d}” in {x}: they can't be added or compared as they stand",
            )
