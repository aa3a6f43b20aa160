"""A bar on a terminal for long work; into a file or a pipe nothing is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_STAGES: Final = {
    "zh": {"read": "读取", "load": "载入", "check": "核对", "copy": "复制"},
    "en": {"read": "reading", "load": "loading", "check": "checking", "copy": "copying"},
}


@contextlib.contextmanager
def progress(lang: str) -> Iterator[Callable[[str, int, int], None]]:
    """A function that is told the stage, how much is done, and of how much; its bar is on standard error."""
    out = Console(stderr=True)
    if not out.is_terminal:
        yield lambda stage, done, total: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("")

        def tell(stage: str, done: int, total: int) -> None:
            bar.update(task, description=_STAGES[lang].get(stage, stage), completed=done, total=total)

        yield tell
