"""Why a state was computed, or why none could be, in words that a reader of the report accepts."""

from __future__ import annotations

from datetime import date
from typing import Final

from plangraph.assessment.pace import Verdict
from plangraph.assessment.records import Span, Window
from plangraph.figures import Figure

Text = dict[str, str]

_REASONS: Final[dict[str, tuple[str, str]]] = {
    "no-target": ("图中没有目标值，无从比较。", "The graph has no target value to compare with."),
    "no-value": ("目标没有数值。", "The target has no value."),
    "no-observation": (
        "没有与目标同单位、同统计量、同地域的实际值或预计值。",
        "No actual or expected value has the unit, statistic and area of the target.",
    ),
    "no-direction": ("未记录数值向哪个方向变化为好。", "Which way is better isn't recorded."),
    "no-due": (
        "目标没有期限，无法按时间进度衡量。",
        "The target has no due date, so there is no pace to compare with.",
    ),
    "no-due-reached": (
        "已达到目标，但目标没有期限，无从判断是否提前。",
        "The target is reached, but has no due date, so whether that is early can't be told.",
    ),
    "no-date": ("报告未说明该数值的日期。", "The report doesn't say which date the value is of."),
    "no-base": ("没有基期值，无法计算已完成的比例。", "Without a base value the share covered can't be computed."),
    "no-base-date": ("基期值没有早于期限的日期。", "The base value has no date before the due date."),
    "before-base": ("数值的日期不晚于基期。", "The value isn't of a later date than the base."),
    "no-way": (
        "目标与基期值在取整误差内分不开，或不在更好的一边。",
        "Target and base can't be told apart within rounding, or the target isn't on the better side of the base.",
    ),
    "other-years": ("增速不是某一年或连续几年的。", "The growth isn't that of a year, or of years in a row."),
    "total-or-mean": (
        "带期限的增速目标可能是年均，也可能是累计，不作比较。",
        "A growth target with a due date may be a yearly mean or a total, so it isn't compared.",
    ),
    "other-period": (
        "数值不是自目标起始时累计的。",
        "The value isn't counted from the start of the target's period.",
    ),
    "open-bound": (
        "报告只给出界限，两种情况都可能。",
        "The report gives only a bound, which leaves both possible.",
    ),
}


def reason(key: str) -> Text:
    """One of the reasons that need no figures."""
    zh, en = _REASONS[key]
    return {"zh": zh, "en": en}


def explain(
    verdict: Verdict, observation: Figure, target: Figure, *, base: Figure | None, window: Window | None
) -> Text:
    """Why this verdict, with its figures as the source has them."""
    if verdict.reason in _REASONS:
        return reason(verdict.reason)
    texts = {lang: _explain(verdict, observation, target, base, window, lang) for lang in ("zh", "en")}
    return {lang: text[:1].upper() + text[1:] for lang, text in texts.items()}


def _explain(
    verdict: Verdict, observation: Figure, target: Figure, base: Figure | None, window: Window | None, lang: str
) -> str:
    value, aim = said(observation, lang), said(target, lang)
    if verdict.elapsed is not None and verdict.progress is not None:
        return _way(verdict, base, value, aim, window, lang)
    if verdict.kind in ("ceiling", "floor", "range"):
        return _bound(verdict, value, aim, lang)
    if verdict.kind == "growth":
        if verdict.reason == "within-rounding":
            value, aim = _spread(observation, value, lang), _spread(target, aim, lang)
        return _growth(verdict, value, aim, lang)
    if verdict.reason == "reached":
        return f"{value}已达到目标（{aim}）。" if lang == "zh" else f"{value} reaches the target ({aim})."
    if verdict.reason == "broken":
        return (
            f"到期时{value}未达到目标（{aim}）。"
            if lang == "zh"
            else (f"{value} at the due date falls short of the target ({aim}).")
        )
    return (
        f"到期时{value}与目标（{aim}）在取整误差内分不开。"
        if lang == "zh"
        else (f"At the due date {value} can't be told from the target ({aim}) within rounding.")
    )


