"""Spreadsheets as a planner uses them: templates, filled-in rows, updates, what is wrong and where."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import ORG, RDF, SKOS, XSD

from plangraph.errors import NotFound
from plangraph.namespaces import GRAPHS, ID, OA, PG, PGC, UNIT
from plangraph.reports import Report
from plangraph.spreadsheets import (
    Workbook,
    export_workbook,
    make_template,
    mark_workbook,
    read_csv,
    read_workbook,
    validate_workbook,
)
from plangraph.spreadsheets.columns import shape_columns
from plangraph.spreadsheets.dates import read_period, say_period
from plangraph.spreadsheets.minting import kind_of, slug
from plangraph.spreadsheets.tables import PROBLEMS_SHEET
from plangraph.store.base import Changeset, GraphStore, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.validation import validate
from sheet_books import BASE, GRAPH, INFERRED, cell, data_of, district, fill, filled, keys, loaded, saved

OBSERVATION = {
    "pg:ofIndicator": "常住人口",
    "pg:refArea": "星河区",
    "plangraph:period": "2024年",
    "pg:asPrinted^^xsd:string": "345.8万人",
    "pg:valueType": "实际值",
    "pg:statistic": "水平",
    **INFERRED,
}


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return district().in_memory()


def read(store: GraphStore, title: str, *rows: dict[str, Any], **options: Any) -> Workbook:
    return read_workbook(filled(store, {title: rows}, sheets=SHEETS), "book.xlsx", store, **options)


SHEETS = ("Observation", "Indicator", "Project", "StatusReport", "Task", "Place", "Link", "Document", "Organization")


def facts(book: Workbook, iri: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for s, p, o, _ in book.added:
        if str(s) == (iri if iri.startswith("http") else BASE + iri):
            tail = f"@{o.language}" if isinstance(o, Literal) and o.language else ""
            found.setdefault(str(p).rpartition("#")[2].rpartition("/")[2], set()).add(str(o) + tail)
    return found


def rules(book: Workbook) -> list[tuple[str, str]]:
    """The rule that each fault breaks and its cell."""
    return [(fault.component.rpartition("Cell-")[2], str((fault.where or {}).get("cell"))) for fault in book.faults]


def subjects(book: Workbook, cls: URIRef) -> list[str]:
    return sorted(str(s) for s, p, o, _ in book.added if p == RDF.type and o == cls)


# --- The district itself ----------------------------------------------------------------------------------------------


def test_the_invented_district_conforms(store: EmbeddedStore) -> None:
    assert validate(store.graph()).conforms


# --- Templates --------------------------------------------------------------------------------------------------------


def test_a_template_has_the_sheets_columns_and_lists_of_shapes_and_store(store: EmbeddedStore) -> None:
    book = loaded(make_template(store))
    shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert shown == ["说明 Read me", "观测", "指标", "项目", "项目进展", "任务", "地点", "推断联系", "文件", "机构"]
    sheet = book["项目"]
    _, columns = keys(sheet)
    wanted = {column.key for column in shape_columns(str(PG.Project))} - {"rdf:type"}
    assert wanted <= set(columns)
    assert sheet.freeze_panes == "C3"
    assert "\n" in sheet.cell(1, columns["pg:locatedIn"]).value  # both languages
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    listed = {
        str(c.value) for name in lists for area in [book.defined_names[name].attr_text]
        for row in book["_lists"][area.split("!")[1].replace("$", "")]
        for c in (row if isinstance(row, tuple) else [row])
    }  # fmt: skip
    assert {"星河区", "公园城市", "星河区统计局", "明说", "人民公园 <place/east-park>"} <= listed | {"明说"}
    assert sheet.conditional_formatting


def test_an_empty_template_says_nothing(store: EmbeddedStore) -> None:
    book = read_workbook(make_template(store), "book.xlsx", store)
    assert (book.quads, book.faults) == (frozenset(), ())


def test_a_template_in_english_and_of_some_sheets(store: EmbeddedStore) -> None:
    book = loaded(make_template(store, lang="en", sheets=["项目", "goal"], plan="xinghe-2021"))
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"][1:] == ["Project", "Goal"]
    with pytest.raises(NotFound):
        make_template(store, sheets=["nonsense"])
    with pytest.raises(NotFound):
        make_template(store, plan="linhe-2025")


# --- Observations -----------------------------------------------------------------------------------------------------


def test_a_printed_figure_fills_in_what_follows_from_it(store: EmbeddedStore) -> None:
    book = read(store, "观测", OBSERVATION)
    assert not book.faults
    (iri,) = subjects(book, PG.Observation)
    assert iri == BASE + "observation/population-xinghe-2024-level-actual"
    said = facts(book, iri)
    assert {name: said[name] for name in ("value", "valueLow", "valueHigh")} == {
        "value": {"3458000"}, "valueLow": {"3457500"}, "valueHigh": {"3458500"},
    }  # fmt: skip
    assert said["unit"] == {str(PGC["unit-person"])}
    assert said["comparator"] == {str(PGC["comparator-eq"])}
    assert (said["periodStart"], said["periodEnd"]) == ({"2024-01-01"}, {"2024-12-31"})
    assert said["assertion"] == {str(PGC["assertion-inferred"])}
    assert said["inPlan"] == {BASE + "plan/five-year"}
    assert said["prefLabel"] == {
        "星河区：常住人口：345.8万人（2024年，实际值）@zh",
        "Xinghe District: Resident population: 3.458 million persons (2024, actual)@en",
    }


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("超过64万人", {"value": "640000", "valueLow": "640000", "comparator": str(PGC["comparator-gt"])}),
        ("近2.9万人", {"value": "29000", "valueHigh": "29000", "comparator": str(PGC["comparator-lt"])}),
        ("98.6%", {"value": "98.6", "unit": str(UNIT.PERCENT), "valueLow": "98.55"}),
        ("１２３人", {"value": "123", "unit": str(PGC["unit-person"])}),
    ],
)
def test_figures_as_printed(store: EmbeddedStore, printed: str, expected: dict[str, str]) -> None:
    book = read(store, "观测", {**OBSERVATION, "pg:asPrinted^^xsd:string": printed})
    said = facts(book, subjects(book, PG.Observation)[0])
    assert {name: next(iter(said[name])) for name in expected} == expected


def test_value_and_unit_do_without_a_printed_figure(store: EmbeddedStore) -> None:
    row = {**OBSERVATION, "pg:value^^xsd:decimal": "3，458，000", "pg:unit": "人"}
    del row["pg:asPrinted^^xsd:string"]
    book = read(store, "观测", row)
    assert not book.faults
    said = facts(book, subjects(book, PG.Observation)[0])
    assert (said["value"], said["valueLow"]) == ({"3458000"}, {"3457999.5"})


def test_a_typed_value_against_the_printed_figure_is_kept_for_the_shapes(store: EmbeddedStore) -> None:
    data = filled(store, {"观测": [{**OBSERVATION, "pg:value^^xsd:decimal": 345.8}]}, sheets=["Observation"])
    report = validate_workbook(data, "book.xlsx", store)
    shapes = {str(r.source_shape).rpartition("#")[2]: r.where for r in report.results if r.severity == "violation"}
    assert "Observation-low-value" in shapes
    head, columns = keys(loaded(data)["观测"])
    letter = loaded(data)["观测"].cell(1, columns["pg:value^^xsd:decimal"]).column_letter
    assert shapes["Observation-low-value"] == {"sheet": "观测", "cell": f"{letter}{head + 1}"}


def test_the_unit_of_a_count_is_the_indicators_own() -> None:
    store = district("""
