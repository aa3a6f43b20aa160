"""Data that redefine the words they are written in: a class, a property or a code that is ours gets a new statement.

To an engine data and vocabulary are one graph. Who says that every task is a domain, or that a misspelt code is in a
code list, switches the rules off that speak of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rdflib import URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from plangraph.namespaces import ONTOLOGY_GRAPH, PG, PGC, PGS
from plangraph.ontology import ontology_files
from plangraph.proofreading.base import Found, Seen, facts_of
from plangraph.store.parsing import read_file
from plangraph.store.view import Triple

_DEFINING: Final = frozenset(
    (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.isDefinedBy, SKOS.inScheme, SKOS.topConceptOf)
)
_OURS: Final = (str(PG), str(PGC), str(PGS))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[tuple[object, ...]], frozenset[object]]:
    """The defining statements of the ontology and the code lists, and what they are about."""
    quads = [quad for path in ontology_files() for quad in read_file(path, default_graph=ONTOLOGY_GRAPH)]
    said = frozenset((s, p, o) for s, p, o, _ in quads if p in _DEFINING)
    return said, frozenset(s for s, _, _ in said)


def _is_ours(node: object) -> bool:
    return isinstance(node, URIRef) and (node in _vocabulary()[1] or str(node).startswith(_OURS))


@dataclass(frozen=True)
class _Own:
    shape: URIRef = PGS["Vocabulary-own"]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All terms of ours that something is said of."""
        triples = (t for p in sorted(_DEFINING) for t in facts_of(view).view.triples(None, p))
        return sorted({s for s, _, _ in triples if isinstance(s, URIRef) and _is_ours(s)})

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The terms that the triples are about."""
        return {s for s, p, _ in changed if p in _DEFINING and isinstance(s, URIRef) and _is_ours(s)}

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """One finding for each statement that isn't in the vocabulary."""
        said = _vocabulary()[0]
        for focus in focuses:
            for predicate, values in facts_of(view).of(focus).items() if _is_ours(focus) else ():
                for value in values if predicate in _DEFINING else ():
                    if (focus, predicate, value) not in said:
                        yield Found(focus, str(predicate), value, {"value": str(value), "property": str(predicate)})


RULES: Final = (_Own(),)
