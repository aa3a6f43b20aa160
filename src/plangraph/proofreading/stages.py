"""States over time: a project that goes backwards, and things that are in two states on one day.

The reports on a thing are read once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import PROV, RDF

from plangraph.namespaces import PG, PGS
from plangraph.ontology import vocabulary
from plangraph.proofreading.base import Facts, Found, PathRule, Step, local, path
from plangraph.store.base import Term

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What comes before what. Within a stage no order is kept: 主体完工 and 在建 are told of the same work.
_STAGES: Final = {
    "planned": 1,
    "approved": 1,
    "started": 2,
    "under-construction": 2,
    "structure-complete": 2,
    "completed": 3,
    "in-operation": 3,
    "cancelled": 4,
}
_DONE: Final = 3


@dataclass(frozen=True)
class _Report:
    """One report on a thing: its day, its state as a code, the stage of that state, who says so, for which plan."""

    iri: URIRef
    day: str
    status: URIRef
    stage: str | int
    bodies: frozenset[Term]
    plans: tuple[Term, ...]


def _backwards(facts: Facts, node: URIRef) -> Iterator[Found]:
    for one in _mine(facts, node, PG.StatusReport):
        if not isinstance(one.stage, int) or one.stage >= _DONE:
            continue
        furthest = max(
            (r for r in _reports(facts, node, PG.StatusReport) if _before(r, one)), key=_furthest, default=None
        )
        if furthest is not None and isinstance(furthest.stage, int) and furthest.stage > one.stage:
            values = {"earlier": furthest.day, "day": one.day}
            for lang in ("zh", "en"):
                values[f"then_{lang}"] = vocabulary().label(str(furthest.status), lang)
                values[f"now_{lang}"] = vocabulary().label(str(one.status), lang)
            yield Found(node, str(PG.status), one.status, values)


def _before(report: _Report, one: _Report) -> bool:
    """Whether a report is earlier, and of work that was begun and not given up."""
    return report.day < one.day and isinstance(report.stage, int) and report.stage <= _DONE


def _furthest(report: _Report) -> tuple[int, str, str]:
    return (report.stage if isinstance(report.stage, int) else 0, report.day, str(report.iri))


def _one_state(facts: Facts, node: URIRef) -> Iterator[Found]:
    yield from _otherwise(facts, node, PG.StatusReport)


def _one_judgement(facts: Facts, node: URIRef) -> Iterator[Found]:
    yield from _otherwise(facts, node, PG.Assessment)


def _otherwise(facts: Facts, node: URIRef, of_class: URIRef) -> Iterator[Found]:
    """Another report of the same day that says otherwise; of judgements, one of the same body on the same plan."""
    for one in _mine(facts, node, of_class):
        for other in _reports(facts, node, of_class):
            differs = other.day == one.day and other.stage != one.stage and other.iri != node
            # Districts may share an indicator, each with a judgement of its own plan.
            same = of_class == PG.StatusReport or (one.plans == other.plans and one.bodies & other.bodies)
            if differs and same:
                yield Found(node, str(PG.status), one.status, {"day": one.day, "value": str(other.iri)})
                return


def _mine(facts: Facts, node: URIRef, of_class: URIRef) -> list[_Report]:
    return [report for report in _reports(facts, node, of_class) if report.iri == node]


def _reports(facts: Facts, node: URIRef, of_class: URIRef) -> list[_Report]:
    """The readable reports on what ``node`` is about; worked out once for each thing."""
    about = facts.only(node, PG.about)
    if about is None:
        return []
    key = ("reports", of_class, about)
    if key not in facts.kept:
        read = (_read(facts, other, of_class) for other in facts.back(PG.about, about))
        facts.kept[key] = [report for report in read if report is not None]
    kept: list[_Report] = facts.kept[key]  # type: ignore[assignment]
    return kept


def _read(facts: Facts, node: URIRef, of_class: URIRef) -> _Report | None:
    status, as_of = facts.only(node, PG.status), facts.only(node, PG.asOf)
    day = _DAY.match(str(as_of)) if isinstance(as_of, Literal) else None
    code = local(status)
    if of_class not in facts.values(node, RDF.type) or day is None or not isinstance(status, URIRef):
        return None
    if facts.only(node, PG.about) is None:
        return None
    if of_class == PG.StatusReport:
        stage: str | int | None = _STAGES.get(code.removeprefix("status-"))
    else:
        stage = code if code.startswith("progress-") and code != "progress-unknown" else None
    bodies = frozenset(facts.values(node, PROV.wasAttributedTo))
    return None if stage is None else _Report(node, day.group(), status, stage, bodies, facts.values(node, PG.inPlan))


_BACK: Final = Step(PG.about, back=True)


def _reads(*properties: URIRef) -> tuple[tuple[Step, ...], ...]:
    return (
        path(PG.about),
        path(PG.about, _BACK),
        *(path(PG.about, _BACK, p) for p in (RDF.type, PG.about, *properties)),
    )


_STATES: Final = _reads(PG.status, PG.asOf)
RULES: Final = (
    PathRule(PGS["StatusReport-backwards"], PG.StatusReport, _STATES, _backwards),
    PathRule(PGS["StatusReport-one-state"], PG.StatusReport, _STATES, _one_state),
    PathRule(
        PGS["Assessment-one-state"], PG.Assessment, (*_STATES, *_reads(PROV.wasAttributedTo, PG.inPlan)), _one_judgement
    ),
)
