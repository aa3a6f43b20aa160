"""One hostile request: what is sent, and which answers are right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wire import CLOSED, Pieces

FORM = "application/x-www-form-urlencoded"
WRITER = (("Authorization", "Bearer @TOKEN@"),)
FINE = frozenset({200})
BAD = frozenset({400})
BROKEN = frozenset({400, CLOSED})
"""What isn't HTTP may be answered or hung up on."""
REFUSED = frozenset({400, 403})
STOPPED = frozenset({503})
"""Over the limit of time or memory, or no place free."""
TOO_LARGE = frozenset({413, CLOSED})
NOWHERE = frozenset({400, 404})


@dataclass(frozen=True)
class Case:
    """A request and the statuses that are right for it.

    In path, headers and body ``@LISTENER@`` stands for an address of this machine that must stay silent, ``@CANARY@``
    for the path of a file that must not be read, ``@TOKEN@`` for the writers' token, ``@HOST@`` for the server's own
    address. A ``body`` that is a function makes pieces, sent in chunks unless ``headers`` give a Content-Length;
    ``raw`` makes all that is sent. ``seconds`` is how long the client waits, ``read_pause`` how slowly it reads.
    """

    name: str
    expected: frozenset[int]
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Callable[[], Iterable[bytes | float]] = b""
    raw: Callable[[], Iterable[bytes | float]] | None = None
    seconds: float = 30.0
    read_pause: float = 0.0

    def pieces(self, words: Mapping[str, str]) -> Pieces:
        """What goes over the wire, with the placeholders filled in by ``words``."""
        if self.raw is not None:
            for piece in self.raw():
                yield piece if isinstance(piece, float) else _filled(piece, words)
            return
        body = _filled(self.body, words) if isinstance(self.body, bytes) else self.body
        headers = list(self.headers)
        given = {name.lower() for name, _ in headers}
        if "host" not in given:
            headers.insert(0, ("Host", "@HOST@"))
        chunked = not isinstance(body, bytes) and "content-length" not in given
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if isinstance(body, bytes) and "content-length" not in given and (body or self.method != "GET"):
            headers.append(("Content-Length", str(len(body))))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        yield _filled("".join(line + "\r\n" for line in [*lines, ""]).encode("utf-8", "surrogateescape"), words)
        if isinstance(body, bytes):
            yield body
            return
        for piece in body():
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and isinstance(piece, bytes) else piece
        if chunked:
            yield b"0\r\n\r\n"


def _filled(piece: bytes, words: Mapping[str, str]) -> bytes:
    for word, value in words.items():
        piece = piece.replace(b"@" + word.encode() + b"@", value.encode())
    return piece


def pieces(*sent: bytes | float) -> Callable[[], Iterator[bytes | float]]:
    """A function that makes these pieces."""
    return lambda: iter(sent)
