"""Search over the labels of the invented plan of ``qingxi.trig``."""

from __future__ import annotations

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDFS, SKOS

from plangraph.namespaces import GRAPHS, PG
from plangraph.search import fold, search
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

PLAN = "https://w3id.org/plangraph/id/qingxi-2030/"
PLACE = "https://w3id.org/plangraph/id/place/"
HERE = GRAPHS["here"]


def found(store: EmbeddedStore, text: str, **options: object) -> list[str]:
    hits = search(store, text, **options)  # type: ignore[arg-type]
    return [hit.thing.iri.removeprefix(PLAN).removeprefix(PLACE) for hit in hits]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        # the whole label, then beginnings, the shorter first
        ("青溪", ["qingxi-river", "document/report", "plan/main"]),
        ("qingxi", ["qingxi-river", "document/report", "plan/main"]),
        # two characters anywhere, one character, Latin letters of any case
        ("加固", ["project/north-dyke"]),
        ("桥", ["project/bridge"]),
        ("RAINBOW bridge", ["project/bridge"]),
        ("渠", []),
        # a run of characters, not any of them
        ("河治", []),
        ("治理河道", []),
        # words in any order, each must be there
        ("dyke north", ["project/north-dyke"]),
        ("restoration river", ["task/rivers"]),
        ("north weir", []),
        ("river", ["task/rivers", "task/tourism", "qingxi-river"]),
        # full width, ideographic space, quotation marks
        ("ＱＩＮＧＸＩ\u3000ＲＩＶＥＲ", ["qingxi-river"]),
        ("“长虹桥”", ["project/bridge"]),
        ("peoples park", ["east-park", "west-park"]),
        ("people’s PARK", ["east-park", "west-park"]),
        # the thing before what is observed of it
        ("水质达标率", ["indicator/water-quality", "observation/water-quality-2029"]),
        ("达标率", ["indicator/water-quality", "observation/water-quality-2029"]),
        ("2029", ["observation/water-quality-2029"]),
        # alternative labels
        ("creek", ["qingxi-river"]),
        ("北堤工程", ["project/north-dyke"]),
        # nothing asked
        ("", []),
        ("  \n\u3000", []),
        ("“”", []),
        # letters that mean something elsewhere
        (".*", []),
        ("%", []),
        ("' OR 1=1", []),
        ("\x00", []),
        ("青溪" * 500, []),
    ],
)
def test_what_is_found_and_in_which_order(qingxi: EmbeddedStore, text: str, things: list[str]) -> None:
    assert found(qingxi, text) == things


def test_a_hit_says_which_label_matched_and_how_well(qingxi: EmbeddedStore) -> None:
    (hit,) = search(qingxi, "qing creek")
    assert (hit.matched, hit.thing.text("en")) == ("Qing Creek", "Qingxi River")
    (whole,), (part,) = search(qingxi, "长虹桥"), search(qingxi, "虹桥")
    assert whole.score == 1.0
    assert 0 < part.score < hit.score < whole.score


def test_only_of_some_classes(qingxi: EmbeddedStore) -> None:
    assert found(qingxi, "青溪", types=[str(PG.Document), str(PG.Plan)]) == ["document/report", "plan/main"]
    assert found(qingxi, "青溪", types=[str(PG.Task)]) == []
    assert found(qingxi, "水质", types=[str(PG.Indicator)]) == ["indicator/water-quality"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_limit_keeps_the_best(qingxi: EmbeddedStore, limit: int) -> None:
    assert found(qingxi, "青溪", limit=limit) == ["qingxi-river", "document/report", "plan/main"][:limit]


def test_a_thing_is_found_once_by_its_best_label(own_qingxi: EmbeddedStore) -> None:
    bridge = URIRef(PLAN + "project/bridge")
    added = [(bridge, SKOS.altLabel, Literal(text, lang="zh"), HERE) for text in ("虹桥", "大虹桥")]
    own_qingxi.apply(Changeset(added=added))
    (hit,) = search(own_qingxi, "虹桥")
    assert hit.matched == "虹桥"


def test_things_come_before_terms_of_the_vocabulary(own_qingxi: EmbeddedStore) -> None:
    own_qingxi.apply(Changeset(added=[(PG.River, RDFS.label, Literal("青溪", lang="zh"), HERE)]))
    assert found(own_qingxi, "青溪")[:2] == ["qingxi-river", str(PG.River)]


def test_a_change_of_the_store_is_seen(own_qingxi: EmbeddedStore) -> None:
    assert found(own_qingxi, "新闸") == []
    label = (URIRef(PLAN + "project/sluice"), SKOS.prefLabel, Literal("新闸", lang="zh"), HERE)
    own_qingxi.apply(Changeset(added=[label]))
    assert found(own_qingxi, "新闸") == ["project/sluice"]
    own_qingxi.apply(Changeset(removed=[label]))
    assert found(own_qingxi, "新闸") == []


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ＡＢＣ１２", "abc12"), ("“三化”", "三化"), ("People's", "peoples"), ("Straße", "strasse"), ("㎡", "m2")],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
