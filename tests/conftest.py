"""What the tests of several folders share."""

from __future__ import annotations

from pathlib import Path

import pytest

from plangraph.namespaces import GRAPHS
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file

QINGXI = Path(__file__).parent / "unit" / "qingxi.trig"


def qingxi_store() -> EmbeddedStore:
    """A new store with the invented plan of ``qingxi.trig``, for tests that change it."""
    store = EmbeddedStore()
    store.apply(Changeset(added=read_file(QINGXI, default_graph=GRAPHS["nowhere"])))
    return store


@pytest.fixture(scope="session")
def qingxi() -> EmbeddedStore:
    """The invented plan, to be read only: a copy whose default graph is the union, as in the web process."""
    return qingxi_store().in_memory()


@pytest.fixture
def own_qingxi() -> EmbeddedStore:
    """The invented plan in a store of the test's own."""
    return qingxi_store()
