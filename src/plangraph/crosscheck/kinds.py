"""The arithmetic of each kind of relation: what its operands allow, and whether that agrees with what is printed.

A relation fails only where no numbers inside the intervals of its operands satisfy it. An operand stands in it once,
so the interval computed is exactly what can come out, and "some number satisfies it" is "the intervals overlap".
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from plangraph.crosscheck.amounts import (
    PERCENT,
    Amount,
    Undecided,
    amount,
    amount_text,
    dates_text,
    positive,
    same_unit,
)
from plangraph.crosscheck.intervals import Interval, hull, mean, point, root_below
from plangraph.crosscheck.numbers import Writer, write, writer
from plangraph.crosscheck.reading import ROLES, Declared
from plangraph.figures import Figure
from plangraph.findings import Operand
from plangraph.namespaces import PG
from plangraph.ontology import vocabulary


@dataclass(frozen=True)
class Outcome:
    """How a relation came out: ``computed`` against ``given``, or the left side against the right.

    ``gap`` is how far apart the two are at the least (days, for dates), None unless it fails. ``reason`` (zh, en) says
    why it is undecided, or why it fails where no gap shows it. ``write`` writes the numbers of both with as many digits
    as show the gap.
    """

    holds: bool | None
    computation: str
    computed: Amount | None = None
    given: Amount | None = None
    gap: Fraction | None = None
    reason: tuple[str, str] | None = None
    write: Writer = write


def decide(declared: Declared) -> Outcome:
    """Check one relation."""
    try:
        _complete(declared)
        if declared.kind == "precedes":
            return _precedes(declared)
        return (_comparison if declared.kind in _SIGNS else _equation)(declared)
    except Undecided as fault:
        # With a sign that asks, the formula claims nothing.
        sign = _SIGNS.get(declared.kind, ("=",))[0]
        right = _token(declared, ROLES[declared.kind][-1]) if declared.kind in ROLES else "?"
        return Outcome(None, f"{_formula(declared)} {sign}? {right}", reason=fault.reason)


# --- Kinds that compute a result ------------------------------------------------------------------------------------


def _equation(declared: Declared) -> Outcome:
    computed = _COMPUTED[declared.kind](declared)
    if declared.stated_count is not None:
        given = Amount(Fraction(declared.stated_count), point(declared.stated_count))
    else:
        given = amount(declared.of("result")[0])
    if declared.kind == "includes":
        return _included(declared, computed, given)
    fits = computed.span.overlaps(given.span)
    beyond = _beyond_whole(declared) if declared.kind == "share" else None
    holds = fits and beyond is None
    write_ends = writer((computed.span, given.span))
    exact = computed.span.exact and given.span.exact
    sign = ("=" if exact else "≈") if fits else "≠"
    computation = f"{_formula(declared)} = {amount_text(computed, write_ends)} {sign} {amount_text(given)}"
    if beyond is not None:
        computation += f"; {_token(declared, 'numerator')} > {_token(declared, 'denominator')}"
    gap = None if fits else computed.span.gap(given.span)
    return Outcome(holds, computation, computed, given, gap, beyond, write_ends)


def _included(declared: Declared, listed: Amount, given: Amount) -> Outcome:
    """Things named as examples: as many as are counted, or fewer."""
    most = given.span.high
    holds = most is None or declared.count is None or declared.count <= most
    computation = f"{_formula(declared)} = {declared.count} {'≤' if holds else '≰'} {amount_text(given)}"
    return Outcome(holds, computation, listed, given, None if holds else listed.span.gap(given.span))


def _sum(declared: Declared) -> Amount:
    parts = declared.of("part")
    same_unit((*parts, *declared.of("result")), points=True)
    amounts = [amount(part) for part in parts]
    span = amounts[0].span
    for other in amounts[1:]:
        span = span + other.span
    values = [a.value for a in amounts if a.value is not None]
    return Amount(sum(values, Fraction(0)) if len(values) == len(amounts) else None, span)


def _difference(declared: Declared) -> Amount:
    minuend, subtrahend = declared.of("minuend")[0], declared.of("subtrahend")[0]
    same_unit((minuend, subtrahend, *declared.of("result")), points=True)
    a, b = amount(minuend), amount(subtrahend)
    return Amount(None if a.value is None or b.value is None else a.value - b.value, a.span - b.span)


def _quotient(above: Operand, below: Operand) -> Amount:
    a, b = amount(above), amount(below)
    if 0 in b.span:
        zh, en = below.thing.text("zh"), below.thing.text("en")
        raise Undecided(f"“{zh}”可能为零，不能作除数", f"“{en}” may be zero, so nothing can be divided by it")
    return Amount(a.value / b.value if a.value is not None and b.value else None, a.span / b.span)


def _ratio(declared: Declared) -> Amount:
    quotient = _quotient(declared.of("numerator")[0], declared.of("denominator")[0])
    return _scaled(quotient, declared.factor)


def _share(declared: Declared) -> Amount:
    part, whole = declared.of("numerator")[0], declared.of("denominator")[0]
    same_unit((part, whole), counts=True)
    quotient = _quotient(part, whole)
    positive(whole)
    if quotient.span.low is None or quotient.span.low <= 1:
        quotient = Amount(quotient.value, quotient.span.at_most(Fraction(1)))
    return _scaled(quotient, declared.factor)


def _beyond_whole(declared: Declared) -> tuple[str, str] | None:
    """A part that must be greater than its whole: the share fails, whatever it is said to be."""
    part, whole = declared.of("numerator")[0], declared.of("denominator")[0]
    low, high = amount(part).span.low, amount(whole).span.high
    if low is None or high is None or low <= high:
        return None
    return (
        f"部分“{part.thing.text('zh')}”至少为{write(low)}，大于整体“{whole.thing.text('zh')}”的{write(high)}",
        f"the part “{part.thing.text('en')}” is {write(low)} at the least, more than the whole "
        f"“{whole.thing.text('en')}” with {write(high)}",
    )


def _growth(declared: Declared) -> Amount:
    earlier, later, result = (declared.of(role)[0] for role in ("earlier", "later", "result"))
    same_unit((earlier, later))
    if result.figure is not None and result.figure.unit != PERCENT:
        zh, en = (vocabulary().label(result.figure.unit, lang) for lang in ("zh", "en"))
        raise Undecided(f"增长率应以百分数计，这里是“{zh}”", f"growth is given in per cent, and here it is in {en}")
    quotient = _quotient(later, earlier)
    positive(earlier)
    less = Amount(None if quotient.value is None else quotient.value - 1, quotient.span - point(1))
    return _scaled(less, Fraction(100))


def _mean(declared: Declared) -> Amount:
    """Between what a mean can be. Parts over equal periods that follow each other weigh the same, others anything.

    The mean of growth rates may be meant as arithmetic or, as is right, geometric, which is never greater: so the
    arithmetic mean of the highs bounds it from above, the geometric mean of the growth factors of the lows from below.
    """
    parts = declared.of("part")
    operands = (*parts, *declared.of("result"))
    same_unit(operands)
    amounts = [amount(part) for part in parts]
    figures = [operand.figure for operand in operands if operand.figure is not None]
    if not _equal_periods(figures[: len(parts)]):
        return Amount(None, hull([a.span for a in amounts]))
    lows = [a.span.low for a in amounts if a.span.low is not None]
    highs = [a.span.high for a in amounts if a.span.high is not None]
    low = None
    growth = all(figure.statistic == "growth-rate" and figure.unit == PERCENT for figure in figures)
    if len(lows) == len(amounts):
        low = (_mean_growth(lows) if min(lows) >= -100 else min(lows)) if growth else mean(lows)
    return Amount(None, Interval(low, mean(highs) if len(highs) == len(amounts) else None))


def _mean_growth(rates: Sequence[Fraction]) -> Fraction:
    """At or just below the geometric mean of growth rates in per cent."""
    product = Fraction(1)
    for rate in rates:
        product *= 1 + rate / 100
    return (root_below(product, len(rates)) - 1) * 100


def _count(declared: Declared) -> Amount:
    if declared.count is None:
        collection = declared.of("collection")[0].thing
        raise Undecided(
            f"图谱没有“{collection.text('zh')}”的成员", f"the graph has no members of “{collection.text('en')}”"
        )
    return Amount(Fraction(declared.count), point(declared.count))


_COMPUTED: Final[dict[str, Callable[[Declared], Amount]]] = {
    "sum": _sum,
    "ratio": _ratio,
    "share": _share,
    "difference": _difference,
    "growth": _growth,
    "mean-bound": _mean,
    "enumeration": _count,
    "includes": _count,
}


# --- Kinds that compare ---------------------------------------------------------------------------------------------

_SIGNS: Final = {"at-most": ("≤", "≰"), "equal": ("=", "≠"), "exceeds": (">", "≯"), "precedes": ("≤", "≰")}


def _comparison(declared: Declared) -> Outcome:
    lefts, right = declared.of(ROLES[declared.kind][0]), declared.of(ROLES[declared.kind][1])[0]
    same_unit((*lefts, right), counts=declared.kind in ("at-most", "exceeds"))
    other = amount(right)
    # Where there are several parts, the one that is certainly the greatest decides.
    one = max((amount(left) for left in lefts), key=lambda a: (a.span.low is not None, a.span.low or 0))
    low, high, ceiling = one.span.low, one.span.high, other.span.high
    match declared.kind:
        case "at-most":
            holds = low is None or ceiling is None or low <= ceiling
        case "exceeds":
            holds = high is None or other.span.low is None or high > other.span.low
        case _:
            holds = one.span.overlaps(other.span)
    sign = _SIGNS[declared.kind][0 if holds else 1]
    if declared.kind == "equal" and holds and not (one.span.exact and other.span.exact):
        sign = "≈"
    computation = f"{_formula(declared)} {sign} {amount_text(other)}"
    return Outcome(holds, computation, one, other, None if holds else one.span.gap(other.span))


def _precedes(declared: Declared) -> Outcome:
    """Order of dates. ``before`` fails where even its first date is after the last of ``after``.

    It holds where its last date isn't after the last of ``after``: a deadline inside a plan's period precedes the plan,
    an evaluated period its report. Where it begins in time but goes on for longer, it can't be decided.
    """
    before, after = declared.of("before")[0], declared.of("after")[0]
    for operand in (before, after):
        if operand.thing.iri not in declared.dates:
            zh, en = operand.thing.text("zh"), operand.thing.text("en")
            raise Undecided(f"图谱没有“{zh}”的日期", f"the graph has no date of “{en}”")
    first, last = declared.dates[before.thing.iri], declared.dates[after.thing.iri]
    computation = "{} {} {}"
    if first.earliest > last.latest:
        days = Fraction((first.earliest - last.latest).days)
        return Outcome(False, computation.format(dates_text(first), "≰", dates_text(last)), gap=days)
    if first.latest > last.latest:
        raise Undecided("两段时间交错，先后不定", "the two periods run into each other")
    return Outcome(True, computation.format(dates_text(first), "≤", dates_text(last)))


# --- What they share ------------------------------------------------------------------------------------------------


def _complete(declared: Declared) -> None:
    if declared.kind not in ROLES:
        raise Undecided(f"没有“{declared.kind}”这种关系", f"there is no kind of relation “{declared.kind}”")
    counts = bool(declared.of("counted") or declared.of("collection"))
    for role in ROLES[declared.kind]:
        spared = (role in ("collection", "counted") and counts) or (
            role == "result" and declared.stated_count is not None
        )
        if not declared.of(role) and not spared:
            zh, en = (vocabulary().label(str(PG[role]), lang) for lang in ("zh", "en"))
            raise Undecided(f"关系缺少“{zh}”", f"the relation lacks its “{en}”")


def _scaled(number: Amount, factor: Fraction) -> Amount:
    return Amount(None if number.value is None else number.value * factor, number.span * point(factor))


def _equal_periods(figures: Sequence[Figure]) -> bool:
    """Whether there are several, each over a period, none over the same days, all as long in months and days."""
    try:
        spans = sorted((date.fromisoformat(f.start), date.fromisoformat(f.end)) for f in figures if f.start and f.end)
    except ValueError:
        return False
    if len(spans) < max(2, len(figures)) or any(a[1] >= b[0] for a, b in itertools.pairwise(spans)):
        return False
    lengths = set()
    for start, last in spans:
        end = last + timedelta(days=1)
        lengths.add(((end.year - start.year) * 12 + end.month - start.month, end.day - start.day))
    return len(lengths) == 1


def _token(declared: Declared, role: str) -> str:
    return " + ".join(_tokens(declared, role))


def _tokens(declared: Declared, role: str) -> list[str]:
    """The numbers of the operands in a role, a question mark for what isn't known."""
    found = []
    for operand in declared.of(role):
        if declared.kind == "precedes":
            dates = declared.dates.get(operand.thing.iri)
            found.append(dates_text(dates) if dates else "?")
            continue
        try:
            text = amount_text(amount(operand))
        except Undecided:
            text = "?"
        found.append(f"({text})" if text.startswith("−") else text)
    return found or ["?"]


def _formula(declared: Declared) -> str:
    """The left side of the relation, in numbers."""

    def one(role: str) -> str:
        return _token(declared, role)

    match declared.kind:
        case "ratio" | "share":
            times = "" if declared.factor == 1 else f" × {write(declared.factor)}"
            return f"{one('numerator')} ÷ {one('denominator')}{times}"
        case "difference":
            return f"{one('minuend')} − {one('subtrahend')}"
        case "growth":
            return f"({one('later')} ÷ {one('earlier')} − 1) × 100"
        case "mean-bound":
            return f"mean({'; '.join(_tokens(declared, 'part'))})"
        case "enumeration" | "includes":
            return "|{…}|"
        case "at-most" if len(declared.of("part")) > 1:
            return f"max({'; '.join(_tokens(declared, 'part'))})"
        case kind if kind in ROLES:
            return one(ROLES[kind][0])
    return "?"
