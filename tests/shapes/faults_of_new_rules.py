"""Faults that a careful editor finds: figures against what is printed and against one another, dates, names, texts."""

from __future__ import annotations

from decimal import Decimal

from patient import Patient, day, decimal, mutant
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib.term import Node

from plangraph.namespaces import ID, PG, PGC, UNIT

_BOUNDS = (PG.value, PG.valueLow, PG.valueHigh)


def scaled(p: Patient, node: Node, factor: str) -> Node:
    """Value and bounds times ``factor``, as a slip makes them."""
    for bound in _BOUNDS:
        old = p.graph.value(node, bound)
        if old is not None:
            p.put(node, bound, decimal(f"{Decimal(str(old)) * Decimal(factor):f}"))
    return node


def copied(p: Patient, node: Node, slug: str) -> URIRef:
    """The same thing once more, under another name."""
    twin = URIRef(f"{node}-{slug}")
    for predicate, value in list(p.graph.predicate_objects(node)):
        p.graph.add((twin, predicate, value))
    p.touched.add(twin)
    return twin


def printed_with(p: Patient, mark: str, **equal: URIRef) -> URIRef:
    """An observation whose printed form has ``mark`` in it."""
    tried: set[Node] = set()
    while True:
        node = p.pick(PG.Observation, PG.asPrinted, **equal)
        tried.add(node)
        if mark in str(p.graph.value(node, PG.asPrinted)):
            p.touched -= tried - {node}
            return node


def dated(p: Patient, node: Node, year: str) -> None:
    p.put(node, PG.periodStart, day(f"{year}-01-01"))
    p.put(node, PG.periodEnd, day(f"{year}-12-31"))


def label(p: Patient, node: Node, lang: str) -> str:
    return next(str(t) for t in p.graph.objects(node, SKOS.prefLabel) if getattr(t, "language", "") == lang)


def relabelled(p: Patient, node: Node, zh: str) -> Node:
    p.put(node, SKOS.prefLabel, Literal(zh, lang="zh"), Literal(label(p, node, "en"), lang="en"))
    return node


# --- a figure against its printed form and its quote


@mutant("Observation-printed-value")
def ten_thousand_not_multiplied(p: Patient) -> Node:
    return scaled(p, printed_with(p, "万", statistic=PGC["statistic-level"]), "0.0001")


@mutant("Observation-printed-value")
def ten_thousand_multiplied_twice(p: Patient) -> Node:
    return scaled(p, printed_with(p, "万", statistic=PGC["statistic-count"]), "10000")


@mutant("Observation-printed-value")
def hundred_million_read_as_ten_thousand(p: Patient) -> Node:
    return scaled(p, printed_with(p, "亿"), "0.0001")


@mutant("Observation-printed-value")
def percentage_as_fraction(p: Patient) -> Node:
    return scaled(p, printed_with(p, "%", statistic=PGC["statistic-rate"]), "0.01")


@mutant("Observation-printed-value")
def decimal_point_moved(p: Patient) -> Node:
    return scaled(p, printed_with(p, "公里"), "10")


@mutant("Observation-printed-value")
def digits_of_the_value_swapped(p: Patient) -> Node:
    node = printed_with(p, "1148个")
    for bound in _BOUNDS:
        p.put(node, bound, decimal("1184.0"))
    return node


@mutant("Observation-printed-value")
def hectares_recorded_as_square_metres(p: Patient) -> Node:
    node = printed_with(p, "公顷")
    p.put(node, PG.unit, UNIT.M2)
    return node


@mutant("Observation-printed-value")
def people_recorded_as_money(p: Patient) -> Node:
    node = printed_with(p, "万人")
    p.put(node, PG.unit, PGC["unit-yuan"])
    return node


@mutant("Observation-printed-doubt")
def half_printed_for_a_third(p: Patient) -> Node:
    return scaled(p, printed_with(p, "六成"), "0.5")


@mutant("Observation-printed-words")
def more_than_taken_as_exactly(p: Patient) -> Node:
    node = printed_with(p, "超过", comparator=PGC["comparator-gt"])
    p.put(node, PG.comparator, PGC["comparator-eq"])
    p.put(node, PG.valueHigh, p.graph.value(node, PG.value))
    return node


@mutant("Observation-printed-bounds")
def bounds_as_wide_as_the_world(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.asPrinted, PG.valueHigh, statistic=PGC["statistic-rate"])
    p.put(node, PG.valueLow, decimal("-5000.0"))
    p.put(node, PG.valueHigh, decimal("5000.0"))
    return node


