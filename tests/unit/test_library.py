"""The library as a person at a notebook uses it: on a folder, and on a server's address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pandas
import pytest
from rdflib import RDF, RDFS, XSD, BNode, Dataset, Graph, Literal, URIRef
from rdflib.namespace import SKOS

import plangraph
from plangraph.binding import bind_variables
from plangraph.errors import (
    BadInput,
    Conflict,
    DoesNotConform,
    NotFound,
    PlangraphError,
    Refused,
    StoreLocked,
    SyntaxFault,
    Unavailable,
)
from plangraph.history import head_number
from plangraph.library import KnowledgeGraph
from plangraph.namespaces import GRAPHS, ID, PG
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file
from plangraph.tables import Table
from real_server import serving, store_folder

PLAN = str(ID) + "qingxi-2030/"
DYKE, RIVERS_TASK = URIRef(PLAN + "project/north-dyke"), URIRef(PLAN + "task/rivers")
TOKEN = "b2f7-only-for-tests"
QUADS = read_file(Path(__file__).parent / "qingxi.trig", default_graph=GRAPHS["nowhere"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_folder(tmp_path_factory.mktemp("library") / "store", QUADS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    served = store_folder(tmp_path_factory.mktemp("served") / "store", QUADS)
    with serving(served, "--empty", PLANGRAPH_WRITE_TOKEN=TOKEN) as found:
        yield found


@pytest.fixture(scope="module", params=["folder", "address"])
def g(request: pytest.FixtureRequest) -> Iterator[KnowledgeGraph]:
    """The invented plan, on disk and behind a server."""
    store = request.getfixturevalue(request.param)
    with plangraph.open(store, empty=True) as opened:
        yield opened


@pytest.fixture
def own(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """The invented plan in a folder of the test's own."""
    with plangraph.open(store_folder(tmp_path / "store", QUADS), empty=True) as opened:
        yield opened


# -- reading ----------------------------------------------------------------------------------------------------------


def test_select(g: KnowledgeGraph) -> None:
    found = g.query("SELECT ?task ?name { ?task a pg:Task ; skos:prefLabel ?name } ORDER BY ?name")
    assert isinstance(found, Table)
    assert set(found.variables) == {"task", "name"}
    assert {"task": RIVERS_TASK, "name": Literal("河道治理", lang="zh")} in list(found)
    assert len(found) == len(found.rows) == 8


def test_ask_and_construct(g: KnowledgeGraph) -> None:
    assert g.query("ASK { ?x a pg:Goal }") is True
    assert g.query("ASK { ?x a pg:Nothing }") is False
    made = g.query("CONSTRUCT { ?t rdfs:label ?n } WHERE { ?t a pg:Task ; skos:prefLabel ?n }")
    assert isinstance(made, Graph)
    assert (RIVERS_TASK, RDFS.label, Literal("河道治理", lang="zh")) in made


NAME = "SELECT ?n { ?x skos:prefLabel ?n FILTER(LANG(?n) = 'zh') } ORDER BY ?n"
BOUND = [
    ("an IRI", NAME, {"x": DYKE}, [["北堤加固工程"]]),
    ("text", "SELECT ?x { ?x skos:prefLabel ?n }", {"n": Literal("北堤加固工程", lang="zh")}, [[str(DYKE)]]),
    ("two variables", "SELECT ?p { ?s ?p ?o }", {"s": DYKE, "o": RIVERS_TASK}, [[str(PG.implements)]]),
    ("a date", "SELECT ?s { ?s pg:dueBy ?d }", {"d": date(2028, 6, 30)}, [[str(DYKE)]]),
    ("a number", "SELECT ?o { ?o pg:value ?v }", {"v": Decimal("93.5")}, [[PLAN + "observation/water-quality-2029"]]),
    ("no projection", "SELECT (COUNT(?s) AS ?n) { ?s a ?c }", {"c": PG.Goal}, [["2"]]),
    ("group", "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c", {"c": PG.Task}, [[str(PG.Task), "4"]]),
    ("braces in a text", "# {\nSELECT ('}{' AS ?b) ?n { ?x skos:altLabel ?n }", {"x": DYKE}, [["}{", "北堤工程"]]),
    ("exists before the group", "SELECT (EXISTS { ?x a pg:Task } AS ?t) { ?x pg:dueBy ?n }", {"x": DYKE}, [["false"]]),
    ("a dollar", "SELECT $n WHERE { $x skos:altLabel $n }", {"x": DYKE}, [["北堤工程"]]),
    ("a text that would end the query", NAME, {"n": Literal("'\"} #\\\n", lang="zh")}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "expected"), [row[1:] for row in BOUND], ids=[row[0] for row in BOUND])
