"""A hundred districts in Virtuoso: more than is held here, with some two hundred graphs to unite."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF

from engines import ISQL, VIRTUOSO, Virtuoso
from plangraph.entities import describe
from plangraph.namespaces import PG
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file
from plangraph.store.remote import RemoteStore

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("districts") / "districts.nq"
    subprocess.run([sys.executable, "-m", "benchmarks", "districts", "100", str(path)], cwd=ROOT, check=True)
    return path


@pytest.fixture(scope="module")
def reference(districts: Path) -> EmbeddedStore:
    store = EmbeddedStore()
    store.apply(Changeset(added=read_file(districts, default_graph=URIRef("http://none.example/"))))
    return store.in_memory()


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory, reference: EmbeddedStore) -> Iterator[Virtuoso]:
    if VIRTUOSO is None or ISQL is None:
        pytest.skip("Virtuoso isn't installed: make engines installs it")
    server = Virtuoso(tmp_path_factory.mktemp("large"))
    server.start()
    try:
        server.allow_updates()
        server.load(reference.triples())
        yield server
    finally:
        server.stop()


def test_graphs_and_classes_are_the_same(virtuoso: Virtuoso, reference: EmbeddedStore) -> None:
    store = RemoteStore(virtuoso.address)
    assert store.graphs() == reference.graphs()
    for class_ in (PG.Plan, PG.Project, PG.Observation):
        found = {s for s, *_ in store.triples(None, RDF.type, class_)}
        assert found == {s for s, *_ in reference.triples(None, RDF.type, class_)}


def test_things_are_described_the_same_with_few_requests(virtuoso: Virtuoso, reference: EmbeddedStore) -> None:
    projects = sorted(str(s) for s, *_ in reference.triples(None, RDF.type, PG.Project))
    for iri in projects[::800]:
        store = RemoteStore(virtuoso.address)
        assert describe(store, iri) == describe(reference, iri)
        assert store.requests <= 50


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c",
        "SELECT ?s { ?s a pg:Plan }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g { GRAPH ?g { ?s a pg:Plan } }",
        "SELECT (COUNT(*) AS ?n) { ?p a pg:Project ; pg:locatedIn ?s . ?s pg:within ?t }",
    ],
)
def test_queries_have_the_same_answers(virtuoso: Virtuoso, reference: EmbeddedStore, text: str) -> None:
    found, expected = RemoteStore(virtuoso.address).select(text), reference.select(text)
    assert sorted(map(str, found.rows)) == sorted(map(str, expected.rows))


def test_a_change_is_made_and_taken_back(virtuoso: Virtuoso) -> None:
    store = RemoteStore(virtuoso.address)
    name = next(iter(store.graphs()))
    quads = list(store.quads_of(name))[:3000]
    size = len(store)
    store.apply(Changeset(removed=quads))
    assert len(RemoteStore(virtuoso.address)) <= size - len(quads) + 1
    store.apply(Changeset(added=quads))
    assert set(RemoteStore(virtuoso.address).quads_of(name)) >= set(quads)
