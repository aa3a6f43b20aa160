"""Work on files from outside, in a process of its own with a limit of memory: what takes too much ends, and says so."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from plangraph.errors import OverLimit, PlangraphError, Unavailable

Result = TypeVar("Result")


def limited(work: Callable[[], Result], megabytes: int) -> Result:
    """What ``work`` gives, done in a child that may take ``megabytes`` more than this process does now.

    Engines end their process where they get no memory, so this can't be done in the process that has to tell. Raises
    what ``work`` raises, and ``OverLimit`` where the child needs more memory.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(work, writing, megabytes)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.waitpid(child, 0)
    if not told:
        raise OverLimit(
            f"数据过多，校验所需内存超过 {megabytes} MiB。请分成几个文件，或调高 PLANGRAPH_CHECK_MEGABYTES。",
            f"The data take more than {megabytes} MiB of memory to check. Split them, or raise "
            "PLANGRAPH_CHECK_MEGABYTES.",
        )
    fault, result = pickle.loads(told)  # noqa: S301 - from our own child
    if isinstance(fault, BaseException):
        raise fault
    return result  # type: ignore[no-any-return]


def _work(work: Callable[[], object], pipe: int, megabytes: int) -> NoReturn:
    code = 1
    try:
        limit = _address_space() + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        told = _done(work)
        with os.fdopen(pipe, "wb") as out:
            out.write(told)
        code = 0
    except MemoryError:
        pass
    finally:
        os._exit(code)


def _done(work: Callable[[], object]) -> bytes:
    fault: Any = None
    result = None
    # What the engine prints when memory ends is for its developers.
    errors = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        result = work()
    except PlangraphError as foreseen:
        fault = foreseen
    except MemoryError:
        raise
    except Exception:
        os.dup2(errors, 2)
        raise
    return pickle.dumps((fault, result))


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        raise Unavailable("系统未提供内存用量。", "The system doesn't say how much memory is in use.") from None
