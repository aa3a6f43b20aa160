"""What observations record, and whether a printed figure is the same number: units may differ, the number may not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from rdflib import Literal, URIRef

from plangraph.namespaces import PG, QUDT, UNIT
from plangraph.ontology import vocabulary
from plangraph.quantities import Quantity
from plangraph.store.base import GraphStore, Term

_FRACTION: Final = re.compile("[0-9]/[0-9]|分之")
_MULTIPLES: Final = {"百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8}


@dataclass(frozen=True)
class Recorded:
    """What an observation records: value and unit; ``symbol`` is the unit's in Chinese."""

    value: Decimal | None
    unit: str
    symbol: str

    @property
    def said(self) -> str:
        """The value as a number in full; empty where there is none."""
        return "" if self.value is None else f"{self.value.normalize():f}"


def read_recorded(store: GraphStore, observations: set[str]) -> dict[str, Recorded]:
    """What each of ``observations`` records, read in a few passes."""
    facts: dict[str, dict[URIRef, Term]] = {iri: {} for iri in observations}
    for p in (PG.value, PG.unit):
        for s, _, o, _ in store.triples(None, p):
            if str(s) in facts:
                facts[str(s)][p] = o
    found = {}
    for iri, of in facts.items():
        unit = str(of.get(PG.unit, ""))
        symbol = vocabulary().symbol(unit, "zh") if unit else ""
        found[iri] = Recorded(_number(of.get(PG.value)), unit, symbol)
    return found


def _number(term: Term | str | None) -> Decimal | None:
    try:
        return None if term is None else Decimal(str(term))
    except InvalidOperation:
        return None


def read_scales(store: GraphStore) -> dict[str, tuple[str, Decimal]]:
    """For each unit, by IRI and by Chinese symbol, what it scales and how many of that one of it makes."""
    base = {str(s): str(o) for s, _, o, _ in store.triples(None, QUDT.scalingOf)}
    scales = {}
    for s, _, o, _ in store.triples(None, QUDT.conversionMultiplier):
        number = _number(o)
        if number is not None:
            scales[str(s)] = (base.get(str(s), str(s)), number)
    symbols = {}
    for s, _, o, _ in store.triples(None, QUDT.symbol):
        if str(s) in scales and isinstance(o, Literal) and o.language == "zh":
            symbols[str(o)] = scales[str(s)]
    return {**symbols, **scales}


def agrees(quantity: Quantity, recorded: Recorded, scales: Mapping[str, tuple[str, Decimal]]) -> bool:
    """Whether a printed figure and a recorded value are the same number, in whichever unit each of them is.

    The sign is no part of it: a decrease is printed without one.
    """
    if recorded.value is None:
        return False
    printed = {abs(quantity.value), abs(quantity.value_high if quantity.value_high is not None else quantity.value)}
    factors = {Decimal(1)}
    word = next((m for m in sorted(_MULTIPLES, key=len, reverse=True) if recorded.symbol.startswith(m)), "")
    if word and recorded.symbol.removeprefix(word) == quantity.unit:
        factors.add(Decimal(10) ** _MULTIPLES[word])
    if recorded.symbol == "%" and quantity.unit == "":
        factors.add(Decimal("0.01"))
    if quantity.unit == "%" and recorded.unit in ("", str(UNIT.UNITLESS)):
        factors.add(Decimal(100))
    own, other = scales.get(recorded.unit), scales.get(quantity.unit)
    if own and other and own[0] == other[0]:
        factors.add(own[1] / other[1])
    if any(abs(recorded.value) * factor in printed for factor in factors):
        return True
    # A fraction such as 1/3 has no finite decimal: what is recorded is rounded, by half of its last digit at most.
    exponent = recorded.value.as_tuple().exponent
    if not _FRACTION.search(quantity.printed) or not isinstance(exponent, int):
        return False
    rounding = Decimal(5).scaleb(exponent - 1)
    return any(abs(recorded.value * factor - quantity.value) <= rounding * factor for factor in factors)
