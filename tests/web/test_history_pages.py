"""The pages and the JSON of the history: what is listed, what a change shows, and undoing it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from qingxi_site import PLACE
from rdflib import Graph
from rdflib.namespace import RDF
from written_site import commit, place, send_form

from plangraph.namespaces import PG as TERMS
from plangraph.patches import read_patch
from site_to_write import Answer, Site

HTML = "text/html,application/xhtml+xml"
DESCRIPTION = "http://purl.org/dc/terms/description"


def page(site: Site, path: str) -> Answer:
    return site("GET", path, Accept=HTML)


def describe(site: Site, slug: str, text: str, query: str = "") -> Answer:
    return commit(site, f'<{PLACE}{slug}> <{DESCRIPTION}> "{text}"@zh .', query)


def test_changes_are_listed_the_last_first(written: Site) -> None:
    first = commit(written, place("listed-a", "甲亭"), "message=First&author=Li").json["number"]
    second = commit(written, place("listed-b", "乙亭"), "message=Second").json["number"]
    told = written("GET", "/api/history?limit=1").json
    assert [change["number"] for change in told["changes"]] == [second]
    assert told["next"] == second
    assert told["last"] == second
    older = written("GET", f"/api/history?limit=1&before={second}").json
    assert [(change["number"], change["message"]) for change in older["changes"]] == [(first, "First")]
    listing = page(written, "/history").text
    assert listing.index("Second") < listing.index("First")
    assert "Place listed-b" in listing


def test_a_thing_has_a_history_of_its_own(written: Site) -> None:
    made = commit(written, place("own", "独亭"), "message=Made").json["number"]
    commit(written, place("other", "别亭"), "message=Other")
    told = describe(written, "own", "临水", "message=Told").json["number"]
    found = written("GET", "/api/history?about=" + quote(PLACE + "own", safe="")).json
    assert [change["number"] for change in found["changes"]] == [told, made]
    assert f"about={quote(PLACE + 'own', safe='')}" in page(written, "/doc/place/own").text


def test_a_change_is_shown_thing_by_thing(written: Site) -> None:
    commit(written, place("diffed", "变亭"))
    old = describe(written, "diffed", "旧说")
    fields = [
        ("file", ("new.ttl", f'<{PLACE}diffed> <{DESCRIPTION}> "新说"@zh .', "text/turtle")),
        ("removed", ("old.ttl", f'<{PLACE}diffed> <{DESCRIPTION}> "旧说"@zh .', "text/turtle")),
    ]
    done = send_form(written, "/api/commit", fields)
    assert (old.status, done.status) == (201, 201)
    (thing,) = written("GET", f"/api/history/{done.json['number']}").json["things"]
    assert (thing["iri"], thing["state"], thing["label"]["zh"]) == (PLACE + "diffed", "changed", "变亭")
    (pair,) = thing["properties"][0]["values"]
    assert (pair["old"]["value"], pair["new"]["value"]) == ("旧说", "新说")
    shown = page(written, f"/history/{done.json['number']}").text
    assert "<del><span" in shown
    assert "<ins><span" in shown
    assert shown.index("旧说") < shown.index("新说")


def test_its_patch_and_its_record_can_be_had(written: Site) -> None:
    done = commit(written, place("patched", "补亭")).json
    name = done["change"].rpartition("/")[2]
    for answer in (
        written("GET", f"/history/{name}.rdfp"),
        written("GET", f"/history/{done['number']}", Accept="application/rdf-patch"),
    ):
        assert answer.headers.get_content_type() == "application/rdf-patch"
        assert len(tuple(read_patch(answer.text).added)) == 4
    graph = Graph().parse(data=written("GET", f"/history/{name}.ttl").text, format="turtle")
    assert [str(s) for s in graph.subjects(RDF.type, TERMS.Change)] == [done["change"]]
    assert written("GET", f"/history/{name}.json").json["change"] == done["change"]


@pytest.mark.parametrize("path", ["/history/99999", "/history/1-ffffffff", "/history/nonsense", "/api/history/99999",
                                  "/history/99999/revert", "/history/99999.rdfp"])  # fmt: skip
def test_what_never_was_is_not_found(written: Site, path: str) -> None:
    answer = written("GET", path)
    assert answer.status == 404
    assert "plangraph log" in answer.json["messages"]["en"]


@pytest.mark.parametrize("query", ["limit=0", "limit=999", "before=x", "about=not%20one"])
def test_wrong_questions_are_refused(written: Site, query: str) -> None:
    assert written("GET", f"/api/history?{query}").status == 400


def test_a_revert_is_shown_first_and_then_made(written: Site) -> None:
    done = commit(written, place("undone", "废亭")).json
    before = page(written, f"/history/{done['number']}/revert").text
    assert "Revert change" in before
    assert "is-deleted" in before
    assert "废亭" in before
    fields = [("change", done["change"]), ("message", "不要了"), ("author", "Li")]
    answer = send_form(written, "/api/revert", fields, Accept=HTML)
    assert answer.status == 303
    shown = page(written, answer.headers["Location"]).text
    assert "不要了" in shown
    assert f"change {done['number']}" in shown
    assert written("GET", "/doc/place/undone.nt").status == 404
    assert "Undone by" in page(written, f"/history/{done['number']}").text
    assert "nothing to revert" in page(written, f"/history/{done['number']}/revert").text
    again = send_form(written, "/api/revert", fields)
    assert (again.status, again.json["change"]) == (200, None)


def test_a_revert_that_breaks_the_data_is_refused(written: Site) -> None:
    done = commit(written, place("needed", "要亭")).json["number"]
    inside = place("inside", "内亭") + f"<{PLACE}inside> <{TERMS.within}> <{PLACE}needed> ."
    assert commit(written, inside).status == 201
    shown = page(written, f"/history/{done}/revert").text
    assert "can&#39;t be reverted" in shown
    assert "/api/revert" not in shown
    answer = written("POST", f"/api/revert?change={done}")
    assert answer.status == 422
    assert PLACE + "inside" in {result["focusNode"] for result in answer.json["report"]["results"]}


def replace(site: Site, slug: str, old: str, new: str) -> int:
    """Put one description in another's place; gives the number of the change."""
    fields = [
        (field, (f"{field}.ttl", f'<{PLACE}{slug}> <{DESCRIPTION}> "{text}"@zh .', "text/turtle"))
        for field, text in (("removed", old), ("file", new))
    ]
    return int(send_form(site, "/api/commit", fields).json["number"])


