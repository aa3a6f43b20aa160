"""The web application on the invented plan of qingxi.trig, for the tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from plangraph.namespaces import GRAPHS
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file
from plangraph.web import create_app
from plangraph.web.service import open_service

QINGXI = Path(__file__).parents[1] / "unit" / "qingxi.trig"
THING = "https://w3id.org/plangraph/id/qingxi-2030/"
PLACE = "https://w3id.org/plangraph/id/place/"
PG = "https://w3id.org/plangraph/ontology#"


@contextmanager
def qingxi_site(folder: Path, **settings: object) -> Iterator[Flask]:
    """The application, its data kept in ``folder``; ``settings`` go before the defaults."""
    store = EmbeddedStore.open(folder / "store")
    store.apply(Changeset(added=read_file(QINGXI, default_graph=GRAPHS["nowhere"])))
    store.backup(folder / "snapshot")
    service = open_service(Settings(readers=1, **settings), folder / "snapshot")  # type: ignore[arg-type]
    with service.readers:
        yield create_app(service)
