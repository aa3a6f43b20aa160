"""How templates name things: labels with their language, links with the sign of their class, dates and periods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from flask import Flask
from markupsafe import Markup, escape
from rdflib import Literal
from rdflib.namespace import XSD

from plangraph.entities import Named
from plangraph.figures import Figure, number
from plangraph.namespaces import compact
from plangraph.ontology import vocabulary
from plangraph.store.base import Term
from plangraph.web import i18n
from plangraph.web.urls import is_external, page_of

SIGNS: Final[dict[str, str]] = {
    "Plan": "plan",
    "Evaluation": "plan",
    "Goal": "goal",
    "Domain": "domain",
    "Task": "task",
    "PolicyMeasure": "measure",
    "Problem": "problem",
    "Circumstance": "problem",
    "Finding": "problem",
    "Relation": "indicator",
    "Omission": "document",
    "Programme": "programme",
    "Event": "programme",
    "Project": "project",
    "StatusReport": "project",
    "MainIndicator": "indicator",
    "Indicator": "indicator",
    "IndicatorGroup": "indicator",
    "Observation": "indicator",
    "Assessment": "indicator",
    "Place": "place",
    "Organization": "organization",
    "Document": "document",
    "SpecificResource": "document",
    "Slogan": "slogan",
    "SloganMember": "slogan",
    "Recognition": "slogan",
}
"""The sign and colour of each class, by its local name: what belongs together looks alike."""

# Each sign differs in shape as well as in colour, for eyes that can't tell the colours apart. 16 by 16.
_SHAPES: Final[dict[str, str]] = {
    "plan": '<path d="M3 1h7l3 3v11H3z M5.5 6h5 M5.5 8.7h5 M5.5 11.4h3" class="line"/>',
    "goal": '<path d="M8 1l2.1 4.6 5 .5-3.8 3.3 1.1 4.9L8 11.7l-4.4 2.6 1.1-4.9L.9 6.1l5-.5z"/>',
    "domain": '<path d="M8 .8l6.3 3.6v7.2L8 15.2l-6.3-3.6V4.4z"/>',
    "task": '<rect x="2" y="2" width="12" height="12" rx="1.5"/>',
    "measure": '<path d="M1 5.2h7V1.5L15 8l-7 6.5v-3.7H1z"/>',
    "problem": '<path d="M8 1l7.4 13.5H.6z"/><path d="M8 6v4 M8 11.6v1.2" class="cut"/>',
    "programme": '<path d="M2.5 1h1.6v14H2.5z M5 1.8h9l-2.3 3.6L14 9H5z"/>',
    "project": '<path d="M1 15V7l4-2.5V7l4-2.5V7l6-3.5V15z"/>',
    "indicator": '<path d="M1.5 9h3.3v6H1.5z M6.3 5h3.4v10H6.3z M11.2 1h3.3v14h-3.3z"/>',
    "place": '<path d="M8 .8a5.2 5.2 0 0 1 5.2 5.2C13.2 9.7 8 15.3 8 15.3S2.8 9.7 2.8 6A5.2 5.2 0 0 1 8 .8z'
    'M8 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4z" fill-rule="evenodd"/>',
    "organization": '<path d="M8 .8l7 4v1.7H1V4.8z M2.5 7.5h2v5h-2z M7 7.5h2v5H7z M11.5 7.5h2v5h-2z '
    'M1 13.3h14v1.7H1z"/>',
    "document": '<path d="M3 .8h6.5L13.5 5v10.2H3z M5.2 7v1.3h6V7z M5.2 10v1.3h6V10z" fill-rule="evenodd"/>',
    "slogan": '<path d="M1 2h14v9.5H7.5L4 15v-3.5H1z"/>',
    "other": '<circle cx="8" cy="8" r="5.5"/>',
}

PROGRESS_MARKS: Final = {"achieved-early": "★", "on-track": "✓", "behind": "▼", "unknown": "?"}
"""The mark of each progress state; a mark, a word and a colour each say the same."""

INVERSE: Final[dict[str, tuple[str, str]]] = {
    "implements": ("落实它的项目和专项", "Carried out by"),
    "inDomain": ("其中的任务", "Its tasks"),
    "supports": ("支撑它的", "Supported by"),
    "locatedIn": ("位于此地的", "Located here"),
    "within": ("其中的地点", "Places within it"),
    "hasIndicator": ("以它衡量的", "Measured by it"),
    "ofIndicator": ("它的观测值", "Its observations"),
    "partOf": ("它的组成部分", "Its parts"),
    "addresses": ("针对它的措施", "Addressed by"),
    "continues": ("后续工作", "Continued by"),
    "concerns": ("与它有关的问题和形势", "Problems and circumstances that concern it"),
    "responsibleBody": ("由它负责的", "It is responsible for"),
    "basedOn": ("以它为依据的", "Based on it"),
    "about": ("关于它的说明", "Statements about it"),
    "refArea": ("该地的观测值", "Observations of this area"),
    "inPlan": ("属于本规划的", "Belong to this plan"),
    "evidence": ("以此为出处的", "Rest on this place in the source"),
    "expandsTo": ("所属的提法", "Slogans that name it"),
    "unit": ("以它为单位的", "Given in this unit"),
    "status": ("处于此状态的", "In this state"),
    "placeType": ("此类地点", "Places of this type"),
    "programmeType": ("此类专项", "Programmes of this type"),
    "valueType": ("此类数值", "Values of this type"),
    "statistic": ("此类统计量", "Figures of this statistic"),
    "comparator": ("用此比较词的", "Figures with this comparator"),
    "assertion": ("此类陈述", "Asserted like this"),
    "direction": ("此方向的指标", "Indicators of this direction"),
    "indicatorKind": ("此属性的指标", "Indicators of this kind"),
    "member": ("所属的集合", "Member of"),
    "wasAttributedTo": ("由它作出的", "Attributed to it"),
    "hasSource": ("其中的出处", "Places in it that facts rest on"),
    "linkProperty": ("此类推断联系", "Inferred links of this kind"),
    "operand": ("用到它的关系", "Relations that use it"),
}
"""What to call the links that come in by a property: a label says it one way round only."""

_HAN: Final = re.compile("[\u3400-\u9fff]")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def sign_of(kind: str) -> str:
    """The sign of a class by its local name."""
    return SIGNS.get(kind, "other")


def sign(kind: str) -> Markup:
    """The sign of a class as inline SVG; the word stands beside it, so it is hidden from screen readers."""
    name = sign_of(kind)
    shape = Markup(_SHAPES[name])  # noqa: S704 - our own constants
    return Markup(
        '<svg class="sign s-{}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{}</svg>'
    ).format(name, shape)


def in_language(labels: Mapping[str, str], fallback: str = "") -> Markup:
    """A text in the language of the page, else in the other one and marked so, else ``fallback``."""
    lang = i18n.current()
    if labels.get(lang):
        return escape(labels[lang])
    for other in i18n.LANGUAGES:
        if labels.get(other):
            return Markup('<span lang="{}">{}</span>').format(i18n.HTML_LANG[other], labels[other])
    return escape(fallback)


def label(thing: Named) -> Markup:
    """The name of a thing."""
    return in_language(thing.label, compact(thing.iri))


def term_label(iri: str) -> str:
    """The name of a class, property or code in the language of the page."""
    return vocabulary().label(iri, i18n.current())


def link(thing: Named, css: str = "") -> Markup:
    """A link to a thing's page, with the sign of its class."""
    href = page_of(thing.iri)
    name = label(thing)
    if not href:
        return name
    rel = Markup(' rel="external"') if is_external(thing.iri) else Markup("")
    return Markup('<a class="thing {}" href="{}"{}>{}{}</a>').format(
        css, href, rel, sign(thing.kind) if thing.kind in SIGNS else "", name
    )


