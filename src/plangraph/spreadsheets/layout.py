"""How the columns of a sheet are laid out: their order, which are shown, what help and which examples stand above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib.namespace import ORG, RDF

from plangraph.namespaces import OA, PG, compact
from plangraph.ontology import vocabulary
from plangraph.spreadsheets.columns import (
    EVIDENCE_KEYS,
    ID_KEY,
    NOTE_KEY,
    OWN_COLUMNS,
    PERIOD_KEY,
    Column,
    shape_columns,
    sheet_classes,
)
from plangraph.spreadsheets.deriving import AUTOMATIC, LABELLED

TEMPLATE_CLASSES: Final = tuple(
    map(
        str,
        (PG.Observation, PG.Indicator, PG.Project, PG.StatusReport, PG.Task, PG.Place, PG.Link, PG.Document,
         ORG.Organization),
    )
)  # fmt: skip
"""The sheets of a template where nobody asks for others."""

_NAMES: Final = ("skos:prefLabel@zh", "skos:prefLabel@en")
_REASONS: Final = ("pg:rationale@zh", "pg:rationale@en", "prov:wasAttributedTo")
_FIRST: Final[dict[str, tuple[str, ...]]] = {
    str(PG.Observation): (
        "pg:ofIndicator", "pg:refArea", PERIOD_KEY, "pg:asPrinted^^xsd:string", "pg:valueType", "pg:statistic",
        "pg:unit", "pg:value^^xsd:decimal", "pg:dueBy^^xsd:date", *EVIDENCE_KEYS, *_REASONS,
    ),
    str(PG.Indicator): (*_NAMES, "pg:direction", *EVIDENCE_KEYS, *_REASONS),
    str(PG.Project): (
        *_NAMES, "pg:implements", "pg:locatedIn", "pg:periodStart^^xsd:date", "pg:periodEnd^^xsd:date",
        "pg:dueBy^^xsd:date", "pg:responsibleBody", *EVIDENCE_KEYS, *_REASONS,
    ),
    str(PG.StatusReport): ("pg:about", "pg:status", "pg:asOf^^xsd:date", *EVIDENCE_KEYS, *_REASONS),
    str(PG.Task): (*_NAMES, "pg:inDomain", "pg:position^^xsd:integer", "pg:responsibleBody", *EVIDENCE_KEYS, *_REASONS),
    str(PG.Place): (*_NAMES, "pg:placeType", "pg:within", "skos:notation^^xsd:string", *EVIDENCE_KEYS, *_REASONS),
    str(PG.Link): ("pg:linkFrom", "pg:linkProperty", "pg:linkTo", *_REASONS),
    str(PG.Document): (
        *_NAMES, "dcterms:issued^^xsd:date", "dcterms:publisher", "schema:url", "pg:sha256^^xsd:string",
    ),
    str(ORG.Organization): (*_NAMES, "org:subOrganizationOf", "pg:locatedIn", *EVIDENCE_KEYS, *_REASONS),
    str(OA.SpecificResource): (
        "oa:hasSource", "pg:locator^^xsd:string", "#quote oa:exact^^xsd:string", "#position oa:start^^xsd:integer",
        "#position oa:end^^xsd:integer",
    ),
}  # fmt: skip
_USUAL: Final = _NAMES
_LAST: Final = ("pg:evidence", "pg:assertion", "pg:inPlan", "dcterms:source", "rdf:type", ID_KEY)


@dataclass(frozen=True)
class Laid:
    """A column in its place; ``shown`` is False for those folded away."""

    column: Column
    shown: bool
    automatic: bool
    """Whether it is filled in where the cell is empty."""


def order(cls: str, columns: Iterable[Column]) -> list[Column]:
    """Columns in the order in which a person fills them in."""
    first = _FIRST.get(cls, _USUAL)

    def place(column: Column) -> tuple[int, int, str]:
        if column.key in first:
            return 0, first.index(column.key), ""
        if column.key in _LAST:
            return 2, _LAST.index(column.key), ""
        return 1, 0 if column.required else 1, column.key

    return sorted(columns, key=place)


def template_columns(cls: str) -> list[Laid]:
    """The columns of a template's sheet, without the note."""
    columns = [column for column in shape_columns(cls) if str(column.predicate) != str(RDF.type)]
    first = _FIRST.get(cls)
    keys = {column.key for column in columns}
    if "pg:evidence" in keys and cls != str(PG.Link):
        columns += [OWN_COLUMNS[key] for key in EVIDENCE_KEYS]
    if cls == str(PG.Observation):
        columns.append(OWN_COLUMNS[PERIOD_KEY])
    columns.append(OWN_COLUMNS[ID_KEY])
    shown = set(first or (*_USUAL, *EVIDENCE_KEYS, *_REASONS))
    return [
        Laid(
            column,
            column.key in shown or (column.required and not is_automatic(cls, column)),
            is_automatic(cls, column),
        )
        for column in order(cls, columns)
    ]


