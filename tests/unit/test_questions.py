"""Questions: their headers, and values that become terms and nothing else."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from plangraph.errors import BadInput, NotFound
from plangraph.queries import Question, bind, question, questions, read_question

HEADER = """\
# title-zh: 河边的项目
# title-en: Projects by a river
# question-zh: 这条河边有哪些项目？
# question-en: Which projects are by this river?
# theme: places
"""
PARAMETERS = """\
# param: place iri pg:Place | 地点 | place
# param: word string | 字 | word
# param: least integer | 至少 | at least
# param: share decimal | 份额 | share
# param: day date | 日期 | date
"""
BODY = """\
PREFIX pg: <https://w3id.org/plangraph/ontology#>
# select nothing here
SELECT * WHERE {
  VALUES ?place { <https://w3id.org/plangraph/id/place/a> }
  VALUES ?word { "a" }
  VALUES ?least { 1 }
  VALUES ?share { 0.5 }
  VALUES ?day { "2026-01-31"^^<http://www.w3.org/2001/XMLSchema#date> }
}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "by-river.rq"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def asked(tmp_path: Path) -> Question:
    return read_question(written(tmp_path, HEADER + PARAMETERS + BODY))


def terms(text: str) -> dict[str, str]:
    """What the one solution of the text binds, as N-Triples terms: shows that it is one query with one solution."""
    solutions = ox.Store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    (row,) = list(solutions)
    return {name: str(value) for name, value in zip(names, row, strict=True)}


def test_a_question_as_it_is_written(asked: Question) -> None:
    assert (asked.name, asked.theme, asked.form) == ("by-river", "places", "select")
    assert asked.title == {"zh": "河边的项目", "en": "Projects by a river"}
    assert asked.question["en"] == "Which projects are by this river?"
    place, word, *_ = asked.parameters
    assert (place.name, place.kind, place.choices) == ("place", "iri", "pg:Place")
    assert (place.label, place.default) == (
        {"zh": "地点", "en": "place"},
        "<https://w3id.org/plangraph/id/place/a>",
    )
    assert (word.choices, word.default) == (None, '"a"')
    assert asked.text == HEADER + PARAMETERS + BODY
    assert set(terms(asked.text)) == {"place", "word", "least", "share", "day"}


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("ASK {}", "ask"),
        ("construct { ?s ?p ?o } where { ?s ?p ?o }", "construct"),
        ("PREFIX select: <http://a.example/>\nDESCRIBE <http://a.example/>", "describe"),
        ("BASE <http://a.example/ASK>\nSELECT * {}", "select"),
    ],
)
def test_the_form_of_a_question(tmp_path: Path, body: str, form: str) -> None:
    assert read_question(written(tmp_path, HEADER + body)).form == form


@pytest.mark.parametrize("key", ["title-zh", "title-en", "question-zh", "question-en", "theme"])
def test_a_header_that_lacks_a_line_is_told(tmp_path: Path, key: str) -> None:
    lines = [line for line in HEADER.splitlines() if key not in line]
    with pytest.raises(BadInput) as caught:
        read_question(written(tmp_path, "\n".join(lines) + "\nASK {}"))
    assert key in caught.value.zh
    assert f"by-river.rq lacks or misspells: {key}" in caught.value.en


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("places", "weather"),
        HEADER.replace("河边的项目", ""),
        "SELECT * {}\n" + HEADER,
        HEADER + "# param: place iri\n",
        HEADER + "# param: place url | 地点 | place\n",
        HEADER + "# param: river iri | 河 | river\n",
        HEADER + "# param: place iri pg:Place | 地点\n",
        HEADER + "# param: place iri pg:Place other | 地点 | place\n",
    ],
)
def test_a_header_that_is_wrong_is_told(tmp_path: Path, header: str) -> None:
    with pytest.raises(BadInput, match=r"by-river\.rq"):
        read_question(written(tmp_path, header + BODY))


