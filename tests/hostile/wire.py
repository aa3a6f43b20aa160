"""HTTP by hand: requests that no well-behaved client would send, and what comes back."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

Pieces = Iterable[bytes | float]
"""What is sent: bytes as they are, numbers as pauses in seconds."""

CLOSED = 0
"""Instead of a status: the server closed the connection without an answer."""
SILENT = -1
"""Instead of a status: no answer came while the client waited."""
_PIECE = 1 << 16


@dataclass(frozen=True)
class Reply:
    """The first answer to what was sent. ``whole`` is False where the connection ended within it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = True


def exchange(
    address: tuple[str, int], pieces: Pieces, *, method: str = "GET", seconds: float = 30.0, read_pause: float = 0.0
) -> Reply:
    """Send ``pieces`` and read the first answer; ``seconds`` is how long the client waits for each part of it.

    With ``read_pause`` the answer is read a kilobyte at a time, with such a pause after each.
    """
    with socket.socket(socket.AF_INET) as connection:
        if read_pause:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(seconds)
        try:
            connection.connect(address)
            threading.Thread(target=_send, args=(connection, pieces), daemon=True).start()
            return _read(connection, method, read_pause)
        except TimeoutError:
            return Reply(SILENT)
        except (OSError, http.client.HTTPException):
            return Reply(CLOSED)
        finally:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _send(connection: socket.socket, pieces: Pieces) -> None:
    # The server may answer and close before it has read everything: that is no failure.
    with contextlib.suppress(OSError):
        for piece in pieces:
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                connection.sendall(piece)


def _read(connection: socket.socket, method: str, pause: float) -> Reply:
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = bytearray()
    try:
        while piece := response.read(1024 if pause else _PIECE):
            body += piece
            time.sleep(pause)
    except (OSError, http.client.HTTPException):
        return Reply(response.status, headers, bytes(body), whole=False)
    # ``read`` with a size doesn't say that the body ended early.
    missing = bool(response.length) and method != "HEAD"
    return Reply(response.status, headers, bytes(body), whole=not missing)
