"""Days and periods as planners write them, in Chinese or in ISO form."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date
from typing import Final

_YEAR: Final = r"(?P<year>[12][0-9]{3})"
_DAY: Final = re.compile(
    rf"{_YEAR}(?:年|[-./])(?P<month>[01]?[0-9])(?:月|[-./])(?P<day>[0-3]?[0-9])[日号]?(?: 00:00(?::00)?)?"
)
_MONTH: Final = re.compile(rf"{_YEAR}(?:年|[-./])(?P<month>[01]?[0-9])月?(?P<edge>[初末底])?")
_ONLY_YEAR: Final = re.compile(rf"{_YEAR}年?(?P<edge>[初末底])?")
_HALF: Final = re.compile(rf"{_YEAR}年?(?P<half>[上下])半年(?P<edge>[末底])?")
_QUARTER: Final = re.compile(rf"{_YEAR}年?(?:第?(?P<quarter>[一二三四1-4])季度|[Qq](?P<q>[1-4]))(?P<edge>[末底])?")
_FIRST: Final = re.compile(rf"{_YEAR}年?(?:前(?P<months>[0-9]{{1,2}})个月|前(?P<quarters>[一二三1-3])季度)")
_TO: Final = re.compile(r"\s*(?:至|到|~|—+|–|--)\s*")
_YEARS: Final = re.compile(r"([12][0-9]{3})年?[-/]([12][0-9]{3})年?")
_MONTHS: Final = re.compile(rf"{_YEAR}年(?P<first>[01]?[0-9])月?-(?P<last>[01]?[0-9])月")
_NUMBERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}

Period = tuple[date, date]
"""The first and the last day."""


def read_period(text: str) -> Period | None:
    """The first and the last day of what ``text`` names; None where it names no period of the calendar.

    A day is a period of one day; 2023年底 is the year's last day, 2023年初 its first.
    """
    plain = unicodedata.normalize("NFKC", text).replace("〇", "0").replace(" ", "")
    try:
        return _whole(plain) or _between(plain)
    except ValueError:  # the thirteenth month, 30 February
        return None


def _between(text: str) -> Period | None:
    months = _MONTHS.fullmatch(text)
    if months:
        year = int(months["year"])
        return date(year, int(months["first"]), 1), _month(year, int(months["last"]))[1]
    years = _YEARS.fullmatch(text)
    parts = [years[1], years[2]] if years else _TO.split(text)
    if len(parts) != 2:
        return None
    first, last = _whole(parts[0]), _whole(parts[1])
    return (first[0], last[1]) if first and last else None


def _whole(text: str) -> Period | None:
    if found := _DAY.fullmatch(text):
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        return day, day
    if found := _HALF.fullmatch(text):
        first = 1 if found["half"] == "上" else 7
        return _edge(_span(int(found["year"]), first, first + 5), found["edge"])
    if found := _QUARTER.fullmatch(text):
        named = found["quarter"] or found["q"]
        number = _NUMBERS.get(named) or int(named)
        return _edge(_span(int(found["year"]), number * 3 - 2, number * 3), found["edge"])
    if found := _FIRST.fullmatch(text):
        months = found["months"]
        last = int(months) if months else 3 * (_NUMBERS.get(found["quarters"]) or int(found["quarters"]))
        return _span(int(found["year"]), 1, last)
    if found := _MONTH.fullmatch(text):
        return _edge(_month(int(found["year"]), int(found["month"])), found["edge"])
    if found := _ONLY_YEAR.fullmatch(text):
        return _edge(_span(int(found["year"]), 1, 12), found["edge"])
    return None


def _edge(period: Period, edge: str | None) -> Period:
    if edge is None:
        return period
    day = period[0] if edge == "初" else period[1]
    return day, day


def _span(year: int, first: int, last: int) -> Period:
    return date(year, first, 1), _month(year, last)[1]


def _month(year: int, month: int) -> Period:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def say_period(start: str | None, end: str | None, lang: str) -> str:
    """A period in words from ISO dates: ``2023年``, ``2021–2025``; empty where neither end is known."""
    zh = lang == "zh"
    if start and end:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            years = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
            return f"{years}年" if zh else years
        if start == end:
            return start
        return f"{start}至{end}" if zh else f"{start} to {end}"
    known = end or start
    if not known:
        return ""
    if zh:
        return f"至{known}" if end else f"自{known}"
    return f"until {known}" if end else f"from {known}"
