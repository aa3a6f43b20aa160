"""The command line. Each command reads its settings, calls one capability, and prints what it gives.

Exit codes: 0 fine; 1 the answer is no; 2 wrong use or bad input; 3 the environment.
"""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph import __version__
from plangraph.errors import BadInput, DoesNotConform, NotFound, PlangraphError, Unavailable
from plangraph.settings import Settings, environment_name, is_address, load_settings, settings_table

if TYPE_CHECKING:
    from plangraph.reports import Report

_TABLE = "table"


def exit_code(error: PlangraphError) -> int:
    """The one place where errors become exit codes."""
    match error:
        case NotFound() | DoesNotConform():
            return 1
        case Unavailable():
            return 3
        case _:
            return 2


class _Group(click.Group):
    """Turns every foreseen failure into one line on standard error and its exit code; takes ``--lang`` anywhere."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _lang_first(args))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PlangraphError as error:
            click.echo(f"plangraph: {error.text(_language(ctx.params.get('lang')))}", err=True)
            ctx.exit(exit_code(error))
        except BrokenPipeError:
            # The reader of our output went away, as `head` does: nothing more to say.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def _lang_first(args: list[str]) -> list[str]:
    """``args`` with ``--lang zh`` or ``--lang=zh`` moved to the front, where the group reads it."""
    for n, arg in enumerate(args):
        if arg == "--":
            break
        length = 2 if arg == "--lang" else 1 if arg.startswith("--lang=") else 0
        if length:
            return [*args[n : n + length], *args[:n], *args[n + length :]]
    return args


def _language(given: str | None) -> str:
    if given:
        return given
    named = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), None)
    name = named or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def _store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--store", metavar="DIR|URL", help="The store's folder, or a running server's address.")(
        command
    )


def _settings(**given: Any) -> Settings:
    return load_settings(given)[0]


pass_lang = click.make_pass_decorator(str)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages; the locale's by default.")
@click.version_option(__version__, prog_name="plangraph")
@click.pass_context
def main(ctx: click.Context, lang: str | None) -> None:
    """plangraph: the knowledge graph of a public plan. 公共规划的知识图谱。"""
    ctx.obj = _language(lang)


@main.command()
@_store_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--workers", type=int, help="Processes that answer web requests.")
@click.option("--read-only", is_flag=True, help="Allow no writing, whatever token is set.")
@click.option("--empty", is_flag=True, help="Don't fill the store with the shipped data.")
@click.option("--gate", type=click.Choice(["enforce", "warn", "off"]), help="Validation before writing.")
@pass_lang
def serve(lang: str, /, read_only: bool, empty: bool, **given: Any) -> None:
    """Serve the graph as a web application. 启动网页服务。"""
    from plangraph.serving import run_server

    settings = _settings(**given, write_token="" if read_only else None)
    _needs_folder(settings)
    run_server(settings, lang, empty=empty)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Named graph for triples that name none.")
@click.option("--gate", type=click.Choice(["enforce", "warn", "off"]), help="Validation before writing.")
@_store_option
@pass_lang
def load(lang: str, /, files: tuple[Path, ...], graph: str | None, **given: Any) -> None:
    """Load RDF files or folders through the gate. 经校验后载入 RDF 文件或文件夹。"""
    from plangraph.commits import LOCAL_GRAPH, load
    from plangraph.namespaces import compact, expand
    from plangraph.opening import open_embedded
    from plangraph.terminal import say

    settings = _settings(**given)
    _needs_folder(settings)
    store, _ = open_embedded(settings)
    try:
        loaded = load(store, files, graph=expand(graph) if graph else LOCAL_GRAPH, gate=settings.gate)
    except DoesNotConform as error:
        click.echo(error.report.to_text(lang), err=True)  # type: ignore[attr-defined]
        raise
    finally:
        store.close()
    if loaded.report is not None and loaded.report.results:
        say(loaded.report.to_text(lang))
    for name, count in loaded.added.items():
        click.echo(f"{count}\t{compact(name)}")
    total = sum(loaded.added.values())
    say(f"已载入 {total} 条新陈述。" if lang == "zh" else f"{total} new statements loaded.")


@main.command()
@click.argument("source", required=False, metavar="[FILE|NAME]")
@click.option("-e", "text", metavar="TEXT", help="The query itself.")
@click.option("-p", "values", multiple=True, metavar="NAME=VALUE", help="A parameter of a shipped question.")
@click.option(
    "--format", "format_name", default=_TABLE, show_default=True, help="table json csv tsv xml turtle jsonld nt rdf"
)
@_store_option
@pass_lang
def query(
    lang: str, /, source: str | None, text: str | None, values: tuple[str, ...], format_name: str, **given: Any
) -> None:
    """Run a SPARQL query: a file, a shipped question's name, or -e TEXT. 运行 SPARQL 查询。"""
    from plangraph.asking import ACCEPT, ask, query_text
    from plangraph.terminal import print_answer

    accept = ACCEPT.get(format_name)
    if accept is None:
        raise _no_format(format_name, " ".join(ACCEPT))
    data, media_type = ask(query_text(source, text, values), accept, _settings(**given), lang)
    if format_name == _TABLE:
        print_answer(data, media_type, lang)
    else:
        sys.stdout.buffer.write(data)


