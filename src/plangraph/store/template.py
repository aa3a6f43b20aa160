"""The template process: it holds the data once and forks a child for everyone who connects.

Loading a million quads takes seconds, forking the process that has loaded them three milliseconds, and the memory is
shared. So a worker that is killed at a limit costs nothing to replace, a new revision reaches all workers by one change
of the template, and a child may change its copy without anybody seeing it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from plangraph.errors import Unavailable
from plangraph.settings import load_settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.store.view import beside_data, follow

# Loading the data is no part of a job's time.
START_SECONDS: Final = 120.0
_BACKLOG: Final = 512


@dataclass(frozen=True)
class Revision:
    """Which state of the data: a number that grows with every change, and the text that stands in entity tags."""

    number: int
    text: str


@dataclass(frozen=True)
class Step:
    """From one revision to the next: what changed, or the folder of a new snapshot where that is quicker to read.

    Both where the change is small and the snapshot is to be used by those who start from now on. Neither where the
    data are elsewhere; ``away`` then says why they can't be had for now.
    """

    revision: Revision
    changeset: Changeset | None = None
    snapshot: Path | None = None
    away: Unavailable | None = None


@dataclass(frozen=True)
class Limits:
    """What holds for each child: the memory that a job may take besides the data, and what is held in memory."""

    megabytes: int = 1024
    memory_quads: int = 1_000_000


class Template:
    """The template process over the snapshot in a folder; ``address`` is the socket at which its children are had.

    Without a snapshot it holds nothing, and each child asks the engine that the settings in ``environ`` name, which
    are variables for the process besides those that there are. ``prepare`` names a function ``"module:name"`` that is
    called there as soon as nobody has come for a moment: what it imports and keeps, no child needs to make again.
    """

    def __init__(
        self,
        snapshot: Path | None,
        limits: Limits | None = None,
        *,
        revision: Revision | None = None,
        prepare: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._limits, self._prepare, self._environ = limits or Limits(), prepare, environ or {}
        self._folder = tempfile.TemporaryDirectory(prefix="plangraph-")  # short enough for a socket's name
        self.address = Path(self._folder.name) / "readers"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.address))
        self._listener.listen(_BACKLOG)
        self._lock = threading.RLock()
        self._closed = False
        self._snapshot, self._revision = snapshot, revision or Revision(0, "0")
        self._steps: list[Step] = []
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            args = [
                self._listener.fileno(),
                theirs.fileno(),
                self._snapshot or "",
                self._limits.megabytes,
                self._limits.memory_quads,
                self._revision.number,
                self._revision.text,
                self._prepare,
            ]
            # A session of its own: Ctrl+C in the terminal is for the server, which ends its workers itself.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                # Not with the modules of whatever folder the server was started in.
                [sys.executable, "-P", "-m", "plangraph.store.template", *map(str, args)],
                pass_fds=(self._listener.fileno(), theirs.fileno()),
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self._environ},
                start_new_session=True,
            )
        self._control = Connection(ours.detach())
        self._unread = 1  # it tells when it has loaded, and of every step that it took
        self._in_memory = True
        for step in self._steps:
            self._send(step)
        threading.Thread(target=self._watch, args=(self._process,), name="template watch", daemon=True).start()

    def _send(self, step: Step) -> None:
        self._control.send(step)
        self._unread += 1

    def _settle(self) -> None:
        """Wait until the process has loaded and taken all steps; where it ends, the watch starts another that does."""
        with contextlib.suppress(EOFError, OSError):
            while self._unread:
                if not self._control.poll(START_SECONDS):
                    raise Unavailable("查询进程没有响应。", "The query processes don't respond.")
                self._in_memory = self._control.recv()
                self._unread -= 1

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Start another where the process ends unasked; where it can't load the data, let nobody wait for it."""
        code = process.wait()
        with self._lock:
            if self._closed or process is not self._process:
                return
            if code == _CANT_LOAD:
                self._listener.close()
                return
            self._control.close()
            self._start()

    def move(self, step: Step) -> None:
        """Take a step; on return every child that is forked has its revision. Raises ``Unavailable`` where it hangs.

        Data in memory are loaded anew from a step's snapshot, by a new process: Oxigraph keeps in memory what was
        removed, and looks through it.
        """
        with self._lock:
            self._settle()
            if self._snapshot is None:
                self._revision = step.revision
            elif step.snapshot is None:
                self._steps.append(step)
            else:
                self._snapshot, self._revision, self._steps = step.snapshot, step.revision, []
                if self._in_memory:
                    former, control = self._process, self._control
                    self._start()
                    self._settle()
                    _hang_up(control)  # at which the former ends
                    former.wait()
                    return
            with contextlib.suppress(OSError):
                self._send(step)
            self._settle()

    def close(self) -> None:
        """End the process; its children end with those who use them."""
        with self._lock:
            self._closed = True
            self._process.kill()
            self._process.wait()
            self._control.close()
            self._listener.close()
            self._folder.cleanup()


