"""New observations of a known indicator, one at a time: a form made from the shapes, and what was put into it.

An entry is read as a row of a spreadsheet is: what follows from the printed figure is filled in, labels are found, and
every result of validation goes back to the field that it is about. For query processes.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from plangraph.entities import Named, name_of
from plangraph.errors import NotFound
from plangraph.history import head_number
from plangraph.namespaces import PG, PGC, natural_key
from plangraph.ontology import vocabulary
from plangraph.reports import Result, Severity
from plangraph.store.base import Changeset, GraphStore, Term
from plangraph.turtle import write_turtle
from plangraph.uploads import texts_of

if TYPE_CHECKING:
    from plangraph.spreadsheets.columns import Column

# The spreadsheets' modules take long to load, so they are where they are used: see ``uploads``.

HOW: Final = "how"
"""The field that says whether a source states it (``stated``) or somebody entered it by hand (``inferred``)."""
INDICATOR: Final = "pg:ofIndicator"
PRINTED: Final = "pg:asPrinted^^xsd:string"
Part = Literal["figure", "computed", "when", "dates", "source", "reason", "more"]
_EVIDENCE: Final = ("source", "quote", "start", "locator")
_PARTS: Final[Mapping[Part, tuple[str, ...]]] = {
    "figure": (PRINTED, "pg:unit", "pg:valueType", "pg:statistic"),
    "computed": ("pg:value^^xsd:decimal", "pg:comparator", "pg:valueLow^^xsd:decimal", "pg:valueHigh^^xsd:decimal"),
    "when": ("plangraph:period", "pg:refArea", "pg:dueBy^^xsd:date"),
    "dates": ("pg:periodStart^^xsd:date", "pg:periodEnd^^xsd:date"),
    "source": tuple(f"plangraph:evidence-{name}" for name in _EVIDENCE),
    "reason": ("pg:rationale@zh", "pg:rationale@en", "prov:wasAttributedTo"),
    "more": ("skos:prefLabel@zh", "skos:prefLabel@en", "pg:basis@zh", "pg:basis@en", "dcterms:description@zh",
             "dcterms:description@en"),
}  # fmt: skip
_SET_HERE: Final = ("pg:assertion", INDICATOR, "pg:inPlan", "plangraph:id")
_NEEDED: Final = (PRINTED, *_PARTS["reason"], "plangraph:evidence-source")
"""Fields that no shape asks for by themselves, but that one of two must have."""
_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    PRINTED: {"zh": "数字（连同单位）", "en": "figure, with its unit"},
    "prov:wasAttributedTo": {"zh": "由谁提供", "en": "provided by"},
}
_HELPS: Final[Mapping[str, Mapping[str, str]]] = {
    PRINTED: {"zh": "照来源的写法，如 344.2万人、超过64万人。", "en": "As the source prints it."},
    "pg:unit": {"zh": "留空即由数字和指标判断。", "en": "Empty: told from the figure and the indicator."},
    "pg:refArea": {"zh": "数值所指的地域。", "en": "The area that the figure is for."},
    "pg:dueBy^^xsd:date": {"zh": "目标值的完成期限，如 2025-12-31。", "en": "Of a target: the date, as in 2025-12-31."},
    "pg:rationale@zh": {"zh": "数据从何而来，一句话。", "en": "Where the figure comes from, in Chinese."},
    "pg:rationale@en": {"zh": "同上，用英文。", "en": "The same in English."},
    "prov:wasAttributedTo": {"zh": "提供或推断这个数的机构。", "en": "The body that gave or inferred the figure."},
}
"""How the form says what the vocabulary says more precisely."""
_DOCUMENT: Final = str(PG.Document)
_LONGEST: Final = 2_000


@dataclass(frozen=True)
class Option:
    """A value to choose."""

    value: str
    label: Mapping[str, str]

    def text(self, lang: str) -> str:
        """Its label in ``lang``, else in the other language."""
        return self.label.get(lang) or next(iter(self.label.values()), self.value)


@dataclass(frozen=True)
class Field:
    """One field. ``usual`` are the options that this indicator's observations have had, the most frequent first.

    ``automatic`` says that it is filled in where it is left empty.
    """

    key: str
    part: Part
    label: Mapping[str, str]
    help: Mapping[str, str]
    kind: Literal["choice", "text", "number", "date"]
    required: bool
    automatic: bool
    usual: tuple[Option, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Form:
    """The form for an indicator, and the number of the change after which it was made."""

    indicator: Named
    fields: tuple[Field, ...]
    base: int


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with a field; ``key`` is empty where it is no one field's."""

    key: str
    severity: Severity
    message: Mapping[str, str]
    fix: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """What was put into the form: the observation that it makes, its change, what follows from it, and what is wrong.

    ``derived`` are the texts of fields that were left empty. ``unread`` says that a field couldn't be read.
    """

    iri: str
    changeset: Changeset
    turtle: str
    derived: Mapping[str, str]
    faults: tuple[FieldFault, ...]
    conforms: bool
    unread: bool
    report: Mapping[str, Any]
    base: int

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "iri": self.iri,
            "conforms": self.conforms and not self.unread,
            "derived": dict(self.derived),
            "faults": [
                {"field": f.key, "severity": f.severity, "message": dict(f.message), "fix": dict(f.fix) or None}
                for f in self.faults
            ],
            "turtle": self.turtle,
        }


