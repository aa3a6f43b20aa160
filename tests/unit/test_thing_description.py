"""What the graph says of one thing, in the invented plan of ``qingxi.trig``."""

from __future__ import annotations

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS

from plangraph.entities import PropertyGroup, describe, evidence_of, links, name_of, names, natural_key, resolve
from plangraph.errors import BadInput, NotFound
from plangraph.namespaces import GRAPHS, ID, OA, PG
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore

PLAN = "https://w3id.org/plangraph/id/qingxi-2030/"
PLACE = "https://w3id.org/plangraph/id/place/"
REPORT = "https://w3id.org/plangraph/graph/qingxi-2030/report"
EDITORIAL = "https://w3id.org/plangraph/graph/qingxi-2030/editorial"
HERE = GRAPHS["here"]
HOSTILE = ["no iri", "", "http://a.example/> } #", "http://a.example/%zz", "http://a.example/\ud800", "x" * 10_000]


def group(groups: tuple[PropertyGroup, ...], predicate: URIRef) -> PropertyGroup:
    (found,) = [g for g in groups if g.property == str(predicate)]
    return found


def things(found: PropertyGroup) -> list[str]:
    return [value.thing.iri.removeprefix(PLAN) for value in found.values if value.thing]


def test_names_facts_and_links_of_a_project(qingxi: EmbeddedStore) -> None:
    told = describe(qingxi, PLAN + "project/north-dyke")
    assert told.thing.label == {"zh": "北堤加固工程", "en": "North Dyke Reinforcement"}
    assert told.thing.kind == "Project"
    assert told.alt == {"zh": ("北堤工程",)}
    assert told.description["zh"] == "加高并加固北堤"
    assert set(told.description) == {"zh", "en"}
    (due,) = told.facts
    assert due.property == str(PG.dueBy)
    assert [str(v.term) for v in due.values] == ["2028-06-30"]
    assert due.values[0].thing is None
    assert [g.property for g in told.links_out] == [str(PG[p]) for p in ("implements", "inPlan", "locatedIn")]
    assert told.links_in == ()
    assert told.graphs == (REPORT,)


def test_a_link_names_the_thing_at_its_end(qingxi: EmbeddedStore) -> None:
    (value,) = group(describe(qingxi, PLAN + "project/north-dyke").links_out, PG.implements).values
    assert value.thing is not None
    assert (value.thing.text("zh"), value.thing.text("en")) == ("河道治理", "River Restoration")
    assert (value.graph, value.inferred, value.rationale) == (REPORT, False, None)


def test_stated_and_inferred_links_in_are_told_apart(qingxi: EmbeddedStore) -> None:
    told = describe(qingxi, PLAN + "goal/clear-water")
    supports = group(told.links_in, PG.supports)
    assert things(supports) == ["task/rivers", "domain/environment"]  # by their Chinese labels
    inferred, stated = supports.values
    assert (inferred.inferred, inferred.graph) == (True, EDITORIAL)
    assert inferred.rationale == {"zh": "治理河道使水变清", "en": "Restored rivers run clear"}
    assert (stated.inferred, stated.rationale) == (False, None)
    assert {g.property for g in told.links_in} == {str(PG.supports)}  # not the node of the link itself


def test_an_inferred_link_out_has_its_reason_too(qingxi: EmbeddedStore) -> None:
    (value,) = group(describe(qingxi, PLAN + "task/rivers").links_out, PG.supports).values
    assert value.inferred
    assert value.rationale is not None
    assert value.rationale["en"] == "Restored rivers run clear"


def test_evidence_is_in_the_order_of_the_source(qingxi: EmbeddedStore) -> None:
    first, second = describe(qingxi, PLAN + "project/north-dyke").evidence
    assert (first.start, first.end, first.exact, first.locator) == (9, 13, "北堤工程", "一")
    assert (second.start, second.end, second.exact, second.locator) == (120, 124, "北堤加固", "二(一)")
    assert first.source.text("en") == "Qingxi Report"
    assert first.iri == PLAN + "evidence/9-13"


def test_a_piece_of_evidence_is_its_own(qingxi: EmbeddedStore) -> None:
    (own,) = evidence_of(qingxi, PLAN + "evidence/120-124")
    assert own.exact == "北堤加固"
    assert evidence_of(qingxi, PLAN + "task/rivers") == ()