def test_bindings(g: KnowledgeGraph, text: str, values: dict[str, object], expected: list[list[str]]) -> None:
    found = g.query(text, **values)
    assert isinstance(found, Table)
    assert [[str(term) for term in row] for row in found.rows] == expected


def test_bindings_of_other_forms(g: KnowledgeGraph) -> None:
    assert g.query("ASK { ?s a ?c }", c=PG.Nothing) is False
    made = g.query("CONSTRUCT { ?s a ?c . ?s rdfs:label (1 2) } WHERE { ?s a ?c }", s=DYKE, c=PG.Project)
    assert isinstance(made, Graph)
    assert set(made.subjects(RDF.type, PG.Project)) == {DYKE}
    assert len(g.query("DESCRIBE ?s WHERE { ?s skos:altLabel ?n }", s=DYKE)) > 5  # type: ignore[arg-type]


NOT_BOUND = [
    ("no such variable", "SELECT * { ?s ?p ?o }", {"subject": DYKE}, "?subject"),
    ("a variable in a comment", "SELECT * { ?s ?p ?o } # ?x", {"x": DYKE}, "?x"),
    ("plain text", "SELECT * { ?s ?p ?o }", {"o": "青溪"}, "URIRef"),
    ("a blank node", "SELECT * { ?s ?p ?o }", {"s": BNode()}, "BNode"),
    ("nothing", "SELECT * { ?s ?p ?o }", {"s": None}, "NoneType"),
    ("no IRI", "SELECT * { ?s ?p ?o }", {"s": URIRef("urn:x> ?p ?o . <urn:y")}, "?s"),
    ("short form", "CONSTRUCT WHERE { ?s ?p ?o }", {"s": DYKE}, "template"),
    ("no group", "DESCRIBE ?s", {"s": DYKE}, "group"),
]


