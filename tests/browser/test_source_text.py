"""The page of a source with its text at hand: every numeral accounted for, highlights that lead to what they name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SOURCE_TEXT = Path(__file__).parents[3] / "shared" / "source" / "chaoyang-midterm-2023.txt"
PAGE = "/sources/chaoyang-2021/document/midterm-evaluation-report-2023"


@pytest.fixture
def attached(snapshot: Path) -> Iterator[None]:
    """The report's text in the folder of attached sources, as long as a test runs."""
    if not SOURCE_TEXT.is_file():
        pytest.skip("the report's text isn't beside this checkout")
    raw = SOURCE_TEXT.read_bytes()
    folder = snapshot.parent / "sources"
    folder.mkdir(exist_ok=True)
    path = folder / f"{hashlib.sha256(raw).hexdigest()}.txt"
    path.write_bytes(raw)
    yield
    path.unlink()


@pytest.mark.usefixtures("attached")
def test_the_whole_text_with_what_the_graph_knows_of_it(page: Page, site: str) -> None:
    page.goto(site + PAGE + "#at-2701")
    place = page.locator(":target")
    expect(place).to_have_text(re.compile("344.2万人"))
    expect(place).to_be_in_viewport()
    expect(page.locator("main")).to_contain_text("没有缺口")
    place.click()
    expect(page).to_have_url(re.compile(r"/observation/resident-population-2022$"))


@pytest.mark.usefixtures("attached")
def test_a_sort_of_highlights_is_switched_off_by_the_keyboard(page: Page, site: str) -> None:
    page.goto(site + PAGE)
    figure = page.locator("#at-2701")
    before = figure.evaluate("e => getComputedStyle(e).backgroundColor")
    box = page.get_by_role("checkbox", name=re.compile("数值和指标"))
    box.focus()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    assert figure.evaluate("e => getComputedStyle(e).backgroundColor") != before


@pytest.mark.usefixtures("attached")
@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh"), ("dark", "en")])
def test_everyone_can_read_it(
    page: Page, site: str, check_access: Callable[[], None], check_width: Callable[[], None], scheme: str, lang: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{site}{PAGE}?lang={lang}")
    check_access()
    page.set_viewport_size({"width": 360, "height": 740})
    check_width()
