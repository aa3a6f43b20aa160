"""A copy of somebody's workbook with its faults shown: cells filled and commented, and a sheet that lists them."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import coordinate_to_tuple
from openpyxl.utils.exceptions import InvalidFileException

from plangraph.errors import BadInput
from plangraph.namespaces import compact
from plangraph.ontology import vocabulary
from plangraph.reports import Report, Result, Severity
from plangraph.spreadsheets.building import FONT, REQUIRED
from plangraph.spreadsheets.cells import is_writable
from plangraph.spreadsheets.grids import check_archive, is_formula_like
from plangraph.spreadsheets.tables import PROBLEMS_SHEET, README_SHEET

COLOURS: Final[dict[Severity, str]] = {"violation": "F5A3A3", "warning": "FFD98A", "info": "B8DCF2"}
_SIGNATURE: Final = "plangraph"
_NAMES: Final = {
    "zh": {"violation": "错误", "warning": "提醒", "info": "提示"},
    "en": {"violation": "error", "warning": "warning", "info": "note"},
}
_HEADS: Final = {
    "zh": ("程度", "位置", "事物", "属性", "问题", "怎样改"),
    "en": ("severity", "where", "thing", "property", "problem", "what to do"),
}
_WIDTHS: Final = (10, 18, 34, 20, 70, 60)
_ORDER: Final[tuple[Severity, ...]] = ("violation", "warning", "info")
_MOST_LISTED: Final = 5_000


def mark_workbook(data: bytes, report: Report, *, lang: str = "zh", name: str = "workbook.xlsx") -> bytes:
    """The workbook with the report's results in it: each faulty cell is filled and has a comment, all are listed.

    Marks from an earlier time are taken off first; the user's own fills and comments stay. Formulas stay, without the
    values computed for them. Raises as ``open_workbook`` does.
    """
    macros = check_archive(data, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=False, keep_links=True)
        except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as fault:
            raise BadInput(
                f"{name} 无法读取：{fault}。请用 Excel 或 WPS 另存为 .xlsx。",
                f"{name} can't be read: {fault}. Save it as .xlsx in Excel or WPS.",
            ) from None
        _unmark(book)
        _mark_cells(book, report, lang)
        _list_problems(book, report, lang, macros)
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()


def _unmark(book: Any) -> None:
    """Takes off what an earlier marking put on: it left the old fills in the hidden columns of its list."""
    if PROBLEMS_SHEET in book.sheetnames:
        listed = book[PROBLEMS_SHEET]
        for row in listed.iter_rows(min_row=2, min_col=8, max_col=11, values_only=True):
            sheet, cell, fill, comment = (*row, None, None, None, None)[:4]
            if sheet in book.sheetnames and cell:
                target = book[sheet][cell]
                target.fill = _fill(str(fill)) if fill else PatternFill()
                target.comment = Comment(str(comment), "") if comment else None
        del book[PROBLEMS_SHEET]
    for sheet in book.worksheets:
        # Not by rows and columns: one cell in the last of both would make 17 thousand million to look at.
        for cell in list(sheet._cells.values()):
            if not isinstance(cell, MergedCell) and cell.comment is not None and cell.comment.author == _SIGNATURE:
                cell.comment = None


def _by_cell(report: Report) -> dict[tuple[str, str], list[Result]]:
    found: defaultdict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in report.results:
        if result.where and result.where.get("cell"):
            found[str(result.where["sheet"]), str(result.where["cell"])].append(result)
    return found


def _mark_cells(book: Any, report: Report, lang: str) -> None:
    marked: list[tuple[str, str, str, str]] = []
    for (title, place), results in _by_cell(report).items():
        if title not in book.sheetnames:
            continue
        cell = _top_left(book[title], place)
        old = cell.fill.start_color.rgb if cell.fill.fill_type == "solid" else ""
        note = cell.comment.text if cell.comment is not None else ""
        marked.append((title, cell.coordinate, old if isinstance(old, str) else "", note))
        worst = min((result.severity for result in results), key=_ORDER.index)
        cell.fill = _fill(COLOURS[worst])
        told = list(dict.fromkeys(_told(result, lang) for result in results))
        text = "\n\n".join([*([note] if note else []), *told])[:4000]
        comment = Comment(text, _SIGNATURE)
        comment.width, comment.height = 360, min(60 + 18 * (text.count("\n") + len(text) // 24), 420)
        cell.comment = comment
    book.create_sheet(PROBLEMS_SHEET, 1 if README_SHEET in book.sheetnames else 0)
    for number, row in enumerate(marked, 2):
        for column, value in enumerate(row, 8):
            _put(book[PROBLEMS_SHEET].cell(number, column), value)


def _top_left(sheet: Any, place: str) -> Any:
    """The cell itself, or the first of the merged ones that it belongs to."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        row, column = coordinate_to_tuple(place)
        for area in sheet.merged_cells.ranges:
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def _told(result: Result, lang: str) -> str:
    names = _NAMES["zh" if lang == "zh" else "en"]
    message = result.message.get(lang) or next(iter(result.message.values()))
    fix = result.fix.get(lang)
    bracketed = f"【{names[result.severity]}】" if lang == "zh" else f"[{names[result.severity]}] "
    return f"{bracketed}{message}" + (f"\n→ {fix}" if fix else "")


