"""Units as the shipped vocabulary knows them: what kind of quantity they measure, and how a printed unit converts.

Only shipped units are known, so that a finding doesn't depend on whether the vocabulary is stored beside the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from rdflib import URIRef

from plangraph.namespaces import ONTOLOGY_GRAPH, PGC, QUDT, UNIT
from plangraph.ontology import ontology_files, vocabulary
from plangraph.proofreading.base import number
from plangraph.quantities import Quantity
from plangraph.quantities.units import match_unit
from plangraph.recorded import Recorded, agrees
from plangraph.store.parsing import read_file

_FILES: Final = ("unit.ttl", "reused.ttl")
"""Where the units stand in the shipped ontology: own ones, and those of QUDT."""
_MONEY: Final = frozenset({PGC["unit-yuan"], PGC["unit-usd"]})
_TIME: Final = frozenset({UNIT.YR, UNIT.MO, UNIT.DAY, UNIT.HR, UNIT.MIN})
_COUNTED: Final = str(UNIT.NUM)
# Other words for what the vocabulary's symbols say.
_ALIASES: Final = {
    "千米": "公里",
    "km": "公里",
    "平方千米": "平方公里",
    "平": "平方米",
    "平米": "平方米",
    "㎡": "平方米",
    "m²": "平方米",
    "m2": "平方米",
    "百分点": "个百分点",
    "个点": "个百分点",
    "元人民币": "元",
    "人民币": "元",
    "元钱": "元",
    "块钱": "元",
    "美金": "美元",
    "日": "天",
    "月": "个月",
    "个小时": "小时",
    "吨标煤": "吨标准煤",
}
_PER_MILLE: Final = Decimal("0.1")


@lru_cache(maxsize=1)
def scales() -> Mapping[str, tuple[str, Decimal]]:
    """For each unit, by IRI and by Chinese symbol, what it scales and how many of that one of it makes."""
    base: dict[str, str] = {}
    factors: dict[str, Decimal] = {}
    for path in (file for file in ontology_files() if file.name in _FILES):
        for s, p, o, _ in read_file(path, default_graph=ONTOLOGY_GRAPH):
            if p == QUDT.scalingOf:
                base[str(s)] = str(o)
            elif p == QUDT.conversionMultiplier and (factor := number(o)) is not None:
                factors[str(s)] = factor
    found = {iri: (base.get(iri, iri), factor) for iri, factor in factors.items()}
    # Many units share the symbol 个: each of them counts whole things.
    symbols = {symbol(URIRef(iri)): scale for iri, scale in found.items()}
    return {**{name: scale for name, scale in symbols.items() if name}, **found}


def symbol(unit: URIRef) -> str:
    """The symbol of a unit in Chinese, or its name; its IRI's short form where the vocabulary has none."""
    return vocabulary().symbol(str(unit), "zh")


def dimension(unit: URIRef) -> str | None:
    """What kind of quantity a unit measures; None where that isn't known. Currencies are of one kind."""
    if unit in _MONEY:
        return "money"
    if unit in _TIME:
        return "time"
    if unit == PGC["unit-rank"]:
        return "rank"
    scale = scales().get(str(unit))
    return None if scale is None else scale[0]


def printed_dimension(printed: str) -> str | None:
    """What kind of quantity a printed unit measures, in the words of ``dimension``; None where that isn't known."""
    printed = _ALIASES.get(printed, printed)
    for kind, units in (("money", _MONEY), ("time", _TIME)):
        if printed in {symbol(unit) for unit in units}:
            return kind
    scale = scales().get(printed)
    return None if scale is None else scale[0]


def of_other_kind(printed: str, unit: URIRef) -> bool:
    """Whether a printed unit measures what ``unit`` can't: money and people, an area and a percentage.

    Ranks are counted in many words, what has no unit may be printed with any, and 7.6张 may be of 张/千人.
    """
    own, other = dimension(unit), printed_dimension(printed)
    if unit == UNIT.UNITLESS or symbol(unit).startswith(f"{printed}/"):
        return False
    return None not in (own, other) and own not in ("rank", other)


def conversion(printed: str, unit: URIRef) -> Decimal | None:
    """How many of ``unit`` one of the printed unit makes; None where the two can't be told to be related."""
    printed = _ALIASES.get(printed, printed)
    name = symbol(unit)
    if printed in ("", name) or name.startswith(f"{printed}/"):
        return Decimal(1)
    if printed == "‰" and unit == UNIT.PERCENT:
        return _PER_MILLE
    own, other = scales().get(str(unit)), scales().get(printed)
    if own and other and own[0] == other[0]:
        return other[1] / own[1]
    if own and own[0] == _COUNTED:
        found = match_unit(printed, 0)
        if found is not None and found.counting and found.end == len(printed):
            return Decimal(1)
    return None


def same_number(quantity: Quantity, value: Decimal, unit: URIRef) -> bool:
    """Whether a printed figure is the number ``value`` in ``unit``; the sign is no part of it."""
    if not agrees(quantity, Recorded(value, str(unit), symbol(unit)), scales()):
        return False
    # The same digits in another unit of known size aren't the same number: 578公顷 isn't 578 square metres.
    factor = conversion(quantity.unit, unit)
    return factor is None or quantity.unit == "" or abs(value) in _printed(quantity, factor)


def _printed(quantity: Quantity, factor: Decimal) -> tuple[Decimal, Decimal]:
    high = quantity.value if quantity.value_high is None else quantity.value_high
    return abs(quantity.value) * factor, abs(high) * factor
