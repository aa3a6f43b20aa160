"""A store elsewhere, read by the SPARQL 1.1 Protocol: a plangraph server, or any engine that speaks it."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput, Refused, Unavailable
from plangraph.mediatypes import DATASET_FORMATS, N_TRIPLES, RESULTS_JSON, TURTLE, by_media_type
from plangraph.namespaces import SPARQL_PROLOGUE
from plangraph.store.base import Changeset, Quad, QueryResult, Solutions, Term
from plangraph.store.terms import to_oxigraph

_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


class RemoteStore:
    """A ``GraphStore`` for reading, behind the address of a server; its queries go to ``ADDRESS/sparql``.

    ``seconds`` is how long one answer may take, ``lang`` the language for the server's words. Raises ``Unavailable``
    where the server can't be reached or is busy, ``BadInput`` where it refuses the query, with its own words.
    """

    def __init__(self, address: str, *, seconds: float = 60.0, endpoint: str | None = None, lang: str = "en") -> None:
        self.address = address.rstrip("/")
        self._endpoint = endpoint or self.address + "/sparql"
        self._seconds = seconds
        self._lang = lang
        self.revision = 0

    def fetch(self, text: str, accept: str) -> tuple[bytes, str]:
        """The bytes of a query's result and their media type."""
        body = urllib.parse.urlencode({"query": text}).encode()
        return self.send("POST", self._endpoint, body, {"Accept": accept})

    def send(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[bytes, str]:
        """One HTTP request to the server; the body of its answer and its media type."""
        if not address.startswith(("http://", "https://")):
            raise BadInput(f"“{address}”不是 http 地址。", f"“{address}” isn't an http address.")
        request = urllib.request.Request(address, data=body, method=method)  # noqa: S310
        for name, value in {"Accept-Language": self._lang, **headers}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as answer:  # noqa: S310
                return answer.read(), answer.headers.get_content_type()
        except urllib.error.HTTPError as fault:
            detail = _detail(fault)
            message = (
                f"{self.address} 回答 {fault.code}：{detail}",
                f"{self.address} answered {fault.code}: {detail}",
            )
            if fault.code >= 500 or fault.code == 429:
                raise Unavailable(*message) from None
            raise (Refused if fault.code in (401, 403) else BadInput)(*message) from None
        except (OSError, ValueError) as fault:
            reason = getattr(fault, "reason", fault)
            raise Unavailable(
                f"无法连接 {self.address}（{reason}）。请确认服务已启动、地址无误。",
                f"{self.address} can't be reached ({reason}). Check that the server runs and the address is right.",
            ) from None

    def query(self, text: str, bindings: Mapping[str, Term] | None = None) -> QueryResult:
        if bindings:
            raise NotImplementedError("bindings: put the terms into the text")
        data, media_type = self.fetch(
            SPARQL_PROLOGUE + text, f"{RESULTS_JSON.media_type}, {N_TRIPLES.media_type};q=0.9"
        )
        if media_type == N_TRIPLES.media_type:
            return Graph(bind_namespaces="none").parse(data=data, format="nt")
        return read_results(data)

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> Solutions:
        result = self.query(text, bindings)
        if not isinstance(result, Solutions):
            raise TypeError("not a SELECT query")
        return result

    def graphs(self) -> dict[URIRef, int]:
        return {URIRef(str(row["g"])): int(str(row["n"])) for row in self.select(_GRAPHS) if "g" in row}

    def triples(
        self, subject: URIRef | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[Quad]:
        slots = [
            str(to_oxigraph(term)) if term is not None else f"?{name}"
            for name, term in (("s", subject), ("p", predicate), ("o", object))
        ]
        text = f"SELECT * WHERE {{ GRAPH ?g {{ {' '.join(slots)} }} }}"
        for row in self.select(text):
            s, p, o = row.get("s", subject), row.get("p", predicate), row.get("o", object)
            assert isinstance(s, URIRef | BNode)
            assert isinstance(p, URIRef)
            assert o is not None
            yield s, p, o, URIRef(str(row["g"]))

    def graph(self, name: URIRef | None = None) -> Graph:
        where = "?s ?p ?o" if name is None else f"GRAPH {name.n3()} {{ ?s ?p ?o }}"
        result = self.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}")
        assert isinstance(result, Graph)
        return result

    def dump(self, media_type: str, name: URIRef | None = None) -> bytes:
        if by_media_type(media_type, DATASET_FORMATS):
            query = "" if name is None else "?" + urllib.parse.urlencode({"graph": str(name)})
            return self.send("GET", f"{self.address}/graphs{query}", None, {"Accept": media_type})[0]
        where = "?s ?p ?o" if name is None else f"GRAPH {name.n3()} {{ ?s ?p ?o }}"
        return self.fetch(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}", media_type or TURTLE.media_type)[0]

    def apply(self, changeset: Changeset) -> None:
        raise Refused("此存储只供读取。", "This store is for reading only.")

    def __len__(self) -> int:
        return sum(self.graphs().values())


def _detail(fault: urllib.error.HTTPError) -> str:
    text = fault.read(100_000).decode("utf-8", "replace")
    try:
        problem = json.loads(text)
        return str(problem.get("detail") or problem.get("title") or fault.reason)
    except (ValueError, AttributeError):
        return str(fault.reason)


def read_results(data: bytes) -> Solutions | bool:
    """SPARQL 1.1 Query Results JSON Format to terms."""
    document: dict[str, Any] = json.loads(data)
    if "boolean" in document:
        return bool(document["boolean"])
    names = tuple(document["head"]["vars"])
    rows = tuple(
        tuple(_term(row[name]) if name in row else None for name in names) for row in document["results"]["bindings"]
    )
    return Solutions(names, rows)


def _term(value: Mapping[str, str]) -> Term:
    match value["type"]:
        case "uri":
            return URIRef(value["value"])
        case "bnode":
            return BNode(value["value"])
    if "xml:lang" in value:
        return Literal(value["value"], lang=value["xml:lang"])
    datatype = value.get("datatype", str(XSD.string))
    if datatype == str(XSD.string):
        return Literal(value["value"])
    return Literal(value["value"], datatype=URIRef(datatype), normalize=False)
