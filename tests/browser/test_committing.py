"""New data in a browser: a workbook's faulty cells, a commit, the history, a revert, the form for observations."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from guard import Guard
from playwright.sync_api import Browser, Page, Route, expect

from plangraph.namespaces import GRAPHS
from plangraph.store.parsing import read_file
from real_server import serving, store_folder

QINGXI = Path(__file__).parents[1] / "unit" / "qingxi.trig"
PLACE = "https://w3id.org/plangraph/id/place/"
INDICATOR = "https://w3id.org/plangraph/id/qingxi-2030/indicator/water-quality"
# The first time that something is read, more is loaded, and beside other work long jobs come last.
SLOW = 60_000
OFFICE = """@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/plangraph/id/org/qingxi-water-office> a org:Organization ;
    skos:prefLabel "青溪县水务局"@zh, "Qingxi Water Office"@en .
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on an invented plan that this machine may write."""
    folder = store_folder(tmp_path_factory.mktemp("writing"), read_file(QINGXI, default_graph=GRAPHS["nowhere"]))
    with serving(folder, "--empty", "--gate", "enforce", PLANGRAPH_QUERY_SECONDS="60") as address:
        yield address


def pavilion(slug: str, zh: str) -> str:
    """A place in Turtle."""
    return (
        "@prefix pg: <https://w3id.org/plangraph/ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        f'<{PLACE}{slug}> a pg:Place ;\n    skos:prefLabel "{zh}"@zh, "{slug} pavilion"@en ;\n'
        "    pg:placeType <https://w3id.org/plangraph/code/place-type-park> .\n"
    )


def check_text(page: Page, site: str, text: str, lang: str = "zh") -> None:
    """Paste a text into the validation page and have it checked."""
    page.goto(f"{site}/validate?lang={lang}")
    page.locator(".cm-content").click()
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict")).to_be_visible()


def commit(page: Page, message: str) -> None:
    """Commit what was checked."""
    page.locator("#commit #message").fill(message)
    page.locator("#commit #author").fill("李明")
    page.locator("#commit [type=submit]").click()


def book(*rows: list[str]) -> dict[str, object]:
    """A workbook of places, as a file to choose."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "地点"
    sheet.append(["plangraph:id pg:Place", "skos:prefLabel@zh", "skos:prefLabel@en", "pg:placeType"])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return {"name": "地点.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}


FAULTY = ["", "清园", "", "公圆"]


def test_the_faulty_cells_of_a_workbook_are_shown(page: Page, site: str) -> None:
    page.goto(f"{site}/validate?lang=zh")
    expect(page.locator(".cm-content")).to_be_visible()
    page.locator("#file").set_input_files(book(FAULTY, ["", "好园", "Good Garden", "公园"]))  # type: ignore[arg-type]
    expect(page.locator("#verdict")).to_have_text("不合格", timeout=SLOW)
    cell = page.locator("td.faulty", has_text="公圆")
    expect(cell).to_be_visible()
    page.get_by_role("link", name="地点 D2").first.click()
    expect(cell).to_be_focused()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载标注好的工作簿").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(downloading.value.path()).read_bytes()))
    assert marked["地点"]["D2"].comment is not None


def test_results_are_filtered(page: Page, site: str) -> None:
    page.goto(f"{site}/validate?lang=zh")
    page.locator("[data-example='1']").click()
    expect(page.locator("#result-filter")).to_be_visible()
    every = page.locator(".finding:visible").count()
    page.locator("#result-filter").get_by_role("checkbox", name="提示").uncheck()
    left = page.locator(".finding:visible").count()
    assert 0 < left < every
    expect(page.locator(".finding.info:visible")).to_have_count(0)
    page.locator("#filter-text").fill("语言标记")
    expect(page.locator(".finding:visible").first).to_contain_text("语言标记")
    expect(page.locator("#filter-count")).to_contain_text(f"/ {every}")
    page.locator("#filter-text").fill("没有这样的字")
    expect(page.locator(".thing-results:visible")).to_have_count(0)


def test_what_conforms_is_committed_seen_and_undone(page: Page, site: str) -> None:
    check_text(page, site, pavilion("lake-view", "观湖亭"))
    commit(page, "新增观湖亭")
    page.get_by_role("link", name=re.compile("查看第 .* 次改动")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新增观湖亭")
    expect(page.locator(".thing-diff.is-created ins", has_text="观湖亭")).to_be_visible()
    page.get_by_role("link", name="变更", exact=True).first.click()
    expect(page.locator(".change").first).to_contain_text("新增观湖亭")
    expect(page.locator(".change").first).to_contain_text("李明")
    page.locator(".change h2 a").first.click()
    page.get_by_role("link", name="撤销此次改动…").click()
    expect(page.locator(".thing-diff.is-deleted del", has_text="观湖亭")).to_be_visible()
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator(".banner.good")).to_contain_text("已写入")
    expect(page.locator(".thing-diff.is-deleted")).to_contain_text("观湖亭")


def test_who_was_overtaken_hears_by_whom(page: Page, site: str, guard: Guard) -> None:
    guard.expected.add(409)
    check_text(page, site, pavilion("two-writers", "双亭"))
    other = page.request.post(
        f"{site}/api/commit?author=" + quote("王芳") + "&message=" + quote("抢先"),
        data=pavilion("two-writers", "双亭").replace("pavilion", "Pavilion"),
        headers={"Content-Type": "text/turtle", "Accept": "application/json"},
    )
    assert other.status == 201
    commit(page, "我的双亭")
    expect(page.locator("#committed")).to_contain_text("王芳")
    expect(page.locator("#committed")).to_contain_text("抢先")
    page.get_by_role("button", name="对照最新数据再校验").click()
    expect(page.locator("#verdict")).to_have_text("不合格")  # it would have two English names


def test_input_survives_the_switch_of_the_language(page: Page, site: str) -> None:
    check_text(page, site, pavilion("kept", "留亭"))
    page.get_by_role("link", name="English").click()
    expect(page.locator("#verdict")).to_have_text(re.compile("Conforms"))
    expect(page.locator(".cm-content")).to_contain_text("留亭")
    page.locator("#file").set_input_files(book(FAULTY))  # type: ignore[arg-type]
    expect(page.locator("#verdict")).to_have_text("Doesn't conform")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("#verdict")).to_have_text("不合格")
    expect(page.locator("#file-name")).to_have_text("地点.xlsx")


