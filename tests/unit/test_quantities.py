"""The scanner of numerals and its intervals: a table of printed forms, the way back, and hostile input."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_forms import ROWS, WITHOUT, Row

import plangraph.quantities as quantities
from plangraph.errors import BadInput
from plangraph.quantities import Comparator, interval, read_quantity, scan, write_quantity


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def test_the_table_is_long_and_says_each_thing_once() -> None:
    assert len(ROWS) >= 330
    assert len(WITHOUT) >= 40
    assert len({(row.fragment, row.text) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fragment)
def test_a_printed_form(row: Row) -> None:
    mentions = scan(row.fragment)
    found = [mention for mention in mentions if mention.text == row.text]
    assert len(found) == 1, [(mention.text, mention.kind, mention.why) for mention in mentions]
    mention = found[0]
    assert mention.kind == row.kind, mention.why
    if row.value is None:
        assert mention.quantity is None
        return
    quantity = mention.quantity
    assert quantity is not None
    assert (quantity.value, quantity.value_high) == (number(row.value), number(row.value_high))
    assert quantity.unit == row.unit
    assert (quantity.low, quantity.high) == (number(row.low), number(row.high))
    assert quantity.comparator == row.comparator


@pytest.mark.parametrize("fragment", WITHOUT)
def test_a_numeral_inside_an_ordinary_word_is_none(fragment: str) -> None:
    assert scan(fragment) == ()


LONG = "各项指标进展良好：前7位企业产值344.2万元，约占1/4；“四个中心”与18号线在2023年底前落地，十余项工作过半。\n"
HOSTILE = [
    "1" * 100_000,
    "一" * 100_000,
    "亿" * 100_000,
    "１" * 100_000,
    "1,111" * 20_000,
    "1." * 50_000,
    "a1" * 50_000,
    "A" * 100_000 + "1",
    "1+" * 50_000,
    "3至" * 50_000,
    "2023-" * 20_000,
    "百分之" * 30_000,
    "（" * 100_000,
    "“" * 50_000 + "三" + "”" * 50_000,
    "“一" * 50_000,
    " " * 100_000 + "1",
    "第一" * 50_000,
    "元/" * 50_000 + "3元" + "/元" * 50_000,
]


@pytest.mark.parametrize("text", [*HOSTILE, LONG * 20], ids=lambda text: f"{text[:6]!r}x{len(text)}")
def test_mentions_are_in_order_apart_and_as_the_text_has_them(text: str) -> None:
    # What isn't linear would take minutes here; how fast it is, the benchmark says.
    mentions = scan(text)
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        end = mention.end


@settings(deadline=None)
@given(
    st.text(
        alphabet="0123456789.,-—至第前首其数几上过近约年月日号期届级"
        "万亿千百十一三〇两半余多成个项家元%“”（）、，。 \nAa+/",
        max_size=60,
    )
)
def test_any_text_is_scanned(text: str) -> None:
    end = 0
    for mention in scan(text):
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        end = mention.end
        quantity = mention.quantity
        assert (quantity is not None) == (mention.kind in ("measure", "rank"))
        if quantity is not None:
            assert quantity.low is None or quantity.low <= quantity.value
            assert quantity.high is None or quantity.high >= (quantity.value_high or quantity.value)


@settings(deadline=None)
@given(
    st.text(alphabet="0123456789一二三四五六七八九十", min_size=1, max_size=4),
    st.sampled_from(["个", "项", "号线", "%", "年", ""]),
)
def test_every_numeral_in_front_of_a_stop_is_found(digits: str, suffix: str) -> None:
    # 一 and 零 alone are words too; whatever else is a digit may not be passed over.
    text = f"共计{digits}{suffix}。"
    covered = {i for mention in scan(text) for i in range(mention.start, mention.end)}
    missed = [c for i, c in enumerate(text[2 : 2 + len(digits)], 2) if i not in covered]
    assert set(missed) <= {"一"}


UNITS = [
    "人",
    "元",
    "美元",
    "个",
    "项",
    "公里",
    "千米",
    "千瓦时",
    "平方米",
    "吨标准煤",
    "%",
    "个百分点",
    "人/百亿元",
    "",
]


@settings(max_examples=400, deadline=None)
@given(
    st.decimals(min_value="-9999999999999999", max_value="9999999999999999", places=3).map(Decimal.normalize),
    st.sampled_from(UNITS),
    st.sampled_from(["eq", "approx", "gt", "ge", "lt", "le"]),
)
def test_what_is_written_reads_back(value: Decimal, unit: str, comparator: Comparator) -> None:
    printed = write_quantity(value, unit, comparator)
    read = read_quantity(printed)
    assert (read.value, read.unit, read.comparator) == (value, unit, comparator)
    assert read.printed == printed


@pytest.mark.parametrize(
    ("value", "unit", "comparator", "printed"),
    [
        ("3442000", "人", "eq", "344.2万人"),
        ("54000", "人", "eq", "5.4万人"),
        ("13900", "份", "eq", "13900份"),
        ("300", "家", "gt", "超过300家"),
        ("135740000000", "元", "eq", "1357.4亿元"),
        ("2000000000000", "元", "ge", "不低于2万亿元"),
        ("90", "%", "ge", "不低于90%"),
        ("4.5", "%", "le", "不超过4.5%"),
        ("120", "公里", "approx", "约120公里"),
        ("-0.8", "个百分点", "eq", "-0.8个百分点"),
        ("0.25", "", "eq", "0.25"),
    ],
)
def test_a_figure_is_written_as_reports_print_it(value: str, unit: str, comparator: Comparator, printed: str) -> None:
    assert write_quantity(Decimal(value), unit, comparator) == printed


@pytest.mark.parametrize(
    ("value", "unit"), [("NaN", "人"), ("Infinity", "人"), ("1E+30", "人"), ("5", "鬼"), ("5", "3个")]
)
def test_what_could_not_be_read_back_is_not_written(value: str, unit: str) -> None:
    with pytest.raises(BadInput):
        write_quantity(Decimal(value), unit)


@pytest.mark.parametrize(
    ("printed", "value", "unit", "low", "high", "comparator"),
    [
        ("超过64万人", "640000", "人", "640000", None, "gt"),
        ("均超千亿元", "100000000000", "元", "100000000000", None, "gt"),
        ("2万余张", "20000", "张", "20000", "30000", "gt"),
        ("90%以上", "90", "%", "90", None, "ge"),
        ("近190项", "190", "项", "180", "190", "lt"),
        ("半数左右", "50", "%", "40", "60", "approx"),
        ("过半", "50", "%", "50", None, "gt"),
        ("六成以上", "60", "%", "60", None, "ge"),
        ("前7位", "7", "位", "1", "7", "le"),
        ("全市第一", "1", "位", "1", "1", "eq"),
        ("居全市首位", "1", "位", "1", "1", "eq"),
        ("1/4", "0.25", "", "0.225", "0.275", "eq"),
        ("-0.8%", "-0.8", "%", "-0.85", "-0.75", "eq"),
        ("两年半", "2.5", "年", "2.25", "2.75", "eq"),
        ("高于-5%", "-5", "%", "-5", None, "gt"),
        ("约-5%", "-5", "%", "-6", "-4", "approx"),
    ],
)
def test_one_printed_figure_is_read(
    printed: str, value: str, unit: str, low: str, high: str | None, comparator: str
) -> None:
    read = read_quantity(printed)
    assert (read.value, read.unit, read.comparator) == (Decimal(value), unit, comparator)
    assert (read.low, read.high) == (number(low), number(high))
    assert read.printed == printed


@pytest.mark.parametrize(
    "printed", ["", "若干", "人", "3个和5个", "3个5", "三个五", "-3~5%", "1" * 200, "第", "1" * 60]
)
def test_what_is_no_figure_is_refused_in_both_languages(printed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_quantity(printed)
    assert refused.value.text("zh") != refused.value.text("en")
    assert len(refused.value.text("zh")) < 300


@pytest.mark.parametrize(
    ("comparator", "bounded", "expected"),
    [
        ("eq", False, (Decimal("189.5"), Decimal("190.5"))),
        ("approx", False, (180, 200)),
        ("gt", False, (190, None)),
        ("gt", True, (190, 200)),
        ("ge", False, (190, None)),
        ("lt", True, (180, 190)),
        ("lt", False, (None, 190)),
        ("le", False, (None, 190)),
    ],
)
def test_bounds_of_190(comparator: Comparator, bounded: bool, expected: tuple[Decimal | None, ...]) -> None:
    assert interval(Decimal(190), Decimal(1), comparator, coarse=Decimal(10), bounded=bounded) == expected


def test_a_count_is_exact() -> None:
    assert interval(Decimal(190), Decimal(1), exact=True) == (190, 190)


def test_a_date_is_no_quantity_and_the_rule_is_named() -> None:
    (mention,) = scan("截至2022年底")
    assert (mention.start, mention.end, mention.quantity, mention.why) == (2, 8, None, "date with year")


def test_the_scanner_knows_nothing_of_the_graph() -> None:
    for path in Path(quantities.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("plangraph"):
                assert node.module.startswith(("plangraph.quantities", "plangraph.errors"))
