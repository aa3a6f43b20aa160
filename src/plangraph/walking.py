"""Steps through the graph without SPARQL: objects, subjects, things of a class, paths of properties, their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import PG, expand, natural_key
from plangraph.store.base import GraphStore

_NO_POSITION: Final = 1_000_000


def of_class(store: GraphStore, class_: URIRef) -> list[URIRef]:
    """The things typed ``class_``, in the order of their ``pg:position``, then of their IRIs."""
    things = {s for s, _, _, _ in store.triples(None, RDF.type, class_) if isinstance(s, URIRef)}
    return in_order(store, things)


def in_order(store: GraphStore, things: Iterable[URIRef]) -> list[URIRef]:
    """``things`` by ``pg:position``, then in the order in which the source names them, then by IRI."""

    def key(thing: URIRef) -> tuple[Any, ...]:
        at = next(iter(objects(store, thing, PG.position)), None)
        # The IRI of a piece of evidence ends in the offset of its text.
        named = min((natural_key(str(e)) for e in objects(store, thing, PG.evidence)), default=())
        return (int(str(at)) if at is not None else _NO_POSITION, not named, named, natural_key(str(thing)))

    return sorted(things, key=key)


def objects(store: GraphStore, subject: URIRef, predicate: URIRef) -> list[Any]:
    """The objects of a subject and a predicate."""
    return [o for _, _, o, _ in store.triples(subject, predicate)]


def subjects(store: GraphStore, predicate: URIRef, object_: URIRef) -> set[URIRef]:
    """The subjects that are IRIs, of a predicate and an object."""
    return {s for s, _, _, _ in store.triples(None, predicate, object_) if isinstance(s, URIRef)}


def walk(store: GraphStore, start: URIRef, path: Iterable[str]) -> set[URIRef]:
    """The IRIs at the end of a path of prefixed names from ``start``; ``^`` goes against a property."""
    here = {start}
    for step in path:
        predicate = expand(step.removeprefix("^"))
        if step.startswith("^"):
            here = {s for thing in here for s in subjects(store, predicate, thing)}
        else:
            here = {o for thing in here for o in objects(store, thing, predicate) if isinstance(o, URIRef)}
    return here
