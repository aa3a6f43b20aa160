"""One cell: its text to RDF terms, and terms to a cell that reads back as exactly the same."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from plangraph.quantities import read_quantity
from plangraph.spreadsheets.columns import Column
from plangraph.spreadsheets.dates import read_period
from plangraph.spreadsheets.grids import ErrorValue, Formula, Held, Value
from plangraph.spreadsheets.naming import Ambiguous, Misplaced, Names
from plangraph.store.base import Term

LONGEST: Final = 32_767
"""Characters that a cell can hold."""
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_INVISIBLE: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SERIALS: Final = range(20_000, 80_000)
"""Numbers that are days as spreadsheet programs count them: 1954 to 2119."""
_MOST_DIGITS: Final = 300


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: which rule it breaks, and its message and advice by language."""

    rule: str
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""
    warning: bool = False


Parsed: TypeAlias = tuple[list[Term], list[Fault]]


def parse(held: Held, column: Column, names: Names) -> Parsed:
    """The terms that a cell of ``column`` states, and what is wrong with it."""
    if isinstance(held, Formula):
        return [], [
            Fault("formula", f"公式“{held.text}”没有计算结果。", f"The formula “{held.text}” has no computed value.",
                  "请在 Excel 或 WPS 中打开并保存一次，或直接填写数值。",
                  "Open and save the file in Excel or WPS, or type the value.")
        ]  # fmt: skip
    if isinstance(held, ErrorValue):
        return [], [
            Fault("error-value", f"单元格的值是错误“{held.text}”。", f"The cell holds the error “{held.text}”.",
                  "请改正公式或日期，或直接填写数值。", "Mend the formula or the date, or type the value.")
        ]  # fmt: skip
    if isinstance(held, float) and not math.isfinite(held):
        return [], [_not_number(str(held))]
    if isinstance(held, str) and len(held) > LONGEST:
        return [], [
            Fault("too-long", f"文字超过 {LONGEST:,} 字。", f"The text has more than {LONGEST:,} characters.",
                  "请缩短。", "Make it shorter.")
        ]  # fmt: skip
    return _PARSERS[column.form](held, column, names)


def _parse_links(held: Value, column: Column, names: Names) -> Parsed:
    text = text_of(held).strip()
    faults: list[Fault] = []
    if "\n" not in text:
        whole, faults = _link(text, column, names)
        if whole is not None:
            return [whole], []
    pieces = [piece.strip() for piece in re.split(r"[\n；;]", text) if piece.strip()]
    if len(pieces) < 2:
        return [], faults
    found: list[Term] = []
    faults = []
    for piece in pieces:
        one, wrong = _link(piece, column, names)
        found += [one] if one is not None else []
        faults += wrong
    return found, faults


def _link(text: str, column: Column, names: Names) -> tuple[URIRef | None, list[Fault]]:
    found = names.find(text, column)
    if isinstance(found, URIRef):
        return found, []
    shown = text if len(text) <= 60 else text[:60] + "…"
    if isinstance(found, Ambiguous):
        listed = "；".join(found.candidates[:5])
        return None, [
            Fault("ambiguous-label", f"“{shown}”有 {len(found.candidates)} 个同名事物，不知指哪一个。",
                  f"“{shown}” is the name of {len(found.candidates)} things; which one is meant isn't clear.",
                  f"请改填其中一个：{listed}", f"Write one of these: {listed}")
        ]  # fmt: skip
    if isinstance(found, Misplaced):
        zh, en = (", ".join(names.label(cls, lang) for cls in found.types) for lang in ("zh", "en"))
        want_zh, want_en = ("、".join(names.label(cls, lang) for cls in column.classes) for lang in ("zh", "en"))
        return None, [
            Fault("other-class", f"“{shown}”是{zh}，此列要填{want_zh}。",
                  f"“{shown}” is of the class {en}; this column takes {want_en}.",
                  "请从下拉列表中选择。", "Choose from the list.")
        ]  # fmt: skip
    listed = "；".join(names.suggestions(text, column))
    return None, [
        Fault("unknown-label", f"没有名为“{shown}”的事物。", f"Nothing is called “{shown}”.",
              f"是否指：{listed}？" if listed else "请核对名称；新事物请先在它自己的工作表中添加一行。",
              f"Did you mean: {listed}?" if listed else "Check the name; add something new on its own sheet first.")
    ]  # fmt: skip


