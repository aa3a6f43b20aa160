"""Workbooks and CSV files as they were given: sheets of sparse cells, read under limits.

A workbook is a zip file of XML that somebody else made: how much it unpacks to is looked at before it is read, and
entities in its XML are refused (openpyxl does that with defusedxml). Macros and links to other files are left alone.
"""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser

from plangraph.errors import BadInput, PlangraphError, TooLarge

Value: TypeAlias = str | int | float | bool | date | datetime
"""What a cell can hold; an empty one is absent."""

MOST_UNPACKED: Final = 64 * 2**20
"""Bytes that the parts of a workbook may unpack to."""
MOST_CELLS: Final = 500_000
MOST_PARTS: Final = 2_000
_XML: Final = (".xml", ".rels", ".vml")
_DECLARES: Final = re.compile(b"<!(?:DOCTYPE|ENTITY)|<\0!\0[DE]\0[ON]\0|\0<\0!\0[DE]\0[ON]")
"""A document type, in UTF-8 or UTF-16: no spreadsheet program writes one."""
_OLE: Final = b"\xd0\xcf\x11\xe0"
_APOSTROPHES: Final = re.compile(r"'+[=+\-@\t\r]")
_FOREIGN: Final = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Formula:
    """A formula that nobody has computed a value for."""

    text: str


@dataclass(frozen=True)
class ErrorValue:
    """What a spreadsheet program writes where a formula can't be computed, e.g. ``#REF!``."""

    text: str


Held: TypeAlias = Value | Formula | ErrorValue


@dataclass(frozen=True)
class Grid:
    """One sheet: its rows that aren't empty, by number from 1, each with its cells by column from 1."""

    name: str
    rows: Mapping[int, Mapping[int, Held]] = field(repr=False)


@dataclass(frozen=True)
class Grids:
    """A file as read; ``macros`` says that it holds some, which are left alone."""

    sheets: tuple[Grid, ...]
    macros: bool = False


def cell_name(column: int, row: int) -> str:
    """``C7`` for column 3 and row 7."""
    return f"{get_column_letter(column)}{row}"


class _CellReader(ExcelReader):
    """openpyxl's reader without sheets that are charts, which it can't read without their drawings."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Leave it out."""


# --- Workbooks --------------------------------------------------------------------------------------------------------


