"""Right things of classes that the shipped data have none of, so that faults can be made in them."""

from __future__ import annotations

from collections.abc import Callable

from patient import Patient
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import GEO, ID, PG, PREFIXES

_HEAD = f"@base <{ID}chaoyang-2021/> .\n" + "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())


def read(p: Patient, turtle: str) -> None:
    """Add some Turtle, with the usual prefixes and the base of the shipped plan."""
    for triple in Graph(bind_namespaces="none").parse(data=_HEAD + turtle, format="turtle"):
        p.graph.add(triple)


def _finding(p: Patient) -> URIRef:
    iri = URIRef(f"{ID}chaoyang-2021/finding/invented-{p.made}")
    observation = min(p.graph.subjects(RDF.type, PG.Observation))
    relation = min(p.graph.subjects(RDF.type, PG.Relation))
    plan = next(p.graph.subjects(RDF.type, PG.Plan))
    read(
        p,
        f"""<{iri}> a pg:Finding ;
            skos:prefLabel "核查发现{p.made}"@zh, "Finding {p.made}"@en ; pg:inPlan <{plan}> ;
            pg:relation <{relation}> ; pg:severity pgc:severity-tension ; pg:operand <{observation}> ;
            pg:about <{observation}> ; pg:computation "6 − 1 = 5"@zh, "6 − 1 = 5"@en .""",
    )
    return iri


def _geometry(p: Patient) -> URIRef:
    iri = URIRef(f"{ID}place/invented-{p.made}#geometry")
    read(p, f'<{iri}> a geo:Geometry ; geo:asWKT "POINT(116.4 39.9)"^^geo:wktLiteral .')
    return iri


INVENTED: dict[URIRef, Callable[[Patient], URIRef]] = {PG.Finding: _finding, GEO.Geometry: _geometry}
