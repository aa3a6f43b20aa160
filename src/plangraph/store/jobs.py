"""One job on one child: its time, what comes of it, and its place among the long ones."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass
from typing import IO, Any

from plangraph.errors import Busy, OverLimit, TooLarge
from plangraph.store.child import FAILED, CallJob, QueryJob
from plangraph.store.worker import Worker


@dataclass(frozen=True)
class JobLimits:
    """How long a job may take, when it counts as long, how long it then waits for its place; the bytes it may give."""

    seconds: float
    quick_seconds: float
    wait: float
    max_bytes: int


class Run:
    """A job that ``child`` has been given; what it writes goes to ``body``. ``long`` are the places for long jobs.

    Raises ``EOFError`` or ``OSError`` where the child ends.
    """

    def __init__(
        self,
        child: Worker,
        job: QueryJob | CallJob,
        body: IO[bytes] | None,
        limits: JobLimits,
        long: threading.BoundedSemaphore,
    ) -> None:
        self._child, self._body, self._limits, self._long = child, body, limits, long
        started = time.monotonic()
        self._deadline = started + limits.seconds
        self._quick_until = started + limits.quick_seconds
        self.is_long = False
        self.done = False
        self.size = 0
        self._value: Any = None
        self._failure: BaseException | None = None
        child.pipe.send((limits.seconds + limits.wait, job))

    def take(self) -> None:
        """Take the message that is there, or is coming; ``done`` where it is the last."""
        message = self._child.pipe.recv()
        piece = message if isinstance(message, bytes) else message[2]
        self.size += len(piece)
        if self.size > self._limits.max_bytes:
            raise TooLarge(
                f"结果超过 {self._limits.max_bytes} 字节。请加 LIMIT 或少选几个变量。",
                f"The result is over {self._limits.max_bytes} bytes. Add a LIMIT or select fewer variables.",
            )
        if piece and self._body is not None:
            self._body.write(piece)
        if piece is not message:
            how, value, _ = message
            self.done = True
            if how == FAILED:
                self._failure = value
            else:
                self._value = value

    def finish(self) -> None:
        """Take all that comes. Raises ``OverLimit``, ``TooLarge`` or ``Busy``, after which the child has to go."""
        try:
            while not self.done:
                self._wait()
                self.take()
        finally:
            if self.is_long:
                self._long.release()

    def value(self) -> Any:
        """What the job gave; raises the failure that the child told of, which is the job's and not the child's."""
        failure, self._failure = self._failure, None
        if failure is None:
            return self._value
        try:
            raise failure
        finally:
            # Else the error and its frame hold each other, and with them the caller's store, open and locked.
            del failure

    def _wait(self) -> None:
        if not self.is_long:
            if self._child.has_message(min(self._quick_until, self._deadline)):
                return
            if time.monotonic() < self._deadline:
                self._become_long()
        if not self._child.has_message(self._deadline):
            seconds = self._limits.seconds
            raise OverLimit(
                f"超过了 {seconds:g} 秒的时限，已停止。请缩小范围或加 LIMIT。",
                f"Stopped at the time limit of {seconds:g} s. Narrow it down or add a LIMIT.",
            )

    def _become_long(self) -> None:
        if not self._long.acquire(blocking=False):
            paused = time.monotonic()
            self._child.signal(signal.SIGSTOP)
            if not self._long.acquire(timeout=self._limits.wait):
                raise busy()
            self._child.signal(signal.SIGCONT)
            self._deadline += time.monotonic() - paused
        self.is_long = True
        self._child.step_back()


def busy() -> Busy:
    """Too much is under way."""
    return Busy("正在处理的查询太多，请稍后再试。", "Too many queries are under way. Try again in a moment.")
