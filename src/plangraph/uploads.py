"""What somebody sends to be checked or committed, RDF or a spreadsheet: parsed and validated in a query process.

Nothing that strangers send is parsed where requests are answered or data are written: what comes back is plain.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rdflib import Literal, URIRef

from plangraph.attached import AttachedTexts
from plangraph.errors import BadInput, TooLarge
from plangraph.history import File, head_number
from plangraph.mediatypes import INPUT_FORMATS, by_media_type
from plangraph.namespaces import PG
from plangraph.origins import read_sources
from plangraph.reports import SEVERITIES, Report, Severity
from plangraph.store.base import Changeset, GraphStore
from plangraph.store.parsing import format_of_file
from plangraph.validation import validate

if TYPE_CHECKING:
    from plangraph.spreadsheets import Workbook
    from plangraph.spreadsheets.columns import Column
    from plangraph.spreadsheets.grids import Grid
    from plangraph.spreadsheets.reading import Texts

# The spreadsheets' modules take long to load, so they are where they are used: the processes that answer requests
# know of this module too, and never read a sheet.

SHEET_ENDINGS: Final = (".xlsx", ".xlsm", ".csv", ".xls", ".xltx")
"""How the names of files end that are read as spreadsheets, or refused as such."""
_MOST_ROWS: Final = 100
_MOST_COLUMNS: Final = 30
_LONGEST: Final = 120


@dataclass(frozen=True)
class Sent:
    """A file as it was sent. ``media_type`` is empty where only its name says what it is."""

    data: bytes
    name: str
    media_type: str

    @property
    def is_sheet(self) -> bool:
        """Whether it is a workbook or a CSV file."""
        return not self.media_type and self.name.lower().endswith(SHEET_ENDINGS)

    @property
    def file(self) -> File:
        """As the history names it."""
        return File(self.name, hashlib.sha256(self.data).hexdigest())


@dataclass(frozen=True)
class CellShown:
    """A cell of a sheet: its name, what stands in it, and the gravest severity of what is wrong with it, if any."""

    name: str
    text: str
    severity: Severity | None


@dataclass(frozen=True)
class SheetShown:
    """The rows of a sheet that have faults: ``columns`` with letter and heading, ``rows`` with number and cells.

    ``left`` counts the rows with faults that aren't shown.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, tuple[CellShown, ...]], ...]
    left: int


@dataclass(frozen=True)
class Checked:
    """What was found: the report as JSON and, where it was wanted, as a SHACL report, as a page, in the workbook.

    ``sheets`` show where a spreadsheet is faulty; ``added`` and ``removed`` count the statements that it would change.
    """

    report: dict[str, Any]
    turtle: str = ""
    page: str = ""
    marked: bytes = b""
    sheets: tuple[SheetShown, ...] = ()
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True)
class SheetRead:
    """The change that a spreadsheet asks for, made on the data after change number ``base``; and what is wrong with it.

    ``unread`` says that there are cells which couldn't be read, so that the change isn't what was meant.
    """

    changeset: Changeset
    report: dict[str, Any]
    unread: bool
    base: int


