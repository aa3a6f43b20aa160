"""The arithmetic of progress: which kind of target it is, and what the intervals say of it. It knows no graph.

Directions are turned so that higher is better: a lower-is-better indicator is compared by its negated values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import product

from plangraph.assessment.records import Span, Window, decimal


@dataclass(frozen=True)
class Case:
    """What is to be judged. ``direction`` is higher, lower, range or empty; ``due`` and ``base_day`` are its dates.

    ``values`` has one span, or one a year for growth in consecutive years, in percent.
    """

    values: tuple[Span, ...]
    target: Span
    direction: str
    growth: bool = False
    window: Window | None = None
    due: date | None = None
    base: Span | None = None
    base_day: date | None = None


@dataclass(frozen=True)
class Verdict:
    """What comes out: the kind of target, the state, whether it is certain, the key of the reason, the computation."""

    kind: str
    state: str
    certain: bool
    reason: str
    computation: str = ""
    elapsed: Span | None = None
    progress: Span | None = None


def judge(case: Case) -> Verdict:
    """The state of one observation against one target."""
    if case.direction == "range":
        return _between(case)
    direction = case.direction or _way(case)
    if not direction:
        return Verdict("", "unknown", False, "no-direction")
    sign = 1 if direction == "higher" else -1
    turned = case if sign == 1 else _turn(case)
    if case.growth:
        return _growth(turned, sign)
    # Open on the good side: a bound. Open on the other side: only how far the target lies at most is known.
    bound = turned.target.high is None and turned.target.low is not None
    if not bound:
        return _reach(turned, sign)
    breaks = turned.base is not None and _surely_below(turned.base, turned.target)
    if case.due is not None and (breaks or sign == 1):
        return _reach(replace(turned, target=Span(turned.target.low, turned.target.low)), sign)
    return _standing(turned, sign)


def _way(case: Case) -> str:
    """The direction in which the target lies from the base, where that is sure."""
    if case.base is not None and _surely_below(case.base, case.target):
        return "higher"
    return "lower" if case.base is not None and _surely_below(case.target, case.base) else ""


def _turn(case: Case) -> Case:
    values = tuple(-value for value in case.values)
    return replace(case, values=values, target=-case.target, base=None if case.base is None else -case.base)


def _surely_below(one: Span, other: Span) -> bool:
    return one.high is not None and other.low is not None and one.high < other.low


def _surely_at_least(one: Span, other: Span) -> bool:
    return one.low is not None and other.high is not None and one.low >= other.high


def _shown(span: Span, sign: int) -> str:
    return (span if sign == 1 else -span).text()


def _compared(left: str, right: str, sign: int, verdict: bool | None) -> str:
    """A comparison as it came out: True at least as good, False worse, None either."""
    good, bad = ("≥", "<") if sign == 1 else ("≤", ">")
    return f"{left} {good if verdict else bad if verdict is False else '≈'} {right}"


def _settled(kind: str, outcome: bool | None, open_: bool, computation: str) -> Verdict:
    """The verdict of a plain comparison, of which None means that the intervals leave both possible."""
    if outcome is None:
        if open_:
            return Verdict(kind, "unknown", False, "open-bound", computation)
        return Verdict(kind, "on-track", False, "within-rounding", computation)
    return Verdict(kind, "on-track" if outcome else "behind", True, "kept" if outcome else "broken", computation)


def _standing(case: Case, sign: int) -> Verdict:
    value, limit = case.values[0], Span(case.target.low, case.target.low)
    outcome = True if _surely_at_least(value, limit) else False if _surely_below(value, limit) else None
    computation = _compared(_shown(value, sign), _shown(limit, sign), sign, outcome)
    return _settled("floor" if sign == 1 else "ceiling", outcome, not value.bounded, computation)


def _between(case: Case) -> Verdict:
    value, target = case.values[0], case.target
    inside_low = target.low is None or (value.low is not None and value.low >= target.low)
    inside_high = target.high is None or (value.high is not None and value.high <= target.high)
    outside = _surely_below(value, target) or _surely_below(target, value)
    outcome = False if outside else True if inside_low and inside_high else None
    computation = f"{value.text()} {'⊄' if outside else '⊂' if outcome else '∩'} {target.text()}"
    return _settled("range", outcome, not value.bounded, computation)


def _growth(case: Case, sign: int) -> Verdict:
    """Yearly growth against the target's. Several years are compared by their product, which needs no roots."""
    years = len(case.values)
    if years == 1:
        value, target = case.values[0], case.target
        left, right = _shown(value, sign), _shown(target, sign)
    else:
        plain = case.values if sign == 1 else tuple(-value for value in case.values)
        aim = case.target if sign == 1 else -case.target
        value, target = _compound(plain), _compound((aim,) * years)
        left = " × ".join(f"(1 + {v.text()}%)" for v in plain)
        right = f"(1 + {aim.text()}%)^{years}"
        if sign == -1:
            value, target = -value, -target
    if target.high is None:  # at least so much: the bound is what counts
        target = Span(target.low, target.low)
    outcome = True if _surely_at_least(value, target) else False if _surely_below(value, target) else None
    open_ = not value.bounded or not target.bounded
    return _settled("growth", outcome, open_, _compared(left, right, sign, outcome))


