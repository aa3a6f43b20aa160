"""Export and re-import give exactly the same statements, whatever they are."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import lru_cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from plangraph.commits import fill
from plangraph.exporting import export_store
from plangraph.namespaces import GRAPHS, ID, PG, SCHEMA
from plangraph.origins import read_sources
from plangraph.shipped import shipped
from plangraph.spreadsheets import export_csv, export_workbook, read_csv, read_workbook
from plangraph.spreadsheets.grids import guarded, unguarded
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from sheet_books import BASE, GRAPH, data_of, district, keys, loaded, saved

LAKE = URIRef(BASE + "project/lake-park")


@lru_cache(maxsize=1)
def shipped_store() -> EmbeddedStore:
    store = EmbeddedStore()
    fill(store)
    return store.in_memory()


def held(quads: list[Quad]) -> EmbeddedStore:
    store = EmbeddedStore()
    store.apply(Changeset(added=quads))
    return store


def comes_back(store: EmbeddedStore, *, sheets: bool = True) -> None:
    """A workbook and CSV files of the store change nothing in it, and make an empty store the same."""
    expected = data_of(store)
    files = [(export_csv(store), read_csv, "all.zip")]
    if sheets:
        files.append((export_workbook(store), read_workbook, "all.xlsx"))
    for data, read, name in files:
        same = read(data, name, store)
        assert [fault.message["en"] for fault in same.faults] == []
        assert same.quads == expected
        assert (same.added, same.removed) == ((), ())
        other = EmbeddedStore()
        other.apply(read(data, name, other).changeset)
        assert data_of(other) == expected


def test_the_invented_district() -> None:
    comes_back(district())


def test_every_valid_example() -> None:
    quads = [
        quad for source in read_sources([shipped("ontology", "examples", "valid")], default_graph=GRAPH)
        for quad in source.quads
    ]  # fmt: skip
    comes_back(held(quads))


@pytest.mark.long
def test_the_whole_shipped_graph() -> None:
    comes_back(shipped_store())


NASTY: tuple[Term, ...] = (
    Literal("=1+1", lang="zh"), Literal("+1", lang="zh"), Literal("-1", lang="zh"), Literal("@SUM(A1)", lang="zh"),
    Literal("\t=1", lang="zh"), Literal("\r=1", lang="zh"), Literal("'=1", lang="zh"), Literal("''x", lang="zh"),
    Literal("一\n二", lang="zh"), Literal(" 前后 ", lang="zh"), Literal("", lang="zh"), Literal("x_x000D_y", lang="zh"),
    Literal("\x0b", lang="zh"), Literal("\u202e反", lang="zh"), Literal("长" * 40_000, lang="zh"),
    Literal('"<b>&amp;'), Literal("fr", lang="fr"), Literal("1.50", datatype=XSD.decimal),
    Literal("x", datatype=XSD.decimal, normalize=False), Literal("99999-01-01", datatype=XSD.date, normalize=False),
    Literal("1850-01-01", datatype=XSD.date), Literal("2024-02-30", datatype=XSD.date, normalize=False),
    Literal("true", datatype=XSD.boolean), Literal("1E400", datatype=XSD.double, normalize=False),
    Literal("0.0000191667752", datatype=XSD.decimal),
    Literal("1" * 60, datatype=XSD.integer), Literal("2024", datatype=XSD.gYear),
    URIRef("javascript:alert(1)"), URIRef("http://example.org/a?b=<c>".replace("<c>", "c")),
    URIRef("urn:x-nobody:1"), URIRef(str(ID) + "place/nowhere"), URIRef(str(ID) + "place/east-park"),
)  # fmt: skip


@pytest.mark.parametrize("term", NASTY, ids=[f"{n}" for n in range(len(NASTY))])
@pytest.mark.parametrize("predicate", [SKOS.altLabel, PG.position, URIRef("http://example.org/unknown")])
def test_a_value_that_no_cell_was_made_for(term: Term, predicate: URIRef) -> None:
    store = held([
        (LAKE, RDF.type, PG.Project, GRAPH), (LAKE, predicate, term, GRAPH), (LAKE, predicate, Literal("x"), GRAPH),
        (URIRef(str(ID) + "place/east-park"), RDF.type, PG.Place, GRAPH),
    ])  # fmt: skip
    comes_back(store)


_TERMS = st.one_of(
    st.builds(lambda text, lang: Literal(text, lang=lang), st.text(max_size=30), st.sampled_from(["zh", "en", "fr"])),
    st.builds(Literal, st.text(max_size=30)),
    st.builds(lambda n: Literal(str(n), datatype=XSD.decimal), st.decimals(allow_nan=False, allow_infinity=False)),
    st.builds(lambda day: Literal(day.isoformat(), datatype=XSD.date), st.dates()),
    st.sampled_from([URIRef(BASE + "project/a"), URIRef(BASE + "project/b"), PG.Project, PG.inPlan]),
)
_PREDICATES = st.sampled_from([SKOS.prefLabel, SKOS.altLabel, DCTERMS.description, PG.dueBy, PG.partOf, SCHEMA.about])
_SUBJECTS = st.sampled_from([URIRef(BASE + "project/a"), URIRef(BASE + "project/b"), URIRef("urn:x:1")])
_GRAPHS = st.sampled_from([GRAPH, GRAPHS["xinghe-2021/editorial"]])


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate], database=None)
@given(st.lists(st.tuples(_SUBJECTS, _PREDICATES, _TERMS, _GRAPHS), max_size=25))
def test_anything(quads: list[Quad]) -> None:
    typed: list[Quad] = [(URIRef(BASE + f"project/{name}"), RDF.type, PG.Project, GRAPH) for name in "ab"]
    comes_back(held([*typed, *quads]), sheets=False)


@given(st.text(max_size=20))
def test_no_guarded_text_is_a_formula(text: str) -> None:
    written = guarded(text)
    assert unguarded(written) == text
    assert not written.startswith(("=", "@", "\t", "\r"))
    if written.startswith(("+", "-")):
        assert written[1:].replace(".", "", 1).isdigit()


def test_exports_hold_no_formula() -> None:
    store = held([
        (LAKE, RDF.type, PG.Project, GRAPH), (LAKE, SKOS.prefLabel, Literal("=HYPERLINK(1)", lang="en"), GRAPH),
    ])  # fmt: skip
    book = loaded(export_workbook(store))
    sheet = book["项目"]
    head, columns = keys(sheet)
    cell = sheet.cell(head + 1, columns["skos:prefLabel@en"])
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", "=HYPERLINK(1)", True)
    with zipfile.ZipFile(io.BytesIO(export_csv(store))) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("项目.csv").decode("utf-8-sig"))))
    assert "'=HYPERLINK(1)" in rows[1]


def test_an_edited_single_statement_replaces_the_old_one() -> None:
    store = held([(LAKE, RDF.type, PG.Project, GRAPH), (LAKE, URIRef("urn:x:p"), Literal("old", lang="fr"), GRAPH)])
    plain: Quad = (URIRef("urn:x:s"), URIRef("urn:x:p"), Literal("old"), GRAPH)
    store.apply(Changeset(added=[plain]))
    book = loaded(export_workbook(store))
    sheet = book["其他陈述"]
    (place,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "old"]
    place.value = "new"
    changed = read_workbook(saved(book), "book.xlsx", store)
    assert changed.removed == (plain,)
    assert [quad[2] for quad in changed.added] == [Literal("new")]


def test_one_graph_and_the_formats_of_the_command() -> None:
    store = district("<project/other> a pg:Project .")
    store.apply(
        Changeset(added=[(LAKE, PG.supports, URIRef(BASE + "goal/green-zone"), GRAPHS["xinghe-2021/editorial"])])
    )
    only = read_workbook(export_workbook(store, graph=GRAPHS["xinghe-2021/editorial"]), "b.xlsx", store)
    assert {quad[3] for quad in only.quads} == {GRAPHS["xinghe-2021/editorial"]}
    assert len(only.quads) == 1
    assert read_workbook(export_store(store, "xlsx", None, "en"), "b.xlsx", store).quads == data_of(store)
    assert read_csv(export_store(store, "csv-sheets", None, "en"), "b.zip", store).quads == data_of(store)