@pytest.mark.parametrize("iri", [PLAN + "task/none", *HOSTILE], ids=lambda iri: ascii(iri)[:40])
def test_what_there_is_not_is_not_found(qingxi: EmbeddedStore, iri: str) -> None:
    with pytest.raises(NotFound):
        describe(qingxi, iri)
    assert links(qingxi, iri, str(PG.supports)).total == 0
    assert name_of(qingxi, iri).types == ()


def test_names(qingxi: EmbeddedStore) -> None:
    found = names(qingxi, [PLAN + "task/roads", PLAN + "task/roads", str(PG.Task), "http://a.example/x"])
    assert found[PLAN + "task/roads"].text("fr") == "道路建设"
    assert found[str(PG.Task)].text("zh") == "任务"  # from the ontology
    assert found["http://a.example/x"].text("zh") == "http://a.example/x"
    assert len(found) == 3


def test_the_most_specific_type_is_the_kind(qingxi: EmbeddedStore) -> None:
    assert name_of(qingxi, PLAN + "indicator/water-quality").types == (str(PG.MainIndicator), str(PG.Indicator))


@pytest.mark.parametrize("predicate", [RDFS.label, DCTERMS.title, FOAF.name])
def test_other_vocabularies_labels_will_do_and_the_preferred_one_goes_first(predicate: URIRef) -> None:
    thing, store = URIRef("http://a.example/x"), EmbeddedStore()
    store.apply(Changeset(added=[(thing, predicate, Literal("Named", lang="en"), HERE)]))
    assert name_of(store, str(thing)).label == {"en": "Named"}
    store.apply(Changeset(added=[(thing, SKOS.prefLabel, Literal("名", lang="zh"), HERE)]))
    assert name_of(store, str(thing)).label == {"zh": "名"}


# --- Hubs -----------------------------------------------------------------------------------------------------------

HILL = PLACE + "lonely-hill"


@pytest.fixture
def hub(own_qingxi: EmbeddedStore) -> EmbeddedStore:
    """The hill with 120 wells on it."""
    wells = [URIRef(f"{PLAN}project/well-{n}") for n in range(1, 121)]
    own_qingxi.apply(Changeset(added=[(well, PG.locatedIn, URIRef(HILL), HERE) for well in wells]))
    return own_qingxi


def test_a_hub_is_described_by_its_first_page(hub: EmbeddedStore) -> None:
    found = group(describe(hub, HILL, limit=50).links_in, PG.locatedIn)
    assert (len(found.values), found.total) == (50, 120)
    assert things(found) == [f"project/well-{n}" for n in range(1, 51)]  # 2 before 10


@pytest.mark.parametrize("limit", [7, 50, 119, 120, 121])
def test_the_pages_of_a_hub_hold_every_link_once(hub: EmbeddedStore, limit: int) -> None:
    pages = [
        links(hub, HILL, str(PG.locatedIn), inverse=True, offset=offset, limit=limit)
        for offset in range(0, 120 + limit, limit)
    ]
    assert {page.total for page in pages} == {120}
    found = [iri for page in pages for iri in things(page)]
    assert sorted(found, key=natural_key) == [f"project/well-{n}" for n in range(1, 121)]
    assert pages[-1].values == ()


def test_links_out_come_in_pages_too(qingxi: EmbeddedStore) -> None:
    found = links(qingxi, PLAN + "task/rivers", str(PG.supports))
    assert found.values[0].inferred
    assert links(qingxi, PLAN + "task/rivers", str(PG.supports), offset=1).values == ()
    assert links(qingxi, PLAN + "task/rivers", str(PG.locatedIn)).total == 0


def test_things_with_a_position_stand_in_that_order(own_qingxi: EmbeddedStore) -> None:
    places = [(URIRef(PLACE + name), PG.position, Literal(n), HERE) for name, n in (("w", 10), ("x", 9), ("y", 1))]
    more: list[Quad] = [(URIRef(HILL), PG.within, URIRef(PLACE + name), HERE) for name in "wxyz"]
    own_qingxi.apply(Changeset(added=[*places, *more]))
    found = links(own_qingxi, HILL, str(PG.within))
    assert [v.thing.iri[-1] for v in found.values if v.thing] == ["y", "x", "w", "z"]


