"""The plan at a glance: what it aims at, how far it is, what is behind.

Made once a revision, never while a page is asked for: at size, no page aggregates over the whole store.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rdflib import Literal, URIRef
from rdflib.namespace import ORG, PROV, RDF, SKOS

from plangraph.entities import Named, name_of
from plangraph.errors import NotFound
from plangraph.figures import Figure, figures_of, headline, target_of
from plangraph.namespaces import PG
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore
from plangraph.walking import in_order, objects, of_class, subjects

STATES: Final = ("behind", "unknown", "on-track", "achieved-early")
"""Progress of an indicator, the one to look at first first."""
STATUSES: Final = (
    "planned",
    "approved",
    "started",
    "under-construction",
    "structure-complete",
    "completed",
    "in-operation",
    "cancelled",
    "unknown",
)
"""Statuses of a project, from its beginning to its end."""


@dataclass(frozen=True)
class Span:
    """A period of a plan; ``elapsed`` is the share of it that was over at ``as_of``, 0 to 1."""

    start: date
    end: date
    as_of: date
    elapsed: float


@dataclass(frozen=True)
class IndicatorState:
    """A main indicator with its kind, its assessed state, the value to show and the target to hold it against."""

    thing: Named
    kind: str
    state: str
    inferred: bool
    value: Figure | None
    target: Figure | None


@dataclass(frozen=True)
class Group:
    """One group of main indicators."""

    thing: Named
    indicators: tuple[IndicatorState, ...]


@dataclass(frozen=True)
class TaskState:
    """A task, how many projects of each status carry it out, and how many programmes and indicators belong to it."""

    thing: Named
    statuses: dict[str, int]
    programmes: int
    indicators: int

    @property
    def projects(self) -> int:
        """The number of its projects."""
        return sum(self.statuses.values())


@dataclass(frozen=True)
class DomainState:
    """A domain with its tasks, and the goals that it or one of its tasks supports."""

    thing: Named
    tasks: tuple[TaskState, ...]
    goals: tuple[str, ...]
    via_tasks: tuple[str, ...]


@dataclass(frozen=True)
class GoalState:
    """A goal, the slogan that it is a member of, and how many things of each class support it."""

    thing: Named
    slogan: Named | None
    supporters: dict[str, int]


@dataclass(frozen=True)
class ProblemState:
    """A problem that the source names, and the measures that address it."""

    thing: Named
    measures: tuple[Named, ...]


@dataclass(frozen=True)
class ClassCount:
    """How many things of a class there are; those of its sub-classes count too."""

    iri: str
    label: dict[str, str]
    count: int


@dataclass(frozen=True)
class Overview:
    """All that the first page shows."""

    plan: Named
    short: dict[str, str]
    span: Span | None
    evaluation: Named | None
    source: Named | None
    goals: tuple[GoalState, ...]
    domains: tuple[DomainState, ...]
    groups: tuple[Group, ...]
    problems: tuple[ProblemState, ...]
    classes: tuple[ClassCount, ...]
    statuses: dict[str, int]
    triples: int
    inferred_links: int

    @property
    def indicators(self) -> tuple[IndicatorState, ...]:
        """The main indicators of all groups."""
        return tuple(indicator for group in self.groups for indicator in group.indicators)

    @property
    def states(self) -> dict[str, int]:
        """How many main indicators are in each state, in the order of ``STATES``."""
        found = Counter(indicator.state for indicator in self.indicators)
        return {state: found[state] for state in STATES if found[state]}

    def in_state(self, state: str) -> tuple[IndicatorState, ...]:
        """The main indicators in one state."""
        return tuple(i for i in self.indicators if i.state == state)

    def to_json(self) -> dict[str, Any]:
        """The overview for programs; keys are stable, figures carry value, interval and unit."""
        return {
            "plan": _named(self.plan),
            "period": None
            if self.span is None
            else {
                "start": self.span.start.isoformat(),
                "end": self.span.end.isoformat(),
                "asOf": self.span.as_of.isoformat(),
                "elapsed": round(self.span.elapsed, 4),
            },
            "states": self.states,
            "projectStatuses": self.statuses,
            "indicatorGroups": [
                {**_named(group.thing), "indicators": [_indicator(i) for i in group.indicators]}
                for group in self.groups
            ],
            "goals": [{**_named(goal.thing), "supporters": goal.supporters} for goal in self.goals],
            "domains": [
                {
                    **_named(domain.thing),
                    "goals": list(domain.goals),
                    "tasks": [
                        {
                            **_named(task.thing),
                            "projects": task.statuses,
                            "programmes": task.programmes,
                            "indicators": task.indicators,
                        }
                        for task in domain.tasks
                    ],
                }
                for domain in self.domains
            ],
            "problems": [
                {**_named(problem.thing), "measures": [_named(m) for m in problem.measures]}
                for problem in self.problems
            ],
            "classes": [{"iri": c.iri, "label": c.label, "count": c.count} for c in self.classes],
            "triples": self.triples,
        }


def _named(thing: Named) -> dict[str, Any]:
    return {"iri": thing.iri, "label": thing.label}


def _indicator(state: IndicatorState) -> dict[str, Any]:
    return {
        **_named(state.thing),
        "kind": state.kind,
        "state": state.state,
        "value": _figure(state.value),
        "target": _figure(state.target),
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "iri": figure.iri,
        "value": None if figure.value is None else str(figure.value),
        "low": None if figure.low is None else str(figure.low),
        "high": None if figure.high is None else str(figure.high),
        "comparator": figure.comparator,
        "unit": figure.unit,
        "asPrinted": figure.printed or None,
        "periodEnd": figure.end,
        "inferred": figure.inferred,
    }


def overview(store: GraphStore) -> Overview:
    """Read the overview. Raises ``NotFound`` where the store holds no plan that anything belongs to."""
    plan = main_plan(store)
    statuses = project_statuses(store)
    area = next((str(o) for o in objects(store, plan, PG.refArea)), None)
    evaluation = _first(subjects(store, PG.about, plan) & set(of_class(store, PG.Evaluation)))
    report = _first(set(objects(store, evaluation, PROV.generated))) if evaluation else None
    counted = Counter(statuses.get(str(p), "unknown") for p in of_class(store, PG.Project))
    graphs = store.graphs()
    return Overview(
        plan=name_of(store, str(plan)),
        short=_short(store, plan),
        span=_span(store, plan, evaluation),
        evaluation=name_of(store, str(evaluation)) if evaluation else None,
        source=name_of(store, str(report)) if report else None,
        goals=_goals(store, plan),
        domains=tuple(_domain(store, domain, statuses) for domain in _of_plan(store, PG.Domain, plan)),
        groups=tuple(_group(store, group, area) for group in _of_plan(store, PG.IndicatorGroup, plan)),
        problems=tuple(_problem(store, problem) for problem in _of_plan(store, PG.Problem, plan)),
        classes=_classes(store),
        statuses={status: counted[status] for status in STATUSES if counted[status]},
        triples=sum(graphs.values()),
        inferred_links=len(of_class(store, PG.Link)),
    )


def main_plan(store: GraphStore) -> URIRef:
    """The plan that the most things belong to. Raises ``NotFound`` where there is none."""
    counts = Counter(str(plan) for _, _, plan, _ in store.triples(None, PG.inPlan))
    if not counts:
        raise NotFound(
            "图谱中还没有规划。请载入数据，或不带 --empty 重新启动。",
            "The graph holds no plan yet. Load data, or start again without --empty.",
        )
    return URIRef(max(counts, key=lambda iri: (counts[iri], iri)))


def project_statuses(store: GraphStore) -> dict[str, str]:
    """The last reported status of every project and programme, as the short code."""
    found: dict[str, tuple[str, str]] = {}
    for report in of_class(store, PG.StatusReport):
        of_report = {p: o for _, p, o, _ in store.triples(report)}
        about, status = of_report.get(PG.about), of_report.get(PG.status)
        if about is not None and status is not None:
            dated = (str(of_report.get(PG.asOf, "")), str(status).rpartition("/")[2].removeprefix("status-"))
            found[str(about)] = max(dated, found.get(str(about), ("", "")))
    return {iri: status for iri, (_, status) in found.items()}


def _first(things: set[URIRef]) -> URIRef | None:
    return min(things, default=None)


def _of_plan(store: GraphStore, class_: URIRef, plan: URIRef) -> list[URIRef]:
    return [thing for thing in of_class(store, class_) if plan in objects(store, thing, PG.inPlan)]


def _short(store: GraphStore, plan: URIRef) -> dict[str, str]:
    """The plan's longest alternative names: shorter than its full name, and they say most."""
    found: dict[str, str] = {}
    for alt in objects(store, plan, SKOS.altLabel):
        if isinstance(alt, Literal):
            lang = alt.language or "zh"
            found[lang] = max(found.get(lang, ""), str(alt), key=len)
    return found


