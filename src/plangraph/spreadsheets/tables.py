"""Which sheet holds what: its class, and the property of each of its columns."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib.namespace import RDF

from plangraph.namespaces import PREFIXES
from plangraph.ontology import vocabulary
from plangraph.spreadsheets.columns import (
    ID_KEY,
    NOTE_KEY,
    OWN_COLUMNS,
    Column,
    column_of,
    shape_columns,
    sheet_classes,
)
from plangraph.spreadsheets.grids import Grid, Held, used
from plangraph.spreadsheets.naming import fold

META_SHEET: Final = "_plangraph"
LISTS_SHEET: Final = "_lists"
README_SHEET: Final = "说明 Read me"
PROBLEMS_SHEET: Final = "问题 Problems"
STATEMENTS_SHEET: Final = {"zh": "其他陈述", "en": "Other statements"}
NOT_TABLES: Final = frozenset({META_SHEET, LISTS_SHEET, README_SHEET, PROBLEMS_SHEET})

STATEMENT_KEY: Final = "plangraph:subject"
"""Marks the sheet whose rows are single statements."""
STATEMENT_KEYS: Final = (
    STATEMENT_KEY, "plangraph:property", "plangraph:value", "plangraph:kind", "plangraph:graph", "plangraph:digest",
)  # fmt: skip
MORE_KEY: Final = "plangraph:more"
"""Columns in which a text goes on that is too long for one cell."""

_HEAD_ROWS: Final = 20
_BRACKETED: Final = re.compile(r"\[([^\[\]]+)\]\s*$")
_NOT_DATA: Final = ("示例", "说明", "example", "help")


@dataclass(frozen=True)
class Table:
    """One sheet of things: the rows after the headings, without examples and help.

    ``cls`` is the class of its things, empty for the sheet of single statements. ``unknown`` are headings of columns
    that can't be read, by column, with the nearest heading that could be.
    """

    name: str
    cls: str
    columns: Mapping[int, Column] = field(repr=False)
    rows: Mapping[int, Mapping[int, Held]] = field(repr=False)
    head: int
    unknown: Mapping[int, tuple[str, str]] = field(default_factory=dict, repr=False)
    continued: tuple[int, ...] = ()

    def position(self, key: str) -> int | None:
        """The column, from 1, that has this key."""
        return next((n for n, column in self.columns.items() if column.key == key), None)


@dataclass(frozen=True)
class Tables:
    """A file's tables, the names of sheets that none could be made of, and what the hidden sheet says of the whole."""

    tables: tuple[Table, ...]
    unread: tuple[str, ...]
    meta: Mapping[str, str]


def read_tables(sheets: Iterable[Grid]) -> Tables:
    """The tables of a file."""
    tables: list[Table] = []
    unread: list[str] = []
    meta: dict[str, str] = {}
    for grid in sheets:
        if grid.name == META_SHEET:
            meta = {str(cells.get(1)): str(cells.get(2, "")) for _, cells in used(grid)}
        elif grid.name not in NOT_TABLES and grid.rows:
            table = _table(grid)
            if table is None:
                unread.append(grid.name)
            else:
                tables.append(table)
    return Tables(tuple(tables), tuple(unread), meta)


def _table(grid: Grid) -> Table | None:
    heads = [(n, cells) for n, cells in used(grid) if n <= _HEAD_ROWS]
    for number, cells in heads:
        keys = {n: _key(value) for n, value in cells.items()}
        marks = [key for key in keys.values() if key.startswith((ID_KEY, STATEMENT_KEY))]
        if marks:
            return _keyed(grid, number, keys, marks[0], heads)
    return _by_headings(grid, heads)


def _key(value: Held) -> str:
    text = value.strip() if isinstance(value, str) else ""
    found = _BRACKETED.search(text)
    return found[1] if found else text


