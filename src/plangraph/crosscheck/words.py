"""A checked relation in words, for readers who know the report and not the graph: what is expected, what comes out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from plangraph.crosscheck.amounts import PERCENT, POINT, Amount, dates_text
from plangraph.crosscheck.kinds import Outcome
from plangraph.crosscheck.numbers import Writer, rounded_down, write
from plangraph.crosscheck.reading import ROLES, Declared
from plangraph.figures import number, with_unit
from plangraph.findings import Operand
from plangraph.namespaces import PG
from plangraph.ontology import vocabulary

_NUMBER: Final = re.compile(r"(?:\d[\d,.]*\d|\d)[万亿%‰]?")
_MOST_MEMBERS: Final = 12
_LARGE: Final = {
    "zh": ((Decimal(10) ** 8, "亿"),),
    "en": ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")),
}
_COMPARED: Final = ("at-most", "equal", "exceeds")


def message(declared: Declared, outcome: Outcome) -> dict[str, str]:
    """What the relation expects, what its operands allow, and how that comes out, by language."""
    return {"zh": _zh(declared, outcome), "en": _en(declared, outcome)}


def named(operand: Operand, lang: str) -> str:
    """An operand's label in quotation marks, with its figure as printed unless the label already says it."""
    label = operand.thing.text(lang).replace("“", "‘").replace("”", "’")
    text = operand.figure.text(lang) if operand.figure is not None else ""
    if not text or text in label:
        return f"“{label}”"
    said = _NUMBER.search(text)
    numbers = {said[0]} if said else set()
    if lang == "en" and operand.figure is not None and operand.figure.value is not None:
        numbers.add(number(abs(operand.figure.value)))
    if any(re.search(rf"(?<![\d.,]){re.escape(n)}(?!\d|[.,]\d)", label) for n in numbers):
        return f"“{label}”"  # the label has the number, and says its unit better than a formula of units does
    return f"“{label}”（{text}）" if lang == "zh" else f"“{label}” ({text})"


def _zh(declared: Declared, outcome: Outcome) -> str:
    expected = f"{_expected_zh(declared)}。"
    if outcome.holds is None:
        return f"{expected}无法判断：{outcome.reason[0] if outcome.reason else '数据不足'}。"
    found = _found_zh(declared, outcome)
    if outcome.holds:
        return f"{expected}{found}，相符。"
    truth = "不可能同时为真" if declared.severity == "inconsistency" else "若口径相同，不可能同时为真"
    beyond = f"{outcome.reason[0]}，" if outcome.reason else ""
    return f"{expected}{found}，{beyond}{_apart(declared, outcome, 'zh')}{truth}。"


def _en(declared: Declared, outcome: Outcome) -> str:
    expected = f"{_expected_en(declared)}."
    if outcome.holds is None:
        return f"{expected} This can't be decided: {outcome.reason[1] if outcome.reason else 'data are missing'}."
    found = _found_en(declared, outcome)
    if outcome.holds:
        return f"{expected} {found}: this agrees."
    truth = "they can't all be true"
    if declared.severity != "inconsistency":
        truth += " if they are counted alike"
    beyond = f"{outcome.reason[1]}; " if outcome.reason else ""
    return f"{expected} {found}; {beyond}{_apart(declared, outcome, 'en')}{truth}."


def _apart(declared: Declared, outcome: Outcome, lang: str) -> str:
    """How far apart the two sides are at the least; nothing where they only touch."""
    if not outcome.gap:
        return ""
    text = write(rounded_down(outcome.gap))
    if declared.kind == "precedes":
        return f"晚{text}天，" if lang == "zh" else f"that is {text} day{'' if text == '1' else 's'} too late, so "
    unit = _sides(declared)[1] if declared.kind in _COMPARED else _unit(declared)
    text = _said(text, POINT if unit == PERCENT else unit, lang)
    return f"至少相差{text}，" if lang == "zh" else f"that is {text} apart at the least, so "


