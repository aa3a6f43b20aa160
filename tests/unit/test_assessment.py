"""Progress against targets: the arithmetic by cases worked out by hand, then small graphs, then the shipped data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from rdflib import Graph, URIRef

from plangraph.assessment import Span, assess, check_progress
from plangraph.assessment.pace import Case, judge
from plangraph.assessment.records import Window
from plangraph.attention import attention
from plangraph.commits import fill
from plangraph.namespaces import SPARQL_PROLOGUE
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

START, DUE = date(2020, 12, 31), date(2024, 12, 31)  # 1461 days
HALF = date(2022, 12, 31)  # 730 of them: 49.97 %
BASE = "https://w3id.org/plangraph/id/hill-2024/"
GRAPH = URIRef("https://w3id.org/plangraph/graph/hill-2024/report")


def span(low: object, high: object = "same") -> Span:
    high = low if high == "same" else high
    return Span(*(None if end is None else Fraction(Decimal(str(end))) for end in (low, high)))


def day(on: date = HALF) -> Window:
    return Window(on, on)


def reach(
    value: Span, target: Span, base: Span | None = None, *, direction: str = "higher", window: Window | None = None
) -> tuple[str, str, bool, str]:
    found = judge(
        Case((value,), target, direction, window=window or day(), due=DUE, base=base, base_day=START if base else None)
    )
    return found.kind, found.state, found.certain, found.reason


@pytest.mark.parametrize(
    ("value", "base", "target", "state", "certain"),
    [
        # 100 -> 200 with half of the time over: 150 is on pace, 149 behind, exactly
        (150, 100, 200, "on-track", True),
        (149, 100, 200, "behind", True),
        (200, 100, 200, "achieved-early", True),
        (99, 100, 200, "behind", True),
        # lower is better: 60 -> 40
        (50, 60, 40, "on-track", True),
        (51, 60, 40, "behind", True),
        (39, 60, 40, "achieved-early", True),
        (61, 60, 40, "behind", True),
    ],
)
def test_the_way_covered_against_the_time_elapsed(
    value: int, base: int, target: int, state: str, certain: bool
) -> None:
    direction = "higher" if target > base else "lower"
    assert reach(span(value), span(target), span(base), direction=direction)[:3] == ("reach", state, certain)
    # the way from base to target says which way is better where nothing else does
    assert reach(span(value), span(target), span(base), direction="")[:3] == ("reach", state, certain)


def test_rounding_that_leaves_both_possible_is_on_track_but_not_for_sure() -> None:
    # (149.5..150.5 - 100) / 100 = 49.5 %..50.5 % around 49.97 %
    assert reach(span("149.5", "150.5"), span(200), span(100)) == (
        "reach", "on-track", False, "pace-within-rounding",
    )  # fmt: skip
    # a target of 200, rounded to tens (195..205): 150 covers 47.6 %..52.6 %
    assert reach(span(150), span(195, 205), span(100))[1:3] == ("on-track", False)
    # 146 covers 43.8 %..48.4 %: behind whatever the target means
    assert reach(span(146), span(195, 205), span(100))[1:3] == ("behind", True)
    # a base of 96..104 and a value of 155: (155-104)/96 = 53.1 % at the least
    assert reach(span(155), span(200), span(96, 104))[1:3] == ("on-track", True)
    # 151: 48.9 %..52.9 %
    assert reach(span(151), span(200), span(96, 104))[1:3] == ("on-track", False)


def test_shares_are_exact() -> None:
    found = judge(Case((span(125),), span(180, 200), "higher", window=day(), due=DUE, base=span(100), base_day=START))
    assert found.progress == Span(Fraction(25, 100), Fraction(25, 80))
    assert found.elapsed == Span(Fraction(730, 1461), Fraction(730, 1461))
    assert found.computation == (
        "(125 − 100) / ([180, 200] − 100) = 25%–31.3%; (2022-12-31 − 2020-12-31) / (2024-12-31 − 2020-12-31) = 50%"
    )


def test_a_value_with_one_bound_decides_only_on_its_side() -> None:
    assert reach(span(160, None), span(200), span(100))[1:3] == ("on-track", True)  # over 160
    assert reach(span(120, None), span(200), span(100)) == ("reach", "unknown", False, "open-bound")
    assert reach(span(None, 120), span(200), span(100))[1:3] == ("behind", True)  # under 120


def test_a_target_of_which_only_the_most_is_known() -> None:
    # at most 53 from 0: 27 is at least 50.9 % of the way
    assert reach(span(27), span(None, 53), span(0))[1:3] == ("on-track", True)
    assert reach(span(20), span(None, 53), span(0)) == ("reach", "unknown", False, "open-bound")


def test_a_value_without_date_gets_a_state_only_where_every_date_gives_it() -> None:
    window = Window(date(2021, 1, 1), HALF)
    assert reach(span(150), span(200), span(100), window=window)[1:3] == ("on-track", True)
    assert reach(span(120), span(200), span(100), window=window)[1:] == ("unknown", False, "depends-on-date")
    assert reach(span(99), span(200), span(100), window=window)[1:3] == ("behind", True)  # worse than the base


def test_at_the_due_date_and_after() -> None:
    after = day(date(2025, 6, 30))
    assert reach(span(200), span(200), window=after)[1:3] == ("on-track", True)
    assert reach(span(199), span(200), window=after)[1:3] == ("behind", True)
    assert reach(span("199.5", "200.5"), span(200), window=after)[1:3] == ("on-track", False)
    assert reach(span(200), span(200), window=day(DUE))[1] == "on-track"  # not early on the day itself


def test_what_a_pace_needs() -> None:
    assert reach(span(150), span(200)) == ("reach", "unknown", False, "no-base")
    assert reach(span(150), span(104, 200), span(100, 105))[3] == "no-way"
    assert reach(span(150), span(90), span(100))[3] == "reached"
    assert judge(Case((span(150),), span(200), "higher", window=day())).reason == "no-due"
    assert judge(Case((span(150),), span(200), "higher", due=DUE)).reason == "no-date"
    assert judge(Case((span(150),), span(200), "", window=day(), due=DUE)).reason == "no-direction"
    assert reach(span(150), span(200), span(100), window=day(START))[3] == "before-base"


@pytest.mark.parametrize(
    ("value", "state", "certain"),
    [
        (span("0.48"), "on-track", True),
        (span(None, "0.9"), "on-track", True),
        (span("0.95"), "behind", True),
        (span("0.85", "0.95"), "on-track", False),
        (span("0.85", None), "unknown", False),
    ],
)
def test_a_ceiling_is_kept_at_every_time(value: Span, state: str, certain: bool) -> None:
    found = judge(Case((value,), span(None, "0.9"), "lower"))
    assert (found.kind, found.state, found.certain) == ("ceiling", state, certain)
    # as a floor, upside down
    found = judge(Case((-value,), span("-0.9", None), "higher"))
    assert (found.kind, found.state, found.certain) == ("floor", state, certain)


def test_a_ceiling_that_the_base_breaks_is_to_be_reached() -> None:
    assert reach(span(38), span(None, 30), span(40), direction="lower")[:3] == ("reach", "behind", True)
    assert reach(span(29), span(None, 30), span(40), direction="lower")[:3] == ("reach", "achieved-early", True)
    assert reach(span(31), span(None, 30), span(28), direction="lower")[:3] == ("ceiling", "behind", True)


def test_a_floor_with_a_due_date_is_to_be_reached() -> None:
    assert reach(span(98), span(95, None))[:2] == ("reach", "achieved-early")
    assert reach(span(94), span(95, None)) == ("reach", "unknown", False, "no-base")
    assert reach(span(94), span(95, None), span(80))[:2] == ("reach", "on-track")


def test_a_range_keeps_both_ends() -> None:
    for value, state, certain in [
        (span(5), "on-track", True),
        (span(9), "behind", True),
        (span(2), "behind", True),
        (span("5.5", "6.5"), "on-track", False),
    ]:
        found = judge(Case((value,), span(4, 6), "range"))
        assert (found.kind, found.state, found.certain) == ("range", state, certain)


def test_growth_is_compared_with_growth() -> None:
    five = span(5)

    def growth(*years: Span, target: Span = five) -> tuple[str, bool]:
        found = judge(Case(years, target, "higher", growth=True))
        return found.state, found.certain

    assert growth(span(6)) == ("on-track", True)
    assert growth(span("4.9")) == ("behind", True)
    assert growth(span("4.5", "5.5")) == ("on-track", False)
    assert growth(span(5), target=span(5, None)) == ("on-track", True)
    # 1.02 x 1.08 = 1.1016 < 1.1025 = 1.05 squared, though the arithmetic mean is 5
    assert growth(span(2), span(8)) == ("behind", True)
    assert growth(span(2), span("8.1")) == ("on-track", True)


# --- on a graph -----------------------------------------------------------------------------------------------------


PLAN = """
<plan> a pg:Plan ; pg:periodStart "2021-01-01"^^xsd:date ; pg:periodEnd "2024-12-31"^^xsd:date ; pg:refArea <area> .
<evaluation> a pg:Evaluation ; pg:about <plan> ; prov:generated <report> ;
    pg:periodStart "2021-01-01"^^xsd:date ; pg:periodEnd "2022-12-31"^^xsd:date .