@pytest.mark.parametrize(("text", "values", "told"), [row[1:] for row in NOT_BOUND], ids=[row[0] for row in NOT_BOUND])
def test_what_cannot_be_bound(text: str, values: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as caught:
        bind_variables(text, values)
    assert told in str(caught.value)


def test_binding_leaves_lines_where_they_are(g: KnowledgeGraph) -> None:
    with pytest.raises(BadInput, match="line 3"):
        g.query("SELECT ?n {\n  ?x skos:altLabel ?n .\n  ?x }", x=DYKE)


def test_errors_speak_both_languages(own: KnowledgeGraph) -> None:
    with pytest.raises(SyntaxFault) as caught:
        own.query("SELECT {")
    assert str(caught.value) == caught.value.text("en")
    assert "语法错误" in caught.value.text("zh")
    with pytest.raises(BadInput, match="completed"):
        own.query("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")


def test_describe(g: KnowledgeGraph) -> None:
    by_iri, by_label = g.describe(str(DYKE)), g.describe("北堤加固工程")
    assert by_iri == by_label
    assert by_iri.thing.label == {"zh": "北堤加固工程", "en": "North Dyke Reinforcement"}
    assert [piece.start for piece in by_iri.evidence] == [9, 120]
    shown = by_iri._repr_html_()
    assert "North Dyke Reinforcement" in shown
    assert "River Restoration" in shown
    with pytest.raises(NotFound):
        g.describe("no such thing")


def test_neighbourhood(g: KnowledgeGraph) -> None:
    near = g.neighbourhood("task/rivers")
    assert isinstance(near, nx.MultiDiGraph)
    assert near.nodes[str(DYKE)] == {
        "label": "North Dyke Reinforcement",
        "label_zh": "北堤加固工程",
        "label_en": "North Dyke Reinforcement",
        "kind": "Project",
    }
    edge = near.edges[str(DYKE), str(RIVERS_TASK), str(PG.implements)]
    assert edge == {"inferred": False, "label": "implements"}
    assert set(near) < set(g.neighbourhood(str(RIVERS_TASK), depth=2))
    small = g.neighbourhood("task/rivers", limit=1)
    assert (len(small), small.graph["more"]) == (2, len(near) - 2)
    near.clear()
    assert len(g.neighbourhood("task/rivers")) > 1


def test_path(g: KnowledgeGraph) -> None:
    (shortest, *_) = g.path("北堤加固工程", "goal/clear-water")
    assert [hop.object.text("zh") for hop in shortest.hops][-1] == "清水之县"
    assert g.path("北堤加固工程", "place/lonely-hill") == ()


def test_export(g: KnowledgeGraph) -> None:
    triples = Graph().parse(data=g.export("turtle"), format="turtle")
    assert (DYKE, PG.implements, RIVERS_TASK) in triples
    named = Dataset()
    named.parse(data=g.export(graph=str(GRAPHS["qingxi-2030/report"])), format="trig")
    assert (DYKE, PG.implements, RIVERS_TASK) in named.graph(GRAPHS["qingxi-2030/report"])
    with pytest.raises(BadInput, match="no format"):
        g.export("docx")


def test_closed(tmp_path: Path) -> None:
    store = store_folder(tmp_path / "store", QUADS)
    with plangraph.open(store, empty=True) as first, pytest.raises(StoreLocked, match="close"):
        plangraph.open(store, empty=True)
    first.close()
    assert "closed" in repr(first)
    with pytest.raises(Unavailable, match="Open it again"):
        first.query("ASK {}")
    with plangraph.open(store, empty=True) as again:
        assert again.query("ASK { ?x a pg:Goal }") is True


def test_a_served_folder_names_its_server(tmp_path: Path) -> None:
    store = store_folder(tmp_path / "store", QUADS)
    with serving(store, "--empty") as address, pytest.raises(StoreLocked) as caught:
        plangraph.open(store)
    assert f"plangraph.open('{address}')" in str(caught.value)
    with plangraph.open(address) as gone, pytest.raises(Unavailable, match="can't be reached"):
        gone.query("ASK {}")


def test_a_password_is_not_shown() -> None:
    with plangraph.open("http://reader:secret@127.0.0.1:1/sparql") as remote:
        assert repr(remote) == "<plangraph.KnowledgeGraph http://127.0.0.1:1/sparql>"
        with pytest.raises(Unavailable) as caught:
            remote.query("ASK {}")
    assert "secret" not in str(caught.value)


def test_languages(folder: Path) -> None:
    with pytest.raises(BadInput, match="zh or en"):
        plangraph.open(folder, lang="fr")


def test_import_is_light() -> None:
    code = (
        "import sys, plangraph; print(*{m.partition('.')[0] for m in sys.modules} & {'rdflib', 'pyoxigraph', 'flask'})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "\n"


# -- tables -----------------------------------------------------------------------------------------------------------


def literal(text: str, name: str) -> Literal:
    return Literal(text, datatype=XSD[name], normalize=False)


COLUMNS = [
    ("integers", [literal("3", "integer"), None, literal("-4", "int")], "Int64", [3, None, -4]),
    ("decimals", [literal("12.50", "decimal"), literal("3", "integer"), None], "Float64", [12.5, 3.0, None]),
    ("doubles", [literal("1e3", "double")], "Float64", [1000.0]),
    ("whole numbers over 64 bits", [literal("9" * 30, "integer")], "string", ["9" * 30]),
    ("booleans", [literal("true", "boolean"), literal("0", "boolean"), None], "boolean", [True, False, None]),
    ("dates", [literal("2025-12-31", "date"), None], "datetime64[us]", [datetime(2025, 12, 31), None]),
    (
        "times with a zone",
        [literal("2025-01-01T08:00:00+08:00", "dateTime")],
        "datetime64[us, UTC]",
        [datetime(2025, 1, 1, tzinfo=UTC)],
    ),
    (
        "times with and without a zone",
        [literal("2025-01-01T08:00:00Z", "dateTime"), literal("2025-01-01T08:00:00", "dateTime")],
        "string",
        ["2025-01-01T08:00:00Z", "2025-01-01T08:00:00"],
    ),
    ("no date", [literal("2025-12-31", "date"), literal("2025-13-01", "date")], "string", ["2025-12-31", "2025-13-01"]),
    ("years", [literal("2021", "gYear")], "string", ["2021"]),
    ("texts", [Literal("青溪", lang="zh"), Literal("x"), None], "string", ["青溪", "x", None]),
    ("IRIs", [DYKE, BNode("b1")], "string", [str(DYKE), "_:b1"]),
    ("kinds mixed", [literal("3", "integer"), Literal("three")], "string", ["3", "three"]),
    ("nothing", [None, None], "string", [None, None]),
]


@pytest.mark.parametrize(("terms", "dtype", "values"), [row[1:] for row in COLUMNS], ids=[row[0] for row in COLUMNS])
def test_columns(terms: list[object], dtype: str, values: list[object]) -> None:
    frame = Table(("x",), tuple((term,) for term in terms)).to_pandas()  # type: ignore[misc]
    assert str(frame["x"].dtype) == dtype
    assert [None if pandas.isna(value) else value for value in frame["x"]] == values


def test_a_table_of_nothing() -> None:
    frame = Table(("a", "b"), ()).to_pandas()
    assert (list(frame.columns), len(frame)) == (["a", "b"], 0)
    assert Table((), ((), ())).to_pandas().shape == (2, 0)


def test_a_table_keeps_variables_in_order(own: KnowledgeGraph) -> None:
    found = own.query("SELECT ?v ?o ?d { ?o pg:value ?v OPTIONAL { ?o pg:dueBy ?d } }")
    assert isinstance(found, Table)
    frame = found.to_pandas()
    assert list(frame.columns) == ["v", "o", "d"]
    assert frame["v"].mean() == 93.5


def test_a_table_is_shown_escaped_and_short() -> None:
    rows = tuple((Literal(f"<script>{n}</script>"), PG.Task, None) for n in range(30))
    shown = Table(("<b>", "class", "none"), rows)._repr_html_()
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert ">pg:Task<" in shown
    assert shown.count("<tr>") == 21
    assert "30 rows, the first 20 shown" in shown


def test_a_thing_is_shown_escaped(own: KnowledgeGraph) -> None:
    bad = URIRef(PLAN + "task/bad")
    graph = Graph()
    graph.add((bad, RDF.type, PG.Task))
    graph.add((bad, SKOS.prefLabel, Literal("<img src=x>", lang="en")))
    own.commit(graph, message="a label with markup", gate="off")
    assert "<img" not in own.describe(str(bad))._repr_html_()


# -- shipped data -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """The default store, as the settings name it, on first use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANGRAPH_STORE", str(tmp_path_factory.mktemp("default") / "store"))
        with plangraph.open(lang="zh") as opened:
            yield opened


def test_the_default_store_is_filled(shipped: KnowledgeGraph) -> None:
    found = shipped.query("SELECT (COUNT(*) AS ?n) { ?i a pg:MainIndicator }")
    assert isinstance(found, Table)
    assert found.to_pandas()["n"].tolist() == [24]


def test_shipped_questions(shipped: KnowledgeGraph) -> None:
    names = [question.name for question in shipped.questions()]
    assert "projects-in-place" in names
    progress = shipped.ask("indicators-by-progress")
    assert isinstance(progress, Table)
    assert str(progress.to_pandas()["inferred"].dtype) == "boolean"
    place = shipped.query("SELECT ?place { ?place a pg:Place ; skos:prefLabel '朝阳公园'@zh }")
    assert isinstance(place, Table)
    by_iri = shipped.ask("projects-in-place", place=place.rows[0][0])
    assert by_iri == shipped.ask("projects-in-place", place="朝阳公园")
    with pytest.raises(NotFound):
        shipped.ask("no-such-question")
    with pytest.raises(BadInput):
        shipped.ask("projects-in-place", nowhere="x")


# -- new data ---------------------------------------------------------------------------------------------------------


def wrong_project() -> Graph:
    graph = Graph()
    graph.add((URIRef(PLAN + "project/nameless"), RDF.type, PG.Project))
    return graph


def alias(thing: URIRef, text: str) -> Graph:
    graph = Graph()
    graph.add((thing, SKOS.altLabel, Literal(text, lang="zh")))
    return graph


def test_validate(g: KnowledgeGraph, tmp_path: Path) -> None:
    report = g.validate(wrong_project())
    assert not report.conforms
    file = tmp_path / "新项目.ttl"
    file.write_text(f"# 草稿\n<{PLAN}project/nameless> a <{PG.Project}> .\n", encoding="utf-8")
    for given in (file, str(file), [file]):
        from_file = g.validate(given)
        assert {r.source_shape for r in from_file.results} == {r.source_shape for r in report.results}
        assert {(r.where or {}).get("line") for r in from_file.results} == {2}
    dataset = Dataset()
    for triple in wrong_project():
        dataset.graph(URIRef("urn:g")).add(triple)
    assert len(g.validate(dataset).results) == len(report.results)
    with pytest.raises(BadInput, match="no file"):
        g.validate(tmp_path / "nowhere.ttl")


def test_commit_to_a_folder(own: KnowledgeGraph) -> None:
    with pytest.raises(DoesNotConform) as caught:
        own.commit(wrong_project(), message="no name")
    assert caught.value.report["results"]  # type: ignore[index]
    assert own.query("ASK { ?s a pg:Project FILTER(CONTAINS(STR(?s), 'nameless')) }") is False
    done = own.commit(wrong_project(), message="in spite of it", gate="warn")
    assert done.added == 1
    assert done.report is not None
    assert done.report["conforms"] is False
    assert own.query("ASK { ?s a pg:Project FILTER(CONTAINS(STR(?s), 'nameless')) }") is True


def test_commit_names_its_graph(own: KnowledgeGraph, tmp_path: Path) -> None:
    wanted = "https://example.org/图/新"
    file = tmp_path / "new.trig"
    file.write_text(f'<{wanted}> {{ <{DYKE}> <{SKOS.note}> "一"@zh, [ ] }}', encoding="utf-8")
    assert own.commit(file, message="a note", gate="off").created == (URIRef(wanted),)
    assert own.commit(file, message="again", gate="off").id is None
    assert own.commit(alias(DYKE, "一"), message="an alias", gate="off").created == (GRAPHS["local"],)
    assert own.commit(alias(DYKE, "一"), message="again", gate="off").added == 0
    in_default = Dataset()
    in_default.add((DYKE, SKOS.note, Literal("二", lang="zh")))
    assert own.commit(in_default, message="another", graph=wanted, gate="off").added == 1
    found = own.query("SELECT ?n { GRAPH ?g { ?s skos:note ?n } FILTER(ISLITERAL(?n)) } ORDER BY ?n", g=URIRef(wanted))
    assert [str(row[0]) for row in found.rows] == ["一", "二"]  # type: ignore[union-attr]


NOT_COMMITTED = [
    ("no message", {"message": " "}, "message"),
    ("an unknown gate", {"message": "x", "gate": "none"}, "gate"),
    ("no IRI", {"message": "x", "graph": "somewhere"}, "IRI"),
    ("the program's own graph", {"message": "x", "graph": str(GRAPHS["history"])}, "own"),
]


@pytest.mark.parametrize(("given", "told"), [row[1:] for row in NOT_COMMITTED], ids=[row[0] for row in NOT_COMMITTED])
def test_what_is_not_committed(own: KnowledgeGraph, given: dict[str, str], told: str) -> None:
    with pytest.raises(PlangraphError, match=told):
        own.commit(alias(DYKE, "别名"), **given)  # type: ignore[arg-type]


def test_commit_to_a_server(address: str) -> None:
    with plangraph.open(address) as reader, pytest.raises(Refused, match="401"):
        reader.commit(alias(DYKE, "别名"), message="no token")
    with plangraph.open(address, token=TOKEN) as writer:
        with pytest.raises(DoesNotConform) as caught:
            writer.commit(wrong_project(), message="no name")
        assert caught.value.report["results"]  # type: ignore[index]
        assert caught.value.text("zh") != caught.value.text("en")
        with pytest.raises(BadInput, match="gate"):
            writer.commit(alias(DYKE, "别名"), message="x", gate="off")
        before = writer.query("ASK { ?s skos:altLabel '孤峰'@zh }")
        done = writer.commit(alias(URIRef("https://example.org/山/孤山"), "孤峰"), message="another name")
        assert (before, done.added) == (False, 1)
        assert writer.query("ASK { ?s skos:altLabel '孤峰'@zh }") is True


HILL = URIRef("https://example.org/山/北山")


def changed_and_reverted(graph: KnowledgeGraph) -> None:
    done = graph.commit(alias(HILL, "旧北堤"), message="别名", author="张伟")
    record = graph.log(limit=1)[0]
    assert (str(record.iri), record.number) == (done.id, done.number)
    assert (record.author, record.message, record.added) == ("张伟", "别名", 1)
    assert graph.log(about=str(HILL))[0] == record
    (thing,) = graph.diff(done.id or "")
    assert (thing.iri, thing.state) == ("https://example.org/山/北山", "created")
    assert graph.patch("head").endswith("TC .\n")
    with pytest.raises(Conflict, match="张伟"):
        graph.commit(alias(HILL, "新北堤"), message="另一个别名", base=str(record.number - 1))
    undone = graph.revert(done.id or "", message="不要了")
    assert undone.removed == 1
    assert [t.state for t in graph.diff(done.id or "", undone.id)] == ["deleted"]
    assert graph.query("ASK { ?s skos:altLabel '旧北堤'@zh }") is False
    with graph.as_of(done.id or "") as past:
        assert past.query("ASK { ?s skos:altLabel '旧北堤'@zh }") is True
        assert past.log(limit=1)[0] == record
        with pytest.raises(Refused, match="past"):
            past.commit(alias(HILL, "x"), message="too late")


def test_the_history_of_a_folder(own: KnowledgeGraph) -> None:
    changed_and_reverted(own)


def test_the_history_of_a_server(address: str) -> None:
    with plangraph.open(address, token=TOKEN) as graph:
        changed_and_reverted(graph)


def test_another_engine_takes_no_commits() -> None:
    with plangraph.open("http://127.0.0.1:1/sparql") as elsewhere, pytest.raises(Refused, match="plangraph server"):
        elsewhere.commit(alias(DYKE, "别名"), message="x")


def test_commits_are_durable(tmp_path: Path) -> None:
    with plangraph.open(tmp_path / "store", empty=True) as first:
        first.commit(alias(DYKE, "别名"), message="x", gate="off")
    store = EmbeddedStore.open(tmp_path / "store" / "oxigraph")
    assert store.graphs()[GRAPHS["local"]] == 1
    assert head_number(store) == 1
    store.close()
    assert not (tmp_path / "store" / "snapshots").exists()