def _list_problems(book: Any, report: Report, lang: str, macros: bool) -> None:
    sheet = book[PROBLEMS_SHEET]
    for n, (head, width) in enumerate(zip(_HEADS["zh" if lang == "zh" else "en"], _WIDTHS, strict=True), 1):
        cell = sheet.cell(1, n, head)
        cell.font = Font(name=FONT, bold=True, color="FFFFFF")
        cell.fill = _fill(REQUIRED)
        sheet.column_dimensions[cell.column_letter].width = width
    results = sorted(report.results, key=lambda result: _ORDER.index(result.severity))
    for number, result in enumerate(results[:_MOST_LISTED], 2):
        _problem(sheet, number, result, lang)
    left = len(results) - _MOST_LISTED
    if left > 0:
        told = f"另有 {left} 处未列出。" if lang == "zh" else f"{left} more aren't listed."
        _put(sheet.cell(_MOST_LISTED + 2, 5), told)
    if not results:
        _put(sheet.cell(2, 5), "没有发现问题。" if lang == "zh" else "Nothing is wrong.")
    for letter in "HIJK":
        sheet.column_dimensions[letter].hidden = True
    sheet.freeze_panes = "A2"
    sheet.sheet_properties.tabColor = "C0392B"
    sheet.auto_filter.ref = f"A1:F{min(len(results), _MOST_LISTED) + 1}"


def _problem(sheet: Any, number: int, result: Result, lang: str) -> None:
    where = result.where or {}
    title, place = str(where.get("sheet", "")), str(where.get("cell", ""))
    label = (
        result.focus_label.get(lang) or next(iter(result.focus_label.values()), "") or compact(str(result.focus_node))
    )
    path = vocabulary().label(result.path, lang) if result.path and result.path[:1] not in "<^(!" else ""
    message = result.message.get(lang) or next(iter(result.message.values()))
    texts = (
        _NAMES["zh" if lang == "zh" else "en"][result.severity], f"{title} {place}".strip(), label, path, message,
        result.fix.get(lang, ""),
    )  # fmt: skip
    for n, text in enumerate(texts, 1):
        cell = sheet.cell(number, n)
        _put(cell, text)
        cell.font = Font(name=FONT, size=10)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(number, 1).fill = _fill(COLOURS[result.severity])
    if title and place:
        link = sheet.cell(number, 2)
        link.hyperlink = f"#'{title.replace(chr(39), chr(39) * 2)}'!{place}"
        link.font = Font(name=FONT, size=10, underline="single", color="0563C1")


def _put(cell: Any, text: str) -> None:
    cell.value = text if is_writable(text) or not text else "".join(c for c in text if c == "\n" or c >= " ")[:32_000]
    if text:
        cell.data_type = "s"
    if is_formula_like(text):
        cell.quotePrefix = True


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)
