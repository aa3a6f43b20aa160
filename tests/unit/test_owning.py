"""The owner of the store, its writer and those who follow it: one change is one revision, for everybody, at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from plangraph import states
from plangraph.commits import LOCAL_GRAPH
from plangraph.errors import BadInput, DoesNotConform, NotFound, Refused, SyntaxFault, Unavailable
from plangraph.namespaces import HISTORY_GRAPH, SD, STATE_GRAPH
from plangraph.owning import Link, Owner
from plangraph.settings import Settings
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.web.service import Service, linked_service
from plangraph.writing import DeleteGraph, Payload, PostGraph, PutGraph, Update

E = "http://e.example/"
G = URIRef(E + "图")
COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{HISTORY_GRAPH}>) }}"


def turtle(text: str) -> tuple[Payload, ...]:
    return (Payload(f"@prefix e: <{E}> . {text}".encode(), "text/turtle"),)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path), gate="off", readers=1)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore.open(tmp_path / "oxigraph")


@pytest.fixture
def owner(store: EmbeddedStore, settings: Settings) -> Iterator[Owner]:
    with Owner(store, settings) as opened:
        yield opened


def follower(owner: Owner, settings: Settings) -> Service:
    return linked_service(settings, Link(owner.address))


def count(service: Service) -> int:
    return int(service.readers.query(COUNT, "text/csv").read().split()[1])


def data(store: EmbeddedStore | RemoteStore) -> list[Quad]:
    """What is stored, but for the history."""
    return [quad for quad in store.triples() if quad[3] != HISTORY_GRAPH]


def union(service: Service) -> int:
    """How many triples the union of the graphs has, but for the history."""
    return len(service.store.graph()) - len(service.store.graph(HISTORY_GRAPH))


def test_every_follower_reads_what_was_written(owner: Owner, settings: Settings, store: EmbeddedStore) -> None:
    first, second = follower(owner, settings), follower(owner, settings)
    before = first.revision
    change = first.writer.change(PutGraph(G, turtle("e:甲 e:p 1, '水'@zh .")))
    assert (change.added, change.removed, change.created, change.deleted) == (2, 0, (G,), ())
    late = follower(owner, settings)
    for service in (first, second, late):
        assert service.revision == change.revision != before
        assert count(service) == 2
        assert set(service.store.triples()) == set(store.triples())
        assert service.readers.query(COUNT).revision.text == change.revision
        assert union(service) == 2


def test_put_replaces_post_adds_delete_takes_away(owner: Owner, store: EmbeddedStore) -> None:
    owner.change(PutGraph(G, turtle("e:a e:p 1, 2 .")))
    changed = owner.change(PutGraph(G, turtle("e:a e:p 2, 3 .")))
    assert (changed.added, changed.removed, changed.created) == (1, 1, ())
    changed = owner.change(
        PostGraph(G, (*turtle("e:a e:p 3 ."), Payload(f"<{E}a> <{E}p> <{E}b> .".encode(), "application/n-triples")))
    )
    assert (changed.added, changed.removed) == (1, 0)
    assert {str(o) for _, _, o, _ in data(store)} == {"2", "3", E + "b"}
    changed = owner.change(DeleteGraph(G))
    assert (changed.removed, changed.deleted) == (3, (G,))
    assert len(data(store)) == 0
    with pytest.raises(NotFound):
        owner.change(DeleteGraph(G))


def test_nothing_changed_is_no_revision(owner: Owner) -> None:
    first = owner.change(PutGraph(G, turtle("e:a e:p 1.50 .")))
    again = owner.change(PutGraph(G, turtle("e:a e:p 1.50 .")))
    assert (again.added, again.removed, again.created, again.revision) == (0, 0, (), first.revision)


def test_an_empty_graph_exists_once_it_was_made(owner: Owner, store: EmbeddedStore) -> None:
    assert owner.change(PutGraph(G, ())).created == (G,)
    assert [(s, o, g) for s, _, o, g in data(store)] == [(G, SD.NamedGraph, STATE_GRAPH)]
    assert owner.change(PutGraph(G, ())).created == ()
    filled = owner.change(PostGraph(G, turtle("e:a e:p 1 .")))
    assert (filled.added, filled.removed, filled.created) == (1, 0, ())
    assert [g for *_, g in data(store)] == [G]
    assert owner.change(PutGraph(G, ())).deleted == ()
    assert owner.change(DeleteGraph(G)).deleted == (G,)
    assert len(data(store)) == 0


def test_blank_nodes_stay_where_nothing_is_checked(owner: Owner, settings: Settings, store: EmbeddedStore) -> None:
    service = follower(owner, settings)
    owner.change(PutGraph(G, turtle("e:a e:p [ e:q 1 ] .")))
    assert set(service.store.triples()) == set(store.triples())
    owner.change(PutGraph(G, turtle("e:a e:p [ e:q 1 ] ; e:r 5 .")))
    assert len(data(store)) == 3
    assert set(service.store.triples()) == set(store.triples())
    assert count(service) == 3


def test_updates(owner: Owner, settings: Settings, store: EmbeddedStore) -> None:
    service = follower(owner, settings)
    first = f"PREFIX e: <{E}> INSERT DATA {{ e:a e:p 1 GRAPH e:g {{ e:b e:p 2 }} }}"
    change = service.writer.change(Update(first + "; INSERT { ?s e:q 3 } WHERE { ?s e:p ?o }"))
    assert (change.added, change.created) == (4, (URIRef(E + "g"), LOCAL_GRAPH))
    assert {g for *_, g in data(store)} == {URIRef(E + "g"), LOCAL_GRAPH}
    change = service.writer.change(Update(f"DELETE WHERE {{ ?s <{E}q> ?o }}"))
    assert (change.removed, count(service)) == (2, 2)


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (PutGraph(G, turtle("e:a e:p")), SyntaxFault),
        (PutGraph(STATE_GRAPH, turtle("e:a e:p 1 .")), Refused),
        (PostGraph(G, (Payload(b"x", "text/csv"),)), BadInput),
        (
            PostGraph(G, (Payload(b"<http://e/s> <http://e/p> 1 <http://e/other> .", "application/n-quads"),)),
            SyntaxFault,
        ),
        (
            PostGraph(G, (Payload(b"GRAPH <http://e/other> { <http://e/s> <http://e/p> 1 }", "application/trig"),)),
            BadInput,
        ),
        (Update("INSERT DATA { <s> <p> }"), SyntaxFault),
        (Update("LOAD <http://127.0.0.1:9/x>"), Refused),
        (Update("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"), Refused),
    ],
)
def test_what_fails_changes_nothing(
    owner: Owner, store: EmbeddedStore, request_: object, kind: type[Exception]
) -> None:
    owner.change(PutGraph(G, turtle("e:a e:p 1 .")))
    before = set(store.triples())
    with pytest.raises(kind):
        Link(owner.address).change(request_)  # type: ignore[arg-type]
    assert set(store.triples()) == before


def test_the_gate_holds_changes_against_the_shapes(store: EmbeddedStore, tmp_path: Path) -> None:
    wrong = turtle("@prefix pg: <https://w3id.org/plangraph/ontology#> . e:a a pg:Goal .")
    for gate, stored in (("enforce", 0), ("warn", 1)):
        with Owner(store, Settings(store=str(tmp_path), gate=gate)) as owner:
            if gate == "enforce":
                with pytest.raises(DoesNotConform) as caught:
                    Link(owner.address).change(PutGraph(G, wrong))
                report = caught.value.report
            else:
                report = owner.change(PutGraph(G, wrong)).report
        assert isinstance(report, dict)
        assert report["conforms"] is False
        assert report["results"][0]["focusNode"] == E + "a"
        assert len(data(store)) == stored


def test_after_many_changes_all_start_from_a_new_snapshot(
    owner: Owner, settings: Settings, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_MOST_STEPS", 3)
    service = follower(owner, settings)
    for n in range(10):
        owner.change(PostGraph(G, turtle(f"e:a e:p {n} .")))
        assert count(service) == n + 1
        assert union(service) == n + 1
    assert count(follower(owner, settings)) == 10
    folders = list((Path(settings.store) / "snapshots").iterdir())
    assert len(folders) <= 2


def test_large_stores_are_read_from_disk(store: EmbeddedStore, settings: Settings, tmp_path: Path) -> None:
    store.apply(Changeset(added=[(URIRef(E + "s"), URIRef(E + "p"), Literal(n), G) for n in range(100)]))
    large = Settings(store=str(tmp_path), gate="off", memory_quads=50)
    with Owner(store, large) as owner:
        service = follower(owner, large)
        for n in range(4):
            service.writer.change(Update(f"INSERT DATA {{ GRAPH <{G}> {{ <{E}s> <{E}q> {n} }} }}"))
            assert count(service) == 101 + n
            assert len(data(service.store)) == 101 + n


def test_a_store_may_grow_over_what_is_held_and_shrink_again(
    store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_MOST_STEPS", 2)
    settings = Settings(store=str(tmp_path), gate="off", memory_quads=50)
    with Owner(store, settings) as owner:
        service = follower(owner, settings)
        expected = 0
        for n in range(12):  # ten each: over the limit after five
            objects = ", ".join(str(10 * n + k) for k in range(10))
            owner.change(PostGraph(URIRef(f"{E}g{n}"), turtle(f"e:a e:p {objects} .")))
            expected += 10
            assert (count(service), len(data(service.store))) == (expected, expected)
        for n in range(12):
            owner.change(DeleteGraph(URIRef(f"{E}g{n}")))
            expected -= 10
            assert (count(service), len(data(service.store))) == (expected, expected)


def test_writers_at_once_lose_nothing(owner: Owner, settings: Settings, store: EmbeddedStore) -> None:
    services = [follower(owner, settings), follower(owner, settings)]

    def write(n: int) -> None:
        for k in range(5):
            services[n % 2].writer.change(PostGraph(G, turtle(f"e:w{n} e:p {k} .")))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(data(store)) == 20
    assert [count(service) for service in services] == [20, 20]


def test_an_owner_that_is_gone_is_told(owner: Owner, settings: Settings) -> None:
    link = Link(owner.address)
    lost = threading.Event()
    link.follow(lambda step: None, lost.set)
    owner.close()
    assert lost.wait(5)
    with pytest.raises(Unavailable):
        link.change(DeleteGraph(G))
