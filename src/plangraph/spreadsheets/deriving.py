"""What follows from what a row says: value, bounds and unit from the printed figure, labels, how it is asserted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, get_args

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS, XSD

from plangraph.errors import BadInput
from plangraph.figures import Figure
from plangraph.namespaces import PG, PGC, UNIT
from plangraph.ontology import Term as CodeTerm
from plangraph.ontology import vocabulary
from plangraph.quantities import Comparator, Quantity, interval, read_quantity
from plangraph.quantities.units import match_unit
from plangraph.spreadsheets.cells import Fault
from plangraph.spreadsheets.columns import UNITS, Column, column_of
from plangraph.spreadsheets.dates import say_period
from plangraph.spreadsheets.minting import Terms, value
from plangraph.spreadsheets.naming import Names, codes, fold
from plangraph.store.base import GraphStore, Term

Derived = dict[str, Term]
"""Terms by the key of their column."""
COMPUTED: Final = (PG.value, PG.valueLow, PG.valueHigh, PG.comparator, PG.unit)
AUTOMATIC: Final = frozenset(map(str, (*COMPUTED, PG.assertion, PG.inPlan)))
"""Properties that are filled in where a cell is empty."""
_RELATIVE: Final = {"成": "%"}


def decimal_literal(number: Decimal) -> Literal:
    """A decimal in the form that stores keep."""
    text = f"{number:f}"
    return Literal(text.rstrip("0").rstrip(".") if "." in text else text, datatype=XSD.decimal, normalize=False)


def figure_of(
    terms: Terms, names: Names, store: GraphStore, *, anew: frozenset[URIRef] = frozenset()
) -> tuple[Derived, list[tuple[str, Fault]]]:
    """Value, bounds, comparator and unit of an observation, those that its row doesn't give; and faults by column key.

    What stands in ``anew`` is computed although the row gives it.
    """
    printed = value(terms, PG.asPrinted)
    given = {p: None if p in anew else value(terms, p) for p in COMPUTED}
    found: Derived = {}
    faults: list[tuple[str, Fault]] = []
    quantity: Quantity | None = None
    if printed is not None:
        try:
            quantity = read_quantity(str(printed))
        except BadInput as fault:
            if given[PG.value] is None:
                faults.append(("pg:asPrinted^^xsd:string", Fault("figure", fault.zh, fault.en)))
    unit = given[PG.unit]
    if unit is None:
        unit, fault_of_unit = _unit_of(quantity, terms, names, store)
        if unit is not None:
            found["pg:unit"] = unit
        elif fault_of_unit is not None:
            faults.append(("pg:asPrinted^^xsd:string", fault_of_unit))
    number = _number(given[PG.value])
    if number is None and quantity is not None and given[PG.value] is None:
        number = quantity.value
        found["pg:value^^xsd:decimal"] = decimal_literal(number)
    if number is not None:
        _bound(found, given, quantity, number, unit, terms)
    return found, faults


def _bound(
    found: Derived,
    given: dict[URIRef, Term | None],
    quantity: Quantity | None,
    number: Decimal,
    unit: Term | None,
    terms: Terms,
) -> None:
    comparator = str(given[PG.comparator] or "").removeprefix(str(PGC["comparator-"]))
    if quantity is not None:
        low, high = quantity.low, quantity.high
        comparator = comparator or quantity.comparator
    else:
        comparator = comparator or "eq"
        counted = str(value(terms, PG.statistic) or "") in (str(PGC["statistic-count"]), str(PGC["statistic-rank"]))
        exponent = number.as_tuple().exponent
        step = Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)
        low, high = interval(number, step, _comparator(comparator), exact=counted)
    if given[PG.comparator] is None:
        found["pg:comparator"] = URIRef(PGC[f"comparator-{comparator}"])
    if given[PG.valueLow] is None and given[PG.valueHigh] is None:
        if low is not None:
            found["pg:valueLow^^xsd:decimal"] = decimal_literal(low)
        if high is not None:
            found["pg:valueHigh^^xsd:decimal"] = decimal_literal(high)


def _comparator(name: str) -> Comparator:
    return next((known for known in get_args(Comparator) if known == name), "eq")


def _number(term: Term | None) -> Decimal | None:
    found = term.value if isinstance(term, Literal) else None
    return found if isinstance(found, Decimal) and found.is_finite() else None


def _unit_of(
    quantity: Quantity | None, terms: Terms, names: Names, store: GraphStore
) -> tuple[URIRef | None, Fault | None]:
    """The unit of a printed figure: the one that its words name, or that the indicator has always had.

    The words of most counts (个, 家, 项) go with several units, so there the indicator's own decides.
    """
    usual = _usual_unit(value(terms, PG.ofIndicator), store)
    if quantity is None:
        return None, None
    named = _RELATIVE.get(quantity.unit, quantity.unit)
    matched = [t.iri for t in codes((UNITS,)) if named and fold(named) in map(fold, _unit_names(t))]
    counting = named and (found := match_unit(named, 0)) is not None and found.counting
    if usual is not None and (usual in matched or counting or not named):
        return URIRef(usual), None
    if len(matched) == 1:
        return URIRef(matched[0]), None
    if not named:
        return None, None
    if counting and len(matched) != 1:
        return None, _unknown_unit(named, [names.label(iri, "zh") for iri in matched])
    return None, _unknown_unit(named, [])


def _unit_names(term: CodeTerm) -> list[str]:
    return [*term.label.values(), *term.symbol.values()]


def _unknown_unit(named: str, candidates: list[str]) -> Fault:
    listed = "、".join(candidates)
    return Fault(
        "unknown-unit", f"由“{named}”无法确定计量单位。", f"The unit can't be told from “{named}”.",
        f"请在“单位”列选择{f'：{listed}' if listed else ''}。",
        f"Choose it in the column “unit”{f': {listed}' if listed else ''}.",
    )  # fmt: skip


def _usual_unit(indicator: Term | None, store: GraphStore) -> str | None:
    """The unit of all the indicator's figures in the store, changes and ranks apart; None where they differ."""
    if not isinstance(indicator, URIRef):
        return None
    found: set[str] = set()
    for s, _, _, _ in store.triples(None, PG.ofIndicator, indicator):
        if not isinstance(s, URIRef):
            continue
        facts = {p: o for _, p, o, _ in store.triples(s)}
        other = {str(PGC[f"statistic-{name}"]) for name in ("change", "growth-rate", "rank")}
        if str(facts.get(PG.statistic)) not in other and PG.unit in facts:
            found.add(str(facts[PG.unit]))
    return next(iter(found)) if len(found) == 1 else None


