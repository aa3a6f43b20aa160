"""What the endpoint and its data say of themselves: SPARQL 1.1 Service Description, VoID, DCAT."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, VOID

from plangraph.namespaces import GRAPHS, PG, SD
from site_to_write import Site, of_graph

FORMATS = Namespace("http://www.w3.org/ns/formats/")
HOST = "https://plans.example/"
MIDTERM = GRAPHS["chaoyang-2021/midterm-2023"]
# Domain and range of the terms that are used, by the schema of the recommendation; "" for what the schema leaves open.
TERMS = {
    "endpoint": ("Service", ""),
    "supportedLanguage": ("Service", "Language"),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "resultFormat": ("Service", "Format"),
    "inputFormat": ("Service", "Format"),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
INSTANCES = {
    "Language": {SD.SPARQL11Query, SD.SPARQL11Update},
    "Feature": {SD.UnionDefaultGraph, SD.EmptyGraphs},
    "EntailmentRegime": {URIRef("http://www.w3.org/ns/entailment/Simple")},
    "Format": {
        FORMATS[name]
        for name in (
            *("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "N-Quads", "TriG", "N3"),
            *(f"SPARQL_Results_{kind}" for kind in ("JSON", "XML", "CSV", "TSV")),
        )
    },
}


def _read(client: FlaskClient, path: str, accept: str | None = "text/turtle", name: str = "turtle") -> Graph:
    answer = client.get(path, headers={"Accept": accept} if accept else {}, base_url=HOST)
    assert answer.status_code == 200
    return Graph().parse(data=answer.data, format=name)


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "turtle"),
        ("*/*", "turtle"),
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
        ("application/n-triples", "nt"),
    ],
)
def test_the_service_describes_itself(client: FlaskClient, path: str, accept: str | None, name: str) -> None:
    graph = _read(client, path, accept, name)
    service = URIRef(HOST + path.lstrip("/"))
    assert (service, RDF.type, SD.Service) in graph
    assert set(graph.objects(None, SD.endpoint)) == {service}
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert MIDTERM in set(graph.objects(None, SD.name))
    assert "invalid" not in client.get(path, headers={"Accept": "text/turtle"}).text


def test_the_description_keeps_to_its_schema(client: FlaskClient) -> None:
    graph = _read(client, "/sparql")

    def is_a(node: object, class_: str) -> bool:
        return node in INSTANCES.get(class_, ()) or (node, RDF.type, SD[class_]) in graph

    for s, p, o in graph:
        if p in SD:
            domain, range_ = TERMS[p.removeprefix(str(SD))]
            assert is_a(s, domain), (s, p)
            assert not range_ or is_a(o, range_), (p, o)
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        assert len(list(graph.objects(named, SD.name))) == len(list(graph.objects(named, SD.graph))) == 1


def test_formats_that_are_announced_are_given(client: FlaskClient) -> None:
    types = {
        "SPARQL_Results_JSON": "application/sparql-results+json",
        "SPARQL_Results_XML": "application/sparql-results+xml",
        "SPARQL_Results_CSV": "text/csv",
        "SPARQL_Results_TSV": "text/tab-separated-values",
        "Turtle": "text/turtle",
        "JSON-LD": "application/ld+json",
        "N-Triples": "application/n-triples",
        "RDF_XML": "application/rdf+xml",
        "N-Quads": "application/n-quads",
        "TriG": "application/trig",
        "N3": "text/n3",
    }
    announced = {str(f).removeprefix(str(FORMATS)) for f in _read(client, "/sparql").objects(None, SD.resultFormat)}
    assert announced == set(types)
    for name, media_type in types.items():
        text = "SELECT * {}" if name.startswith("SPARQL") else "CONSTRUCT WHERE { ?s a pg:Plan }"
        answer = client.get("/sparql", query_string={"query": text}, headers={"Accept": media_type})
        assert (answer.status_code, answer.mimetype) == (200, media_type)


def test_a_service_that_may_be_written_says_so(opened: Site) -> None:
    graph = Graph().parse(data=opened("GET", "/sparql", Accept="text/turtle").body, format="turtle")
    assert set(graph.objects(None, SD.supportedLanguage)) == {SD.SPARQL11Query, SD.SPARQL11Update}
    assert (None, SD.inputFormat, FORMATS.Turtle) in graph


def test_descriptions_follow_the_data(opened: Site) -> None:
    name = "http://例.org/图/described"
    for body, there in (('<x:a> <x:b> "c" .', True), (None, False)):
        if body:
            opened.put(name, body)
        else:
            opened("DELETE", of_graph(name))
        for path, term in (("/sparql", SD.name), ("/.well-known/void", VOID.subset)):
            graph = Graph().parse(data=opened("GET", path, Accept="text/turtle").body, format="turtle")
            assert (URIRef(name) in set(graph.objects(None, term))) is there


# --- VoID and DCAT ---------------------------------------------------------------------------------------------------


def test_the_dataset_has_a_title_a_licence_and_where_to_get_it(client: FlaskClient) -> None:
    graph = _read(client, "/.well-known/void")
    whole = URIRef(HOST + ".well-known/void#dataset")
    assert (URIRef(HOST + ".well-known/void"), FOAF.primaryTopic, whole) in graph
    assert {VOID.Dataset, DCAT.Dataset} <= set(graph.objects(whole, RDF.type))
    for term in (DCTERMS.title, DCTERMS.description):
        assert {o.language for o in graph.objects(whole, term) if isinstance(o, Literal)} == {"zh", "en"}
    assert (whole, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in graph
    assert list(graph.objects(whole, DCTERMS.publisher))
    assert (whole, VOID.sparqlEndpoint, URIRef(HOST + "sparql")) in graph
    assert (whole, VOID.vocabulary, URIRef(str(PG))) in graph
    assert (whole, VOID.subset, MIDTERM) in graph


def test_every_download_that_is_named_is_there(client: FlaskClient) -> None:
    graph = _read(client, "/.well-known/void")
    dumps = {str(address) for address in graph.objects(None, VOID.dataDump)}
    assert len(dumps) > 8
    for address in dumps:
        answer = client.head(address.removeprefix(HOST.rstrip("/")))
        assert answer.status_code == 200, address
        named = next(graph.objects(URIRef(address), DCAT.mediaType))
        assert str(named).endswith("/" + (answer.mimetype or "none"))


def test_the_query_service_is_described_as_dcat_has_it(client: FlaskClient) -> None:
    graph = _read(client, "/.well-known/void")
    service = URIRef(HOST + "sparql")
    whole = URIRef(HOST + ".well-known/void#dataset")
    assert {DCAT.DataService, SD.Service} <= set(graph.objects(service, RDF.type))
    assert (service, DCAT.endpointURL, service) in graph
    assert (service, DCAT.servesDataset, whole) in graph
    assert (None, DCAT.accessService, service) in graph
    description = next(graph.objects(service, DCAT.endpointDescription))
    assert (service, SD.endpoint, service) in _read(client, str(description).removeprefix(HOST.rstrip("/")))


def test_partitions_count_what_is_there(client: FlaskClient) -> None:
    graph = _read(client, "/.well-known/void")
    counted = {
        str(next(graph.objects(part, VOID["class"]))): int(str(next(graph.objects(part, VOID.entities))))
        for part in graph.objects(None, VOID.classPartition)
    }
    text = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c"
    rows = client.get("/sparql", query_string={"query": text}).json["results"]["bindings"]
    assert counted == {row["c"]["value"]: int(row["n"]["value"]) for row in rows}
    triples = {
        str(next(graph.objects(part, VOID.property))): int(str(next(graph.objects(part, VOID.triples))))
        for part in graph.objects(None, VOID.propertyPartition)
    }
    text = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
    rows = client.get("/sparql", query_string={"query": text}).json["results"]["bindings"]
    assert triples == {row["p"]["value"]: int(row["n"]["value"]) for row in rows}


def test_an_empty_store_is_described_too(guarded: Site) -> None:
    graph = Graph().parse(data=guarded("GET", "/.well-known/void", Accept="text/turtle").body, format="turtle")
    whole = URIRef(guarded.address + "/.well-known/void#dataset")
    assert len(set(graph.objects(whole, DCTERMS.title))) == 2


@pytest.mark.parametrize("host", ["a b", 'a"b', "a>b", "a&b"])
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_an_odd_host_gets_into_no_description(client: FlaskClient, path: str, host: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 400
