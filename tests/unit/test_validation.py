"""Validation: context, engines, messages, lines, reports, shapes of one's own."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SH, XSD

from plangraph import validation
from plangraph.errors import BadInput, SyntaxFault
from plangraph.explaining import Raw
from plangraph.mediatypes import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from plangraph.namespaces import GRAPHS, PG, PGC, PGS, SHAPES_GRAPH
from plangraph.reports import Report, Result, read_path
from plangraph.shapes import ShapeSet, fill_in, shape_set
from plangraph.shipped import shipped
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.uploads import Checked, Sent, check
from plangraph.validation import (
    EnginesDiffer,
    SeveralFaults,
    load_shapes,
    read_sources,
    validate,
)

BASE = "https://w3id.org/plangraph/id/xinghe-2021/"
PREFIXES = f"""@base <{BASE}> .
@prefix pg: <https://w3id.org/plangraph/ontology#> .
@prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
LINES = PREFIXES.count("\n")
DATA_GRAPH = GRAPHS["xinghe-2021/report"]
VALID = shipped("ontology", "examples", "valid")


def turtle(body: str, name: str = "new.ttl", fmt: Format = TURTLE) -> tuple[validation.Source, ...]:
    return read_sources([(name, (PREFIXES + body).encode(), fmt)])


def store_of(*paths: Path, body: str = "") -> EmbeddedStore:
    sources = [*read_sources(paths, default_graph=DATA_GRAPH)]
    sources += read_sources([("more.ttl", (PREFIXES + body).encode(), TURTLE)], default_graph=DATA_GRAPH)
    store = EmbeddedStore()
    store.apply(Changeset(added=[quad for source in sources for quad in source.quads]))
    return store


def names(report: Report, severity: str = "violation") -> set[tuple[str, str]]:
    """Focus node after the base and name of the shape."""
    return {
        (str(r.focus_node).removeprefix(BASE), str(r.source_shape).removeprefix(str(PGS)))
        for r in report.results
        if r.severity == severity
    }


def own(body: str) -> ShapeSet:
    head = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .\n"
    return shape_set(Graph(bind_namespaces="none").parse(data=head + body, format="turtle"))


def ex(body: str) -> Graph:
    return Graph(bind_namespaces="none").parse(data="@prefix ex: <http://example.org/> .\n" + body, format="turtle")


# --- context


def test_faults_of_the_context_are_not_the_candidates() -> None:
    store = store_of(VALID / "district.ttl", body="<task/lost> a pg:Task .")
    assert not validate(store.graph()).conforms
    assert validate(turtle('<goal/green-zone> skos:altLabel "绿区"@zh .'), store).conforms


def test_a_thing_that_the_candidate_describes_is_reported_with_all_its_faults() -> None:
    store = store_of(VALID / "district.ttl", body="<task/lost> a pg:Task .")
    report = validate(turtle('<task/lost> skos:prefLabel "某任务"@zh .'), store)
    assert ("task/lost", "Task-inDomain") in names(report)
    assert ("task/lost", "Thing-prefLabel-zh") not in names(report)


def test_what_a_candidate_breaks_elsewhere_is_reported() -> None:
    """A fourth main indicator breaks the count that stands on the plan, which the candidate doesn't touch."""
    store = store_of(VALID / "main-indicators.ttl")
    report = validate(
        turtle("<indicator/fourth> a pg:Indicator, pg:MainIndicator ; pg:inPlan <plan/five-year> ."), store
    )
    assert ("plan/five-year", "Plan-main-indicator-count") in names(report)
    message = next(r.message for r in report.results if str(r.source_shape).endswith("Plan-main-indicator-count"))
    assert "3" in message["zh"]
    assert "4" in message["zh"]


def test_what_a_removal_breaks_is_reported() -> None:
    store = store_of(VALID / "district.ttl")
    gone = list(store.triples(URIRef(BASE + "task/park-city"), PG.inDomain))
    report = validate(Graph(), store, removed=gone)
    assert names(report) == {("task/park-city", "Task-inDomain")}