<report> a pg:Document . <other> a pg:Document .
<here> oa:hasSource <report> ; oa:hasSelector <s1>, <s2> . <there> oa:hasSource <other> ; oa:hasSelector <s1>, <s2> .
<s1> oa:start 1 ; oa:end 3 . <s2> oa:exact "15" .
"""


def store_of(text: str) -> EmbeddedStore:
    turtle = SPARQL_PROLOGUE.replace("PREFIX ", "@prefix ").replace(">\n", "> .\n") + f"@base <{BASE}> .\n"
    graph = Graph().parse(data=turtle + PLAN + text, format="turtle")
    store = EmbeddedStore()
    store.apply(Changeset(added=[(s, p, o, GRAPH) for s, p, o in graph if isinstance(s, URIRef)]))  # type: ignore[misc]
    return store.in_memory()


def observation(name: str, kind: str, value: object, more: str = "", *, statistic: str = "level") -> str:
    return (
        f"<{name}> a pg:Observation ; pg:ofIndicator <i> ; pg:valueType pgc:value-type-{kind} ; pg:unit unit:KiloM ;"
        f" pg:statistic pgc:statistic-{statistic} ; pg:value {value} ; pg:valueLow {value} ; pg:valueHigh {value}"
        + (f" ; {more} .\n" if more else " .\n")
    )


INDICATOR = "<i> a pg:MainIndicator, pg:Indicator ; pg:inPlan <plan> ; pg:direction pgc:direction-higher .\n"
TARGET = observation("t", "target", 20.0, 'pg:dueBy "2024-12-31"^^xsd:date')
BASELINE = observation("b", "baseline", 10.0, 'pg:periodEnd "2020-12-31"^^xsd:date')
AT_HALF = 'pg:periodEnd "2022-12-31"^^xsd:date'


def assessment(name: str, state: str, by: str = "office") -> str:
    return (
        f"<{name}> a pg:Assessment ; pg:about <i> ; pg:status pgc:progress-{state} ; prov:wasAttributedTo <{by}> ;"
        ' pg:asOf "2022-12-31"^^xsd:date .\n'
    )


def states(text: str) -> list[tuple[str, bool]]:
    return [(p.state, p.differs) for p in assess(store_of(INDICATOR + text))]


def test_an_indicator_from_the_graph() -> None:
    (found,) = assess(store_of(INDICATOR + TARGET + BASELINE + observation("o", "actual", 14.0, AT_HALF)))
    assert (found.kind, found.state, found.main, found.dated) == ("reach", "behind", True, True)
    assert found.progress == Span(Fraction(2, 5), Fraction(2, 5))
    assert "40%" in found.reason["zh"]
    assert "40%" in found.reason["en"]


def test_an_undated_value_is_of_the_evaluation_only_where_its_report_states_it() -> None:
    for evidence, state in [("<here>", "on-track"), ("<there>", "unknown")]:
        value = observation("o", "actual", 16.0, f"pg:evidence {evidence}")
        assert states(TARGET + BASELINE + value) == [(state, False)]
    assert states(TARGET + BASELINE + observation("o", "actual", 16.0)) == [("unknown", False)]
    forecast = observation("o", "forecast", 16.0, "pg:evidence <here>")
    assert states(TARGET + BASELINE + forecast) == [("unknown", False)]


def test_a_count_starts_at_nought_only_where_that_is_recorded() -> None:
    target = observation("t", "target", 20, 'pg:dueBy "2024-12-31"^^xsd:date', statistic="count")
    since = 'pg:periodStart "2021-01-01"^^xsd:date ; ' + AT_HALF
    assert states(target + observation("o", "actual", 11, since, statistic="count")) == [("on-track", False)]
    assert states(target + observation("o", "actual", 9, since, statistic="count")) == [("behind", False)]
    assert states(target + observation("o", "actual", 11, AT_HALF, statistic="count")) == [("unknown", False)]
    later = since.replace("2021-01-01", "2022-01-01")
    assert states(target + observation("o", "actual", 11, later, statistic="count")) == [("unknown", False)]
    assert states(TARGET + observation("o", "actual", 11, since)) == [("unknown", False)]


@pytest.mark.parametrize(
    ("value", "reported", "differs"),
    [
        (14.0, "on-track", True),
        (14.0, "behind", False),
        (16.0, "behind", True),
        (16.0, "on-track", False),
        (21.0, "on-track", False),
        (16.0, "unknown", False),
    ],
)
def test_computed_and_reported_state(value: float, reported: str, differs: bool) -> None:
    text = TARGET + BASELINE + observation("o", "actual", value, AT_HALF) + assessment("a", reported)
    assert [d for _, d in states(text)] == [differs]
    (found,) = (f for f in check_progress(store_of(INDICATOR + text)) if f.kind == "pace")
    assert (found.holds, found.severity) == ((False, "tension") if differs else (True, "ok"))
    base = [] if value == 21.0 else ["base"]  # what is reached needs none
    assert [o.role for o in found.operands] == ["observation", "target", *base, "assessment"]
    lists = {entry.key: len(entry.rows) for entry in attention(store_of(INDICATOR + text))}
    assert lists["differs"] == differs
    assert lists["behind"] == (value == 14.0 or reported == "behind")


def test_a_forecast_is_not_held_against_what_is_reported_for_today() -> None:
    forecast = observation("o", "forecast", 14.0, AT_HALF)
    (found,) = assess(store_of(INDICATOR + TARGET + BASELINE + forecast + assessment("a", "on-track")))
    assert (found.forecast, found.state, found.differs) == (True, "behind", False)


def test_without_target_or_value_the_reason_is_given() -> None:
    (found,) = assess(store_of(INDICATOR + observation("o", "actual", 14.0)))
    assert "目标值" in found.reason["zh"]
    (found,) = assess(store_of(INDICATOR + TARGET))
    assert "No actual" in found.reason["en"]
    assert [f.holds for f in check_progress(store_of(INDICATOR + TARGET))] == [None]
    other_unit = observation("o", "actual", 14.0, AT_HALF).replace("unit:KiloM", "unit:M")
    assert assess(store_of(INDICATOR + TARGET + BASELINE + other_unit))[0].observation is None
    elsewhere = observation("o", "actual", 14.0, AT_HALF + " ; pg:refArea <far>")
    assert assess(store_of(INDICATOR + TARGET + BASELINE + elsewhere))[0].observation is None
    valueless = "<t> a pg:Observation ; pg:ofIndicator <i> ; pg:valueType pgc:value-type-target .\n"
    assert "no value" in assess(store_of(INDICATOR + valueless))[0].reason["en"]


def test_reached_early_is_checked_against_the_figures() -> None:
    def status(value: float) -> list[tuple[bool | None, str]]:
        text = INDICATOR + TARGET + observation("o", "actual", value, AT_HALF) + assessment("a", "achieved-early")
        return [(f.holds, f.severity) for f in check_progress(store_of(text)) if f.kind == "status"]

    assert status(20.0) == [(True, "ok")]
    assert status(19.0) == [(False, "inconsistency")]
    text = INDICATOR + observation("o", "actual", 19.0, AT_HALF) + assessment("a", "achieved-early")
    assert [(f.holds, f.severity) for f in check_progress(store_of(text))] == [(None, "info")]


def test_one_source_has_one_judgement_a_day() -> None:
    def found(*told: str) -> list[str]:
        return [f.severity for f in check_progress(store_of(INDICATOR + "".join(told))) if f.kind == "status"]

    assert found(assessment("a", "behind"), assessment("c", "on-track")) == ["tension"]
    assert found(assessment("a", "behind"), assessment("c", "on-track", by="bureau")) == []
    assert found(assessment("a", "behind"), assessment("c", "behind")) == []
    assert found(assessment("a", "behind"), assessment("c", "on-track").replace("2022-12", "2021-12")) == []


def test_a_group_is_no_better_than_its_members() -> None:
    group = "<g> a pg:IndicatorGroup ; skos:member <i> .\n" + assessment("w", "on-track").replace("<i>", "<g>")

    def found(*told: str) -> list[str]:
        return [f.severity for f in check_progress(store_of(INDICATOR + group + "".join(told))) if f.kind == "status"]

    assert found(assessment("a", "behind")) == ["tension"]
    assert found(assessment("a", "on-track")) == []
    assert found(assessment("a", "behind", by="bureau")) == []
    assert found() == []


@pytest.mark.parametrize(
    ("status", "dates", "severities"),
    [
        ("completed", 'pg:periodStart "2023-05-01"^^xsd:date', ["tension"]),
        ("completed", 'pg:dueBy "2023-05-01"^^xsd:date', ["info"]),
        ("completed", 'pg:periodStart "2021-05-01"^^xsd:date ; pg:dueBy "2022-12-31"^^xsd:date', []),
        ("started", 'pg:periodStart "2023-05-01"^^xsd:date', []),
    ],
)
def test_what_is_completed_had_started(status: str, dates: str, severities: list[str]) -> None:
    text = (
        f"<p> a pg:Project ; {dates} . <r> a pg:StatusReport ; pg:about <p> ; pg:status pgc:status-{status} ;"
        ' pg:asOf "2022-12-31"^^xsd:date .\n'
    )
    assert [f.severity for f in check_progress(store_of(text))] == severities


def test_what_is_due_and_not_done_wants_a_look() -> None:
    text = (
        '<p> a pg:Project ; pg:dueBy "2022-06-30"^^xsd:date . <r> a pg:StatusReport ; pg:about <p> ;'
        ' pg:status pgc:status-started ; pg:asOf "2022-12-31"^^xsd:date .\n'
    )
    assert {e.key: [r.thing.iri for r in e.rows] for e in attention(store_of(text))}["overdue"] == [BASE + "p"]
    done = text.replace("status-started", "status-completed")
    assert {e.key: e.rows for e in attention(store_of(done))}["overdue"] == ()


def test_measures_count_as_measured_by_their_parts() -> None:
    text = (
        "<m1> a pg:PolicyMeasure . <m2> a pg:PolicyMeasure ; pg:partOf <m1> ; pg:hasIndicator <i> ."
        " <m3> a pg:PolicyMeasure .\n"
    )
    (entry,) = (e for e in attention(store_of(text)) if e.key == "no-indicator")
    assert [row.thing.iri for row in entry.rows] == [BASE + "m3"]
    assert entry.of == 3


def test_single_years_of_growth_make_one_mean() -> None:
    percent = "unit:PERCENT"
    years = "".join(
        observation(f"y{y}", "actual", g, f'pg:periodStart "{y}-01-01"^^xsd:date ; pg:periodEnd "{y}-12-31"^^xsd:date',
                    statistic="growth-rate")
        for y, g in ((2021, 2.0), (2022, 8.0))
    )  # fmt: skip
    text = (observation("t", "target", 5.0, statistic="growth-rate") + years).replace("unit:KiloM", percent)
    (found,) = assess(store_of(INDICATOR + text))
    assert (found.kind, found.state, len(found.earlier)) == ("growth", "behind", 1)
    assert found.computation == "(1 + 2%) × (1 + 8%) < (1 + 5%)^2"


# --- the shipped data -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> EmbeddedStore:
    store = EmbeddedStore()
    fill(store)
    return store.in_memory()


def test_the_shipped_indicators(shipped: EmbeddedStore) -> None:
    found = {
        p.observation.iri.rpartition("/")[2]: (p.kind, p.state, p.certain)
        for p in assess(shipped)
        if p.observation is not None and p.target is not None
    }
    # 1.93 at the end of 2023, from 1.76 to 2.04 over five years: 0.17 / 0.28 = 61 % after 60 % of the time, but
    # rounding (57 % to 64 %) leaves both possible; of 1.87 the date isn't stated, and it matters.
    assert found["rural-road-density-forecast-2023"] == ("reach", "on-track", False)
    assert found["rural-road-density-midterm"] == ("reach", "unknown", False)
    assert found["workplace-fatality-rate-midterm"] == ("ceiling", "on-track", True)
    assert found["urban-unemployment-rate-ceiling"] == ("ceiling", "on-track", True)
    assert found["gdp-growth-2021-2022"] == ("growth", "on-track", False)


def test_no_false_alarm_on_the_shipped_data(shipped: EmbeddedStore) -> None:
    # The report calls the indicators of reduction on track, and one of the two, the population, behind.
    failing = [f for f in check_progress(shipped) if f.holds is False]
    assert [(f.kind, f.severity, f.relation.text("zh")) for f in failing] == [("status", "tension", "减量发展")]
    assert [o.thing.text("en") for o in failing[0].operands] == [
        "Indicators of reduction: on track",
        "Resident population: behind",
    ]
    behind = next(entry for entry in attention(shipped) if entry.key == "behind")
    assert {row.thing.text("zh") for row in behind.rows} == {"常住人口", "数字经济增加值年均增速"}


def test_every_text_comes_in_both_languages(shipped: EmbeddedStore) -> None:
    for finding in check_progress(shipped):
        for text in (finding.message, finding.rationale):
            assert text["zh"].endswith("。")
            assert text["en"].endswith(".")
