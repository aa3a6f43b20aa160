"""The files beside a snapshot that hold the same data as text, which several processes read at a time more quickly."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


@contextlib.contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do ``work`` in another thread meanwhile; what it raises is raised at the end."""
    with ThreadPoolExecutor(1) as executor:
        done = executor.submit(work)
        yield
        done.result()


def dumps(snapshot: Path) -> tuple[Path, Path]:
    """The files of all quads and of all triples."""
    return snapshot.with_name(snapshot.name + ".nq"), snapshot.with_name(snapshot.name + ".nt")


@contextlib.contextmanager
def whole_or_none(files: tuple[Path, ...]) -> Iterator[None]:
    """Where the disk has no room for the ``files``, none of them is left: half of one would be taken for the data."""
    try:
        yield
    except OSError:
        for file in files:
            file.unlink(missing_ok=True)