# --- Labels -----------------------------------------------------------------------------------------------------------


def labels_of(cls: str, terms: Terms, names: Names) -> Derived:
    """Labels in both languages for things that nobody names: observations, status reports and the like."""
    make = _LABELS.get(cls)
    if make is None:
        return {}
    found: Derived = {}
    for lang in ("zh", "en"):
        if value(terms, SKOS.prefLabel, lang) is None and (text := make(terms, names, lang)):
            found[f"skos:prefLabel@{lang}"] = Literal(text, lang=lang)
    return found


def _observation_label(terms: Terms, names: Names, lang: str) -> str:
    indicator = value(terms, PG.ofIndicator)
    if indicator is None or value(terms, PG.value) is None:
        return ""
    start, end, due = (value(terms, p) for p in (PG.periodStart, PG.periodEnd, PG.dueBy))
    kind = value(terms, PG.valueType)
    period = say_period(str(start) if start else None, str(end or due) if end or due else None, lang)
    said = [text for text in (period, names.label(str(kind), lang) if kind else "") if text]
    area = value(terms, PG.refArea)
    where = names.label(str(area), lang) if area is not None else ""
    figure = figure_from(terms).text(lang)
    named = names.label(str(indicator), lang)
    if lang == "zh":
        return f"{where + '：' if where else ''}{named}：{figure}" + (f"（{'，'.join(said)}）" if said else "")
    return f"{where + ': ' if where else ''}{named}: {figure}" + (f" ({', '.join(said)})" if said else "")


def figure_from(terms: Terms) -> Figure:
    """The figure of a row, for saying it in words."""
    printed = value(terms, PG.asPrinted)
    comparator = str(value(terms, PG.comparator) or PGC["comparator-eq"]).removeprefix(str(PGC["comparator-"]))
    return Figure(
        "", {}, "", "", comparator, _number(value(terms, PG.value)), None, None,
        str(value(terms, PG.unit) or UNIT.NUM), str(printed or ""), None, None, None, None, None, False, {},
    )  # fmt: skip


def _status_label(terms: Terms, names: Names, lang: str) -> str:
    about, status, day = (value(terms, p) for p in (PG.about, PG.status, PG.asOf))
    if about is None or status is None:
        return ""
    named, said = names.label(str(about), lang), vocabulary().label(str(status), lang)
    if lang == "zh":
        return f"{named}：{said}" + (f"（{day}）" if day else "")
    return f"{named}: {said}" + (f" ({day})" if day else "")


_LABELS: Final[dict[str, Callable[[Terms, Names, str], str]]] = {
    str(PG.Observation): _observation_label,
    str(PG.StatusReport): _status_label,
    str(PG.Assessment): _status_label,
}
LABELLED: Final = frozenset(_LABELS)


# --- Assertion --------------------------------------------------------------------------------------------------------


def assertion_of(cls: str, terms: Terms, has_evidence: bool) -> Derived:
    """Stated where there is evidence, inferred where there is a rationale; nothing where neither tells."""
    if value(terms, PG.assertion) is not None:
        return {}
    if has_evidence:
        return {"pg:assertion": PGC["assertion-stated"]}
    if cls == str(PG.Link) or value(terms, PG.rationale) is not None:
        return {"pg:assertion": PGC["assertion-inferred"]}
    return {}


def with_derived(terms: Terms, derived: Derived, cls: str) -> dict[Column, Sequence[Term]]:
    """The terms of a row and those derived."""
    merged = dict(terms)
    for key, term in derived.items():
        column = column_of(key, cls)
        assert column is not None
        merged[column] = [term]
    return merged


def plain_triple(terms: Terms) -> tuple[URIRef, URIRef, Term] | None:
    """The triple that a link node speaks of."""
    first, by, last = (value(terms, p) for p in (PG.linkFrom, PG.linkProperty, PG.linkTo))
    return (first, by, last) if isinstance(first, URIRef) and isinstance(by, URIRef) and last is not None else None
