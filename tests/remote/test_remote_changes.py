"""Changes of a remote dataset: whole or not at all, on the revision expected, never twice, and told plainly."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from engines import WRITTEN, Server, Virtuoso, oxigraph
from plangraph.errors import BadInput, PlangraphError, TooLarge, Unavailable
from plangraph.namespaces import STATE_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.remote import REVISION, Conflict, RemoteStore, claiming
from plangraph.store.remote.claiming import CLAIM
from plangraph.store.remote.dialects import STAGING_GRAPH

G1, G2 = URIRef(WRITTEN + "g1"), URIRef(WRITTEN + "图2")


def quad(s: str, o: str | Literal | URIRef, g: URIRef = G1) -> Quad:
    return URIRef(WRITTEN + s), URIRef(WRITTEN + "p"), o if isinstance(o, Literal | URIRef) else Literal(o), g


def held(store: RemoteStore) -> set[Quad]:
    """What tests wrote, as the engine has it now."""
    store.refresh(now=True)
    return {q for name in store.graphs() if name.startswith(WRITTEN) for q in store.quads_of(name)}


def test_a_change_adds_and_removes_in_several_graphs(written: RemoteStore) -> None:
    written.apply(Changeset(added=[quad("a", "1"), quad("b", "2", G2)]))
    written.apply(Changeset(added=[quad("c", "3")], removed=[quad("b", "2", G2), quad("not", "there")]))
    assert held(written) == {quad("a", "1"), quad("c", "3")}


@pytest.mark.parametrize("present", [True, False])
def test_a_quad_that_is_removed_and_added_is_there_in_the_end(written: RemoteStore, present: bool) -> None:
    if present:
        written.apply(Changeset(added=[quad("a", "1")]))
    written.apply(Changeset(added=[quad("a", "1")], removed=[quad("a", "1")]))
    assert held(written) == {quad("a", "1")}


def test_removing_takes_the_quad_of_that_graph_alone(written: RemoteStore) -> None:
    written.apply(Changeset(added=[quad("a", "1", G1), quad("a", "1", G2)]))
    written.apply(Changeset(removed=[quad("a", "1", G1)]))
    assert held(written) == {quad("a", "1", G2)}


def test_each_change_states_a_new_revision(written: RemoteStore) -> None:
    revisions = [written.stated_revision()]
    for n in range(3):
        written.apply(Changeset(added=[quad("a", str(n))]))
        revisions.append(written.stated_revision())
    assert len(set(revisions)) == 4
    assert [o for _, _, o, g in written.triples(STATE_GRAPH, REVISION) if g == STATE_GRAPH] == [Literal(revisions[-1])]


def test_a_change_made_for_another_revision_changes_nothing(written: RemoteStore) -> None:
    written.apply(Changeset(added=[quad("a", "1")]))
    before = written.stated_revision()
    other = RemoteStore(written.address)
    other.apply(Changeset(added=[quad("b", "2")]), expected=before)
    for changeset in (
        Changeset(added=[quad("c", "3")]),
        Changeset(removed=[quad("a", "1")]),
        Changeset(added=[quad("d", str(n)) for n in range(1500)]),
    ):
        with pytest.raises(Conflict, match="Nothing was written"):
            written.apply(changeset, expected=before)
    assert held(written) == {quad("a", "1"), quad("b", "2")}


def test_of_writers_at_the_same_time_one_succeeds(written: RemoteStore) -> None:
    written.apply(Changeset(added=[quad("start", "0")]))
    before = written.stated_revision()
    outcomes: list[str] = []

    def write(n: int) -> None:
        try:
            RemoteStore(written.address).apply(Changeset(added=[quad("w", str(n))]), expected=before)
            outcomes.append(str(n))
        except Unavailable:
            outcomes.append("")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [outcome for outcome in outcomes if outcome]
    assert len(won) == 1
    assert held(written) == {quad("start", "0"), quad("w", won[0])}


def test_no_change_is_lost_where_many_write(server: Server) -> None:
    count = (URIRef(WRITTEN + "count"), URIRef(WRITTEN + "p"))
    RemoteStore(server.address).apply(Changeset(added=[(*count, Literal("0", datatype=XSD.integer), G1)]))
    faults: list[Exception] = []

    def increase() -> None:
        store = RemoteStore(server.address, fresh_seconds=0)
        done = 0
        while done < 5 and not faults:
            try:
                before = store.stated_revision()
                found = list(store.triples(*count))
                more = Literal(str(int(str(found[0][2])) + 1), datatype=XSD.integer)
                store.apply(Changeset(added=[(*count, more, G1)], removed=found), expected=before)
                done += 1
            except Conflict:
                continue
            except Exception as fault:
                faults.append(fault)

    threads = [threading.Thread(target=increase) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert [str(q[2]) for q in RemoteStore(server.address).triples(*count)] == ["20"]


def test_the_claim_of_a_writer_that_is_gone_is_broken_in_time(server: Server) -> None:
    store = RemoteStore(server.address, seconds=0.5)
    store.apply(Changeset(added=[quad("a", "1")]))
    claim = f'INSERT DATA {{ GRAPH <{STATE_GRAPH}> {{ <{STATE_GRAPH}> <{CLAIM}> "gone" }} }}'
    server.update(claim)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claiming, "_AFTER_THE_LIMIT", 0.5)
        store.apply(Changeset(added=[quad("b", "2")]))
    assert held(store) == {quad("a", "1"), quad("b", "2")}
    assert list(store.triples(STATE_GRAPH, CLAIM)) == []


def test_a_change_larger_than_one_update_is_whole_too(written: RemoteStore) -> None:
    many = [quad(f"s{n}", f"值 {n}", (G1, G2)[n % 2]) for n in range(2500)]
    written.apply(Changeset(added=many))
    assert held(written) == set(many)
    written.apply(Changeset(added=[quad("new", "1")], removed=many[:1500]))
    assert held(written) == {*many[1500:], quad("new", "1")}
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{STAGING_GRAPH}> {{ ?s ?p ?o }} }}"
    found = written.evaluate(count, named_graphs=[str(STAGING_GRAPH)])
    assert str(found.rows[0][0]) == "0"  # type: ignore[union-attr]


REFUSED: dict[str, tuple[Quad, type[Exception], str]] = {
    "blank subject": ((BNode("b"), URIRef(WRITTEN + "p"), Literal("x"), G1), BadInput, "Blank nodes"),
    "blank object": ((URIRef(WRITTEN + "s"), URIRef(WRITTEN + "p"), BNode("b"), G1), BadInput, "Blank nodes"),
    "no IRI": ((URIRef("no iri"), URIRef(WRITTEN + "p"), Literal("x"), G1), ValueError, "IRI"),
    "an IRI that breaks out": (quad("s", URIRef("http://x/> } } ; DROP ALL #")), ValueError, "IRI"),
    "too large": (quad("s", "x" * 3000), TooLarge, "remote_update_bytes"),
}


@pytest.mark.parametrize(("bad", "fault", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(
    server: Server, bad: Quad, fault: type[Exception], words: str
) -> None:
    store = RemoteStore(server.address, update_bytes=2000)
    before = store.stated_revision()
    with pytest.raises(fault, match=words):
        store.apply(Changeset(added=[quad("good", "1"), bad]))
    assert store.stated_revision() == before
    assert held(store) == set()


def test_text_that_looks_like_sparql_stays_text(written: RemoteStore) -> None:
    texts = [
        '"} } ; DROP ALL ; INSERT DATA { "',
        "\\",
        "line\nbreak\ttab\rreturn",
        '"""',
        "'''\\u0041",
        "长" * 3000,
        "🦀",
    ]
    written.apply(Changeset(added=[quad("a", text) for text in texts]))
    assert held(written) == {quad("a", text) for text in texts}
    written.apply(Changeset(removed=[quad("a", text) for text in texts]))
    assert held(written) == set()


