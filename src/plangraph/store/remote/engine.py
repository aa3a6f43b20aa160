"""One remote engine: its dialect, queries with the right dataset, and answers that are known to be whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast
from urllib.parse import urlencode

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput, OverLimit, TooLarge, Unavailable
from plangraph.mediatypes import N_TRIPLES, RESULTS_JSON
from plangraph.store.base import Solutions, Term
from plangraph.store.remote.addresses import Address
from plangraph.store.remote.dialects import PLANGRAPH, Dialect, recognise
from plangraph.store.remote.literals import text_of
from plangraph.store.remote.results import read_results
from plangraph.store.remote.texts import boolean_variables, with_prefixes
from plangraph.store.remote.wire import Reply, Wire
from plangraph.store.terms import from_oxigraph
from plangraph.store.tokens import names_dataset

_UNION: Final = "union-default-graph"
_MAX_ROWS: Final = "x-sparql-maxrows"
_STATE: Final = "x-sql-state"

_TRUTHS: Final[dict[Term | None, Term]] = {
    Literal(number, datatype=XSD.integer): Literal(word, datatype=XSD.boolean, normalize=False)
    for number, word in (("0", "false"), ("1", "true"))
}

Triple = tuple[URIRef | BNode, URIRef, Term]
Dataset = tuple[Sequence[str] | None, Sequence[str] | None]
"""``default-graph-uri`` and ``named-graph-uri`` (SPARQL 1.1 Protocol); both None leaves the dataset to the store."""


class Engine:
    """Queries and updates by the SPARQL 1.1 Protocol. ``graphs`` gives the named graphs, where they must be listed."""

    def __init__(self, address: Address, wire: Wire, graphs: Callable[[], Sequence[str]]) -> None:
        self.address = address
        self.wire = wire
        self.requests = 0
        self._graphs = graphs
        self._dialect: Dialect | None = PLANGRAPH if address.plangraph else None
        self._lock = threading.RLock()

    @property
    def dialect(self) -> Dialect:
        """What kind of engine this is; asked for once, and again after it was away."""
        with self._lock:
            if self._dialect is None:
                self._dialect = recognise(
                    self.wire, self.address.query, lambda text: self._post(text, RESULTS_JSON.media_type, [])
                )
            return self._dialect

    def answer(self, text: str, accept: str, dataset: Dataset = (None, None), *, united: bool = True) -> Reply:
        """The engine's answer to a query, as it is.

        The default graph is the union of the named graphs unless ``dataset`` or the text says otherwise; ``united``
        False saves the trouble for texts that name a graph for every pattern.
        """
        dialect = self.dialect
        parameters: list[tuple[str, str]] = []
        if dataset != (None, None):
            parameters = _listed(*dataset)
        elif united and dialect.union != "own" and not names_dataset(text):
            if dialect.union == "parameter":
                parameters = [(_UNION, "true")]
            else:
                names = self._graphs()
                parameters = _listed(names, names)
        text = with_prefixes(text)
        if dialect.pragmas and parameters:
            text, parameters = "".join(f"define input:{key} {_iri(name)} " for key, name in parameters) + text, []
        return self._post(text, accept, parameters)

    def tag_of(self, text: str) -> str | None:
        """The entity tag of the answer to a query, for which a server has to be asked by GET (RFC 9110, 8.8.3)."""
        self.requests += 1
        address = f"{self.address.query}?{urlencode({'query': text})}"
        return self.wire.read("GET", address, headers={"Accept": RESULTS_JSON.media_type}).headers.get("etag")

    def _post(self, text: str, accept: str, parameters: Sequence[tuple[str, str]]) -> Reply:
        self.requests += 1
        address = self.address.query
        # Oxigraph reads its own parameter from the address alone.
        own = [pair for pair in parameters if pair[0] == _UNION]
        if own:
            address += ("&" if "?" in address else "?") + urlencode(own)
        body = urlencode([("query", text), *(pair for pair in parameters if pair not in own)]).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            reply = self.wire.read("POST", address, body, headers)
        except Unavailable:
            self._away()
            raise
        if reply.headers.get(_STATE):
            raise OverLimit(
                f"{self.address.shown} 到时限即停，只给出部分结果，未予采用。请用更窄的查询。",
                f"{self.address.shown} stopped at its time limit with part of the answer, which isn't used. Narrow "
                "the query.",
            )
        return reply

    def _away(self) -> None:
        """What comes back may be another engine, or the same with other options."""
        if not self.address.plangraph:
            with self._lock:
                self._dialect = None

    def solutions(
        self, text: str, dataset: Dataset = (None, None), *, united: bool = True
    ) -> tuple[Solutions | bool, int | None]:
        """The result of a SELECT or ASK, and the number of rows at which the engine cut it, None where it is whole."""
        reply = self.answer(text, RESULTS_JSON.media_type, dataset, united=united)
        try:
            found = read_results(reply.body, self.dialect.read)
        except ValueError:
            raise self.broken_off() from None
        limit = reply.headers.get(_MAX_ROWS, "")
        cut = int(limit) if limit.isdecimal() else None
        if isinstance(found, bool):
            return found, None
        if self.dialect.loose:
            found = _with_truths(found, boolean_variables(text))
        return found, None if cut is None or len(found) < cut else cut

    def whole_solutions(self, text: str, dataset: Dataset = (None, None)) -> Solutions | bool:
        """As ``solutions``. Raises ``TooLarge`` where the engine cut them."""
        found, cut = self.solutions(text, dataset)
        if cut is not None:
            raise self.cut_at(cut)
        return found

    def graph(self, text: str, dataset: Dataset = (None, None)) -> Graph:
        """The result of a CONSTRUCT or DESCRIBE as the engine makes it."""
        graph = Graph(bind_namespaces="none")
        for triple in self.triples(text, dataset):
            graph.add(triple)
        return graph

    def triples(self, text: str, dataset: Dataset = (None, None), *, united: bool = True) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each as often as the engine gives it."""
        reply = self.answer(text, N_TRIPLES.media_type, dataset, united=united)
        read = self.dialect.read
        known: dict[str, URIRef] = {}

        def term_of(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
            if isinstance(term, ox.NamedNode):
                # The same IRIs come up again and again: one object each.
                return known.get(term.value) or known.setdefault(term.value, URIRef(term.value))
            if isinstance(term, ox.Literal) and not term.language:
                return read(term.value, term.datatype.value)
            return from_oxigraph(term)

        try:
            quads = ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES, lenient=True)
            return [cast(Triple, tuple(map(term_of, (q.subject, q.predicate, q.object)))) for q in quads]
        except SyntaxError:
            raise self.broken_off() from None

    def broken_off(self) -> OverLimit:
        """The failure where an answer isn't a whole document: engines do so that run out of time on the way."""
        return OverLimit(
            f"{self.address.shown} 的回答不完整，可能到了它的时限。请用更窄的查询，或检查该服务。",
            f"The answer of {self.address.shown} isn't whole: it may have run out of its time. Narrow the query, or "
            "look at that server.",
        )

    def cut_at(self, rows: int) -> TooLarge:
        """The failure where the engine gives no more than ``rows`` rows."""
        return TooLarge(
            f"{self.address.shown} 只给出前 {rows} 行，结果不完整。请用小于 {rows} 的 LIMIT，或调高该引擎的上限"
            "（Virtuoso：ResultSetMaxRows）。",
            f"{self.address.shown} gives no more than {rows} rows, so the answer isn't whole. Use a LIMIT below "
            f"{rows}, or raise the engine's limit (Virtuoso: ResultSetMaxRows).",
        )


def quads_in(text: bytes, graph: str) -> Iterator[ox.Quad]:
    """Oxigraph's quads of N-Triples that belong to one graph. Raises ``SyntaxError`` where they end in the midst."""
    name = ox.NamedNode(graph)
    for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES, lenient=True):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, name)


def _listed(default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None) -> list[tuple[str, str]]:
    return [
        *(("default-graph-uri", name) for name in default_graphs or ()),
        *(("named-graph-uri", name) for name in named_graphs or ()),
    ]


def _iri(name: str) -> str:
    try:
        return text_of(URIRef(name))
    except ValueError as fault:
        raise BadInput(
            f"命名图须以完整的 IRI 给出，而不是“{name}”（{fault}）。",
            f"A named graph is given by an absolute IRI, not “{name}” ({fault}).",
        ) from None


def _with_truths(found: Solutions, names: frozenset[str]) -> Solutions:
    """``found`` with the integers 0 and 1 of these variables as booleans."""
    places = {n for n, name in enumerate(found.variables) if name in names}
    if not places:
        return found
    rows = (tuple(_TRUTHS.get(t, t) if n in places else t for n, t in enumerate(row)) for row in found.rows)
    return Solutions(found.variables, tuple(rows))