<indicator/shops> a pg:Indicator ; skos:prefLabel "便民网点数"@zh, "Shops"@en .
<observation/shops> a pg:Observation ; pg:ofIndicator <indicator/shops> ; pg:unit pgc:unit-store ; pg:value 5.0 .
<indicator/things> a pg:Indicator ; skos:prefLabel "新事物数"@zh, "New things"@en .
""")
    known = read(store, "观测", {**OBSERVATION, "pg:ofIndicator": "便民网点数", "pg:asPrinted^^xsd:string": "12个"})
    assert facts(known, subjects(known, PG.Observation)[0])["unit"] == {str(PGC["unit-store"])}
    unknown = read(store, "观测", {**OBSERVATION, "pg:ofIndicator": "新事物数", "pg:asPrinted^^xsd:string": "12朵"})
    assert [rule for rule, _ in rules(unknown)] == ["unknown-unit"]


def test_evidence_of_a_stated_figure(store: EmbeddedStore) -> None:
    row = {key: value for key, value in OBSERVATION.items() if key not in INFERRED}
    row |= {
        "plangraph:evidence-source": "中期报告",
        "plangraph:evidence-start": 120,
        "plangraph:evidence-locator": "二",
    }
    book = read(store, "观测", row)
    assert not book.faults
    evidence = URIRef(BASE + "evidence/120-127")
    said = {(p, str(o)) for s, p, o, _ in book.added if str(s).startswith(str(evidence))}
    assert {(OA.exact, "345.8万人"), (OA.start, "120"), (OA.end, "127"), (PG.locator, "二")} <= said
    assert facts(book, subjects(book, PG.Observation)[0])["assertion"] == {str(PGC["assertion-stated"])}
    store_with = district()
    store_with.apply(book.changeset)
    assert validate(store_with.graph()).conforms


def test_the_start_of_a_quote_is_found_in_an_attached_text(store: EmbeddedStore) -> None:
    row = {**OBSERVATION, "plangraph:evidence-source": "中期报告"}
    once = read(store, "观测", row, texts=lambda _: "星河区常住人口345.8万人。")
    assert {str(o) for _, p, o, _ in once.added if p == OA.start} == {"7"}
    twice = read(store, "观测", row, texts=lambda _: "345.8万人，345.8万人")
    assert [rule for rule, _ in rules(twice)] == ["start-needed"]
    assert "0, 8" in twice.faults[0].fix["en"]
    never = read(store, "观测", row, texts=lambda _: "无")
    without = read(store, "观测", row)
    assert [rules(book)[0][0] for book in (never, without)] == ["start-needed", "start-needed"]


# --- Names ------------------------------------------------------------------------------------------------------------


def test_an_ambiguous_name_gives_its_candidates_and_each_of_them_is_read(store: EmbeddedStore) -> None:
    row = {
        "skos:prefLabel@zh": "东门",
        "skos:prefLabel@en": "East Gate",
        "pg:placeType": "公园",
        "pg:within": "人民公园",
    }
    book = read(store, "地点", row)
    (fault,) = book.faults
    assert fault.component.endswith("ambiguous-label")
    for named in ("人民公园 <place/east-park>", "人民公园 <place/west-park>"):
        assert named in fault.fix["zh"]
        right = read(store, "地点", {**row, "pg:within": named})
        assert not right.faults
        assert facts(right, str(ID) + "place/east-gate")["within"] == {str(ID) + named[6:-1]}


@pytest.mark.parametrize(
    ("key", "value", "rule", "said"),
    [
        ("pg:ofIndicator", "常住人囗", "unknown-label", "常住人口"),
        ("pg:ofIndicator", "星河区", "other-class", "列表"),
        ("pg:valueType", "实绩", "unknown-label", "实际值"),
        ("plangraph:period", "去年", "bad-period", "2023年"),
        ("pg:dueBy^^xsd:date", "2023-02-30", "not-a-date", "2023-12-31"),
        ("pg:dueBy^^xsd:date", "明年", "not-a-date", "2023-12-31"),
        ("pg:value^^xsd:decimal", "很多", "not-a-number", "31.94"),
        ("pg:asPrinted^^xsd:string", "不少", "figure", ""),
        ("plangraph:id", "不行", "bad-identifier", "连字符"),
        ("pg:rationale@zh", "由\u202e推断", "hidden-direction", "键入"),
    ],
)
def test_cells_that_cannot_be_read(store: EmbeddedStore, key: str, value: str, rule: str, said: str) -> None:
    data = filled(store, {"观测": [{**OBSERVATION, key: value}]}, sheets=["Observation"])
    book = read_workbook(data, "book.xlsx", store)
    sheet = loaded(data)["观测"]
    assert rules(book) == [(rule, cell(sheet, key, 1).coordinate)]
    assert said in book.faults[0].fix.get("zh", "")
    assert all(fault.message["zh"] and fault.message["en"] for fault in book.faults)


def test_rows_may_speak_of_rows_on_other_sheets(store: EmbeddedStore) -> None:
    data = filled(
        store,
        {
            "项目": [{"skos:prefLabel@zh": "新河公园", "skos:prefLabel@en": "New River Park", "pg:locatedIn": "新河湾",
                     "pg:implements": "公园城市", **INFERRED}],
            "项目进展": [{"pg:about": "新河公园", "pg:status": "在建", "pg:asOf^^xsd:date": "2024年", **INFERRED}],
            "地点": [{"skos:prefLabel@zh": "新河湾", "skos:prefLabel@en": "New River Bay", "pg:placeType": "公园",
                     "pg:within": "星河区", **INFERRED}],
            "推断联系": [{"pg:linkFrom": "公园城市", "pg:linkProperty": "支撑目标", "pg:linkTo": "绿色宜居区",
                     **INFERRED}],
        },
        sheets=SHEETS,
    )  # fmt: skip
    book = read_workbook(data, "book.xlsx", store)
    assert not book.faults
    assert facts(book, "project/new-river-park")["locatedIn"] == {str(ID) + "place/new-river-bay"}
    assert subjects(book, PG.StatusReport) == [BASE + "status-report/project-new-river-park-2024-12-31"]
    link = (URIRef(BASE + "task/park-city"), PG.supports, URIRef(BASE + "goal/green-zone"))
    assert link in {quad[:3] for quad in book.added}
    assert validate_workbook(data, "book.xlsx", store).conforms


def test_several_names_stand_on_lines_or_after_semicolons(store: EmbeddedStore) -> None:
    row = {"skos:prefLabel@zh": "双园", "skos:prefLabel@en": "Two Parks"}
    for text in ("西园\n<place/east-park>", "西园；place/east-park"):
        book = read(store, "项目", {**row, "pg:locatedIn": text})
        assert facts(book, "project/two-parks")["locatedIn"] == {
            str(ID) + "place/west-park",
            str(ID) + "place/east-park",
        }


# --- Identifiers ------------------------------------------------------------------------------------------------------


def test_identifiers_are_the_same_each_time_and_never_taken_from_another_thing(store: EmbeddedStore) -> None:
    same_name = {"skos:prefLabel@zh": "另一个湖滨公园", "skos:prefLabel@en": "Lake Park"}
    book = read(store, "项目", same_name, {"skos:prefLabel@zh": "无英文名"})
    again = read(store, "项目", same_name, {"skos:prefLabel@zh": "无英文名"})
    assert book.quads == again.quads
    first, second = subjects(book, PG.Project)
    assert first == BASE + "project/lake-park-2"  # the store's own lake-park has another Chinese name
    assert second.startswith(BASE + "project/x-")


def test_an_identifier_may_be_written_short_or_whole(store: EmbeddedStore) -> None:
    for text in ("canal", "xinghe-2021/project/canal", BASE + "project/canal"):
        book = read(
            store, "项目", {"skos:prefLabel@zh": "运河", "skos:prefLabel@en": "Canal Works", "plangraph:id": text}
        )
        assert subjects(book, PG.Project) == [BASE + "project/canal"]


def test_two_rows_about_one_thing(store: EmbeddedStore) -> None:
    book = read(store, "观测", OBSERVATION, {**OBSERVATION, "pg:asPrinted^^xsd:string": "350万人"})
    assert [rule for rule, _ in rules(book)] == ["same-row"]


@pytest.mark.parametrize(
    ("text", "expected"), [("Lake Park, phase 2", "lake-park-phase-2"), ("São Paulo's", "sao-paulos"), ("湖滨", "")]
)
def test_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_kinds_of_things_are_those_of_the_graph(store: EmbeddedStore) -> None:
    made = {kind_of(str(cls)) for cls in (PG.StatusReport, PG.PolicyMeasure, PG.Place, ORG.Organization, PG.Indicator)}
    assert made == {"status-report", "measure", "place", "org", "indicator"}


# --- Updates ----------------------------------------------------------------------------------------------------------


def test_committing_the_same_rows_twice_changes_nothing(store: EmbeddedStore) -> None:
    own = district()
    data = filled(own, {"观测": [OBSERVATION]}, sheets=["Observation"])
    own.apply(read_workbook(data, "book.xlsx", own).changeset)
    again = read_workbook(data, "book.xlsx", own)
    assert (again.added, again.removed, again.faults) == ((), (), ())
    other = filled(own, {"观测": [{**OBSERVATION, "pg:asPrinted^^xsd:string": "350万人"}]}, sheets=["Observation"])
    assert [rule for rule, _ in rules(read_workbook(other, "book.xlsx", own))] == ["already-there"]


def test_a_template_row_with_an_identifier_replaces_single_values_and_adds_others(store: EmbeddedStore) -> None:
    row = {"plangraph:id": "lake-park", "pg:dueBy^^xsd:date": date(2025, 12, 31), "pg:locatedIn": "星河区"}
    book = read(store, "项目", row)
    lake = URIRef(BASE + "project/lake-park")
    assert [quad[:3] for quad in book.removed] == [(lake, PG.dueBy, Literal("2025-06-30", datatype=XSD.date))]
    assert {quad[1:3] for quad in book.added} == {
        (PG.dueBy, Literal("2025-12-31", datatype=XSD.date)), (PG.locatedIn, URIRef(str(ID) + "place/xinghe")),
    }  # fmt: skip
    assert {quad[3] for quad in book.added if quad[1] == PG.dueBy} == {GRAPH}  # where the old value stood


def edited(store: GraphStore, title: str, thing: str, **changes: Any) -> bytes:
    """An export with some cells of one thing's row changed; keys with ``__`` for ``:``."""
    book = loaded(export_workbook(store))
    sheet = book[title]
    head, columns = keys(sheet)
    number = next(
        n for n in range(head + 1, sheet.max_row + 1) if sheet.cell(n, columns["plangraph:id"]).value == thing
    )
    for key, value in changes.items():
        sheet.cell(number, columns[key.replace("__", ":", 1)]).value = value
    return saved(book)


