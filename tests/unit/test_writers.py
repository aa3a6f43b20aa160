"""Commits and reverts through the writer, and two writers whose changes touch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rdflib import Literal, URIRef

from plangraph import writing
from plangraph.commits import LOCAL_GRAPH
from plangraph.errors import BadInput, Conflict, DoesNotConform, NotFound, Refused, SyntaxFault
from plangraph.history import OWN_GRAPHS, File, find, head, head_number
from plangraph.namespaces import HISTORY_GRAPH, STATE_GRAPH
from plangraph.owning import Link, Owner
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file
from plangraph.store.template import Revision
from plangraph.writing import (
    Change,
    Commit,
    Exact,
    Note,
    Overtaken,
    Payload,
    PostGraph,
    PutGraph,
    Revert,
    Staged,
    Update,
    Writer,
    stage,
)

E = "http://e.example/"
G, H = URIRef(E + "图"), URIRef(E + "h")
P = URIRef(E + "p")
QINGXI = Path(__file__).parent / "qingxi.trig"


def turtle(text: str, media_type: str = "text/turtle", name: str = "") -> tuple[Payload, ...]:
    return (Payload(f"@prefix e: <{E}> . {text}".encode(), media_type, name=name),)


def data(store: EmbeddedStore) -> set[tuple[str, str, str]]:
    """Subject, object and graph of what is stored, each by its last part."""
    quads = [quad for quad in store.triples() if quad[3] not in OWN_GRAPHS]
    return {(str(s).removeprefix(E), str(o), str(g).rpartition("/")[2]) for s, _, o, g in quads}


class Here:
    """Stages in this process, on a copy, what the reader pool would stage in a child."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store

    @property
    def revision(self) -> Revision:
        return Revision(self.store.revision, str(self.store.revision))

    def stage(self, target: str, *args: Any) -> tuple[Staged, Revision]:
        assert target == "plangraph.writing:stage"
        return stage(self.store.in_memory(), *args), self.revision


def writer(store: EmbeddedStore, **given: Any) -> Writer:
    here = Here(store)
    return Writer(store, here, lambda _: here.revision, **{"gate": "off", **given})  # type: ignore[arg-type]


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore()


@pytest.fixture
def owner(store: EmbeddedStore) -> Writer:
    """Changes aren't validated here: what is told apart is who changed what."""
    return writer(store)


@pytest.fixture
def guarded(store: EmbeddedStore) -> Writer:
    """The invented plan, behind the gate."""
    store.apply(Changeset(added=read_file(QINGXI, default_graph=G)))
    return writer(store, gate="enforce")


# --- Commits ----------------------------------------------------------------------------------------------------------


def test_a_commit_is_recorded(tmp_path: Path) -> None:
    files = (*turtle("e:甲 e:p 1 .", name="一.ttl"), *turtle("e:乙 e:p 2 .", name="二.ttl"))
    store = EmbeddedStore.open(tmp_path / "oxigraph")
    with Owner(store, Settings(store=str(tmp_path), gate="off", readers=1)) as owner:
        link = Link(owner.address)
        link.follow(lambda step: None, lambda: None)
        done = link.change(Commit(files, G), note=Note("张伟", "两个事物"))
        with pytest.raises(Overtaken) as caught:
            link.change(Commit(turtle("e:甲 e:p 3 ."), G), base="0")
        assert caught.value.details["changes"][0]["author"] == "张伟"
    record = head(store)
    assert record is not None
    assert (done.id, done.number, done.added, done.created) == (str(record.iri), 1, 2, (G,))
    assert (record.author, record.message, record.kind, record.added) == ("张伟", "两个事物", "commit", 2)
    assert [file.name for file in record.files] == ["一.ttl", "二.ttl"]
    assert record.started <= record.ended


