"""RDF Patch: what is written is read back as it was, and what isn't a patch is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput
from plangraph.namespaces import HISTORY_GRAPH, PG
from plangraph.patches import (
    PLAIN_BYTES,
    digest_of,
    read_patch,
    rows_of,
    stored,
    unpacked,
    with_headers,
    write_rows,
)
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.lines import net_of, write_lines

E = "http://e.example/"
G, H = URIRef(E + "图"), URIRef(E + "h")
S, P = URIRef(E + "甲"), URIRef(E + "p")


def quad(value: object, graph: URIRef = G, subject: URIRef = S) -> Quad:
    return subject, P, value if isinstance(value, URIRef | Literal | BNode) else Literal(value), graph


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
terms = st.one_of(
    texts.map(Literal),
    texts.map(lambda text: Literal(text, lang="zh")),
    st.integers().map(lambda n: Literal(str(n), datatype=XSD.integer)),
    texts.map(lambda text: Literal(text, datatype=URIRef(E + "种类"))),
    st.sampled_from([URIRef(E + "乙"), URIRef(E + "x#y?z=1"), BNode("b1"), BNode("b2")]),
)
quads = st.builds(lambda o, g, s: (s, P, o, g), terms, st.sampled_from([G, H]), st.sampled_from([S, P, BNode("b1")]))


@settings(max_examples=200, deadline=None)
@given(st.lists(quads, max_size=8), st.lists(quads, max_size=8))
def test_what_is_written_is_read_back(added: list[Quad], removed: list[Quad]) -> None:
    patch = with_headers({"id": E + "1", "prev": E + "0"}, write_rows(write_lines(added), write_lines(removed)))
    found = read_patch(unpacked(stored(patch)[1]))
    assert sorted(found.added, key=str) == sorted(added, key=str)
    assert sorted(found.removed, key=str) == sorted(removed, key=str)


def test_a_patch_is_what_the_format_says() -> None:
    rows = write_rows(write_lines([quad("新")]), write_lines([quad("旧")]))
    assert with_headers({"id": E + "2"}, rows) == (
        f'H id <{E}2> .\nTX .\nD <{S}> <{P}> "旧" <{G}> .\nA <{S}> <{P}> "新" <{G}> .\nTC .\n'
    )
    assert rows_of(with_headers({"id": E + "2", "prev": E + "1"}, rows)) == rows
    assert rows_of(rows) == rows
    assert digest_of(rows) != digest_of(rows.replace("新", "旧"))


def test_large_patches_are_packed_and_always_alike() -> None:
    small, large = write_rows(["x" * 10], []), write_rows([f"<{S}> <{P}> {n} <{G}>" for n in range(5000)], [])
    assert stored(small)[0] == PG.text
    property_, value = stored(large)
    assert property_ == PG.gzip
    assert len(str(value)) < len(large) // 5 < PLAIN_BYTES * 2
    assert stored(large)[1] == value
    assert unpacked(value) == large


WRONG = [
    ("", "no TC"),
    ("TX .\nTC .\nTX .\nTC .\n", "line 3"),
    (f'TX .\nA <{S}> <{P}> "x" <{G}> .\n', "no TC"),
    (f'TX .\nX <{S}> <{P}> "x" <{G}> .\nTC .\n', "line 2"),
    (f'TX .\nA <{S}> <{P}> "x" <{G}>\nTC .\n', "line 2"),
    (f'TX .\nA <{S}> <{P}> "x" .\nTC .\n', "named graph"),
    ("TX .\nA .\nTC .\n", "RDF Patch"),
    (f'TX .\nA <{S}> <{P}> "x <{G}> .\nTC .\n', "RDF Patch"),
    (f"TX .\nA <{S}> <{P}> <<( <{S}> <{P}> <{S}> )>> <{G}> .\nTC .\n", "RDF Patch"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_is_no_patch(text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        read_patch(text)
    assert "plangraph verify" in caught.value.text("zh")


@pytest.mark.parametrize("value", ["====", "YWJj", "H4sIAAAAAAAC/w=="])
def test_what_cannot_be_unpacked(value: str) -> None:
    with pytest.raises(BadInput, match="RDF Patch"):
        unpacked(Literal(value, datatype=XSD.base64Binary, normalize=False))


# --- The net effect of a change ---------------------------------------------------------------------------------------

NET = [
    ("new", [], [quad("a")], [], (1, 0)),
    ("there already", [quad("a")], [quad("a")], [], (0, 0)),
    ("gone already", [], [], [quad("a")], (0, 0)),
    ("removed and added", [quad("a")], [quad("a")], [quad("a")], (0, 0)),
    ("removed and added, absent", [], [quad("a")], [quad("a")], (1, 0)),
    ("another form of the number", [quad(Literal("1.5", datatype=XSD.decimal))],
     [quad(Literal("1.50", datatype=XSD.decimal))], [], (0, 0)),
    ("the other form removed", [quad(Literal("1.5", datatype=XSD.decimal))],
     [], [quad(Literal("1.50", datatype=XSD.decimal))], (0, 1)),
    ("exchanged", [quad("a")], [quad("b")], [quad("a")], (1, 1)),
    ("in the program's own graph", [], [quad("a", HISTORY_GRAPH)], [], (0, 0)),
    ("blank nodes", [quad("a", subject=BNode("x"))], [quad("b", subject=BNode("x"))],  # type: ignore[arg-type]
     [quad("a", subject=BNode("x"))], (1, 1)),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("held", "added", "removed", "counts"), [row[1:] for row in NET], ids=[row[0] for row in NET])
def test_net_effect(held: list[Quad], added: list[Quad], removed: list[Quad], counts: tuple[int, int]) -> None:
    store = EmbeddedStore()
    store.apply(Changeset(added=held))
    changeset = Changeset(added=added, removed=removed)
    net = net_of(store, changeset, (HISTORY_GRAPH,))
    assert (len(net.added), len(net.removed)) == counts
    assert net.graphs == ((G,) if any(counts) else ())
    before = len(store)
    store.apply(changeset)
    assert len([q for q in store.triples() if q[3] != HISTORY_GRAPH]) == before + counts[0] - counts[1]
