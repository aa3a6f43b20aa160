"""Workbooks and CSV files that attack whoever opens them: bombs, macros, formulas, links, entities, broken archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache

import openpyxl
from hostile_files import FAULTY, FINE, REFUSED, TOO_LARGE, HostileFile, one_of

from plangraph.spreadsheets import make_template
from plangraph.store.embedded import EmbeddedStore

READ = one_of(FINE, FAULTY)
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@lru_cache(maxsize=1)
def plain_book() -> bytes:
    """A template that nobody has filled in."""
    return make_template(EmbeddedStore(), lang="zh")


def repacked(parts: Mapping[str, bytes | None], book: Callable[[], bytes] = plain_book) -> bytes:
    """The workbook with some of its parts replaced, added, or taken away where they are None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def first_sheet(rows: str, dimension: str = "A1:C9") -> bytes:
    """A sheet's XML."""
    head = f'<worksheet xmlns="{NAMESPACE}"><dimension ref="{dimension}"/>'
    return f"{head}<sheetData>{rows}</sheetData></worksheet>".encode()


SHEET = "xl/worksheets/sheet2.xml"
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))


def formulas() -> bytes:
    """A sheet of observations whose cells are formulas."""
    book = openpyxl.load_workbook(io.BytesIO(plain_book()))
    for sheet in book.worksheets:
        if sheet.max_column > 3:
            for number, formula in enumerate(
                (
                    '=HYPERLINK("@LISTENER@","x")',
                    '=WEBSERVICE("@LISTENER@")',
                    "=cmd|' /C calc'!A0",
                    "='file://@CANARY@'#$Sheet1.A1",
                    "=[1]Sheet1!A1",
                    "=SUM(A:XFD)",
                    "=A4",
                ),
                1,
            ):
                sheet.cell(10, number).value = formula
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def external_links() -> bytes:
    """A workbook with a link to another, a web query, an embedded object and a picture elsewhere."""
    link = f'<externalLink xmlns="{NAMESPACE}"><externalBook xmlns:r="{RELATED}" r:id="rId1"/></externalLink>'
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATED}/externalLinkPath" Target="@LISTENER@x.xlsx" TargetMode="External"/></Relationships>'
    )
    query = (
        f'<connections xmlns="{NAMESPACE}"><connection id="1" name="q" type="4" refreshOnLoad="1" background="1">'
        '<webPr url="@LISTENER@q"/></connection></connections>'
    )
    return repacked(
        {
            "xl/externalLinks/externalLink1.xml": link.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": relation.encode(),
            "xl/connections.xml": query.encode(),
            "xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0" + b"\x00" * 500,
            "xl/worksheets/_rels/sheet2.xml.rels": relation.encode(),
        }
    )


def climbing() -> bytes:
    """A workbook whose parts would be written elsewhere by whoever unpacks it."""
    return repacked({"../../../../tmp/hostile.txt": b"x", "/tmp/hostile.txt": b"x", "..\\..\\hostile.txt": b"x"})


def nested() -> bytes:
    """A workbook with a zip bomb inside a part of it."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\x00" * 2**26)
    return repacked({"xl/embeddings/inner.zip": bomb.getvalue()})


def lying() -> bytes:
    """A zip file that says that a part of 200 MB has ten bytes."""
    data = bytearray(repacked({"xl/zeros.xml": b"\x00" * 200_000_000}))
    size = (200_000_000).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def overlapping() -> bytes:
    """A zip file of which 50,000 entries are one and the same part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<x/>" * 100_000)
        archive.filelist += archive.filelist * 50_000
    return out.getvalue()


