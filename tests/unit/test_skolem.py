"""Names of blank nodes: the same for the same data, however they are written, and apart for what differs."""

from __future__ import annotations

import random
import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, URIRef

from plangraph.errors import BadInput
from plangraph.mediatypes import TURTLE
from plangraph.store.base import Quad, Term
from plangraph.store.parsing import parse_rdf, skolemize, skolemize_afresh
from plangraph.store.skolem import names_by_content
from plangraph.store.terms import to_oxigraph_quad

E = "http://e.example/"
G = URIRef(E + "g")
P, Q = URIRef(E + "p"), URIRef(E + "q")
NODES = [BNode(f"n{n}") for n in range(6)]


def named(text: str, graph: URIRef = G) -> set[Quad]:
    data = f"@prefix e: <{E}> . {text}".encode()
    return set(skolemize(parse_rdf(data, TURTLE, default_graph=graph), E + "genid/"))


SAME = [
    ("other names", "e:a e:p _:x . _:x e:q 1, 2 .", "_:y e:q 2 . _:y e:q 1 . e:a e:p _:y ."),
    ("brackets", "e:a e:p [ e:q [ e:q 1 ] ] .", "_:b e:q 1 . _:a e:q _:b . e:a e:p _:a ."),
    ("a list", "e:a e:p ( 1 2 1 ) .", "e:a e:p ( 1 2 1 ) ."),
    ("a circle", "_:x e:p _:y . _:y e:p _:x . _:x e:q 1 .", "_:b e:q 1 . _:a e:p _:b . _:b e:p _:a ."),
    ("a circle of three", "_:x e:p _:y . _:y e:p _:z . _:z e:p _:x .", "_:c e:p _:b . _:a e:p _:c . _:b e:p _:a ."),
    ("a circle of one", "_:x e:p _:x .", "_:y e:p _:y ."),
    ("what hangs on a circle", "_:x e:p _:x ; e:q [ e:q 1 ] .", "_:a e:q 1 . _:y e:p _:y ; e:q _:a ."),
    ("twice the same", "e:a e:p [ e:q 1 ] , [ e:q 1 ] .", "e:a e:p [ e:q 1 ] ."),
]  # fmt: skip
APART = [
    ("another value", "e:a e:p [ e:q 1 ] .", "e:a e:p [ e:q 2 ] ."),
    ("another language", "e:a e:p [ e:q 'x'@zh ] .", "e:a e:p [ e:q 'x'@en ] ."),
    ("another datatype", "e:a e:p [ e:q '1' ] .", "e:a e:p [ e:q 1 ] ."),
    ("another property", "e:a e:p [ e:q 1 ] .", "e:a e:q [ e:q 1 ] ."),
    ("of another thing", "e:a e:p [ e:q 1 ] .", "e:b e:p [ e:q 1 ] ."),
    ("deeper down", "e:a e:p [ e:q [ e:q 1 ] ] .", "e:a e:p [ e:q [ e:q 2 ] ] ."),
    ("another order of a list", "e:a e:p ( 1 2 ) .", "e:a e:p ( 2 1 ) ."),
    ("more of it", "_:x e:q 1 .", "_:x e:q 1, 2 ."),
    ("a longer circle", "_:x e:p _:y . _:y e:p _:x .", "_:x e:p _:y . _:y e:p _:z . _:z e:p _:x ."),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_the_same_data_have_the_same_names(one: str, other: str) -> None:
    assert named(one) == named(other)
    assert not any(isinstance(term, BNode) for quad in named(one) for term in quad)


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in APART], ids=[row[0] for row in APART])
def test_other_data_have_other_names(one: str, other: str) -> None:
    assert not {s for s, *_ in named(one) if "genid" in s} & {s for s, *_ in named(other) if "genid" in s}
    assert named(one + other.replace("_:", "_:other")) == named(one) | named(other)


def test_of_another_graph_is_another() -> None:
    text = "_:x e:q 1 ."
    assert {s for s, *_ in named(text)} != {s for s, *_ in named(text, URIRef(E + "h"))}


def test_nodes_of_one_thing_stay_apart() -> None:
    assert len({s for s, *_ in named("e:a e:p [ e:q 1 ], [ e:q 2 ] . e:b e:p [ e:q 1 ] .") if "genid" in s}) == 3


edges = st.tuples(st.sampled_from(NODES), st.sampled_from([P, Q]), st.sampled_from([*NODES, URIRef(E + "x")]))


def canonical(quads: list[Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(to_oxigraph_quad(quad) for quad in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


@settings(max_examples=300, deadline=None)
@given(st.lists(edges, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_renaming_and_reordering_change_nothing(
    triples: list[tuple[BNode, URIRef, URIRef]], rng: random.Random
) -> None:
    quads: list[Quad] = [(*triple, G) for triple in dict.fromkeys(triples)]
    others = rng.sample([BNode(f"other{n}") for n in range(20)], len(NODES))
    renamed: dict[Term, BNode] = dict(zip(NODES, others, strict=True))
    again: list[Quad] = [(renamed[s], p, renamed.get(o, o), g) for s, p, o, g in quads]
    rng.shuffle(again)
    assert canonical(quads) == canonical(again)
    names = names_by_content(quads)
    assert {names[old] for old in names} == set(names_by_content(again).values())
    assert set(skolemize(quads, E)) == set(skolemize(again, E))


@settings(max_examples=300, deadline=None)
@given(st.lists(edges, min_size=1, max_size=6), st.lists(edges, min_size=1, max_size=6))
def test_only_what_is_the_same_has_the_same_names(one: list[object], other: list[object]) -> None:
    first, second = ([(*triple, G) for triple in dict.fromkeys(triples)] for triples in (one, other))  # type: ignore[misc]
    whole = [{*names_by_content(quads).values()} for quads in (first, second)]
    if len(whole[0]) == len({s for q in first for s in (q[0], q[2]) if isinstance(s, BNode)}) and len(whole[1]) == len(
        {s for q in second for s in (q[0], q[2]) if isinstance(s, BNode)}
    ):  # where none were one
        assert (set(skolemize(first, E)) == set(skolemize(second, E))) == (canonical(first) == canonical(second))


def test_nodes_that_cannot_be_told_apart_in_time_are_refused() -> None:
    ring = [BNode(f"r{n}") for n in range(12)]
    quads: list[Quad] = [(a, P, b, G) for a in ring for b in ring if a != b]
    start = time.perf_counter()
    with pytest.raises(BadInput, match="IRIs") as caught:
        names_by_content(quads, most=200_000)
    assert time.perf_counter() - start < 10
    assert "IRI" in caught.value.text("zh")


def test_many_nodes_take_little_time() -> None:
    items = " ".join(str(n % 7) for n in range(10_000))
    nodes = " ".join(f"e:s{n} e:p [ e:q {n} ; e:p [ e:q 1 ] ] ." for n in range(5_000))
    start = time.perf_counter()
    assert len(named(f"e:a e:p ( {items} ) . {nodes}")) == 10_000 * 2 + 1 + 5_000 * 4
    assert time.perf_counter() - start < 20


def test_nodes_of_an_update_are_new_each_time() -> None:
    quads: list[Quad] = [(BNode(), P, URIRef(E + "o"), G), (BNode(), P, URIRef(E + "o"), G)]
    assert len(set(skolemize_afresh(quads, E))) == 2
    assert len(set(skolemize(quads, E))) == 1