def _compound(years: tuple[Span, ...]) -> Span:
    def times(ends: list[Fraction | None]) -> Fraction | None:
        total = Fraction(1)
        for end in ends:
            if end is None or end <= -100:
                return None
            total *= 1 + end / 100
        return total

    return Span(times([year.low for year in years]), times([year.high for year in years]))


def _reach(case: Case, sign: int) -> Verdict:
    """A value to be reached by the due date: reached already, or as far as the time elapsed asks for."""
    value, target, window, due = case.values[0], case.target, case.window, case.due
    reached = _surely_at_least(value, target)
    left, right = _shown(value, sign), _shown(target, sign)
    if due is None:
        return Verdict("reach", "unknown", False, "no-due-reached" if reached else "no-due")
    if window is None:
        return Verdict("reach", "unknown", False, "no-date")
    if reached:
        early = window.latest < due
        computation = _compared(left, right, sign, True)
        return Verdict("reach", "achieved-early" if early else "on-track", True, "reached", computation)
    if window.earliest >= due:
        missed = _surely_below(value, target)
        computation = _compared(left, right, sign, False if missed else None)
        return _settled("reach", False if missed else None, not value.bounded, computation)
    return _paced(case, sign, value, window, due)


def _paced(case: Case, sign: int, value: Span, window: Window, due: date) -> Verdict:
    if case.base is None:
        return Verdict("reach", "unknown", False, "no-base")
    if case.base_day is None or case.base_day >= due:
        return Verdict("reach", "unknown", False, "no-base-date")
    if window.latest <= case.base_day:
        return Verdict("reach", "unknown", False, "before-base")
    covered = _share(value, case.base, case.target)
    if covered is None:
        return Verdict("reach", "unknown", False, "no-way")
    elapsed = _elapsed(window, case.base_day, due)
    computation = _way_text(case, sign, value, covered, elapsed, window, due)
    if _surely_at_least(covered, elapsed):
        state, certain, reason = "on-track", True, "on-pace"
    elif _surely_below(covered, elapsed):
        state, certain, reason = "behind", True, "off-pace"
    elif not window.is_day:
        state, certain, reason = "unknown", False, "depends-on-date"
    elif covered.bounded:
        state, certain, reason = "on-track", False, "pace-within-rounding"
    else:
        state, certain, reason = "unknown", False, "open-bound"
    return Verdict("reach", state, certain, reason, computation, elapsed, covered)


def _share(value: Span, base: Span, target: Span) -> Span | None:
    """The share of the way from base to target that the value covers; None where there may be no way to go.

    (v − b) / (t − b) is monotone in each of its three variables while t > b, so its extremes lie at the corners.
    """
    if base.low is None or base.high is None or target.high is None or target.high <= base.high:
        return None
    ends = (base.low, base.high)
    if target.low is None:  # the target is somewhere between base and its bound: the way can be as short as you like
        if value.low is None or value.low < base.high:
            return Span(None, None)
        return Span(min((value.low - b) / (target.high - b) for b in ends), None)
    if target.low <= base.high:
        return None
    corners = [(b, t) for b, t in product(ends, (target.low, target.high))]
    low = None if value.low is None else min((value.low - b) / (t - b) for b, t in corners)
    high = None if value.high is None else max((value.high - b) / (t - b) for b, t in corners)
    return Span(low, high)


def _elapsed(window: Window, start: date, due: date) -> Span:
    def share(day: date) -> Fraction:
        return min(Fraction(1), max(Fraction(0), Fraction((day - start).days, (due - start).days)))

    return Span(share(window.earliest), share(window.latest))


def _way_text(case: Case, sign: int, value: Span, covered: Span, elapsed: Span, window: Window, due: date) -> str:
    assert case.base is not None
    base, target = _shown(case.base, sign), _shown(case.target, sign)
    way = f"({_shown(value, sign)} − {base}) / ({target} − {base})"
    if base == decimal(Fraction(0)):
        way = f"{_shown(value, sign)} / {target}"
    day = str(window.latest) if window.is_day else f"[{window.earliest}, {window.latest}]"
    time = f"({day} − {case.base_day}) / ({due} − {case.base_day})"
    return f"{way} = {covered.percent() or '?'}; {time} = {elapsed.percent()}"


def reached(value: Span, target: Span, direction: str) -> tuple[bool | None, str]:
    """Whether a value reaches a target, None where that can't be told; and the comparison as it came out."""
    if direction not in ("higher", "lower"):
        return None, ""
    sign = 1 if direction == "higher" else -1
    ours, theirs = (value, target) if sign == 1 else (-value, -target)
    if theirs.high is None:
        theirs = Span(theirs.low, theirs.low)
    outcome = True if _surely_at_least(ours, theirs) else False if _surely_below(ours, theirs) else None
    return outcome, _compared(_shown(ours, sign), _shown(theirs, sign), sign, outcome)