def _keyed(
    grid: Grid, number: int, keys: Mapping[int, str], mark: str, heads: list[tuple[int, Mapping[int, Held]]]
) -> Table | None:
    if mark == STATEMENT_KEY:
        columns = {n: _statement_column(key) for n, key in keys.items() if key in STATEMENT_KEYS}
        more = tuple(sorted(n for n, key in keys.items() if key.startswith(MORE_KEY)))
        return Table(grid.name, "", columns, _after(grid, number, None), number, continued=more)
    prefix, _, local = mark.removeprefix(ID_KEY).strip().partition(":")
    if prefix not in PREFIXES and not mark.removeprefix(ID_KEY).strip().startswith("<"):
        return None
    cls = PREFIXES[prefix] + local if prefix in PREFIXES else mark.removeprefix(ID_KEY).strip()[1:-1]
    columns = {}
    unknown: dict[int, str] = {}
    titles = dict(heads[0][1]) if heads else {}
    for n, key in keys.items():
        column = column_of(ID_KEY if key.startswith(ID_KEY) else key, cls)
        if column is not None:
            columns[n] = column
        else:
            unknown[n] = str(titles.get(n, key))
    for n, title in titles.items():  # columns that somebody added have a heading only
        if n not in keys and isinstance(title, str):
            unknown[n] = title
    return _finished(grid, cls, columns, unknown, number)


def _statement_column(key: str) -> Column:
    return OWN_COLUMNS.get(key) or Column(key, "own", {"zh": key, "en": key}, single=True)


def _by_headings(grid: Grid, heads: list[tuple[int, Mapping[int, Held]]]) -> Table | None:
    """A sheet that somebody made without the template: by its name and its headings."""
    wanted = {fold(part) for part in re.split(r"[/／|]", grid.name)}
    terms = vocabulary()
    named = [cls for cls in sheet_classes() if {fold(terms.label(cls, lang)) for lang in ("zh", "en")} & wanted]
    if len(named) != 1 or not heads:
        return None
    for number, cells in heads:
        titles = {n: str(value) for n, value in cells.items() if isinstance(value, str)}
        columns = {n: column for n, title in titles.items() if (column := _titled(title, named[0]))}
        if len(columns) >= min(2, len(titles)):
            unknown = {n: title for n, title in titles.items() if n not in columns}
            return _finished(grid, named[0], columns, unknown, number)
    return None


def _titled(title: str, cls: str) -> Column | None:
    names = {fold(part) for part in re.split(r"[/／\n]", title)} | {fold(title)}
    for column in offered(cls):
        if {fold(column.label["zh"]), fold(column.label["en"]), fold(column.heading)} & names:
            return column
    return None


def offered(cls: str) -> Iterator[Column]:
    """All columns that the sheet of a class can have."""
    for key, column in OWN_COLUMNS.items():
        if key != "plangraph:class":
            yield column
    yield Column("rdf:type", "link", {"zh": "类别", "en": "class"}, RDF.type)
    yield from shape_columns(cls)


def _finished(grid: Grid, cls: str, columns: dict[int, Column], unknown: Mapping[int, str], number: int) -> Table:
    taken = {column.key for column in columns.values()}
    for n, title in list(unknown.items()):
        column = _titled(title, cls)
        if column is not None and column.key not in taken:
            columns[n] = column
            taken.add(column.key)
    headings = [column.heading for column in offered(cls)]
    left: dict[int, tuple[str, str]] = {}
    for n, title in unknown.items():
        if n not in columns and title.strip():
            near = difflib.get_close_matches(title, headings, 1, 0.5)
            left[n] = (title, near[0] if near else "")
    note = next((n for n, column in columns.items() if column.key == NOTE_KEY), None)
    return Table(grid.name, cls, columns, _after(grid, number, note), number, left)


def _after(grid: Grid, head: int, note: int | None) -> dict[int, Mapping[int, Held]]:
    return {
        number: cells
        for number, cells in used(grid)
        if number > head and not _is_marked(cells.get(note) if note else None)
    }


def _is_marked(value: Held | None) -> bool:
    return isinstance(value, str) and value.strip().lower().startswith(_NOT_DATA)


def class_name(cls: str, lang: str) -> str:
    """The title of the sheet for a class: its label, as far as a sheet can be called so."""
    label = vocabulary().label(cls, lang)
    title = re.sub(r"[\[\]:*?/\\]", " ", label)[:31].strip()
    return title[:1].upper() + title[1:]
