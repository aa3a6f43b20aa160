"""Right new figures, usual and unusual: none may be refused."""

# ruff: noqa: E501 - a table, one row a case

from __future__ import annotations

from forms import CHAOYANG, GOVERNMENT, IN_PLAN, Addition, figure, indicator, thing

PERCENT, YUAN, PERSON, ITEM = "unit:PERCENT", "pgc:unit-yuan", "pgc:unit-person", "pgc:unit-item"
POINT, RANK = "pgc:unit-percentage-point", "pgc:unit-rank"
Y2024 = 'pg:periodStart "2024-01-01"^^xsd:date ; pg:periodEnd "2024-12-31"^^xsd:date'


def row(name: str, what: str, turtle: str, *may: str) -> Addition:
    return Addition(name, what, turtle, frozenset(may))


def of_new(name: str, zh: str, en: str, printed: str, unit: str, statistic: str, **more: object) -> str:
    """A figure of a new indicator of its own."""
    return indicator(name, zh, en) + figure(f"{name}-2023", name, printed, unit, statistic, **more)  # type: ignore[arg-type]


# fmt: off
FIGURES = [
    # --- the next years
    row("new-year", "PM2.5 of 2023", figure("pm25-2023", "pm25-concentration", "30微克/立方米", "unit:MicroGM-PER-M3", "level")),
    row("two-new-years", "population of 2023 and 2024", figure("population-2023", "resident-population", "343.1万人", PERSON, "count", time='pg:periodEnd "2023-12-31"^^xsd:date') + figure("population-2024", "resident-population", "342.6万人", PERSON, "count", time='pg:periodEnd "2024-12-31"^^xsd:date')),
    row("year-to-one-place-less", "a rounder figure than before", figure("water-2023", "water-intensity-reduction", "4.7%", PERCENT, "growth-rate")),
    row("half-year", "a half-year growth", figure("gdp-half", "gdp-growth", "5.1%", PERCENT, "growth-rate", time='pg:periodStart "2024-01-01"^^xsd:date ; pg:periodEnd "2024-06-30"^^xsd:date')),
    row("one-day", "a figure of a single day", of_new("visitors-of-a-day", "单日客流", "Visitors on One Day", "12.3万人次", PERSON, "count", time='pg:periodStart "2023-10-01"^^xsd:date ; pg:periodEnd "2023-10-01"^^xsd:date')),
    row("leap-day", "a figure as of 29 February", of_new("stock-on-a-leap-day", "闰日存量", "Stock on a Leap Day", "36个", ITEM, "count", time='pg:periodEnd "2024-02-29"^^xsd:date')),
    row("last-day-of-the-plan", "an actual on the plan's last day", figure("sewage-2025", "sewage-treatment-rate", "99.9%", PERCENT, "rate", time='pg:periodEnd "2025-12-31"^^xsd:date'), "Observation-actual-future"),
    row("before-the-plan", "a baseline of 2015", figure("pm25-2015", "pm25-concentration", "83微克/立方米", "unit:MicroGM-PER-M3", "level", kind="baseline", time='pg:periodEnd "2015-12-31"^^xsd:date')),
    row("no-period", "a figure of which the source gives no period", figure("forest-no-period", "general-practitioners-per-10k", "4.5人", "pgc:unit-doctor-per-10k-persons", "rate", time=""), "Observation-contradiction"),
    # --- nought, falls, all, and more than all
    row("nought", "a count of 0", of_new("deaths-in-floods", "洪涝死亡人数", "Deaths in Floods", "0人", PERSON, "count")),
    row("nought-in-words", "零 as printed", of_new("black-smelly-rivers", "黑臭水体数量", "Black and Smelly Waters", "0条", "pgc:unit-river", "count", quote="减为0条")),
    row("nought-percent", "a rate of 0%", of_new("zero-waste-to-landfill", "原生垃圾填埋率", "Raw Waste to Landfill", "0%", PERCENT, "rate", bounds=("0.0", "0.5"), value="0.0")),
    row("minus-printed", "a growth of -0.3%, with the sign printed", figure("income-minus", "disposable-income-growth", "-0.3%", PERCENT, "growth-rate")),
    row("fall-in-words", "下降1.4%: the value is negative", figure("trade-fall", "foreign-investment", "1.4%", PERCENT, "growth-rate", quote="下降1.4%", sign=-1)),
    row("fall-of-points", "a fall by 0.2 percentage points", figure("sewage-fall", "sewage-treatment-rate", "0.2个百分点", POINT, "change", quote="下降0.2个百分点", sign=-1, more='pg:basis "较上年"')),
    row("no-change", "a change of 0", figure("forest-change", "forest-cover-rate", "0个百分点", POINT, "change", value="0.0", bounds=("0.0", "0.0"), more='pg:basis "与上年持平"')),
    row("all", "100%", figure("sewage-all", "sewage-treatment-rate", "100%", PERCENT, "rate", value="100.0", bounds=("99.5", "100.0"), time=Y2024)),
    row("all-by-the-rule", "100%, with the interval of any other figure", figure("park-all", "park-500m-coverage", "100%", PERCENT, "rate"), "Observation-rate-range"),
    row("share-of-all", "a share of 100%", figure("trade-all", "trade-share", "100%", PERCENT, "share", value="100.0", bounds=("99.5", "100.0"))),
    row("share-of-nothing", "a share of 0%", figure("trade-none", "trade-share", "0%", PERCENT, "share", value="0.0", bounds=("0.0", "0.5"), time=Y2024)),
    row("more-than-planned", "130% of the year's task", of_new("task-fulfilment", "年度任务完成率", "Share of the Year's Task Done", "130%", PERCENT, "rate"), "Observation-rate-range"),
    row("twelvefold", "a growth of 1,200%", of_new("charging-posts-growth", "充电桩增速", "Growth of Charging Posts", "1200%", PERCENT, "growth-rate"), "Observation-growth-extreme"),
    row("fall-of-nearly-all", "a fall by 99.5%", of_new("coal-use-growth", "燃煤用量增速", "Growth of Coal Use", "99.5%", PERCENT, "growth-rate", quote="减少99.5%", sign=-1), "Observation-direction"),
    # --- comparators
    row("over", "超过500家", figure("stores-over", "tax-refund-stores", "超过500家", "pgc:unit-store", "count")),
    row("and-more", "3万余张", figure("beds-more", "elderly-care-beds", "3万余张", "pgc:unit-bed", "count")),
    row("nearly", "近400家", figure("stores-nearly", "physical-bookstores", "近400家", "pgc:unit-store", "count")),
    row("about", "约1200个", figure("circles-about", "convenience-circles", "约1200个", ITEM, "count")),
    row("at-most", "4.2%以内", figure("jobless-at-most", "urban-unemployment-rate", "4.2%以内", PERCENT, "rate")),
    row("at-least", "85%以上", of_new("recycling-rate", "再生资源回收率", "Recycling Rate", "85%以上", PERCENT, "rate")),
    row("some-ten", "十余个", of_new("new-pocket-parks", "新增口袋公园", "New Pocket Parks", "十余个", ITEM, "count")),
    row("range", "a target between 5% and 6%", figure("gdp-range", "gdp-growth", "5%-6%", PERCENT, "growth-rate", kind="target", time='pg:dueBy "2025-12-31"^^xsd:date')),
    row("more-than-half", "半数以上", of_new("green-commuting", "绿色出行比例", "Green Commuting", "半数以上", PERCENT, "share")),
    # --- sizes and forms
    row("trillions", "1.2万亿元", of_new("assets-under-management", "资产管理规模", "Assets under Management", "1.2万亿元", YUAN, "level")),
    row("huge", "more than any other figure: 9999万亿元", of_new("payments-cleared", "清算金额", "Payments Cleared", "9999万亿元", YUAN, "level")),
    row("tiny", "0.0001亿元", of_new("smallest-grant", "最小一笔资助", "Smallest Grant", "0.0001亿元", YUAN, "level")),
    row("thousands-separated", "1,234.5亿元", of_new("retail-sales", "社会消费品零售额", "Retail Sales", "1,234.5亿元", YUAN, "level")),
    row("many-decimals", "283.5123件", figure("patents-fine", "invention-patents-per-10k", "283.5123件", "pgc:unit-patent-per-10k-persons", "rate")),
    row("in-words", "两年半", of_new("average-building-time", "平均建设周期", "Average Time to Build", "两年半", "unit:YR", "level")),
    row("first", "全市第一", figure("cbd-first", "cbd-attractiveness-index", "全市第一", RANK, "rank")),
    row("hundredth", "全球第一百位", figure("cbd-hundredth", "cbd-attractiveness-index", "第100位", RANK, "rank", quote="全球第100位", time=Y2024)),
    row("small-count-of-ten-thousands", "0.5万个, a whole number of things", of_new("parking-for-bikes", "非机动车泊位", "Bicycle Parking", "0.5万个", ITEM, "count")),
    # --- targets and forecasts
    row("target-of-the-next-plan", "a target due 2030", figure("pm25-2030", "pm25-concentration", "25微克/立方米", "unit:MicroGM-PER-M3", "level", kind="target", time='pg:dueBy "2030-12-31"^^xsd:date')),
    row("target-of-2035", "a long-range forecast", figure("population-2035", "resident-population", "340万人", PERSON, "count", kind="forecast", time='pg:dueBy "2035-12-31"^^xsd:date')),
    row("target-due-on-the-first-day", "due on the plan's first day", figure("beds-due", "elderly-care-beds", "2.1万张", "pgc:unit-bed", "count", kind="target", time='pg:dueBy "2021-01-01"^^xsd:date')),
    row("target-without-time", "a target of which the source gives no time", figure("forest-target", "forest-cover-rate", "32.5%", PERCENT, "rate", kind="target", time=""), "Observation-target-time", "Assessment-figures"),
    row("lower-target", "a target revised downwards", figure("road-target", "rural-road-density", "2.0千米/平方千米", "pgc:unit-km-per-km2", "rate", kind="target", time='pg:dueBy "2025-12-31"^^xsd:date'), "Observation-contradiction"),
    row("indicator-alone", "an indicator without a figure yet", indicator("heat-pump-area", "热泵供暖面积", "Area Heated by Heat Pumps"), "Indicator-observation-advised"),
    # --- other sources, areas, evidence
    row("revised", "a revised figure of 2022 from another source", figure("share-revised", "population-share-of-city", "15.8%", PERCENT, "share", time='pg:periodEnd "2022-12-31"^^xsd:date'), "Observation-contradiction"),
    row(
        "of-a-township",
        "the same indicator in a smaller area",
        thing("Place", "place/test-township", "试验乡", "Test Township", f"pg:placeType pgc:place-type-township ; pg:within {CHAOYANG}")
        + figure("township-population", "resident-population", "4.2万人", PERSON, "count", time='pg:periodEnd "2022-12-31"^^xsd:date').replace(f"pg:refArea {CHAOYANG}", "pg:refArea <https://w3id.org/plangraph/id/place/test-township>"),
        "Observation-history",
    ),
    row("no-area", "a figure of no certain area", figure("no-area", "leading-talent", "2600名", PERSON, "count").replace(f"pg:refArea {CHAOYANG}", ""), "Observation-area-advised"),
    row("quote-of-forty", "a quote of 40 characters", of_new("fibre-homes", "光纤到户数", "Homes with Fibre", "86.5万户", "pgc:unit-household", "count", quote="光" * 34 + "86.5万户")),
    row("quote-at-the-start", "evidence at offset 0", of_new("first-figure", "首个数字", "The First Figure", "7项", "pgc:unit-project", "count", start=0)),
    row("unit-unknown-here", "a QUDT unit that the code lists don't name", of_new("power-use", "用电量", "Power Used", "3.1亿千瓦时", "unit:KiloW-HR", "level"), "Observation-unit-named"),
    row(
        "computed",
        "a figure that editors computed",
        f"""<observation/computed> a pg:Observation ; skos:prefLabel "推算数值"@zh, "Computed Figure"@en ; {IN_PLAN} ;
        pg:assertion pgc:assertion-inferred ; pg:rationale "由两年数据相减。"@zh, "The difference of two years."@en ; prov:wasAttributedTo {GOVERNMENT} ;
        pg:ofIndicator <indicator/resident-population> ; pg:valueType pgc:value-type-actual ; pg:statistic pgc:statistic-change ; pg:unit pgc:unit-person ;
        pg:value -11000.0 ; pg:valueLow -12000.0 ; pg:valueHigh -10000.0 ; pg:comparator pgc:comparator-eq ; pg:basis "较上年末" ;
        pg:refArea {CHAOYANG} ; pg:periodEnd "2023-12-31"^^xsd:date ; dcterms:source <document/yearbook> .""",
    ),
    row(
        "two-of-one-span",
        "two figures from one span",
        f"""{figure("span-one", "elderly-dining-tables", "181个", "pgc:unit-place", "count")}
        {indicator("dining-tables-again", "助餐点个数", "Dining Places Counted")}"""
        + figure("span-two", "dining-tables-again", "181个", "pgc:unit-place", "count", start=7_654_321),
        "Label-similar",
    ),
    row(
        "growth-and-level",
        "level, growth and change of one indicator",
        figure("contract-2023", "technology-contract-value", "1500亿元", YUAN, "level") + figure("contract-growth", "technology-contract-value", "10.5%", PERCENT, "growth-rate") + figure("contract-change", "technology-contract-value", "142.6亿元", YUAN, "change", more='pg:basis "较上年"'),
    ),
    row("source-called", "stated once more by the report's own summary", figure("said-again", "pm25-concentration", "31微克/立方米", "unit:MicroGM-PER-M3", "level", time='pg:periodStart "2022-01-01"^^xsd:date ; pg:periodEnd "2022-12-31"^^xsd:date'), "Observation-duplicate"),
    row("stated-without-quote-of-unit", "the quote has the figure, the table's head the unit", of_new("libraries", "图书馆数", "Libraries", "42个", ITEM, "count", quote="42")),
]
