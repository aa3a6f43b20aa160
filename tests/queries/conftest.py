"""A store with everything that is shipped, for asking it the shipped questions."""

from __future__ import annotations

import pytest
from plain_answers import Ask, plain

from plangraph.commits import fill
from plangraph.queries import bind, question
from plangraph.store.embedded import EmbeddedStore


@pytest.fixture(scope="session")
def filled() -> EmbeddedStore:
    """The shipped graphs; tests don't change it."""
    store = EmbeddedStore()
    fill(store)
    return store


@pytest.fixture(scope="session")
def ask(filled: EmbeddedStore) -> Ask:
    def answer(name: str, **values: str) -> list[dict[str, str]]:
        solutions = filled.select(bind(question(name), values))
        return [{column: plain(term) for column, term in row.items()} for row in solutions]

    return answer
