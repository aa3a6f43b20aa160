"""``make bench``: how long pages, questions, validation and the start take, beside a peer measured in the same run.

Medians; times in milliseconds. A ratio under 1 means faster than the peer.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from flask import Flask
from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF

from plangraph.assessment import check_progress
from plangraph.commits import fill, shipped_files
from plangraph.crosscheck import check_relations
from plangraph.figures import read_figure
from plangraph.namespaces import PG, PREFIXES
from plangraph.opening import open_embedded, snapshot
from plangraph.quantities import scan
from plangraph.queries import questions
from plangraph.settings import Settings, load_settings
from plangraph.store.embedded import EmbeddedStore
from plangraph.web import create_app
from plangraph.web.service import open_service

PLAN = "/doc/chaoyang-2021/"
PAGES = [
    "/",
    PLAN + "plan/14th-five-year-plan",
    PLAN + "goal/green-livable-benchmark-zone",
    PLAN + "domain/ecology",
    PLAN + "task/environmental-quality",
    PLAN + "indicator/sewage-treatment-rate",
    PLAN + "indicator/resident-population",
    PLAN + "document/midterm-evaluation-report-2023",
    "/doc/place/110105",
    "/code/assertion-stated",
    PLAN + "task/education.ttl",
    PLAN + "task/education.jsonld",
    "/indicators",
    "/tasks",
    "/projects",
    "/places",
    "/queries",
    "/findings",
    "/coverage",
    "/sources/",
    "/sources/chaoyang-2021/document/midterm-evaluation-report-2023",
    "/explore",
    "/sparql",
    "/validate",
    "/ontology",
    "/shapes",
    "/.well-known/void",
    "/api/overview",
    "/api/vocabulary",
    "/api/search?q=亮马河",
    "/api/neighbourhood?iri=https://w3id.org/plangraph/id/chaoyang-2021/task/waterfront",
]
RUNS = 15


def timed(call: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of ``runs`` calls after one that warms up, in ms."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def row(name: str, ours: float, peer: float | None = None) -> None:
    """One line of the report."""
    ratio = "" if peer is None else f"{peer:10.1f} {ours / peer:8.2f}"
    print(f"{name:<64}{ours:10.1f} {ratio}", flush=True)


def heading(title: str, peer: str = "") -> None:
    """A section of the report, with what the peer is."""
    print(f"\n{title:<64}{'ms':>10} {'peer' if peer else '':>10} {'ratio' if peer else '':>8}  {peer}")


def bench_pages(settings: Settings, path: Path) -> None:
    """Server-side time of each page, beside a bare Flask route on the same client."""
    service = open_service(settings, path)
    try:
        client = create_app(service).test_client()
        bare = Flask("bare")
        bare.add_url_rule("/", view_func=lambda: "ok")
        peer = timed(lambda: bare.test_client().get("/"))
        heading("page, server-side", "a bare Flask route")
        medians = []
        for page in PAGES:
            answer = client.get(page)
            if answer.status_code != 200:
                raise SystemExit(f"{page} answered {answer.status_code}")
            medians.append(timed(lambda page=page: client.get(page)))
            row(page, medians[-1], peer)
        print(f"slowest {max(medians):.1f} ms, half of them under {median(medians):.1f} ms; wanted: all under 50 ms")
    finally:
        service.readers.close()


def bench_checks(store: EmbeddedStore) -> None:
    """All relations beside the bare reading of every figure; the scanner beside one regular expression."""
    held = store.in_memory()
    observations = [s for s, _, _, _ in held.triples(None, RDF.type, PG.Observation) if isinstance(s, URIRef)]
    heading("figures held against each other", "reading every observation")
    peer = timed(lambda: [read_figure(held, node) for node in observations], 5)
    row("plangraph check: relations", timed(lambda: check_relations(held), 5), peer)
    row("plangraph check: progress against pace", timed(lambda: check_progress(held), 5), peer)
    text = "全区新建停车位2.4万个，较上年增长6.25%；第三批12个街道完成改造，占全市1/4，2025年底前达到40余处。\n" * 400
    heading(f"numerals found in {len(text):,} characters", "one regular expression")
    row(
        "scan",
        timed(lambda: scan(text), 5),
        timed(lambda: re.findall("[0-9.]+|[一二三四五六七八九十百千万亿两]+", text), 5),
    )


def bench_questions(store: EmbeddedStore) -> None:
    """Every shipped question in the store, beside rdflib's own SPARQL engine on its own store."""
    peer_graph = Graph()
    peer_graph.parse(data=store.dump("application/n-triples"), format="nt")
    for prefix, iri in PREFIXES.items():
        peer_graph.bind(prefix, iri)
    held = store.in_memory()
    total_ours = total_peer = 0.0
    compared = 0
    for question in questions():
        ours = timed(lambda q=question: held.query(q.text), 5)
        total_ours += ours
        if "GRAPH" not in question.text:
            start = time.perf_counter()
            list(peer_graph.query(question.text))
            total_peer += 1000 * (time.perf_counter() - start)
            compared += 1
    heading("shipped questions, all together", f"rdflib's SPARQL, on the {compared} that name no graph")
    row(f"{len(questions())} questions", total_ours, total_peer)


def bench_loading() -> None:
    """Filling an empty store in memory, beside rdflib parsing the same files."""
    files = [(graph, path) for graph, paths in shipped_files().items() for path in paths]

    def parse() -> None:
        dataset = Dataset()
        for graph, path in files:
            dataset.graph(graph).parse(path)

    heading("fill an empty store from the shipped data", "rdflib parsing the same files")
    row("fill", timed(lambda: fill(EmbeddedStore()), 3), timed(parse, 1))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server as a process of its own; gives its address as soon as it says so."""
    command = [sys.executable, "-m", "plangraph", "--lang", "en", "serve", "--store", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        for line in process.stderr:
            if "http://" in line:
                yield "http://" + line.split("http://")[1].split()[0]
                return
        raise SystemExit("the server didn't start")
    finally:
        process.terminate()
        process.wait(20)


def first_answer(folder: Path) -> float:
    """From starting the command to the first page, in ms."""
    start = time.perf_counter()
    with server(folder) as address:
        while time.perf_counter() - start < 60:
            try:
                with urllib.request.urlopen(address + "/", timeout=10) as answer:
                    answer.read()
                return 1000 * (time.perf_counter() - start)
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.01)
        raise SystemExit("the server didn't answer within a minute")


def bench_start(folder: Path) -> None:
    """From the command to the first page on a filled store, beside Python importing rdflib and pySHACL."""
    peer = timed(lambda: subprocess.run([sys.executable, "-c", "import rdflib, pyshacl"], check=True), 3)
    heading("start to first page, store filled", "Python importing rdflib and pySHACL")
    row("plangraph serve", median(first_answer(folder) for _ in range(5)), peer)
    command = [sys.executable, "-m", "plangraph", "query", "--store", str(folder), "-e", "ASK { ?s a pg:Plan }"]
    row("plangraph query", timed(lambda: subprocess.run(command, check=True, capture_output=True), 3), peer)


def bench_reopen(settings: Settings) -> None:
    """Opening a filled store, with the check that it is up to date."""
    heading("reopen a filled store")
    row("open_embedded", timed(lambda: open_embedded(settings), 5))


def main() -> None:
    """All measurements, the quick ones first."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"store": folder})[0]
        store, _ = open_embedded(settings)
        bench_questions(store)
        bench_checks(store)
        bench_loading()
        with snapshot(store, settings) as path:
            bench_pages(settings, path)
        del store
        bench_reopen(settings)
        bench_start(Path(folder))


if __name__ == "__main__":
    main()
