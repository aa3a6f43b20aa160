"""Which format and which language an answer has, by Accept, suffix, parameter and cookie."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.namespaces import ID, OA, PG

INDICATOR = "chaoyang-2021/indicator/sewage-treatment-rate"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        (None, "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/rdf+xml;q=0.4, text/turtle;q=0.5", "text/turtle"),
        ("text/html;q=0.2, application/ld+json", "application/ld+json"),
        ("text/turtle;q=0, application/rdf+xml;q=0.1", "application/rdf+xml"),
        ("image/png, text/*;q=0.3", "text/html"),
    ],
)
def test_a_thing_is_given_in_the_format_that_accept_prefers(
    client: FlaskClient, accept: str | None, media_type: str
) -> None:
    answer = client.get(f"/doc/{INDICATOR}", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "Accept" in answer.vary


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".ttl", "text/turtle"),
        (".jsonld", "application/ld+json"),
        (".nt", "application/n-triples"),
        (".rdf", "application/rdf+xml"),
        (".html", "text/html"),
    ],
)
def test_a_suffix_goes_before_accept(client: FlaskClient, suffix: str, media_type: str) -> None:
    answer = client.get(f"/doc/{INDICATOR}{suffix}", headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.mimetype) == (200, media_type)


def test_what_cannot_be_given_is_406_with_what_can(client: FlaskClient) -> None:
    answer = client.get(f"/doc/{INDICATOR}", headers={"Accept": "application/pdf"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json["detail"]


@pytest.mark.parametrize("suffix", [".ttl", ".jsonld", ".nt", ".rdf"])
def test_the_description_is_the_same_in_every_syntax(client: FlaskClient, suffix: str) -> None:
    names = {".ttl": "turtle", ".jsonld": "json-ld", ".nt": "nt", ".rdf": "xml"}
    graph = Graph().parse(data=client.get(f"/doc/{INDICATOR}{suffix}").data, format=names[suffix])
    reference = Graph().parse(data=client.get(f"/doc/{INDICATOR}.nt").data, format="nt")
    assert set(graph) == set(reference)


def test_the_description_holds_links_in_and_the_evidence(client: FlaskClient) -> None:
    thing = ID[INDICATOR]
    graph = Graph().parse(data=client.get(f"/doc/{INDICATOR}.ttl").data, format="turtle")
    assert {str(label) for label in graph.objects(thing, SKOS.prefLabel)} == {"污水处理率", "Sewage treatment rate"}
    assert list(graph.subjects(PG.ofIndicator, thing))
    evidence = next(graph.objects(thing, PG.evidence))
    selectors = list(graph.objects(evidence, OA.hasSelector))
    assert "污水处理率" in {str(exact) for s in selectors for exact in graph.objects(s, OA.exact)}


def test_an_inferred_link_comes_with_its_reason(client: FlaskClient) -> None:
    goal = "chaoyang-2021/goal/green-livable-benchmark-zone"
    graph = Graph().parse(data=client.get(f"/doc/{goal}.ttl").data, format="turtle")
    links = list(graph.subjects(PG.linkTo, ID[goal]))
    assert links
    for link in links:
        assert {reason.language for reason in graph.objects(link, PG.rationale)} == {"zh", "en"}


def test_an_id_leads_to_its_document_without_choosing_a_format(client: FlaskClient) -> None:
    answer = client.get(f"/id/{INDICATOR}", headers={"Accept": "text/turtle"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/doc/{INDICATOR}"
    assert "Accept" in answer.vary


def test_every_format_is_announced(client: FlaskClient) -> None:
    links = client.get(f"/doc/{INDICATOR}").headers.getlist("Link")
    assert f'<{ID[INDICATOR]}>; rel="describes"' in links
    for suffix, media_type in ((".ttl", "text/turtle"), (".rdf", "application/rdf+xml")):
        assert f'</doc/{INDICATOR}{suffix}>; rel="alternate"; type="{media_type}"' in links


def test_head_answers_as_get_without_a_body(client: FlaskClient) -> None:
    get, head = (method(f"/doc/{INDICATOR}.ttl") for method in (client.get, client.head))
    assert head.status_code == 200
    assert head.data == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers[name] == get.headers[name]


def test_an_entity_tag_spares_what_is_known(client: FlaskClient) -> None:
    first = client.get(f"/doc/{INDICATOR}")
    again = client.get(f"/doc/{INDICATOR}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Security-Policy" in again.headers
    english = client.get(f"/doc/{INDICATOR}?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert english.status_code == 200


def test_codes_and_code_lists_have_descriptions(client: FlaskClient) -> None:
    page = client.get("/code/status-completed", headers={"Accept": BROWSER})
    assert "已完成" in page.text
    graph = Graph().parse(data=client.get("/code/status.ttl").data, format="turtle")
    scheme = URIRef("https://w3id.org/plangraph/code/status")
    assert (scheme, RDF.type, SKOS.ConceptScheme) in graph
    assert list(graph.subjects(SKOS.inScheme, scheme))


@pytest.mark.parametrize("path", ["/ontology", "/shapes"])
def test_vocabulary_is_a_page_for_people_and_rdf_for_programs(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": BROWSER}).mimetype == "text/html"
    for accept, name in (("text/turtle", "turtle"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")):
        answer = client.get(path, headers={"Accept": accept})
        assert answer.mimetype == accept
        assert len(Graph().parse(data=answer.data, format=name)) > 500


def test_void_says_where_to_query_and_how_much_there_is(client: FlaskClient) -> None:
    answer = client.get("/.well-known/void", headers={"Accept": "text/turtle"}, base_url="https://plans.example/")
    text = answer.text
    assert "<https://plans.example/sparql>" in text
    assert "creativecommons.org/licenses/by/4.0" in text
    triples = json.loads(client.get("/api/overview").data)["triples"]
    assert f"void:triples {triples}" in text


@pytest.mark.parametrize(
    ("accept", "lang"),
    [
        (None, "zh-CN"),
        ("en-GB,en;q=0.8", "en"),
        ("zh-TW", "zh-CN"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr, en;q=0.5, zh;q=0.4", "en"),
        ("de", "zh-CN"),
    ],
)
def test_the_browser_chooses_the_language_first(client: FlaskClient, accept: str | None, lang: str) -> None:
    answer = client.get("/tasks", headers={"Accept-Language": accept} if accept else {})
    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["Content-Language"] == lang
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


def test_a_chosen_language_stays(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/tasks?lang=en", headers={"Accept-Language": "zh"}).text
    assert '<html lang="en">' in client.get("/places", headers={"Accept-Language": "zh"}).text
    assert '<html lang="zh-CN">' in client.get("/places?lang=zh").text
    assert '<html lang="zh-CN">' in client.get("/", headers={"Accept-Language": "en"}).text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/tasks?lang=xx")
    assert '<html lang="zh-CN">' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_other_language_of_a_page_keeps_its_filters(client: FlaskClient) -> None:
    page = client.get("/projects?q=公园&status=status-completed").text
    assert 'href="/projects?q=%E5%85%AC%E5%9B%AD&amp;status=status-completed&amp;lang=en"' in page
