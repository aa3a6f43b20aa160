"""Commands that run the server, fill a store, and tell the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plangraph.cli.base import TABLE, main, needs_folder, pass_lang, print_json, read_settings, store_option
from plangraph.errors import DoesNotConform
from plangraph.settings import environment_name, load_settings, settings_table


@main.command()
@store_option
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

    settings, origins = load_settings({**given, "write_token": "" if read_only else None})
    needs_folder(settings)
    run_server(settings, lang, empty=empty, open_writing=not read_only and origins["gate"] != "default")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Named graph for triples that name none.")
@click.option("--gate", type=click.Choice(["enforce", "warn", "off"]), help="Validation before writing.")
@click.option("--empty", is_flag=True, help="Don't fill the store with the shipped data.")
@store_option
@pass_lang
def load(lang: str, /, files: tuple[Path, ...], graph: str | None, empty: bool, **given: Any) -> None:
    """Load RDF files or folders through the gate. 经校验后载入 RDF 文件或文件夹。"""
    from plangraph.commits import LOCAL_GRAPH, load
    from plangraph.namespaces import compact, expand
    from plangraph.opening import open_embedded
    from plangraph.terminal import say

    settings = read_settings(**given)
    needs_folder(settings)
    store, _ = open_embedded(settings, empty=empty)
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
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
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
        print_json([dict(zip(keys, r, strict=True)) for r in rows])
    else:
        heads = (
            ("设置", "值", "来源", "环境变量", "说明")
            if lang == "zh"
            else ("setting", "value", "from", "variable", "help")
        )
        print_table(heads, rows)
