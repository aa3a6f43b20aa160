"""The command line, run many times: each command in a process of its own, forked from one that has all loaded.

What a command takes of time and memory is measured by the system, for that process alone.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_MEGABYTES = 6_000
"""What a command may map at all, so that a fault in it doesn't take the machine down."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: ``code`` is its exit code, below zero the signal that ended it; ``peak`` is in bytes."""

    code: int
    out: str
    err: str
    seconds: float
    peak: int


class CommandLine:
    """Runs commands; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> CommandLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, *arguments: str | Path, seconds: float = 60.0) -> Ended:
        """Run ``plangraph`` with these arguments; it is killed after ``seconds``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([seconds, *map(str, arguments)]), file=self._process.stdin, flush=True)
        return Ended(**json.loads(self._process.stdout.readline()))


def _serve() -> None:
    from plangraph import validation
    from plangraph.cli import main

    validation.prepare()
    for line in sys.stdin:
        seconds, *arguments = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.monotonic()
            child = os.fork()
            if not child:
                _become(arguments, out.fileno(), err.fileno(), main)
            ended = _wait(child, start + seconds)
            told: dict[str, object] = {"code": ended[0], "seconds": time.monotonic() - start, "peak": ended[1]}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                told[name] = file.read(20_000_000).decode("utf-8", "replace")
        print(json.dumps(told), flush=True)


def _become(arguments: Sequence[str], out: int, err: int, main: object) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEGABYTES << 20,) * 2)
    code = 70
    try:
        assert callable(main)
        main(args=list(arguments), prog_name="plangraph")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, deadline: float) -> tuple[int, int]:
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), used.ru_maxrss * 1024
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            deadline += 3600
        time.sleep(0.005)


if __name__ == "__main__":
    _serve()
