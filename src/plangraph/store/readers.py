"""Read-only workers for what comes from outside: queries and validations, under limits of time and memory.

Oxigraph can't cancel a query, and a few kilobytes of nested groups end its process. So neither runs where HTTP is
answered or the store is owned: each job has a child of the template process, which is killed at the time limit.

Quick jobs never wait for slow ones. Every job starts at once; one that takes longer than ``quick_seconds`` needs one of
``size`` long places, steps back behind everything else, and waits for its place without using the processor.
"""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from plangraph.errors import Busy, OverLimit, TooLarge, Unavailable
from plangraph.mediatypes import Format
from plangraph.store.child import CHUNK, FAILED, CallJob, Form, QueryJob
from plangraph.store.screening import screen_query
from plangraph.store.template import Limits, Revision, Template
from plangraph.store.worker import Worker

_SPOOL: Final = 1 << 22


@dataclass(frozen=True)
class Answer:
    """A query's whole result: its form, format and revision, and its bytes in a file at 0. The reader closes it."""

    form: Form
    format: Format
    revision: Revision
    body: IO[bytes]
    size: int

    @property
    def content_type(self) -> str:
        """The media type, with its encoding where it is text."""
        media_type = self.format.media_type
        return media_type + ("; charset=utf-8" if media_type.startswith("text/") else "")

    def chunks(self) -> Iterator[bytes]:
        """The bytes, piece by piece; the file is closed at the end."""
        with self.body:
            while piece := self.body.read(CHUNK):
                yield piece

    def read(self) -> bytes:
        """The bytes in one piece."""
        return b"".join(self.chunks())