def protected() -> bytes:
    """The head of an OLE file, as workbooks with a password and old ones have it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4_000


def book(name: str, file: str, data: bytes | Callable[[], bytes], *outcomes: str, says: str = "") -> HostileFile:
    """A row of the table."""
    return HostileFile(name, file, data, one_of(*(outcomes or (REFUSED,))), says, seconds=15)


MACROS = {"xl/vbaProject.bin": b"\x00" * 99}
NO_NUMBERS = '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e400</v></c><c r="C1" t="s"><v>-7</v></c></row>'
TWO_CELLS = '<row r="{}"><c><v>1</v></c><c><v>2</v></c></row>'
BOOKS = [
    book("a zip bomb for a workbook", "bomb.xlsx", lambda: repacked({"xl/z.xml": bytes(300_000_000)}), TOO_LARGE),
    book("a zip bomb that lies of its size", "lying.xlsx", lying, TOO_LARGE, REFUSED),
    book("a zip bomb in a workbook", "nested.xlsx", nested, FINE, FAULTY),
    book("one part 50,000 times", "overlapping.xlsx", overlapping, TOO_LARGE, REFUSED),
    book("a workbook with macros", "macros.xlsm", lambda: repacked(MACROS), FINE, FAULTY),
    book("macros under another name", "macros.xlsx", lambda: repacked(MACROS), FINE, FAULTY),
    book("formulas that fetch and run", "formulas.xlsx", formulas, FAULTY, says="formula"),
    book("links out of a workbook", "links.xlsx", external_links, FINE, FAULTY, REFUSED),
    book(
        "entities among the shared texts",
        "laughs.xlsx",
        lambda: repacked(
            {
                "xl/sharedStrings.xml": f'<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><sst xmlns="{NAMESPACE}"><si><t>'
                "&l12;</t></si></sst>".encode()
            }
        ),
        says="entit",
    ),
    book(
        "entities in UTF-16 in a sheet",
        "laughs16.xlsx",
        lambda: repacked(
            {
                SHEET: f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]>'
                f'<worksheet xmlns="{NAMESPACE}"><sheetData>&l12;</sheetData></worksheet>'.encode("utf-16")
            }
        ),
        says="entit",
    ),
    book(
        "an external entity in the properties",
        "properties.xlsx",
        lambda: repacked({"docProps/core.xml": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file://@CANARY@">]><x>&f;</x>'}),
        says="entit",
    ),
    book(
        "a sheet that says it is as large as can be",
        "dimension.xlsx",
        lambda: repacked({SHEET: first_sheet('<row r="1"><c r="A1"><v>1</v></c></row>', "A1:XFD1048576")}),
        FINE,
        FAULTY,
    ),
    book(
        "a cell in the last corner",
        "corner.xlsx",
        lambda: repacked({SHEET: first_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}),
        FINE,
        FAULTY,
    ),
    book(
        "a cell beyond the last corner",
        "beyond.xlsx",
        lambda: repacked({SHEET: first_sheet('<row r="99999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>')}),
        FINE,
        FAULTY,
        REFUSED,
    ),
    book(
        "a million empty rows",
        "rows.xlsx",
        lambda: repacked({SHEET: first_sheet("".join(f'<row r="{n}"/>' for n in range(1, 1_000_001)))}),
        FINE,
        FAULTY,
        TOO_LARGE,
    ),
    book(
        "600,000 cells",
        "cells.xlsx",
        lambda: repacked(
            {
                SHEET: first_sheet(
                    "".join(f'<row r="{n}"><c><v>1</v></c><c><v>2</v></c></row>' for n in range(1, 300_001))
                )
            }
        ),
        TOO_LARGE,
    ),
    book(
        "everything merged",
        "merged.xlsx",
        lambda: repacked(
            {
                SHEET: first_sheet('<row r="1"><c r="A1"><v>1</v></c></row>').replace(
                    b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
                )
            }
        ),
        FINE,
        FAULTY,
    ),
    book(
        "10,000 nested elements in a sheet",
        "deep.xlsx",
        lambda: repacked({SHEET: first_sheet("<a>" * 10_000 + "</a>" * 10_000)}),
        FINE,
        FAULTY,
        REFUSED,
    ),
    book(
        "numbers that are none",
        "numbers.xlsx",
        lambda: repacked(
            {
                SHEET: first_sheet(
                    '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e400</v></c><c r="C1" t="s"><v>-7</v></c></row>'
                )
            }
        ),
        FINE,
        FAULTY,
        REFUSED,
    ),
    book("an old workbook with a new name", "old.xlsx", protected, says="password"),
    book("half a workbook", "half.xlsx", lambda: plain_book()[:-2000], says="damaged"),
    book("a workbook with a hole", "hole.xlsx", lambda: plain_book()[:3000] + plain_book()[3500:]),
    book("a zip file that climbs", "climbing.xlsx", climbing, FINE, FAULTY, REFUSED),
    book("a zip file that is no workbook", "other.xlsx", lambda: _zip({"readme.txt": b"x"}), says="zip"),
    book("a text with a workbook's name", "text.xlsx", b"<html>", says="workbook"),
    book("a workbook with a text's name", "book.csv", plain_book, says="text"),
    book("3,000 parts", "parts.xlsx", lambda: repacked({f"xl/x{n}.xml": b"<x/>" for n in range(3_000)}), TOO_LARGE),
    book("CSV with a million columns", "columns.csv", b"a," * 1_000_000, TOO_LARGE, FINE, FAULTY, REFUSED),
    book("CSV with a cell of 9 MB", "cell.csv", lambda: b'"' + b"a" * 9_000_000 + b'"', FINE, FAULTY, TOO_LARGE),
    book("CSV with a quote that stays open", "open.csv", lambda: b'a,b\n"' + b"x,\n" * 100_000, FINE, FAULTY, REFUSED),
    book("CSV with null bytes", "nul.csv", b"a,b\n1\x00,2\n", says="text"),
    book("CSV with bad UTF-8", "bad.csv", b"a,b\n\xff\xff\xff,1\n"),
    book("CSV of formulas", "formulas.csv", "指标,数值\n=cmd|' /C calc'!A0,@SUM(1)\n".encode(), FINE, FAULTY, REFUSED),
]


def _zip(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()