def test_reading_sees_own_changes_at_once_and_those_of_others_in_time(server: Server) -> None:
    reader, other = RemoteStore(server.address, fresh_seconds=3600), RemoteStore(server.address)
    pattern = (URIRef(WRITTEN + "a"), None, None)
    assert list(reader.triples(*pattern)) == []
    counted = reader.revision
    reader.apply(Changeset(added=[quad("a", "1")]))
    assert list(reader.triples(*pattern)) == [quad("a", "1")]
    assert reader.revision > counted
    counted = reader.revision
    other.apply(Changeset(added=[quad("a", "2")]))
    assert list(reader.triples(*pattern)) == [quad("a", "1")], "not looked at again so soon"
    reader.refresh(now=True)
    assert reader.revision > counted
    assert set(reader.triples(*pattern)) == {quad("a", "1"), quad("a", "2")}


def test_two_revisions_side_by_side_are_told(written: RemoteStore, server: Server) -> None:
    written.apply(Changeset(added=[quad("a", "1")]))
    second = Changeset(added=[(STATE_GRAPH, REVISION, Literal("another"), STATE_GRAPH)])
    with pytest.raises(Conflict, match="2 revisions"):
        written.apply(second)
    one = next(q for q in stated(written) if q[2] != Literal("another"))
    with pytest.raises(Conflict):
        written.apply(Changeset(removed=[one]))
    server.update(f'DELETE DATA {{ GRAPH <{STATE_GRAPH}> {{ <{STATE_GRAPH}> <{REVISION}> "another" }} }}')
    written.apply(Changeset(added=[quad("a", "2")]))
    assert len(stated(written)) == 1


def stated(store: RemoteStore) -> list[Quad]:
    return [q for q in store.quads_of(STATE_GRAPH) if q[:2] == (STATE_GRAPH, REVISION)]


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Server]:
    server = oxigraph(tmp_path)
    server.start()
    yield server
    server.stop()


def test_an_empty_dataset_states_no_revision_until_the_first_change(lone: Server) -> None:
    store = RemoteStore(lone.address)
    assert (store.stated_revision(), len(store), list(store.triples())) == (None, 0, [])
    store.apply(Changeset(added=[quad("a", "1")]))
    assert store.stated_revision()
    late = RemoteStore(lone.address)
    assert list(late.triples(URIRef(WRITTEN + "a"))) == [quad("a", "1")]


