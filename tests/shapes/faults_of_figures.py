"""Faults of figures, indicators and the plan's own counts."""

from __future__ import annotations

from patient import Patient, day, decimal, mutant
from rdflib import Literal
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node

from plangraph.namespaces import PG, PGC, UNIT

# --- figures


@mutant("Observation-low-value")
def bounds_swapped(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.valueLow, PG.valueHigh, statistic=PGC["statistic-rate"])
    low, high = p.graph.value(node, PG.valueLow), p.graph.value(node, PG.valueHigh)
    p.put(node, PG.valueLow, high)
    p.put(node, PG.valueHigh, low)
    return node


@mutant("Observation-value-high")
def value_beyond_its_interval(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.valueHigh, comparator=PGC["comparator-eq"])
    p.put(node, PG.value, decimal("9999999999"))
    return node


@mutant("Observation-value")
def value_as_integer(p: Patient) -> Node:
    node = p.pick(PG.Observation)
    p.put(node, PG.value, Literal(5))
    return node


@mutant("Observation-exact-bounds")
def one_bound_lost(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.valueHigh, comparator=PGC["comparator-eq"])
    p.put(node, PG.valueHigh)
    return node


@mutant("Observation-lower-comparator")
def over_with_a_lower_low(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.asPrinted, comparator=PGC["comparator-gt"])
    p.put(node, PG.valueLow, decimal("0.5"))
    return node


@mutant("Observation-upper-comparator")
def within_without_a_high(p: Patient) -> Node:
    node = p.pick(PG.Observation, comparator=PGC["comparator-le"])
    p.put(node, PG.valueHigh)
    p.put(node, PG.valueLow, decimal("0.0"))
    return node


@mutant("Observation-share-range")
def share_over_100(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-share"])
    p.put(node, PG.value, decimal("157"))
    return node


@mutant("Observation-percent-unit")
def growth_in_percentage_points(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-growth-rate"])
    p.put(node, PG.unit, PGC["unit-percentage-point"])
    return node


@mutant("Observation-change-unit")
def change_in_percent(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-change"])
    p.put(node, PG.unit, UNIT.PERCENT)
    return node


@mutant("Observation-rank")
def rank_of_one_and_a_half(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-rank"])
    p.put(node, PG.value, decimal("1.5"))
    return node


@mutant("Observation-count")
def half_an_enterprise(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-count"])
    p.put(node, PG.value, decimal("12.5"))
    return node


@mutant("Observation-unit")
def two_units(p: Patient) -> Node:
    node = p.pick(PG.Observation, unit=UNIT.PERCENT)
    p.put(node, PG.unit, UNIT.PERCENT, PGC["unit-yuan"])
    return node


@mutant("Observation-quote")
def digits_transposed(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.asPrinted, PG.evidence, statistic=PGC["statistic-level"])
    p.put(node, PG.asPrinted, Literal(f"7{p.graph.value(node, PG.asPrinted)}"))
    return node


@mutant("Observation-asPrinted-given")
def printed_figure_lost(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.asPrinted, assertion=PGC["assertion-stated"])
    p.put(node, PG.asPrinted)
    return node


@mutant("Observation-period-order")
def period_backwards(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.periodStart, PG.periodEnd)
    p.put(node, PG.periodEnd, day("1999-12-31"))
    return node


@mutant("Observation-periodEnd")
def thirtieth_of_february(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.periodEnd)
    p.put(node, PG.periodStart)
    p.put(node, PG.periodEnd, day("2022-02-30"))
    return node


@mutant("Observation-due-after-plan-start")
def target_due_before_the_plan(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.dueBy)
    p.put(node, PG.dueBy, day("2015-12-31"))
    return node


@mutant("Observation-due-target")
def actual_with_due_date(p: Patient) -> Node:
    node = p.pick(PG.Observation, valueType=PGC["value-type-actual"])
    p.put(node, PG.dueBy, day("2025-12-31"))
    return node


@mutant("Observation-ofIndicator")
def value_of_nothing(p: Patient) -> Node:
    node = p.pick(PG.Observation)
    p.put(node, PG.ofIndicator)
    return node


# --- indicators and the plan's own counts


@mutant("MainIndicator-group")
def in_two_groups(p: Patient) -> Node:
    node = p.pick(PG.MainIndicator)
    for group in sorted(p.graph.subjects(RDF.type, PG.IndicatorGroup))[:2]:
        p.graph.add((group, SKOS.member, node))
    return node


@mutant("MainIndicator-assessment")
def assessment_lost(p: Patient) -> Node:
    node = p.pick(PG.MainIndicator)
    for assessment in list(p.graph.subjects(PG.about, node)):
        p.graph.remove((assessment, None, None))
    return node


@mutant("MainIndicator-indicatorKind")
def binding_and_anticipatory(p: Patient) -> Node:
    node = p.pick(PG.MainIndicator, PG.indicatorKind)
    p.put(node, PG.indicatorKind, PGC["kind-binding"], PGC["kind-anticipatory"])
    return node


def the_plan(p: Patient) -> Node:
    return next(p.graph.subjects(RDF.type, PG.Plan))


@mutant("Plan-main-indicator-count")
def one_main_indicator_demoted(p: Patient) -> Node:
    p.graph.remove((p.pick(PG.MainIndicator), RDF.type, PG.MainIndicator))
    return the_plan(p)


@mutant("Plan-group-member-count")
def member_listed_as_another(p: Patient) -> Node:
    group = p.pick(PG.IndicatorGroup)
    for member in sorted(set(p.graph.objects(group, SKOS.member)) - p.touched)[:2]:
        p.graph.remove((group, SKOS.member, member))
    return the_plan(p)


@mutant("Plan-kind-count")
def binding_count_misread(p: Patient) -> Node:
    slug = "/indicator/binding-indicators-total"
    indicator = next(i for i in p.graph.subjects(RDF.type, PG.Indicator) if str(i).endswith(slug))
    observation = next(p.graph.subjects(PG.ofIndicator, indicator))
    for bound in (PG.value, PG.valueLow, PG.valueHigh):
        p.put(observation, bound, decimal("1"))
    return the_plan(p)


@mutant("Plan-known-kinds")
def kinds_guessed(p: Patient) -> Node:
    for indicator in set(p.graph.subjects(RDF.type, PG.MainIndicator)) - p.touched:
        p.graph.set((indicator, PG.indicatorKind, PGC["kind-binding"]))
    return the_plan(p)


@mutant("Plan-early-count")
def one_more_achieved_early(p: Patient) -> Node:
    p.put(p.pick(PG.Assessment, status=PGC["progress-on-track"]), PG.status, PGC["progress-achieved-early"])
    return the_plan(p)


@mutant("Plan-behind-count")
def one_more_behind(p: Patient) -> Node:
    p.put(p.pick(PG.Assessment, status=PGC["progress-on-track"]), PG.status, PGC["progress-behind"])
    return the_plan(p)


@mutant("Plan-period-order")
def plan_backwards(p: Patient) -> Node:
    p.put(the_plan(p), PG.periodEnd, day("2020-12-31"))
    return the_plan(p)