def _expected_zh(declared: Declared) -> str:
    def one(role: str) -> str:
        said = [named(operand, "zh") for operand in declared.of(role)]
        return "、".join(said) or f"（{vocabulary().label(str(PG[role]), 'zh')}）"

    match declared.kind:
        case "sum":
            return f"{one('part')}相加，应等于{one('result')}"
        case "ratio":
            times = "" if declared.factor == 1 else f"再乘以{write(declared.factor)}，"
            return f"{one('numerator')}除以{one('denominator')}，{times}应等于{one('result')}"
        case "share":
            return f"{one('numerator')}是{one('denominator')}的一部分，所占比重应为{one('result')}"
        case "difference":
            return f"{one('minuend')}减去{one('subtrahend')}，应等于{one('result')}"
        case "growth":
            return f"从{one('earlier')}到{one('later')}，增长率应为{one('result')}"
        case "mean-bound":
            return f"{one('result')}应是{one('part')}的平均"
        case "at-most":
            return f"{one('part')}应不超过{one('whole')}"
        case "equal":
            return f"{one('left')}与{one('right')}说的是同一个数，应相等"
        case "exceeds":
            return f"{one('left')}应高于{one('right')}"
        case "precedes":
            return f"{one('before')}应不晚于{one('after')}"
        case "enumeration" if declared.stated_count is not None:
            return f"{one('collection')}应有{declared.stated_count}个成员"
        case "enumeration" if declared.of("collection"):
            return f"{one('result')}应是{one('collection')}的成员数"
        case "enumeration":
            return f"{one('result')}应与列出的事物一样多"
        case "includes":
            return f"列出的事物都应在{one('result')}之内，不会更多"
    return f"“{declared.thing.text('zh')}”应当成立"


def _expected_en(declared: Declared) -> str:
    def one(role: str) -> str:
        said = [named(operand, "en") for operand in declared.of(role)]
        return " and ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said) or (
            f"({vocabulary().label(str(PG[role]), 'en')})"
        )

    match declared.kind:
        case "sum":
            return f"{one('part')} together should make {one('result')}"
        case "ratio":
            times = "" if declared.factor == 1 else f", times {write(declared.factor)},"
            return f"{one('numerator')} divided by {one('denominator')}{times} should give {one('result')}"
        case "share":
            return f"{one('numerator')} is part of {one('denominator')}, and its share should be {one('result')}"
        case "difference":
            return f"{one('minuend')} less {one('subtrahend')} should give {one('result')}"
        case "growth":
            return f"The growth from {one('earlier')} to {one('later')} should be {one('result')}"
        case "mean-bound":
            return f"{one('result')} should be a mean of {one('part')}"
        case "at-most":
            return f"{one('part')} should be no more than {one('whole')}"
        case "equal":
            return f"{one('left')} and {one('right')} are the same figure and should be equal"
        case "exceeds":
            return f"{one('left')} should be more than {one('right')}"
        case "precedes":
            return f"{one('before')} should be no later than {one('after')}"
        case "enumeration" if declared.stated_count is not None:
            return f"{one('collection')} should have {declared.stated_count} members"
        case "enumeration" if declared.of("collection"):
            return f"{one('result')} should be the number of members of {one('collection')}"
        case "enumeration":
            return f"{one('result')} should be as many as the things listed"
        case "includes":
            return f"The things listed should all be among {one('result')}, so no more of them"
    return f"“{declared.thing.text('en')}” should hold"


def _found_zh(declared: Declared, outcome: Outcome) -> str:
    if declared.kind == "precedes":
        return f"前者的日期是{_days(declared, 'before', '至')}，后者是{_days(declared, 'after', '至')}"
    assert outcome.computed is not None
    assert outcome.given is not None
    if declared.kind in _COMPARED:
        first = "前者中最大的" if len(declared.of("part")) > 1 else "前者"
        left, right = _sides(declared)
        return f"{first}{_range_zh(outcome.computed, write, left)}，后者{_range_zh(outcome.given, write, right)}"
    given = _range_zh(outcome.given, write, _unit(declared))
    if declared.kind in ("enumeration", "includes"):
        listed = f"{declared.count}个{_members(declared, 'zh')}"
        listed = f"列出了{listed}" if declared.of("counted") else f"图谱记有{listed}"
        return listed if declared.stated_count is not None else f"{listed}，而所给的数{given}"
    value, span = outcome.computed.value, outcome.computed.span
    computed = _range_zh(outcome.computed, outcome.write, _unit(declared))
    if value is not None and not span.exact:
        about = _said(outcome.write(value), _unit(declared), "zh")
        computed = f"约为{about}（按印出的位数{computed}）"
    return f"算得的结果{computed}，而所给的数{given}"


