"""The validation page in a browser: paste, drop, read what is wrong, find the line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from guard import Guard
from playwright.sync_api import Browser, Page, expect

NAMELESS = """@prefix pg: <https://w3id.org/plangraph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://w3id.org/plangraph/id/chaoyang-2021/goal/quiet-nights> a pg:Goal ;
    skos:prefLabel "宁静夜晚"@zh .
"""


def open_page(page: Page, site: str, lang: str = "zh") -> None:
    page.goto(f"{site}/validate?lang={lang}")
    expect(page.locator(".cm-content")).to_be_visible()


def paste(page: Page, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_the_good_example_conforms(page: Page, site: str) -> None:
    open_page(page, site)
    page.get_by_role("button", name="合格的例子").click()
    expect(page.locator(".verdict.good")).to_contain_text("合格")


def test_the_faulty_example_is_explained_thing_by_thing(page: Page, site: str) -> None:
    open_page(page, site, "en")
    page.get_by_role("button", name="A faulty example").click()
    expect(page.locator("#verdict")).to_have_text("Doesn't conform")
    assert page.locator(".thing-results").count() > 1
    expect(page.locator(".finding.violation").first.locator(".finding-fix")).to_be_visible()


def test_a_line_is_shown_in_the_text(page: Page, site: str) -> None:
    open_page(page, site)
    paste(page, NAMELESS)
    page.keyboard.press("Control+Enter")
    finding = page.locator(".finding.violation", has_text="英文名称")
    finding.get_by_role("link", name="第 5 行").click()
    expect(page.locator(".cm-marked-line")).to_have_text('    skos:prefLabel "宁静夜晚"@zh .', use_inner_text=True)
    expect(page.locator(".cm-lint-marker-error").first).to_be_visible()


def test_a_syntax_fault_shows_its_place(page: Page, site: str, guard: Guard) -> None:
    guard.expected.add(400)
    open_page(page, site, "en")
    paste(page, "@prefix a: <urn:a#> .\na:b a:c .\n")
    page.get_by_role("button", name="Validate", exact=True).click()
    expect(page.locator("#verdict")).to_contain_text("syntax error")
    page.get_by_role("link", name="Line 2").click()
    expect(page.locator(".cm-marked-line")).to_have_text("a:b a:c .")


def test_a_refusal_is_told_in_words(page: Page, site: str, guard: Guard, tmp_path: Path) -> None:
    guard.expected.add(413)
    file = tmp_path / "large.ttl"
    file.write_text("# 一行说明\n" * 15_000, encoding="utf-8")
    open_page(page, site)
    page.locator("#file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text(re.compile("太大|超过"))


def test_a_file_is_read_and_the_report_downloaded(page: Page, site: str, tmp_path: Path) -> None:
    file = tmp_path / "goals.ttl"
    file.write_text(NAMELESS, encoding="utf-8")
    open_page(page, site)
    page.locator("#file").set_input_files(file)
    expect(page.locator("#file-name")).to_have_text("goals.ttl")
    expect(page.locator("#verdict")).to_have_text("不合格")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载 JSON").click()
    report = json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
    assert report["conforms"] is False
    assert {result["where"]["file"] for result in report["results"]} == {"goals.ttl"}


def test_a_file_can_be_dropped(page: Page, site: str) -> None:
    open_page(page, site)
    dropped = page.evaluate_handle(
        "(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'new.ttl')); return data; }",
        NAMELESS,
    )
    page.locator("#drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#file-name")).to_have_text("new.ttl")
    expect(page.locator(".cm-content")).to_contain_text("宁静夜晚")
    expect(page.locator("#verdict")).to_have_text("不合格")


def test_works_without_scripts(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/validate?lang=zh")
        page.get_by_label("要校验的 RDF").fill(NAMELESS)
        page.get_by_role("button", name="校验", exact=True).click()
        expect(page.locator("#verdict")).to_have_text("不合格")
        page.get_by_role("link", name="第 5 行").first.click()
        expect(page.locator("#L5")).to_be_in_viewport()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_bars_access(page: Page, site: str, lang: str, check_access: Callable[[], None]) -> None:
    open_page(page, site, lang)
    page.locator("[data-example='1']").click()
    expect(page.locator("#verdict")).to_be_visible()
    check_access()


def test_fits_a_phone(page: Page, site: str, check_width: Callable[[], None]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, site)
    page.locator("[data-example='1']").click()
    expect(page.locator("#verdict")).to_be_visible()
    check_width()
