"""Computed progress and reported states as findings: where they differ, and where reports contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final

from rdflib import URIRef
from rdflib.namespace import SKOS

from plangraph.assessment.pace import reached
from plangraph.assessment.progress import as_day, assess, reports_of
from plangraph.assessment.records import Progress, span_of
from plangraph.entities import Named, evidence_of, name_of
from plangraph.figures import Figure
from plangraph.findings import Finding, Operand, Severity, by_severity
from plangraph.namespaces import PG, PGC
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore
from plangraph.walking import objects, of_class

_DONE: Final = frozenset({"completed", "in-operation"})
_PACE: Final = {
    "zh": "按线性插值，指标走完的路程不应少于过去的时间；报告的结论应与数值相符。",
    "en": "By linear interpolation the share of the way covered keeps up with the share of time elapsed; what is "
    "reported should agree with the figures.",
}
_BOUND: Final = {
    "zh": "目标规定的界限在任何日期都应守住；报告的结论应与数值相符。",
    "en": "A bound that the target sets is kept on every date; what is reported should agree with the figures.",
}
_GROWTH: Final = {
    "zh": "年均增速不应低于目标；报告的结论应与数值相符。",
    "en": "Yearly growth is no less than the target; what is reported should agree with the figures.",
}
_EARLY: Final = {
    "zh": "“提前完成”是说期末的目标已经达到。",
    "en": "“Achieved early” says that the target of the plan's end is already reached.",
}
_ONE_STATE: Final = {
    "zh": "同一来源对同一事物在同一天只应有一种结论。",
    "en": "One source gives one thing one state on a day.",
}
_GROUP: Final = {
    "zh": "一类指标称为符合预期，其中不应有同一来源同日称为慢于预期的；整体良好而个别落后也有可能，故仅为存疑。",
    "en": "Where a group of indicators is said to be on track, the same source doesn't call a member behind on the "
    "same day; a group can do well as a whole while one member lags, so this is a tension only.",
}
_DATES: Final = {
    "zh": "已完成的工程，开工不应晚于完成之日；期限在后则是提前完成。",
    "en": "What is completed wasn't to start later; a due date still ahead means that it was done early.",
}


def check_progress(store: GraphStore) -> tuple[Finding, ...]:
    """What the assessment finds: ``pace`` for each indicator with a target, ``status`` for reported states.

    A reported state fails only where no value inside the intervals agrees with it. What fails comes first.
    """
    assessed = assess(store)
    found = [
        *(_pace(store, progress) for progress in assessed if progress.target is not None),
        *_early(store, assessed),
        *_contradictions(store),
        *_groups(store),
        *_completions(store),
    ]
    return by_severity(found)


def state_label(state: str, lang: str) -> str:
    """The name of a progress code."""
    return vocabulary().label(str(PGC[f"progress-{state}"]), lang)


def _pace(store: GraphStore, progress: Progress) -> Finding:
    holds = None if progress.state == "unknown" else not progress.differs
    severity: Severity = "info" if holds is None else "ok" if holds else "tension"
    figures = (
        *(("observation", f) for f in (*progress.earlier, progress.observation) if f is not None),
        *(("target", f) for f in (progress.target,) if f is not None),
        *(("base", f) for f in (progress.base,) if f is not None),
    )
    operands = tuple(_operand(store, role, f) for role, f in figures)
    if progress.reported is not None:
        operands += (_stated(store, "assessment", progress.reported.assessment),)
    rationale = {"growth": _GROWTH, "ceiling": _BOUND, "floor": _BOUND, "range": _BOUND}.get(progress.kind, _PACE)
    message = {lang: _pace_message(progress, lang) for lang in ("zh", "en")}
    return Finding(progress.indicator, "pace", holds, severity, progress.computation, operands, message, rationale)


def _pace_message(progress: Progress, lang: str) -> str:
    state, reported = state_label(progress.state, lang), progress.reported
    told = state_label(reported.state, lang) if reported is not None else ""
    if lang == "zh":
        text = f"{progress.reason['zh']}计算得“{state}”" if progress.state != "unknown" else progress.reason["zh"]
        if reported is None:
            return text.rstrip("。") + "。"
        if progress.state == "unknown":
            return f"{text}报告的结论是“{told}”。"
        if progress.forecast:
            return f"{text}；这是预计值，报告对当时的结论是“{told}”。"
        return f"{text}，{'而' if progress.differs else ''}报告的结论是“{told}”。"
    text = progress.reason["en"]
    if progress.state != "unknown":
        text += f" Computed: {state}."
    if reported is None:
        return text
    if progress.forecast:
        return f"{text} The value is a forecast; at its own time the report says: {told}."
    return f"{text} The report says: {told}."


def _operand(store: GraphStore, role: str, figure: Figure) -> Operand:
    return Operand(role, name_of(store, figure.iri), figure, evidence_of(store, figure.iri))


def _stated(store: GraphStore, role: str, thing: Named) -> Operand:
    return Operand(role, thing, None, evidence_of(store, thing.iri))


def _early(store: GraphStore, assessed: Iterable[Progress]) -> Iterator[Finding]:
    """A target reported as reached is reached by the last value of its indicator."""
    last: dict[str, Progress] = {}
    for progress in assessed:
        reported = progress.reported
        if reported is None or reported.state != "achieved-early" or progress.forecast:
            continue
        if progress.observation is None or not progress.dated or progress.observation.end <= reported.as_of:  # type: ignore[operator]
            last[progress.indicator.iri] = progress
    for progress in last.values():
        yield _early_finding(store, progress)


def _early_finding(store: GraphStore, progress: Progress) -> Finding:
    assert progress.reported is not None
    name, observation, target = progress.indicator, progress.observation, progress.target
    operands = [_operand(store, "observation", observation)] if observation else []
    operands += [_operand(store, "target", target)] if target else []
    operands.append(_stated(store, "assessment", progress.reported.assessment))
    outcome, computation = _reached(store, progress)
    message = {}
    for lang, (open_, yes, no) in {
        "zh": (
            "报告说已提前完成，但无法核对：" + (progress.reason["zh"]),
            "报告说已提前完成，数值确已达到目标。",
            "报告说已提前完成，但区间内的任何值都未达到目标。",
        ),
        "en": (
            "Reported as achieved early, which can't be checked: " + progress.reason["en"],
            "Reported as achieved early, and the value reaches the target.",
            "Reported as achieved early, but no value inside the interval reaches the target.",
        ),
    }.items():
        message[lang] = open_ if outcome is None else yes if outcome else no
    severity: Severity = "info" if outcome is None else "ok" if outcome else "inconsistency"
    return Finding(name, "status", outcome, severity, computation, tuple(operands), message, _EARLY)


def _reached(store: GraphStore, progress: Progress) -> tuple[bool | None, str]:
    if progress.observation is None or progress.target is None or progress.target.statistic == "growth-rate":
        return None, ""
    direction = next((str(o) for o in objects(store, URIRef(progress.indicator.iri), PG.direction)), "")
    return reached(span_of(progress.observation), span_of(progress.target), direction.rpartition("direction-")[2])


def _contradictions(store: GraphStore) -> Iterator[Finding]:
    """Different states that one source gives one thing on one day."""
    things = {o for node in of_class(store, PG.Assessment) for o in objects(store, node, PG.about)}
    for thing in sorted(things):
        for (as_of, by), group in groupby(
            sorted(reports_of(store, thing), key=lambda r: (r.as_of, r.by)), key=lambda r: (r.as_of, r.by)
        ):
            told = tuple(group)
            states = sorted({report.state for report in told} - {"unknown"})
            if len(states) > 1 and as_of and by:
                message = {
                    "zh": f"同一来源在{as_of}的结论不一：{'、'.join(state_label(s, 'zh') for s in states)}。",
                    "en": f"One source gives different states on {as_of}: "
                    f"{', '.join(state_label(s, 'en') for s in states)}.",
                }
                operands = tuple(_stated(store, "assessment", report.assessment) for report in told)
                yield Finding(
                    name_of(store, str(thing)),
                    "status",
                    False,
                    "tension",
                    " ≠ ".join(states),
                    operands,
                    message,
                    _ONE_STATE,
                )


def _groups(store: GraphStore) -> Iterator[Finding]:
    """A group said to be on track, with a member that the same source says is behind on the same day."""
    for group in of_class(store, PG.IndicatorGroup):
        whole = next((r for r in reports_of(store, group) if r.state in ("on-track", "achieved-early")), None)
        if whole is None:
            continue
        late = [
            (name_of(store, str(member)), report)
            for member in objects(store, group, SKOS.member)
            for report in reports_of(store, member)
            if report.state == "behind" and (report.as_of, report.by) == (whole.as_of, whole.by)
        ]
        if late:
            names = {
                lang: ("、" if lang == "zh" else ", ").join(m.text(lang) for m, _ in late) for lang in ("zh", "en")
            }
            message = {
                "zh": f"同一来源截至{whole.as_of}称这类指标“{state_label(whole.state, 'zh')}”，"
                f"又称其中的{names['zh']}“{state_label('behind', 'zh')}”。",
                "en": f"As of {whole.as_of} one source calls the group {state_label(whole.state, 'en')}, and "
                f"{names['en']}, which belongs to it, {state_label('behind', 'en')}.",
            }
            operands = (
                _stated(store, "assessment", whole.assessment),
                *(_stated(store, "assessment", report.assessment) for _, report in late),
            )
            computation = f"{whole.state} ≠ behind"
            yield Finding(
                name_of(store, str(group)), "status", False, "tension", computation, operands, message, _GROUP
            )


def _completions(store: GraphStore) -> Iterator[Finding]:
    """What is reported as completed before it was to start, or before it was due."""
    for report in of_class(store, PG.StatusReport):
        state = next((str(o).rpartition("status-")[2] for o in objects(store, report, PG.status)), "")
        as_of = next((as_day(str(o)) for o in objects(store, report, PG.asOf)), None)
        if state not in _DONE or as_of is None:
            continue
        for thing in objects(store, report, PG.about):
            for predicate in (PG.periodStart, PG.dueBy):
                on = next((as_day(str(o)) for o in objects(store, thing, predicate)), None)
                if on is not None and on > as_of:
                    yield _too_soon(store, thing, report, on, as_of, start=predicate == PG.periodStart)


def _too_soon(store: GraphStore, thing: URIRef, report: URIRef, on: date, as_of: date, *, start: bool) -> Finding:
    what = ("开工日期", "start") if start else ("期限", "due date")
    note = (
        ("不可能在开工前完成。", "It can't be completed before it starts.")
        if start
        else ("或是提前完成，或是两处所说不是一事。", "Either it was done early, or the two speak of different things.")
    )
    message = {
        "zh": f"报告截至{as_of}称已完成，而{what[0]}是{on}。{note[0]}",
        "en": f"Reported as completed as of {as_of}, while its {what[1]} is {on}. {note[1]}",
    }
    severity: Severity = "tension" if start else "info"
    operands = (
        _stated(store, "status", name_of(store, str(report))),
        _stated(store, "thing", name_of(store, str(thing))),
    )
    return Finding(name_of(store, str(thing)), "status", False, severity, f"{on} > {as_of}", operands, message, _DATES)