def test_a_removed_statement_that_another_graph_holds_too_is_not_missed() -> None:
    store = store_of(VALID / "district.ttl")
    gone = list(store.triples(URIRef(BASE + "task/park-city"), PG.inDomain))
    store.apply(Changeset(added=[(*gone[0][:3], GRAPHS["xinghe-2021/editorial"])]))
    assert validate(Graph(), store, removed=gone).conforms


def test_line_separators_in_a_literal_dont_cut_statements() -> None:
    store = store_of(VALID / "district.ttl")
    park = URIRef(BASE + "task/park-city")
    odd = (park, DCTERMS.description, Literal("一行\u2028又一行\x85末", lang="zh"), DATA_GRAPH)
    gone = list(store.triples(park, PG.inDomain))
    store.apply(Changeset(added=[odd]))
    (result,) = validate(Graph(), store, removed=[*gone, odd]).results
    assert result.source_shape == str(PGS["Task-inDomain"])
    assert result.focus_label == {"zh": "公园城区", "en": "City of Parks"}


def test_a_link_into_the_context_is_known_there_and_unknown_without_it() -> None:
    new = turtle("<goal/green-zone> pg:partOf <goal/green-zone-of-the-city> .")
    body = """<goal/green-zone-of-the-city> a pg:Goal ; skos:prefLabel "市绿区"@zh, "City Green Zone"@en ;
        pg:inPlan <plan/five-year> ; pg:assertion pgc:assertion-stated ; pg:evidence <evidence/0-4> ."""
    assert validate(new, store_of(VALID / "district.ttl", body=body)).conforms
    report = validate(new, store_of(VALID / "district.ttl"))
    assert ("goal/green-zone", "Link-target") in names(report)


def test_shapes_and_history_in_the_store_are_no_data() -> None:
    store = store_of(VALID / "district.ttl")
    shapes = read_sources([shipped("ontology", "shapes", "mandatory.ttl")], default_graph=SHAPES_GRAPH)
    store.apply(Changeset(added=[quad for source in shapes for quad in source.quads]))
    assert validate(Graph(), store).results == ()


def test_what_a_change_cannot_concern_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(VALID / "slogans.ttl")
    runs: list[str] = []
    monkeypatch.setattr(validation, "_run", lambda name, text, rules, targeted=None: runs.append(text) or [])
    validate(turtle('<goal/parks> skos:altLabel "另一个"@zh .'), store)
    assert len(runs) == 1
    assert "slogan" not in runs[0]


def test_strings_typed_and_plain_are_the_same() -> None:
    shapes = own(
        'ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:colour ; sh:property [ sh:path ex:colour ; sh:in ("green") ] .'
    )
    graph = Graph(bind_namespaces="none")
    graph.add(
        (URIRef("http://example.org/a"), URIRef("http://example.org/colour"), Literal("green", datatype=XSD.string))
    )
    text = '<http://example.org/a> <http://example.org/colour> "green"^^<http://www.w3.org/2001/XMLSchema#string> .\n'
    for candidate in (graph, text):
        assert validate(candidate, shapes=shapes, engine="both").results == ()


def test_odd_characters_in_literals_reach_the_engine_whole() -> None:
    shapes = own(
        "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:says ; sh:property [ sh:path ex:says ; sh:maxLength 1 ] ."
    )
    said = 'a "quoted" \\ back\nnew\r\ttab 朝阳 \u2028 \x85 \x0c'
    graph = Graph(bind_namespaces="none")
    graph.add((URIRef("http://example.org/a"), URIRef("http://example.org/says"), Literal(said)))
    assert [r.value for r in validate(graph, shapes=shapes, engine="both").results] == [Literal(said)]


# --- engines


def test_an_unknown_engine_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(BadInput, match="shacl pyshacl both"):
        validate(Graph(), engine="jena")