# --- The form ---------------------------------------------------------------------------------------------------------


def make_form(store: GraphStore, indicator: str) -> Form:
    """The form for new observations of an indicator. Raises ``NotFound`` where that isn't one."""
    thing = name_of(store, indicator)
    if str(PG.Indicator) not in thing.types:
        raise NotFound(
            f"图谱中没有指标 {indicator}。请从指标列表中选择。",
            f"The graph has no indicator {indicator}. Choose one from the list of indicators.",
        )
    from plangraph.spreadsheets.layout import template_columns

    used = _used(store, indicator)
    part_of = {key: part for part, keys in _PARTS.items() for key in keys}
    fields = []
    for laid in template_columns(str(PG.Observation)):
        column = laid.column
        part: Part | None = part_of.get(column.key)
        if part is None and column.required and not laid.automatic and column.key not in _SET_HERE:
            part = "more"  # what a shape has come to ask for
        if part is not None:
            fields.append(_field(store, column, part, laid.automatic, used))
    place = {key: number for number, key in enumerate(part_of)}
    fields.sort(key=lambda field: place.get(field.key, len(place)))
    return Form(thing, tuple(fields), head_number(store))


def _used(store: GraphStore, indicator: str) -> dict[str, Counter[str]]:
    """The IRIs that the indicator's observations have for each property."""
    found: dict[str, Counter[str]] = {}
    for node, _, _, _ in store.triples(None, PG.ofIndicator, URIRef(indicator)):
        for _, p, o, _ in store.triples(URIRef(str(node))):
            if isinstance(o, URIRef):
                found.setdefault(str(p), Counter())[str(o)] += 1
    return found


def _field(store: GraphStore, column: Column, part: Part, automatic: bool, used: Mapping[str, Counter[str]]) -> Field:
    from plangraph.spreadsheets.columns import SOURCE_KEY
    from plangraph.spreadsheets.naming import codes

    kinds: dict[str, Literal["choice", "text", "number", "date"]] = {
        "decimal": "number",
        "integer": "number",
        "date": "date",
    }
    classes = (_DOCUMENT,) if column.key == SOURCE_KEY else column.classes
    if column.schemes:
        options = [Option(term.iri, dict(term.label)) for term in codes(column.schemes)]
    else:
        options = _things(store, classes)
    usual = [iri for iri, _ in used.get(str(column.predicate), Counter()).most_common()]
    by_iri = {option.value: option for option in options}
    return Field(
        column.key,
        part,
        _label(column),
        _help(column),
        "choice" if options else kinds.get(column.form, "text"),
        column.required or column.key in _NEEDED,
        automatic,
        tuple(by_iri[iri] for iri in usual if iri in by_iri),
        tuple(option for option in options if option.value not in usual),
    )


def _label(column: Column) -> dict[str, str]:
    if column.key in _LABELS:
        return dict(_LABELS[column.key])
    # What stands in brackets or before a colon says which column it is among many; here the heading does.
    return {lang: re.sub(r"^(?:证据：|evidence: )", "", text) for lang, text in column.label.items()}


def _help(column: Column) -> dict[str, str]:
    if column.key in _HELPS or column.help:
        return dict(_HELPS.get(column.key) or column.help)
    term = vocabulary().find(str(column.predicate)) if column.predicate is not None else None
    return dict(term.definition) if term else {}


def _things(store: GraphStore, classes: Iterable[str]) -> list[Option]:
    found: dict[str, Option] = {}
    for cls in classes:
        for node, _, _, _ in store.triples(None, RDF.type, URIRef(cls)):
            named = name_of(store, str(node))
            if named.label:
                found[named.iri] = Option(named.iri, named.label)
    return sorted(found.values(), key=lambda option: natural_key(option.text("zh")))


