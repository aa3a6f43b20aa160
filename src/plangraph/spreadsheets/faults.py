"""What reading finds wrong with a cell, as results of a validation."""

from __future__ import annotations

from typing import Final

from rdflib import Literal, URIRef

from plangraph.namespaces import GRAPHS, PGS
from plangraph.reports import Result, Where
from plangraph.spreadsheets.cells import Fault
from plangraph.spreadsheets.columns import Column
from plangraph.spreadsheets.grids import Held

COMPONENT: Final = str(PGS) + "Cell-"
"""How the IRIs of what reading checks begin; a rule's name follows."""


def result_of(
    fault: Fault, focus: URIRef | None, column: Column | None, where: Where, held: Held | None = None
) -> Result:
    """A fault of a cell of the row about ``focus``."""
    fix = {lang: text for lang, text in (("zh", fault.fix_zh), ("en", fault.fix_en)) if text}
    name = f"{where.get('sheet', '')}!{where.get('cell', '')}"
    return Result(
        "warning" if fault.warning else "violation",
        focus or URIRef(GRAPHS["workbook"] + "#" + "".join(c if c.isalnum() else "-" for c in name)),
        str(column.predicate) if column is not None and column.predicate is not None else None,
        Literal(held[:200]) if isinstance(held, str) else None,
        COMPONENT + fault.rule,
        None,
        {"zh": fault.zh, "en": fault.en},
        fix,
        {},
        where,
    )


def unknown_column(title: str, near: str) -> Fault:
    """A column that isn't read."""
    return Fault(
        "unknown-column", f"不认识列“{title[:60]}”，未读取。",
        f"The column “{title[:60]}” isn't known and wasn't read.",
        f"是否指“{near}”？" if near else "不需要读取就不必理会；否则请使用模板中的列名。",
        f"Did you mean “{near}”?" if near else "Ignore this if it needn't be read; else use a heading of the template.",
        warning=True,
    )  # fmt: skip


def unread_sheet(name: str) -> Fault:
    """A sheet that isn't read."""
    return Fault(
        "unknown-sheet", f"不认识工作表“{name}”，未读取。", f"The sheet “{name}” isn't known and wasn't read.",
        "不需要读取就不必理会；否则请使用 plangraph template 生成的模板。",
        "Ignore this if it needn't be read; else use a workbook from plangraph template.",
        warning=True,
    )  # fmt: skip


def macros_left() -> Fault:
    """A workbook with macros."""
    return Fault(
        "macros", "工作簿含有宏，宏未读取，也未运行。", "The workbook has macros; they were neither read nor run.",
        "请另存为 .xlsx。", "Save it as .xlsx.", warning=True,
    )  # fmt: skip


def changed_since(label: str) -> Fault:
    """A row that was changed while the store changed too."""
    return Fault(
        "changed-since", f"导出之后，库中的“{label}”已被改动，本行的更正未采用。",
        f"“{label}” was changed in the store after the export; this row's corrections weren't taken.",
        "请重新导出，在新的工作簿中更正。", "Export again and make the correction there.",
    )  # fmt: skip


def same_row(first: str) -> Fault:
    """Two rows about the same new thing."""
    return Fault(
        "same-row", f"与 {first} 是同一内容。", f"It says the same as {first}.",
        "请删去其中一行；若是不同的事物，请用不同的名称或另填标识。",
        "Take one of the rows out; if they are different things, give them different names or an identifier.",
    )  # fmt: skip


def already_there(iri: str, printed: str) -> Fault:
    """A new observation of what the store has a figure for already."""
    return Fault(
        "already-there", f"库中已有同一指标、地区、时期和类型的观测：{printed}。",
        f"The store already has an observation of this indicator, area, period and type: {printed}.",
        f"更正请在标识列填 {iri}；另有不同的数，请注明统计口径或另填标识。",
        f"To correct it, write {iri} as the identifier; if it is another figure, say its statistic or give it one.",
    )  # fmt: skip


