"""Numbers as Chinese text prints them: Arabic or Chinese digits, multipliers, 余 and 多, percentages and fractions.

Every pattern is bounded or steps through the text once, so reading takes linear time on any input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

CHINESE = "〇零○一二三四五六七八九十百千万亿两廿卅"
ARABIC = "0-9０-９"
# More digits than this make an identifier, not a figure; products of two numbers stay within 28 significant digits.
MOST_DIGITS = 20
# A longer run of numeral characters is no number that anyone says.
LONGEST_CHINESE = 24

_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_PLACE = {"十": 10, "百": 100, "千": 1000}
_SECTION = {"万": 10**4, "亿": 10**8}
_KNOWN = frozenset(CHINESE)
_WIDE = str.maketrans("０１２３４５６７８９．，", "0123456789.,")

_FUZZY = "余|多(?!元|层|样|渠|方|边|式|语|维|种形|功|点|头|媒|地)|几(?![何乎])"
_TIMES = "[十百千]?万亿|[十百千]?[万亿](?![达向科])|[百千](?![分米克瓦卡帕焦伏赫字])|十(?=[万亿余多])"
_NUMBER = re.compile(
    r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])(?:\.[0-9]+)?"
    r"|[０-９]{1,3}(?:，[０-９]{3})+(?![０-９])"
    r"|[0-9０-９]+(?:[.．][0-9０-９]+)?)"
    rf"(?: ?(?P<early>{_FUZZY})?(?P<times>{_TIMES}))?(?P<late>{_FUZZY})?"
)
_REST = re.compile(r"[0-9]{1,4}(?![0-9,.])[百千万余多元人家个户吨亩斤平公]")
_RUN = re.compile(f"[{CHINESE}]+")
_POINT = re.compile(r"(?P<whole>[一二三四五六七八九十两零〇]{1,4})点(?P<part>[〇零一二三四五六七八九]{1,4})(?![线个])")
_SEVERAL = re.compile("(?:几|数)(?P<unit>[十百千]?[万亿]|[十百千]万?亿?)(?![字据])")
_LATE = re.compile(_FUZZY)
_PER = re.compile(rf"(?P<of>百|千|万|[{ARABIC}十一二三四五六七八九]{{1,3}})分之")
_SLASH = re.compile(r"(?P<top>[0-9]{1,4})[/／](?P<of>[0-9]{1,4})(?![0-9/年月.])")
_PERCENT = {"百": "%", "千": "‰", "万": "‱"}


@dataclass(frozen=True)
class Number:
    """A number read from a text up to ``end``; see ``intervals.interval`` for ``step`` and ``coarse``.

    ``top`` is the upper end of a spoken range (三四个 → 3, 4; 数十 → 20, 100). ``plain``: no decimal and no multiplier
    word, so that it can count whole things. ``fuzzy``: 余, 多 or 几 follows. ``unit`` is set where the number says it
    (百分之三). ``spoken``: printed in Chinese digits. ``share``: a fraction.
    """

    value: Decimal
    step: Decimal
    coarse: Decimal
    end: int
    plain: bool
    top: Decimal | None = None
    fuzzy: bool = False
    unit: str | None = None
    spoken: bool = False
    share: bool = False


def is_numeral(char: str) -> bool:
    """Whether ``char`` is a digit, Arabic (of either width) or Chinese, or a Chinese multiplier."""
    return bool(char) and (char in CHINESE or char in "0123456789０１２３４５６７８９")


def read_number(text: str, at: int) -> Number | None:
    """The number that begins at ``at``; none where none does, or where it is no figure but a string of digits."""
    char = text[at : at + 1]
    if char in "几数":
        return _several(text, at)
    if char and char in CHINESE:
        return _fraction(text, at) or _decimal_point(text, at) or _chinese(text, at)
    return _fraction(text, at) or _arabic(text, at)


def digits_value(digits: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """Value, unit of the last digit and unit of the last digit that isn't a trailing zero, of Arabic digits."""
    if len(digits) > MOST_DIGITS + 8:
        return None
    digits = digits.translate(_WIDE).replace(",", "")
    if len(digits.replace(".", "")) > MOST_DIGITS:
        return None
    value = Decimal(digits)
    return value, _last_place(value), _last_place(value.normalize())


