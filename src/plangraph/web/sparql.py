"""The SPARQL 1.1 Protocol (W3C Recommendation, 21 March 2013): queries for everyone, updates for writers only."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from plangraph.errors import BadInput
from plangraph.mediatypes import GRAPH_FORMATS
from plangraph.namespaces import PREFIXES
from plangraph.queries import THEMES, questions
from plangraph.store.readers import Answer
from plangraph.web import answers, writing
from plangraph.web.answers import Fault
from plangraph.web.caching import keep
from plangraph.web.description import service_description
from plangraph.web.protocol import (
    FORM,
    QUERY,
    UPDATE,
    Parameters,
    QueryRequest,
    direct_text,
    own_address,
    own_root,
    read_query,
    read_update,
    refuse_absent,
    refuse_foreign,
)
from plangraph.web.quick import found
from plangraph.web.service import Service, current_service
from plangraph.writing import Update, exists

blueprint = Blueprint("sparql", __name__)
# Percent-encoding makes a text up to three times as long; the other parameters stand beside it.
_ENCODED = 4
_WHOLE = 1 << 18


@blueprint.get("/sparql", strict_slashes=False)
def get() -> Response:
    """A query by GET; without one the editor for people, the service description for programs."""
    at_hand = found(request.environ)
    if isinstance(at_hand, Exception):
        raise at_hand
    if at_hand is not None:
        return _told(*at_hand)
    parameters = Parameters(0)
    if parameters.has("update"):
        raise BadInput("更新须用 POST 发送。", "An update has to be sent by POST.")
    if not parameters.has("query"):
        return _editor("") if answers.prefers_page() else _describe(current_service())
    text = parameters.single("query")
    if answers.prefers_page() and not parameters.has("format"):
        return _editor(text)
    return _query(text, parameters)


@blueprint.post("/sparql", strict_slashes=False)
def post() -> Response:
    """A query or an update by POST, as a form or as it is (2.1.2, 2.1.3, 2.2.1, 2.2.2)."""
    parameters = Parameters(current_service().settings.query_bytes * _ENCODED)
    if request.mimetype == FORM:
        if not parameters.has("update"):
            return _query(parameters.single("query"), parameters)
        writing.authorize()
        return _update(_only("update", "query", parameters), parameters)
    if request.mimetype == QUERY:
        _nothing_beside(parameters)
        return _query(direct_text(current_service().settings.query_bytes), parameters)
    if request.mimetype == UPDATE:
        return _direct_update(parameters)
    raise Fault(
        415,
        f"Content-Type 应为 {FORM}、{QUERY} 或 {UPDATE}。",
        f"The Content-Type has to be {FORM}, {QUERY} or {UPDATE}.",
    )


@blueprint.post("/update", strict_slashes=False)
def update() -> Response:
    """An update by POST, as a form or as it is; for writers."""
    writing.authorize()
    parameters = Parameters(current_service().settings.upload_bytes)
    if request.mimetype == FORM:
        return _update(_only("update", "query", parameters), parameters)
    if request.mimetype == UPDATE:
        return _direct_update(parameters)
    raise Fault(
        415,
        f"更新的 Content-Type 应为 {FORM} 或 {UPDATE}；查询请发到 /sparql。",
        f"An update has the Content-Type {FORM} or {UPDATE}. Queries go to /sparql.",
    )


def _only(name: str, other: str, parameters: Parameters) -> str:
    if parameters.has(other):
        raise BadInput(f"一次请求只能有 {name}，不能同时有 {other}。", f"A request has {name} or {other}, not both.")
    return parameters.single(name)


def _nothing_beside(parameters: Parameters) -> None:
    if parameters.has("query") or parameters.has("update"):
        raise BadInput(
            "请求体已是内容，网址中不应再有 query 或 update。",
            "The body is the text: no query or update in the address as well.",
        )


def _query(text: str, parameters: Parameters) -> Response:
    service = current_service()
    if parameters.has("update"):
        _only("query", "update", parameters)
    asked = read_query(text, parameters, service.settings.query_bytes)
    refuse_absent(asked, lambda graph: exists(service.store, graph))
    if asked.repeatable and (same := answers.unchanged(service.revision, asked.tag)) is not None:
        return same
    return _told(asked, asked.ask(service.readers))


def _told(asked: QueryRequest, answer: Answer) -> Response:
    # One that may be kept is sent in one piece, so that it can be, compressed or not.
    whole = answer.size <= _WHOLE
    response = Response(answer.read() if whole else answer.chunks(), content_type=answer.content_type)
    response.call_on_close(answer.body.close)  # a HEAD request never reads it
    response.content_length = answer.size
    response.headers["Cache-Control"] = "no-cache"
    if not asked.repeatable:
        return response
    keep(request.environ, answer.revision.text)
    if request.method in ("GET", "HEAD"):
        return answers.tagged(response, answer.revision.text, asked.tag, weak=True)
    return response


def _direct_update(parameters: Parameters) -> Response:
    writing.authorize()
    _nothing_beside(parameters)
    return _update(direct_text(current_service().settings.upload_bytes), parameters)


def _update(text: str, parameters: Parameters) -> Response:
    service = current_service()
    asked = read_update(text, parameters, service.settings.upload_bytes)
    refuse_foreign((*asked.using, *asked.using_named), lambda graph: exists(service.store, graph))
    return writing.changed(writing.change(Update(asked.text, asked.using, asked.using_named, asked.base)))


def _editor(text: str) -> Response:
    html = render_template("sparql.html", questions=questions(), themes=THEMES, prefixes=PREFIXES, query=text)
    return Response(html, mimetype="text/html")


def _describe(service: Service) -> Response:
    fmt = answers.chosen_format(GRAPH_FORMATS)
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    body = service_description(service, own_root(), own_address(), fmt)
    return answers.tagged(answers.data(body, fmt), service.revision, fmt.name)
