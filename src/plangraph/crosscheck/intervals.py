"""Interval arithmetic in exact fractions: what can come out where each number is known between bounds only.

An end that is None is open: the interval goes on without bound. Ends belong to the interval, so that two intervals
that touch overlap: a value on the edge of rounding may have been printed either way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

_End = Fraction | float
"""A fraction, or plus or minus infinity."""


@dataclass(frozen=True)
class Interval:
    """The numbers from ``low`` to ``high``, both included; None leaves an end open."""

    low: Fraction | None
    high: Fraction | None

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high

    def __contains__(self, number: Fraction | int) -> bool:
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)

    def __add__(self, other: Interval) -> Interval:
        return Interval(_plus(self.low, other.low), _plus(self.high, other.high))

    def __neg__(self) -> Interval:
        return Interval(_minus(self.high), _minus(self.low))

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        corners = [_times(a, b) for a in self._ends() for b in other._ends()]
        return Interval(_finite(min(corners)), _finite(max(corners)))

    def __truediv__(self, other: Interval) -> Interval:
        """Raises ``ZeroDivisionError`` where the divisor's interval contains zero."""
        if 0 in other:
            raise ZeroDivisionError
        # Without zero inside, 1/x falls all the way; towards an open end it goes to zero.
        return self * Interval(
            Fraction(0) if other.high is None else 1 / other.high, Fraction(0) if other.low is None else 1 / other.low
        )

    def overlaps(self, other: Interval) -> bool:
        """Whether some number is in both."""
        return self.gap(other) == 0

    def gap(self, other: Interval) -> Fraction:
        """How far apart the nearest numbers of the two are; 0 where they overlap."""
        for lower, upper in ((self, other), (other, self)):
            if lower.high is not None and upper.low is not None and lower.high < upper.low:
                return upper.low - lower.high
        return Fraction(0)

    def at_most(self, ceiling: Fraction) -> Interval:
        """The part of it that isn't above ``ceiling``. Only where there is one: ``low`` isn't above either."""
        return Interval(self.low, ceiling if self.high is None else min(self.high, ceiling))

    def _ends(self) -> tuple[_End, _End]:
        return (-math.inf if self.low is None else self.low, math.inf if self.high is None else self.high)


def point(number: Fraction | Decimal | int) -> Interval:
    """The interval of one number."""
    return Interval(Fraction(number), Fraction(number))


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval that holds all of ``intervals``, of which there is at least one."""
    lows = [i.low for i in intervals if i.low is not None]
    highs = [i.high for i in intervals if i.high is not None]
    return Interval(
        min(lows) if len(lows) == len(intervals) else None, max(highs) if len(highs) == len(intervals) else None
    )


def mean(numbers: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean."""
    return sum(numbers, Fraction(0)) / len(numbers)


def root_below(number: Fraction, degree: int) -> Fraction:
    """A number at or just below the root of ``number``, which isn't negative: never above it, equal where it is exact.

    To about 40 digits; a power of it that gives ``number`` back is taken as it is.
    """
    down, up = Context(prec=50, rounding=ROUND_FLOOR), Context(prec=50, rounding=ROUND_CEILING)
    quotient = up.divide(Decimal(number.numerator), Decimal(number.denominator))
    guess = Fraction(down.power(quotient, down.divide(Decimal(1), Decimal(degree))) if quotient else Decimal(0))
    near = Fraction(guess).limit_denominator(10**12)
    if near**degree == number:
        return near
    below = guess * (1 - Fraction(1, 10**40))
    assert below**degree <= number
    return below


def _plus(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _minus(a: Fraction | None) -> Fraction | None:
    return None if a is None else -a


def _times(a: _End, b: _End) -> _End:
    if a == 0 or b == 0:
        return Fraction(0)  # the limit at a corner, where floating point would give "not a number"
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return math.inf if (a > 0) == (b > 0) else -math.inf


def _finite(end: _End) -> Fraction | None:
    return end if isinstance(end, Fraction) else None
