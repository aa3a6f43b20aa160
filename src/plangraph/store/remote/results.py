"""SPARQL 1.1 Query Results JSON Format, to terms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.store.base import Solutions, Term

ReadLiteral = Callable[[str, str], Literal]
"""Makes a literal of its lexical form and the IRI of its datatype."""

_STRING = str(XSD.string)


def as_it_stands(text: str, datatype: str) -> Literal:
    """The literal in the form that the engine gave it; a plain one for ``xsd:string``."""
    return Literal(text) if datatype == _STRING else Literal(text, datatype=URIRef(datatype), normalize=False)


def read_results(data: bytes, literal: ReadLiteral = as_it_stands) -> Solutions | bool:
    """The solutions, or the answer to an ASK. Raises ``ValueError`` where ``data`` isn't a whole document of them."""
    try:
        document: dict[str, Any] = json.loads(data)
        if "boolean" in document:
            return bool(document["boolean"])
        names = tuple(document["head"]["vars"])
        known: dict[str, URIRef] = {}
        rows = tuple(
            tuple(_term(row[name], literal, known) if name in row else None for name in names)
            for row in document["results"]["bindings"]
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"no SPARQL results in JSON: {fault!r}") from None
    return Solutions(names, rows)


def _term(value: Mapping[str, Any], literal: ReadLiteral, known: dict[str, URIRef]) -> Term:
    text = value["value"]
    match value["type"]:
        case "uri":
            # The same IRIs come up again and again: one object each.
            found = known.get(text)
            if found is None:
                found = known[text] = URIRef(text)
            return found
        case "bnode":
            return BNode(text)
        case "triple":
            # RDF 1.2 triple terms have no rdflib counterpart: shown by their text.
            return Literal(json.dumps(text, ensure_ascii=False))
    if "xml:lang" in value:
        return Literal(text, lang=value["xml:lang"])
    return literal(text, value.get("datatype", _STRING))
