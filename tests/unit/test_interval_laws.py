"""Laws of interval arithmetic and of relations: nothing that can be true is ever called false."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plangraph.crosscheck.intervals import Interval, hull, mean, point, root_below
from plangraph.crosscheck.kinds import decide
from plangraph.crosscheck.numbers import rounded, rounded_down, write, writer
from plangraph.crosscheck.reading import Declared
from plangraph.entities import Named
from plangraph.figures import Figure
from plangraph.findings import Operand
from plangraph.namespaces import PGC, UNIT

PERSON, PERCENT = str(PGC["unit-person"]), str(UNIT.PERCENT)
numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=50)
reaches = st.fractions(min_value=0, max_value=100, max_denominator=20) | st.none()
laws = settings(deadline=None, max_examples=60)


@st.composite
def known(draw: st.DrawFn) -> tuple[Fraction, Interval]:
    """A number and an interval around it, either end open at times."""
    number, below, above = draw(numbers), draw(reaches), draw(reaches)
    return number, Interval(None if below is None else number - below, None if above is None else number + above)


def widened(interval: Interval, below: Fraction | None, above: Fraction | None) -> Interval:
    return Interval(
        None if interval.low is None or below is None else interval.low - below,
        None if interval.high is None or above is None else interval.high + above,
    )


def inside(inner: Interval, outer: Interval) -> bool:
    below = outer.low is None or (inner.low is not None and outer.low <= inner.low)
    return below and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


@laws
@given(known(), known())
def test_what_the_numbers_give_lies_in_what_the_intervals_give(
    a: tuple[Fraction, Interval], b: tuple[Fraction, Interval]
) -> None:
    (x, first), (y, second) = a, b
    assert x + y in first + second
    assert x - y in first - second
    assert x * y in first * second
    if 0 not in second:
        assert x / y in first / second
    else:
        with pytest.raises(ZeroDivisionError):
            first / second
    assert x in hull([first, second])
    assert y in hull([first, second])


@laws
@given(known(), known(), reaches, reaches)
def test_wider_operands_give_wider_results(
    a: tuple[Fraction, Interval], b: tuple[Fraction, Interval], below: Fraction | None, above: Fraction | None
) -> None:
    first, second = a[1], b[1]
    wider = widened(first, below, above)
    assert inside(first, wider)
    assert inside(first + second, wider + second)
    assert inside(first - second, wider - second)
    assert inside(second - first, second - wider)
    assert inside(first * second, wider * second)
    if 0 not in wider:
        assert inside(second / first, second / wider)
    assert not first.overlaps(second) or wider.overlaps(second)


@laws
@given(*[st.tuples(numbers, numbers).map(sorted)] * 2)
def test_the_ends_of_a_product_are_reached(a: list[Fraction], b: list[Fraction]) -> None:
    corners = {x * y for x in a for y in b}
    product = Interval(*a) * Interval(*b)
    assert product.low in corners
    assert product.high in corners


@pytest.mark.parametrize(
    ("first", "second", "quotient"),
    [
        # The limits at an open end, by hand.
        (Interval(Fraction(6), Fraction(12)), Interval(Fraction(2), None), Interval(Fraction(0), Fraction(6))),
        (Interval(Fraction(6), None), Interval(Fraction(2), Fraction(3)), Interval(Fraction(2), None)),
        (Interval(None, Fraction(6)), Interval(Fraction(2), Fraction(3)), Interval(None, Fraction(3))),
        (Interval(None, Fraction(-6)), Interval(Fraction(2), Fraction(3)), Interval(None, Fraction(-2))),
        (Interval(Fraction(-6), Fraction(12)), Interval(None, Fraction(-3)), Interval(Fraction(-4), Fraction(2))),
        (Interval(None, None), Interval(Fraction(2), None), Interval(None, None)),
        (point(0), Interval(Fraction(2), None), point(0)),
    ],
)
def test_division_with_open_ends(first: Interval, second: Interval, quotient: Interval) -> None:
    assert first / second == quotient


def test_intervals_that_touch_overlap() -> None:
    assert Interval(None, Fraction(3)).overlaps(Interval(Fraction(3), None))
    assert Interval(None, Fraction(3)).gap(Interval(Fraction(7, 2), Fraction(9))) == Fraction(1, 2)
    assert Interval(Fraction(7, 2), Fraction(9)).gap(Interval(None, Fraction(3))) == Fraction(1, 2)


@laws
@given(st.fractions(min_value=0, max_value=50, max_denominator=1000), st.integers(min_value=1, max_value=6))
def test_a_root_is_never_too_high_and_hardly_too_low(number: Fraction, degree: int) -> None:
    root = root_below(number, degree)
    assert root**degree <= number
    assert (root * (1 + Fraction(1, 10**30))) ** degree >= number or number == 0
    assert root_below(number**degree, degree) == number


# --- Numbers as written ---------------------------------------------------------------------------------------------


@laws
@given(st.fractions(min_value=-(10**7), max_value=10**7), st.fractions(min_value=Fraction(1, 10**12), max_value=10))
def test_a_gap_is_never_rounded_away(end: Fraction, gap: Fraction) -> None:
    write_ends = writer([point(end), point(end + gap)])
    lower, upper = (Decimal(write_ends(x).replace(",", "").replace("−", "-")) for x in (end, end + gap))
    assert lower < upper


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("3442000/74", "46,514"),
        ("1/3", "0.33333"),
        ("2/300", "0.0066667"),
        ("-200/3", "−66.667"),
        ("123456789/7", "17,636,684"),
        ("1234567.25", "1,234,567.25"),
        ("0", "0"),
        ("199999.99999", "200,000"),
    ],
)
def test_numbers_in_about_five_digits(value: str, written: str) -> None:
    assert write(rounded(Fraction(value))) == written


@laws
@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_at_the_least_is_at_the_least(gap: Fraction) -> None:
    assert 0 < rounded_down(gap) <= gap


# --- Relations ------------------------------------------------------------------------------------------------------


def figure(interval: Interval, unit: str = PERSON) -> Figure:
    low, high = (
        None if end is None else Decimal(end.numerator) / end.denominator for end in (interval.low, interval.high)
    )
    value = low if interval.exact else None
    return Figure(
        "", {}, "actual", "level", "eq", value, low, high, unit, "", None, None, None, None, None, False, {}
    )  # fmt: skip


def holds(kind: str, factor: int = 1, unit: str = PERSON, **roles: Interval) -> bool | None:
    operands = tuple(
        Operand(role.rstrip("2"), Named(f"urn:{role}", {}, ()), figure(at, unit if role == "result" else PERSON), ())
        for role, at in roles.items()
    )
    return decide(Declared(Named("urn:r", {}, ()), kind, operands, factor=Fraction(factor))).holds


# Finite decimals, so that figures hold them exactly; divisors are powers of two and five.
decimals = st.decimals(min_value=-1000, max_value=1000, places=2).map(Fraction)
divisors = st.sampled_from([Fraction(n) for n in (-8, -5, -1, 1, 2, 4, 5, 10, 16, 25)])
positives = st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2).map(Fraction)


def true_relations(
    x: Fraction, y: Fraction, p: Fraction, d: Fraction
) -> list[tuple[str, int, str, dict[str, Fraction]]]:
    """Relations that hold of exact numbers, by construction."""
    part, whole = sorted((abs(d), abs(d) * 4))
    return [
        ("sum", 1, PERSON, {"part": x, "part2": y, "result": x + y}),
        ("difference", 1, PERSON, {"minuend": x, "subtrahend": y, "result": x - y}),
        ("ratio", 1000, PERSON, {"numerator": x, "denominator": d, "result": x / d * 1000}),
        ("share", 100, PERCENT, {"numerator": part, "denominator": whole, "result": part / whole * 100}),
        ("growth", 1, PERCENT, {"earlier": abs(d), "later": p, "result": (p / abs(d) - 1) * 100}),
        ("mean-bound", 1, PERSON, {"part": x, "part2": y, "result": mean([x, y])}),
        ("at-most", 1, PERSON, {"part": min(x, y), "whole": max(x, y)}),
        ("equal", 1, PERSON, {"left": x, "right": x}),
        ("exceeds", 1, PERSON, {"left": x + p, "right": x}),
    ]


@laws
@given(decimals, decimals, positives, divisors)
def test_exact_figures_that_fit_hold(x: Fraction, y: Fraction, p: Fraction, d: Fraction) -> None:
    for kind, factor, unit, roles in true_relations(x, y, p, d):
        assert holds(kind, factor, unit, **{role: point(n) for role, n in roles.items()}) is True, kind


@laws
@given(decimals, decimals, positives, divisors, st.integers(min_value=0), *[positives | st.none()] * 2)
def test_widening_an_operand_never_makes_a_relation_fail(
    x: Fraction, y: Fraction, p: Fraction, d: Fraction, which: int, below: Fraction | None, above: Fraction | None
) -> None:
    for kind, factor, unit, roles in true_relations(x, y, p, d):
        intervals = {role: point(n) for role, n in roles.items()}
        role = list(roles)[which % len(roles)]
        intervals[role] = widened(intervals[role], below, above)
        assert holds(kind, factor, unit, **intervals) is not False, (kind, role)


@laws
@given(known(), known(), known(), st.sampled_from([Fraction(1, 8), Fraction(1, 2), Fraction(3), Fraction(1000)]))
def test_another_size_of_unit_changes_nothing(
    a: tuple[Fraction, Interval], b: tuple[Fraction, Interval], c: tuple[Fraction, Interval], size: Fraction
) -> None:
    def at(number: tuple[Fraction, Interval]) -> Interval:
        # To whole eighths, which stay finite decimals at every size.
        low, high = (None if e is None else Fraction(round(e * 8), 8) for e in (number[1].low, number[1].high))
        return Interval(low, high)

    def scaled(interval: Interval) -> Interval:
        return interval * point(size)

    one, two, three = at(a), at(b), at(c)
    for kind, roles in (
        ("sum", {"part": one, "part2": two, "result": three}),
        ("difference", {"minuend": one, "subtrahend": two, "result": three}),
        ("mean-bound", {"part": one, "part2": two, "result": three}),
        ("at-most", {"part": one, "whole": two}),
        ("equal", {"left": one, "right": two}),
        ("exceeds", {"left": one, "right": two}),
    ):
        assert holds(kind, **roles) == holds(kind, **{role: scaled(i) for role, i in roles.items()}), kind
    ratio = {"numerator": scaled(one), "denominator": scaled(two), "result": three}
    assert holds("ratio", **ratio) == holds("ratio", numerator=one, denominator=two, result=three)
    growth = {"earlier": scaled(one), "later": scaled(two), "result": three}
    assert holds("growth", 1, PERCENT, **growth) == holds("growth", 1, PERCENT, earlier=one, later=two, result=three)
