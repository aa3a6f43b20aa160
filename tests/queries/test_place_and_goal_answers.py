"""What the questions on places, goals and problems answer.

The rows were written from the report; its place stands beside each.
"""

from __future__ import annotations

import pytest
from plain_answers import PLAN, Ask, Expected, check, rows

PLACES = [
    # 二(二)7.1, 二(二)6.1, 四(四)2, 二(二)1.3
    Expected(
        "projects-in-place",
        "workZh siteZh",
        rows(
            ("北京中学东坝北校区", "北京中学东坝北校区"),
            ("东坝南二街", "东坝地区"),
            ("东坝中路", "东坝地区"),
            ("东坝乡农民整建制转居", "东坝地区"),
        ),
        rows(("朝阳医院常营院区", "朝阳医院常营院区")),
    ),
    # 二(二)7.2, 二(二)1.3
    Expected(
        "projects-in-place",
        "workZh",
        rows("朝阳医院常营院区", "常营东方和瑞"),
        rows("东坝南二街"),
        values={"place": "https://w3id.org/plangraph/id/place/110105033000"},
    ),
    # 二(二)6.2: in the district; 二(二)1.4: the Chaohe park is in Miyun, helped from here; 四(三)1
    Expected(
        "projects-in-place",
        "workZh",
        rows("工人体育场改造复建", "东坝南二街", "亮马河通航延伸工程"),
        rows("潮河体育休闲公园", "CBD海外招商联络站东京分站"),
        values={"place": "https://w3id.org/plangraph/id/place/110105"},
    ),
    # the report doesn't name the airport's subdistrict
    Expected("townships-by-projects", "townshipZh projects", rows(("首都机场街道", "0")), rows(("东坝地区", "0"))),
    # 二(二)5.2, 二(二)1.2
    Expected("places-by-projects", "placeZh", rows("坝河", "北京商务中心区"), rows("首都机场街道")),
    # 四(四)4, 二(二)6.3
    Expected("projects-without-place", "workZh", rows("AI中台", "政务云底座平台"), rows("工人体育场改造复建")),
    # 二(二)5: waters, greenery and parks; 二(二)2.2 is of another goal
    Expected(
        "goal-places",
        "placeZh workZh",
        rows(("亮马河", "亮马河通航延伸工程"), ("温榆河公园朝阳段", "温榆河公园朝阳段一期")),
        rows(("伦敦", "CBD海外招商联络站伦敦分站")),
    ),
    # 二(二)5.1: Qingfeng Park is opened up for the task of a city of parks; 二(二)5.2
    Expected(
        "goal-places",
        "workZh via",
        rows(("庆丰公园开放式管理", "park-city"), ("亮马河通航延伸工程", "waterfront")),
        rows(("庆丰公园开放式管理", "waterfront")),
    ),
    # 二(二)3.1
    Expected(
        "goal-places",
        "placeZh workZh",
        rows(("国家会议中心二期", "国家会议中心二期")),
        rows(("芍药居北里", "芍药居北里供热管网改造")),
        values={"goal": PLAN + "goal/international-exchange-zone"},
    ),
    # 二(二)5.2, 四(四)5
    Expected(
        "places-of-type",
        "placeZh",
        rows("坝河", "亮马河", "通惠河", "通惠灌渠", "北小河", "红领巾湖"),
        rows("朝阳公园"),
    ),
    # 二(二)5.1
    Expected(
        "places-of-type",
        "placeZh",
        rows("朝阳公园", "庆丰公园", "元大都城垣遗址公园", "东风迎宾公园"),
        rows("坝河"),
        values={"type": "pgc:place-type-park"},
    ),
    # 题头
    Expected("organisations-in-places", "organisationZh placeZh", rows(("北京市朝阳区人民政府", "北京市朝阳区"))),
]

GOALS = [
    # 三(二) names four; the three orientations aren't spelt out in the report
    Expected(
        "goals",
        "goal inferred",
        rows(
            ("high-quality-development-demonstration-zone", "false"),
            ("cultural-innovation-leading-zone", "false"),
            ("international-exchange-zone", "false"),
            ("green-livable-benchmark-zone", "false"),
            ("culture-orientation", "true"),
            ("internationalization-orientation", "true"),
            ("large-scale-greening-orientation", "true"),
        ),
        only=True,
    ),
    # 二(二)5, 二(二)4, 二(二)3
    Expected(
        "goal-to-tasks",
        "goal domain task",
        rows(
            ("green-livable-benchmark-zone", "ecology", "park-city"),
            ("cultural-innovation-leading-zone", "culture", "public-cultural-services"),
            ("international-exchange-zone", "opening-up", "diplomatic-event-services"),
        ),
        rows(("green-livable-benchmark-zone", "innovation-economy", "digital-economy")),
    ),
    # 二(二)5
    Expected(
        "what-serves-goal",
        "thing class",
        rows(("ecology", "Domain"), ("waterfront", "Task"), ("park-city", "Task")),
        rows(("digital-economy", "Task"), ("cultural-industry", "Task")),
    ),
    # 二(二)4
    Expected(
        "what-serves-goal",
        "thing class",
        rows(("culture", "Domain"), ("cultural-industry", "Task")),
        rows(("ecology", "Domain"), ("waterfront", "Task")),
        values={"goal": PLAN + "goal/cultural-innovation-leading-zone"},
    ),
    # 三(一)1 to 4, with 四 and 二(二)
    Expected(
        "problems-to-tasks",
        "problem measure task",
        rows(
            ("economic-upgrading", "digital-economy-core", "digital-economy"),
            ("urban-rural-integration", "rural-urbanization", "urban-rural-integration"),
            ("megacity-governance", "smart-safe-city", "urban-safety"),
            ("public-service-satisfaction", "health", "health"),
        ),
        rows(("megacity-governance", "health", "health")),
    ),
    # 三(一): each problem is taken up in 四
    Expected("problems-without-measure", "problem", only=True),
    # 三(一)1, 三(一)4, 三(二)
    Expected(
        "problems-and-circumstances",
        "matter class thing",
        rows(
            ("economic-upgrading", "Problem", "digital-economy-growth"),
            ("public-service-satisfaction", "Problem", "livelihood"),
            ("global", "Circumstance", "opening-up"),
        ),
    ),
    # 四, 二(二)4.2; the members of 四区 are found by editors in 三(二); the report doesn't list those of 七有
    Expected(
        "slogans",
        "sloganZh memberCount position memberZh namesZh inferred",
        rows(
            ("五宜", "5", "1", "宜居", "", "false"),
            ("五宜", "5", "5", "宜游", "", "false"),
            ("四区", "4", "4", "绿色宜居标杆区", "绿色宜居标杆区", "true"),
            ("七有", "7", "", "", "", ""),
        ),
    ),
    # 二(二)7, 一2; 四 lists the five of 五宜, 二(二)4.2 those of 五城
    Expected(
        "slogans-not-spelt-out",
        "sloganZh memberCount membersKnown",
        rows(("七有", "7", "0"), ("五性", "5", "0"), ("四个中心", "4", "0")),
        rows(("五宜", "5", "5"), ("五城", "5", "5")),
    ),
    # 四(四)5, 二(二)7
    Expected(
        "slogans-in-use",
        "sloganZh thing",
        rows(("五乡十园", "ecological-civilization"), ("七有", "livelihood")),
        rows(("五乡十园", "livelihood")),
    ),
]


@pytest.mark.parametrize("expected", [*PLACES, *GOALS], ids=str)
def test_answer(ask: Ask, expected: Expected) -> None:
    check(ask, expected)
