"""The short way for small queries: no more than reading the request, asking a query process, and writing the answer.

A plain query by GET whose answer is small leaves here. All else goes on to the route, which is given what was found: a
large answer, or the failure that it has to tell. What a request means and which headers an answer has is decided in the
same places either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from plangraph.errors import PlangraphError
from plangraph.store.readers import Answer
from plangraph.web.answers import weak_tag
from plangraph.web.caching import PATHS, keep
from plangraph.web.compression import LEAST_BYTES
from plangraph.web.protocol import Parameters, QueryRequest, read_query
from plangraph.web.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Found: TypeAlias = tuple[QueryRequest, Answer] | PlangraphError | HTTPException
_FOUND: Final = "plangraph.found"
# These take more than reading: an answer that the client may have already, a page, a graph that may not be there.
_LONGER: Final = ("format=", "graph-uri=", "update=", "lang=", "from", "FROM", "From")


def found(environ: WSGIEnvironment) -> Found | None:
    """What the short way found for this request and left to the route."""
    result: Found | None = environ.pop(_FOUND, None)
    return result


class QuickAnswers:
    """WSGI middleware in front of ``app``, whose own application it hands on to."""

    def __init__(self, app: Flask, service: Service) -> None:
        self._app: WSGIApplication = app.wsgi_app
        self._service = service
        self._headers = _usual_headers(app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _suits(environ):
            return self._app(environ, start_response)
        try:
            asked, answer = self._ask(Parameters(0, Request(environ)))
        except (PlangraphError, HTTPException) as failure:
            environ[_FOUND] = failure
            return self._app(environ, start_response)
        if answer.size >= LEAST_BYTES:
            environ[_FOUND] = asked, answer
            return self._app(environ, start_response)
        body = answer.read()
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(body))), *self._headers]
        if asked.repeatable:
            keep(environ, answer.revision.text)
            headers.append(("ETag", weak_tag(answer.revision.text, asked.tag)))
        start_response("200 OK", headers)
        return [body]

    def _ask(self, parameters: Parameters) -> tuple[QueryRequest, Answer]:
        asked = read_query(parameters.single("query"), parameters, self._service.settings.query_bytes)
        return asked, asked.ask(self._service.readers)


def _suits(environ: WSGIEnvironment) -> bool:
    query = environ.get("QUERY_STRING", "")
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ["PATH_INFO"] in PATHS
        and "query=" in query
        and "HTTP_IF_NONE_MATCH" not in environ
        and "html" not in environ.get("HTTP_ACCEPT", "").lower()
        and not any(word in query for word in _LONGER)
    )


def _usual_headers(app: Flask) -> list[tuple[str, str]]:
    """The headers that the application gives every small answer to a query."""
    with app.test_request_context(PATHS[0], headers={"Accept": "*/*"}):
        response = app.process_response(Response(b"", headers={"Cache-Control": "no-cache"}, mimetype="text/csv"))
    return [(name, value) for name, value in response.headers if name not in ("Content-Type", "Content-Length")]