def test_an_exported_row_replaces_adds_and_removes(store: EmbeddedStore) -> None:
    data = edited(
        store, "项目", "xinghe-2021/project/lake-park",
        **{"pg__dueBy^^xsd:date": None, "pg__locatedIn": "西园", "skos__prefLabel@zh": "湖滨公园（东）"},
    )  # fmt: skip
    book = read_workbook(data, "book.xlsx", store)
    lake = URIRef(BASE + "project/lake-park")
    assert not book.faults
    assert {quad[:3] for quad in book.removed} == {
        (lake, PG.dueBy, Literal("2025-06-30", datatype=XSD.date)),
        (lake, PG.locatedIn, URIRef(str(ID) + "place/east-park")),
        (lake, SKOS.prefLabel, Literal("湖滨公园", lang="zh")),
    }
    assert {quad[:3] for quad in book.added} == {(lake, SKOS.prefLabel, Literal("湖滨公园（东）", lang="zh"))}
    assert validate_workbook(data, "book.xlsx", store).conforms


def test_a_corrected_printed_figure_corrects_its_value(store: EmbeddedStore) -> None:
    thing = "xinghe-2021/observation/population-2022"
    book = read_workbook(edited(store, "观测", thing, **{"pg__asPrinted^^xsd:string": "344.7万人"}), "b.xlsx", store)
    said = {(p, str(o)) for _, p, o, _ in book.added}
    assert {(PG.value, "3447000"), (PG.valueLow, "3446500"), (PG.valueHigh, "3447500")} <= said
    gone = {(p, Decimal(str(o))) for _, p, o, _ in book.removed if p == PG.value}
    assert gone == {(PG.value, Decimal(3442000))}
    typed = edited(store, "观测", thing, **{"pg__asPrinted^^xsd:string": "344.7万人", "pg__value^^xsd:decimal": 5})
    said = {(p, str(o)) for _, p, o, _ in read_workbook(typed, "b.xlsx", store).added}
    assert said == {(PG.asPrinted, "344.7万人"), (PG.value, "5")}


