"""SPARQL 1.1 Protocol: queries, section by section. What writes stands in ``test_updates.py``."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import Graph

from plangraph.namespaces import GRAPHS, ID

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
        ("application/n-quads", "application/n-quads", "nt"),
        ("application/trig", "application/trig", "turtle"),
        ("text/n3", "text/n3", "n3"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', "application/ld+json", "json-ld"),
        ("text/turtle;q=0.1, application/n-triples;q=0.2, */*;q=0.01", "application/n-triples", "nt"),
        ("text/csv, text/*;q=0.3", "text/turtle", "turtle"),
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


# What a request says goes before what the text says; without the one the other holds.
COUNT_FROM = f"""# a comment with FROM <urn:x>
SELECT (COUNT(*) AS ?n)
FROM <{EDITORIAL}> FROM
  NAMED <{EDITORIAL}> {{ ?s ?p ?o }}"""


@pytest.mark.parametrize(
    ("parameters", "like"),
    [
        ([], [("default-graph-uri", EDITORIAL)]),
        ([("default-graph-uri", MIDTERM)], [("default-graph-uri", MIDTERM)]),
        ([("named-graph-uri", MIDTERM)], [("named-graph-uri", MIDTERM)]),
        ([("default-graph-uri", "urn:nothing:here")], [("default-graph-uri", "urn:nothing:here")]),
    ],
)
def test_the_dataset_of_the_request_goes_before_that_of_the_text(
    client: FlaskClient, parameters: list[tuple[str, str]], like: list[tuple[str, str]]
) -> None:
    found = _n(client.get("/sparql?" + urlencode([("query", COUNT_FROM), *parameters])))
    assert found == _n(client.get("/sparql?" + urlencode([("query", COUNT), *like])))


def test_a_clause_that_is_passed_over_keeps_its_place(client: FlaskClient) -> None:
    text = f"SELECT *\nFROM <{EDITORIAL}>\nWHERE {{ ?s ?p }}"
    plain, given = (
        client.get("/sparql", query_string={"query": text, **more}).json for more in ({}, {"named-graph-uri": MIDTERM})
    )
    assert (plain["line"], plain["column"]) == (given["line"], given["column"]) == (3, 16)


@pytest.mark.parametrize(
    ("text", "parameter", "status"),
    [
        ("ASK {}", "http://example.org/none", 200),  # a graph that the request names and isn't there is empty
        ("ASK {}", "https://example.org/图/无", 200),
        ("ASK {}", "urn:uuid:0", 200),
        ("ASK {}", "file:///etc/hostname", 403),
        ("ASK {}", "FILE:/etc/hostname", 403),
        ("ASK {}", "ftp://example.org/x", 403),
        ("ASK {}", "relative", 400),
        ("ASK {}", "http://example.org/a b", 400),
        ("ASK {}", "", 400),
        ("ASK FROM <http://example.org/none> {}", None, 403),
        ("ASK FROM NAMED <http://example.org/none> {}", None, 403),
        ("PREFIX e: <http://example.org/> ASK FROM e:none {}", None, 403),
        ("BASE <file:///etc/> ASK FROM <hostname> {}", None, 403),
        ("ASK FROM <relative> {}", None, 403),
        ("ASK FROM <http://example.org/\\uD800> {}", None, 400),
        ("ASK FROM <http://example.org/%zz> {}", None, 400),
        ("PREFIX e: <a b> ASK FROM e:none {}", None, 400),
        ("ASK FROM pg:undeclared {}", None, 200),
        (f"ASK FROM <{EDITORIAL}> {{}}", None, 200),
        ("ASK FROM <file:///etc/hostname> {}", EDITORIAL, 200),  # passed over, never read
    ],
)
@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_graphs_that_are_not_in_the_store(
    client: FlaskClient, text: str, parameter: str | None, status: int, name: str
) -> None:
    answer = client.get("/sparql", query_string={"query": text, **({} if parameter is None else {name: parameter})})
    assert answer.status_code == status
    if status == 403:
        assert (
            "none" in answer.text
            or "hostname" in answer.text
            or "relative" in answer.text
            or str(parameter) in answer.text
        )


def test_dataset_parameters_of_a_form_may_stand_in_the_address(client: FlaskClient) -> None:
    beside = client.post("/sparql?" + urlencode({"default-graph-uri": EDITORIAL}), data={"query": COUNT})
    within = client.post("/sparql", data={"query": COUNT, "default-graph-uri": EDITORIAL})
    assert _n(beside) == _n(within)


# --- relative IRIs, slashes, time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_relative_iris_are_resolved_against_the_address_asked(client: FlaskClient, path: str, how: str) -> None:
    text = "SELECT (<图#1> AS ?iri) {}"
    answer = {
        "get": lambda: client.get(path, query_string={"query": text}, base_url="http://plans.example/"),
        "form": lambda: client.post(path, data={"query": text}, base_url="http://plans.example/"),
        "direct": lambda: client.post(
            path, data=text.encode(), content_type="application/sparql-query", base_url="http://plans.example/"
        ),
    }[how]()
    base = "http://plans.example/" if path == "/sparql" else "http://plans.example/sparql/"
    assert json.loads(answer.data)["results"]["bindings"][0]["iri"]["value"] == base + "图#1"


@pytest.mark.parametrize("host", ["a b", "a/b", 'a"b', "例.org<"])
def test_an_odd_host_is_no_base(client: FlaskClient, host: str) -> None:
    answer = client.get("/sparql", query_string={"query": ASK}, headers={"Host": host.encode().decode("latin-1")})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("timeout", "status"),
    [
        *((good, 200) for good in ("2", "0.5", "1e3")),
        *((bad, 400) for bad in ("0", "-1", "nan", "inf", "1e999", "", "soon", "1s")),
    ],
)
def test_a_request_may_ask_for_less_time(client: FlaskClient, timeout: str, status: int) -> None:
    assert client.get("/sparql", query_string={"query": ASK, "timeout": timeout}).status_code == status


def test_one_time_limit_only_and_it_holds(client: FlaskClient) -> None:
    assert client.get(f"/sparql?query={quote(ASK)}&timeout=1&timeout=2").status_code == 400
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    answer = client.post("/sparql", data={"query": endless, "timeout": "0.2"})
    assert answer.status_code == 503
    assert "0.2" in answer.json["detail"]


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
        "/sparql?update=",
        "/sparql/?update=CLEAR%20ALL",
        "/sparql?query=CLEAR%20ALL",
        "/sparql?query=ASK%20%7B%7D%20ASK%20%7B%7D",
        "/sparql?query=ASK%20%7B%7D%FF",
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
        ("query=ASK%20%7B%7D&update=", "application/x-www-form-urlencoded", 403),
        ("update=CLEAR%20ALL", "application/x-www-form-urlencoded", 403),
        ("query=%FF%FE", "application/x-www-form-urlencoded", 400),
        ("query=ASK%20%7B%7D", "application/x-www-form-urlencoded; charset=utf-16", 415),
        ("&".join(f"a{n}=" for n in range(3000)), "application/x-www-form-urlencoded", 400),
        ("", "application/sparql-query", 400),
        (b"\xff\xfe", "application/sparql-query", 400),
        ("ASK {}", "application/sparql-query; charset=utf-16", 415),
        ("ASK {}", "text/plain", 415),
        ("ASK {}", None, 415),
        ('{"query": "ASK {}"}', "application/json", 415),
        ("CLEAR ALL", "application/sparql-update", 403),
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


# --- entity tags -----------------------------------------------------------------------------------------------------


def test_an_answer_that_still_holds_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/sparql", query_string={"query": GOALS})
    tag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"] == "no-cache"
    for method in ("GET", "HEAD"):
        again = client.open("/sparql", method=method, query_string={"query": GOALS}, headers=tag)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    for other in (
        {"query": GOALS + " "},
        {"query": GOALS, "format": "csv"},
        {"query": GOALS, "default-graph-uri": MIDTERM},
        {"query": GOALS, "named-graph-uri": MIDTERM},
    ):
        assert client.get("/sparql", query_string=other, headers=tag).status_code == 200
    assert (
        client.get("/sparql", query_string={"query": GOALS}, headers={"Accept": "text/csv", **tag}).status_code == 200
    )
    assert client.get("/sparql/", query_string={"query": GOALS}, headers=tag).status_code == 200
    assert client.post("/sparql", data={"query": GOALS}, headers=tag).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand ( ) AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "SELECT (NOW # the time\n() AS ?x) {}",
    ],
)
def test_what_is_another_thing_each_time_has_no_tag(client: FlaskClient, text: str) -> None:
    answer = client.get("/sparql", query_string={"query": text})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


# --- other origins ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_pages_of_other_origins_may_query_and_never_write(client: FlaskClient, path: str) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    asked = client.options(path, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "authorization" not in asked.headers["Access-Control-Allow-Headers"].lower()
    assert client.post(path, data={"query": ASK}, headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    assert (
        client.get(path, query_string={"query": "ASK {"}, headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    )
    for refused in (
        client.post(path, data={"update": "CLEAR ALL"}, headers=origin),
        client.post(path, data=b"CLEAR ALL", content_type="application/sparql-update", headers=origin),
        client.post("/update", data={"update": "CLEAR ALL"}, headers=origin),
        client.put("/graphs?default", headers=origin),
        client.delete("/graphs?default", headers=origin),
    ):
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused.headers
    for writing in ("/update", "/graphs"):
        methods = client.options(writing, headers=origin).headers.get("Access-Control-Allow-Methods", "")
        assert not {"PUT", "DELETE", "POST"} & {method.strip() for method in methods.split(",")}
