"""Which cell a result of validation is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, SKOS
from rdflib.term import Node

from plangraph.namespaces import OA, PG, PREFIXES
from plangraph.reports import Result, Where
from plangraph.shapes import shipped_shapes
from plangraph.spreadsheets.columns import (
    LOCATOR_KEY,
    PERIOD_KEY,
    QUOTE_KEY,
    SOURCE_KEY,
    START_KEY,
    Column,
    column_of,
)
from plangraph.spreadsheets.layout import is_automatic
from plangraph.spreadsheets.rows import Row
from plangraph.spreadsheets.singles import Single
from plangraph.store.base import Term

_IRIS = re.compile(r"<([^<>]+)>")
_NAMES = re.compile(r"\b(pg|oa|skos|dcterms|prov|schema|org|geo):([A-Za-z]\w*)")
_INSTEAD = {
    str(PG.evidence): (QUOTE_KEY, SOURCE_KEY),
    str(PG.periodStart): (PERIOD_KEY,),
    str(PG.periodEnd): (PERIOD_KEY,),
    str(PG.value): ("pg:asPrinted^^xsd:string",),
    str(PG.valueLow): ("pg:value^^xsd:decimal", "pg:asPrinted^^xsd:string"),
    str(PG.valueHigh): ("pg:value^^xsd:decimal", "pg:asPrinted^^xsd:string"),
    str(PG.comparator): ("pg:asPrinted^^xsd:string",),
    str(PG.unit): ("pg:asPrinted^^xsd:string",),
    str(OA.hasSource): (SOURCE_KEY,),
    str(OA.hasSelector): (QUOTE_KEY,),
    str(OA.exact): (QUOTE_KEY, "pg:asPrinted^^xsd:string"),
    str(OA.start): (START_KEY,),
    str(OA.end): (START_KEY,),
    str(PG.locator): (LOCATOR_KEY,),
    str(PG.sha256): (SOURCE_KEY,),
}
"""Where to look for a property that a row has no filled cell for: what it is computed from."""


class Places:
    """The rows of a file by what they are about."""

    def __init__(self, rows: Iterable[Row], singles: Iterable[Single] = ()) -> None:
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._singles: defaultdict[str, list[Single]] = defaultdict(list)
        self._at: dict[tuple[str, int], URIRef] = {}
        for row in rows:
            if row.iri is not None:
                self._at[row.table.name, row.number] = row.iri
                subjects = {str(row.iri), *(str(s) for s, _, _ in row.extra)}
                subjects.update(str(row.iri) + column.part for column in row.terms if column.part)
                for subject in subjects:
                    self._rows[subject].append(row)
        for single in singles:
            self._singles[str(single.quad[0])].append(single)

    def find(self, result: Result) -> Where | None:
        """The cell that a result is about; None where no row is about its thing."""
        found = self._found(result)
        if found is None or isinstance(found, Single):
            return found.where() if found else None
        return found[0].where(found[1])

    def column(self, result: Result) -> Column | None:
        """The column of that cell; None where it is no one column's."""
        found = self._found(result)
        key = found[1] if isinstance(found, tuple) else None
        position = found[0].table.position(key) if isinstance(found, tuple) and key else None
        return found[0].table.columns[position] if isinstance(found, tuple) and position else None

    def is_consequence(self, result: Result) -> bool:
        """Whether it lacks what would have been filled in, had another cell of its row been right."""
        found = self._found(result)
        if not isinstance(found, tuple) or not found[0].faulty or found[1] is None or result.value is not None:
            return False
        row, key = found
        column = column_of(key, row.table.cls)
        return column is not None and key not in row.held and is_automatic(row.table.cls, column)

    def thing_at(self, where: Where) -> URIRef | None:
        """What the row of a cell is about."""
        number = "".join(c for c in str(where.get("cell", "")) if c.isdigit())
        return self._at.get((str(where.get("sheet", "")), int(number))) if number else None

    def _found(self, result: Result) -> tuple[Row, str | None] | Single | None:
        focus = str(result.focus_node)
        rows = sorted(self._rows.get(focus, ()), key=lambda row: str(row.iri) != focus)
        paths = list(dict.fromkeys(_paths(result)))
        for row in rows:
            found = self._cell(row, result, paths)
            if found is not None:
                return row, found
        singles = self._singles.get(focus, ())
        for single in sorted(singles, key=lambda one: (str(one.quad[1]) not in paths, one.quad[2] != result.value)):
            if str(single.quad[1]) in paths or not rows:
                return single
        return (rows[0], None) if rows else None

    def label(self, focus: Term) -> dict[str, str]:
        """What the rows call a thing, by language."""
        return {
            column.lang: str(terms[0])
            for row in self._rows.get(str(focus), ())
            for column, terms in row.all_terms.items()
            if column.predicate == SKOS.prefLabel and column.lang and terms
        }

    def _cell(self, row: Row, result: Result, paths: list[str]) -> str | None:
        """The key of the column; the one with the value first, then one for the property, filled or not."""
        own = [column for column in row.table.columns.values() if column.predicate is not None]
        for column, terms in row.terms.items():
            if result.value is not None and (not paths or str(column.predicate) in paths) and _has(terms, result.value):
                return column.key
        for column, terms in row.derived.items():
            if result.value is not None and _has(terms, result.value):
                paths = [str(column.predicate), *paths]
        for path in paths:
            fitting = [column for column in own if str(column.predicate) == path]
            fitting.sort(key=lambda column: (not _of_language(column, result), column not in row.terms))
            filled = [column for column in fitting if column in row.terms or column.key in row.held]
            instead = [key for key in _INSTEAD.get(path, ()) if row.table.position(key)]
            if filled and (_of_language(filled[0], result) or len(fitting) == 1):
                return filled[0].key
            if any(key in row.held for key in instead):
                return next(key for key in instead if key in row.held)
            if fitting:
                return fitting[0].key
            if instead:
                return instead[0]
        if result.value is not None:
            for column, terms in row.terms.items():
                if _has(terms, result.value):
                    return column.key
        return None