@pytest.mark.parametrize("engine", ["auto", "pyshacl", "both"])
def test_every_engine_gives_the_same_words(engine: str) -> None:
    """pySHACL drops the language of messages with values put in, and their order: told apart by the template."""
    shapes = own("""ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:n ; sh:sparql ex:S-query .
        ex:S-query sh:message "数值 {?value} 过大，至多 {?most}。"@zh, "The value {?value} is over {?most}."@en ;
          sh:select '''SELECT $this ?value ?most WHERE {
            $this <http://example.org/n> ?value BIND (5 AS ?most) FILTER (?value > ?most) }''' .""")
    (result,) = validate(ex("ex:a ex:n 7 . ex:b ex:n 3 ."), shapes=shapes, engine=engine).results
    assert result.message == {"zh": "数值 7 过大，至多 5。", "en": "The value 7 is over 5."}
    assert result.source_shape == "http://example.org/S"
    assert result.value == Literal(7)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("ex:p", "http://example.org/p"),
        ("[ sh:inversePath ex:p ]", "^<http://example.org/p>"),
        ("( ex:p ex:q )", "<http://example.org/p>/<http://example.org/q>"),
        ("[ sh:alternativePath ( ex:p ex:q ) ]", "<http://example.org/p>|<http://example.org/q>"),
    ],
)
def test_paths_read_alike_in_both_engines_and_come_back_as_shacl_paths(path: str, told: str) -> None:
    shapes = own(f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path {path} ; sh:minCount 1 ] .")
    report = validate(ex("ex:a a ex:C ."), shapes=shapes, engine="both")
    assert [str(r.path).strip("()") for r in report.results] == [told]
    back = Graph().parse(data=report.to_turtle(), format="turtle")
    node = back.value(predicate=SH.resultPath, subject=next(back.objects(None, SH.result)))
    assert (node == URIRef(told)) == (told[0] == "h")


def test_blank_nodes_dont_make_engines_differ() -> None:
    shapes = own("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:nodeKind sh:IRI .")
    report = validate(ex("[] a ex:C . [] a ex:C ; ex:p 1 ."), shapes=shapes, engine="both")
    assert all(isinstance(r.focus_node, BNode) for r in report.results)
    assert len(report.results) == 2


def test_a_difference_between_engines_says_which_result_of_which_engine() -> None:
    raw = Raw(URIRef("http://example.org/a"), None, None, "c", "Violation", "http://example.org/S", ())
    with pytest.raises(EnginesDiffer, match=r"only pyshacl: http://example.org/a"):
        validation._compare([], [raw])
    validation._compare([raw], [raw])


# --- shapes of one's own


def test_a_shapes_file_with_bad_syntax_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\nthis is no Turtle", encoding="utf-8")
    with pytest.raises(SyntaxFault, match=r"mine\.ttl") as fault:
        load_shapes([path])
    assert fault.value.line == 2


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize(
    "body",
    [
        'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount "many" ] .',
        'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT" ] .',
        "ex:S ex:p ex:o .",
    ],
    ids=["bad parameter", "bad SPARQL", "no shapes"],
)
def test_shapes_that_cant_be_used_are_bad_input(body: str, engine: str) -> None:
    with pytest.raises(BadInput):
        validate(ex("ex:a a ex:C ."), shapes=own(body), engine=engine)


def test_nameless_property_shapes_get_names_after_their_shape_and_property() -> None:
    shapes = own("""ex:S a sh:NodeShape ; sh:targetClass ex:C ;
        sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:message "p 缺失"@zh, "p is missing"@en ],
          [ sh:path ex:q ; sh:minCount 1 ] .""")
    report = validate(ex("ex:a a ex:C ."), shapes=shapes, engine="both")
    assert {r.source_shape for r in report.results} == {"http://example.org/S-p", "http://example.org/S-q"}
    told = {str(r.path)[-1]: r.message for r in report.results}
    assert told["p"] == {"zh": "p 缺失", "en": "p is missing"}
    assert "MinCount" in told["q"]["en"]


def test_a_message_without_a_language_serves_both() -> None:
    shapes = own('ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:nodeKind sh:Literal ; sh:message "no" .')
    (result,) = validate(ex("ex:a a ex:C ."), shapes=shapes).results
    assert result.message == {"zh": "no", "en": "no"}


def test_a_severity_nobody_knows_counts_as_a_violation() -> None:
    shapes = own("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:nodeKind sh:Literal ; sh:severity ex:Grave .")
    assert not validate(ex("ex:a a ex:C ."), shapes=shapes).conforms


