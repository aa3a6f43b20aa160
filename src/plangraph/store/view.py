"""What a store would hold after a change that isn't made: for looking things up, without SPARQL.

Validation looks at data that aren't stored yet. Copying the store for that takes seconds for a million quads, while
looking past what is removed and into what is added takes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

import pyoxigraph as ox
from rdflib import BNode, URIRef

from plangraph.namespaces import HISTORY_GRAPH, SHAPES_GRAPH, STATE_GRAPH
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.terms import from_oxigraph, to_oxigraph, to_oxigraph_quad

NOT_DATA: Final = frozenset((SHAPES_GRAPH, HISTORY_GRAPH, STATE_GRAPH))
"""The graphs that hold no data of a plan: the shapes, and what the program keeps for itself."""

Subject: TypeAlias = URIRef | BNode
Triple: TypeAlias = tuple[Subject, URIRef, Term]
OxSubject: TypeAlias = ox.NamedNode | ox.BlankNode
OxTerm: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
OxTriple: TypeAlias = tuple[OxSubject, ox.NamedNode, OxTerm]

# Following what one triple concerns takes as long as validating some ten.
_MUCH: Final = 10
_FEW: Final = 2_000
_UNNAMED: Final = URIRef("urn:plangraph:unnamed")
_NOT_DATA: Final = frozenset(ox.NamedNode(str(name)) for name in NOT_DATA)


class View:
    """The data of ``store`` as ``changeset`` would leave them, as one graph of triples, each once.

    ``NOT_DATA`` is left out. The store isn't written, and must not be while the view is in use.
    """

    def __init__(
        self, store: EmbeddedStore, changeset: Changeset | None = None, *, background: EmbeddedStore | None = None
    ) -> None:
        """``background`` is looked at besides: a vocabulary that the store may not hold."""
        self._store, self._changeset, self._background = store, changeset or Changeset(), background
        self._removed = {to_oxigraph_quad(quad) for quad in self._changeset.removed if quad[3] not in NOT_DATA}
        self._added = ox.Store()
        self._added.extend(to_oxigraph_quad(quad) for quad in self._changeset.added if quad[3] not in NOT_DATA)
        self._adds = len(self._added) > 0
        self._describes = {quad.subject for quad in self._added}
        # A copy in memory holds the union besides: each triple once, without the names of graphs to look at.
        self._union = store.union
        self._new = {(quad.subject, quad.predicate, quad.object) for quad in self._added}
        self._gone = {(quad.subject, quad.predicate, quad.object) for quad in self._removed}
        self._doubtful = beside_data(store) if self._union is not None else frozenset()

    @classmethod
    def of_triples(cls, triples: Iterable[tuple[Term, ...]]) -> View:
        """A view of these triples alone."""
        store = EmbeddedStore()
        quads: list[Quad] = [(s, p, o, _UNNAMED) for s, p, o in triples]  # type: ignore[misc]
        store.apply(Changeset(added=quads))
        return cls(store)

    def before(self) -> View:
        """The same without the change."""
        return View(self._store, background=self._background)

    def either(self) -> View:
        """All that stands in it before or after the change: whatever can be reached in one can be reached in this."""
        if not self._removed:
            return self
        return View(self._store, Changeset(added=self._changeset.added), background=self._background)

    def changed(self) -> Iterator[OxTriple]:
        """The triples that the change adds or removes, some of which may stand in another graph all the same."""
        for quad in (*self._added, *self._removed):
            yield quad.subject, quad.predicate, quad.object

    def changes_much(self) -> bool:
        """Whether so much of the data is changed that looking at all of them takes no longer."""
        changed = len(self._added) + len(self._removed)
        # Counting a store takes long: only where it matters.
        return changed > _FEW and changed * _MUCH > len(self._store.engine if self._union is None else self._union)

    def described(self) -> set[OxTerm]:
        """What the change describes, in the engine's own terms."""
        return set(self._describes)

    def added_subjects(self) -> frozenset[Subject]:
        """What the change describes."""
        return frozenset(from_oxigraph(subject) for subject in self._describes)  # type: ignore[misc]

    # --- in the engine's own terms, for what looks at very many triples

    def match(
        self, subject: OxTerm | None = None, predicate: ox.NamedNode | None = None, object: OxTerm | None = None
    ) -> Iterator[OxTriple]:
        """The triples that fit a pattern; one that stands in two graphs is given twice."""
        if isinstance(subject, ox.Literal):
            return iter(())
        if subject is None or self._union is None or subject in self._doubtful:
            return self._scan(subject, predicate, object)
        # The usual question, about one thing: few triples, and mostly the change says nothing of it.
        found: list[OxTriple] = [
            (subject, quad.predicate, quad.object)  # type: ignore[misc]
            for quad in self._union.quads_for_pattern(subject, predicate, object, None)
        ]
        if self._gone:
            found = [triple for triple in found if triple not in self._gone or self._stays(triple)]
        if subject in self._describes:
            found += [
                (subject, quad.predicate, quad.object)  # type: ignore[misc]
                for quad in self._added.quads_for_pattern(subject, predicate, object, None)
            ]
        return iter(found) if self._background is None else chain(found, self._beyond(subject, predicate, object))

    def _scan(
        self, subject: OxSubject | None, predicate: ox.NamedNode | None, object: OxTerm | None
    ) -> Iterator[OxTriple]:
        if self._union is not None:
            gone, doubtful = self._gone, self._doubtful
            for quad in self._union.quads_for_pattern(subject, predicate, object, None):
                triple = quad.subject, quad.predicate, quad.object
                if (triple[0] not in doubtful and triple not in gone) or self._stays(triple):  # type: ignore[arg-type]
                    yield triple  # type: ignore[misc]
        else:
            for quad in self._store.engine.quads_for_pattern(subject, predicate, object, None):
                if self._is_data(quad):
                    yield quad.subject, quad.predicate, quad.object  # type: ignore[misc]
        if self._adds:
            for quad in self._added.quads_for_pattern(subject, predicate, object, None):
                yield quad.subject, quad.predicate, quad.object  # type: ignore[misc]
        yield from self._beyond(subject, predicate, object)

    def _beyond(
        self, subject: OxSubject | None, predicate: ox.NamedNode | None, object: OxTerm | None
    ) -> Iterator[OxTriple]:
        if self._background is not None:
            for quad in self._background.engine.quads_for_pattern(subject, predicate, object, None):
                yield quad.subject, quad.predicate, quad.object  # type: ignore[misc]

    def has(self, subject: OxTerm, predicate: ox.NamedNode, object: OxTerm) -> bool:
        """Whether a triple is in it."""
        if self._union is not None and not isinstance(subject, ox.Literal):
            triple = subject, predicate, object
            if triple in self._new:
                return True
            if subject not in self._doubtful and triple not in self._gone and self._background is None:
                return ox.Quad(*triple) in self._union
        return next(self.match(subject, predicate, object), None) is not None

    def _is_data(self, quad: ox.Quad) -> bool:
        graph = quad.graph_name
        return not isinstance(graph, ox.DefaultGraph) and graph not in _NOT_DATA and quad not in self._removed

    def _stays(self, triple: OxTriple) -> bool:
        """Whether a triple of the union stands in a graph that is data, and isn't taken out of."""
        return any(self._is_data(quad) for quad in self._store.engine.quads_for_pattern(*triple, None))

    def having(self, predicate: str) -> Iterator[OxTriple]:
        """All triples with this predicate."""
        return self.match(None, ox.NamedNode(predicate), None)

    # --- in rdflib's terms

    def triples(
        self, subject: Term | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[Triple]:
        """The triples that fit a pattern, each once."""
        try:
            found = self.match(
                None if subject is None else to_oxigraph(subject),
                None if predicate is None else ox.NamedNode(str(predicate)),
                None if object is None else to_oxigraph(object),
            )
            for s, p, o in dict.fromkeys(found):
                yield from_oxigraph(s), URIRef(p.value), from_oxigraph(o)  # type: ignore[misc]
        except ValueError:
            return  # what is no well-formed IRI stands in no graph

    def objects(self, subject: Term, predicate: URIRef) -> list[Term]:
        """The values of a property, in a stable order."""
        return sorted({o for _, _, o in self.triples(subject, predicate)}, key=_as_text)

    def changes(self) -> list[Triple]:
        """``changed``, in a stable order."""
        found = {(from_oxigraph(s), URIRef(p.value), from_oxigraph(o)) for s, p, o in self.changed()}
        return sorted(found, key=lambda triple: tuple(_as_text(term) for term in triple))  # type: ignore[arg-type]

    def ntriples(self) -> str:
        """All of it as N-Triples."""
        return as_ntriples(self.match())


_spoken_of: Final[WeakKeyDictionary[EmbeddedStore, tuple[int, frozenset[object]]]] = WeakKeyDictionary()


def beside_data(store: EmbeddedStore) -> frozenset[object]:
    """What the graphs that are no data speak of; kept until the store changes."""
    kept = _spoken_of.get(store)
    if kept is None or kept[0] != store.revision:
        quads = (quad for name in _NOT_DATA for quad in store.engine.quads_for_pattern(None, None, None, name))
        kept = _spoken_of[store] = store.revision, frozenset(quad.subject for quad in quads)
    return kept[1]


def follow(store: EmbeddedStore, changeset: Changeset) -> None:
    """Keep ``beside_data`` when this change was just made, rather than read it all again: at least what it then is."""
    kept = _spoken_of.get(store)
    if kept is not None and kept[0] == store.revision - 1:
        more = frozenset(to_oxigraph(quad[0]) for quad in changeset.added if quad[3] in NOT_DATA)
        _spoken_of[store] = store.revision, kept[1] | more


def as_ntriples(triples: Iterable[OxTriple]) -> str:
    """Triples as N-Triples, each once, in order."""
    return "".join(sorted({f"{s} {p} {o} .\n" for s, p, o in triples}))


def _as_text(term: Term) -> tuple[str, str, str]:
    datatype = getattr(term, "datatype", None) or ""
    return str(term), str(getattr(term, "language", None) or ""), str(datatype)