def main_types(thing: Named) -> list[str]:
    """The types of a thing without those that its other types imply."""
    words = vocabulary()

    def above(iri: str) -> set[str]:
        term = words.find(iri)
        return {parent for p in term.parents for parent in (p, *above(p))} if term else set()

    implied = {parent for iri in thing.types for parent in above(iri)}
    return [iri for iri in thing.types if iri not in implied]


def incoming(property_: str) -> str:
    """What to call the things whose ``property_`` is the thing at hand."""
    local = compact(property_).partition(":")[2]
    if local in INVERSE:
        return i18n.t(*INVERSE[local])
    name = term_label(property_)
    return i18n.t(f"以此为“{name}”的", f"Things whose “{name}” this is")


def many(count: int, zh: str, one: str, more: str) -> str:
    """A number with what it counts: ``3 项任务``, ``1 task``, ``3 tasks``."""
    return i18n.t(f"{number(Decimal(count))} {zh}", f"{number(Decimal(count))} {one if count == 1 else more}")


def day(text: str | date) -> str:
    """An ISO date in words; anything else as it is."""
    try:
        on = text if isinstance(text, date) else date.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return i18n.t(f"{on.year}年{on.month}月{on.day}日", f"{on.day} {_MONTHS[on.month - 1]} {on.year}")


