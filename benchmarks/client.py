"""A client that costs little: raw keep-alive connections, one thread, so that what is measured is the server."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import quote

_PIECE = 1 << 18
_TIMES_KEPT = 200_000
JSON = "application/sparql-results+json"


class TooSlow(Exception):
    """No whole answer within the time."""


@dataclass(frozen=True)
class Endpoint:
    """Where a service takes queries."""

    host: str
    port: int
    path: str

    def request(self, text: str) -> bytes:
        """A GET of the query ``text``, answers in JSON."""
        return (
            f"GET {self.path}?query={quote(text, safe='')} HTTP/1.1\r\n"
            f"Host: {self.host}:{self.port}\r\nAccept: {JSON}\r\n\r\n"
        ).encode()

    def connect(self, seconds: float = 60.0) -> socket.socket:
        """A connection, without the delay that small packets would wait for."""
        link = socket.create_connection((self.host, self.port), timeout=seconds)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link


class Connection:
    """One client on one keep-alive connection."""

    def __init__(self, endpoint: Endpoint, seconds: float = 60.0) -> None:
        self._seconds = seconds
        self._link = endpoint.connect(seconds)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body. Raises ``TooSlow`` over the time limit, ``OSError`` where the server hangs up."""
        deadline = time.monotonic() + self._seconds
        self._link.sendall(request)
        answer = bytearray()
        while not is_whole(answer):
            self._link.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                piece = self._link.recv(_PIECE)
            except TimeoutError:
                raise TooSlow from None
            if not piece:
                raise ConnectionError("the server hung up")
            answer += piece
        return parse(answer)


def is_whole(answer: bytearray) -> bool:
    """Whether ``answer`` holds a whole response; there is only ever one on its way."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    if at >= 0:
        stop = head.find(b"\r\n", at)
        return len(answer) - end - 4 >= int(head[at + 15 : stop if stop >= 0 else end])
    return answer.endswith(b"\r\n0\r\n\r\n")


def parse(answer: bytearray) -> tuple[int, bytes]:
    """The status and the body of a whole response."""
    end = answer.find(b"\r\n\r\n")
    status = int(answer[9:12])
    if b"transfer-encoding: chunked" not in answer[:end].lower():
        return status, bytes(answer[end + 4 :])
    body, at = bytearray(), end + 4
    while True:
        stop = answer.find(b"\r\n", at)
        size = int(answer[at:stop].split(b";")[0], 16)
        if size == 0:
            return status, bytes(body)
        body += answer[stop + 2 : stop + 2 + size]
        at = stop + 4 + size


@dataclass(frozen=True)
class Rate:
    """What a load gave: requests a second, latencies in ms, and how many answers weren't 200."""

    per_second: float
    median: float
    p99: float
    failures: int


def load(endpoint: Endpoint, requests: Iterator[bytes], *, clients: int = 8, seconds: float = 5.0) -> Rate:
    """Keep ``clients`` connections busy for ``seconds``, each sending its next request as soon as it has its answer."""
    waiting = selectors.DefaultSelector()
    links = [endpoint.connect() for _ in range(clients)]
    answers = {link: bytearray() for link in links}
    sent: dict[socket.socket, float] = {}
    times: list[float] = []
    done = failures = 0
    clock = time.perf_counter
    try:
        for link in links:
            waiting.register(link, selectors.EVENT_READ)
        start = now = clock()
        for link in links:
            link.sendall(next(requests))
            sent[link] = clock()
        while (now := clock()) - start < seconds:
            for key, _ in waiting.select(seconds):
                link: socket.socket = key.fileobj  # type: ignore[no-redef]
                piece = link.recv(_PIECE)
                if not piece:
                    raise ConnectionError("the server hung up under load")
                answer = answers[link]
                answer += piece
                if not is_whole(answer):
                    continue
                failures += answer[9:12] != b"200"
                done += 1
                answer.clear()
                link.sendall(next(requests))
                now = clock()
                if len(times) < _TIMES_KEPT:
                    times.append(now - sent[link])
                sent[link] = now
        cuts = quantiles(times, n=100) if len(times) > 1 else [float("nan")] * 99
        return Rate(done / (now - start), 1000 * cuts[49], 1000 * cuts[98], failures)
    finally:
        waiting.close()
        for link in links:
            link.close()
