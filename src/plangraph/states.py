"""The states of a store, one revision after the other, as the process that owns it hands them on.

Of a store on disk there are a snapshot and the changes made since, from which others start. Of one behind an address
nothing is held but its revision: whoever reads asks the engine itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plangraph import __version__
from plangraph.errors import OverLimit, PlangraphError, Unavailable
from plangraph.settings import Settings, store_folder
from plangraph.store.base import Changeset
from plangraph.store.durable import new_folder
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.store.template import Revision, Step

_LOG: Final = logging.getLogger(__name__)
# When so much has changed, a new snapshot is quicker than the changes, and frees the memory of what was removed.
_MOST_STEPS: Final = 500
_MOST_QUADS: Final = 20_000
# How often an engine is looked at that is away, and at most at all.
_AWAY_SECONDS: Final = 1.0
_LEAST_SECONDS: Final = 0.2
_NEW_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Standing:
    """Where a process starts from: a snapshot, the steps since, and the address of the template process.

    Without a snapshot the data are where the settings say, and ``away`` tells why they can't be had for now.
    ``open_writing`` says that writers need no token. ``quads`` is how many the snapshot holds.
    """

    snapshot: Path | None
    revision: Revision
    readers: Path
    steps: tuple[Step, ...] = ()
    open_writing: bool = False
    away: Unavailable | None = None
    quads: int = 0


class LocalStates:
    """The states of ``store``, on disk in the folder of the settings; ``name`` is the beginning of their texts."""

    away: None = None

    def __init__(self, store: EmbeddedStore, name: str, settings: Settings) -> None:
        self.store, self._name, self._memory_quads = store, name, settings.memory_quads
        self._snapshots = store_folder(settings) / "snapshots"
        # The owner of the store is alone here: what lies there is left from a process that was killed.
        shutil.rmtree(self._snapshots, ignore_errors=True)
        clear_abandoned(Path(tempfile.gettempdir()))
        self._number = 0
        self._steps: list[Step] = []
        self._changed = 0
        self.snapshot = self._take_snapshot()
        self.base = self._revision()

    def standing(self, readers: Path, open_writing: bool) -> Standing:
        """Where a process starts from now."""
        return Standing(self.snapshot, self.base, readers, tuple(self._steps), open_writing, quads=self._quads)

    def step(self, changeset: Changeset) -> Step:
        """The step to the state after a change that was just made.

        Raises ``Unavailable`` where readers need a snapshot and there is no room for it; the change is then unmade.
        """
        self._number += 1
        self._changed += len(changeset.added) + len(changeset.removed)
        step = Step(self._revision(), changeset)
        if self._large or len(self._steps) >= _MOST_STEPS or self._is_much():
            try:
                step = Step(self._revision(), snapshot=self._take_snapshot())
            except Unavailable as fault:
                if self._large:
                    self._unmake(changeset, fault)
                    raise
                _LOG.warning("%s", fault)  # the steps do as well, and the next tries again
            else:
                self._start_anew(step)
                return step
        self._steps.append(step)
        return step

    def _unmake(self, changeset: Changeset, fault: Unavailable) -> None:
        self._number -= 1
        try:
            self.store.apply(Changeset(added=changeset.removed, removed=changeset.added))
            self.store.flush()
        except Unavailable:
            raise Unavailable(
                f"改动已写入，但读者暂时看不到。{fault.zh}之后请重新启动服务。",
                f"The change is made, but readers can't see it yet. {fault.en} Then start the server again.",
            ) from None

    def _is_much(self) -> bool:
        # Counting the quads of a store on disk takes a tenth of a second for each million.
        return self._changed > _MOST_QUADS and self._changed > len(self.store) // 10

    def close(self) -> None:
        """Take the snapshots away."""
        shutil.rmtree(self._snapshots, ignore_errors=True)

    def _revision(self) -> Revision:
        return Revision(self._number, f"{self._name}-{self._number}")

    def _start_anew(self, step: Step) -> None:
        """Processes start from a new snapshot; the one before the last is read by nobody any more."""
        assert step.snapshot is not None
        self.base, self._steps, self._changed = step.revision, [], 0
        former, self.snapshot = self.snapshot, step.snapshot
        for old in self._snapshots.iterdir():
            if old not in (self.snapshot.parent, former.parent):
                shutil.rmtree(old, ignore_errors=True)

    def _take_snapshot(self) -> Path:
        """A point-in-time copy of the store beside it, so that hard links work."""
        folder = new_folder(self._snapshots)
        path = folder / "revision"
        try:
            self.store.backup(path)
        except Unavailable:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        # Then the next step is a snapshot again, since nobody holds the data in memory.
        self._quads = len(self.store)
        self._large = self._quads > self._memory_quads
        if not self._large:
            self.store.write_union(path)
        return path


def clear_abandoned(parent: Path) -> None:
    """Take away the folders of sockets that servers left in ``parent`` when they were killed: nobody listens there."""
    for folder in parent.glob("plangraph-*"):
        with contextlib.suppress(OSError):
            inside = list(folder.iterdir())
            # A folder that is being made has nothing in it yet, or a socket that isn't listened at yet.
            new = time.time() - folder.stat().st_mtime < _NEW_SECONDS
            if inside and not new and folder.stat().st_uid == os.getuid() and all(map(_is_abandoned, inside)):
                shutil.rmtree(folder)


def _is_abandoned(path: Path) -> bool:
    if not path.is_socket():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return True
    return False


class RemoteStates:
    """The states of a remote ``store``, which is looked at every ``seconds``.

    ``name`` begins the text of a state for which the store states no revision. ``first`` is called once, as soon as
    the store is there.
    """

    snapshot: None = None

    def __init__(self, store: RemoteStore, name: str, seconds: float, first: Callable[[], object]) -> None:
        self.store, self._name, self._seconds = store, name, seconds
        self._first: Callable[[], object] | None = first
        clear_abandoned(Path(tempfile.gettempdir()))
        self._lock = threading.Lock()
        self._told: tuple[str, Unavailable | None] = "", None
        self.away: Unavailable | None = None
        self.base = Revision(0, name)
        self.look()
        self.step()

    @property
    def pause(self) -> float:
        """How long to wait before the next look."""
        return max(_LEAST_SECONDS, self._seconds if self.away is None else min(self._seconds, _AWAY_SECONDS))

    def standing(self, readers: Path, open_writing: bool) -> Standing:
        """Where a process starts from now."""
        return Standing(None, self.base, readers, (), open_writing, self.away)

    def look(self) -> None:
        """See at what revision the store is, and whether it is there."""
        with self._lock:
            try:
                self.store.refresh(now=True)
                if self._first is not None:
                    self._first()
                    self._first = None
                self.away = None
            except OverLimit:
                return  # it is there, and has much to do
            except PlangraphError as failure:
                if self.away is None or self.away.en != failure.en:
                    # Whatever it says of our request, it is the server that can't do its work.
                    self.away = Unavailable(failure.zh, failure.en)

    def step(self) -> Step | None:
        """The step to what was last seen, None where that was told before."""
        text = self._text()
        if (text, self.away) == self._told:
            return None
        if self._told[0]:
            _LOG.warning("%s", self.away or f"{self.store.address}: {text}")
        self._told = text, self.away
        self.base = Revision(self.base.number + 1, text)
        return Step(self.base, away=self.away)

    def _text(self) -> str:
        stated = self.store.revision_text or f"{self._name}-{self.store.revision}"
        # Pages change with the program, too.
        return f"{stated}.{hashlib.sha256(__version__.encode()).hexdigest()[:6]}"

    def close(self) -> None:
        """Let go of the connections."""
        self.store.close()
