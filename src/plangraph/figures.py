"""The observations of an indicator as records: value, interval, comparator, unit and period, and how to say them.

A figure keeps what its source printed. What the printed form can mean is the interval ``low`` to ``high``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import QB, RDF, SKOS

from plangraph.namespaces import PG, PGC
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore, Term

VALUE_TYPES: Final = ("actual", "target", "forecast", "baseline")
"""The kinds of value, in the order in which a page shows them."""
_STATISTICS: Final = ("level", "count", "rate", "share", "growth-rate", "change", "rank")
# Words that already stand in a figure as printed in Chinese, so that the comparator needn't be said again.
_SAID: Final = "约近超逾余多左右以上以内以下不足至少半突破"
_LARGE_EN: Final = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_MINUS: Final = "\u2212"
_LARGE_ZH: Final = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))


@dataclass(frozen=True)
class Figure:
    """One observation. Codes are short (``actual``, ``eq``); ``value``, ``low`` and ``high`` are in ``unit``.

    ``start``, ``end`` and ``due`` are ISO dates, None where the source states none. ``basis`` is what a change is
    measured against: a text by language, or the IRI of another observation.
    """

    iri: str
    label: dict[str, str]
    value_type: str
    statistic: str
    comparator: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    printed: str
    start: str | None
    end: str | None
    due: str | None
    area: str | None
    basis: Term | None
    inferred: bool
    rationale: dict[str, str]

    def text(self, lang: str) -> str:
        """The figure in words: as printed in Chinese, else comparator, number and unit in ``lang``."""
        words = self.printed if lang == "zh" and self.printed else self._computed(lang)
        if self.value is not None and self.value < 0 and words == self.printed and not words.startswith(("-", _MINUS)):
            words = _MINUS + words  # printed as “减少0.9万人”, of which the figure alone is kept
        if self.comparator == "eq" or (lang == "zh" and any(character in words for character in _SAID)):
            return words
        said = vocabulary().label(str(PGC[f"comparator-{self.comparator}"]), lang)
        return f"{said}{words}" if lang == "zh" else f"{said} {words}"

    def interval(self, lang: str) -> str:
        """What the figure allows, in full numbers: ``3,441,500–3,442,500``; empty where it is exact."""
        if self.low == self.high:
            return ""
        percent = "%" if vocabulary().symbol(self.unit, lang) == "%" else ""
        if self.low is None or self.high is None:
            return (f"≥ {number(self.low)}" if self.low is not None else f"≤ {number(self.high)}") + percent
        # A dash between two negative numbers would read as a third minus.
        dash = "–" if self.low >= 0 else " 至 " if lang == "zh" else " to "
        return f"{number(self.low)}{dash}{number(self.high)}{percent}"

    def _computed(self, lang: str) -> str:
        if self.value is None:
            return self.printed
        return with_unit(_scaled(self.value, lang), self.unit, lang)


def number(value: Decimal | None) -> str:
    """A number in full, thousands apart, without trailing zeros, with a true minus sign."""
    if value is None:
        return ""
    text = f"{value:,f}".replace("-", _MINUS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(text: str, unit: str, lang: str) -> str:
    """A number's text with the symbol of its unit, spaced as the language does."""
    symbol = vocabulary().symbol(unit, lang) if unit else ""
    if not symbol:
        return text
    apart = lang == "en" and symbol[0] not in "%‰°"
    word = symbol[0].isascii() and symbol[0].isalpha()
    return f"{text} {symbol}" if apart or word else f"{text}{symbol}"


def _scaled(value: Decimal, lang: str) -> str:
    for size, word in _LARGE_EN if lang == "en" else _LARGE_ZH:
        if abs(value) >= size and len(number(value / size).partition(".")[2]) <= 4:
            return f"{number(value / size)} {word}" if lang == "en" else f"{number(value / size)}{word}"
    return number(value)


def figures_of(store: GraphStore, indicator: str) -> tuple[Figure, ...]:
    """The observations of ``indicator``: actual values first, the latest of them first."""
    nodes = {s for s, _, _, _ in store.triples(None, PG.ofIndicator, URIRef(indicator)) if isinstance(s, URIRef)}
    return tuple(sorted((read_figure(store, node) for node in nodes), key=_order))


def _order(figure: Figure) -> tuple[int, int, str, str]:
    types, statistics = VALUE_TYPES, _STATISTICS
    kind = types.index(figure.value_type) if figure.value_type in types else len(types)
    statistic = statistics.index(figure.statistic) if figure.statistic in statistics else len(statistics)
    # Dates sort as text; their complement puts the latest first.
    latest = "".join(chr(255 - ord(c)) for c in figure.end or figure.due or "")
    return kind, statistic, latest or "\uffff", figure.iri


def read_figure(store: GraphStore, node: URIRef) -> Figure:
    """One observation; what it lacks is empty or None."""
    single: dict[str, Term] = {}
    label: dict[str, str] = {}
    rationale: dict[str, str] = {}
    for _, p, o, _ in store.triples(node):
        if p == SKOS.prefLabel and isinstance(o, Literal):
            label[o.language or "zh"] = str(o)
        elif p == PG.rationale and isinstance(o, Literal):
            rationale[o.language or "zh"] = str(o)
        elif p.startswith(PG):
            single[p.removeprefix(str(PG))] = o

    def code(name: str) -> str:
        return str(single.get(name, "")).rpartition("/")[2].removeprefix(_PREFIX[name])

    def text(name: str) -> str | None:
        return str(single[name]) if name in single else None

    return Figure(
        iri=str(node),
        label=label,
        value_type=code("valueType"),
        statistic=code("statistic"),
        comparator=code("comparator") or "eq",
        value=_decimal(single.get("value")),
        low=_decimal(single.get("valueLow")),
        high=_decimal(single.get("valueHigh")),
        unit=text("unit") or "",
        printed=text("asPrinted") or "",
        start=text("periodStart"),
        end=text("periodEnd"),
        due=text("dueBy"),
        area=text("refArea"),
        basis=single.get("basis"),
        inferred=single.get("assertion") == PGC["assertion-inferred"],
        rationale=rationale,
    )


_PREFIX: Final = {"valueType": "value-type-", "statistic": "statistic-", "comparator": "comparator-"}


def _decimal(term: Term | None) -> Decimal | None:
    try:
        return None if term is None else Decimal(str(term))
    except InvalidOperation:
        return None


def headline(figures: Iterable[Figure], area: str | None = None) -> Figure | None:
    """The actual value to show first: of the plan's own area, a level before a change, the latest, exact before bounds.

    Where nothing but bounds or forecasts are known, the first of those.
    """
    candidates = [f for f in figures if f.value_type in ("actual", "forecast") and f.value is not None]
    own = [f for f in candidates if area is None or f.area in (None, area)] or candidates
    return min(
        own, key=lambda f: (f.value_type != "actual", _order(f)[1], f.comparator != "eq", _order(f)), default=None
    )


def target_of(figures: Iterable[Figure], like: Figure | None) -> Figure | None:
    """The target to compare ``like`` with: of the same unit and of the same sort of statistic where there is one."""
    targets = [f for f in figures if f.value_type == "target" and f.value is not None]
    if like is None:
        return targets[0] if targets else None
    return next((f for f in targets if f.unit == like.unit and f.statistic == like.statistic), None) or next(
        (f for f in targets if f.unit == like.unit), None
    )


def is_observation(store: GraphStore, iri: str) -> bool:
    """Whether ``iri`` is an observation."""
    types = {o for _, _, o, _ in store.triples(URIRef(iri), RDF.type)}
    return bool(types & {PG.Observation, QB.Observation})
