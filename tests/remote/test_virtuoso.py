"""Where Virtuoso differs from what the standards and plangraph expect, and what the adapter makes of it."""

from __future__ import annotations

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD

from engines import WRITTEN, Virtuoso
from plangraph.errors import BadInput, TooLarge
from plangraph.namespaces import GEO
from plangraph.store.base import Changeset, Quad, Solutions
from plangraph.store.remote import RemoteStore

GRAPH = URIRef(WRITTEN + "literals")
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"


def typed(text: str, datatype: URIRef) -> Literal:
    return Literal(text, datatype=datatype, normalize=False)


# Each as it is written, and as it comes back where that differs: numbers do in the form that Oxigraph gives them.
LITERALS: list[tuple[Literal, Literal | None]] = [
    (Literal("plain"), None),
    (Literal(""), None),
    (Literal("typed", datatype=XSD.string), Literal("typed")),
    (Literal("中文", lang="zh"), None),
    (Literal("colour", lang="en-GB"), None),
    (Literal("汉字", lang="zh-Hans"), None),
    (Literal("5"), None),
    (Literal("true"), None),
    (Literal("2023-06-30"), None),
    (typed("true", XSD.boolean), None),
    (typed("0", XSD.boolean), typed("false", XSD.boolean)),
    (typed("maybe", XSD.boolean), None),
    (typed("0", XSD.integer), None),
    (typed("007", XSD.integer), typed("7", XSD.integer)),
    (typed("-3442000000", XSD.integer), None),
    (typed("123456789012345678901234567890", XSD.integer), None),
    (typed("many", XSD.integer), None),
    (typed("5", XSD.nonNegativeInteger), None),
    (typed("2023", XSD.gYear), None),
    (typed("3442000", XSD.decimal), None),
    (typed("1.50", XSD.decimal), typed("1.5", XSD.decimal)),
    (typed("-7.0", XSD.decimal), typed("-7", XSD.decimal)),
    (typed("0.000001", XSD.decimal), None),
    (typed("0.12345678901234567890123", XSD.decimal), None),
    (typed("99999999999999999999999", XSD.decimal), None),
    (typed("0.1", XSD.double), None),
    (typed("1", XSD.double), None),
    (typed("0.30000000000000004", XSD.double), None),
    (typed("INF", XSD.double), None),
    (typed("0.1", XSD.float), None),
    (typed("2023-06-30", XSD.date), None),
    (typed("2023-06-30+08:00", XSD.date), None),
    (typed("2023-02-31", XSD.date), None),
    (typed("-0044-03-15", XSD.date), None),
    (typed("soon", XSD.date), None),
    (typed("2023-06-30T12:00:00", XSD.dateTime), None),
    (typed("2023-06-30T12:00:00.5+08:00", XSD.dateTime), None),
    (typed("12:00:00", XSD.time), None),
    (typed("P1Y", XSD.duration), None),
    (typed("2023-06", XSD.gYearMonth), None),
    (typed("http://例.cn/文件", XSD.anyURI), None),
    (typed("POINT(116.412345678 39.9)", GEO.wktLiteral), None),
    (typed("nowhere", GEO.wktLiteral), None),
    (typed("<b>粗</b>", RDF.HTML), None),
    (typed("CN-11", URIRef("http://types.example/code")), None),
    (Literal("长" * 20_000, lang="zh"), None),
    (Literal('quotes " and \\ and \n and \r and \t'), None),
]


@pytest.fixture
def store(virtuoso_filled: Virtuoso) -> RemoteStore:
    return RemoteStore(virtuoso_filled.address)


