"""Graphs made here from an engine's solutions.

Virtuoso ends the graph of a CONSTRUCT after 10,000 solutions without a word, and changes literals on the way; of a
SELECT it says where it ended. So the pattern is asked as a SELECT, and the template is filled in here.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox
from rdflib import BNode, Graph, URIRef

from plangraph.errors import BadInput
from plangraph.store.base import Solutions, Term
from plangraph.store.remote.engine import Dataset, Engine
from plangraph.store.remote.texts import QueryText, values_block, with_prefixes
from plangraph.store.terms import from_oxigraph
from plangraph.store.tokens import tokens

_STAND_IN: Final = "urn:plangraph:term:"
_LARGEST_DESCRIPTION: Final = 10_000


def construct(engine: Engine, asked: QueryText, dataset: Dataset = (None, None)) -> Graph:
    """The graph of the CONSTRUCT query ``asked``. Raises ``TooLarge`` where the engine cuts the solutions."""
    text = asked.text
    keyword = asked.at + len("construct")
    if asked.pattern is None:
        raise BadInput("查询中没有 WHERE 部分。", "The query has no WHERE part.")
    rest = text[asked.template[1] if asked.template else keyword :]
    template = text[slice(*asked.template)] if asked.template else _group(text, asked.pattern - 1)
    found = engine.whole_solutions(f"{text[: asked.at]}SELECT *{rest}", dataset)
    assert isinstance(found, Solutions)
    graph = Graph(bind_namespaces="none")
    # Stand-ins for what no query can name, and for literals, which the engine here would bring into its own form.
    stand_ins: dict[Term, URIRef] = {}
    rows = [[_stand_in(term, stand_ins) for term in row] for row in found.rows]
    if not rows:
        return graph
    block = values_block(found.variables, rows) if found.variables else ""
    result = ox.Store().query(with_prefixes(f"{text[: asked.at]}CONSTRUCT {template} WHERE {{ {block} }}"))
    assert isinstance(result, ox.QueryTriples)
    meant = {stand_in: term for term, stand_in in stand_ins.items()}
    for triple in result:
        parts = map(from_oxigraph, (triple.subject, triple.predicate, triple.object))
        s, p, o = (meant.get(term, term) if isinstance(term, URIRef) else term for term in parts)
        # A template's triples that are none, such as with a literal as their subject, are left out (SPARQL 1.1, 16.2).
        if isinstance(s, URIRef | BNode) and isinstance(p, URIRef):
            graph.add((s, p, o))
    return graph


def describe(engine: Engine, asked: QueryText, dataset: Dataset = (None, None)) -> Graph:
    """The graph of a DESCRIBE, which the engine alone can make; one as large as its limit isn't trusted to be whole."""
    graph = engine.graph(asked.text, dataset)
    if len(graph) >= _LARGEST_DESCRIPTION:
        raise engine.cut_at(_LARGEST_DESCRIPTION)
    return graph


def _group(text: str, start: int) -> str:
    """The group whose brace opens at ``start``: in the short form, ``CONSTRUCT WHERE { … }``, it is the template."""
    depth = 0
    for token in tokens(text[start:]):
        if token.kind == "bracket":
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                return text[start : start + token.end]
    return text[start:]


def _stand_in(term: Term | None, stand_ins: dict[Term, URIRef]) -> Term | None:
    if term is None or isinstance(term, URIRef):
        return term
    return stand_ins.setdefault(term, URIRef(f"{_STAND_IN}{len(stand_ins)}"))
