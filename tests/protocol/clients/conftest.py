"""Servers that the clients are put to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rivers import RIVERS, TOKEN

from real_server import serving, store_folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``plangraph serve`` on the rivers, to be read only."""
    folder = store_folder(tmp_path_factory.mktemp("clients") / "store", RIVERS)
    with serving(folder, "--empty") as address:
        yield address


@pytest.fixture(scope="session")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with an empty store, which takes any data from those who have the token."""
    folder = tmp_path_factory.mktemp("writing") / "store"
    with serving(folder, "--empty", "--gate", "off", PLANGRAPH_WRITE_TOKEN=TOKEN) as address:
        yield address
