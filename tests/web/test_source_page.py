"""The pages of sources: with the text attached and without it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from linhe import BASE, SOURCE, TEXT, linhe_store
from plangraph.attached import attach, decode_text, source_folder
from plangraph.quotations import Lexicon, source_documents
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.web import create_app
from plangraph.web.service import Service, open_service
from plangraph.web.urls import source_page

PAGE = "/sources/linhe-2025/document/report"
BROWSER = {"Accept": "text/html"}
PEOPLE = TEXT.index("12.5万人")
PLACE = f"{PAGE}?at={PEOPLE}-{PEOPLE + 6}"


def linhe_service(folder: Path, source: EmbeddedStore) -> Service:
    store = EmbeddedStore.open(folder / "made")
    store.apply(Changeset(added=list(source.triples())))
    store.backup(folder / "snapshot")
    return open_service(Settings(readers=1, store=str(folder / "store")), folder / "snapshot")


def attach_linhe(service: Service) -> None:
    documents = source_documents(service.store, Lexicon(service.store))
    attach(source_folder(service.settings), decode_text(TEXT.encode(), "t"), documents)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    service = linhe_service(tmp_path_factory.mktemp("bare"), linhe_store())
    with service.readers:
        yield create_app(service)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """With the text, and with one value that differs and one figure that nothing rests on."""
    source = linhe_store(schools="70")
    gone = [q for q in source.triples() if str(q[0]).endswith("observation/jobs")]
    source.apply(Changeset(removed=gone))
    service = linhe_service(tmp_path_factory.mktemp("full"), source)
    attach_linhe(service)
    with service.readers:
        yield create_app(service)


class _Text(HTMLParser):
    """The words of the paragraphs, as a reader sees them, and the links around them; checks that tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self._skip: list[bool] = []
        self._href = ""
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag in ("meta", "link", "input", "br", "path", "circle"):
            return
        self._open.append(tag)
        self._skip.append(given.get("class") in ("locator", "visually-hidden"))
        if tag == "a":
            self._href = given.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("path", "circle"):
            return
        assert self._open.pop() == tag
        self._skip.pop()
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        if not any(self._skip):
            self.words.append(data)
            if self._href:
                self.links.append((data, self._href))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", ["/sources/", PAGE, PLACE])
def test_pages_are_sound(full: Flask, bare: Flask, address: str, lang: str) -> None:
    for app in (full, bare):
        answer = app.test_client().get(address, headers={**BROWSER, "Accept-Language": lang})
        assert answer.status_code == 200
        page = _Text(answer.text)
        assert len(page.ids) == len(set(page.ids))
        assert all(href for _, href in page.links)
        assert answer.text.count("<h1") == 1


def test_the_text_is_whole_and_escaped(full: Flask) -> None:
    html = full.test_client().get(PAGE).text
    assert "<b>5" not in html
    page = _Text(html)
    shown = re.sub(r"\s", "", "".join(page.words))
    assert re.sub(r"\s", "", TEXT) in shown
    assert html.count('<p lang="zh-CN">') == 4


def test_highlights_lead_to_what_rests_on_them(full: Flask) -> None:
    links = dict(_Text(full.test_client().get(PAGE).text).links)
    assert links["12.5万人"] == "/doc/linhe-2025/observation/population"
    assert links["18号公路"] == "/doc/linhe-2025/project/road-18"
    # The project's words hold those of an observation: the inner ones lead to a list of both.
    outer, inner = links["三河工程”建成"], links["2座"]
    assert outer == "/doc/linhe-2025/project/three-rivers"
    start = TEXT.index("2座")
    assert inner == f"{PAGE}?at={start}-{start + 2}"
    assert links["水厂"] == outer
    chooser = full.test_client().get(inner).text
    for path in ("project/three-rivers", "observation/waterworks"):
        assert f'href="/doc/linhe-2025/{path}"' in chooser


def test_sorts_are_told_apart_and_counted(full: Flask) -> None:
    html = full.test_client().get(PAGE, headers={"Accept-Language": "en"}).text
    at = TEXT.index("18号公路")
    assert re.search(rf'<a class="m k-work" id="at-{at}" href="[^"]+" title="project: Road 18">18号公路</a>', html)
    assert re.search(r'class="m k-recognition"', html)
    assert re.search(r'id="show-work".*?<span class="count">2</span>', html)
    assert re.search(r'class="m k-omission"[^>]*title="[^"]*Not verified yet"', html)


