"""Workbooks and CSV files to a change of a store: rows become statements, and every fault finds its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.errors import BadInput
from plangraph.namespaces import GRAPHS, PG, is_safe_iri
from plangraph.reports import Result, Where
from plangraph.spreadsheets import faults as telling
from plangraph.spreadsheets.cells import Fault, parse
from plangraph.spreadsheets.changes import Changes
from plangraph.spreadsheets.columns import (
    DIGEST_KEY,
    GRAPH_KEY,
    ID_KEY,
    PERIOD_KEY,
    Column,
    column_of,
)
from plangraph.spreadsheets.dates import read_period
from plangraph.spreadsheets.filling import fill_row
from plangraph.spreadsheets.grids import Grids, Held, cell_name, open_csv, open_workbook
from plangraph.spreadsheets.minting import LATE, is_shared, minted, plan_key, stem_of, value
from plangraph.spreadsheets.naming import Names
from plangraph.spreadsheets.places import Places
from plangraph.spreadsheets.rows import Row
from plangraph.spreadsheets.singles import read_statements
from plangraph.spreadsheets.tables import Table, read_tables
from plangraph.store.base import Changeset, GraphStore, Quad

WORKBOOK_GRAPH: Final = GRAPHS["local"]
"""Where rows go that name no graph, in a file that names none."""
Texts: TypeAlias = Callable[[URIRef], str | None]
"""The text of a document where it is attached."""

_EARLY: Final = frozenset({RDF.type, SKOS.prefLabel, SKOS.altLabel, SKOS.notation})
"""What other rows look for when they speak of a row's thing."""


@dataclass(frozen=True)
class Workbook:
    """What a file says, held against a store.

    ``added`` are the statements that the store lacks, ``removed`` those that the file's corrections take out;
    ``quads`` all that the rows say; ``faults`` what is wrong with cells.
    """

    name: str
    quads: frozenset[Quad] = field(repr=False)
    added: tuple[Quad, ...] = field(repr=False)
    removed: tuple[Quad, ...] = field(repr=False)
    faults: tuple[Result, ...] = field(repr=False)
    places: Places = field(repr=False)

    @property
    def changeset(self) -> Changeset:
        """The change that the file asks for."""
        return Changeset(added=self.added, removed=self.removed)

    @property
    def candidate(self) -> Graph:
        """The added statements as one graph, for validation."""
        graph = Graph(bind_namespaces="none")
        for s, p, o, _ in self.added:
            graph.add((s, p, o))
        return graph

    def locate(self, result: Result) -> Where | None:
        """The cell that a result is about: its own where it has one, None where no row is about the thing."""
        return result.where if result.where and "cell" in result.where else self.places.find(result)


def read_workbook(
    data: bytes, name: str, store: GraphStore, *, graph: URIRef | None = None, texts: Texts | None = None
) -> Workbook:
    """Read an .xlsx file. Labels are looked up in ``store`` and in the file itself.

    Rows go to the named graph that they name, else to ``graph``, else to the one that the file names, else to
    ``WORKBOOK_GRAPH``. ``texts`` finds the offsets of quotes. Raises ``BadInput`` or ``TooLarge`` for a file that
    can't be read; what is wrong with cells is in the answer's ``faults``.
    """
    return _Reading(open_workbook(data, name), name, store, graph, texts).run()


def read_csv(
    data: bytes, name: str, store: GraphStore, *, graph: URIRef | None = None, texts: Texts | None = None
) -> Workbook:
    """The same for a CSV file with a workbook's columns, or a zip file of several."""
    return _Reading(_open_csv(data, name), name, store, graph, texts).run()


