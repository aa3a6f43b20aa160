"""Declared relations as they stand in the graph: kind, operands with figures and evidence, members, dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, cast

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, QB, RDF, SKOS

from plangraph.entities import Named, evidence_of, name_of
from plangraph.figures import read_figure
from plangraph.findings import Operand, Severity
from plangraph.namespaces import PG, SCHEMA
from plangraph.store.base import GraphStore, Quad, Term
from plangraph.walking import in_order, objects, of_class, subjects

ROLES: Final = {
    "sum": ("part", "result"),
    "ratio": ("numerator", "denominator", "result"),
    "share": ("numerator", "denominator", "result"),
    "difference": ("minuend", "subtrahend", "result"),
    "growth": ("earlier", "later", "result"),
    "mean-bound": ("part", "result"),
    "at-most": ("part", "whole"),
    "equal": ("left", "right"),
    "exceeds": ("left", "right"),
    "enumeration": ("collection", "counted", "result"),
    "includes": ("counted", "result"),
    "precedes": ("before", "after"),
}
"""The roles that each kind of relation has, in the order in which they are read.

All are needed, but for an enumeration one of collection and counted is enough.
"""

_DATES: Final = (
    PG.periodStart,
    PG.periodEnd,
    PG.dueBy,
    PG.asOf,
    DCTERMS.issued,
    DCTERMS.date,
    SCHEMA.startDate,
    SCHEMA.endDate,
)
_SEVERITIES: Final[dict[str, Severity]] = {"inconsistency": "inconsistency", "tension": "tension", "note": "info"}


@dataclass(frozen=True)
class Dates:
    """The first and the last day that the graph records of a thing."""

    earliest: date
    latest: date


@dataclass(frozen=True)
class Declared:
    """A relation, ready to be checked. ``severity`` is that of a failure.

    ``members`` and ``count`` are what an enumeration counts, ``count`` None where nothing is known of its collection;
    ``stated_count`` is what a slogan says of itself, in place of a result. ``dates`` are those of the operands of a
    ``precedes``, by IRI.
    """

    thing: Named
    kind: str
    operands: tuple[Operand, ...]
    severity: Severity = "inconsistency"
    factor: Fraction = Fraction(1)
    rationale: dict[str, str] = field(default_factory=dict)
    members: tuple[Named, ...] = ()
    count: int | None = None
    stated_count: int | None = None
    dates: dict[str, Dates] = field(default_factory=dict)

    def of(self, role: str) -> tuple[Operand, ...]:
        """The operands in a role."""
        return tuple(operand for operand in self.operands if operand.role == role)


class _Notebook:
    """The ``triples`` of a store, each subject asked for once: operands and sources come up in many relations."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._of: dict[URIRef, dict[URIRef, list[Quad]]] = {}

    def triples(
        self, subject: URIRef | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[Quad]:
        if subject is None:
            yield from self._store.triples(subject, predicate, object)
            return
        by_predicate = self._of.get(subject)
        if by_predicate is None:
            by_predicate = self._of[subject] = {}
            for quad in self._store.triples(subject):
                by_predicate.setdefault(quad[1], []).append(quad)
        groups = by_predicate.values() if predicate is None else (by_predicate.get(predicate, ()),)
        for quads in groups:
            yield from (quad for quad in quads if object is None or quad[2] == object)


def read_relations(store: GraphStore) -> Iterator[Declared]:
    """Every ``pg:Relation``, in order, and the count of members of every slogan that says how many it has."""
    notes = cast(GraphStore, _Notebook(store))
    known: dict[str, Operand] = {}
    for node in of_class(notes, PG.Relation):
        yield _relation(notes, node, known)
    for node in of_class(notes, PG.Slogan):
        if objects(notes, node, PG.memberCount) and objects(notes, node, SKOS.member):
            yield _slogan(notes, node)


def _relation(store: GraphStore, node: URIRef, known: dict[str, Operand]) -> Declared:
    stated = {p: o for _, p, o, _ in store.triples(node)}
    kind = _code(stated.get(PG.relationKind), "relation-")
    operands = tuple(
        _operand(store, role, thing, known)
        for role in ROLES.get(kind, ())
        for thing in in_order(store, {o for o in objects(store, node, PG[role]) if isinstance(o, URIRef)})
    )
    members: tuple[Named, ...] = ()
    count = None
    if listed := tuple(operand.thing for operand in operands if operand.role == "counted"):
        members, count = listed, len(listed)
    elif kind == "enumeration" and isinstance(collection := stated.get(PG.collection), URIRef):
        members, count = members_of(store, collection)
    return Declared(
        thing=name_of(store, str(node)),
        kind=kind,
        operands=operands,
        severity=_SEVERITIES.get(_code(stated.get(PG.severity), "severity-"), "inconsistency"),
        factor=_factor(stated.get(PG.factor)),
        rationale={o.language or "zh": str(o) for o in objects(store, node, PG.rationale) if isinstance(o, Literal)},
        members=members,
        count=count,
        dates={o.thing.iri: found for o in operands if kind == "precedes" and (found := _dates(store, o))},
    )


def _operand(store: GraphStore, role: str, thing: URIRef, known: dict[str, Operand]) -> Operand:
    first = known.get(str(thing))
    if first is None:
        named = name_of(store, str(thing))
        observed = bool({str(PG.Observation), str(QB.Observation)} & set(named.types))
        figure = read_figure(store, thing) if observed else None
        first = known[str(thing)] = Operand(role, named, figure, evidence_of(store, str(thing)))
    return Operand(role, first.thing, first.figure, first.evidence)


def _slogan(store: GraphStore, node: URIRef) -> Declared:
    """The rule of slogans: where the members are known, they are as many as it says. The relation is the slogan."""
    named = name_of(store, str(node))
    members, _ = members_of(store, node)
    return Declared(
        thing=named,
        kind="enumeration",
        operands=(Operand("collection", named, None, evidence_of(store, str(node))),),
        members=members,
        count=len(members),
        stated_count=_whole(objects(store, node, PG.memberCount)[0]),
        rationale={
            "zh": "提法自报的成员数应与列出的成员数相同。",
            "en": "A numbered formula has as many members as it says.",
        },
    )


def members_of(store: GraphStore, collection: URIRef) -> tuple[tuple[Named, ...], int | None]:
    """The members of what an enumeration counts, and how many; None where the graph knows nothing of them.

    The first of these that there are any of:

    1. ``skos:member`` of it: slogans, groups of indicators, any ``skos:Collection``;
    2. of a plan, its main indicators (``pg:MainIndicator`` with ``pg:inPlan``);
       of a domain, its tasks (``pg:inDomain``);
    3. the things that are ``pg:partOf`` it: goals, measures, projects, programmes;
    4. no members but the ``pg:memberCount`` of a slogan: that number.
    """
    members = {o for o in objects(store, collection, SKOS.member) if isinstance(o, URIRef)}
    types = set(objects(store, collection, RDF.type))
    if not members and PG.Plan in types:
        members = {
            thing for thing in of_class(store, PG.MainIndicator) if collection in objects(store, thing, PG.inPlan)
        }
    elif not members and PG.Domain in types:
        members = subjects(store, PG.inDomain, collection)
    members = members or subjects(store, PG.partOf, collection)
    if members:
        return tuple(name_of(store, str(thing)) for thing in in_order(store, members)), len(members)
    stated = objects(store, collection, PG.memberCount)
    return (), _whole(stated[0]) if stated else None


def _dates(store: GraphStore, operand: Operand) -> Dates | None:
    """From the first to the last of all dates that the thing itself has; a year or a month counts with all its days."""
    spans = [
        span
        for p in _DATES
        for o in objects(store, URIRef(operand.thing.iri), p)
        if (span := _span(str(o))) is not None
    ]
    return Dates(min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _span(text: str) -> tuple[date, date] | None:
    """The days of an ISO date, month (``2023-06``), year or date and time."""
    try:
        match text.partition("T")[0].split("-"):
            case [year]:
                return date(int(year), 1, 1), date(int(year), 12, 31)
            case [year, month]:
                first = date(int(year), int(month), 1)
                return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            case [year, month, day]:
                return (day_ := date(int(year), int(month), int(day[:2]))), day_
    except (ValueError, OverflowError):
        return None
    return None


def _code(term: Term | None, prefix: str) -> str:
    return str(term or "").rpartition("/")[2].removeprefix(prefix)


def _factor(term: Term | None) -> Fraction:
    try:
        factor = Decimal(str(term)) if term is not None else Decimal(1)
    except InvalidOperation:
        return Fraction(1)
    return Fraction(factor) if factor.is_finite() else Fraction(1)


def _whole(term: Term) -> int | None:
    try:
        return int(str(term))
    except ValueError:
        return None
