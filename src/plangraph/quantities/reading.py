"""One printed figure to a quantity, and a quantity back to print."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from plangraph.errors import BadInput
from plangraph.quantities.measuring import Measured, halves, measure, negative, ratio
from plangraph.quantities.model import Comparator, Quantity
from plangraph.quantities.numerals import is_numeral
from plangraph.quantities.ranking import ranked
from plangraph.quantities.units import match_unit

LONGEST = 80
_START = re.compile(
    r"[0-9０-９〇零○一二三四五六七八九十百千万亿两廿卅第几数半]|[过逾超近]半|前(?=[0-9一二三四五六七八九十])|首位|成[百千]上|多半"
)
_MINUS = re.compile(r"[-－−负]$")
_AROUND = re.compile(r"[一-龥A-Za-z +＋“”（）()]*")
_BEFORE: dict[Comparator, str] = {"eq": "", "approx": "约", "gt": "超过", "ge": "不低于", "lt": "低于", "le": "不超过"}
_SCALES = (("万亿", 12), ("亿", 8), ("万", 4))


def read_quantity(printed: str) -> Quantity:
    """The quantity of one printed form, with the comparator words around it (``超过64万人``, ``10%~15%``, ``前7位``).

    ``printed`` of the answer is the whole form. Raises ``BadInput`` where it holds no figure or more than one.
    """
    text = printed.strip()
    found = _START.search(text) if len(text) <= LONGEST else None
    if found is None:
        raise _unreadable(printed)
    at = found.start()
    minus = _MINUS.search(text[:at])
    if minus is not None:  # the words before the sign are read as if they stood right before the figure
        text, at = text[: at - 1] + text[at:], at - 1
    place = ranked(text, at)
    if place is not None and place.quantity is not None:
        quantity, end = place.quantity, place.end
    else:
        read: Measured | None = halves(text, at) or ratio(text, at) or measure(text, at)
        if read is None:
            raise _unreadable(printed)
        quantity, end = read.quantity, read.end
    rest = text[end:]
    if not _AROUND.fullmatch(text[:at]) or not _AROUND.fullmatch(rest) or any(is_numeral(c) for c in rest):
        raise _unreadable(printed)
    if minus is None:
        return replace(quantity, printed=printed.strip())
    if quantity.value_high is not None:
        raise _unreadable(printed)
    return negative(quantity, printed.strip())


def _unreadable(printed: str) -> BadInput:
    shown = printed if len(printed) <= LONGEST else printed[:LONGEST] + "…"
    return BadInput(
        f"“{shown}”不是一个数量；请写成“344.2万人”“超过64万人”“2万余张”“15%左右”这样的形式。",
        f"“{shown}” isn't one figure; write it as in 344.2万人, 超过64万人, 2万余张 or 15%左右.",
    )


def write_quantity(value: Decimal, unit: str, comparator: Comparator = "eq") -> str:
    """A figure as Chinese text prints it: ``write_quantity(Decimal(3442000), "人")`` → ``344.2万人``.

    万, 亿 and 万亿 are used where they make it shorter and keep every digit. ``read_quantity`` gives value, unit and
    comparator back. Raises ``BadInput`` where that can't be: a number that isn't finite, a unit that isn't known.
    """
    if not value.is_finite() or value.adjusted() > 16 or value.adjusted() < -12:
        raise BadInput(f"{value} 无法写成印刷数字。", f"{value} can't be printed as a figure.")
    found = match_unit(unit, 0) if unit else None
    if unit and (found is None or found.end != len(unit) or (is_numeral(unit[0]) and unit[0] not in "千")):
        raise BadInput(f"不认识的单位“{unit}”。", f"Unknown unit “{unit}”.")
    number = _plain(abs(value))
    for name, exponent in _SCALES:
        shorter = _plain(abs(value).scaleb(-exponent)) + name
        if len(shorter) < len(number) and unit not in ("%", "‰", "个百分点"):
            number = shorter
    sign = "-" if value < 0 else ""
    return f"{_BEFORE[comparator]}{sign}{number}{unit}"


def _plain(value: Decimal) -> str:
    digits = f"{value:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