@mutant("Observation-quote-multiplier")
def multiplier_left_out_of_the_printed_form(p: Patient) -> Node:
    node = printed_with(p, "亿元", comparator=PGC["comparator-eq"])
    p.put(node, PG.asPrinted, Literal(str(p.graph.value(node, PG.asPrinted)).replace("亿", "万")))
    return scaled(p, node, "0.0001")


@mutant("Observation-printed-letters")
def letter_o_for_nought(p: Patient) -> Node:
    node = printed_with(p, "0个")
    p.put(node, PG.asPrinted, Literal(str(p.graph.value(node, PG.asPrinted)).replace("0个", "O个")))
    return node


# --- a figure against the others


@mutant("Observation-contradiction")
def same_figure_told_otherwise(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.valueLow, PG.valueHigh, statistic=PGC["statistic-rate"])
    return scaled(p, copied(p, node, "again"), "0.5")


@mutant("Observation-duplicate")
def entered_twice(p: Patient) -> Node:
    return copied(p, p.pick(PG.Observation, PG.evidence, statistic=PGC["statistic-count"]), "twice")


@mutant("Observation-history")
def next_year_in_ten_thousands(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-level"], unit=PGC["unit-yuan"])
    later = copied(p, node, "2024")
    dated(p, later, "2024")
    p.put(later, PG.asPrinted)
    return scaled(p, later, "0.00011")


@mutant("Observation-unit-dimension")
def kilometres_for_hectares(p: Patient) -> Node:
    later = copied(p, p.pick(PG.Observation, unit=UNIT.HA), "2024")
    p.put(later, PG.unit, UNIT.KiloM)
    return later


@mutant("Observation-direction")
def fall_that_rises(p: Patient) -> Node:
    slug = "/observation/resident-population-change"
    node = next(n for n in p.graph.subjects(RDF.type, PG.Observation) if str(n).endswith(slug))
    return scaled(p, node, "-1")


@mutant("Observation-direction")
def growth_that_falls(p: Patient) -> Node:
    slug = "/observation/foreign-investment-growth-2022"
    node = next(n for n in p.graph.subjects(RDF.type, PG.Observation) if str(n).endswith(slug))
    return scaled(p, node, "-1")


@mutant("Observation-rate-range")
def rate_over_100(p: Patient) -> Node:
    slug = "/observation/drug-pass-rate-actual"
    node = next(n for n in p.graph.subjects(RDF.type, PG.Observation) if str(n).endswith(slug))
    return scaled(p, node, "10")


@mutant("Observation-growth-extreme")
def growth_of_a_thousandfold(p: Patient) -> Node:
    return scaled(p, p.pick(PG.Observation, PG.valueHigh, statistic=PGC["statistic-growth-rate"]), "1000")


@mutant("Observation-negative")
def area_below_zero(p: Patient) -> Node:
    return scaled(p, p.pick(PG.Observation, unit=UNIT.M2, statistic=PGC["statistic-level"]), "-1")


@mutant("Observation-basis-other")
def measured_against_itself(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.basis)
    p.put(node, PG.basis, node)
    return node


@mutant("Relation-part-whole")
def part_and_whole_swapped(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.part, PG.whole, relationKind=PGC["relation-at-most"])
    part, whole = p.graph.value(node, PG.part), p.graph.value(node, PG.whole)
    p.put(node, PG.part, whole)
    p.put(node, PG.whole, part)
    return node


@mutant("Relation-own-operand")
def compared_with_itself(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.left, PG.right)
    p.put(node, PG.left, p.graph.value(node, PG.right))
    return node


@mutant("Assessment-figures")
def target_missed_and_called_early(p: Patient) -> Node:
    plan = next(p.graph.subjects(RDF.type, PG.Plan))
    node = p.pick(PG.Assessment, PG.about, status=PGC["progress-on-track"])
    indicator = p.graph.value(node, PG.about)
    p.put(node, PG.status, PGC["progress-achieved-early"])
    p.put(indicator, PG.direction, PGC["direction-higher"])
    for other in list(p.graph.subjects(PG.ofIndicator, indicator)):
        p.graph.remove((other, PG.ofIndicator, indicator))
    for kind, value in (("actual", "40"), ("target", "60")):
        new = URIRef(f"{indicator}-{kind}".replace("/indicator/", "/observation/"))
        for prop, term in (
            (RDF.type, PG.Observation),
            (PG.ofIndicator, indicator),
            (PG.valueType, PGC[f"value-type-{kind}"]),
            (PG.statistic, PGC["statistic-rate"]),
            (PG.unit, UNIT.PERCENT),
            (PG.inPlan, plan),
            *((bound, decimal(value)) for bound in _BOUNDS),
        ):
            p.graph.add((new, prop, term))
    return node


# --- dates and states


@mutant("Observation-due-after-start")
def target_due_before_it_starts(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.dueBy, valueType=PGC["value-type-target"])
    p.put(node, PG.periodStart, day("2026-01-01"))
    p.put(node, PG.periodEnd)
    return node


@mutant("Project-due-after-start")
def project_due_before_it_starts(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, PG.periodStart, day("2024-01-01"))
    p.put(node, PG.dueBy, day("2022-01-01"))
    return node


def with_status(p: Patient, *stages: tuple[str, str]) -> list[URIRef]:
    """Reports on a project that has no other, in order."""
    project = p.pick(PG.Project)
    first = next(iter(sorted(p.graph.subjects(PG.about, project))))
    made = []
    for number, (status, when) in enumerate(stages):
        report = copied(p, first, f"stage-{number}")
        p.put(report, PG.status, PGC[f"status-{status}"])
        p.put(report, PG.asOf, day(when))
        made.append(report)
    for report in list(p.graph.subjects(PG.about, project)):
        if report not in made:
            p.graph.remove((report, PG.about, project))
    return made


@mutant("StatusReport-before-start")
def completed_before_it_starts(p: Patient) -> Node:
    (report,) = with_status(p, ("completed", "2023-06-30"))
    p.put(p.graph.value(report, PG.about), PG.periodStart, day("2024-03-01"))  # type: ignore[arg-type]
    return report


@mutant("StatusReport-backwards")
def completed_and_planned_again(p: Patient) -> Node:
    return with_status(p, ("completed", "2022-06-30"), ("planned", "2023-06-30"))[1]


@mutant("StatusReport-one-state")
def two_states_on_a_day(p: Patient) -> Node:
    return with_status(p, ("in-operation", "2023-06-30"), ("under-construction", "2023-06-30"))[0]


@mutant("Assessment-one-state")
def two_judgements_on_a_day(p: Patient) -> Node:
    node = p.pick(PG.Assessment, status=PGC["progress-on-track"])
    p.put(copied(p, node, "other"), PG.status, PGC["progress-behind"])
    return node


@mutant("Report-date-future")
def status_after_the_report(p: Patient) -> Node:
    node = p.pick(PG.StatusReport, PG.evidence)
    p.put(node, PG.asOf, day("2024-06-30"))
    return node


@mutant("Observation-actual-future")
def actual_of_a_year_to_come(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.evidence, valueType=PGC["value-type-actual"])
    dated(p, node, "2024")
    return node


@mutant("Observation-actual-after-plan")
def actual_after_the_plan(p: Patient) -> Node:
    node = p.pick(PG.Observation, valueType=PGC["value-type-actual"])
    dated(p, node, "2202")
    return node


@mutant("Observation-long-before-plan")
def actual_of_a_century_ago(p: Patient) -> Node:
    node = p.pick(PG.Observation, valueType=PGC["value-type-actual"])
    dated(p, node, "1923")
    return node


@mutant("Report-long-after-plan")
def completed_in_a_far_year(p: Patient) -> Node:
    node = p.pick(PG.StatusReport)
    p.put(node, PG.asOf, day("2031-06-30"))
    return node


@mutant("Observation-history")
def decimal_point_against_history(p: Patient) -> Node:
    people = ID["chaoyang-2021/indicator/resident-population"]
    node = p.pick(PG.Observation, PG.asPrinted, ofIndicator=people, statistic=PGC["statistic-count"])
    later = copied(p, node, "later")
    p.put(later, PG.asPrinted, Literal("34.49万人"))
    for bound in _BOUNDS:
        p.put(later, bound, decimal("344900"))
    dated(p, later, "2023")
    return later


@mutant("Thing-date-plausible")
def century_mistyped(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.dueBy)
    p.put(node, PG.dueBy, day("2205-12-31"))
    return node


@mutant("Thing-date-year")
def year_of_five_digits(p: Patient) -> Node:
    node = p.pick(PG.Document)
    p.put(node, DCTERMS.issued, day("20211-12-17"))
    return node