XSD = "http://www.w3.org/2001/XMLSchema#"
FITTING = [
    ("place", "http://a.example/b", "<http://a.example/b>"),
    ("place", "<http://a.example/河>", "<http://a.example/河>"),
    ("place", "pg:Task", "<https://w3id.org/plangraph/ontology#Task>"),
    ("place", "  urn:x:y ", "<urn:x:y>"),
    ("word", "青溪", '"青溪"'),
    ("word", " two words ", '"two words"'),
    ("least", "12", f'"12"^^<{XSD}integer>'),
    ("least", "-3", f'"-3"^^<{XSD}integer>'),
    ("least", "+007", f'"7"^^<{XSD}integer>'),
    ("least", "１２", f'"12"^^<{XSD}integer>'),
    ("share", "0.25", f'"0.25"^^<{XSD}decimal>'),
    ("share", "5", f'"5"^^<{XSD}decimal>'),
    ("share", "-.5", f'"-0.5"^^<{XSD}decimal>'),
    ("day", "2024-02-29", f'"2024-02-29"^^<{XSD}date>'),
]


@pytest.mark.parametrize(("name", "value", "term"), FITTING)
def test_a_value_becomes_a_term(asked: Question, name: str, value: str, term: str) -> None:
    found = terms(bind(asked, {name: value}))
    assert found[name] == term
    rest = terms(asked.text)
    assert {k: v for k, v in found.items() if k != name} == {k: v for k, v in rest.items() if k != name}


@pytest.mark.parametrize("value", ["", "   ", "\n"])
def test_an_empty_value_leaves_the_default(asked: Question, value: str) -> None:
    assert bind(asked, {"word": value}) == asked.text


INJECTIONS = [
    '" } } ; DROP ALL #',
    '"} UNION { SERVICE <http://a.example/> {} } VALUES ?x { "',
    "\\",
    'a\\" }',
    'a\nb\\"',
    "a\nb",
    "a\r\nb",
    '"""',
    "'''",
    "\\u0022 } #",
    "\\\\u0022",
    "}",
    "{ VALUES ?least { 9 } }",
    "VALUES ?least { 9 }",
    "\\1 \\g<1>",
    "# comment",
    "\t",
    "a\x00b",
]


@pytest.mark.parametrize("value", INJECTIONS, ids=ascii)
def test_no_text_leaves_its_string(asked: Question, value: str) -> None:
    found = terms(bind(asked, {"word": value}))
    assert set(found) == {"place", "word", "least", "share", "day"}
    assert found["word"] == (str(ox.Literal(value.strip())) if value.strip() else '"a"')
    assert found["least"] == f'"1"^^<{XSD}integer>'


@pytest.mark.parametrize("order", [1, -1])
def test_a_text_is_no_place_for_another_value(tmp_path: Path, order: int) -> None:
    header = HEADER + "# param: a string | 一 | a\n# param: b string | 二 | b\n"
    two = read_question(written(tmp_path, header + 'SELECT * { VALUES ?a { "1" } VALUES ?b { "2" } }'))
    values = {"a": "VALUES ?b { x }", "b": " } ASK {} # VALUES ?a { y }"}
    found = terms(bind(two, dict(list(values.items())[::order])))
    assert found == {"a": '"VALUES ?b { x }"', "b": '"} ASK {} # VALUES ?a { y }"'}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("place", "place"),
        ("place", "http://a.example/> } #"),
        ("place", "http://a.example/a b"),
        ("place", "http://a.example/\\u003E"),
        ("place", "nothing:here>"),
        ("place", "?place"),
        ("place", "<>"),
        ("least", "1.5"),
        ("least", "1 } #"),
        ("least", "一"),
        ("least", "9" * 5000),
        ("share", "half"),
        ("share", "NaN"),
        ("share", "Infinity"),
        ("share", "1e999999999"),
        ("share", "1,5"),
        ("share", "9" * 5000),
        ("share", "."),
        ("day", "2023-02-29"),
        ("day", "2026-13-01"),
        ("day", "2026-1-1"),
        ("day", "today"),
        ("day", "２０２６-01-01"),
        ("day", '2026-01-01" } #'),
        ("day", "20260101"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_told(asked: Question, name: str, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        bind(asked, {name: value})
    assert value in caught.value.zh
    assert value in caught.value.en


def test_a_parameter_that_there_is_not_is_told_with_those_that_there_are(asked: Question, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="place, word, least, share, day") as caught:
        bind(asked, {"river": "x"})
    assert "“river”" in caught.value.zh
    plain = read_question(written(tmp_path, HEADER + "ASK {}"))
    assert bind(plain, {}) == plain.text
    with pytest.raises(BadInput, match="none"):
        bind(plain, {"river": "x"})


def test_shipped_questions_are_found_by_name() -> None:
    first = questions()[0]
    assert question(first.name) is question(first.name + ".rq") is first
    with pytest.raises(NotFound) as caught:
        question("no-such-question")
    assert first.name in caught.value.zh
