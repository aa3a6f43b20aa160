"""A planner's walk: from the overview to an indicator, its evidence, a related task and the graph view."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PAGES = [
    "/",
    "/indicators",
    "/projects?q=公园",
    "/queries",
    "/queries/projects-in-place",
    "/ontology",
    "/shapes",
    "/graphs",
    "/about",
    "/search?q=水",
    "/doc/chaoyang-2021/indicator/rural-road-density",
    "/doc/chaoyang-2021/observation/resident-population-2022",
    "/doc/chaoyang-2021/task/park-city",
    "/doc/place/110105",
    "/code/status",
    "/findings",
    "/coverage",
    "/history",
    "/history/1",
    "/contribute/observation",
    "/contribute/observation?indicator=https://w3id.org/plangraph/id/chaoyang-2021/indicator/gdp-growth",
    "/sources/",
    "/sources/chaoyang-2021/document/midterm-evaluation-report-2023",
]


def test_from_what_is_behind_to_the_words_of_the_source(page: Page, site: str) -> None:
    page.goto(site + "/")
    behind = page.get_by_role("heading", name="需要关注：慢于预期").locator("..")
    behind.get_by_role("link", name="常住人口").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("常住人口")
    expect(page.locator(".state-behind").first).to_contain_text("慢于预期")

    page.get_by_role("row", name=re.compile("344.2万人")).get_by_role("link", name="原文").click()
    expect(page).to_have_url(re.compile(r"/observation/resident-population-2022#evidence$"))
    quoted = page.get_by_role("link", name="344.2万人")
    expect(quoted).to_be_visible()
    quoted.click()
    expect(page).to_have_url(re.compile(r"/sources/.*#at-\d+$"))
    place = page.locator(":target")
    expect(place).to_contain_text("344.2万人")
    expect(place).to_be_in_viewport()
    place.get_by_role("link", name="344.2万人").click()
    expect(page).to_have_url(re.compile(r"/observation/resident-population-2022$"))
    page.locator("dl.facts").get_by_role("link", name="常住人口", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("常住人口")


def test_from_an_indicator_to_its_task_and_into_the_graph_view(page: Page, site: str) -> None:
    page.goto(site + "/")
    page.get_by_role("link", name="林木绿化率").click()
    page.get_by_role("link", name="公园城区建设").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公园城区建设")
    why = page.locator("li", has=page.get_by_role("link", name="绿色宜居标杆区")).locator("details.why")
    expect(why.locator("p")).to_be_hidden()
    why.locator("summary").click()
    expect(why.locator("p")).to_be_visible()
    expect(page.get_by_role("link", name="东风迎宾公园", exact=True)).to_be_visible()

    page.get_by_role("link", name="在关系图中查看").click()
    expect(page).to_have_url(re.compile("/explore"))
    expect(page.locator("#details")).to_contain_text("公园城区建设")


def test_the_language_is_chosen_once(page: Page, site: str) -> None:
    page.goto(site + "/tasks")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tasks")
    page.get_by_role("link", name="Projects", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("项目")


def test_a_list_is_narrowed_and_its_address_stays_short(page: Page, site: str) -> None:
    page.goto(site + "/indicators")
    page.get_by_label("进展").select_option(label="慢于预期 (2)")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(site + "/indicators?status=progress-behind")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="清除").click()
    expect(page).to_have_url(site + "/indicators")


def test_a_question_is_asked_with_another_parameter(page: Page, site: str) -> None:
    page.goto(site + "/queries")
    page.get_by_role("link", name="慢于预期的主要指标").click()
    expect(page.get_by_role("link", name="常住人口")).to_be_visible()
    page.get_by_role("combobox").select_option(label="提前完成")
    page.get_by_role("button", name="回答").click()
    expect(page.get_by_role("link", name="污水处理率")).to_be_visible()
    expect(page.get_by_role("link", name="常住人口")).to_have_count(0)


def test_search_from_any_page(page: Page, site: str) -> None:
    page.goto(site + "/about")
    page.get_by_label("按名称搜索").fill("亮马河")
    page.get_by_label("按名称搜索").press("Enter")
    page.get_by_role("main").get_by_role("link", name="亮马河", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("亮马河")


def test_the_keyboard_reaches_the_content_first(page: Page, site: str) -> None:
    page.goto(site + "/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


# The checks of access take ten seconds and more for a page of thousands of elements.
LARGE = re.compile(r"/ontology|/shapes|/sources/.+")


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=[pytest.mark.long] * bool(LARGE.fullmatch(path))) for path in PAGES]
)
def test_pages_can_be_used_by_everyone(page: Page, site: str, check_access: Callable[[], None], path: str) -> None:
    for scheme, lang in (("light", "zh"), ("dark", "en")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
        check_access()


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_small_phone(page: Page, site: str, check_width: Callable[[], None], path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for lang in ("zh", "en"):
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
        check_width()
