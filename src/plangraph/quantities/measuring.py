"""Reads the quantity that begins at a place of a text: number, range, 余 or 多, unit, and the comparator around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from plangraph.quantities.intervals import comparator_around, interval
from plangraph.quantities.lexicon import words_in
from plangraph.quantities.model import Comparator, Quantity
from plangraph.quantities.numerals import CHINESE, Number, is_numeral, read_number
from plangraph.quantities.units import UnitMatch, match_unit

_TO = re.compile(r" ?(?:-|－|—{1,2}|–|~|～|〜|∼|至|到) ?")
_HALF_MORE = re.compile(r"半(?![径导岛数年程期成决场封开壁])")
_HALVED = words_in("年 个 月 个月 天 小时 个小时 倍 里 米 公里 米 斤 度")
_MORE_THAN = _HALVED - {"个"} | words_in("元 倍 岁 周 公顷 亩 吨 分钟 小时 平方米 平方公里 千米")
_MORE_WITHIN = re.compile("多(?P<unit>月|小时|星期|世纪|百分点|季度|工作日)")
_FUZZY_AFTER = re.compile("多(?![元层样渠方边式语维功点头媒地次种项个家名])|余(?![额粮料])")
_FROM = re.compile(r"[从由自]$")
_RATIO = re.compile(
    r"(?P<left>[0-9]{1,4}(?:\.[0-9]{1,3})?) ?[:：∶比] ?(?P<right>[0-9]{1,4}(?:\.[0-9]{1,3})?)(?![0-9:：])"
)
_HALVES = re.compile(r"(?P<half>过半数?|逾半数?|超半数?|近半数?|一半|半数|多半(?=数|以上))")
_HALF_OF = re.compile(r"半(?P<unit>个小时|小时|个世纪|世纪|个月|年|天|个百分点)")
_MANY = re.compile(r"成百上千|成千上万|数以(?P<unit>[十百千]?[万亿]|[百千])计")


@dataclass(frozen=True)
class Measured:
    """A quantity read from a text up to ``end``; ``unit_at`` is where its unit begins, ``spoken`` as in ``Number``."""

    end: int
    quantity: Quantity
    number: Number
    unit: UnitMatch | None


def measure(text: str, at: int) -> Measured | None:
    """The quantity whose numeral begins at ``at``; none where no number does."""
    number = read_number(text, at)
    if number is None:
        return None
    unit = _unit_of(text, number)
    ranged = _range(text, at, number, unit)
    if ranged is not None:
        return ranged
    number, unit, end = _half_more(text, number, unit)
    number, unit, end = _and_more(text, number, unit, end)
    name = unit.name if unit else ""
    exact = number.plain and number.unit is None and (unit is None or unit.counting)
    comparator, bounded = comparator_around(text, at, end, name)
    return Measured(end, _quantity(text[at:end], number, name, exact, comparator, bounded), number, unit)


def _quantity(printed: str, number: Number, unit: str, exact: bool, comparator: Comparator, bounded: bool) -> Quantity:
    value, step, coarse = number.value, number.step, number.coarse
    if number.unit is not None and not unit:
        unit = number.unit
    if unit == "成":
        value, step, coarse, unit, exact = value * 10, step * 10, coarse * 10, "%", False
    if number.top is not None:
        # 数十 is from two tens up, 三四个 from three to four
        top = number.top * 10 if printed.rstrip().endswith("成") else number.top
        several = printed[:1] in ("几", "数")
        return Quantity(value, None if several else top, value, top, unit, "ge" if several else comparator, printed)
    if number.fuzzy and comparator in ("eq", "gt", "ge", "approx"):
        comparator, bounded = "gt", True
    low, high = interval(value, step, comparator, coarse=coarse, exact=exact, bounded=bounded)
    return Quantity(value, None, low, high, unit, comparator, printed)


def _unit_of(text: str, number: Number) -> UnitMatch | None:
    if number.unit is not None:
        return None
    unit = match_unit(text, number.end)
    if unit and unit.name.startswith("成") and number.value > 10:
        return None
    if (
        unit
        and number.spoken
        and unit.name in ("里", "方", "平", "市", "区", "县", "国", "省", "州", "乡", "村", "镇", "旗", "分", "点")
    ):
        return None  # 三区, 十里, 四方: a name's form, not a count
    return unit


def _half_more(text: str, number: Number, unit: UnitMatch | None) -> tuple[Number, UnitMatch | None, int]:
    """两年半 is 2.5 years, printed to the half."""
    end = unit.end if unit else number.end
    if unit is None or unit.name not in _HALVED or not number.plain or not _HALF_MORE.match(text, end):
        return number, unit, end
    half = Decimal("0.5")
    number = replace(number, value=number.value + half, step=half, coarse=half, plain=False)
    if unit.name == "个":  # 两个半月
        more = match_unit(text, end + 1)
        if more and more.name in ("月", "小时", "世纪", "百分点"):
            return number, UnitMatch("个" + more.name, more.end, more.counting), more.end
    return number, unit, end + 1


def _and_more(text: str, number: Number, unit: UnitMatch | None, end: int) -> tuple[Number, UnitMatch | None, int]:
    """两年多, 一个多月: more than the unit says."""
    if unit is None or number.fuzzy or number.top is not None:
        return number, unit, end
    within = _MORE_WITHIN.match(text, end) if unit.name == "个" else None
    if within is not None:
        unit = UnitMatch("个" + within["unit"], within.end(), unit.counting)
        return replace(number, fuzzy=True, plain=False), unit, within.end()
    more = _FUZZY_AFTER.match(text, end) if unit.name in _MORE_THAN else None
    if more is None:
        return number, unit, end
    return replace(number, fuzzy=True, plain=False), unit, more.end()


def _range(text: str, at: int, first: Number, unit: UnitMatch | None) -> Measured | None:
    """3至5个, 10%~15%, 1万—2万元: two numbers with one unit, or with the same."""
    end = unit.end if unit else first.end
    to = _TO.match(text, end)
    if to is None or not is_numeral(text[to.end() : to.end() + 1]) or _FROM.search(text[max(0, at - 1) : at]):
        return None
    second = read_number(text, to.end())
    if second is None or second.top is not None or first.top is not None:
        return None
    last = _unit_of(text, second)
    name, last_name = unit.name if unit else first.unit or "", last.name if last else second.unit or ""
    if name and name != last_name:
        return None
    times = _shared_multiplier(first, second) if not name else Decimal(1)
    low = replace(first, value=first.value * times, step=first.step * times)
    if low.value >= second.value or (not last_name and text[to.start() : to.end()].strip() in ("至", "到", "-")):
        return None
    stop = last.end if last else second.end
    counts = low.plain and second.plain and times == 1 and (last is None or last.counting)
    half = Decimal(0) if counts else Decimal("0.5")
    scale = Decimal(10) if last_name == "成" else Decimal(1)
    comparator, _ = comparator_around(text, at, stop, last_name)
    quantity = Quantity(
        low.value * scale,
        second.value * scale,
        (low.value - low.step * half) * scale,
        (second.value + second.step * half) * scale,
        "%" if last_name == "成" else last_name,
        comparator if comparator == "approx" else "eq",
        text[at:stop],
    )
    return Measured(stop, quantity, second, last)


def _shared_multiplier(first: Number, second: Number) -> Decimal:
    """In 1—2万元 the multiplier stands once and goes for both."""
    if not first.plain or second.plain or second.step < 1:
        return Decimal(1)
    for times in (10**12, 10**11, 10**8, 10**7, 10**6, 10**4):
        if second.step % times == 0 and first.value < second.value / times:
            return Decimal(times)
    return Decimal(1)


def halves(text: str, at: int) -> Measured | None:
    """过半, 半数, 一半 as percentages; 半年, 半小时 as half of the unit; 成百上千 and 数以万计."""
    found = _HALVES.match(text, at)
    if found is not None:
        word = found["half"]
        number = Number(Decimal(50), Decimal(10), Decimal(10), found.end(), plain=False, unit="%", share=True)
        comparator, bounded = comparator_around(text, at, found.end(), "%")
        if word[0] in "过逾超":
            comparator = "gt"
        elif word[0] == "近":
            comparator, bounded = "lt", True
        elif comparator == "ge" or word.startswith("多半"):
            comparator, bounded = "ge", False
        return Measured(found.end(), _quantity(word, number, "%", False, comparator, bounded), number, None)
    found = _HALF_OF.match(text, at)
    if found is not None and text[at - 1 : at] not in tuple("上下前后"):
        half = Decimal("0.5")
        number = Number(half, half, half, found.end(), plain=False)
        comparator, bounded = comparator_around(text, at, found.end(), found["unit"])
        quantity = _quantity(found.group(), number, found["unit"], False, comparator, bounded)
        return Measured(found.end(), quantity, number, UnitMatch(found["unit"], found.end(), False))
    return _many(text, at)


def _many(text: str, at: int) -> Measured | None:
    found = _MANY.match(text, at)
    if found is None:
        return None
    word = found["unit"] or ("百" if found.group() == "成百上千" else "千")
    times = Decimal(1)
    for char in word:
        times *= {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[char]
    number = Number(times, times, times, found.end(), plain=False)
    unit = None if found["unit"] else match_unit(text, found.end())
    end = unit.end if unit else found.end()
    return Measured(
        end, Quantity(times, None, times, None, unit.name if unit else "", "ge", text[at:end]), number, unit
    )


def ratio(text: str, at: int) -> Measured | None:
    """3:1 as 3 to 1: the quotient, without a unit."""
    found = _RATIO.match(text, at)
    if found is None or not Decimal(found["right"]):
        return None
    if "比" in found.group() and found.end() < len(text) and match_unit(text, found.end()):
        return None
    value = Decimal(found["left"]) / Decimal(found["right"])
    number = Number(value, value / 5, value / 10, found.end(), plain=False, unit="", share=True)
    comparator, bounded = comparator_around(text, at, found.end(), "")
    return Measured(found.end(), _quantity(found.group(), number, "", False, comparator, bounded), number, None)


def spoken_digits(text: str, at: int) -> int:
    """Where the run of Chinese numeral characters at ``at`` ends, bounded."""
    end = at
    while end < len(text) and end - at < 64 and text[end] in CHINESE:
        end += 1
    return end


def negative(quantity: Quantity, printed: str) -> Quantity:
    """The same figure with a minus sign before it: -0.8% → -0.85 to -0.75; a comparator keeps its direction."""
    value = -quantity.value
    if quantity.comparator in ("gt", "ge"):
        low, high = value, None
    elif quantity.comparator in ("lt", "le"):
        low, high = None, value
    else:
        low = None if quantity.high is None else -quantity.high
        high = None if quantity.low is None else -quantity.low
    return replace(quantity, value=value, low=low, high=high, printed=printed)
