"""What goes over the wire: what is repeated and what never, limits, credentials, faults in the engine's own words."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF

from engines import Server, oxigraph
from plangraph.errors import BadInput, OverLimit, PlangraphError, Refused, TooLarge, Unavailable
from plangraph.namespaces import PG
from plangraph.store.base import Changeset, Quad
from plangraph.store.remote import RemoteStore
from plangraph.store.remote.dialects import LISTED, OXIGRAPH, UNITED, VIRTUOSO

TRUE = b'{"head":{},"boolean":true}'


class Scripted:
    """A server on loopback that gives the next answer of its script to each request; the last one again and again."""

    def __init__(self, *script: bytes | None) -> None:
        self.script = list(script)
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
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
            data = b""
            while b"\r\n\r\n" not in data:
                data += client.recv(65536)
            length = re.search(rb"(?i)content-length: (\d+)", data)
            while length and len(data.partition(b"\r\n\r\n")[2]) < int(length[1]):
                data += client.recv(65536)
            self.requests.append(data)
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if answer is not None:
                client.sendall(answer)

    def close(self) -> None:
        self._listener.close()


def answer(status: str, body: bytes, media_type: str = "application/sparql-results+json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}Connection: close"
    return head.encode() + b"\r\n\r\n" + body


YES = answer("200 OK", TRUE)
DOWN = answer("503 Service Unavailable", b"down", "text/plain")


@pytest.fixture
def scripted(request: pytest.FixtureRequest) -> Iterator[Scripted]:
    server = Scripted(*request.param)
    yield server
    server.close()


REPEATED = {"503": (DOWN, YES), "502": (answer("502 Bad Gateway", b""), YES), "dropped": (None, None, YES)}
REPEATED["cut"] = (YES[:-5], YES)
REPEATED["deadlock"] = (answer("500 Error", b"Virtuoso 40001 Error SR172: Transaction deadlocked", "text/plain"), YES)


@pytest.mark.parametrize("scripted", REPEATED.values(), ids=REPEATED, indirect=True)
def test_reads_are_repeated_where_that_may_help(scripted: Scripted) -> None:
    expected = len(scripted.script)
    assert RemoteStore(scripted.address).query("ASK {}") is True
    assert len(scripted.requests) == expected


FAULTS: dict[str, tuple[bytes | None, type[PlangraphError], str, int]] = {
    "down for good": (DOWN, Unavailable, "answered 503", 4),
    "dropped for good": (None, Unavailable, "broke", 4),
    "internal": (answer("500 Error", b""), Unavailable, "answered 500", 1),
    "too many": (answer("429 Too Many", b""), Unavailable, "answered 429", 1),
    "syntax": (answer("400 Bad", b"error at 1:3: expected }", "text/plain"), BadInput, "expected }", 1),
    "problem": (answer("400 Bad", b'{"detail":"no such"}', "application/problem+json"), BadInput, "no such", 1),
    "forbidden": (answer("403 No", b""), Refused, "answered 403", 1),
    "unauthorized": (answer("401 No", b""), Refused, "answered 401", 1),
    "moved": (answer("302 Found", b"", more="Location: http://127.0.0.1:1/\r\n"), BadInput, "answered 302", 1),
    "a page": (answer("200 OK", b"<html>", "text/html"), OverLimit, "isn't whole", 1),
    "no answer to a query": (answer("200 OK", b"[]"), OverLimit, "isn't whole", 1),
    "cut on the way": (answer("200 OK", b'{"head":{"vars":["a"]},"results":{"bind'), OverLimit, "isn't whole", 1),
    "part of it": (answer("200 OK", TRUE, more="X-SQL-State: S1TAT\r\n"), OverLimit, "part of the answer", 1),
    "too large": (answer("200 OK", b" " * 2000 + TRUE), TooLarge, "over 1000 bytes", 1),
    "a bad query to Virtuoso": (
        answer("500 Error", b"Virtuoso 37000 Error SP030: syntax error\n\nSPARQL query:\ndefine", "text/plain"),
        BadInput,
        "SP030: syntax error$",
        1,
    ),
    "no permission in Virtuoso": (
        answer("500 Error", b"Virtuoso 42000 Error SR186: No permission to execute", "text/plain"),
        Refused,
        "No permission",
        1,
    ),
}


@pytest.mark.parametrize(("reply", "kind", "words", "times"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told(reply: bytes | None, kind: type[PlangraphError], words: str, times: int) -> None:
    scripted = Scripted(reply)
    with pytest.raises(kind, match=words) as told:
        RemoteStore(scripted.address, max_bytes=1000).query("ASK {}")
    assert told.value.zh != told.value.en
    assert len(scripted.requests) == times
    scripted.close()


def test_an_answer_that_never_ends_is_given_up() -> None:
    scripted = Scripted(YES[:-5].replace(b"Connection: close", b"X: y"))
    scripted._serve = lambda client: time.sleep(5)  # type: ignore[method-assign, assignment]
    with pytest.raises(OverLimit, match=r"0\.5 s"):
        RemoteStore(scripted.address, seconds=0.5).query("ASK {}")
    scripted.close()


def test_nobody_there_is_told_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(Unavailable, match=f"http://127.0.0.1:{port} can't be reached") as told:
        RemoteStore(f"http://me:secret@127.0.0.1:{port}").query("ASK {}")
    assert "secret" not in told.value.en + told.value.zh


@pytest.mark.parametrize("scripted", [(YES,)], indirect=True)
def test_credentials_go_with_every_request(scripted: Scripted) -> None:
    address = scripted.address.replace("//", "//me:pass@")
    assert RemoteStore(address).query("ASK {}") is True
    assert b"authorization: basic bwu6cgfzcw==" in scripted.requests[0].lower()
    assert RemoteStore(scripted.address, token="abc").query("ASK {}") is True
    assert b"authorization: bearer abc" in scripted.requests[1].lower()


@pytest.mark.parametrize("scripted", [(answer("503 Later", b"", "text/plain"),)], indirect=True)
def test_a_change_on_a_plangraph_server_is_sent_once(scripted: Scripted) -> None:
    quad: Quad = (URIRef("http://x/s"), URIRef("http://x/p"), URIRef("http://x/o"), URIRef("http://x/g"))
    with pytest.raises(Unavailable):
        RemoteStore(scripted.address).apply(Changeset(added=[quad], removed=[quad]), expected='"tag"')
    (request,) = scripted.requests
    assert request.startswith(b"POST /update ")
    assert b'if-match: "tag"' in request.lower()
    assert b"DELETE DATA" in request


@pytest.fixture(scope="module")
def united(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Oxigraph with the union as its default graph, as its service description says."""
    server = oxigraph(tmp_path_factory.mktemp("united"), "--union-default-graph")
    server.start()
    yield server
    server.stop()


