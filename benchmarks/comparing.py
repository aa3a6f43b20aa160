"""One run of the comparison: the three services on the same districts, their answers checked, then their times."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, Literal

from benchmarks.client import Connection, Rate, TooSlow, load
from benchmarks.districts import PROJECTS, Written, write_districts
from benchmarks.memory import Memory
from benchmarks.questions import Question, questions, rows
from benchmarks.servers import SERVERS, Absent, Server

Mode = Literal["new", "same"]
"""Whether the text is another each time, so that no store of answers helps, or always the same."""
MODES: Final[tuple[Mode, ...]] = ("new", "same")
CAP_SECONDS: Final = 60.0
"""A question that takes longer than this is given up."""
# What took this long the first time isn't asked again.
_ONCE_SECONDS: Final = 5.0
_MOST_RUNS, _LEAST_RUNS, _SECONDS_EACH = 101, 3, 2.0
_LOAD_ROUNDS, _LOAD_SECONDS = 5, 1.0
CLIENTS: Final = 8
_SMALL: Final = """SELECT ?label WHERE {{
  <https://w3id.org/plangraph/id/synthetic-0001/project/project-{number:03}>
    <http://www.w3.org/2004/02/skos/core#prefLabel> ?label
}} LIMIT {limit}"""


@dataclass
class Measured:
    """What was measured of one service. Latencies are ms, None where the time cap was reached."""

    name: str
    load_seconds: float | None = None
    start_seconds: float = 0.0
    latencies: dict[Mode, dict[str, float | None]] = field(default_factory=lambda: {"new": {}, "same": {}})
    rates: dict[Mode, Rate] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)
    memory: Memory | None = None
    memory_after: Memory | None = None


@dataclass
class Comparison:
    """A whole run on so many districts."""

    written: Written
    services: dict[str, Measured]
    absent: dict[str, str]


def compare(folder: Path, districts: int, skip: frozenset[str] = frozenset()) -> Comparison:
    """Measure all services but those in ``skip`` on ``districts`` districts; files are kept in ``folder``."""
    data = folder / f"{districts}.nq"
    _say(f"writing {districts} districts")
    written = write_districts(data, districts)
    servers = {key: kind(folder / f"{key}-{districts}", data) for key, kind in SERVERS.items() if key not in skip}
    absent: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.callback(server.stop)
        # All are loaded before any runs: a load may want the whole memory for itself.
        for step in ("load", "start"):
            for key, server in list(servers.items()):
                _say(f"{server.name}: {step}")
                try:
                    getattr(server, step)()
                except Absent as fault:
                    absent[key] = str(fault)
                    del servers[key]
        measured = {
            key: Measured(server.name, server.load_seconds, server.start_seconds, memory=server.memory())
            for key, server in servers.items()
        }
        for question in questions():
            _compare_question(question, servers, measured)
        for key, server in servers.items():
            measured[key].memory_after = server.memory()
        _measure_rates(servers, measured)
    return Comparison(written, measured, absent)


def _measure_rates(servers: dict[str, Server], measured: dict[str, Measured]) -> None:
    """Requests a second of each service, the median of short rounds in which they take turns."""
    _say(f"{CLIENTS} clients")
    same = _SMALL.format(number=1, limit=1000)
    requests: dict[str, dict[Mode, Iterator[bytes]]] = {
        key: {"new": _different(server), "same": itertools.repeat(server.endpoint.request(same))}
        for key, server in servers.items()
    }
    for mode in MODES:
        rounds: dict[str, list[Rate]] = {key: [] for key in servers}
        for _ in range(_LOAD_ROUNDS):
            for key, server in servers.items():
                texts = requests[key][mode]
                rounds[key].append(load(server.endpoint, texts, clients=CLIENTS, seconds=_LOAD_SECONDS))
        for key, rates in rounds.items():
            measured[key].rates[mode] = Rate(
                median(rate.per_second for rate in rates),
                median(rate.median for rate in rates),
                median(rate.p99 for rate in rates),
                sum(rate.failures for rate in rates),
            )


def _different(server: Server) -> Iterator[bytes]:
    """The small SELECT about one project after the other, never the same text twice."""
    mark = 987_654_321
    template = server.endpoint.request(_SMALL.format(number=0, limit=mark).replace("project-000", "project-@@@"))
    before, between, after = template.replace(b"%40%40%40", b"\0").replace(str(mark).encode(), b"\0").split(b"\0")
    for n in itertools.count():
        yield b"%b%03d%b%d%b" % (before, n % PROJECTS, between, 1000 + n, after)


def _compare_question(question: Question, servers: dict[str, Server], measured: dict[str, Measured]) -> None:
    """Ask all services once and hold their answers against each other; then time those that are quick enough."""
    _say(question.name)
    first: dict[str, float] = {}
    answers = {}
    for key, server in servers.items():
        start = time.perf_counter()
        try:
            with Connection(server.endpoint, CAP_SECONDS) as link:
                status, body = link.ask(server.endpoint.request(question.text))
        except TooSlow:
            for mode in MODES:
                measured[key].latencies[mode][question.name] = None
            # It would go on with the question while the next one is timed.
            server.stop()
            server.start()
            continue
        first[key] = 1000 * (time.perf_counter() - start)
        if status != 200:
            raise SystemExit(f"{server.name} answered {status} to {question.name}: {body[:300]!r}")
        answers[key] = rows(body)
    reference = next(iter(answers.values()), None)
    for key, answer in answers.items():
        if answer != reference:
            measured[key].differs.append(question.name)
    quick = {key: servers[key] for key, spent in first.items() if spent < 1000 * _ONCE_SECONDS}
    for mode in MODES:
        medians = _time_in_turns(question, quick, mode)
        for key, spent in first.items():
            measured[key].latencies[mode][question.name] = medians.get(key, spent)


def _time_in_turns(question: Question, servers: dict[str, Server], mode: Mode) -> dict[str, float]:
    """The median of each service in ms. They take turns, so that whatever slows the machine slows all of them."""
    times: dict[str, list[float]] = {key: [] for key in servers}
    with contextlib.ExitStack() as stack:
        links = {key: stack.enter_context(Connection(server.endpoint)) for key, server in servers.items()}
        for turn in range(_MOST_RUNS):
            text = question.text + (f"# {turn}" if mode == "new" else "# again")
            for key, link in links.items():
                if turn >= _LEAST_RUNS and sum(times[key]) > _SECONDS_EACH:
                    continue
                request = servers[key].endpoint.request(text)
                start = time.perf_counter()
                link.ask(request)
                times[key].append(time.perf_counter() - start)
    return {key: 1000 * median(taken) for key, taken in times.items()}


def _say(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)