@main.command()
@click.option("--format", "format_name", type=click.Choice([_TABLE, "json"]), default=_TABLE)
@pass_lang
def queries(lang: str, /, format_name: str) -> None:
    """List the shipped questions. 列出随附的问题。"""
    from plangraph.queries import THEMES, questions
    from plangraph.terminal import print_table

    if format_name == "json":
        _print_json([q.to_json() for q in questions()])
        return
    heads = ("名称", "主题", "问题", "参数") if lang == "zh" else ("name", "theme", "question", "parameters")
    theme = 0 if lang == "zh" else 1
    print_table(
        heads,
        [
            (q.name, THEMES[q.theme][theme], q.question[lang], " ".join(p.name for p in q.parameters))
            for q in questions()
        ],
    )


@main.command()
@click.argument("thing", metavar="IRI|LABEL")
@click.option("--format", "format_name", default="text", show_default=True, help="text turtle jsonld nt rdf")
@_store_option
@pass_lang
def describe(lang: str, /, thing: str, format_name: str, **given: Any) -> None:
    """One thing: facts, links in and out, evidence. 查看一个事物。"""
    from plangraph.entities import describe, resolve, thing_graph
    from plangraph.mediatypes import GRAPH_FORMATS, by_name
    from plangraph.opening import opened_store
    from plangraph.terminal import print_description
    from plangraph.turtle import serialize_graph

    fmt = None if format_name == "text" else by_name(format_name, GRAPH_FORMATS)
    if fmt is None and format_name != "text":
        raise _no_format(format_name, "text turtle jsonld nt rdf")
    settings = _settings(**given)
    with opened_store(settings, lang) as store:
        iri = resolve(store, thing)
        if fmt is None:
            print_description(describe(store, iri, limit=settings.page_size), lang)
        else:
            sys.stdout.buffer.write(serialize_graph(thing_graph(store, iri), fmt))


