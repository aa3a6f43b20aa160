"""The command that holds new data against the shapes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from plangraph.cli.base import main, pass_lang, print_json, read_settings

if TYPE_CHECKING:
    from plangraph.reports import Report


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
            print_json(report.to_json())
        case "turtle":
            click.echo(report.to_turtle())
        case "html":
            click.echo(report.to_html(lang))
        case _:
            click.echo(report.to_text(lang))
    if not report.conforms:
        click.get_current_context().exit(1)


def _validated(
    files: tuple[Path, ...], against: str | None, shapes_file: Path | None, engine: str, lang: str
) -> Report:
    from plangraph.opening import opened_store
    from plangraph.validation import load_shapes, read_sources, validate

    sources = read_sources(files)
    shapes = load_shapes([shapes_file]) if shapes_file else None
    if against == "none":
        return validate(sources, engine=engine, shapes=shapes)
    with opened_store(read_settings(store=against), lang) as store:
        return validate(sources, store, engine=engine, shapes=shapes)