def test_an_engine_that_goes_away_is_told_and_found_again(lone: Server) -> None:
    store = RemoteStore(lone.address, fresh_seconds=0)
    store.apply(Changeset(added=[quad("a", "1")]))
    lone.stop()
    for act in (
        lambda: list(store.triples(URIRef(WRITTEN + "a"))),
        lambda: store.query("ASK {}"),
        lambda: store.apply(Changeset(added=[quad("b", "2")])),
        lambda: store.apply(Changeset(added=[quad("b", "2")]), expected="some"),
    ):
        with pytest.raises(Unavailable, match="can't be reached") as told:
            act()
        assert "无法连接" in told.value.zh
    lone.start()
    assert list(store.triples(URIRef(WRITTEN + "a"))) == [quad("a", "1")]
    store.apply(Changeset(added=[quad("b", "2")]))
    assert len(held(store)) == 2


class Between:
    """A proxy before an engine that lets reads pass and does as it is told with the next update."""

    def __init__(self, engine: str) -> None:
        match = re.fullmatch(r"http://([\d.]+):(\d+)(/.*)", engine)
        assert match
        self._engine = (match[1], int(match[2]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}{match[3]}"
        self.updates = 0
        self.plan = "pass"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            data = client.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1]) if b"POST" in head[:5] else 0  # type: ignore[index]
            while len(body) < length:
                body += client.recv(65536)
            # Claims come and go in updates without conditions.
            update = b"sparql-update" in head and b"WHERE" in body
            self.updates += update
            if update and self.plan == "drop and go":
                self.plan = "gone"
            if self.plan == "gone" or (update and self.plan == "drop"):
                return
            with socket.create_connection(self._engine) as engine:
                head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head) + b"\r\nConnection: close"
                engine.sendall(head + b"\r\n\r\n" + body)
                answer = b""
                while piece := engine.recv(65536):
                    answer += piece
            if update and self.plan == "lose the answer":
                return
            client.sendall(answer)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def between(server: Server) -> Iterator[Between]:
    proxy = Between(server.address)
    yield proxy
    proxy.close()


def test_a_lost_answer_to_a_change_that_happened_is_success(between: Between) -> None:
    store = RemoteStore(between.address, update=between.address.replace("/query", "/update"))
    between.plan = "lose the answer"
    store.apply(Changeset(added=[quad("a", "1")]))
    assert held(store) == {quad("a", "1")}
    assert between.updates == 1


def test_a_change_that_may_have_arrived_is_not_sent_again(between: Between) -> None:
    store = RemoteStore(between.address)
    between.plan = "drop"
    with pytest.raises(Unavailable, match="called off"):
        store.apply(Changeset(added=[quad("a", "1")]))
    assert between.updates == 1
    assert held(store) == set()
    between.plan = "pass"
    store.apply(Changeset(added=[quad("a", "1")]))
    assert held(store) == {quad("a", "1")}


def test_nothing_is_known_where_the_engine_is_gone_too(between: Between, server: Server) -> None:
    store = RemoteStore(between.address)
    before = store.stated_revision()
    between.plan = "drop and go"
    with pytest.raises(Unavailable, match="isn't known"):
        store.apply(Changeset(added=[quad("a", "1")]), expected=before)
    assert between.updates == 1
    assert RemoteStore(server.address).stated_revision() == before


def test_nothing_is_written_where_the_engine_breaks_off_at_the_claim(between: Between, server: Server) -> None:
    store = RemoteStore(between.address)
    before = store.stated_revision()
    between.plan = "gone"
    with pytest.raises(Unavailable, match="Nothing was written"):
        store.apply(Changeset(added=[quad("a", "1")]), expected=before)
    assert RemoteStore(server.address).stated_revision() == before


def test_an_engine_that_does_not_allow_updates_says_so(written: RemoteStore, request: pytest.FixtureRequest) -> None:
    if "oxigraph" in request.node.callspec.id:
        pytest.skip("Oxigraph's server allows them to everybody")
    server: Virtuoso = request.getfixturevalue("virtuoso_server")
    server.sql('REVOKE SPARQL_UPDATE FROM "SPARQL";')
    try:
        with pytest.raises(PlangraphError, match="refuses"):
            written.apply(Changeset(added=[quad("a", "1")]))
    finally:
        server.allow_updates()


VALUES: tuple[Callable[[int], Literal], ...] = (
    lambda n: Literal(str(n), datatype=XSD.decimal),
    lambda n: Literal(f"{n}.25", datatype=XSD.decimal),
    lambda n: Literal(str(n), datatype=XSD.integer),
)


def test_numbers_can_be_removed_again(written: RemoteStore) -> None:
    quads = [quad(f"n{i}", make(n)) for n in (0, 7, 344, 3442000) for i, make in enumerate(VALUES)]
    written.apply(Changeset(added=quads))
    assert held(written) == set(quads)
    written.apply(Changeset(removed=quads[:-1]))
    assert held(written) == {quads[-1]}
