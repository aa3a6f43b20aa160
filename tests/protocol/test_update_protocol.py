"""SPARQL 1.1 Protocol, section 2.2: updates, and who may send them."""

from __future__ import annotations

import dataclasses
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from plangraph.web import create_app
from plangraph.web.service import Service
from site_to_write import FORM, TOKEN, Site

UPDATE = "application/sparql-update"
QUERY = "application/sparql-query"
EX = "http://example.org/"


@pytest.mark.parametrize("path", ["/update", "/update/", "/sparql", "/sparql/"])
@pytest.mark.parametrize("how", ["form", "direct", "direct with charset"])
def test_an_update_comes_as_a_form_or_as_it_is(opened: Site, path: str, how: str) -> None:
    name = f"{EX}{quote(path + how)}"
    text = f'INSERT DATA {{ GRAPH <{name}> {{ <{name}> <{EX}名称> "一条河 & more"@zh, 7 }} }}'
    if how == "form":
        answer = opened("POST", path, urlencode({"update": text}), FORM)
    else:
        answer = opened("POST", path, text, UPDATE + ("; charset=UTF-8" if "charset" in how else ""))
    told = answer.json
    assert (answer.status, told["added"], told["removed"], told["created"]) == (200, 2, 0, [name])
    assert answer.headers.get_content_type() == "application/json"
    assert opened.ask(f'GRAPH <{name}> {{ <{name}> <{EX}名称> "一条河 & more"@zh }}')


def test_whoever_wrote_reads_what_was_written_at_a_new_revision(opened: Site) -> None:
    query = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?s <http://example.org/step> ?o }")
    tags = []
    for step in range(3):
        opened.update(f"INSERT DATA {{ <{EX}s> <{EX}step> {step} }}")
        answer = opened("GET", query)
        assert answer.json["results"]["bindings"][0]["n"]["value"] == str(step + 1)
        tags.append(answer.headers["ETag"])
    assert len(set(tags)) == 3
    assert opened("GET", query, If_None_Match=tags[-1]).status == 304
    assert opened("GET", query, If_None_Match=tags[0]).status == 200


# What the request says of the dataset holds for WHERE, of every operation.
ONE, TWO, THREE = (f"{EX}using/{n}" for n in "123")
FOUND = f"INSERT {{ GRAPH <{EX}found> {{ ?s <{EX}in> ?g }} }} WHERE {{ "


@pytest.mark.parametrize(
    ("parameters", "pattern", "found"),
    [
        ([("using-graph-uri", ONE)], "?s a <x:T> BIND(1 AS ?g)", {"1"}),
        ([("using-graph-uri", ONE), ("using-graph-uri", THREE)], "?s a <x:T> BIND(1 AS ?g)", {"1", "3"}),
        ([("using-named-graph-uri", TWO)], "GRAPH ?g { ?s a <x:T> }", {"2"}),
        ([("using-named-graph-uri", TWO)], "?s a <x:T> BIND(1 AS ?g)", set()),
        ([("using-graph-uri", ONE)], "GRAPH ?g { ?s a <x:T> }", set()),
        (
            [("using-graph-uri", ONE), ("using-named-graph-uri", TWO)],
            "{ ?s a <x:T> BIND(1 AS ?g) } UNION { GRAPH ?g { ?s a <x:T> } }",
            {"1", "2"},
        ),
        ([("using-graph-uri", f"{EX}none")], "?s a <x:T> BIND(1 AS ?g)", set()),
        ([], "?s a <x:T> BIND(1 AS ?g)", {"1", "2", "3"}),  # the union
    ],
)
@pytest.mark.parametrize("how", ["form", "address", "direct"])
def test_the_request_names_the_dataset_of_an_update(
    opened: Site, parameters: list[tuple[str, str]], pattern: str, found: set[str], how: str
) -> None:
    data = "".join(f"GRAPH <{EX}using/{n}> {{ <{EX}thing/{n}> a <x:T> }} " for n in "123")
    text = f"DROP SILENT GRAPH <{EX}found> ; INSERT DATA {{ {data} }} ; {FOUND}{pattern} }}"
    if how == "form":
        answer = opened("POST", "/update", urlencode([("update", text), *parameters]), FORM)
    elif how == "address":
        answer = opened("POST", "/update?" + urlencode(parameters), urlencode({"update": text}), FORM)
    else:
        answer = opened("POST", "/update?" + urlencode(parameters), text, UPDATE)
    assert answer.status == 200, answer.text
    for n in "123":
        assert opened.ask(f"GRAPH <{EX}found> {{ <{EX}thing/{n}> <{EX}in> ?g }}") == (n in found)


