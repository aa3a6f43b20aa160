"""What the columns of the shipped questions are called in a table for people.

Many variables are named after a term of the ontology and take its label; these are the others.
"""

from __future__ import annotations

from typing import Final

from plangraph.namespaces import PG
from plangraph.ontology import vocabulary

HEADINGS: Final[dict[str, tuple[str, str]]] = {
    "achievedEarly": ("提前完成", "achieved early"),
    "area": ("范围", "area"),
    "behind": ("慢于预期", "behind"),
    "body": ("责任单位", "responsible body"),
    "by": ("评价者", "assessed by"),
    "class": ("类别", "class"),
    "domains": ("领域数", "domains"),
    "end": ("结束字符", "last character"),
    "from": ("从", "from"),
    "graph": ("图", "graph"),
    "group": ("类别", "group"),
    "indicators": ("指标数", "indicators"),
    "inferred": ("是推断", "inferred"),
    "kind": ("属性", "kind"),
    "links": ("联系数", "links"),
    "main": ("主要指标", "main indicator"),
    "mainIndicators": ("主要指标数", "main indicators"),
    "matter": ("问题或形势", "problem or circumstance"),
    "measure": ("措施", "measure"),
    "measures": ("措施数", "measures"),
    "member": ("成员", "member"),
    "membersKnown": ("已知成员数", "members known"),
    "missing": ("缺少的语言", "missing language"),
    "names": ("所指", "what it names"),
    "object": ("客体", "object"),
    "onTrack": ("符合预期", "on track"),
    "organisation": ("机构", "organization"),
    "otherIndicators": ("其他指标数", "other indicators"),
    "predicate": ("属性", "property"),
    "ownRole": ("该数值的角色", "its role"),
    "printed": ("原文写法", "as printed"),
    "programmes": ("专项数", "programmes"),
    "progress": ("进展", "progress"),
    "projects": ("项目数", "projects"),
    "property": ("联系", "link"),
    "quote": ("原文字样", "words in the source"),
    "role": ("角色", "role"),
    "site": ("地点", "place"),
    "source": ("来源", "source"),
    "start": ("起始字符", "first character"),
    "stated": ("原文所述", "stated"),
    "statusInferred": ("状态是推断", "status inferred"),
    "subject": ("主体", "subject"),
    "target": ("目标值", "target"),
    "targetInferred": ("目标值是推断", "target inferred"),
    "targetPrinted": ("目标原文写法", "target as printed"),
    "tasks": ("任务数", "tasks"),
    "thing": ("事物", "thing"),
    "to": ("到", "to"),
    "township": ("街道、地区", "subdistrict or area"),
    "triples": ("三元组数", "triples"),
    "type": ("类型", "type"),
    "via": ("经由", "by way of"),
    "why": ("理由", "reason"),
    "work": ("项目或专项", "project or programme"),
}


def columns_of(variables: list[str], lang: str) -> dict[str, str]:
    """The variables to show, with their headings: a thing is shown by its name, so its label columns are left out.

    Texts that come in two languages (``whyZh``, ``whyEn``) are shown in ``lang``.
    """
    own = "Zh" if lang == "zh" else "En"
    found = {}
    for name in variables:
        base, language = (name[:-2], name[-2:]) if name.endswith(("Zh", "En")) else (name, "")
        if not language or (base not in variables and language == own):
            found[name] = heading(base, lang)
    return found


def heading(name: str, lang: str) -> str:
    """What to call a column: by this table, else by the term that its variable is named after, else the variable."""
    if name in HEADINGS:
        return HEADINGS[name][lang != "zh"]
    words = vocabulary()
    term = words.find(str(PG[name])) or words.find(str(PG[name[:1].upper() + name[1:]]))
    return term.text(lang) if term else name