def test_only_violations_keep_data_from_conforming() -> None:
    for severity, conforms in (("Info", True), ("Warning", True), ("Violation", False)):
        shapes = own(
            f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:nodeKind sh:Literal ; sh:severity sh:{severity} ."
        )
        report = validate(ex("ex:a a ex:C ."), shapes=shapes)
        assert len(report.results) == 1
        assert report.conforms is conforms


def test_fill_in_takes_the_text_that_fits_the_template() -> None:
    told = ["The plan says 3, found 2.", "规划说 3，找到 2。"]
    assert fill_in("规划说 {?stated}，找到 {?found}。", told) == "规划说 3，找到 2。"
    assert fill_in("The plan says {?stated}, found {?found}.", told) == "The plan says 3, found 2."
    assert fill_in("Nothing like it {?x}.", told) == "Nothing like it {?x}."
    assert fill_in("No placeholder (1+1).", told) == "No placeholder (1+1)."


# --- lines


FAULTY = """<task/a> a pg:Task ;
    skos:prefLabel "甲"@zh ;
    pg:inDomain <domain/none>,
        <domain/neither> .
"""


def test_a_result_names_the_line_of_its_statement_in_turtle() -> None:
    lines = {
        (str(r.source_shape).removeprefix(str(PGS)), str(r.value).rpartition("/")[2]): r.where
        for r in validate(turtle(FAULTY)).results
    }
    assert lines["Thing-prefLabel-en", "None"] == {"file": "new.ttl", "line": LINES + 2}
    assert lines["Link-target", "none"] == {"file": "new.ttl", "line": LINES + 3}
    assert lines["Link-target", "neither"] == {"file": "new.ttl", "line": LINES + 4}
    assert lines["Thing-inPlan-given", "None"] == {"file": "new.ttl", "line": LINES + 1}


def test_lines_in_trig_and_ntriples() -> None:
    trig = turtle("<graph> {\n<task/a> a pg:Task ;\n  pg:inDomain <domain/none> .\n}\n", "new.trig", TRIG)
    assert trig[0].place(URIRef(BASE + "task/a"), str(PG.inDomain)) == (0, LINES + 3)
    text = f'# first\n<{BASE}a> <{PG.value}> "1.50"^^<{XSD.decimal}> .\n<{BASE}b> <{PG.value}> "2"^^<{XSD.decimal}> .\n'
    (source,) = read_sources([("x.nt", text.encode(), N_TRIPLES)])
    one_and_a_half = Literal("1.5", datatype=XSD.decimal)
    assert source.place(URIRef(BASE + "a"), str(PG.value), one_and_a_half) == (0, 2)


@pytest.mark.parametrize(
    ("name", "fmt", "text", "line"),
    [
        (
            "x.nq",
            N_QUADS,
            f"<{BASE}b> <{PG.about}> <{BASE}c> <{BASE}g> .\n<{BASE}a> <{PG.about}> <{BASE}c> <{BASE}g> .\n",
            2,
        ),
        ("x.jsonld", JSON_LD, f'{{\n "@id":\n "{BASE}a",\n "{PG.about}": "x"\n}}', 3),
        (
            "x.rdf",
            RDF_XML,
            f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:pg="{PG}" xml:base="{BASE}">\n'
            '<rdf:Description rdf:about="a">\n<pg:about>x</pg:about></rdf:Description></rdf:RDF>',
            2,
        ),
    ],
)
def test_other_syntaxes_give_a_line_that_names_the_thing(name: str, fmt: Format, text: str, line: int) -> None:
    (source,) = read_sources([(name, text.encode(), fmt)])
    found = source.place(URIRef(BASE + "a"))
    assert found is not None
    # One-letter names occur by chance on other lines: the full IRI decides, and where only the short name stands, the
    # first line that has it.
    assert found[1] <= line
    assert source.place(URIRef(BASE + "absent")) is None


