"""The columns of a sheet: what property each holds, in what form; made from the shapes of the sheet's class.

A column is known by its key, which stands in a hidden row of a workbook and in the heading of a CSV file:
``skos:prefLabel@zh``, ``pg:value^^xsd:decimal``, ``pg:inPlan``; ``#quote oa:exact^^xsd:string`` is about the IRI of the
row's thing with ``#quote`` at its end; ``plangraph:id`` and others that begin so are about the row itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from plangraph.namespaces import GEO, OA, PG, PGC, PREFIXES, SCHEMA, compact
from plangraph.ontology import vocabulary
from plangraph.shapes import shipped_shapes

Form: TypeAlias = Literal["link", "text", "decimal", "integer", "date", "own"]
"""``own`` is for columns about the row itself."""

OWN: Final = "plangraph:"
ID_KEY, CLASS_KEY, GRAPH_KEY, DIGEST_KEY, NOTE_KEY, PERIOD_KEY, QUOTE_KEY, START_KEY, SOURCE_KEY, LOCATOR_KEY = (
    OWN + name
    for name in (
        "id", "class", "graph", "digest", "note", "period", "evidence-quote", "evidence-start", "evidence-source",
        "evidence-locator",
    )
)  # fmt: skip
EVIDENCE_KEYS: Final = (SOURCE_KEY, QUOTE_KEY, START_KEY, LOCATOR_KEY)

_KEY: Final = re.compile(r"(?:(#[a-z]+) )?(<[^<>]+>|[\w-]+:[\w-]*)(?:@([A-Za-z-]+)|\^\^(<[^<>]+>|[\w-]+:[\w-]+))?")
_FORMS: Final[Mapping[str, Form]] = {
    str(XSD.decimal): "decimal",
    str(XSD.integer): "integer",
    str(XSD.date): "date",
}
UNITS: Final = "units"
"""Stands for the units of measurement in ``Column.schemes``, which are a code list and QUDT's."""
PROPERTIES: Final = "properties"
"""Stands for the ontology's properties in ``Column.schemes``."""


@dataclass(frozen=True)
class Column:
    """One column. ``classes`` and ``schemes`` say what a link may name, anything where both are empty.

    ``datatype`` is that of its literals, None for links and for text in ``lang``. ``part`` ends the IRI of what the
    column is about. A cell of a ``single`` column holds one value, others several.
    """

    key: str
    form: Form
    label: Mapping[str, str] = field(hash=False)
    predicate: URIRef | None = None
    lang: str | None = None
    datatype: URIRef | None = None
    part: str = ""
    single: bool = False
    required: bool = False
    classes: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    help: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def heading(self) -> str:
        """The label in both languages."""
        return f"{self.label['zh']} / {self.label['en']}"


def key_of(predicate: str, *, lang: str | None = None, datatype: str | None = None, part: str = "") -> str:
    """The key of the column for values of this kind."""
    tail = f"@{lang}" if lang else f"^^{_named(datatype)}" if datatype else ""
    return f"{part} {_named(predicate)}{tail}".strip()


def _named(iri: str) -> str:
    short = compact(iri)
    return f"<{iri}>" if short == iri else short


def _expanded(name: str) -> URIRef | None:
    if name.startswith("<"):
        return URIRef(name[1:-1])
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local) if prefix in PREFIXES else None


@lru_cache(maxsize=4096)
def column_of(key: str, cls: str | None = None) -> Column | None:
    """The column with this key in the sheet of ``cls``; None where ``key`` isn't one."""
    if key in OWN_COLUMNS:
        return OWN_COLUMNS[key]
    if cls is not None:
        for column in shape_columns(cls):
            if column.key == key:
                return column
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    part, name, lang, typed = found.groups()
    predicate, datatype = _expanded(name), _expanded(typed) if typed else None
    if predicate is None or (typed and datatype is None):
        return None
    literal = lang is not None or datatype is not None
    form: Form = _FORMS.get(str(datatype), "text") if literal else "link"
    nested = _NESTED.get((part or "", str(predicate)))
    return Column(key, form, _label(str(predicate), lang), predicate, lang, datatype, part or "", nested is not None)


_LANGUAGES: Final = {"zh": {"zh": "中文", "en": "Chinese"}, "en": {"zh": "英文", "en": "English"}}
_SHORT: Final = {
    str(SKOS.prefLabel): {"zh": "名称", "en": "name"},
    str(SKOS.altLabel): {"zh": "别名", "en": "other name"},
    str(RDF.type): {"zh": "类别", "en": "class"},
}
_NESTED: Final = {
    ("#position", str(OA.start)): True,
    ("#position", str(OA.end)): True,
    ("#quote", str(OA.exact)): True,
}


