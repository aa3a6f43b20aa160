"""What of the plan needs a look: behind, without target, without data, without date, without measure of success."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import URIRef
from rdflib.namespace import RDF

from plangraph.assessment import Progress, Reported, assess
from plangraph.assessment.checks import state_label
from plangraph.assessment.progress import as_day, reports_of
from plangraph.entities import Named, name_of
from plangraph.figures import Figure, figures_of
from plangraph.namespaces import PG
from plangraph.store.base import GraphStore
from plangraph.walking import in_order, objects, of_class, subjects


@dataclass(frozen=True)
class Row:
    """A thing to look at, and why, by language."""

    thing: Named
    why: dict[str, str]


@dataclass(frozen=True)
class AttentionList:
    """Things that want the same kind of look; ``of`` counts the things that were looked through."""

    key: str
    label: dict[str, str]
    rows: tuple[Row, ...]
    of: int


_OPEN = frozenset({"planned", "approved", "started", "under-construction", "structure-complete"})


def attention(store: GraphStore) -> tuple[AttentionList, ...]:
    """The lists, the most pressing first; those without rows too, so that a reader sees that they were looked for."""
    progress = assess(store)
    main = of_class(store, PG.MainIndicator)
    figures = {indicator: figures_of(store, str(indicator)) for indicator in main}
    targets = sorted({p.target.iri: p for p in progress if p.target is not None}.items())
    indicators = {p.indicator.iri for p in progress} | {str(i) for i in main}
    measures = of_class(store, PG.PolicyMeasure)
    work = [*of_class(store, PG.Project), *of_class(store, PG.Programme)]
    return (
        _list("behind", "慢于预期", "Behind schedule", _behind(store, progress), len(indicators)),
        _list("differs", "计算与报告不一致", "Computed and reported state differ", _differing(progress), len(progress)),
        _list("overdue", "已到期而未完成", "Due and not done", _overdue(store, work), len(work)),
        _list(
            "no-target", "主要指标没有目标值", "Main indicators without target", _no_target(store, figures), len(main)
        ),
        _list(
            "no-data", "有目标而没有实际值", "With a target but no actual value", _no_data(progress), len(indicators)
        ),
        _list("no-due", "目标没有期限", "Targets without a date", _no_due(p for _, p in targets), len(targets)),
        _list(
            "no-indicator", "措施没有指标", "Measures without indicator", _unmeasured(store, measures), len(measures)
        ),
    )


def _list(key: str, zh: str, en: str, rows: Iterable[Row], of: int) -> AttentionList:
    return AttentionList(key, {"zh": zh, "en": en}, tuple(rows), of)


def _behind(store: GraphStore, progress: Sequence[Progress]) -> list[Row]:
    """Indicators that the source reports behind, or whose figures say so."""
    computed = {p.indicator.iri: p for p in progress if p.state == "behind"}
    reported: dict[str, Reported] = {}
    for node in of_class(store, PG.Assessment):
        for thing in objects(store, node, PG.about):
            last = next(iter(reports_of(store, thing)), None)
            if last is not None and last.state == "behind":
                reported[str(thing)] = last
    rows = []
    for thing in in_order(store, (URIRef(iri) for iri in {*computed, *reported})):
        zh, en = [], []
        if (told := reported.get(str(thing))) is not None:
            zh.append("报告称慢于预期" + (f"（截至{told.as_of}）" if told.as_of else ""))
            en.append("Reported behind" + (f" as of {told.as_of}" if told.as_of else ""))
        if (found := computed.get(str(thing))) is not None:
            zh.append("按数值计算：" + found.reason["zh"].rstrip("。"))
            en.append("By the figures: " + found.reason["en"].rstrip("."))
        why = {"zh": "；".join(zh) + "。", "en": "; ".join(en) + "."}
        rows.append(Row(name_of(store, str(thing)), why))
    return rows


def _differing(progress: Sequence[Progress]) -> list[Row]:
    rows = []
    for found in progress:
        if found.differs and found.reported is not None:
            zh = (
                f"计算得“{state_label(found.state, 'zh')}”，报告称“{state_label(found.reported.state, 'zh')}”："
                f"{found.reason['zh']}"
            )
            en = (
                f"Computed {state_label(found.state, 'en')}, reported {state_label(found.reported.state, 'en')}: "
                f"{found.reason['en']}"
            )
            rows.append(Row(found.indicator, {"zh": zh, "en": en}))
    return rows


def _overdue(store: GraphStore, work: Sequence[URIRef]) -> list[Row]:
    """Projects and programmes that their last status report, at or after the due date, doesn't call done."""
    rows = []
    for thing in work:
        due = next((as_day(str(o)) for o in objects(store, thing, PG.dueBy)), None)
        last = max(_status(store, thing), default=None)
        if due is not None and last is not None and last[0] >= due and last[1] in _OPEN:
            why = {
                "zh": f"期限是{due}，截至{last[0]}的报告仍未称完成。",
                "en": f"Due by {due}; the report as of {last[0]} doesn't call it done.",
            }
            rows.append(Row(name_of(store, str(thing)), why))
    return rows


