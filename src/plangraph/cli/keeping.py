"""Commands that keep a store safe: backup, restore, verify."""

from __future__ import annotations

from pathlib import Path

import click

from plangraph.cli.base import TABLE, main, needs_folder, pass_lang, print_json, read_settings, store_option
from plangraph.cli.progress import progress


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@store_option
@pass_lang
def backup(lang: str, /, target: Path, store: str | None) -> None:
    """Copy the store to a new folder or a new file FILE.tar.zst. 备份存储到新文件夹或 .tar.zst 文件。"""
    from plangraph.keeping import backup as copy
    from plangraph.terminal import say

    settings = read_settings(store=store)
    needs_folder(settings)
    with progress(lang) as tell:
        done = copy(settings, target, tell=tell)
    size = f"{done.bytes / 1e6:.1f} MB"
    say(
        f"已备份到 {target}：{done.quads} 条陈述，{done.files} 个文件，共 {size}。"
        if lang == "zh"
        else f"Backed up to {target}: {done.quads} statements, {done.files} files, {size}."
    )


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@store_option
@pass_lang
def restore(lang: str, /, source: Path, store: str | None) -> None:
    """Make a new store from a backup; nothing is overwritten. 从备份恢复为新的存储，不覆盖任何内容。"""
    from plangraph.keeping import restore as bring_back
    from plangraph.settings import store_folder
    from plangraph.terminal import say

    settings = read_settings(store=store)
    needs_folder(settings)
    with progress(lang) as tell:
        done = bring_back(source, settings, tell=tell)
    folder = store_folder(settings)
    say(
        f"已恢复到 {folder}：{done.quads} 条陈述，备份于 {done.made}。可用 plangraph verify 核对。"
        if lang == "zh"
        else f"Restored to {folder}: {done.quads} statements, backed up at {done.made}. plangraph verify checks them."
    )


@main.command()
@click.option("--shapes/--no-shapes", default=True, help="Whether the data are validated as a whole, too.")
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
@store_option
@pass_lang
def verify(lang: str, /, shapes: bool, format_name: str, store: str | None) -> None:
    """Look whether a store is whole: its files, history, data, shapes. 核对存储是否完好：文件、历史、数据、约束。"""
    from plangraph.attached import source_folder
    from plangraph.keeping import opened_to_look
    from plangraph.verifying import verify as look

    settings = read_settings(store=store)
    needs_folder(settings)
    with opened_to_look(settings) as opened, progress(lang) as tell:
        found = look(opened, source_folder(settings), shapes=shapes, tell=tell)
    if format_name == "json":
        print_json(found.to_json())
    else:
        for check in found.checks:
            click.echo(f"{'✓' if check.holds else '✗'} {check.text(lang)}")
    if not found.whole:
        click.get_current_context().exit(1)