def _label(predicate: str, lang: str | None) -> dict[str, str]:
    terms = vocabulary()
    named = _SHORT.get(predicate) or {tongue: terms.label(predicate, tongue) for tongue in ("zh", "en")}
    if lang is None:
        return dict(named)
    tongue = _LANGUAGES.get(lang, {"zh": lang, "en": lang})
    return {"zh": f"{named['zh']}（{tongue['zh']}）", "en": f"{named['en']} ({tongue['en']})"}


def _own(key: str, zh: str, en: str, help_zh: str, help_en: str) -> Column:
    return Column(key, "own", {"zh": zh, "en": en}, single=True, help={"zh": help_zh, "en": help_en})


OWN_COLUMNS: Final = {
    column.key: column
    for column in (
        _own(ID_KEY, "标识", "identifier", "新事物留空，自动生成。更正已有事物时保留。",
             "Leave empty for something new. Keep it to correct what is there."),
        _own(CLASS_KEY, "类别", "class", "留空即为本表的类别。", "Empty: that of this sheet."),
        _own(GRAPH_KEY, "命名图", "named graph", "留空即写入本次提交的图。", "Empty: that of the commit."),
        _own(DIGEST_KEY, "校验码", "checksum", "请勿改动。", "Don't change it."),
        _own(NOTE_KEY, "备注", "note", "随意填写，不读入。以“示例”开头的行整行不读。",
             "For yourself; not read. A row whose note begins with “Example” is skipped."),
        _own(PERIOD_KEY, "时期", "period", "如 2023年、2023年上半年、2021-2025年；或改填起止日期。",
             "2023, 2023年上半年, 2021-2025; or give start and end."),
        _own(SOURCE_KEY, "证据：来源文件", "evidence: source", "写有此内容的文件。来源明说的才填。",
             "The document that says it. Only for what a source states."),
        _own(QUOTE_KEY, "证据：引文", "evidence: quote", "原文中的数字或名称，至多40字。留空即印刷数字。",
             "The figure or name there, 40 characters at most. Empty: as printed."),
        _own(START_KEY, "证据：起点", "evidence: start", "引文首字的位置，从0数起。已附原文、引文唯一时可空。",
             "Where the quote starts, from 0. May be empty where the text is attached and has it once."),
        _own(LOCATOR_KEY, "证据：章节", "evidence: locator", "如“二(一)2”。", "The section, as in 二(一)2."),
    )
}  # fmt: skip

SOURCE_LINK: Final = Column(
    SOURCE_KEY, "link", OWN_COLUMNS[SOURCE_KEY].label, OA.hasSource, single=True, classes=(str(PG.Document),)
)
"""How the source of evidence is read: a column about the evidence, not about the row's own thing."""


# --- From the shapes --------------------------------------------------------------------------------------------------

_CODE_SHAPE: Final = re.compile(r"#code-([a-z-]+?)(?:-inScheme)?$")


@dataclass
class _Found:
    """What the shapes say of one property, put together."""

    least: int = 0
    most: int | None = None
    langs: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    datatypes: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    schemes: set[str] = field(default_factory=set)
    link: bool = False
    text: bool = False


@lru_cache(maxsize=1)
def sheet_classes() -> tuple[str, ...]:
    """The classes that a sheet can be made for: those with a closed shape of their own."""
    graph = shipped_shapes().graph
    found = {
        str(cls)
        for shape in graph.subjects(SH.closed, None)
        for cls in graph.objects(shape, SH.targetClass)
        if (shape, SH.property, None) in graph
    }
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def shape_columns(cls: str) -> tuple[Column, ...]:
    """The columns for the things of a class, from its closed shape; none where there is no such shape."""
    graph = shipped_shapes().graph
    found: dict[str, _Found] = {}
    sub = [str(PG.MainIndicator)] if cls == str(PG.Indicator) else []
    for name in (cls, *sub):
        for shape in graph.subjects(SH.targetClass, URIRef(name)):
            for rule in sorted(graph.objects(shape, SH.property), key=str):
                path = graph.value(rule, SH.path)
                if isinstance(path, URIRef) and path != RDF.type:
                    _read_rule(graph, rule, found.setdefault(str(path), _Found()), required=name == cls)
    for shape in graph.subjects(SH.targetClass, URIRef(cls)):
        for name in _also_allowed(graph, shape):
            found.setdefault(name, _Found(link=name in _LINKS))
    columns = [column for name, told in found.items() for column in _columns(name, told)]
    return tuple(sorted(columns, key=lambda column: column.key))


