"""rdflib's terms and pyoxigraph's, each from the other."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.store.base import Quad, Term

_STRING = str(XSD.string)


def to_oxigraph(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """An rdflib term as pyoxigraph's. Raises ``ValueError`` for an IRI that isn't absolute and well formed."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return (
            ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))) if term.datatype else ox.Literal(str(term))
        )
    return ox.BlankNode(str(term))


def to_oxigraph_quad(quad: Quad) -> ox.Quad:
    """A quad of a named graph as pyoxigraph's. Raises ``ValueError`` as ``to_oxigraph`` does."""
    s, p, o, g = quad
    subject = ox.BlankNode(str(s)) if isinstance(s, BNode) else ox.NamedNode(str(s))
    return ox.Quad(subject, ox.NamedNode(str(p)), to_oxigraph(o), ox.NamedNode(str(g)))


def from_oxigraph(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    """A pyoxigraph term as rdflib's; ``xsd:string`` becomes a plain literal, as rdflib's own parsers give it.

    The lexical form is kept as it is (``normalize=False``), so that ``1.50`` stays ``1.50``.
    """
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        return (
            Literal(term.value)
            if datatype == _STRING
            else Literal(term.value, datatype=URIRef(datatype), normalize=False)
        )
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    # RDF 1.2 triple terms have no rdflib counterpart: shown by their text.
    return Literal(str(term))
