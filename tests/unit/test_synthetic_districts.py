"""The districts of the benchmark: valid, of the size promised, the same each time, and enough for the questions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from plangraph.namespaces import GRAPHS
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file
from plangraph.validation import read_sources, validate

ROOT = Path(__file__).parents[2]
QUESTIONS = sorted((ROOT / "benchmarks" / "questions").glob("*.rq"))
_LINE = re.compile(r"(?P<triple>.*) <https://w3id\.org/plangraph/graph/(?P<graph>[^>]+)> \.")

SHARED = {
    "indicators with figures of both": """SELECT ?it WHERE {
        ?one pg:ofIndicator ?it ; pg:refArea <https://w3id.org/plangraph/id/place/synthetic-0001> .
        ?two pg:ofIndicator ?it ; pg:refArea <https://w3id.org/plangraph/id/place/synthetic-0002> }""",
    "places that both lie in": """SELECT ?it WHERE {
        <https://w3id.org/plangraph/id/place/synthetic-0001> pg:within+ ?it .
        <https://w3id.org/plangraph/id/place/synthetic-0002> pg:within+ ?it }""",
    "bodies that both name": """SELECT ?it WHERE {
        ?one prov:wasAttributedTo ?it ; pg:inPlan/pg:refArea <https://w3id.org/plangraph/id/place/synthetic-0001> .
        ?two prov:wasAttributedTo ?it ; pg:inPlan/pg:refArea <https://w3id.org/plangraph/id/place/synthetic-0002> }""",
}
PLENTY = {
    "pg:Goal": 4,
    "pg:Domain": 7,
    "pg:Task": 28,
    "pg:PolicyMeasure": 20,
    "pg:Project": 80,
    "pg:Programme": 20,
    "pg:Observation": 90,
    "pg:StatusReport": 80,
    "pg:Assessment": 20,
    "pg:Link": 50,
    "pg:Place": 40,
    "oa:SpecificResource": 200,
}


def write(folder: Path, count: int) -> list[str]:
    """The N-Quads of ``count`` districts, as the command writes them."""
    file = folder / f"{count}.nq"
    subprocess.run([sys.executable, "-m", "benchmarks", "districts", str(count), str(file)], cwd=ROOT, check=True)
    return file.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("districts")


@pytest.fixture(scope="module")
def one(folder: Path) -> list[str]:
    return write(folder, 1)


@pytest.fixture(scope="module")
def two(folder: Path) -> list[str]:
    return write(folder, 2)


@pytest.fixture(scope="module")
def store(folder: Path, two: list[str]) -> EmbeddedStore:
    store = EmbeddedStore()
    store.apply(Changeset(added=read_file(folder / "2.nq", default_graph=GRAPHS["nowhere"])))
    return store.in_memory()


def of(lines: list[str], graph: str) -> set[str]:
    return {line for line in lines if f"/graph/{graph}/" in line}


def test_districts_break_no_shape(folder: Path, two: list[str]) -> None:
    report = validate(read_sources([folder / "2.nq"]))
    assert report.conforms
    # What is advised is that names differ: over many districts they don't.
    assert {result.severity for result in report.results} <= {"warning"}


def test_a_district_has_about_nine_thousand_triples(two: list[str]) -> None:
    for key in ("synthetic-0001", "synthetic-0002"):
        assert 8_500 < len(of(two, key)) < 9_500


def test_a_district_is_the_same_however_many_there_are(one: list[str], two: list[str]) -> None:
    assert of(one, "synthetic-0001") == of(two, "synthetic-0001")
    assert of(one, "national-synthetic") == of(two, "national-synthetic")


def test_districts_differ(two: list[str]) -> None:
    first, second = ({line.replace(key, "") for line in of(two, key)} for key in ("synthetic-0001", "synthetic-0002"))
    assert len(first - second) > len(first) / 4


def test_a_triple_stands_once(two: list[str]) -> None:
    # Engines differ in whether the union of graphs repeats one that stands in two.
    matches = [_LINE.fullmatch(line) for line in two]
    triples = [match["triple"] for match in matches if match]
    assert len(triples) == len(two) == len(set(triples))


@pytest.mark.parametrize("name", SHARED)
def test_districts_share(store: EmbeddedStore, name: str) -> None:
    assert len(store.select(SHARED[name])) > 0


@pytest.mark.parametrize("kind", PLENTY)
def test_a_district_has_plenty_of(store: EmbeddedStore, kind: str) -> None:
    (row,) = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ ?thing a {kind} }}")
    assert int(row["n"]) >= 2 * PLENTY[kind]


def test_there_are_ten_questions() -> None:
    assert len(QUESTIONS) == 10


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_has_an_answer(store: EmbeddedStore, path: Path) -> None:
    assert len(store.select(path.read_text(encoding="utf-8"))) > 0
