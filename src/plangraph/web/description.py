"""What this endpoint and its data say of themselves: SPARQL 1.1 Service Description, VoID, and DCAT 3.

Made once a revision: the addresses of the server, which depend on the request, are put in at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, VOID, XSD, Namespace

from plangraph.mediatypes import (
    CONSTRUCT_FORMATS,
    DATASET_FORMATS,
    GRAPH_FORMATS,
    INPUT_FORMATS,
    JSON_LD,
    N3,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
)
from plangraph.namespaces import ID, PG, PREFIXES, SD, STATE_GRAPH
from plangraph.store.base import GraphStore
from plangraph.web.rdf import serialize
from plangraph.web.service import Service
from plangraph.web.urls import graph_page

FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
_ENTAILMENT: Final = Namespace("http://www.w3.org/ns/entailment/")
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_PROTOCOL: Final = URIRef("http://www.w3.org/TR/sparql11-protocol/")
# Stands for the server's address, and for the endpoint's, until the request is known.
_ROOT: Final = "http://server.invalid/"
_ENDPOINT: Final = "http://endpoint.invalid/"
_NAMES: Final = {
    TURTLE: "Turtle",
    JSON_LD: "JSON-LD",
    N_TRIPLES: "N-Triples",
    RDF_XML: "RDF_XML",
    N_QUADS: "N-Quads",
    TRIG: "TriG",
    N3: "N3",
    RESULTS_JSON: "SPARQL_Results_JSON",
    RESULTS_XML: "SPARQL_Results_XML",
    RESULTS_CSV: "SPARQL_Results_CSV",
    RESULTS_TSV: "SPARQL_Results_TSV",
}
_CLASSES: Final = "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x FILTER(isIRI(?x)) } GROUP BY ?x"
_PROPERTIES: Final = "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x"
_TITLE: Final = {"zh": "plangraph 知识图谱", "en": "Knowledge graph of plangraph"}
_DESCRIPTION: Final = {
    "zh": "规划及其执行情况的知识图谱：目标、指标、任务、项目，及每条陈述的出处。",
    "en": "A knowledge graph of plans and how they are carried out: goals, indicators, tasks, projects, "
    "and the source of each statement.",
}


@dataclass(frozen=True)
class Partitions:
    """How many things of each class there are, and how many triples of each property; by IRI."""

    classes: dict[str, int]
    properties: dict[str, int]

    def vocabularies(self) -> tuple[str, ...]:
        """The namespaces of the classes and properties that have a prefix here."""
        spaces = {re.sub(r"[^/#]*\Z", "", iri) for iri in (*self.classes, *self.properties)}
        return tuple(sorted(spaces & set(PREFIXES.values())))


def read_partitions(store: GraphStore) -> Partitions:
    """Count the union of the graphs; at size this takes seconds, so once a revision."""

    def counted(text: str) -> dict[str, int]:
        return {
            str(row["x"]): int(str(row["n"]))
            for row in sorted(store.select(text), key=lambda r: str(r.get("x")))
            if "x" in row
        }

    return Partitions(counted(_CLASSES), counted(_PROPERTIES))


def known_graphs(service: Service) -> dict[URIRef, int]:
    """The named graphs with their numbers of triples; those that were made and are empty too. Read once a revision."""
    return service.once("graphs", lambda: _read_graphs(service.store))


def _read_graphs(store: GraphStore) -> dict[URIRef, int]:
    empty = {URIRef(str(s)): 0 for s, _, _, g in store.triples(None, RDF.type, SD.NamedGraph) if g == STATE_GRAPH}
    return dict(sorted({**empty, **store.graphs()}.items()))


def service_description(service: Service, root: str, endpoint: str, fmt: Format) -> bytes:
    """The description of the endpoint at the address ``endpoint`` of the server at ``root``."""
    made = service.once(("service description", fmt.name), lambda: serialize(_describe_service(service), fmt))
    return _at(made, root, endpoint)


def dataset_description(service: Service, root: str, fmt: Format) -> bytes:
    """What the data are, what is in them, and how to get them from the server at ``root``."""
    made = service.once(("void", fmt.name), lambda: serialize(_describe_dataset(service), fmt))
    return _at(made, root, root + "sparql")


def _at(made: bytes, root: str, endpoint: str) -> bytes:
    return made.replace(_ENDPOINT.encode(), endpoint.encode()).replace(_ROOT.encode(), root.encode())


def _describe_service(service: Service) -> Graph:
    graph = Graph(bind_namespaces="none")
    here = URIRef(_ENDPOINT)
    dataset, default = URIRef(_ENDPOINT + "#dataset"), URIRef(_ENDPOINT + "#default-graph")
    graph.add((here, RDF.type, SD.Service))
    graph.add((here, SD.endpoint, here))
    graph.add((here, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((here, SD.feature, SD.UnionDefaultGraph))
    graph.add((here, SD.feature, SD.EmptyGraphs))
    graph.add((here, SD.defaultEntailmentRegime, _ENTAILMENT.Simple))
    for fmt in (*RESULT_FORMATS, *CONSTRUCT_FORMATS):
        graph.add((here, SD.resultFormat, FORMATS[_NAMES[fmt]]))
    if service.settings.write_token or service.open_writing:
        graph.add((here, SD.supportedLanguage, SD.SPARQL11Update))
        for fmt in INPUT_FORMATS:
            graph.add((here, SD.inputFormat, FORMATS[_NAMES[fmt]]))
    graph.add((here, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    counts = known_graphs(service)
    graph.add((default, VOID.triples, _number(sum(counts.values()))))
    for number, (name, count) in enumerate(counts.items(), 1):
        named, content = (URIRef(f"{_ENDPOINT}#{part}-{number}") for part in ("named-graph", "graph"))
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, name))
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, VOID.triples, _number(count)))
    return graph


def _describe_dataset(service: Service) -> Graph:
    graph = Graph(bind_namespaces="none")
    here, whole = URIRef(_ROOT + ".well-known/void"), URIRef(_ROOT + ".well-known/void#dataset")
    counts = known_graphs(service)
    for type_ in (VOID.DatasetDescription, FOAF.Document):
        graph.add((here, RDF.type, type_))
    graph.add((here, FOAF.primaryTopic, whole))
    for type_ in (VOID.Dataset, DCAT.Dataset, SD.Dataset):
        graph.add((whole, RDF.type, type_))
    graph.add((whole, FOAF.homepage, URIRef(_ROOT)))
    graph.add((whole, VOID.uriSpace, Literal(str(ID))))
    graph.add((whole, VOID.triples, _number(sum(counts.values()))))
    for fmt in DATASET_FORMATS:
        _add_download(graph, whole, f"{_ROOT}graphs?{urlencode({'format': fmt.name})}", fmt)
    for fmt in GRAPH_FORMATS:
        _add_download(graph, whole, f"{_ROOT}graphs?union&{urlencode({'format': fmt.name})}", fmt)
    for name, count in counts.items():
        graph.add((whole, VOID.subset, name))
        graph.add((name, RDF.type, VOID.Dataset))
        graph.add((name, VOID.triples, _number(count)))
        _add_download(graph, name, f"{_ROOT.rstrip('/')}{graph_page(str(name))}&format=turtle", TURTLE)
    _add_partitions(service, graph, whole)
    _add_catalogue(service.store, graph, whole)
    _add_access(graph, whole)
    return graph


def _add_download(graph: Graph, dataset: URIRef, address: str, fmt: Format) -> None:
    at = URIRef(address)
    graph.add((dataset, VOID.dataDump, at))
    graph.add((dataset, DCAT.distribution, at))
    graph.add((at, RDF.type, DCAT.Distribution))
    graph.add((at, DCAT.downloadURL, at))
    graph.add((at, DCAT.accessURL, at))
    graph.add((at, DCAT.mediaType, URIRef(_IANA + fmt.media_type)))


def _add_partitions(service: Service, graph: Graph, whole: URIRef) -> None:
    found = service.once("partitions", lambda: read_partitions(service.store))
    graph.add((whole, VOID.classes, _number(len(found.classes))))
    graph.add((whole, VOID.properties, _number(len(found.properties))))
    for number, (iri, count) in enumerate(found.classes.items(), 1):
        part = URIRef(f"{_ROOT}.well-known/void#class-{number}")
        graph.add((whole, VOID.classPartition, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, VOID["class"], URIRef(iri)))
        graph.add((part, VOID.entities, _number(count)))
    for number, (iri, count) in enumerate(found.properties.items(), 1):
        part = URIRef(f"{_ROOT}.well-known/void#property-{number}")
        graph.add((whole, VOID.propertyPartition, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, VOID.property, URIRef(iri)))
        graph.add((part, VOID.triples, _number(count)))
    for namespace in found.vocabularies():
        graph.add((whole, VOID.vocabulary, URIRef(namespace)))
    for plan, _, _, _ in service.store.triples(None, RDF.type, PG.Plan):
        graph.add((whole, VOID.exampleResource, plan))


def _add_catalogue(store: GraphStore, graph: Graph, whole: URIRef) -> None:
    """What the data's own catalogues say of the named graphs. Licences and publishers hold for the whole.

    So does the title, where there is one catalogue.
    """
    catalogues = {URIRef(str(s)) for s, _, _, _ in store.triples(None, RDF.type, DCAT.Catalog)}
    datasets = {URIRef(str(s)) for s, _, _, _ in store.triples(None, RDF.type, DCAT.Dataset)}
    for node in sorted(catalogues | datasets):
        for s, p, o, _ in store.triples(node):
            if p != DCAT.distribution:
                graph.add((s, p, o))
            if p in (DCTERMS.license, DCTERMS.publisher, DCTERMS.language):
                graph.add((whole, p, o))
    titles = [o for node in catalogues for o in graph.objects(node, DCTERMS.title)] if len(catalogues) == 1 else []
    for title in titles or _texts(_TITLE):
        graph.add((whole, DCTERMS.title, title))
    for text in _texts(_DESCRIPTION):
        graph.add((whole, DCTERMS.description, text))


def _add_access(graph: Graph, whole: URIRef) -> None:
    """The query service, as VoID, SD and DCAT each say it."""
    endpoint, access = URIRef(_ENDPOINT), URIRef(_ROOT + ".well-known/void#sparql")
    graph.add((whole, VOID.sparqlEndpoint, endpoint))
    graph.add((whole, DCAT.distribution, access))
    graph.add((access, RDF.type, DCAT.Distribution))
    graph.add((access, DCAT.accessURL, endpoint))
    graph.add((access, DCAT.accessService, endpoint))
    for type_ in (DCAT.DataService, SD.Service):
        graph.add((endpoint, RDF.type, type_))
    graph.add((endpoint, SD.endpoint, endpoint))
    graph.add((endpoint, DCAT.endpointURL, endpoint))
    graph.add((endpoint, DCAT.endpointDescription, endpoint))
    graph.add((endpoint, DCAT.servesDataset, whole))
    graph.add((endpoint, DCTERMS.conformsTo, _PROTOCOL))
    for title in (Literal("SPARQL 查询服务", lang="zh"), Literal("SPARQL query service", lang="en")):
        graph.add((endpoint, DCTERMS.title, title))


def _texts(by_language: dict[str, str]) -> list[Literal]:
    return [Literal(text, lang=lang) for lang, text in by_language.items()]


def _number(count: int) -> Literal:
    return Literal(count, datatype=XSD.integer)