def _has(terms: Iterable[Term], value: Term) -> bool:
    for term in terms:
        if term == value:
            return True
        if isinstance(term, Literal) and isinstance(value, Literal) and str(term) == str(value):
            return term.language == value.language
    return False


def _of_language(column: Column, result: Result) -> bool:
    """Whether the column is in the language that the result speaks of, if it speaks of one."""
    if column.lang is None:
        return True
    lang = getattr(result.value, "language", None)
    shape = str(result.source_shape or "")
    wanted = lang or (shape[-2:] if shape.endswith(("-zh", "-en")) else None)
    return wanted is None or column.lang == wanted


def _paths(result: Result) -> Iterator[str]:
    """The properties that a result is about, the likeliest first."""
    if result.path:
        if result.path[:1] in "<^(!":
            yield from _IRIS.findall(result.path)
        else:
            yield result.path
    if result.source_shape:
        yield from _properties_of(result.source_shape)


@lru_cache(maxsize=512)
def _properties_of(shape: str) -> tuple[str, ...]:
    """The properties that a shape of the project speaks of: those of the shapes inside it, or of its query."""
    graph = shipped_shapes().graph
    node = URIRef(shape)
    found = [path for path in _inner(graph, node, 0) if path not in (str(PG.assertion), str(RDF.type))]
    for constraint in graph.objects(node, SH.sparql):
        for text in graph.objects(constraint, SH.select):
            found += [PREFIXES[prefix] + local for prefix, local in _NAMES.findall(str(text))]
    if shape.endswith("Label-language"):
        found.append(str(SKOS.prefLabel))
    return tuple(dict.fromkeys(path for path in found if path[:1].isalpha()))


def _inner(graph: Graph, node: Node, depth: int) -> Iterator[str]:
    if depth > 6:
        return
    for predicate in (SH["or"], SH["and"], SH["not"], SH.property, SH.node, RDF.first, RDF.rest):
        for child in sorted(graph.objects(node, predicate), key=str):
            path = graph.value(child, SH.path)
            if isinstance(path, URIRef):
                yield str(path)
            if isinstance(child, URIRef | BNode) and child != RDF.nil:
                yield from _inner(graph, child, depth + 1)