def _found_en(declared: Declared, outcome: Outcome) -> str:
    if declared.kind == "precedes":
        return f"The first is dated {_days(declared, 'before', ' to ')}, the second {_days(declared, 'after', ' to ')}"
    assert outcome.computed is not None
    assert outcome.given is not None
    if declared.kind in _COMPARED:
        first = "The greatest of the first" if len(declared.of("part")) > 1 else "The first"
        left, right = _sides(declared)
        one, other = _range_en(outcome.computed, write, left), _range_en(outcome.given, write, right)
        return f"{first} is {one}, the second {other}"
    given = _range_en(outcome.given, write, _unit(declared))
    if declared.kind in ("enumeration", "includes"):
        have = "Listed are" if declared.of("counted") else "The graph has"
        listed = f"{have} {declared.count}{_members(declared, 'en')}"
        return listed if declared.stated_count is not None else f"{listed}, while the figure given is {given}"
    value, span = outcome.computed.value, outcome.computed.span
    computed = _range_en(outcome.computed, outcome.write, _unit(declared))
    if value is not None and not span.exact:
        about = _said(outcome.write(value), _unit(declared), "en")
        computed = f"about {about} ({computed}, given the rounding)"
    return f"The result is {computed}, while the figure given is {given}"


def _range_zh(number: Amount, write: Writer, unit: str) -> str:
    low, high = (None if end is None else _said(write(end), unit, "zh") for end in (number.span.low, number.span.high))
    if low is not None and high is not None:
        return f"为{low}" if number.span.exact else f"在{low}到{high}之间"
    return f"不小于{low}" if low is not None else f"不大于{high}" if high is not None else "可为任何数"


def _range_en(number: Amount, write: Writer, unit: str) -> str:
    low, high = (None if end is None else _said(write(end), unit, "en") for end in (number.span.low, number.span.high))
    if low is not None and high is not None:
        if number.span.exact:
            return low
        # A unit that is a word is said once; a sign such as % clings to each number.
        word = with_unit("", unit, "en")
        return f"between {low.removesuffix(word) if word.startswith(' ') else low} and {high}"
    return f"{low} or more" if low is not None else f"{high} or less" if high is not None else "anything"


def _said(text: str, unit: str, lang: str) -> str:
    """A written number with its unit, large round ones in words: 4亿元, 400 million CNY."""
    value = Decimal(text.replace(",", "").replace("−", "-"))
    for size, word in _LARGE[lang]:
        short = number(value / size)
        if abs(value) >= size and len(short.partition(".")[2]) <= 2:
            return with_unit(f"{short} {word}" if lang == "en" else f"{short}{word}", unit, lang)
    return with_unit(text, unit, lang)


def _unit(declared: Declared) -> str:
    """The unit of the result; numbers of things listed stand alone."""
    if declared.kind in ("enumeration", "includes"):
        return ""
    return next((operand.figure.unit for operand in declared.of("result") if operand.figure is not None), "")


def _sides(declared: Declared) -> tuple[str, str]:
    """The units of what is compared, left and right; ranks are plain numbers."""
    left, right = (
        next(operand.figure for operand in declared.of(role) if operand.figure is not None)
        for role in ROLES[declared.kind]
    )
    return "" if left.statistic == "rank" else left.unit, "" if right.statistic == "rank" else right.unit


def _days(declared: Declared, role: str, to: str) -> str:
    return dates_text(declared.dates[declared.of(role)[0].thing.iri]).replace(" … ", to)


def _members(declared: Declared, lang: str) -> str:
    names = [member.text(lang) for member in declared.members[:_MOST_MEMBERS]]
    if not names:
        return ""
    more = len(declared.members) > _MOST_MEMBERS
    if lang == "zh":
        return f"（{'、'.join(names)}{'等' if more else ''}）"
    return f" ({', '.join(names)}{' …' if more else ''})"
