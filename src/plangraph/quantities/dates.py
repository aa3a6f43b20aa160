"""Points and periods of the calendar."""

from __future__ import annotations

import re

_Y = r"(?:[12][0-9]{3}|[12１２][０-９]{3}|[一二][〇零○一二三四五六七八九]{3})"
_TO = r" ?(?:-|－|—{1,2}|–|~|～|〜|至|到|/) ?"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_CN_MONTH = r"(?:十[一二]?|[一二三四五六七八九])"
_CN_DAY = r"(?:三十一?|[一二]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART = r"(?:份|底|末|初(?![步期级创])|[上中下]旬)"
_QUARTER = rf"(?:前|第)?[一二三四1-4](?:(?:{_TO}|、)[一二三四1-4])?季度(?:末|初)?"
_MONTH_DAY = (
    rf" ?{_MONTH}(?:(?:{_TO}|、){_MONTH})?月(?:{_DAY}(?:(?:{_TO}|、){_DAY})?[日号](?![线楼院]))?{_PART}?"
    rf"|{_CN_MONTH}月(?:{_CN_DAY}日)?{_PART}?"
)
_TAIL = (
    rf"(?:(?:{_MONTH_DAY})|{_QUARTER}|前[0-9]{{1,2}}个月|[上下]半年|年?(?:底|末)前?(?![线层座色盘])|初(?![步期级创心])|年初"
    r"|前后|前(?![三四列沿瞻期往提景])|后(?![续期半备勤方疫])|以前|之前|内(?![部外需生陆容蒙涵])|度(?!假)|夏季|春季|秋季|冬季)"
)
_YEAR = re.compile(rf"(?:{_Y}年{_TO}{_Y}|{_Y}(?:(?:{_TO}|、){_Y}){{0,9}}) ?(?:学年|年(?![级轮]){_TAIL}?)")
_ISO = re.compile(rf"[12][0-9]{{3}}[-/.]{_MONTH}[-/.]{_DAY}(?![0-9])")
_BARE = re.compile(rf"(?<![0-9.,])(?:19|20)[0-9]{{2}}(?:{_TO}(?:19|20)[0-9]{{2}})?(?![0-9.,%％‰])")
_MONTHS = re.compile(rf"(?:{_MONTH_DAY})(?![饼球])")
_QUARTERS = re.compile(_QUARTER)
_FIRST_MONTHS = re.compile(r"前(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})个月|前[一二三]个?季度")
_CENTURY = re.compile(
    r"(?:[0-9]{2}|[一二]?十[一二三四五六七八九]?)世纪(?:[0-9一二三四五六七八九]0?十?年代)?|[0-9]0年代|[二三四五六七八九]十年代"
)
_DAYS = re.compile(rf"{_DAY}日(?![内办游])")
_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-4])(?:时(?![间代期尚空效刻长候])(?:[0-5]?[0-9]分)?|[:：][0-5][0-9](?![0-9]))")


def date_end(text: str, at: int) -> tuple[int, str] | None:
    """Where the date that begins at ``at`` ends, and the rule that found it; none where no date begins there."""
    for why, pattern in (("date with year", _YEAR), ("ISO date", _ISO), ("century or decade", _CENTURY)):
        found = pattern.match(text, at)
        if found:
            return found.end(), why
    before = text[at - 1 : at] if at else ""
    if before and before in "第0123456789.个":
        return None
    for why, pattern in (("first months", _FIRST_MONTHS), ("quarter", _QUARTERS), ("month or day", _MONTHS)):
        found = pattern.match(text, at)
        if found:
            return found.end(), why
    if before and before in "至到—-月":
        found = _DAYS.match(text, at)
        if found:
            return found.end(), "day"
    found = _CLOCK.match(text, at)
    if found and (
        (":" not in found.group() and "：" not in found.group()) or int(re.split("[:：]", found.group())[0]) >= 6
    ):
        return found.end(), "time of day"
    return None


def bare_year_end(text: str, at: int) -> int | None:
    """Where a year printed without 年 ends (2018 in a title, 2021—2025); only where no unit follows."""
    found = _BARE.match(text, at)
    return found.end() if found else None
