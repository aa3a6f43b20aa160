"""Workbooks to fill in: a sheet a class, made from the shapes and from what the store has."""

from __future__ import annotations

from collections.abc import Sequence

from rdflib import URIRef

from plangraph.errors import NotFound
from plangraph.namespaces import PG
from plangraph.spreadsheets.building import (
    AUTOMATIC,
    CONTRARY,
    EMPTY,
    OPTIONAL,
    REQUIRED,
    Builder,
    Sheet,
)
from plangraph.spreadsheets.layout import EXAMPLES, NOTE, TEMPLATE_CLASSES, Laid, classes_named, template_columns
from plangraph.spreadsheets.minting import plan_key
from plangraph.spreadsheets.naming import Names
from plangraph.spreadsheets.tables import class_name
from plangraph.store.base import GraphStore


def make_template(store: GraphStore, *, lang: str = "zh", plan: str | None = None, sheets: Sequence[str] = ()) -> bytes:
    """A workbook for new data, with drop-down lists of the store's own things.

    ``plan`` is the key of the plan that rows belong to where they name none; the store's only plan if not given.
    ``sheets`` are names of classes (``Project``, 项目). Raises ``NotFound`` for a plan or a class that there isn't.
    """
    names = Names(store)
    iri = _plan(names, plan)
    builder = Builder(names, lang, {"plan": str(iri) if iri else "", "lang": lang})
    builder.readme(README + (() if iri is None else (("text", _told_plan(names, iri)),)))
    for cls in classes_named(sheets) if sheets else TEMPLATE_CLASSES:
        columns = [Laid(NOTE, True, False), *template_columns(cls)]
        builder.add(Sheet(class_name(cls, lang), cls, columns, example=EXAMPLES.get(cls, {"": ""})))
    return builder.save()


def _plan(names: Names, key: str | None) -> URIRef | None:
    plans = names.of_class(str(PG.Plan))
    if key is None:
        return URIRef(plans[0]) if len(plans) == 1 else None
    for iri in plans:
        if key in (plan_key(iri), iri):
            return URIRef(iri)
    known = " ".join(str(plan_key(iri)) for iri in plans) or "—"
    raise NotFound(f"库中没有规划“{key}”，现有：{known}。", f"The store has no plan “{key}”. It has: {known}.")


def _told_plan(names: Names, iri: URIRef) -> str:
    zh, en = names.label(str(iri), "zh"), names.label(str(iri), "en")
    return f"本工作簿默认的规划：{zh}\nThe plan of this workbook: {en}"


README = (
    ("title", "规划图谱数据表 / Plan data workbook"),
    ("text", "在各工作表中填写新数据，一行一个事物；校验通过后提交。\n"
             "Write new data on the sheets, one thing a row; they are validated and then committed."),
    ("head", "怎样填写 / How to fill it in"),
    ("text", "1. 从灰色示例行的下一行开始。示例行和说明行不读入。\n"
             "Start below the grey example. The rows of examples and help aren't read."),
    ("text", "2. 有下拉列表的单元格请从列表中选；本工作簿其他表中新增的事物，直接填其名称。\n"
             "Choose from the list where there is one; something new on another sheet goes by its name."),
    ("text", "3. 数字照原文填在“印刷原样”列，如 344.2万人、超过64万人；数值、区间、比较词和单位由程序读出。\n"
             "Copy a figure as printed, as in 344.2万人; value, bounds, comparator and unit are read from it."),
    ("text", "4. 来源明说的，填证据各列；由人推断的，填中英文理由和归属。两者取其一。\n"
             "For what a source states fill in the evidence; for what is inferred, the rationale in both languages "
             "and who infers it."),
    ("text", "5. 点列标题上方的 + 可展开不常用的列。列可以移动、改名；请勿删去隐藏的行和工作表。\n"
             "The + above the columns unfolds the rarer ones. Columns may be moved and renamed; leave the hidden "
             "rows and sheets."),
    ("head", "颜色 / Colours"),
    (REQUIRED, "必填 / required"),
    (OPTIONAL, "选填 / optional"),
    (AUTOMATIC, "可留空，由程序填写 / may be empty, filled in by the program"),
    (EMPTY, "这一行已动笔，而必填项还空着 / missing in a row that was started"),
    (CONTRARY, "结束早于开始 / the end is before the start"),
    ("head", "校验和提交 / Validating and committing"),
    ("text", "plangraph validate 文件.xlsx：列出问题；加 --marked 得到标出问题单元格的副本。\n"
             "plangraph validate FILE.xlsx lists what is wrong; --marked gives a copy with the cells marked."),
    ("text", "plangraph commit 文件.xlsx -m “说明”：全部合格才写入，否则一行也不写。\n"
             "plangraph commit FILE.xlsx -m MESSAGE writes all of it where it conforms, else nothing."),
    ("text", "也可在网页 /validate 上传。\nOr upload it on the page /validate."),
    ("head", "更正已有的数据 / Correcting what is there"),
    ("text", "用 plangraph export --format xlsx 导出，改单元格，再校验、提交。没有改动的行不起作用；"
             "清空单元格即删去其值；删去整行不会删去事物；导出后库中又有改动的行，会提示重新导出。\n"
             "Export with plangraph export --format xlsx, change cells, validate and commit. Rows that weren't changed "
             "do nothing; emptying a cell takes its value out; deleting a row takes nothing out; a row whose thing has "
             "changed in the store since is refused."),
    ("text", "在模板的行中填了已有事物的标识时：单值的列替换旧值，多值的列添加，空单元格不起作用。\n"
             "In a template, a row with the identifier of a known thing replaces single values and adds to others; "
             "its empty cells do nothing."),
)  # fmt: skip
