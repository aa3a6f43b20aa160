"""How engines differ, as far as the adapter has to care, and how it finds out which one answers.

A query of plangraph's sees the union of the named graphs as its default graph. Engines that don't do so by themselves
are asked to: Oxigraph's server by a parameter of its own, any other by the SPARQL protocol's lists of graphs. Virtuoso
unites them, but with graphs of its own among them, so it gets the lists, too: as pragmas, since it repeats each
parameter in a header of its answer. Its pragmas that leave graphs out make it answer wrongly (7.2.5).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import pyoxigraph as ox
from rdflib import Literal as Term

from plangraph.errors import BadInput, Refused
from plangraph.namespaces import GRAPHS, SD
from plangraph.store.remote import literals
from plangraph.store.remote.results import ReadLiteral, as_it_stands, read_results
from plangraph.store.remote.wire import Reply, Wire

STAGING_GRAPH: Final = GRAPHS["staging"]
"""Where changes are gathered that are too large for one update of an engine; no query of plangraph's sees it."""

OXIGRAPH_NAME: Final = "Oxigraph"
_SYSTEM_GRAPHS: Final = (
    "http://www.openlinksw.com/schemas/virtrdf#",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "http://localuriqaserver/sparql",
    "http://localhost:8890/sparql",
    "http://localhost:8890/DAV/",
    "urn:activitystreams-owl:map",
    "urn:core:services:sparql",
    str(STAGING_GRAPH),
)


def _unchanged(literal: Term) -> Term:
    return literal


@dataclass(frozen=True)
class Dialect:
    """One kind of engine.

    ``union`` is how its default graph becomes the union: it is so by itself, by Oxigraph's parameter, or by listing
    the graphs, as ``pragmas`` in the text where it has them. ``written`` and ``read`` turn literals into those that it
    keeps, and back. ``most_quads`` is how many quads one update may name. ``cuts`` tells one that ends long answers
    early: then graphs are made here, from solutions, whose end it marks. ``loose`` tells one that matches literals by
    value, and some not at all where they are to be removed. ``hidden`` are its own graphs.
    """

    name: str
    union: Literal["own", "parameter", "listed"] = "own"
    written: Callable[[Term], Term] = _unchanged
    read: ReadLiteral = as_it_stands
    pragmas: bool = False
    most_quads: int | None = None
    cuts: bool = False
    loose: bool = False
    hidden: frozenset[str] = frozenset()


PLANGRAPH: Final = Dialect("plangraph")
UNITED: Final = Dialect("united")
LISTED: Final = Dialect("listed", union="listed")
OXIGRAPH: Final = Dialect("oxigraph", union="parameter")
VIRTUOSO: Final = Dialect(
    "virtuoso",
    union="listed",
    pragmas=True,
    written=literals.written,
    read=literals.read,
    # From about 2,000 triples on, Virtuoso 7 refuses: the SQL that it makes of them has over 10,000 lines.
    most_quads=1000,
    cuts=True,
    loose=True,
    hidden=frozenset(_SYSTEM_GRAPHS),
)

_NAMED_TRIPLE: Final = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o FILTER(isIRI(?s) && isIRI(?o)) } } LIMIT 1"
_JSON: Final = {"Accept": "application/sparql-results+json"}


def recognise(wire: Wire, query_address: str, ask: Callable[[str], Reply]) -> Dialect:
    """The dialect of the engine at ``query_address``: by its name, its service description, or a try.

    ``ask`` puts a plain query to it. Raises ``Unavailable`` where it can't be reached.
    """
    described = None
    with contextlib.suppress(BadInput):
        described = wire.read("GET", query_address, headers={"Accept": "text/turtle"})
    server = (described or ask("ASK {}")).headers.get("server", "")
    if server.startswith("Virtuoso"):
        return VIRTUOSO
    if described is not None and _says_union(described):
        return UNITED
    if server.startswith(OXIGRAPH_NAME):
        return OXIGRAPH
    return UNITED if _unites(ask) else LISTED


def _says_union(described: Reply) -> bool:
    if described.media_type != "text/turtle":
        return False
    try:
        triples = ox.parse(described.body, format=ox.RdfFormat.TURTLE, base_iri="http://engine.invalid/")
        return any(
            triple.predicate.value == str(SD.feature)
            and isinstance(triple.object, ox.NamedNode)
            and triple.object.value == str(SD.UnionDefaultGraph)
            for triple in triples
        )
    except SyntaxError:
        return False


def _unites(ask: Callable[[str], Reply]) -> bool:
    """Whether a triple of a named graph is found without naming the graph; an empty engine can't tell."""
    with contextlib.suppress(BadInput, Refused, ValueError):
        found = read_results(ask(_NAMED_TRIPLE).body)
        if not isinstance(found, bool) and found.rows:
            triple = " ".join(f"<{term}>" for term in found.rows[0])
            return read_results(ask(f"ASK {{ {triple} }}").body) is True
    return False
