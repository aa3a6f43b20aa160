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
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Final

from plangraph import __version__
from plangraph.errors import PlangraphError, Unavailable
from plangraph.opening import environment, pool_limits
from plangraph.recording import Note
from plangraph.remotewriting import RemoteWriter
from plangraph.requests import Request
from plangraph.settings import Settings
from plangraph.states import LocalStates, RemoteStates, Standing
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool
from plangraph.store.remote import RemoteStore
from plangraph.store.template import Limits, Revision, Step, Template
from plangraph.writing import Change, Writer, Writes

OWNER_VARIABLE: Final = "PLANGRAPH_OWNER"
"""The environment variable by which the server tells its web processes where the owner listens."""
_LOG: Final = logging.getLogger(__name__)
# A web process that doesn't follow within this time is let go of, and replaced.
_FOLLOW_SECONDS: Final = 30.0


class Owner:
    """Owns ``store`` while web processes read states of it; a context manager. ``address`` is where it listens.

    Of a store behind an address it tells when others have changed it, when it can't be reached and when it is back.
    ``first`` is called once, as soon as that is there.
    """

    def __init__(
        self,
        store: EmbeddedStore | RemoteStore,
        settings: Settings,
        *,
        open_writing: bool = False,
        first: Callable[[], object] = lambda: None,
    ) -> None:
        self._settings, self._open_writing = settings, open_writing
        self._lock = threading.RLock()
        self._followers: list[Connection] = []
        self._writer: Writes | None = None
        self._staging: ReaderPool | None = None
        start = f"{__version__} {time.time_ns()}"
        name = hashlib.sha256(start.encode()).hexdigest()[:12]
        self._states: LocalStates | RemoteStates
        if isinstance(store, RemoteStore):
            self._states = RemoteStates(store, name, settings.remote_seconds, first)
        else:
            self._states = LocalStates(store, name, settings)
        self._template = Template(
            self._states.snapshot,
            Limits(settings.query_megabytes, settings.memory_quads),
            revision=self._states.base,
            prepare="plangraph.writing:prepare",
            environ=environment(settings),
        )
        self._folder = tempfile.TemporaryDirectory(prefix="plangraph-")  # short enough for a socket's name
        self.address = Path(self._folder.name) / "owner"
        self._listener = Listener(str(self.address), "AF_UNIX", backlog=64)
        threading.Thread(target=self._listen, name="owner", daemon=True).start()
        self._closed = threading.Event()
        if isinstance(self._states, RemoteStates):
            threading.Thread(target=self._watch, args=(self._states,), name="remote", daemon=True).start()

    def __enter__(self) -> Owner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    @property
    def away(self) -> Unavailable | None:
        """Why a remote store can't be had for now; None where it can."""
        return self._states.away

    def close(self) -> None:
        """Let no change be under way any more, and end what was started."""
        self._closed.set()
        with self._lock:
            self._listener.close()
            if self._staging:
                self._staging.close()
            self._template.close()
            for follower in self._followers:
                follower.close()
            self._folder.cleanup()
            self._states.close()

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Make one change, as ``Writer.change`` does."""
        with self._lock:
            if self._writer is None:
                self._writer = self._make_writer()
        return self._writer.change(request, expected=expected, base=base, note=note)

    def copy(self, path: Path) -> None:
        """Put a point-in-time copy of the store into the new folder ``path``, beside the store."""
        assert isinstance(self._states, LocalStates)
        self._states.store.backup(path)

    def _make_writer(self) -> Writes:
        settings, states = self._settings, self._states
        limits = pool_limits(settings)
        limits["seconds"] = limits["quick_seconds"] = settings.change_seconds
        self._staging = ReaderPool(self._template.address, **limits)
        union, services = settings.default_graph == "union", limits["services"]
        if isinstance(states, LocalStates):
            return Writer(
                states.store,
                self._staging,
                self._move,
                gate=settings.gate,
                union=union,
                services=services,
                most=settings.history_quads,
            )
        return RemoteWriter(
            states.store,
            self._staging,
            partial(self._look, states),
            partial(self._moved, states),
            gate=settings.gate,
            most=settings.memory_quads,
            union=union,
            services=services,
            patched=settings.history_quads,
        )

    # --- revisions ---

    def _move(self, changeset: Changeset) -> Revision:
        """Bring every reader to what was just written."""
        with self._lock:
            assert isinstance(self._states, LocalStates)
            return self._publish(self._states.step(changeset))

    def _publish(self, step: Step) -> Revision:
        self._template.move(step)
        if self._staging:
            self._staging.moved(step.revision)
        for follower in list(self._followers):
            self._tell(follower, step)
        return step.revision

    def _look(self, states: RemoteStates) -> Revision:
        """The revision of a remote store as it is now. Raises ``Unavailable`` where it can't be had."""
        states.look()
        revision = self._moved(states)
        if states.away is not None:
            raise states.away
        return revision

    def _moved(self, states: RemoteStates) -> Revision:
        """Bring every reader to the state of a remote store that was last seen, where it is another."""
        with self._lock:
            step = states.step()
            return states.base if step is None else self._publish(step)

    def _watch(self, states: RemoteStates) -> None:
        while not self._closed.wait(states.pause):
            states.look()
            with self._lock:
                if not self._closed.is_set():
                    self._moved(states)

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
                    connection.send(self._states.standing(self._template.address, self._open_writing))
                    self._followers.append(connection)
                return  # from here on the owner speaks
            with connection:
                try:
                    if isinstance(request, Path):
                        self.copy(request)
                        connection.send(None)
                    else:
                        wanted, expected, base, note = request
                        connection.send(self.change(wanted, expected=expected, base=base, note=note))
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

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Have the owner make one change; raises what it raises."""
        with self._connect() as connection:
            try:
                connection.send((request, expected, base, note))
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
