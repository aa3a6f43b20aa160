"""Read-only workers for what comes from outside: queries and validations, under limits of time and memory.

Oxigraph can't cancel a query, and a few kilobytes of nested groups end its process. So neither runs where HTTP is
answered or the store is owned: each job has a child of the template process, which is killed at the time limit.

Quick jobs never wait for slow ones. Every job starts at once; one that takes longer than ``quick_seconds`` needs one of
``size`` long places, steps back behind everything else, and waits for its place without using the processor.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from plangraph.errors import OverLimit, TooLarge, Unavailable
from plangraph.mediatypes import Format
from plangraph.store.child import CHUNK, CallJob, Form, QueryJob
from plangraph.store.jobs import JobLimits, Run, busy
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
        asked = self._ask(text, accept, default_graphs, named_graphs, base, seconds)
        assert asked is not None
        return asked.finish()

    def begin_query(
        self, text: str, accept: str | None = None, *, base: str | None = None, seconds: float | None = None
    ) -> AskedQuery | None:
        """``query`` for who must not wait: given to a child that is ready for it, else None. Raises ``Busy`` too."""
        return self._ask(text, accept, None, None, base, seconds, at_once=True)

    def _ask(
        self,
        text: str,
        accept: str | None,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
        base: str | None,
        seconds: float | None,
        *,
        at_once: bool = False,
    ) -> AskedQuery | None:
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
            asked = self._start(job, body, min(self._seconds, seconds or self._seconds), at_once=at_once)
        except BaseException:
            body.close()
            raise
        if asked is None:
            body.close()
            return None
        return AskedQuery(asked, body)

    def run(self, target: str, *args: Any, seconds: float | None = None) -> Any:
        """Call the module-level function ``"module:name"``, which only reads, with a child's store and ``args``.

        Gives its value; that and ``args`` travel by pickle. The function's ``PlangraphError`` is raised here.
        ``seconds`` is its time limit, where it isn't that of queries.
        """
        return self._call(CallJob(target, args), seconds)[0]

    def stage(self, target: str, *args: Any) -> tuple[Any, Revision]:
        """``run`` for a function that may change the child's store: nobody sees it, and it is gone with the child."""
        value, _, revision = self._call(CallJob(target, args, stages=True), None)
        return value, revision

    def _call(self, job: CallJob, seconds: float | None) -> tuple[Any, int, Revision]:
        asked = self._start(job, None, seconds or self._seconds)
        assert asked is not None
        return asked.finish()

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

    def _start(
        self, job: QueryJob | CallJob, body: IO[bytes] | None, seconds: float, *, at_once: bool = False
    ) -> Asked | None:
        """Give a child the job; with ``at_once`` None where no child is ready for it."""
        if not self._admitted.acquire(blocking=False):
            raise busy()
        child = None
        try:
            child = self._take_idle() if at_once else self._take()
            if child is not None:
                limits = JobLimits(seconds, self._quick_seconds, self._wait, self._max_bytes)
                # One that staged has other data.
                again = not (isinstance(job, CallJob) and job.stages)
                return Asked(self, child, Run(child, job, body, limits, self._long), again)
        except BaseException as failure:
            if child is not None:
                self._drop(child)
            self._admitted.release()
            if isinstance(failure, OSError):  # it ended before it was given anything
                raise self._ended() from None
            raise
        self._admitted.release()
        return None

    def _take_idle(self) -> Worker | None:
        """A child that has worked before, of the current revision, if there is one."""
        with self._lock:
            ready = next((c for c in self._idle if c.revision is not None and c.revision.number >= self._least), None)
            if ready is not None:
                self._idle.remove(ready)
                self._busy.add(ready)
        return ready

    def _ended(self) -> Unavailable:
        self._check_open()
        return OverLimit(
            "查询超出了内存或嵌套深度的上限，已停止。请简化查询。",
            "Stopped at the limit of memory or nesting. Simplify it.",
        )


class Asked:
    """A job under way. ``finish`` has to be called in any case, or ``abandon``."""

    def __init__(self, pool: ReaderPool, child: Worker, run: Run, again: bool) -> None:
        self._pool, self._child, self._run, self._again = pool, child, run, again

    def fileno(self) -> int:
        """The descriptor that can be read when the child has said something."""
        return self._child.pipe.fileno()

    def is_done(self) -> bool:
        """Take what the child has said; whether that was all, so that ``finish`` needn't wait."""
        with contextlib.suppress(EOFError, OSError, TooLarge):  # ``finish`` meets them again
            self._run.take()
        return bool(self._run.done)

    def finish(self) -> tuple[Any, int, Revision]:
        """Wait for the rest: the job's value, the bytes that it wrote, and the revision that it read."""
        reuse = False
        try:
            self._run.finish()
            reuse = self._again and not self._run.is_long  # one that ran long has stepped back for good
        except (EOFError, OSError):
            raise self._pool._ended() from None
        finally:
            self._leave(reuse)
        assert self._child.revision is not None
        return self._run.value(), self._run.size, self._child.revision

    def abandon(self) -> None:
        """Let nobody wait for it any more."""
        self._leave(False)

    def _leave(self, reuse: bool) -> None:
        if reuse:
            self._pool._give_back(self._child)
        else:
            self._pool._drop(self._child)
            self._pool._keep_spares()
        self._pool._admitted.release()


class AskedQuery:
    """A query under way, and the file for its answer."""

    def __init__(self, asked: Asked, body: IO[bytes]) -> None:
        self._asked, self._body = asked, body
        self.fileno, self.is_done = asked.fileno, asked.is_done

    def finish(self) -> Answer:
        """Wait for the rest. Raises as ``ReaderPool.query`` does."""
        try:
            (form, fmt), size, revision = self._asked.finish()
        except BaseException:
            self._body.close()
            raise
        self._body.seek(0)
        return Answer(form, fmt, revision, self._body, size)

    def abandon(self) -> None:
        """Let nobody wait for it any more."""
        self._asked.abandon()
        self._body.close()