def test_gaps_are_marked_and_listed_first(full: Flask) -> None:
    html = full.test_client().get(PAGE, headers={"Accept-Language": "zh"}).text
    assert "已说明 16 处" in html
    assert "2 处缺口" in html
    for words, says in (("3000个", "缺口：图谱中没有"), ("7所", "与图谱不符：图谱为 70")):
        at = TEXT.index(words)
        assert f'<a href="#at-{at}" lang="zh-CN">{words}</a>' in html
        assert f'<mark class="gap" id="at-{at}" title="{says}">' in html
    assert 'title="与图谱不符：图谱为 70"><a href="/doc/linhe-2025/observation/schools">7所</a>' in html
    assert 'id="show-plan"' not in html
    assert "16 / 18" in full.test_client().get("/sources/").text


def test_headings_make_the_contents(full: Flask) -> None:
    html = full.test_client().get(PAGE).text
    at = TEXT.index("二、主要任务")
    assert f'<li class="level-1"><a href="#p-{at}">二、主要任务</a></li>' in html
    assert f'id="p-{at}"' in html
    assert re.search(r"<h3 lang=\"zh-CN\">\(一\)落实“十四五”规划</h3>", html)


def test_without_the_text_the_places_stand_by_locator(bare: Flask) -> None:
    html = bare.test_client().get(PAGE).text
    assert "plangraph source attach" in html
    assert "三河工程”建成2座水厂" in html
    assert "全县常住人口" not in html
    assert html.index(">一 <") < html.index("12.5万人") < html.index(">二(一) <") < html.index("18号公路")
    assert "缺口" not in html
    assert "未挂接" in bare.test_client().get("/sources/", headers={"Accept-Language": "zh"}).text


def test_a_text_that_is_attached_shows_without_a_restart(tmp_path: Path) -> None:
    service = linhe_service(tmp_path, linhe_store())
    with service.readers:
        client = create_app(service).test_client()
        before = client.get(PAGE)
        attach_linhe(service)
        after = client.get(PAGE, headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        assert "全县常住人口" in after.text
        assert client.get(PAGE, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304
        next(source_folder(service.settings).iterdir()).unlink()
        assert "全县常住人口" not in client.get(PAGE).text


def test_what_is_no_source_is_not_found(full: Flask) -> None:
    client = full.test_client()
    assert client.get("/sources/linhe-2025/project/road-18").status_code == 404
    assert client.get("/sources/nowhere").status_code == 404
    assert client.get("/sources/?iri=javascript:alert(1)").status_code == 404
    assert client.get(PAGE + "?at=x").status_code == 400
    assert client.get(PAGE + "?at=1-2").status_code == 404
    assert client.get("/sources/?iri=" + SOURCE).status_code == 200


def test_addresses_of_sources() -> None:
    assert source_page(SOURCE) == PAGE
    assert source_page(SOURCE, 12) == PAGE + "#at-12"
    assert source_page(SOURCE, 12, 15) == PAGE + "?at=12-15"
    assert source_page("https://example.org/a?b", 3) == "/sources/?iri=https%3A%2F%2Fexample.org%2Fa%3Fb#at-3"


def test_evidence_leads_to_its_highlight(full: Flask) -> None:
    client = full.test_client()
    target = f"{PAGE}#at-{PEOPLE}"
    assert f'<q><a href="{target}">12.5万人</a></q>' in client.get("/doc/linhe-2025/observation/population").text
    assert f'href="{target}"' in client.get(f"/doc/linhe-2025/evidence/{PEOPLE}-{PEOPLE + 6}").text
    assert f'id="at-{PEOPLE}"' in client.get(PAGE).text
    assert f'href="{PAGE}"' in client.get("/doc/" + SOURCE.removeprefix(BASE[: BASE.index("linhe")])).text


def test_the_report_is_shown_soon_and_small(app: Flask, service: Service, tmp_path: Path) -> None:
    import dataclasses

    default = Path(__file__).parents[3] / "shared" / "source" / "chaoyang-midterm-2023.txt"
    report = Path(os.environ.get("PLANGRAPH_TEST_REPORT", default))
    if not report.is_file():
        pytest.skip(f"the report's text isn't at hand: {report}")
    own = dataclasses.replace(service, settings=dataclasses.replace(service.settings, store=str(tmp_path)), _made={})
    documents = source_documents(own.store, Lexicon(own.store))
    attach(source_folder(own.settings), decode_text(report.read_bytes(), "t"), documents)
    client: FlaskClient = create_app(own).test_client()
    page = "/sources/chaoyang-2021/document/midterm-evaluation-report-2023"
    first = client.get(page)
    assert len(first.data) < 1_500_000
    text = re.sub(r"\s|⁺", "", "".join(_Text(first.text).words))
    assert re.sub(r"\s", "", report.read_text(encoding="utf-8"))[-500:] in text
    assert client.get(page).data == first.data
