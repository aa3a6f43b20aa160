"""rdflib's graphs whose triples are behind the endpoint."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest
from rdflib import RDFS, XSD, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rivers import (
    ABOUT_CREEK,
    ASK,
    BAD,
    BEARER,
    CONSTRUCT,
    CREEK,
    EX,
    LABELS,
    NOTE,
    OTHER_GRAPH,
    RIVER,
    RIVERS_GRAPH,
    objects,
)

STORES = [
    {"method": method, "returnFormat": name} for method in ("GET", "POST", "POST_FORM") for name in ("xml", "json")
]


@pytest.mark.parametrize("options", STORES, ids=lambda options: "-".join(options.values()))
class TestRdflibStore:
    """rdflib's graph whose triples are behind the endpoint."""

    def test_triples(self, server: str, options: dict[str, str]) -> None:
        graph = Graph(SPARQLStore(server + "/sparql", **options))
        assert len(graph) == 12
        assert set(graph.objects(CREEK, RDFS.label)) == {Literal("青溪", lang="zh"), Literal("Qing Creek", lang="en")}
        assert (CREEK, EX.since, Literal("1998-07-01", datatype=XSD.date)) in graph
        assert graph.value(CREEK, EX.note) == Literal(NOTE)
        assert list(graph.subjects(EX.flowsInto, CREEK)) == [RIVER]

    def test_queries(self, server: str, options: dict[str, str]) -> None:
        graph = Graph(SPARQLStore(server + "/sparql", **options))
        assert [str(row.label) for row in graph.query(LABELS)] == ["长河", "青溪"]  # type: ignore[union-attr]
        bound = graph.query(
            "SELECT ?river ?length { ?river ?p ?length }", initBindings={"p": EX.length, "river": RIVER}
        )
        assert [tuple(row) for row in bound] == [(RIVER, Literal("88.1", datatype=XSD.decimal))]
        assert graph.query(ASK).askAnswer is True

    def test_named_graph(self, server: str, options: dict[str, str]) -> None:
        store = SPARQLStore(server + "/sparql", context_aware=True, **options)
        graph = Graph(store, identifier=URIRef(OTHER_GRAPH))
        assert set(graph.subjects()) == {RIVER}
        assert {str(g) for g in store.contexts()} == {RIVERS_GRAPH, OTHER_GRAPH}


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_constructs(server: str, method: str) -> None:
    found = Graph(SPARQLStore(server + "/sparql", method=method)).query(CONSTRUCT).graph
    assert found is not None
    assert set(found.predicate_objects(CREEK)) == ABOUT_CREEK


def test_rdflib_hears_of_a_syntax_error(server: str) -> None:
    with pytest.raises(ValueError, match="SPARQL query"):
        Graph(SPARQLStore(server + "/sparql")).query(BAD)


def test_rdflib_updates(writable: str) -> None:
    address = URIRef("https://example.org/图/rdflib")
    store = SPARQLUpdateStore(
        writable + "/sparql", writable + "/update", context_aware=True, headers={"Authorization": BEARER}
    )
    graph = Graph(store, identifier=address)
    graph.add((CREEK, RDFS.label, Literal("青溪", lang="zh")))
    graph.add((CREEK, EX.note, Literal(NOTE)))
    assert (CREEK, EX.note, Literal(NOTE)) in graph
    assert objects(writable, str(address)) == sorted([NOTE, "青溪"])
    graph.remove((CREEK, EX.note, None))
    assert set(graph) == {(CREEK, RDFS.label, Literal("青溪", lang="zh"))}
    graph.update(f"INSERT DATA {{ <{RIVER}> <{EX.length}> 88.1 }}")
    assert graph.value(RIVER, EX.length) == Literal("88.1", datatype=XSD.decimal)
    store.remove_graph(graph)
    assert len(graph) == 0


def test_rdflib_may_not_update_without_the_token(writable: str) -> None:
    store = SPARQLUpdateStore(writable + "/sparql", writable + "/update")
    with pytest.raises(HTTPError, match="401"):
        Graph(store, identifier=URIRef(OTHER_GRAPH)).add((CREEK, EX.note, Literal("nobody's")))
