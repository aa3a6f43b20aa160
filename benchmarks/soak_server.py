"""The server that the soak runs on: started, asked, robbed of its processes, killed, and started again."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

TOKEN: Final = "soak"
_START_SECONDS: Final = 120.0


class Server:
    """``plangraph serve`` on the store in ``folder``, with a token for writers."""

    def __init__(self, folder: Path, gate: str) -> None:
        self._folder = folder
        self._gate = gate
        self.start()

    def start(self) -> None:
        """Start the server on its folder, and wait until it answers."""
        log = self._folder / "log"
        environment = {**os.environ, "PLANGRAPH_WRITE_TOKEN": TOKEN, "PLANGRAPH_QUERY_SECONDS": "2", "LANG": "C.UTF-8"}
        command = [sys.executable, "-m", "plangraph", "serve", "--store", str(self._folder / "store"), "--port", "0"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--gate", self._gate], stdout=out, stderr=out, env=environment, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"http://([\d.]+):(\d+)", log.read_text(errors="replace"))
            if found:
                self.address = found[1], int(found[2])
                with contextlib.suppress(OSError, http.client.HTTPException):
                    if self.send("GET", "/healthz")[0] == 200:
                        return
            time.sleep(0.1)
        raise SystemExit(f"the server doesn't start:\n{log.read_text(errors='replace')}")

    def end(self, number: int) -> None:
        """End the server by signal ``number``."""
        self.process.send_signal(number)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """The status and the body of the answer to one request, over a connection of its own."""
        link = http.client.HTTPConnection(*self.address, timeout=60)
        try:
            link.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def query(self, text: str) -> tuple[int, bytes]:
        """The status and the rows, as CSV."""
        return self.send("POST", "/sparql", text.encode(), Content_Type="application/sparql-query", Accept="text/csv")

    def write(self, method: str, path: str, body: str, media_type: str) -> tuple[int, bytes]:
        """The same for a change."""
        token = f"Bearer {TOKEN}"
        return self.send(
            method, path, body.encode(), Content_Type=media_type, Authorization=token, Accept="application/json"
        )

    def kill_a_child(self) -> bool:
        """Kill one of the processes that run queries: a child of the template process. False where there is none."""
        children = _children()
        templates = [pid for pid in _below(self.process.pid, children) if b"plangraph.store.template" in _command(pid)]
        victims = [child for pid in templates for child in children.get(pid, ())]
        if victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(victims), signal.SIGKILL)
        return bool(victims)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found.setdefault(parent, []).append(int(entry.name))
    return found


def _below(root: int, children: dict[int, list[int]]) -> list[int]:
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