def period(start: str | None, end: str | None) -> str:
    """A period in words: whole years as years, a single day as that day; empty where neither end is known."""
    first, last = _date(start), _date(end)
    if first and last:
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            if first.year == last.year:
                return i18n.t(f"{first.year}年", str(first.year))
            return i18n.t(f"{first.year}–{last.year}年", f"{first.year}–{last.year}")
        return f"{day(first)}–{day(last)}"
    if last:
        if (last.month, last.day) == (12, 31):
            return i18n.t(f"{last.year}年底", f"end of {last.year}")
        return day(last)
    return i18n.t(f"自{day(first)}起", f"from {day(first)}") if first else ""


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def literal(term: Term) -> Markup:
    """A literal as a person reads it: numbers with thousands apart, dates in words, texts with their language."""
    if not isinstance(term, Literal):
        return escape(str(term))
    if term.language and term.language.partition("-")[0] != i18n.current():
        return Markup('<span lang="{}">{}</span>').format(i18n.HTML_LANG.get(term.language, term.language), str(term))
    if term.datatype == XSD.date:
        return escape(day(str(term)))
    if term.datatype in (XSD.decimal, XSD.integer):
        return escape(_grouped(str(term)))
    if term.datatype == XSD.boolean:
        return escape(i18n.t("是", "yes") if str(term) in ("true", "1") else i18n.t("否", "no"))
    # Figures as printed have no language tag; without one, browsers pick the wrong glyphs on an English page.
    return Markup('<span lang="zh-CN">{}</span>').format(str(term)) if _HAN.search(str(term)) else escape(str(term))


def _grouped(text: str) -> str:
    try:
        return number(Decimal(text))
    except InvalidOperation:
        return text


def figure(value: Figure, *, interval: bool = False) -> Markup:
    """A figure in words, with what it allows in full numbers where ``interval`` is asked for."""
    lang = i18n.current()
    spread = value.interval(lang) if interval else ""
    tail = (
        Markup(' <span class="interval">{}</span>').format(i18n.t(f"（{spread}）", f"({spread})"))
        if spread
        else Markup("")
    )
    return Markup('<span class="figure">{}</span>{}').format(value.text(lang), tail)


def register_words(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.globals.update(
        sign=sign,
        sign_of=sign_of,
        label=label,
        link=link,
        main_types=main_types,
        in_language=in_language,
        term_label=term_label,
        incoming=incoming,
        day=day,
        many=many,
        period=period,
        literal=literal,
        figure=figure,
        number=number,
        progress_marks=PROGRESS_MARKS,
    )