def test_the_source_that_holds_the_statement_is_named() -> None:
    one = turtle('<task/a> skos:altLabel "别名"@zh .', "one.ttl")
    two = turtle("<task/a> a pg:Task ;\n  pg:inDomain <domain/none> .", "two.ttl")
    report = validate([*one, *two])
    where = {str(r.source_shape).removeprefix(str(PGS)): r.where for r in report.results}
    assert where["Task-inDomain"] == {"file": "two.ttl", "line": LINES + 2}
    assert where["Thing-inPlan-given"] == {"file": "two.ttl", "line": LINES + 1}


# --- sources


def test_all_files_are_read_before_any_error_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<a> <b>", encoding="utf-8")
    (tmp_path / "good.ttl").write_text("<http://e/a> <http://e/b> 1 .", encoding="utf-8")
    (tmp_path / "worse.nt").write_text("nothing", encoding="utf-8")
    with pytest.raises(SeveralFaults) as fault:
        read_sources([tmp_path, tmp_path / "absent.ttl"])
    assert [type(f) for f in fault.value.faults] == [SyntaxFault, SyntaxFault, BadInput]
    assert "bad.ttl" in fault.value.en
    assert "worse.nt" in fault.value.zh
    with pytest.raises(BadInput, match=r"absent\.ttl"):
        read_sources([tmp_path / "good.ttl", tmp_path / "absent.ttl"])
    assert len(read_sources([tmp_path / "good.ttl"])[0].quads) == 1


def test_an_upload_is_validated_in_a_worker_with_plain_data_in_and_out() -> None:
    store = store_of(VALID / "district.ttl")

    def checked(data: bytes, name: str, media_type: str = "") -> Checked:
        return check(store, Sent(data, name, media_type), "auto", 100, "json", "en")

    answer = checked((PREFIXES + FAULTY).encode(), "new.ttl")
    assert pickle.loads(pickle.dumps(answer)) == answer
    report = answer.report
    assert report["conforms"] is False
    assert report["results"][0]["where"]["file"] == "new.ttl"
    named = checked((PREFIXES + FAULTY).encode(), "upload", "text/turtle; charset=utf-8")
    assert json.dumps(named.report).count('"violation"') == json.dumps(report).count('"violation"')
    with pytest.raises(SyntaxFault):
        checked(b"<a> <b>", "new.ttl")
    with pytest.raises(BadInput):
        checked(b"", "new.docx")


# --- what the report says


MISSPELT = """<project/a> a pg:Project ;
    skos:prefLabel "某桥"@zh, "A Bridge"@en ; pg:inPlan <plan/five-year> ;
    pg:assertion pgc:assertion-statd ;
    pg:locatdIn <plan/five-year> .
<project/b> a pg:Projct .
"""


def test_misspelt_names_come_with_the_right_ones() -> None:
    report = validate(turtle(MISSPELT), store_of(VALID / "district.ttl"))
    fixes = {str(r.source_shape).removeprefix(str(PGS)): r.fix for r in report.results}
    assert fixes["Project"]["en"].startswith("Did you mean pg:locatedIn?")
    assert fixes["Class-known"]["zh"].startswith("是否指 pg:Project？")
    assert fixes["Code-known"]["en"].startswith("Did you mean pgc:assertion-stated?")


def test_a_message_calls_things_by_their_labels() -> None:
    body = """<task/a> a pg:Task ; skos:prefLabel "植树"@zh, "Planting"@en .
    <goal/b> a pg:Goal ; skos:prefLabel "绿"@zh, "Green"@en .
    <link/c> a pg:Link ; pg:linkFrom <task/a> ; pg:linkProperty pg:supports ; pg:linkTo <goal/b> ."""
    report = validate(turtle(body))
    message = next(r.message for r in report.results if r.source_shape == str(PGS["Link-triple"]))
    assert "缺 “植树” pg:supports “绿”" in message["zh"]
    assert "“Planting” pg:supports “Green”" in message["en"]


def test_the_json_has_the_documented_keys_and_nothing_else() -> None:
    document = validate(turtle(FAULTY)).to_json()
    assert list(document) == ["conforms", "engine", "results"]
    assert (document["conforms"], document["engine"]) == (False, "shacl")
    keys = [
        "severity",
        "focusNode",
        "focusLabel",
        "path",
        "value",
        "component",
        "sourceShape",
        "message",
        "fix",
        "where",
    ]
    for result in document["results"]:
        assert list(result) == keys
        assert set(result["message"]) == set(result["fix"]) == {"zh", "en"}
        assert result["severity"] in ("violation", "warning", "info")
    assert document == json.loads(json.dumps(document, ensure_ascii=False))


