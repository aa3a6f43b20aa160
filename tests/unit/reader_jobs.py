"""Functions that the tests of the reader pool run in its workers."""

from __future__ import annotations

import os
import time

from plangraph.errors import NotFound
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore


def count(store: EmbeddedStore, more: int = 0) -> int:
    return len(store) + more


def process(store: EmbeddedStore) -> int:
    return os.getpid()


def parent(store: EmbeddedStore) -> int:
    return os.getppid()


def empty(store: EmbeddedStore) -> int:
    store.apply(Changeset(removed=tuple(store.triples())))
    return len(store) + len(store.graph())


def sleep(store: EmbeddedStore, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def missing(store: EmbeddedStore) -> None:
    raise NotFound("没有", "There is none.")


def broken(store: EmbeddedStore) -> None:
    raise ZeroDivisionError


def greedy(store: EmbeddedStore) -> int:
    return len(bytearray(8 << 30))


def data(store: EmbeddedStore) -> bytes:
    return b"plain bytes"


def failure_as_value(store: EmbeddedStore) -> tuple[NotFound, None]:
    return NotFound("值", "a value"), None


def not_to_be_sent(store: EmbeddedStore) -> object:
    return lambda: None


def own_copy(store: EmbeddedStore) -> bool:
    return store.held_in_memory


def opened(store: EmbeddedStore) -> bool:
    with open(__file__, encoding="utf-8") as file:
        return bool(file.read(1))
