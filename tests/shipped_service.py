"""The web application on everything that is shipped, for the tests of pages, protocols and browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plangraph.commits import fill
from plangraph.settings import Settings
from plangraph.store.embedded import EmbeddedStore
from plangraph.web import create_app
from plangraph.web.service import Service, open_service


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of a store with the shipped graphs."""
    folder = tmp_path_factory.mktemp("shipped")
    store = EmbeddedStore.open(folder / "store")
    fill(store)
    store.backup(folder / "revision")
    return folder / "revision"


@pytest.fixture(scope="session")
def service(snapshot: Path) -> Iterator[Service]:
    """The service with one query process and small limits, so that tests reach them soon."""
    settings = Settings(
        store=str(snapshot.parent), readers=1, query_seconds=3.0, query_bytes=20_000, upload_bytes=200_000
    )
    opened = open_service(settings, snapshot)
    yield opened
    opened.readers.close()


@pytest.fixture(scope="session")
def app(service: Service) -> Flask:
    """The application as workers run it: failures become answers."""
    return create_app(service)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client with no cookies yet."""
    return app.test_client()