def test_kinds_of_engines_are_told_apart(
    united: Server, oxigraph_server: Server, request: pytest.FixtureRequest
) -> None:
    assert RemoteStore(united.address)._engine.dialect is UNITED
    assert RemoteStore(oxigraph_server.address)._engine.dialect is OXIGRAPH
    virtuoso: Server = request.getfixturevalue("virtuoso_server")
    assert RemoteStore(virtuoso.address)._engine.dialect is VIRTUOSO


def test_an_unknown_engine_is_tried(united: Server, oxigraph_filled: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that gives no name: with its default graph as the union, and without."""
    monkeypatch.setattr("plangraph.store.remote.dialects._says_union", lambda reply: False)
    monkeypatch.setattr("plangraph.store.remote.dialects.OXIGRAPH_NAME", "nobody")
    quad: Quad = (URIRef("http://x/s"), URIRef("http://x/p"), URIRef("http://x/o"), URIRef("http://x/g"))
    RemoteStore(united.address).apply(Changeset(added=[quad]))
    assert RemoteStore(united.address)._engine.dialect is UNITED
    other = RemoteStore(oxigraph_filled.address)
    assert other._engine.dialect is LISTED
    counted = other.select("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c GRAPH ?g { ?s a pg:Plan } }")
    assert int(str(counted.rows[0][0])) == len({s for s, *_ in other.triples(None, RDF.type, PG.Plan)})
