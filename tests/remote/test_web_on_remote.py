"""The whole server on a remote engine: real ``plangraph serve`` over real ``oxigraph serve``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from engines import Server, free_port, oxigraph
from plangraph.namespaces import STATE_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.remote import RemoteStore
from real_server import serving
from site_to_write import TURTLE, Site, of_graph

E = "http://written.example/"
G = E + "图"
ENGLISH = {"Accept-Language": "en"}
DATA = f"<{E}甲> <{E}p> 1, '水'@zh ."
LOCAL = "https://w3id.org/plangraph/graph/local"
SOON = {"PLANGRAPH_REMOTE_SECONDS": "0.2", "PLANGRAPH_READERS": "1"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that reads, on an engine that was empty."""
    folder = tmp_path_factory.mktemp("shipped")
    engine = oxigraph(folder)
    engine.start()
    try:
        with serving(folder / "server", "--store", engine.address, PLANGRAPH_QUERY_SECONDS="60") as address:
            yield Site(address, ENGLISH)
    finally:
        engine.stop()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An engine on which others keep something: in the unnamed graph, which plangraph doesn't read."""
    server = oxigraph(tmp_path_factory.mktemp("engine"))
    server.start()
    server.update("INSERT DATA { <urn:x:theirs> <urn:x:of> 1 }")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(engine: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two web processes on it that let every program on this machine write, unchecked."""
    folder = tmp_path_factory.mktemp("site") / "server"
    with serving(folder, "--store", engine.address, "--gate", "off", "--workers", "2", **SOON) as address:
        assert RemoteStore(engine.address).graphs() == {}  # what others have isn't added to
        yield Site(address, ENGLISH)


def eventually(check: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def revision(site: Site) -> str:
    tag = site("GET", "/sparql", Accept=TURTLE).headers["ETag"]
    return tag.strip('"').rsplit("-turtle", 1)[0]


# --- Reading ----------------------------------------------------------------------------------------------------------

PAGES = [
    "/",
    "/about",
    "/findings",
    "/coverage",
    "/explore",
    "/validate",
    "/ontology",
    "/shapes",
    "/graphs",
    "/sparql",
    "/id/chaoyang-2021/task/education",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages(shipped: Site, path: str) -> None:
    answer = shipped("GET", path, Accept="text/html")
    if answer.status == 303:
        answer = shipped("GET", answer.headers["Location"].removeprefix(shipped.address), Accept="text/html")
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/html"), answer.text[:300]


def test_an_empty_engine_was_filled(shipped: Site, shipped_quads: list[Quad]) -> None:
    graphs = {quad[3] for quad in shipped_quads}
    assert all(shipped("GET", of_graph(graph), Accept="text/turtle").status == 200 for graph in graphs)


QUERIES = [
    ("SELECT ?p WHERE { ?p a pg:Plan }", "application/sparql-results+json", '"vars"'),
    ("SELECT ?p WHERE { ?p a pg:Plan }", "text/csv", "p\r\nhttp"),
    ("SELECT ?p WHERE { ?p a pg:Plan }", "application/sparql-results+xml", "<sparql"),
    ("SELECT ?p WHERE { ?p a pg:Plan }", "text/tab-separated-values", "?p\n<http"),
    ("ASK { GRAPH ?g { ?p a pg:Plan } }", "application/sparql-results+json", "true"),
    ("CONSTRUCT { ?p a pg:Plan } WHERE { ?p a pg:Plan }", "text/turtle", "pg:Plan"),
    ("CONSTRUCT { ?p a pg:Plan } WHERE { ?p a pg:Plan }", "application/ld+json", "@id"),
    ("DESCRIBE ?p WHERE { ?p a pg:Plan }", "application/n-triples", "<http"),
    ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv", "n\r\n"),
    ("ASK { FILTER(<relative> = ?x) BIND(1 AS ?x) }", "application/sparql-results+json", "false"),
]


@pytest.mark.parametrize(("text", "accept", "part"), QUERIES)
def test_every_form_of_query(shipped: Site, text: str, accept: str, part: str) -> None:
    answer = shipped("GET", "/sparql?" + urlencode({"query": text}), Accept=accept)
    assert (answer.status, answer.headers.get_content_type()) == (200, accept)
    assert part in answer.text


def test_a_relative_iri_is_resolved_against_the_request(shipped: Site) -> None:
    answer = shipped("GET", "/sparql?" + urlencode({"query": "SELECT (<x> AS ?x) {}"}), Accept="text/csv")
    assert answer.text.split() == ["x", shipped.address + "/x"]


def test_a_dataset_of_the_request(shipped: Site) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    whole, one, none = (
        int(shipped("GET", "/sparql?" + urlencode({"query": text, **named}), Accept="text/csv").text.split()[1])
        for named in ({}, {"default-graph-uri": "https://w3id.org/plangraph/graph/shapes"}, {"named-graph-uri": G})
    )
    assert whole > one > none == 0


REFUSED = [
    ("SELECT ?x WHERE {\n ?x ?y }", 400, '"line": 2'),
    ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "SERVICE"),
    ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 403, "file:"),
]


@pytest.mark.parametrize(("text", "status", "part"), REFUSED)
def test_a_query_that_is_refused(shipped: Site, text: str, status: int, part: str) -> None:
    answer = shipped("POST", "/sparql", text, "application/sparql-query")
    assert (answer.status, part in answer.text) == (status, True), answer.text


def test_a_query_that_takes_too_long_is_stopped(shipped: Site) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"
    started = time.monotonic()
    answer = shipped("GET", "/sparql?" + urlencode({"query": text, "timeout": "1"}))
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert time.monotonic() - started < 9


def test_data_are_validated_in_context(shipped: Site) -> None:
    turtle = "@prefix pg: <https://w3id.org/plangraph/ontology#> . <http://written.example/t> a pg:Task ."
    answer = shipped("POST", "/api/validate", turtle, TURTLE, Accept="application/json")
    assert answer.status == 200
    assert not answer.json["conforms"]


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_graphs_come_grow_and_go(site: Site) -> None:
    site("DELETE", of_graph(G))
    before = revision(site)
    assert site.put(G, DATA).status == 201
    assert revision(site) != before
    assert site.ask(f"GRAPH <{G}> {{ <{E}甲> <{E}p> '水'@zh }}")
    assert site("POST", of_graph(G), f"<{E}甲> <{E}q> [ <{E}r> 2 ] .", TURTLE).status == 200
    assert len(site.lines(of_graph(G))) == 4
    assert site.put(G, DATA).status == 204
    assert len(site.lines(of_graph(G))) == 2
    assert site.put(G, "").status == 204
    assert site("GET", of_graph(G), Accept=TURTLE).status == 200
    assert site("DELETE", of_graph(G)).status == 200
    assert site("DELETE", of_graph(G)).status == 404
    assert site("PUT", of_graph(str(STATE_GRAPH)), DATA, TURTLE).status == 403


def test_every_web_process_reads_what_was_written(site: Site) -> None:
    for n in range(5):
        assert site.put(G, f"<{E}s> <{E}n> {n} .").status in (201, 204)
        assert all(site.ask(f"<{E}s> <{E}n> {n}") for _ in range(6))
        assert all(f'"{n}"' in "".join(site.lines(of_graph(G))) for _ in range(6))


UPDATES = [
    ("INSERT DATA { <urn:x:a> <urn:x:p> 1 }", {f"GRAPH <{LOCAL}> {{ <urn:x:a> <urn:x:p> 1 }}"}),
    (
        "DELETE { GRAPH ?g { ?s <urn:x:p> ?o } } INSERT { GRAPH <urn:x:g> { ?s <urn:x:p> ?n } } "
        "WHERE { GRAPH ?g { ?s <urn:x:p> ?o } BIND(?o + 1 AS ?n) }",
        {"GRAPH <urn:x:g> { <urn:x:a> <urn:x:p> 2 }"},
    ),
    ("MOVE <urn:x:g> TO <urn:x:h>", {"GRAPH <urn:x:h> { <urn:x:a> <urn:x:p> 2 }"}),
    ("DROP GRAPH <urn:x:h>; CREATE GRAPH <urn:x:e>", set()),
    ("DROP GRAPH <urn:x:e>", set()),
]


def test_updates(site: Site) -> None:
    for text, present in UPDATES:
        answer = site.update(text)
        assert answer.status == 200, (text, answer.text)
        assert all(site.ask(pattern) for pattern in present), text
        assert len(present) == int(site.ask("?s <urn:x:p> ?o")), text


def test_conditions_hold_or_nothing_is_written(site: Site) -> None:
    site("DELETE", of_graph(G))
    site.put(G, DATA)
    tag = site("GET", of_graph(G), Accept=TURTLE).headers["ETag"]
    assert site("PUT", of_graph(G), DATA, TURTLE, If_None_Match="*").status == 412
    assert site("PUT", of_graph(G), f"<{E}a> <{E}p> 1 .", TURTLE, If_Match=tag).status == 204
    assert site("PUT", of_graph(G), DATA, TURTLE, If_Match=tag).status == 412
    assert site.ask(f"GRAPH <{G}> {{ <{E}a> <{E}p> 1 }}")
    assert site("GET", of_graph(G), Accept=TURTLE, If_None_Match=tag).status == 200


def test_a_condition_fails_where_somebody_else_wrote_just_now(site: Site, engine: Server) -> None:
    site.put(G, DATA)
    tag = site("GET", of_graph(G), Accept=TURTLE).headers["ETag"]
    other = RemoteStore(engine.address)
    quads = list(other.quads_of(next(g for g in other.graphs() if str(g) == G)))
    other.apply(Changeset(removed=quads[:1]))
    assert site("PUT", of_graph(G), DATA, TURTLE, If_Match=tag).status == 412
    assert len(list(other.quads_of(quads[0][3]))) == 1


def test_many_writers_lose_nothing(site: Site, engine: Server) -> None:
    """Through the server, and past it by the same rules."""
    site("DELETE", of_graph(G))
    with ThreadPoolExecutor(3) as writers:
        ours = [writers.submit(site, "POST", of_graph(G), f"<{E}s> <{E}n> {n} .", TURTLE) for n in range(9)]
        statuses = [done.result().status for done in ours]
    assert set(statuses) <= {200, 201}
    assert len(site.lines(of_graph(G))) == 9


def test_what_others_change_is_seen_soon(site: Site, engine: Server) -> None:
    before = revision(site)
    site.put(G, DATA)
    other = RemoteStore(engine.address)
    name = next(g for g in other.graphs() if str(g) == G)
    quad = next(other.quads_of(name))
    other.apply(Changeset(added=[(quad[0], quad[1], quad[0], name)]))
    eventually(lambda: f"<{quad[0]}> ." in "\n".join(site.lines(of_graph(G))))
    assert revision(site) != before


# --- The gate, and too much to copy -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Server]]:
    """Only what conforms, with a token, on an engine that stays empty but for what is written."""
    folder = tmp_path_factory.mktemp("guarded")
    engine = oxigraph(folder)
    engine.start()
    environment = {**SOON, "PLANGRAPH_WRITE_TOKEN": "a-token-of-the-tests", "PLANGRAPH_MEMORY_QUADS": "50"}
    try:
        with serving(folder / "server", "--store", engine.address, "--empty", **environment) as address:
            yield Site(address, {**ENGLISH, "Authorization": "Bearer a-token-of-the-tests"}), engine
    finally:
        engine.stop()


def test_the_gate_keeps_out_what_doesnt_conform(guarded: tuple[Site, Server]) -> None:
    site, engine = guarded
    assert RemoteStore(engine.address).is_empty()
    turtle = "@prefix pg: <https://w3id.org/plangraph/ontology#> . <http://written.example/t> a pg:Task ."
    answer = site.put(G, turtle)
    assert (answer.status, answer.json["report"]["conforms"]) == (422, False)
    assert RemoteStore(engine.address).is_empty()
    assert site.put(G, f"<{E}a> <{E}p> [ <{E}q> 1 ] .").status == 201
    assert len(site.lines(of_graph(G))) == 2
    assert Site(site.address, ENGLISH).put(G, DATA).status == 401


def test_too_much_to_copy_is_refused_in_words(guarded: tuple[Site, Server]) -> None:
    site, engine = guarded
    many = " ".join(f"<urn:x:s> <urn:x:p> {n} ." for n in range(60))
    engine.update(f"INSERT DATA {{ GRAPH <urn:x:many> {{ {many} }} }}")
    eventually(lambda: "memory_quads" in site.update("INSERT DATA { <urn:x:a> <urn:x:p> 1 }").text)
    answer = site.update("INSERT DATA { <urn:x:a> <urn:x:p> 1 }")
    assert answer.status == 403
    assert "Graph Store Protocol" in answer.text


# --- An engine that goes away -----------------------------------------------------------------------------------------


def test_a_server_outlives_its_engine(tmp_path: Path) -> None:
    engine = oxigraph(tmp_path)
    with _unserved(tmp_path, engine) as (site, log):
        assert "can't be reached" in log.read_text()
        answer = site("GET", "/", Accept="text/html")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert site("GET", "/sparql?query=ASK%7B%7D").status == 503
        assert site.put(G, DATA).status == 503

        engine.start()
        eventually(lambda: site("GET", "/healthz").status == 200)
        eventually(lambda: site("GET", "/", Accept="text/html").status == 200)
        graphs = site("GET", "/.well-known/void", Accept="text/turtle").text
        assert "graph/shapes" in graphs  # it was filled as soon as it was there
        eventually(lambda: site.put(G, DATA).status in (201, 204))

        engine.stop()
        eventually(lambda: site("GET", "/", Accept="text/html").status == 503)
        assert site("GET", of_graph(G), Accept=TURTLE).status == 503
        answer = site.put(G, f"<{E}a> <{E}b> 1 .")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")

        engine.start()
        eventually(lambda: site("GET", "/", Accept="text/html").status == 200)
        assert len(site.lines(of_graph(G))) == 2
        assert "user" not in log.read_text()
    engine.stop()


class _unserved:
    """A server that starts before its engine, whose address holds a name and a password."""

    def __init__(self, folder: Path, engine: Server) -> None:
        port = free_port()
        self._site = Site(f"http://127.0.0.1:{port}", ENGLISH)
        self._log = folder / "server.log"
        store = engine.address.replace("//", "//someone:a-secret@")
        options = ["--store", store, "--gate", "off", "--port", str(port)]
        self._command = [sys.executable, "-m", "plangraph", "--lang", "en", "serve", *options]

    def __enter__(self) -> tuple[Site, Path]:
        with self._log.open("w") as out:
            self._process = subprocess.Popen(self._command, stdout=out, stderr=out, env={**os.environ, **SOON})
        eventually(lambda: re.search("Serving at", self._log.read_text()))

        def answers() -> bool:
            try:
                urllib.request.urlopen(self._site.address + "/static/none", timeout=5).close()
            except urllib.error.HTTPError:
                return True
            except OSError:
                return False
            return True

        eventually(answers)
        return self._site, self._log

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        assert "a-secret" not in self._log.read_text()


# --- Files ------------------------------------------------------------------------------------------------------------


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plangraph", "--lang", "en", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


@pytest.mark.parametrize("kind", ["engine", "server"])
def test_files_are_loaded(kind: str, site: Site, engine: Server, tmp_path: Path) -> None:
    address = engine.address if kind == "engine" else site.address
    good, bad = tmp_path / "good.ttl", tmp_path / "bad.ttl"
    good.write_text(f"<{E}{kind}> <{E}p> 1 .", encoding="utf-8")
    done = run("load", str(good), "--store", address, "--graph", E + kind)
    assert (done.returncode, "1 new statement" in done.stdout + done.stderr) == (0, True), done.stderr
    eventually(lambda: site.ask(f"GRAPH <{E}{kind}> {{ <{E}{kind}> <{E}p> 1 }}"))
    if kind == "engine":
        bad.write_text("@prefix pg: <https://w3id.org/plangraph/ontology#> . <urn:x:t> a pg:Task .", encoding="utf-8")
        done = run("load", str(bad), "--store", address)
        assert (done.returncode, "weren't stored" in done.stderr) == (1, True)
        assert not site.ask("<urn:x:t> ?p ?o")
    else:
        assert "server sets the gate" in run("load", str(good), "--store", address, "--gate", "off").stderr
