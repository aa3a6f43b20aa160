"""The graph view in a browser: by mouse, by keyboard, as a list, and brought back from its address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

ID = "https://w3id.org/plangraph/id/"
PLAN = ID + "chaoyang-2021/plan/14th-five-year-plan"
EDUCATION = ID + "chaoyang-2021/task/education"
DISTRICT = ID + "place/110105"
# Cytoscape keeps its instance on the container.
CY = "document.getElementById('drawing')._cyreg.cy"


def open_view(page: Page, site: str, query: str = "", lang: str = "zh") -> None:
    page.goto(f"{site}/explore?lang={lang}&{query}")
    expect(page.locator("#drawing[data-ready]")).to_be_visible()


def start_at(iri: str) -> str:
    return "iri=" + quote(iri, safe="")


def shown(page: Page) -> set[str]:
    """The IRIs of the things that are drawn."""
    return set(page.evaluate(f"{CY}.nodes().not('.off').not('.more').map((n) => n.id())"))


def settled(page: Page) -> None:
    """Wait until nothing moves any more."""
    for _ in range(50):
        before = page.evaluate(f"JSON.stringify([{CY}.zoom(), {CY}.pan(), {CY}.nodes().map((n) => n.position())])")
        page.wait_for_timeout(120)
        if before == page.evaluate(f"JSON.stringify([{CY}.zoom(), {CY}.pan(), {CY}.nodes().map((n) => n.position())])"):
            return
    pytest.fail("the drawing never stood still")


def place_on_screen(page: Page, iri: str) -> tuple[float, float]:
    settled(page)
    spot = page.evaluate(f"(iri) => {CY}.getElementById(iri).renderedPosition()", iri)
    box = page.locator("#drawing").bounding_box()
    assert box
    return box["x"] + spot["x"], box["y"] + spot["y"]


def state(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_starts_from_the_plan_with_its_goals_and_domains(page: Page, site: str) -> None:
    open_view(page, site)
    kinds = page.evaluate(f"{CY}.nodes().map((n) => n.data('kind'))")
    assert kinds.count("Plan") == 1
    assert kinds.count("Domain") == 7
    assert kinds.count("Goal") == 7
    expect(page.locator(".details-title")).to_contain_text("规划纲要")


def test_a_click_unfolds_a_thing(page: Page, site: str) -> None:
    open_view(page, site)
    domain = page.evaluate(f"{CY}.nodes().filter((n) => n.data('kind') === 'Domain')[0].id()")
    before = shown(page)
    page.mouse.click(*place_on_screen(page, domain))
    expect(page.locator(".details-kind")).to_have_text("领域")
    expect(page.get_by_role("button", name="收起")).to_be_visible()
    assert before < shown(page)


def test_search_starts_a_new_view_and_back_returns(page: Page, site: str) -> None:
    open_view(page, site)
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("现代化教育")
    expect(page.get_by_role("option").first).to_contain_text("现代化教育体系")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".details-title")).to_have_text("现代化教育体系")
    assert EDUCATION in shown(page)
    assert PLAN not in shown(page)
    page.go_back()
    expect(page.locator(".details-title")).to_contain_text("规划纲要")


def test_keys_move_unfold_fold_and_hide(page: Page, site: str) -> None:
    open_view(page, site, start_at(EDUCATION))
    settled(page)
    page.locator("#drawing").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        if state(page)["at"] != ["chaoyang-2021/task/education"]:
            break
    neighbour = ID + state(page)["at"][0]
    assert neighbour in shown(page) - {EDUCATION}
    page.keyboard.press("Home")
    before = shown(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="展开", exact=True)).to_be_visible()
    assert shown(page) == {EDUCATION}
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="收起")).to_be_visible()
    assert shown(page) == before
    settled(page)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    assert len(shown(page)) == len(before) - 1


def test_hidden_things_and_classes_come_back_with_the_address(page: Page, site: str) -> None:
    open_view(page, site, start_at(EDUCATION))
    page.get_by_label("指标", exact=False).first.uncheck()
    page.locator(".details-links button").first.click()
    page.get_by_role("button", name="隐藏").click()
    before = shown(page)
    assert not any("/indicator/" in iri for iri in before)
    assert "Indicator" in state(page)["without"][0]
    page.reload()
    expect(page.locator("#drawing[data-ready]")).to_be_visible()
    assert shown(page) == before


def test_inferred_links_can_be_switched_off(page: Page, site: str) -> None:
    open_view(page, site, start_at(EDUCATION))
    inferred = f"{CY}.edges('.inferred').not('.off').length"
    assert page.evaluate(inferred) > 0
    page.get_by_label("编者推断").uncheck()
    assert page.evaluate(inferred) == 0
    page.get_by_text("以列表查看").click()
    expect(page.locator("#listing table").nth(1)).to_contain_text("原文所述")
    expect(page.locator("#listing table").nth(1)).not_to_contain_text("编者推断")


def test_the_list_says_what_the_drawing_shows(page: Page, site: str) -> None:
    open_view(page, site, start_at(EDUCATION))
    page.get_by_text("以列表查看").click()
    rows = page.locator("#listing table").first.locator("tbody tr")
    expect(rows).to_have_count(len(shown(page)))
    rows.nth(1).get_by_role("button").click()
    chosen = rows.nth(1).get_by_role("button").inner_text()
    expect(page.locator(".details-title")).to_have_text(chosen)


def test_a_path_tells_hops_and_why_they_hold(page: Page, site: str) -> None:
    open_view(page, site)
    page.get_by_text("两者怎样相连").click()
    for field, text in (("起点", "现代化教育体系"), ("终点", "北京市朝阳区")):
        page.get_by_label(field, exact=True).fill(text)
        page.get_by_role("option", name=text).first.click()
    hops = page.locator(".path").first.locator(".hops li")
    expect(hops.first).to_contain_text("现代化教育体系")
    expect(hops.last).to_contain_text("北京市朝阳区")
    for hop in hops.all():
        assert hop.locator(".chip").inner_text() in ("原文所述", "编者推断")
    evidence = page.locator(".path a.evidence").first
    assert (evidence.get_attribute("href") or "").startswith("/doc/chaoyang-2021/evidence/")
    assert page.evaluate(f"{CY}.edges('.route').length") == hops.count()
    settled(page)
    page.reload()
    expect(page.locator(".path").first.locator(".hops li").last).to_contain_text("北京市朝阳区")


def test_a_hub_comes_in_parts(page: Page, site: str) -> None:
    open_view(page, site, start_at(DISTRICT))
    before = len(shown(page))
    more = page.locator("#details").get_by_role("button", name="再展开")
    left = int("".join(c for c in more.inner_text() if c.isdigit()))
    more.click()
    expect(page.locator("#explore-count")).to_contain_text(f"{before + min(left, 60)} 个事物")


def test_help_opens_by_key_and_closes(page: Page, site: str) -> None:
    open_view(page, site, lang="en")
    page.locator("#drawing").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("choose a neighbour")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_bars_access(page: Page, site: str, lang: str, check_access: Callable[[], None]) -> None:
    open_view(page, site, "from=chaoyang-2021/task/education&to=place/110105", lang)
    page.locator(".listing-panel summary").click()
    settled(page)
    check_access()


def test_fits_a_phone(page: Page, site: str, check_width: Callable[[], None]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_view(page, site, start_at(DISTRICT), "en")
    page.locator(".listing-panel summary").click()
    check_width()
