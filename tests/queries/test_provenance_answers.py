"""What the questions on provenance answer, and the totals that the report gives.

The rows were written from the report; its place stands beside each.
"""

from __future__ import annotations

import pytest
from plain_answers import PLAN, Ask, Expected, check, rows

PROVENANCE = [
    Expected(
        "evidence-of-thing", "locator quote", rows(("二(一)5", "344.2万人"), ("二(一)5", "截至2022年底")), only=True
    ),
    # 一4
    Expected(
        "evidence-of-thing",
        "locator quote",
        rows(("一4", "13900余份")),
        only=True,
        values={"thing": PLAN + "observation/valid-questionnaires-midterm-2023"},
    ),
    # 二(一)5 speaks of population and land
    Expected(
        "said-at-place",
        "quote thing class",
        rows(
            ("344.2万人", "resident-population-2022", "Observation"),
            ("8.1平方公里", "construction-land-reduction-cumulative", "Observation"),
            ("常住人口", "resident-population", "Indicator"),
        ),
        rows(
            ("常住人口", "resident-population", "MainIndicator"),
            ("99.7%", "sewage-treatment-rate-midterm", "Observation"),
        ),
    ),
    # 二(二)5.2
    Expected(
        "said-at-place",
        "thing class",
        rows(("liangma-river-navigation-extension", "Project"), ("waterfront", "Task")),
        rows(("park-city", "Task")),
        values={"locatorPrefix": "二(二)5.2"},
    ),
    # 三(一)1 with 四(三)3
    Expected(
        "inferred-links", "from to", rows(("digital-economy-core", "economic-upgrading")), rows(("health", "health"))
    ),
    # 四(五)3 with 二(二)7.2
    Expected(
        "inferred-links",
        "from to",
        rows(("health", "health")),
        rows(("digital-economy-core", "economic-upgrading")),
        values={"property": "pg:continues"},
    ),
    # 二(二)4.2 with 二(一)5: so many persons to a museum, and so many residents
    Expected(
        "relations",
        "relation kind role operand",
        rows(
            ("persons-per-museum", "relation-ratio", "numerator", "resident-population-2022"),
            ("persons-per-museum", "relation-ratio", "denominator", "museums-actual"),
            ("persons-per-museum", "relation-ratio", "result", "persons-per-museum-actual"),
        ),
        rows(("persons-per-museum", "relation-ratio", "result", "museums-actual")),
    ),
    # the report states no link to a goal, and every link of a task to its domain
    Expected(
        "inferred-links-by-property",
        "property stated",
        rows(("supports", "0"), ("addresses", "0"), ("continues", "0")),
        rows(("implements", "0"), ("locatedIn", "0"), ("basedOn", "0")),
    ),
    Expected(
        "named-graphs",
        "graph graphZh source",
        rows(
            ("editorial", "编者推断", "midterm-evaluation-report-2023"),
            ("midterm-2023", "中期评估报告所述", "midterm-evaluation-report-2023"),
            ("ontology", "本体与代码表", ""),
        ),
    ),
    Expected("labels-missing", "thing missing", only=True),
    Expected("stated-without-evidence", "thing", only=True),
    # 二(二)5.4, 四(四)5, 四(一)1
    Expected(
        "documents-named",
        "document locator",
        rows(
            ("carbon-peaking-scheme", "二(二)5.4"),
            ("carbon-peaking-scheme", "四(四)5"),
            ("construction-land-reduction-scheme", "四(一)1"),
        ),
    ),
    # 一, 一4
    Expected(
        "evaluation",
        "periodStart periodEnd method body",
        rows(
            *(
                ("2021-01-01", "2023-06-30", "method-" + method, "chaoyang-district-government")
                for method in ("self-assessment", "third-party", "consultation", "questionnaire")
            )
        ),
        only=True,
    ),
]


@pytest.mark.parametrize("expected", PROVENANCE, ids=str)
def test_answer(ask: Ask, expected: Expected) -> None:
    check(ask, expected)


@pytest.mark.parametrize(
    ("name", "column", "total"),
    [
        ("main-indicators", "indicator", 24),  # 二(一)
        ("indicator-groups", "group", 5),  # 二(一)1 to 5
        ("domains", "domain", 7),  # 二(二)1 to 7
        ("measures", "group", 6),  # 四(一) to 四(六)
        ("problems-to-tasks", "problem", 4),  # 三(一)1 to 4
        ("townships-by-projects", "township", 43),  # 二(二)5.3, 二(二)7.2
    ],
)
def test_totals(ask: Ask, name: str, column: str, total: int) -> None:
    found = [row[column] for row in ask(name)]
    assert len(set(found)) == total
    if name != "measures" and name != "problems-to-tasks":
        assert len(found) == total, "one row each"


def test_a_locator_may_be_typed_in_full_width(ask: Ask) -> None:
    assert ask("said-at-place", locatorPrefix="二（一）5") == ask("said-at-place")
