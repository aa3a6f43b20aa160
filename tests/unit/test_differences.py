"""What a change did, told by thing and property, in both languages."""

from __future__ import annotations

import json

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.differences import ThingDiff, diff, diff_between, diff_text
from plangraph.errors import Refused
from plangraph.history import find
from plangraph.namespaces import GRAPHS, ID, PG
from plangraph.recording import Note, recorded
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore

G, H = GRAPHS["xinghe/report"], GRAPHS["xinghe/editorial"]
XINGHE, LINHE = ID["place/xinghe"], ID["place/linhe"]


def named(iri: URIRef, zh: str, en: str) -> list[Quad]:
    return [
        (iri, RDF.type, PG.Place, G),
        (iri, SKOS.prefLabel, Literal(zh, lang="zh"), G),
        (iri, SKOS.prefLabel, Literal(en, lang="en"), G),
    ]


def make(store: EmbeddedStore, added: list[Quad], removed: list[Quad] = [], most: int = 99) -> None:  # noqa: B006
    store.apply(recorded(store, Changeset(added=added, removed=removed), Note(), most=most))


@pytest.fixture
def store() -> EmbeddedStore:
    """Two places; one gets another name and a part; the other goes."""
    made = EmbeddedStore()
    make(made, [*named(XINGHE, "星河区", "Xinghe"), *named(LINHE, "临河镇", "Linhe")])
    make(
        made,
        [(XINGHE, SKOS.prefLabel, Literal("星河新区", lang="zh"), G), (LINHE, PG.within, XINGHE, H)],
        [(XINGHE, SKOS.prefLabel, Literal("星河区", lang="zh"), G)],
    )
    make(made, [], [*named(LINHE, "临河镇", "Linhe"), (LINHE, PG.within, XINGHE, H)])
    return made


def states(things: tuple[ThingDiff, ...]) -> dict[str, str]:
    return {thing.iri.rpartition("/")[2]: thing.state for thing in things}


def test_things_come_change_and_go(store: EmbeddedStore) -> None:
    first, second, third = (diff(store, find(store, name)) for name in "123")
    assert states(first) == {"xinghe": "created", "linhe": "created"}
    assert states(second) == {"xinghe": "changed", "linhe": "changed"}
    assert states(third) == {"linhe": "deleted"}
    (gone,) = third
    assert (gone.text("zh"), gone.text("en")) == ("临河镇", "Linhe")


def test_old_and_new_values_stand_side_by_side(store: EmbeddedStore) -> None:
    linhe, xinghe = diff(store, find(store, "2"))
    (name,) = xinghe.properties
    (value,) = name.values
    assert value.old is not None
    assert value.new is not None
    assert (value.old.text, value.new.text, value.new.language) == ("星河区", "星河新区", "zh")
    assert name.graph == str(G)
    assert xinghe.text("zh") == "星河新区"
    (within,) = linhe.properties
    assert (within.graph, within.label["zh"], within.label["en"]) == (str(H), "位于", "within")
    assert within.values[0].old is None
    assert within.values[0].new is not None
    assert within.values[0].new.label == {"zh": "星河新区", "en": "Xinghe"}


def test_values_are_paired_by_language() -> None:
    store = EmbeddedStore()
    old = [Literal("甲", lang="zh"), Literal("A", lang="en"), Literal("丙", lang="zh")]
    new = [Literal("B", lang="en"), Literal("乙", lang="zh")]
    make(store, [(XINGHE, SKOS.note, value, G) for value in old])
    make(store, [(XINGHE, SKOS.note, v, G) for v in new], [(XINGHE, SKOS.note, v, G) for v in old])
    ((thing),) = diff(store, find(store, "2"))
    pairs = {(v.old and v.old.text, v.new and v.new.text) for v in thing.properties[0].values}
    assert ("A", "B") in pairs
    assert len(pairs) == 3
    assert {pair for pair in pairs if pair[1] is None} <= {("甲", None), ("丙", None)}


def test_between_two_states(store: EmbeddedStore) -> None:
    records = [find(store, name) for name in "123"]
    assert states(diff_between(store, records[0], records[2])) == {"xinghe": "changed", "linhe": "deleted"}
    back = diff_between(store, records[2], records[0])
    assert states(back) == {"xinghe": "changed", "linhe": "created"}
    assert diff_between(store, records[1], records[1]) == ()
    once = diff_between(store, records[0], records[1])
    assert once == diff(store, records[1])


def test_a_thing_that_comes_back_is_new(store: EmbeddedStore) -> None:
    make(store, named(LINHE, "临河镇", "Linhe"))
    make(store, [(LINHE, SKOS.note, Literal("又来了", lang="zh"), G)])
    assert states(diff(store, find(store, "4"))) == {"linhe": "created"}
    assert states(diff(store, find(store, "5"))) == {"linhe": "changed"}
    assert states(diff(store, find(store, "3"))) == {"linhe": "deleted"}


def test_as_text(store: EmbeddedStore) -> None:
    zh = diff_text(diff(store, find(store, "2")), "zh")
    assert "~ 修改：星河新区" in zh
    assert "“星河区”@zh → “星河新区”@zh" in zh
    assert "位于：+ 星河新区" in zh
    en = diff_text(diff(store, find(store, "3")), "en")
    assert en.startswith("- deleted: Linhe  <")
    assert "within: - Xinghe" in en
    assert diff_text((), "zh") == "没有差别。"
    make(store, [(XINGHE, SKOS.note, Literal("长" * 500, lang="zh"), G)])
    assert len(diff_text(diff(store, find(store, "4")), "zh")) < 400


def test_as_json(store: EmbeddedStore) -> None:
    told = json.loads(json.dumps([thing.to_json() for thing in diff(store, find(store, "2"))]))
    assert [thing["state"] for thing in told] == ["changed", "changed"]
    value = told[1]["properties"][0]["values"][0]
    assert (value["old"]["value"], value["new"]["value"], value["new"]["lang"]) == ("星河区", "星河新区", "zh")
    assert told[0]["properties"][0]["values"][0]["old"] is None


def test_what_cannot_be_shown(store: EmbeddedStore) -> None:
    make(store, named(LINHE, "临河镇", "Linhe"), most=1)
    with pytest.raises(Refused, match="Change 4"):
        diff(store, find(store, "4"))
    with pytest.raises(Refused):
        diff_between(store, find(store, "1"), find(store, "4"))
    assert states(diff(store, find(store, "2"))) == {"xinghe": "changed", "linhe": "changed"}
