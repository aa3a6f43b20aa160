"""Read-only worker processes for what comes from outside: queries and validations, under limits of time and memory.

Oxigraph can't cancel a query, and a few kilobytes of nested groups end its process. So neither runs where HTTP is
answered or the store is owned: each worker sits behind a pipe, is killed at the time limit by its process id, and is
replaced. A worker holds the dataset in memory up to a set number of quads, else it opens the snapshot read-only.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Literal

import pyoxigraph as ox

from plangraph.errors import Busy, NotAcceptable, OverLimit, PlangraphError, Refused, TooLarge, Unavailable
from plangraph.mediatypes import GRAPH_FORMATS, RESULT_FORMATS, Format, negotiate
from plangraph.namespaces import PREFIXES
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import oxigraph_format
from plangraph.store.screening import screen_query

Form = Literal["select", "ask", "graph"]

_CHUNK = 1 << 18
_SPOOL = 1 << 22
# Loading the snapshot is no part of a job's time.
_START_SECONDS = 120.0
# A worker ends itself this long after its time, should the process that would kill it be gone.
_GRACE_SECONDS = 2.0
# How a worker's messages begin; the pieces of an answer are plain bytes.
_READY, _DONE, _FAILED = "ready", "done", "failed"
_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Answer:
    """A query's whole result: its form, its format, and its bytes in a file at position 0. The reader closes it."""

    form: Form
    format: Format
    body: IO[bytes]
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes, piece by piece; the file is closed at the end."""
        with self.body:
            while piece := self.body.read(_CHUNK):
                yield piece

    def read(self) -> bytes:
        """The bytes in one piece."""
        return b"".join(self.chunks())


class _Worker:
    """One process and its pipe."""

    def __init__(self, snapshot: Path, seconds: float, megabytes: int, memory_quads: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            args = [str(x) for x in (fd, snapshot, seconds, megabytes, memory_quads)]
            # A session of its own: Ctrl+C in the terminal is for the server, which ends its workers itself.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "plangraph.store.readers", *args],
                pass_fds=(fd,),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pipe = Connection(ours.detach())
        self._ready = False

    def wait_until_ready(self) -> None:
        """Return once the worker has loaded its data. Raises ``Unavailable`` where it doesn't come up."""
        if self._ready:
            return
        with contextlib.suppress(EOFError, OSError):
            self._ready = self.pipe.poll(_START_SECONDS) and self.pipe.recv() == (_READY, None)
        if not self._ready:
            raise Unavailable(
                "查询进程无法启动，原因见服务日志。",
                "A query process doesn't start; the reason stands in the server's log.",
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class ReaderPool:
    """``size`` workers over a ``snapshot`` folder; usable from many threads.

    ``seconds`` and ``megabytes`` limit one job, ``max_bytes`` its answer, ``wait`` how long a job waits for a worker.
    """

    def __init__(
        self,
        snapshot: Path,
        *,
        size: int = 2,
        seconds: float = 15.0,
        megabytes: int = 1024,
        max_bytes: int = 100_000_000,
        wait: float = 5.0,
        memory_quads: int = 1_000_000,
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._wait = wait
        self._start = (snapshot, seconds, megabytes, memory_quads)
        self._idle: queue.Queue[_Worker] = queue.Queue()
        self._all: set[_Worker] = set()
        self._closed = False
        self._lock = threading.Lock()
        for _ in range(size):
            self._add()

    def _add(self) -> None:
        with self._lock:
            if self._closed:
                return
            worker = _Worker(*self._start)
            self._all.add(worker)
        self._idle.put(worker)

    def _replace(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()
        worker.pipe.close()
        self._add()

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers, self._all = self._all, set()
        # A pipe in use is closed by the thread that uses it, once it sees that the worker is gone.
        for worker in workers:
            worker.kill()

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("查询进程已停止。", "The query processes have been stopped.")

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        self._check_open()
        try:
            worker = self._idle.get(timeout=self._wait)
        except queue.Empty:
            raise Busy("查询进程都在忙，请稍后再试。", "All query processes are busy. Try again in a moment.") from None
        healthy = False
        try:
            yield worker
            healthy = True
        finally:
            if healthy:
                self._idle.put(worker)
            else:
                self._replace(worker)

    def query(
        self,
        text: str,
        accept: str | None = None,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Run one query and take its serialized result, in the format that ``accept`` prefers for the query's form.

        Raises ``SyntaxFault``, ``Refused``, ``NotAcceptable``, ``OverLimit``, ``TooLarge`` or ``Busy``.
        """
        screen_query(text)
        body = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the answer's reader closes it
        try:
            (form, fmt), size = self._job(
                ("query", text, accept, default_graphs and list(default_graphs), named_graphs and list(named_graphs)),
                body,
            )
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return Answer(form, fmt, body, size)

    def run(self, target: str, *args: Any) -> Any:
        """Call the module-level function ``"module:name"`` with the worker's store and ``args``; give its value.

        ``args`` and the value travel by pickle. The function's ``PlangraphError`` is raised here.
        """
        return self._job(("run", target, args), None)[0]

    def _job(self, job: tuple[Any, ...], body: IO[bytes] | None) -> tuple[Any, int]:
        size = 0
        with self._worker() as worker:
            worker.wait_until_ready()
            deadline = time.monotonic() + self._seconds
            try:
                worker.pipe.send(job)
                while True:
                    if not worker.pipe.poll(max(0.0, deadline - time.monotonic())):
                        raise OverLimit(
                            f"超过了 {self._seconds:g} 秒的时限，已停止。请缩小范围或加 LIMIT。",
                            f"Stopped at the time limit of {self._seconds:g} s. Narrow it down or add a LIMIT.",
                        )
                    message = worker.pipe.recv()
                    if isinstance(message, bytes):
                        size += len(message)
                        if size > self._max_bytes or body is None:
                            raise TooLarge(
                                f"结果超过 {self._max_bytes} 字节。请加 LIMIT 或少选几个变量。",
                                f"The result is over {self._max_bytes} bytes. Add a LIMIT or select fewer variables.",
                            )
                        body.write(message)
                        continue
                    break
            except (EOFError, OSError):
                self._check_open()
                raise OverLimit(
                    "查询超出了内存或嵌套深度的上限，已停止。请简化查询。",
                    "Stopped at the limit of memory or nesting. Simplify it.",
                ) from None
        # A failure that the worker told of is the job's, not the worker's, which is back in the pool.
        how, value = message
        if how == _FAILED:
            try:
                raise value
            finally:
                # Else the error and this frame hold each other, and with them the caller's store, open and locked.
                del value, message
        return value, size


class _Chunks:
    """A file for Oxigraph's serializers that sends what is written through the pipe, piece by piece."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            self._pipe.send(bytes(self._held))
            self._held.clear()


def _answer_query(
    pipe: Connection,
    store: EmbeddedStore,
    text: str,
    accept: str | None,
    default_graphs: list[str] | None,
    named_graphs: list[str] | None,
) -> tuple[Form, Format]:
    if default_graphs is not None or named_graphs is not None:
        # SPARQL 1.1 Protocol, 2.1.4: a dataset that the request names is complete as it stands.
        default_graphs, named_graphs = default_graphs or [], named_graphs or []
    result = store.run(text, default_graphs=default_graphs, named_graphs=named_graphs)
    out = _Chunks(pipe)
    sink: Any = out
    form: Form
    if isinstance(result, ox.QueryTriples):
        form, fmt = "graph", _chosen(accept, GRAPH_FORMATS)
        ox.serialize(result, sink, oxigraph_format(fmt), prefixes=PREFIXES)
    else:
        form, fmt = "ask" if isinstance(result, ox.QueryBoolean) else "select", _chosen(accept, RESULT_FORMATS)
        result.serialize(sink, format=_RESULTS[fmt.name])
    out.flush()
    return form, fmt


def _chosen(accept: str | None, offers: Sequence[Format]) -> Format:
    chosen = negotiate(accept, offers)
    if chosen is None:
        names = ", ".join(fmt.media_type for fmt in offers)
        raise NotAcceptable(
            f"无法以所要的格式给出这种查询的结果，可用：{names}。",
            f"The result of this form of query can't be given in the format asked for. To be had: {names}.",
        )
    return chosen


@contextlib.contextmanager
def _no_new_files(store: EmbeddedStore) -> Iterator[None]:
    """While a query runs over data in memory, this process can open no file and no socket, whatever the query says."""
    if not store.held_in_memory:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    except ConnectionError:  # of our own pipe: no query can have opened another
        raise
    except OSError as fault:
        raise Refused(
            f"查询不得打开文件或访问其他地址（{fault}）。",
            f"A query may open no file and reach no other address ({fault}).",
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _serve(pipe: Connection, store: EmbeddedStore, seconds: float) -> None:
    while True:
        kind, *rest = pipe.recv()
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
        try:
            if kind == "query":
                with _no_new_files(store):
                    value: Any = _answer_query(pipe, store, *rest)
            else:
                module, _, name = rest[0].partition(":")
                value = getattr(importlib.import_module(module), name)(store, *rest[1])
            pipe.send((_DONE, value))
        except PlangraphError as failure:
            pipe.send((_FAILED, failure))
        except (MemoryError, RecursionError):
            os._exit(1)
        except ConnectionError:
            raise
        except Exception:
            traceback.print_exc()
            pipe.send(
                (_FAILED, PlangraphError("内部错误，已记录。请报告。", "Internal error, logged. Please report it."))
            )
        signal.setitimer(signal.ITIMER_REAL, 0)


def main(argv: Sequence[str]) -> None:
    """The worker's own start: ``FD SNAPSHOT SECONDS MEGABYTES MEMORY_QUADS``."""
    fd, snapshot, seconds, megabytes, memory_quads = argv
    pipe = Connection(int(fd))
    store = EmbeddedStore.open_snapshot(Path(snapshot), int(memory_quads))
    limit = int(megabytes) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(EOFError, ConnectionError):  # the server is gone
        pipe.send((_READY, None))
        _serve(pipe, store, float(seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
