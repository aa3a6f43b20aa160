"""From the server to the application: bodies are read whole, within limits, before a thread is taken for a request.

Granian's WSGI reads a body in the thread that answers, so that slow clients hold threads, and gives what arrived before
a client hung up as if it were all. Its RSGI tells the difference. Kept answers and quick queries need no thread at all.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote_to_bytes

from flask import Flask, request
from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian._granian import RSGIProtocolClosed as ProtocolClosed
from granian.rsgi import Scope

from plangraph.settings import Settings
from plangraph.web.answers import Fault
from plangraph.web.caching import AnswerCache, kept_at, key_of
from plangraph.web.quick import Begun, QuickAnswers, suits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Headers: TypeAlias = list[tuple[str, str]]

_LOG: Final = logging.getLogger(__name__)
_REFUSED: Final = "plangraph.refused"
# Answers of at most this many bytes are given to the server in one piece.
_WHOLE: Final = 1 << 20
# All bodies together may take this many times the memory of the largest.
_BODIES: Final = 20
_CLOSE: Final = {"Connection": "close"}


def refuse() -> None:
    """Raise what is wrong with the body of this request, if anything; to be called before each request."""
    fault = request.environ.get(_REFUSED)
    if fault is not None:
        raise fault


class Bridge:
    """The RSGI application over a Flask application with its cache of answers."""

    def __init__(self, app: Flask, cache: AnswerCache, quick: QuickAnswers, settings: Settings) -> None:
        self._app, self._cache, self._quick = app, cache, quick
        self._quick_seconds = settings.quick_seconds
        self._most, self._seconds = settings.upload_bytes, settings.body_seconds
        self._held = 0
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="answer")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        body, fault = bytearray(), None
        if _has_body(scope):
            try:
                async with asyncio.timeout(self._seconds):
                    await self._read(scope, protocol, body)
            except ProtocolClosed:  # the client hung up before it had said everything: nothing was asked
                self._held -= len(body)
                return
            except TimeoutError:
                fault = _too_slow(self._seconds)
            except Fault as failure:
                fault = failure
        try:
            await self._answer(scope, protocol, bytes(body), fault)
        except ProtocolClosed:
            pass  # the client has gone away
        finally:
            self._held -= len(body)

    async def _read(self, scope: Scope, protocol: HTTPProtocol, body: bytearray) -> None:
        if int(scope.headers.get("content-length") or 0) > self._most:
            raise _too_large(self._most)
        async for piece in protocol:
            body += piece
            self._held += len(piece)
            if len(body) > self._most:
                raise _too_large(self._most)
            if self._held > self._most * _BODIES:
                raise _too_many()

    async def _answer(self, scope: Scope, protocol: HTTPProtocol, body: bytes, fault: Fault | None) -> None:
        key = None
        if fault is None and "if-none-match" not in scope.headers:
            key = key_of(scope.method, scope.path, scope.query_string, body, scope.scheme, scope.headers.get)
            kept = None if key is None else self._cache.find(key)
            if kept is not None:
                protocol.response_bytes(200, kept.headers, kept.body)
                return
        environ = _environ(scope, body)
        if fault is not None:
            environ[_REFUSED] = fault
        begun = None
        if key is not None and suits(environ):
            begun = self._quick.begin(environ)
            if begun is not None and await self._is_done(begun):
                small = self._quick.finish(environ, begun)
                if small is not None:
                    protocol.response_bytes(200, small.headers, small.body)
                    if (revision := kept_at(environ)) is not None:
                        self._cache.put(revision, key, small)
                    return
                begun = None
        loop = asyncio.get_running_loop()
        rest = await loop.run_in_executor(self._threads, self._run, environ, protocol, begun)
        if rest is not None:
            await self._stream(protocol, *rest)

    async def _is_done(self, begun: Begun) -> bool:
        """Whether the query was answered, whole, before it counts as a long one; no thread waits for it so far."""
        loop = asyncio.get_running_loop()
        said: asyncio.Future[bool] = loop.create_future()
        descriptor = begun.query.fileno()
        loop.add_reader(descriptor, _tell, said, True)
        late = loop.call_later(self._quick_seconds, _tell, said, False)
        try:
            return await said and begun.query.is_done()
        except BaseException:
            begun.query.abandon()
            raise
        finally:
            late.cancel()
            loop.remove_reader(descriptor)

    def _run(
        self, environ: WSGIEnvironment, protocol: HTTPProtocol, begun: Begun | None
    ) -> tuple[int, Headers, Iterator[bytes], Callable[[], object]] | None:
        """Answer, in a thread: at once where the answer is small, else give what has to be sent piece by piece."""
        if begun is not None and (small := self._quick.finish(environ, begun)) is not None:
            protocol.response_bytes(200, small.headers, small.body)
            return None
        started: list[tuple[int, Headers]] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            started[:] = [(int(status[:3]), [(name.lower(), value) for name, value in headers])]
            return lambda data: None

        pieces: Iterable[bytes] = self._app.wsgi_app(environ, start)
        close: Callable[[], object] = getattr(pieces, "close", lambda: None)
        status, headers = started[0]
        length = next((int(value) for name, value in headers if name == "content-length"), None)
        if length is None or length > _WHOLE:
            return status, headers, iter(pieces), close
        try:
            whole = b"".join(pieces)
        finally:
            close()
        if whole:
            protocol.response_bytes(status, headers, whole)
        else:  # no body, or one that HEAD leaves out
            protocol.response_empty(status, headers)
        return None

    async def _stream(
        self,
        protocol: HTTPProtocol,
        status: int,
        headers: Headers,
        pieces: Iterator[bytes],
        close: Callable[[], object],
    ) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport = protocol.response_stream(status, headers)
            while (piece := await loop.run_in_executor(self._threads, next, pieces, None)) is not None:
                await transport.send_bytes(piece)
        finally:
            await loop.run_in_executor(self._threads, close)


def _tell(future: asyncio.Future[bool], value: bool) -> None:
    if not future.done():
        future.set_result(value)


def _has_body(scope: Scope) -> bool:
    headers = scope.headers
    return headers.get("content-length") not in (None, "0") or "transfer-encoding" in headers


def _environ(scope: Scope, body: bytes) -> WSGIEnvironment:
    """What PEP 3333 has a WSGI application told of a request."""
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key in ("CONTENT_LENGTH", "TRANSFER_ENCODING") or "_" in name:
            continue
        if key != "CONTENT_TYPE":
            key = "HTTP_" + key
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    if _has_body(scope):
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _too_large(most: int) -> Fault:
    return Fault(413, f"请求体超过 {most} 字节。", f"The body is over {most} bytes.", _CLOSE)


def _too_slow(seconds: float) -> Fault:
    return Fault(
        408,
        f"请求体未在 {seconds:g} 秒内收完。请检查网络后重试。",
        f"The body didn't arrive within {seconds:g} s. Check the connection and try again.",
        _CLOSE,
    )


def _too_many() -> Fault:
    return Fault(
        503,
        "同时上传的数据太多，请稍后再试。",
        "Too much is being uploaded at once. Try again in a moment.",
        {**_CLOSE, "Retry-After": "5"},
    )
