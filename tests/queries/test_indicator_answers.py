"""What the questions on indicators answer.

The rows were written from the report; its place stands beside each.
"""

from __future__ import annotations

import pytest
from plain_answers import PLAN, Ask, Expected, check, rows

INDICATORS = [
    # 二(一): one indicator of each kind is behind, named in brackets
    Expected("indicators-by-progress", "indicatorZh", rows("常住人口", "数字经济增加值年均增速"), only=True),
    # 二(一): three are achieved early
    Expected(
        "indicators-by-progress",
        "indicatorZh",
        rows("污水处理率", "林木绿化率", "每万人全科医生数"),
        only=True,
        values={"progress": "pgc:progress-achieved-early"},
    ),
    # 二(一)1 to 5; the kind only where 二(一) names the indicator
    Expected(
        "main-indicators",
        "groupZh indicatorZh printed kindZh progressZh",
        rows(
            ("减量发展", "常住人口", "344.2万人", "约束性", "慢于预期"),
            ("创新发展", "数字经济增加值年均增速", "9%", "预期性", "慢于预期"),
            ("绿色协调发展", "污水处理率", "99.7%", "未说明", "提前完成"),
            ("安全共享发展", "单位地区生产总值生产安全事故死亡率", "0.48人/百亿元", "未说明", "符合预期"),
            ("安全共享发展", "城镇登记失业率", "4.5%以内", "未说明", "符合预期"),
            ("开放发展", "进出口贸易额占全市贸易总额比重", "49.8%", "未说明", "符合预期"),
            # of two years the later one
            ("开放发展", "实际利用外资", "32.1%", "未说明", "符合预期"),
            ("安全共享发展", "居民人均可支配收入增速", "2.6%", "未说明", "符合预期"),
        ),
    ),
    # 二(一)2: 2025年底可完成规划目标值; 二(一)1: one percentage point above the target, which is 5 therefore
    Expected(
        "main-indicators",
        "indicatorZh targetPrinted target dueBy targetInferred",
        rows(
            ("农村地区路网密度", "2.04千米/平方千米", "2.04", "2025-12-31", "false"),
            ("地区生产总值年均增速", "", "5", "", "true"),
            ("污水处理率", "", "", "", ""),
        ),
    ),
    # 二(一)2, 四(三)5, 四(四)2, 四(四)5
    Expected(
        "targets-with-deadlines",
        "indicatorZh value dueBy main",
        rows(
            ("农村地区路网密度", "2.04", "2025-12-31", "true"),
            ("新建改造绿道长度", "100", "2025-12-31", "false"),
            ("新建改造停车位数", "30000", "2025-12-31", "false"),
            ("完成供热管网改造的老旧小区数", "30", "2025-12-31", "false"),
            ("百亿级文化产业园区数", "10", "2025-12-31", "false"),
            ("文化消费等特色主题园区数", "20", "2025-12-31", "false"),
        ),
    ),
    # 四(四)2 gives the substations no date
    Expected(
        "targets-with-deadlines", "indicatorZh", lacks=rows("新建变电站数", "扩建变电站数", "地区生产总值年均增速")
    ),
    # 四(四)1, 四(四)2, 四(四)5
    Expected(
        "targets-without-deadline",
        "indicatorZh value inferred",
        rows(
            ("新建变电站数", "22", "false"),
            ("扩建变电站数", "6", "false"),
            ("整体搬迁上楼的村庄数", "7", "false"),
            ("全龄友好示范公园改造数", "4", "false"),
            ("地区生产总值年均增速", "5", "true"),
        ),
        rows(("农村地区路网密度", "2.04", "false")),
    ),
    # 二(一): a target stands there for road density, building land and, by the difference, growth
    Expected(
        "main-indicators-without-target",
        "indicatorZh",
        rows("常住人口", "污水处理率", "数字经济增加值年均增速", "PM2.5年均浓度"),
        rows("农村地区路网密度", "城乡建设用地净减量", "地区生产总值年均增速"),
    ),
    # 二(二)7.4, 一4, 二(一)4, 二(二)7.3
    Expected(
        "figures-not-exact",
        "indicatorZh printed comparatorZh valueLow valueHigh",
        rows(
            ("实名注册志愿者人数", "超过64万人", "超过", "640000", ""),
            ("中期评估有效问卷数", "13900余份", "超过", "13900", "14000"),
            ("城镇登记失业率", "4.5%以内", "不超过", "", "4.5"),
            ("保障性住房竣工套（间）数", "近2.9万套(间)", "低于", "28000", "29000"),
        ),
        lacks=rows(("常住人口", "344.2万人", "等于", "3441500", "3442500")),
    ),
    # 二(一)5: 344.2 + 0.9; 二(一)2: 92.15 - 3.25, 1.87 / 1.0625; 二(一)1: 6 - 1, 9 + 0.8
    Expected(
        "inferred-values",
        "indicatorZh typeZh value",
        rows(
            ("常住人口", "基期值", "3451000"),
            ("公园绿地500米服务半径覆盖率", "基期值", "88.9"),
            ("农村地区路网密度", "基期值", "1.76"),
            ("地区生产总值年均增速", "目标值", "5"),
            ("数字经济增加值年均增速", "实际值", "9.8"),
        ),
        lacks=rows(("常住人口", "实际值", "3442000")),
    ),
    # 二(一)5; the base is inferred from the change
    Expected(
        "values-of-indicator",
        "typeZh value periodEnd inferred",
        rows(
            ("实际值", "3442000", "2022-12-31", "false"),
            ("实际值", "-9000", "2022-12-31", "false"),
            ("基期值", "3451000", "2020-12-31", "true"),
        ),
    ),
    # 二(一)2
    Expected(
        "values-of-indicator",
        "typeZh printed",
        rows(("实际值", "99.7%")),
        only=True,
        values={"indicator": PLAN + "indicator/sewage-treatment-rate"},
    ),
    # 二(一)1 to 5 name 5, 8, 3, 6 and 2 indicators; the three achieved early are in the second and fourth group
    Expected(
        "indicator-groups",
        "groupZh indicators achievedEarly onTrack behind",
        rows(
            ("创新发展", "5", "0", "4", "1"),
            ("绿色协调发展", "8", "2", "6", "0"),
            ("开放发展", "3", "0", "3", "0"),
            ("安全共享发展", "6", "1", "5", "0"),
            ("减量发展", "2", "0", "1", "1"),
        ),
        only=True,
    ),
    # 二(一)5, 二(一)2, 二(一)1
    Expected(
        "changes-against-base",
        "indicatorZh printed value",
        rows(
            ("常住人口", "0.9万人", "-9000"),
            ("公园绿地500米服务半径覆盖率", "3.25个百分点", "3.25"),
            ("农村地区路网密度", "6.25%", "6.25"),
            ("数字经济增加值年均增速", "0.8个百分点", "-0.8"),
        ),
        lacks=rows(("常住人口", "344.2万人", "3442000")),
    ),
    # 二(一)5, 二(二)6.4 and 二(二)7.4: the residents are what others are counted against
    Expected(
        "relations-of-figure",
        "relation ownRole operand",
        rows(
            ("volunteers-share-of-population", "denominator", "registered-volunteers-actual"),
            ("persons-per-museum", "numerator", "museums-actual"),
        ),
        lacks=rows(("fatality-below-ceiling", "denominator", "workplace-fatality-rate-ceiling")),
    ),
    # 二(一)5
    Expected("city-ranks", "indicatorZh printed value", rows(("城乡建设用地净减量", "全市第一", "1"))),
]


@pytest.mark.parametrize("expected", INDICATORS, ids=str)
def test_answer(ask: Ask, expected: Expected) -> None:
    check(ask, expected)


def test_only_two_indicators_have_a_stated_kind(ask: Ask) -> None:
    """二(一) gives the kind of the two that are behind; the numbers of each kind tell nothing of the others."""
    stated = {row["indicatorZh"]: row["kindZh"] for row in ask("main-indicators") if row["kindZh"] != "未说明"}
    assert stated == {"常住人口": "约束性", "数字经济增加值年均增速": "预期性"}
