"""``plangraph serve`` as a process of its own, for tests that come to it as anybody else does."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore


def store_folder(folder: Path, quads: Iterable[Quad]) -> Path:
    """A store on disk, in ``folder``, that holds just these quads."""
    store = EmbeddedStore.open(folder / "oxigraph")
    store.apply(Changeset(added=tuple(quads)))
    store.flush()
    store.close()
    return folder


@contextlib.contextmanager
def serving(store: Path, *options: str, **environment: str) -> Iterator[str]:
    """The address of a server on the store, on a free port, from when it answers; it is stopped at the end."""
    command = [sys.executable, "-m", "plangraph", "serve", "--store", str(store), "--port", "0", *options]
    log = store.with_name(store.name + ".log")
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, "LC_ALL": "C.UTF-8", **environment}
        )
    try:
        yield _address(process, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path, seconds: float = 60.0) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if match := re.search(r"Serving at (http://\S+)", log.read_text(encoding="utf-8")):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(match[1] + "/healthz", timeout=5).close()
                return match[1]
        time.sleep(0.05)
    raise AssertionError(f"the server doesn't serve:\n{log.read_text(encoding='utf-8')}")
