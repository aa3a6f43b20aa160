"""What a row leaves out and what follows from it: figures, labels, evidence, class and plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.namespaces import ID, OA, PG
from plangraph.reports import Result
from plangraph.spreadsheets import faults as telling
from plangraph.spreadsheets.cells import Fault, read_number
from plangraph.spreadsheets.columns import (
    LOCATOR_KEY,
    QUOTE_KEY,
    SOURCE_KEY,
    SOURCE_LINK,
    START_KEY,
    Column,
    column_of,
    shape_columns,
)
from plangraph.spreadsheets.deriving import (
    COMPUTED,
    Derived,
    assertion_of,
    figure_of,
    labels_of,
    plain_triple,
    with_derived,
)
from plangraph.spreadsheets.minting import evidence_iri, evidence_statements, plan_key, value
from plangraph.spreadsheets.naming import INTERNAL, Names, short
from plangraph.spreadsheets.rendering import Rendered, render_row, stored
from plangraph.spreadsheets.rows import Row, checksum, checksum_text, read_checksum
from plangraph.store.base import GraphStore, Quad, Term

Terms = dict[Column, Sequence[Term]]


def fill_row(
    row: Row, names: Names, store: GraphStore, plan: URIRef | None, texts: Callable[[URIRef], str | None] | None
) -> list[Result]:
    """Add to a row what follows from it; gives what is wrong with its cells."""
    if row.iri is None:
        return []
    if read_checksum(row.digest) is not None:
        return _fill_exported(row, names, store)
    return _Filling(row, names, store, plan, texts).fill()


class _Filling:
    """A row that somebody wrote."""

    def __init__(
        self,
        row: Row,
        names: Names,
        store: GraphStore,
        plan: URIRef | None,
        texts: Callable[[URIRef], str | None] | None,
    ) -> None:
        assert row.iri is not None
        self.row, self.names, self.store, self.plan, self.texts = row, names, store, plan, texts
        self.iri, self.cls = row.iri, row.table.cls
        self.keys = {column.key for column in shape_columns(self.cls)}
        self.before: Terms = terms_of(stored(store, self.iri), self.iri, self.cls) if row.known else {}
        self.faults: list[Result] = []

    def fill(self) -> list[Result]:
        row = self.row
        self._evidence()
        if not row.known:
            if value(row.terms, RDF.type) is None:
                row.extra += [(self.iri, RDF.type, URIRef(cls)) for cls in self._classes()]
            if "pg:inPlan" in self.keys and self.plan is not None and self._needed("pg:inPlan"):
                self._derive({"pg:inPlan": self.plan})
        if self.cls == str(PG.Observation):
            self._figure()
        self._derive(labels_of(self.cls, {**self.before, **row.all_terms}, self.names))
        if "pg:assertion" in self.keys:
            evident = any(p == PG.evidence for _, p, _ in row.extra) or value(row.terms, PG.evidence) is not None
            self._derive(assertion_of(self.cls, {**self.before, **row.all_terms}, evident))
        if self.cls == str(PG.Link) and (triple := plain_triple(row.terms)):
            row.extra.append(triple)
        return self.faults

    def _classes(self) -> list[str]:
        if self.cls == str(PG.Indicator) and value(self.row.terms, PG.indicatorKind) is not None:
            return [self.cls, str(PG.MainIndicator)]
        return [self.cls]

    def _needed(self, key: str) -> bool:
        column = column_of(key, self.cls)
        return column is not None and column.required and column not in self.row.terms

    def _derive(self, found: Derived) -> None:
        """Take what was derived, where neither the row nor the store has it and no faulty cell was meant for it."""
        for key, term in found.items():
            column = column_of(key, self.cls)
            if (
                column is not None
                and key in self.keys
                and column not in self.row.terms
                and column not in self.before
                and key not in self.row.faulty
            ):
                self.row.derived[column] = [term]

    def _figure(self) -> None:
        row = self.row
        printed, was = value(row.terms, PG.asPrinted), value(self.before, PG.asPrinted)
        anew = frozenset[URIRef]()
        old = value(self.before, PG.value)
        if was is not None and printed is not None and printed != was:
            anew = frozenset(p for p in COMPUTED if value(row.terms, p) is None and p != PG.unit)
            for column in [c for c in self.before if c.predicate in anew]:
                del self.before[column]
        terms = {**self.before, **row.terms}
        found, wrong = figure_of(terms, self.names, self.store)
        self._derive(found)
        for key, fault in wrong:
            if key not in row.faulty:
                self._tell(key, fault)
        if row.known and not row.given:
            new = value(row.all_terms, PG.value)
            if new is not None and old is not None and new.toPython() != old.toPython():
                self._tell("pg:value^^xsd:decimal" if value(row.terms, PG.value) else "pg:asPrinted^^xsd:string",
                           telling.already_there(short(str(self.iri)), str(was or old)))  # fmt: skip

    # --- Evidence

    def _evidence(self) -> None:
        held = self.row.held
        if SOURCE_KEY not in held and QUOTE_KEY not in held and START_KEY not in held:
            return
        source = self._document()
        quote = str(held.get(QUOTE_KEY, "")).strip() or str(value(self.row.terms, PG.asPrinted) or "")
        if not quote:
            label = value(self.row.terms, SKOS.prefLabel, "zh")
            quote = str(label) if label is not None else ""
        if source is None:
            return
        if not quote or len(quote) > 40:
            self._tell(QUOTE_KEY, telling.bad_quote(quote))
            return
        start = self._start(source, quote)
        if start is None:
            return
        iri = evidence_iri(self._base(source), start, quote)
        locator = str(held.get(LOCATOR_KEY, "")).strip()
        self.row.extra += evidence_statements(iri, source, start, quote, locator)
        self.row.extra.append((self.iri, PG.evidence, iri))

    def _document(self) -> URIRef | None:
        from plangraph.spreadsheets.cells import parse

        held = self.row.held.get(SOURCE_KEY)
        if held is None:
            documents = self.names.of_class(str(PG.Document))
            hashed = [d for d in documents if any(True for _ in self.store.triples(URIRef(d), PG.sha256))]
            if len(hashed) == 1:
                return URIRef(hashed[0])
            self._tell(SOURCE_KEY, telling.no_source())
            return None
        terms, wrong = parse(held, SOURCE_LINK, self.names)
        for fault in wrong:
            self._tell(SOURCE_KEY, fault)
        return terms[0] if terms and isinstance(terms[0], URIRef) else None

    def _start(self, source: URIRef, quote: str) -> int | None:
        held = self.row.held.get(START_KEY)
        if held is not None:
            number = read_number(held)
            if number is None or number < 0 or number != number.to_integral_value():
                self._tell(START_KEY, telling.bad_start(str(held)))
                return None
            return int(number)
        text = self.texts(source) if self.texts else None
        places = list(_occurrences(text, quote)) if text else []
        if len(places) != 1:
            self._tell(START_KEY, telling.start_needed(quote, places, text is not None))
            return None
        return places[0]

    def _base(self, source: URIRef) -> str:
        """Under which key the evidence from a document stands: that of its evidence in the store, else of the plan.

        Offsets count from the start of one text, so evidence of two documents can't stand under one key.
        """
        for s, _, _, _ in self.store.triples(None, OA.hasSource, source):
            return str(s)[len(ID) :].partition("/")[0]
        plan = plan_key(str(self.iri)) or plan_key(str(self.plan or "")) or plan_key(str(source)) or "shared"
        prefix = f"{ID}{plan}/evidence/"
        if any(str(iri).startswith(prefix) and "#" not in iri for iri in self.names.nodes):
            return f"{plan}-{str(source).rpartition('/')[2]}"
        return plan

    def _tell(self, key: str, fault: Fault) -> None:
        row = self.row
        if not fault.warning:
            row.faulty.add(key)
        column = column_of(key, self.cls)
        self.faults.append(telling.result_of(fault, row.iri, column, row.where(key), row.held.get(key)))


def _occurrences(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


def terms_of(facts: Sequence[Quad], iri: URIRef, cls: str) -> Terms:
    """What a store says of a thing, by the columns of its class."""
    found: Terms = {}
    for column in shape_columns(cls):
        values = [
            o
            for s, p, o, g in facts
            if s == iri
            and p == column.predicate
            and g not in INTERNAL
            and isinstance(o, URIRef) == (column.form == "link")
            and getattr(o, "language", None) == column.lang
        ]
        if values:
            found[column] = list(dict.fromkeys(values))
    return found


# --- Rows of an export ------------------------------------------------------------------------------------------------


def _fill_exported(row: Row, names: Names, store: GraphStore) -> list[Result]:
    """A row that says all that the store said of its thing: only what its own changes make wrong is made anew."""
    assert row.iri is not None
    if checksum_text(checksum(row.terms)) == row.digest:
        return []
    row.stored = stored_row(row, names, store)
    if row.table.cls != str(PG.Observation) or row.stored is None:
        return []
    was = row.stored.terms
    printed = value(row.terms, PG.asPrinted)
    if printed is None or printed == value(was, PG.asPrinted):
        return []
    untouched = [
        c for c in row.terms if c.predicate in COMPUTED and c.predicate != PG.unit and row.terms[c] == was.get(c)
    ]
    if any(column.predicate == PG.value and column not in untouched for column in row.terms):
        return []
    labels = labels_of(row.table.cls, {c: t for c, t in was.items() if c.predicate != SKOS.prefLabel}, names)
    stale = [c for c in row.terms if c.key in labels and row.terms[c] == [labels[c.key]]]
    for column in (*untouched, *stale):
        del row.terms[column]
    found, wrong = figure_of(row.terms, names, store)
    merged = with_derived(row.terms, found, row.table.cls)
    found |= {key: term for key, term in labels_of(row.table.cls, merged, names).items() if stale}
    by_key = {column.key: column for column in row.table.columns.values()}
    row.derived = {by_key[key]: [term] for key, term in found.items() if key in by_key}
    return [
        telling.result_of(fault, row.iri, by_key.get(key), row.where(key), row.held.get(key)) for key, fault in wrong
    ]


def stored_row(row: Row, names: Names, store: GraphStore) -> Rendered:
    """What the store has now of a row's thing in the row's graph, in the row's columns and in those taken out of it."""
    assert row.iri is not None
    facts = [quad for quad in stored(store, row.iri) if quad[3] == row.graph]
    columns = [column for column in row.table.columns.values() if column.predicate is not None]
    keys = {column.key for column in columns}
    missing = [c for c in (column_of(k, row.table.cls) for k in keys_of(facts, row.iri)) if c and c.key not in keys]
    return render_row(row.iri, facts, [*columns, *missing], names, "zh")


def keys_of(facts: Sequence[Quad], iri: URIRef) -> list[str]:
    """The keys of the columns that some statements take."""
    from plangraph.spreadsheets.columns import key_of

    found = []
    for s, p, o, _ in facts:
        part = s[len(iri) :]
        if isinstance(o, Literal):
            datatype = None if o.language else str(o.datatype or "http://www.w3.org/2001/XMLSchema#string")
            found.append(key_of(str(p), lang=o.language, datatype=datatype, part=part))
        else:
            found.append(key_of(str(p), part=part))
    return list(dict.fromkeys(found))
