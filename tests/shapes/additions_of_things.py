"""Right new places, work, bodies, documents, verdicts and whole districts: none may be refused."""

# ruff: noqa: E501 - a table, one row a case

from __future__ import annotations

from district import NEW_DISTRICT, NEXT_PLAN
from forms import CHAOYANG, GOVERNMENT, IN_PLAN, STATED, Addition, figure, indicator, thing

PARK = "pg:placeType pgc:place-type-park"
IN = f"pg:within {CHAOYANG}"
BARE = ("Goal-description-advised", "Indicator-observation-advised", "MainIndicator-target-advised")
TASK = "pg:implements <task/regional-collaboration>"
SITED = f"{TASK} ; pg:locatedIn {CHAOYANG}"


def row(name: str, what: str, turtle: str, *may: str, replaces: str = "") -> Addition:
    return Addition(name, what, turtle, frozenset(may), replaces)


def place(slug: str, zh: str, en: str, more: str = f"{PARK} ; {IN}", *labels: str) -> str:
    return thing("Place", f"place/test-{slug}", zh, en, more, labels=labels)


def project(slug: str, zh: str, en: str, more: str = SITED, status: str = "planned", as_of: str = "2023-06-30") -> str:
    return thing("Project", f"project/test-{slug}", zh, en, more) + report(slug, status, as_of)


def report(slug: str, status: str, as_of: str, of: str = "") -> str:
    return thing(
        "StatusReport", f"status-report/test-{slug}-{as_of}", f"{slug} {as_of} 进展", f"Status of {slug}, {as_of}",
        f'pg:about <project/test-{of or slug}> ; pg:status pgc:status-{status} ; pg:asOf "{as_of}"^^xsd:date',
    )  # fmt: skip


def day(name: str, text: str) -> str:
    return f'pg:{name} "{text}"^^xsd:date'


