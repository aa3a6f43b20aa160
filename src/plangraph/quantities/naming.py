"""Numerals that belong to names: 18号线, 5G, PM2.5, “四个中心”, 三环, 百亿级."""

from __future__ import annotations

import re

from plangraph.quantities.lexicon import words_in
from plangraph.quantities.measuring import Measured, spoken_digits
from plangraph.quantities.numerals import CHINESE, is_numeral, read_number
from plangraph.quantities.units import match_unit

Span = tuple[int, int]

_LETTER_BEFORE = re.compile(r"[A-Za-z][A-Za-z.\-_/&@:#]{0,24}$")
_ASCII = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-+/&@:#~]{0,200}")
_PLUS = re.compile(r"[0-9XNn]{1,4}(?:[+＋][0-9A-Za-z]{1,4}){1,8}")
_DIGITS = re.compile(r"[0-9０-９]+")
_VERSION = re.compile(r"[1-9]\.0(?![0-9%％‰]|[万亿千百])(?:版本?)?")
_AMOUNT_AFTER = re.compile(r"[0-9.]+ ?(?:[%％‰万亿元家个项公]|以)")
_STATED = frozenset("为达到至共计约超破增是过近逾：:")
_NUMBER_OF = re.compile(
    r"(?:[0-9一二三四五六七八九十]{1,4}(?:[、,，和及][0-9一二三四五六七八九十]{1,3}){0,9})"
    r"(?:号(?:线|楼|院|地块|机组|航站楼|公路|桥|泊位|井|仓|馆|门|令|文件|工程|台风|卫星)?|号|环(?:线|路|内|外)?(?!节|境|保|比)|期(?![间限待末货刊权初]))"
)
_NUMBERED_WORD = re.compile(r"(?:附件|附表|附图|专栏|附录|图表|表|图|注)$")
_REFERENCE = re.compile("[0-9]{1,3}|[一二三四五六七八九十]{1,3}")
_COUNTED_PHASE = re.compile(r"(?:举办|开展|组织|开办|培训|出版|共|累计|办)(?:了)?$")
_CLAUSE = re.compile(r"[，。,.；;]")
_FORMULA = re.compile(
    r"(?:[一二三四五六七八九十百两双0-9]{1,3}[个大项有]?[^一二三四五六七八九十百两0-9，。；,;]{1,5}[、·+ ]?){2,8}"
)
_PAIRED = re.compile(r"[一二三四五六七八九十两][一-龥]{1,2}、?(?:[一二三四五六七八九十两][一-龥]{1,2}、?){1,5}")
_BEFORE_BARE = re.compile(
    r"(?:上|超|超过|超出|近|破|突破|过|逾|达|达到|数|几|约|以|成|增|每|至|到|亏|出|捐|投|耗资|斥资|总投资)$"
)
_BARE_UNITS = words_in(
    "元 亿元 美元 家 人 亩 个 户 套 吨 项 名 辆 台 种 座 所 场 次 人次 公里 平方米 件 头 只 张 架 米 千瓦 村 条"
)
_GRADE = re.compile(
    r"(?:[级强后型](?!以上学|于|台阶别)|代(?=半导体|移动|技术|产品|机|核电|火箭|居民|社保)|维|甲(?!醛|烷|醇)|线(?=城市|品牌))"
)


def ascii_name(text: str, at: int, last: int) -> tuple[int, int, str] | None:
    """A run of letters and digits (B05, PM2.5, 5G), a formula of digits (1+5+N), a version (3.0), a long number."""
    if not text[at].isascii() and text[at] not in "０１２３４５６７８９":
        return None
    if not is_numeral(text[at]) or text[at] in CHINESE:
        return None
    formula = _PLUS.match(text, at)
    if formula and not _AMOUNT_AFTER.match(text, formula.end()):
        end = formula.end()
        whole = _ASCII.match(text, at)
        return at, max(end, _trimmed(whole) if whole else end), "formula of digits"
    before = _LETTER_BEFORE.search(text[max(last, at - 26) : at])
    start = at - len(before.group()) if before else at
    token = _ASCII.match(text, start)
    if token is not None and re.search("[A-Za-z]", token.group()):
        named = _lettered(text, at, start, token)
        if named is not None:
            return start, named, "letters and digits"
    version = _VERSION.match(text, at)
    if version and (at == 0 or text[at - 1] not in _STATED) and match_unit(text, version.end()) is None:
        return at, version.end(), "version"
    digits = _DIGITS.match(text, at)
    if digits and read_number(text, at) is None:
        return at, digits.end(), "string of digits"
    return None


def _trimmed(token: re.Match[str]) -> int:
    return token.start() + len(token.group().rstrip("._-+/:&~@#"))