def open_workbook(data: bytes, name: str) -> Grids:
    """The sheets of a workbook (.xlsx, .xlsm).

    Formulas count by the value that was last computed. Cells of a column that are merged all have the value of the
    first, in rows that hold something else. Raises ``BadInput`` for what isn't a workbook, ``TooLarge`` over a limit.
    """
    macros = check_archive(data, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parts of a workbook that openpyxl passes over don't matter here
        try:
            reader = _CellReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            reader.read()
            book = reader.wb
            sheets, count = [], 0
            for sheet in book.worksheets:
                grid = _read_sheet(book, sheet, name, count)
                count += sum(len(cells) for cells in grid.rows.values())
                sheets.append(grid)
        except (BadInput, MemoryError):
            raise
        except DefusedXmlException:
            raise _declares(name) from None
        except Exception as fault:  # openpyxl raises whatever its parts do
            raise _broken(name, str(fault) or type(fault).__name__) from None
    return Grids(tuple(sheets), macros)


def check_archive(data: bytes, name: str, *, workbook: bool = True) -> bool:
    """Whether a workbook, or another zip file, holds macros.

    Raises ``BadInput`` or ``TooLarge`` for what shouldn't be opened.
    """
    assert openpyxl.DEFUSEDXML, "defusedxml must be installed"
    if data[:4] == _OLE:
        raise BadInput(
            f"{name} 是旧版 .xls 文件，或设有打开密码。请去掉密码，另存为 .xlsx。",
            f"{name} is an old .xls file, or has a password. Take the password off and save it as .xlsx.",
        )
    if not data.startswith(b"PK"):
        raise BadInput(
            f"{name} 不是 .xlsx 工作簿。请用 Excel 或 WPS 另存为 .xlsx，或以 .csv 为扩展名上传。",
            f"{name} isn't an .xlsx workbook. Save it as .xlsx in Excel or WPS, or give it the ending .csv.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            _check_size(archive, parts, name)
    except PlangraphError:
        raise
    except Exception as fault:  # zipfile and what it rests on raise whatever bytes make them do
        raise _broken(name, str(fault)) from None
    if workbook and "xl/workbook.xml" not in names and "[content_types].xml" not in names:
        raise BadInput(
            f"{name} 是压缩文件，不是工作簿。请解压后上传其中的 .xlsx。",
            f"{name} is a zip file but no workbook. Unpack it and give the .xlsx in it.",
        )
    return any(part.endswith("vbaproject.bin") for part in names)


def _check_size(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], name: str) -> None:
    """Unpacks all parts and throws them away: the sizes that a zip file states needn't be true."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _too_large(name)
    unpacked = 0
    for part in parts:
        before = b""
        with archive.open(part) as stream:
            while block := stream.read(2**20):
                unpacked += len(block)
                if unpacked > MOST_UNPACKED:
                    raise _too_large(name)
                if _DECLARES.search(before + block) and part.filename.lower().endswith(_XML):
                    raise _declares(name)
                before = block[-24:]


def _declares(name: str) -> BadInput:
    return BadInput(
        f"{name} 的 XML 中含有实体声明，未读取。请用 Excel 或 WPS 打开后另存为 .xlsx。",
        f"{name} declares entities in its XML and wasn't read. Open it in Excel or WPS and save it as .xlsx.",
    )


def _too_large(name: str) -> TooLarge:
    return TooLarge(
        f"{name} 解压后过大（上限 {MOST_UNPACKED // 2**20} MB）。请删去多余的行、工作表和图片，或分成几个文件。",
        f"{name} unpacks to more than {MOST_UNPACKED // 2**20} MB. Take out rows, sheets and pictures that aren't "
        "needed, or split it.",
    )


def _broken(name: str, why: str) -> BadInput:
    why = why[:200]
    return BadInput(
        f"{name} 已损坏或不是工作簿，无法读取（{why}）。请用 Excel 或 WPS 打开并另存为 .xlsx。",
        f"{name} is damaged or no workbook and can't be read ({why}). Open it in Excel or WPS and save it as .xlsx.",
    )


def _read_sheet(book: Any, sheet: Any, name: str, already: int) -> Grid:
    """One sheet, streamed; openpyxl's own loop over rows would fill up the empty cells before a far one."""
    rows: dict[int, dict[int, Held]] = {}
    count = already
    percentages = _percentages(book)
    with sheet._get_source() as source:
        parser = _parser(book, sheet, source, values=True)
        for number, cells in parser.parse():
            held = {cell["column"]: value for cell in cells if (value := _held(cell, percentages)) is not None}
            if held:
                rows[number] = held
                count += len(held)
                if count > MOST_CELLS:
                    raise TooLarge(
                        f"{name} 的单元格超过 {MOST_CELLS:,} 个。请分成几个文件。",
                        f"{name} has more than {MOST_CELLS:,} cells. Split it.",
                    )
    for area in (parser.merged_cells.mergeCell if parser.merged_cells else ())[:10_000]:
        _spread(rows, area)
    _mark_formulas(book, sheet, rows)
    return Grid(sheet.title, rows)


def _parser(book: Any, sheet: Any, source: Any, *, values: bool) -> Any:
    return WorkSheetParser(
        source,
        sheet._shared_strings,
        data_only=values,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


def _percentages(book: Any) -> frozenset[int]:
    """The numbers of the styles that show a number as a percentage."""
    formats = {9, 10} | {164 + n for n, text in enumerate(book._number_formats) if "%" in text}
    return frozenset(n for n, style in enumerate(book._cell_styles) if style.numFmtId in formats)


def _held(cell: Mapping[str, Any], percentages: frozenset[int]) -> Held | None:
    value = cell["value"]
    if isinstance(value, str):
        if cell["data_type"] == "e":
            return ErrorValue(value)
        return value if value.strip() else None
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and cell["style_id"] in percentages:
        return _percentage(value)
    return value if isinstance(value, int | float | date) else None


def _percentage(value: int | float) -> str | float:
    """What a cell formatted as a percentage shows: 0.986 is 98.6%."""
    if not math.isfinite(value):
        return value
    text = f"{Decimal(repr(value)) * 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def _spread(rows: dict[int, dict[int, Held]], area: Any) -> None:
    value = rows.get(area.min_row, {}).get(area.min_col)
    if value is None or area.min_col != area.max_col:
        return
    for number in range(area.min_row + 1, min(area.max_row, area.min_row + 10_000) + 1):
        if number in rows:
            rows[number].setdefault(area.min_col, value)


def _mark_formulas(book: Any, sheet: Any, rows: dict[int, dict[int, Held]]) -> None:
    """Puts in the formulas that have no value; a second reading, for few sheets have any formula."""
    with sheet._get_source() as source:
        before = b""
        while block := source.read(2**20):
            if b"<f>" in before + block or b"<f " in before + block or b":f>" in before + block:
                break
            before = block[-3:]
        else:
            return
    with sheet._get_source() as source:
        parser = _parser(book, sheet, source, values=False)
        for number, cells in parser.parse():
            for cell in cells:
                if cell["data_type"] == "f" and cell["column"] not in rows.get(number, {}):
                    rows.setdefault(number, {})[cell["column"]] = Formula(str(cell["value"])[:80])


# --- CSV --------------------------------------------------------------------------------------------------------------


def open_csv(data: bytes, name: str) -> Grids:
    """A CSV file as one sheet named after it: UTF-8 or GB 18030, with commas, semicolons or tabs.

    Raises ``BadInput`` where it is neither, ``TooLarge`` over the limit of cells.
    """
    text = _decoded(data, name)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows: dict[int, dict[int, Held]] = {}
    count = 0
    csv.field_size_limit(2**24)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, record in enumerate(reader, 1):
            held: dict[int, Held] = {n: unguarded(v) for n, v in enumerate(record, 1) if v.strip()}
            if held:
                rows[number] = held
            count += len(held)
            if count > MOST_CELLS:
                raise TooLarge(
                    f"{name} 的单元格超过 {MOST_CELLS:,} 个。请分成几个文件。",
                    f"{name} has more than {MOST_CELLS:,} cells. Split it.",
                )
    except csv.Error as fault:
        raise BadInput(f"{name} 不是 CSV：{fault}。", f"{name} isn't CSV: {fault}.") from None
    title = re.split(r"[/\\]", name)[-1].removesuffix(".csv")
    return Grids((Grid(title, rows),))


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        f"{name} 不是文本，或编码不是 UTF-8、GB 18030。请在 Excel 或 WPS 中另存为“CSV UTF-8”。",
        f"{name} isn't text in UTF-8 or GB 18030. Save it as “CSV UTF-8” in Excel or WPS.",
    )


def guarded(text: str) -> str:
    """Text for a CSV cell that no spreadsheet program takes for a formula; ``unguarded`` gives it back."""
    return "'" + text if _FOREIGN.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that ``guarded`` was given."""
    return text[1:] if _APOSTROPHES.match(text) else text


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    return text[:1] in ("=", "+", "-", "@", "\t", "\r")


def used(grid: Grid) -> Iterator[tuple[int, Mapping[int, Held]]]:
    """The rows in order."""
    yield from sorted(grid.rows.items())
