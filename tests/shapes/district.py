"""A district that nobody knew before, with a plan of its own, and the next plan of a known one."""

from __future__ import annotations

from plangraph.namespaces import ID

_DISTRICT = "<https://w3id.org/plangraph/id/place/qingxi-district>"
_GOVERNMENT = "<https://w3id.org/plangraph/id/org/qingxi-government>"
_PLACES = f"""
{_DISTRICT} a pg:Place ; skos:prefLabel "清溪区"@zh, "Qingxi District"@en ;
    pg:placeType pgc:place-type-district .
{_GOVERNMENT} a org:Organization ;
    skos:prefLabel "清溪区人民政府"@zh, "Qingxi District Government"@en .
"""

_COUNTS = (
    ("main-indicators-total", 2),
    ("binding-indicators-total", 1),
    ("anticipatory-indicators-total", 1),
    ("indicators-achieved-early", 1),
    ("binding-indicators-behind", 0),
    ("anticipatory-indicators-behind", 0),
)


def _plan(base: str, zh: str, en: str, start: int) -> str:
    """A plan that says it has two main indicators, one binding, one early, and a graph that has them so."""
    stated = "pg:inPlan <plan/five-year> ; pg:assertion pgc:assertion-stated ; pg:evidence <evidence/0-4>"
    turtle = f"""
@base <{base}/> .
<plan/five-year> a pg:Plan ; skos:prefLabel "{zh}五年规划"@zh, "{en} Five-Year Plan"@en ;
    pg:assertion pgc:assertion-stated ; pg:evidence <evidence/0-4> ;
    pg:periodStart "{start}-01-01"^^xsd:date ; pg:periodEnd "{start + 4}-12-31"^^xsd:date .
<document/report> a pg:Document ; skos:prefLabel "{zh}规划报告"@zh, "Report of {en}"@en ; {stated} ;
    pg:sha256 "{"fedcba9876543210" * 4}" .
{_evidence(0, "五年规划")}
<indicator-group/all> a pg:IndicatorGroup ; skos:prefLabel "{zh}全部指标"@zh, "All of {en}"@en ; {stated} ;
    skos:member <indicator/trees>, <indicator/homes> .
<goal/green> a pg:Goal ; skos:prefLabel "{zh}绿城"@zh, "Green {en}"@en ; {stated} .
<domain/ecology> a pg:Domain ; skos:prefLabel "{zh}生态领域"@zh, "Ecology of {en}"@en ; {stated} .
<task/park> a pg:Task ; skos:prefLabel "{zh}公园任务"@zh, "Parks of {en}"@en ; {stated} ;
    pg:inDomain <domain/ecology> ; pg:supports <goal/green> ; pg:hasIndicator <indicator/trees> .
"""
    for slug, name, kind, status in (
        ("trees", "树木", "binding", "achieved-early"),
        ("homes", "住房", "anticipatory", "on-track"),
    ):
        turtle += f"""
<indicator/{slug}> a pg:Indicator, pg:MainIndicator ;
    skos:prefLabel "{zh}{name}数"@zh, "{slug.title()} of {en}"@en ;
    {stated} ; pg:indicatorKind pgc:kind-{kind} ; pg:direction pgc:direction-higher ;
    dcterms:description "{name}的数量。"@zh, "Number of {slug}."@en .
<assessment/{slug}> a pg:Assessment ; skos:prefLabel "{zh}{name}评估"@zh, "{slug.title()} of {en} assessed"@en ;
    {stated} ; pg:about <indicator/{slug}> ; pg:status pgc:progress-{status} ;
    pg:asOf "{start + 2}-06-30"^^xsd:date ;
    prov:wasAttributedTo {_GOVERNMENT} .
"""
    for number, (slug, count) in enumerate(_COUNTS):
        turtle += _count(stated, 10 * number + 10, slug, count, zh, en)
    return turtle


def _count(stated: str, at: int, slug: str, count: int, zh: str, en: str) -> str:
    words = slug.replace("-", " ")
    return f"""
<indicator/{slug}> a pg:Indicator ; skos:prefLabel "{zh} {words} 数"@zh, "{words} of {en}"@en ; {stated} .
{_evidence(at, f"{count}项")}
<observation/{slug}> a pg:Observation ; skos:prefLabel "{zh} {words} 数值"@zh, "{words} of {en}: {count}"@en ;
    pg:inPlan <plan/five-year> ; pg:assertion pgc:assertion-stated ; pg:evidence <evidence/{at}-{at + 2}> ;
    pg:ofIndicator <indicator/{slug}> ; pg:valueType pgc:value-type-actual ; pg:statistic pgc:statistic-count ;
    pg:value {count}.0 ; pg:valueLow {count}.0 ; pg:valueHigh {count}.0 ; pg:comparator pgc:comparator-eq ;
    pg:unit pgc:unit-indicator ; pg:asPrinted "{count}项" ; pg:refArea {_DISTRICT} .
"""


def _evidence(at: int, quote: str) -> str:
    iri = f"evidence/{at}-{at + len(quote)}"
    return f"""<{iri}> a oa:SpecificResource ; oa:hasSource <document/report> ; pg:locator "一" ;
    oa:hasSelector <{iri}#position>, <{iri}#quote> .
<{iri}#position> a oa:TextPositionSelector ; oa:start {at} ; oa:end {at + len(quote)} .
<{iri}#quote> a oa:TextQuoteSelector ; oa:exact "{quote}" ."""


NEW_DISTRICT = _PLACES + _plan(f"{ID}qingxi-2021", "清溪区", "Qingxi", 2021)
NEXT_PLAN = _PLACES + _plan(f"{ID}chaoyang-2026", "朝阳区新一轮", "Chaoyang, the Next", 2026)
