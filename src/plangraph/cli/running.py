"""Commands that run the server, fill a store, and tell the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph.cli.base import TABLE, main, pass_lang, print_json, store_option
from plangraph.errors import BadInput, DoesNotConform, PlangraphError
from plangraph.settings import Settings, environment_name, is_address, load_settings, settings_table

if TYPE_CHECKING:
    from rdflib import URIRef


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
    from plangraph.commits import LOCAL_GRAPH
    from plangraph.namespaces import compact, expand
    from plangraph.terminal import say

    settings, origins = load_settings(given)
    name = expand(graph) if graph else LOCAL_GRAPH
    try:
        added, report = _loaded(settings, lang, files, name, empty, origins["gate"] != "default")
    except DoesNotConform as error:
        click.echo(_text_of(error.report, lang), err=True)
        raise
    if report is not None and _results(report):
        say(_text_of(report, lang))
    for target, count in added.items():
        click.echo(f"{count}\t{compact(target)}")
    total = sum(added.values())
    say(f"已载入 {total} 条新陈述。" if lang == "zh" else f"{total} new statements loaded.")


def _loaded(
    settings: Settings, lang: str, files: tuple[Path, ...], graph: URIRef, empty: bool, gated: bool
) -> tuple[dict[URIRef, int], Any]:
    """The numbers of new quads by graph, and the report: into the store's folder, an engine, or a plangraph server."""
    from plangraph.commits import load
    from plangraph.opening import open_embedded, opened_store
    from plangraph.store.remote import RemoteStore

    if not is_address(settings.store):
        store, _ = open_embedded(settings, empty=empty)
        try:
            loaded = load(store, files, graph=graph, gate=settings.gate)
        finally:
            store.close()
        return loaded.added, loaded.report
    with opened_store(settings, lang) as remote:
        assert isinstance(remote, RemoteStore)
        if remote.is_plangraph:
            return _sent(settings, lang, files, graph, gated)
        loaded = load(remote, files, graph=graph, gate=settings.gate)
        return loaded.added, loaded.report


def _sent(
    settings: Settings, lang: str, files: tuple[Path, ...], graph: URIRef, gated: bool
) -> tuple[dict[URIRef, int], Any]:
    """The same by a plangraph server, one request a graph: it has its own gate, and wants its token."""
    from plangraph.commits import parts_of
    from plangraph.mediatypes import N_TRIPLES
    from plangraph.sending import Sender
    from plangraph.writing import Payload, PostGraph

    if gated:
        raise BadInput("校验方式由服务决定，不能在此指定。", "The server sets the gate; it can't be given here.")
    sender = Sender(settings, lang)
    added: dict[URIRef, int] = {}
    report: dict[str, Any] = {"results": []}
    for name, data in parts_of(files, graph).items():
        try:
            done = sender.change(PostGraph(name, (Payload(data, N_TRIPLES.media_type),)))
        except PlangraphError:
            for before, count in added.items():
                click.echo(f"{count}\t{before}")  # each graph is a change of its own: these are made
            raise
        added[name] = done.added
        report["results"] += (done.report or {}).get("results", [])
    return added, report


def _results(report: Any) -> Any:
    return report["results"] if isinstance(report, dict) else report.results


def _text_of(report: Any, lang: str) -> str:
    """A report as text; one that a server sent has but the messages."""
    if not isinstance(report, dict):
        return str(report.to_text(lang)) if hasattr(report, "to_text") else ""
    return "\n".join(_line_of(result, lang) for result in report.get("results", []))


def _line_of(result: dict[str, Any], lang: str) -> str:
    words = result["message"]
    return f"{result['severity']}\t{result['focusNode']}\t{words.get(lang) or next(iter(words.values()), '')}"


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
