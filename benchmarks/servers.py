"""The three services that are measured: this one, ``rdflib-endpoint``, ``oxigraph serve``; each as its users run it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from benchmarks.client import Connection, Endpoint, TooSlow
from benchmarks.memory import Memory, available, memory_of

_START_SECONDS: Final = 1800.0
_STOP_SECONDS: Final = 20.0
# What rdflib's store takes in memory for a byte of N-Quads, measured on these data.
_RDFLIB_BYTES: Final = 10
_HOST: Final = "127.0.0.1"
_BIN: Final = Path(sys.executable).parent


class Absent(Exception):
    """The service isn't installed, or doesn't come up."""


@dataclass
class Server(ABC):
    """A service on the data of one N-Quads file, with what it keeps in ``folder``. Times are seconds."""

    name: ClassVar[str]
    path: ClassVar[str] = "/"
    folder: Path
    data: Path
    load_seconds: float | None = field(default=None, init=False)
    start_seconds: float = field(default=0.0, init=False)
    endpoint: Endpoint = field(init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @abstractmethod
    def fill(self) -> None:
        """Load the data, where that is a step of its own."""

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """What starts it."""

    def load(self) -> None:
        """Load the data and note how long that took; a folder that an earlier run filled is taken as it is."""
        done = self.folder / "filled"
        if done.exists():
            kept = done.read_text()
            self.load_seconds = float(kept) if kept else None
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        start = time.perf_counter()
        self.fill()
        self.load_seconds = time.perf_counter() - start
        done.write_text(f"{self.load_seconds}")

    def start(self) -> None:
        """Start it and wait for its first answer. Raises ``Absent`` where there is none."""
        port = _free_port()
        self.endpoint = Endpoint(_HOST, port, self.path)
        start = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            # A session of its own: Ctrl+C reaches this process alone, which then stops the server.
            self._process = subprocess.Popen(
                self.command(port), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        request = self.endpoint.request("ASK { ?s ?p ?o }")
        while time.perf_counter() - start < _START_SECONDS:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, TooSlow), Connection(self.endpoint, 60) as link:
                if link.ask(request)[0] == 200:
                    self.start_seconds = time.perf_counter() - start
                    return
            time.sleep(0.01)
        self.stop()
        raise Absent(f"{self.name} doesn't start; see {self.folder / 'log'}")

    def stop(self) -> None:
        """End it, by its process id; twice does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def memory(self) -> Memory | None:
        """What all its processes take together; None where the machine doesn't say."""
        return None if self._process is None else memory_of(self._process.pid)


class Plangraph(Server):
    """This service: a filled store, ``plangraph serve`` with the default settings, without the shipped data."""

    name = "plangraph"
    path = "/sparql"

    def fill(self) -> None:
        store = str(self.folder / "store")
        _run([sys.executable, "-m", "plangraph", "load", "--empty", "--gate", "off", "--store", store, str(self.data)])

    def command(self, port: int) -> list[str]:
        serve = [sys.executable, "-m", "plangraph", "--lang", "en", "serve", "--empty", "--host", _HOST]
        return [*serve, "--store", str(self.folder / "store"), "--port", str(port)]


class RdflibEndpoint(Server):
    """``rdflib-endpoint serve`` on rdflib's own store in memory: it loads at each start."""

    name = "rdflib-endpoint"

    def fill(self) -> None:
        _need("rdflib-endpoint")
        wanted = self.data.stat().st_size * _RDFLIB_BYTES
        free = available()
        if free is not None and free < wanted:
            raise Absent(f"it needs about {wanted / 2**30:.0f} GiB of memory, {free / 2**30:.0f} are free")

    def load(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.fill()

    def command(self, port: int) -> list[str]:
        return [str(_BIN / "rdflib-endpoint"), "serve", "--host", _HOST, "--port", str(port), str(self.data)]


class Oxigraph(Server):
    """``oxigraph load`` and ``oxigraph serve``, with the union of the graphs as default graph."""

    name = "oxigraph"
    path = "/query"

    def fill(self) -> None:
        _run([_need("oxigraph"), "load", "--location", str(self.folder / "store"), "--file", str(self.data)])

    def command(self, port: int) -> list[str]:
        serve = [str(_BIN / "oxigraph"), "serve", "--location", str(self.folder / "store")]
        return [*serve, "--bind", f"{_HOST}:{port}", "--union-default-graph"]


SERVERS: Final[dict[str, type[Server]]] = {"plangraph": Plangraph, "rdflib": RdflibEndpoint, "oxigraph": Oxigraph}
"""The services by the name that ``--skip`` takes."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _need(name: str) -> str:
    path = _BIN / name
    if not path.exists():
        raise Absent(f"{name} isn't installed beside {sys.executable}: make setup installs it")
    return str(path)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise Absent(f"{' '.join(command)} failed: {done.stderr.strip()[-400:]}")
