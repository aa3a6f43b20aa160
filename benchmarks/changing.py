"""A change of a large store: how long it takes to validate and commit it, beside pySHACL over everything.

The store holds a hundred synthetic districts, about a million quads. Each change is of about a thousand: next year's
figures of one district for every indicator, or as many new projects with what the source says of their state. pySHACL
would take hours for the whole; it is stopped as soon as it has taken as long as is needed to tell the ratio aimed at.
"""

from __future__ import annotations

import multiprocessing
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

import plangraph
from benchmarks.districts import write_districts
from plangraph.commits import load
from plangraph.opening import open_embedded
from plangraph.settings import load_settings
from plangraph.validation import validate

DISTRICTS: Final = 100
QUADS: Final = 1_000
ROUNDS: Final = 7
AIM_SECONDS: Final = 1.0
AIM_RATIO: Final = 50.0
_THING: Final = re.compile(r"<https://w3id\.org/plangraph/id/(synthetic-\d+)/(observation|project|status)/([^>]+)>")
_YEAR: Final = re.compile(r'"20\d\d-(\d\d-\d\d)"')


def figures(lines: dict[str, list[str]], number: int) -> list[str]:
    """The figures of the next years: those of the midterm, said of other years."""
    changed = []
    for year in ("2028", "2029", "2030"):
        for subject, told in lines.items():
            if "/observation/" in subject and "-actual-2027" in subject and len(changed) < QUADS:
                new = [line.replace("-actual-2027>", f"-actual-{year}-{number}>", 1) for line in told]
                changed += [_YEAR.sub(rf'"{year}-\1"', line) for line in new]
    return changed


def projects(lines: dict[str, list[str]], number: int) -> list[str]:
    """New projects, each like one that there is, under another name."""
    changed = []
    for subject, told in lines.items():
        if "/project/" in subject and len(changed) < QUADS:
            named = [line.replace(subject, f"{subject[:-1]}-{number}>", 1) for line in told]
            changed += [re.sub(r'"([^"]*)"@(zh|en)', rf'"\1 {number}-{len(changed)}"@\2', line) for line in named]
    return changed


CHANGES: Final = {"figures": figures, "projects": projects}


def districts_in(path: Path) -> dict[str, dict[str, list[str]]]:
    """The N-Quads lines of each district's figures, projects and status reports, by subject."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            subject = line.partition(" ")[0]
            if match := _THING.fullmatch(subject):
                found[match[1]][subject].append(line)
    return found


def commits(store: Path, districts: dict[str, dict[str, list[str]]], folder: Path) -> Iterator[tuple[str, int, float]]:
    """Commit one change after the other; gives its kind, its quads and the seconds that it took."""
    names = sorted(districts)
    with plangraph.open(store) as graph:
        for number in range(ROUNDS + 1):
            for kind, make in CHANGES.items():
                lines = make(districts[names[number]], number)
                file = folder / f"{kind}-{number}.nq"
                file.write_text("".join(lines), encoding="utf-8")
                start = time.perf_counter()
                done = graph.commit(file, message=f"{kind} {number}")
                seconds = time.perf_counter() - start
                if number:  # the first starts the processes
                    yield kind, done.added, seconds


def make_store(folder: Path, districts: int) -> tuple[Path, int]:
    """A store with the shipped data and so many districts; gives the file of the districts and the number of quads."""
    file = folder / "districts.nq"
    write_districts(file, districts)
    settings, _ = load_settings({"store": str(folder / "store")})
    store, _ = open_embedded(settings)
    try:
        load(store, [file], gate="off")
        return file, len(store)
    finally:
        store.close()


def peer_seconds(store: Path, most: float) -> float | None:
    """How long pySHACL takes for everything in the store; None where that is more than ``most``."""
    process = multiprocessing.get_context("spawn").Process(target=_validate_all, args=(store,))
    start = time.perf_counter()
    process.start()
    process.join(most)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return time.perf_counter() - start


def _validate_all(store: Path) -> None:
    with plangraph.open(store) as graph:
        validate(graph.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"), engine="pyshacl")  # type: ignore[arg-type]


def main(districts: int = DISTRICTS) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="plangraph-bench-") as name:
        folder = Path(name)
        file, quads = make_store(folder, districts)
        store = folder / "store"
        print(f"\n## A change of {quads:,} quads in the store")
        taken: dict[str, list[float]] = defaultdict(list)
        size: dict[str, int] = {}
        for kind, added, seconds in commits(store, districts_in(file), folder):
            taken[kind].append(seconds)
            size[kind] = added
        slowest = max(median(times) for times in taken.values())
        most = AIM_RATIO * 1.2 * slowest
        peer = peer_seconds(store, most)
        for kind, times in taken.items():
            told = f"{median(times):.2f} s (from {min(times):.2f} to {max(times):.2f}, {len(times)} changes)"
            print(f"{kind}: {size[kind]} quads validated and committed in {told}")
        if peer is None:
            print(f"pySHACL over everything: stopped after {most:.0f} s: at least {most / slowest:.0f} times as long")
        else:
            print(f"pySHACL over everything: {peer:.0f} s: {peer / slowest:.0f} times as long")
        met = slowest < AIM_SECONDS
        print(f"under {AIM_SECONDS:.0f} s in the median: {'met' if met else 'NOT met'}; ", end="")
        print(f"{AIM_RATIO:.0f} times faster: {'met' if peer is None or peer / slowest >= AIM_RATIO else 'NOT met'}")