def test_an_old_export_does_not_undo_what_others_changed() -> None:
    own = district()
    lake = URIRef(BASE + "project/lake-park")
    untouched = export_workbook(own)
    touched = edited(own, "项目", "xinghe-2021/project/lake-park", **{"skos__prefLabel@en": "Lake Park East"})
    old: Term = Literal("2025-06-30", datatype=XSD.date)
    new: Term = Literal("2025-09-30", datatype=XSD.date)
    own.apply(Changeset(added=[(lake, PG.dueBy, new, GRAPH)], removed=[(lake, PG.dueBy, old, GRAPH)]))
    same = read_workbook(untouched, "book.xlsx", own)
    assert (same.added, same.removed, same.faults) == ((), (), ())
    conflicting = read_workbook(touched, "book.xlsx", own)
    assert (conflicting.added, conflicting.removed) == ((), ())
    assert [rule for rule, _ in rules(conflicting)] == ["changed-since"]


def test_a_column_that_was_taken_out_of_an_export_takes_nothing_out(store: EmbeddedStore) -> None:
    book = loaded(edited(store, "项目", "xinghe-2021/project/lake-park", **{"skos__prefLabel@en": "Lake Park East"}))
    _, columns = keys(book["项目"])
    book["项目"].delete_cols(columns["pg:locatedIn"])
    read_again = read_workbook(saved(book), "book.xlsx", store)
    assert not read_again.faults
    assert [str(quad[2]) for quad in read_again.removed] == ["Lake Park"]


