"""The comparison as a table, and what was aimed at beside what was reached."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from benchmarks.comparing import CAP_SECONDS, CLIENTS, MODES, Comparison, Measured, Mode
from benchmarks.memory import Memory
from benchmarks.questions import questions

_OURS, _RDFLIB, _OXIGRAPH = "plangraph", "rdflib", "oxigraph"
_MODES: dict[Mode, str] = {"new": "text new each time", "same": "the same text again"}
_NAMES = {_OURS: "plangraph", _RDFLIB: "rdflib-endpoint", _OXIGRAPH: "oxigraph"}

Number = float | None


def print_machine() -> None:
    """When and on what this was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} CPUs, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, load average before: {load}",
        flush=True,
    )


def print_comparison(run: Comparison) -> None:
    """The whole table of one run, then the thresholds."""
    written = run.written
    print(f"\n## {written.districts} districts, {written.quads:,} quads in {written.graphs} graphs")
    for key, why in run.absent.items():
        print(f"{_NAMES[key]} isn't measured: {why}")
    services = run.services
    for mode in MODES:
        print(f"\n{_MODES[mode]:<34}" + "".join(f"{name:>17}" for name in _NAMES.values()), end="")
        print(f"{'ours/rdflib':>13}{'ours/oxigraph':>15}")
        for question in questions():
            row = [_latency(services.get(key), mode, question.name) for key in _NAMES]
            _print_row(f"{question.name} ({question.kind}), ms", row, _shown_time)
        _print_row(f"requests/s, {CLIENTS} clients", [_rate(services.get(key), mode) for key in _NAMES], _shown_count)
        for label, part in (("  their median, ms", "median"), ("  their 99th percentile, ms", "p99")):
            _print_row(label, [_rate(services.get(key), mode, part) for key in _NAMES], _shown_time)
    print()
    for label, value in _ROWS:
        _print_row(label, [value(s) if (s := services.get(key)) else None for key in _NAMES], _shown_time)
    for service in services.values():
        for mode, rate in service.rates.items():
            if rate.failures:
                print(f"{service.name}, {_MODES[mode]}: {rate.failures} requests failed")
        if service.differs:
            print(f"DIFFERENT ANSWERS: {service.name} to {', '.join(service.differs)}")
    if len(services) > 1 and not any(service.differs for service in services.values()):
        print("All services gave the same answers.")
    print_thresholds(run)


def _pss(memory: Memory | None) -> Number:
    return None if memory is None else memory.pss


def _rss(memory: Memory | None) -> Number:
    return None if memory is None else memory.rss


_ROWS: list[tuple[str, Callable[[Measured], Number]]] = [
    ("load, s", lambda s: s.load_seconds),
    ("start to first answer, s", lambda s: s.start_seconds),
    ("processes", lambda s: None if s.memory_after is None else s.memory_after.processes),
    ("memory at start, PSS MiB", lambda s: _pss(s.memory)),
    ("memory after questions, PSS MiB", lambda s: _pss(s.memory_after)),
    ("memory after questions, RSS MiB", lambda s: _rss(s.memory_after)),
]


def _print_row(label: str, row: list[Number], shown: Callable[[float], str]) -> None:
    ours, rdflib, oxigraph = row
    cells = "".join(f"{'-' if x is None else shown(x):>17}" for x in row)
    ratios = "".join(f"{_ratio(ours, peer):>{width}}" for peer, width in ((rdflib, 13), (oxigraph, 15)))
    print(f"{label:<34}{cells}{ratios}".rstrip())


def _ratio(ours: Number, peer: Number) -> str:
    if ours is None or peer is None or peer == 0 or ours == float("inf"):
        return ""
    return f"<{ours / (1000 * CAP_SECONDS):.2g}" if peer == float("inf") else f"{ours / peer:.3g}"


def _shown_time(value: float) -> str:
    if value == float("inf"):
        return f">{CAP_SECONDS:.0f} s"
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def _shown_count(value: float) -> str:
    return f"{value:,.0f}"


def _latency(service: Measured | None, mode: Mode, question: str) -> Number:
    """In ms; infinite where it was given up; None where the service wasn't measured."""
    if service is None or question not in service.latencies[mode]:
        return None
    taken = service.latencies[mode][question]
    return float("inf") if taken is None else taken


def _rate(service: Measured | None, mode: Mode, part: str = "per_second") -> Number:
    rate = None if service is None else service.rates.get(mode)
    return None if rate is None else getattr(rate, part)


def print_thresholds(run: Comparison) -> None:
    """Each aim, the worst that was reached, and whether that meets it."""
    print(f"\n{'aimed at':<62}" + "".join(f"{words:>28}" for words in _MODES.values()))
    for words, peer, kinds, least in (
        ("ahead of rdflib-endpoint on every question: times as fast", _RDFLIB, ("smallest", "scan", "summary"), 1.0),
        ("at least 10 times as fast on those that scan", _RDFLIB, ("scan",), 10.0),
    ):
        _print_aim(words, [min(_ratios(run, peer, mode, kinds), default=None) for mode in MODES], least)
    for words, kind, most in (
        ("not slower than oxigraph on those that scan: ours/oxigraph", "scan", 1.0),
        ("at most 3 times oxigraph on the smallest", "smallest", 3.0),
        ("ahead of oxigraph on summaries", "summary", 1.0),
    ):
        worst = [min(_ratios(run, _OXIGRAPH, mode, (kind,)), default=None) for mode in MODES]
        _print_aim(words, [None if ratio is None else 1 / ratio for ratio in worst], most, at_most=True)
    ours, rdflib, oxigraph = (run.services.get(key) for key in (_OURS, _RDFLIB, _OXIGRAPH))
    _print_aim("requests/s at least 2.5 times rdflib-endpoint", [_times(ours, rdflib, mode) for mode in MODES], 2.5)
    _print_aim("requests/s at least 0.4 of oxigraph, answer cached", [None, _times(ours, oxigraph, "same")], 0.4)


def _times(ours: Measured | None, peer: Measured | None, mode: Mode) -> Number:
    mine, theirs = _rate(ours, mode), _rate(peer, mode)
    return None if mine is None or not theirs else mine / theirs


def _ratios(run: Comparison, peer: str, mode: Mode, kinds: Iterable[str]) -> list[float]:
    """How many times as fast as ``peer`` this service is, on each question of the ``kinds``."""
    found = []
    for question in questions():
        ours, theirs = (_latency(run.services.get(key), mode, question.name) for key in (_OURS, peer))
        if question.kind in kinds and ours is not None and theirs is not None:
            capped = 1000 * CAP_SECONDS
            found.append(min(theirs, capped) / min(ours, capped))
    return found


def _print_aim(words: str, reached: list[Number], aim: float, *, at_most: bool = False) -> None:
    cells = []
    for value in reached:
        met = value is not None and (value <= aim if at_most else value >= aim)
        cells.append("-" if value is None else f"{value:.3g} {'met' if met else 'NOT MET'}")
    print(f"{words:<62}" + "".join(f"{cell:>28}" for cell in cells))