def test_a_revert_that_later_changes_stand_in_the_way_of(written: Site) -> None:
    commit(written, place("crowded", "挤亭"))
    describe(written, "crowded", "初稿")
    done = replace(written, "crowded", "初稿", "二稿")
    later = replace(written, "crowded", "二稿", "定稿")
    assert f"/history/{later}-" in page(written, f"/history/{done}/revert").text
    answer = written("POST", f"/api/revert?change={done}")
    assert answer.status == 409
    assert [change["number"] for change in answer.json["conflict"]["changes"]] == [later]


def test_what_others_write_stays_text(written: Site) -> None:
    hostile = '<img src=x onerror=alert(1)>\u202e"'
    named = place("hostile", "<script>x</script>亭")
    see = f"<{PLACE}hostile> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <javascript:alert(1)> ."
    refused = written("POST", "/api/commit", named + see, "text/turtle", Accept=HTML)
    assert refused.status == 422
    done = commit(written, named, f"message={quote(hostile)}&author={quote(hostile)}")
    assert done.status == 201, done.text
    address = done.headers["Location"]
    paths = (address, "/history", f"{address}/revert")
    pages = [page(written, path).text for path in paths]
    assert all("&lt;img src=x" in text for text in pages)
    for shown in (refused.text, *pages):
        assert "<script>x" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript:' not in shown
        assert "\u202e" not in shown
