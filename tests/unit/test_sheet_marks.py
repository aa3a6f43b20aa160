"""Marked copies: the user's own workbook with its faults in it, and nothing else of it lost."""

from __future__ import annotations

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from rdflib import URIRef

from plangraph.namespaces import PG, PGS
from plangraph.reports import Report, Result
from plangraph.spreadsheets import mark_workbook, read_workbook, validate_workbook
from plangraph.spreadsheets.tables import PROBLEMS_SHEET
from plangraph.store.embedded import EmbeddedStore
from sheet_books import INFERRED, cell, district, filled, keys, loaded, saved

RED, YELLOW = "00F5A3A3", "00FFD98A"
ROWS = [
    {"skos:prefLabel@zh": "东河", "pg:placeType": "公园", "pg:within": "人民公园", **INFERRED},
    {"skos:prefLabel@zh": "西河", "skos:prefLabel@en": "West River", "pg:placeType": "公园", **INFERRED},
]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return district().in_memory()


@pytest.fixture(scope="module")
def faulty(store: EmbeddedStore) -> bytes:
    return filled(store, {"地点": ROWS}, sheets=["Place"])


def result(place: str, severity: str = "violation", zh: str = "错。") -> Result:
    return Result(
        severity, URIRef("urn:x"), None, None, str(PGS["x"]), None, {"zh": zh, "en": "Wrong."}, {"zh": "改。"}, {},  # type: ignore[arg-type]
        {"sheet": "地点", "cell": place},
    )  # fmt: skip


def test_cells_are_filled_and_commented_and_listed_with_links(store: EmbeddedStore, faulty: bytes) -> None:
    report = validate_workbook(faulty, "book.xlsx", store)
    for lang, said in (("zh", "同名"), ("en", "isn't clear")):
        book = loaded(mark_workbook(faulty, report, lang=lang))
        sheet = book["地点"]
        place = cell(sheet, "pg:within", 1)
        assert place.fill.start_color.rgb == RED
        assert said in place.comment.text
        missing = cell(sheet, "skos:prefLabel@en", 1)
        assert (missing.value, missing.fill.start_color.rgb) == (None, RED)
        listed = book[PROBLEMS_SHEET]
        links = {listed.cell(n, 2).hyperlink.location or listed.cell(n, 2).hyperlink.target for n in (2, 3)}
        assert {link.lstrip("#") for link in links} == {f"'地点'!{place.coordinate}", f"'地点'!{missing.coordinate}"}


def test_several_faults_of_one_cell_and_the_gravest_colour(faulty: bytes) -> None:
    report = Report("shacl", (result("C5", "warning", "一。"), result("C5", zh="二。"), result("C6", "warning")))
    sheet = loaded(mark_workbook(faulty, report))["地点"]
    assert sheet["C5"].fill.start_color.rgb == RED
    assert "一。" in sheet["C5"].comment.text
    assert "二。" in sheet["C5"].comment.text
    assert sheet["C6"].fill.start_color.rgb == YELLOW


def test_marking_again_takes_the_old_marks_off(faulty: bytes) -> None:
    book = loaded(faulty)
    own = book["地点"]["B6"]
    own.fill = PatternFill("solid", start_color="FF00FF00")
    own.comment = Comment("自己的批注", "李")
    once = mark_workbook(saved(book), Report("shacl", (result("B5"), result("B6"))))
    assert "自己的批注" in loaded(once)["地点"]["B6"].comment.text
    twice = loaded(mark_workbook(once, Report("shacl", (result("C5"),))))
    sheet = twice["地点"]
    assert sheet["B5"].comment is None
    assert sheet["B5"].fill.fill_type is None
    assert sheet["B6"].comment.text == "自己的批注"
    assert sheet["B6"].fill.start_color.rgb == "FF00FF00"
    assert sheet["C5"].fill.start_color.rgb == RED
    assert twice.sheetnames.count(PROBLEMS_SHEET) == 1


def test_nothing_else_is_lost(store: EmbeddedStore, faulty: bytes) -> None:
    book = loaded(faulty)
    sheet = book["地点"]
    sheet["Z9"] = "=1+1"
    sheet["B6"].number_format = "0.00"
    sheet.row_dimensions[6].hidden = True
    before = loaded(saved(book))
    after = loaded(mark_workbook(saved(book), validate_workbook(faulty, "book.xlsx", store)))
    old, new = before["地点"], after["地点"]
    assert [s for s in after.sheetnames if s != PROBLEMS_SHEET] == before.sheetnames
    assert [[c.value for c in row] for row in new.iter_rows()] == [[c.value for c in row] for row in old.iter_rows()]
    assert len(new.data_validations.dataValidation) == len(old.data_validations.dataValidation)
    assert len(new.conditional_formatting) == len(old.conditional_formatting)
    assert new.freeze_panes == old.freeze_panes
    assert {k: (d.width, d.hidden) for k, d in new.column_dimensions.items()} == {
        k: (d.width, d.hidden) for k, d in old.column_dimensions.items()
    }
    assert new["B6"].number_format == "0.00"
    assert new.row_dimensions[6].hidden
    assert set(after.defined_names) == set(before.defined_names)
    assert after["_lists"].sheet_state == "hidden"


def test_a_marked_copy_reads_the_same(store: EmbeddedStore, faulty: bytes) -> None:
    marked = mark_workbook(faulty, validate_workbook(faulty, "book.xlsx", store))
    assert read_workbook(marked, "book.xlsx", store).quads == read_workbook(faulty, "book.xlsx", store).quads


def test_merged_cells_and_places_that_there_are_not(faulty: bytes) -> None:
    book = loaded(faulty)
    book["地点"].merge_cells("B5:B6")
    marked = loaded(mark_workbook(saved(book), Report("shacl", (result("B6"), result("ZZ99")))))
    assert marked["地点"]["B5"].fill.start_color.rgb == RED
    assert marked["地点"]["ZZ99"].comment is not None


def test_a_clean_report_says_so(faulty: bytes) -> None:
    book = loaded(mark_workbook(faulty, Report("shacl", ()), lang="zh"))
    assert book[PROBLEMS_SHEET]["E2"].value == "没有发现问题。"


def test_results_about_what_follows_from_a_faulty_cell_are_not_told(store: EmbeddedStore) -> None:
    row = {"pg:ofIndicator": "无此指标", "pg:asPrinted^^xsd:string": "5人", "pg:valueType": "实际值", **INFERRED}
    row["pg:statistic"] = "水平"
    data = filled(store, {"观测": [row]}, sheets=["Observation"])
    report = validate_workbook(data, "book.xlsx", store)
    faults = [r for r in report.results if r.severity == "violation"]
    assert [r.path for r in faults] == [str(PG.ofIndicator)]
    head, columns = keys(loaded(data)["观测"])
    assert faults[0].where == {"sheet": "观测", "cell": f"B{head + 1}"}
    assert columns["pg:ofIndicator"] == 2
