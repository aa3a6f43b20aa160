"""Commands that run the server, fill a store, and tell the settings."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph.cli.base import TABLE, main, pass_lang, print_json, store_option
from plangraph.cli.progress import progress
from plangraph.errors import BadInput, DoesNotConform, PlangraphError, Unavailable
from plangraph.settings import Settings, environment_name, is_address, load_settings, settings_table

if TYPE_CHECKING:
    from rdflib import URIRef

    from plangraph.commits import Loading
    from plangraph.store.embedded import EmbeddedStore
    from plangraph.store.remote import RemoteStore


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
@click.option("-m", "--message", default="", help="What the history says of it.")
@click.option("--author", default="", help="Who loads it, for the history.")
@click.option(
    "--whole/--in-parts",
    default=None,
    help="One change, or file by file, past those with faults. More than 100 files are loaded in parts.",
)
@store_option
@pass_lang
def load(
    lang: str,
    /,
    files: tuple[Path, ...],
    graph: str | None,
    empty: bool,
    message: str,
    author: str,
    whole: bool | None,
    **given: Any,
) -> None:
    """Load RDF files or folders through the gate. 经校验后载入 RDF 文件或文件夹。"""
    from plangraph.commits import LOCAL_GRAPH, Loading
    from plangraph.namespaces import compact, expand
    from plangraph.terminal import say

    settings, origins = load_settings(given)
    name = expand(graph) if graph else LOCAL_GRAPH
    gated = origins["gate"] != "default"
    if whole is None:
        whole = _sends(settings) or not _are_many(files)
    elif not whole and _sends(settings):
        raise BadInput("向服务载入时不能用 --in-parts。", "--in-parts can't be used where a server loads the files.")
    how = Loading(settings.gate, author, message, settings.history_quads)
    if not whole:
        _load_in_parts(settings, lang, files, name, empty, how)
        return
    try:
        added, report = _loaded(settings, lang, files, name, empty, gated, how)
    except DoesNotConform as error:
        click.echo(_text_of(error.report, lang), err=True)
        raise
    if report is not None and _results(report):
        say(_text_of(report, lang))
    for target, count in added.items():
        click.echo(f"{count}\t{compact(target)}")
    total = sum(added.values())
    say(f"已载入 {total} 条新陈述。" if lang == "zh" else f"{total} new statements loaded.")


def _sends(settings: Settings) -> bool:
    """Whether the data go to a plangraph server, which makes the changes itself."""
    from plangraph.opening import opened_store
    from plangraph.store.remote import RemoteStore

    if not is_address(settings.store):
        return False
    with opened_store(settings) as store:
        return isinstance(store, RemoteStore) and store.is_plangraph


def _are_many(files: tuple[Path, ...]) -> bool:
    from plangraph.commits import targets
    from plangraph.loading import MANY

    return next(islice(targets(files), MANY, None), None) is not None


def _load_in_parts(
    settings: Settings, lang: str, files: tuple[Path, ...], graph: URIRef, empty: bool, how: Loading
) -> None:
    """Load what can be loaded, and end with code 1 where some can't."""
    from plangraph.loading import load_in_parts
    from plangraph.namespaces import compact
    from plangraph.terminal import say

    zh = lang == "zh"
    with _store(settings, lang, empty) as store:
        try:
            with progress(lang) as tell:
                done = load_in_parts(store, files, graph=graph, how=how, tell=tell)
        except (KeyboardInterrupt, Unavailable):
            say(
                "已中断。此前载入的保留；再次运行同一命令，即从此处继续。"
                if zh
                else "Stopped. What was loaded before stays; the same command goes on from here."
            )
            raise
    for fault in done.faults:
        text = fault.error.text(lang)  # a syntax error names its file itself
        say(text if text.startswith(fault.name) else f"{fault.name}{'：' if zh else ': '}{text}")
    for target, count in done.added.items():
        click.echo(f"{count}\t{compact(target)}")
    total, failed = sum(done.added.values()), len(done.faults)
    passed = done.passed_over
    say(
        f"已载入 {done.loaded} 个文件，共 {total} 条新陈述；此前已载入而跳过 {passed} 个；有误未载入 {failed} 个。"
        if zh
        else f"{done.loaded} files loaded, {total} new statements; {passed} loaded before and passed over; "
        f"{failed} with faults and not loaded."
    )
    if done.faults:
        click.get_current_context().exit(1)


@contextlib.contextmanager
def _store(settings: Settings, lang: str, empty: bool) -> Iterator[EmbeddedStore | RemoteStore]:
    from plangraph.opening import open_embedded, opened_store

    if is_address(settings.store):
        with opened_store(settings, lang) as remote:
            yield remote
        return
    store, _ = open_embedded(settings, empty=empty)
    try:
        yield store
    finally:
        store.close()


def _loaded(
    settings: Settings, lang: str, files: tuple[Path, ...], graph: URIRef, empty: bool, gated: bool, how: Loading
) -> tuple[dict[URIRef, int], Any]:
    """The numbers of new quads by graph, and the report: into the store's folder, an engine, or a plangraph server."""
    from plangraph.commits import load
    from plangraph.store.remote import RemoteStore

    with _store(settings, lang, empty) as store:
        if isinstance(store, RemoteStore) and store.is_plangraph:
            return _sent(settings, lang, files, graph, gated)
        loaded = load(store, files, graph=graph, how=how)
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
