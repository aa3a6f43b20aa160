"""Kept answers: found by the bytes of the request, as long as the data stay, within their memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client, EnvironBuilder

from plangraph.web.caching import AnswerCache, keep
from plangraph.web.service import Service

GOALS = "SELECT ?g { ?g a pg:Goal }"


@pytest.fixture
def asked(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries that reach a query process."""
    texts: list[str] = []
    query = service.readers.query

    def count(text: str, *args: Any, **options: Any) -> Any:
        texts.append(text)
        return query(text, *args, **options)

    monkeypatch.setattr(service.readers, "query", count)
    service.start_anew(service.revision + "+")
    yield texts
    service.start_anew(service.revision.rstrip("+"))


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_the_same_question_is_asked_once(client: FlaskClient, asked: list[str], service: Service, how: str) -> None:
    def ask() -> Any:
        if how == "get":
            return client.get("/sparql", query_string={"query": GOALS})
        if how == "form":
            return client.post("/sparql", data={"query": GOALS})
        return client.post("/sparql", data=GOALS, content_type="application/sparql-query")

    # The data's revision in this fixture is the processes', else nothing would be kept under it.
    service.start_anew(service.readers.query("ASK {}").revision.text)
    asked.clear()
    first, second = ask(), ask()
    assert first.data == second.data
    assert {name.lower(): value for name, value in first.headers} == dict(second.headers.to_wsgi_list())
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (GOALS, [{"Accept": "text/csv"}, {"Accept": "application/json"}]),
        (GOALS, [{"Host": "a.example"}, {"Host": "b.example"}]),
        ("SELECT (NOW() AS ?now) {}", [{}, {}]),
        ("SELECT (RAND() AS ?r) {}", [{}, {}]),
    ],
)
def test_what_may_differ_is_asked_again(
    client: FlaskClient, asked: list[str], service: Service, text: str, headers: list[dict[str, str]]
) -> None:
    service.start_anew(service.readers.query("ASK {}").revision.text)
    asked.clear()
    for each in headers:
        assert client.get("/sparql", query_string={"query": text}, headers=each).status_code == 200
    assert len(asked) == 2


class _Counting:
    """A WSGI application whose answers may be kept."""

    def __init__(self, size: int) -> None:
        self.size, self.calls = size, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        keep(environ, "r1")
        start_response("200 OK", [("Content-Length", str(self.size))])
        return [b"x" * self.size]


def fetch(cache: AnswerCache, query: str) -> bytes:
    return Client(cache).open(EnvironBuilder("/sparql", query_string=query)).data  # type: ignore[arg-type]


def test_a_new_revision_leaves_nothing(client: FlaskClient) -> None:
    app, service = _Counting(10), SimpleNamespace(revision="r1")
    cache = AnswerCache(app, service, 100_000)  # type: ignore[arg-type]
    for _ in range(2):
        assert fetch(cache, "query=a") == b"x" * 10
    assert app.calls == 1
    service.revision = "r2"
    fetch(cache, "query=a")
    assert app.calls == 2


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    app, service = _Counting(1000), SimpleNamespace(revision="r1")
    cache = AnswerCache(app, service, 100_000)  # type: ignore[arg-type]
    for n in range(200):
        fetch(cache, f"query={n}")
    assert cache._size <= 100_000
    assert 50 < len(cache._kept) < 100
    fetch(cache, "query=199")
    assert app.calls == 200
    fetch(cache, "query=0")
    assert app.calls == 201


def test_large_answers_are_not_kept() -> None:
    app, service = _Counting(2000), SimpleNamespace(revision="r1")
    cache = AnswerCache(app, service, 100_000)  # type: ignore[arg-type]
    for _ in range(2):
        fetch(cache, "query=a")
    assert app.calls == 2
    assert cache._size == 0
