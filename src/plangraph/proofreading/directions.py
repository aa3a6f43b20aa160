"""Words of a rise or a fall against the sign of the change that is recorded.

The convention is that of the data: a fall is negative (“0.9万人”, of which the label says “减少”, is -9000), but where
the indicator itself is a fall (“能耗降幅”) a fall is positive, and either sign can be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from plangraph.namespaces import PG, PGS
from plangraph.proofreading.base import LONGEST, Facts, Found, PathRule, path, plain
from plangraph.proofreading.observed import QUOTES, Observed, observed, quotes_of

_REACH: Final = 4
_DIGITS: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_CHANGES: Final = ("change", "growth-rate")
_MINUS: Final = re.compile(r"(?<![0-9A-Za-z年月日])[-−－–](?=[0-9])|负(?=[0-9])")
_NEGATED: Final = re.compile(
    r"(?:未|不|没有|无|非|止|由|从)[下跌降升涨增减]\S{0,3}|[降增减涨跌][幅速]|增长[率点极]|增速|增减"
)
_DOWN: Final = re.compile(r"负增长|下降|减少|降低|下滑|回落|缩减|缩小|走低|下跌|压减|削减|同比降|同比减")
_UP: Final = re.compile(r"(?<!负)增长|增加|提高|上升|上涨|提升|攀升|扩大|走高|同比增")
_BELOW: Final = re.compile(r"低于|少于")
_ABOVE: Final = re.compile(r"高于|多于|超出")
_DOWN_EN: Final = re.compile(
    r"\b(?:fell|falls?|fallen|decreas(?:ed?|es|ing)|declin(?:ed?|es|ing)|dropp?(?:ed|s)?|down|reduc(?:ed|es|tion)|shrank|shrunk)\b",
    re.IGNORECASE,
)
_UP_EN: Final = re.compile(
    r"\b(?:rose|rises?|risen|increas(?:ed?|es|ing)|grew|grown|up|gain(?:ed|s)?)\b", re.IGNORECASE
)
_BELOW_EN: Final = re.compile(r"\b(?:below|lower than|less than)\b", re.IGNORECASE)
_ABOVE_EN: Final = re.compile(r"\b(?:above|higher than|more than)\b", re.IGNORECASE)
_FALL_IN_NAME: Final = re.compile(
    r"[降减跌]幅|下降|降低|减少|压减|削减|节约|节能|缩减|缩短|压缩|减排|下浮|减量|腾退|疏解|降[率速]|(?:提升|缩短)幅度"
)
_FALL_IN_NAME_EN: Final = re.compile(
    r"\b(?:reduc\w*|decreas\w*|declin\w*|fall|drop|cut|saving\w*|savings)\b", re.IGNORECASE
)


def names_a_fall(facts: Facts, indicator: URIRef) -> bool:
    """Whether an indicator's name says that it measures a fall, so that a positive value is one."""
    zh, en = facts.texts(indicator, SKOS.prefLabel, "zh"), facts.texts(indicator, SKOS.prefLabel, "en")
    return any(_FALL_IN_NAME.search(name) for name in zh) or any(_FALL_IN_NAME_EN.search(name) for name in en)


def _direction(facts: Facts, node: URIRef) -> Iterator[Found]:
    one = observed(facts, node)
    if one.statistic not in _CHANGES or not one.value or one.indicator is None:
        return
    if names_a_fall(facts, one.indicator):
        return
    texts = list(_texts(facts, one))
    falls = [word for text, lang in texts if (word := _word(text, lang, one, up=False))]
    rises = [word for text, lang in texts if (word := _word(text, lang, one, up=True))]
    # A minus that is printed says it all: “增长-2.1%” is how tables put it.
    signed = any(_MINUS.search(text) for text, _ in texts)
    wrong = falls if one.value > 0 else [] if signed else rises
    if wrong and not (falls and rises):
        values = {"value": plain(one.value), "words": wrong[0]}
        yield Found(node, str(PG.value), facts.only(node, PG.value), values)


def _texts(facts: Facts, one: Observed) -> Iterator[tuple[str, str]]:
    """What is said of the change, without the indicator's own name."""
    yield one.printed, "zh"
    figure = _DIGITS.search(one.printed)
    for lang in ("zh", "en"):
        names = facts.texts(one.indicator, SKOS.prefLabel, lang) if one.indicator is not None else ()
        for text in facts.texts(one.iri, SKOS.prefLabel, lang):
            for name in names:
                text = text.replace(name, " ")
            # Without the figure, “零售额同比增长” names a rate of growth, which may be negative.
            if one.statistic == "change" or one.value is None or one.value > 0 or (figure and figure.group() in text):
                yield text, lang
    for quote in quotes_of(facts, one.iri):
        yield _before_the_figure(quote, one.printed), "zh"
    for basis in facts.values(one.iri, PG.basis):
        if isinstance(basis, Literal) and len(basis) <= LONGEST:
            yield str(basis), "en" if basis.language == "en" else "zh"


def _before_the_figure(quote: str, printed: str) -> str:
    """The words of a quote right before the figure: further away they are of another one."""
    figure = _DIGITS.search(printed)
    at = quote.find(figure.group()) if figure is not None else -1
    return quote[max(0, at - _REACH) : at] if at > 0 and not quote[at - 1].isdigit() else ""


def _word(text: str, lang: str, one: Observed, *, up: bool) -> str:
    """The word in a text that says that something rises or falls; empty where none does."""
    text = _NEGATED.sub(" ", text) if lang == "zh" else text
    patterns = [((_DOWN, _UP) if lang == "zh" else (_DOWN_EN, _UP_EN))[up]]
    # 低于7.7% is a comparator of the figure itself, 低于全市 compares two.
    if one.statistic == "change" and one.comparator in ("eq", "approx", ""):
        patterns.append(((_BELOW, _ABOVE) if lang == "zh" else (_BELOW_EN, _ABOVE_EN))[up])
    found = next((m for m in (pattern.search(text) for pattern in patterns) if m), None)
    return found.group() if found else ""


RULES: Final = (
    PathRule(
        PGS["Observation-direction"],
        PG.Observation,
        (
            *(path(p) for p in (PG.asPrinted, PG.value, PG.statistic, PG.comparator, PG.basis, PG.ofIndicator)),
            path(SKOS.prefLabel),
            path(PG.ofIndicator, SKOS.prefLabel),
            *QUOTES,
        ),
        _direction,
    ),
)