SAME: list[writing.Request] = [
    Commit(turtle("e:甲 e:p 1.50, '水'@zh ."), G),
    Commit(turtle("e:甲 e:p [ e:p 1 ; e:q [ e:p 2 ] ] ."), G),
    Commit(turtle("e:甲 e:p ( 1 2 ) ."), G, replace=True),
    Commit(turtle("GRAPH e:h { e:甲 e:p [ e:p 1 ] }", "application/trig"), G),
    Exact(Changeset(added=[(URIRef(E + "甲"), P, Literal("一"), G)])),
    Update(f"INSERT DATA {{ GRAPH <{G}> {{ <{E}a> <{P}> 1 }} }}"),
    PostGraph(G, turtle("e:甲 e:p 1 .")),
    PutGraph(G, turtle("e:甲 e:p 1 .")),
]


@pytest.mark.parametrize("request_", SAME, ids=lambda request: type(request).__name__)
def test_the_same_again_changes_nothing(owner: Writer, store: EmbeddedStore, request_: writing.Request) -> None:
    first = owner.change(request_)
    again = owner.change(request_)
    assert first.number == 1
    assert (again.id, again.number, again.added, again.removed) == (None, None, 0, 0)
    assert again.revision == first.revision
    assert head_number(store) == 1


def test_kinds_of_changes(owner: Writer, store: EmbeddedStore) -> None:
    put = PutGraph(H, turtle("e:甲 e:p 1 ."))
    numbers = [owner.change(request).number for request in (SAME[0], SAME[5], SAME[6], put, Revert("1"))]
    assert [find(store, str(number)).kind for number in numbers] == ["commit", "update", "graph", "graph", "revert"]


def test_what_a_commit_replaces_and_removes(owner: Writer, store: EmbeddedStore) -> None:
    owner.change(Commit(turtle("e:a e:p 1, 2 . GRAPH e:h { e:b e:p 1, 2 }", "application/trig"), G))
    done = owner.change(Commit(turtle("e:a e:p 2, 3 ."), G, replace=True))
    assert (done.added, done.removed) == (1, 1)
    assert data(store) == {("a", "2", "图"), ("a", "3", "图"), ("b", "1", "h"), ("b", "2", "h")}
    done = owner.change(Commit(turtle("GRAPH e:h { e:b e:p 5 }", "application/trig"), G, replace=True))
    assert (done.added, done.removed) == (1, 2)
    done = owner.change(Commit(turtle("e:a e:p 4 ."), G, removed=turtle("e:a e:p 2, 99 .")))
    assert (done.added, done.removed) == (1, 1)
    assert data(store) == {("a", "3", "图"), ("a", "4", "图"), ("b", "5", "h")}
    both = Commit(turtle("e:a e:p 4 ."), G, removed=turtle("e:a e:p 4 ."))
    assert owner.change(both).id is None
    done = owner.change(
        Exact(Changeset(added=[(URIRef(E + "a"), P, Literal(3), G)], removed=[(URIRef(E + "a"), P, Literal(4), G)]))
    )
    assert (done.added, done.removed) == (0, 1)


def test_the_files_of_a_workbook_are_noted(owner: Writer, store: EmbeddedStore) -> None:
    file = File("数据.xlsx", "0" * 64)
    owner.change(Exact(Changeset(added=[(URIRef(E + "a"), P, Literal(1), G)]), files=(file,)))
    assert find(store, "head").files == (file,)