class ReaderPool:
    """Children of the template process at ``source``, or of one of its own over the snapshot ``source``.

    Usable from many threads. ``seconds`` limits one job, ``max_bytes`` its answer; ``size`` is the number of jobs that
    may run longer than ``quick_seconds`` at a time; ``queue`` more may be under way, and wait for such a place at most
    ``wait`` seconds. ``megabytes`` and ``memory_quads`` are those of ``Limits``, for a template of its own, whose data
    are at ``revision``. ``default_graph`` is the default graph of queries that name none; without it, the union.
    ``services`` are the endpoints that a query may call.
    """

    def __init__(
        self,
        source: Path,
        *,
        size: int = 2,
        seconds: float = 10.0,
        quick_seconds: float = 0.25,
        megabytes: int = 1024,
        max_bytes: int = 100_000_000,
        queue: int = 16,
        wait: float = 5.0,
        memory_quads: int = 1_000_000,
        default_graph: str | None = None,
        services: Sequence[str] = (),
        revision: Revision | None = None,
    ) -> None:
        limits = Limits(megabytes, memory_quads)
        self._template = None if source.is_socket() else Template(source, limits, revision=revision)
        self._default_graph, self._services = default_graph, services
        self._address = self._template.address if self._template else source
        self._seconds, self._quick_seconds = seconds, quick_seconds
        self._max_bytes = max_bytes
        self._wait = wait
        self._spares, self._most_idle = size, size + queue
        self._admitted = threading.BoundedSemaphore(size + queue)
        self._long = threading.BoundedSemaphore(size)
        self._least = 0
        self._idle: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        self._closed = False
        self._lock = threading.Lock()
        for _ in range(self._spares):
            self._idle.append(Worker(self._address))

    def close(self) -> None:
        """End all children, and the template where it is the pool's own."""
        with self._lock:
            self._closed = True
            idle, self._idle = list(self._idle), deque()
            busy = list(self._busy)
        for child in idle:
            child.end()
            child.close()
        # A connection in use is closed by the thread that uses it, once it sees that the child is gone.
        for child in busy:
            child.end()
        if self._template:
            self._template.close()

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def moved(self, revision: Revision) -> None:
        """From now on no job is done by a child of an earlier revision; those that run end as they are."""
        with self._lock:
            self._least = revision.number
            former, self._idle = self._idle, deque()
        for child in former:
            child.close()
        self._keep_spares()

    def query(
        self,
        text: str,
        accept: str | None = None,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Run one query and take its serialized result, in the format that ``accept`` prefers for the query's form.

        ``seconds`` may only shorten the time limit. Raises ``SyntaxFault``, ``Refused``, ``NotAcceptable``,
        ``OverLimit``, ``TooLarge`` or ``Busy``.
        """
        screen_query(text, self._services)
        job = QueryJob(
            text,
            accept,
            None if default_graphs is None else tuple(default_graphs),
            None if named_graphs is None else tuple(named_graphs),
            base,
            self._default_graph,
            bool(self._services) and "service" in text.lower(),
        )
        body = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the answer's reader closes it
        try:
            (form, fmt), size, revision = self._do(job, body, min(self._seconds, seconds or self._seconds))
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return Answer(form, fmt, revision, body, size)

    def run(self, target: str, *args: Any, seconds: float | None = None) -> Any:
        """Call the module-level function ``"module:name"``, which only reads, with a child's store and ``args``.

        Gives its value; that and ``args`` travel by pickle. The function's ``PlangraphError`` is raised here.
        ``seconds`` is its time limit, where it isn't that of queries.
        """
        return self._do(CallJob(target, args), None, seconds)[0]

    def stage(self, target: str, *args: Any) -> tuple[Any, Revision]:
        """``run`` for a function that may change the child's store: nobody sees it, and it is gone with the child."""
        value, _, revision = self._do(CallJob(target, args, stages=True), None, None)
        return value, revision

    # --- children ---

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("查询进程已停止。", "The query processes have been stopped.")

    def _take(self) -> Worker:
        """A child that is ready, of the current revision."""
        while True:
            with self._lock:
                self._check_open()
                child = self._idle.popleft() if self._idle else None
            child = child or Worker(self._address)
            with self._lock:
                self._busy.add(child)
            try:
                revision = child.wait_until_ready()
            except BaseException:
                self._drop(child)
                raise
            if revision.number >= self._least:
                return child
            self._drop(child)

    def _drop(self, child: Worker) -> None:
        with self._lock:
            self._busy.discard(child)
        child.end()
        child.close()

    def _give_back(self, child: Worker) -> None:
        with self._lock:
            self._busy.discard(child)
            assert child.revision is not None
            wanted = not self._closed and child.revision.number >= self._least and len(self._idle) < self._most_idle
            if wanted:
                self._idle.appendleft(child)
        if not wanted:
            child.close()

    def _keep_spares(self) -> None:
        """Have children forked before they are asked for."""
        while True:
            with self._lock:
                if self._closed or len(self._idle) >= self._spares:
                    return
                with contextlib.suppress(Unavailable):
                    self._idle.append(Worker(self._address))
                    continue
                return

    # --- jobs ---

    def _do(self, job: QueryJob | CallJob, body: IO[bytes] | None, seconds: float | None) -> tuple[Any, int, Revision]:
        if not self._admitted.acquire(blocking=False):
            raise _busy()
        try:
            child = self._take()
            reuse = False
            try:
                run = _Run(child, seconds or self._seconds, self._quick_seconds, self._wait)
                try:
                    value, size = run.messages(job, body, self._max_bytes, self._long)
                except (EOFError, OSError):
                    self._check_open()
                    raise OverLimit(
                        "查询超出了内存或嵌套深度的上限，已停止。请简化查询。",
                        "Stopped at the limit of memory or nesting. Simplify it.",
                    ) from None
                # One that ran long has stepped back for good, and one that staged has other data.
                reuse = not run.is_long and not (isinstance(job, CallJob) and job.stages)
            finally:
                if reuse:
                    self._give_back(child)
                else:
                    self._drop(child)
                    self._keep_spares()
        finally:
            self._admitted.release()
        if isinstance(value, _Failure):
            value.raise_()
        assert child.revision is not None
        return value, size, child.revision


@dataclass
class _Failure:
    """A failure that the child told of is the job's, not the child's."""

    error: BaseException

    def raise_(self) -> None:
        try:
            raise self.error
        finally:
            # Else the error and its frame hold each other, and with them the caller's store, open and locked.
            del self.error


class _Run:
    """One job on one child: its time, and its place among the long ones."""

    def __init__(self, child: Worker, seconds: float, quick_seconds: float, wait: float) -> None:
        self._child = child
        self._seconds, self._wait = seconds, wait
        self._started = time.monotonic()
        self._deadline = self._started + seconds
        self._quick_until = self._started + quick_seconds
        self.is_long = False

    def messages(
        self, job: QueryJob | CallJob, body: IO[bytes] | None, max_bytes: int, long: threading.BoundedSemaphore
    ) -> tuple[Any, int]:
        """Send the job and take what comes, until it is done; the value or ``_Failure``, and the bytes written."""
        pipe, size = self._child.pipe, 0
        try:
            pipe.send((self._seconds + self._wait, job))
            while True:
                self._wait_for_message(long)
                message = pipe.recv()
                piece = message if isinstance(message, bytes) else message[2]
                size += len(piece)
                if size > max_bytes:
                    raise TooLarge(
                        f"结果超过 {max_bytes} 字节。请加 LIMIT 或少选几个变量。",
                        f"The result is over {max_bytes} bytes. Add a LIMIT or select fewer variables.",
                    )
                if piece and body is not None:
                    body.write(piece)
                if piece is not message:
                    how, value, _ = message
                    return (_Failure(value) if how == FAILED else value), size
        finally:
            if self.is_long:
                long.release()

    def _wait_for_message(self, long: threading.BoundedSemaphore) -> None:
        if not self.is_long:
            if self._child.has_message(min(self._quick_until, self._deadline)):
                return
            if time.monotonic() < self._deadline:
                self._become_long(long)
        if not self._child.has_message(self._deadline):
            raise OverLimit(
                f"超过了 {self._seconds:g} 秒的时限，已停止。请缩小范围或加 LIMIT。",
                f"Stopped at the time limit of {self._seconds:g} s. Narrow it down or add a LIMIT.",
            )

    def _become_long(self, long: threading.BoundedSemaphore) -> None:
        if not long.acquire(blocking=False):
            paused = time.monotonic()
            self._child.signal(signal.SIGSTOP)
            if not long.acquire(timeout=self._wait):
                raise _busy()
            self._child.signal(signal.SIGCONT)
            self._deadline += time.monotonic() - paused
        self.is_long = True
        self._child.step_back()


def _busy() -> Busy:
    return Busy("正在处理的查询太多，请稍后再试。", "Too many queries are under way. Try again in a moment.")
