"""``python -m benchmarks.soak --seconds 60``: mixed load on a real server, every answer checked against a model.

Writers change counters in graphs of their own through ``/update`` and ``/graphs``, and move amounts from one account to
another; readers ask for them, for pages and for what the shipped graphs say; one sends queries that cost too much; a
process that runs queries is killed now and then. An answer is right where it is one that the model had at some time
between question and answer. At the end the server is killed, started again, and must have every change that it
acknowledged, and no other. Exit code 1 where an answer was wrong, a change was lost, or memory grew.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import linear_regression, median
from typing import Final
from urllib.parse import quote

from benchmarks.memory import memory_of
from benchmarks.soak_model import NS, PREFIX, Log, State, change_of
from benchmarks.soak_server import Server

GRAPHS: Final = 6
ACCOUNTS: Final = 4
_IN_ACCOUNT: Final = 100
# Answers that say “not now”: right at any time, and then nothing has changed.
_NOT_NOW: Final = (429, 503)
_STOPPED: Final = (400, 403, 413, 503)
_HOSTILE: Final = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "SELECT (STRLEN(?v12) AS ?n) { VALUES ?v0 { 'xxxxxxxxxxxxxxxx' } "
    + "".join(f"BIND(CONCAT({', '.join([f'?v{i}'] * 8)}) AS ?v{i + 1})" for i in range(12))
    + " }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:p>|^!<x:p>)* ?b }",
    "SELECT * " + "{" * 20_000,
    "SELECT * { " + "?s ?p ?o . " * 800 + "}",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
)
_PAGES: Final = ("/", "/doc/place/110105", "/tasks", "/projects", "/findings", "/sparql", "/explore", "/indicators")
# Of the shipped graphs only, so that the soak's own changes don't matter.
_SHIPPED: Final = (
    "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s a ?class } "
    "FILTER(STRSTARTS(STR(?g), 'https://w3id.org/plangraph/') && !STRENDS(STR(?g), '/graph/history')) } "
    "GROUP BY ?class ORDER BY ?class",
    "SELECT ?name { <https://w3id.org/plangraph/id/place/110105> skos:prefLabel ?name } ORDER BY ?name",
    "SELECT ?p (COUNT(*) AS ?n) { ?s a pg:Project ; ?p ?o } GROUP BY ?p ORDER BY ?p",
)
# Memory is flat where its last quarter is at most so much over its second one: a part of it, and MiB for the noise.
_GROWTH: Final = 1.15
_NOISE: Final = 64.0


class Soak:
    """The server, the model, and what was counted."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.memory: list[tuple[float, float]] = []
        self._logs = [Log([State(None, 0)]) for _ in range(GRAPHS)]
        self._shipped: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Open the accounts, and take the reference answers while nothing else happens."""
        for number in range(ACCOUNTS):
            path = f"/graphs?graph={quote(f'{NS}a{number}')}"
            body = f"<{NS}a{number}> <{NS}holds> {_IN_ACCOUNT} ."
            status, answer = self.server.write("PUT", path, body, "text/turtle")
            if status not in (200, 201, 204):
                raise SystemExit(f"the server doesn't take changes: {status} {answer.decode(errors='replace')}")
        for text in _SHIPPED:
            status, self._shipped[text] = self.server.query(text)
            if status != 200 or len(self._shipped[text].splitlines()) < 2:
                raise SystemExit(f"no reference answer: {status} {self._shipped[text].decode(errors='replace')}")

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def tell(self, fault: str) -> None:
        """Note what was wrong."""
        with self._lock:
            self.wrong.append(fault)

    # --- writers ---

    def change(self, number: int, rng: random.Random) -> None:
        """Change one graph, and the model with it where that was acknowledged. One thread a graph."""
        log = self._logs[number]
        change = change_of(number, log.latest, rng)
        # A reader may see it before the writer hears of it.
        log.begin(change.after)
        status, answer = self.server.write(change.method, change.path, change.body, change.media_type)
        if status in _NOT_NOW:
            log.take_back()
            self._count("changes refused for now")
            return
        log.end()
        self._count("changes")
        if status not in (200, 201, 204):
            self.tell(f"{change.method} {change.path}: {status} {answer[:300]!r}")
        elif answer:
            told = json.loads(answer)
            if (told["added"], told["removed"]) != (change.added, change.removed):
                self.tell(f"{change}: {told['added']} added, {told['removed']} removed")

    def move(self, rng: random.Random) -> None:
        """Move 1 from an account to another, each in a graph of its own: never to be seen half done."""
        a, b = rng.sample(range(ACCOUNTS), 2)
        text = (
            f"{PREFIX} DELETE {{ GRAPH :a{a} {{ :a{a} :holds ?x }} GRAPH :a{b} {{ :a{b} :holds ?y }} }} "
            f"INSERT {{ GRAPH :a{a} {{ :a{a} :holds ?v }} GRAPH :a{b} {{ :a{b} :holds ?w }} }} "
            f"WHERE {{ GRAPH :a{a} {{ :a{a} :holds ?x }} GRAPH :a{b} {{ :a{b} :holds ?y }} "
            "BIND(?x - 1 AS ?v) BIND(?y + 1 AS ?w) }"
        )
        form = f"update={quote(text)}"
        status, answer = self.server.write("POST", "/update", form, "application/x-www-form-urlencoded")
        if status in _NOT_NOW:
            self._count("changes refused for now")
            return
        self._count("changes")
        if status != 200 or json.loads(answer)["added"] != 2:
            self.tell(f"a move: {status} {answer[:300]!r}")

    # --- readers ---

    def read(self, rng: random.Random) -> None:
        """Ask something, in one of the ways that there are, and check the answer."""
        number = rng.randrange(GRAPHS)
        ways: tuple[Callable[[], None], ...] = (
            lambda: self._read_rows(number),
            lambda: self._read_graph(number),
            self._read_sum,
            lambda: self._read_shipped(rng.choice(_SHIPPED)),
            lambda: self._read_page(rng.choice(_PAGES)),
        )
        rng.choice(ways)()

    def read_all(self) -> None:
        """Everything once: for the end, when nothing else is under way."""
        for number in range(GRAPHS):
            self._read_rows(number)
            self._read_graph(number)
        self._read_sum()
        for text in _SHIPPED:
            self._read_shipped(text)
        for path in _PAGES:
            self._read_page(path)

    def _read_rows(self, number: int) -> None:
        asked = time.monotonic()
        status, answer = self.server.query(
            f"{PREFIX} SELECT ?n (COUNT(?i) AS ?k) {{ GRAPH :g{number} {{ :c :n ?n OPTIONAL {{ ?i a :Item }} }} }} "
            "GROUP BY ?n"
        )
        rows = answer.decode().split()[1:] if status == 200 else []
        found = State(*map(int, rows[0].split(","))) if len(rows) == 1 else State(None, len(rows))
        self._check(f"graph {number} by query", status, answer, number, found, asked)

    def _read_graph(self, number: int) -> None:
        asked = time.monotonic()
        status, answer = self.server.send(
            "GET", f"/graphs?graph={quote(f'{NS}g{number}')}", Accept="application/n-triples"
        )
        counter = re.findall(rb'/n> "(\d+)"', answer)
        found = State(int(counter[0]) if counter else None, answer.count(b"Item>"))
        if status == 404:
            status, found = 200, State(None, 0)
        self._check(f"graph {number} as a whole", status, answer, number, found, asked)

    def _check(self, what: str, status: int, answer: bytes, number: int, found: State, asked: float) -> None:
        if self._answered(status):
            possible = self._logs[number].possible(asked, time.monotonic())
            if status != 200 or found not in possible:
                self.tell(f"{what}: {status} {found}, not one of {possible}: {answer[:200]!r}")

    def _read_sum(self) -> None:
        status, answer = self.server.query(f"{PREFIX} SELECT (SUM(?x) AS ?n) (COUNT(?x) AS ?k) {{ ?a :holds ?x }}")
        self._equal(
            "the sum of the accounts", status, answer, f"n,k\r\n{_IN_ACCOUNT * ACCOUNTS},{ACCOUNTS}\r\n".encode()
        )

    def _read_shipped(self, text: str) -> None:
        # A remark makes it a new text, which no cache knows.
        status, answer = self.server.query(f"{text} # {random.random()}")
        self._equal(text, status, answer, self._shipped[text])

    def _equal(self, what: str, status: int, answer: bytes, expected: bytes) -> None:
        if self._answered(status) and (status != 200 or answer != expected):
            self.tell(f"{what}: {status} {answer[:200]!r}, not {expected[:200]!r}")

    def _answered(self, status: int) -> bool:
        self._count("reads refused for now" if status in _NOT_NOW else "reads")
        return status not in _NOT_NOW

    def _read_page(self, path: str) -> None:
        status, answer = self.server.send("GET", path, Accept="text/html")
        self._count("pages")
        if status != 200 or b"</html>" not in answer:
            self.tell(f"{path}: {status} {answer[:200]!r}")

    # --- what disturbs them ---

    def harm(self, rng: random.Random) -> None:
        """A query that costs too much: stopped or refused, never answered in part."""
        text = rng.choice(_HOSTILE)
        status, answer = self.server.query(text)
        self._count("hostile reads")
        if status not in _STOPPED:
            self.tell(f"{text[:100]}: {status} {answer[:200]!r}")

    def rob(self, rng: random.Random) -> None:
        """Kill a process that runs queries."""
        if self.server.kill_a_child():
            self._count("processes killed")

    def sample(self, rng: random.Random) -> None:
        """Note the memory of all processes."""
        held = memory_of(self.server.process.pid)
        if held:
            self.memory.append((time.monotonic(), held.pss))


def run(soak: Soak, seconds: float, seed: int) -> None:
    """The load, from as many threads as there are kinds of it and some more for readers."""
    deadline = time.monotonic() + seconds

    def repeat(act: Callable[[random.Random], None], pause: float, number: int) -> None:
        rng = random.Random(seed * 1000 + number)
        while time.monotonic() < deadline:
            try:
                act(rng)
            except (OSError, http.client.HTTPException, ValueError, KeyError) as fault:
                soak.tell(f"{act}: {fault!r}")
            time.sleep(pause)

    half = GRAPHS // 2
    jobs: list[tuple[Callable[[random.Random], None], float]] = [
        (lambda rng: soak.change(rng.randrange(half), rng), 0.02),
        (lambda rng: soak.change(half + rng.randrange(GRAPHS - half), rng), 0.02),
        (soak.move, 0.05),
        *[(soak.read, 0.005)] * 3,
        (soak.harm, 0.2),
        (soak.rob, 5.0),
        (soak.sample, max(1.0, seconds / 600)),
    ]
    threads = [threading.Thread(target=repeat, args=(*job, number)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(soak: Soak, seconds: float) -> bool:
    """Print the figures; whether all is well."""
    for what, count in sorted(soak.counts.items()):
        print(f"{count:8} {what} ({count / seconds:.1f} a second)")
    flat = True
    if len(soak.memory) >= 8:
        times, sizes = zip(*soak.memory, strict=True)
        quarter = len(sizes) // 4
        early, late = median(sizes[quarter : 2 * quarter]), median(sizes[-quarter:])
        slope = linear_regression(times[quarter:], sizes[quarter:]).slope * 60
        flat = late <= early * _GROWTH + _NOISE
        print(
            f"memory: {early:.0f} MiB in the second quarter, {late:.0f} in the last, {max(sizes):.0f} at the most, "
            f"{slope:+.1f} a minute{'' if flat else ': it grows'}"
        )
    for fault in soak.wrong[:20]:
        print(f"wrong: {fault}")
    print(f"{len(soak.wrong)} wrong answers or lost changes")
    return flat and not soak.wrong


def main() -> int:
    """Run it; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800.0, help="how long the load lasts (1800)")
    parser.add_argument("--gate", default="enforce", choices=("enforce", "warn", "off"), help="the server's gate")
    parser.add_argument("--seed", type=int, default=4, help="of the random choices")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), given.gate)
        try:
            soak = Soak(server)
            soak.prepare()
            run(soak, given.seconds, given.seed)
            server.end(signal.SIGKILL)
            server.start()
            before = len(soak.wrong)
            soak.read_all()
            print(f"after a kill and a new start: {len(soak.wrong) - before} wrong answers")
        finally:
            server.end(signal.SIGINT)
        return 0 if report(soak, given.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