def _way(verdict: Verdict, base: Figure | None, value: str, aim: str, window: Window | None, lang: str) -> str:
    assert verdict.progress is not None
    assert verdict.elapsed is not None
    covered, over = share(verdict.progress, lang), share(verdict.elapsed, lang)
    start = said(base, lang) if base is not None else "0"
    if lang == "zh":
        ends = {
            "on-pace": "，不落后于时间进度。",
            "off-pace": "，落后于时间进度。",
            "pace-within-rounding": "，在取整误差内与时间进度相当。",
            "depends-on-date": "；数值没有日期，是否落后取决于它是哪一天的。",
            "open-bound": "；报告只给出界限，两种情况都可能。",
        }
        when = day(window, lang)
        return f"从{start}到{aim}的路程，{value}走完了{covered}；{when}时间过去{over}{ends[verdict.reason]}"
    ends = {
        "on-pace": ": no slower than time passes.",
        "off-pace": ": slower than time passes.",
        "pace-within-rounding": ": as fast as time passes, within rounding.",
        "depends-on-date": ". The value states no date, and whether it is behind depends on the date.",
        "open-bound": ". The report gives only a bound, which leaves both possible.",
    }
    return (
        f"{value} is {covered} of the way from {start} to {aim}; {over} of the time is over {day(window, lang)}"
        + (ends[verdict.reason])
    )


def _bound(verdict: Verdict, value: str, aim: str, lang: str) -> str:
    word_zh = {"ceiling": "上限", "floor": "下限", "range": "范围"}[verdict.kind]
    word_en = {"ceiling": "ceiling", "floor": "floor", "range": "range"}[verdict.kind]
    if lang == "zh":
        ends = {
            "kept": f"{value}符合{word_zh}（{aim}），任何日期都应如此。",
            "broken": f"{value}不符合{word_zh}（{aim}）。",
            "within-rounding": f"{value}与{word_zh}（{aim}）在取整误差内分不开。",
        }
    else:
        ends = {
            "kept": f"{value} keeps to the {word_en} ({aim}), which holds on every date.",
            "broken": f"{value} doesn't keep to the {word_en} ({aim}).",
            "within-rounding": f"{value} can't be told from the {word_en} ({aim}) within rounding.",
        }
    return ends[verdict.reason]


def _growth(verdict: Verdict, value: str, aim: str, lang: str) -> str:
    if lang == "zh":
        ends = {
            "kept": f"增速{value}，不低于目标（{aim}）。",
            "broken": f"增速{value}，低于目标（{aim}）。",
            "within-rounding": f"增速{value}与目标{aim}按取整所允许的范围有重叠，分不出高低。",
        }
    else:
        ends = {
            "kept": f"Growth of {value} is no less than the target ({aim}).",
            "broken": f"Growth of {value} is less than the target ({aim}).",
            "within-rounding": f"Growth of {value} and the target of {aim} overlap, given their rounding.",
        }
    return ends[verdict.reason]


def _spread(figure: Figure, text: str, lang: str) -> str:
    """A figure with what it allows, where the two together have to be seen."""
    spread = figure.interval(lang)
    if not spread:
        return text
    return f"{text}（可为{spread}）" if lang == "zh" else f"{text} (which can be {spread})"


def said(figure: Figure, lang: str) -> str:
    """A figure in words, said to be inferred or expected where it is."""
    text = figure.text(lang)
    if figure.value_type == "forecast":
        return f"预计的{text}" if lang == "zh" else f"the expected {text}"
    return text


def share(span: Span, lang: str) -> str:
    """A share of a way or of time in words."""
    text = span.percent() or ("若干" if lang == "zh" else "some part")
    if lang == "zh":
        return text.replace("≥ ", "至少").replace("≤ ", "至多")
    return text.replace("≥ ", "at least ").replace("≤ ", "at most ")


def day(window: Window | None, lang: str) -> str:
    """The day, or the days between which a value was stated."""
    if window is None:
        return ""
    if window.is_day:
        return f"到{_date(window.latest, lang)}，" if lang == "zh" else f"on {window.latest}"
    if lang == "zh":
        return f"在{_date(window.earliest, lang)}至{_date(window.latest, lang)}之间，"
    return f"between {window.earliest} and {window.latest}"


def _date(on: date, lang: str) -> str:
    return f"{on.year}年{on.month}月{on.day}日" if lang == "zh" else on.isoformat()
