"""An invented report, its sentences made up for these tests, and a graph that rests on it."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.namespaces import GRAPHS, ID, OA, PG, UNIT
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore

TEXT = """林河县年度评估报告
一、总体情况
2022年底，全县常住人口为12.5万人，较上年增长1.2%。“三河工程”建成2座水厂，新增就业岗位3000个。
全县有<b>5</b>个市场，其中4个在城关镇。
二、主要任务
(一)落实“十四五”规划
新建18号公路和7所学校，用水达标率居全省第一，前两年累计投资6.4亿元，另有1例待核实。
"""
BASE = str(ID) + "linhe-2025/"
SOURCE = BASE + "document/report"
GRAPH = GRAPHS["linhe-2025/report"]

# Words of the text, what rests on them: path, class, label in Chinese and English.
_THINGS: tuple[tuple[str, str, str, str, str], ...] = (
    ("2022年底", "observation/population", "Observation", "常住人口：12.5万人", "Population: 125,000"),
    ("12.5万人", "observation/population", "Observation", "", ""),
    ("1.2%", "observation/growth", "Observation", "人口增速：1.2%", "Population growth: 1.2%"),
    ("三河工程”建成2座水厂", "project/three-rivers", "Project", "三河工程", "Three Rivers Works"),
    ("2座", "observation/waterworks", "Observation", "水厂：2座", "Waterworks: 2"),
    ("3000个", "observation/jobs", "Observation", "新增岗位：3000个", "New jobs: 3,000"),
    ("5</b>个", "observation/markets", "Observation", "市场：5个", "Markets: 5"),
    ("4个", "observation/town-markets", "Observation", "城关镇市场：4个", "Markets in town: 4"),
    ("18号公路", "project/road-18", "Project", "18号公路", "Road 18"),
    ("7所", "observation/schools", "Observation", "学校：7所", "Schools: 7"),
    ("用水达标率居全省第一", "recognition/water", "Recognition", "用水达标率全省第一", "First in the province"),
    ("前两年", "observation/investment", "Observation", "投资：6.4亿元", "Investment: CNY 640 million"),
    ("6.4亿元", "observation/investment", "Observation", "", ""),
    ("1例", "omission/open-case", "Omission", "待核实的1例", "One open case"),
)
_VALUES = {
    "observation/population": ("125000", "https://w3id.org/plangraph/code/unit-person"),
    "observation/growth": ("1.2", str(UNIT.PERCENT)),
    "observation/waterworks": ("2", str(UNIT.NUM)),
    "observation/jobs": ("3000", str(UNIT.NUM)),
    "observation/markets": ("5", str(UNIT.NUM)),
    "observation/town-markets": ("4", str(UNIT.NUM)),
    "observation/schools": ("7", str(UNIT.NUM)),
    "observation/investment": ("640000000", "https://w3id.org/plangraph/code/unit-yuan"),
}


def linhe_store(**values: str) -> EmbeddedStore:
    """The graph on ``TEXT``; ``values`` replace those of observations, by the last part of their IRI."""
    quads: list[Quad] = []

    def say(path: str, predicate: URIRef, *terms: Term) -> None:
        quads.extend((URIRef(BASE + path), predicate, term, GRAPH) for term in terms)

    say("document/report", RDF.type, PG.Document)
    say("document/report", SKOS.prefLabel, Literal("林河县报告", lang="zh"), Literal("Linhe Report", lang="en"))
    say("document/report", PG.sha256, Literal(hashlib.sha256(TEXT.encode()).hexdigest()))
    say("plan/main", RDF.type, PG.Plan)
    say("plan/main", SKOS.prefLabel, Literal("“十四五”规划", lang="zh"), Literal("14th Five-Year Plan", lang="en"))
    for words, path, class_, zh, en in _THINGS:
        start = TEXT.index(words)
        place = f"evidence/{start}-{start + len(words)}"
        say(path, RDF.type, PG[class_])
        say(path, PG.evidence, URIRef(BASE + place))
        if zh:
            say(path, SKOS.prefLabel, Literal(zh, lang="zh"), Literal(en, lang="en"))
        say(place, RDF.type, OA.SpecificResource)
        say(place, OA.hasSource, URIRef(SOURCE))
        say(place, PG.locator, Literal("一" if start < TEXT.index("二、") else "二(一)"))
        say(place, OA.hasSelector, URIRef(BASE + place + "#position"), URIRef(BASE + place + "#quote"))
        say(place + "#position", OA.start, Literal(start))
        say(place + "#position", OA.end, Literal(start + len(words)))
        say(place + "#quote", OA.exact, Literal(words))
    say("omission/open-case", PG.rationale, Literal("尚未核实", lang="zh"), Literal("Not verified yet", lang="en"))
    for path, (value, unit) in _VALUES.items():
        say(path, PG.value, Literal(Decimal(values.get(path.rpartition("/")[2].replace("-", "_"), value))))
        say(path, PG.unit, URIRef(unit))
    store = EmbeddedStore()
    store.apply(Changeset(added=quads))
    return store
