"""Finds every numeral of a Chinese text and classes it: measure, date, ordinal, rank, part of a name, list marker.

Rules are tried in order at each character that can begin a numeral; the first that fits classes it, and its name is the
mention's ``why``. What no rule knows is reported, not dropped: an unknown numeral in a word is a ``name_part``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from plangraph.quantities import naming, ranking
from plangraph.quantities.dates import bare_year_end, date_end
from plangraph.quantities.measuring import Measured, halves, measure, negative, ratio, spoken_digits
from plangraph.quantities.model import Kind, Mention, Quantity
from plangraph.quantities.words import SHAPES, fixed_term, ordinary_word

_NUM = "0-9０-９〇零○一二三四五六七八九十百千万亿两廿卅"
_CANDIDATE = re.compile(
    rf"[{_NUM}]|第(?=[{_NUM}])|前(?=[{_NUM}])|首位|其(?=[一二三四五][，,是])|[几数](?=[十百千万亿])|半|[过逾超近]半|多半|成[百千]上[千万]|数以(?=[十百千万亿])"
    r"|[（(](?=[0-9一二三四五六七八九十]{1,3}[)）])|[Ⅰ-Ⅻⅰ-ⅻ①-⑳⑴-⒇⒈-⒛㈠-㈩]"
)
_QUOTED = re.compile('[“"「『]([^“”"「」『』\n]{1,24})[”"」』]')
_FRACTION = re.compile("[0-9一二三四五六七八九十百千万]{1,3}分之")
_LINE = re.compile(
    r"(?:[（(](?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)）][、.．]?|[一二三四五六七八九十]{1,3}(?:、|[.．](?![0-9]))|[0-9]{1,2}(?:[.．、](?![0-9])|[)）]))"
)
_MARK = re.compile(r"[（(](?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[)）]")
_POINT = re.compile(
    r"(?:[一二三四五六七八九十]|十[一二三四五])(?:是|要(?![素求点领件闻])|则|来(?=[，,、]))|其[一二三四五](?=[，,是])"
)
_BOUNDARY = frozenset("。；;：:，,！!？?\n\r　 \t”“.")
_SENTENCE = frozenset("。；;：:！!？?\n\r　 \t")
_NUMBERED = re.compile(r"第[一二三四五六七八九十]{1,3}[，,、:：](?!第)")
_BLANK = " \t\u3000\xa0"
_AGAIN = re.compile(rf"一([^{_NUM}\W])一\1")
_MINUS = re.compile("[为至到是达于计降长增率速幅值：:][-－−]$")
_SIGN = re.compile("[①-⑳⑴-⒇⒈-⒛㈠-㈩]")
_ROMAN = re.compile("[Ⅰ-Ⅻⅰ-ⅻ]{1,4}(?:类|级|期|型)?")


@dataclass(frozen=True)
class Scene:
    """A text with what the rules ask of it: where its quotations stand and where the last mention ended."""

    text: str
    quote_starts: tuple[int, ...]
    quote_ends: tuple[int, ...]

    def quotation(self, at: int) -> tuple[int, int] | None:
        """The inside of the short quotation that ``at`` stands in."""
        i = bisect_right(self.quote_starts, at) - 1
        return (self.quote_starts[i], self.quote_ends[i]) if i >= 0 and at < self.quote_ends[i] else None


# What a rule answers: a mention, how far to skip what is no numeral, or none where it doesn't apply.
Answer = Mention | int | None
Rule = Callable[[Scene, int, int], Answer]


def scan(text: str) -> tuple[Mention, ...]:
    """Every numeral of ``text``, in order and without overlap. Linear in the length of the text, whatever it holds."""
    quotes = [found.span(1) for found in _QUOTED.finditer(text)]
    scene = Scene(text, tuple(s for s, _ in quotes), tuple(e for _, e in quotes))
    mentions: list[Mention] = []
    at = last = 0
    while (found := _CANDIDATE.search(text, at)) is not None:
        at = found.start()
        answer = next((a for rule in _RULES if (a := rule(scene, at, last)) is not None), at + 1)
        if isinstance(answer, int):
            at = max(answer, at + 1)
            continue
        mentions.append(answer)
        at = last = answer.end
    return tuple(mentions)


def mention(text: str, start: int, end: int, kind: Kind, why: str, quantity: Quantity | None = None) -> Mention:
    return Mention(start, end, text[start:end], kind, quantity, why)


def _list_marker(scene: Scene, at: int, last: int) -> Answer:
    text = scene.text
    found = _SIGN.match(text, at)
    if found:
        return mention(text, at, found.end(), "list_marker", "numbered sign")
    before = at
    while before > max(last, at - 8) and text[before - 1] in _BLANK:
        before -= 1
    opening = before == 0 or text[before - 1] in "\n\r"
    found = (_LINE if opening else _MARK).match(text, at)
    if found and (opening or text[before - 1 : before] in tuple("。；;：:！!？?，,、") or before < at):
        return mention(
            text, at, found.end(), "list_marker", "number at the start of a line" if opening else "number in brackets"
        )
    boundary = opening or text[before - 1] in _BOUNDARY
    found = _POINT.match(text, at)
    if found and boundary:
        return mention(text, at, found.end(), "list_marker", "point of an enumeration")
    found = _NUMBERED.match(text, at)
    if found and (opening or text[before - 1] in _SENTENCE):
        return mention(text, at, found.end() - 1, "list_marker", "ordinal at the start of a sentence")
    return at + 1 if text[at] in "（(其" else None


def _roman(scene: Scene, at: int, last: int) -> Answer:
    found = _ROMAN.match(scene.text, at)
    return mention(scene.text, at, found.end(), "name_part", "Roman numeral") if found else None


def _shape(scene: Scene, at: int, last: int) -> Answer:
    for why, pattern in SHAPES:
        found = pattern.match(scene.text, at)
        if found:
            return mention(scene.text, at, found.end(), "name_part", why)
    return None


def _ranked(scene: Scene, at: int, last: int) -> Answer:
    return ranking.ranked(scene.text, at) or ranking.session(scene.text, at)


def _date(scene: Scene, at: int, last: int) -> Answer:
    found = date_end(scene.text, at)
    return mention(scene.text, at, found[0], "date", found[1]) if found else None


def _ascii_name(scene: Scene, at: int, last: int) -> Answer:
    span = naming.ascii_name(scene.text, at, last)
    return mention(scene.text, span[0], span[1], "name_part", span[2]) if span else None


def _halves(scene: Scene, at: int, last: int) -> Answer:
    found = halves(scene.text, at)
    if found is not None:
        return _measured(scene.text, at, found, "half")
    # 半 in 半径, 过 in 过半 and the like begin nothing else
    return at + 1 if scene.text[at] in "半过逾超近多成" else None


def _share(scene: Scene, at: int, last: int) -> Answer:
    if not _FRACTION.match(scene.text, at):
        return None
    found = measure(scene.text, at)
    return _measured(scene.text, at, found, "share in words") if found and found.number.share else None


def _ordinary(scene: Scene, at: int, last: int) -> Answer:
    again = _AGAIN.match(scene.text, at)  # 一件一件, 一步一步
    if again:
        return again.end()
    end = ordinary_word(scene.text, at)
    term = fixed_term(scene.text, at)
    return None if end is None or (term is not None and term[1] > end) else end


def _quoted(scene: Scene, at: int, last: int) -> Answer:
    span = scene.quotation(at)
    formula = naming.quoted_formula(scene.text, at, span) if span else None
    return (
        mention(scene.text, max(formula[0], last), formula[1], "name_part", "formula in quotation marks")
        if formula
        else None
    )


def _term(scene: Scene, at: int, last: int) -> Answer:
    span = fixed_term(scene.text, at)
    if span is None:
        return None
    return mention(scene.text, max(span[0], last), span[1], "name_part", "fixed term")


def _numbered(scene: Scene, at: int, last: int) -> Answer:
    span = naming.numbered_thing(scene.text, at)
    return mention(scene.text, at, span[0], "name_part", span[1]) if span else None


def _ratio(scene: Scene, at: int, last: int) -> Answer:
    found = ratio(scene.text, at)
    return _measured(scene.text, at, found, "ratio") if found else None


def _measure(scene: Scene, at: int, last: int) -> Answer:
    text = scene.text
    if naming.is_bare_multiplier(text, at):
        return spoken_digits(text, at)
    found = measure(text, at)
    if found is None:
        return None
    other = naming.not_a_measure(text, at, found)
    if other is not None:
        return mention(text, at, other[0], "name_part", other[1])
    if found.unit is not None and _MINUS.search(text[max(last, at - 2) : at]) and found.quantity.value_high is None:
        sign = text[at - 1 : found.end]
        return mention(text, at - 1, found.end, "measure", "number with unit", negative(found.quantity, sign))
    if found.unit is not None:
        return _measured(text, at, found, "number with unit")
    year = bare_year_end(text, at)
    if year is not None:
        return mention(text, at, year, "date", "year without 年")
    if naming.stands_alone(text, at, found):
        return _measured(text, at, found, "share" if found.number.share else "number without unit")
    return None


def _measured(text: str, at: int, found: Measured, why: str) -> Mention:
    return mention(text, at, found.end, "measure", why, found.quantity)


def _unknown(scene: Scene, at: int, last: int) -> Answer:
    end = naming.unknown_name_end(scene.text, at)
    return mention(scene.text, at, end[0], "name_part", end[1]) if end else None


_RULES: tuple[Rule, ...] = (
    _list_marker,
    _roman,
    _shape,
    _ranked,
    _date,
    _ascii_name,
    _share,
    _halves,
    _ordinary,
    _quoted,
    _term,
    _numbered,
    _ratio,
    _measure,
    _unknown,
)
