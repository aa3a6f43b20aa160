"""Workbooks to write: headings, help, drop-downs, colours; the same for templates and for exports."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from plangraph.namespaces import compact
from plangraph.spreadsheets.columns import DIGEST_KEY, GRAPH_KEY, ID_KEY, NOTE_KEY, SOURCE_KEY, SOURCE_LINK, Column
from plangraph.spreadsheets.grids import Value, is_formula_like
from plangraph.spreadsheets.layout import EITHER, Laid, help_of, prompt_of
from plangraph.spreadsheets.naming import Names
from plangraph.spreadsheets.tables import LISTS_SHEET, META_SHEET, README_SHEET

FONT: Final = "Microsoft YaHei"
INK, QUIET, LINE = "1F2933", "7B8794", "D9E2EC"
REQUIRED, OPTIONAL, AUTOMATIC = "0B5563", "CFE8EC", "E8ECF0"
EMPTY, CONTRARY, EXAMPLE = "FFF3CD", "F8D7DA", "F7F9FA"
HEAD_ROW, HELP_ROW = 1, 2
_SPARE_ROWS: Final = 1000
_OWN: Final = frozenset({ID_KEY, NOTE_KEY, GRAPH_KEY, DIGEST_KEY})
_MOST_CHOICES: Final = 5_000
_WIDTHS: Final = {"link": 24, "text": 26, "decimal": 13, "integer": 10, "date": 15, "own": 19}


@dataclass(frozen=True)
class Sheet:
    """One sheet to write: its title, class, columns, and its rows by column key.

    ``example`` is a row that reading skips. ``mark`` is the technical key that says what the sheet holds.
    """

    title: str
    cls: str
    columns: Sequence[Laid]
    rows: Sequence[Mapping[str, Value]] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    mark: str = ID_KEY


class Builder:
    """A workbook in the making."""

    def __init__(self, names: Names, lang: str, meta: Mapping[str, str]) -> None:
        self._names, self._lang = names, lang
        self.book = Workbook()
        self._readme = self.book.active
        assert self._readme is not None
        self._readme.title = README_SHEET
        self._lists: dict[tuple[Any, ...], tuple[str, int]] = {}
        self._list_sheet: Any = None
        self._meta = meta

    def readme(self, lines: Sequence[tuple[str, str]]) -> None:
        """Fill the first sheet: a style (``title``, ``head``, ``text``, or a colour) and a text for each line."""
        sheet: Any = self._readme
        sheet.sheet_view.showGridLines = False
        sheet.column_dimensions["A"].width = 3
        sheet.column_dimensions["B"].width = 110
        for number, (style, text) in enumerate(lines, 2):
            cell = sheet.cell(number, 2, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(name=FONT, size=10.5, color=INK)
            if style == "title":
                cell.font = Font(name=FONT, size=18, bold=True, color=REQUIRED)
            elif style == "head":
                cell.font = Font(name=FONT, size=12, bold=True, color=REQUIRED)
            elif style != "text":
                sheet.cell(number, 1).fill = _fill(style)
            breaks = sum(1 + _width(part) // 104 for part in text.split("\n"))
            sheet.row_dimensions[number].height = (28 if style == "title" else 17) * max(1, breaks)

    def add(self, spec: Sheet) -> None:
        """Add a sheet."""
        sheet: Any = self.book.create_sheet(spec.title)
        laid = list(spec.columns)
        for n, one in enumerate(laid, 1):
            self._head(sheet, n, one, spec)
        first = HELP_ROW + 1
        if spec.example:
            self._example(sheet, first, laid, spec.example)
            first += 1
        self._technical(sheet, first, laid, spec)
        first += 1
        for number, row in enumerate(spec.rows, first):
            for n, one in enumerate(laid, 1):
                value = row.get(one.column.key)
                if value is not None:
                    put(sheet.cell(number, n), value)
        last = first + len(spec.rows) + _SPARE_ROWS
        sheet.freeze_panes = sheet.cell(HELP_ROW + 1, 3 if len(laid) > 3 else 1)
        sheet.sheet_properties.tabColor = REQUIRED
        if spec.cls:
            self._validations(sheet, laid, first, last)
            _formats(sheet, laid, first, last)

    def _head(self, sheet: Any, n: int, one: Laid, spec: Sheet) -> None:
        column = one.column
        required = column.required and not one.automatic
        cell = sheet.cell(HEAD_ROW, n, f"{column.label['zh']}\n{column.label['en']}")
        required = required or column.key in EITHER
        fill = REQUIRED if required else AUTOMATIC if one.automatic or column.key in _OWN else OPTIONAL
        cell.fill = _fill(fill)
        cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF" if required else INK)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.border = Border(bottom=Side(style="medium", color=REQUIRED), right=Side(style="thin", color="FFFFFF"))
        told = help_of(one) if spec.cls else dict(column.help)
        text = "说明 / Help" if column.key == NOTE_KEY else "\n".join(filter(None, (told.get("zh"), told.get("en"))))
        note = sheet.cell(HELP_ROW, n, text)
        note.font = Font(name=FONT, size=8, color=QUIET)
        note.alignment = Alignment(wrap_text=True, vertical="top")
        note.border = Border(bottom=Side(style="thin", color=LINE))
        dimension = sheet.column_dimensions[get_column_letter(n)]
        dimension.width = 13 if column.key == NOTE_KEY else _WIDTHS[column.form] + (6 if column.lang else 0)
        sheet.row_dimensions[HEAD_ROW].height = 42
        sheet.row_dimensions[HELP_ROW].height = 80
        if column.form == "date":
            dimension.number_format = "yyyy-mm-dd"
        elif column.form in ("text", "own") and column.key not in ("plangraph:period",):
            dimension.number_format = "@"
        dimension.alignment = Alignment(wrap_text=True, vertical="top")
        dimension.font = Font(name=FONT, size=10, color=INK)
        if column.key == DIGEST_KEY:
            dimension.hidden = True
        elif not one.shown:
            dimension.outlineLevel = 1
            dimension.hidden = True

    def _example(self, sheet: Any, number: int, laid: Sequence[Laid], example: Mapping[str, str]) -> None:
        for n, one in enumerate(laid, 1):
            key = one.column.key
            text = "示例，不读入\nExample, not read" if key == NOTE_KEY else example.get(key)
            cell = sheet.cell(number, n)
            if text:
                put(cell, text)
            cell.fill = _fill(EXAMPLE)
            cell.font = Font(name=FONT, size=9, italic=True, color=QUIET)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(bottom=Side(style="thin", color=LINE))
        sheet.row_dimensions[number].height = 42

    def _technical(self, sheet: Any, number: int, laid: Sequence[Laid], spec: Sheet) -> None:
        for n, one in enumerate(laid, 1):
            key = one.column.key
            sheet.cell(number, n, technical_key(key, spec.cls) if spec.mark == ID_KEY else key)
        sheet.row_dimensions[number].hidden = True

    # --- Drop-downs

    def _validations(self, sheet: Any, laid: Sequence[Laid], first: int, last: int) -> None:
        for n, one in enumerate(laid, 1):
            rule = self._validation(one.column, first, get_column_letter(n))
            prompt = prompt_of(one.column)
            if prompt:
                rule.promptTitle = f"{one.column.label['zh']} {one.column.label['en']}"[:32]
                rule.prompt = prompt
                rule.showInputMessage = True
            letter = get_column_letter(n)
            rule.add(f"{letter}{first}:{letter}{last}")
            if prompt or rule.type:
                sheet.add_data_validation(rule)

    def _validation(self, column: Column, first: int, letter: str) -> Any:
        if column.key == SOURCE_KEY:
            column = SOURCE_LINK
        if column.form == "link":
            named = self._list(column)
            if named is not None:
                rule = DataValidation(type="list", formula1=named, allow_blank=True)
                _told(rule, "列表中没有这个名称。新事物请先在它自己的工作表中添加。",
                      "The list doesn't have this name. Add something new on its own sheet first.")  # fmt: skip
                rule.showErrorMessage = column.single
                return rule
        elif column.form in ("decimal", "integer"):
            # Text such as 2万 is read too, so that a number isn't insisted on.
            rule = DataValidation(type="custom", formula1=f"OR(ISNUMBER({letter}{first}),ISTEXT({letter}{first}))")
            if column.form == "integer":
                rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
            _told(rule, "请填数字。", "Write a number.")
            return rule
        elif column.form == "date":
            cell = f"{letter}{first}"
            rule = DataValidation(
                type="custom", formula1=f"OR(ISNUMBER({cell}),ISNUMBER(VALUE(LEFT({cell},4))))", allow_blank=True
            )
            _told(rule, "请填日期，如 2023-12-31 或 2023年12月。", "Write a date, as in 2023-12-31 or 2023-12.")
            return rule
        return DataValidation(allow_blank=True)

    def _list(self, column: Column) -> str | None:
        """The defined name of the list of what a column takes; None where it takes anything."""
        key = (column.classes, column.schemes)
        if key not in self._lists:
            texts = [self._names.name(iri, column, self._lang) for iri in self._names.choices(column)][:_MOST_CHOICES]
            if not column.classes and not column.schemes:
                return None
            if self._list_sheet is None:
                self._list_sheet = self.book.create_sheet(LISTS_SHEET)
                self._list_sheet.sheet_state = "hidden"
            number = len(self._lists) + 1
            for row, text in enumerate(texts, 1):
                put(self._list_sheet.cell(row, number), text)
            letter = get_column_letter(number)
            name = f"pg_list_{number}"
            # With room below, so that names can be added.
            reference = f"'{LISTS_SHEET}'!${letter}$1:${letter}${max(len(texts), 1)}"
            self.book.defined_names[name] = DefinedName(name, attr_text=reference)
            self._lists[key] = (name, len(texts))
        name, count = self._lists[key]
        return name if count else None

    def save(self) -> bytes:
        """The workbook as a file."""
        meta: Any = self.book.create_sheet(META_SHEET)
        meta.sheet_state = "hidden"
        for row, (key, value) in enumerate({"format": "1", **self._meta}.items(), 1):
            meta.cell(row, 1, key)
            meta.cell(row, 2, value)
        if self._list_sheet is not None:
            self.book.move_sheet(self._list_sheet, len(self.book.sheetnames))
        self.book.properties.creator = "plangraph"
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def technical_key(key: str, cls: str) -> str:
    """The key that stands in a sheet; that of the identifier names the sheet's class too."""
    if key != ID_KEY:
        return key
    short = compact(cls)
    return f"{ID_KEY} {f'<{cls}>' if short == cls else short}"


