"""Commands that change the graph as one change with a message, and those that show, compare and undo changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph.cli.base import TABLE, main, pass_lang, print_json, read_settings, store_option
from plangraph.errors import BadInput, DoesNotConform

if TYPE_CHECKING:
    from plangraph.history import Record
    from plangraph.library import KnowledgeGraph
    from plangraph.writing import Change

_AUTHOR = click.option("--author", default="", metavar="NAME", help="Who makes the change; unknown if not given.")
_TEXT = click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-m", "--message", required=True, help="Why the change is made.")
@_AUTHOR
@click.option("--graph", metavar="IRI", help="Named graph for triples that name none.")
@click.option("--replace", is_flag=True, help="The graphs then hold exactly these data.")
@click.option("--allow-warnings", is_flag=True, help="Commit in spite of warnings.")
@click.option("--base", metavar="ID", help="The change that the data were made on; the last if not given.")
@_TEXT
@store_option
@pass_lang
def commit(
    lang: str,
    /,
    files: tuple[Path, ...],
    message: str,
    author: str,
    graph: str | None,
    replace: bool,
    allow_warnings: bool,
    base: str | None,
    format_name: str,
    **given: Any,
) -> None:
    """Validate new data, RDF or a spreadsheet, and commit them as one change. 校验新数据，作为一次改动提交。"""
    with _opened(lang, **given) as graph_, _report_told(format_name, lang):
        done = graph_.commit(
            files,
            message=message,
            author=author,
            graph=graph,
            replace=replace,
            allow_warnings=allow_warnings,
            base=base,
        )
    _tell(done, format_name, lang)


@main.command()
@click.argument("change", metavar="ID")
@click.option("-m", "--message", default="", help="Why the change is undone.")
@_AUTHOR
@_TEXT
@store_option
@pass_lang
def revert(lang: str, /, change: str, message: str, author: str, format_name: str, **given: Any) -> None:
    """Undo a change, by a change of its own that is validated as any. 撤销一次改动。"""
    with _opened(lang, **given) as graph, _report_told(format_name, lang):
        done = graph.revert(change, message=message, author=author)
    _tell(done, format_name, lang)


@main.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many changes.")
@click.option("--about", metavar="THING", help="Only changes that touched this thing: its IRI or label.")
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
@store_option
@pass_lang
def log(lang: str, /, limit: int, about: str | None, format_name: str, **given: Any) -> None:
    """List the changes, the last first. 列出历次改动。"""
    from plangraph.history import as_time
    from plangraph.namespaces import PGC
    from plangraph.ontology import vocabulary
    from plangraph.terminal import print_table

    with _opened(lang, **given) as graph:
        records = graph.log(limit=limit, about=about)
    if format_name == "json":
        print_json([record.to_json() for record in records])
        return
    zh = lang == "zh"
    heads = (
        ("编号", "时间（UTC）", "作者", "类型", "增", "删", "说明")
        if zh
        else ("change", "time (UTC)", "author", "kind", "added", "removed", "message")
    )
    rows = [
        (
            record.name,
            as_time(record.ended).replace("T", " ")[:19].rstrip("Z"),
            record.author,
            vocabulary().label(PGC[f"change-{record.kind}"], lang),
            str(record.added),
            str(record.removed),
            record.message.partition("\n")[0] or _reverted(record, lang),
        )
        for record in records
    ]
    print_table(heads, rows, right=[4, 5])


def _reverted(record: Record, lang: str) -> str:
    from plangraph.history import CHANGES

    if record.reverts is None:
        return ""
    return ("撤销 " if lang == "zh" else "reverts ") + record.reverts.removeprefix(CHANGES)


@main.command()
@click.argument("change", metavar="ID")
@click.argument("other", required=False, metavar="[ID2]")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "patch"]), default="text")
@store_option
@pass_lang
def diff(lang: str, /, change: str, other: str | None, format_name: str, **given: Any) -> None:
    """What a change did, by thing and property; with ID2, what lies between the two states. 查看改动的内容。"""
    from plangraph.differences import diff_text

    if format_name == "patch" and other is not None:
        raise BadInput("patch 格式只用于一次改动。", "The format patch is for one change.")
    with _opened(lang, **given) as graph:
        if format_name == "patch":
            click.echo(graph.patch(change), nl=False)
            return
        things = graph.diff(change, other)
    if format_name == "json":
        print_json([thing.to_json() for thing in things])
    else:
        click.echo(diff_text(things, lang))


@contextlib.contextmanager
def _opened(lang: str, **given: Any) -> Iterator[KnowledgeGraph]:
    """The graph that the settings name: a folder, or what is behind an address."""
    from plangraph.library import graph_of

    with graph_of(read_settings(**given), lang) as graph:
        yield graph


@contextlib.contextmanager
def _report_told(format_name: str, lang: str) -> Iterator[None]:
    """Where data don't conform, say all that is wrong with them."""
    try:
        yield
    except DoesNotConform as fault:
        if isinstance(fault.report, dict):
            if format_name == "json":
                print_json({"change": None, "report": fault.report})
            else:
                click.echo("\n".join(_lines(fault.report, lang)), err=True)
        raise


def _lines(report: dict[str, Any], lang: str) -> Iterator[str]:
    from plangraph.namespaces import compact
    from plangraph.reports import place_text

    names = {"violation": "错误", "warning": "提醒", "info": "提示"} if lang == "zh" else {"violation": "error"}
    for result in report["results"]:
        labels = result.get("focusLabel") or {}
        label = labels.get(lang) or next(iter(labels.values()), "")
        thing = f"{label} <{compact(result['focusNode'])}>" if label else f"<{compact(result['focusNode'])}>"
        message = result["message"].get(lang) or next(iter(result["message"].values()), "")
        yield f"[{names.get(result['severity'], result['severity'])}] {thing}"
        yield f"    {message}{place_text(result.get('where'), lang)}"
        fix = (result.get("fix") or {}).get(lang)
        if fix:
            yield "    → " + fix.replace("\n", "\n      ")


def _tell(done: Change, format_name: str, lang: str) -> None:
    from plangraph.history import CHANGES

    if format_name == "json":
        print_json(
            {
                "change": done.id,
                "number": done.number,
                "added": done.added,
                "removed": done.removed,
                "revision": done.revision,
                "report": done.report,
            }
        )
        return
    if done.report and done.report["results"]:
        click.echo("\n".join(_lines(done.report, lang)), err=True)
    if done.id is None:
        zh, en = "图谱中已是如此，没有改动。", "The graph is so already: nothing changed."
        click.echo(zh if lang == "zh" else en)
        return
    name = done.id.removeprefix(CHANGES)
    click.echo(
        f"改动 {name}：新增 {done.added} 条陈述，删除 {done.removed} 条。"
        if lang == "zh"
        else f"Change {name}: {done.added} statement{'s' * (done.added != 1)} added, {done.removed} removed."
    )
