"""The command that holds the graph's figures against each other, and progress against pace."""

from __future__ import annotations

from typing import Any

import click

from plangraph.cli.base import main, pass_lang, print_json, read_settings, store_option


@main.command()
@click.option("--all", "everything", is_flag=True, help="Also list what holds.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@store_option
@pass_lang
def check(lang: str, /, everything: bool, format_name: str, **given: Any) -> None:
    """Check figures against each other and progress against pace. 核对数字与进度；有不成立的，退出码为 1。"""
    from plangraph.assessment import check_progress
    from plangraph.crosscheck import check_relations
    from plangraph.findings import by_severity
    from plangraph.opening import opened_store
    from plangraph.terminal import print_findings

    with opened_store(read_settings(**given), lang) as store:
        found = by_severity((*check_relations(store), *check_progress(store)))
    if format_name == "json":
        print_json({"findings": [f.to_json() for f in found if everything or not f.holds]})
    else:
        print_findings(found, lang, everything=everything)
    if any(f.holds is False for f in found):
        click.get_current_context().exit(1)