def test_the_form_checks_as_one_types_and_commits(page: Page, site: str) -> None:
    check_text(page, site, OFFICE)
    commit(page, "水务局")
    expect(page.locator("#committed .banner")).to_be_visible()
    page.goto(f"{site}/doc/qingxi-2030/indicator/water-quality?lang=zh")
    page.get_by_role("link", name="填报新数据").click()
    figure = page.get_by_label("数字（连同单位）")
    figure.fill("很多")
    expect(page.locator("#meaning")).to_contain_text("不是一个数量")
    expect(figure).to_have_attribute("aria-invalid", "true", timeout=SLOW)
    figure.fill("约96.5%")
    expect(page.locator("#meaning")).to_contain_text("96.4 – 96.6")
    expect(figure).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("时期").fill("不知何时")
    expect(page.locator("[data-faults='plangraph:period']")).to_contain_text("不是时期")
    page.get_by_label("时期").fill("2032年")
    page.get_by_label("统计量").select_option(label="率")
    page.get_by_label("理由（中文）").fill("据县水务局年报。")
    page.get_by_label("理由（英文）").fill("From the county's annual report.")
    page.get_by_role("combobox", name=re.compile("由谁提供")).select_option(label="青溪县水务局")
    expect(page.locator("#turtle")).to_contain_text("96.5")
    expect(page.locator("#observation")).to_have_attribute("data-conforms", "true")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".banner.good")).to_contain_text("已写入")
    page.goto(f"{site}/doc/qingxi-2030/indicator/water-quality?lang=zh")
    expect(page.locator("table").first).to_contain_text("约96.5%")


def test_what_is_typed_before_the_script_runs_is_checked(page: Page, site: str) -> None:
    page.route(re.compile(r"/observation-\w+\.js"), lambda route: holding.append(route))
    holding: list[Route] = []
    page.goto(f"{site}/contribute/observation?lang=zh&indicator={quote(INDICATOR, safe='')}", wait_until="commit")
    figure = page.get_by_label("数字（连同单位）")
    figure.fill("很多")
    while not holding:
        page.wait_for_timeout(20)
    holding[0].continue_()
    expect(figure).to_have_attribute("aria-invalid", "true", timeout=SLOW)


def test_all_of_it_works_without_scripts(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{site}/validate?lang=zh")
        page.get_by_label("要校验的 RDF").fill(pavilion("plain", "素亭"))
        page.get_by_role("button", name="校验", exact=True).click()
        page.get_by_label("说明：为何改动").fill("无脚本提交")
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("无脚本提交")
        page.goto(f"{site}/contribute/observation?lang=zh&indicator={quote(INDICATOR, safe='')}")
        page.get_by_label("数字（连同单位）").fill("很多")
        page.get_by_role("button", name="核对").click()
        expect(page.locator("[data-faults='pg:asPrinted^^xsd:string']")).to_contain_text("不是一个数量")


@pytest.mark.parametrize(("lang", "width"), [("zh", 1360), ("en", 390)])
def test_nothing_bars_access_or_overflows(
    page: Page, site: str, lang: str, width: int, check_access: Callable[[], None], check_width: Callable[[], None]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    done = page.request.post(
        f"{site}/api/commit?message={lang}",
        data=pavilion(f"access-{lang}", f"通亭{lang}"),
        headers={"Content-Type": "text/turtle", "Accept": "application/json"},
    )
    change = done.headers["location"]
    observation = f"/contribute/observation?indicator={quote(INDICATOR, safe='')}&"
    for path in ("/history?", f"{change}?", f"{change}/revert?", observation):
        page.goto(f"{site}{path}lang={lang}")
        check_access()
        check_width()
    page.goto(f"{site}/validate?lang={lang}")
    page.locator("#file").set_input_files(book(FAULTY, FAULTY))  # type: ignore[arg-type]
    expect(page.locator("td.faulty").first).to_be_visible()
    check_access()
    check_width()