def test_the_order_of_results_is_gravity_then_thing() -> None:
    report = validate(read_sources([VALID / "advised.ttl", shipped("ontology", "examples", "invalid", "labels.ttl")]))
    order = [("violation", "warning", "info").index(r.severity) for r in report.results]
    assert order == sorted(order)
    assert [r.to_json() for r in report.results] == [
        r.to_json()
        for r in validate(
            read_sources([VALID / "advised.ttl", shipped("ontology", "examples", "invalid", "labels.ttl")])
        ).results
    ]


def test_the_turtle_is_a_shacl_report_with_every_result() -> None:
    report = validate(turtle(FAULTY))
    graph = Graph().parse(data=report.to_turtle(), format="turtle")
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == Literal(False)
    results = list(graph.objects(node, SH.result))
    assert len(results) == len(report.results)
    for result in results:
        for predicate in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape):
            assert len(list(graph.objects(result, predicate))) == 1
        assert {m.language for m in graph.objects(result, SH.resultMessage)} == {"zh", "en"}
    assert Graph().parse(data=Report("shacl", ()).to_turtle(), format="turtle").value(None, SH.conforms) is None
    assert (None, SH.conforms, Literal(True)) in Report("shacl", ()).to_graph()


def a_result(**given: object) -> Result:
    base: dict[str, object] = {
        "severity": "violation",
        "focus_node": URIRef(BASE + "task/a"),
        "path": str(PG.inDomain),
        "value": URIRef(PGC["kind-binding"]),
        "component": str(SH.ClassConstraintComponent),
        "source_shape": str(PGS["Task-inDomain"]),
        "message": {"zh": "领域有误。", "en": "The domain is wrong."},
        "fix": {"zh": "写：…", "en": "Write: …"},
        "focus_label": {"zh": "植树", "en": "Planting"},
        "where": {"file": "new.ttl", "line": 7},
    }
    return Result(**{**base, **given})  # type: ignore[arg-type]


def test_the_text_tells_counts_first_then_each_thing_once() -> None:
    report = Report(
        "shacl", (a_result(), a_result(component="other"), a_result(severity="warning", path=None, value=None))
    )
    zh, en = report.to_text("zh"), report.to_text("en")
    assert zh.splitlines()[0] == "不符合：2 处错误，1 处提醒，涉及 1 个事物。"
    assert en.splitlines()[0] == "The data don't conform: 2 errors, 1 warning about 1 thing."
    assert zh.count("植树") == en.count("Planting") == 1
    # The same words about the same value twice: told once.
    assert en.count("[error]") == 1
    assert "（new.ttl 第 7 行）" in zh
    assert "(new.ttl, line 7)" in en
    assert "所属领域 (pg:inDomain)" in zh
    assert "value: pgc:kind-binding" in en
    assert "→ Write: …" in en
    assert "http" not in en.replace(BASE, "")


def test_a_report_without_results_says_so() -> None:
    assert Report("shacl", ()).to_text("zh") == "符合，没有发现问题。"
    assert Report("shacl", ()).to_text("en") == "The data conform."


def test_cells_of_a_workbook_take_the_place_of_lines() -> None:
    report = Report("shacl", (a_result(),)).located(lambda result: {"sheet": "任务", "cell": "C7"})
    assert report.to_json()["results"][0]["where"] == {"sheet": "任务", "cell": "C7"}
    assert "（任务 C7）" in report.to_text("zh")


def test_the_page_escapes_what_data_say() -> None:
    report = Report("shacl", (a_result(focus_label={"zh": "<script>", "en": "<script>"}),))
    assert "<script>" not in report.to_html("zh")
    assert "&lt;script&gt;" in report.to_html("zh")
    assert 'lang="zh-CN"' in report.to_html("zh")


def test_an_iri_is_its_own_path() -> None:
    assert read_path(str(PG.inDomain)) == PG.inDomain
