"""Records of changes: made with the change, sealed one with the other, found by any name, undone and stepped back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import PROV, RDF, XSD

from plangraph.errors import BadInput, NotFound, Refused
from plangraph.history import (
    OWN_GRAPHS,
    File,
    as_of,
    as_time,
    by_number,
    changeset_of,
    find,
    head,
    head_number,
    inverse,
    log,
    net,
    patch_of,
    patch_text,
    since,
)
from plangraph.namespaces import HISTORY_GRAPH, ID, PG, SD, STATE_GRAPH
from plangraph.patches import digest_of, rows_of
from plangraph.recording import LONGEST_MESSAGE, Note, agent_iri, recorded, summarized, with_record
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore

E = "http://e.example/"
G, H = URIRef(E + "图"), URIRef(E + "h")
P = URIRef(E + "p")


def quad(name: str, value: object, graph: URIRef = G) -> Quad:
    return URIRef(E + name), P, Literal(value), graph


def data(store: EmbeddedStore) -> set[Quad]:
    return {quad for quad in store.triples() if quad[3] not in OWN_GRAPHS}


def make(store: EmbeddedStore, *, added: list[Quad] = [], removed: list[Quad] = [], **note: object) -> None:  # noqa: B006
    changeset = Changeset(added=added, removed=removed)
    store.apply(recorded(store, changeset, Note(**note), gate="enforce"))  # type: ignore[arg-type]


@pytest.fixture
def store() -> EmbeddedStore:
    """Four changes: two things, another value, one of them gone, something in another graph."""
    made = EmbeddedStore()
    make(made, added=[quad("甲", 1), quad("乙", 1)], author="张伟", message="两个\n事物", kind="commit")
    make(made, added=[quad("甲", 2)], removed=[quad("甲", 1)], author="Li Wei")
    make(made, removed=[quad("乙", 1)], kind="graph", files=(File("b.ttl", "b" * 64), File("a.ttl", "a" * 64)))
    make(made, added=[quad("甲", 3, H)])
    return made


def test_a_record_says_what_was_done(store: EmbeddedStore) -> None:
    first, second, third, fourth = reversed(log(store))
    assert [record.number for record in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert [record.kind for record in (first, second, third)] == ["commit", "update", "graph"]
    assert (first.author, first.message, third.author, third.message) == ("张伟", "两个\n事物", "", "")
    assert [(r.added, r.removed) for r in (first, second, third, fourth)] == [(2, 0), (1, 1), (0, 1), (1, 0)]
    assert (first.graphs, fourth.graphs) == ((G,), (H,))
    assert (first.parent, second.parent) == (None, first.iri)
    assert third.files == (File("a.ttl", "a" * 64), File("b.ttl", "b" * 64))
    assert re.fullmatch(re.escape(str(ID)) + "change/2-[0-9a-f]{8}", str(second.iri))
    assert abs((datetime.now(UTC) - fourth.ended).total_seconds()) < 60
    told = second.to_json()
    assert (told["author"], told["number"], told["parent"], told["conforms"]) == ("Li Wei", 2, str(first.iri), None)


def test_records_are_prov(store: EmbeddedStore) -> None:
    record = by_number(store, 2)
    assert record is not None
    facts = {(p, o) for _, p, o, g in store.triples(record.iri) if g == HISTORY_GRAPH}
    assert {(RDF.type, PROV.Activity), (RDF.type, PG.Change), (PROV.wasInformedBy, record.parent)} <= facts
    assert (PROV.wasAssociatedWith, agent_iri("Li Wei")) in facts
    assert (PROV.generated, patch_of(record.iri)) in facts
    assert Literal(as_time(record.ended), datatype=XSD.dateTime, normalize=False) in {o for _, o in facts}
    assert not any(isinstance(term, BNode) for quad in store.triples() for term in quad)


def test_the_chain_is_sealed(store: EmbeddedStore) -> None:
    before = ""
    for record in reversed(log(store)):
        assert record.seal(before) == record.digest
        assert record.patch_digest == digest_of(rows_of(patch_text(store, record)))
        assert record.name == f"{record.number}-{record.digest[:8]}"
        before = record.digest


CHANGED = [
    {"author": "李娜"}, {"message": ""}, {"kind": "load"}, {"number": 9}, {"added": 5}, {"graphs": ()},
    {"started": datetime(2020, 1, 1, tzinfo=UTC)}, {"ended": datetime(2020, 1, 1, tzinfo=UTC)}, {"gate": "off"},
    {"conforms": False}, {"warnings": 1}, {"files": (File("x", "y"),)}, {"reverts": URIRef(E)}, {"patch_digest": "0"},
]  # fmt: skip


@pytest.mark.parametrize("other", CHANGED, ids=lambda row: next(iter(row)))
def test_nothing_in_a_record_can_be_altered_unseen(store: EmbeddedStore, other: dict[str, object]) -> None:
    record = by_number(store, 1)
    assert record is not None
    assert replace(record, **other).seal("") != record.digest  # type: ignore[arg-type]
    assert record.seal("0") != record.digest


def test_what_changes_nothing_isnt_recorded(store: EmbeddedStore) -> None:
    same = Changeset(added=[quad("甲", 2)], removed=[quad("甲", 7)])
    assert recorded(store, same, Note()) is same
    own = Changeset(added=[(G, P, Literal("x"), STATE_GRAPH)])
    assert with_record(store, own, Note()) == (own, None)
    assert head_number(store) == 4


def test_an_empty_graph_that_is_made_is_a_change(store: EmbeddedStore) -> None:
    make(store, added=[(URIRef(E + "leer"), RDF.type, SD.NamedGraph, STATE_GRAPH)])
    record = head(store)
    assert record is not None
    assert (record.number, record.added, record.graphs) == (5, 0, (URIRef(E + "leer"),))
    assert changeset_of(store, record) == Changeset()


def test_finding_a_change(store: EmbeddedStore) -> None:
    second = by_number(store, 2)
    assert second is not None
    names = ("2", " 2 ", second.name, str(second.iri), f"<{second.iri}>", second.digest, second.digest[:8])
    assert {find(store, name) for name in names} == {second}
    assert find(store, "head").number == 4


@pytest.mark.parametrize("name", ["0", "5", "99999999999999999999", "2-00000000", "x", "", "ffffffffff", E, "-1"])
def test_no_such_change(store: EmbeddedStore, name: str) -> None:
    with pytest.raises(NotFound, match="there are 4") as caught:
        find(store, name)
    assert "plangraph log" in caught.value.text("zh")


def test_an_empty_history() -> None:
    empty = EmbeddedStore()
    assert (head_number(empty), head(empty), log(empty)) == (0, None, ())
    with pytest.raises(NotFound):
        find(empty, "head")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 31])
def test_the_head_is_the_last(count: int) -> None:
    store = EmbeddedStore()
    for n in range(count):
        make(store, added=[quad("甲", n)])
        assert head_number(store) == n + 1


def test_numbers_that_others_write_are_no_records(store: EmbeddedStore) -> None:
    store.apply(Changeset(added=[(URIRef(E + "x"), PG.changeNumber, Literal(5), G)]))
    assert head_number(store) == 4


LOGS = [
    ({}, [4, 3, 2, 1]),
    ({"limit": 2}, [4, 3]),
    ({"before": 3}, [2, 1]),
    ({"before": 99, "limit": 1}, [4]),
    ({"about": URIRef(E + "乙")}, [3, 1]),
    ({"about": URIRef(E + "甲"), "limit": 2}, [4, 2]),
    ({"about": URIRef(E + "no")}, []),
]


@pytest.mark.parametrize(("asked", "numbers"), LOGS)
def test_the_log(store: EmbeddedStore, asked: dict[str, object], numbers: list[int]) -> None:
    assert [record.number for record in log(store, **asked)] == numbers  # type: ignore[arg-type]
    assert [record.number for record in since(store, 2)] == [4, 3]


def test_as_of(store: EmbeddedStore) -> None:
    expected = [
        {quad("甲", 1), quad("乙", 1)},
        {quad("甲", 2), quad("乙", 1)},
        {quad("甲", 2)},
        {quad("甲", 2), quad("甲", 3, H)},
    ]
    today = data(store)
    for number, state in enumerate(expected, 1):
        past = as_of(store, find(store, str(number)))
        assert data(past) == state
        assert head_number(past) == number
        assert [record.number for record in log(past)] == list(range(number, 0, -1))
        answer = past.select("SELECT ?o { ?s <http://e.example/p> ?o }")
        assert {str(row["o"]) for row in answer} == {str(o) for _, _, o, _ in state}
    assert data(store) == today == expected[-1]


def test_large_changes_keep_no_patch(store: EmbeddedStore) -> None:
    many = Changeset(added=[quad("丙", n) for n in range(10)])
    changeset, record = with_record(store, many, Note(kind="load"), most=9)
    store.apply(changeset)
    assert record == head(store)
    assert record is not None
    assert (record.kept, record.added) == (False, 10)
    for read in (patch_text, changeset_of):
        with pytest.raises(Refused, match="Change 5 touched 10") as caught:
            read(store, record)
        assert "history_quads" in caught.value.text("zh")
    with pytest.raises(Refused):
        as_of(store, find(store, "4"))
    assert data(as_of(store, record)) == data(store)
    assert with_record(store, many, Note(), most=10)[1] is None


def test_bulk_loads_are_summarized(store: EmbeddedStore) -> None:
    quads, record = summarized(store, Note("张伟", "整批", "load"), {G: 7, H: 5}, {"results": []}, gate="warn")
    store.apply(Changeset(added=quads))
    assert head(store) == record
    assert (record.added, record.graphs, record.kept, record.conforms, record.gate) == (12, (H, G), False, True, "warn")
    previous = by_number(store, 4)
    assert previous is not None
    assert record.seal(previous.digest) == record.digest


def test_the_report_is_summed_up(store: EmbeddedStore) -> None:
    report = {"conforms": False, "results": [{"severity": s} for s in ("violation", "warning", "warning", "info")]}
    store.apply(recorded(store, Changeset(added=[quad("丁", 1)]), Note(), report, gate="warn"))
    record = head(store)
    assert record is not None
    assert (record.conforms, record.violations, record.warnings, record.infos) == (False, 1, 2, 1)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ({"message": "x" * (LONGEST_MESSAGE + 1)}, "shorter"),
        ({"author": "张" * 201}, "shorter"),
        ({"message": "a\x00b"}, "control"),
        ({"author": "\ud800"}, "control"),
        ({"kind": "whim"}, "whim"),
    ],
)
def test_what_a_note_cannot_say(note: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        Note(**note)  # type: ignore[arg-type]


def test_authors_have_an_iri_each() -> None:
    iris = {agent_iri(name) for name in ("张伟", "李娜", "Li Wei", "li-wei", "LI WEI")}
    assert len(iris) == 5
    assert all(re.fullmatch(re.escape(str(ID)) + r"agent/[a-z0-9]+(-[a-z0-9]+)*", iri) for iri in iris)


def test_one_change_is_one_transaction(tmp_path: Path, store: EmbeddedStore) -> None:
    """What Oxigraph does with an update of which the second half fails: none of it."""
    on_disk = EmbeddedStore.open(tmp_path / "store")
    on_disk.apply(Changeset(added=[quad("甲", 1)]))
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the engine raises
        on_disk.update(f"DELETE DATA {{ GRAPH <{G}> {{ <{E}甲> <{P}> 1 }} }}; LOAD <file:///nowhere>")
    assert data(on_disk) == {quad("甲", 1)}


values = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 3), st.sampled_from([G, H])), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(values, values), max_size=6))
def test_stepping_back_gives_every_former_state(changes: list[tuple[list[object], list[object]]]) -> None:
    store = EmbeddedStore()
    states = [data(store)]
    for added, removed in changes:
        make(store, added=[quad(*row) for row in added], removed=[quad(*row) for row in removed])  # type: ignore[misc]
        if data(store) != states[-1]:
            states.append(data(store))
    assert head_number(store) == len(states) - 1
    for number, state in enumerate(states[1:], 1):
        assert data(as_of(store, find(store, str(number)))) == state
    whole = net(inverse(changeset_of(store, record)) for record in since(store, 0))
    store.apply(whole)
    assert data(store) == set()
