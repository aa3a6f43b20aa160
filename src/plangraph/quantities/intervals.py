"""What a printed figure can mean: the interval that its rounding and its comparator allow.

The conventions are those of ``ontology.md``, "Intervals": a count of whole things printed to the unit is exact; any
other figure lies within half a unit of its last printed digit; the words around it move the bounds.
"""

from __future__ import annotations

import re
from decimal import Decimal

from plangraph.quantities.model import Comparator

Bounds = tuple[Decimal | None, Decimal | None]

# How far before a figure a comparator may stand, in characters.
REACH = 6
_HALF = Decimal("0.5")

_BEFORE: tuple[tuple[Comparator, bool, str], ...] = (
    # comparator, bounded on the other side too, the words right before the figure
    ("ge", False, "不低于|不少于|不小于|不亚于|至少|最少|最低|下限为?"),
    ("le", False, "不超过|不高于|不多于|不大于|不超|至多|最多|上限为?|控制在|压减至"),
    ("lt", True, "(?<![附最临邻靠远就亲晋新贴相])(?:接近|将近|逼近|近)|不足|不到|未达到?"),
    ("lt", False, "低于|少于|小于|未超过?"),
    ("gt", False, "超过|(?<![高英中赶反德意])超出?|逾|突破|高于|大于|多于|冲破|(?<!打)破|(?<![经通不超])过"),
    ("ge", False, "(?<![以年月在上])上"),
    ("approx", False, "(?<![节预契条公制履违签合邀简集特婉])约为?|大约|大概|左右各|基本(?:为|达到?)?|大致"),
)
_AFTER: tuple[tuple[Comparator, str], ...] = (
    ("ge", "(?:及|或)?以上|之上|起步"),
    ("le", "(?:及|或)?以内|之内|(?:及|或)?以下|之下|封顶"),
    ("approx", "左右|上下"),
)
_BEFORE_RE = [(name, bounded, re.compile(f"(?:{words})[ 　“]?$")) for name, bounded, words in _BEFORE]
_AFTER_RE = [(name, re.compile(words)) for name, words in _AFTER]
# 近三年 is the last three years, 过五年 and 上两年 likewise: no comparison.
_PERIODS = re.compile(r"个?(?:年|月|周|天|日|星期|季度|届|次|期|批|轮)")
_ELAPSED = re.compile(r"[近过上]$")


def interval(
    value: Decimal,
    step: Decimal,
    comparator: Comparator = "eq",
    *,
    coarse: Decimal | None = None,
    exact: bool = False,
    bounded: bool = False,
) -> Bounds:
    """The least and the greatest number that a printed figure can stand for; none is no bound.

    ``step`` is the unit of the last printed digit, ``coarse`` that of the last one that isn't a trailing zero (190 →
    1 and 10), both multiplied out; ``exact`` says that whole things are counted to the unit; ``bounded`` that the words
    bound the other side too: 余 and 多 (with ``gt``), 近 and 不足 (with ``lt``).
    """
    unit = step if coarse is None else coarse
    if comparator == "eq":
        return (value, value) if exact else (value - step * _HALF, value + step * _HALF)
    if comparator == "approx":
        return value - unit, value + unit
    if comparator in ("gt", "ge"):
        return value, value + unit if bounded else None
    return value - unit if bounded else None, value


def comparator_around(text: str, start: int, end: int, unit: str) -> tuple[Comparator, bool]:
    """The comparator in the words right before ``start`` or after ``end``, and whether it bounds both sides."""
    for name, pattern in _AFTER_RE:
        if pattern.match(text, end):
            return name, False
    before = text[max(0, start - REACH) : start]
    if _PERIODS.fullmatch(unit) and _ELAPSED.search(before):
        return "eq", False
    for name, bounded, pattern in _BEFORE_RE:
        if pattern.search(before):
            return name, bounded
    return "eq", False
