"""What nothing hostile may reach: an address of this machine that counts visitors, a file that tells of readers."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_LONG_AGO = 1_000_000_000


@dataclass
class Outside:
    """``calls`` are the first bytes of what came to the address; ``secret`` stands in the file and nowhere else."""

    address: str
    file: Path
    secret: str
    calls: list[bytes] = field(default_factory=list)

    @property
    def words(self) -> dict[str, str]:
        """What stands for the placeholders in hostile data."""
        return {"LISTENER": self.address, "CANARY": str(self.file)}

    @property
    def untouched(self) -> bool:
        """Whether nobody called the address or read the file."""
        return not self.calls and self.file.stat().st_atime == _LONG_AGO


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    """Such an address and such a file, in ``folder``."""
    file, secret = folder / "canary.txt", secrets.token_hex(16)
    file.write_text(f"<http://e.example/canary> <http://e.example/says> '{secret}' .\n")
    # Read before it was written: the next reading changes the time also where readings are noted once a day.
    os.utime(file, (_LONG_AGO, file.stat().st_mtime))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Outside(f"http://127.0.0.1:{listener.getsockname()[1]}/", file, secret)
        threading.Thread(target=_count, args=(listener, found.calls), daemon=True).start()
        yield found


def _count(listener: socket.socket, calls: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(0.5)
            try:
                calls.append(connection.recv(200))
            except OSError:
                calls.append(b"")