# --- What people do to workbooks --------------------------------------------------------------------------------------


def test_moved_and_renamed_columns_are_known_by_their_keys(store: EmbeddedStore) -> None:
    book = loaded(filled(store, {"观测": [OBSERVATION]}, sheets=["Observation"]))
    sheet = book["观测"]
    expected = read_workbook(saved(book), "book.xlsx", store).quads
    _, columns = keys(sheet)
    at = columns["pg:asPrinted^^xsd:string"]
    sheet.cell(1, at).value = "多少"
    for row in range(1, 8):
        a, b = sheet.cell(row, at), sheet.cell(row, columns["pg:valueType"])
        a.value, b.value = b.value, a.value
    sheet.insert_rows(1, 2)
    assert read_workbook(saved(book), "book.xlsx", store).quads == expected


def test_a_sheet_that_somebody_made_by_hand(store: EmbeddedStore) -> None:
    book = loaded(make_template(store, sheets=["Task"]))
    for title in book.sheetnames:
        if title != "任务":
            del book[title]
    book["任务"].title = "old"
    sheet = book.create_sheet("任务")
    sheet.append(["名称（中文）", "Name (English)", "所属领域", "电话"])
    sheet.append(["水城建设", "Water City", "生态", "6500"])
    del book["old"]
    read_again = read_workbook(saved(book), "book.xlsx", store)
    assert facts(read_again, "task/water-city")["inDomain"] == {BASE + "domain/ecology"}
    assert rules(read_again) == [("unknown-column", "D1")]


