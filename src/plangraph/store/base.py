"""What every store does, whatever engine is behind it.

Terms that cross this line are rdflib's; the engine's own stay inside the adapters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rdflib import BNode, Graph, Literal, URIRef

Term = URIRef | BNode | Literal
Quad = tuple[URIRef | BNode, URIRef, Term, URIRef]
"""Subject, predicate, object, named graph."""


@dataclass(frozen=True)
class Solutions:
    """The solutions of a SELECT query: its variables, without ``?``, and a row of terms for each solution."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Term]]:
        """One dict a solution, with only the variables that are bound."""
        for row in self.rows:
            yield {name: term for name, term in zip(self.variables, row, strict=True) if term is not None}

    def __len__(self) -> int:
        return len(self.rows)


QueryResult = Solutions | bool | Graph
"""SELECT gives solutions, ASK a bool, CONSTRUCT and DESCRIBE a graph."""


@dataclass(frozen=True)
class Changeset:
    """One change of a store: quads to add and to remove. Removing comes first: a quad in both ends up present."""

    added: Sequence[Quad] = field(default_factory=tuple)
    removed: Sequence[Quad] = field(default_factory=tuple)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


class GraphStore(Protocol):
    """A dataset of named graphs that is queried as the union of them.

    Queries given to ``query`` and ``update`` are the project's own; those of visitors go through the reader pool.
    """

    revision: int
    """How many changes were made through this object: what was computed from it holds while the number stays."""

    def query(self, text: str, bindings: Mapping[str, Term] | None = None) -> QueryResult:
        """Run ``text`` with the project's prefixes known; ``bindings`` fixes variables before evaluation."""
        ...

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> Solutions:
        """``query`` for a text that is known to be a SELECT."""
        ...

    def graphs(self) -> dict[URIRef, int]:
        """The named graphs, in order of their IRIs, each with its number of triples."""
        ...

    def triples(
        self, subject: URIRef | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[tuple[URIRef | BNode, URIRef, Term, URIRef]]:
        """The quads that match a pattern, without SPARQL."""
        ...

    def graph(self, name: URIRef | None = None) -> Graph:
        """A copy of one named graph, or of their union."""
        ...

    def dump(self, media_type: str, name: URIRef | None = None) -> bytes:
        """One graph, or where ``name`` is None the whole dataset (a format for quads) or the union (for triples)."""
        ...

    def apply(self, changeset: Changeset) -> None:
        """Make one change, whole or not at all."""
        ...

    def __len__(self) -> int:
        """The number of quads."""
        ...