# --- What was put in --------------------------------------------------------------------------------------------------


def read_entry(store: GraphStore, indicator: str, values: Mapping[str, str], texts: str = "") -> Entry:
    """Read and validate what was put into the form of ``indicator``: texts by field. ``texts`` is as for ``check``."""
    from plangraph.spreadsheets import read_csv, validate_read

    base = head_number(store)
    row = _row(indicator, values)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["plangraph:id pg:Observation", *row])
    writer.writerow(["", *row.values()])
    workbook = read_csv(file.getvalue().encode(errors="replace"), "entry.csv", store, texts=texts_of(store, texts))
    report = validate_read(workbook, store)
    iri = _observation(workbook.quads)
    graph = Graph(bind_namespaces="none")
    for s, p, o, _ in workbook.added:
        graph.add((s, p, o))
    keys = ["", *row]
    read = {fault.message.get("zh") for fault in workbook.faults}
    found = [_fault(result, keys, result.message.get("zh") in read) for result in report.results]
    # What is said of a pair of fields stands at the one that is empty.
    zh, en = _PARTS["reason"][:2]
    found = [replace(fault, key=en) if fault.key == zh and row[zh] and not row[en] else fault for fault in found]
    if not row[PRINTED] and not row["pg:value^^xsd:decimal"]:
        found = [_NO_FIGURE, *(fault for fault in found if fault.key not in _FOLLOWS)]
    # A field that breaks a shape in two ways is told once.
    faults = tuple({(fault.key, fault.message.get("zh")): fault for fault in found}.values())
    return Entry(
        iri=iri,
        changeset=workbook.changeset,
        turtle=write_turtle(graph) if graph else "",
        derived=_derived(graph, iri, row),
        faults=faults,
        conforms=report.conforms,
        unread=any(fault.severity == "violation" for fault in workbook.faults),
        report=report.to_json(),
        base=base,
    )


def _row(indicator: str, values: Mapping[str, str]) -> dict[str, str]:
    """The row: the form's fields, with those of the other kind of evidence left empty."""
    stated = values.get(HOW) == "stated"
    unwanted = _PARTS["reason"] if stated else _PARTS["source"]
    row = {INDICATOR: indicator}
    for keys in _PARTS.values():
        for key in keys:
            row[key] = "" if key in unwanted else values.get(key, "").strip()[:_LONGEST]
    row["pg:assertion"] = str(PGC["assertion-stated" if stated else "assertion-inferred"])
    return row


def _observation(quads: Iterable[tuple[Term, ...]]) -> str:
    return next((str(s) for s, p, *_ in quads if p == PG.ofIndicator), "")


def _derived(graph: Graph, iri: str, row: Mapping[str, str]) -> dict[str, str]:
    """What the reading filled in, as texts."""
    from plangraph.spreadsheets.columns import column_of

    found: dict[str, str] = {}
    for key in (*_PARTS["computed"], *_PARTS["dates"], "pg:unit", "skos:prefLabel@zh", "skos:prefLabel@en"):
        column = column_of(key, str(PG.Observation))
        if row.get(key) or column is None or column.predicate is None:
            continue
        for term in graph.objects(URIRef(iri), column.predicate):
            if getattr(term, "language", None) == column.lang:
                found[key] = str(term)
    return found


def _fault(result: Result, keys: list[str], read: bool) -> FieldFault:
    """A result at its field. ``read`` says that reading found it, whose advice fits a form too."""
    cell = str((result.where or {}).get("cell", ""))
    key = keys[number] if 0 <= (number := _column(cell) - 1) < len(keys) else ""
    return FieldFault(_INSTEAD.get(key, key), result.severity, dict(result.message), dict(result.fix) if read else {})


_FOLLOWS: Final = (*_PARTS["computed"], "pg:unit", "skos:prefLabel@zh", "skos:prefLabel@en", PRINTED)
_NO_FIGURE: Final = FieldFault(
    PRINTED,
    "violation",
    {"zh": "请填写数字，连同单位。", "en": "Give the figure with its unit."},
    {"zh": "如 344.2万人、98.6%、超过64万人。", "en": "As in 344.2万人, 98.6% or 超过64万人."},
)
"""Said in place of all that can't be filled in without it."""
_INSTEAD: Final = {"pg:assertion": HOW, INDICATOR: ""}


def _column(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