def test_merged_cells_spaces_percentages_and_hidden_rows(store: EmbeddedStore) -> None:
    rows = [{**OBSERVATION, "pg:ofIndicator": "污水处理率", "plangraph:period": year} for year in ("2023年", "2024年")]
    book = loaded(filled(store, {"观测": rows}, sheets=["Observation"]))
    sheet = book["观测"]
    head, columns = keys(sheet)
    first = cell(sheet, "pg:ofIndicator", 1)
    sheet.merge_cells(start_row=head + 1, end_row=head + 3, start_column=first.column, end_column=first.column)
    for n in (1, 2):
        printed = cell(sheet, "pg:asPrinted^^xsd:string", n)
        printed.value, printed.number_format = 0.986, "0.0%"
    sheet.cell(head + 3, columns["pg:refArea"]).value = "   "
    sheet.row_dimensions[head + 2].hidden = True
    read_again = read_workbook(saved(book), "book.xlsx", store)
    assert not read_again.faults
    assert len(subjects(read_again, PG.Observation)) == 2
    assert {str(o) for _, p, o, _ in read_again.added if p == PG.asPrinted} == {"98.6%"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2024, 6, 30), "2024-06-30"), (date(2024, 6, 30), "2024-06-30"), (45473, "2024-06-30"),
        ("2024年6月", "2024-06-30"), ("2024.6.30", "2024-06-30"), ("２０２４年", "2024-12-31"), (2024, "2024-12-31"),
    ],
)  # fmt: skip
def test_days(store: EmbeddedStore, value: Any, expected: str) -> None:
    row = {"skos:prefLabel@zh": "河", "skos:prefLabel@en": "River", "pg:dueBy^^xsd:date": value}
    assert facts(read(store, "项目", row), "project/river")["dueBy"] == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年", ("2023-01-01", "2023-12-31")), ("2023", ("2023-01-01", "2023-12-31")),
        ("2023年上半年", ("2023-01-01", "2023-06-30")), ("2021-2025年", ("2021-01-01", "2025-12-31")),
        ("2021年至2023年6月", ("2021-01-01", "2023-06-30")), ("2023年三季度", ("2023-07-01", "2023-09-30")),
        ("2023Q1", ("2023-01-01", "2023-03-31")), ("2023年1-6月", ("2023-01-01", "2023-06-30")),
        ("2023年底", ("2023-12-31", "2023-12-31")), ("2023.12", ("2023-12-01", "2023-12-31")),
        ("2024-2", ("2024-02-01", "2024-02-29")), ("2023年前三季度", ("2023-01-01", "2023-09-30")),
        ("2023-13", None), ("99999年", None), ("十四五", None), ("", None),
    ],
)  # fmt: skip
def test_periods(text: str, expected: tuple[str, str] | None) -> None:
    found = read_period(text)
    assert (found and tuple(day.isoformat() for day in found)) == expected


