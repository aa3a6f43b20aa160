"""The shipped plan: its files, its counts as the report states them, and its evidence against the report's text."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.commits import read_shipped, shipped_files
from plangraph.entities import EDITORIAL
from plangraph.namespaces import GEO, ID, OA, ONTOLOGY_GRAPH, PG, PGC, SHAPES_GRAPH
from plangraph.shipped import shipped
from plangraph.store.base import Quad
from plangraph.store.parsing import as_graph
from plangraph.turtle import write_turtle

FOLDER = shipped("data", "chaoyang-2021")
FILES = sorted(FOLDER.glob("*.ttl"))
SOURCE_TEXT = Path(__file__).parents[3] / "shared" / "source" / "chaoyang-midterm-2023.txt"


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    files = shipped_files()
    return [
        quad
        for graph in files
        if graph not in (ONTOLOGY_GRAPH, SHAPES_GRAPH)
        for quad in read_shipped(graph, files[graph])
    ]


@pytest.fixture(scope="module")
def data(quads: list[Quad]) -> Graph:
    return as_graph(quads)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_in_the_stable_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    base = text.partition("@base <")[2].partition(">")[0] or None
    assert write_turtle(Graph(bind_namespaces="none").parse(data=text, format="turtle"), base) == text


def test_every_file_belongs_to_one_named_graph() -> None:
    listed = Counter(path for graph, paths in shipped_files().items() for path in paths if path.parent == FOLDER)
    assert set(listed) == set(FILES)
    assert set(listed.values()) == {1}


def test_no_triple_stands_in_two_graphs(quads: list[Quad]) -> None:
    where = Counter((s, p, o) for s, p, o, _ in quads)
    assert [triple for triple, n in where.items() if n > 1] == []


# The report: two paragraphs of 二(一) and the headings of 二, 三 and 四; 43 townships in the table of their codes.
COUNTS = [
    ("MainIndicator", 24),
    ("IndicatorGroup", 5),
    ("Domain", 7),
    ("Task", 30),
    ("Problem", 4),
    ("Goal", 7),
    ("Plan", 1),
]


@pytest.mark.parametrize(("name", "count"), COUNTS)
def test_counts(data: Graph, name: str, count: int) -> None:
    assert len(set(data.subjects(RDF.type, PG[name]))) == count


def test_six_measures_with_parts(data: Graph) -> None:
    measures = set(data.subjects(RDF.type, PG.PolicyMeasure))
    top = {m for m in measures if data.value(m, PG.partOf) is None}
    assert len(top) == 6
    assert all(any(data.subjects(PG.partOf, m)) for m in top)


def test_townships_have_codes_and_points(data: Graph) -> None:
    townships = set(data.subjects(PG.placeType, PGC["place-type-township"]))
    assert len(townships) == 43
    for place in townships:
        assert str(data.value(place, SKOS.notation)) == str(place).rpartition("/")[2]
        assert str(data.value(data.value(place, GEO.hasGeometry), GEO.asWKT)).startswith("POINT(116.")
        assert data.value(place, PG.within) == ID["place/110105"]


BREADTH = {"Project": 180, "Place": 110, "Slogan": 50, "Recognition": 38, "Document": 45, "Relation": 60}


@pytest.mark.parametrize(("name", "least"), BREADTH.items())
def test_breadth(data: Graph, name: str, least: int) -> None:
    assert len(set(data.subjects(RDF.type, PG[name]))) >= least


def test_works_carry_something_out(data: Graph) -> None:
    projects = set(data.subjects(RDF.type, PG.Project))
    assert len(projects | set(data.subjects(RDF.type, PG.Programme))) >= 300
    assert all(any(data.objects(project, PG.implements)) for project in projects)


def test_observations_have_evidence(data: Graph) -> None:
    observations = set(data.subjects(RDF.type, PG.Observation))
    assert len([o for o in observations if any(data.objects(o, PG.evidence))]) >= 230


def test_only_two_kinds_are_stated(data: Graph) -> None:
    kinds = Counter(str(k).rpartition("-")[2] for k in data.objects(None, PG.indicatorKind))
    assert kinds == {"binding": 1, "anticipatory": 1, "stated": 22}  # the last is kind-not-stated


def test_progress_of_the_main_indicators(data: Graph) -> None:
    states = Counter(
        str(data.value(a, PG.status)).removeprefix(str(PGC) + "progress-")
        for i in data.subjects(RDF.type, PG.MainIndicator)
        for a in data.subjects(PG.about, i)
        if (a, RDF.type, PG.Assessment) in data
    )
    assert states == {"behind": 2, "achieved-early": 3, "on-track": 19}


def test_every_inferred_link_has_its_plain_triple_and_stands_in_the_editorial_graph(
    quads: list[Quad], data: Graph
) -> None:
    graphs = {s: g for s, p, _, g in quads if p == RDF.type}
    links = list(data.subjects(RDF.type, PG.Link))
    assert links
    for link in links:
        triple = tuple(data.value(link, p) for p in (PG.linkFrom, PG.linkProperty, PG.linkTo))
        assert triple in data
        assert graphs[link].endswith(EDITORIAL)  # type: ignore[index]


def test_no_island(data: Graph) -> None:
    joined = {
        end
        for s, p, o in data
        if p not in (RDF.type, PG.inPlan, PG.evidence, PG.assertion) and isinstance(o, URIRef) and o.startswith(ID)
        for end in (s, o)
    }
    for name in ("Goal", "Domain", "Task", "Problem", "PolicyMeasure"):
        assert set(data.subjects(RDF.type, PG[name])) <= joined


def test_evidence_is_where_it_says(data: Graph) -> None:
    if not SOURCE_TEXT.is_file():
        pytest.skip("the report's text isn't beside this checkout")
    raw = SOURCE_TEXT.read_bytes()
    text = raw.decode("utf-8")
    source = ID["chaoyang-2021/document/midterm-evaluation-report-2023"]
    assert str(data.value(source, PG.sha256)) == hashlib.sha256(raw).hexdigest()
    found = list(data.subjects(RDF.type, OA.SpecificResource))
    assert len(found) > 1000
    for evidence in found:
        position, quote = URIRef(f"{evidence}#position"), URIRef(f"{evidence}#quote")
        start, end = (int(str(data.value(position, p))) for p in (OA.start, OA.end))
        assert str(evidence).endswith(f"/{start}-{end}")
        assert text[start:end] == str(data.value(quote, OA.exact))


def test_a_figure_stands_in_its_evidence(data: Graph) -> None:
    for observation in data.subjects(RDF.type, PG.Observation):
        if data.value(observation, PG.assertion) != PGC["assertion-stated"]:
            continue
        printed = str(data.value(observation, PG.asPrinted))
        quotes = [str(data.value(URIRef(f"{e}#quote"), OA.exact)) for e in data.objects(observation, PG.evidence)]
        assert any(printed in quote or quote in printed for quote in quotes), observation