def _span(store: GraphStore, plan: URIRef, evaluation: URIRef | None) -> Span | None:
    start, end = _date(store, plan, PG.periodStart), _date(store, plan, PG.periodEnd)
    as_of = _date(store, evaluation, PG.periodEnd) if evaluation else None
    if start is None or end is None or end <= start:
        return None
    as_of = as_of or date.today()
    return Span(start, end, as_of, min(1.0, max(0.0, ((as_of - start).days + 1) / ((end - start).days + 1))))


def _date(store: GraphStore, thing: URIRef, predicate: URIRef) -> date | None:
    value = next(iter(objects(store, thing, predicate)), None)
    return date.fromisoformat(str(value)) if value is not None else None


def _goals(store: GraphStore, plan: URIRef) -> tuple[GoalState, ...]:
    """The goals by the slogans that they are members of (四区, 三化), each slogan's in their own order."""
    found = []
    for goal in _of_plan(store, PG.Goal, plan):
        members = subjects(store, PG.expandsTo, goal)
        slogans = {s for member in members for s in subjects(store, SKOS.member, member)}
        # A slogan that counts the goal among its members says more of it than one that only names it.
        slogans = slogans or {s for s in members if PG.Slogan in objects(store, s, RDF.type)}
        slogan = min(slogans, key=lambda s: (len(objects(store, s, SKOS.member)) or 99, str(s)), default=None)
        kinds = Counter(name_of(store, str(s)).kind for s in subjects(store, PG.supports, goal))
        named = name_of(store, str(slogan)) if slogan else None
        found.append(GoalState(name_of(store, str(goal)), named, dict(sorted(kinds.items()))))
    size = Counter(goal.slogan.iri if goal.slogan else "" for goal in found)
    return tuple(sorted(found, key=lambda g: -size[g.slogan.iri if g.slogan else ""]))


