from __future__ import annotations

from collections.abc import Iterator

import pytest

from engines import ISQL, VIRTUOSO, WRITTEN, Server, Virtuoso, oxigraph
from plangraph.commits import read_shipped, shipped_files
from plangraph.namespaces import STATE_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.store.remote.claiming import CLAIM


@pytest.fixture(scope="session")
def shipped_quads() -> list[Quad]:
    """Everything that is shipped; read once, as blank nodes get other names each time."""
    return [quad for graph, files in shipped_files().items() for quad in read_shipped(graph, files)]


@pytest.fixture(scope="session")
def embedded(shipped_quads: list[Quad]) -> EmbeddedStore:
    """The reference: the same data in this process."""
    store = EmbeddedStore()
    store.apply(Changeset(added=shipped_quads))
    return store.in_memory()


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Oxigraph as it starts without options: its default graph isn't the union."""
    server = oxigraph(tmp_path_factory.mktemp("oxigraph"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    """Virtuoso that lets everybody update, with its limit of 10,000 rows."""
    if VIRTUOSO is None or ISQL is None:
        pytest.skip("Virtuoso isn't installed: make engines installs it (Debian package virtuoso-opensource)")
    server = Virtuoso(tmp_path_factory.mktemp("virtuoso"))
    server.start()
    try:
        server.allow_updates()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def oxigraph_filled(oxigraph_server: Server, shipped_quads: list[Quad]) -> Server:
    RemoteStore(oxigraph_server.address).apply(Changeset(added=shipped_quads))
    return oxigraph_server


@pytest.fixture(scope="session")
def virtuoso_filled(virtuoso_server: Virtuoso, shipped_quads: list[Quad]) -> Virtuoso:
    virtuoso_server.load(shipped_quads)
    return virtuoso_server


@pytest.fixture(params=["oxigraph", "virtuoso"])
def filled(request: pytest.FixtureRequest) -> RemoteStore:
    """A new store on an engine that has everything that is shipped."""
    server: Server = request.getfixturevalue(f"{request.param}_filled")
    return RemoteStore(server.address)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """An engine that a test may write to, in graphs whose names begin with ``WRITTEN``."""
    found: Server = request.getfixturevalue(f"{request.param}_filled")
    yield found
    _clean(found)


@pytest.fixture
def written(server: Server) -> RemoteStore:
    """A new store on an engine that a test may write to."""
    return RemoteStore(server.address)


def _clean(server: Server) -> None:
    # Claims stay where a test cut the connection for good.
    server.update(f"DELETE WHERE {{ GRAPH <{STATE_GRAPH}> {{ <{STATE_GRAPH}> <{CLAIM}> ?claim }} }}")
    store = RemoteStore(server.address)
    removed = [quad for name in store.graphs() if name.startswith(WRITTEN) for quad in store.quads_of(name)]
    store.apply(Changeset(removed=removed))
