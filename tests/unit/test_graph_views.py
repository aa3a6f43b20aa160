"""Neighbourhoods and paths in the invented plan of ``qingxi.trig``."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree

import networkx as nx
import pytest
from rdflib import Literal, URIRef

from plangraph.errors import NotFound
from plangraph.graphview import Path, neighbourhood, network_file, paths, project
from plangraph.namespaces import GRAPHS, PG
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

PLAN = "https://w3id.org/plangraph/id/qingxi-2030/"
PLACE = "https://w3id.org/plangraph/id/place/"
REPORT = GRAPHS["qingxi-2030/report"]
EDITORIAL = GRAPHS["qingxi-2030/editorial"]
RIVERS, GOAL = PLAN + "task/rivers", PLAN + "goal/clear-water"


def short(iri: str) -> str:
    return iri.removeprefix(PLAN).removeprefix(PLACE)


def route(path: Path) -> list[tuple[str, str, str, bool, bool]]:
    return [
        (short(h.subject.iri), h.property.removeprefix(str(PG)), short(h.object.iri), h.forward, h.inferred)
        for h in path.hops
    ]


def test_the_shortest_path_and_why_each_hop_holds(qingxi: EmbeddedStore) -> None:
    (path,) = paths(qingxi, PLAN + "project/north-dyke", GOAL)
    assert route(path) == [
        ("project/north-dyke", "implements", "task/rivers", True, False),
        ("task/rivers", "supports", "goal/clear-water", True, True),
    ]
    stated, inferred = path.hops
    assert (stated.rationale, [e.exact for e in stated.evidence]) == (None, ["北堤工程", "北堤加固"])
    assert inferred.rationale == {"zh": "治理河道使水变清", "en": "Restored rivers run clear"}
    assert inferred.evidence == ()
    assert len(path) == 2


def test_a_path_back_walks_the_links_against_their_direction(qingxi: EmbeddedStore) -> None:
    (path,) = paths(qingxi, GOAL, PLAN + "project/north-dyke")
    assert route(path) == [
        ("task/rivers", "supports", "goal/clear-water", False, True),
        ("project/north-dyke", "implements", "task/rivers", False, False),
    ]


def test_what_all_things_share_is_no_way(qingxi: EmbeddedStore) -> None:
    (path,) = paths(qingxi, PLAN + "project/bridge", PLAN + "project/north-dyke")
    assert route(path) == [
        ("project/bridge", "locatedIn", "qingxi-river", True, False),
        ("project/north-dyke", "locatedIn", "qingxi-river", False, False),
    ]


def test_of_two_ways_as_short_the_stated_one_comes_first(qingxi: EmbeddedStore) -> None:
    first, second = paths(qingxi, PLAN + "project/quay", PLAN + "goal/lively-banks")
    assert [hop[:3] for hop in route(first)] == [
        ("project/quay", "implements", "task/quays"),
        ("task/quays", "supports", "goal/lively-banks"),
    ]
    assert [h.inferred for h in first.hops] == [False, False]
    assert [h.inferred for h in second.hops] == [False, True]
    assert len(paths(qingxi, PLAN + "project/quay", PLAN + "goal/lively-banks", maximum=1)) == 1


def test_of_two_ways_as_short_the_one_past_no_hub_comes_first(own_qingxi: EmbeddedStore) -> None:
    hill, quay, roads = (URIRef(x) for x in (PLACE + "lonely-hill", PLAN + "project/quay", PLAN + "project/bridge"))
    small = URIRef(PLACE + "east-park")
    crowd = [(URIRef(f"{PLAN}project/{n}"), PG.locatedIn, hill, REPORT) for n in range(30)]
    joined = [(s, PG.locatedIn, o, REPORT) for s in (quay, roads) for o in (hill, small)]
    own_qingxi.apply(Changeset(added=[*crowd, *joined]))
    first, second = paths(own_qingxi, str(quay), str(roads))
    assert first.hops[0].object.iri == str(small)
    assert second.hops[0].object.iri == str(hill)


def test_no_way(qingxi: EmbeddedStore) -> None:
    assert paths(qingxi, RIVERS, RIVERS) == ()
    assert paths(qingxi, RIVERS, PLACE + "lonely-hill") == ()
    assert paths(qingxi, RIVERS, PLAN + "project/quay") == ()  # another part of the graph
    assert paths(qingxi, PLAN + "project/north-dyke", GOAL, max_length=1) == ()
    assert len(paths(qingxi, PLAN + "project/north-dyke", GOAL, max_length=2)) == 1


@pytest.mark.parametrize("iri", [PLAN + "task/none", "no iri", "", "http://a.example/> }"])
def test_things_that_there_are_not(qingxi: EmbeddedStore, iri: str) -> None:
    for ends in ((iri, GOAL), (GOAL, iri)):
        with pytest.raises(NotFound):
            paths(qingxi, *ends)
    with pytest.raises(NotFound):
        neighbourhood(qingxi, iri)


def nodes(qingxi: EmbeddedStore, iri: str, **options: int) -> tuple[list[str], int]:
    view = neighbourhood(qingxi, iri, **options)
    return [short(node["iri"]) for node in view.to_json()["nodes"]], view.more


def test_a_neighbourhood_begins_with_what_matters(qingxi: EmbeddedStore) -> None:
    assert nodes(qingxi, RIVERS) == (
        ["task/rivers", "goal/clear-water", "domain/environment", "project/north-dyke", "project/south-weir"],
        0,
    )


@pytest.mark.parametrize(("limit", "more"), [(0, 4), (2, 2), (4, 0), (5, 0)])
def test_a_limit_counts_what_it_leaves_out(qingxi: EmbeddedStore, limit: int, more: int) -> None:
    found, left = nodes(qingxi, RIVERS, limit=limit)
    assert (len(found), left) == (1 + 4 - more, more)
    assert found[: limit + 1] == nodes(qingxi, RIVERS)[0][: limit + 1]


def test_depth(qingxi: EmbeddedStore) -> None:
    assert nodes(qingxi, RIVERS, depth=0) == (["task/rivers"], 4 - 4)
    two, _ = nodes(qingxi, RIVERS, depth=2)
    assert two[5:] == ["qingxi-river"]
    three, _ = nodes(qingxi, RIVERS, depth=3)
    assert three[6:] == ["project/bridge"]


def test_the_json_of_a_view(qingxi: EmbeddedStore) -> None:
    view = neighbourhood(qingxi, RIVERS).to_json()
    assert json.loads(json.dumps(view)) == view
    assert view["nodes"][0] == {
        "iri": RIVERS,
        "label": {"zh": "河道治理", "en": "River Restoration"},
        "types": [str(PG.Task)],
        "kind": "Task",
        "degree": 4,
    }
    edges = {(short(e["source"]), short(e["property"]), short(e["target"])): e["inferred"] for e in view["edges"]}
    assert edges == {
        ("task/rivers", str(PG.inDomain), "domain/environment"): False,
        ("task/rivers", str(PG.supports), "goal/clear-water"): True,
        ("domain/environment", str(PG.supports), "goal/clear-water"): False,
        ("project/north-dyke", str(PG.implements), "task/rivers"): False,
        ("project/south-weir", str(PG.implements), "task/rivers"): False,
    }
    assert {e["propertyLabel"]["en"] for e in view["edges"]} >= {"supports", "implements"}


def test_a_thing_without_links_stands_alone(qingxi: EmbeddedStore) -> None:
    view = neighbourhood(qingxi, PLACE + "lonely-hill").to_json()
    assert [node["kind"] for node in view["nodes"]] == ["Place"]
    assert (view["edges"], view["more"]) == ([], 0)


def test_the_projection_holds_things_and_no_bookkeeping(qingxi: EmbeddedStore) -> None:
    network = project(qingxi)
    assert PLAN + "plan/main" not in network
    assert not [iri for iri in network if "/link/" in iri or "/evidence/" in iri]
    assert network.has_edge(PLAN + "observation/water-quality-2029", PLAN + "indicator/water-quality")
    network.clear()
    assert len(project(qingxi)) > 0  # it was a copy


@pytest.mark.parametrize("again", [REPORT, GRAPHS["0-first"], GRAPHS["z-last"]])
def test_what_is_stated_stays_stated_where_editors_say_it_too(own_qingxi: EmbeddedStore, again: URIRef) -> None:
    own_qingxi.apply(Changeset(added=[(URIRef(RIVERS), PG.supports, URIRef(GOAL), again)]))
    assert project(own_qingxi)[RIVERS][GOAL][str(PG.supports)]["inferred"] is False


def test_a_stated_link_is_told_before_an_inferred_one_between_the_same_things(own_qingxi: EmbeddedStore) -> None:
    own_qingxi.apply(Changeset(added=[(URIRef(RIVERS), PG.continues, URIRef(GOAL), REPORT)]))
    (path,) = paths(own_qingxi, RIVERS, GOAL)
    assert route(path) == [("task/rivers", "continues", "goal/clear-water", True, False)]


def test_a_change_of_the_store_is_seen(own_qingxi: EmbeddedStore) -> None:
    assert paths(own_qingxi, RIVERS, PLACE + "lonely-hill") == ()
    link = (URIRef(RIVERS), PG.locatedIn, URIRef(PLACE + "lonely-hill"), REPORT)
    own_qingxi.apply(Changeset(added=[link]))
    assert len(paths(own_qingxi, RIVERS, PLACE + "lonely-hill")) == 1
    own_qingxi.apply(Changeset(removed=[link]))
    assert paths(own_qingxi, RIVERS, PLACE + "lonely-hill") == ()


def test_a_reason_on_the_thing_itself_will_do(own_qingxi: EmbeddedStore) -> None:
    roads, lively = URIRef(PLAN + "task/roads"), URIRef(PLAN + "goal/lively-banks")
    why = (roads, PG.rationale, Literal("路通则人来", lang="zh"), EDITORIAL)
    own_qingxi.apply(Changeset(added=[(roads, PG.supports, lively, EDITORIAL), why]))
    (path,) = paths(own_qingxi, str(roads), str(lively))
    assert path.hops[0].rationale == {"zh": "路通则人来"}


def test_exports_of_the_network(qingxi: EmbeddedStore) -> None:
    network = project(qingxi)
    read = nx.read_graphml(io.BytesIO(network_file(qingxi, "graphml", "zh")), force_multigraph=True)
    assert (set(read), read.number_of_edges()) == (set(network), network.number_of_edges())
    assert read.nodes[RIVERS]["label"] == "河道治理"
    assert read.nodes[RIVERS]["kind"] == "Task"
    gexf = ElementTree.fromstring(network_file(qingxi, "gexf", "en"))
    labels = {element.get("label") for element in gexf.iter() if element.tag.endswith("}node")}
    assert "River Restoration" in labels
    assert len(labels) == len(network)
