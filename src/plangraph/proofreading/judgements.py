"""A judgement against the figures: “achieved early” although the target is missed, “behind” although it is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import PG, PGC, PGS
from plangraph.ontology import vocabulary
from plangraph.proofreading.base import Facts, Found, Seen, facts_of, local, plain
from plangraph.proofreading.observed import Observed, near, observed
from plangraph.proofreading.units import symbol
from plangraph.store.view import Triple

_LEVELS: Final = frozenset({"level", "rate"})
_OUTCOMES: Final = {
    "achieved-early": {"zh": "未达到", "en": "misses"},
    "behind": {"zh": "已达到", "en": "reaches"},
}


def _judged(facts: Facts, node: URIRef) -> Iterator[Found]:
    about, status = facts.only(node, PG.about), local(facts.only(node, PG.status)).removeprefix("progress-")
    if not isinstance(about, URIRef) or status not in _OUTCOMES:
        return
    # Districts may share an indicator: the figures are those of the plan that is judged.
    plans = facts.values(node, PG.inPlan)
    fitting = (o for o in near(facts, node, about, PG.inPlan) if facts.values(o, PG.inPlan) == plans)
    figures = [observed(facts, other) for other in fitting]
    figures = [f for f in figures if f.value is not None and f.unit is not None and f.kind in _LEVELS]
    target = _target(figures)
    higher = _higher_is_better(facts, about, target)
    if target is None or higher is None:
        return
    latest = _latest(figures, target, facts.only(node, PG.asOf))
    outcomes = {_outcome(actual, target, higher=higher) for actual in latest}
    if outcomes == {"misses" if status == "achieved-early" else "reaches"}:
        actual, code = latest[0], str(PGC[f"progress-{status}"])
        name = "" if target.unit is None else symbol(target.unit)
        values = {f"state_{lang}": vocabulary().label(code, lang) for lang in ("zh", "en")}
        values |= {f"outcome_{lang}": word for lang, word in _OUTCOMES[status].items()}
        values |= {
            "actual": plain(actual.value or Decimal(0)) + name,
            "target": plain(target.value or Decimal(0)) + name,
        }
        yield Found(node, str(PG.status), facts.only(node, PG.status), values)


def _target(figures: Sequence[Observed]) -> Observed | None:
    """The target of the plan's end: the last one due. None where two of one day differ."""
    targets = [f for f in figures if f.value_type == "target"]
    last = max((f.due or f.end for f in targets), default="")
    ending = [f for f in targets if (f.due or f.end) == last]
    return ending[0] if len({(f.value, f.unit, f.area) for f in ending}) == 1 else None


def _latest(figures: Sequence[Observed], target: Observed, as_of: object) -> list[Observed]:
    """The last actual values that can be held against a target, up to the day of the judgement."""
    day = str(as_of) if isinstance(as_of, Literal) else ""
    fitting = [
        f
        for f in figures
        if f.value_type == "actual"
        and (f.kind, f.unit, f.area) == (target.kind, target.unit, target.area)
        and (not f.end or not day or f.end <= day)
    ]
    # A value without a period may be of any time: it has to say the same as the last one that has one.
    newest = max((f.end for f in fitting), default="")
    return [f for f in fitting if f.end in (newest, "")]


def _higher_is_better(facts: Facts, indicator: URIRef, target: Observed | None) -> bool | None:
    direction = local(facts.only(indicator, PG.direction)).removeprefix("direction-")
    if direction in ("higher", "lower"):
        return direction == "higher"
    if direction or target is None:
        return None
    return {"ge": True, "gt": True, "le": False, "lt": False}.get(target.comparator)


def _outcome(actual: Observed, target: Observed, *, higher: bool) -> str:
    """``reaches`` or ``misses`` where every value inside the intervals does; else ``open``."""
    sign = 1 if higher else -1
    worst, best = _ends(actual, sign)
    least, most = _ends(target, sign)
    if best is not None and least is not None and best < least:
        return "misses"
    # A target with one bound only is that bound.
    asked = most if most is not None else least
    if worst is not None and asked is not None and worst >= asked:
        return "reaches"
    return "open"


def _ends(figure: Observed, sign: int) -> tuple[Decimal | None, Decimal | None]:
    """The lesser and the greater end of an interval, turned so that more is better."""
    ends = (figure.low, figure.high) if sign > 0 else (figure.high, figure.low)
    least, most = (None if end is None else end * sign for end in ends)
    return least, most


_OF_FIGURES: Final = frozenset(
    (
        *(PG.ofIndicator, PG.value, PG.valueLow, PG.valueHigh, PG.unit, PG.statistic, PG.valueType, PG.comparator),
        *(PG.refArea, PG.periodEnd, PG.dueBy, PG.inPlan),
    )
)
_OF_JUDGEMENTS: Final = frozenset((RDF.type, PG.about, PG.status, PG.asOf, PG.inPlan))


@dataclass(frozen=True)
class _Judgements:
    """The rule: it reads the judgement and, of the same plan, the figures of what is judged."""

    shape: URIRef = PGS["Assessment-figures"]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All judgements."""
        return facts_of(view).back(RDF.type, PG.Assessment)

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The judgements that the triples are about, and those of the plan on the indicator of a figure."""
        facts, found = facts_of(view), set[URIRef]()
        of_figures: set[URIRef] = set()
        for s, p, _ in changed:
            if isinstance(s, URIRef):
                if p in _OF_JUDGEMENTS:
                    found.add(s)
                if p in _OF_FIGURES:
                    of_figures.add(s)
                elif p == PG.direction:
                    found.update(facts.back(PG.about, s))
        keys = {
            (i, facts.only(figure, PG.inPlan)) for figure in of_figures for i in facts.values(figure, PG.ofIndicator)
        }
        for indicator, plan in keys:
            about = facts.back(PG.about, indicator)
            found.update(about if plan is None else set(facts.back(PG.inPlan, plan)).intersection(about))
        return found

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """What is wrong with those of the things that are judgements."""
        facts = facts_of(view)
        for focus in focuses:
            if PG.Assessment in facts.values(focus, RDF.type):
                yield from _judged(facts, focus)


RULES: Final = (_Judgements(),)
