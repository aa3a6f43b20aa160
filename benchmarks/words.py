"""Invented names for the synthetic districts, Chinese and English. Nothing here stands for a real place or plan."""

from __future__ import annotations

from typing import Final, NamedTuple

SYLLABLES: Final = [
    (pair[0], pair[2:])
    for line in (
        "云/Yun 澜/Lan 清/Qing 榆/Yu 松/Song 禾/He 溪/Xi 岚/Lanxi 桐/Tong 柏/Bai 霁/Ji 晴/Qingwan 沐/Mu 泽/Ze",
        "渡/Du 桥/Qiao 湾/Wan 洲/Zhou 陵/Ling 亭/Ting 竹/Zhu 菱/Lingyu 荷/Hehua 枫/Feng 鹭/Lu 鹤/Heming 雁/Yan",
        "星/Xing 月/Yue 露/Luyun 砚/Yanxi 墨/Mo 琴/Qin 棠/Tang 杏/Xingyuan 橘/Ju 梧/Wu 槐/Huai 芦/Luwei 蓼/Liao",
    )
    for pair in line.split()
]
"""Pairs of a character and its Latin form, of which place names are put together."""


class Definition(NamedTuple):
    """A shared indicator: how it is called, what it is measured in, and the range that its values come from."""

    slug: str
    zh: str
    en: str
    unit: str
    printed: str
    statistic: str
    low: float
    high: float
    digits: int


PERCENT: Final = "http://qudt.org/vocab/unit/PERCENT"
CODE: Final = "https://w3id.org/plangraph/code/"

INDICATORS: Final = [
    Definition("wetland-share", "湿地保护率", "Wetland Protection Rate", PERCENT, "%", "share", 30, 90, 1),
    Definition("green-share", "绿化覆盖率", "Green Cover Rate", PERCENT, "%", "share", 20, 60, 1),
    Definition("reuse-rate", "再生水利用率", "Reclaimed Water Use Rate", PERCENT, "%", "share", 10, 80, 1),
    Definition("sorted-waste", "垃圾分类覆盖率", "Waste Sorting Coverage", PERCENT, "%", "share", 40, 100, 1),
    Definition("clean-energy", "清洁能源占比", "Share of Clean Energy", PERCENT, "%", "share", 5, 70, 2),
    Definition("transit-share", "绿色出行比例", "Share of Green Travel", PERCENT, "%", "share", 30, 85, 1),
    Definition("nursery-coverage", "托育服务覆盖率", "Nursery Service Coverage", PERCENT, "%", "share", 20, 95, 1),
    Definition("insured-share", "养老保险参保率", "Pension Insurance Coverage", PERCENT, "%", "share", 80, 100, 2),
    Definition("service-share", "服务业占比", "Share of Services", PERCENT, "%", "share", 30, 90, 1),
    Definition("research-share", "研发投入强度", "Research Intensity", PERCENT, "%", "share", 0, 9, 2),
    Definition("output-growth", "产值增速", "Growth of Output", PERCENT, "%", "growth-rate", 1, 14, 1),
    Definition("income-growth", "居民收入增速", "Growth of Residents' Income", PERCENT, "%", "growth-rate", 1, 12, 1),
    Definition("trade-growth", "外贸增速", "Growth of Trade", PERCENT, "%", "growth-rate", 0, 20, 1),
    Definition("parks", "公园数", "Parks", CODE + "unit-place", "处", "count", 5, 120, 0),
    Definition("schools", "中小学数", "Schools", CODE + "unit-school", "所", "count", 10, 200, 0),
    Definition("care-beds", "养老床位数", "Care Beds", CODE + "unit-bed", "张", "count", 300, 9000, 0),
    Definition("base-stations", "通信基站数", "Base Stations", CODE + "unit-base-station", "个", "count", 200, 7000, 0),
    Definition("bus-routes", "公交线路数", "Bus Routes", CODE + "unit-road", "条", "count", 10, 150, 0),
    Definition(
        "parking-spaces",
        "新增停车位数",
        "Parking Spaces Added",
        CODE + "unit-parking-space",
        "个",
        "count",
        100,
        9000,
        0,
    ),
    Definition("new-jobs", "新增就业人数", "New Jobs", CODE + "unit-person", "人", "count", 1000, 60000, 0),
    Definition("start-ups", "新设企业数", "New Enterprises", CODE + "unit-enterprise", "家", "count", 100, 9000, 0),
    Definition(
        "renewed-compounds",
        "老旧小区改造数",
        "Compounds Renewed",
        CODE + "unit-residential-compound",
        "个",
        "count",
        2,
        90,
        0,
    ),
    Definition("residents", "常住人口", "Residents", CODE + "unit-person", "人", "count", 80000, 2000000, 0),
    Definition("culture-venues", "文化场馆数", "Cultural Venues", CODE + "unit-institution", "家", "count", 2, 80, 0),
]

DOMAINS: Final = [
    ("ecology", "生态环境", "Ecology"),
    ("economy", "经济发展", "Economy"),
    ("culture", "文化建设", "Culture"),
    ("livelihood", "民生保障", "Livelihood"),
    ("transport", "交通设施", "Transport"),
    ("governance", "城区治理", "Governance"),
    ("opening", "交流合作", "Exchange"),
]

ASPECTS: Final = [
    ("network", "网络完善", "Network"),
    ("quality", "质量提升", "Quality"),
    ("renewal", "更新改造", "Renewal"),
    ("services", "服务延伸", "Services"),
]

BUREAUS: Final = [
    ("parks", "园林局", "Parks Bureau"),
    ("water", "水务局", "Water Bureau"),
    ("transport", "交通局", "Transport Bureau"),
    ("education", "教育局", "Education Bureau"),
    ("health", "卫生局", "Health Bureau"),
    ("commerce", "商务局", "Commerce Bureau"),
    ("planning", "规划局", "Planning Bureau"),
    ("culture", "文旅局", "Culture Bureau"),
]

WORKS: Final = [
    ("湿地公园", "Wetland Park", "park"),
    ("口袋公园", "Pocket Park", "park"),
    ("滨河步道", "Riverside Walk", "river"),
    ("小学新校区", "Primary School Campus", "facility"),
    ("社区医院", "Community Hospital", "facility"),
    ("养老驿站", "Care Station", "facility"),
    ("文化中心", "Cultural Center", "building"),
    ("体育馆", "Sports Hall", "building"),
    ("产业园", "Industrial Park", "functional-area"),
    ("智慧园区", "Smart Campus", "functional-area"),
    ("公交枢纽", "Bus Hub", "station"),
    ("再生水厂", "Reclaimed Water Plant", "facility"),
    ("道路改造", "Road Renewal", "road"),
    ("菜市场", "Food Market", "commercial-area"),
    ("图书馆分馆", "Branch Library", "building"),
]

SCHEMES: Final = [
    ("植树行动", "Tree-Planting Campaign", "action"),
    ("净水计划", "Clean Water Plan", "plan"),
    ("一刻钟生活圈", "Fifteen-Minute Neighbourhood", "scheme"),
    ("联席会议机制", "Joint Meeting Mechanism", "mechanism"),
    ("数据平台", "Data Platform", "platform"),
    ("书香品牌", "Reading Brand", "brand"),
]

PROVINCES: Final = 10
CITIES: Final = 6
