"""The short way for small queries: no more than reading the request, asking a query process, and writing the answer.

A plain query by GET whose answer is small leaves here. All else goes on to the route, which is given what was found: a
large answer, or the failure that it has to tell. What a request means and which headers an answer has is decided in the
same places either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from plangraph.errors import PlangraphError
from plangraph.store.readers import Answer, AskedQuery
from plangraph.web.answers import weak_tag
from plangraph.web.caching import PATHS, Kept, keep
from plangraph.web.compression import LEAST_BYTES
from plangraph.web.protocol import Parameters, QueryRequest, read_query
from plangraph.web.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Found: TypeAlias = tuple[QueryRequest, Answer] | PlangraphError | HTTPException
_FOUND: Final = "plangraph.found"
# These take more than reading: an answer that the client may have already, a page, a graph that may not be there.
_LONGEST: Final = 8192
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
        if _FOUND in environ or not suits(environ):
            return self._app(environ, start_response)
        try:
            asked = self._read(environ)
            answer = asked.ask(self._service.readers)
        except (PlangraphError, HTTPException) as failure:
            environ[_FOUND] = failure
            return self._app(environ, start_response)
        small = self._small(environ, asked, answer)
        if small is None:
            return self._app(environ, start_response)
        start_response("200 OK", small.headers)
        return [small.body]

    def begin(self, environ: WSGIEnvironment) -> Begun | None:
        """Start on a request that ``suits``, without waiting. None where it has to go the long way."""
        try:
            asked = self._read(environ)
            query = self._service.readers.begin_query(asked.text, asked.accept, base=asked.base, seconds=asked.seconds)
        except (PlangraphError, HTTPException) as failure:
            environ[_FOUND] = failure
            return None
        return None if query is None else Begun(asked, query)

    def finish(self, environ: WSGIEnvironment, begun: Begun) -> Kept | None:
        """Wait for the answer; None where the route has to tell what was found."""
        try:
            answer = begun.query.finish()
        except PlangraphError as failure:
            environ[_FOUND] = failure
            return None
        return self._small(environ, begun.asked, answer)

    def _read(self, environ: WSGIEnvironment) -> QueryRequest:
        parameters = Parameters(0, Request(environ))
        return read_query(parameters.single("query"), parameters, self._service.settings.query_bytes)

    def _small(self, environ: WSGIEnvironment, asked: QueryRequest, answer: Answer) -> Kept | None:
        if answer.size >= LEAST_BYTES:
            environ[_FOUND] = asked, answer
            return None
        body = answer.read()
        headers = [("content-type", answer.content_type), ("content-length", str(len(body))), *self._headers]
        if asked.repeatable:
            keep(environ, answer.revision.text)
            headers.append(("etag", weak_tag(answer.revision.text, asked.tag)))
        return Kept(headers, body)


@dataclass(frozen=True)
class Begun:
    """A request on its short way: what it asks, and the query under way."""

    asked: QueryRequest
    query: AskedQuery


def suits(environ: WSGIEnvironment) -> bool:
    """Whether a request may go the short way."""
    query = environ.get("QUERY_STRING", "")
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ["PATH_INFO"] in PATHS
        and "query=" in query
        and len(query) <= _LONGEST
        and "HTTP_IF_NONE_MATCH" not in environ
        and "html" not in environ.get("HTTP_ACCEPT", "").lower()
        and not any(word in query for word in _LONGER)
    )


def _usual_headers(app: Flask) -> list[tuple[str, str]]:
    """The headers that the application gives every small answer to a query."""
    with app.test_request_context(PATHS[0], headers={"Accept": "*/*"}):
        response = app.process_response(Response(b"", headers={"Cache-Control": "no-cache"}, mimetype="text/csv"))
    return [(n.lower(), v) for n, v in response.headers if n not in ("Content-Type", "Content-Length")]
