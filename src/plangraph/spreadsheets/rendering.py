"""What a store says of a thing in one named graph, as the cells of a row, and what no cell can hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import OA
from plangraph.spreadsheets.cells import render
from plangraph.spreadsheets.columns import Column
from plangraph.spreadsheets.grids import Value
from plangraph.spreadsheets.naming import INTERNAL, Names
from plangraph.spreadsheets.rows import PARTS, checksum, statements
from plangraph.store.base import GraphStore, Quad, Term


@dataclass(frozen=True)
class Rendered:
    """A row to write: cells by column key, the terms that they state, and the statements that are left."""

    cells: Mapping[str, Value]
    terms: Mapping[Column, Sequence[Term]]
    left: tuple[Quad, ...]

    @property
    def checksum(self) -> int:
        """That of the cells."""
        return checksum(self.terms)


def stored(store: GraphStore, iri: URIRef) -> list[Quad]:
    """What the plans' graphs say of a thing and of the parts of its evidence."""
    subjects = [iri] if "#" in iri else [iri, *(URIRef(iri + part) for part in PARTS)] if "/evidence/" in iri else [iri]
    return [quad for subject in subjects for quad in store.triples(subject) if quad[3] not in INTERNAL]


def render_row(iri: URIRef, facts: Iterable[Quad], columns: Sequence[Column], names: Names, lang: str) -> Rendered:
    """The cells of one thing in one graph; ``facts`` are all that the graph says of it and its parts."""
    whole = list(facts)
    by_property: defaultdict[tuple[str, str], list[Term]] = defaultdict(list)
    for s, p, o, _ in whole:
        by_property[s[len(iri) :], str(p)].append(o)
    folded = _folded(iri, by_property, columns)
    cells: dict[str, Value] = {}
    terms: dict[Column, Sequence[Term]] = {}
    for column in columns:
        if column.predicate is None or (column.part and column.part not in folded):
            continue
        values = [term for term in by_property.get((column.part, str(column.predicate)), ()) if _suits(term, column)]
        if not values:
            continue
        if str(column.predicate) == str(OA.hasSelector):
            values = [term for term in values if str(term)[len(iri) :] not in folded]
        cell, held = render(values, column, names, lang)
        if cell is not None:
            cells[column.key] = cell
            terms[column] = held
    said = statements(iri, terms)
    left = tuple(quad for quad in whole if (quad[0], quad[1], quad[2]) not in said)
    return Rendered(cells, terms, left)


def _suits(term: Term, column: Column) -> bool:
    if isinstance(term, URIRef):
        return column.form == "link"
    return column.form != "link" and column.lang == getattr(term, "language", None)


def _folded(
    iri: URIRef, by_property: Mapping[tuple[str, str], Sequence[Term]], columns: Sequence[Column]
) -> frozenset[str]:
    """The parts that the columns say everything about: class, link from the thing, and one value for each column."""
    whole = set()
    for part, cls in PARTS.items():
        own = [column for column in columns if column.part == part]
        there = {p for (where, p), _ in by_property.items() if where == part}
        expected = {str(RDF.type), *(str(column.predicate) for column in own)}
        links = by_property.get(("", str(OA.hasSelector)), ())
        if (
            own
            and there == expected
            and list(by_property[part, str(RDF.type)]) == [cls]
            and URIRef(iri + part) in links
            and all(len(by_property[part, str(column.predicate)]) == 1 for column in own)
        ):
            whole.add(part)
    return frozenset(whole)
