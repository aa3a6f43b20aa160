"""A workbook or CSV file held against the shapes: what reading and validation find, each at its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plangraph.reports import SEVERITIES, Report, Result
from plangraph.shapes import ShapeSet
from plangraph.spreadsheets.columns import Column
from plangraph.spreadsheets.layout import Laid, help_of
from plangraph.spreadsheets.reading import Texts, Workbook, read_csv, read_workbook
from plangraph.store.base import GraphStore
from plangraph.validation import validate

_ENDINGS = (".xlsx", ".xlsm", ".csv", ".xls", ".xltx")


def is_spreadsheet(name: str) -> bool:
    """Whether a file of this name is read here."""
    return name.lower().endswith(_ENDINGS)


def read_spreadsheet(data: bytes, name: str, store: GraphStore, *, texts: Texts | None = None) -> Workbook:
    """Read a workbook or CSV file, whichever the name says. Raises ``BadInput`` or ``TooLarge``."""
    read = read_csv if name.lower().endswith(".csv") else read_workbook
    return read(data, name, store, texts=texts)


def validate_workbook(
    data: bytes,
    name: str,
    store: GraphStore,
    *,
    engine: str = "auto",
    shapes: ShapeSet | None = None,
    texts: Texts | None = None,
) -> Report:
    """What is wrong with a workbook or CSV file when its change is made to ``store``; nothing is changed."""
    return validate_read(read_spreadsheet(data, name, store, texts=texts), store, engine=engine, shapes=shapes)


def validate_read(
    workbook: Workbook, store: GraphStore, *, engine: str = "auto", shapes: ShapeSet | None = None
) -> Report:
    """The same for one that was read already."""
    report = validate(workbook.candidate, store, engine=engine, shapes=shapes, removed=workbook.removed)
    return with_faults(report, workbook)


def with_faults(report: Report, workbook: Workbook) -> Report:
    """A report with each result at its cell, and with what reading found.

    A cell that couldn't be read lacks its value: what the shapes say about that is left out.
    """
    places = workbook.places
    located = [
        replace(result, where=workbook.locate(result), fix=_fix(result, places.column(result)))
        for result in report.results
        if not places.is_consequence(result)
    ]
    unread = {
        (str(fault.where.get("sheet")), str(fault.where.get("cell")))
        for fault in workbook.faults
        if fault.where and fault.severity == "violation"
    }
    kept = [r for r in located if not r.where or (str(r.where.get("sheet")), str(r.where.get("cell"))) not in unread]
    labels = {r.focus_node: r.focus_label for r in located if r.focus_label}
    faults = []
    for fault in workbook.faults:
        thing = (places.thing_at(fault.where) if fault.where else None) or fault.focus_node
        faults.append(replace(fault, focus_node=thing, focus_label=labels.get(thing) or places.label(thing)))
    return replace(report, results=tuple(sorted([*faults, *kept], key=_order)))


def _fix(result: Result, column: Column | None) -> Mapping[str, str]:
    """What to do in a cell: the column's help in place of an example in Turtle."""
    if not result.fix.get("zh", "").startswith("写："):
        return result.fix
    if column is None:
        return {}
    return help_of(Laid(column, True, False)) if column.predicate is not None else dict(column.help)


def _order(result: Result) -> tuple[object, ...]:
    where = result.where or {}
    return (
        SEVERITIES.index(result.severity), str(where.get("sheet", "\uffff")), len(str(where.get("cell", ""))),
        str(where.get("cell", "")), str(result.focus_node), result.component, str(result.source_shape),
    )  # fmt: skip
