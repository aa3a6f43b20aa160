"""The process that owns the store, and how the web processes speak with it.

The owner alone writes. It keeps a snapshot and the changes made since, from which others start; the template process,
from which all queries are forked; and a local socket. Every web process has one connection there on which it is told
of each new revision, and opens another for each change that it passes on. A change is answered when all of them have
moved: whoever wrote reads what was written, whichever process answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Final

from plangraph import __version__
from plangraph.errors import PlangraphError, Unavailable
from plangraph.opening import pool_limits
from plangraph.settings import Settings, store_folder
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool
from plangraph.store.template import Limits, Revision, Step, Template
from plangraph.writing import Change, Request, Writer

OWNER_VARIABLE: Final = "PLANGRAPH_OWNER"
"""The environment variable by which the server tells its web processes where the owner listens."""
_LOG: Final = logging.getLogger(__name__)
# A web process that doesn't follow within this time is let go of, and replaced.
_FOLLOW_SECONDS: Final = 30.0
# When so much has changed, a new snapshot is quicker than the changes, and frees the memory of what was removed.
_MOST_STEPS: Final = 500
_MOST_QUADS: Final = 20_000


@dataclass(frozen=True)
class Standing:
    """Where a process starts from: a snapshot, the steps since, and the address of the template process.

    ``open_writing`` says that writers need no token.
    """

    snapshot: Path
    revision: Revision
    readers: Path
    steps: tuple[Step, ...] = ()
    open_writing: bool = False


class Owner:
    """Owns ``store`` while web processes read snapshots of it; a context manager. ``address`` is where it listens."""

    def __init__(self, store: EmbeddedStore, settings: Settings, *, open_writing: bool = False) -> None:
        self._store, self._settings, self._open_writing = store, settings, open_writing
        self._lock = threading.RLock()
        self._followers: list[Connection] = []
        self._writer: Writer | None = None
        self._staging: ReaderPool | None = None
        self._snapshots = store_folder(settings) / "snapshots"
        # The owner of the store is alone here: what lies there is left from a process that was killed.
        shutil.rmtree(self._snapshots, ignore_errors=True)
        self._snapshots.mkdir(parents=True)
        start = f"{__version__} {time.time_ns()}"
        self._name = hashlib.sha256(start.encode()).hexdigest()[:12]
        self._number = 0
        self._steps: list[Step] = []
        self._changed = 0
        self._large = len(store) > settings.memory_quads
        self._snapshot = self._take_snapshot()
        self._base = self._revision()
        self._template = Template(
            self._snapshot,
            Limits(settings.query_megabytes, settings.memory_quads),
            revision=self._base,
            prepare="plangraph.validation:prepare",
        )
        self._folder = tempfile.TemporaryDirectory(prefix="plangraph-")  # short enough for a socket's name
        self.address = Path(self._folder.name) / "owner"
        self._listener = Listener(str(self.address), "AF_UNIX", backlog=64)
        threading.Thread(target=self._listen, name="owner", daemon=True).start()

    def __enter__(self) -> Owner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let no change be under way any more, and end what was started."""
        with self._lock:
            self._listener.close()
            if self._staging:
                self._staging.close()
            self._template.close()
            for follower in self._followers:
                follower.close()
            self._folder.cleanup()
            shutil.rmtree(self._snapshots, ignore_errors=True)

    def change(self, request: Request, *, expected: str | None = None) -> Change:
        """Make one change, as ``Writer.change`` does."""
        with self._lock:
            if self._writer is None:
                limits = pool_limits(self._settings)
                limits["seconds"] = limits["quick_seconds"] = self._settings.change_seconds
                self._staging = ReaderPool(self._template.address, **limits)
                self._writer = Writer(
                    self._store,
                    self._staging,
                    self._move,
                    gate=self._settings.gate,
                    union=self._settings.default_graph == "union",
                    services=limits["services"],
                )
        return self._writer.change(request, expected=expected)

    # --- revisions ---

    def _revision(self) -> Revision:
        return Revision(self._number, f"{self._name}-{self._number}")

    def _move(self, changeset: Changeset) -> Revision:
        """Bring every reader to what was just written."""
        with self._lock:
            return self._publish(changeset)

    def _publish(self, changeset: Changeset) -> Revision:
        self._number += 1
        self._changed += len(changeset.added) + len(changeset.removed)
        revision = self._revision()
        step = Step(revision, changeset)
        if self._large or self._changed > max(_MOST_QUADS, len(self._store) // 10) or len(self._steps) >= _MOST_STEPS:
            step = Step(revision, snapshot=self._take_snapshot())
            self._start_anew(step)
        else:
            self._steps.append(step)
        self._template.move(step)
        if self._staging:
            self._staging.moved(revision)
        for follower in list(self._followers):
            self._tell(follower, step)
        return revision

    def _start_anew(self, step: Step) -> None:
        """Processes start from a new snapshot; the one before the last is read by nobody any more."""
        assert step.snapshot is not None
        self._base, self._steps, self._changed = step.revision, [], 0
        former, self._snapshot = self._snapshot, step.snapshot
        for old in self._snapshots.iterdir():
            if old not in (self._snapshot.parent, former.parent):
                shutil.rmtree(old, ignore_errors=True)

    def _take_snapshot(self) -> Path:
        """A point-in-time copy of the store beside it, so that hard links work."""
        path = Path(tempfile.mkdtemp(dir=self._snapshots)) / "revision"
        self._store.backup(path)
        if len(self._store) <= self._settings.memory_quads:
            self._store.write_union(path)
        return path

    # --- the socket ---

    def _listen(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        with contextlib.suppress(EOFError, OSError):
            request = connection.recv()
            if request is None:
                with self._lock:
                    steps = tuple(self._steps)
                    connection.send(
                        Standing(self._snapshot, self._base, self._template.address, steps, self._open_writing)
                    )
                    self._followers.append(connection)
                return  # from here on the owner speaks
            with connection:
                try:
                    wanted, expected = request
                    connection.send(self.change(wanted, expected=expected))
                except PlangraphError as failure:
                    connection.send(failure)
                except Exception:
                    _LOG.exception("a change failed")
                    connection.send(
                        PlangraphError("内部错误，已记录。请报告。", "Internal error, logged. Please report it.")
                    )

    def _tell(self, follower: Connection, step: Step) -> None:
        try:
            follower.send(step)
            if not follower.poll(_FOLLOW_SECONDS):
                raise EOFError
            follower.recv()
        except (EOFError, OSError):
            self._followers.remove(follower)
            follower.close()


class Link:
    """A web process's connection to the owner at ``address``; it ``change``s data as a ``Writer`` does."""

    def __init__(self, address: Path) -> None:
        self._address = str(address)
        self._told = self._connect()
        self._told.send(None)
        self.standing: Standing = self._told.recv()

    def _connect(self) -> Connection:
        try:
            return Client(self._address, "AF_UNIX")
        except OSError:
            raise Unavailable(
                "存储所属的进程没有响应。请重新启动服务。",
                "The process that owns the store is gone. Start the server again.",
            ) from None

    def follow(self, move: Callable[[Step], None], lost: Callable[[], None]) -> None:
        """Call ``move`` for every step from now on, in a thread of its own; ``lost`` when there will be no more."""

        def listen() -> None:
            try:
                while True:
                    move(self._told.recv())
                    self._told.send(True)
            except (EOFError, OSError):
                lost()

        threading.Thread(target=listen, name="revisions", daemon=True).start()

    def change(self, request: Request, *, expected: str | None = None) -> Change:
        """Have the owner make one change; raises what it raises."""
        with self._connect() as connection:
            try:
                connection.send((request, expected))
                answer = connection.recv()
            except (EOFError, OSError):
                raise Unavailable(
                    "写入时存储所属的进程中断，不能确定是否已写入。请查看数据后再决定是否重试。",
                    "The process that owns the store ended during the change: whether it was made isn't known. "
                    "Look at the data before trying again.",
                ) from None
        if isinstance(answer, PlangraphError):
            raise answer
        assert isinstance(answer, Change)
        return answer
