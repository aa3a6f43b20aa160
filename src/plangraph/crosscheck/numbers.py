"""How computed numbers are written: short, but never so short that a gap between two intervals disappears."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from plangraph.crosscheck.intervals import Interval
from plangraph.figures import number

Writer = Callable[[Fraction], str]

_DIGITS: Final = 5
_MOST_DIGITS: Final = 30
# Decimals up to which a number is written exactly: sums and differences of printed figures stay what they are.
_EXACT_PLACES: Final = 4


def rounded(value: Fraction, digits: int = _DIGITS) -> Fraction:
    """``value`` to ``digits`` significant digits, but whole digits are all kept, and so are short decimals."""
    if (value * 10**_EXACT_PLACES).denominator == 1:
        return value
    scale = 10 ** max(0, digits - _magnitude(value))
    return Fraction(_half_up(abs(value) * scale), scale) * (-1 if value < 0 else 1)


def rounded_down(value: Fraction, digits: int = 4) -> Fraction:
    """A number at or just below a positive ``value``, of ``digits`` significant digits: what may follow “at least”."""
    if (value * 10**_EXACT_PLACES).denominator == 1:
        return value
    scale = 10 ** max(0, digits - _magnitude(value))
    return Fraction(int(value * scale), scale)


def write(value: Fraction) -> str:
    """A fraction that is a decimal number, in full, thousands apart."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return number(Decimal(int(value * 10**places)).scaleb(-places))


def writer(intervals: Iterable[Interval]) -> Writer:
    """Writes numbers with as many digits as it takes for the ends of ``intervals`` to keep their order."""
    ends = sorted({end for i in intervals for end in (i.low, i.high) if end is not None})
    for digits in range(_DIGITS, _MOST_DIGITS):
        if all(rounded(a, digits) < rounded(b, digits) for a, b in itertools.pairwise(ends)):
            return lambda value: write(rounded(value, digits))
    return lambda value: write(rounded(value, _MOST_DIGITS))


def _magnitude(value: Fraction) -> int:
    """Digits before the point; below 1, minus the zeros after it."""
    if abs(value) >= 1:
        return len(str(int(abs(value))))
    zeros = 0
    value = abs(value) * 10
    while value < 1:
        value, zeros = value * 10, zeros + 1
    return -zeros


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