# fmt: off
THINGS = [
    # --- whole districts
    row("new-district", "a district with its own plan, indicators, groups and counts", NEW_DISTRICT, *BARE),
    row("next-plan", "the same district's next plan", NEXT_PLAN, *BARE),
    # --- names
    row("rare-characters", "rare characters, beyond the basic plane too", place("rare", "㵰水䴙䴘湖", "Lake of Grebes") + place("rarer", "𬭊𫟹园", "Garden of Two Rare Characters")),
    row("english-in-chinese", "CBD in a Chinese name", place("cbd", "CBD试验街区", "CBD Test Blocks", "pg:placeType pgc:place-type-functional-area ; " + IN)),
    row("english-only", "a name that is English in both languages", place("soho", "SOHO X", "SOHO X", "pg:placeType pgc:place-type-building ; " + IN), "Label-other-language"),
    row("digits-and-dots", "digits, a middle dot, capitals", place("dots", "798·751 D·PARK二期", "798·751 D·PARK Phase II", f"{PARK} ; {IN}", "751D·PARK")),
    row("quotation-marks", "quotation marks and brackets as Chinese has them", project("marks", "“两区”建设（一期）《导则》编制", "Guide to the “Two Zones” (Phase I)")),
    row("plus-and-hyphen", "“互联网+” and 5G-A", project("plus", "“互联网+”政务与5G-A示范", "Internet+ Government and a 5G-A Demonstration")),
    row("accents", "accents in an English label", place("accents", "朝阳咖啡街", "Rue du Café — Lǜ Chá Lane", "pg:placeType pgc:place-type-road ; " + IN)),
    row("one-character", "a name of one character", place("one", "埝", "Nian", "pg:placeType pgc:place-type-village ; " + IN)),
    row("long-name", "a name of more than 100 characters", project("long", "朝阳区" + "某某片区综合提升" * 14 + "项目", "A Project " + "with a Very Long Name " * 8 + "Indeed")),
    row("old-characters", "characters that are traditional elsewhere, and right here", place("old", "乾隆井於潜瞭望亭", "Well and Lookout")),
    row("name-with-a-year", "2022年冬奥会配套", project("olympics", "2022年冬奥会配套工程", "Works for the 2022 Winter Games")),
    row("half-width-comma", "an English label with commas, an ampersand and a percent sign", project("comma", "百分百绿电园区", "100% Green Power, Parks & Yards")),
    row("emoji-free-symbols", "№ ℃ ㎡ in an alternative label", place("symbols", "恒温馆", "House of Even Warmth", "pg:placeType pgc:place-type-building ; " + IN, "26℃馆", "1000㎡馆"), "Label-full-width"),
    # --- renamed, merged, moved
    row("renamed-place", "a place has a new name, the old one stays as an alternative", '<https://w3id.org/plangraph/id/place/ba-river> skos:prefLabel "坝河（通惠水系）"@zh ; skos:altLabel "坝河"@zh .', replaces='<https://w3id.org/plangraph/id/place/ba-river> skos:prefLabel "坝河"@zh .'),
    row("within-two", "a park in two districts", place("other-district", "临河区", "Linhe District", "pg:placeType pgc:place-type-district") + place("two", "跨界公园", "Park across the Border", f"{PARK} ; {IN}, <https://w3id.org/plangraph/id/place/test-other-district>")),
    row(
        "with-geometry",
        "a place with a point and a default geometry",
        place("point", "测点亭", "Survey Pavilion", f"{PARK} ; {IN} ; geo:hasGeometry <https://w3id.org/plangraph/id/place/test-point#geometry> ; geo:hasDefaultGeometry <https://w3id.org/plangraph/id/place/test-point#geometry>")
        + '<https://w3id.org/plangraph/id/place/test-point#geometry> a sf:Point ; geo:asWKT "POINT(116.51 39.87)"^^geo:wktLiteral .',
    ),
    row(
        "with-polygon",
        "a place with an outline",
        place("area", "测区", "Survey Area", f"{PARK} ; {IN} ; geo:hasGeometry <https://w3id.org/plangraph/id/place/test-area#outline>") + '<https://w3id.org/plangraph/id/place/test-area#outline> a geo:Geometry ; geo:asWKT "POLYGON((116.5 39.8, 116.6 39.8, 116.6 39.9, 116.5 39.8))"^^geo:wktLiteral .',
    ),
    row("same-name-elsewhere", "a park of the same name in another district", place("twin-a", "人民公园", "People's Park") + place("twin-b", "人民公园", "People's Park, Linhe"), "Place-label-unique", "Label-similar"),
    # --- projects
    row("cancelled", "a project that was cancelled", project("cancelled", "某索道工程", "A Cable Car", status="cancelled")),
    row(
        "through-its-life",
        "planned, started, completed, in operation",
        project("life", "体育馆新建", "New Sports Hall", f"{SITED} ; {day('periodStart', '2022-03-01')} ; {day('periodEnd', '2024-09-30')}", "planned", "2021-06-30")
        + report("life-b", "under-construction", "2022-06-30", "life")
        + report("life-c", "completed", "2024-09-30", "life")
        + report("life-d", "in-operation", "2025-01-01", "life"),
        "Report-date-future",
    ),
    row("renovated", "in operation, then under construction again", project("again", "文化馆改造", "Arts Centre Renovation", status="in-operation", as_of="2021-12-31") + report("again-b", "under-construction", "2023-03-31", "again"), "StatusReport-backwards"),
    row("cancelled-then-resumed", "cancelled, then planned anew", project("resumed", "立交桥新建", "New Interchange", status="cancelled", as_of="2021-12-31") + report("resumed-b", "planned", "2023-03-31", "resumed"), "StatusReport-backwards"),
    row(
        "phases",
        "three phases of one project",
        project("phase", "科创园", "Science Park")
        + project("phase-1", "科创园一期", "Science Park Phase I", f"{SITED} ; pg:partOf <project/test-phase>", "completed")
        + project("phase-2", "科创园二期", "Science Park Phase II", f"{SITED} ; pg:partOf <project/test-phase>")
        + project("phase-3", "科创园三期", "Science Park Phase III", f"{SITED} ; pg:partOf <project/test-phase>"),
        "Label-similar",
    ),
    row("carried-on", "a project that carries on another", project("first", "河道治理", "River Works", status="completed") + project("second", "河道治理提升", "More River Works", f"{SITED} ; pg:continues <project/test-first>"), "Label-similar"),
    row("begun-before-the-plan", "from 2018 to 2027", project("span", "跨期隧道", "Tunnel across Two Plans", f"{SITED} ; {day('periodStart', '2018-05-01')} ; {day('periodEnd', '2027-10-31')}", "under-construction")),
    row("due-after-the-plan", "due in 2027", project("late", "远期泵站", "Later Pumping Station", f"{SITED} ; {day('dueBy', '2027-12-31')}")),
    row("due-on-the-last-day", "due on the plan's last day", project("last", "末日验收工程", "Works Due on the Last Day", f"{SITED} ; {day('dueBy', '2025-12-31')}")),
    row("due-on-the-first-day", "due on the plan's first day", project("soon", "开局工程", "Works Due on the First Day", f"{SITED} ; {day('dueBy', '2021-01-01')}", "completed", "2021-01-01")),
    row("done-in-a-day", "begun and ended on one day", project("day", "一日植树", "One Day of Tree Planting", f"{SITED} ; {day('periodStart', '2024-02-29')} ; {day('periodEnd', '2024-02-29')}", "completed", "2024-02-29")),
    row("many-places", "several places and tasks, a body, a document", project("many", "联合工程", "Joint Works", f"{SITED}, <https://w3id.org/plangraph/id/place/ba-river> ; {TASK} ; pg:responsibleBody {GOVERNMENT} ; pg:basedOn <document/15th-five-year-plan> ; pg:supports <goal/green-livable-benchmark-zone>")),
    row("bare-project", "a project of which hardly anything is known", thing("Project", "project/test-bare", "待定工程", "Works to Be Decided"), "Project-place-advised", "Project-status-advised", "Project-task-advised"),
    # --- programmes, measures, tasks
    row("brand", "a programme with no task yet", thing("Programme", "programme/test-brand", "朝阳夜读", "Chaoyang Night Reading", "pg:programmeType pgc:programme-type-brand"), "Programme-task-advised"),
    row(
        "mechanism",
        "a mechanism with a deadline and a resulting body",
        thing("Organization", "org/test-office", "试验办公室", "Test Office", f"org:subOrganizationOf {GOVERNMENT}")
        + thing("Programme", "programme/test-mechanism", "吹哨试验机制", "Whistle Trial", f"pg:programmeType pgc:programme-type-mechanism ; {TASK} ; {day('dueBy', '2024-12-31')} ; org:resultingOrganization <https://w3id.org/plangraph/id/org/test-office>"),
    ),
    row(
        "measure-of-two-levels",
        "a measure and its part",
        thing("PolicyMeasure", "measure/test-above", "扩大绿地", "More Green", "pg:supports <goal/green-livable-benchmark-zone>") + thing("PolicyMeasure", "measure/test-below", "口袋公园建设", "Pocket Parks", f"pg:partOf <measure/test-above> ; pg:continues <task/regional-collaboration> ; {day('dueBy', '2025-12-31')}"),
    ),
    row("problem-and-answer", "a problem with a measure that addresses it", thing("Problem", "problem/test-noise", "施工扰民", "Noise of Building", "pg:concerns <task/regional-collaboration>") + thing("PolicyMeasure", "measure/test-quiet", "错峰施工", "Quiet Hours", "pg:addresses <problem/test-noise>")),
    row("circumstance", "a circumstance that concerns an indicator", thing("Circumstance", "circumstance/test-ageing", "人口老龄化加深", "An Ageing Population", "pg:concerns <indicator/resident-population>")),
    row("task", "a task with an indicator", thing("Task", "task/test-quiet-city", "宁静城区", "A Quiet City", "pg:inDomain <domain/ecology>"), "Label-similar"),
    # --- bodies and documents
    row("foreign-body", "a body with a foreign name", thing("Organization", "org/test-unep", "UNEP驻华代表处", "UN Environment in China", labels=("联合国环境规划署驻华代表处",))),
    row("merged-body", "a body that took over two others", thing("Organization", "org/test-merged", "文化和旅游综合局", "Culture and Tourism Bureau", f'dcterms:description "由两局合并而成。"@zh, "Merged from two bureaus."@en ; pg:locatedIn {CHAOYANG}', labels=("文旅局", "原文化局"))),
    row("old-document", "a document of 1954", thing("Document", "document/test-1954", "首部宪法", "The First Constitution", 'dcterms:issued "1954-09-20"^^xsd:date ; dcterms:creator "全国人民代表大会"')),
    row("web-document", "a document with an address and a date of 2026", thing("Document", "document/test-web", "网上年报", "Web Yearbook", f'dcterms:issued "2026-01-20"^^xsd:date ; schema:url <https://example.org/a?b=%E6%9C%9D&c=1#d> ; dcterms:publisher {GOVERNMENT}'), "Report-date-future", "Thing-date-plausible"),
    row("document-about", "a document about a place, in two languages", thing("Document", "document/test-map", "坝河导览图", "Map of the Ba River", 'dcterms:subject <https://w3id.org/plangraph/id/place/ba-river> ; dcterms:language "zh", "en"')),
    # --- verdicts, honours, events
    row(
        "later-verdict",
        "the final evaluation finds an indicator on track once more",
        thing("Assessment", "assessment/test-carbon-2025", "碳强度2025年评估", "Carbon Intensity in 2025", f"pg:about <indicator/carbon-intensity-reduction> ; pg:status pgc:progress-on-track ; {day('asOf', '2025-12-31')} ; prov:wasAttributedTo {GOVERNMENT}"),
        "Report-date-future",
    ),
    row("verdict-on-a-task", "a task assessed as behind", thing("Assessment", "assessment/test-task", "区域协同评估", "Regional Collaboration Assessed", f"pg:about <task/regional-collaboration> ; pg:status pgc:progress-behind ; {day('asOf', '2024-06-30')} ; prov:wasAttributedTo {GOVERNMENT}"), "Report-date-future"),
    row("verdict-on-the-first-day", "an assessment on the plan's first day", thing("Assessment", "assessment/test-goal", "绿色标杆评估", "Green Zone Assessed", f"pg:about <goal/green-livable-benchmark-zone> ; pg:status pgc:progress-unknown ; {day('asOf', '2021-01-01')} ; prov:wasAttributedTo {GOVERNMENT}")),
    row("later-counts", "the next report counts early indicators anew", figure("early-2025", "indicators-achieved-early", "18项", "pgc:unit-indicator", "count", time='pg:periodEnd "2025-12-31"^^xsd:date'), "Observation-actual-future"),
    row(
        "verdict-turned",
        "an indicator is early at the end that was on track at half-time",
        thing("Assessment", "assessment/test-land-2025", "建设用地2025年评估", "Construction Land in 2025", f"pg:about <indicator/construction-land-reduction> ; pg:status pgc:progress-achieved-early ; {day('asOf', '2025-12-31')} ; prov:wasAttributedTo {GOVERNMENT}"),
        "Report-date-future",
        "Assessment-figures",
    ),
    row(
        "second-evaluation",
        "the evaluation at the end of the plan",
        thing("Evaluation", "evaluation/test-final", "期末评估", "Final Evaluation", f"pg:about <plan/14th-five-year-plan> ; {day('periodStart', '2021-01-01')} ; {day('periodEnd', '2025-12-31')} ; pg:method pgc:method-third-party ; prov:wasAssociatedWith {GOVERNMENT} ; prov:used <document/yearbook>"),
    ),
    row("honour-for-two", "an honour for a task and a place, without a date", thing("Recognition", "recognition/test-two", "双料示范", "Double Model", f"pg:about <task/regional-collaboration>, {CHAOYANG}")),
    row("honour-of-a-period", "an honour for a period", thing("Recognition", "recognition/test-period", "三年优秀", "Three Good Years", f"pg:about {CHAOYANG} ; {day('asOf', '2024-01-15')} ; {day('periodStart', '2021-01-01')} ; {day('periodEnd', '2023-12-31')}")),
    row(
        "event-over-new-year",
        "an event over New Year, and one without a date",
        thing("Event", "event/test-lights", "跨年灯会", "New Year Lights", f"pg:locatedIn {CHAOYANG} ; {day('periodStart', '2023-12-28')} ; {day('periodEnd', '2024-01-03')}") + thing("Event", "event/test-undated", "不定期市集", "Market Now and Then"),
    ),
    # --- formulas, relations, links
    row("slogan-alone", "a formula whose members the source doesn't name", thing("Slogan", "slogan/test-five", "五彩朝阳", "Five Colours", "pg:memberCount 5")),
    row(
        "slogan-with-members",
        "a formula with members of one character",
        thing("Slogan", "slogan/test-two", "双城记", "Two Cities", "pg:memberCount 2 ; skos:member <slogan-member/test-a>, <slogan-member/test-b>")
        + thing("SloganMember", "slogan-member/test-a", "城", "City", "pg:position 1")
        + thing("SloganMember", "slogan-member/test-b", "乡", "Country", "pg:position 2 ; pg:expandsTo <task/regional-collaboration>"),
    ),
    row(
        "relation",
        "a sum that holds",
        _sum := indicator("cinemas", "影院数", "Cinemas")
        + indicator("cinemas-north", "北部影院数", "Cinemas in the North")
        + indicator("cinemas-south", "南部影院数", "Cinemas in the South")
        + figure("cinemas-2023", "cinemas", "74家", "pgc:unit-place", "count")
        + figure("cinemas-north-2023", "cinemas-north", "40家", "pgc:unit-place", "count")
        + figure("cinemas-south-2023", "cinemas-south", "34家", "pgc:unit-place", "count")
        + f'<relation/test-cinemas> a pg:Relation ; {IN_PLAN} ; skos:prefLabel "影院之和"@zh, "Sum of Cinemas"@en ; pg:relationKind pgc:relation-sum ; pg:result <observation/cinemas-2023> ; pg:part <observation/cinemas-north-2023>, <observation/cinemas-south-2023> .',
        "Label-similar",
    ),
    row(
        "link",
        "an inferred link with the plain triple",
        f'<project/ai-middle-platform> pg:supports <goal/green-livable-benchmark-zone> . <link/test-ai-green> a pg:Link ; {IN_PLAN} ; pg:linkFrom <project/ai-middle-platform> ; pg:linkProperty pg:supports ; pg:linkTo <goal/green-livable-benchmark-zone> ; pg:assertion pgc:assertion-inferred ; pg:rationale "平台用于园区治理。"@zh, "The platform serves the parks."@en ; prov:wasAttributedTo {GOVERNMENT} .',
    ),
    row("link-elsewhere", "links to other people's data", f"<indicator/resident-population> skos:closeMatch <http://www.wikidata.org/entity/Q1082> . {CHAOYANG} rdfs:seeAlso <https://www.wikidata.org/wiki/Q393454> ."),
    row(
        "described-by-editors",
        "what editors infer, by an office of their own",
        f'<goal/test-inferred> a pg:Goal ; skos:prefLabel "静谧之区"@zh, "A Quiet District"@en ; {IN_PLAN} ; pg:assertion pgc:assertion-inferred ; pg:rationale "由任务归纳。"@zh, "Drawn from the tasks."@en ; prov:wasAttributedTo {GOVERNMENT} .',
        "Goal-description-advised",
    ),
    row("more-evidence", "one more piece of evidence for a known thing", f"<project/ai-middle-platform> {STATED.split(' ; ')[1]} ."),
]
