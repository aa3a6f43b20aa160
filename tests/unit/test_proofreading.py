"""Proofreading: what is wrong is found, what is unusual and right isn't, and no garbage stops it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import ORG, RDF, SKOS, XSD

from plangraph.namespaces import ID, OA, PG, PGC, PGS, UNIT
from plangraph.origins import read_sources
from plangraph.proofreading import RULES, affected, proofread
from plangraph.shapes import shipped_shapes
from plangraph.shipped import shipped
from plangraph.store.view import Triple, View

BASE = str(ID) + "xinghe-2021/"
Rows = list[Triple]


def it(path: str) -> URIRef:
    return URIRef(BASE + path)


def named(path: str, of_class: URIRef, zh: str, en: str = "", *more: tuple[URIRef, URIRef | Literal]) -> Rows:
    node = it(path)
    rows: Rows = [(node, RDF.type, of_class), (node, SKOS.prefLabel, Literal(zh, lang="zh"))]
    if en:
        rows.append((node, SKOS.prefLabel, Literal(en, lang="en")))
    return [*rows, *((node, p, o) for p, o in more)]


def observation(slug: str, printed: str, value: str, unit: URIRef, **more: str) -> Rows:
    """An observation; ``more`` may give low, high, statistic, type, comparator, zh, en, of, end, basis, quote, area."""
    node = it(f"observation/{slug}")
    pairs: list[tuple[URIRef, URIRef | Literal]] = [
        (PG.ofIndicator, it(f"indicator/{more.get('of', 'it')}")),
        (PG.statistic, PGC[f"statistic-{more.get('statistic', 'level')}"]),
        (PG.valueType, PGC[f"value-type-{more.get('type', 'actual')}"]),
        (PG.comparator, PGC[f"comparator-{more.get('comparator', 'eq')}"]),
        (PG.assertion, PGC[f"assertion-{more.get('assertion', 'stated')}"]),
        (PG.unit, unit),
        (PG.value, Literal(value, datatype=XSD.decimal)),
        (PG.valueLow, Literal(more.get("low", value), datatype=XSD.decimal)),
        (PG.valueHigh, Literal(more.get("high", value), datatype=XSD.decimal)),
    ]
    if printed:
        pairs.append((PG.asPrinted, Literal(printed)))
    if "end" in more:
        pairs.append((PG.periodEnd, Literal(more["end"], datatype=XSD.date)))
    if "due" in more:
        pairs.append((PG.dueBy, Literal(more["due"], datatype=XSD.date)))
    if "basis" in more:
        pairs.append((PG.basis, Literal(more["basis"])))
    if "area" in more:
        pairs.append((PG.refArea, it(more["area"])))
    rows = named(f"observation/{slug}", PG.Observation, more.get("zh", "某数"), more.get("en", ""), *pairs)
    if "quote" in more:
        evidence = it(f"evidence/{slug}")
        rows += [
            (node, PG.evidence, evidence),
            (evidence, OA.hasSelector, it(f"evidence/{slug}#quote")),
            (it(f"evidence/{slug}#quote"), OA.exact, Literal(more["quote"])),
        ]
    return rows


def told(rows: Iterable[Triple], slug: str = "") -> set[str]:
    """The rules that find something, about one thing where ``slug`` names it."""
    found = proofread(View.of_triples(rows))
    return {str(s).removeprefix(str(PGS)) for s, f in found if not slug or str(f.focus).endswith(f"/{slug}")}


INDICATOR = named("indicator/it", PG.Indicator, "某指标", "Something")
PERSON, YUAN, RANK, POINTS = PGC["unit-person"], PGC["unit-yuan"], PGC["unit-rank"], PGC["unit-percentage-point"]
WRONG, DOUBT = "Observation-printed-value", "Observation-printed-doubt"

# Printed form, value, unit, what else is said of it, what is found.
PRINTED: list[tuple[str, str, URIRef, dict[str, str], set[str]]] = [
    ("344.2万人", "3442000", PERSON, {}, set()),
    ("344.2万人", "344.2", PERSON, {}, {WRONG}),
    ("344.2万", "344.2", PERSON, {}, {WRONG}),
    ("344.2万人", "34420000000", PERSON, {}, {WRONG}),
    ("1.29亿元", "12900", YUAN, {}, {WRONG}),
    ("1.29亿元", "1290000000", YUAN, {}, {WRONG}),
    ("3468.3亿元", "346830000000", YUAN, {}, set()),
    ("超千亿元", "10000000", YUAN, {"comparator": "gt"}, {WRONG}),
    ("两年半", "3", UNIT.YR, {}, {DOUBT}),
    ("74家", "7.4", PGC["unit-enterprise"], {}, {WRONG}),
    ("74家", "47", PGC["unit-enterprise"], {}, {WRONG}),
    ("1,123件", "1123", UNIT.NUM, {}, set()),
    ("１２３家", "123", PGC["unit-enterprise"], {}, set()),
    ("49.8%", "0.498", UNIT.PERCENT, {}, {WRONG}),
    ("49.8%", "4980", UNIT.PERCENT, {}, {WRONG}),
    ("49.8%", "0.498", UNIT.UNITLESS, {}, set()),
    ("0.5‰", "0.05", UNIT.PERCENT, {}, set()),
    ("0.5‰", "0.5", UNIT.PERCENT, {}, {WRONG}),
    ("3.25个百分点", "3.25", POINTS, {}, set()),
    ("3.25百分点", "-3.25", POINTS, {"statistic": "change"}, set()),
    ("1/4", "25", UNIT.PERCENT, {"low": "22.5", "high": "27.5"}, set()),
    ("六成以上", "60", UNIT.PERCENT, {"comparator": "ge"}, set()),
    ("六成以上", "30", UNIT.PERCENT, {"comparator": "ge"}, {DOUBT}),
    ("半数左右", "50", UNIT.PERCENT, {"comparator": "approx", "low": "40", "high": "60"}, set()),
    ("全覆盖", "100", UNIT.PERCENT, {"statistic": "share"}, set()),
    ("翻一番", "100", UNIT.PERCENT, {"statistic": "growth-rate"}, set()),
    ("增长2倍", "200", UNIT.PERCENT, {"statistic": "growth-rate"}, set()),
    ("两年半", "2.5", UNIT.YR, {"low": "2.25", "high": "2.75"}, set()),
    ("5日", "5", UNIT.DAY, {}, set()),
    ("3至5个", "4", UNIT.NUM, {"low": "3", "high": "5"}, set()),
    ("亚洲第二", "2", RANK, {"statistic": "rank"}, set()),
    ("前三", "1", RANK, {"statistic": "rank", "low": "1", "high": "3"}, set()),
    ("5.78平方公里", "578", UNIT.HA, {}, set()),
    ("578公顷", "578", UNIT.M2, {}, {WRONG}),
    ("120千米", "120", UNIT.KiloM, {}, set()),
    ("659万平方米", "659", UNIT.HA, {}, set()),
    ("10万千瓦", "100", UNIT.MegaW, {}, set()),
    ("10万千瓦", "10", UNIT.KiloW, {}, {DOUBT}),
    ("3万吨", "3", UNIT.TONNE, {}, {DOUBT}),
    ("20亩", "1.33", UNIT.HA, {}, set()),
    # a unit of another kind
    ("344.2万元", "3442000", PERSON, {}, {WRONG}),
    ("344.2万人", "3442000", YUAN, {}, {WRONG}),
    ("82%", "82", PERSON, {}, {WRONG}),
    ("5.78平方公里", "5.78", UNIT.KiloM, {}, {WRONG}),
    ("344.2万元", "3442000", PERSON, {"assertion": "inferred"}, {DOUBT}),
    ("3个百分点", "3", UNIT.PERCENT, {"statistic": "change"}, set()),
    ("344.2万美元", "3442000", PGC["unit-usd"], {}, set()),
    ("15分钟", "0.25", UNIT.HR, {}, set()),
    ("42平方米", "42", PGC["unit-enterprise"], {}, {WRONG}),
    ("7.6张", "7.6", PGC["unit-bed-per-1000-persons"], {}, set()),
    ("3级", "3", UNIT.UNITLESS, {}, set()),
    ("10个", "10", RANK, {"statistic": "rank"}, set()),
    # a table's head has the unit
    ("344.2", "3442000", PERSON, {}, {DOUBT}),
    ("344.2万人", "344.2", PERSON, {"assertion": "inferred"}, {DOUBT}),
    # a figure from elsewhere that the printed one stands for
    ("约1.2万人", "12345", PERSON, {"comparator": "approx", "low": "11000", "high": "13000"}, set()),
    ("-2.1%", "2.1", UNIT.PERCENT, {"statistic": "growth-rate"}, {DOUBT}),
    ("−2.1%", "-2.1", UNIT.PERCENT, {"statistic": "growth-rate"}, set()),
    ("超过64万人", "640000", PERSON, {"comparator": "gt"}, set()),
    ("超过64万人", "640000", PERSON, {}, {"Observation-printed-words"}),
    ("不低于95%", "95", UNIT.PERCENT, {"comparator": "gt"}, set()),
    ("约4.5亿元", "450000000", YUAN, {"comparator": "le"}, {"Observation-printed-words"}),
    ("64万人", "640000", PERSON, {"comparator": "gt"}, set()),
    ("31.94%", "31.94", UNIT.PERCENT, {"low": "31.9", "high": "32"}, set()),
    ("31.94%", "31.94", UNIT.PERCENT, {"low": "3.1", "high": "319"}, {"Observation-printed-bounds"}),
    ("2021年和2022年各50家", "100", UNIT.NUM, {}, set()),
    ("7×24小时", "24", UNIT.HR, {}, set()),
    ("十余项", "10", UNIT.NUM, {"comparator": "gt", "high": "20"}, set()),
    # the quote
    ("345.1人", "345.1", PERSON, {"quote": "345.1万人"}, {"Observation-quote-multiplier"}),
    ("345.1万人", "3451000", PERSON, {"quote": "345.1亿人"}, {"Observation-quote-multiplier"}),
    ("345.1万人", "3451000", PERSON, {"quote": "345.1"}, set()),
    ("345.1万人", "3451000", PERSON, {"quote": "人口345.1 万常住"}, set()),
    ("120公里", "120", UNIT.KiloM, {"quote": "120千米"}, set()),
    ("12个百分点", "12", POINTS, {"quote": "提高12百分点"}, set()),
    ("5万人", "50000", PERSON, {"quote": "5人和5万人"}, set()),
    ("5万人", "50000", PERSON, {"quote": "15人"}, set()),
]


@pytest.mark.parametrize(("printed", "value", "unit", "more", "expected"), PRINTED)
def test_printed_form_against_value(
    printed: str, value: str, unit: URIRef, more: dict[str, str], expected: set[str]
) -> None:
    assert told([*INDICATOR, *observation("one", printed, value, unit, **more)]) == expected


# Name of the indicator, label of the observation, English label, printed form, value, statistic, whether it is found.
DIRECTIONS = [
    ("常住人口", "常住人口：0.9万人（较上年减少）", "", "0.9万人", "9000", "change", True),
    ("常住人口", "常住人口：0.9万人（较上年减少）", "", "0.9万人", "-9000", "change", False),
    ("常住人口", "常住人口：0.9万人（较上年增加）", "", "0.9万人", "-9000", "change", True),
    ("常住人口", "常住人口", "Resident population fell by 9,000", "0.9万人", "9000", "change", True),
    ("零售额", "零售额同比增长（2023年）", "Increase in retail sales", "1.4%", "-1.4", "growth-rate", False),
    ("零售额", "零售额同比增长1.4%", "", "1.4%", "-1.4", "growth-rate", True),
    ("能耗", "能耗", "", "下降2%", "2", "growth-rate", True),
    ("能耗", "能耗", "", "下降2%", "-2", "growth-rate", False),
    ("单位产值能耗降幅", "单位产值能耗降幅：2%（下降）", "", "2%", "2", "growth-rate", False),
    ("能耗下降率", "能耗下降率", "", "2%", "-2", "growth-rate", False),
    ("办理时限缩短幅度", "办理时限缩短幅度", "", "56%", "56", "growth-rate", False),
    ("外贸额", "外贸额：-2.1%（2021年增长）", "", "-2.1%", "-2.1", "growth-rate", False),
    ("外贸额", "外贸额：2.1%（2021年增长）", "", "2.1%", "-2.1", "growth-rate", True),
    ("外贸额", "外贸额", "", "负增长2.1%", "-2.1", "growth-rate", False),
    ("外贸额", "外贸额", "", "负增长2.1%", "2.1", "growth-rate", True),
    ("外贸额增速", "外贸额增速：0.8个百分点（低于全市）", "", "0.8个百分点", "-0.8", "change", False),
    ("外贸额增速", "外贸额增速：0.8个百分点（低于全市）", "", "0.8个百分点", "0.8", "change", True),
    ("外贸额增速", "外贸额增速：低于7.7%", "", "低于7.7%", "7.7", "growth-rate", False),
    ("外贸额", "外贸额：降幅收窄1个百分点", "", "1个百分点", "1", "change", False),
    ("外贸额", "外贸额：增速回落1个百分点", "", "1个百分点", "-1", "change", False),
    ("外贸额", "外贸额：由降转升，增长1%", "", "1%", "1", "growth-rate", False),
    ("燃煤增速", "燃煤增速：99.5%", "Growth of Coal Use: 99.5% (growth)", "99.5%", "-99.5", "growth-rate", False),
    ("减税额", "减税额：增长8%", "", "8%", "8", "growth-rate", False),
    ("常住人口", "常住人口：较上年减少", "", "344.2万人", "3442000", "level", False),
    ("常住人口", "常住人口：没有减少", "", "0.1万人", "1000", "change", False),
]


QUOTED = [
    ("下降1.4%", "1.4", True),
    ("下降1.4%", "-1.4", False),
    ("税收下降、外资1.4%", "1.4", False),
    ("增长1.4%", "-1.4", True),
]


@pytest.mark.parametrize(("quote", "value", "expected"), QUOTED)
def test_direction_in_the_quote(quote: str, value: str, expected: bool) -> None:
    rows = observation("one", "1.4%", value, UNIT.PERCENT, statistic="growth-rate", quote=quote)
    assert ("Observation-direction" in told([*INDICATOR, *rows])) == expected


@pytest.mark.parametrize(("indicator", "zh", "en", "printed", "value", "statistic", "expected"), DIRECTIONS)
def test_direction_against_value(
    indicator: str, zh: str, en: str, printed: str, value: str, statistic: str, expected: bool
) -> None:
    unit = UNIT.PERCENT if statistic == "growth-rate" else POINTS if "点" in printed else PERSON
    rows = [
        *named("indicator/it", PG.Indicator, indicator),
        *observation("one", printed, value, unit, zh=zh, en=en, statistic=statistic),
    ]
    assert ("Observation-direction" in told(rows)) == expected


# Values of one indicator in order, with unit and statistic; which of them are found.
SERIES: list[tuple[list[str], URIRef, str, set[int]]] = [
    (["3450000", "3442000", "344.2"], PERSON, "level", {2}),
    (["345", "344", "3442000"], PERSON, "count", {2}),
    (["3450000", "344"], PERSON, "level", {0, 1}),
    (["12900000000", "128"], YUAN, "level", {0, 1}),
    (["5", "5129"], UNIT.NUM, "count", set()),
    (["5", "120", "20000"], UNIT.NUM, "count", set()),
    (["0", "3442000"], PERSON, "level", set()),
    (["49.8", "51.2", "0.51"], UNIT.PERCENT, "share", {2}),
    (["0.5", "4.1"], UNIT.PERCENT, "share", set()),
    (["0.5", "0.4", "31"], UNIT.PERCENT, "rate", set()),
    (["0.01", "105"], UNIT.PERCENT, "growth-rate", set()),
    (["1", "12000"], RANK, "rank", set()),
    (["-120", "-1150000"], YUAN, "level", {0, 1}),
    (["-120", "1150000"], YUAN, "level", set()),
]


@pytest.mark.parametrize(("values", "unit", "statistic", "expected"), SERIES)
def test_a_value_against_those_before(values: list[str], unit: URIRef, statistic: str, expected: set[int]) -> None:
    rows = list(INDICATOR)
    for number, value in enumerate(values):
        rows += observation(f"in-{number}", "", value, unit, statistic=statistic, end=f"202{number}-12-31")
    found = {n for n in range(len(values)) if "Observation-history" in told(rows, f"in-{n}")}
    assert found == expected


def test_another_area_is_no_history() -> None:
    rows = [*INDICATOR, *observation("a", "", "34", PERSON, area="place/a")]
    assert told([*rows, *observation("b", "", "340000", PERSON, area="place/b")]) == set()


UNITS: list[tuple[list[tuple[URIRef, str]], set[int]]] = [
    ([(UNIT.HA, "level"), (UNIT.HA, "level"), (UNIT.KiloM, "level")], {2}),
    ([(UNIT.HA, "level"), (UNIT.KiloM, "level")], {0, 1}),
    ([(UNIT.HA, "level"), (UNIT.KiloM2, "level")], set()),
    ([(YUAN, "level"), (PGC["unit-usd"], "level")], set()),
    ([(YUAN, "level"), (PERSON, "count")], {0, 1}),
    ([(UNIT.MO, "level"), (UNIT.YR, "level")], set()),
    ([(UNIT.PERCENT, "share"), (PERSON, "count")], set()),
    ([(UNIT.PERCENT, "rate"), (UNIT.UNITLESS, "rate")], set()),
    ([(RANK, "rank"), (PERSON, "count")], set()),
    ([(UNIT.HA, "level"), (UNIT.NotAUnit, "level")], set()),
    ([(PGC["unit-enterprise"], "count"), (UNIT.NUM, "count")], set()),
]


@pytest.mark.parametrize(("units", "expected"), UNITS)
def test_a_unit_against_those_of_the_indicator(units: list[tuple[URIRef, str]], expected: set[int]) -> None:
    rows = list(INDICATOR)
    for number, (unit, statistic) in enumerate(units):
        rows += observation(f"in-{number}", "", "7", unit, statistic=statistic)
    found = {n for n in range(len(units)) if "Observation-unit-dimension" in told(rows, f"in-{n}")}
    assert found == expected


# Status, direction, target's value and comparator, actual values with their days; whether it is found.
JUDGEMENTS: list[tuple[str, str, tuple[str, str], list[tuple[str, str]], bool]] = [
    ("achieved-early", "higher", ("60", "eq"), [("40", "2022-12-31")], True),
    ("achieved-early", "higher", ("60", "eq"), [("60", "2022-12-31")], False),
    ("achieved-early", "higher", ("60", "eq"), [("40", "2021-12-31"), ("61", "2022-12-31")], False),
    ("achieved-early", "higher", ("60", "eq"), [("61", "2021-12-31"), ("59", "2022-12-31")], True),
    ("achieved-early", "higher", ("60", "eq"), [("40", "2022-12-31"), ("61", "2024-12-31")], True),
    ("achieved-early", "lower", ("60", "eq"), [("40", "2022-12-31")], False),
    ("achieved-early", "lower", ("60", "le"), [("61", "")], True),
    ("achieved-early", "range", ("60", "eq"), [("40", "2022-12-31")], False),
    ("achieved-early", "", ("60", "eq"), [("40", "2022-12-31")], False),
    ("achieved-early", "", ("60", "ge"), [("40", "2022-12-31")], True),
    ("achieved-early", "higher", ("60", "eq"), [], False),
    ("achieved-early", "higher", ("60", "eq"), [("40", ""), ("61", "2022-12-31")], False),
    ("achieved-early", "higher", ("60", "eq"), [("40", ""), ("41", "2022-12-31")], True),
    ("behind", "higher", ("60", "eq"), [("61", "2022-12-31")], True),
    ("behind", "higher", ("60", "eq"), [("59", "2022-12-31")], False),
    ("behind", "lower", ("60", "eq"), [("59", "2022-12-31")], True),
    ("on-track", "higher", ("60", "eq"), [("40", "2022-12-31")], False),
    ("unknown", "higher", ("60", "eq"), [("40", "2022-12-31")], False),
]


@pytest.mark.parametrize(("status", "direction", "target", "actuals", "expected"), JUDGEMENTS)
def test_a_judgement_against_the_figures(
    status: str, direction: str, target: tuple[str, str], actuals: list[tuple[str, str]], expected: bool
) -> None:
    rows = [
        *INDICATOR,
        *((it("indicator/it"), PG.direction, PGC[f"direction-{direction}"]) for _ in range(bool(direction))),
    ]
    rows += observation("target", "", target[0], UNIT.PERCENT, type="target", comparator=target[1], due="2025-12-31")
    for number, (value, end) in enumerate(actuals):
        rows += observation(f"in-{number}", "", value, UNIT.PERCENT, **({"end": end} if end else {}))
    facts = {PG.about: it("indicator/it"), PG.status: PGC[f"progress-{status}"]}
    rows += named("assessment/it", PG.Assessment, "结论", "", *facts.items())
    rows.append((it("assessment/it"), PG.asOf, Literal("2023-06-30", datatype=XSD.date)))
    assert ("Assessment-figures" in told(rows)) == expected


# States of a project in order of their days; which of them goes backwards.
STAGES: list[tuple[list[tuple[str, str]], set[int]]] = [
    ([("planned", "2021"), ("approved", "2022"), ("completed", "2023")], set()),
    ([("completed", "2022"), ("planned", "2023")], {1}),
    ([("completed", "2022"), ("under-construction", "2023")], {1}),
    ([("completed", "2022"), ("in-operation", "2023"), ("completed", "2024")], set()),
    ([("structure-complete", "2022"), ("under-construction", "2023"), ("started", "2024")], set()),
    ([("under-construction", "2022"), ("approved", "2023")], {1}),
    ([("completed", "2022"), ("unknown", "2023")], set()),
    ([("under-construction", "2022"), ("cancelled", "2023"), ("started", "2024")], set()),
    ([("completed", "2022"), ("planned", "2022")], set()),
]


@pytest.mark.parametrize(("stages", "expected"), STAGES)
def test_states_over_time(stages: list[tuple[str, str]], expected: set[int]) -> None:
    rows: Rows = []
    for number, (status, year) in enumerate(stages):
        facts = {PG.about: it("project/it"), PG.status: PGC[f"status-{status}"]}
        rows += named(f"status-report/in-{number}", PG.StatusReport, "进展", "", *facts.items())
        rows.append((it(f"status-report/in-{number}"), PG.asOf, Literal(f"{year}-06-30", datatype=XSD.date)))
    found = {n for n in range(len(stages)) if "StatusReport-backwards" in told(rows, f"in-{n}")}
    assert found == expected


# Two names of one class, whether they are close.
NAMES: list[tuple[URIRef, str, str, bool]] = [
    (PG.Project, "星湖湿地公园", "“星湖”湿地公园", True),
    (PG.Project, "星湖湿地公园", "星湖湿地公园建设项目", True),
    (PG.Project, "星湖湿地公园", "星湖湿地公园改造", False),
    (PG.Project, "星湖湿地公园（一期）", "星湖湿地公园一期", True),
    (PG.Project, "星湖湿地公园一期", "星湖湿地公园二期", False),
    (PG.Project, "星河第一中学", "星河第二中学", False),
    (PG.Project, "东星湖公园", "西星湖公园", False),
    (PG.Project, "17号公路", "18号公路", False),
    (PG.Project, "星河云计算数据中心", "星河云计筹数据中心", True),
    (PG.Project, "星河文化体育中心", "星河文化体院中心", True),
    (PG.Project, "星河文化东中心", "星河文化西中心", False),
    (PG.Project, "星河国际总部园区", "星河国际总部圆区", True),
    (PG.Project, "星河儿童医疗中心", "星河儿童疗医中心", True),
    (PG.Project, "星河儿童健康服务站", "星河儿童健康的服务站", True),
    (PG.Project, "社区养老服务站", "社区养老服务总站", False),
    (PG.Project, "松露小学新校区建设", "槐露小学新校区建设", False),
    (PG.Project, "竹槐湿地公园", "槐竹湿地公园", False),
    (PG.Project, "湖园", "湖苑", False),
    (PG.Place, "星湖公园", "星湖公园路", False),
    (PG.Place, "星湖 公园", "星湖公园", True),
    (PG.Task, "示范街区创建", "市级示范街区创建", False),
    (PG.Indicator, "年均增速水平指标", "年度增速水平指标", False),
    (ORG.Organization, "星河区图书馆", "星河区  图书馆", True),
    (PG.Observation, "星湖湿地公园", "“星湖”湿地公园", False),
    (PG.Project, "SOHO 星光广场", "ＳＯＨＯ星光广场", True),
    (PG.Project, "星河区" * 30, "星河区" * 30 + "。", False),
]


@pytest.mark.parametrize(("of_class", "one", "other", "expected"), NAMES)
def test_close_names(of_class: URIRef, one: str, other: str, expected: bool) -> None:
    plan = (PG.inPlan, it("plan/it"))
    rows = [*named("x/one", of_class, one, "", plan), *named("x/other", of_class, other, "", plan)]
    assert ("Label-similar" in told(rows, "one")) == expected
    assert ("Label-similar" in told(rows, "other")) == expected


def test_names_of_other_plans_and_other_classes_are_not_compared() -> None:
    one = named("x/one", PG.Project, "星湖湿地公园", "", (PG.inPlan, it("plan/a")))
    assert told([*one, *named("x/other", PG.Project, "“星湖”湿地公园", "", (PG.inPlan, it("plan/b")))]) == set()
    assert told([*one, *named("x/other", PG.Programme, "“星湖”湿地公园", "", (PG.inPlan, it("plan/a")))]) == set()


def test_another_name_counts_and_the_candidates_are_named() -> None:
    plan = (PG.inPlan, it("plan/it"))
    rows = named("x/one", PG.Project, "星湖湿地公园", "", plan, (SKOS.altLabel, Literal("星湖园区", lang="zh")))
    rows += named("x/other", PG.Project, "“星湖园区”", "", plan)
    found = [f for _, f in proofread(View.of_triples(rows)) if str(f.focus).endswith("other")]
    assert [f.values["candidates_en"] for f in found] == [str(it("x/one"))]


TEXTS = [
    ("湖滨公園", True),
    ("頤和園", True),
    ("强國富民", True),
    ("湖滨公园", False),
    ("毕昇路", False),
    ("喆昇堃广场", False),
    ("乾隆花园", False),
    ("瞭望塔", False),
    ("镕基楼", False),
    ("CBD 核心区", False),
    ("马可·波罗驿站——“一带一路”", False),
    ("𠮷野家", False),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_traditional_characters(text: str, expected: bool) -> None:
    rows = named("x/one", PG.Project, text)
    assert ("Label-traditional" in told(rows)) == expected
    assert "Label-traditional" not in told([(it("x/one"), SKOS.altLabel, Literal(text, lang="zh"))])


GARBAGE: tuple[URIRef | Literal, ...] = (
    Literal("NaN", datatype=XSD.decimal),
    Literal("INF", datatype=XSD.double),
    Literal("1" + "0" * 400, datatype=XSD.decimal),
    Literal("1e99999999", datatype=XSD.decimal, normalize=False),
    Literal("0.0", datatype=XSD.decimal),
    Literal("-0", datatype=XSD.decimal),
    Literal("万" * 100_000),
    Literal("1" * 100_000),
    Literal("9" * 60 + "万亿元"),
    Literal("万亿" * 20),
    Literal("", lang="zh"),
    Literal("\u0000\u202e\ufffd", lang="zh"),
    Literal("公園" * 50_000, lang="zh"),
    Literal("abc", datatype=XSD.date),
    URIRef("https://w3id.org/plangraph/code/"),
    URIRef("urn:x"),
)
PROPERTIES: tuple[URIRef, ...] = (
    PG.value,
    PG.valueLow,
    PG.unit,
    PG.asPrinted,
    PG.statistic,
    PG.ofIndicator,
    PG.comparator,
    PG.inPlan,
    PG.about,
    PG.status,
    PG.periodEnd,
    PG.dueBy,
    PG.basis,
    PG.evidence,
    PG.direction,
    SKOS.prefLabel,
    SKOS.altLabel,
    RDF.type,
)


@pytest.mark.parametrize("junk", GARBAGE, ids=lambda t: str(t)[:12])
def test_garbage_stops_nothing(junk: URIRef | Literal) -> None:
    rows: Rows = []
    for number, wrong in enumerate(PROPERTIES):
        for path, of_class in (
            ("observation/x", PG.Observation),
            ("assessment/x", PG.Assessment),
            ("project/x", PG.Project),
        ):
            sound = observation(f"{path[-1]}-{number}", "344.2万人", "3442000", PERSON)
            rows += [*sound, (it(f"{path}{number}"), RDF.type, of_class)]
            rows += [(it(f"{path}{number}"), p, o) for _, p, o in sound if p not in (wrong, RDF.type)]
            rows.append((it(f"{path}{number}"), wrong, junk))
    start = time.monotonic()
    view = View.of_triples(rows)
    list(proofread(view))
    affected(view, rows)
    assert time.monotonic() - start < 20


def test_time_grows_with_the_number_of_names() -> None:
    """Thousands of names that differ in a number or a character: not the square of them."""
    plan = (PG.inPlan, it("plan/it"))
    rows = [t for n in range(4000) for t in named(f"x/{n}", PG.Project, f"星河区第{n}号老旧小区综合整治", "", plan)]
    view = View.of_triples(rows)
    start = time.monotonic()
    assert list(proofread(view)) == []
    assert time.monotonic() - start < 10


def test_values_fill_every_placeholder_of_the_messages() -> None:
    examples = [
        shipped("ontology", "examples", *path.split("/"))
        for path in (
            "valid/doubtful.ttl",
            "invalid/proofread.ttl",
            "invalid/plan-counts.ttl",
            "invalid/undefined-names.ttl",
        )
    ]
    seen = set()
    for source in read_sources(examples):
        for shape, found in proofread(View.of_triples((s, p, o) for s, p, o, _ in source.quads)):
            seen.add(shape)
            for text in shipped_shapes().sayings[str(shape)].messages.values():
                assert set(re.findall(r"\{\?(\w+)\}", text)) <= set(found.values), shape
    assert seen == {rule.shape for rule in RULES}
