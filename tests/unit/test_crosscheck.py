"""Relations between figures: what each kind makes of its operands, how it is told, and what the command prints."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plangraph.cli import main
from plangraph.commits import fill
from plangraph.crosscheck import check_relations
from plangraph.crosscheck.kinds import Outcome, decide
from plangraph.crosscheck.reading import Dates, Declared
from plangraph.crosscheck.words import message
from plangraph.entities import Named
from plangraph.figures import Figure
from plangraph.findings import SEVERITIES, Finding, Operand, by_severity
from plangraph.namespaces import GRAPHS, PGC, UNIT
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import read_file

BASE = "https://w3id.org/plangraph/id/lanting-2030/"
PERSON, PERCENT, POINT, HOUSE = (
    str(PGC["unit-person"]),
    str(UNIT.PERCENT),
    str(PGC["unit-percentage-point"]),
    str(PGC["unit-institution"]),
)


def figure(text: str, **given: Any) -> Figure:
    """A figure from ``value``, ``value low..high``, ``value low..`` or ``low..high``; a value alone is exact."""
    value, _, bounds = text.partition(" ") if " " in text or ".." not in text else ("", "", text)
    low, _, high = bounds.partition("..") if bounds else (value, "", value)
    if bounds == "?":
        low = high = ""
    fields = {
        "iri": "",
        "label": {},
        "value_type": "actual",
        "statistic": "level",
        "comparator": "eq",
        "value": Decimal(value) if value else None,
        "low": Decimal(low) if low else None,
        "high": Decimal(high) if high else None,
        "unit": PERSON,
        "printed": f"印{value}" if value else "",
        "start": None,
        "end": None,
        "due": None,
        "area": None,
        "basis": None,
        "inferred": False,
        "rationale": {},
    }
    return Figure(**{**fields, **given})


def declared(kind: str, factor: str = "1", **roles: Any) -> Declared:
    """A relation from figures, or lists of them, by role."""
    operands = []
    for role, figures in roles.items():
        for n, one in enumerate(figures if isinstance(figures, list) else [figures]):
            one = figure(one) if isinstance(one, str) else one
            label = {"zh": f"数{role}{'甲乙丙丁'[n]}", "en": f"figure {role} {'abcd'[n]}"}
            operands.append(Operand(role, Named(f"urn:{role}{n}", label, ()), one, ()))
    return Declared(
        Named("urn:r", {"zh": "关系", "en": "relation"}, ()), kind, tuple(operands), factor=Fraction(factor)
    )


def rate(text: str, start: str = "", end: str = "", statistic: str = "growth-rate") -> Figure:
    return figure(text, unit=PERCENT, statistic=statistic, start=start or None, end=end or None)


Y2020, Y2021, Y2022 = (("2020-01-01", "2020-12-31"), ("2021-01-01", "2021-12-31"), ("2022-01-01", "2022-12-31"))
TWO_YEARS = ("2021-01-01", "2022-12-31")

# kind, operands, whether it holds, and a piece of the computation
TABLE: list[tuple[str, dict[str, Any], bool | None, str]] = [
    # sum
    ("sum", {"part": ["15", "1"], "result": "16"}, True, "15 + 1 = 16 = 16"),
    ("sum", {"part": ["15", "2"], "result": "16"}, False, "15 + 2 = 17 ≠ 16"),
    ("sum", {"part": ["1.3 1.25..1.35", "1.3 1.25..1.35"], "result": "2.8 2.7..2.8"}, True, "2.6 [2.5 … 2.7] ≈"),
    ("sum", {"part": ["1.3 1.25..1.35", "1.3 1.25..1.35"], "result": "2.8 2.71..2.8"}, False, "2.6 [2.5 … 2.7] ≠"),
    ("sum", {"part": ["10 10..", "5"], "result": "12 11.5..12.5"}, False, "10 [≥ 10] + 5 = 15 [≥ 15] ≠"),
    ("sum", {"part": ["10 10..", "5"], "result": "100"}, True, "≈ 100"),
    ("sum", {"part": ["10 10..", "5 ..5"], "result": "3"}, True, "= 15 […] ≈ 3"),
    ("sum", {"part": ["5", "-3"], "result": "2"}, True, "5 + (−3) = 2 = 2"),
    ("sum", {"part": ["0", "0"], "result": "0"}, True, "0 + 0 = 0 = 0"),
    ("sum", {"part": [rate("9"), figure("0.8", unit=POINT)], "result": rate("9.8")}, True, "9 + 0.8 = 9.8 = 9.8"),
    ("sum", {"part": ["9", rate("1")], "result": "10"}, None, "9 + 1 =? 10"),
    ("sum", {"part": ["9", figure("1", unit=HOUSE)], "result": "10"}, None, "9 + 1 =? 10"),
    ("sum", {"part": ["9", figure("", printed="")], "result": "10"}, None, "9 + ? =? 10"),
    ("sum", {"part": ["9", "1 ?"], "result": "10"}, None, "9 + ? =? 10"),
    ("sum", {"part": ["9", figure("1 ?", comparator="ge")], "result": "11"}, True, "9 + 1 [≥ 1]"),
    ("sum", {"part": ["9", figure("1 ?", comparator="lt")], "result": "11"}, False, "9 + 1 [≤ 1]"),
    ("sum", {"part": ["9", "1 2..1"], "result": "10"}, None, "9 + ? =? 10"),
    ("sum", {"part": ["9", "4..6"], "result": "14"}, True, "9 + [4 … 6] = [13 … 15] ≈ 14"),
    # ratio
    (
        "ratio",
        {"numerator": "3442000 3441500..3442500", "denominator": "74", "result": "54000 53500..54500"},
        False,
        "3,442,000 [3,441,500 … 3,442,500] ÷ 74 = 46,514 [46,507 … 46,520] ≠ 54,000 [53,500 … 54,500]",
    ),
    (
        "ratio",
        {"numerator": "3442000 3441500..3442500", "denominator": "74", "result": "46500 46450..46550"},
        True,
        "≈",
    ),
    ("ratio", {"numerator": "100", "denominator": "10 10..", "result": "10"}, True, "= 10 [0 … 10] ≈ 10"),
    ("ratio", {"numerator": "100", "denominator": "10 10..", "result": "11 10.5..11.5"}, False, "[0 … 10] ≠ 11"),
    ("ratio", {"numerator": "100 100..", "denominator": "10", "result": "9 8.5..9.5"}, False, "10 [≥ 10] ≠ 9"),
    ("ratio", {"numerator": "100 ..100", "denominator": "10", "result": "-50"}, True, "10 [≤ 10] ≈ −50"),
    ("ratio", {"numerator": "-10", "denominator": "3 2..4", "result": "-3"}, True, "[−5 … −2.5] ≈ −3"),
    ("ratio", {"numerator": "-10", "denominator": "3 2..4", "result": "3"}, False, "[−5 … −2.5] ≠ 3"),
    ("ratio", {"numerator": "10", "denominator": "-3 -4..-2", "result": "-5"}, True, "[−5 … −2.5] ≈ −5"),
    ("ratio", {"numerator": "10", "denominator": "-3 ..-2", "result": "-6"}, False, "[−5 … 0] ≠ −6"),
    ("ratio", {"numerator": "0 -1..1", "denominator": "3 2..4", "result": "0.5"}, True, "0 [−0.5 … 0.5] ≈ 0.5"),
    ("ratio", {"numerator": "0 -1..1", "denominator": "3 2..4", "result": "0.6"}, False, "0 [−0.5 … 0.5] ≠ 0.6"),
    ("ratio", {"numerator": "0", "denominator": "3 2..", "result": "0"}, True, "0 ÷ 3 [≥ 2] = 0 = 0"),
    ("ratio", {"numerator": "10", "denominator": "1 -1..3", "result": "10"}, None, "10 ÷ 1 [−1 … 3] =? 10"),
    ("ratio", {"numerator": "10", "denominator": "0", "result": "10"}, None, "10 ÷ 0 =? 10"),
    ("ratio", {"numerator": "10", "denominator": "5 ..5", "result": "10"}, None, "10 ÷ 5 [≤ 5] =? 10"),
    (
        "ratio",
        {"numerator": "20", "denominator": "4000", "result": "5", "factor": "1000"},
        True,
        "20 ÷ 4,000 × 1,000 = 5",
    ),
    # share
    (
        "share",
        {
            "numerator": "640000 640000..",
            "denominator": "3442000 3441500..3442500",
            "result": rate("18.6 18.55..18.65"),
            "factor": "100",
        },
        True,
        "640,000 [≥ 640,000] ÷ 3,442,000 [3,441,500 … 3,442,500] × 100 = 18.594 [18.591 … 100] ≈ 18.6 [18.55 … 18.65]",
    ),
    (
        "share",
        {
            "numerator": "640000 640000..",
            "denominator": "3442000 3441500..3442500",
            "result": rate("18.5 18.45..18.55"),
            "factor": "100",
        },
        False,
        "18.594 [18.591 … 100] ≠ 18.5",
    ),
    (
        "share",
        {"numerator": "50 50..", "denominator": "100", "result": "120", "factor": "100"},
        False,
        "[50 … 100] ≠ 120",
    ),
    ("share", {"numerator": "120", "denominator": "100", "result": "120", "factor": "100"}, False, "= 120; 120 > 100"),
    ("share", {"numerator": "100", "denominator": "100", "result": "100", "factor": "100"}, True, "= 100 = 100"),
    ("share", {"numerator": "0", "denominator": "100", "result": "0", "factor": "100"}, True, "= 0 = 0"),
    ("share", {"numerator": "1", "denominator": "-4 -5..-3", "result": "1"}, None, "=? 1"),
    ("share", {"numerator": "1", "denominator": figure("4", unit=HOUSE), "result": "0.25"}, None, "1 ÷ 4 =? 0.25"),
    (
        "share",
        {
            "numerator": figure("3", statistic="count"),
            "denominator": figure("12", unit=HOUSE, statistic="count"),
            "result": "0.25",
        },
        True,
        "3 ÷ 12 = 0.25 = 0.25",
    ),
    # difference
    ("difference", {"minuend": "10", "subtrahend": "7", "result": "3"}, True, "10 − 7 = 3 = 3"),
    ("difference", {"minuend": "10", "subtrahend": "7", "result": "4"}, False, "10 − 7 = 3 ≠ 4"),
    ("difference", {"minuend": "7", "subtrahend": "10", "result": "-3"}, True, "7 − 10 = −3 = −3"),
    ("difference", {"minuend": "7", "subtrahend": "-3", "result": "10"}, True, "7 − (−3) = 10 = 10"),
    ("difference", {"minuend": "7", "subtrahend": "2 2..", "result": "6"}, False, "7 − 2 [≥ 2] = 5 [≤ 5] ≠ 6"),
    ("difference", {"minuend": "7 7..", "subtrahend": "2 2..", "result": "6"}, True, "= 5 […] ≈ 6"),
    (
        "difference",
        {"minuend": rate("6"), "subtrahend": rate("5"), "result": figure("1", unit=POINT)},
        True,
        "6 − 5 = 1 = 1",
    ),
    ("difference", {"minuend": rate("6"), "subtrahend": rate("5"), "result": "1"}, None, "6 − 5 =? 1"),
    # growth
    (
        "growth",
        {"earlier": "1.76 1.755..1.765", "later": "1.87 1.865..1.875", "result": rate("6.25 6.245..6.255")},
        True,
        "(1.87 [1.865 … 1.875] ÷ 1.76 [1.755 … 1.765] − 1) × 100 = 6.25 [",
    ),
    ("growth", {"earlier": "50", "later": "75", "result": rate("60 55..65")}, False, "= 50 ≠ 60 [55 … 65]"),
    ("growth", {"earlier": "50", "later": "25", "result": rate("-50")}, True, "(25 ÷ 50 − 1) × 100 = −50 = −50"),
    ("growth", {"earlier": "50", "later": "60 60..", "result": rate("19")}, False, "20 [≥ 20] ≠ 19"),
    ("growth", {"earlier": "50", "later": "50", "result": rate("0")}, True, "= 0 = 0"),
    ("growth", {"earlier": "-50", "later": "25", "result": rate("50")}, None, "=? 50"),
    ("growth", {"earlier": "0 -1..1", "later": "25", "result": rate("50")}, None, "=? 50"),
    ("growth", {"earlier": "50", "later": "75", "result": "50"}, None, "=? 50"),
    # mean-bound: any weights, equal weights of rates, equal weights of anything else
    ("mean-bound", {"part": ["4", "8"], "result": "4.5"}, True, "mean(4; 8) = [4 … 8] ≈ 4.5"),
    ("mean-bound", {"part": ["4", "8"], "result": "3.9"}, False, "mean(4; 8) = [4 … 8] ≠ 3.9"),
    ("mean-bound", {"part": ["4", "8 8.."], "result": "100"}, True, "[≥ 4]"),
    ("mean-bound", {"part": ["4", rate("8")], "result": "5"}, None, "=? 5"),
    ("mean-bound", {"part": [rate("8", *Y2021), rate("4", *Y2022)], "result": rate("5.985", *TWO_YEARS)}, True, "… 6]"),
    ("mean-bound", {"part": [rate("8", *Y2021), rate("4", *Y2022)], "result": rate("6", *TWO_YEARS)}, True, "… 6]"),
    (
        "mean-bound",
        {"part": [rate("8", *Y2021), rate("4", *Y2022)], "result": rate("5.97", *TWO_YEARS)},
        False,
        "5.9811",
    ),
    (
        "mean-bound",
        {"part": [rate("8", *Y2021), rate("4", *Y2022)], "result": rate("6.01", *TWO_YEARS)},
        False,
        "… 6] ≠",
    ),
    ("mean-bound", {"part": [rate("44", *Y2021), rate("0", *Y2022)], "result": rate("20")}, True, "= [20 … 22] ≈ 20"),
    (
        "mean-bound",
        {"part": [rate("7.7 ..7.75", *Y2021), rate("2.6 ..2.65", *Y2022)], "result": rate("6 5.5..6.5")},
        False,
        "mean(7.7 [≤ 7.75]; 2.6 [≤ 2.65]) = [≤ 5.2] ≠ 6 [5.5 … 6.5]",
    ),
    (
        "mean-bound",
        {"part": [rate("7.7 ..7.75", *Y2021), rate("2.6 ..2.65", *Y2022)], "result": rate("5.2")},
        True,
        "≈",
    ),
    ("mean-bound", {"part": [rate("-150", *Y2021), rate("4", *Y2022)], "result": rate("-151")}, False, "[−150 … −73]"),
    (
        "mean-bound",
        {"part": [rate("8", *Y2020, "share"), rate("4", *Y2021, "share")], "result": rate("6")},
        True,
        "= 6 = 6",
    ),
    (
        "mean-bound",
        {"part": [rate("8", *Y2020, "share"), rate("4", *Y2021, "share")], "result": rate("5.9")},
        False,
        "≠",
    ),
    ("mean-bound", {"part": [rate("8", *Y2021), rate("4", *TWO_YEARS)], "result": rate("4.1")}, True, "[4 … 8]"),
    ("mean-bound", {"part": [rate("8", *Y2021), rate("4", *Y2021)], "result": rate("4.1")}, True, "[4 … 8]"),
    (
        "mean-bound",
        {"part": [rate("8", *Y2021), rate("4", "2022-01-01", "2022-03-31")], "result": rate("4.1")},
        True,
        "8]",
    ),
    # comparisons
    ("at-most", {"part": "3", "whole": "3"}, True, "3 ≤ 3"),
    ("at-most", {"part": "4", "whole": "3"}, False, "4 ≰ 3"),
    ("at-most", {"part": "4 3..5", "whole": "3"}, True, "4 [3 … 5] ≤ 3"),
    ("at-most", {"part": "4 4..", "whole": "9"}, True, "4 [≥ 4] ≤ 9"),
    ("at-most", {"part": "4 ..4", "whole": "-9"}, True, "4 [≤ 4] ≤ −9"),
    ("at-most", {"part": ["1", "4"], "whole": "3"}, False, "max(1; 4) ≰ 3"),
    ("at-most", {"part": ["1", "4 ..4"], "whole": "3"}, True, "max(1; 4 [≤ 4]) ≤ 3"),
    ("at-most", {"part": "4", "whole": rate("3")}, None, "4 ≤? 3"),
    (
        "at-most",
        {"part": figure("4", statistic="count"), "whole": figure("3", unit=HOUSE, statistic="count")},
        False,
        "4 ≰ 3",
    ),
    ("equal", {"left": "3", "right": "3"}, True, "3 = 3"),
    ("equal", {"left": "3", "right": "4"}, False, "3 ≠ 4"),
    ("equal", {"left": "3 2.5..3.5", "right": "3.5"}, True, "3 [2.5 … 3.5] ≈ 3.5"),
    ("equal", {"left": "3 2.5..3.5", "right": "3.51"}, False, "3 [2.5 … 3.5] ≠ 3.51"),
    ("equal", {"left": "3 3..", "right": "-4 -4.."}, True, "≈"),
    ("equal", {"left": "3", "right": figure("3", unit=HOUSE)}, None, "3 =? 3"),
    ("exceeds", {"left": "4", "right": "3"}, True, "4 > 3"),
    ("exceeds", {"left": "3", "right": "3"}, False, "3 ≯ 3"),
    ("exceeds", {"left": "3 2.5..3.5", "right": "3"}, True, "3 [2.5 … 3.5] > 3"),
    ("exceeds", {"left": "3 2.5..3.5", "right": "3.5 3.5.."}, False, "≯"),
    ("exceeds", {"left": "-3", "right": "-2"}, False, "−3) ≯ −2"),
    ("exceeds", {"left": "3 3..", "right": "9"}, True, ">"),
    ("exceeds", {"left": "3", "right": "9 ..9"}, True, ">"),
]


def case(kind: str, roles: dict[str, Any]) -> Declared:
    return declared(kind, **roles)


@pytest.mark.parametrize(("kind", "roles", "holds", "piece"), TABLE)
def test_each_kind(kind: str, roles: dict[str, Any], holds: bool | None, piece: str) -> None:
    outcome = decide(case(kind, roles))
    assert outcome.holds is holds, (outcome.computation, outcome.reason)
    assert piece in outcome.computation
    assert (outcome.reason is not None) == (holds is None) or "; " in outcome.computation


@pytest.mark.parametrize(("kind", "roles", "holds", "piece"), TABLE)
def test_the_message_names_every_operand_with_its_figure(
    kind: str, roles: dict[str, Any], holds: bool | None, piece: str
) -> None:
    relation = case(kind, roles)
    said = message(relation, decide(relation))
    for lang in ("zh", "en"):
        for operand in relation.operands:
            assert operand.thing.label[lang] in said[lang]
            assert operand.figure is not None
            assert operand.figure.text(lang) in said[lang]
        assert "None" not in said[lang]
    verdict = {
        True: ("相符", "this agrees"),
        False: ("不可能同时为真", "can't all be true"),
        None: ("无法判断", "can't be decided"),
    }
    assert verdict[holds][0] in said["zh"]
    assert verdict[holds][1] in said["en"]


def days(earliest: str, latest: str = "") -> Dates:
    return Dates(date.fromisoformat(earliest), date.fromisoformat(latest or earliest))


@pytest.mark.parametrize(
    ("before", "after", "holds", "piece"),
    [
        (days("2023-06-30"), days("2023-10-26"), True, "2023-06-30 ≤ 2023-10-26"),
        (days("2023-10-26"), days("2023-10-26"), True, "≤"),
        (days("2023-10-27"), days("2023-10-26"), False, "2023-10-27 ≰ 2023-10-26"),
        (days("2024-12-31"), days("2021-01-01", "2025-12-31"), True, "≤ 2021-01-01 … 2025-12-31"),
        (days("2021-01-01", "2023-06-30"), days("2023-10-26"), True, "2021-01-01 … 2023-06-30 ≤"),
        (days("2026-06-30"), days("2021-01-01", "2025-12-31"), False, "≰"),
        (days("2021-01-01", "2023-06-30"), days("2022-01-01"), None, "≤?"),
        (None, days("2022-01-01"), None, "? ≤? 2022-01-01"),
    ],
)
def test_order_of_dates(before: Dates | None, after: Dates, holds: bool | None, piece: str) -> None:
    first, second = (Operand(role, Named(f"urn:{role}", {}, ()), None, ()) for role in ("before", "after"))
    dates = {"urn:after": after} | ({"urn:before": before} if before else {})
    relation = Declared(Named("urn:r", {}, ()), "precedes", (first, second), dates=dates)
    outcome = decide(relation)
    assert (outcome.holds, outcome.reason is None) == (holds, holds is not None)
    assert piece in outcome.computation
    assert message(relation, outcome)["zh"]


def told(kind: str, roles: dict[str, Any], severity: Any = "inconsistency") -> dict[str, str]:
    relation = case(kind, roles)
    relation = Declared(relation.thing, kind, relation.operands, severity=severity, factor=relation.factor)
    return message(relation, decide(relation))


def test_a_failure_says_how_far_apart_the_figures_are() -> None:
    said = told("ratio", {"numerator": "3442000 3441500..3442500", "denominator": "74", "result": "54000 53500..54500"})
    # 53,500 − 3,442,500 / 74 = 6,979.7…
    assert "至少相差6,979人，不可能同时为真。" in said["zh"]
    assert "在46,507人到46,520人之间" in said["zh"]
    assert "between 46,507 and 46,520 persons" in said["en"]
    assert "that is 6,979 persons apart at the least, so they can't all be true." in said["en"]


def test_a_gap_between_shares_is_in_percentage_points() -> None:
    said = told("equal", {"left": rate("5"), "right": rate("5.4")})
    assert "至少相差0.4个百分点" in said["zh"]


def test_a_tension_may_be_a_matter_of_how_things_are_counted() -> None:
    said = told("equal", {"left": "5", "right": "6"}, severity="tension")
    assert "若口径相同，不可能同时为真" in said["zh"]
    assert "can't all be true if they are counted alike" in said["en"]


def test_a_part_beyond_its_whole_is_said_so() -> None:
    said = told("share", {"numerator": "120", "denominator": "100", "result": "120"})
    assert "至少为120，大于整体" in said["zh"]
    assert "is 120 at the least, more than the whole" in said["en"]


def test_units_that_differ_are_named() -> None:
    said = told("equal", {"left": "3", "right": figure("3", unit=HOUSE)})
    assert "“人”" in said["zh"]
    assert "“家机构”" in said["zh"]


def test_a_figure_that_the_label_says_already_is_not_said_twice() -> None:
    relation = declared("equal", left="3", right="3")
    labels = {"zh": "数：印3（实际）", "en": "figure: 3 persons (actual)"}
    operands = tuple(Operand(o.role, Named(o.thing.iri, labels, ()), o.figure, ()) for o in relation.operands)
    said = message(Declared(relation.thing, "equal", operands), Outcome(None, "", reason=("", "")))
    assert said["zh"].count("印3") == said["en"].count("3 persons") == 2


# --- In a graph -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore()
    path = Path(__file__).parent / "crossings.trig"
    store.apply(Changeset(added=list(read_file(path, default_graph=GRAPHS["nowhere"]))))
    return store


@pytest.fixture(scope="module")
def found(store: EmbeddedStore) -> dict[str, Finding]:
    return {f.relation.iri.removeprefix(BASE): f for f in check_relations(store)}


def test_what_fails_comes_first_by_gravity_then_what_is_undecided(found: dict[str, Finding]) -> None:
    assert [key.removeprefix("relation/") for key in found] == [
        "e-ratio",
        "m-domain",
        "n-part",
        "o-stated",
        "s-too-many-examples",
        "slogan/three-paths",
        "d-tension",
        "c-note-fails",
        "f-no-value",
        "g-dangling",
        "h-no-role",
        "i-unknown-kind",
        "j-no-date",
        "p-nothing",
        "a-share",
        "b-note",
        "k-month",
        "l-plan",
        "q-listed",
        "r-examples",
        "slogan/two-lights",
    ]
    assert {key: f.severity for key, f in found.items() if f.holds is False and f.severity != "inconsistency"} == {
        "relation/d-tension": "tension",
        "relation/c-note-fails": "info",
    }
    assert {f.severity for f in found.values() if f.holds is None} == {"info"}
    assert {f.severity for f in found.values() if f.holds} == {"ok"}


def test_the_order_is_stable() -> None:
    findings = [
        Finding(Named(f"urn:{n}", {}, ()), "sum", holds, severity, "", (), {}, {})
        for n, (holds, severity) in enumerate([(True, "ok"), (None, "info"), (False, "info"), (False, "tension")] * 2)
    ]
    assert [f.relation.iri[4:] for f in by_severity(findings)] == ["3", "7", "2", "6", "1", "5", "0", "4"]
    assert SEVERITIES[0] == "inconsistency"


def test_a_finding_has_its_operands_evidence_and_rationale(found: dict[str, Finding]) -> None:
    ratio = found["relation/e-ratio"]
    assert ratio.relation.text("en") == "Residents and museums"
    assert [o.role for o in ratio.operands] == ["numerator", "denominator", "result"]
    assert [(e.locator, e.exact) for e in ratio.operands[0].evidence] == [("一", "年底居民"), ("二(一)", "344.2万人")]
    assert ratio.rationale == {"zh": "各数出自一处", "en": "All figures stand together"}


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        ("f-no-value", "“某数”没有数值", "“Some figure” has no value"),
        ("g-dangling", "不是图谱中的观测", "isn't an observation in the graph"),
        ("h-no-role", "关系缺少“分母”", "lacks its “denominator”"),
        ("i-unknown-kind", "没有“rhymes”这种关系", "no kind of relation “rhymes”"),
        ("j-no-date", "图谱没有“货场”的日期", "no date of “Quay”"),
        ("p-nothing", "图谱没有“货场”的成员", "no members of “Quay”"),
    ],
)
def test_why_a_relation_is_undecided(found: dict[str, Finding], key: str, zh: str, en: str) -> None:
    finding = found[f"relation/{key}"]
    assert finding.holds is None
    assert zh in finding.message["zh"]
    assert en in finding.message["en"]


@pytest.mark.parametrize(
    ("key", "computation", "members"),
    [
        ("relation/l-plan", "|{…}| = 2 = 2", "Indicator A, Indicator B"),
        ("relation/m-domain", "|{…}| = 3 ≠ 2", "Dykes, Pipes, Wells"),
        ("relation/n-part", "|{…}| = 1 ≠ 2", "East Wharf"),
        ("relation/o-stated", "|{…}| = 5 ≠ 2", ""),
        ("relation/q-listed", "|{…}| = 2 = 2", "Pier, Quay"),
        ("relation/r-examples", "|{…}| = 1 ≤ 2", "Quay"),
        ("relation/s-too-many-examples", "|{…}| = 3 ≰ 2", "Pier, Quay, Wharf"),
        ("slogan/two-lights", "|{…}| = 2 = 2", "Lamps, Moon"),
        ("slogan/three-paths", "|{…}| = 2 ≠ 3", "Hill Path, Shore Path"),
    ],
)
def test_what_is_counted(found: dict[str, Finding], key: str, computation: str, members: str) -> None:
    assert found[key].kind == ("includes" if "examples" in key else "enumeration")
    assert found[key].computation == computation
    assert (f"({members})" if members else "has 5,") in found[key].message["en"]


def test_a_slogan_without_members_or_without_a_count_is_no_finding(found: dict[str, Finding]) -> None:
    assert {key for key in found if key.startswith("slogan/")} == {"slogan/two-lights", "slogan/three-paths"}


def test_dates_of_months_and_deadlines(found: dict[str, Finding]) -> None:
    assert found["relation/k-month"].computation == "2028-07-01 … 2028-07-31 ≤ 2028-12-31"
    assert found["relation/d-tension"].computation == "2031-06-30 ≰ 2026-01-01 … 2030-12-31"
    # 30 June 2031 is 181 days after 31 December 2030: 31 + 28 + 31 + 30 + 31 + 30.
    assert "晚181天" in found["relation/d-tension"].message["zh"]


def test_any_store_that_gives_triples_will_do(store: EmbeddedStore, found: dict[str, Finding]) -> None:
    class Bare:
        def triples(self, subject: Any = None, predicate: Any = None, object: Any = None) -> Iterator[Any]:
            return store.triples(subject, predicate, object)

    assert [f.to_json() for f in check_relations(Bare())] == [f.to_json() for f in found.values()]  # type: ignore[arg-type]


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> Any:
    @contextlib.contextmanager
    def opened(*_: object) -> Iterator[EmbeddedStore]:
        yield store

    monkeypatch.setattr("plangraph.opening.opened_store", opened)
    monkeypatch.setattr("plangraph.assessment.check_progress", lambda store: ())
    return lambda *args: CliRunner().invoke(main, ["check", *args])


def test_check_prints_failures_with_evidence_and_counts(run: Any) -> None:
    result = run("--lang", "en")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "Failing"
    assert "  [inconsistency] Residents and museums" in lines
    assert "      Expected because: All figures stand together" in lines
    assert "      二(一)  “344.2万人”  [20–27]  Residents" in lines
    assert lines.index("Undecided") > lines.index("Failing")
    assert "Holding" not in lines
    assert lines[-1].startswith("21 checked: 8 failing, 6 undecided, 7 holding.")


def test_check_lists_what_holds_on_demand_and_in_chinese(run: Any) -> None:
    lines = run("--all", "--lang", "zh").stdout.splitlines()
    assert lines.index("不成立") < lines.index("无法判断") < lines.index("成立")
    assert "      |{…}| = 2 = 2" in lines
    assert lines[-1] == "共 21 项：不成立 8，无法判断 6，成立 7。"


def test_check_as_json(run: Any) -> None:
    document = json.loads(run("--format", "json").stdout)
    assert list(document) == ["findings"]
    assert {f["holds"] for f in document["findings"]} == {False, None}
    first = document["findings"][0]
    assert first["relation"] == BASE + "relation/e-ratio"
    assert first["operands"] == [BASE + f"observation/{o}" for o in ("residents", "museums", "residents-per-museum")]
    assert (first["kind"], first["severity"]) == ("ratio", "inconsistency")
    assert set(first["message"]) == {"zh", "en"}
    assert len(json.loads(run("--format", "json", "--all").stdout)["findings"]) == 21


def test_check_is_content_where_nothing_fails(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    monkeypatch.setattr("plangraph.crosscheck.check_relations", lambda store: ())
    result = run("--lang", "en")
    assert (result.exit_code, result.stdout) == (0, "0 checked: 0 failing, 0 undecided, 0 holding.\n")


def test_check_tells_of_progress_too_in_its_place(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    late = Finding(
        Named("urn:late", {"en": "Lanterns"}, ()), "pace", False, "inconsistency", "", (), {"en": "Late."}, {}
    )
    monkeypatch.setattr("plangraph.assessment.check_progress", lambda store: (late,))
    lines = run("--lang", "en").stdout.splitlines()
    at = lines.index("  [inconsistency] Lanterns")
    assert lines[at + 1] == "      Late."
    assert at < next(n for n, line in enumerate(lines) if line.startswith("  [tension]"))
    assert lines[-1].startswith("22 checked: 9 failing")


# --- the shipped data -----------------------------------------------------------------------------------------------


def test_the_report_contradicts_itself_in_two_places_and_no_relation_else_fails() -> None:
    """二(一)5 and 二(二)4.2: 344.2 by 74 is 4.65, not 5.4. 二(一)4 and 二(一)1: (7.7 + 2.6) / 2 is 5.15, under 6."""
    store = EmbeddedStore()
    fill(store)
    found = check_relations(store.in_memory())
    assert len(found) >= 60
    failing = {f.relation.iri.rpartition("/")[2]: f for f in found if f.holds is False}
    assert failing.keys() == {"persons-per-museum", "gdp-growth-mean"}
    assert all(f.severity == "inconsistency" for f in failing.values())
    assert [f.relation.iri for f in found if f.holds is None] == []
    for finding in failing.values():
        assert all(operand.evidence for operand in finding.operands)
