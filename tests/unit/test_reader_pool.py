"""Workers under limits: what goes wrong in one job stays in that job."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from plangraph.errors import (
    BadInput,
    Busy,
    NotAcceptable,
    NotFound,
    OverLimit,
    PlangraphError,
    SyntaxFault,
    TooLarge,
    Unavailable,
)
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool

E = "http://e.example/"
G1, G2 = E + "g1", E + "g2"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }"
DOUBLING = "SELECT ?z { VALUES ?a { 'xxxxxxxxxxxxxxxx' } " + " ".join(
    f"BIND(CONCAT(?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}) AS ?{b})"
    for a, b in zip("abcdefghijk", "bcdefghijkz", strict=True)
)
DOUBLING += " }"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readers")
    store = EmbeddedStore.open(folder / "store")
    p = URIRef(E + "p")
    store.apply(Changeset(added=[(URIRef(f"{E}s{n}"), p, Literal(n), URIRef(G1)) for n in range(99)]))
    store.apply(Changeset(added=[(URIRef(E + "s0"), p, Literal(0), URIRef(G2))]))
    store.apply(Changeset(added=[(URIRef(E + "s0"), p, Literal("水", lang="zh"), URIRef(G2))]))
    store.backup(folder / "snapshot")
    return folder / "snapshot"


@pytest.fixture(autouse=True, scope="module")
def _jobs_are_found() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def pool(snapshot: Path, _jobs_are_found: None) -> Iterator[ReaderPool]:
    """One worker, so that each test shows that the next query works."""
    with ReaderPool(snapshot, size=1, seconds=0.6, megabytes=600, max_bytes=2_000_000, wait=20.0) as opened:
        yield opened


@pytest.fixture(scope="module")
def patient(snapshot: Path, _jobs_are_found: None) -> Iterator[ReaderPool]:
    """One whose time is never what stops a job."""
    with ReaderPool(snapshot, size=1, seconds=60, megabytes=600) as opened:
        yield opened


def works(pool: ReaderPool) -> bool:
    return pool.query(COUNT, "text/csv").read() == b"n\r\n100\r\n"


@pytest.mark.parametrize(
    ("text", "accept", "form", "media_type"),
    [
        ("SELECT * { ?s ?p 5 }", None, "select", "application/sparql-results+json"),
        ("SELECT * { ?s ?p 5 }", "text/csv", "select", "text/csv"),
        ("SELECT * { ?s ?p 5 }", "application/xml", "select", "application/sparql-results+xml"),
        ("SELECT * { ?s ?p 5 }", "text/html, */*;q=0.1", "select", "application/sparql-results+json"),
        ("ASK { ?s ?p 5 }", "text/tab-separated-values", "ask", "text/tab-separated-values"),
        ("ASK { ?s ?p 5 }", None, "ask", "application/sparql-results+json"),
        ("CONSTRUCT WHERE { ?s ?p 5 }", None, "graph", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p 5 }", "application/n-triples", "graph", "application/n-triples"),
        (f"DESCRIBE <{E}s5>", "application/ld+json", "graph", "application/ld+json"),
        (f"DESCRIBE <{E}s5>", "application/rdf+xml", "graph", "application/rdf+xml"),
    ],
)
def test_each_form_has_its_formats(pool: ReaderPool, text: str, accept: str | None, form: str, media_type: str) -> None:
    answer = pool.query(text, accept)
    body = answer.read()
    assert (answer.form, answer.format.media_type, answer.size) == (form, media_type, len(body))
    assert (b"s5" in body) or (b"true" in body)
    assert answer.body.closed


@pytest.mark.parametrize(
    ("text", "accept"), [("ASK {}", "text/turtle"), ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv"), ("ASK {}", "x/y")]
)
def test_a_format_that_doesnt_suit_the_form(pool: ReaderPool, text: str, accept: str) -> None:
    with pytest.raises(NotAcceptable, match="To be had"):
        pool.query(text, accept)
    assert works(pool)


def test_a_result_has_every_row(pool: ReaderPool) -> None:
    rows = list(csv.DictReader(io.StringIO(pool.query("SELECT * { ?s ?p ?o }", "text/csv").read().decode())))
    assert len(rows) == 100
    assert {row["o"] for row in rows} == {*map(str, range(99)), "水"}
    bindings = json.loads(pool.query("SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = 'zh') }").read())["results"]["bindings"]
    assert bindings == [{"o": {"type": "literal", "value": "水", "xml:lang": "zh"}}]


def test_the_projects_prefixes_are_known(pool: ReaderPool) -> None:
    assert b"false" in pool.query("ASK { ?s a pg:Task ; skos:prefLabel ?l }").read()


@pytest.mark.parametrize(
    ("default", "named", "counts"),
    [
        (None, None, ("100", "101")),
        ([G2], None, ("2", "0")),
        (None, [G2], ("0", "2")),
        ([G1, G2], [G1], ("100", "99")),
        ([E + "none"], None, ("0", "0")),
    ],
)
def test_the_dataset_of_the_request(
    pool: ReaderPool, default: list[str] | None, named: list[str] | None, counts: tuple[str, str]
) -> None:
    found = [
        pool.query(f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {pattern} }}", "text/csv", **dataset)
        .read()
        .split()[1]
        .decode()
        for pattern in ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }")
        for dataset in [{"default_graphs": default, "named_graphs": named}]
    ]
    assert tuple(found) == counts


def test_a_graph_of_the_request_that_is_no_iri(pool: ReaderPool) -> None:
    with pytest.raises(BadInput, match="no iri"):
        pool.query(COUNT, default_graphs=["no iri"])
    assert works(pool)


def test_a_syntax_error_comes_back_with_its_place_and_costs_no_worker(pool: ReaderPool) -> None:
    before = pool.run("reader_jobs:process")
    with pytest.raises(SyntaxFault) as caught:
        pool.query("SELECT *\n{ ?s ?p ?o ")
    assert (caught.value.line, caught.value.column) == (2, 12)
    assert "SPARQL" in caught.value.zh
    assert pool.run("reader_jobs:process") == before


def test_text_that_is_no_unicode_is_a_syntax_error(pool: ReaderPool) -> None:
    with pytest.raises(SyntaxFault):
        pool.query("SELECT * { ?s ?p '\udcff' }")
    assert works(pool)


def killed(
    pool: ReaderPool, action: Callable[[], object], kind: type[PlangraphError], match: str | None = None
) -> None:
    """``action`` fails as ``kind``, its worker is gone, and another has taken its place and works."""
    before = pool.run("reader_jobs:process")
    with pytest.raises(kind, match=match) as caught:
        action()
    assert type(caught.value) is kind
    assert caught.value.zh != caught.value.en
    assert works(pool)
    assert pool.run("reader_jobs:process") != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_query_is_stopped_at_its_time(pool: ReaderPool) -> None:
    start = time.monotonic()
    killed(pool, lambda: pool.query(ENDLESS), OverLimit, "time limit of 0.6 s")
    assert time.monotonic() - start < 6


def test_a_query_that_streams_is_stopped_at_its_time_too(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1, seconds=0.5, megabytes=600) as pool:
        killed(pool, lambda: pool.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"), OverLimit)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 6000 + "}" * 6000,
        "ASK { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }",
        "ASK { FILTER(" + "!" * 40000 + "1) }",
        "SELECT * { " + "OPTIONAL { " * 8000 + "}" * 8000 + " }",
    ],
    ids=["groups", "parentheses", "nots", "optionals"],
)
def test_deep_nesting_ends_only_the_worker(patient: ReaderPool, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SyntaxFault, match="isn't run"):
        patient.query(text)
    monkeypatch.setattr("plangraph.store.readers.screen_query", lambda *_: None)  # should it miss something
    killed(patient, lambda: patient.query(text), OverLimit, "memory or nesting")


def test_memory_has_a_limit(patient: ReaderPool) -> None:
    killed(patient, lambda: patient.query(DOUBLING), OverLimit, "memory or nesting")


def test_memory_of_a_job_has_a_limit(patient: ReaderPool) -> None:
    killed(patient, lambda: patient.run("reader_jobs:greedy"), OverLimit, "memory or nesting")


def test_a_result_over_its_size_is_refused(pool: ReaderPool) -> None:
    killed(pool, lambda: pool.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "text/csv"), TooLarge)


def test_a_worker_that_dies_between_two_jobs_is_replaced(pool: ReaderPool) -> None:
    os.kill(pool.run("reader_jobs:process"), signal.SIGKILL)
    time.sleep(0.1)
    with pytest.raises(OverLimit):
        pool.query(COUNT)
    assert works(pool)


def test_jobs(pool: ReaderPool) -> None:
    assert pool.run("reader_jobs:count", 5) == 106
    assert pool.run("reader_jobs:data") == b"plain bytes"
    value, nothing = pool.run("reader_jobs:failure_as_value")
    assert (type(value), value.zh, nothing) == (NotFound, "值", None)
    assert pool.run("reader_jobs:opened") is True  # a job may read files, a query may not


def test_a_jobs_own_failure_is_raised_here_and_costs_no_worker(pool: ReaderPool) -> None:
    before = pool.run("reader_jobs:process")
    with pytest.raises(NotFound) as caught:
        pool.run("reader_jobs:missing")
    assert (caught.value.zh, caught.value.en) == ("没有", "There is none.")
    for name in ("broken", "not_to_be_sent", "no_such_function"):
        with pytest.raises(PlangraphError, match="Internal error"):
            pool.run(f"reader_jobs:{name}")
    assert pool.run("reader_jobs:process") == before


def test_a_job_is_stopped_at_its_time(pool: ReaderPool) -> None:
    killed(pool, lambda: pool.run("reader_jobs:sleep", 30), OverLimit)


def test_what_cant_be_sent_to_a_worker_leaves_the_pool_whole(pool: ReaderPool) -> None:
    with pytest.raises(Exception, match="pickle"):
        pool.run("reader_jobs:count", lambda: None)
    assert works(pool)


def test_small_data_are_held_in_memory_and_large_ones_read_from_disk(snapshot: Path) -> None:
    for quads, held in ((101, True), (100, False)):
        with ReaderPool(snapshot, size=1, memory_quads=quads) as pool:
            assert pool.run("reader_jobs:own_copy") is held
            assert (
                pool.query(f"SELECT ?s FROM <{G2}> {{ ?s ?p 0 }}", "text/csv").read()
                == b"s\r\n" + f"{E}s0\r\n".encode()
            )
            assert b"100" in pool.query("SELECT (COUNT(DISTINCT *) AS ?n) { ?s ?p ?o }").read()


def test_quick_jobs_dont_wait_for_long_ones(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1, seconds=20, quick_seconds=0.1, wait=0.2, queue=1) as pool:
        assert works(pool)
        long = threading.Thread(target=pool.run, args=("reader_jobs:sleep", 1.5))
        long.start()
        time.sleep(0.3)
        assert works(pool)
        assert long.is_alive()
        with pytest.raises(Busy):  # another long one finds no place in its time
            pool.run("reader_jobs:sleep", 1.0)
        assert works(pool)
        long.join()


def test_a_long_job_waits_for_its_place_and_gets_its_time(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1, seconds=1.0, quick_seconds=0.1, wait=5.0) as pool:
        done: list[object] = []
        jobs = [
            threading.Thread(target=lambda: done.append(pool.run("reader_jobs:sleep", 0.7)), daemon=True)
            for _ in range(3)
        ]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join(20)
        assert len(set(done)) == 3


def test_what_is_under_way_has_a_cap(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1, queue=1, seconds=20, quick_seconds=0.1, wait=10) as pool:
        jobs = [threading.Thread(target=pool.run, args=("reader_jobs:sleep", 1.0)) for _ in range(2)]
        for job in jobs:
            job.start()
        time.sleep(0.5)
        with pytest.raises(Busy):
            pool.query(COUNT)
        for job in jobs:
            job.join()
        assert works(pool)


def test_a_request_may_ask_for_less_time(patient: ReaderPool) -> None:
    killed(patient, lambda: patient.query(ENDLESS, seconds=0.3), OverLimit, "time limit of 0.3 s")


def test_what_a_staging_job_does_to_its_data_is_seen_by_nobody(pool: ReaderPool) -> None:
    value, revision = pool.stage("reader_jobs:empty")
    assert (value, revision.number) == (0, 0)
    assert works(pool)
    assert pool.run("reader_jobs:count") == 101


def test_a_killed_template_is_replaced(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1) as pool:
        template = pool.run("reader_jobs:parent")
        os.kill(template, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(PlangraphError):
                if pool.stage("reader_jobs:parent")[0] != template and works(pool):
                    return
        pytest.fail("no other template came")


def test_many_threads_get_their_own_answers(snapshot: Path) -> None:
    wrong: list[object] = []

    def ask(n: int) -> None:
        for k in range(n, n + 5):
            try:
                if pool.query(f"SELECT ?s {{ ?s ?p {k} }}", "text/csv").read() != f"s\r\n{E}s{k}\r\n".encode():
                    wrong.append(k)
                if k % 4 == 0:
                    pool.query("SELECT * {{{")
            except SyntaxFault:
                continue
            except Exception as failure:
                wrong.append(failure)

    with ReaderPool(snapshot, size=2, seconds=20, wait=20) as pool:
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(0, 80, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_loading_the_data_is_no_part_of_a_jobs_time(snapshot: Path) -> None:
    with ReaderPool(snapshot, size=1, seconds=0.15, wait=20) as pool:
        assert works(pool)


def test_closing_ends_the_processes(snapshot: Path) -> None:
    pool = ReaderPool(snapshot, size=2)
    processes = {pool.run("reader_jobs:process"), pool.run("reader_jobs:parent")}
    pool.close()
    assert len(processes) == 2
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    with pytest.raises(Unavailable, match="stopped"):
        pool.query(COUNT)
    pool.close()


def test_closing_ends_a_job_that_runs(snapshot: Path) -> None:
    pool = ReaderPool(snapshot, size=1, seconds=30)
    process = pool.run("reader_jobs:process")
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            pool.query(ENDLESS)
        except BaseException as failure:
            ended.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    pool.close()
    thread.join(10)
    assert not thread.is_alive()
    assert type(ended[0]) is Unavailable
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_snapshot_that_isnt_there_is_no_fault_of_the_query(tmp_path: Path) -> None:
    with ReaderPool(tmp_path / "none", size=1) as pool, pytest.raises(Unavailable, match="doesn't start") as caught:
        pool.query(COUNT)
    assert not isinstance(caught.value, OverLimit | Busy)


def test_a_worker_ends_itself_when_the_server_is_killed(snapshot: Path) -> None:
    code = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from plangraph.store.readers import ReaderPool\n"
        f"pool = ReaderPool(Path({str(snapshot)!r}), size=1, seconds=0.5)\n"
        "print(pool.run('reader_jobs:process'), flush=True)\n"
        f"pool._seconds = 60\npool.query({ENDLESS!r})\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        time.sleep(0.2)
        server.kill()
        server.wait()
    deadline = time.monotonic() + 10
    while running(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not running(worker)


def running(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody waited for doesn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
