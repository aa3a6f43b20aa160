"""What hostile words become on pages and in exports: text, never markup, script, a live link or a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser

import openpyxl
import pytest
from hostile_files import HEAD
from hostile_site import BOUNDARY, Site, form, hostile_site
from hostile_values import FORMULAS, MARKUP, quoted
from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from plangraph.spreadsheets import export_csv, export_workbook
from plangraph.store.base import Changeset
from sheet_books import BASE, district
from sheet_books import GRAPH as SHEETS

GRAPH = "https://e.example/hostile"
NAME = "<img src=x onerror=alert(1)>\u202egpj.ttl"
WORDS = "</script><script>document.title='HOSTILE'</script>"
LIVE = ("javascript:", "data:text", "vbscript:", "file:")


class Markup(HTMLParser):
    """Collects what in a page could act: scripts with their text, attributes for events, addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.acts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            address = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name.startswith("on") or name == "srcdoc":
                self.acts.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction", "xlink:href", "content") and address.startswith(LIVE):
                self.acts.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and ("HOSTILE" in data or "alert(" in data) and "</" in data:
            self.acts.append(f"script {data[:80]}")


def things() -> str:
    """Things of no class, with hostile words in all that a page shows of them."""
    texts = (*MARKUP, *FORMULAS, "星河\u202e园公", WORDS)
    return HEAD + "".join(
        f"<thing/{n}> skos:prefLabel {quoted(text)}@zh, {quoted(text)}@en ; e:says {quoted(text)} ; "
        f"e:link <javascript:alert({n})>, <data:text/html,x{n}>, <file:///etc/passwd> .\n"
        for n, text in enumerate(texts)
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with hostile_site(tmp_path_factory.mktemp("pages"), gate="warn") as running:
        reply = running.upload(
            "/api/commit", NAME.replace('"', ""), things().encode(), graph=GRAPH, message=WORDS, author=WORDS
        )
        assert reply.status == 201, reply.body
        yield running


PAGES = [
    *(f"/doc/hostile/thing/{n}" for n in range(len(MARKUP) + len(FORMULAS) + 2)),
    f"/graphs?graph={GRAPH}",
    "/history",
    "/history/2",
    "/explore?iri=https://w3id.org/plangraph/id/hostile/thing/0",
    "/api/search?q=script",
    "/validate?x=<script>alert(1)</script>",
    "/doc/<script>alert(1)</script>",
    "/things?type=<script>alert(1)</script>",
    "/sources/x?at=<script>",
]


@pytest.mark.parametrize("path", PAGES)
def test_words_are_words_on_a_page(path: str, site: Site) -> None:
    reply = site.send("GET", path.replace("<", "%3C").replace(">", "%3E"), Accept="text/html,application/json;q=0.5")
    assert reply.status in (200, 301, 302, 303, 400, 404), reply
    if reply.headers.get("content-type", "").startswith("text/html"):
        assert Markup(reply.body.decode()).acts == []
        scripts = reply.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
        assert scripts
        assert "unsafe" not in scripts


def test_words_are_words_in_a_report(site: Site) -> None:
    faulty = things() + f"<thing/bad> a pg:Place ; skos:prefLabel {quoted(WORDS)}@zh .\n"
    for path in ("/validate", "/api/validate?download=1"):
        body = form(faulty.encode(), NAME, message=WORDS)
        reply = site.send(
            "POST", path, body, Accept="text/html", Content_Type=f"multipart/form-data; boundary={BOUNDARY}"
        )
        assert reply.status == 200, reply
        assert "HOSTILE" in reply.body.decode()
        assert Markup(reply.body.decode()).acts == []


def test_no_cell_of_an_export_is_a_formula() -> None:
    store = district()
    thing = URIRef(BASE + "task/park-city")
    store.apply(Changeset(added=[(thing, SKOS.altLabel, Literal(text, lang="zh"), SHEETS) for text in FORMULAS]))
    archive = openpyxl.load_workbook(io.BytesIO(export_workbook(store)))
    told = [cell for sheet in archive.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("WEBSERVICE" in str(cell.value) for cell in told)
    assert [cell.value for cell in told if cell.data_type == "f"] == []
    cells = []
    with zipfile.ZipFile(io.BytesIO(export_csv(store))) as files:
        for name in files.namelist():
            rows = csv.reader(io.StringIO(files.read(name).decode("utf-8-sig"), newline=""))
            cells += [cell for row in rows for cell in row]
    assert any("WEBSERVICE" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in ("=", "@", "\t", "\r")] == []