def no_plan() -> Fault:
    """A new thing without a plan, where none can be supposed."""
    return Fault(
        "no-plan", "没有写明所属规划，无法生成标识。", "It isn't said which plan it belongs to, so it can't be named.",
        "请选择所属规划，或用 plangraph template --plan 生成模板。",
        "Choose the plan, or make the workbook with plangraph template --plan.",
    )  # fmt: skip


def bad_graph(text: str) -> Fault:
    """A named graph that isn't an IRI."""
    return Fault(
        "bad-graph", f"“{text[:60]}”不是命名图的 IRI。", f"“{text[:60]}” isn't the IRI of a named graph.",
        "请留空，或填写完整的 IRI。", "Leave it empty, or write a whole IRI.",
    )  # fmt: skip


def bad_identifier(text: str) -> Fault:
    """An identifier that none can be made of."""
    return Fault(
        "bad-identifier", f"“{text[:60]}”不能作标识。", f"“{text[:60]}” can't be an identifier.",
        "请留空，或用小写英文字母、数字和连字符。", "Leave it empty, or use lower-case ASCII words joined by hyphens.",
    )  # fmt: skip


def bad_period(text: str) -> Fault:
    """A period that isn't one."""
    return Fault(
        "bad-period", f"“{text[:60]}”不是时期。", f"“{text[:60]}” isn't a period.",
        "请填 2023年、2023年上半年、2023-12-31 或 2021-2025年。", "Write 2023, 2023年上半年, 2023-12-31 or 2021-2025.",
    )  # fmt: skip


def bad_quote(text: str) -> Fault:
    """A quote that is missing or too long."""
    return Fault(
        "bad-quote", "引文缺失，或超过40字。" , "The quote is missing or has more than 40 characters.",
        "请只写原文中的数字或名称。", "Write only the figure or the name in the source.",
    )  # fmt: skip


def no_source() -> Fault:
    """Evidence without a document."""
    return Fault(
        "no-source", "有引文而没有来源文件。", "There is a quote and no document that it is from.",
        "请选择来源文件。", "Choose the source document.",
    )  # fmt: skip


def bad_start(text: str) -> Fault:
    """An offset that isn't a whole number."""
    return Fault(
        "bad-start", f"“{text[:60]}”不是从0起的整数。", f"“{text[:60]}” isn't a whole number from 0 up.",
        "请填引文首字在原文中的位置。", "Write where the quote starts in the source text.",
    )  # fmt: skip


def start_needed(quote: str, places: list[int], attached: bool) -> Fault:
    """An offset that can't be found."""
    if places:
        listed = "、".join(map(str, places[:6])), ", ".join(map(str, places[:6]))
        return Fault(
            "start-needed", f"“{quote}”在原文中出现 {len(places)} 次。",
            f"“{quote}” occurs {len(places)} times in the source.",
            f"请在“起点”列填其中一个：{listed[0]}。", f"Write one of these as the start: {listed[1]}.",
        )  # fmt: skip
    if attached:
        return Fault(
            "start-needed", f"原文中没有“{quote}”。", f"The source doesn't have “{quote}”.",
            "请照原文填写引文。", "Copy the quote from the source.",
        )  # fmt: skip
    return Fault(
        "start-needed", "没有引文的起点，来源文件的原文也没有附上。",
        "The start of the quote is missing, and the text of the source isn't attached.",
        "请填起点，或用 plangraph source attach 附上原文；没有原文时可作推断，写明理由和由谁推断。",
        "Write it, or attach the text with plangraph source attach; without one, give a rationale and who infers it.",
    )  # fmt: skip


def bad_statement() -> Fault:
    """A row of the sheet of single statements that makes none."""
    return Fault(
        "bad-statement", "本行不成一条陈述。", "This row makes no statement.",
        "主语和属性须为 IRI，值须与其类型相符。", "Subject and property must be IRIs, and the value must fit its kind.",
    )  # fmt: skip
