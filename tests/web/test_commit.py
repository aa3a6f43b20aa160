"""Commits over HTTP: who may, what is answered, and that nothing wrong and nothing overtaken is written."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from qingxi_site import PLACE
from rdflib import Graph, Literal
from rdflib.namespace import RDF, SH
from written_site import NAMES, TURTLE, commit, place, send_form

from plangraph.conflicts import Overtaken
from plangraph.errors import DoesNotConform
from plangraph.recording import Note
from plangraph.requests import Commit, Payload, Revert
from plangraph.sending import Sender
from plangraph.settings import Settings
from site_to_write import TOKEN, Site

ENGLISH_NAME = "https://w3id.org/plangraph/shapes#Thing-prefLabel-en"
HTML = "text/html,application/xhtml+xml"
CSV = "plangraph:id pg:Place,skos:prefLabel@zh,skos:prefLabel@en,pg:placeType\n"


def names(site: Site, slug: str) -> set[str]:
    """The lines on a thing in the graph, those with its names."""
    answer = site("GET", f"/doc/place/{slug}.nt")
    return {line for line in answer.text.splitlines() if NAMES in line} if answer.status == 200 else set()


def test_a_commit_is_written_and_recorded(written: Site) -> None:
    answer = commit(written, place("east-garden", "东园"), f"message={quote('新增东园')}&author=Li%20Ming")
    assert answer.status == 201
    told = answer.json
    assert told["change"].startswith("https://w3id.org/plangraph/id/change/")
    assert (told["added"], told["removed"], told["report"]["conforms"]) == (4, 0, True)
    record = written("GET", answer.headers["Location"], Accept="application/json").json
    assert (record["message"], record["author"], record["number"]) == ("新增东园", "Li Ming", told["number"])
    assert any("东园" in line for line in names(written, "east-garden"))


def test_the_same_again_changes_nothing_and_says_so(written: Site) -> None:
    first = commit(written, place("west-garden", "西园"))
    again = commit(written, place("west-garden", "西园"))
    assert (first.status, again.status) == (201, 200)
    assert again.json["change"] is None
    assert again.json["revision"] == first.json["revision"]
    assert "nothing was changed" in again.json["detail"]


def test_what_doesnt_conform_is_refused_with_its_report(written: Site) -> None:
    broken = place("no-english", "无名", None)
    answer = commit(written, broken)
    assert (answer.status, answer.headers.get_content_type()) == (422, "application/problem+json")
    assert ENGLISH_NAME in {result["sourceShape"] for result in answer.json["report"]["results"]}
    report = Graph().parse(data=commit(written, broken, Accept=TURTLE).text, format="turtle")
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    assert report.value(node, SH.conforms) == Literal(False)
    assert ENGLISH_NAME in {str(shape) for shape in report.objects(None, SH.sourceShape)}
    page = commit(written, broken, Accept=HTML)
    assert (page.status, page.headers.get_content_type()) == (422, "text/html")
    assert "Doesn&#39;t conform" in page.text
    assert not names(written, "no-english")


def test_warnings_keep_nothing_back_unless_that_is_asked(written: Site) -> None:
    # Two places of one name and type: a warning.
    assert commit(written, place("twin-one", "双生园")).status == 201
    twin = place("twin-two", "双生园")
    refused = commit(written, twin, "allow-warnings=false")
    assert refused.status == 422
    assert {result["severity"] for result in refused.json["report"]["results"]} >= {"warning"}
    assert commit(written, twin).status == 201


def test_a_syntax_fault_names_its_line(written: Site) -> None:
    answer = commit(written, place("fine", "好") + "<urn:a> <urn:b> .\n")
    assert (answer.status, answer.json["line"]) == (400, 2)


def test_several_files_come_and_go_as_one_change(written: Site) -> None:
    old = place("old-square", "旧广场")
    assert commit(written, old).status == 201
    fields = [
        ("file", ("one.ttl", place("new-square", "新广场"), TURTLE)),
        ("file", ("two.ttl", place("new-alley", "新巷"), TURTLE)),
        ("removed", ("gone.ttl", old, TURTLE)),
        ("message", "换广场"),
    ]
    answer = send_form(written, "/api/commit", fields)
    assert answer.status == 201, answer.text
    assert (answer.json["added"], answer.json["removed"]) == (8, 4)
    record = written("GET", answer.headers["Location"] + ".json").json
    assert [file["name"] for file in record["files"]] == ["gone.ttl", "one.ttl", "two.ttl"]
    assert names(written, "new-alley")
    assert not names(written, "old-square")


def test_replace_leaves_only_what_is_sent(written: Site) -> None:
    graph = "graph=" + quote("https://w3id.org/plangraph/graph/qingxi-2030/parks", safe="")
    assert commit(written, place("park-a", "甲园") + place("park-b", "乙园"), graph).status == 201
    answer = commit(written, place("park-b", "乙园"), graph + "&replace=true")
    assert (answer.status, answer.json["added"], answer.json["removed"]) == (201, 0, 4)
    assert not names(written, "park-a")


def test_who_was_overtaken_is_told_by_whom(written: Site) -> None:
    base = commit(written, place("shared", "共有园")).json["number"]
    theirs = commit(written, f'<{PLACE}shared> <http://purl.org/dc/terms/description> "园林"@zh .', "author=Wang")
    assert theirs.status == 201, theirs.text
    ours = f'<{PLACE}shared> <http://www.w3.org/2004/02/skos/core#altLabel> "公园"@zh .'
    answer = commit(written, ours, f"base={base}")
    assert answer.status == 409
    (change,) = answer.json["conflict"]["changes"]
    assert (change["author"], change["number"]) == ("Wang", theirs.json["number"])
    assert [thing["iri"] for thing in change["things"]] == [PLACE + "shared"]
    assert commit(written, ours, f"base={theirs.json['number']}").status == 201


@pytest.mark.parametrize(
    ("query", "body", "content_type", "status"),
    [
        ("", "", TURTLE, 400),
        ("", "x", "application/pdf", 415),
        ("graph=not%20an%20iri", "<urn:a> <urn:b> <urn:c> .", TURTLE, 400),
        ("graph=https%3A%2F%2Fw3id.org%2Fplangraph%2Fgraph%2Fhistory", "<urn:a> <urn:b> <urn:c> .", TURTLE, 403),
        ("base=9999", place("late", "迟"), TURTLE, 404),
        ("replace=perhaps", "<urn:a> <urn:b> <urn:c> .", TURTLE, 400),
        ("message=" + "x" * 2001, "<urn:a> <urn:b> <urn:c> .", TURTLE, 400),
        ("", "#" * 200_001, TURTLE, 413),
        ("format=docx", "<urn:a> <urn:b> <urn:c> .", TURTLE, 400),
        ("replace=1", CSV + ",园,Garden,公园\n", "text/csv", 400),
    ],
)  # fmt: skip
def test_what_cant_be_committed(written: Site, query: str, body: str, content_type: str, status: int) -> None:
    answer = written("POST", f"/api/commit?{query}", body, content_type)
    assert answer.status == status, answer.text
    assert {"zh", "en"} == answer.json["messages"].keys() or status in (413,)


def test_a_stale_condition_is_refused(written: Site) -> None:
    answer = commit(written, place("conditional", "条件园"), If_Match='"gone-turtle"')
    assert answer.status == 412


def test_a_spreadsheet_is_committed_and_its_faults_stand_at_cells(written: Site) -> None:
    wrong = send_form(written, "/api/commit", [("file", ("places.csv", CSV + ",南园,,公圆\n", "text/csv"))])
    assert wrong.status == 422
    cells = {result["where"]["cell"] for result in wrong.json["report"]["results"] if result["where"]}
    assert {"C2", "D2"} <= cells
    right = send_form(written, "/api/commit", [("file", ("places.csv", CSV + ",南园,South Garden,公园\n", "text/csv"))])
    assert right.status == 201, right.text
    record = written("GET", right.headers["Location"] + ".json").json
    assert [file["name"] for file in record["files"]] == ["places.csv"]
    assert names(written, "south-garden")


def test_a_form_without_scripts_leads_to_the_change(written: Site) -> None:
    fields = [("text", place("form-park", "表单园")), ("syntax", "turtle"), ("message", "表单")]
    answer = send_form(written, "/api/commit", fields, Accept=HTML)
    assert answer.status == 303
    page = written("GET", answer.headers["Location"], Accept=HTML)
    assert page.status == 200
    assert "表单园" in page.text
    again = send_form(written, "/api/commit", fields, Accept=HTML)
    assert (again.status, again.headers["Location"]) == (303, "/history?unchanged=1")


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_a_server_without_a_writer_refuses(client: FlaskClient) -> None:
    answer = client.post("/api/commit", data="<urn:a> <urn:b> <urn:c> .", content_type=TURTLE)
    assert answer.status_code == 403
    assert client.post("/api/revert?change=1").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
     {"Host": "elsewhere.example"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/commit", "/api/revert?change=1", "/contribute/observation"])
def test_no_other_page_writes_through_a_browser(written: Site, path: str, headers: Mapping[str, str]) -> None:
    fields = [("text", "<urn:a> <urn:b> <urn:c> ."), ("action", "commit"), ("indicator", "urn:a")]
    answer = send_form(written, path, fields, **headers)
    assert answer.status == 403


def test_the_token_is_taken_from_the_header_or_a_form(guarded: Site) -> None:
    anyone = Site(guarded.address, {"Accept-Language": "en", "Accept": "application/json"})
    turtle = place("token-park", "令牌园")
    assert commit(anyone, turtle).status == 401
    assert commit(anyone, turtle, Authorization="Bearer wrong").status == 401
    fields = [("text", turtle), ("message", "by form")]
    assert send_form(anyone, "/api/commit", [*fields, ("token", "wrong")]).status == 401
    assert send_form(anyone, "/api/commit", [*fields, ("token", TOKEN)]).status == 201
    assert commit(anyone, turtle, Authorization=f"Bearer {TOKEN}").status == 200


def test_the_token_is_never_echoed(guarded: Site) -> None:
    fields = [("text", place("echo", "回声园", None)), ("token", TOKEN)]
    answer = send_form(guarded, "/api/commit", fields, Accept=HTML)
    assert answer.status == 422
    assert TOKEN not in answer.text


# --- From the library and the command line ----------------------------------------------------------------------------


def test_what_sends_commits_gets_what_the_writer_would_say(written: Site) -> None:
    sender = Sender(Settings(store=written.address), "en")
    payload = Payload(place("sent", "寄来园").encode(), TURTLE, name="sent.ttl")
    done = sender.change(Commit((payload,)), note=Note(author="Zhao", message="sent"))
    assert done.number is not None
    assert done.added == 4
    assert sender.change(Commit((payload,))).id is None
    with pytest.raises(DoesNotConform) as refused:
        sender.change(Commit((Payload(place("unnamed", "无", None).encode(), TURTLE),)))
    assert isinstance(refused.value.report, dict)
    more = Payload(f'<{PLACE}sent> <http://www.w3.org/2004/02/skos/core#altLabel> "寄园"@zh .'.encode(), TURTLE)
    with pytest.raises(Overtaken):
        sender.change(Commit((more,)), base=str(done.number - 1))
    assert sender.change(Revert(str(done.number))).removed == 4
