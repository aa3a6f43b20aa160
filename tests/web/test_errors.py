"""Every failure becomes a problem document for programs and a page for people, in the language asked for."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plangraph import errors
from plangraph.web import create_app
from plangraph.web.answers import KINDS
from plangraph.web.service import Service

PROBLEM = "application/problem+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def _failing(service: Service, failure: Exception) -> FlaskClient:
    app: Flask = create_app(service)

    @app.get("/fails")
    def fails() -> str:
        raise failure

    return app.test_client()


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (errors.SyntaxFault("坏了", "broken", line=3, column=7), 400),
        (errors.BadInput("不对", "wrong"), 400),
        (errors.Refused("不行", "no"), 403),
        (errors.NotFound("没有", "none"), 404),
        (errors.NotAcceptable("没有", "none"), 406),
        (errors.TooLarge("太大", "too large"), 413),
        (errors.DoesNotConform("不合", "no", report=None), 422),
        (errors.OverLimit("超时", "too long"), 503),
        (errors.Busy("忙", "busy"), 503),
        (errors.StoreLocked("占用", "locked"), 503),
        (errors.PlangraphError("内部", "inside"), 500),
    ],
)
def test_each_failure_has_its_status(service: Service, failure: errors.PlangraphError, status: int) -> None:
    answer = _failing(service, failure).get("/fails?lang=en", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    problem = answer.json
    assert problem["status"] == status
    assert problem["detail"] == failure.en
    assert problem["messages"] == {"zh": failure.zh, "en": failure.en}
    assert problem["type"].startswith("https://w3id.org/plangraph/problem/")
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_syntax_fault_names_its_place(service: Service) -> None:
    client = _failing(service, errors.SyntaxFault("坏了", "broken", line=3, column=7))
    problem = client.get("/fails").json
    assert (problem["line"], problem["column"]) == (3, 7)
    assert "第 3 行第 7 列" in problem["detail"]


@pytest.mark.parametrize("failure", [errors.OverLimit("超时", "too long"), errors.Busy("忙", "busy")])
def test_what_may_succeed_later_says_when_to_come_back(service: Service, failure: errors.PlangraphError) -> None:
    assert int(_failing(service, failure).get("/fails").headers["Retry-After"]) > 0


def test_people_get_a_page_in_their_language(service: Service) -> None:
    client = _failing(service, errors.NotFound("没有这个东西。", "There is no such thing."))
    page = client.get("/fails", headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "没有这个东西。" in page.text
    page = client.get("/fails?lang=en", headers={"Accept": BROWSER})
    assert "There is no such thing." in page.text
    assert 'action="/search"' in page.text


def test_what_nobody_foresaw_tells_nothing_of_the_inside(service: Service) -> None:
    client = _failing(service, ValueError("a secret of the inside"))
    for accept in (BROWSER, "application/json"):
        answer = client.get("/fails", headers={"Accept": accept})
        assert answer.status_code == 500
        assert "secret" not in answer.text


def test_a_message_cannot_bring_markup_into_a_page(service: Service) -> None:
    client = _failing(service, errors.BadInput("<script>alert(1)</script>", "<script>alert(1)</script>"))
    assert "<script>alert" not in client.get("/fails", headers={"Accept": BROWSER}).text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/doc/chaoyang-2021/task/none", 404),
        ("GET", "/doc/chaoyang-2021/task/none.ttl", 404),
        ("GET", "/code/none", 404),
        ("GET", "/queries/none", 404),
        ("GET", "/things", 400),
        ("GET", "/things?type=Nonsense", 400),
        ("GET", "/things?type=http://[", 400),
        ("GET", "/ontology?format=docx", 400),
        ("DELETE", "/tasks", 405),
        ("GET", "/update", 405),
    ],
)
def test_wrong_requests_are_told_as_problems(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method, headers={"Accept": "text/turtle, application/json, */*;q=0.1"})
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("property=pg:refArea&offset=-1", 400), ("property=nonsense", 400), ("property=pg:addresses", 404)],
)
def test_pages_of_links_tell_what_is_wrong(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get(f"/doc/place/110105?{query}", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_a_method_that_is_not_taken_names_those_that_are(client: FlaskClient) -> None:
    answer = client.delete("/tasks")
    assert {"GET", "HEAD", "OPTIONS"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


def test_every_exception_of_the_program_is_mapped_and_explained(client: FlaskClient) -> None:
    page = client.get("/about").text
    for kind in KINDS:
        assert f'id="problem-{kind.name}"' in page
    known = [kind.class_ for kind in KINDS]
    ours = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.PlangraphError)]
    for class_ in ours:
        first = next(kind for kind in known if issubclass(class_, kind))
        assert first is not errors.PlangraphError or class_ is errors.PlangraphError


def test_the_type_of_a_problem_leads_to_its_explanation(client: FlaskClient) -> None:
    answer = client.get("/problem/syntax")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/about#problem-syntax")


def test_an_upload_over_the_limit_is_refused(service: Service) -> None:
    small = dataclasses.replace(service, settings=dataclasses.replace(service.settings, upload_bytes=1000))
    answer = create_app(small).test_client().post("/api/validate", data=b"x" * 2000, content_type="text/turtle")
    assert answer.status_code == 413
