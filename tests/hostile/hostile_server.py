"""A real server for the hostile corpus, a listener that must stay silent, a file that must stay unread."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hostile_case import Case
from wire import Reply, exchange

import plangraph

# Small limits, so that they are reached soon; everything else as it comes.
LIMITS = {
    "PLANGRAPH_QUERY_SECONDS": "1",
    "PLANGRAPH_CHANGE_SECONDS": "5",
    "PLANGRAPH_QUERY_MEGABYTES": "256",
    "PLANGRAPH_RESULT_BYTES": "20000000",
    "PLANGRAPH_WAIT_SECONDS": "1",
}
STATIC = "/static/dist/" + next((Path(plangraph.__file__).parent / "web" / "static" / "dist").glob("*.css")).name
_START_SECONDS = 60.0


@dataclass
class Server:
    """A running ``plangraph serve``, and what it must not touch."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    log: Path
    canary: Path
    secret: str
    token: str
    listener: str
    calls: list[bytes] = field(default_factory=list)

    def ask(self, case: Case) -> Reply:
        """The answer to one case."""
        return exchange(
            self.address, case.pieces(self.words), method=case.method, seconds=case.seconds, read_pause=case.read_pause
        )

    @property
    def words(self) -> dict[str, str]:
        """What stands for the placeholders."""
        return {
            "LISTENER": self.listener,
            "CANARY": str(self.canary),
            "TOKEN": self.token,
            "HOST": f"{self.address[0]}:{self.address[1]}",
            "STATIC": STATIC,
        }

    def said(self) -> str:
        """What it has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def memory(self) -> int:
        """What its processes take, in bytes; a page that several share counts once."""
        return sum(map(_share, _tree(self.process.pid)))

    def processes(self) -> list[int]:
        """Its own process and all that it started."""
        return _tree(self.process.pid)


def _tree(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def _share(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"(?m)^Pss:\s+(\d+) kB", text)
    return int(match[1]) * 1024 if match else 0


def _listen(calls: list[bytes]) -> socket.socket:
    """A server that counts connections and hangs up."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(0.5)
                try:
                    calls.append(connection.recv(200))
                except OSError:
                    calls.append(b"")

    threading.Thread(target=accept, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server on the shipped data, with a token for writers, as long as the tests run."""
    folder = tmp_path_factory.mktemp("hostile")
    canary, secret, token = folder / "canary.txt", secrets.token_hex(16), secrets.token_hex(16)
    canary.write_text(f"<http://e.example/canary> <http://e.example/says> '{secret}' .\n")
    # Read before it was written: the next reading changes the time also where readings are noted once a day.
    os.utime(canary, (1_000_000_000, canary.stat().st_mtime))
    calls: list[bytes] = []
    log = folder / "log.txt"
    command = [sys.executable, "-m", "plangraph", "serve", "--store", str(folder / "store"), "--port", "0"]
    environment = {**os.environ, **LIMITS, "PLANGRAPH_WRITE_TOKEN": token, "LANG": "C.UTF-8"}
    with _listen(calls) as listener, log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
        try:
            address = _ready(process, log)
            listening = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            yield Server(process, address, log, canary, secret, token, listening, calls)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(process: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://([\d.]+):(\d+)", log.read_text(errors="replace"))
        if found:
            address = found[1], int(found[2])
            request = [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
            if exchange(address, request, seconds=5).status == 200:
                return address
        time.sleep(0.1)
    raise RuntimeError(f"the server doesn't start:\n{log.read_text(errors='replace')}")