def test_data_that_dont_conform_are_described_all_the_same(own_qingxi: EmbeddedStore) -> None:
    thing, evidence, selector = (URIRef(f"http://a.example/{name}") for name in ("x", "e", "e#s"))
    rows: list[Quad] = [
        (thing, PG.evidence, evidence, HERE),
        (evidence, RDF.type, OA.SpecificResource, HERE),
        (evidence, OA.hasSource, thing, HERE),
        (evidence, OA.hasSelector, selector, HERE),
        (selector, OA.start, Literal("soon"), HERE),
        (selector, OA.end, Literal("1.5"), HERE),
        (selector, OA.exact, Literal("x"), HERE),
        (thing, PG.about, evidence, HERE),
        (evidence, PG.position, Literal("first"), HERE),
        *((thing, PG.asPrinted, Literal(text), HERE) for text in ("③", "²", "1²2", "٣", "")),
        (thing, PG.about, Literal("a text where a thing should be"), HERE),
        (thing, SKOS.prefLabel, evidence, HERE),
        (URIRef("http://a.example/link"), PG.linkFrom, thing, HERE),
    ]
    own_qingxi.apply(Changeset(added=rows))
    told = describe(own_qingxi, str(thing))
    assert told.evidence == ()
    assert group(told.facts, PG.asPrinted).total == 5
    assert group(told.links_out, PG.about).total == 1
    assert told.thing.label == {}


def test_a_natural_key_counts() -> None:
    assert sorted(["e/100", "e/99", "e/a", "e/9-2"], key=natural_key) == ["e/9-2", "e/99", "e/100", "e/a"]


# --- Resolving ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        (PLAN + "task/rivers", PLAN + "task/rivers"),
        (f"<{PLAN}task/rivers>", PLAN + "task/rivers"),
        ("  " + PLAN + "task/rivers\n", PLAN + "task/rivers"),
        ("task/rivers", PLAN + "task/rivers"),
        ("qingxi-2030/task/rivers", PLAN + "task/rivers"),
        ("place/qingxi-river", PLACE + "qingxi-river"),
        ("河道治理", PLAN + "task/rivers"),
        ("River Restoration", PLAN + "task/rivers"),
        ("北堤工程", PLAN + "project/north-dyke"),
        ("Qing Creek", PLACE + "qingxi-river"),
        ("青溪", PLACE + "qingxi-river"),
    ],
)
def test_what_a_person_means(qingxi: EmbeddedStore, text: str, iri: str) -> None:
    assert resolve(qingxi, text) == iri


def test_a_label_of_several_things_is_no_answer(qingxi: EmbeddedStore) -> None:
    with pytest.raises(BadInput) as caught:
        resolve(qingxi, "人民公园")
    for message in (caught.value.zh, caught.value.en):
        assert PLACE + "east-park" in message
        assert PLACE + "west-park" in message


def test_a_preferred_label_goes_before_an_alternative_one(own_qingxi: EmbeddedStore) -> None:
    added: list[Quad] = [(URIRef(HILL), SKOS.altLabel, Literal("青溪", lang="zh"), HERE)]
    own_qingxi.apply(Changeset(added=added))
    assert resolve(own_qingxi, "青溪") == PLACE + "qingxi-river"


def test_a_slogans_member_gives_way_to_what_it_stands_for(own_qingxi: EmbeddedStore) -> None:
    member, goal = URIRef(PLAN + "slogan-member/water"), URIRef(PLAN + "goal/clear-water")
    own_qingxi.apply(Changeset(added=[(member, SKOS.prefLabel, Literal("清水之县", lang="zh"), HERE)]))
    with pytest.raises(BadInput, match="may mean any"):
        resolve(own_qingxi, "清水之县")
    own_qingxi.apply(Changeset(added=[(member, PG.expandsTo, goal, HERE)]))
    assert resolve(own_qingxi, "清水之县") == str(goal)


@pytest.mark.parametrize(
    ("text", "near"), [("北堤加固", "北堤加固工程"), ("River Restauration", "River Restoration"), ("青溪河", "青溪")]
)
def test_near_misses_are_told(qingxi: EmbeddedStore, text: str, near: str) -> None:
    with pytest.raises(NotFound) as caught:
        resolve(qingxi, text)
    assert near in caught.value.zh
    assert near in caught.value.en


@pytest.mark.parametrize(
    "text", ["zzzzzz", *HOSTILE, "task/none", "pg:Nothing", "?s ?p ?o", "'"], ids=lambda t: ascii(t)[:40]
)
def test_nothing_near(qingxi: EmbeddedStore, text: str) -> None:
    with pytest.raises(NotFound):
        resolve(qingxi, text)


def test_the_shared_base_of_things(qingxi: EmbeddedStore) -> None:
    assert PLAN.startswith(str(ID))
    with pytest.raises(NotFound, match="Try the search"):
        resolve(qingxi, "zzzzzz")
