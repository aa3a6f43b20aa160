"""SPARQL 1.1 Protocol, Service Description and Graph Store Protocol, section by section."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import Dataset, Graph, Namespace, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import GRAPHS, ID, PG
from plangraph.web import create_app
from plangraph.web.service import Service

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
JSON = "application/sparql-results+json"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ASK = "ASK { ?s a pg:Plan }"
GOALS = "SELECT ?g WHERE { ?g a pg:Goal } ORDER BY ?g"
MIDTERM = str(GRAPHS["chaoyang-2021/midterm-2023"])
EDITORIAL = str(GRAPHS["chaoyang-2021/editorial"])
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def _n(answer: object) -> int:
    found = json.loads(answer.data)  # type: ignore[attr-defined]
    return int(found["results"]["bindings"][0]["n"]["value"])


# --- 2.1 query operation ---------------------------------------------------------------------------------------------


def test_query_by_get(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": ASK})
    assert (answer.status_code, answer.mimetype) == (200, JSON)
    assert json.loads(answer.data)["boolean"] is True


def test_query_by_post_as_a_form(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": GOALS})
    assert len(json.loads(answer.data)["results"]["bindings"]) == 7


@pytest.mark.parametrize("content_type", ["application/sparql-query", "application/sparql-query; charset=utf-8"])
def test_query_by_post_directly(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/sparql", data=GOALS.encode(), content_type=content_type)
    assert len(json.loads(answer.data)["results"]["bindings"]) == 7


def test_chinese_text_goes_in_and_out_unchanged(client: FlaskClient) -> None:
    text = 'SELECT ?label WHERE { ?s skos:prefLabel ?label . FILTER(STR(?label) = "污水处理率") }'
    for answer in (
        client.get("/sparql?query=" + quote(text)),
        client.post("/sparql", data={"query": text}),
        client.post("/sparql", data=text.encode(), content_type="application/sparql-query"),
    ):
        assert json.loads(answer.data)["results"]["bindings"][0]["label"]["value"] == "污水处理率"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        (JSON, JSON),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.6", "application/sparql-results+xml"),
        ("text/turtle, text/csv;q=0.1", "text/csv"),
    ],
)
@pytest.mark.parametrize("text", [GOALS])
def test_results_are_negotiated(client: FlaskClient, text: str, accept: str | None, media_type: str) -> None:
    answer = client.get("/sparql", query_string={"query": text}, headers={"Accept": accept} if accept else {})
    assert answer.mimetype == media_type
    assert answer.content_length == len(answer.data)


@pytest.mark.parametrize(
    ("accept", "media_type", "name"),
    [
        (None, "text/turtle", "turtle"),
        ("application/ld+json", "application/ld+json", "json-ld"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
    ],
)
@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?g a pg:Goal }", f"DESCRIBE <{ID['place/110105']}>"])
def test_graphs_are_negotiated(client: FlaskClient, text: str, accept: str | None, media_type: str, name: str) -> None:
    answer = client.get("/sparql", query_string={"query": text}, headers={"Accept": accept} if accept else {})
    assert answer.mimetype == media_type
    assert len(Graph().parse(data=answer.data, format=name)) >= 5


def test_the_format_parameter_goes_before_accept(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": GOALS, "format": "csv"}, headers=BROWSER)
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["g"]
    assert len(rows) == 8
    assert client.get("/sparql", query_string={"query": GOALS, "format": "docx"}).status_code == 400


@pytest.mark.parametrize("accept", ["text/turtle", "application/pdf"])
def test_a_format_that_does_not_suit_the_form_is_406(client: FlaskClient, accept: str) -> None:
    answer = client.get("/sparql", query_string={"query": GOALS}, headers={"Accept": accept})
    assert answer.status_code == 406
    assert JSON in answer.json["detail"]


def test_head_runs_the_query_and_gives_no_body(client: FlaskClient) -> None:
    answer = client.head("/sparql", query_string={"query": ASK})
    assert (answer.status_code, answer.mimetype, answer.data) == (200, JSON, b"")


# --- 2.1.4 datasets --------------------------------------------------------------------------------------------------


def test_without_graphs_the_default_graph_is_the_union(client: FlaskClient) -> None:
    whole = _n(client.get("/sparql", query_string={"query": COUNT}))
    parts = [
        _n(client.get("/sparql", query_string={"query": COUNT, "default-graph-uri": g})) for g in (MIDTERM, EDITORIAL)
    ]
    assert min(parts) > 0
    assert sum(parts) < whole


def test_several_default_graphs_are_merged(client: FlaskClient) -> None:
    single = [
        _n(client.get("/sparql", query_string={"query": COUNT, "default-graph-uri": g})) for g in (MIDTERM, EDITORIAL)
    ]
    pairs = [("query", COUNT), ("default-graph-uri", MIDTERM), ("default-graph-uri", EDITORIAL)]
    by_get = _n(client.get("/sparql?" + urlencode(pairs)))
    by_form = _n(client.post("/sparql", data=urlencode(pairs), content_type="application/x-www-form-urlencoded"))
    direct = _n(
        client.post("/sparql?" + urlencode(pairs[1:]), data=COUNT.encode(), content_type="application/sparql-query")
    )
    assert by_get == by_form == direct == sum(single)  # no triple stands in both


def test_named_graphs_of_the_request_are_the_only_ones(client: FlaskClient) -> None:
    text = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    pairs = [("query", text), ("named-graph-uri", EDITORIAL), ("named-graph-uri", MIDTERM)]
    rows = json.loads(client.get("/sparql?" + urlencode(pairs)).data)["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [EDITORIAL, MIDTERM]
    nothing = client.get("/sparql", query_string={"query": COUNT, "named-graph-uri": MIDTERM})
    assert _n(nothing) == 0


def test_a_graph_name_that_is_no_iri_is_refused(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": COUNT, "default-graph-uri": "not an iri"})
    assert answer.status_code == 400


# --- 2.1.5 and 2.1.6 failures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "form", "direct"])
def test_a_syntax_error_is_400_with_its_place(client: FlaskClient, method: str) -> None:
    text = "SELECT * WHERE {\n  ?s ?p\n}"
    if method == "get":
        answer = client.get("/sparql", query_string={"query": text})
    elif method == "form":
        answer = client.post("/sparql", data={"query": text})
    else:
        answer = client.post("/sparql", data=text.encode(), content_type="application/sparql-query")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["line"] == 3
    assert answer.json["column"] in (1, 2)  # at the brace or right behind it


@pytest.mark.parametrize(
    "address",
    [
        "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D",
        "/sparql?query=",
        "/sparql?query=%20",
        "/sparql?update=CLEAR%20ALL",
        "/sparql?query=ASK%20%7B%7D&update=CLEAR%20ALL",
        "/sparql?query=CLEAR%20ALL",
        "/sparql?query=INSERT%20DATA%20%7B%20%3Ca%3A%3E%20%3Cb%3A%3E%20%3Cc%3A%3E%20%7D",
    ],
)
def test_requests_that_are_no_single_query_are_400(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("query=ASK%20%7B%7D&query=ASK%20%7B%7D", "application/x-www-form-urlencoded", 400),
        ("", "application/x-www-form-urlencoded", 400),
        ("update=CLEAR%20ALL", "application/x-www-form-urlencoded", 400),
        ("", "application/sparql-query", 400),
        (b"\xff\xfe", "application/sparql-query", 400),
        ("ASK {}", "application/sparql-query; charset=utf-16", 415),
        ("ASK {}", "text/plain", 415),
        ("ASK {}", None, 415),
        ('{"query": "ASK {}"}', "application/json", 415),
        ("CLEAR ALL", "application/sparql-update", 415),
    ],
)
def test_wrong_posts_are_told(client: FlaskClient, body: str | bytes, content_type: str | None, status: int) -> None:
    answer = client.post("/sparql", data=body, content_type=content_type)
    assert answer.status_code == status
    assert answer.json["status"] == status


def test_a_query_stands_in_one_place_only(client: FlaskClient) -> None:
    direct = client.post("/sparql?query=ASK%20%7B%7D", data=b"ASK {}", content_type="application/sparql-query")
    form = client.post("/sparql?query=ASK%20%7B%7D", data={"query": "ASK {}"})
    assert direct.status_code == form.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(client: FlaskClient, method: str) -> None:
    answer = client.open("/sparql", method=method)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_too_long_a_query_is_413(client: FlaskClient) -> None:
    text = "ASK { } #" + "x" * 20_000
    assert client.get("/sparql", query_string={"query": text}).status_code == 413
    assert client.post("/sparql", data={"query": text}).status_code == 413
    assert client.post("/sparql", data=text.encode(), content_type="application/sparql-query").status_code == 413


def test_other_servers_are_not_called(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"})
    assert answer.status_code == 403


def test_a_query_over_the_time_limit_is_503_and_the_next_one_runs(client: FlaskClient) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answer = client.get("/sparql", query_string={"query": endless})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/sparql", query_string={"query": ASK}).status_code == 200


# --- without a query -------------------------------------------------------------------------------------------------


def test_people_get_the_editor(client: FlaskClient) -> None:
    page = client.get("/sparql", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "<textarea" in page.text


def test_a_link_with_a_query_opens_it_in_the_editor(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": 'ASK { ?s a pg:Plan # "<x>" }'}, headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "ASK { ?s a pg:Plan # &#34;&lt;x&gt;&#34; }" in page.text


@pytest.mark.parametrize(
    ("accept", "name"), [(None, "turtle"), ("text/turtle", "turtle"), ("application/rdf+xml", "xml")]
)
def test_programs_get_the_service_description(client: FlaskClient, accept: str | None, name: str) -> None:
    answer = client.get("/sparql", headers={"Accept": accept} if accept else {}, base_url="https://plans.example/")
    graph = Graph().parse(data=answer.data, format=name)
    service = URIRef("https://plans.example/sparql")
    assert (service, RDF.type, SD.Service) in graph
    assert (service, SD.endpoint, service) in graph
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert URIRef(MIDTERM) in set(graph.objects(None, SD.name))
    assert (service, SD.supportedLanguage, SD.SPARQL11Update) not in graph


# --- 2.2 update operation --------------------------------------------------------------------------------------------


def test_updates_are_refused(client: FlaskClient) -> None:
    for answer in (
        client.post("/update", data={"update": "CLEAR ALL"}),
        client.post("/update", data=b"CLEAR ALL", content_type="application/sparql-update"),
    ):
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


def test_with_a_token_set_writers_have_to_present_it(service: Service) -> None:
    settings = dataclasses.replace(service.settings, write_token="open sesame")
    client = create_app(dataclasses.replace(service, settings=settings)).test_client()
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic b3Blbjpz"}):
        for answer in (client.post("/update", headers=headers), client.put("/graphs?default", headers=headers)):
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.post("/update", headers={"Authorization": "Bearer open sesame"}).status_code == 403


# --- Graph Store Protocol --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "turtle"),
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
def test_a_named_graph_is_given_whole(client: FlaskClient, accept: str | None, name: str) -> None:
    address = "/graphs?graph=" + quote(EDITORIAL, safe="")
    answer = client.get(address, headers={"Accept": accept} if accept else {})
    expected = _n(client.get("/sparql", query_string={"query": COUNT, "default-graph-uri": EDITORIAL}))
    assert len(Graph().parse(data=answer.data, format=name)) == expected


def test_the_union_is_given_as_triples_and_the_whole_as_quads(client: FlaskClient) -> None:
    union = Graph().parse(
        data=client.get("/graphs?default", headers={"Accept": "application/n-triples"}).data, format="nt"
    )
    assert len(union) == _n(client.get("/sparql", query_string={"query": COUNT}))
    whole = Dataset()
    whole.parse(data=client.get("/graphs?default", headers={"Accept": "application/n-quads"}).data, format="nquads")
    names = {str(graph.identifier) for graph in whole.graphs() if len(graph)}
    assert {MIDTERM, EDITORIAL} <= names
    trig = client.get("/graphs?default&format=trig")
    assert trig.mimetype == "application/trig"
    assert f"<{MIDTERM}>" in trig.text or "GRAPH" in trig.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/graphs", 400),
        ("/graphs?graph=relative", 400),
        ("/graphs?graph=https%3A%2F%2Fexample.org%2Fnone", 404),
        ("/graphs?default&graph=https%3A%2F%2Fexample.org%2Fnone", 400),
    ],
)
def test_graphs_that_are_not_there(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    head = client.head(address)
    assert (head.status_code, head.data) == (status, b"")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_graphs_are_not_written(client: FlaskClient, method: str) -> None:
    answer = client.open(f"/graphs?graph={quote(MIDTERM)}", method=method, data=b"<a:> <b:> <c:> .")
    assert answer.status_code == 403
    assert _n(client.get("/sparql", query_string={"query": COUNT, "default-graph-uri": MIDTERM})) > 1000


def test_people_get_a_list_of_graphs_and_a_page_of_each(client: FlaskClient) -> None:
    page = client.get("/graphs", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "编者推断" in page.text
    one = client.get("/graphs?graph=" + quote(EDITORIAL, safe=""), headers=BROWSER)
    assert one.mimetype == "text/html"
    moved = client.get("/graph/chaoyang-2021/editorial")
    assert moved.status_code == 303
    assert moved.headers["Location"] == "/graphs?graph=" + quote(EDITORIAL, safe="")


def test_every_goal_the_protocol_gives_is_a_page(client: FlaskClient) -> None:
    rows = json.loads(client.get("/sparql", query_string={"query": GOALS}).data)["results"]["bindings"]
    for row in rows:
        page = client.get(row["g"]["value"].replace("https://w3id.org/plangraph", ""), follow_redirects=True)
        assert page.status_code == 200
    assert str(PG.Goal).startswith("https://w3id.org/plangraph/ontology#")
