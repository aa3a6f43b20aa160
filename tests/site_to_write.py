"""Servers for tests that write: one that lets every program on this machine, and one with a token and the gate."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from real_server import serving

TOKEN = "a-token-of-the-tests"
FORM = "application/x-www-form-urlencoded"
TURTLE = "text/turtle"


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Site:
    """A server, spoken to as directly as possible. ``headers`` go with every request."""

    address: str
    headers: Mapping[str, str]

    def __call__(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        content_type: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request; underscores in the names of headers stand for hyphens."""
        at = urlsplit(self.address)
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if content_type:
            sent["Content-Type"] = content_type
        try:
            data = body.encode() if isinstance(body, str) else body
            encoded = {name: value.encode() for name, value in sent.items()}
            connection.request(method, path, data, encoded)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def put(self, graph: str, turtle: str) -> Answer:
        """Make a graph hold these statements."""
        return self("PUT", of_graph(graph), turtle, TURTLE)

    def update(self, text: str, **parameters: str) -> Answer:
        """Run an update."""
        return self("POST", "/update", urlencode({"update": text, **parameters}), FORM)

    def ask(self, pattern: str) -> bool:
        """Whether the data have this pattern."""
        answer = self("POST", "/sparql", f"ASK {{ {pattern} }}", "application/sparql-query")
        assert answer.status == 200, answer.text
        return bool(answer.json["boolean"])

    def lines(self, address: str) -> set[str]:
        """The N-Triples at an address."""
        answer = self("GET", address, Accept="application/n-triples")
        assert answer.status == 200, answer.text
        return set(answer.text.splitlines())


def of_graph(graph: str) -> str:
    """The path of a named graph."""
    return "/graphs?graph=" + quote(graph, safe="")


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty store that every program on this machine may write, unchecked."""
    folder = tmp_path_factory.mktemp("opened") / "store"
    with serving(folder, "--empty", "--gate", "off", PLANGRAPH_UPLOAD_BYTES="200000") as address:
        yield Site(address, {"Accept-Language": "en"})


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty store that takes the token, and only what conforms to the shapes."""
    folder = tmp_path_factory.mktemp("guarded") / "store"
    with serving(folder, "--empty", PLANGRAPH_WRITE_TOKEN=TOKEN) as address:
        yield Site(address, {"Accept-Language": "en", "Authorization": f"Bearer {TOKEN}"})
