"""The history as pages show it: a part of a long list, a part of a large difference, what a revert would do.

For query processes: functions of a store and plain values, since patches of other people's data are read here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from plangraph.changing import revert_change
from plangraph.differences import State, ThingDiff, ValueDiff, things_of
from plangraph.entities import Named, name_of
from plangraph.history import CHANGES, Record, changeset_of, find, head_number, inverse, log, patch_text, read_record
from plangraph.namespaces import HISTORY_GRAPH, PG, natural_key
from plangraph.patches import read_patch
from plangraph.requests import Revert
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.validation import validate_change

Store: TypeAlias = EmbeddedStore | RemoteStore

_NAMED_QUADS: Final = 2_000
"""Up to this many quads a change's things are named in the list."""
_NAMED: Final = 3


@dataclass(frozen=True)
class Listed:
    """A change in the list and the first few of the things that it touched; ``total`` is None where it isn't known."""

    record: Record
    things: tuple[Named, ...]
    total: int | None


@dataclass(frozen=True)
class ChangeShown:
    """One change: those of the things it touched that are asked for, how many there are, who undid it or is undone."""

    record: Record
    things: tuple[ThingDiff, ...]
    total: int
    reverts: Record | None
    reverted_by: tuple[Record, ...]
    last: int


@dataclass(frozen=True)
class Undoing:
    """What undoing a change would do now. ``report`` is the validation's, as JSON."""

    record: Record
    added: int
    removed: int
    things: tuple[ThingDiff, ...]
    total: int
    report: dict[str, Any]


def listed(store: Store, limit: int, before: int | None, about: str) -> tuple[Listed, ...]:
    """Up to ``limit`` changes, the last first: those before a number, or whose patches name ``about``."""
    records = log(store, limit=limit, before=before, about=URIRef(about) if about else None)
    return tuple(_listed(store, record) for record in records)


def _listed(store: Store, record: Record) -> Listed:
    if not record.kept or record.added + record.removed > _NAMED_QUADS:
        return Listed(record, (), None)
    changeset = changeset_of(store, record)
    labels: dict[str, dict[str, str]] = {}
    for s, p, o, _ in (*changeset.removed, *changeset.added):
        if p == SKOS.prefLabel and isinstance(o, Literal):
            labels.setdefault(str(s), {})[o.language or "zh"] = str(o)
    things = _subjects(changeset)
    # What has a name of its own says more than its evidence.
    things.sort(key=lambda iri: iri not in labels)
    named = tuple(_named(store, iri, labels) for iri in things[:_NAMED])
    return Listed(record, named, len(things))


def _named(store: Store, iri: str, labels: dict[str, dict[str, str]]) -> Named:
    known = name_of(store, iri)
    return known if known.label else Named(iri, labels.get(iri, {}), known.types)


def _subjects(changeset: Changeset) -> list[str]:
    """The things of a change, without the parts of evidence."""
    found = {str(s).partition("#")[0] for s, *_ in (*changeset.added, *changeset.removed)}
    return sorted(found, key=natural_key)


def shown(store: Store, name: str, offset: int, limit: int) -> ChangeShown:
    """One change with ``limit`` of the things that it touched, from ``offset`` on. Raises ``NotFound``."""
    record = find(store, name)
    things, total = _things_of(store, record, offset, limit) if record.kept else ((), 0)
    back = None if record.reverts is None else read_record(store, record.reverts)
    undone = [
        read_record(store, URIRef(str(s)))
        for s, _, _, g in store.triples(None, PG.reverts, record.iri)
        if g == HISTORY_GRAPH and str(s).startswith(CHANGES)
    ]
    undone.sort(key=lambda other: other.number)
    return ChangeShown(record, things, total, back, tuple(undone), head_number(store))


def _things_of(store: Store, record: Record, offset: int, limit: int) -> tuple[tuple[ThingDiff, ...], int]:
    """Some of the differences of a change. Of its patch only their rows are read: to read a large one takes long."""
    rows = [row for row in patch_text(store, record).split("\n") if row.startswith(("A ", "D "))]
    by_thing: dict[str, list[str]] = {}
    for row in rows:
        subject = row[2:].partition(" ")[0].strip("<>").partition("#")[0]
        by_thing.setdefault(subject, []).append(row)
    chosen = sorted(by_thing, key=natural_key)[offset : offset + limit]
    part = read_patch("\n".join(["TX .", *(row for subject in chosen for row in by_thing[subject]), "TC .", ""]))
    return things_of(store, part, record.number), len(by_thing)


def _part(
    store: Store, changeset: Changeset, number: int, offset: int, limit: int
) -> tuple[tuple[ThingDiff, ...], int]:
    """The differences of some of the things; of a large change all would take long."""
    subjects = _subjects(changeset)
    chosen = set(subjects[offset : offset + limit])
    added, removed = (
        tuple(quad for quad in quads if str(quad[0]).partition("#")[0] in chosen)
        for quads in (changeset.added, changeset.removed)
    )
    return things_of(store, Changeset(added=added, removed=removed), number), len(subjects)


def undoing(store: Store, name: str, limit: int) -> Undoing:
    """What undoing a change would do. Raises ``NotFound``, ``Refused``, ``Overtaken``; nothing is changed."""
    record = find(store, name)
    changeset = revert_change(store, Revert(name)).changeset
    copy = store if isinstance(store, EmbeddedStore) else store.copy()
    report = validate_change(copy, changeset).to_json() if changeset else {"conforms": True, "results": []}
    # Differences are told of what was done; so of what it undoes, and then turned round.
    things, total = _part(store, inverse(changeset), head_number(store), 0, limit)
    turned = tuple(_turned(thing) for thing in things)
    return Undoing(record, len(changeset.added), len(changeset.removed), turned, total, report)


_OTHER: Final[dict[State, State]] = {"created": "deleted", "deleted": "created", "changed": "changed"}


def _turned(thing: ThingDiff) -> ThingDiff:
    """The difference the other way round."""
    properties = tuple(
        replace(part, values=tuple(ValueDiff(value.new, value.old) for value in part.values))
        for part in thing.properties
    )
    return replace(thing, state=_OTHER[thing.state], properties=properties)
