"""Spreadsheets: the command that makes templates, and how other commands read workbooks and CSV files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plangraph.cli.base import main, pass_lang, read_settings, store_option
from plangraph.errors import BadInput

if TYPE_CHECKING:
    from plangraph.reports import Report
    from plangraph.settings import Settings
    from plangraph.shapes import ShapeSet
    from plangraph.spreadsheets import Workbook
    from plangraph.store.base import GraphStore

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv")


@main.command()
@click.argument("output", metavar="OUT.xlsx", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--plan", metavar="KEY", help="The plan of the new data, e.g. chaoyang-2021; the only one if not given.")
@click.option("--sheets", metavar="NAME,…", help="Which sheets, e.g. Observation,Project.")
@store_option
@pass_lang
def template(lang: str, /, output: Path, plan: str | None, sheets: str | None, **given: Any) -> None:
    """Make a workbook for new data, with lists of what the store has. 生成填写新数据的工作簿。"""
    from plangraph.opening import opened_store
    from plangraph.spreadsheets import make_template

    if output.suffix.lower() != ".xlsx":
        raise BadInput(f"{output} 须以 .xlsx 结尾。", f"{output} must end in .xlsx.")
    names = [name for name in (sheets or "").replace("，", ",").split(",") if name.strip()]
    with opened_store(read_settings(**given), lang) as store:
        data = make_template(store, lang=lang, plan=plan, sheets=names)
    write_file(output, data)
    told = f"已写入 {output}。填好后：plangraph validate {output}"
    click.echo(told if lang == "zh" else f"Wrote {output}. Once it is filled in: plangraph validate {output}")


def is_sheet(path: Path) -> bool:
    """Whether a file is read as a workbook or CSV."""
    return path.name.lower().endswith(SUFFIXES)


def read_sheet(path: Path, store: GraphStore, settings: Settings) -> Workbook:
    """A workbook or CSV file, held against ``store``; texts that are attached give the offsets of quotes.

    Raises ``BadInput`` or ``TooLarge``.
    """
    from plangraph.attached import source_folder
    from plangraph.spreadsheets import read_spreadsheet
    from plangraph.uploads import sent_file, texts_of

    data = sent_file(path, settings.upload_bytes).data
    return read_spreadsheet(data, path.name, store, texts=texts_of(store, str(source_folder(settings))))


def validate_sheet(
    path: Path, store: GraphStore, settings: Settings, *, engine: str = "auto", shapes: ShapeSet | None = None
) -> Report:
    """What is wrong with a workbook or CSV file, each result at its cell."""
    from plangraph.spreadsheets import validate_read

    return validate_read(read_sheet(path, store, settings), store, engine=engine, shapes=shapes)


def write_marked(path: Path, report: Report, output: Path, lang: str) -> None:
    """A copy of the workbook with the report's results marked in it."""
    from plangraph.spreadsheets import mark_workbook

    if not path.name.lower().endswith((".xlsx", ".xlsm")):
        raise BadInput(f"{path} 不是工作簿，无法标出。", f"{path} is no workbook: nothing can be marked in it.")
    write_file(output, mark_workbook(path.read_bytes(), report, lang=lang, name=path.name))


def write_file(path: Path, data: bytes) -> None:
    """Write a file. Raises ``BadInput`` where that can't be."""
    try:
        path.write_bytes(data)
    except OSError as fault:
        raise BadInput(f"无法写入 {path}：{fault.strerror}。", f"{path} can't be written: {fault.strerror}.") from None


def sheets_in(files: Sequence[Path]) -> list[Path]:
    """Those of some files that are read as workbooks or CSV."""
    return [path for path in files if is_sheet(path)]
