"""The query page in a browser: writing, running, reading, downloading, sharing."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from guard import Guard
from playwright.sync_api import Browser, Page, expect

GOALS = """SELECT ?goal ?name WHERE {
  ?goal a pg:Goal ; skos:prefLabel ?name . FILTER(lang(?name) = "en")
} ORDER BY ?name"""
# Every pair of things with a label, three times over: more than the time limit allows.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . FILTER(?b != ?d && ?d != ?f) }"


def open_page(page: Page, site: str, lang: str = "zh") -> None:
    page.goto(f"{site}/sparql?lang={lang}")
    expect(page.locator(".cm-content")).to_be_visible()


def write(page: Page, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")


def run(page: Page, text: str) -> None:
    write(page, text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")


def column(page: Page, n: int) -> list[str]:
    return page.locator(f".results-table tbody td:nth-child({n})").all_inner_texts()


def test_a_question_from_the_list_runs(page: Page, site: str) -> None:
    open_page(page, site)
    page.get_by_label("筛选问题").fill("main-indicators")
    page.get_by_role("button", name="主要指标总表").click()
    expect(page.locator(".results-summary")).to_contain_text("24 行")
    expect(page.locator("#question-text")).to_contain_text("主要指标总表")
    expect(page.locator(".results-table tbody tr")).to_have_count(24)


def test_things_are_shown_by_label_and_lead_to_their_pages(page: Page, site: str) -> None:
    open_page(page, site, "en")
    run(page, GOALS)
    link = page.locator(".results-table tbody td:nth-child(1) a").first
    expect(link).to_have_text(column(page, 2)[0].removesuffix("en").strip())
    assert (link.get_attribute("href") or "").startswith("/doc/chaoyang-2021/goal/")


def test_the_language_of_a_text_is_shown(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, 'SELECT ("绿"@zh AS ?a) (2.5 AS ?b) ("x" AS ?c) ("2021-01-01"^^xsd:date AS ?d) ?e WHERE {}')
    cells = page.locator(".results-table tbody td")
    expect(cells.nth(0).locator("[lang=zh]")).to_have_text("绿")
    expect(cells.nth(0).locator(".term-tag")).to_have_text("zh")
    expect(cells.nth(1)).to_have_text("2.5")
    expect(cells.nth(2)).to_have_text("x")
    expect(cells.nth(3).locator(".term-tag")).to_have_text("xsd:date")
    expect(cells.nth(4)).to_have_text("无值")


def test_columns_sort_by_mouse_and_keyboard_numbers_as_numbers(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, "SELECT ?n WHERE { VALUES ?n { 10 9 100 } }")
    head = page.get_by_role("columnheader")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert column(page, 1) == ["9", "10", "100"]
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert column(page, 1) == ["100", "10", "9"]
    head.get_by_role("button").press(" ")
    expect(head).to_have_attribute("aria-sort", "none")
    assert column(page, 1) == ["10", "9", "100"]


def test_results_are_filtered_by_label_and_read_by_pages(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, "SELECT ?place WHERE { ?place a pg:Place } ORDER BY ?place LIMIT 60")
    expect(page.locator(".results-table tbody tr")).to_have_count(50)
    page.get_by_role("button", name="下一页").click()
    expect(page.locator(".results-table tbody tr")).to_have_count(10)
    page.get_by_label("在结果中筛选").fill("北京市朝阳区")
    expect(page.locator(".results-table tbody tr").first).to_contain_text("北京市朝阳区")
    expect(page.locator(".results-shown")).to_contain_text("共 60 行")


def test_chinese_and_english_labels_complete_to_the_name(page: Page, site: str) -> None:
    open_page(page, site)
    with page.expect_response("**/api/vocabulary"):
        page.reload()
    for typed, offered, written in (
        ("领域", "领域 · pg:Domain", "pg:Domain"),
        ("recogn", "pg:Recognition", "pg:Recognition"),
    ):
        write(page, "")
        page.keyboard.type("SELECT * { ?s a ")
        page.keyboard.insert_text(typed)
        page.keyboard.press("Control+Space")
        expect(page.get_by_role("option").first).to_contain_text(offered)
        page.wait_for_timeout(120)  # CodeMirror ignores an accept that comes too soon after the list
        page.keyboard.press("Enter")
        expect(page.locator(".cm-content")).to_contain_text(f"?s a {written}")


def test_a_fault_is_told_with_its_place(page: Page, site: str, guard: Guard) -> None:
    guard.expected.add(400)
    open_page(page, site, "en")
    run(page, "SELECT * WHERE {\n  ?s a pg:Goal .\n  ?s ?p }\n}")
    expect(page.get_by_role("alert")).to_contain_text("syntax error")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    page.get_by_role("button", name="Go to the place").click()
    expect(page.locator(".cm-activeLine")).to_have_text("?s ?p }")
    run(page, "ASK {}")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)


def test_an_outside_service_is_refused_in_words(page: Page, site: str, guard: Guard) -> None:
    guard.expected |= {400, 403}
    open_page(page, site)
    run(page, "SELECT * { SERVICE <https://example.org/sparql> { ?s ?p ?o } }")
    expect(page.get_by_role("alert")).to_contain_text("SERVICE")


@pytest.mark.parametrize(("pattern", "answer"), [("pg:Goal", "是"), ("pg:NoSuchThing", "否")])
def test_ask_is_answered_yes_or_no(page: Page, site: str, pattern: str, answer: str) -> None:
    open_page(page, site)
    run(page, f"ASK {{ ?s a {pattern} }}")
    expect(page.locator(".answer")).to_have_text(answer)


def test_construct_is_shown_as_turtle(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, 'CONSTRUCT { <urn:x:a> skos:prefLabel "甲"@zh } WHERE {}')
    expect(page.locator("pre.turtle")).to_contain_text('"甲"@zh')
    expect(page.get_by_role("button", name="JSON-LD")).to_be_visible()


def test_no_results_say_so(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, "SELECT ?x WHERE { ?x a pg:NoSuchThing }")
    expect(page.locator(".results-summary")).to_contain_text("0 行")
    expect(page.locator("#results .empty")).to_contain_text("没有结果")


def test_a_download_holds_the_whole_result(page: Page, site: str, tmp_path: Path) -> None:
    open_page(page, site)
    run(page, "SELECT ?place WHERE { ?place a pg:Place } LIMIT 60")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="CSV").click()
    target = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(target)
    with target.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert target.suffix == ".csv"
    assert rows[0] == ["place"]
    assert len(rows) == 61


def test_the_address_brings_back_query_and_view(page: Page, site: str) -> None:
    open_page(page, site)
    run(page, "# 三个数\nSELECT ?n WHERE { VALUES ?n { 1 3 2 20 30 4 5 } }")
    page.get_by_role("columnheader").get_by_role("button").dblclick()
    page.get_by_label("在结果中筛选").fill("3")
    expect(page.locator(".results-table tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("filter=3"))  # written a moment after the last key
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".cm-content")).to_contain_text("三个数")
    expect(page.locator(".results-table tbody tr")).to_have_count(2)
    assert column(page, 1) == ["30", "3"]


def test_a_question_has_a_short_address_with_its_parameters(page: Page, site: str) -> None:
    open_page(page, site)
    page.get_by_label("筛选问题").fill("values-of-indicator")
    page.locator("button.question").first.click()
    expect(page.locator(".results-summary")).to_be_visible()
    field = page.locator("#parameters input").first
    expect(field).not_to_have_value("")
    before = page.locator("#results").inner_text()
    field.fill("污水处理率")
    page.get_by_role("option", name="污水处理率").first.click()
    expect(page.locator(".cm-content")).to_contain_text("sewage-treatment-rate")
    expect(page.locator("#results")).not_to_have_text(before)
    assert len(page.url) < 250
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".cm-content")).to_contain_text("sewage-treatment-rate")
    expect(page.locator("#parameters input").first).to_have_value("污水处理率")


def test_a_long_query_can_be_cancelled(page: Page, site: str, guard: Guard) -> None:
    guard.expected.add(503)
    open_page(page, site)
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#results")).to_have_text("已取消。")
    expect(page.get_by_role("button", name="运行")).to_be_enabled()


def test_prefixes_can_be_written_out(page: Page, site: str) -> None:
    open_page(page, site)
    write(page, "ASK { ?s a pg:Goal }")
    page.get_by_role("button", name="写出前缀").click()
    expect(page.locator(".cm-line").first).to_have_text("PREFIX pg: <https://w3id.org/plangraph/ontology#>")
    expect(page.locator(".cm-line")).to_have_count(2)


def test_works_without_scripts(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/sparql?lang=en&query=ASK%20%7B%7D")
        expect(page.get_by_label("SPARQL query text")).to_have_value("ASK {}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_bars_access(page: Page, site: str, lang: str, check_access: Callable[[], None]) -> None:
    open_page(page, site, lang)
    run(page, "SELECT ?place WHERE { ?place a pg:Place } LIMIT 60")
    check_access()


def test_fits_a_phone(page: Page, site: str, check_width: Callable[[], None]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, site)
    run(page, "SELECT * WHERE { ?place a pg:Place ; ?p ?o OPTIONAL { ?place pg:noSuch ?x, ?y } } LIMIT 60")
    expect(page.locator(".results-table tbody tr").first).to_be_visible()
    check_width()
