"""The whole graph as a workbook or as CSV files, so that reading it again changes nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rdflib import URIRef

from plangraph.namespaces import PG, natural_key
from plangraph.spreadsheets.building import Builder, Sheet, technical_key
from plangraph.spreadsheets.cells import text_of
from plangraph.spreadsheets.columns import (
    DIGEST_KEY,
    GRAPH_KEY,
    ID_KEY,
    OWN_COLUMNS,
    Column,
    column_of,
    sheet_classes,
)
from plangraph.spreadsheets.filling import keys_of
from plangraph.spreadsheets.grids import Value, guarded
from plangraph.spreadsheets.layout import Laid, order
from plangraph.spreadsheets.naming import INTERNAL, Names, short
from plangraph.spreadsheets.rendering import render_row
from plangraph.spreadsheets.rows import PARTS, checksum_text
from plangraph.spreadsheets.singles import single_cells, widest
from plangraph.spreadsheets.tables import MORE_KEY, STATEMENT_KEY, STATEMENT_KEYS, STATEMENTS_SHEET, class_name
from plangraph.spreadsheets.template import README
from plangraph.store.base import GraphStore, Quad

_STATEMENT_LABELS = {
    "plangraph:subject": ("主语", "subject"),
    "plangraph:property": ("属性", "property"),
    "plangraph:value": ("值", "value"),
    "plangraph:kind": ("值的类型", "kind of value"),
    "plangraph:graph": ("命名图", "named graph"),
    "plangraph:digest": ("校验码", "checksum"),
}


def export_workbook(store: GraphStore, *, lang: str = "zh", graph: URIRef | None = None) -> bytes:
    """The plans' graphs, or one named graph, as an .xlsx file: a sheet a class, and one for what fits no column.

    ``read_workbook`` gives the same statements back.
    """
    names = Names(store)
    builder = Builder(names, lang, {"lang": lang})
    builder.readme(README)
    for sheet in _sheets(store, names, lang, graph):
        builder.add(sheet)
    return builder.save()


def export_csv(store: GraphStore, *, lang: str = "zh", graph: URIRef | None = None) -> bytes:
    """The same sheets as a zip file of CSV files, each with one row of headings that hold the columns' keys."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in _sheets(store, Names(store), lang, graph):
            archive.writestr(zipfile.ZipInfo(f"{sheet.title}.csv", (2000, 1, 1, 0, 0, 0)), sheet_csv(sheet))
    return out.getvalue()


def sheet_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV in UTF-8 with a byte order mark; what looks like a formula has an apostrophe before it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    keys = [one.column.key for one in sheet.columns]
    marked = [technical_key(key, sheet.cls) if sheet.mark == ID_KEY else key for key in keys]
    table.writerow([f"{one.column.heading} [{key}]" for one, key in zip(sheet.columns, marked, strict=True)])
    for row in sheet.rows:
        table.writerow([_csv_text(row.get(key)) for key in keys])
    return text.getvalue().encode("utf-8-sig")


def _csv_text(value: Value | None) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else text_of(value)


def _sheets(store: GraphStore, names: Names, lang: str, graph: URIRef | None) -> Iterable[Sheet]:
    things, left = _grouped(store, names, graph)
    for cls in sorted(things, key=_sheet_order):
        sheet, rest = _sheet(cls, things[cls], names, lang)
        left += rest
        if sheet is not None:
            yield sheet
    if left:
        yield _statements(sorted(left, key=lambda quad: (natural_key(str(quad[0])), str(quad[1:]))), lang)


_Things = dict[str, dict[tuple[URIRef, URIRef], list[Quad]]]


def _grouped(store: GraphStore, names: Names, graph: URIRef | None) -> tuple[_Things, list[Quad]]:
    """What is said of each thing in each graph, by class; and what is said of things without one."""
    classes = {iri: _class_of(types) for iri, types in names.types.items()}
    things: _Things = defaultdict(lambda: defaultdict(list))
    left: list[Quad] = []
    for quad in store.triples():
        subject = quad[0]
        if quad[3] in INTERNAL or (graph is not None and quad[3] != graph):
            continue
        base = str(subject)
        part = base.rpartition("#")
        if "#" + part[2] in PARTS and part[0] in classes:
            base = part[0]
        cls = classes.get(base)
        if cls is None or not isinstance(subject, URIRef):
            left.append(quad)
        else:
            things[cls][URIRef(base), quad[3]].append(quad)
    return things, left


def _class_of(types: set[str]) -> str:
    if str(PG.MainIndicator) in types:
        return str(PG.Indicator)
    known = sorted(types & set(sheet_classes()))
    return known[0] if known else min(types)


def _sheet_order(cls: str) -> tuple[int, str]:
    from plangraph.spreadsheets.layout import TEMPLATE_CLASSES

    return (TEMPLATE_CLASSES.index(cls) if cls in TEMPLATE_CLASSES else len(TEMPLATE_CLASSES), cls)


def _sheet(
    cls: str, things: dict[tuple[URIRef, URIRef], list[Quad]], names: Names, lang: str
) -> tuple[Sheet | None, list[Quad]]:
    left: list[Quad] = []
    keys: dict[str, None] = {}
    for (iri, _), facts in things.items():
        keys.update(dict.fromkeys(keys_of(facts, iri)))
    columns = order(cls, [column for key in keys if (column := column_of(key, cls)) and _is_usable(column)])
    rows: list[dict[str, Value]] = []
    for (iri, graph), facts in sorted(things.items(), key=lambda item: natural_key(str(item[0]))):
        named = _identifier(iri, cls, names)
        row = render_row(iri, facts, columns, names, lang)
        if named is None or not row.cells:
            left += facts
            continue
        left += row.left
        rows.append({**row.cells, ID_KEY: named, GRAPH_KEY: str(graph), DIGEST_KEY: checksum_text(row.checksum)})
    if not rows:
        return None, left
    filled = {key for row in rows for key in row}
    own = [OWN_COLUMNS[key] for key in (GRAPH_KEY, DIGEST_KEY)]
    shown = [OWN_COLUMNS[ID_KEY], *(column for column in columns if column.key in filled), *own]
    laid = [Laid(column, column.key != GRAPH_KEY, False) for column in shown]
    return Sheet(class_name(cls, lang), cls, laid, rows), left


def _is_usable(column: Column) -> bool:
    return column.part == "" or column.part in PARTS


def _identifier(iri: URIRef, cls: str, names: Names) -> str | None:
    for text in (short(str(iri)), str(iri)):
        if names.identifier(text, cls, None) == iri:
            return text
    return None


def _statements(quads: Sequence[Quad], lang: str) -> Sheet:
    rows = [single_cells(quad) for quad in quads]
    keys = [*STATEMENT_KEYS, *(f"{MORE_KEY}{n}" for n in range(widest(rows) - len(STATEMENT_KEYS)))]
    columns = [_statement_column(key) for key in keys]
    laid = [Laid(column, column.key != "plangraph:graph", False) for column in columns]
    cells: list[dict[str, Value]] = [dict(zip(keys, row, strict=False)) for row in rows]
    return Sheet(STATEMENTS_SHEET[lang if lang in STATEMENTS_SHEET else "en"], "", laid, cells, mark=STATEMENT_KEY)


def _statement_column(key: str) -> Column:
    zh, en = _STATEMENT_LABELS.get(key, ("续", "continued"))
    return Column(key, "own", {"zh": zh, "en": en}, single=True)