@main.command()
@click.argument("start", metavar="FROM")
@click.argument("goal", metavar="TO")
@click.option("--max", "maximum", type=click.IntRange(1, 50), default=3, show_default=True, help="How many paths.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
@_store_option
@pass_lang
def path(lang: str, /, start: str, goal: str, maximum: int, format_name: str, **given: Any) -> None:
    """The shortest paths between two things and why each hop holds. 两个事物之间的最短路径。"""
    from plangraph.entities import resolve
    from plangraph.graphview import paths
    from plangraph.opening import opened_store
    from plangraph.terminal import print_paths

    with opened_store(_settings(**given), lang) as store:
        found = paths(store, resolve(store, start), resolve(store, goal), maximum=maximum)
    if not found:
        raise NotFound(f"“{start}”与“{goal}”之间没有路径。", f"No path joins “{start}” and “{goal}”.")
    if format_name == "json":
        _print_json([p.to_json() for p in found])
    else:
        print_paths(found, lang)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--against", metavar="STORE|none", help="Context of the data; the default store if not given.")
@click.option("--shapes", "shapes_file", type=click.Path(path_type=Path), help="Shapes in place of the shipped ones.")
@click.option("--engine", type=click.Choice(["auto", "pyshacl", "both"]), default="auto", show_default=True)
@click.option("--format", "format_name", type=click.Choice(["text", "json", "turtle", "html"]), default="text")
@pass_lang
def validate(
    lang: str, /, files: tuple[Path, ...], against: str | None, shapes_file: Path | None, engine: str, format_name: str
) -> None:
    """Validate new data against the shapes; changes nothing. 校验新数据，不作任何改动。"""
    report = _validated(files, against, shapes_file, engine, lang)
    match format_name:
        case "json":
            _print_json(report.to_json())
        case "turtle":
            click.echo(report.to_turtle())
        case "html":
            click.echo(report.to_html(lang))
        case _:
            click.echo(report.to_text(lang))
    if not report.conforms:
        click.get_current_context().exit(1)


@main.command()
@click.option(
    "--format",
    "format_name",
    default="trig",
    show_default=True,
    help="trig turtle nquads jsonld nt rdf graphml gexf csv",
)
@click.option("--graph", metavar="IRI", help="Only this named graph.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output if not given.",
)
@_store_option
@pass_lang
def export(lang: str, /, format_name: str, graph: str | None, output: Path | None, **given: Any) -> None:
    """Write out the graph. 导出图谱。"""
    from plangraph.exporting import export_store
    from plangraph.namespaces import expand
    from plangraph.opening import opened_store

    with opened_store(_settings(**given), lang) as store:
        data = export_store(store, format_name, expand(graph) if graph else None, lang)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        try:
            output.write_bytes(data)
        except OSError as fault:
            raise BadInput(
                f"无法写入 {output}：{fault.strerror}。", f"{output} can't be written: {fault.strerror}."
            ) from None


@main.command()
@click.option("--format", "format_name", type=click.Choice([_TABLE, "json"]), default=_TABLE)
@_store_option
@pass_lang
def stats(lang: str, /, format_name: str, **given: Any) -> None:
    """Counts by class and by named graph. 按类别和命名图统计。"""
    from plangraph.exporting import count_by_class
    from plangraph.namespaces import compact
    from plangraph.ontology import vocabulary
    from plangraph.opening import opened_store
    from plangraph.terminal import print_table

    with opened_store(_settings(**given), lang) as store:
        classes, graphs = count_by_class(store), store.graphs()
    if format_name == "json":
        _print_json({"classes": classes, "graphs": {str(g): n for g, n in graphs.items()}})
        return
    zh = lang == "zh"
    print_table(
        ("类别", "IRI", "数量") if zh else ("class", "IRI", "count"),
        [(vocabulary().label(iri, lang), compact(iri), str(n)) for iri, n in classes.items()],
        right=[2],
    )
    click.echo()
    print_table(
        ("命名图", "陈述数") if zh else ("named graph", "statements"), [(g, str(n)) for g, n in graphs.items()], [1]
    )


@main.command()
@click.option("--format", "format_name", type=click.Choice([_TABLE, "json"]), default=_TABLE)
@pass_lang
def settings(lang: str, /, format_name: str) -> None:
    """Every setting, its value and where that comes from. 全部设置及其来源。"""
    from plangraph.terminal import print_table

    values, origins = load_settings()
    rows = []
    for row in settings_table():
        value = str(getattr(values, row.name))
        shown = ("•••" if value else "") if row.metadata["secret"] else value
        rows.append((row.name, shown, origins[row.name], environment_name(row.name), row.metadata[lang]))
    if format_name == "json":
        keys = ("name", "value", "origin", "environment", "help")
        _print_json([dict(zip(keys, r, strict=True)) for r in rows])
    else:
        heads = (
            ("设置", "值", "来源", "环境变量", "说明")
            if lang == "zh"
            else ("setting", "value", "from", "variable", "help")
        )
        print_table(heads, rows)


def _validated(
    files: tuple[Path, ...], against: str | None, shapes_file: Path | None, engine: str, lang: str
) -> Report:
    from plangraph.opening import opened_store
    from plangraph.validation import load_shapes, read_sources, validate

    sources = read_sources(files)
    shapes = load_shapes([shapes_file]) if shapes_file else None
    if against == "none":
        return validate(sources, engine=engine, shapes=shapes)
    with opened_store(_settings(store=against), lang) as store:
        return validate(sources, store, engine=engine, shapes=shapes)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _needs_folder(settings: Settings) -> None:
    if is_address(settings.store):
        raise BadInput(
            "此命令须用存储所在的文件夹，而不是服务地址。",
            "This command takes the folder of a store, not a server's address.",
        )


def _no_format(name: str, known: str) -> BadInput:
    return BadInput(f"没有格式“{name}”，可用：{known}。", f"There is no format “{name}”. To be had: {known}.")