def is_automatic(cls: str, column: Column) -> bool:
    """Whether reading fills the column in where its cell is empty."""
    named = column.key in _NAMES and cls in LABELLED
    return named or str(column.predicate) in AUTOMATIC or column.key == ID_KEY


def classes_named(names: Sequence[str]) -> list[str]:
    """The classes of some sheets, by the class's name or label. Raises ``NotFound`` for a name that none has."""
    from plangraph.errors import NotFound

    terms = vocabulary()
    known = {cls: {compact(cls), compact(cls).partition(":")[2].lower(), terms.label(cls, "zh"),
                   terms.label(cls, "en").lower()} for cls in sheet_classes()}  # fmt: skip
    found = []
    for name in names:
        fitting = [cls for cls, called in known.items() if name.strip() in called or name.strip().lower() in called]
        if not fitting:
            offered = " ".join(sorted(compact(cls).partition(":")[2] for cls in known))
            raise NotFound(
                f"没有名为“{name}”的工作表，可用：{offered}。", f"There is no sheet “{name}”. To be had: {offered}."
            )
        found.append(fitting[0])
    return list(dict.fromkeys(found))


# --- Help and examples ------------------------------------------------------------------------------------------------


def help_of(laid: Laid) -> dict[str, str]:
    """A short help for the row under the headings."""
    column = laid.column
    if column.help:
        return dict(column.help)
    if column.key in _HELP:
        return dict(zip(("zh", "en"), _HELP[column.key], strict=True))
    terms = vocabulary()
    zh, en = _FORMS[column.form]
    if column.classes:
        zh = f"从列表中选{'或'.join(terms.label(cls, 'zh') for cls in column.classes)}，也可填本工作簿中新增的名称。"
        kinds = " or ".join(terms.label(cls, "en") for cls in column.classes)
        en = f"Choose from the list, or name a new {kinds} of this file."
    elif column.schemes:
        zh, en = "从列表中选。", "Choose from the list."
    elif column.lang:
        zh, en = {"zh": ("填中文。", "In Chinese."), "en": ("填英文。", "In English.")}.get(column.lang, (zh, en))
    if not column.single and column.form == "link":
        zh, en = zh + "多个时每行一个（Alt+Enter）。", en + " Several: one a line (Alt+Enter)."
    if laid.automatic:
        zh, en = zh + "可留空。", en + " May be empty."
    return {"zh": zh, "en": en}


EITHER: Final = ("pg:asPrinted^^xsd:string",)
"""Columns that are as good as required: what a required one is computed from."""
_HELP: Final = {
    "pg:asPrinted^^xsd:string": (
        "照原文填，连同单位和“超过”“近”等词，如 344.2万人。没有原文的，改填数值和单位。",
        "As in the source, with unit and words such as 超过 or 近: 344.2万人. Without a source: value and unit.",
    ),
    "pg:rationale@zh": ("推断的理由，一句话，中文。", "Why it is inferred, in Chinese."),
    "pg:rationale@en": ("推断的理由，一句话，英文。", "Why it is inferred, in English."),
    "prov:wasAttributedTo": ("由谁推断：从列表中选机构。", "Who infers it: choose from the list."),
}
_FORMS: Final = {
    "link": ("填名称或标识。", "A name or an identifier."),
    "text": ("填文字。", "Text."),
    "decimal": ("填数字，如 31.94。", "A number, as in 31.94."),
    "integer": ("填整数。", "A whole number."),
    "date": ("如 2023-12-31、2023年12月。", "As in 2023-12-31 or 2023-12."),
    "own": ("", ""),
}