@pytest.mark.parametrize("clause", ["USING <x:g>", "USING NAMED <x:g>", "WITH <x:g>"])
@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
def test_the_dataset_is_said_in_one_place(opened: Site, clause: str, name: str) -> None:
    change = "INSERT { <x:s> <x:p> <x:o> }"
    text = f"{clause} {change} WHERE {{}}" if clause.startswith("WITH") else f"{change} {clause} WHERE {{}}"
    assert opened.update(text, **{name: ONE}).status == 400
    assert not opened.ask("<x:s> <x:p> <x:o>")


@pytest.mark.parametrize("path", ["/update", "/sparql", "/sparql/"])
def test_relative_iris_are_resolved_against_the_address_asked(opened: Site, path: str) -> None:
    opened("POST", path, f"DELETE WHERE {{ <{EX}b> ?p ?o }} ; INSERT DATA {{ <{EX}b> <{EX}at> <城#1> }}", UPDATE)
    base = opened.address + path.rpartition("/")[0] + "/"
    assert opened.ask(f"<{EX}b> <{EX}at> <{base}城#1>")


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("GET", "/update?update=CLEAR%20ALL", None, None, 405),
        ("GET", "/sparql?update=CLEAR%20ALL", None, None, 400),
        ("HEAD", "/sparql?update=CLEAR%20ALL", None, None, 400),
        ("PUT", "/update", "CLEAR ALL", UPDATE, 405),
        ("DELETE", "/update", None, None, 405),
        ("POST", "/update", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM, 400),
        ("POST", "/update", "query=ASK%7B%7D", FORM, 400),
        ("POST", "/update", "query=ASK%7B%7D&update=CLEAR%20ALL", FORM, 400),
        ("POST", "/sparql", "query=ASK%7B%7D&update=CLEAR%20ALL", FORM, 400),
        ("POST", "/update?update=CLEAR%20ALL", "CLEAR ALL", UPDATE, 400),
        ("POST", "/update", "", FORM, 400),
        ("POST", "/update", "update=", FORM, 400),
        ("POST", "/update", "", UPDATE, 400),
        ("POST", "/update", "update=CLEAR%20XYZ", FORM, 400),
        ("POST", "/update", "ASK {}", UPDATE, 400),
        ("POST", "/update", "update=%FF", FORM, 400),
        ("POST", "/update", b"\xff", UPDATE, 400),
        ("POST", "/update", "CLEAR ALL".encode("utf-16"), UPDATE, 400),
        ("POST", "/update", "CLEAR ALL".encode("utf-16"), UPDATE + "; charset=UTF-16", 415),
        ("POST", "/update", "CLEAR ALL", "text/plain", 415),
        ("POST", "/update", "CLEAR ALL", None, 415),
        ("POST", "/update", "update=CLEAR%20ALL", None, 415),
        ("POST", "/update", "update=CLEAR%20ALL", "multipart/form-data; boundary=x", 415),
        ("POST", "/update", "ASK {}", QUERY, 415),
        ("POST", "/update?using-graph-uri=relative", "CLEAR ALL", UPDATE, 400),
        ("POST", "/update?using-graph-uri=file:///etc/hostname", "CLEAR ALL", UPDATE, 403),
        ("POST", "/update", "LOAD <http://127.0.0.1:9/x>", UPDATE, 403),
        ("POST", "/update", "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", UPDATE, 403),
        ("POST", "/update", "# " + "x" * 300_000, UPDATE, 413),
    ],
)
def test_wrong_updates_are_told_and_change_nothing(
    opened: Site, method: str, path: str, body: str | bytes | None, content_type: str | None, status: int
) -> None:
    opened.update(f"INSERT DATA {{ <{EX}kept> a <{EX}T> }}")
    answer = opened(method, path, body, content_type)
    assert answer.status == status, answer.text
    assert opened.ask(f"<{EX}kept> a <{EX}T>")
    if method != "HEAD":
        assert answer.headers.get_content_type() == "application/problem+json"
        assert answer.json["status"] == status


