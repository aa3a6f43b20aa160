"""Workbooks for several test modules: an invented district, filled-in templates, cells by the keys of columns."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from plangraph.namespaces import GRAPHS, ID
from plangraph.origins import read_sources
from plangraph.spreadsheets import make_template
from plangraph.spreadsheets.naming import INTERNAL
from plangraph.store.base import Changeset, GraphStore, Quad
from plangraph.store.embedded import EmbeddedStore

BASE = str(ID) + "xinghe-2021/"
GRAPH = GRAPHS["xinghe-2021/report"]
_HEAD = """@base <https://w3id.org/plangraph/id/xinghe-2021/> .
@prefix pg: <https://w3id.org/plangraph/ontology#> .
@prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix unit: <http://qudt.org/vocab/unit/> .
@prefix place: <https://w3id.org/plangraph/id/place/> .
@prefix o: <https://w3id.org/plangraph/id/org/> .
"""
_INFERRED = """ pg:assertion pgc:assertion-inferred ; pg:rationale "推断。"@zh, "Inferred."@en ;
    prov:wasAttributedTo o:bureau """
DISTRICT = f"""
<plan/five-year> a pg:Plan ; skos:prefLabel "星河区五年规划"@zh, "Xinghe Five-Year Plan"@en ;
    pg:periodStart "2021-01-01"^^xsd:date ; pg:periodEnd "2025-12-31"^^xsd:date ; {_INFERRED} .
o:bureau a org:Organization ; skos:prefLabel "星河区统计局"@zh, "Xinghe Bureau of Statistics"@en ; {_INFERRED} .
place:xinghe a pg:Place ; pg:placeType pgc:place-type-district ; {_INFERRED} ;
    skos:prefLabel "星河区"@zh, "Xinghe District"@en .
place:east-park a pg:Place ; pg:placeType pgc:place-type-park ; pg:within place:xinghe ; {_INFERRED} ;
    skos:prefLabel "人民公园"@zh, "People's Park"@en .
place:west-park a pg:Place ; pg:placeType pgc:place-type-park ; pg:within place:xinghe ; {_INFERRED} ;
    skos:prefLabel "人民公园"@zh, "People's Park (West)"@en ; skos:altLabel "西园"@zh, "西苑"@zh .
<domain/ecology> a pg:Domain ; pg:inPlan <plan/five-year> ; {_INFERRED} ;
    skos:prefLabel "生态"@zh, "Ecology"@en .
<task/park-city> a pg:Task ; pg:inPlan <plan/five-year> ; pg:inDomain <domain/ecology> ; {_INFERRED} ;
    skos:prefLabel "公园城市"@zh, "Park City"@en .
<goal/green-zone> a pg:Goal ; pg:inPlan <plan/five-year> ; {_INFERRED} ;
    skos:prefLabel "绿色宜居区"@zh, "Green Zone"@en .
<indicator/population> a pg:Indicator ; pg:inPlan <plan/five-year> ; pg:direction pgc:direction-higher ; {_INFERRED} ;
    skos:prefLabel "常住人口"@zh, "Resident population"@en .
<indicator/sewage> a pg:Indicator ; pg:inPlan <plan/five-year> ; pg:direction pgc:direction-higher ; {_INFERRED} ;
    skos:prefLabel "污水处理率"@zh, "Sewage treatment rate"@en .
<observation/population-2022> a pg:Observation ; pg:inPlan <plan/five-year> ; pg:ofIndicator <indicator/population> ;
    skos:prefLabel "常住人口：344.2万人（2022年）"@zh, "Resident population: 3.442 million (2022)"@en ;
    pg:asPrinted "344.2万人" ; pg:value 3442000.0 ; pg:valueLow 3441500.0 ; pg:valueHigh 3442500.0 ;
    pg:unit pgc:unit-person ; pg:comparator pgc:comparator-eq ; pg:valueType pgc:value-type-actual ;
    pg:statistic pgc:statistic-level ; pg:refArea place:xinghe ; {_INFERRED} ;
    pg:periodStart "2022-01-01"^^xsd:date ; pg:periodEnd "2022-12-31"^^xsd:date .
<project/lake-park> a pg:Project ; pg:inPlan <plan/five-year> ; pg:implements <task/park-city> ; {_INFERRED} ;
    skos:prefLabel "湖滨公园"@zh, "Lake Park"@en ; pg:locatedIn place:east-park, place:west-park ;
    pg:dueBy "2025-06-30"^^xsd:date .
<document/report> a pg:Document ; skos:prefLabel "中期报告"@zh, "Midterm report"@en ;
    pg:sha256 "{"0" * 64}" ; pg:inPlan <plan/five-year> .
"""

INFERRED = {
    "pg:rationale@zh": "据统计公报。",
    "pg:rationale@en": "From the bulletin.",
    "prov:wasAttributedTo": "星河区统计局",
}
"""The cells of a row that says who infers it and why."""

Row = Mapping[str, Any]


def district(more: str = "") -> EmbeddedStore:
    """A store with the invented district, and whatever Turtle besides."""
    from plangraph.mediatypes import TURTLE

    sources = read_sources([("district.ttl", (_HEAD + DISTRICT + more).encode(), TURTLE)], default_graph=GRAPH)
    store = EmbeddedStore()
    store.apply(Changeset(added=[quad for source in sources for quad in source.quads]))
    return store


def data_of(store: GraphStore) -> set[Quad]:
    """What a workbook can hold of a store."""
    return {quad for quad in store.triples() if quad[3] not in INTERNAL}


def loaded(data: bytes) -> Any:
    """A workbook as openpyxl has it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Any) -> bytes:
    """The file of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def keys(sheet: Any) -> tuple[int, dict[str, int]]:
    """The technical row of a sheet and the column of each key."""
    for number in range(1, 10):
        found = {str(cell.value): cell.column for cell in sheet[number] if cell.value}
        if any(key.startswith("plangraph:id") for key in found):
            return number, {
                key.partition(" ")[0] if key.startswith("plangraph:id") else key: n for key, n in found.items()
            }
    raise AssertionError(f"{sheet.title} has no technical row")


def fill(book: Any, title: str, rows: Sequence[Row]) -> None:
    """Write rows, by the keys of columns, from the first free row on."""
    sheet = book[title]
    head, columns = keys(sheet)
    for number, row in enumerate(rows, head + 1):
        for key, value in row.items():
            sheet.cell(number, columns[key], value)


def filled(store: GraphStore, rows_of: Mapping[str, Sequence[Row]], *, sheets: Sequence[str] = ()) -> bytes:
    """A template with rows, by the titles of sheets."""
    book = loaded(make_template(store, sheets=sheets))
    for title, rows in rows_of.items():
        fill(book, title, rows)
    return saved(book)


def cell(sheet: Any, key: str, row: int) -> Any:
    """The cell of a column, ``row`` from 1 below the technical row."""
    head, columns = keys(sheet)
    return sheet.cell(head + row, columns[key])
