"""SPARQLWrapper, in every form of request and every format that it knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from rdflib import Graph, Literal, URIRef
from rivers import ABOUT_CREEK, ASK, BAD, BEARER, CONSTRUCT, CREEK, EX, NOTE, NOTES, OTHER_GRAPH, RIVER, objects
from SPARQLWrapper import SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized


def wrapper(server: str, query: str, format_name: str, method: str = "GET", how: str = "urlencoded") -> SPARQLWrapper:
    client = SPARQLWrapper(server + "/sparql")
    client.setQuery(query)
    client.setReturnFormat(format_name)
    client.setMethod(method)
    client.setRequestMethod(how)
    return client


WAYS = [("GET", "urlencoded"), ("POST", "urlencoded"), ("POST", "postdirectly")]


def _json_rows(found: Any) -> list[list[str]]:
    names = found["head"]["vars"]
    return [[row[name]["value"] for name in names] for row in found["results"]["bindings"]]


def _xml_rows(found: Any) -> list[list[str]]:
    return [
        ["".join(text.data for text in value.firstChild.childNodes) for value in row.getElementsByTagName("binding")]
        for row in found.getElementsByTagName("result")
    ]


def _tsv_rows(found: bytes) -> list[list[str]]:
    return [[str(_from_n3(cell)) for cell in line.split("\t")] for line in found.decode().rstrip("\n").split("\n")[1:]]


def _from_n3(cell: str) -> URIRef | Literal:
    ((_, _, term),) = Graph().parse(data=f"<urn:s> <urn:p> {cell} .", format="nt")
    assert isinstance(term, URIRef | Literal)
    return term


ROWS: dict[str, Callable[[Any], list[list[str]]]] = {
    "json": _json_rows,
    "xml": _xml_rows,
    "csv": lambda found: list(csv.reader(io.StringIO(found.decode(), newline="")))[1:],
    "tsv": _tsv_rows,
}


@pytest.mark.parametrize(("method", "how"), WAYS)
@pytest.mark.parametrize("format_name", ROWS)
def test_sparqlwrapper_select(server: str, format_name: str, method: str, how: str) -> None:
    found = wrapper(server, NOTES, format_name, method, how).queryAndConvert()
    assert ROWS[format_name](found) == [[str(CREEK), NOTE]]


@pytest.mark.parametrize(("method", "how"), WAYS)
@pytest.mark.parametrize("format_name", ["json", "xml"])
def test_sparqlwrapper_ask(server: str, format_name: str, method: str, how: str) -> None:
    found = wrapper(server, ASK, format_name, method, how).queryAndConvert()
    told = found["boolean"] if format_name == "json" else found.getElementsByTagName("boolean")[0].firstChild.data
    assert told in (True, "true")


@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{CREEK}>"], ids=["construct", "describe"])
@pytest.mark.parametrize(("method", "how"), WAYS)
@pytest.mark.parametrize("format_name", ["turtle", "n3", "xml", "rdf", "rdf+xml", "json-ld"])
def test_sparqlwrapper_graph(server: str, format_name: str, method: str, how: str, query: str) -> None:
    found = wrapper(server, query, format_name, method, how).queryAndConvert()
    if isinstance(found, bytes):
        found = Graph().parse(data=found, format="turtle")
    assert set(found.predicate_objects(CREEK)) == ABOUT_CREEK


def test_sparqlwrapper_names_graphs(server: str) -> None:
    client = wrapper(server, "SELECT ?s ?o WHERE { ?s ?p ?o } ORDER BY ?o", "json")
    client.addDefaultGraph(OTHER_GRAPH)
    assert _json_rows(client.queryAndConvert()) == [[str(RIVER), "88.1"], [str(RIVER), "长河"]]
    client = wrapper(server, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", "json")
    client.addNamedGraph(OTHER_GRAPH)
    assert _json_rows(client.queryAndConvert()) == [[OTHER_GRAPH]]


@pytest.mark.parametrize(("method", "how"), WAYS)
def test_sparqlwrapper_hears_of_a_syntax_error(server: str, method: str, how: str) -> None:
    client = wrapper(server, BAD, "json", method, how)
    client.addCustomHttpHeader("Accept-Language", "en")
    with pytest.raises(QueryBadFormed, match="line 1, column"):
        client.query()


@pytest.mark.parametrize("how", ["urlencoded", "postdirectly"])
def test_sparqlwrapper_updates(writable: str, how: str) -> None:
    graph = f"https://example.org/图/sparqlwrapper-{how}"
    client = SPARQLWrapper(writable + "/update")
    client.setMethod("POST")
    client.setRequestMethod(how)
    client.setQuery(f"INSERT DATA {{ GRAPH <{graph}> {{ <{CREEK}> <{EX.note}> '山&水=?+%', 7 }} }}")
    with pytest.raises(Unauthorized):
        client.query()
    client.addCustomHttpHeader("Authorization", BEARER)
    client.query()
    assert objects(writable, graph) == ["7", "山&水=?+%"]
    client.setQuery(f"DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p 7 }} }}")
    client.query()
    assert objects(writable, graph) == ["山&水=?+%"]