def _last_place(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)


def _times(word: str | None) -> int:
    product = 1
    for char in word or "":
        product *= _PLACE.get(char) or _SECTION[char]
    return product


def _arabic(text: str, at: int) -> Number | None:
    number = _arabic_part(text, at)
    if number is None or number.fuzzy or number.plain or number.step < 10:
        return number
    rest = _arabic_part(text, number.end) if _REST.match(text, number.end) else None
    if rest is None or not 0 < rest.value < number.step or rest.step >= number.step:
        return number  # 3万 5次: two numbers, not one
    return replace(rest, value=number.value + rest.value, plain=False)


def _arabic_part(text: str, at: int) -> Number | None:
    found = _NUMBER.match(text, at)
    read = digits_value(found["digits"]) if found else None
    if found is None or read is None:
        return None
    times = _times(found["times"])
    value, step, coarse = (part * times for part in read)
    fuzzy = bool(found["early"] or found["late"])
    plain = times == 1 and "." not in found["digits"].translate(_WIDE)
    return _times_after(text, Number(value, step, coarse, found.end(), plain=plain, fuzzy=fuzzy))


def _times_after(text: str, number: Number) -> Number:
    """3千多万, 三百余亿: the multiplier after 多 goes for the whole."""
    while number.fuzzy and text[number.end : number.end + 1] in _SECTION and number.value < 10**16:
        times = _SECTION[text[number.end]]
        number = replace(
            number,
            value=number.value * times,
            step=number.step * times,
            coarse=number.coarse * times,
            plain=False,
            end=number.end + 1,
        )
    return number


def _several(text: str, at: int) -> Number | None:
    found = _SEVERAL.match(text, at)
    if found is None:
        return None
    one = Decimal(_times(found["unit"]))
    return Number(2 * one, one, one, found.end(), plain=False, top=10 * one, spoken=True)


def _decimal_point(text: str, at: int) -> Number | None:
    found = _POINT.match(text, at)
    whole = chinese_value(found["whole"]) if found else None
    if found is None or whole is None:
        return None
    part = "".join(str(_DIGIT[c]) for c in found["part"])
    value = Decimal(f"{whole[0]}.{part}")
    end, times = found.end(), 1
    while end < len(text) and text[end] in _SECTION and times < 10**12:
        times *= _SECTION[text[end]]
        end += 1
    step, coarse = _last_place(value) * times, _last_place(value.normalize()) * times
    return Number(value * times, step, coarse, end, plain=False, spoken=True)


def chinese_value(run: str) -> tuple[int, int] | None:
    """Value and unit of the last printed digit of a Chinese numeral (四百五十 → 450, 10); none where it is none."""
    if not run or len(run) > LONGEST_CHINESE or not set(run) <= _KNOWN:
        return None
    run = run.replace("廿", "二十").replace("卅", "三十")
    if all(c in _DIGIT for c in run):
        return int("".join(str(_DIGIT[c]) for c in run)), 1
    total = section = 0
    digit: int | None = None
    place, last, zero = 10**5, 1, False
    above = 10**17
    for char in run:
        if char in _DIGIT:
            if digit is not None and digit != 0:
                return None
            digit, zero = _DIGIT[char], zero or _DIGIT[char] == 0
        elif char in _PLACE:
            if _PLACE[char] >= place or (digit == 0 and not section and not total):
                return None
            place = last = _PLACE[char]
            section, digit, zero = section + (digit or 1) * place, None, False
        else:
            unit = _SECTION[char]
            below = section + (digit or 0)
            within = 1 if digit or not section else last  # 三百二十万 is printed to ten 万
            if unit >= above:
                if unit == above or not total:  # 亿 again
                    return None
                total = (total + below) * unit  # 万亿: the whole is multiplied
            else:
                total += (below or 1) * unit
            above, place, last = unit, 10**5, unit * within
            section, digit, zero = 0, None, False
    if digit:
        # 三万五 is 35000, 二百五 250: after a multiplier a lone digit counts the next lower place
        last = 1 if zero or last in (1, 10) else (above if place == 10**5 else place) // 10
        section += digit * last
    return total + section, last


