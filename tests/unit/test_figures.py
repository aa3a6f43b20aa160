"""How a figure is said, what it allows, and which of several is shown first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from plangraph.figures import Figure, headline, number, target_of
from plangraph.namespaces import PGC, UNIT

PERSON = str(PGC["unit-person"])
PERCENT = str(UNIT.PERCENT)
PLAIN = Figure(
    iri="https://example.org/o",
    label={},
    value_type="actual",
    statistic="level",
    comparator="eq",
    value=Decimal("3442000"),
    low=Decimal("3441500"),
    high=Decimal("3442500"),
    unit=PERSON,
    printed="344.2万人",
    start=None,
    end="2022-12-31",
    due=None,
    area=None,
    basis=None,
    inferred=False,
    rationale={},
)


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({}, "344.2万人", "3.442 million persons"),
        ({"printed": ""}, "344.2万人", "3.442 million persons"),
        ({"printed": "", "value": Decimal("74.0")}, "74人", "74 persons"),
        ({"printed": "", "value": Decimal("135740000000")}, "1,357.4亿人", "135.74 billion persons"),
        ({"printed": "", "value": Decimal("12.50"), "unit": PERCENT}, "12.5%", "12.5%"),
        ({"printed": "超过64万人", "value": Decimal(640000), "comparator": "gt"}, "超过64万人", "over 640,000 persons"),
        ({"printed": "64万人", "value": Decimal(640000), "comparator": "gt"}, "超过64万人", "over 640,000 persons"),
        ({"printed": "0.9万人", "value": Decimal(-9000)}, "−0.9万人", "−9,000 persons"),
    ],
)
def test_a_figure_in_words(changes: dict[str, object], zh: str, en: str) -> None:
    figure = replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert (figure.text("zh"), figure.text("en")) == (zh, en)


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (Decimal("3441500.0"), Decimal(3442500), PERSON, "3,441,500–3,442,500"),
        (Decimal(74), Decimal("74.0"), PERSON, ""),
        (Decimal(640000), None, PERSON, "≥ 640,000"),
        (None, Decimal("4.5"), PERCENT, "≤ 4.5%"),
        (Decimal("-0.85"), Decimal("-0.75"), PERCENT, "−0.85 to −0.75%"),
    ],
)
def test_what_a_figure_allows(low: Decimal | None, high: Decimal | None, unit: str, said: str) -> None:
    assert replace(PLAIN, low=low, high=high, unit=unit).interval("en") == said


@pytest.mark.parametrize(
    ("value", "said"), [("0", "0"), ("-1500.50", "−1,500.5"), ("100", "100"), ("1E+3", "1,000"), ("0.00010", "0.0001")]
)
def test_numbers_in_full(value: str, said: str) -> None:
    assert number(Decimal(value)) == said


def test_the_headline_is_the_latest_exact_level_of_the_own_area() -> None:
    older = replace(PLAIN, iri="https://example.org/older", end="2021-12-31")
    change = replace(PLAIN, iri="https://example.org/change", statistic="change", end="2023-06-30")
    city = replace(PLAIN, iri="https://example.org/city", area="https://example.org/city", end="2023-06-30")
    bound = replace(PLAIN, iri="https://example.org/bound", comparator="le", end="2023-06-30")
    target = replace(PLAIN, iri="https://example.org/target", value_type="target")
    everything = (change, city, bound, target, older, PLAIN)
    assert headline(everything, "https://example.org/district") == PLAIN
    assert headline((change, target), None) == change
    assert headline((target,), None) is None


def test_a_target_is_compared_only_with_its_own_unit() -> None:
    target = replace(PLAIN, value_type="target")
    percent = replace(target, unit=PERCENT)
    assert target_of((percent, target), PLAIN) == target
    assert target_of((percent,), PLAIN) is None
