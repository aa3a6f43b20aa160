"""A real server for the hostile corpus, a listener that must stay silent, a file that must stay unread."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile_case import Case
from outside import Outside, outside
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
    token: str
    beyond: Outside

    def ask(self, case: Case) -> Reply:
        """The answer to one case."""
        return exchange(
            self.address, case.pieces(self.words), method=case.method, seconds=case.seconds, read_pause=case.read_pause
        )

    @property
    def words(self) -> dict[str, str]:
        """What stands for the placeholders."""
        return {
            **self.beyond.words,
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server on the shipped data, with a token for writers, as long as the tests run."""
    folder = tmp_path_factory.mktemp("hostile")
    token, log = secrets.token_hex(16), folder / "log.txt"
    command = [sys.executable, "-m", "plangraph", "serve", "--store", str(folder / "store"), "--port", "0"]
    environment = {**os.environ, **LIMITS, "PLANGRAPH_WRITE_TOKEN": token, "LANG": "C.UTF-8"}
    with outside(folder) as beyond, log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
        try:
            address = _ready(process, log)
            yield Server(process, address, log, token, beyond)
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
