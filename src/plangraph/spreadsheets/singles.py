"""The sheet of single statements: what fits no column, a row each, with the value in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import SyntaxFault
from plangraph.mediatypes import N_TRIPLES
from plangraph.namespaces import GRAPHS, PREFIXES, compact, is_safe_iri
from plangraph.reports import Result
from plangraph.spreadsheets import faults as telling
from plangraph.spreadsheets.cells import is_writable
from plangraph.spreadsheets.grids import Held, cell_name
from plangraph.spreadsheets.rows import quad_checksum
from plangraph.spreadsheets.tables import STATEMENT_KEYS, Table
from plangraph.store.base import Quad, Term
from plangraph.store.parsing import parse_rdf

CHUNK: Final = 30_000
"""Characters of a text that one cell takes; the rest goes on in the columns to the right."""
_SUBJECT, _PROPERTY, _VALUE, _KIND, _GRAPH, _DIGEST = STATEMENT_KEYS
NTRIPLES: Final = "ntriples"


@dataclass(frozen=True)
class Single:
    """A row of the sheet; ``digest`` is that of the statement that was exported, empty for a new one."""

    table: Table
    number: int
    quad: Quad
    digest: str

    def where(self) -> dict[str, str | int]:
        """The cell of the value."""
        position = self.table.position(_VALUE) or 1
        return {"sheet": self.table.name, "cell": cell_name(position, self.number)}


def single_cells(quad: Quad) -> tuple[str, ...]:
    """The cells for one statement: subject, property, value, kind, graph, checksum, and what goes on of the value."""
    s, p, o, g = quad
    value, kind = _written(o)
    first, *more = [value[n : n + CHUNK] for n in range(0, len(value), CHUNK)] or [""]
    return (_subject(s), compact(str(p)), first, kind, str(g), quad_checksum(quad), *more)


def _subject(term: URIRef | BNode) -> str:
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def _written(term: Term) -> tuple[str, str]:
    if isinstance(term, URIRef) and is_writable(str(term)):
        return str(term), "IRI"
    if isinstance(term, Literal) and is_writable(str(term)) and not str(term).startswith("'"):
        kind = f"@{term.language}" if term.language else compact(str(term.datatype or XSD.string))
        return str(term), kind
    return _escaped(term), NTRIPLES


def _escaped(term: Term) -> str:
    """N-Triples in ASCII letters where a cell could change something."""
    if not isinstance(term, Literal):
        return _subject(term) if isinstance(term, BNode) else f"<{_codes(str(term))}>"
    tail = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
    return f'"{_codes(str(term))}"{tail}'


def _codes(text: str) -> str:
    plain = []
    for character in text:
        code = ord(character)
        if character in '"\\_<>' or code < 0x20 or 0x7F <= code < 0xA0 or code in (0xFFFE, 0xFFFF):
            plain.append(f"\\u{code:04X}")
        else:
            plain.append(character)
    return "".join(plain)


def read_statements(tables: Iterable[Table], graph: URIRef) -> tuple[list[Single], list[Result]]:
    """The statements of a file's sheets of single statements, and what is wrong with their cells."""
    found: list[Single] = []
    faults: list[Result] = []
    for table in tables:
        if table.cls:
            continue
        at = {key: table.position(key) for key in STATEMENT_KEYS}
        for number, cells in table.rows.items():
            quad = _quad(table, cells, at, graph)
            where = {"sheet": table.name, "cell": cell_name(at[_VALUE] or 1, number)}
            if quad is None:
                faults.append(telling.result_of(telling.bad_statement(), None, None, where))
                continue
            digest = cells.get(at[_DIGEST] or 0)
            found.append(Single(table, number, quad, digest.strip() if isinstance(digest, str) else ""))
    return found, faults


def _quad(table: Table, cells: Mapping[int, Held], at: Mapping[str, int | None], graph: URIRef) -> Quad | None:
    def text(key: str) -> str:
        return _plain(cells.get(at[key] or 0))

    subject, predicate = text(_SUBJECT), _iri(text(_PROPERTY))
    value = text(_VALUE) + "".join(_plain(cells.get(n)) for n in table.continued)
    term = _term(value, text(_KIND))
    named = text(_GRAPH)
    if predicate is None or term is None or (named and not is_safe_iri(named)):
        return None
    s: URIRef | BNode | None = BNode(subject[2:]) if subject.startswith("_:") else _iri(subject)
    return None if s is None else (s, predicate, term, URIRef(named) if named else graph)


def _plain(held: Held | None) -> str:
    if held is None:
        return ""
    if isinstance(held, bool):
        return "true" if held else "false"
    return held if isinstance(held, str) else str(held)


def _iri(text: str) -> URIRef | None:
    prefix, _, local = text.partition(":")
    if prefix in PREFIXES and not local.startswith("//"):
        text = PREFIXES[prefix] + local
    return URIRef(text) if is_safe_iri(text) else None


def _term(value: str, kind: str) -> Term | None:
    if kind == "IRI":
        return URIRef(value) if is_safe_iri(value) else None
    if kind == NTRIPLES:
        try:
            ((_, _, term, _),) = parse_rdf(
                f"<urn:s> <urn:p> {value} .".encode(), N_TRIPLES, default_graph=GRAPHS["workbook"]
            )
        except (SyntaxFault, ValueError, UnicodeEncodeError):
            return None
        return term
    if kind.startswith("@"):
        return Literal(value, lang=kind[1:]) if kind[1:].replace("-", "").isalnum() else None
    datatype = _iri(kind)
    if datatype is None:
        return None
    return Literal(value) if datatype == XSD.string else Literal(value, datatype=datatype, normalize=False)


def widest(rows: Sequence[Sequence[str]]) -> int:
    """How many columns the rows take."""
    return max((len(row) for row in rows), default=len(STATEMENT_KEYS))
