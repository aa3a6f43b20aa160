"""A server that takes what every program on this machine sends, for hostile files: how it answers, what it holds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hostile_case import pieces
from hostile_files import FAULTY, FINE, REFUSED, STOPPED, TOO_LARGE
from hostile_server import _share, _tree
from wire import CLOSED, Reply, exchange

from plangraph.shipped import shipped
from real_server import serving

LIMITS = {
    "PLANGRAPH_QUERY_SECONDS": "8",
    "PLANGRAPH_CHANGE_SECONDS": "12",
    "PLANGRAPH_QUERY_MEGABYTES": "512",
    "PLANGRAPH_WAIT_SECONDS": "10",
}
OUTCOMES = {400: REFUSED, 403: REFUSED, 415: REFUSED, 413: TOO_LARGE, 422: FAULTY, 503: STOPPED}
SEEDED = "/graphs?graph=https://w3id.org/plangraph/graph/xinghe-2021/report"
SEED = shipped("ontology", "examples", "valid", "district.ttl")
BOUNDARY = "hostile-boundary-0123456789"


@dataclass(frozen=True)
class Site:
    """The address of a running server, its log, and the process that started it."""

    at: tuple[str, int]
    log: Path
    process: int

    def send(self, method: str, path: str, body: bytes = b"", seconds: float = 40, **headers: str) -> Reply:
        """One request; underscores in the names of headers stand for hyphens."""
        given = {"Host": f"{self.at[0]}:{self.at[1]}", "Accept-Language": "en", "Connection": "close"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body:
            given["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        start = f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape")
        return exchange(self.at, pieces(start, body)(), method=method, seconds=seconds)

    def upload(self, path: str, name: str, data: bytes, accept: str = "application/json", **fields: str) -> Reply:
        """A file in a form, as browsers send it."""
        body = form(data, name, **fields)
        return self.send("POST", path, body, Accept=accept, Content_Type=f"multipart/form-data; boundary={BOUNDARY}")

    def revision(self) -> str:
        """What the server calls the state of its data."""
        reply = self.send("HEAD", SEEDED, Accept="application/n-triples")
        assert reply.status == 200, reply
        return reply.headers["etag"]

    def seeded(self) -> bytes:
        """What it was given before anything hostile came, in order."""
        reply = self.send("GET", SEEDED, Accept="application/n-triples")
        assert reply.status == 200, reply
        return b"\n".join(sorted(reply.body.splitlines()))

    def ordinary(self, number: int) -> float:
        """How long an ordinary query takes, in seconds; its text is a new one each time."""
        text = f"SELECT * {{ ?s a <https://w3id.org/plangraph/ontology#Plan> }} # {number}"
        start = time.perf_counter()
        reply = self.send("POST", "/sparql", text.encode(), Accept="text/csv", Content_Type="application/sparql-query")
        assert reply.status == 200, reply
        return time.perf_counter() - start

    def memory(self) -> int:
        """What the server's processes take, in bytes."""
        return sum(map(_share, _tree(self.process)))


def form(data: bytes, name: str, **fields: str) -> bytes:
    """The body of a form with a file."""
    told = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'
        for field, text in fields.items()
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return (told + head).encode("utf-8", "surrogateescape") + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def outcome(reply: Reply) -> str:
    """What became of a file, by the answer of the server."""
    if reply.status in (200, 201):
        report = json.loads(reply.body)
        return FINE if report.get("conforms", True) else FAULTY
    # A server that has said 413 may hang up on what still comes.
    return TOO_LARGE if reply.status == CLOSED else OUTCOMES.get(reply.status, f"{reply.status} {reply.body[:300]!r}")


@contextmanager
def hostile_site(folder: Path, gate: str = "enforce") -> Iterator[Site]:
    """Such a server, with small limits, on a store in ``folder`` that holds an invented district."""
    store = folder / "store"
    with serving(store, "--empty", "--gate", gate, **LIMITS) as address:
        parts = urlsplit(address)
        process = json.loads((store / "server.json").read_text())["pid"]
        site = Site((parts.hostname or "", parts.port or 0), store.with_name(store.name + ".log"), process)
        # The first change also waits for the shapes to be read, on a busy machine longer than a change may take.
        for _ in range(3):
            reply = site.send("PUT", SEEDED, SEED.read_bytes(), Content_Type="text/turtle")
            if reply.status != 503:
                break
        assert reply.status == 201, reply
        yield site