_LINKS: Final = frozenset({str(SCHEMA.url), *(str(SKOS[name]) for name in (
    "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))})  # fmt: skip
_NOT_OFFERED: Final = frozenset(map(str, (RDF.type, RDFS.seeAlso)))


def _also_allowed(graph: Graph, shape: Node) -> Iterable[str]:
    ignored = graph.value(shape, SH.ignoredProperties)
    if ignored is not None and (shape, SH.closed, None) in graph:
        yield from (str(path) for path in Collection(graph, ignored) if str(path) not in _NOT_OFFERED)


def _read_rule(graph: Graph, rule: Node, told: _Found, *, required: bool) -> None:
    least, most = (_number(graph, rule, name) for name in (SH.minCount, SH.maxCount))
    told.least = max(told.least, (least or 0) if required else 0)
    told.most = min(most, told.most) if most is not None and told.most is not None else told.most or most
    qualified = graph.value(rule, SH.qualifiedValueShape)
    if qualified is not None and str(qualified).rpartition("#")[2] in ("text-zh", "text-en"):
        lang = str(qualified)[-2:]
        told.langs[lang] = (_number(graph, rule, SH.qualifiedMinCount) is not None, True)
    unique = (rule, SH.uniqueLang, None) in graph
    for part in (rule, *_alternatives(graph, rule)):
        _read_values(graph, part, told, unique)


def _alternatives(graph: Graph, rule: Node) -> list[Node]:
    listed = graph.value(rule, SH["or"])
    return [] if listed is None else list(Collection(graph, listed))


def _read_values(graph: Graph, part: Node, told: _Found, unique: bool) -> None:
    for datatype in graph.objects(part, SH.datatype):
        if datatype == RDF.langString:
            for lang in ("zh", "en"):
                told.langs.setdefault(lang, (False, unique))
        else:
            told.datatypes.add(str(datatype))
    told.classes |= {str(cls) for cls in graph.objects(part, SH["class"])}
    told.link |= (part, SH.nodeKind, SH.IRI) in graph or bool(told.classes)
    for code in graph.objects(part, SH.hasValue):
        term = vocabulary().find(str(code))
        if term is not None and term.scheme:
            told.link = True
            told.schemes.add(term.scheme)
    if (part, SH.nodeKind, SH.Literal) in graph:
        told.text = True
    for shape in (*graph.objects(part, SH.node), *graph.objects(part, SH.property)):
        listed = _CODE_SHAPE.search(str(shape))
        if listed:
            told.link = True
            told.schemes.add(str(PGC[listed[1]]))


def _number(graph: Graph, rule: Node, name: URIRef) -> int | None:
    value = graph.value(rule, name)
    return None if value is None else int(str(value))


def _columns(path: str, told: _Found) -> Iterable[Column]:
    predicate = URIRef(path)
    single = told.most == 1
    schemes = {UNITS} if path == str(PG.unit) else {PROPERTIES} if path == str(PG.linkProperty) else told.schemes
    if told.text and not told.langs:
        told.langs = {"zh": (False, False), "en": (False, False)}
    for lang, (needed, one) in sorted(told.langs.items(), reverse=True):
        yield Column(
            key_of(path, lang=lang), "text", _label(path, lang), predicate, lang, single=one or single, required=needed
        )
    for datatype in sorted(told.datatypes):
        yield Column(
            key_of(path, datatype=datatype), _FORMS.get(datatype, "text"), _label(path, None), predicate,
            datatype=URIRef(datatype), single=single, required=told.least > 0,
        )  # fmt: skip
    if told.link or schemes:
        yield Column(
            key_of(path), "link", _label(path, None), predicate, single=single, required=told.least > 0,
            classes=tuple(sorted(told.classes)), schemes=tuple(sorted(schemes)),
        )  # fmt: skip
    elif not told.langs and not told.datatypes:
        typed = str(GEO.wktLiteral if path == str(GEO.asWKT) else XSD.string)
        yield Column(
            key_of(path, datatype=typed), "text", _label(path, None), predicate, datatype=URIRef(typed), single=single
        )
