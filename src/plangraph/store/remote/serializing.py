"""Results written out here, in any format: what an engine writes itself differs from engine to engine."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef

from plangraph.errors import NotAcceptable
from plangraph.mediatypes import GRAPH_FORMATS, RESULT_FORMATS, negotiate
from plangraph.namespaces import PREFIXES
from plangraph.store.base import QueryResult, Solutions, Term
from plangraph.store.parsing import oxigraph_format
from plangraph.store.terms import to_oxigraph

_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}


def serialize_result(result: QueryResult, accept: str) -> tuple[bytes, str]:
    """A query's result in the format that suits ``accept`` best, and its media type. Raises ``NotAcceptable``."""
    offers = GRAPH_FORMATS if isinstance(result, Graph) else RESULT_FORMATS
    fmt = negotiate(accept, offers)
    if fmt is None:
        names = ", ".join(offer.media_type for offer in offers)
        raise NotAcceptable(
            f"无法以所要的格式给出这种查询的结果，可用：{names}。",
            f"The result of this form of query can't be given in the format asked for. To be had: {names}.",
        )
    if isinstance(result, Graph):
        triples = (ox.Triple(*(to_oxigraph(term) for term in triple)) for triple in result)  # type: ignore[arg-type]
        data = ox.serialize(triples, format=oxigraph_format(fmt), prefixes=PREFIXES)
        assert data is not None
        return data, fmt.media_type
    text = json.dumps(_document(result), ensure_ascii=False).encode()
    out = io.BytesIO()
    ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON).serialize(out, format=_RESULTS[fmt.name])
    return out.getvalue(), fmt.media_type


def _document(result: Solutions | bool) -> dict[str, Any]:
    """SPARQL 1.1 Query Results JSON Format."""
    if isinstance(result, bool):
        return {"head": {}, "boolean": result}
    bindings = [{name: _value(term) for name, term in row.items()} for row in result]
    return {"head": {"vars": list(result.variables)}, "results": {"bindings": bindings}}


def _value(term: Term) -> dict[str, str]:
    if isinstance(term, URIRef):
        return {"type": "uri", "value": str(term)}
    if isinstance(term, BNode):
        return {"type": "bnode", "value": str(term)}
    assert isinstance(term, Literal)
    value = {"type": "literal", "value": str(term)}
    if term.language:
        value["xml:lang"] = term.language
    elif term.datatype is not None:
        value["datatype"] = str(term.datatype)
    return value
