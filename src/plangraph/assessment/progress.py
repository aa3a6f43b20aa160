"""Reads targets, observations, bases and reported states from the graph and judges each pair that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from rdflib import URIRef
from rdflib.namespace import PROV, RDF

from plangraph.assessment.pace import Case, judge
from plangraph.assessment.records import Progress, Reported, Span, Window, span_of
from plangraph.assessment.words import explain, reason
from plangraph.entities import Named, evidence_of, name_of
from plangraph.figures import Figure, figures_of
from plangraph.namespaces import PG, PGC
from plangraph.store.base import GraphStore
from plangraph.walking import in_order, objects, of_class, subjects

_LEVELS: Final = frozenset({"level", "count", "rate", "share"})
"""Statistics that say how much there is: a target may call a share what an observation calls a rate."""


@dataclass(frozen=True)
class Evaluated:
    """A plan's start and area, the period of its evaluation and the documents which that evaluation generated."""

    start: date | None
    area: str | None
    window: Window | None
    reports: frozenset[str]


_TARGET: Final = PGC["value-type-target"]


def assess(store: GraphStore) -> tuple[Progress, ...]:
    """The progress of every indicator that has a target, observation by observation, and of each main indicator.

    Main indicators come first. Where nothing can be compared there is one ``Progress`` whose ``reason`` says why.
    """
    main = in_order(store, of_class(store, PG.MainIndicator))
    aimed = {o for t in subjects(store, PG.valueType, _TARGET) for o in objects(store, t, PG.ofIndicator)}
    others = in_order(store, (i for i in aimed if isinstance(i, URIRef) and i not in set(main)))
    plans: dict[URIRef | None, Evaluated] = {}
    found: list[Progress] = []
    for indicator in (*main, *others):
        plan = next(iter(objects(store, indicator, PG.inPlan)), None)
        if plan not in plans:
            plans[plan] = _evaluated(store, plan)
        found += _of_indicator(store, indicator, plans[plan], indicator in set(main))
    return tuple(found)


def _evaluated(store: GraphStore, plan: URIRef | None) -> Evaluated:
    if plan is None:
        return Evaluated(None, None, None, frozenset())
    area = next((str(o) for o in objects(store, plan, PG.refArea)), None)
    start = _day(store, plan, PG.periodStart)
    for evaluation in sorted(subjects(store, PG.about, plan)):
        if PG.Evaluation in objects(store, evaluation, RDF.type):
            first, last = _day(store, evaluation, PG.periodStart), _day(store, evaluation, PG.periodEnd)
            reports = frozenset(str(o) for o in objects(store, evaluation, PROV.generated))
            window = Window(first, last) if first and last and first <= last else None
            return Evaluated(start, area, window, reports)
    return Evaluated(start, area, None, frozenset())


def _day(store: GraphStore, thing: URIRef, predicate: URIRef) -> date | None:
    return next((as_day(str(o)) for o in objects(store, thing, predicate)), None)


