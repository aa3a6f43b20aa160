"""How the tests of the shipped questions write what they expect.

Totals are expected where the report gives them; otherwise things are named that an answer must have, alone, or must
not have: by their Chinese label or, where the label is the editors' own wording, by the end of their IRI.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from rdflib import Literal, URIRef

from plangraph.namespaces import ID
from plangraph.store.base import Term

Row = tuple[str, ...]
Ask = Callable[..., list[dict[str, str]]]
"""``ask(name, **values)``: the rows of a question's answer, only the columns that are bound."""

PLAN = str(ID) + "chaoyang-2021/"


def plain(term: Term) -> str:
    """The last part of an IRI, a number without idle zeros, a literal's text."""
    if isinstance(term, URIRef):
        return str(term).rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if isinstance(term, Literal) and isinstance(term.value, Decimal | int) and not isinstance(term.value, bool):
        return format(Decimal(term.value).normalize(), "f")
    return str(term)


@dataclass(frozen=True)
class Expected:
    """``name`` asked with ``values`` answers, in ``columns``, with the rows ``has``, alone where ``only``.

    An unbound cell is an empty string.
    """

    name: str
    columns: str
    has: frozenset[Row] = frozenset()
    lacks: frozenset[Row] = frozenset()
    only: bool = False
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "-".join([self.name, *(value.rsplit("/", 1)[-1] for value in self.values.values())])


def rows(*given: str | Row) -> frozenset[Row]:
    """Rows of an answer; a text alone is a row of one cell."""
    return frozenset((row,) if isinstance(row, str) else row for row in given)


def check(ask: Ask, expected: Expected) -> None:
    """Ask, and compare."""
    columns = expected.columns.split()
    answered = {tuple(row.get(column, "") for column in columns) for row in ask(expected.name, **expected.values)}
    assert expected.has <= answered, sorted(expected.has - answered)
    assert not (expected.lacks & answered)
    if expected.only:
        assert answered == expected.has