def _parse_text(held: Value, column: Column, names: Names) -> Parsed:
    text = text_of(held)
    if column.datatype is None and column.lang is None:
        return [], []
    if _INVISIBLE.search(text):
        return [], [
            Fault("hidden-direction", "文字中有改变书写方向的不可见字符。",
                  "The text has invisible characters that change the direction of writing.",
                  "请删去原文字后重新键入。", "Delete the text and type it again.")
        ]  # fmt: skip
    pieces = [text] if column.single or not _splits(column) else text.split("\n")
    typed = None if column.datatype == XSD.string else column.datatype
    return [
        Literal(piece.strip(), lang=column.lang) if column.lang else Literal(piece.strip(), datatype=typed)
        for piece in pieces
        if piece.strip()
    ], []


def _splits(column: Column) -> bool:
    return column.form == "text"


def text_of(held: Value) -> str:
    """What a cell holds, as text without exponents: 0.00002 and not 2e-05."""
    if isinstance(held, datetime):
        return held.date().isoformat() if held.time() == datetime.min.time() else held.isoformat(sep=" ")
    if isinstance(held, date):
        return held.isoformat()
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, float):
        return _plain(Decimal(repr(held)))
    return str(held)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def _not_number(text: str) -> Fault:
    shown = text if len(text) <= 60 else text[:60] + "…"
    return Fault(
        "not-a-number", f"“{shown}”不是数。", f"“{shown}” isn't a number.",
        "请只填数字，如 31.94；带单位的写在“印刷数字”列。",
        "Write digits only, as in 31.94; a figure with its unit goes into the column “as printed”.",
    )  # fmt: skip


def read_number(held: Held) -> Decimal | None:
    """The number in a cell, multiplied out (2万 → 20000); None where it holds none."""
    if isinstance(held, bool | Formula | ErrorValue | date):
        return None
    if isinstance(held, int | float):
        number = Decimal(repr(held)) if isinstance(held, float) else Decimal(held)
        return number if number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS else None
    text = unicodedata.normalize("NFKC", held).replace("\u2212", "-").strip().removesuffix("%")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if len(text) > _MOST_DIGITS:
        return None
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    try:
        read = read_quantity(text) if text[-1:] in "万亿" else None
    except Exception:  # it isn't a figure at all
        return None
    return read.value if read is not None and not read.unit and read.comparator == "eq" else None


def _parse_decimal(held: Value, column: Column, names: Names) -> Parsed:
    if isinstance(held, str) and _DECIMAL.fullmatch(held.strip()) and len(held) <= _MOST_DIGITS:
        return [Literal(held.strip(), datatype=XSD.decimal, normalize=False)], []
    number = read_number(held)
    if number is None:
        return _several(held, column, names, _parse_decimal) or ([], [_not_number(text_of(held))])
    return [Literal(_plain(number), datatype=XSD.decimal, normalize=False)], []


def _parse_integer(held: Value, column: Column, names: Names) -> Parsed:
    if isinstance(held, str) and _INTEGER.fullmatch(held.strip()) and len(held) <= _MOST_DIGITS:
        return [Literal(held.strip(), datatype=XSD.integer, normalize=False)], []
    number = read_number(held)
    if number is None or number != number.to_integral_value():
        return _several(held, column, names, _parse_integer) or ([], [_not_number(text_of(held))])
    return [Literal(str(int(number)), datatype=XSD.integer, normalize=False)], []


def _parse_date(held: Value, column: Column, names: Names) -> Parsed:
    day = read_day(held, first=str(column.predicate).lower().endswith("start"))
    if day is None:
        many = _several(held, column, names, _parse_date)
        shown = text_of(held)[:60]
        return many or (
            [],
            [
                Fault("not-a-date", f"“{shown}”不是日期。", f"“{shown}” isn't a date.",
                      "请填 2023-12-31、2023年12月或 2023年。", "Write 2023-12-31, 2023-12 or 2023.")
            ],
        )  # fmt: skip
    return [Literal(day.isoformat(), datatype=XSD.date, normalize=False)], []


