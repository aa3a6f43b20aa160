"""Starting processes that write a store, killing them at any moment, and looking at what they leave behind."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import urllib3

from plangraph.store.base import Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.verifying import verify

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parent)}


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A Python process in a group of its own, so that all it starts is killed with it."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**ENVIRONMENT, **environment},
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str]) -> str:
    """SIGKILL for the process and its group; gives what it had written."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def content(store: EmbeddedStore, graph: str) -> set[Quad]:
    return {quad for quad in store.triples() if str(quad[3]) == graph}


def opened(folder: Path) -> EmbeddedStore:
    """The store, as soon as those that were killed have let go of it."""
    end = time.monotonic() + 20
    while True:
        try:
            return EmbeddedStore.open(folder / "oxigraph")
        except Exception:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def assert_whole(store: EmbeddedStore) -> None:
    found = verify(store, shapes=False)
    assert found.whole, found.checks[-1].en


# --- A server that is written to --------------------------------------------------------------------------------------


@dataclass
class Author(threading.Thread):
    """Changes one graph again and again; ``states`` are its contents after each change that was tried.

    Up to ``acknowledged`` the server has said that the change is made; the one after that may have been.
    """

    address: str
    graph: str
    states: list[frozenset[str]]
    seed: int
    acknowledged: int = field(default=0, init=False)
    refused: str = field(default="", init=False)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        chance = random.Random(self.seed)
        http = urllib3.PoolManager(retries=False, timeout=30)
        place = f"{self.address}/graphs?graph={quote(self.graph, safe='')}"
        while True:
            before = self.states[-1]
            lines = [f'<{self.graph}/{chance.random()}> <http://e.example/p> "河道{n}"@zh .' for n in range(30)]
            new = frozenset(lines[: chance.choice((1, 5, 30))])
            how = chance.choice(("POST", "POST", "PUT", "update", "DELETE" if before else "PUT"))
            self.states.append({"POST": before | new, "update": new, "PUT": new, "DELETE": frozenset()}[how])
            try:
                if how == "update":
                    old, fresh = " ".join(before), " ".join(new)
                    text = f"WITH <{self.graph}> DELETE {{ {old} }} INSERT {{ {fresh} }} WHERE {{}}"
                    answer = http.request(
                        "POST",
                        f"{self.address}/update",
                        body=text.encode(),
                        headers={"Content-Type": "application/sparql-update"},
                    )
                else:
                    body = "\n".join(sorted(new)).encode() if how != "DELETE" else None
                    answer = http.request(how, place, body=body, headers={"Content-Type": "application/n-triples"})
            except urllib3.exceptions.HTTPError:
                return
            if answer.status >= 300:
                if answer.status not in (502, 503):  # those tell that the owner is gone
                    self.refused = f"{how}: {answer.status} {answer.data.decode()}"
                return
            self.acknowledged = len(self.states) - 1


def lines_of(store: EmbeddedStore, graph: str) -> frozenset[str]:
    return frozenset(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o, _ in content(store, graph))


def serve_and_kill(folder: Path, states: Sequence[list[frozenset[str]]], gate: str, seconds: float, seed: int) -> int:
    """Start a server on the store, let authors write, kill it; gives how many changes it had acknowledged.

    Afterwards ``states`` hold but the contents that were found, which must be the last acknowledged ones or those
    of the change that was under way.
    """
    process = start("-m", "plangraph", "serve", "--store", str(folder), "--port", "0", "--empty", "--gate", gate)
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if "Serving at " in line:
            address = line.split("Serving at ")[1].split()[0]
            break
    assert address, "the server doesn't start"
    authors = [
        Author(address, f"http://e.example/g{number}", contents, seed + number)
        for number, contents in enumerate(states)
    ]
    _wait_until_answering(address)
    for author in authors:
        author.start()
    end = time.monotonic() + 30
    while time.monotonic() < end and not any(author.acknowledged or author.refused for author in authors):
        time.sleep(0.01)
    time.sleep(seconds)
    kill(process)
    for author in authors:
        author.join(40)
        assert not author.is_alive()
        assert not author.refused
    store = opened(folder)
    try:
        for author in authors:
            found = lines_of(store, author.graph)
            allowed = author.states[author.acknowledged :]
            assert len(allowed) <= 2
            assert found in allowed, f"{author.graph}: not what {author.acknowledged} acknowledged changes make"
            author.states[:] = [found]
        assert_whole(store)
    finally:
        store.close()
    return sum(author.acknowledged for author in authors)


def _wait_until_answering(address: str) -> None:
    end = time.monotonic() + 60
    http = urllib3.PoolManager(retries=False, timeout=5)
    while time.monotonic() < end:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            if http.request("GET", f"{address}/healthz").status == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server doesn't answer")