def _lettered(text: str, at: int, start: int, token: re.Match[str]) -> int | None:
    number = read_number(text, at) if start == at else None
    if number is not None:
        unit = match_unit(text, number.end)
        if unit is not None and unit.end >= _trimmed(token):
            return None
    elif _AMOUNT_AFTER.match(text, at) and start < at and "." not in text[start:at]:
        return None
    return max(_trimmed(token), at + 1)


def quoted_formula(text: str, at: int, span: Span) -> Span | None:
    """The formula in a short quotation: all of it up to eight characters or where it lists, else numeral and unit."""
    start, end = span
    inside = text[start:end]
    if end - start <= 8 and not _CLAUSE.search(inside):
        return span
    if _FORMULA.fullmatch(inside):
        return span
    number = read_number(text, at)
    if number is None:
        return at, max(spoken_digits(text, at), at + 1)
    unit = match_unit(text, number.end)
    stop = unit.end if unit else number.end
    if stop < end and text[stop] in "级化型强号期":
        stop += 1
    return at, min(stop, end)


def numbered_thing(text: str, at: int) -> tuple[int, str] | None:
    """18号线, 5、6号楼, 三环, 三期 and 附件2: numbers that name."""
    found = _NUMBER_OF.match(text, at)
    if found and not (text[found.end() - 1] == "期" and _COUNTED_PHASE.search(text[max(0, at - 3) : at])):
        return found.end(), "number of a thing"
    if _NUMBERED_WORD.search(text[max(0, at - 2) : at]):
        digits = _REFERENCE.match(text, at)
        return (digits.end(), "reference") if digits else None
    return None


def is_bare_multiplier(text: str, at: int) -> bool:
    """Whether 百, 千, 万 or 亿 stands alone at ``at`` in a word (万科), not as a number (超亿元, 上千家)."""
    run = spoken_digits(text, at) - at
    if run != 1 or text[at] not in "百千万亿":
        return False
    number = read_number(text, at)
    if number is not None and number.fuzzy:
        return False
    if _BEFORE_BARE.search(text[max(0, at - 3) : at]):
        unit = match_unit(text, at + 1)
        return unit is None and text[at - 1] not in "上超近破过逾"
    unit = match_unit(text, at + 1)
    return unit is None or unit.name.split("/")[0] not in _BARE_UNITS


def not_a_measure(text: str, at: int, found: Measured) -> tuple[int, str] | None:
    """Where a number with or without unit is part of a name after all: 每万人, 千亿级, 500强, 90后."""
    number, unit = found.number, found.unit
    after = _GRADE.match(text, number.end) or (_GRADE.match(text, found.end) if unit else None)
    if after is not None and not number.share:
        return after.end(), "grade or class"
    if text[at - 1 : at] == "每" and text[at] in "百千万亿十" and unit is not None:
        return found.end, "denominator"
    return _paired(text, at, found)


def _paired(text: str, at: int, found: Measured) -> tuple[int, str] | None:
    """一纵一横, 三区三线, 两轴两带三区: numerals in step, none of them with a measure word that a noun follows."""
    if text[at] not in CHINESE or found.number.end != at + 1:
        return None
    pair = _PAIRED.match(text, at) if found.unit is None else None
    if pair is None:
        return None
    return pair.end(), "formula"


def stands_alone(text: str, at: int, found: Measured) -> bool:
    """Whether a number without a unit is a figure all the same: a share, a long number, one that a verb states."""
    if (
        found.number.share
        or found.number.fuzzy
        or found.quantity.value_high is not None
        or found.number.top is not None
    ):
        return True
    if text[at] in CHINESE or text[at] in "几数":
        return found.number.value >= 100 or (found.number.value >= 10 and not text[found.end : found.end + 1].isalpha())
    after = text[found.end : found.end + 1]
    if not after or not ("一" <= after <= "龥"):
        return True
    return (
        not found.number.plain
        or text[found.end : found.end + 2] in ("以上", "以内", "以下", "左右", "上下")
        or (at > 0 and text[at - 1] in _STATED)
    )


def unknown_name_end(text: str, at: int) -> tuple[int, str] | None:
    """A numeral that no rule knows, with the one character after it that it goes with; 一 alone is an ordinary word."""
    if text[at] in "第前首几数半成过超近逾多（(":
        return None
    if text[at] in CHINESE:
        end = spoken_digits(text, at)
        if text[at:end] in ("一", "零", "〇", "○"):
            return None
    else:
        digits = _DIGITS.match(text, at)
        end = digits.end() if digits else at + 1
    if "一" <= text[end : end + 1] <= "龥":
        return (end + 2 if text[end : end + 2] in ("园区", "街区", "公园") else end + 1), "numeral in a name"
    return end, "numeral without unit"