REFUSED: list[tuple[str, writing.Request, type[Exception], str]] = [
    ("own graph", Commit(turtle("e:a e:p 1 ."), HISTORY_GRAPH), Refused, "own"),
    ("own graph in TriG", Commit(turtle(f"GRAPH <{STATE_GRAPH}> {{ e:a e:p 1 }}", "application/trig")), Refused, "own"),
    ("own graph, removed", Commit((), removed=turtle("e:a e:p 1 ."), graph=HISTORY_GRAPH), Refused, "own"),
    ("own graph, exact", Exact(Changeset(removed=[(G, P, G, HISTORY_GRAPH)])), Refused, "own"),
    ("replaced by nothing", Commit(turtle(""), G, replace=True), BadInput, "no data"),
    ("no RDF", Commit((Payload(b"x", "text/csv"),)), BadInput, "text/csv"),
    ("a fault in a file", Commit((*turtle("e:a e:p 1 ."), *turtle("e:b", name="b.ttl"))), SyntaxFault, "b.ttl"),
    ("no such change", Revert("7"), NotFound, "there are 1"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "kind", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused_changes_nothing(
    owner: Writer, store: EmbeddedStore, request_: writing.Request, kind: type[Exception], told: str
) -> None:
    owner.change(Commit(turtle("e:a e:p 0 ."), G))
    before = set(store.triples())
    with pytest.raises(kind, match=told):
        owner.change(request_)
    assert set(store.triples()) == before


# --- Reverts ----------------------------------------------------------------------------------------------------------


def test_a_revert_undoes_a_change(owner: Writer, store: EmbeddedStore) -> None:
    owner.change(Commit(turtle("e:a e:p 1 . e:b e:p 1 ."), G))
    owner.change(Commit(turtle("e:a e:p 2 . e:b e:p 1 ."), G, replace=True))
    before = data(store)
    done = owner.change(Revert("2"), note=Note("李娜", "弄错了"))
    record = find(store, "head")
    assert data(store) == {("a", "1", "图"), ("b", "1", "图")}
    assert (record.kind, record.reverts, record.author) == ("revert", find(store, "2").iri, "李娜")
    assert owner.change(Revert("2")).id is None
    owner.change(Revert(done.id or ""))
    assert data(store) == before
    assert owner.change(Revert("4")).number == 5
    owner.change(Revert("1"))
    assert data(store) == set()


def test_a_revert_that_later_changes_block(owner: Writer, store: EmbeddedStore) -> None:
    owner.change(Commit(turtle("e:甲 e:p 1 . e:乙 e:p 1 ."), G))
    owner.change(Commit(turtle("e:丙 e:p 1 ."), G))
    owner.change(Commit((), G, removed=turtle("e:甲 e:p 1 .")), note=Note("张伟"))
    before = data(store)
    with pytest.raises(Overtaken) as caught:
        owner.change(Revert("1"))
    assert "Change 3 (张伟" in caught.value.text("en")
    assert "第 3 次改动（张伟" in caught.value.text("zh")
    assert [change["number"] for change in caught.value.details["changes"]] == [3]
    assert [thing["iri"] for thing in caught.value.details["changes"][0]["things"]] == [E + "甲"]
    assert data(store) == before
    owner.change(Revert("3"))
    owner.change(Revert("1"))
    assert data(store) == {("丙", "1", "图")}


def test_a_change_without_patch_isnt_reverted(store: EmbeddedStore) -> None:
    brief = writer(store, most=1)
    brief.change(Commit(turtle("e:a e:p 1, 2 ."), G))
    with pytest.raises(Refused, match="history_quads"):
        brief.change(Revert("1"))
    assert head_number(store) == 1


# --- The gate ---------------------------------------------------------------------------------------------------------

PREFIXES = """@base <https://w3id.org/plangraph/id/qingxi-2030/> .
@prefix pg: <https://w3id.org/plangraph/ontology#> . @prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix prov: <http://www.w3.org/ns/prov#> .
"""
PLACE = """<../place/xinghe> a pg:Place ; pg:placeType pgc:place-type-district ;
    skos:prefLabel "星河区"@zh, "Xinghe"@en ."""
PART = """<../place/linhe> a pg:Place ; pg:placeType pgc:place-type-township ; pg:within <../place/xinghe> ;
    skos:prefLabel "临河镇"@zh, "Linhe"@en ."""
MILL = """<project/mill> a pg:Project ; pg:inPlan <plan/main> ; skos:prefLabel "老磨坊修缮"@zh, "Old Mill Repair"@en ;
    pg:assertion pgc:assertion-inferred ; pg:rationale "编者补充"@zh, "Added by editors"@en ;
    prov:wasAttributedTo <../org/editors> .
<../org/editors> a <http://www.w3.org/ns/org#Organization> ; skos:prefLabel "编者"@zh, "Editors"@en ."""


def shaped(text: str, **given: Any) -> Commit:
    return Commit((Payload((PREFIXES + text).encode(), "text/turtle", name="新.ttl"),), G, **given)


def test_warnings_keep_a_commit_back_unless_they_are_allowed(guarded: Writer, store: EmbeddedStore) -> None:
    with pytest.raises(DoesNotConform, match="--allow-warnings") as caught:
        guarded.change(shaped(MILL))
    report = caught.value.report
    assert isinstance(report, dict)
    assert report["conforms"] is True
    assert {result["severity"] for result in report["results"]} == {"warning"}
    assert {(result["where"] or {}).get("file") for result in report["results"]} == {"新.ttl"}
    assert head_number(store) == 0
    done = guarded.change(shaped(MILL, allow_warnings=True))
    record = find(store, str(done.number))
    assert (record.gate, record.conforms, record.violations) == ("enforce", True, 0)
    assert record.warnings == len(report["results"])


def test_what_breaks_a_shape_is_refused_with_its_line(guarded: Writer, store: EmbeddedStore) -> None:
    with pytest.raises(DoesNotConform) as caught:
        guarded.change(
            shaped(PLACE + '\n<../place/qing> a pg:Place ; skos:prefLabel "清溪区"@zh .', allow_warnings=True)
        )
    report = caught.value.report
    assert isinstance(report, dict)
    assert {result["where"]["line"] for result in report["results"]} == {6}
    assert head_number(store) == 0


def test_a_revert_is_validated(guarded: Writer, store: EmbeddedStore) -> None:
    first = guarded.change(shaped(PLACE, allow_warnings=True))
    guarded.change(shaped(PART, allow_warnings=True))
    before = data(store)
    with pytest.raises(DoesNotConform) as caught:
        guarded.change(Revert(str(first.number)))
    report = caught.value.report
    assert isinstance(report, dict)
    assert report["results"][0]["focusNode"].endswith("place/linhe")
    assert data(store) == before
    assert head_number(store) == 2


# --- Two writers ------------------------------------------------------------------------------------------------------

# The second writer's commit on the state before the first writer's; which things clash.
CLASHES = [
    ("another thing", Commit(turtle("e:b e:p 9 ."), G), []),
    ("the same thing", Commit(turtle("e:a e:p 9 ."), G), ["a"]),
    ("the same thing in another graph", Commit(turtle("e:a e:p 9 ."), H), ["a"]),
    ("the same quad", Commit(turtle("e:a e:p 2 ."), G), []),
    ("the same quad and another thing", Commit(turtle("e:a e:p 2 . e:b e:p 9 ."), G), []),
    ("the same quad and more of the thing", Commit(turtle("e:a e:p 2, 9 ."), G), []),
    ("what the first made", Commit((), G, removed=turtle("e:a e:p 2 .")), ["a"]),
    ("what the first kept", Commit((), G, removed=turtle("e:a e:p 1 .")), ["a"]),
    ("an update", Update(f"INSERT DATA {{ GRAPH <{G}> {{ <{E}a> <{P}> 9 }} }}"), ["a"]),
    ("a graph", PutGraph(G, turtle("e:b e:p 1 .")), ["a"]),
    ("a revert of what was before", Revert("1"), ["a"]),
]  # fmt: skip


@pytest.mark.parametrize("base", ["1", "iri"])
@pytest.mark.parametrize(("request_", "things"), [row[1:] for row in CLASHES], ids=[row[0] for row in CLASHES])
def test_two_writers(
    owner: Writer, store: EmbeddedStore, request_: writing.Request, things: list[str], base: str
) -> None:
    first = owner.change(Commit(turtle("e:a e:p 1 ."), G))
    named = "1" if base == "1" else first.id
    owner.change(Commit(turtle("e:a e:p 2 ."), G), base=named, note=Note("张伟", "第一位"))
    before = data(store)
    if not things:
        assert owner.change(request_, base=named, note=Note("李娜")).revision
        return
    with pytest.raises(Overtaken) as caught:
        owner.change(request_, base=named, note=Note("李娜"))
    assert data(store) == before
    (change,) = caught.value.details["changes"]
    assert (change["number"], change["author"], change["message"]) == (2, "张伟", "第一位")
    assert [thing["iri"] for thing in change["things"]] == [E + name for name in things]
    for lang, words in (("zh", "第 2 次改动（张伟"), ("en", "Change 2 (张伟")):
        assert words in caught.value.text(lang)
        assert caught.value.text(lang).count("e.example") == 1
    assert isinstance(caught.value, Conflict)


def test_labels_say_what_clashes(guarded: Writer) -> None:
    guarded.change(shaped(PLACE, allow_warnings=True))
    guarded.change(shaped('<../place/xinghe> skos:altLabel "星河"@zh .', allow_warnings=True))
    with pytest.raises(Overtaken) as caught:
        guarded.change(shaped('<../place/xinghe> skos:altLabel "河畔"@zh .', allow_warnings=True), base="1")
    assert "“星河区”" in caught.value.text("zh")


def test_a_change_without_patch_clashes_by_its_graphs(store: EmbeddedStore) -> None:
    brief = writer(store, most=1)
    brief.change(Commit(turtle("e:a e:p 1, 2 ."), G))
    assert brief.change(Commit(turtle("e:b e:p 1 ."), H), base="0").number == 2
    with pytest.raises(Overtaken, match="too large") as caught:
        brief.change(Commit(turtle("e:c e:p 1 ."), G), base="0")
    assert caught.value.details["changes"][0]["things"] is None


def test_a_base_that_there_is_not(owner: Writer) -> None:
    with pytest.raises(NotFound, match="base"):
        owner.change(Commit(turtle("e:a e:p 1 ."), G), base="12")
    assert owner.change(Commit(turtle("e:a e:p 1 ."), G), base="0").number == 1


@pytest.mark.parametrize(
    ("texts", "outcomes"),
    [
        (("e:甲 e:p 1 .", "e:甲 e:p 2 ."), ["Change", "Overtaken"]),
        (("e:甲 e:p 1 .", "e:乙 e:p 2 ."), ["Change", "Change"]),
        (("e:甲 e:p 1 .", "e:甲 e:p 1 ."), ["Change", "Change"]),
    ],
)
def test_commits_at_once(
    owner: Writer, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, str], outcomes: list[str]
) -> None:
    """Both arrive before either is made."""
    owner.change(Commit(turtle("e:x e:p 0 ."), G))
    both_there = threading.Barrier(2)
    known: Callable[[EmbeddedStore], int] = head_number

    def arrive(store: EmbeddedStore) -> int:
        number = known(store)
        both_there.wait(10)
        return number

    monkeypatch.setattr(writing, "head_number", arrive)
    found: list[Change | Exception] = []

    def write(text: str) -> None:
        try:
            found.append(owner.change(Commit(turtle(text), LOCAL_GRAPH)))
        except Conflict as fault:
            found.append(fault)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in found) == outcomes


def test_updates_at_once_both_go_through(owner: Writer, store: EmbeddedStore) -> None:
    """They are worked out on what is there: a counter that two raise is raised by two."""
    owner.change(Update(f"INSERT DATA {{ GRAPH <{G}> {{ <{E}n> <{P}> 0 }} }}"))
    raise_it = Update(
        f"DELETE {{ GRAPH <{G}> {{ ?s ?p ?n }} }} INSERT {{ GRAPH <{G}> {{ ?s ?p ?m }} }} "
        f"WHERE {{ GRAPH <{G}> {{ ?s ?p ?n }} BIND(?n + 1 AS ?m) }}"
    )
    threads = [threading.Thread(target=owner.change, args=(raise_it,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert data(store) == {("n", "4", "图")}