def test_periods_in_words() -> None:
    assert say_period("2021-01-01", "2025-12-31", "zh") == "2021–2025年"
    assert say_period(None, "2025-06-30", "en") == "until 2025-06-30"
    assert say_period(None, None, "zh") == ""


def test_csv_with_the_same_columns(store: EmbeddedStore) -> None:
    text = "标识 [plangraph:id pg:Place],名称 [skos:prefLabel@zh],Name [skos:prefLabel@en],[pg:placeType]\r\n"
    text += ",南园,South Park,公园\r\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        for separator in (",", ";", "\t"):
            book = read_csv(text.replace(",", separator).encode(encoding), "places.csv", store)
            assert not book.faults
            assert subjects(book, PG.Place) == [str(ID) + "place/south-park"]


def test_rows_go_to_the_graph_asked_for(store: EmbeddedStore) -> None:
    data = filled(store, {"观测": [OBSERVATION]}, sheets=["Observation"])
    assert {quad[3] for quad in read_workbook(data, "b.xlsx", store).added} == {GRAPHS["local"]}
    asked = GRAPHS["xinghe-2021/year-2024"]
    assert {quad[3] for quad in read_workbook(data, "b.xlsx", store, graph=asked).added} == {asked}


# --- The whole way ----------------------------------------------------------------------------------------------------