def _status(store: GraphStore, thing: URIRef) -> list[tuple[date, str]]:
    found = []
    for node in subjects(store, PG.about, thing):
        if PG.StatusReport in objects(store, node, RDF.type):
            as_of = next((as_day(str(o)) for o in objects(store, node, PG.asOf)), None)
            state = next((str(o).rpartition("status-")[2] for o in objects(store, node, PG.status)), "")
            if as_of is not None:
                found.append((as_of, state))
    return found


def _no_target(store: GraphStore, figures: dict[URIRef, tuple[Figure, ...]]) -> list[Row]:
    rows = []
    for indicator in in_order(store, figures):
        if not any(f.value_type == "target" for f in figures[indicator]):
            known = sum(f.value_type == "actual" for f in figures[indicator])
            why = {
                "zh": f"图中没有目标值；有{known}个实际值。" if known else "图中既没有目标值，也没有实际值。",
                "en": f"The graph has no target; {known} actual value{'' if known == 1 else 's'} known."
                if known
                else "The graph has neither a target nor an actual value.",
            }
            rows.append(Row(name_of(store, str(indicator)), why))
    return rows


def _no_data(progress: Sequence[Progress]) -> list[Row]:
    """Indicators with a target that no actual value can be held against."""
    measured = {p.indicator.iri for p in progress if p.observation is not None and not p.forecast}
    rows = {}
    for found in progress:
        if found.target is not None and found.indicator.iri not in measured:
            why = {
                "zh": f"目标{found.target.text('zh')}，没有可与之比较的实际值。",
                "en": f"Target {found.target.text('en')}; no actual value that it can be compared with.",
            }
            rows[found.indicator.iri] = Row(found.indicator, why)
    return list(rows.values())


def _no_due(progress: Iterable[Progress]) -> list[Row]:
    """Targets to be reached that say no date; bounds and yearly rates need none."""
    rows = []
    for found in progress:
        if found.target is not None and _undated(found.target) and found.kind in ("", "reach"):
            why = {
                "zh": f"目标{found.target.text('zh')}没有说明期限。",
                "en": f"The target of {found.target.text('en')} states no date.",
            }
            rows.append(Row(found.indicator, why))
    return rows


def _undated(target: Figure) -> bool:
    return not target.due and target.statistic != "growth-rate" and target.comparator in ("eq", "approx")


def _unmeasured(store: GraphStore, measures: Sequence[URIRef]) -> list[Row]:
    """Measures without an indicator of their own or of a part of theirs."""
    with_ = {m for m in measures if objects(store, m, PG.hasIndicator)}
    parts = {m: {p for p in subjects(store, PG.partOf, m) if p in set(measures)} for m in measures}
    rows = []
    for measure in measures:
        if measure not in with_ and not parts[measure] & with_:
            why = {
                "zh": "没有指标说明做到何种程度算完成" + ("，下级措施也没有。" if parts[measure] else "。"),
                "en": "No indicator says how far it is to go" + (", nor of its parts." if parts[measure] else "."),
            }
            rows.append(Row(name_of(store, str(measure)), why))
    return rows
