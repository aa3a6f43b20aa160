"""Queries of visitors, put to a remote engine: relative IRIs have a base, and mistakes in them their place."""

from __future__ import annotations

from rdflib import URIRef

from plangraph.errors import BadInput, SyntaxFault, TooLarge
from plangraph.store.base import QueryResult
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote.engine import Dataset
from plangraph.store.remote.store import RemoteStore
from plangraph.store.remote.texts import iri_text
from plangraph.store.tokens import tokens


def answered(store: RemoteStore, text: str, dataset: Dataset, base: str | None) -> QueryResult:
    """The result of a query. Raises ``SyntaxFault`` with line and column where it is no SPARQL."""
    default_graphs, named_graphs = dataset
    try:
        return store.evaluate(_based(text, base), default_graphs=default_graphs, named_graphs=named_graphs)
    except TooLarge:
        raise
    except BadInput as refusal:
        # Engines tell of mistakes each in its own way, and of places in the text that they were given.
        try:
            EmbeddedStore().run(text, base=base)
        except SyntaxFault as fault:
            raise fault from None
        except (OSError, RuntimeError, ValueError):
            pass
        raise refusal


def _based(text: str, base: str | None) -> str:
    """``text`` with its base in it, where it has an IRI that may be relative."""
    if base is None or all(token.kind != "iri" or ":" in token.text for token in tokens(text)):
        return text
    return f"BASE {iri_text(URIRef(base))} {text}"
