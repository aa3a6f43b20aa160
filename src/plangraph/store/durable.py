"""What keeps a store on disk safe: changes reach the disk, failures to write are told, leftovers are cleared away.

Oxigraph writes each transaction to RocksDB's write-ahead log (``NNNNNN.log``) before it counts as made, but leaves it
to the operating system when that reaches the disk. Its own ``flush`` writes tables instead: 12 ms where syncing the log
takes 0.6, and where the disk is full it fails when the change has already been made.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from plangraph.errors import Unavailable

_REASONS: Final = (
    ("No space left", "磁盘已满", "the disk is full", "腾出空间", "make room"),
    ("quota exceeded", "磁盘配额已用完", "the disk quota is used up", "腾出空间", "make room"),
    ("File too large", "文件超过允许的大小", "a file would be larger than is allowed", "放宽限制", "raise that limit"),
    ("Read-only file system", "磁盘只读", "the disk is read-only", "改为可写", "make it writable"),
    ("Permission denied", "没有写权限", "writing isn't permitted", "检查权限", "check the permissions"),
)
# The log is replayed when a store is opened that wasn't closed: a second for some 50,000 quads.
_MOST_LOGGED: Final = 20_000
# With less room than this no change is begun: the tables that follow from it, and opening anew, need some, too.
LEAST_FREE: Final = 16_000_000
_FULL_SYNC: Final = 51  # F_FULLFSYNC: on macOS fsync alone leaves the data in the drive's cache


class Disk:
    """The files in ``folder`` of a store that this process owns.

    ``logged`` counts the quads whose changes stand in the log alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.logged = 0
        self._failed = self._lost = False

    @contextlib.contextmanager
    def writing(self, reopen: Callable[[Path], None], place: Path | None = None) -> Iterator[None]:
        """A failure to write, in the store or at ``place``, becomes ``Unavailable``.

        Oxigraph takes no more changes afterwards: ``reopen`` is called before the next.
        """
        if self._lost:
            raise self._unknown()
        if place is None and _free(self._folder) < LEAST_FREE:
            raise write_fault(self._folder, "No space left")
        try:
            if self._failed:
                reopen(self._folder)
                self._failed = False
            yield
        except OSError as fault:
            if not str(fault).startswith("IO error: "):  # not Oxigraph's
                raise
            self._failed = True
            raise write_fault(place or self._folder, fault) from None

    def sync(self, write_tables: Callable[[], None]) -> None:
        """Have the disk hold every transaction. Raises ``Unavailable``, then and whenever ``writing`` is tried."""
        try:
            for log in self._folder.glob("*.log"):
                _sync(log)
            _sync(self._folder)
        except OSError:
            self._lost = True
            raise self._unknown() from None
        if self.logged > _MOST_LOGGED:
            self.shorten_log(write_tables)

    def shorten_log(self, write_tables: Callable[[], None]) -> None:
        """Have what stands in the log written to the tables. Where that fails nothing is lost: the log holds it."""
        if self.logged and not self._failed:
            try:
                write_tables()
                self.logged = 0
            except OSError:
                self._failed = True

    def _unknown(self) -> Unavailable:
        """After a sync has failed nobody knows what the disk holds: it has to be read anew."""
        return Unavailable(
            f"磁盘未能保存最近的改动（{self._folder}），不能确定是否已写入。请检查磁盘，重新启动后查看数据。",
            f"The disk failed to keep the last change ({self._folder}), and whether it was made isn't known. Check the "
            "disk, start again, and look at the data.",
        )


def write_fault(place: Path | str, fault: object) -> Unavailable:
    """The failure to write at ``place``, with what to do; the data there are as they were."""
    text = str(fault)
    _, zh, en, do_zh, do_en = next(
        (row for row in _REASONS if row[0] in text), ("", text, text, "检查磁盘", "check the disk")
    )
    return Unavailable(
        f"无法写入 {place}：{zh}。未作任何改动，已有数据完好。请{do_zh}后重试。",
        f"{place} can't be written: {en}. Nothing was changed, and the data there are whole. {do_en.capitalize()} and "
        "try again.",
    )


def new_folder(parent: Path) -> Path:
    """A new folder of any name in ``parent``, made if absent. Raises ``Unavailable``."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=parent))
    except OSError as fault:
        raise write_fault(parent, fault) from None


def move_whole(made: Path, target: Path) -> None:
    """Put a file or a folder that was made elsewhere on the same disk at ``target``, on disk as it is.

    Raises ``OSError``.
    """
    for path in (*made.rglob("*"), made):
        _sync(path)
    made.rename(target)
    _sync(target.absolute().parent)


def _free(folder: Path) -> int:
    """Bytes that may be written on the disk of ``folder``."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return LEAST_FREE  # what is wrong, writing will tell


def _sync(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return  # a log that was written to the tables meanwhile, and is gone
    try:
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(descriptor, _FULL_SYNC)
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_leftovers(folder: Path) -> None:
    """Take away the files of bulk loads that were killed, which Oxigraph forgets. Only for whoever owns the store."""
    for path in folder.glob("bulk-*.sst"):
        path.unlink(missing_ok=True)
