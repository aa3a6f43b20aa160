"""One row of a sheet of things, as it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import OA
from plangraph.spreadsheets.columns import Column
from plangraph.spreadsheets.grids import Held, cell_name
from plangraph.spreadsheets.tables import Table
from plangraph.store.base import Quad, Term

PARTS: Final = {"#position": OA.TextPositionSelector, "#quote": OA.TextQuoteSelector}
"""What hangs on evidence under its own IRI, and its class."""

if TYPE_CHECKING:
    from plangraph.spreadsheets.rendering import Rendered

Triple = tuple[URIRef, URIRef, Term]
_CHECKSUMS: Final = 1 << 48


@dataclass
class Row:
    """A row while it is read: cells by column key; terms by column; what was derived besides."""

    table: Table
    number: int
    held: Mapping[str, Held]
    iri: URIRef | None = None
    given: bool = False
    """Whether the row itself says which thing it is about."""
    known: bool = False
    """Whether the store has the thing."""
    named: bool = False
    """Whether the names of its thing are known to other rows."""
    graph: URIRef | None = None
    digest: str = ""
    terms: dict[Column, Sequence[Term]] = field(default_factory=dict)
    derived: dict[Column, Sequence[Term]] = field(default_factory=dict)
    extra: list[Triple] = field(default_factory=list)
    """Statements about other things than the row's own: its evidence, the triple that a link speaks of."""
    stored: Rendered | None = None
    """For a row of an export that was changed: what the store has now."""
    faulty: set[str] = field(default_factory=set)
    """Keys of the columns whose cells couldn't be read."""

    def where(self, key: str | None) -> dict[str, str | int]:
        """The cell of a column, or the row's first."""
        position = self.table.position(key) if key else None
        if position is None:
            position = min((n for n in self.table.columns if self.table.columns[n].key in self.held), default=1)
        return {"sheet": self.table.name, "cell": cell_name(position, self.number)}

    @property
    def all_terms(self) -> dict[Column, Sequence[Term]]:
        """What the cells say and what was derived."""
        return {**self.terms, **self.derived}


def statements(iri: URIRef, terms: Mapping[Column, Sequence[Term]]) -> set[Triple]:
    """The triples that a row's terms make, with those that join evidence to its selectors."""
    found: set[Triple] = set()
    for column, values in terms.items():
        if column.predicate is None or not values:
            continue
        subject = URIRef(iri + column.part) if column.part else iri
        found.update((subject, column.predicate, term) for term in values)
        if column.part in PARTS:
            found.add((iri, OA.hasSelector, subject))
            found.add((subject, RDF.type, PARTS[column.part]))
    return found


def same(term: Term) -> str:
    """A text that two terms share where they are the same, lexical form included."""
    if isinstance(term, Literal):
        return f"{term!s}\n^^{term.datatype or ''}@{term.language or ''}"
    return f"<{term}>"


def checksum(terms: Mapping[Column, Sequence[Term]]) -> int:
    """A number for the contents of some cells; that of all is the sum of those of each, modulo 2 to the 48th."""
    total = 0
    for column, values in terms.items():
        if values:
            told = "\0".join([column.key, *sorted({same(term) for term in values})])
            total += int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:6], "big")
    return total % _CHECKSUMS


def checksum_text(number: int) -> str:
    """A checksum as a cell holds it: a letter first, so that no spreadsheet program takes it for a number."""
    return f"x{number:012x}"


def read_checksum(text: str) -> int | None:
    """The number of a checksum; None for other text."""
    try:
        return int(text[1:], 16) if text.startswith("x") and len(text) == 13 else None
    except ValueError:
        return None


def quad_checksum(quad: Quad) -> str:
    """The checksum of one statement."""
    told = "\0".join([str(quad[0]), str(quad[1]), same(quad[2]), str(quad[3])])
    return checksum_text(int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:6]))


def quads(triples: Iterable[Triple], graph: URIRef) -> set[Quad]:
    """The triples in a named graph."""
    return {(s, p, o, graph) for s, p, o in triples}
