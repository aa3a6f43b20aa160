"""What the questions on tasks and projects answer.

The rows were written from the report; its place stands beside each.
"""

from __future__ import annotations

import pytest
from plain_answers import PLAN, Ask, Expected, check, rows

TASKS = [
    # 二(二)1 to 7: 30 tasks
    Expected(
        "domains",
        "domain tasks",
        rows(
            ("regional-coordination", "4"),
            ("innovation-economy", "5"),
            ("opening-up", "4"),
            ("culture", "4"),
            ("ecology", "4"),
            ("urban-governance", "5"),
            ("livelihood", "4"),
        ),
        only=True,
    ),
    # 二(二)5
    Expected(
        "tasks-of-domain",
        "task",
        rows("park-city", "waterfront", "environmental-quality", "low-carbon-transition"),
        only=True,
    ),
    # 二(二)7
    Expected(
        "tasks-of-domain",
        "task",
        rows("education", "health", "social-security", "community-governance"),
        only=True,
        values={"domain": PLAN + "domain/livelihood"},
    ),
    # 二(二) beside 二(一): none of the 24 measures culture or diplomacy; PM2.5, doctors, care beds measure these three
    Expected(
        "tasks-without-main-indicator",
        "task",
        rows("public-cultural-services", "diplomatic-event-services", "waterfront"),
        rows("environmental-quality", "health", "social-security"),
    ),
    # 二(二)5.2; the Beixiao River is only in 四(四)5
    Expected(
        "works-of-task",
        "workZh status inferred",
        rows(
            ("亮马河通航延伸工程", "status-in-operation", "false"),
            ("坝河东区段滨水空间", "status-completed", "false"),
            ("滨水绿道慢行系统", "status-completed", "false"),
        ),
        rows(("北小河滨水空间", "", "false")),
    ),
    # 二(二)7.2; the hospital of Chinese medicine is only in 四(五)3
    Expected(
        "works-of-task",
        "workZh",
        rows("安贞东方医院", "垂杨柳医院新址", "朝阳医院常营院区", "嘉会国际医院"),
        rows("北京中医医院新院区", "亮马河通航延伸工程"),
        values={"task": PLAN + "task/health"},
    ),
    # 四(四)2: before 2025; Dongba South 2nd Street was finished by then
    Expected(
        "works-of-measure",
        "workZh dueBy",
        rows(("地铁3号线", "2024-12-31"), ("地铁12号线", "2024-12-31"), ("东苇路", "")),
        rows(("东坝南二街", "")),
    ),
    # 四(五)3
    Expected(
        "works-of-measure",
        "workZh",
        rows("北京中医医院新院区", "首都医科大学三博脑科医院", "嘉会国际医院"),
        rows("安贞东方医院", "地铁3号线"),
        values={"measure": PLAN + "measure/health"},
    ),
    # 二(二)1.3, 二(二)6.2
    Expected(
        "projects-by-status",
        "workZh",
        rows("太阳宫科技文化创业大厦"),
        rows("工人体育场改造复建", "安贞东方医院"),
    ),
    # 二(二)6.1, 二(二)7.2, 二(二)3.3; of the Jiahui hospital only the planning figures are approved
    Expected(
        "projects-by-status",
        "workZh inferred",
        rows(("北京朝阳站交通枢纽工程", "false"), ("安贞东方医院", "false"), ("望京国际人才公寓", "false")),
        rows(("嘉会国际医院", "false"), ("工人体育场改造复建", "false")),
        values={"status": "pgc:status-structure-complete"},
    ),
    # 四(四)2 and 四(四)5 say what is to be built, not how far it is
    Expected("projects-without-status", "workZh", rows("东苇路", "朝平公园"), rows("工人体育场改造复建")),
    # 二(二)6.1, 四(四)2, 四(一)1
    Expected(
        "deadlines",
        "dueBy thing class",
        rows(
            ("2023-12-31", "subway-line-17-north-section", "Project"),
            ("2024-12-31", "subway-line-3", "Project"),
            ("2025-12-31", "plan-reduction-tasks", "PolicyMeasure"),
            ("2025-12-31", "rural-road-density-target-2025", "Observation"),
        ),
    ),
    # 引言
    Expected("responsible-bodies", "bodyZh thing", rows(("北京市朝阳区人民政府", "midterm-2023"))),
    # 四(一) to 四(五), by their headings; 四(六)
    Expected(
        "measures",
        "group measure",
        rows(
            ("capital-services", "beijing-tianjin-hebei"),
            ("internationalization", "business-environment"),
            ("economic-momentum", "financial-opening"),
            ("high-quality-city", "rural-urbanization"),
            ("livelihood", "cultural-soft-power"),
            ("implementation", "lagging-indicators"),
        ),
    ),
    # 四(五)3 with 二(二)7.2; 四(四)3 with 二(二)6.2; 四(一)3 with 二(二)1.4
    Expected(
        "measures-continue-tasks",
        "measure task inferred",
        rows(
            ("health", "health", "true"),
            ("urban-renewal", "urban-renewal", "true"),
            ("beijing-tianjin-hebei", "regional-collaboration", "true"),
        ),
        rows(("health", "urban-renewal", "true")),
    ),
    # 四 comes back to each of these
    Expected("tasks-without-measure", "task", lacks=rows("health", "education", "urban-renewal", "digital-economy")),
    # 二(二)5.1, 二(二)4.4, 四(三)4
    Expected("programmes-by-type", "programmeZh", rows("无界公园", "精彩朝阳", "咖啡之城"), rows("接诉即办")),
    # 二(二)7.4
    Expected(
        "programmes-by-type",
        "programmeZh",
        rows("接诉即办"),
        rows("无界公园"),
        values={"type": "pgc:programme-type-mechanism"},
    ),
    # 四(四)5, 四(一)1: the report says that they are put into practice
    Expected(
        "document-basis",
        "document thing inferred",
        rows(
            ("carbon-peaking-scheme", "ecological-civilization", "false"),
            ("construction-land-reduction-scheme", "plan-reduction-tasks", "false"),
        ),
        rows(("carbon-peaking-scheme", "ecological-civilization", "true")),
    ),
]


@pytest.mark.parametrize("expected", TASKS, ids=str)
def test_answer(ask: Ask, expected: Expected) -> None:
    check(ask, expected)


def test_the_domains_have_30_tasks(ask: Ask) -> None:
    assert sum(int(row["tasks"]) for row in ask("domains")) == 30


def test_the_measures_of_each_group(ask: Ask) -> None:
    """四(一) to 四(五) have 3, 4, 6, 5 and 5 headings."""
    groups = [row["group"] for row in ask("measures")]
    named = ("capital-services", "internationalization", "economic-momentum", "high-quality-city", "livelihood")
    assert [groups.count(group) for group in named] == [3, 4, 6, 5, 5]
    assert list(dict.fromkeys(groups)) == [*named, "implementation"], "in the order of the report"


def test_deadlines_come_in_order(ask: Ask) -> None:
    dates = [row["dueBy"] for row in ask("deadlines")]
    assert dates == sorted(dates)
