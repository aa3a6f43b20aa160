"""SPARQL 1.1 Graph Store HTTP Protocol: reading, and writing by every method."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import Dataset, Graph

from plangraph.namespaces import GRAPHS, ROOT
from site_to_write import TURTLE, Site, of_graph

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MIDTERM = str(GRAPHS["chaoyang-2021/midterm-2023"])
EDITORIAL = str(GRAPHS["chaoyang-2021/editorial"])
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
EX = "http://example.org/"
RIVER = '<x:青溪> <x:名> "青溪"@zh .'
LAKE = '<x:湖> <x:名> "湖"@zh .'


def _n(client: FlaskClient, **parameters: str) -> int:
    found = json.loads(client.get("/sparql", query_string={"query": COUNT, **parameters}).data)
    return int(found["results"]["bindings"][0]["n"]["value"])


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "turtle"),
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
        ('application/ld+json; profile="x, y", text/turtle;q=0.5', "json-ld"),
        ("text/*", "turtle"),
    ],
)
def test_a_named_graph_is_given_whole(client: FlaskClient, accept: str | None, name: str) -> None:
    answer = client.get(of_graph(EDITORIAL), headers={"Accept": accept} if accept else {})
    assert len(Graph().parse(data=answer.data, format=name)) == _n(client, **{"default-graph-uri": EDITORIAL})


@pytest.mark.parametrize("path", [of_graph(EDITORIAL), "/graphs?default", "/graphs/?default", "/graphs?union"])
def test_head_answers_as_get_without_a_body(client: FlaskClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (get.status_code, head.status_code, head.data) == (200, 200, b"")
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers[name] == get.headers[name]
    assert client.get(path, headers={"If-None-Match": get.headers["ETag"]}).status_code == 304


def test_the_union_is_given_as_triples_and_the_whole_as_quads(client: FlaskClient) -> None:
    for path in ("/graphs?default", "/graphs?union"):
        union = Graph().parse(data=client.get(path, headers={"Accept": "application/n-triples"}).data, format="nt")
        assert len(union) == _n(client)
    whole = Dataset()
    whole.parse(data=client.get("/graphs", headers={"Accept": "application/n-quads"}).data, format="nquads")
    names = {str(graph.identifier) for graph in whole.graphs() if len(graph)}
    assert {MIDTERM, EDITORIAL} <= names
    trig = client.get("/graphs?format=trig")
    assert trig.mimetype == "application/trig"
    assert "chaoyang-2021/editorial" in trig.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/graphs", 400),
        ("/graphs?graph=relative", 400),
        ("/graphs?graph=", 400),
        ("/graphs?graph=http%3A%2F%2Fexample.org%2Fa%20b", 400),
        (of_graph("https://example.org/none"), 404),
        ("/graphs/none", 404),
        (of_graph("file:///etc/hostname"), 404),
        ("/graphs?default&graph=https%3A%2F%2Fexample.org%2Fnone", 400),
        ("/graphs?graph=urn:a&graph=urn:b", 400),
        ("/graphs/none?default", 400),
        ("/graphs?graph=%FF", 400),
    ],
)
def test_graphs_that_are_not_there(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    head = client.head(address)
    assert (head.status_code, head.data) == (status, b"")


def test_what_cannot_be_given_is_406_with_what_can(client: FlaskClient) -> None:
    answer = client.get(of_graph(EDITORIAL), headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json["detail"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_without_a_token_graphs_are_not_written(client: FlaskClient, method: str) -> None:
    assert client.open(of_graph(MIDTERM), method=method, data=b"<a:> <b:> <c:> .").status_code == 403
    assert _n(client, **{"default-graph-uri": MIDTERM}) > 1000


def test_people_get_a_list_of_graphs_and_a_page_of_each(client: FlaskClient) -> None:
    page = client.get("/graphs", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "编者推断" in page.text
    assert client.get(of_graph(EDITORIAL), headers=BROWSER).mimetype == "text/html"
    moved = client.get("/graph/chaoyang-2021/editorial")
    assert (moved.status_code, moved.headers["Location"]) == (303, of_graph(EDITORIAL))


def test_every_goal_the_protocol_gives_is_a_page(client: FlaskClient) -> None:
    found = client.get("/sparql", query_string={"query": "SELECT ?g WHERE { ?g a pg:Goal }"})
    for row in json.loads(found.data)["results"]["bindings"]:
        page = client.get(row["g"]["value"].replace(ROOT.rstrip("/"), ""), follow_redirects=True)
        assert page.status_code == 200


# --- writing ---------------------------------------------------------------------------------------------------------


def test_put_makes_a_graph_and_then_replaces_it(opened: Site) -> None:
    name = f"{EX}put"
    first = opened.put(name, RIVER)
    assert (first.status, first.json["added"], first.json["created"]) == (201, 1, [name])
    assert first.headers["Location"] == opened.address + of_graph(name)
    assert opened.lines(of_graph(name)) == {RIVER}
    second = opened.put(name, LAKE)
    assert (second.status, second.body) == (204, b"")
    assert opened.lines(of_graph(name)) == {LAKE}
    assert opened.put(name, LAKE).status == 204  # the same again


def test_post_adds_to_a_graph(opened: Site) -> None:
    name = f"{EX}post"
    first = opened("POST", of_graph(name), RIVER, TURTLE)
    assert (first.status, first.headers["Location"]) == (201, opened.address + of_graph(name))
    second = opened("POST", of_graph(name), LAKE, TURTLE)
    assert (second.status, second.json["added"], second.json["removed"]) == (200, 1, 0)
    assert opened.lines(of_graph(name)) == {RIVER, LAKE}


def test_post_to_the_store_makes_a_graph_with_a_name_of_its_own(opened: Site) -> None:
    answers = [opened("POST", path, RIVER, TURTLE) for path in ("/graphs", "/graphs/")]
    for answer in answers:
        location = answer.headers["Location"]
        assert answer.status == 201
        assert location.startswith(f"{opened.address}/graphs?graph={quote(ROOT, safe='')}")
        assert opened.lines(location.removeprefix(opened.address)) == {RIVER}
    assert answers[0].json["created"] != answers[1].json["created"]


def test_delete_takes_a_graph_away(opened: Site) -> None:
    name = f"{EX}delete"
    opened.put(name, RIVER)
    answer = opened("DELETE", of_graph(name))
    assert (answer.status, answer.json["removed"], answer.json["deleted"]) == (200, 1, [name])
    assert opened("GET", of_graph(name)).status == 404
    assert opened("HEAD", of_graph(name)).status == 404
    assert opened("DELETE", of_graph(name)).status == 404


def test_the_default_graph_is_a_graph_of_its_own_once_it_is_written(opened: Site) -> None:
    opened("DELETE", "/graphs?default")
    opened.put(f"{EX}beside", LAKE)
    assert LAKE in opened.lines("/graphs?default")  # the union, as long as there is none
    assert opened("PUT", "/graphs?default", RIVER, TURTLE).status == 201
    assert opened.lines("/graphs?default") == {RIVER}
    assert {RIVER, LAKE} <= opened.lines("/graphs?union")
    assert opened.ask(RIVER.removesuffix(" ."))
    assert opened("PUT", "/graphs?default", RIVER, TURTLE).status == 204
    assert opened("POST", "/graphs?default", LAKE, TURTLE).status == 200
    opened.update("INSERT DATA { <x:c> <x:d> <x:e> }")
    assert opened.lines("/graphs?default") == {RIVER, LAKE, "<x:c> <x:d> <x:e> ."}
    assert opened("DELETE", "/graphs?default").status == 200
    assert opened("DELETE", "/graphs?default").status == 404


@pytest.mark.parametrize("content_type", [None, TURTLE, "application/n-triples"])
def test_an_empty_body_is_an_empty_graph(opened: Site, content_type: str | None) -> None:
    name = f"{EX}empty/{quote(str(content_type), safe='')}"
    assert opened("PUT", of_graph(name), "", content_type).status == 201
    answer = opened("GET", of_graph(name))
    assert (answer.status, answer.text.strip()) == (200, "")
    assert name in opened("GET", "/.well-known/void", Accept="application/n-triples").text
    assert opened("PUT", of_graph(name), RIVER, TURTLE).status == 204
    assert opened("PUT", of_graph(name), "", content_type).status == 204
    assert opened("POST", of_graph(name), "", content_type).status == 200
    assert opened("HEAD", of_graph(name)).status == 200
    assert opened("DELETE", of_graph(name)).status == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/turtle", '<青溪> <名> "青溪"@zh .'),
        ("text/turtle; charset=utf-8", '<青溪> <名> "青溪"@zh .'),
        ("application/n-triples", '<http://例.org/图/青溪> <http://例.org/图/名> "青溪"@zh .'),
        ("application/n-quads", '<http://例.org/图/青溪> <http://例.org/图/名> "青溪"@zh .'),
        ("application/trig", '<青溪> <名> "青溪"@zh .'),
        ("text/n3", '<青溪> <名> "青溪"@zh .'),
        (
            "application/ld+json",
            '{"@id": "青溪", "http://例.org/图/名": {"@value": "青溪", "@language": "zh"}}',
        ),
        (
            "application/rdf+xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="http://例.org/图/">'
            '<r:Description r:about="青溪"><t:名 xml:lang="zh">青溪</t:名></r:Description></r:RDF>',
        ),
    ],
)
def test_every_syntax_is_read_and_the_graph_is_its_base(opened: Site, content_type: str, body: str) -> None:
    name = "http://例.org/图/河"
    assert opened("PUT", of_graph(name), body, content_type).status in (201, 204)
    expected = '<http://例.org/图/青溪> <http://例.org/图/名> "青溪"@zh .'
    assert opened.lines(of_graph(name)) == {expected}
    assert opened.ask(f"GRAPH <{name}> {{ {expected.removesuffix(' .')} }}")


def test_a_name_in_chinese_is_ascii_in_headers(opened: Site) -> None:
    answer = opened.put("http://例.org/图/新", RIVER)
    location = answer.headers["Location"]
    assert location.isascii()
    assert opened.lines(location.removeprefix(opened.address)) == {RIVER}


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("PUT", of_graph(f"{EX}bad"), RIVER, "application/rdf+xml", 400),
        ("PUT", of_graph(f"{EX}bad"), "<r:RDF xmlns:r='x'/>", TURTLE, 400),
        ("PUT", of_graph(f"{EX}bad"), "<x:a> <x:b> <x:c>", TURTLE, 400),
        ("PUT", of_graph(f"{EX}bad"), b"<x:a> <x:b> '\xff' .", TURTLE, 400),
        ("PUT", of_graph(f"{EX}bad"), "<x:a> <x:b> <x:c> <x:d> .", "application/n-quads", 400),
        ("PUT", of_graph(f"{EX}bad"), "{}", "application/json", 415),
        ("PUT", of_graph(f"{EX}bad"), RIVER, "application/x-www-form-urlencoded", 415),
        ("PUT", of_graph(f"{EX}bad"), RIVER, "text/html", 415),
        ("PUT", of_graph(f"{EX}bad"), RIVER, None, 415),
        ("PUT", of_graph(f"{EX}bad"), RIVER.encode("utf-16"), "text/turtle; charset=utf-16", 415),
        ("PUT", of_graph(f"{EX}bad"), "--x--", "multipart/form-data; boundary=x", 415),
        ("POST", of_graph(f"{EX}bad"), "--x--\r\n", "multipart/form-data; boundary=x", 400),
        ("PUT", "/graphs", RIVER, TURTLE, 400),
        ("DELETE", "/graphs", None, None, 400),
        ("PUT", "/graphs?graph=relative", RIVER, TURTLE, 400),
        ("POST", "/graphs?graph=relative", RIVER, TURTLE, 400),
        ("PUT", "/graphs?default&graph=x:y", RIVER, TURTLE, 400),
        ("PATCH", of_graph(f"{EX}bad"), "CLEAR ALL", "application/sparql-update", 405),
        ("PUT", of_graph(str(GRAPHS["history"])), RIVER, TURTLE, 403),
        ("POST", of_graph(str(GRAPHS["shipped"])), RIVER, TURTLE, 403),
        ("DELETE", of_graph(str(GRAPHS["history"])), None, None, 403),
        ("PUT", of_graph(f"{EX}bad"), "# " + "x" * 300_000, TURTLE, 413),
    ],
)
def test_wrong_writes_are_told_and_change_nothing(
    opened: Site, method: str, path: str, body: str | bytes | None, content_type: str | None, status: int
) -> None:
    answer = opened(method, path, body, content_type)
    assert answer.status == status, answer.text
    assert answer.headers.get_content_type() == "application/problem+json"
    assert opened("GET", of_graph(f"{EX}bad")).status == 404
    if status == 415 and "charset" not in (content_type or ""):
        assert "text/turtle" in answer.headers["Accept"]


def test_a_compressed_body_is_not_read(opened: Site) -> None:
    answer = opened("PUT", of_graph(f"{EX}packed"), b"\x1f\x8b", TURTLE, Content_Encoding="gzip")
    assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "identity")


def test_a_syntax_error_is_told_with_its_place(opened: Site) -> None:
    problem = opened.put(f"{EX}bad", f"{RIVER}\n<x:a> <x:b>").json
    assert problem["line"] == 2


# --- several files ---------------------------------------------------------------------------------------------------


def _part(name: str, content_type: str | None, body: str) -> str:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f'--b0\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n{kind}\r\n{body}\r\n'


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([("a.ttl", TURTLE, RIVER), ("b.nt", "application/n-triples", LAKE)], 201),
        ([("a.ttl", None, RIVER), ("湖.nt", "application/octet-stream", LAKE)], 201),
        ([("a", TURTLE + "; charset=utf-8", RIVER), ("a", TURTLE, LAKE)], 201),
        ([("a.ttl", TURTLE, RIVER), ("b.ttl", TURTLE, "<broken")], 400),
        ([("a.ttl", TURTLE, RIVER), ("b.pdf", "application/pdf", LAKE)], 415),
        ([("a.ttl", TURTLE, RIVER), ("b", None, LAKE)], 415),
    ],
)
def test_several_files_are_added_at_once_or_not_at_all(
    opened: Site, parts: list[tuple[str, str | None, str]], status: int
) -> None:
    name = f"{EX}several"
    body = "".join(_part(*part) for part in parts) + "--b0--\r\n"
    answer = opened("POST", of_graph(name), body, "multipart/form-data; boundary=b0")
    assert answer.status == status, answer.text
    if status == 201:
        assert opened.lines(of_graph(name)) == {RIVER, LAKE}
        opened("DELETE", of_graph(name))
    assert opened("GET", of_graph(name)).status == 404


# --- a graph by its own address, conditions, the gate ----------------------------------------------------------------


def test_a_graph_may_be_named_by_its_own_address(opened: Site) -> None:
    path, name = "/graphs/" + quote("河/青溪"), opened.address + "/graphs/河/青溪"
    made = opened("PUT", path, '<> <x:名> "青溪"@zh .', TURTLE)
    assert (made.status, made.json["created"]) == (201, [name])
    assert made.headers["Location"] == opened.address + path
    expected = {f'<{name}> <x:名> "青溪"@zh .'}
    assert opened.lines(path) == opened.lines(of_graph(name)) == expected
    assert opened("DELETE", path).status == 200
    assert opened("GET", path).status == 404


def test_a_write_may_depend_on_what_was_read(opened: Site) -> None:
    name = f"{EX}conditions"
    path = of_graph(name)
    assert opened("PUT", path, RIVER, TURTLE, If_Match="*").status == 412
    assert opened("PUT", path, RIVER, TURTLE, If_None_Match="*").status == 201
    assert opened("PUT", path, LAKE, TURTLE, If_None_Match="*").status == 412
    tag = opened("GET", path).headers["ETag"]
    packed = opened("GET", path, Accept_Encoding="gzip").headers["ETag"]
    assert opened("PUT", path, LAKE, TURTLE, If_Match='"other", "x"').status == 412
    assert opened("PUT", path, LAKE, TURTLE, If_Match=f"W/{tag}").status == 412  # weak tags never match here
    assert opened("PUT", path, LAKE, TURTLE, If_Match=f'"other", {tag}').status == 204
    assert opened("POST", path, RIVER, TURTLE, If_Match=tag).status == 412
    assert opened("DELETE", path, If_Match=packed).status == 412
    assert opened.lines(path) == {LAKE}
    tag = opened("GET", path).headers["ETag"]
    assert opened("PUT", path, RIVER, TURTLE, If_None_Match=tag).status == 412
    assert opened("DELETE", path, If_Match=tag).status == 200


def test_what_breaks_a_shape_is_not_stored_and_the_report_says_why(guarded: Site) -> None:
    name = f"{EX}gate"
    broken = "<x:place> a <https://w3id.org/plangraph/ontology#Indicator> ."
    for answer in (
        guarded.put(name, broken),
        guarded("POST", of_graph(name), broken, TURTLE),
        guarded.update(f"INSERT DATA {{ GRAPH <{name}> {{ {broken} }} }}"),
    ):
        problem = answer.json
        assert (answer.status, problem["status"]) == (422, 422)
        assert problem["report"]["conforms"] is False
        assert {result["focusNode"] for result in problem["report"]["results"]} == {"x:place"}
    assert guarded("GET", of_graph(name)).status == 404
    fine = guarded.put(name, RIVER)
    assert (fine.status, fine.json["report"]["conforms"]) == (201, True)
    assert guarded("GET", "/graphs?" + urlencode({"graph": name})).status == 200
