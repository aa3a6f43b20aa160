"""One child of the template process, seen from the other end of its connection."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from plangraph.errors import Unavailable
from plangraph.store.child import READY
from plangraph.store.template import START_SECONDS, Revision

_LONG_NICENESS: Final = 19


class Worker:
    """One child of the template process and the connection to it."""

    def __init__(self, address: Path) -> None:
        try:
            channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            channel.connect(str(address))
        except OSError:
            channel.close()
            raise no_start() from None
        self.pipe = Connection(channel.detach())
        self._poll = select.poll()
        self._poll.register(self.pipe.fileno(), select.POLLIN)
        self.revision: Revision | None = None
        self._process = -1
        self._handle: int | None = None

    def wait_until_ready(self) -> Revision:
        """Its revision, once the template has loaded its data and forked. Raises ``Unavailable`` where it doesn't."""
        if self.revision is None:
            message = None
            with contextlib.suppress(EOFError, OSError):
                message = self.pipe.recv() if self.pipe.poll(START_SECONDS) else None
            if message is None:
                raise no_start()
            kind, self._process, self.revision = message
            assert kind == READY
            with contextlib.suppress(OSError, AttributeError):  # where the system has no handles, or it has just ended
                self._handle = os.pidfd_open(self._process)
        assert self.revision is not None
        return self.revision

    def has_message(self, deadline: float) -> bool:
        """Whether it says something, or ends, before ``deadline``, a time of the monotonic clock."""
        return bool(self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)
            elif self._process > 0 and not hasattr(os, "pidfd_open"):
                os.kill(self._process, number)

    def step_back(self) -> None:
        """Let everything else have the processor first."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process, _LONG_NICENESS)

    def end(self) -> None:
        """Kill it, and wait a moment until it is gone. Its connection stays: the thread that uses it closes it."""
        self.signal(signal.SIGKILL)
        if self._handle is not None:
            select.select([self._handle], [], [], 5.0)

    def close(self) -> None:
        """Let go of an ended or idle child, which ends when its connection does."""
        self.pipe.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def no_start() -> Unavailable:
    return Unavailable(
        "查询进程无法启动，原因见服务日志。", "A query process doesn't start; the reason stands in the server's log."
    )
