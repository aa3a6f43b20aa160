"""Filling a store with the shipped graphs, and loading files through the gate."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, SH

from plangraph import commits
from plangraph.commits import LOCAL_GRAPH, Filled, Loading, fill, load, shipped_files
from plangraph.errors import BadInput, DoesNotConform, SyntaxFault
from plangraph.history import OWN_GRAPHS, File, changeset_of, head, head_number, log
from plangraph.namespaces import GRAPHS, ONTOLOGY_GRAPH, PG, SHAPES_GRAPH
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.verifying import verify

REPORT, EDITORIAL = GRAPHS["qingxi/report"], GRAPHS["qingxi/editorial"]
E = "http://e.example/"
CATALOGUE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<{REPORT}> a dcat:Dataset ; dcat:distribution <#b>, <#a> .
<{EDITORIAL}> a dcat:Dataset ; dcat:distribution <#c> .
<#a> dcterms:identifier "tasks.ttl" . <#b> dcterms:identifier "goals.ttl" . <#c> dcterms:identifier "links.ttl" .
"""
FILES = {
    "ontology/plangraph.ttl": f"<{E}Class> a <http://www.w3.org/2002/07/owl#Class> .",
    "ontology/shapes/mandatory.ttl": f"<{E}Shape> <{SH['in']}> ( 1 2 ) .",
    "data/qingxi/dataset.ttl": CATALOGUE,
    "data/qingxi/tasks.ttl": f'<{E}task> <{E}p> "河道", 1.50 .',
    "data/qingxi/goals.ttl": f'<{E}goal> <{E}p> "清水" .',
    "data/qingxi/links.ttl": f"<{E}task> <{E}q> <{E}goal> .",
}
ALL = (ONTOLOGY_GRAPH, SHAPES_GRAPH, EDITORIAL, REPORT)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a release ships: ontology, shapes and one plan in two named graphs."""
    root = tmp_path / "release"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(commits, "shipped", lambda *parts: root.joinpath(*parts))
    monkeypatch.setattr(commits, "ontology_files", lambda: (root / "ontology/plangraph.ttl",))
    return root


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore() if request.param == "memory" else EmbeddedStore.open(tmp_path / "store")


def content(store: EmbeddedStore) -> set[Quad]:
    return {quad for quad in store.triples() if quad[3] not in OWN_GRAPHS}


def test_the_catalogue_says_which_files_make_a_graph(release: Path) -> None:
    assert {graph: [path.name for path in paths] for graph, paths in shipped_files().items()} == {
        ONTOLOGY_GRAPH: ["plangraph.ttl"],
        SHAPES_GRAPH: ["mandatory.ttl"],
        REPORT: ["goals.ttl", "tasks.ttl"],
        EDITORIAL: ["links.ttl"],
    }


def test_an_empty_store_is_filled_and_then_left_alone(release: Path, store: EmbeddedStore) -> None:
    assert fill(store) == Filled(ALL, ())
    before, revision = set(store.triples()), store.revision
    assert {graph: n for graph, n in store.graphs().items() if graph not in OWN_GRAPHS} == {
        ONTOLOGY_GRAPH: 1,
        SHAPES_GRAPH: 5,  # sh:in, and two triples for each member of the list
        REPORT: 3,
        EDITORIAL: 1,
    }
    assert not [term for quad in before for term in quad if isinstance(term, BNode)]
    assert fill(store) == Filled((), ())
    assert set(store.triples()) == before
    assert store.revision == revision


def test_a_new_release_takes_the_place_of_the_old_one(release: Path, store: EmbeddedStore) -> None:
    fill(store)
    (release / "data/qingxi/tasks.ttl").write_text(f'<{E}task> <{E}p> "河道治理" .', encoding="utf-8")
    assert fill(store) == Filled((REPORT,), ())
    assert {str(o) for _, _, o, g in content(store) if g == REPORT} == {"河道治理", "清水"}
    assert fill(store) == Filled((), ())


def test_a_file_of_another_name_with_the_same_triples_is_a_new_release_without_loss(
    release: Path, store: EmbeddedStore
) -> None:
    fill(store)
    before = content(store)
    (release / "data/qingxi/links.ttl").rename(release / "data/qingxi/joins.ttl")
    catalogue = release / "data/qingxi/dataset.ttl"
    catalogue.write_text(CATALOGUE.replace("links.ttl", "joins.ttl"), encoding="utf-8")
    assert fill(store) == Filled((EDITORIAL,), ())
    assert content(store) == before


@pytest.mark.parametrize("how", ["added", "removed"])
def test_a_graph_that_somebody_changed_is_kept(release: Path, store: EmbeddedStore, how: str) -> None:
    fill(store)
    quad = (URIRef(E + "task"), URIRef(E + "p"), Literal("河道" if how == "removed" else "自己的"), REPORT)
    store.apply(Changeset(**{how: [quad]}))
    mine = {q for q in content(store) if q[3] == REPORT}
    for name in ("tasks", "links"):
        (release / f"data/qingxi/{name}.ttl").write_text(f'<{E}x> <{E}p> "{name}" .', encoding="utf-8")
    for _ in range(2):
        assert fill(store).kept == (REPORT,)
        assert {q for q in content(store) if q[3] == REPORT} == mine
    assert {str(o) for _, _, o, g in content(store) if g == EDITORIAL} == {"links"}


def test_a_change_taken_back_is_none(release: Path, store: EmbeddedStore) -> None:
    fill(store)
    quad = (URIRef(E + "task"), URIRef(E + "p"), Literal("自己的"), REPORT)
    store.apply(Changeset(added=[quad]))
    store.apply(Changeset(removed=[quad]))
    (release / "data/qingxi/tasks.ttl").write_text(f'<{E}task> <{E}p> "新" .', encoding="utf-8")
    assert fill(store) == Filled((REPORT,), ())


def test_a_graph_of_that_name_that_was_there_before_is_kept(release: Path, store: EmbeddedStore) -> None:
    store.apply(Changeset(added=[(URIRef(E + "mine"), URIRef(E + "p"), Literal("x"), REPORT)]))
    assert fill(store) == Filled((ONTOLOGY_GRAPH, SHAPES_GRAPH, EDITORIAL), (REPORT,))


def test_other_graphs_are_not_touched(release: Path, store: EmbeddedStore) -> None:
    own = (URIRef(E + "mine"), URIRef(E + "p"), Literal("x"), LOCAL_GRAPH)
    store.apply(Changeset(added=[own]))
    fill(store)
    (release / "data/qingxi/tasks.ttl").write_text("", encoding="utf-8")
    assert fill(store).written == (REPORT,)
    assert own in content(store)


def test_a_graph_whose_files_become_empty_becomes_empty(release: Path, store: EmbeddedStore) -> None:
    fill(store)
    (release / "data/qingxi/links.ttl").write_text("# nothing any more\n", encoding="utf-8")
    assert fill(store) == Filled((EDITORIAL,), ())
    assert not [q for q in content(store) if q[3] == EDITORIAL]
    assert fill(store) == Filled((), ())


@pytest.mark.parametrize("name", ["data/qingxi/goals.ttl", "ontology/plangraph.ttl", "data/qingxi/dataset.ttl"])
@pytest.mark.parametrize("filled", [True, False])
def test_a_broken_shipped_file_leaves_the_store_as_it_was(
    release: Path, store: EmbeddedStore, name: str, filled: bool
) -> None:
    if filled:
        fill(store)
    before = set(store.triples())
    (release / "data/qingxi/tasks.ttl").write_text(f'<{E}task> <{E}p> "新" .', encoding="utf-8")
    (release / name).write_text(f"<{E}a> <{E}b> .", encoding="utf-8")
    with pytest.raises(SyntaxFault, match=Path(name).name):
        fill(store)
    assert set(store.triples()) == before


def test_what_is_shipped_fills_a_store_and_a_second_call_does_nothing() -> None:
    store = EmbeddedStore()
    assert set(fill(store).written) == set(shipped_files())
    assert not [s for s, _, _, _ in store.triples() if isinstance(s, BNode)]
    assert fill(store) == Filled((), ())


# --- Loading --------------------------------------------------------------------------------------------------------

FOREIGN = f'<{E}a> <{E}p> "水"@zh, 1.50, 007 .'
WRONG = f"<{E}a> a <{PG.Task}> ."  # a task without a label in either language


def test_files_go_to_the_graph_that_is_named(tmp_path: Path) -> None:
    store, path = EmbeddedStore(), tmp_path / "new.ttl"
    path.write_text(FOREIGN, encoding="utf-8")
    loaded = load(store, [path], graph=REPORT)
    assert loaded.added == {REPORT: 3}
    assert loaded.report is not None
    assert loaded.report.conforms
    assert set(store.graphs()) - set(OWN_GRAPHS) == {REPORT}
    assert load(store, [path]).added == {LOCAL_GRAPH: 3}


def test_loading_twice_adds_nothing_the_second_time(tmp_path: Path) -> None:
    store, path = EmbeddedStore(), tmp_path / "new.ttl"
    path.write_text(FOREIGN, encoding="utf-8")
    load(store, [path])
    before = set(store.triples())
    assert load(store, [path, path]).added == {}
    assert set(store.triples()) == before


def test_data_that_dont_conform_are_not_stored(tmp_path: Path) -> None:
    store, good, bad = EmbeddedStore(), tmp_path / "good.ttl", tmp_path / "wrong.ttl"
    good.write_text(FOREIGN, encoding="utf-8")
    bad.write_text(WRONG, encoding="utf-8")
    with pytest.raises(DoesNotConform) as caught:
        load(store, [good, bad])
    assert len(store) == 0
    results = caught.value.report.results  # type: ignore[attr-defined]
    assert URIRef(E + "a") in {URIRef(str(result.focus_node)) for result in results}
    assert "plangraph validate" in caught.value.zh


@pytest.mark.parametrize(("gate", "has_report"), [("warn", True), ("off", False)])
def test_a_gate_that_is_open_lets_them_in(tmp_path: Path, gate: str, has_report: bool) -> None:
    store, path = EmbeddedStore(), tmp_path / "wrong.ttl"
    path.write_text(WRONG, encoding="utf-8")
    loaded = load(store, [path], gate=gate)
    assert (URIRef(E + "a"), RDF.type, PG.Task, LOCAL_GRAPH) in set(store.triples())
    assert (loaded.report is not None) is has_report
    if loaded.report is not None:
        assert not loaded.report.conforms


@pytest.mark.parametrize("gate", ["enforce", "warn", "off"])
def test_a_broken_file_among_good_ones_stores_nothing(tmp_path: Path, gate: str) -> None:
    store, good, bad = EmbeddedStore(), tmp_path / "a.ttl", tmp_path / "b.ttl"
    good.write_text(FOREIGN, encoding="utf-8")
    bad.write_text(f"<{E}a> <{E}b> .", encoding="utf-8")
    with pytest.raises(SyntaxFault, match=r"b\.ttl, line 1"):
        load(store, [good, bad], gate=gate)
    assert len(store) == 0


def test_a_folder_with_a_catalogue_goes_where_it_says(release: Path) -> None:
    store = EmbeddedStore()
    (release / "data/qingxi/more").mkdir()
    (release / "data/qingxi/more/own.nt").write_text(f"<{E}a> <{E}p> <{E}b> .\n", encoding="utf-8")
    (release / "data/qingxi/notes.txt").write_text("not RDF", encoding="utf-8")
    (release / "data/qingxi/.hidden.ttl").write_text("broken", encoding="utf-8")
    added = load(store, [release / "data/qingxi"], gate="off").added
    assert (added[REPORT], added[EDITORIAL]) == (3, 1)
    assert (URIRef(E + "a"), URIRef(E + "p"), URIRef(E + "b"), LOCAL_GRAPH) in set(store.triples())


def test_files_that_name_graphs_keep_them_and_blank_nodes_get_names(tmp_path: Path) -> None:
    store, path = EmbeddedStore(), tmp_path / "new.trig"
    path.write_text(f"<{EDITORIAL}> {{ <{E}a> <{E}p> [ <{E}q> 1 ] }} <{E}a> <{E}p> <{E}c> .", encoding="utf-8")
    assert load(store, [path], gate="off").added == {EDITORIAL: 2, LOCAL_GRAPH: 1}
    assert not [term for quad in store.triples() for term in quad if isinstance(term, BNode)]


def test_a_folder_without_rdf_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="has no RDF files"):
        load(EmbeddedStore(), [tmp_path])


def test_without_a_gate_the_same_quads_are_stored(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(
        '@prefix e: <http://e.example/> . e:甲 e:p 1.50, "水"@zh , [ e:q e:乙 ] .', encoding="utf-8"
    )
    (tmp_path / "b.nq").write_text("_:b0 <http://e.example/p> _:b0 <http://e.example/g> .\n", encoding="utf-8")
    stores = [EmbeddedStore(), EmbeddedStore()]
    first, second = (load(store, [tmp_path], gate=gate) for store, gate in zip(stores, ("warn", "off"), strict=True))
    assert first.added == second.added
    kept = [sorted(str(q) for q in content(store)) for store in stores]
    assert kept[0] == kept[1]
    assert all(not isinstance(term, BNode) for quad in stores[1].triples() for term in quad)


def test_without_a_gate_a_broken_file_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text('<http://e.example/s> <http://e.example/p> "1" .\n', encoding="utf-8")
    (tmp_path / "b.ttl").write_text("<http://e.example/s> <http://e.example/p> .\n", encoding="utf-8")
    store = EmbeddedStore()
    with pytest.raises(SyntaxFault, match=r"b\.ttl"):
        load(store, [tmp_path], gate="off")
    assert len(store) == 0


# --- The history ------------------------------------------------------------------------------------------------------


def test_filling_and_bringing_up_to_date_are_changes_of_their_own(release: Path, store: EmbeddedStore) -> None:
    fill(store)
    fill(store)
    (release / "data/qingxi/tasks.ttl").write_text(f'<{E}task> <{E}p> "河道治理" .', encoding="utf-8")
    fill(store)
    records = log(store)
    assert [(record.number, record.kind, record.added, record.removed) for record in records] == [
        (2, "fill", 1, 2),
        (1, "fill", 10, 0),
    ]
    assert records[0].graphs == (REPORT,)
    assert all(record.kept and record.message.startswith("plangraph ") for record in records)


def test_the_history_of_a_store_from_before_there_was_one_begins_with_what_it_holds(
    release: Path, store: EmbeddedStore
) -> None:
    store.apply(Changeset(added=[(URIRef(E + "mine"), URIRef(E + "p"), Literal(str(n)), REPORT) for n in range(7)]))
    fill(store)
    records = log(store)
    assert [(record.number, record.added, record.kept) for record in records] == [(2, 7, True), (1, 7, False)]
    assert verify(store, shapes=False).whole


@pytest.mark.parametrize("gate", ["enforce", "warn", "off"])
@pytest.mark.parametrize("most", [0, 100])
def test_a_load_is_one_change(tmp_path: Path, gate: str, most: int) -> None:
    store = EmbeddedStore()
    (tmp_path / "a.ttl").write_text(FOREIGN, encoding="utf-8")
    (tmp_path / "b.ttl").write_text(f"<{E}b> <{E}p> <{E}a> .", encoding="utf-8")
    for _ in range(2):
        load(store, [tmp_path], how=Loading(gate, "李编辑", "两份文件", most))
        assert head_number(store) == 1
    record = head(store)
    assert record is not None
    assert (record.kind, record.author, record.message) == ("load", "李编辑", "两份文件")
    assert (record.added, record.removed, record.kept) == (4, 0, most == 100)
    assert [file.name for file in record.files] == ["a.ttl", "b.ttl"]
    assert record.files[1] == File("b.ttl", hashlib.sha256((tmp_path / "b.ttl").read_bytes()).hexdigest())
    assert record.gate == (gate if gate != "off" else "")
    if most:
        assert {quad[0] for quad in changeset_of(store, record).added} == {URIRef(E + "a"), URIRef(E + "b")}
    assert verify(store, shapes=False).whole


def test_a_load_that_is_refused_leaves_no_record(tmp_path: Path) -> None:
    store, path = EmbeddedStore(), tmp_path / "wrong.ttl"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(DoesNotConform):
        load(store, [path])
    assert head_number(store) == 0