def test_a_planner_fills_in_ten_rows_with_five_mistakes(store: EmbeddedStore) -> None:
    years = [{**OBSERVATION, "plangraph:period": f"{year}年"} for year in (2019, 2020, 2021, 2023, 2024)]
    rates = [
        {**OBSERVATION, "pg:ofIndicator": "污水处理率", "pg:asPrinted^^xsd:string": text, "pg:statistic": "占比",
         "plangraph:period": f"{year}年"}
        for year, text in ((2021, "97.1%"), (2022, "97.9%"), (2023, "98.2%"))
    ]  # fmt: skip
    projects = [
        {"skos:prefLabel@zh": "东湖公园", "skos:prefLabel@en": "East Lake Park", "pg:implements": "公园城市",
         "pg:locatedIn": "星河区", "pg:periodStart^^xsd:date": "2024年3月", "pg:periodEnd^^xsd:date": "2025-06-30",
         **INFERRED},
        {"skos:prefLabel@zh": "南湖公园", "skos:prefLabel@en": "South Lake Park", "pg:implements": "公园城市",
         "pg:locatedIn": "星河区", **INFERRED},
    ]  # fmt: skip
    right = {"观测": [*years, *rates], "项目": projects}
    wrong = {"观测": [dict(row) for row in right["观测"]], "项目": [dict(row) for row in projects]}
    wrong["观测"][0]["pg:ofIndicator"] = "常住人口数"  # no such name
    del wrong["观测"][1]["pg:valueType"]  # required
    wrong["观测"][5]["pg:asPrinted^^xsd:string"] = "971%"  # a share over 100
    wrong["项目"][0]["pg:periodEnd^^xsd:date"] = "2023-06-30"  # before its start
    wrong["项目"][1]["pg:locatedIn"] = "人民公园"  # two have the name
    data = filled(store, wrong, sheets=["Observation", "Project"])
    report = validate_workbook(data, "book.xlsx", store)
    sheets = {title: loaded(data)[title] for title in wrong}
    expected = {
        ("观测", cell(sheets["观测"], "pg:ofIndicator", 1).coordinate),
        ("观测", cell(sheets["观测"], "pg:valueType", 2).coordinate),
        ("观测", cell(sheets["观测"], "pg:asPrinted^^xsd:string", 6).coordinate),
        ("项目", cell(sheets["项目"], "pg:periodStart^^xsd:date", 1).coordinate),
        ("项目", cell(sheets["项目"], "pg:locatedIn", 2).coordinate),
    }
    assert violations(report) == expected
    marked = loaded(mark_workbook(data, report))
    filled_in = {
        (sheet, place) for sheet, place in expected if marked[sheet][place].fill.start_color.rgb[2:] == "F5A3A3"
    }
    assert filled_in == expected
    assert all(marked[sheet][place].comment.text for sheet, place in expected)
    assert marked[PROBLEMS_SHEET].max_row > 5

    for title, rows in right.items():
        fill(marked, title, rows)
    corrected = saved(marked)
    assert validate_workbook(corrected, "book.xlsx", store).conforms
    own = district()
    own.apply(read_workbook(corrected, "book.xlsx", own).changeset)
    assert validate(own.graph()).conforms
    assert len(data_of(own)) > len(data_of(store))


def violations(report: Report) -> set[tuple[str, str]]:
    return {
        (str((r.where or {}).get("sheet")), str((r.where or {}).get("cell")))
        for r in report.results
        if r.severity == "violation"
    }
