"""A view of a change that isn't made gives what the store would hold if it were, however the store is held."""

from __future__ import annotations

from itertools import product

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef

from plangraph.namespaces import GRAPHS, HISTORY_GRAPH, SHAPES_GRAPH
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.terms import to_oxigraph
from plangraph.store.view import NOT_DATA, View, beside_data, follow

Triples = set[tuple[Term, ...]]
SUBJECTS = [URIRef(f"urn:x:{name}") for name in "abc"]
PREDICATES = [URIRef("urn:x:p"), URIRef("urn:x:q")]
OBJECTS: list[Term] = [*SUBJECTS[:2], Literal("1"), Literal("一", lang="zh")]
NAMES = [GRAPHS["one"], GRAPHS["two"], HISTORY_GRAPH, SHAPES_GRAPH]
QUADS: list[Quad] = list(product(SUBJECTS, PREDICATES, OBJECTS, NAMES))
several = st.sets(st.sampled_from(QUADS), max_size=30)


def data_of(quads: set[Quad]) -> Triples:
    return {quad[:3] for quad in quads if quad[3] not in NOT_DATA}


def hold(view: View, expected: Triples) -> None:
    """Every pattern gives just what fits of these triples."""
    assert set(view.triples()) == expected
    for s, p, o in product([None, *SUBJECTS], [None, *PREDICATES], [None, *OBJECTS]):
        fitting = {t for t in expected if all(want in (None, got) for want, got in zip((s, p, o), t, strict=True))}
        assert set(view.triples(s, p, o)) == fitting
        if s is not None and p is not None and o is not None:
            there = view.has(to_oxigraph(s), ox.NamedNode(str(p)), to_oxigraph(o))  # type: ignore[arg-type]
            assert there == bool(fitting)
    assert not view.has(ox.Literal("1"), ox.NamedNode("urn:x:p"), ox.Literal("1"))


@settings(max_examples=60, deadline=None)
@given(several, several, several, st.sampled_from(["by itself", "in memory", "with a background"]))
def test_a_view_is_what_the_store_would_hold(held: set[Quad], away: set[Quad], new: set[Quad], how: str) -> None:
    store = EmbeddedStore()
    store.apply(Changeset(added=sorted(held)))
    store = store if how == "by itself" else store.in_memory()
    background, known = None, set[Quad]()
    if how == "with a background":
        background, known = EmbeddedStore(), {(SUBJECTS[2], PREDICATES[1], SUBJECTS[0], GRAPHS["far"])}
        background.apply(Changeset(added=tuple(known)))
    removed = (away & held) - new
    view = View(store, Changeset(added=tuple(new), removed=tuple(removed)), background=background)
    hold(view, data_of((held - removed) | new | known))
    hold(view.before(), data_of(held | known))
    hold(view.either(), data_of(held | new | known))


@given(several, several, several)
def test_what_is_beside_the_data_is_followed(held: set[Quad], new: set[Quad], later: set[Quad]) -> None:
    store = EmbeddedStore()
    store.apply(Changeset(added=tuple(held)))
    assert beside_data(store) == {to_oxigraph(q[0]) for q in held if q[3] in NOT_DATA}
    now = held
    for added in (new, later):
        change = Changeset(added=tuple(added), removed=tuple(held - added))
        store.apply(change)
        follow(store, change)
        now = (now - (held - added)) | added
    # Of what is removed more may be known, never less.
    assert beside_data(store) >= {to_oxigraph(q[0]) for q in now if q[3] in NOT_DATA}
