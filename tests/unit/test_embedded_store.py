"""The store on Oxigraph: changes whole or not at all, the union without repeats, and clear words when it can't open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD

from plangraph.errors import BadInput, StoreLocked, SyntaxFault, Unavailable
from plangraph.mediatypes import DATASET_FORMATS, GRAPH_FORMATS, N_QUADS, N_TRIPLES, Format
from plangraph.store.base import Changeset, Quad, Solutions
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import parse_rdf

E = "http://a.example/"
G1, G2 = URIRef(E + "g1"), URIRef(E + "g2")


def quad(s: str, o: str | Literal | URIRef, g: URIRef = G1) -> Quad:
    return URIRef(E + s), URIRef(E + "p"), o if isinstance(o, Literal | URIRef) else Literal(o), g


def store_of(*quads: Quad) -> EmbeddedStore:
    store = EmbeddedStore()
    store.apply(Changeset(added=quads))
    return store


def test_added_and_removed_in_one_change() -> None:
    store = store_of(quad("a", "1"), quad("b", "2"))
    store.apply(Changeset(added=[quad("c", "3")], removed=[quad("a", "1")]))
    assert set(store.triples()) == {quad("b", "2"), quad("c", "3")}


@pytest.mark.parametrize("present", [True, False])
def test_a_quad_that_is_removed_and_added_is_there_in_the_end(present: bool) -> None:
    store = store_of(*([quad("a", "1")] if present else []))
    store.apply(Changeset(added=[quad("a", "1")], removed=[quad("a", "1")]))
    assert set(store.triples()) == {quad("a", "1")}


def test_removing_takes_the_quad_of_that_graph_alone() -> None:
    store = store_of(quad("a", "1", G1), quad("a", "1", G2))
    store.apply(Changeset(removed=[quad("a", "1", G1), quad("z", "not there")]))
    assert set(store.triples()) == {quad("a", "1", G2)}


@pytest.mark.parametrize("removed", [[], [quad("a", "1")]], ids=["only added", "removed too"])
def test_a_change_with_one_bad_quad_changes_nothing(removed: list[Quad]) -> None:
    store = store_of(quad("a", "1"))
    bad = (URIRef("no iri"), URIRef(E + "p"), Literal("x"), G1)
    with pytest.raises(ValueError, match="Invalid IRI"):
        store.apply(Changeset(added=[quad("b", "2"), bad], removed=removed))
    assert set(store.triples()) == {quad("a", "1")}


def test_an_update_that_fails_halfway_changes_nothing() -> None:
    store = store_of(quad("a", "1"))
    with pytest.raises(SyntaxFault) as caught:
        store.update(f"DELETE WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} ;\nINSERT DATA {{ GRAPH <{G1}> {{ broken }} }}")
    assert caught.value.line == 2
    assert set(store.triples()) == {quad("a", "1")}


def test_an_empty_change_is_none() -> None:
    store = store_of(quad("a", "1"))
    store.apply(Changeset())
    assert not Changeset()
    assert len(store) == 1


HOSTILE = [
    'x" } } ; DROP ALL ; #',
    'a\n\\"',
    '"""',
    "\\",
    "\\u0022 } ; DROP ALL #",
    "\\\\u0022",
    "\r\n\t\b\f",
    "'''",
    "}",
    "\x00\x01\x7f",
    "\u2028\ufeff青溪\U00020000",
    '\n"',
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_of_a_literal_changes_what_a_change_does(text: str) -> None:
    kept = quad("kept", "1")
    store = store_of(kept, quad("old", text))
    store.apply(Changeset(added=[quad("new", text)], removed=[quad("old", text)]))
    assert set(store.triples()) == {kept, quad("new", text)}


def test_no_iri_changes_what_a_change_does() -> None:
    store = store_of(quad("a", "1"))
    with pytest.raises(ValueError, match="Invalid IRI"):
        store.apply(Changeset(removed=[(URIRef(E + "x> } } ; DROP ALL #"), URIRef(E + "p"), Literal("1"), G1)]))
    assert len(store) == 1


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
objects = st.one_of(
    texts.map(Literal),
    texts.map(lambda t: Literal(t, lang="zh")),
    st.integers(-99, 99).map(Literal),
    st.sampled_from("abc").map(lambda name: URIRef(E + name)),
)
quads = st.builds(quad, st.sampled_from("abc"), objects, st.sampled_from([G1, G2]))


@settings(max_examples=200, deadline=None)
@given(st.lists(quads, max_size=8), st.lists(quads, max_size=8), st.lists(quads, max_size=8))
def test_the_inverse_of_what_a_change_did_gives_the_dataset_back(
    start: list[Quad], added: list[Quad], removed: list[Quad]
) -> None:
    store = store_of(*start)
    before = set(store.triples())
    store.apply(Changeset(added=added, removed=removed))
    after = set(store.triples())
    assert after == (before - set(removed)) | set(added)
    store.apply(Changeset(added=list(before - after), removed=list(after - before)))
    assert set(store.triples()) == before