def sent_file(path: Path, most: int) -> Sent:
    """A file as if it had been sent. Raises ``BadInput`` where it can't be read, ``TooLarge`` above ``most`` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as fault:
        raise BadInput(f"无法读取 {path}：{fault.strerror}。", f"{path} can't be read: {fault.strerror}.") from None
    if len(data) > most:
        raise TooLarge(
            f"{path} 超过 {most:,} 字节。请分成几个文件，或调高 upload_bytes。",
            f"{path} has more than {most:,} bytes. Split it, or raise upload_bytes.",
        )
    return Sent(data, path.name, "")


def check(store: GraphStore, sent: Sent, engine: str, most: int, wanted: str, lang: str, texts: str = "") -> Checked:
    """Validate what was sent in the context of ``store``; at most ``most`` results are told.

    ``wanted`` is ``json``, ``turtle``, ``page`` (of its own, in ``lang``) or ``book``, a copy of the workbook with its
    faults marked. ``texts`` is the folder of attached texts. Raises ``SyntaxFault``, ``BadInput`` or ``TooLarge``.
    """
    if not sent.is_sheet:
        if wanted == "book":
            raise BadInput("只有工作簿才能加标注。", "Only a workbook can be marked.")
        fmt = by_media_type(sent.media_type, INPUT_FORMATS) or format_of_file(sent.name)
        report = validate(read_sources([(sent.name, sent.data, fmt)]), store, engine=engine, most=most)
        return _told(Checked(report.to_json()), report, wanted, lang)
    from plangraph.spreadsheets import validate_read

    workbook = _read(store, sent, None, texts)
    whole = validate_read(workbook, store, engine=engine)
    report = whole.capped(most)
    found = Checked(
        report.to_json(),
        sheets=_shown(sent, report),
        added=len(workbook.added),
        removed=len(workbook.removed),
        marked=_marked(sent, whole, lang) if wanted == "book" else b"",
    )
    return _told(found, report, wanted, lang)


def read_sheet(store: GraphStore, sent: Sent, graph: str, texts: str = "") -> SheetRead:
    """Read a spreadsheet whose rows go to ``graph``, where neither they nor the file name another."""
    from plangraph.spreadsheets import validate_read

    base = head_number(store)
    workbook = _read(store, sent, URIRef(graph) if graph else None, texts)
    report = validate_read(workbook, store)
    unread = any(fault.severity == "violation" for fault in workbook.faults)
    return SheetRead(workbook.changeset, report.to_json(), unread, base)


def template(store: GraphStore, lang: str) -> bytes:
    """The workbook to fill in, with the drop-down lists of what ``store`` holds."""
    from plangraph.spreadsheets import make_template

    return make_template(store, lang=lang)


def prepare() -> None:
    """Load what checking needs, once, in the process from which the query processes are forked."""
    from plangraph import validation
    from plangraph.spreadsheets.columns import shape_columns, sheet_classes

    validation.prepare()
    for cls in sheet_classes():
        shape_columns(cls)


def _told(found: Checked, report: Report, wanted: str, lang: str) -> Checked:
    return replace(
        found,
        turtle=report.to_turtle() if wanted == "turtle" else "",
        page=report.to_html(lang) if wanted == "page" else "",
    )


def _read(store: GraphStore, sent: Sent, graph: URIRef | None, texts: str) -> Workbook:
    from plangraph.spreadsheets import read_csv, read_workbook

    read = read_csv if sent.name.lower().endswith(".csv") else read_workbook
    return read(sent.data, sent.name, store, graph=graph, texts=texts_of(store, texts))


def texts_of(store: GraphStore, folder: str) -> Texts | None:
    """The texts of documents, attached in ``folder``; None where there is no folder."""
    if not folder:
        return None
    kept = AttachedTexts(Path(folder))

    def find(document: URIRef) -> str | None:
        hashes = (str(o) for _, _, o, _ in store.triples(document, PG.sha256) if isinstance(o, Literal))
        found = (kept.find(sha256) for sha256 in hashes)
        return next((text.text for text in found if text is not None), None)

    return find


def _marked(sent: Sent, report: Report, lang: str) -> bytes:
    if sent.name.lower().endswith(".csv"):
        raise BadInput(
            "CSV 文件无法加标注。请在 Excel 或 WPS 中另存为 .xlsx 后再校验。",
            "A CSV file can't be marked. Save it as .xlsx in Excel or WPS and check that.",
        )
    from plangraph.spreadsheets import mark_workbook

    return mark_workbook(sent.data, report, lang=lang, name=sent.name)


# --- Where a spreadsheet is faulty ------------------------------------------------------------------------------------


def _shown(sent: Sent, report: Report) -> tuple[SheetShown, ...]:
    from plangraph.spreadsheets.grids import open_csv, open_workbook
    from plangraph.spreadsheets.tables import NOT_TABLES, read_tables

    faults: defaultdict[str, dict[str, Severity]] = defaultdict(dict)
    for result in report.results:
        if result.where and "cell" in result.where:
            cells, cell = faults[str(result.where["sheet"])], str(result.where["cell"])
            cells[cell] = min(cells.get(cell, result.severity), result.severity, key=SEVERITIES.index)
    if not faults:
        return ()
    opened = open_csv if sent.name.lower().endswith(".csv") else open_workbook
    grids = opened(sent.data, sent.name).sheets
    tables = {table.name: table for table in read_tables(grids).tables}
    return tuple(
        _sheet(grid, faults[grid.name], tables[grid.name].columns, tables[grid.name].head)
        for grid in grids
        if grid.name in faults and grid.name in tables and grid.name not in NOT_TABLES
    )


def _sheet(grid: Grid, faults: Mapping[str, Severity], columns: Mapping[int, Column], head: int) -> SheetShown:
    from plangraph.spreadsheets.grids import cell_name, used

    rows = dict(used(grid))
    numbers = sorted({int("".join(c for c in name if c.isdigit())) for name in faults})
    told = [number for number in numbers if number > head][:_MOST_ROWS]
    positions = _positions(columns, rows, told, faults)
    letters = tuple(
        (
            cell_name(n, 1)[:-1],
            "\n".join(columns[n].label[lang] for lang in ("zh", "en")) if n in columns else "",
        )
        for n in positions
    )
    shown = tuple(
        (
            number,
            tuple(
                CellShown(name := cell_name(n, number), _text(rows.get(number, {}).get(n)), faults.get(name))
                for n in positions
            ),
        )
        for number in told
    )
    return SheetShown(grid.name, letters, shown, len(numbers) - len(told))


def _positions(
    columns: Mapping[int, Column], rows: Mapping[int, Mapping[int, Any]], told: Iterable[int], faults: Mapping[str, Any]
) -> list[int]:
    """The columns that say something in the rows told, those with faults first in line where they are too many."""
    from plangraph.spreadsheets.grids import cell_name

    filled = {n for number in told for n in rows.get(number, {}) if n in columns}
    faulty = {n for number in told for n in columns if cell_name(n, number) in faults}
    own = {n for n in filled - faulty if columns[n].key in ("plangraph:digest", "plangraph:graph")}
    kept = [*sorted(faulty), *sorted(filled - faulty - own)][:_MOST_COLUMNS]
    return sorted(kept)


def _text(held: Any) -> str:
    if held is None:
        return ""
    if isinstance(held, float) and held.is_integer():
        held = int(held)
    text = held.isoformat()[:10] if hasattr(held, "isoformat") else str(getattr(held, "text", held))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