# --- In the template process ------------------------------------------------------------------------------------------

_CANT_LOAD: Final = 3
_IDLE_SECONDS: Final = 1.0


def _hang_up(control: Connection) -> None:
    """Close a connection for the other side too, though processes forked meanwhile hold copies of this end."""
    with socket.socket(fileno=os.dup(control.fileno())) as ours, contextlib.suppress(OSError):
        ours.shutdown(socket.SHUT_RDWR)
    control.close()


def main(argv: list[str]) -> int:
    """The process: ``LISTENER CONTROL SNAPSHOT MEGABYTES MEMORY_QUADS NUMBER REVISION PREPARE``, first descriptors."""
    listener = socket.socket(fileno=int(argv[0]))
    control = Connection(int(argv[1]))
    limits = Limits(int(argv[3]), int(argv[4]))
    held = _Held(argv[2], limits, Revision(int(argv[5]), argv[6]))
    # The kernel clears away children that end; nobody waits for them here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()
    control.send(held.in_memory)
    unprepared = argv[7]
    while True:
        ready, _, _ = select.select(
            [listener.fileno(), control.fileno()], [], [], _IDLE_SECONDS if unprepared else None
        )
        if not ready:
            module, _, name = unprepared.partition(":")
            getattr(importlib.import_module(module), name)()
            gc.freeze()
            unprepared = ""
        elif control.fileno() in ready:
            try:
                held.move(control.recv())
                control.send(held.in_memory)
            except (EOFError, OSError):
                return 0  # the process that started this one is gone, or wants no more of it
        else:
            _fork(listener, control, held)


class _Held:
    """What children get: the store in memory, or the place from which each opens it, if only an address."""

    def __init__(self, source: str, limits: Limits, revision: Revision) -> None:
        self.source, self.limits, self.revision = Path(source) if source else None, limits, revision
        self._store: EmbeddedStore | None = None
        if self.source is not None:
            self._open(self.source)

    def _open(self, source: Path) -> None:
        store = EmbeddedStore.open_snapshot(source, self.limits.memory_quads)
        self._store = store if store.held_in_memory else None
        if self._store is not None:
            beside_data(self._store)  # which every child that validates would read
        else:
            store.close()  # its threads wouldn't live on in a child

    @property
    def in_memory(self) -> bool:
        return self._store is not None

    def store(self) -> EmbeddedStore | RemoteStore:
        if self.source is None:
            return RemoteStore.of(load_settings()[0])
        return EmbeddedStore.open(self.source, read_only=True) if self._store is None else self._store

    def move(self, step: Step) -> None:
        self.revision = step.revision
        if step.snapshot is not None:  # of data on disk, which may have become few enough to be held
            self.source = step.snapshot
            self._open(self.source)
        elif self._store is not None and step.changeset is not None:
            self._store.apply(step.changeset)
            follow(self._store, step.changeset)


def _fork(listener: socket.socket, control: Connection, held: _Held) -> None:
    try:
        connection, _ = listener.accept()
    except OSError:
        return
    with connection:
        if os.fork():
            return
        # From here on in the child, which must never return into the loop.
        status = 1
        with contextlib.suppress(BaseException):
            listener.close()
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            from plangraph.store.child import serve

            serve(Connection(connection.detach()), held.store(), held.revision, held.limits.megabytes)
            status = 0
        os._exit(status)


if __name__ == "__main__":
    importlib.import_module("plangraph.store.child")  # what every child needs, loaded once
    # The module under its own name, so that what comes through the pipes is of the same classes.
    from plangraph.store import template

    try:
        sys.exit(template.main(sys.argv[1:]))
    except Unavailable as failure:
        print(failure, file=sys.stderr)
        sys.exit(_CANT_LOAD)
