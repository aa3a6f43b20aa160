"""Comunica, the query engine of the JavaScript world: it takes the endpoint apart, joins it with other data, writes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path
from rivers import ASK, BEARER, CREEK, EX, FOLDER, LABELS, NOTE, NOTES, OTHER_GRAPH, RIVER, RIVERS_GRAPH, objects


@pytest.fixture(scope="session")
def comunica() -> Path:
    """The folder with Comunica as the lock file has it: installed once on this machine, for all checkouts."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("Comunica isn't tested: there is no node or npm")
    lock = (FOLDER / "package-lock.json").read_bytes()
    folder = user_cache_path("plangraph", appauthor=False) / f"comunica-{hashlib.sha256(lock).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, fresh / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=300)
        told = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        failure = " ".join(told[:3]) or done.stderr[-300:] if done.returncode else ""
    except subprocess.TimeoutExpired:
        failure = "npm took over 300 s"
    if failure:
        shutil.rmtree(fresh)
        pytest.skip(f"Comunica isn't tested: it can't be installed. {failure}")
    try:
        fresh.rename(folder)
    except OSError:  # another run was quicker
        shutil.rmtree(fresh)
    return folder


def run_comunica(folder: Path, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", str(FOLDER / "comunica.mjs"), str(folder)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


LOCAL = f"<{CREEK}> <{EX.keeper}> '林水清'@zh ."
COMUNICA: list[tuple[str, str, str, Any]] = [
    ("labels", "select", LABELS, [{"label": "长河@zh"}, {"label": "青溪@zh"}]),
    ("quoted", "select", NOTES, [{"river": str(CREEK), "note": NOTE}]),
    ("ask", "ask", ASK, True),
    ("ask no", "ask", f"ASK {{ <{EX.nothing}> ?p ?o }}", False),
    (
        "optional",
        "select",
        f"SELECT ?river ?n {{ ?river a <{EX.River}> OPTIONAL {{ ?river <{EX.bridges}> ?n }} }} ORDER BY ?river",
        [{"river": str(RIVER)}, {"river": str(CREEK), "n": "3"}],
    ),
    ("count", "select", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", [{"n": "12"}]),
    (
        "graphs",
        "select",
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g",
        [{"g": OTHER_GRAPH}, {"g": RIVERS_GRAPH}],
    ),
    ("path", "select", f"SELECT ?o {{ <{RIVER}> <{EX.flowsInto}>+ ?o }}", [{"o": str(CREEK)}]),
    ("construct", "graph", f"CONSTRUCT WHERE {{ ?s <{EX.bridges}> ?n }}", [[str(CREEK), str(EX.bridges), "3"]]),
    (
        "joined with data of the client's own",
        "joined",
        f"SELECT ?who ?length {{ ?river <{EX.keeper}> ?who ; <{EX.length}> ?length }}",
        [{"who": "林水清@zh", "length": "12.5"}],
    ),
    ("refused", "select", "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }", "403"),
    ("found by its description", "detected", LABELS, [{"label": "长河@zh"}, {"label": "青溪@zh"}]),
    ("its dataset by its description", "detected", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", [{"n": "12"}]),
]


@pytest.fixture(scope="module")
def comunica_answers(comunica: Path, server: str) -> dict[str, dict[str, Any]]:
    """All answers of the table, from one process."""
    endpoint: Any = {"type": "sparql", "value": server + "/sparql"}
    own = {"type": "serialized", "value": LOCAL, "mediaType": "text/turtle", "baseIRI": "https://example.org/"}
    sources = {"joined": [endpoint, own], "detected": [server + "/sparql"]}
    requests = [
        {
            "kind": "select" if kind in sources else kind,
            "query": query,
            "sources": sources.get(kind, [endpoint]),
        }
        for _, kind, query, _ in COMUNICA
    ]
    return dict(zip((row[0] for row in COMUNICA), run_comunica(comunica, requests), strict=True))


@pytest.mark.parametrize(("name", "expected"), [(row[0], row[3]) for row in COMUNICA])
def test_comunica(comunica_answers: dict[str, dict[str, Any]], name: str, expected: Any) -> None:
    found = comunica_answers[name]
    if isinstance(expected, str):
        assert expected in found["fault"]
    else:
        assert found == {"answer": expected}


def test_comunica_updates(writable: str, comunica: Path) -> None:
    graph = "https://example.org/图/comunica"
    endpoint = {"type": "sparql", "value": writable + "/sparql"}
    request = {
        "kind": "update",
        "query": f"INSERT DATA {{ GRAPH <{graph}> {{ <{CREEK}> <{EX.note}> '引水'@zh }} }}",
        "sources": [endpoint],
        "destination": {"type": "sparql", "value": writable + "/update"},
    }
    refused, done = run_comunica(comunica, [request, {**request, "headers": {"Authorization": BEARER}}])
    assert "401" in refused["fault"]
    assert done == {"answer": None}
    assert objects(writable, graph) == ["引水"]
