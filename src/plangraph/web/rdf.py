"""Graphs for programs: the description of one thing, and graphs in every format in which they are given out."""

from __future__ import annotations

from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from plangraph.mediatypes import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from plangraph.namespaces import OA, PG, PREFIXES, SHAPES_GRAPH, bind_prefixes
from plangraph.store.base import GraphStore
from plangraph.turtle import write_turtle


def description_of(store: GraphStore, iri: str) -> Graph:
    """What the graph says of ``iri``: its triples and those that lead to it, its evidence with selectors, its reasons.

    The reasons are the ``pg:Link`` nodes of its inferred links. Empty where the graph doesn't know ``iri``. Triples of
    the shapes aren't part of it.
    """
    found = Graph(bind_namespaces="none")
    thing = URIRef(iri)
    further: set[URIRef] = set()
    for s, p, o, g in store.triples(thing):
        if g != SHAPES_GRAPH:
            found.add((s, p, o))
            if p in (PG.evidence, OA.hasSelector) and isinstance(o, URIRef):
                further.add(o)
    for s, p, o, g in store.triples(None, None, thing):
        if g != SHAPES_GRAPH:
            found.add((s, p, o))
            if p in (PG.linkFrom, PG.linkTo) and isinstance(s, URIRef):
                further.add(s)
    while further:
        node = further.pop()
        for s, p, o, _ in store.triples(node):
            if p == OA.hasSelector and isinstance(o, URIRef) and (o, RDF.type, None) not in found:
                further.add(o)
            found.add((s, p, o))
    return found


def serialize(graph: Graph, fmt: Format) -> bytes:
    """``graph`` in one of ``GRAPH_FORMATS``, with the project's prefixes; UTF-8."""
    if fmt == TURTLE:
        return write_turtle(graph).encode()
    if fmt == N_TRIPLES:
        lines = sorted(graph.serialize(format="nt").splitlines())
        return "\n".join([line for line in lines if line] + [""]).encode()
    bind_prefixes(graph)
    if fmt == JSON_LD:
        used = {prefix: iri for prefix, iri in PREFIXES.items() if _uses(graph, iri)}
        return graph.serialize(format="json-ld", context=used, indent=2, ensure_ascii=False).encode()
    if fmt == RDF_XML:
        return graph.serialize(format="xml", encoding="utf-8")
    raise ValueError(f"not a format of graphs: {fmt.name}")


def _uses(graph: Graph, namespace: str) -> bool:
    return any(isinstance(x, URIRef) and x.startswith(namespace) for triple in graph for x in triple)