def read_day(held: Held, *, first: bool) -> date | None:
    """The day in a cell; of a month or a year the first or the last day."""
    if isinstance(held, datetime):
        return held.date()
    if isinstance(held, date):
        return held
    if isinstance(held, int | float) and not isinstance(held, bool):
        if int(held) == held and int(held) in _SERIALS:
            return date(1899, 12, 30) + timedelta(days=int(held))
        held = _plain(Decimal(repr(held))) if math.isfinite(held) else ""
    if not isinstance(held, str):
        return None
    if _ISO_DAY.fullmatch(held.strip()):
        try:
            return date.fromisoformat(held.strip())
        except ValueError:
            return None
    period = read_period(held.strip())
    if period is None:
        return None
    return period[0] if first else period[1]


def _several(held: Value, column: Column, names: Names, one: Callable[..., Parsed]) -> Parsed | None:
    """The values of a cell with a value on each line, where all of them can be read."""
    if column.single or not isinstance(held, str) or "\n" not in held.strip():
        return None
    read = [one(piece, column, names) for piece in held.split("\n") if piece.strip()]
    return None if any(faults for _, faults in read) else ([term for terms, _ in read for term in terms], [])


def _parse_own(held: Value, column: Column, names: Names) -> Parsed:
    return [], []


_PARSERS: Final[dict[str, Callable[[Value, Column, Names], Parsed]]] = {
    "link": _parse_links,
    "text": _parse_text,
    "decimal": _parse_decimal,
    "integer": _parse_integer,
    "date": _parse_date,
    "own": _parse_own,
}


# --- From terms to cells ----------------------------------------------------------------------------------------------


def render(terms: Sequence[Term], column: Column, names: Names, lang: str) -> tuple[Value | None, list[Term]]:
    """A cell for some values of one property, and those of them that it holds: what can't stand there is left out."""
    ordered = sorted(set(terms), key=lambda term: (str(term), getattr(term, "language", None) or ""))
    pieces = [(piece, term) for term in ordered if (piece := _piece(term, column, names, lang)) is not None]
    if column.single:
        pieces = pieces[:1] if len(ordered) == 1 else []
    while pieces:
        value: Value = pieces[0][0] if len(pieces) == 1 else "\n".join(text_of(piece) for piece, _ in pieces)
        kept = [term for _, term in pieces]
        if not isinstance(value, str) or len(value) <= LONGEST:
            found, faults = parse(value, column, names)
            if not faults and set(map(_exact, found)) == set(map(_exact, kept)):
                return value, kept
        pieces = pieces[:-1]
    return None, []


def _exact(term: Term) -> str:
    return term.n3() if not isinstance(term, Literal) else f"{term!r}^^{term.datatype}@{term.language}"


def _piece(term: Term, column: Column, names: Names, lang: str) -> Value | None:
    if isinstance(term, URIRef):
        text: Value = names.name(str(term), column, lang) if column.form == "link" else ""
    elif isinstance(term, Literal) and column.form != "link":
        text = _native(term, column)
    else:
        return None
    if isinstance(text, str) and (not text.strip() or _UNWRITABLE.search(text)):
        return None
    found, faults = parse(text, column, names)
    return text if not faults and [_exact(one) for one in found] == [_exact(term)] else None


def _native(term: Literal, column: Column) -> Value:
    text = str(term)
    if column.form == "date" and _ISO_DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return day if day >= date(1900, 3, 1) else text
    if column.form in ("decimal", "integer") and _DECIMAL.fullmatch(text) and len(text) <= 15:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if _plain(number) == text:
            return int(number) if number == number.to_integral_value() else float(number)
    return text


def is_writable(text: str) -> bool:
    """Whether a cell holds the text as it is, and gives it back so."""
    return not _UNWRITABLE.search(text) and text == text.strip() and bool(text) and len(text) <= LONGEST