def _domain(store: GraphStore, domain: URIRef, statuses: dict[str, str]) -> DomainState:
    tasks = in_order(store, subjects(store, PG.inDomain, domain))
    own = {str(goal) for goal in objects(store, domain, PG.supports)}
    via = {str(goal) for task in tasks for goal in objects(store, task, PG.supports)}
    return DomainState(
        name_of(store, str(domain)),
        tuple(_task(store, task, statuses) for task in tasks),
        tuple(sorted(own)),
        tuple(sorted(via - own)),
    )


def _task(store: GraphStore, task: URIRef, statuses: dict[str, str]) -> TaskState:
    works = subjects(store, PG.implements, task)
    kinds = {work: set(objects(store, work, RDF.type)) for work in works}
    found = Counter(statuses.get(str(w), "unknown") for w in works if PG.Project in kinds[w])
    return TaskState(
        name_of(store, str(task)),
        {status: found[status] for status in STATUSES if found[status]},
        sum(PG.Programme in kinds[w] for w in works),
        len(objects(store, task, PG.hasIndicator)),
    )


def _group(store: GraphStore, group: URIRef, area: str | None) -> Group:
    members = [m for m in objects(store, group, SKOS.member) if isinstance(m, URIRef)]
    return Group(name_of(store, str(group)), tuple(indicator_state(store, m, area) for m in in_order(store, members)))


def indicator_state(store: GraphStore, indicator: URIRef, area: str | None) -> IndicatorState:
    """An indicator with its last assessment and its figures; ``area`` is the IRI of the plan's own place."""
    figures = figures_of(store, str(indicator))
    value = headline(figures, area)
    assessed = [
        {p: o for _, p, o, _ in store.triples(node)}
        for node in subjects(store, PG.about, indicator)
        if PG.Assessment in objects(store, node, RDF.type)
    ]
    last = max(assessed, key=lambda a: str(a.get(PG.asOf, "")), default={})
    kind = next(iter(objects(store, indicator, PG.indicatorKind)), "")
    return IndicatorState(
        thing=name_of(store, str(indicator)),
        kind=str(kind).rpartition("/")[2].removeprefix("kind-"),
        state=str(last.get(PG.status, "unknown")).rpartition("/")[2].removeprefix("progress-"),
        inferred=str(last.get(PG.assertion, "")).endswith("inferred"),
        value=value,
        target=target_of(figures, value),
    )


def _problem(store: GraphStore, problem: URIRef) -> ProblemState:
    measures = in_order(store, subjects(store, PG.addresses, problem))
    return ProblemState(name_of(store, str(problem)), tuple(name_of(store, str(m)) for m in measures))


def _classes(store: GraphStore) -> tuple[ClassCount, ...]:
    counts: Counter[str] = Counter()
    for _, _, class_, _ in store.triples(None, RDF.type):
        counts[str(class_)] += 1
    found = []
    for iri, count in counts.items():
        term = vocabulary().find(iri)
        if iri.startswith(str(PG)) or iri == str(ORG.Organization):
            found.append(ClassCount(iri, dict(term.label) if term else {}, count))
    return tuple(sorted(found, key=lambda c: (-c.count, c.iri)))
