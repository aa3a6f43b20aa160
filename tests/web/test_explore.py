"""The graph view's page and the JSON behind it, on a plan whose answers are known by heart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from qingxi_site import PG, PLACE, THING, qingxi_site


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with qingxi_site(tmp_path_factory.mktemp("explore")) as app:
        yield app.test_client()


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(path, query_string=query, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def post(client: FlaskClient, path: str, body: Any) -> Any:
    return client.post(path, json=body, headers={"Accept": "application/json"})


def local(iris: Any) -> set[str]:
    return {iri.removeprefix(THING).removeprefix(PLACE) for iri in iris}


def test_search_finds_two_chinese_characters(client: FlaskClient) -> None:
    hits = get(client, "/api/search", q="北堤")["hits"]
    assert [hit["iri"] for hit in hits] == [THING + "project/north-dyke"]
    assert hits[0]["label"] == {"zh": "北堤加固工程", "en": "North Dyke Reinforcement"}
    assert hits[0]["kind"] == "Project"
    assert hits[0]["page"] == "/doc/qingxi-2030/project/north-dyke"


def test_search_keeps_to_the_classes_asked_for(client: FlaskClient) -> None:
    assert local(hit["iri"] for hit in get(client, "/api/search", q="quay")["hits"]) == {"project/quay", "task/quays"}
    assert local(hit["iri"] for hit in get(client, "/api/search", q="quay", type=PG + "Task")["hits"]) == {"task/quays"}


def test_search_without_text_finds_nothing(client: FlaskClient) -> None:
    assert get(client, "/api/search") == {"hits": []}


def test_neighbourhood_gives_what_is_one_link_away(client: FlaskClient) -> None:
    found = get(client, "/api/neighbourhood", iri=THING + "task/rivers")
    assert local(node["iri"] for node in found["nodes"]) == {
        "task/rivers", "domain/environment", "goal/clear-water", "project/north-dyke", "project/south-weir",
    }  # fmt: skip
    inferred = {(edge["property"], *local([edge["target"]])) for edge in found["edges"] if edge["inferred"]}
    assert inferred == {(PG + "supports", "goal/clear-water")}
    assert found["more"] == 0
    assert found["thing"]["label"]["en"] == "River Restoration"


def test_neighbourhood_says_how_many_it_left_out(client: FlaskClient) -> None:
    found = get(client, "/api/neighbourhood", iri=THING + "task/rivers", limit=1)
    assert len(found["nodes"]) == 2
    assert found["more"] == 3


def test_neighbourhood_of_a_plan_shows_its_goals_and_domains(client: FlaskClient) -> None:
    found = get(client, "/api/neighbourhood", iri=THING + "plan/main")
    assert local(node["iri"] for node in found["nodes"]) == {
        "plan/main", "goal/clear-water", "goal/lively-banks", "domain/environment",
    }  # fmt: skip
    assert {edge["property"] for edge in found["edges"]} == {PG + "inPlan", PG + "supports"}


def test_summary_has_description_and_facts_by_language(client: FlaskClient) -> None:
    thing = get(client, "/api/neighbourhood", iri=THING + "project/north-dyke", limit=0)["thing"]
    assert thing["description"] == {"zh": "加高并加固北堤", "en": "The northern dyke is raised and made stronger"}
    due = [fact for fact in thing["facts"] if fact["property"] == PG + "dueBy"]
    assert due[0]["values"] == [{"zh": "2028-06-30", "en": "2028-06-30"}]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"iri": THING + "project/no-such"}, 404),
        ({"iri": THING + "task/rivers", "depth": "9"}, 400),
        ({"iri": THING + "task/rivers", "limit": "-1"}, 400),
        ({"iri": THING + "task/rivers", "limit": "²"}, 400),
        ({"iri": THING + "task/rivers", "limit": "9" * 5000}, 400),
    ],
)
def test_neighbourhood_refuses_what_it_cant_do(client: FlaskClient, query: dict[str, str], status: int) -> None:
    answer = client.get("/api/neighbourhood", query_string=query, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["messages"].keys() == {"zh", "en"}


def test_path_tells_why_each_hop_holds(client: FlaskClient) -> None:
    hops = get(client, "/api/path", **{"from": THING + "project/north-dyke", "to": THING + "goal/clear-water"})[
        "paths"
    ][0]["hops"]
    assert [hop["propertyLabel"]["en"] for hop in hops] == ["implements", "supports"]
    stated, inferred = hops
    assert not stated["inferred"]
    assert [(e["locator"], e["exact"]) for e in stated["evidence"]] == [("一", "北堤工程"), ("二(一)", "北堤加固")]
    assert inferred["inferred"]
    assert inferred["rationale"] == {"zh": "治理河道使水变清", "en": "Restored rivers run clear"}
    assert inferred["evidence"] == []


def test_no_path_is_an_empty_answer(client: FlaskClient) -> None:
    assert get(client, "/api/path", **{"from": PLACE + "lonely-hill", "to": THING + "task/roads"}) == {"paths": []}


def test_names_of_many_things_leave_out_the_unknown(client: FlaskClient) -> None:
    river, nobody = PLACE + "qingxi-river", PLACE + "no-such"
    names = post(client, "/api/names", {"iris": [river, nobody, "javascript:alert(1)", "<>"]}).get_json()["names"]
    assert list(names) == [river]
    assert names[river]["label"]["zh"] == "青溪"
    assert names[river]["page"] == "/doc/place/qingxi-river"


@pytest.mark.parametrize("body", [[], {}, {"iris": "x"}, {"iris": [1]}, {"iris": ["urn:x"] * 1001}])
def test_names_refuse_a_body_that_is_no_list_of_iris(client: FlaskClient, body: Any) -> None:
    assert post(client, "/api/names", body).status_code == 400


def test_links_join_things_that_came_by_different_ways(client: FlaskClient) -> None:
    iris = [THING + "domain/environment", THING + "goal/clear-water", THING + "plan/main", PLACE + "lonely-hill"]
    edges = post(client, "/api/links", {"iris": iris}).get_json()["edges"]
    found = {(*local([e["source"]]), e["property"].removeprefix(PG), *local([e["target"]])) for e in edges}
    assert found == {
        ("domain/environment", "supports", "goal/clear-water"),
        ("domain/environment", "inPlan", "plan/main"),
        ("goal/clear-water", "inPlan", "plan/main"),
    }


@pytest.mark.parametrize(("lang", "words"), [("zh", "关系图"), ("en", "Graph view")])
def test_page_lists_what_is_around_for_those_without_scripts(client: FlaskClient, lang: str, words: str) -> None:
    page = client.get("/explore", query_string={"iri": THING + "task/rivers", "lang": lang})
    assert page.status_code == 200
    assert words in page.text
    noscript = page.text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'href="/doc/qingxi-2030/project/south-weir"' in noscript


def test_page_starts_from_the_plan(client: FlaskClient) -> None:
    assert f'"start": "{THING}plan/main"' in client.get("/explore").text


def test_page_of_an_unknown_thing_is_not_found(client: FlaskClient) -> None:
    page = client.get("/explore", query_string={"iri": THING + "task/no-such"}, headers={"Accept": "text/html"})
    assert page.status_code == 404


def test_page_keeps_hostile_text_inside_its_data(client: FlaskClient) -> None:
    page = client.get("/explore", query_string={"iri": "</script><script>alert(1)"}, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<script>alert" not in page.text
