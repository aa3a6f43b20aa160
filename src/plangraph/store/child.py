"""What a child of the template process does: one job after another over its connection, under limits."""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import select
import signal
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Literal

import pyoxigraph as ox
from rdflib import Graph

from plangraph.errors import NotAcceptable, PlangraphError, Refused
from plangraph.mediatypes import CONSTRUCT_FORMATS, RESULT_FORMATS, Format, negotiate
from plangraph.namespaces import PREFIXES
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import oxigraph_format
from plangraph.store.remote import RemoteStore, answered
from plangraph.store.remote.serializing import serialize_result
from plangraph.store.template import Revision
from plangraph.store.tokens import names_dataset

Form = Literal["select", "ask", "graph"]

CHUNK: Final = 1 << 18
# A child ends itself this long after its time, should the process that would kill it be gone.
_GRACE_SECONDS: Final = 2.0
# Jobs are less urgent than answering pages; the process that waits for one gets the processor first.
_NICENESS: Final = 5
# How a child's messages begin; the pieces of an answer before its last are plain bytes.
READY, DONE, FAILED = "ready", "done", "failed"
_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class QueryJob:
    """A query and everything that its answer depends on besides the data."""

    text: str
    accept: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    usual_graph: str | None = None
    """The default graph where neither the request nor the text names one; None for the union."""
    calls_out: bool = False
    """Whether the text has been found to call services, and only such as are allowed."""


@dataclass(frozen=True)
class CallJob:
    """A call of the module-level function ``"module:name"`` with the store, which it may change, and ``args``."""

    target: str
    args: tuple[Any, ...] = ()
    stages: bool = False


def serve(pipe: Connection, store: EmbeddedStore | RemoteStore, revision: Revision, megabytes: int) -> None:
    """Do jobs until the other side is gone. Called in the child, which ends afterwards.

    Every job comes with the seconds that it may take. ``megabytes`` limit what it may take of memory besides the data.
    """
    os.nice(_NICENESS)
    limit = _address_space() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # In a thread of its own, which the engine gives random numbers of its own: those of the thread that forked would
    # be the same in every child, and so would be the values of UUID() and RAND().
    jobs = threading.Thread(target=_do_jobs, args=(pipe, store, revision), daemon=True)
    if not hasattr(select, "epoll"):
        jobs.start()
        jobs.join()
        return
    # End, whatever is under way, when the other side is gone; the engine lets go of the interpreter's lock. Not by
    # poll(), which fails while no file may be opened.
    with select.epoll() as gone:
        gone.register(pipe.fileno(), select.EPOLLRDHUP)
        jobs.start()
        gone.poll()


def _do_jobs(pipe: Connection, store: EmbeddedStore | RemoteStore, revision: Revision) -> None:
    try:
        pipe.send((READY, os.getpid(), revision))
        while True:
            seconds, job = pipe.recv()
            # Its default action ends the process, also inside the engine, which has no cancellation.
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
            _do(pipe, store, job)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except (EOFError, ConnectionError):
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _address_space() -> int:
    """What this process has mapped, in bytes; 0 where the system doesn't say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _do(pipe: Connection, store: EmbeddedStore | RemoteStore, job: QueryJob | CallJob) -> None:
    try:
        if isinstance(job, QueryJob):
            with contextlib.nullcontext() if job.calls_out else _no_new_files(store):
                value, last = _answer(pipe, store, job)
            pipe.send((DONE, value, last))
        else:
            module, _, name = job.target.partition(":")
            value = getattr(importlib.import_module(module), name)(store, *job.args)
            pipe.send((DONE, value, b""))
    except PlangraphError as failure:
        pipe.send((FAILED, failure, b""))
    except (MemoryError, RecursionError):
        os._exit(1)
    except ConnectionError:
        raise
    except Exception:
        traceback.print_exc()
        internal = PlangraphError("内部错误，已记录。请报告。", "Internal error, logged. Please report it.")
        pipe.send((FAILED, internal, b""))


class _Chunks:
    """A file for Oxigraph's serializers that sends what is written through the pipe, piece by piece."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= CHUNK:
            self._pipe.send(bytes(self._held))
            self._held.clear()
        return len(data)

    def flush(self) -> None:
        """Nothing: the last piece goes along with the word that it is the last."""

    def last(self) -> bytes:
        return bytes(self._held)


def _answer(pipe: Connection, store: EmbeddedStore | RemoteStore, job: QueryJob) -> tuple[tuple[Form, Format], bytes]:
    default_graphs, named_graphs = job.default_graphs, job.named_graphs
    if default_graphs is not None or named_graphs is not None:
        # SPARQL 1.1 Protocol, 2.1.4: a dataset that the request names is complete as it stands.
        default_graphs, named_graphs = default_graphs or (), named_graphs or ()
    elif job.usual_graph and not names_dataset(job.text):
        default_graphs = (job.usual_graph,)
    if isinstance(store, RemoteStore):
        return _told(pipe, store, job, (default_graphs, named_graphs))
    result = store.run(job.text, default_graphs=default_graphs, named_graphs=named_graphs, base=job.base)
    out = _Chunks(pipe)
    sink: Any = out
    form: Form
    if isinstance(result, ox.QueryTriples):
        form, fmt = "graph", _chosen(job.accept, CONSTRUCT_FORMATS)
        ox.serialize(result, sink, oxigraph_format(fmt), prefixes=PREFIXES)
    else:
        form, fmt = "ask" if isinstance(result, ox.QueryBoolean) else "select", _chosen(job.accept, RESULT_FORMATS)
        result.serialize(sink, format=_RESULTS[fmt.name])
    return (form, fmt), out.last()


def _told(
    pipe: Connection,
    store: RemoteStore,
    job: QueryJob,
    dataset: tuple[Sequence[str] | None, Sequence[str] | None],
) -> tuple[tuple[Form, Format], bytes]:
    """What a remote engine answers, once it is there as a whole."""
    result = answered(store, job.text, dataset, job.base)
    form: Form = "graph" if isinstance(result, Graph) else "ask" if isinstance(result, bool) else "select"
    fmt = _chosen(job.accept, CONSTRUCT_FORMATS if form == "graph" else RESULT_FORMATS)
    body, _ = serialize_result(result, fmt.media_type)
    for start in range(0, len(body) - CHUNK, CHUNK):
        pipe.send(body[start : start + CHUNK])
    return (form, fmt), body[max(0, (len(body) - 1) // CHUNK * CHUNK) :]


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
def _no_new_files(store: EmbeddedStore | RemoteStore) -> Iterator[None]:
    """While a query runs over data in memory, this process can open no file and no socket, whatever the query says."""
    if isinstance(store, RemoteStore) or not store.held_in_memory:
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
