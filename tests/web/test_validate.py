"""Checking data over HTTP: what is read, what is refused, and what the report says, on an invented plan."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from qingxi_site import PG, THING, qingxi_site
from rdflib import Graph, Literal
from rdflib.namespace import RDF, SH
from werkzeug.test import TestResponse

from plangraph import uploads
from plangraph.mediatypes import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from plangraph.shipped import shipped
from plangraph.spreadsheets import is_spreadsheet
from plangraph.validation import ENGINES
from plangraph.web import contribute, received

# The second goal has no English name: one violation, on its line.
NAMELESS = f"""@prefix pg: <{PG}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<{THING}goal/quiet-nights> a pg:Goal ;
    skos:prefLabel "宁静夜晚"@zh .
"""
ENGLISH_NAME = "https://w3id.org/plangraph/shapes#Thing-prefLabel-en"
BROKEN = f"@prefix pg: <{PG}> .\n\n<{THING}goal/a> a pg:Goal ;; .\n<{THING}goal/b> pg:Goal .\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with qingxi_site(tmp_path_factory.mktemp("validate"), upload_bytes=200_000, query_seconds=60.0) as app:
        yield app.test_client()


def send(
    client: FlaskClient, body: str | bytes, content_type: str = "text/turtle", accept: str = "application/json"
) -> TestResponse:
    return client.post("/api/validate", data=body, content_type=content_type, headers={"Accept": accept})


def send_form(client: FlaskClient, path: str, accept: str, **fields: Any) -> TestResponse:
    return client.post(path, data=fields, content_type="multipart/form-data", headers={"Accept": accept})


def missing_name(report: dict[str, Any]) -> dict[str, Any]:
    return next(r for r in report["results"] if r["sourceShape"] == ENGLISH_NAME)


def test_a_fault_comes_with_its_place_and_both_languages(client: FlaskClient) -> None:
    answer = send(client, NAMELESS)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    report = answer.get_json()
    assert report["conforms"] is False
    result = missing_name(report)
    assert result["severity"] == "violation"
    assert result["focusNode"] == THING + "goal/quiet-nights"
    assert result["focusLabel"]["zh"] == "宁静夜晚"
    assert result["message"].keys() == {"zh", "en"}
    assert result["fix"].keys() == {"zh", "en"}
    assert result["where"]["line"] == 5


def test_the_report_as_shacl(client: FlaskClient) -> None:
    answer = send(client, NAMELESS, accept="text/turtle")
    assert answer.mimetype == "text/turtle"
    graph = Graph().parse(data=answer.text, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(False)
    assert ENGLISH_NAME in {str(shape) for shape in graph.objects(None, SH.sourceShape)}


@pytest.mark.parametrize(("lang", "words"), [("zh-CN", ["不合格", "第 5 行"]), ("en", ["conform", "Line 5"])])
def test_the_report_as_a_page(client: FlaskClient, lang: str, words: list[str]) -> None:
    answer = client.post(
        "/api/validate",
        data=NAMELESS,
        content_type="text/turtle",
        headers={"Accept": "text/html", "Accept-Language": lang},
    )
    assert answer.mimetype == "text/html"
    assert all(word in answer.text for word in words)
    assert 'id="L5"' in answer.text


def test_a_form_without_scripts_gives_a_page(client: FlaskClient) -> None:
    answer = send_form(client, "/validate", "text/html", text=NAMELESS.replace("\n", "\r\n"))
    assert answer.status_code == 200
    assert 'data-line="5"' in answer.text


def test_the_good_example_conforms_and_the_other_doesnt(client: FlaskClient) -> None:
    page = client.get("/validate").text
    examples = json.loads(page.partition('id="config">')[2].partition("</script>")[0])["examples"]
    assert [example["valid"] for example in examples] == [True, False]
    for example in examples:
        assert send(client, example["text"].encode()).get_json()["conforms"] is example["valid"]


def test_context_counts_what_the_graph_holds(client: FlaskClient) -> None:
    # The rivers task is in the graph already: a link to it is no link to nothing.
    link = f"<{THING}goal/clear-water> <{PG}hasIndicator> <{THING}%s> ."
    held = send(client, link % "indicator/water-quality", "application/n-triples").get_json()
    wrong = send(client, link % "task/roads", "application/n-triples").get_json()
    paths = [{r["path"] for r in report["results"] if r["severity"] == "violation"} for report in (held, wrong)]
    assert PG + "hasIndicator" not in paths[0]
    assert PG + "hasIndicator" in paths[1]


def test_nothing_is_stored(client: FlaskClient) -> None:
    send(client, NAMELESS)
    asked = client.get("/api/search", query_string={"q": "宁静"}, headers={"Accept": "application/json"})
    assert asked.get_json() == {"hits": []}


def test_broken_syntax_names_line_and_column(client: FlaskClient) -> None:
    answer = send(client, BROKEN)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["line"] == 4
    assert answer.get_json()["column"] > 1


def test_broken_syntax_in_a_form_keeps_the_text(client: FlaskClient) -> None:
    answer = send_form(client, "/validate", "text/html", text=BROKEN)
    assert answer.status_code == 400
    assert 'data-line="4"' in answer.text
    assert "goal/b" in answer.text


def test_a_hostile_text_stays_text(client: FlaskClient) -> None:
    answer = send_form(client, "/validate", "text/html", text='<script>alert("x")</script>', syntax="turtle")
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_what_turns_the_text_around_it_is_written_out(client: FlaskClient) -> None:
    hidden = NAMELESS.replace("宁静夜晚", "宁静\u202e夜晚")
    page = send_form(client, "/api/validate", "text/html", text=hidden).text
    report = page.partition('id="report"')[2].partition("<textarea")[0]
    assert "\\u202e" in report
    assert "\u202e" not in report


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", ""])
def test_other_media_types_are_refused(client: FlaskClient, content_type: str) -> None:
    answer = send(client, NAMELESS, content_type)
    assert answer.status_code == 415
    assert "text/turtle" in answer.get_json()["detail"]


def test_a_file_of_unknown_kind_is_refused(client: FlaskClient) -> None:
    answer = send_form(client, "/api/validate", "application/json", file=(io.BytesIO(b"x"), "data.bin"))
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"text": ""}, 400), ({"text": " \n"}, 400), ({}, 400), ({"text": NAMELESS, "syntax": "docx"}, 400),
     ({"text": NAMELESS, "engine": "guess"}, 400)],
)  # fmt: skip
def test_incomplete_forms_are_refused(client: FlaskClient, fields: dict[str, str], status: int) -> None:
    assert send_form(client, "/api/validate", "application/json", **fields).status_code == status


def test_too_much_is_refused(client: FlaskClient) -> None:
    assert send(client, b"#" * 200_001).status_code == 413


def test_an_answer_in_no_known_format_is_refused(client: FlaskClient) -> None:
    assert send(client, NAMELESS, accept="image/png").status_code == 406


def test_a_file_is_read_by_its_ending(client: FlaskClient) -> None:
    fields = {"file": (io.BytesIO(NAMELESS.encode()), "new goals.ttl")}
    report = send_form(client, "/api/validate", "application/json", **fields).get_json()
    assert missing_name(report)["where"] == {"file": "new goals.ttl", "line": 5}


CSV = "plangraph:id pg:Place,skos:prefLabel@zh,skos:prefLabel@en,pg:placeType\n"
FAULTY = CSV + ",清园,,公圆\n,=HYPERLINK(1),Good Garden,公园\n"


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook with one sheet of places."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "地点"
    for row in [CSV.strip().split(","), *rows]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_table_is_checked_cell_by_cell(client: FlaskClient) -> None:
    for report in (
        send(client, FAULTY, "text/csv").get_json(),
        send_form(
            client, "/api/validate", "application/json", file=(io.BytesIO(FAULTY.encode()), "地点.csv")
        ).get_json(),
    ):
        assert report["conforms"] is False
        assert {"C2", "D2"} <= {result["where"]["cell"] for result in report["results"] if result["where"]}
    page = send_form(client, "/api/validate", "text/html", file=(io.BytesIO(FAULTY.encode()), "地点.csv")).text
    assert 'class="faulty violation" id="cell-%E5%9C%B0%E7%82%B9-D2"' in page
    assert "公圆" in page


def test_a_workbook_comes_back_marked(client: FlaskClient) -> None:
    data = workbook([["", "清园", "", "公圆"]])
    answer = send_form(client, "/api/validate?format=xlsx", "*/*", file=(io.BytesIO(data), "地点.xlsx"))
    assert answer.mimetype == received.XLSX.media_type
    assert "attachment" in answer.headers["Content-Disposition"]
    marked = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert marked["地点"]["D2"].comment is not None
    assert marked["地点"]["B2"].comment is None


@pytest.mark.parametrize(("content", "name"), [(NAMELESS.encode(), "goals.ttl"), (FAULTY.encode(), "places.csv")])
def test_only_a_workbook_can_be_marked(client: FlaskClient, content: bytes, name: str) -> None:
    answer = send_form(client, "/api/validate?format=xlsx", "*/*", file=(io.BytesIO(content), name))
    assert answer.status_code == 400


@pytest.mark.parametrize("content", [b"PK nonsense", b"\xd0\xcf\x11\xe0 old", b"<html>"])
def test_what_only_calls_itself_a_workbook_is_refused(client: FlaskClient, content: bytes) -> None:
    answer = send_form(client, "/api/validate", "application/json", file=(io.BytesIO(content), "book.xlsx"))
    assert answer.status_code == 400
    assert answer.get_json()["messages"].keys() == {"zh", "en"}


def test_a_bomb_is_refused_before_it_unpacks(client: FlaskClient) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", b" " * 10_000_000)
    answer = send(client, out.getvalue(), received.XLSX.media_type)
    assert answer.status_code in (400, 413)


def test_the_template_is_a_workbook_of_the_graphs_things(client: FlaskClient) -> None:
    answer = client.get("/template.xlsx?lang=zh")
    assert answer.mimetype == received.XLSX.media_type
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert "观测" in book.sheetnames
    told = send_form(client, "/api/validate", "application/json", file=(io.BytesIO(answer.data), "empty.xlsx"))
    assert told.get_json()["conforms"] is True


def test_results_over_the_limit_are_counted(client: FlaskClient) -> None:
    many = f"@prefix pg: <{PG}> .\n" + "".join(f"<{THING}goal/g{n}> a pg:Goal .\n" for n in range(20))
    whole = send(client, many).get_json()
    report = client.post("/api/validate?limit=5", data=many, content_type="text/turtle").get_json()
    assert len(report["results"]) == 5
    assert sum(report["leftOut"].values()) == len(whole["results"]) - 5
    assert {result["severity"] for result in report["results"]} == {"violation"}
    page = client.post(
        "/api/validate?limit=5", data=many, content_type="text/turtle", headers={"Accept": "text/html"}
    ).text
    assert str(len(whole["results"]) - 5) in page
    for wrong in ("0", "-1", "x", "10001"):
        assert client.post(f"/api/validate?limit={wrong}", data=many, content_type="text/turtle").status_code == 400


def test_the_page_to_keep_stands_on_its_own(client: FlaskClient) -> None:
    answer = client.post("/api/validate?format=html&download=1", data=NAMELESS, content_type="text/turtle")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "/static/" not in answer.text
    assert "<script>" not in answer.text


def test_endings_of_spreadsheets_are_those_that_are_read() -> None:
    for ending in uploads.SHEET_ENDINGS:
        assert is_spreadsheet("x" + ending)
    assert not is_spreadsheet("x.ttl")


def test_engines_are_those_that_validation_has() -> None:
    assert set(contribute.ENGINES) <= set(ENGINES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<urn:a> <urn:b> <urn:c> .", TURTLE),
        ("@prefix a: <urn:a#> . a:x a:y [ a:z 1 ] .", TURTLE),
        ("# ex:graph { \n<urn:a> <urn:b> \"ex:g { }\" .", TURTLE),
        ("PREFIX a: <urn:a#> GRAPH a:g { a:x a:y a:z }", TRIG),
        ("<urn:g> { <urn:a> <urn:b> <urn:c> }", TRIG),
        ('\ufeff {"@context": {}, "@id": "urn:a"}', JSON_LD),
        ('[{"@id": "urn:a"}]', JSON_LD),
        ('<?xml version="1.0"?><rdf:RDF/>', RDF_XML),
        ("[] <urn:b> <urn:c> .", TURTLE),
        ("[ <urn:b> <urn:c> ] .", TURTLE),
        ("{ <urn:a> <urn:b> \"c\" }", TRIG),
    ],
)  # fmt: skip
def test_pasted_text_is_taken_for_what_it_is(text: str, expected: Format) -> None:
    assert received.guess_format(text) == expected


def test_every_valid_example_looks_like_turtle() -> None:
    for path in shipped("ontology", "examples").rglob("*.ttl"):
        assert received.guess_format(path.read_text(encoding="utf-8")) in (TURTLE, N_TRIPLES), path.name