def _open_csv(data: bytes, name: str) -> Grids:
    if not data.startswith(b"PK"):
        return open_csv(data, name)
    from plangraph.spreadsheets.grids import check_archive

    check_archive(data, name, workbook=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [part for part in archive.namelist() if part.lower().endswith(".csv")]
        if not inside:
            raise BadInput(f"{name} 中没有 CSV 文件。", f"There is no CSV file in {name}.")
        return Grids(tuple(grid for part in inside for grid in open_csv(archive.read(part), part).sheets))


class _Reading:
    def __init__(self, grids: Grids, name: str, store: GraphStore, graph: URIRef | None, texts: Texts | None) -> None:
        self.name, self.store, self.texts = name, store, texts
        self.tables = read_tables(grids.sheets)
        self.names = Names(store)
        self.known = frozenset(self.names.types)
        self.faults: list[Result] = []
        self.rows: list[Row] = []
        self._new: dict[URIRef, Row] = {}
        meta = self.tables.meta
        named = meta.get("graph", "")
        self.graph = graph or (URIRef(named) if is_safe_iri(named) else WORKBOOK_GRAPH)
        self.plan = self._plan(meta.get("plan", ""))
        if grids.macros:
            self._tell(telling.macros_left(), {"sheet": grids.sheets[0].name if grids.sheets else "", "cell": "A1"})

    def _plan(self, named: str) -> URIRef | None:
        plans = self.names.of_class(str(PG.Plan))
        if is_safe_iri(named):
            return URIRef(named)
        return URIRef(plans[0]) if len(plans) == 1 else None

    def run(self) -> Workbook:
        for name in self.tables.unread:
            self._tell(telling.unread_sheet(name), {"sheet": name, "cell": "A1"})
        for table in self.tables.tables:
            if table.cls:
                self._take(table)
        singles, wrong = read_statements(self.tables.tables, self.graph)
        self.faults += wrong
        for single in singles:
            self._learn(single.quad)
        for row in self.rows:
            self._read_labels(row)
        for row in self.rows:
            if row.given or row.table.cls == str(PG.Plan):
                self._name(row)
        for late in (False, True):
            chosen = [row for row in self.rows if (row.table.cls in LATE) == late]
            if not late:
                for row in chosen:
                    self._read_plan(row)
                    self._name(row)
            for row in chosen:
                self._read_cells(row)
                if late:
                    self._name(row)
        for row in self.rows:
            self.faults += fill_row(row, self.names, self.store, self.plan, self.texts)
        changes = Changes(self.store, self.names, self.graph)
        for row in self.rows:
            self.faults += changes.take(row)
        for single in singles:
            changes.take_statement(single.quad, single.digest)
        return Workbook(
            self.name, frozenset(changes.quads), changes.added(), changes.removed(), tuple(self.faults),
            Places(self.rows, singles),
        )  # fmt: skip

    def _learn(self, quad: Quad) -> None:
        """A name or a class that stands in a single statement."""
        s, p, o, _ = quad
        if p == RDF.type:
            self.names.add_thing(str(s), [str(o)])
        elif p in (SKOS.prefLabel, SKOS.altLabel) and isinstance(o, Literal):
            self.names.add_label(str(s), str(o), o.language if p == SKOS.prefLabel else None)

    # --- Rows

    def _take(self, table: Table) -> None:
        for n, (title, near) in table.unknown.items():
            self._tell(telling.unknown_column(title, near), {"sheet": table.name, "cell": cell_name(n, 1)})
        own = {table.position(key) for key in (DIGEST_KEY, GRAPH_KEY, "plangraph:note")}
        for number, cells in table.rows.items():
            held = {column.key: cells[n] for n, column in table.columns.items() if n in cells}
            if not any(n in cells for n in table.columns if n not in own):
                continue
            row = Row(table, number, held)
            self._own_cells(row)
            self.rows.append(row)

    def _own_cells(self, row: Row) -> None:
        """Identifier, named graph and checksum."""
        row.digest = _text(row.held.get(DIGEST_KEY))
        graph = _text(row.held.get(GRAPH_KEY))
        if graph:
            row.graph = URIRef(graph) if is_safe_iri(graph) else None
            if row.graph is None:
                self._fault(row, GRAPH_KEY, telling.bad_graph(graph))
        text = _text(row.held.get(ID_KEY))
        if not text:
            return
        found = self.names.identifier(text, row.table.cls, self._key(row))
        if found is None:
            self._fault(row, ID_KEY, telling.bad_identifier(text))
            return
        row.iri, row.given, row.known = found, True, str(found) in self.known

    def _key(self, row: Row) -> str | None:
        return None if is_shared(row.table.cls) else plan_key(str(self._plan_of(row) or ""))

    def _plan_of(self, row: Row) -> URIRef | None:
        given = value(row.terms, PG.inPlan)
        return given if isinstance(given, URIRef) else self.plan

    def _read_labels(self, row: Row) -> None:
        """Labels first: other rows may speak of this one by them."""
        for key, held in row.held.items():
            column = column_of(key, row.table.cls)
            if column is None or (column.form == "link" and column.predicate != RDF.type):
                continue
            if column.predicate in _EARLY:
                self._read_cell(row, column, held)

    def _read_plan(self, row: Row) -> None:
        """The plan, under which a new thing is named."""
        column = column_of("pg:inPlan", row.table.cls)
        if column is not None and column.key in row.held:
            self._read_cell(row, column, row.held[column.key])

    def _read_cells(self, row: Row) -> None:
        for column in row.table.columns.values():
            if column.key in row.held and column not in row.terms and column.key not in row.faulty:
                self._read_cell(row, column, row.held[column.key])
        period = row.held.get(PERIOD_KEY)
        if period is not None:
            self._read_period(row, period)

    def _read_cell(self, row: Row, column: Column, held: Held) -> None:
        if column.form == "own":
            return
        terms, wrong = parse(held, column, self.names)
        if terms:
            row.terms[column] = terms
        for fault in wrong:
            self._fault(row, column.key, fault)

    def _read_period(self, row: Row, held: Held) -> None:
        period = read_period(_text(held))
        if period is None:
            self._fault(row, PERIOD_KEY, telling.bad_period(_text(held)))
            return
        for key, day in zip(("pg:periodStart^^xsd:date", "pg:periodEnd^^xsd:date"), period, strict=True):
            column = column_of(key, row.table.cls)
            if column is not None and column not in row.terms:
                row.terms[column] = [Literal(day.isoformat(), datatype=column.datatype, normalize=False)]

    # --- Names

    def _name(self, row: Row) -> None:
        if row.named:
            return
        row.named = True
        if row.iri is None:
            row.iri = self._minted(row)
        types = [str(t) for column, terms in row.terms.items() if column.predicate == RDF.type for t in terms]
        if not row.known or types:
            self.names.add_thing(str(row.iri), types or [row.table.cls])
        for column, terms in row.terms.items():
            if column.predicate in (SKOS.prefLabel, SKOS.altLabel):
                for term in terms:
                    lang = column.lang if column.predicate == SKOS.prefLabel else None
                    self.names.add_label(str(row.iri), str(term), lang)

    def _minted(self, row: Row) -> URIRef:
        cls = row.table.cls
        stem = stem_of(cls, row.terms)
        plan = self._key(row)
        if plan is None and not is_shared(cls):
            self._fault(row, "pg:inPlan", telling.no_plan())
            plan = "unknown"
        number, iri = 1, minted(cls, stem, plan)
        first = self._new.get(iri)
        if first is not None and self._is_same(row, iri):
            place = first.where(None)
            self._fault(row, next(iter(row.held)), telling.same_row(f"{place['sheet']} {place['cell']}"))
        while str(iri) in self.names.types and not self._is_same(row, iri):
            number += 1
            iri = minted(cls, f"{stem}-{number}", plan)
        row.known = str(iri) in self.known
        self._new.setdefault(iri, row)
        return iri

    def _is_same(self, row: Row, iri: URIRef) -> bool:
        """Whether what has this IRI is what the row is about: of the class, and of one name."""
        if row.table.cls not in self.names.types[str(iri)]:
            return False
        if row.table.cls in LATE:
            return True  # its IRI says what it is about
        labels = self.names.labels.get(str(iri), {})
        own = {lang: value(row.terms, SKOS.prefLabel, lang) for lang in ("zh", "en")}
        both = [str(own[lang]) == labels[lang] for lang in own if own[lang] is not None and lang in labels]
        return bool(both) and all(both)

    # --- Faults

    def _fault(self, row: Row, key: str, fault: Fault) -> None:
        if not fault.warning:
            row.faulty.add(key)
        column = column_of(key, row.table.cls)
        self.faults.append(telling.result_of(fault, row.iri, column, row.where(key), row.held.get(key)))

    def _tell(self, fault: Fault, where: Where) -> None:
        self.faults.append(telling.result_of(fault, None, None, where))


def _text(held: Held | None) -> str:
    if held is None:
        return ""
    if isinstance(held, float) and held.is_integer():
        held = int(held)
    return str(held).strip() if not hasattr(held, "isoformat") else held.isoformat()[:10]
