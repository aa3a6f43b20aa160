"""Words in which a numeral's character is none, and names that have one: the scanner's lexicon.

A false entry here hides a figure, so the list holds only words whose numeral never counts. What is missing shows up as
a ``name_part`` or a ``measure``, where a reader sees it.
"""

from __future__ import annotations

import re
from collections import defaultdict

from plangraph.quantities.lexicon import ORDINARY, TERMS

NUMERALS = "〇零○一二三四五六七八九十百千万亿两廿卅半"
_LATER = re.compile(r"[第0-9０-９.．一二三四五六七八九十百千万亿两〇零几数余]")
_Shapes = dict[str, list[tuple[int, int, frozenset[str]]]]


def _by_numeral(words: frozenset[str]) -> _Shapes:
    """By its first numeral's character: where that stands in the word, the word's length, the words; longest first."""
    shapes: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    for word in words:
        offset = next((i for i, char in enumerate(word) if char in NUMERALS), None)
        if offset is not None:
            shapes[(word[offset], offset, len(word))].add(word)
    by: _Shapes = defaultdict(list)
    for (char, offset, length), found in sorted(shapes.items(), key=lambda item: -item[0][2]):
        by[char].append((offset, length, frozenset(found)))
    return dict(by)


_ORDINARY_BY = _by_numeral(ORDINARY)
_TERMS_BY = _by_numeral(TERMS)

# Names whose form shows it: 十八里店, 三里屯, 五里桥, 三间房.
_PLACE = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:里(?:屯|店|河|庄|桥|铺|沟|湾|塘|坪|堡|营|渠|甸|墩|岗|亭|香|街|村|镇|乡)|间房|佰本|丰里"
    r"|家店|家村|官营|棵树|王庙|道沟|道桥|井子|眼桥|牌楼|塔寺|源里|环路|环)|百子湾|千灯湖|万寿寺"
)
# Five-year plans: 十四五, and in full.
_PLAN = re.compile(r"十[一二三四五六]五(?![个项家年万亿十百千])")
_PLAN_IN_FULL = re.compile(r"第?[一二三四五六七八九十]{1,3}个五年(?:规划|计划)")
_ACTION = re.compile(r"[一二三四五六七八九十两0-9]{1,2}年行动(?:计划|方案)?")
_CONGRESS = re.compile(
    r"[一二三四五六七八九十]{1,3}届(?:[一二三四五六七八九]中(?!学)|(?=中央|历次|历届)|[一二三四五六七八九十]{1,2}次全会)|[一二三四五六七八九]中(?=(?:[、,，和][一二三四五六七八九]中){0,6}全会)"
)
_HOLIDAY = re.compile(
    r"(?:五一|十一|七一|八一|五四|三八|六一)(?=[”\"]|假|黄金|小长|国际|劳动|节|勋章|口号|大道|路|运动|奖)"
)
_HOTLINE = re.compile(r"[0-9]{3,5}(?![0-9个项家条万亿户人名次件])(?=[^0-9。,，;；]{0,8}(?:热线|专线|急救|指挥中心))")
SHAPES = (
    ("five-year plan", _PLAN_IN_FULL),
    ("five-year plan", _PLAN),
    ("action plan", _ACTION),
    ("party congress", _CONGRESS),
    ("place name", _PLACE),
    ("holiday", _HOLIDAY),
    ("hotline", _HOTLINE),
)


def ordinary_word(text: str, at: int) -> int | None:
    """Where the ordinary word ends that the numeral's character at ``at`` belongs to; none where it may count."""
    span = _longest(_ORDINARY_BY, text, at)
    return span[1] if span else None


def fixed_term(text: str, at: int) -> tuple[int, int] | None:
    """Where the fixed term stands whose first numeral is at ``at``."""
    return _longest(_TERMS_BY, text, at)


def _longest(by: _Shapes, text: str, at: int) -> tuple[int, int] | None:
    for offset, length, words in by.get(text[at], ()):
        start = at - offset
        if start < 0 or text[start : start + length] not in words:
            continue
        # 第一批, 二十一批, 5万里: the character belongs to a longer numeral
        if offset == 0 and start and _LATER.match(text[start - 1]):
            continue
        return start, start + length
    return None
