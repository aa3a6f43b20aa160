"""Files that aren't what they seem: each gets a clear error in both languages, in little time and memory."""

from __future__ import annotations

import io
import re
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from plangraph.errors import BadInput, PlangraphError, TooLarge
from plangraph.spreadsheets import Workbook, mark_workbook, read_csv, read_workbook, validate_workbook
from plangraph.store.embedded import EmbeddedStore
from sheet_books import INFERRED, cell, district, filled, keys, loaded, saved

SECONDS = 8.0
MEGABYTES = 600


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return district().in_memory()


@pytest.fixture(scope="module")
def plain(store: EmbeddedStore) -> bytes:
    row = {"skos:prefLabel@zh": "东河", "skos:prefLabel@en": "East River", "pg:placeType": "公园", **INFERRED}
    return filled(store, {"地点": [row]}, sheets=["Place"])


def changed(data: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """The zip file with its parts changed, left out where ``change`` gives None, and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = change(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
        for name, content in added.items():
            new.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def sheet_xml(body: str, data: bytes) -> bytes:
    """The workbook with its place sheet's rows replaced."""
    name = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    text = f'<?xml version="1.0"?><worksheet {name}><sheetData>{body}</sheetData></worksheet>'.encode()
    return changed(data, lambda part, old: text if part == "xl/worksheets/sheet2.xml" else old)


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b" " * size)
    return out.getvalue()


def lying_bomb() -> bytes:
    """A zip file whose directory says that its part is small."""
    data = bytearray(bomb(200 * 2**20))
    size = (200 * 2**20).to_bytes(4, "little")
    return bytes(data.replace(size, (1000).to_bytes(4, "little")))


_ENTITIES = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
_OUTSIDE = b"""<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>"""


def declaring(data: bytes, declared: bytes, encoding: str = "utf-8") -> bytes:
    """The workbook with entities declared in a sheet, and one of them used in its first row."""

    def change(part: str, old: bytes) -> bytes:
        if part != "xl/worksheets/sheet2.xml":
            return old
        body = old[old.index(b"<worksheet") :].replace(b"<t>", b"<t>&c;", 1)
        return f'<?xml version="1.0" encoding="{encoding}"?>{(declared + body).decode()}'.encode(encoding)

    return changed(data, change)


def turned(data: bytes) -> bytes:
    return data[:3000] + bytes(b ^ 0x55 for b in data[3000:3400]) + data[3400:]