def test_a_syntax_error_is_told_with_its_place(opened: Site) -> None:
    problem = opened.update("INSERT DATA { <x:a> <x:b> <x:c> } ;\nINSERT DATE {}").json
    assert problem["line"] == 2
    assert not opened.ask("<x:a> <x:b> <x:c>")


# --- who may write ---------------------------------------------------------------------------------------------------

INSERT = "INSERT DATA { <x:who> <x:wrote> <x:this> }"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
    ],
)
def test_with_a_token_set_writers_present_it(guarded: Site, authorization: str | None, status: int) -> None:
    site = Site(guarded.address, {} if authorization is None else {"Authorization": authorization})
    answer = site("POST", "/update", "CLEAR SILENT GRAPH <x:g>", UPDATE)
    assert answer.status == status, answer.text
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/update"),
        ("POST", "/sparql"),
        ("PUT", "/graphs?default"),
        ("POST", "/graphs"),
        ("DELETE", "/graphs?default"),
    ],
)
def test_every_way_to_write_asks_for_the_token(guarded: Site, method: str, path: str) -> None:
    answer = Site(guarded.address, {})(method, path, "CLEAR ALL", UPDATE)
    assert answer.status == 401


def test_wrong_tokens_are_counted(service: Service) -> None:
    settings = dataclasses.replace(service.settings, write_token=TOKEN)
    client = create_app(dataclasses.replace(service, settings=settings)).test_client()

    def status(token: str, address: str) -> int:
        answer = client.post(
            "/update",
            headers={"Authorization": f"Bearer {token}"},
            environ_overrides={"REMOTE_ADDR": address},
        )
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 60
        return answer.status_code

    assert status(TOKEN, "192.0.2.1") == 415  # may write, but nothing was sent
    assert [status("guess", "192.0.2.7") for _ in range(12)] == [401] * 10 + [429] * 2
    assert status(TOKEN, "192.0.2.7") == 429
    assert status("guess", "192.0.2.8") == 401
    for host in range(100):
        status("guess", f"198.51.100.{host}")
    assert status("guess", "192.0.2.9") == 429
    assert status(TOKEN, "192.0.2.1") == 415  # who had the token before isn't kept out


def test_without_a_token_the_server_reads_only(client: FlaskClient) -> None:
    for answer in (
        client.post("/update", data={"update": INSERT}),
        client.post("/sparql", data={"update": INSERT}),
        client.post("/update", data=INSERT, content_type=UPDATE, headers={"Authorization": "Bearer "}),
    ):
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{own}"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "[::1]:{port}"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:{port}"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_without_a_token_only_programs_on_this_machine_write(
    opened: Site, headers: dict[str, str], status: int, path: str
) -> None:
    port = str(urlsplit(opened.address).port)
    sent = {name: value.format(own=opened.address, port=port) for name, value in headers.items()}
    answer = Site(opened.address, sent)("POST", path, urlencode({"update": INSERT}), FORM)
    assert answer.status == status, answer.text
    assert "Access-Control-Allow-Origin" not in answer.headers
