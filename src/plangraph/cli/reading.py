"""Commands that read the graph: questions, things, paths, exports, counts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from plangraph.cli.base import TABLE, main, no_format, pass_lang, print_json, read_settings, store_option
from plangraph.errors import BadInput, NotFound

_AS_OF = click.option("--as-of", "change", metavar="ID", help="The graph as this change left it.")


@main.command()
@click.argument("source", required=False, metavar="[FILE|NAME]")
@click.option("-e", "text", metavar="TEXT", help="The query itself.")
@click.option("-p", "values", multiple=True, metavar="NAME=VALUE", help="A parameter of a shipped question.")
@click.option(
    "--format", "format_name", default=TABLE, show_default=True, help="table json csv tsv xml turtle jsonld nt rdf"
)
@_AS_OF
@store_option
@pass_lang
def query(
    lang: str,
    /,
    source: str | None,
    text: str | None,
    values: tuple[str, ...],
    format_name: str,
    change: str | None,
    **given: Any,
) -> None:
    """Run a SPARQL query: a file, a shipped question's name, or -e TEXT. 运行 SPARQL 查询。"""
    from plangraph.asking import ACCEPT, ask, query_text
    from plangraph.terminal import print_answer

    accept = ACCEPT.get(format_name)
    if accept is None:
        raise no_format(format_name, " ".join(ACCEPT))
    data, media_type = ask(query_text(source, text, values), accept, read_settings(**given), lang, change)
    if format_name == TABLE:
        print_answer(data, media_type, lang)
    else:
        sys.stdout.buffer.write(data)


@main.command()
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
@pass_lang
def queries(lang: str, /, format_name: str) -> None:
    """List the shipped questions. 列出随附的问题。"""
    from plangraph.queries import THEMES, questions
    from plangraph.terminal import print_table

    if format_name == "json":
        print_json([q.to_json() for q in questions()])
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
@_AS_OF
@store_option
@pass_lang
def describe(lang: str, /, thing: str, format_name: str, change: str | None, **given: Any) -> None:
    """One thing: facts, links in and out, evidence. 查看一个事物。"""
    from plangraph.entities import describe, resolve, thing_graph
    from plangraph.mediatypes import GRAPH_FORMATS, by_name
    from plangraph.opening import opened_store
    from plangraph.past import state_of
    from plangraph.terminal import print_description
    from plangraph.turtle import serialize_graph

    fmt = None if format_name == "text" else by_name(format_name, GRAPH_FORMATS)
    if fmt is None and format_name != "text":
        raise no_format(format_name, "text turtle jsonld nt rdf")
    settings = read_settings(**given)
    with opened_store(settings, lang) as today:
        store = state_of(today, change)
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
@store_option
@pass_lang
def path(lang: str, /, start: str, goal: str, maximum: int, format_name: str, **given: Any) -> None:
    """The shortest paths between two things and why each hop holds. 两个事物之间的最短路径。"""
    from plangraph.entities import resolve
    from plangraph.graphview import paths
    from plangraph.opening import opened_store
    from plangraph.terminal import print_paths

    with opened_store(read_settings(**given), lang) as store:
        found = paths(store, resolve(store, start), resolve(store, goal), maximum=maximum)
    if not found:
        raise NotFound(f"“{start}”与“{goal}”之间没有路径。", f"No path joins “{start}” and “{goal}”.")
    if format_name == "json":
        print_json([p.to_json() for p in found])
    else:
        print_paths(found, lang)


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
@_AS_OF
@store_option
@pass_lang
def export(
    lang: str, /, format_name: str, graph: str | None, output: Path | None, change: str | None, **given: Any
) -> None:
    """Write out the graph. 导出图谱。"""
    from plangraph.exporting import export_store
    from plangraph.namespaces import expand
    from plangraph.opening import opened_store
    from plangraph.past import state_of

    with opened_store(read_settings(**given), lang) as today:
        store = state_of(today, change)
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
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
@store_option
@pass_lang
def stats(lang: str, /, format_name: str, **given: Any) -> None:
    """Counts by class and by named graph. 按类别和命名图统计。"""
    from plangraph.exporting import count_by_class
    from plangraph.namespaces import compact
    from plangraph.ontology import vocabulary
    from plangraph.opening import opened_store
    from plangraph.terminal import print_table

    with opened_store(read_settings(**given), lang) as store:
        classes, graphs = count_by_class(store), store.graphs()
    if format_name == "json":
        print_json({"classes": classes, "graphs": {str(g): n for g, n in graphs.items()}})
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
