"""The files of the shipped questions: headers, labels, order, parameters, and what hostile values do."""

from __future__ import annotations

import re

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.plugins.sparql import prepareQuery

from plangraph.errors import BadInput, NotFound
from plangraph.namespaces import GRAPHS, ID, PG, PGC, expand
from plangraph.queries import THEMES, Parameter, Question, bind, question, questions
from plangraph.shipped import shipped
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore

# A passage of the source has no name: its quotation and its locator stand beside it.
NAMELESS = {"evidence"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")

each_question = pytest.mark.parametrize("asked", questions(), ids=lambda asked: asked.name)


def each_parameter(*kinds: str) -> pytest.MarkDecorator:
    """Every parameter of every question, or those of some kinds."""
    found = [(asked, p) for asked in questions() for p in asked.parameters if not kinds or p.kind in kinds]
    return pytest.mark.parametrize(("asked", "parameter"), found, ids=lambda value: value.name)


def columns(asked: Question) -> tuple[str, ...]:
    return tuple(str(variable) for variable in prepareQuery(asked.text).algebra.PV)


def test_every_theme_has_questions() -> None:
    assert {asked.theme for asked in questions()} == set(THEMES)
    assert len(questions()) >= 40


def test_every_file_is_a_question() -> None:
    assert {path.stem for path in shipped("queries").glob("*.rq")} == {asked.name for asked in questions()}


def test_titles_are_unique() -> None:
    for language in ("zh", "en"):
        titles = [asked.title[language] for asked in questions()]
        assert len(set(titles)) == len(titles)


@each_question
def test_header_speaks_both_languages(asked: Question) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", asked.name)
    assert CHINESE.search(asked.title["zh"])
    assert not CHINESE.search(asked.title["en"])
    assert asked.question["zh"].endswith(("？", "）"))
    assert asked.question["en"].endswith(("?", ")"))
    assert asked.question["zh"] != asked.question["en"]
    for parameter in asked.parameters:
        assert CHINESE.search(parameter.label["zh"])
        assert re.match("[a-z]", parameter.label["en"])


@each_question
def test_declares_the_prefixes_that_it_uses(asked: Question) -> None:
    prepareQuery(asked.text, initNs={})  # an engine that knows no prefix of ours
    declared = re.findall(r"(?m)^PREFIX (\S+):", asked.text)
    body = re.sub(r"(?m)^(?:PREFIX|#).*$", "", asked.text)
    assert [prefix for prefix in declared if f"{prefix}:" not in body] == []


@each_question
def test_names_stand_beside_iris(filled: EmbeddedStore, asked: Question) -> None:
    shown = columns(asked)
    named = {column[:-2] for column in shown if column.endswith(("Zh", "En"))}
    assert all({f"{column}Zh", f"{column}En"} <= set(shown) for column in named)
    for row in filled.select(asked.text):
        assert not any(isinstance(term, BNode) for term in row.values())
        for column, term in row.items():
            if isinstance(term, URIRef) and column not in NAMELESS:
                assert f"{column}Zh" in row, (column, term)
                assert f"{column}En" in row, (column, term)
            if isinstance(term, Literal) and term.language:
                assert column[:-2] in named or column == "basis", "a text in one language only"
                assert column[-2:].lower() == term.language or column == "basis"


@each_question
def test_says_nothing_twice(filled: EmbeddedStore, asked: Question) -> None:
    answered = filled.select(asked.text).rows
    assert len(set(answered)) == len(answered)


@each_question
def test_order_is_the_querys_own(filled: EmbeddedStore, asked: Question, reversed_store: EmbeddedStore) -> None:
    assert "ORDER BY" in asked.text
    assert filled.select(asked.text).rows == reversed_store.select(asked.text).rows


@pytest.fixture(scope="module")
def reversed_store(filled: EmbeddedStore) -> EmbeddedStore:
    """The same triples, put in from last to first, read as the web application reads them."""
    store = EmbeddedStore()
    store.apply(Changeset(added=sorted(filled.triples(), reverse=True)))
    return store.in_memory()


# ---- Parameters

SECOND = {
    "iri": str(ID) + "chaoyang-2021/nothing-of-the-kind",
    "string": "没有这一处",
    "integer": "7",
    "decimal": "7.5",
    "date": "1999-12-31",
}


@each_parameter()
def test_default_is_a_thing_of_the_graph(filled: EmbeddedStore, asked: Question, parameter: Parameter) -> None:
    if parameter.kind == "iri":
        default = expand(parameter.default)
        assert next(filled.triples(default), None) is not None
        if parameter.choices:
            chosen = expand(parameter.choices)
            kinds = {o for _, p, o, _ in filled.triples(default) if p in (RDF.type, SKOS.inScheme)}
            assert chosen in kinds
    assert len(filled.select(asked.text)) > 0


@each_parameter()
def test_another_value_gives_another_answer(filled: EmbeddedStore, asked: Question, parameter: Parameter) -> None:
    text = bind(asked, {parameter.name: SECOND[parameter.kind]})
    assert text != asked.text
    answer = filled.select(text)
    assert answer.variables == columns(asked)
    assert len(answer) == 0


@each_parameter()
def test_the_default_may_be_given(asked: Question, parameter: Parameter) -> None:
    value = parameter.default.strip('<>"')
    assert bind(asked, {parameter.name: value}).split() == asked.text.split()
    assert bind(asked, {parameter.name: "  "}) == asked.text


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/> } ?s ?p ?o . { <https://example.org/",
        "https://example.org/ } #",
        "pg:Task . ?s ?p ?o",
        '"text"',
        "<https://example.org/{x}>",
        "https://example.org/\nx",
        "?anything",
        "待查",
    ],
)
@each_parameter("iri")
def test_what_is_no_iri_is_refused(asked: Question, parameter: Parameter, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        bind(asked, {parameter.name: value})
    assert parameter.label["zh"] in refused.value.zh or "IRI" in refused.value.zh


@pytest.mark.parametrize(
    "value",
    [
        '" } ?s ?p ?o . { "',
        '") } DROP ALL #',
        "\\",
        '\\" } #',
        "一\n二",
        '"""',
        'VALUES ?locatorPrefix { "二" }',
        "{ ?thing ?p ?o }",
        "$1",
    ],
)
@each_parameter("string")
def test_texts_are_inert(filled: EmbeddedStore, asked: Question, parameter: Parameter, value: str) -> None:
    answer = filled.select(bind(asked, {parameter.name: value}))
    assert answer.variables == columns(asked)
    assert len(answer) == 0


@each_question
def test_unknown_parameters_are_refused(asked: Question) -> None:
    with pytest.raises(BadInput) as refused:
        bind(asked, {"nothingOfTheKind": "1"})
    assert asked.name in refused.value.en


def test_unknown_questions_are_refused() -> None:
    with pytest.raises(NotFound):
        question("nothing-of-the-kind")


# ---- What nothing shipped shows: faults that are planted

THING = URIRef(ID + "test/task/thing")


def planted(*triples: tuple[URIRef, URIRef, URIRef | Literal]) -> EmbeddedStore:
    store = EmbeddedStore()
    quads: list[Quad] = [(*triple, GRAPHS["test"]) for triple in triples]
    store.apply(Changeset(added=quads))
    return store


@pytest.mark.parametrize(
    ("labels", "missing"),
    [((), {"zh", "en"}), (("zh",), {"en"}), (("en",), {"zh"}), (("zh", "en"), set()), (("fr", "en"), {"zh"})],
)
def test_a_missing_label_is_found(labels: tuple[str, ...], missing: set[str]) -> None:
    store = planted(
        (THING, RDF.type, PG.Task),
        *((THING, SKOS.prefLabel, Literal("x", lang=language)) for language in labels),
    )
    answer = store.select(question("labels-missing").text)
    assert {str(row["missing"]) for row in answer} == missing
    assert all(row["thing"] == THING for row in answer)


def test_a_statement_without_evidence_is_found() -> None:
    stated = (THING, PG.assertion, PGC["assertion-stated"])
    text = question("stated-without-evidence").text
    assert len(planted((THING, RDF.type, PG.Task), stated).select(text)) == 1
    assert len(planted((THING, RDF.type, PG.Task), stated, (THING, PG.evidence, THING)).select(text)) == 0
    inferred = (THING, PG.assertion, PGC["assertion-inferred"])
    assert len(planted((THING, RDF.type, PG.Task), inferred).select(text)) == 0


def test_a_problem_without_a_measure_is_found() -> None:
    text = question("problems-without-measure").text
    measure = URIRef(ID + "test/measure/thing")
    assert len(planted((THING, RDF.type, PG.Problem)).select(text)) == 1
    assert len(planted((THING, RDF.type, PG.Problem), (measure, PG.addresses, THING)).select(text)) == 0


def test_a_task_without_a_measure_is_found() -> None:
    text = question("tasks-without-measure").text
    measure, domain = URIRef(ID + "test/measure/thing"), URIRef(ID + "test/domain/thing")
    task = ((THING, RDF.type, PG.Task), (THING, PG.inDomain, domain))
    assert len(planted(*task).select(text)) == 1
    continued = ((measure, RDF.type, PG.PolicyMeasure), (measure, PG.continues, THING))
    assert len(planted(*task, *continued).select(text)) == 0


def test_a_later_status_takes_the_place_of_an_earlier_one() -> None:
    """The same project is reported on twice: only the later report counts."""
    reports = [
        (URIRef(ID + f"test/status-report/{year}"), year, code)
        for year, code in ((2021, "planned"), (2023, "completed"))
    ]
    triples: list[tuple[URIRef, URIRef, URIRef | Literal]] = [(THING, RDF.type, PG.Project)]
    for report, year, code in reports:
        triples += [
            (report, RDF.type, PG.StatusReport),
            (report, PG.about, THING),
            (report, PG.status, PGC["status-" + code]),
            (report, PG.asOf, Literal(f"{year}-06-30", datatype=expand("xsd:date"))),
        ]
    store = planted(*triples)
    asked = question("projects-by-status")
    assert len(store.select(bind(asked, {"status": "pgc:status-planned"}))) == 0
    assert len(store.select(bind(asked, {"status": "pgc:status-completed"}))) == 1
    counted = {row["status"]: int(str(row["projects"])) for row in store.select(question("project-statuses").text)}
    assert counted == {PGC["status-completed"]: 1}


# ---- Counts that must agree with the store


def test_every_project_is_counted_once(filled: EmbeddedStore) -> None:
    projects = {s for s, _, _, _ in filled.triples(None, RDF.type, PG.Project)}
    counted = filled.select(question("project-statuses").text)
    assert sum(int(str(row["projects"])) for row in counted) == len(projects)
    placeless = {row["work"] for row in filled.select(question("projects-without-place").text)}
    assert placeless == {p for p in projects if next(filled.triples(p, PG.locatedIn), None) is None}


def test_graph_sizes_are_those_of_the_store(filled: EmbeddedStore) -> None:
    answer = {row["graph"]: int(str(row["triples"])) for row in filled.select(question("named-graphs").text)}
    assert answer == filled.graphs()


def test_stated_and_inferred_links_make_all_links(filled: EmbeddedStore) -> None:
    for row in filled.select(question("inferred-links-by-property").text):
        links, inferred, stated = (int(str(row[column])) for column in ("links", "inferred", "stated"))
        assert links == inferred + stated
        assert inferred > 0
        assert stated >= 0