def as_day(text: str | None) -> date | None:
    """An ISO date; None where there is none, or where data that don't conform have something else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def reports_of(store: GraphStore, indicator: URIRef) -> tuple[Reported, ...]:
    """The reported states of a thing, the last first."""
    found = []
    for node in subjects(store, PG.about, indicator):
        if PG.Assessment in objects(store, node, RDF.type):
            status = next((str(o) for o in objects(store, node, PG.status)), "")
            as_of = next((str(o) for o in objects(store, node, PG.asOf)), "")
            by = tuple(sorted(str(o) for o in objects(store, node, PROV.wasAttributedTo)))
            state = status.rpartition("/")[2].removeprefix("progress-") or "unknown"
            found.append(Reported(name_of(store, str(node)), state, as_of, by))
    # By IRI first, so that a tie comes out the same every time.
    return tuple(sorted(sorted(found, key=lambda r: r.assessment.iri), key=lambda r: r.as_of, reverse=True))


def _of_indicator(store: GraphStore, indicator: URIRef, plan: Evaluated, main: bool) -> list[Progress]:
    figures = figures_of(store, str(indicator))
    name, reported = name_of(store, str(indicator)), next(iter(reports_of(store, indicator)), None)
    targets = [f for f in figures if f.value_type == "target"]

    def unknown(key: str, observation: Figure | None = None, target: Figure | None = None) -> Progress:
        return Progress(
            name, observation, target, None, "", "unknown", False, reason(key), reported=reported, main=main
        )

    if not targets:
        return [unknown("no-target")]
    valued = [t for t in targets if not (t.value is None and t.low is None and t.high is None)]
    if not valued:
        return [unknown("no-value", None, targets[0])]
    seen = [f for f in figures if f.value_type in ("actual", "forecast") and f.value is not None]
    direction = next((str(o).rpartition("direction-")[2] for o in objects(store, indicator, PG.direction)), "")
    found = []
    for observation in sorted(seen, key=lambda f: (f.value_type != "actual", f.end or "", f.iri)):
        target = _target_for(observation, valued, plan)
        if target is not None:
            progress = _judged(store, name, figures, observation, target, direction, plan)
            if progress is not None:
                found.append(_with(progress, reported, main))
    return found or [unknown("no-observation", None, valued[0])]


def _with(progress: Progress, reported: Reported | None, main: bool) -> Progress:
    return replace(progress, reported=reported, main=main)


def _target_for(observation: Figure, targets: Sequence[Figure], plan: Evaluated) -> Figure | None:
    """The next target due that the observation can be held against, else the last one."""
    fitting = sorted((t for t in targets if _comparable(observation, t, plan)), key=lambda t: t.due or "9999")
    return next((t for t in fitting if not t.due or not observation.end or t.due >= observation.end), None) or (
        fitting[-1] if fitting else None
    )


def _comparable(one: Figure, other: Figure, plan: Evaluated) -> bool:
    same = one.statistic == other.statistic or {one.statistic, other.statistic} <= _LEVELS
    return same and one.unit == other.unit and (one.area or plan.area) == (other.area or plan.area)


def _judged(
    store: GraphStore,
    name: Named,
    figures: Sequence[Figure],
    observation: Figure,
    target: Figure,
    direction: str,
    plan: Evaluated,
) -> Progress | None:
    """The progress of one observation; None where a later year's mean takes it in."""
    growth = observation.statistic == "growth-rate"
    earlier: tuple[Figure, ...] = ()
    if growth:
        years = _years(figures, target, plan)
        if observation in years[:-1]:
            return None
        earlier = tuple(years[:-1]) if years and observation == years[-1] else ()
    base, base_span, base_day, zero = _base(figures, observation, target, plan)
    window = _window(store, observation, plan)
    blocked = _blocked(observation, target, growth=growth)
    if blocked:
        return Progress(name, observation, target, None, "", "unknown", False, reason(blocked), window=window)
    case = Case(
        values=tuple(span_of(f) for f in (*earlier, observation)),
        target=span_of(target),
        direction=direction,
        growth=growth,
        window=window,
        due=as_day(target.due),
        base=base_span,
        base_day=base_day,
    )
    verdict = judge(case)
    return Progress(
        indicator=name,
        observation=observation,
        target=target,
        base=base if verdict.progress is not None else None,
        kind=verdict.kind,
        state=verdict.state,
        certain=verdict.certain,
        reason=explain(verdict, observation, target, base=base, window=window),
        computation=verdict.computation,
        elapsed=verdict.elapsed,
        progress=verdict.progress,
        window=window,
        earlier=earlier,
        zero_base=zero and verdict.progress is not None,
    )


def _blocked(observation: Figure, target: Figure, *, growth: bool) -> str:
    """Why a pair that looks comparable isn't."""
    if growth and target.due:
        return "total-or-mean"
    if growth and (observation.start is None or observation.end is None or observation.basis is not None):
        return "other-years"
    if not growth and target.start and observation.start and observation.start != target.start:
        return "other-period"
    return ""


def _years(figures: Iterable[Figure], target: Figure, plan: Evaluated) -> list[Figure]:
    """The actual growth of single years, one after the other up to the last one known."""
    single = {}
    for figure in figures:
        first, last = as_day(figure.start), as_day(figure.end)
        fits = figure.value_type == "actual" and figure.basis is None and _comparable(figure, target, plan)
        if fits and first and last and 364 <= (last - first).days <= 365 and figure.unit.endswith("/PERCENT"):
            single[last] = figure
    row: list[Figure] = []
    for last in sorted(single, reverse=True):
        start = as_day(row[0].start) if row else None
        if start is not None and last != start - timedelta(days=1):
            break
        row.insert(0, single[last])
    return row


def _window(store: GraphStore, observation: Figure, plan: Evaluated) -> Window | None:
    """The day of an observation; for one without, the period of the evaluation whose report states it."""
    on = as_day(observation.end)
    if on is not None:
        return Window(on, on)
    if observation.value_type != "actual" or observation.start is not None or plan.window is None:
        return None
    sources = {evidence.source.iri for evidence in evidence_of(store, observation.iri)}
    return plan.window if sources & plan.reports else None


def _base(
    figures: Iterable[Figure], observation: Figure, target: Figure, plan: Evaluated
) -> tuple[Figure | None, Span | None, date | None, bool]:
    """The last dated baseline that fits; 0 for a count recorded as accumulated since the plan's start."""
    fitting = [f for f in figures if f.value_type == "baseline" and _comparable(f, target, plan)]
    if fitting:
        base = max(fitting, key=lambda f: f.end or "")
        return base, span_of(base), as_day(base.end), False
    counted = observation.statistic == target.statistic == "count"
    if counted and plan.start is not None and as_day(observation.start) == plan.start:
        zero = Span(Fraction(0), Fraction(0))
        return None, zero, plan.start - timedelta(days=1), True
    return None, None, None, False