def prompt_of(column: Column) -> str:
    """What shows when the cell is chosen: the definition of the property, both languages, at most 255 characters."""
    term = vocabulary().find(str(column.predicate)) if column.predicate is not None else None
    texts = [term.definition.get(lang, "") for lang in ("zh", "en")] if term else []
    texts = [text for text in texts if text] or [column.help.get(lang, "") for lang in ("zh", "en")]
    told = "\n".join(text for text in texts if text)
    return told if len(told) <= 250 else told[:249] + "…"


EXAMPLES: Final[dict[str, dict[str, str]]] = {
    str(PG.Observation): {
        "pg:ofIndicator": "污水处理率", "pg:refArea": "星河区", PERIOD_KEY: "2024年",
        "pg:asPrinted^^xsd:string": "98.6%", "pg:valueType": "实际值", "pg:statistic": "占比",
        "pg:rationale@zh": "按年度统计公报计算。", "pg:rationale@en": "Computed from the annual bulletin.",
        "prov:wasAttributedTo": "星河区统计局",
    },
    str(PG.Indicator): {
        "skos:prefLabel@zh": "污水处理率", "skos:prefLabel@en": "Sewage treatment rate", "pg:direction": "越高越好",
        "pg:rationale@zh": "部门年报列出。", "pg:rationale@en": "Listed in the department's annual report.",
        "prov:wasAttributedTo": "星河区水务局",
    },
    str(PG.Project): {
        "skos:prefLabel@zh": "湖滨公园二期", "skos:prefLabel@en": "Lakeside Park, phase 2", "pg:locatedIn": "星河区",
        "pg:implements": "公园城市建设", "pg:periodStart^^xsd:date": "2024年3月", "pg:dueBy^^xsd:date": "2025-06-30",
        "pg:rationale@zh": "据项目清单。", "pg:rationale@en": "From the list of projects.",
        "prov:wasAttributedTo": "星河区园林绿化局",
    },
    str(PG.StatusReport): {
        "pg:about": "湖滨公园二期", "pg:status": "在建", "pg:asOf^^xsd:date": "2024-12-31",
        "pg:rationale@zh": "据月报。", "pg:rationale@en": "From the monthly report.",
        "prov:wasAttributedTo": "星河区园林绿化局",
    },
    str(PG.Task): {
        "skos:prefLabel@zh": "公园城市建设", "skos:prefLabel@en": "Park city", "pg:inDomain": "生态环境",
    },
    str(PG.Place): {
        "skos:prefLabel@zh": "湖滨公园", "skos:prefLabel@en": "Lakeside Park", "pg:placeType": "公园",
        "pg:within": "星河区",
    },
    str(PG.Link): {
        "pg:linkFrom": "公园城市建设", "pg:linkProperty": "支撑目标", "pg:linkTo": "绿色宜居区",
        "pg:rationale@zh": "公园增加绿地。", "pg:rationale@en": "Parks add green space.",
        "prov:wasAttributedTo": "星河区园林绿化局",
    },
    str(PG.Document): {
        "skos:prefLabel@zh": "星河区2024年统计公报", "skos:prefLabel@en": "Xinghe District Statistical Bulletin 2024",
        "dcterms:issued^^xsd:date": "2025-03-20",
    },
    str(ORG.Organization): {
        "skos:prefLabel@zh": "星河区统计局", "skos:prefLabel@en": "Xinghe District Bureau of Statistics",
    },
}  # fmt: skip

NOTE: Final = OWN_COLUMNS[NOTE_KEY]