REFUSED: dict[str, tuple[Callable[[bytes], bytes], type[PlangraphError], str]] = {
    "nothing": (lambda _: b"", BadInput, "另存为"),
    "text called xlsx": (lambda _: b"a,b\r\n1,2\r\n", BadInput, ".csv"),
    "old xls or password": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, BadInput, "密码"),
    "pdf": (lambda _: b"%PDF-1.7\n" + b"\0" * 100, BadInput, "另存为"),
    "cut off": (lambda data: data[: len(data) // 2], BadInput, "损坏"),
    "cut off at the end": (lambda data: data[:-30], BadInput, "损坏"),
    "bits turned": (lambda data: turned(data), BadInput, "损坏"),
    "another zip": (lambda data: changed(data, lambda part, old: None, **{"a.txt": b"x"}), BadInput, "压缩文件"),
    "an empty zip": (lambda data: changed(data, lambda part, old: None), BadInput, "压缩文件"),
    "zip bomb": (lambda _: bomb(300 * 2**20), TooLarge, "过大"),
    "zip bomb that lies": (lambda _: lying_bomb(), BadInput, ""),
    "thousands of parts": (
        lambda data: changed(data, lambda part, old: old, **{f"x{n}": b"" for n in range(3000)}), TooLarge, "过大",
    ),
    "entities": (lambda data: declaring(data, _ENTITIES), BadInput, "实体"),
    "entities from outside": (lambda data: declaring(data, _OUTSIDE), BadInput, "实体"),
    "entities in UTF-16": (lambda data: declaring(data, _ENTITIES, "utf-16"), BadInput, "实体"),
    "broken XML": (lambda data: sheet_xml("<row r='1'><c r='A1'>", data), BadInput, "损坏"),
    "not a number": (lambda data: sheet_xml('<row r="1"><c r="A1"><v>nan</v></c></row>', data), BadInput, "损坏"),
    "a cell without a place": (lambda data: sheet_xml('<row r="x"><c r="?"/></row>', data), BadInput, "损坏"),
}  # fmt: skip


def limited(act: Callable[[], Any]) -> Any:
    """What ``act`` gives or raises, in time and memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    try:
        return act()
    finally:
        assert time.process_time() - started < SECONDS
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_workbook_is_refused_with_what_to_do(store: EmbeddedStore, plain: bytes, kind: str) -> None:
    make, error, said = REFUSED[kind]
    data = make(plain)
    for act in (read_workbook, validate_workbook):
        with pytest.raises(error) as caught:
            limited(lambda act=act: act(data, "表.xlsx", store))
        assert "表.xlsx" in caught.value.zh
        assert "表.xlsx" in caught.value.en
        assert said in caught.value.zh


def test_too_many_cells(store: EmbeddedStore, plain: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plangraph.spreadsheets.grids.MOST_CELLS", 2000)
    rows = "".join(f'<row r="{n}">' + "<c><v>1</v></c>" * 11 + "</row>" for n in range(1, 300))
    with pytest.raises(TooLarge):
        read_workbook(sheet_xml(rows, plain), "book.xlsx", store)
    with pytest.raises(TooLarge):
        read_csv(b"1,2,3\n" * 1000, "book.csv", store)


def test_the_same_when_it_is_marked(store: EmbeddedStore, plain: bytes) -> None:
    report = validate_workbook(plain, "book.xlsx", store)
    for kind in ("nothing", "zip bomb", "entities", "cut off", "old xls or password"):
        with pytest.raises(BadInput):
            limited(lambda kind=kind: mark_workbook(REFUSED[kind][0](plain), report))


# --- Read, with nothing done that shouldn't be ------------------------------------------------------------------------


def read(data: bytes, store: EmbeddedStore) -> Workbook:
    return limited(lambda: read_workbook(data, "book.xlsx", store))


def test_macros_are_neither_read_nor_copied(store: EmbeddedStore, plain: bytes) -> None:
    data = changed(plain, lambda part, old: old, **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})
    book = read(data, store)
    assert [fault.component.rpartition("-")[2] for fault in book.faults] == ["macros"]
    assert book.faults[0].severity == "warning"
    marked = mark_workbook(data, validate_workbook(data, "book.xlsm", store))
    assert not any("vba" in name.lower() for name in zipfile.ZipFile(io.BytesIO(marked)).namelist())


def test_a_million_empty_rows_and_a_huge_declared_size(store: EmbeddedStore, plain: bytes) -> None:
    def spread(part: str, old: bytes) -> bytes:
        if part != "xl/worksheets/sheet2.xml":
            return old
        rows = b"".join(b'<row r="%d"/>' % n for n in range(1000, 1_000_000))
        text = old.replace(b"</sheetData>", rows + b"</sheetData>")
        start = text.index(b"<dimension")
        return text[:start] + b'<dimension ref="A1:XFD1048576"/>' + text[text.index(b"/>", start) + 2 :]

    started = time.process_time()
    book = read_workbook(changed(plain, spread), "book.xlsx", store)
    assert time.process_time() - started < 20
    assert book.quads == read_workbook(plain, "book.xlsx", store).quads


def test_a_cell_in_the_last_row_and_column(store: EmbeddedStore, plain: bytes) -> None:
    book = loaded(plain)
    book["地点"]["XFD1048576"] = "x"
    assert read(saved(book), store).quads == read_workbook(plain, "book.xlsx", store).quads
    assert limited(lambda: mark_workbook(saved(book), validate_workbook(plain, "book.xlsx", store)))


VALUES: tuple[tuple[str, Any, str], ...] = (
    ("pg:position^^xsd:integer", "NaN", "not-a-number"),
    ("pg:position^^xsd:integer", "INF", "not-a-number"),
    ("pg:position^^xsd:integer", "1e400", "not-a-number"),
    ("pg:position^^xsd:integer", "9" * 400, "not-a-number"),
    ("pg:position^^xsd:integer", "1;DROP", "not-a-number"),
    ("pg:within", "javascript:alert(1)", "unknown-label"),
    ("pg:within", "<script>alert(1)</script>", "unknown-label"),
    ("pg:within", "x" * 32_767, "unknown-label"),
    ("plangraph:id", "../../etc/passwd", "bad-identifier"),
    ("plangraph:id", "javascript:alert(1)", "bad-identifier"),
    ("plangraph:id", "http://exa mple.org/\">", "bad-identifier"),
    ("skos:altLabel@zh", "名\u202e称", "hidden-direction"),
    ("skos:prefLabel@zh", "#REF!", "error-value"),
    ("pg:position^^xsd:integer", "=1+1", "formula"),
    ("skos:altLabel@zh", "=HYPERLINK(\"http://x\",\"y\")", "formula"),
)  # fmt: skip


@pytest.mark.parametrize(("key", "value", "rule"), VALUES, ids=[f"{n}-{rule}" for n, (_, _, rule) in enumerate(VALUES)])
def test_values_that_are_no_values(store: EmbeddedStore, plain: bytes, key: str, value: Any, rule: str) -> None:
    book = loaded(plain)
    place = cell(book["地点"], key, 1)
    place.value = value
    faults = read(saved(book), store).faults
    assert [(fault.component.rpartition("Cell-")[2], (fault.where or {}).get("cell")) for fault in faults] == [
        (rule, place.coordinate)
    ]
    assert faults[0].message["zh"]
    assert len(faults[0].message["en"]) < 300


def test_html_in_cells_is_text(store: EmbeddedStore, plain: bytes) -> None:
    book = loaded(plain)
    cell(book["地点"], "skos:prefLabel@zh", 1).value = "<b>东河</b>"
    report = validate_workbook(saved(book), "book.xlsx", store)
    assert "<b>东河" not in report.to_html("zh")


def test_dates_beyond_the_calendar(store: EmbeddedStore) -> None:
    row = {"skos:prefLabel@zh": "河", "skos:prefLabel@en": "River", "pg:dueBy^^xsd:date": "99999-01-01"}
    faults = read(filled(store, {"项目": [row]}, sheets=["Project"]), store).faults
    assert [fault.component.rpartition("Cell-")[2] for fault in faults] == ["not-a-date"]
    book = loaded(filled(store, {"项目": [row]}, sheets=["Project"]))
    place = cell(book["项目"], "pg:dueBy^^xsd:date", 1)
    place.value, place.number_format = 99_999_999_999, "yyyy-mm-dd"
    assert len(read(saved(book), store).faults) == 1
    place.value = datetime(9999, 12, 31)
    assert not read(saved(book), store).faults


def test_thousands_of_unknown_names_take_seconds(store: EmbeddedStore) -> None:
    rows = [
        {"skos:prefLabel@zh": f"园{n}", "skos:prefLabel@en": f"Park {n}", "pg:within": f"区{n}"} for n in range(3000)
    ]
    book = read(filled(store, {"地点": rows}, sheets=["Place"]), store)
    assert len(book.faults) == 3000


def test_links_to_other_workbooks_are_not_followed(store: EmbeddedStore, plain: bytes) -> None:
    book = loaded(plain)
    cell(book["地点"], "skos:altLabel@zh", 1).value = "='[other.xlsx]Sheet1'!A1"
    assert [fault.component.rpartition("Cell-")[2] for fault in read(saved(book), store).faults] == ["formula"]


def test_the_value_that_was_computed_for_a_formula_counts(store: EmbeddedStore, plain: bytes) -> None:
    book = loaded(plain)
    sheet = book["地点"]
    head, columns = keys(sheet)
    place = sheet.cell(head + 1, columns["pg:position^^xsd:integer"])
    place.value = "=1+1"

    def computed(part: str, old: bytes) -> bytes:
        return re.sub(rb"<f>1\+1</f><v ?(?:/>|></v>)", b"<f>1+1</f><v>2</v>", old)

    found = read(changed(saved(book), computed), store)
    assert not found.faults
    assert "2" in {str(o) for _, p, o, _ in found.added if str(p).endswith("position")}


CSV: dict[str, tuple[bytes, type[PlangraphError] | None]] = {
    "binary": (bytes(range(256)) * 20, BadInput),
    "utf-16": ("名称,x".encode("utf-16"), BadInput),
    "null characters": (b"a\0b,c", BadInput),
    "one enormous cell": (b'"' + b"x" * (17 * 2**20) + b'"', BadInput),
    "unclosed quote": (b'"abc,def\r\n1,2', None),
    "a million commas": (b"," * 1_000_000, None),
    "empty": (b"", None),
}


@pytest.mark.parametrize("kind", CSV)
def test_csv(store: EmbeddedStore, kind: str) -> None:
    data, error = CSV[kind]
    if error is None:
        assert not limited(lambda: read_csv(data, "x.csv", store)).quads
    else:
        with pytest.raises(error):
            limited(lambda: read_csv(data, "x.csv", store))


def test_unusual_but_honest_workbooks(store: EmbeddedStore, plain: bytes) -> None:
    book = openpyxl.Workbook()
    assert not read(saved(book), store).quads
    book = loaded(plain)
    book.create_chartsheet("图")
    book["地点"].protection.sheet = True
    book["地点"].auto_filter.ref = "A1:C9"
    assert read(saved(book), store).quads == read_workbook(plain, "book.xlsx", store).quads