def put(cell: Any, value: Value) -> None:
    """Write a value; text that could be taken for a formula is written as text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        if is_formula_like(value):
            cell.quotePrefix = True
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"


def _told(rule: Any, zh: str, en: str) -> None:
    rule.errorStyle = "warning"
    rule.errorTitle = "请核对 / Check"
    rule.error = f"{zh}\n{en}"
    rule.showErrorMessage = True
    rule.allow_blank = True


def _formats(sheet: Any, laid: Sequence[Laid], first: int, last: int) -> None:
    """Tints: what is missing in a row that was started, an end before its start."""
    letters = {one.column.key: get_column_letter(n) for n, one in enumerate(laid, 1)}
    content = [letters[one.column.key] for one in laid if one.column.key not in (NOTE_KEY, GRAPH_KEY, DIGEST_KEY)]
    started = f"COUNTA(${content[0]}{first}:${content[-1]}{first})>0"
    for one in laid:
        letter = letters[one.column.key]
        empty = f"LEN(TRIM({letter}{first}))=0"
        if one.column.key == "pg:asPrinted^^xsd:string" and (other := letters.get("pg:value^^xsd:decimal")):
            empty += f",LEN(TRIM(${other}{first}))=0"
        elif not one.column.required or one.automatic:
            continue
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _tint(f"AND({started},{empty})", EMPTY))
    begin, end = letters.get("pg:periodStart^^xsd:date"), letters.get("pg:periodEnd^^xsd:date")
    due = letters.get("pg:dueBy^^xsd:date")
    for start, stop in ((begin, end), (begin, due)):
        if start and stop:
            wrong = f"AND(ISNUMBER(${start}{first}),ISNUMBER(${stop}{first}),${stop}{first}<${start}{first})"
            for letter in (start, stop):
                sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _tint(wrong, CONTRARY))


def _tint(formula: str, colour: str) -> Rule:
    return Rule(type="expression", formula=[formula], dxf=DifferentialStyle(fill=_fill(colour)))


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
