"""Ordinals and ranks: 第三个, 第十七次; 全市第一, 前7位, 居首位."""

from __future__ import annotations

import re
from decimal import Decimal

from plangraph.quantities.model import Mention, Quantity
from plangraph.quantities.numerals import CHINESE, chinese_value, digits_value
from plangraph.quantities.units import match_unit
from plangraph.quantities.words import ordinary_word

_DIGITS = "0-9０-９〇零一二三四五六七八九十百千"
_ORDINAL = re.compile(
    rf"第(?P<number>[{_DIGITS}]{{1,8}})(?:[、和及至](?P<also>第?[{_DIGITS}]{{1,4}})(?=[届次批个期轮产]))?"
)
_PLACE = re.compile(r"(?:位|名|位次)(?![于列居])")
_RANKED = re.compile(
    r"(?:排名|排行|排|位列|位居|位次|位|列|居|跃居|跃升|升至|升到|跃至|保持|稳居|名列|获得?|夺得|摘得|总量|[全各][市省国区县球]|世界|亚洲|国内|同类城市|城市|地区|首都|中国|西部|东部|中部|华东|长三角|内地|之?首)[^，。,；;、]{0,3}$"
)
_IN_NAME = re.compile(
    r"中学|小学|医院|使馆|人民|实验|附属|师范|产业(?!园)|建筑|设计|幼儿|中医|书记|课堂|资源|动力|要务|生产力|责任|曲线|梯队|方阵|速度|战队|高中|中级|方(?!面)|时间|粮仓|把火|家庭"
)
_TOP = re.compile(rf"前(?P<number>[0-9]{{1,5}}|[{_DIGITS}]{{1,4}})(?:(?P<unit>位|名|强|列|席)(?!单))?")
_SESSION = re.compile(
    r"(?:[一二]?十[一二三四五六七八九]?|[四五六七八九])届|[一二三四五六七八九十]{1,3}次(?=会议|全会|全体|、?[一二三四五六七八九十]{1,3}次(?:会议|全会|、))"
)
_HELD = re.compile(r"(?:连续|举办|召开|共|累计|历经|近|办|了|过)$")
_NOT_TOP = frozenset("目此提年日之以从先眼当空生产会赛战疫午月个跟")
_FIRST = re.compile(r"(?:居|列|位列|占|占据|排|排在|稳居|跃居|升至|保持)[^，。,；;、]{0,8}$")
_PERIOD = re.compile(r"[个多余]*(?:年|天|日|周|月|期|次|轮|批|届|季|世纪|阶段|者|任|半|步)|[%％]|成(?!绩|果)")


def ranked(text: str, at: int) -> Mention | None:
    """The ordinal or the rank that begins at ``at`` with 第, 前 or 首."""
    if text[at] == "第":
        return _with_ordinal(text, at)
    if text[at] == "前":
        return _top(text, at)
    if text[at] == "首" and _FIRST.search(text[max(0, at - 11) : at]):
        return Mention(at, at + 2, "首位", "rank", _rank(Decimal(1), "首位"), "first place")
    return None


def session(text: str, at: int) -> Mention | None:
    """Numbered sessions printed without 第: 十六届人大三次会议, 十三届八次全会."""
    found = _SESSION.match(text, at)
    if found is None or text[at - 1 : at] in tuple("第0123456789.") or _HELD.search(text[max(0, at - 4) : at]):
        return None
    return Mention(at, found.end(), found.group(), "ordinal", None, "session")


def _value(digits: str) -> Decimal | None:
    if digits[0] in CHINESE:
        read = chinese_value(digits)
        return Decimal(read[0]) if read else None
    known = digits_value(digits) if digits.isdigit() else None
    return known[0] if known else None


def _rank(value: Decimal, printed: str) -> Quantity:
    return Quantity(value, None, value, value, "位", "eq", printed)


def _with_ordinal(text: str, at: int) -> Mention | None:
    found = _ORDINAL.match(text, at)
    word = ordinary_word(text, at + 1) if found else None
    if found is None or (word is not None and word > at + 2):
        return None
    end = found.end()
    value = _value(found["number"])
    place = _PLACE.match(text, end)
    before = text[max(0, at - 9) : at]
    if value is not None and (place or (_closed(text, end) and _RANKED.search(before))):
        end = place.end() if place else end
        return Mention(at, end, text[at:end], "rank", _rank(value, text[at:end]), "rank")
    if _IN_NAME.match(text, end):
        return Mention(at, end, text[at:end], "name_part", None, "ordinal in a name")
    unit = match_unit(text, end)
    if unit is not None and unit.counting:
        end = unit.end
    return Mention(at, end, text[at:end], "ordinal", None, "ordinal")


def _closed(text: str, end: int) -> bool:
    after = text[end : end + 1]
    return not ("一" <= after <= "龥") or after in "的且并和，"


def _top(text: str, at: int) -> Mention | None:
    found = _TOP.match(text, at)
    if found is None or (at and text[at - 1] in _NOT_TOP):
        return None
    value = _value(found["number"])
    if value is None or value < 2 or value > 10000:
        return None
    end = found.end()
    if found["unit"] is None and (_PERIOD.match(text, end) or match_unit(text, end) or not _closed_top(text, end)):
        return None
    quantity = Quantity(value, None, Decimal(1), value, found["unit"] or "位", "le", text[at:end])
    return Mention(at, end, text[at:end], "rank", quantity, "among the first")


def _closed_top(text: str, end: int) -> bool:
    after = text[end : end + 1]
    return not ("一" <= after <= "龥") or after in "的和行甲且并榜"
