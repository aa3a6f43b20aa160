"""What all commands share: the group that turns errors into exit codes, the options, the language.

Exit codes: 0 fine; 1 the answer is no; 2 wrong use or bad input; 3 the environment.
"""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from plangraph import __version__
from plangraph.errors import BadInput, DoesNotConform, NotFound, PlangraphError, Unavailable
from plangraph.settings import Settings, is_address, load_settings

TABLE = "table"


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


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that names the store."""
    return click.option("--store", metavar="DIR|URL", help="The store's folder, or a running server's address.")(
        command
    )


def read_settings(**given: Any) -> Settings:
    """The settings with the options given, None where one isn't."""
    return load_settings(given)[0]


pass_lang = click.make_pass_decorator(str)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages; the locale's by default.")
@click.version_option(__version__, prog_name="plangraph")
@click.pass_context
def main(ctx: click.Context, lang: str | None) -> None:
    """plangraph: the knowledge graph of a public plan. 公共规划的知识图谱。"""
    ctx.obj = _language(lang)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def needs_folder(settings: Settings) -> None:
    """Raise ``BadInput`` where the store is a server's address."""
    if is_address(settings.store):
        raise BadInput(
            "此命令须用存储所在的文件夹，而不是服务地址。",
            "This command takes the folder of a store, not a server's address.",
        )


def no_format(name: str, known: str) -> BadInput:
    """The error for a format that a command doesn't write."""
    return BadInput(f"没有格式“{name}”，可用：{known}。", f"There is no format “{name}”. To be had: {known}.")
