"""Small query answers, kept as they were sent, so that the same question costs nothing until the data change.

This stands before Flask: a kept answer is found by the bytes of the request alone. Whether an answer may be kept says
the route, by ``keep``: one that holds for the revision and would be the same if asked again.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from plangraph.web.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Key: TypeAlias = tuple[str, ...]

PATHS: Final = ("/sparql", "/sparql/")
"""Where queries are answered."""
_REVISION: Final = "plangraph.revision"
# What an answer depends on besides address and body.
_HEADERS: Final = ("host", "accept", "accept-encoding", "content-type")
_IN_ENVIRON: Final = ("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "CONTENT_TYPE")
_METHODS: Final = ("GET", "POST")
_LONGEST_BODY: Final = 16_384
# No answer takes more than this part of the whole.
_PART: Final = 64


def keep(environ: WSGIEnvironment, revision: str) -> None:
    """Say that the answer to this request holds as long as the data are at ``revision``."""
    environ[_REVISION] = revision


def kept_at(environ: WSGIEnvironment) -> str | None:
    """What ``keep`` was told for this request."""
    revision: str | None = environ.get(_REVISION)
    return revision


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent, with status 200."""

    headers: list[tuple[str, str]]
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + 200


class AnswerCache:
    """WSGI middleware over the application of ``service``; holds at most ``most`` bytes."""

    def __init__(self, app: WSGIApplication, service: Service, most: int) -> None:
        self._app, self._service, self._most = app, service, most
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in PATHS or "HTTP_IF_NONE_MATCH" in environ:
            return self._app(environ, start_response)
        request = _request_in(environ)
        if request is None:
            return self._app(environ, start_response)
        kept = self.find(request)
        if kept is not None:
            start_response("200 OK", kept.headers)
            return [kept.body]
        return self._answer(environ, start_response, request)

    def find(self, request: Key) -> Kept | None:
        """The answer that is kept for a request without conditions."""
        with self._lock:
            key = (self._service.revision, *request)
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse, request: Key) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return start_response(status, headers)

        pieces = self._app(environ, start)
        revision = environ.get(_REVISION)
        status, headers = begun[0]
        names = {name.lower(): value for name, value in headers}
        length = int(names.get("content-length", self._most))
        if revision is None or not status.startswith("200") or "set-cookie" in names or length > self._most // _PART:
            return pieces
        body = b"".join(pieces)
        if hasattr(pieces, "close"):
            pieces.close()
        self.put(revision, request, Kept([(name.lower(), value) for name, value in headers], body))
        return [body]

    def put(self, revision: str, request: Key, answer: Kept) -> None:
        """Keep an answer for as long as the data are at ``revision``."""
        key = (revision, *request)
        with self._lock:
            former = self._kept.pop(key, None)
            self._kept[key] = answer
            self._size += answer.size - (former.size if former else 0)
            while self._size > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._size -= oldest.size


def key_of(
    method: str, path: str, query: str, body: bytes, scheme: str, header: Callable[[str], str | None]
) -> Key | None:
    """All that a query's answer depends on besides the data; None where it is no query, or one too long to keep."""
    if path not in PATHS or method not in _METHODS or len(body) > _LONGEST_BODY:
        return None
    return method, path, query, body.decode("latin-1"), scheme, *(header(name) or "" for name in _HEADERS)


def _request_in(environ: WSGIEnvironment) -> Key | None:
    """All that a query's answer depends on; None where it is no request of that kind. The body can be read again."""
    method = environ["REQUEST_METHOD"]
    body = b""
    if method == "POST":
        try:
            length = int(environ.get("CONTENT_LENGTH") or _LONGEST_BODY + 1)
        except ValueError:
            return None
        if not 0 <= length <= _LONGEST_BODY:
            return None
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
    elif method != "GET":
        return None
    address = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    headers = (environ.get(name, "") for name in _IN_ENVIRON)
    return method, *address, body.decode("latin-1"), environ["wsgi.url_scheme"], *headers
