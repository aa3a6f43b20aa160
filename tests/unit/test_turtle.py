"""Turtle comes back as the same graph, the same text for the same graph, and reads well."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SKOS, XSD

from plangraph.mediatypes import GRAPH_FORMATS, TURTLE, Format
from plangraph.namespaces import GRAPHS, PG, PREFIXES, is_safe_iri
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import as_graph, parse_rdf
from plangraph.turtle import serialize_graph, write_turtle

# Literals that break their datatype are meant.
pytestmark = [pytest.mark.filterwarnings(f"ignore:{text}") for text in ("Serializing weird", "Parsing weird")]
BASE = "https://w3id.org/plangraph/id/qingxi-2030/"
HERE = GRAPHS["here"]

locals_ = st.one_of(
    st.from_regex(r"[a-zA-Z0-9._~%():/#?=,;'!*+-]{0,10}", fullmatch=True),
    st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), max_size=5),
    st.sampled_from(["../x", "./x", "a/../b", "a/..", "//evil.example/x", "/x", "?q", "#f", "http:x", "a//b", "x."]),
)
iris = (
    st.builds(lambda ns, local: ns + local, st.sampled_from([*PREFIXES.values(), BASE, "http://a.example/"]), locals_)
    .filter(is_safe_iri)
    .map(URIRef)
)
nodes = st.sampled_from([BNode(f"n{n}") for n in range(4)])
texts = st.one_of(st.text(), st.text(st.sampled_from("\"\\\n\r\t'u0041\u00b2 中"), max_size=12)).filter(
    lambda text: not any("\ud800" <= c <= "\udfff" for c in text)
)
typed = st.sampled_from(
    [
        *(("007", XSD.integer), ("+5", XSD.integer), ("-0", XSD.integer), ("five", XSD.integer), (" 5 ", XSD.integer)),
        *(("1.50", XSD.decimal), ("5.", XSD.decimal), (".5", XSD.decimal), ("5", XSD.decimal), ("x", XSD.decimal)),
        *(("1", XSD.boolean), ("0", XSD.boolean), ("true", XSD.boolean), ("TRUE", XSD.boolean), ("", XSD.boolean)),
        *(("0.123456789012", XSD.double), ("1E400", XSD.double), ("INF", XSD.double), ("5", XSD.double)),
        *(("2026-01-31", XSD.date), ("2026-02-31", XSD.date), ("<a/>", RDF.HTML), ("x", URIRef("http://a.example/t"))),
    ]
)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, lang: Literal(text, lang=lang), texts, st.sampled_from(["zh", "en", "zh-hans"])),
    typed.map(lambda pair: Literal(pair[0], datatype=pair[1], normalize=False)),
)
triples = st.tuples(st.one_of(iris, nodes), iris, st.one_of(iris, nodes, literals))
graphs = st.lists(triples, max_size=12)


def to_graph(statements: list[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for statement in statements:
        graph.add(statement)
    return graph


def read(text: str) -> Graph:
    return as_graph(parse_rdf(text.encode(), TURTLE, default_graph=HERE))


@settings(max_examples=300, deadline=None)
@example([(PG.Task, RDF.nil, RDF.nil), (RDF.nil, RDF.type, RDF.nil)], None)
@given(graphs, st.sampled_from([None, BASE, "https://w3id.org/plangraph/ontology#", "http://a.example"]))
def test_what_is_written_is_read_back_as_the_same_graph(
    statements: list[tuple[URIRef | BNode, URIRef, URIRef | BNode | Literal]], base: str | None
) -> None:
    graph = to_graph(statements)
    assert isomorphic(read(write_turtle(graph, base)), graph)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(iris, iris, st.one_of(iris, literals)), max_size=12), st.randoms())
def test_the_text_depends_on_the_graph_alone(
    statements: list[tuple[URIRef, URIRef, URIRef | Literal]], rng: random.Random
) -> None:
    text = write_turtle(to_graph(statements), BASE)  # type: ignore[arg-type]
    shuffled = list(statements)
    rng.shuffle(shuffled)
    assert write_turtle(to_graph(shuffled), BASE) == text  # type: ignore[arg-type]
    assert write_turtle(read(text), BASE) == text


def test_it_reads_well() -> None:
    graph = to_graph(
        [
            (URIRef(BASE + "task/roads"), RDF.type, PG.Task),
            (URIRef(BASE + "task/roads"), SKOS.prefLabel, Literal("道路", lang="zh")),
            (URIRef(BASE + "evidence/100"), PG.locator, Literal("二")),
            (URIRef(BASE + "evidence/99"), PG.locator, Literal("一")),
        ]
    )
    assert write_turtle(graph, BASE) == (
        "@base <https://w3id.org/plangraph/id/qingxi-2030/> .\n"
        "@prefix pg: <https://w3id.org/plangraph/ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        '<evidence/99> pg:locator "一" .\n\n'
        '<evidence/100> pg:locator "二" .\n\n'
        "<task/roads> a pg:Task ;\n"
        '    skos:prefLabel "道路"@zh .\n'
    )


def test_a_blank_node_with_one_reference_stands_where_it_is_referred_to() -> None:
    node = BNode("AAA")
    text = write_turtle(to_graph([(PG.x, PG.y, node), (node, PG.z, Literal("1"))]))
    assert "_:" not in text
    assert "[ pg:z" in text


def test_an_empty_graph_is_an_empty_file() -> None:
    assert write_turtle(Graph()).strip() == ""


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_every_format_for_graphs_holds_the_same_triples(fmt: Format) -> None:
    graph = to_graph([(PG.a, PG.b, Literal("青溪", lang="zh")), (PG.a, PG.c, PG.d), (PG.a, PG.e, Literal(5))])
    assert isomorphic(as_graph(parse_rdf(serialize_graph(graph, fmt), fmt, default_graph=HERE)), graph)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(iris, iris, texts.map(Literal)), max_size=6))
def test_the_store_gives_back_what_it_was_given(statements: list[tuple[URIRef, URIRef, Literal]]) -> None:
    store = EmbeddedStore()
    store.apply(Changeset(added=[(*statement, HERE) for statement in statements]))
    assert set(store.graph(HERE)) == set(statements)