def test_literals_come_back_as_they_were(store: RemoteStore) -> None:
    quads = [(URIRef(f"{WRITTEN}s{n}"), URIRef(WRITTEN + "p"), term, GRAPH) for n, (term, _) in enumerate(LITERALS)]
    expected: list[Quad] = [
        (s, p, back if back is not None else o, g) for (s, p, o, g), (_, back) in zip(quads, LITERALS, strict=True)
    ]
    store.apply(Changeset(added=quads))
    try:
        assert set(store.quads_of(GRAPH)) == set(expected), "as triples"
        for quad in expected:
            fresh = RemoteStore(store.address)
            assert list(fresh.triples(quad[0])) == [quad], "as solutions"
            assert quad in set(fresh.triples(None, quad[1], quad[2])), "found by its value"
        graph = store.query(f"CONSTRUCT WHERE {{ ?s <{WRITTEN}p> ?o }}")
        assert isinstance(graph, Graph)
        assert set(graph) == {quad[:3] for quad in expected}
    finally:
        store.apply(Changeset(removed=quads))
    assert list(store.quads_of(GRAPH)) == []


def test_iris_with_chinese_and_other_letters(store: RemoteStore) -> None:
    quads: list[Quad] = [
        (URIRef("http://例.cn/物?x=1#片"), URIRef("http://例.cn/属性"), URIRef(iri), URIRef(WRITTEN + "图"))
        for iri in ("http://例.cn/a(b)", "http://x/é'", "http://x/%20%E4", "mailto:a@b.c", "urn:x:y")
    ]
    store.apply(Changeset(added=quads))
    try:
        assert set(store.triples(quads[0][0])) == set(quads)
        assert set(store.quads_of(quads[0][3])) == set(quads)
    finally:
        store.apply(Changeset(removed=quads))


@pytest.mark.parametrize(
    "text", [EVERYTHING, EVERYTHING + " LIMIT 20000", EVERYTHING.replace("SELECT ?s ?p ?o", "CONSTRUCT { ?s ?p ?o }")]
)
def test_an_answer_that_is_cut_is_an_error(store: RemoteStore, text: str) -> None:
    with pytest.raises(TooLarge, match=r"10000 rows.*ResultSetMaxRows"):
        store.query(text)
    with pytest.raises(TooLarge):
        store.fetch(text, "*/*")


def test_an_answer_below_the_limit_is_whole(store: RemoteStore) -> None:
    found = store.query(EVERYTHING + " LIMIT 9999")
    assert isinstance(found, Solutions)
    assert len(found) == 9999


def test_a_description_as_large_as_the_limit_is_not_trusted(store: RemoteStore) -> None:
    found = store.query("DESCRIBE <https://w3id.org/plangraph/id/place/110105>")
    assert isinstance(found, Graph)
    assert 0 < len(found) < 10_000


def test_a_path_with_both_ends_open_is_told_with_a_way_out(store: RemoteStore) -> None:
    with pytest.raises(BadInput, match="both ends open") as told:
        store.query("SELECT * { ?a pg:within+ ?b }")
    assert "属性路径" in told.value.zh
    bound = store.select("SELECT ?a ?b { { SELECT DISTINCT ?b { ?x pg:within ?b } } ?a pg:within+ ?b }")
    assert len(bound) > 0


def test_its_own_graphs_are_not_part_of_the_data(store: RemoteStore) -> None:
    assert all("openlinksw" not in name for name in store.graphs())
    counted = store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert int(str(counted.rows[0][0])) == len(store)
    assert all("openlinksw" not in str(q[3]) for q in store.triples(None, RDF.type))


@pytest.mark.parametrize("text", ["SELEC", "SELECT * {", "ASK { ?s ?p }"])
def test_mistakes_are_told_in_its_words_without_the_query(store: RemoteStore, text: str) -> None:
    with pytest.raises(BadInput, match="refuses") as told:
        store.query(text)
    assert "define sql" not in told.value.en


def test_updates_are_separated_as_the_standard_says(virtuoso_filled: Virtuoso, store: RemoteStore) -> None:
    one, two = (f"GRAPH <{GRAPH}> {{ <{WRITTEN}a> <{WRITTEN}p> '{n}' }}" for n in (1, 2))
    virtuoso_filled.update(f"INSERT DATA {{ {one} }} ; INSERT DATA {{ {two} }} ;")
    assert len(list(store.quads_of(GRAPH))) == 2
    store.apply(Changeset(removed=list(store.quads_of(GRAPH))))
