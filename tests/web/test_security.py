"""What every answer says to browsers about what it may do, and what no input may bring about."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plangraph.web.urls import page_of

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "/",
    "/tasks",
    "/indicators?q=率",
    "/queries",
    "/queries/main-indicators",
    "/ontology",
    "/shapes",
    "/graphs",
    "/about",
    "/search?q=水",
    "/sparql",
    "/explore",
    "/validate",
    "/history",
    "/history/1",
    "/contribute/observation",
    "/contribute/observation?indicator=https://w3id.org/plangraph/id/chaoyang-2021/indicator/resident-population",
    "/doc/place/110105",
    "/doc/chaoyang-2021/indicator/resident-population",
    "/nowhere",
]


def _policy(answer: object) -> dict[str, str]:
    directives = answer.headers["Content-Security-Policy"].split(";")  # type: ignore[attr-defined]
    return {name: rest for name, _, rest in (d.strip().partition(" ") for d in directives)}


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_only_what_comes_from_here(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    policy = _policy(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|https?:|\*", answer.headers["Content-Security-Policy"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_to_their_own_policy(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|javascript:", page)
    for tag in re.findall(r"<script[^>]*>", page):
        assert 'src="/static/' in tag or 'type="application/json"' in tag
    for address in re.findall(r"<(?:link|img|script)[^>]*(?:href|src)=\"([^\"]+)\"", page):
        assert address.startswith(("/", "data:image/svg+xml"))


def test_a_nonce_is_new_each_time_and_stands_only_where_it_is_used(client: FlaskClient) -> None:
    first, second = (client.get("/sparql", headers=BROWSER) for _ in range(2))
    nonces = [re.search(r"'nonce-([\w-]+)'", a.headers["Content-Security-Policy"])[1] for a in (first, second)]
    assert nonces[0] != nonces[1]
    assert f'<meta name="csp-nonce" content="{nonces[0]}">' in first.text
    assert first.headers["Cache-Control"] == "no-store"
    assert "ETag" not in first.headers
    plain = client.get("/tasks", headers=BROWSER)
    assert "nonce" not in plain.headers["Content-Security-Policy"]
    assert "csp-nonce" not in plain.text


@pytest.mark.parametrize(
    "path",
    [
        "/doc/place/110105.ttl",
        "/api/overview",
        "/api/vocabulary",
        "/ontology?format=turtle",
        "/graphs?default",
        "/.well-known/void",
    ],
)
def test_data_can_be_read_from_other_origins(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example", "Accept": "*/*"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_pages_cannot_be_read_from_other_origins(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=BROWSER).headers


def test_a_preflight_lets_queries_pass_and_uploads_not(client: FlaskClient) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    assert "POST" in client.options("/sparql", headers=asked).headers["Access-Control-Allow-Methods"]
    assert "POST" not in client.options("/api/validate", headers=asked).headers.get("Access-Control-Allow-Methods", "")
    posted = client.post("/api/validate", data=b"", content_type="text/turtle", headers=asked)
    assert "Access-Control-Allow-Origin" not in posted.headers


@pytest.mark.parametrize(
    "iri", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "no iri", "", "http://a b/"]
)
def test_only_web_addresses_become_links(iri: str) -> None:
    assert page_of(iri) == ""


@pytest.mark.parametrize(
    ("iri", "page"),
    [
        ("https://w3id.org/plangraph/id/place/110105", "/doc/place/110105"),
        ("https://w3id.org/plangraph/id/a/b/c#position", "/doc/a/b/c#position"),
        ("https://w3id.org/plangraph/code/status-completed", "/code/status-completed"),
        ("https://w3id.org/plangraph/ontology#Task", "/ontology#Task"),
        ("https://w3id.org/plangraph/ontology", "/ontology"),
        ("https://w3id.org/plangraph/shapes#x", "/shapes#x"),
        ("https://w3id.org/plangraph/graph/a/b", "/graphs?graph=https%3A%2F%2Fw3id.org%2Fplangraph%2Fgraph%2Fa%2Fb"),
        ('https://w3id.org/plangraph/id/x"><script>', "/doc/x%22%3E%3Cscript%3E"),
        ("http://qudt.org/vocab/unit/PERCENT", "http://qudt.org/vocab/unit/PERCENT"),
    ],
)
def test_every_iri_has_its_page(iri: str, page: str) -> None:
    assert page_of(iri) == page


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=<script>alert(1)</script>",
        "/tasks?q=<script>alert(1)</script>",
        "/tasks?domain=<script>alert(1)</script>",
        "/sparql?query=</script><script>alert(1)</script>",
        "/doc/<script>alert(1)</script>",
        "/things?type=<script>alert(1)</script>",
        "/queries/projects-in-place?place=<script>alert(1)</script>",
        "/explore?iri=<script>alert(1)</script>",
    ],
)
def test_no_input_comes_back_as_markup(client: FlaskClient, path: str) -> None:
    assert "<script>alert(1)" not in client.get(path, headers=BROWSER).text


def test_the_language_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/tasks?lang=en").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in client.get("/tasks?lang=zh", base_url="https://plans.example").headers["Set-Cookie"]


def test_headers_of_a_proxy_are_not_believed(app: Flask) -> None:
    answer = app.test_client().get(
        "/.well-known/void", headers={"X-Forwarded-Host": "evil.example", "Accept": "text/turtle"}
    )
    assert "evil.example" not in answer.text


def test_templates_escape_by_default(app: Flask) -> None:
    with app.test_request_context():
        assert app.jinja_env.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