def test_every_change_counts() -> None:
    store = store_of(quad("a", "1"))
    first = store.revision
    store.apply(Changeset(removed=[quad("a", "1")]))
    store.update(f"INSERT DATA {{ GRAPH <{G1}> {{ <{E}s> <{E}p> 1 }} }}")
    assert store.revision == first + 2


# --- Reading --------------------------------------------------------------------------------------------------------


@pytest.fixture
def twice() -> EmbeddedStore:
    """One triple in two graphs, another in one."""
    return store_of(quad("a", "1", G1), quad("a", "1", G2), quad("b", "2", G2))


def count(store: EmbeddedStore, pattern: str) -> int:
    (row,) = store.select(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(str(row["n"]))


def test_the_read_copy_has_a_triple_of_two_graphs_once_in_its_union(twice: EmbeddedStore) -> None:
    copy = twice.in_memory()
    assert count(copy, "?s ?p ?o") == 2
    assert count(copy, "GRAPH ?g { ?s ?p ?o }") == 3
    assert len(copy) == len(twice) == 3
    assert copy.graphs() == twice.graphs() == {G1: 1, G2: 2}
    assert set(copy.triples()) == set(twice.triples())


def test_the_copy_is_of_its_time(twice: EmbeddedStore) -> None:
    copy = twice.in_memory()
    twice.apply(Changeset(added=[quad("c", "3")]))
    assert (len(copy), len(twice)) == (3, 4)


@pytest.mark.parametrize("held", [True, False], ids=["copy", "store"])
def test_a_dataset_that_the_query_names_is_the_dataset(twice: EmbeddedStore, held: bool) -> None:
    store = twice.in_memory() if held else twice
    assert {str(r["s"]) for r in store.select(f"SELECT ?s FROM <{G1}> {{ ?s ?p ?o }}")} == {E + "a"}
    assert len(store.select(f"SELECT ?s FROM NAMED <{G1}> {{ ?s ?p ?o }}")) == 0
    assert len(store.select(f"SELECT ?s FROM NAMED <{G1}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")) == 1
    assert {str(r["s"]) for r in store.select("SELECT DISTINCT ?s { ?s ?p ?o } # FROM here")} == {E + "a", E + "b"}


@pytest.mark.parametrize("held", [True, False], ids=["copy", "store"])
def test_a_dataset_that_the_request_names_is_the_dataset(twice: EmbeddedStore, held: bool) -> None:
    store = twice.in_memory() if held else twice
    assert len(list(store.run("SELECT * { ?s ?p ?o }", default_graphs=[str(G1)]))) == 1
    assert len(list(store.run("SELECT * { ?s ?p ?o }", default_graphs=[], named_graphs=[str(G1)]))) == 0
    with pytest.raises(BadInput, match="g1"):
        store.run("SELECT * { ?s ?p ?o }", default_graphs=["g1"])


def test_bindings_are_terms() -> None:
    store = store_of(quad("a", 'x"y'), quad("b", "z"))
    rows = store.select("SELECT ?s ?o { ?s ?p ?o }", {"o": Literal('x"y')})
    assert [str(row["s"]) for row in rows] == [E + "a"]


def test_each_query_form_has_its_type(twice: EmbeddedStore) -> None:
    assert isinstance(twice.query("SELECT * { ?s ?p ?o }"), Solutions)
    assert twice.query("ASK { ?s ?p 9 }") is False
    graph = twice.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(graph, Graph)
    assert len(graph) == 2
    with pytest.raises(TypeError):
        twice.select("ASK {}")


def test_solutions_leave_out_what_is_unbound() -> None:
    result = store_of(quad("a", "1")).select("SELECT ?s ?none { ?s ?p ?o }")
    assert result.variables == ("s", "none")
    assert list(result) == [{"s": URIRef(E + "a")}]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("SELECT *\n{ ?s ?p ?o ", 2, 12), ("", 1, 1)],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(SyntaxFault) as caught:
        EmbeddedStore().query(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "SPARQL" in caught.value.zh


def test_text_that_is_no_unicode_is_a_fault_of_the_text() -> None:
    with pytest.raises(SyntaxFault):
        EmbeddedStore().query("SELECT * { ?s ?p '\ud800' }")


@pytest.mark.parametrize("iri", ["no iri", "", "http://a.example/a> } #", "http://a.example/\ud800", "http://a/%zz"])
def test_what_is_no_iri_is_nowhere(twice: EmbeddedStore, iri: str) -> None:
    assert list(twice.triples(URIRef(iri))) == []
    assert list(twice.triples(None, URIRef(iri))) == []
    assert list(twice.triples(None, None, URIRef(iri))) == []


def test_patterns(twice: EmbeddedStore) -> None:
    assert set(twice.triples(URIRef(E + "a"))) == {quad("a", "1", G1), quad("a", "1", G2)}
    assert set(twice.triples(None, None, Literal("2"))) == {quad("b", "2", G2)}
    assert list(twice.triples(URIRef(E + "a"), URIRef(E + "q"))) == []


def test_numbers_keep_their_value() -> None:
    store = store_of(quad("a", Literal("1.50", datatype=XSD.decimal, normalize=False)))
    ((_, _, value, _),) = store.triples()
    assert value == Literal("1.5", datatype=XSD.decimal)


def test_one_graph_and_the_union_as_graphs(twice: EmbeddedStore) -> None:
    for store in (twice, twice.in_memory()):
        assert set(store.graph(G1)) == {quad("a", "1")[:3]}
        assert set(store.graph()) == {quad("a", "1")[:3], quad("b", "2")[:3]}
        assert len(store.graph(URIRef(E + "none"))) == 0


@pytest.mark.parametrize("fmt", DATASET_FORMATS, ids=lambda fmt: fmt.name)
def test_dumps_of_the_dataset_and_of_one_graph_keep_the_names(twice: EmbeddedStore, fmt: Format) -> None:
    for store in (twice, twice.in_memory()):
        read = parse_rdf(store.dump(fmt.media_type), fmt, default_graph=URIRef(E + "other"))
        assert set(read) == set(twice.triples())
        assert len(read) == 3
        only = parse_rdf(store.dump(fmt.media_type, G1), fmt, default_graph=URIRef(E + "other"))
        assert only == [quad("a", "1", G1)]


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_dumps_of_the_union_and_of_one_graph(twice: EmbeddedStore, fmt: Format) -> None:
    for store in (twice, twice.in_memory()):
        union, one = Graph(), Graph()
        for s, p, o, _ in parse_rdf(store.dump(fmt.media_type), fmt, default_graph=G1):
            union.add((s, p, o))
        for s, p, o, _ in parse_rdf(store.dump(fmt.media_type, G1), fmt, default_graph=G1):
            one.add((s, p, o))
        assert isomorphic(union, twice.graph())
        assert isomorphic(one, twice.graph(G1))


def test_a_dump_in_a_format_that_there_is_not(twice: EmbeddedStore) -> None:
    with pytest.raises(ValueError, match="text/csv"):
        twice.dump("text/csv")


# --- On disk --------------------------------------------------------------------------------------------------------


def run_python(code: str) -> str:
    """What a second process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path / "new" / "store")
    store.apply(Changeset(added=[quad("a", "青溪")]))
    store.flush()
    del store
    assert set(EmbeddedStore.open(tmp_path / "new" / "store").triples()) == {quad("a", "青溪")}


def test_a_second_process_is_told_in_one_line_that_the_store_is_owned(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path)
    told = run_python(
        "from pathlib import Path\n"
        "from plangraph.store.embedded import EmbeddedStore\n"
        "from plangraph.errors import StoreLocked\n"
        "try:\n"
        f"    EmbeddedStore.open(Path({str(tmp_path)!r}))\n"
        "except StoreLocked as fault:\n"
        "    print(fault.en); print(fault.zh)\n"
    ).splitlines()
    assert len(told) == 2
    assert str(tmp_path) in told[0]
    assert "in use by another process" in told[0]
    assert "--store" in told[0]
    assert "正被另一进程使用" in told[1]
    assert len(store) == 0


def test_the_same_process_can_open_it_once(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path)
    with pytest.raises(StoreLocked):
        EmbeddedStore.open(tmp_path)
    assert len(store) == 0


def test_a_snapshot_is_read_by_another_process_while_the_store_is_owned(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path / "store")
    store.apply(Changeset(added=[quad("a", "1")]))
    store.backup(tmp_path / "snapshot")
    store.apply(Changeset(added=[quad("b", "2")]))
    counted = run_python(
        "from pathlib import Path\n"
        "from plangraph.store.embedded import EmbeddedStore\n"
        f"print(len(EmbeddedStore.open(Path({str(tmp_path / 'snapshot')!r}), read_only=True)))\n"
    )
    assert (counted, len(store)) == ("1", 2)
    store.backup(tmp_path / "snapshot")  # takes the place of the old one
    assert len(EmbeddedStore.open(tmp_path / "snapshot", read_only=True)) == 2


def test_a_read_only_store_isnt_made_and_isnt_written(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        EmbeddedStore.open(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()
    EmbeddedStore.open(tmp_path / "store").apply(Changeset(added=[quad("a", "1")]))
    store = EmbeddedStore.open(tmp_path / "store", read_only=True)
    with pytest.raises(RuntimeError, match="read-write"):
        store.apply(Changeset(added=[quad("b", "2")]))
    assert len(store) == 1


@pytest.mark.parametrize("name", ["store", "blocked-by-lock"])
def test_a_folder_that_is_no_store_is_unavailable_not_locked(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "CURRENT").write_text("garbage\n")
    with pytest.raises(Unavailable) as caught:
        EmbeddedStore.open(folder)
    assert not isinstance(caught.value, StoreLocked)
    assert str(folder) in caught.value.en
    assert str(folder) in caught.value.zh


def test_a_file_in_the_way_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "block").write_text("x")
    with pytest.raises(Unavailable) as caught:
        EmbeddedStore.open(tmp_path / "block")
    assert not isinstance(caught.value, StoreLocked)


def test_nt_and_nquads_are_one_line_a_statement(twice: EmbeddedStore) -> None:
    assert len(twice.in_memory().dump(N_TRIPLES.media_type).splitlines()) == 2
    assert len(twice.dump(N_QUADS.media_type).splitlines()) == 3
