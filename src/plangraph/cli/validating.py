"""The command that holds new data against the shapes."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph.cli.base import main, pass_lang, print_json, read_settings
from plangraph.errors import BadInput

if TYPE_CHECKING:
    from plangraph.reports import Report


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--against", metavar="STORE|none", help="Context of the data; the default store if not given.")
@click.option("--shapes", "shapes_file", type=click.Path(path_type=Path), help="Shapes in place of the shipped ones.")
@click.option("--engine", type=click.Choice(["auto", "pyshacl", "both"]), default="auto", show_default=True)
@click.option("--limit", type=click.IntRange(0), help="List at most so many results, the gravest; 0: all.")
@click.option("--whole", is_flag=True, help="Look at all data, not only at what the new ones can concern.")
@click.option("--marked", type=click.Path(path_type=Path), help="Write a copy of the workbook with its faults marked.")
@click.option("--format", "format_name", type=click.Choice(["text", "json", "turtle", "html"]), default="text")
@pass_lang
def validate(lang: str, /, files: tuple[Path, ...], format_name: str, **how: Any) -> None:
    """Validate new data, RDF or a spreadsheet; changes nothing. 校验新数据（RDF 或表格），不作任何改动。"""
    from plangraph.cli.limits import limited

    report = limited(lambda: _validated(files, lang, **how), read_settings().check_megabytes)
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
    files: tuple[Path, ...],
    lang: str,
    *,
    against: str | None,
    shapes_file: Path | None,
    engine: str,
    limit: int | None,
    whole: bool,
    marked: Path | None,
) -> Report:
    from plangraph.cli.sheets import sheets_in, validate_sheet, write_marked
    from plangraph.opening import opened_store
    from plangraph.store.embedded import EmbeddedStore
    from plangraph.validation import load_shapes, read_sources, validate

    shapes = load_shapes([shapes_file]) if shapes_file else None
    settings = read_settings(store=None if against == "none" else against)
    most = (settings.report_results if limit is None else limit) or None
    if not sheets_in(files):
        _refuse_marking(marked)
        sources = read_sources(files)
        if against == "none":
            return validate(sources, engine=engine, shapes=shapes, most=most)
        with opened_store(settings, lang) as store:
            return validate(sources, store, engine=engine, shapes=shapes, most=most, whole=whole)
    path = only_sheet(files)
    with nullcontext(EmbeddedStore()) if against == "none" else opened_store(settings, lang) as store:
        report = validate_sheet(path, store, settings, engine=engine, shapes=shapes)
    if marked is not None:
        write_marked(path, report, marked, lang)
    return report.capped(most)


def _refuse_marking(marked: Path | None) -> None:
    if marked is not None:
        raise BadInput("--marked 只用于工作簿（.xlsx）。", "--marked is for a workbook (.xlsx).")


def only_sheet(files: tuple[Path, ...]) -> Path:
    """The one spreadsheet that is given. Raises ``BadInput`` where something else is given besides."""
    if len(files) != 1:
        raise BadInput(
            "表格须单独给出，一次一个，不与其他文件同时。",
            "A spreadsheet is given by itself, one at a time, without other files.",
        )
    return files[0]