def _chinese(text: str, at: int) -> Number | None:
    found = _RUN.match(text, at, at + LONGEST_CHINESE + 1)
    if found is None:
        return None
    run, end = found.group(), found.end()
    while run and run[-1] in "百千" and text[end : end + 1] in tuple("分米克瓦") and (end - at > 1):
        run, end = run[:-1], end - 1  # 五百分之, 五千米: the multiplier belongs to what follows
    top = None
    read = chinese_value(run)
    pair = _spoken_range(run)
    if pair is not None:
        read, top = pair
    elif read is not None and len(run) > 1 and all(c in _DIGIT for c in run):
        return None  # 二〇三五 is a year or an identifier, never an amount
    if read is None:
        return None
    value, step = Decimal(read[0]), Decimal(read[1])
    number = Number(value, step, step, end, plain=not set(run) & set("百千万亿"), top=top, spoken=True)
    late = _LATE.match(text, end)
    if late is None or not set(run) & set("十百千万亿廿卅") or top is not None:
        return number
    return _times_after(text, replace(number, fuzzy=True, end=late.end()))


def _spoken_range(run: str) -> tuple[tuple[int, int], Decimal] | None:
    """三四 → 3 to 4, 七八百 → 700 to 800, 十五六 → 15 to 16; none where two digits don't stand side by side so."""
    for i in range(len(run) - 1):
        first, second = _DIGIT.get(run[i]), _DIGIT.get(run[i + 1])
        if not first or not second:
            continue
        if (second != first + 1 and (first, second) != (3, 5)) or "零" in run or "〇" in run:
            return None
        low, high = chinese_value(run[: i + 1] + run[i + 2 :]), chinese_value(run[:i] + run[i + 1 :])
        if low is None or high is None or low[0] >= high[0] or (len(run) > 2 and all(c in _DIGIT for c in run)):
            return None
        return low, Decimal(high[0])
    return None


def _fraction(text: str, at: int) -> Number | None:
    slash = _SLASH.match(text, at)
    if slash is not None:
        top, of = int(slash["top"]), int(slash["of"])
        return _ratio(Decimal(top), Decimal(of), slash.end()) if 0 < top < of else None
    found = _PER.match(text, at)
    if found is None:
        return None
    top_number = _whole_fraction_top(text, found.end())
    if top_number is None:
        return None
    if found["of"] in _PERCENT:
        return replace(top_number, unit=_PERCENT[found["of"]], share=True)
    below = chinese_value(found["of"]) if found["of"][0] in CHINESE else (int(found["of"]), 1)
    if below is None or below[0] == 0:
        return None
    if below[0] in (100, 1000):
        return replace(top_number, unit="%" if below[0] == 100 else "‰", share=True)
    return _ratio(top_number.value, Decimal(below[0]), top_number.end, spoken=True)


def _whole_fraction_top(text: str, at: int) -> Number | None:
    if text[at : at + 1] in ("百", "几"):
        return Number(Decimal(100), Decimal(1), Decimal(1), at + 1, plain=True) if text[at] == "百" else None
    if text[at : at + 1] and text[at] in CHINESE:
        return _decimal_point(text, at) or _chinese(text, at)
    return _arabic(text, at)


def _ratio(top: Decimal, of: Decimal, end: int, *, spoken: bool = False) -> Number:
    # A share told as a simple fraction is taken to be good to a tenth of itself.
    value = top / of
    return Number(value, value / 5, value / 10, end, plain=False, unit="", spoken=spoken, share=True)
