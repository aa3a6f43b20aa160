"""A file's rows held against a store: what they add, what they take out, what they leave alone."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import BNode, URIRef

from plangraph.reports import Result
from plangraph.spreadsheets import faults as telling
from plangraph.spreadsheets.filling import stored_row
from plangraph.spreadsheets.naming import INTERNAL, Names
from plangraph.spreadsheets.rendering import stored
from plangraph.spreadsheets.rows import (
    Row,
    checksum,
    checksum_text,
    quad_checksum,
    quads,
    read_checksum,
    statements,
)
from plangraph.store.base import GraphStore, Quad


class Changes:
    """What a file would change.

    A row without a checksum adds; where its thing is known, a value replaces another that there may be only one of.
    A row with a checksum, from an export, stands for all that its cells said then: what was changed in it is changed
    in the store, emptied cells included, unless the store has changed too.
    """

    def __init__(self, store: GraphStore, names: Names, graph: URIRef) -> None:
        self._store, self._names, self._graph = store, names, graph
        self.quads: set[Quad] = set()
        self._added: dict[Quad, None] = {}
        self._removed: dict[Quad, None] = {}
        self._subjects: dict[URIRef | BNode, frozenset[Quad]] = {}

    def added(self) -> tuple[Quad, ...]:
        """The statements to add, in the order of the rows."""
        return tuple(quad for quad in self._added)

    def removed(self) -> tuple[Quad, ...]:
        """The statements to take out; none that another row says."""
        return tuple(quad for quad in self._removed if quad not in self.quads)

    def take(self, row: Row) -> list[Result]:
        """Take a row's statements; gives what is wrong with the row as a whole."""
        if row.iri is None:
            return []
        if read_checksum(row.digest) is not None:
            return self._take_exported(row)
        graph = row.graph or self._graph
        said = statements(row.iri, row.all_terms)
        for s, p, o in [*sorted(said, key=str), *row.extra]:
            quad: Quad = (s, p, o, graph)
            self.quads.add(quad)
            there = self._of(s)
            if row.known or s != row.iri:
                if any(triple[:3] == quad[:3] for triple in there):
                    continue
                quad = self._replacing(row, quad, there)
            if quad not in there:
                self._added[quad] = None
        return []

    def _replacing(self, row: Row, quad: Quad, there: Iterable[Quad]) -> Quad:
        """Takes out the value that this one replaces, and puts it where that one stood."""
        s, p, o, _ = quad
        single = next((c for c, t in row.all_terms.items() if c.predicate == p and o in t and c.single), None)
        if s != row.iri or single is None:
            return quad
        for old in sorted(there, key=str):
            if old[1] == p and getattr(old[2], "language", None) == getattr(o, "language", None):
                self._removed[old] = None
                quad = (s, p, o, old[3])
        self.quads.add(quad)
        return quad

    def _take_exported(self, row: Row) -> list[Result]:
        assert row.iri is not None
        graph = row.graph or self._graph
        said = quads(statements(row.iri, row.all_terms), graph)
        was = read_checksum(row.digest)
        unchanged = checksum_text(checksum(row.terms)) == row.digest and not row.derived
        self.quads |= said
        there = {quad for quad in stored(self._store, row.iri) if quad[3] == graph}
        if unchanged:
            if not there:
                self._add(said, there)
            return []
        now = row.stored or stored_row(row, self._names, self._store)
        here = {column.key for column in row.table.columns.values()}
        absent = {column: terms for column, terms in now.terms.items() if column.key not in here}
        if not there or (checksum(row.terms) + checksum(absent)) % 2**48 == was:
            if not there:
                self._add(said, there)
            return []
        old = quads(statements(row.iri, {c: t for c, t in now.terms.items() if c.key in here}), graph)
        if old == said:
            return []
        if now.checksum != was:
            label = self._names.label(str(row.iri), "zh")
            fault = telling.changed_since(label)
            return [telling.result_of(fault, row.iri, None, row.where(None))]
        self._add(said - old, there)
        self._removed.update(dict.fromkeys(sorted(old - said, key=str)))
        return []

    def take_statement(self, quad: Quad, digest: str) -> None:
        """Take a row of the sheet of single statements."""
        self.quads.add(quad)
        there = self._of(quad[0])
        if digest and digest != quad_checksum(quad):
            for old in there:
                if quad_checksum(old) == digest:
                    self._removed[old] = None
        if quad not in there:
            self._added[quad] = None

    def _add(self, said: Iterable[Quad], there: Iterable[Quad]) -> None:
        self._added.update(dict.fromkeys(sorted(set(said) - set(there), key=str)))

    def _of(self, subject: URIRef | BNode) -> frozenset[Quad]:
        if subject not in self._subjects:
            found = self._store.triples(subject) if isinstance(subject, URIRef) else ()
            self._subjects[subject] = frozenset(quad for quad in found if quad[3] not in INTERNAL)
        return self._subjects[subject]
