"""Backups of a store on disk, as a folder or as one compressed file, and restoring them.

A backup has the store's own files, the attached texts, and a list of all with their digests. It is made beside the
place where it is to be, and moved there when it is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Client
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from plangraph import __version__
from plangraph.errors import BadInput, NotFound, PlangraphError, StoreLocked, Unavailable
from plangraph.history import as_time, head
from plangraph.opening import open_embedded, owner_socket
from plangraph.settings import Settings, store_folder
from plangraph.store.durable import move_whole, new_folder, write_fault
from plangraph.store.embedded import EmbeddedStore

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIST: Final = "plangraph-backup.json"
ARCHIVE: Final = ".tar.zst"
_FORMAT: Final = 1
_MOST_LIST_BYTES: Final = 64_000_000
_STORE: Final = "oxigraph"
_TEXTS: Final = "sources"
_CHUNK: Final = 1 << 20
# A server makes a copy of a million quads in a tenth of a second, unless a change is being written.
_COPY_SECONDS: Final = 120.0
_OTHER_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z")

Tell = Callable[[str, int, int], None]


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: statements, the name of the last change or None, files, their bytes; when it was made."""

    quads: int
    head: str | None
    files: int
    bytes: int
    made: str

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return dict(self.__dict__)


def backup(settings: Settings, target: Path, *, tell: Tell = _silent) -> Backup:
    """Copy the store in the folder of the settings to ``target``, a new folder or a new file ``….tar.zst``.

    A server that has the store goes on meanwhile: the backup is of one moment.
    Raises ``BadInput`` where ``target`` is taken, ``NotFound`` where there is no store, ``StoreLocked`` where another
    process has it, ``Unavailable`` where the copy can't be written; then nothing is left of it.
    """
    _check_free(target)
    if not _is_archive(target) and target.suffix.lower() in _OTHER_ARCHIVES:
        raise BadInput(
            f"备份写成文件夹，或写成 {ARCHIVE} 文件，而不是 {target.suffix}。",
            f"A backup is a folder or a file {ARCHIVE}, not {target.suffix}.",
        )
    try:
        with opened_as_it_is(settings) as store:
            return _copy(store.backup, store_folder(settings), target, tell)
    except StoreLocked:
        owner = owner_socket(settings)
        if owner is None:
            raise
    return _copy(partial(_have_copied, owner), store_folder(settings), target, tell)


@contextlib.contextmanager
def opened_to_look(settings: Settings) -> Iterator[EmbeddedStore]:
    """The same for reading alone: where a server has the store, a copy of how it is now."""
    with contextlib.ExitStack() as stack:
        try:
            store = stack.enter_context(opened_as_it_is(settings))
        except StoreLocked:
            owner = owner_socket(settings)
            if owner is None:
                raise
            linked = stack.enter_context(_scratch(store_folder(settings) / "copies"))
            _have_copied(owner, linked / _STORE)
            store = EmbeddedStore.open(linked / _STORE, read_only=True)
            stack.callback(store.close)
        yield store


def _have_copied(owner: Path, path: Path) -> None:
    """Have the process that owns the store put a copy of it at ``path``."""
    try:
        with Client(str(owner), "AF_UNIX") as connection:
            connection.send(path)
            if not connection.poll(_COPY_SECONDS):
                raise TimeoutError
            answer = connection.recv()
    except (EOFError, OSError):
        raise Unavailable(
            "服务没有给出存储的副本。请先停止服务再备份。",
            "The server gave no copy of its store. Stop it first, then back up.",
        ) from None
    if isinstance(answer, PlangraphError):
        raise answer


def _copy(link: Callable[[Path], object], folder: Path, target: Path, tell: Tell) -> Backup:
    """Copy to ``target`` what ``link`` puts at a place beside the store in ``folder``."""
    with _scratch(folder / "copies") as linked, _scratch(target.absolute().parent) as made:
        link(linked / _STORE)
        still = EmbeddedStore.open(linked / _STORE, read_only=True)
        quads, last = len(still), head(still)
        still.close()
        texts = folder / _TEXTS
        files = {f"{_STORE}/{name}": path for name, path in _files(linked / _STORE)}
        files |= {f"{_TEXTS}/{name}": path for name, path in _files(texts)}
        listed = {name: {"bytes": path.stat().st_size, "sha256": _digest(path)} for name, path in files.items()}
        told = {
            "format": _FORMAT,
            "plangraph": __version__,
            "made": as_time(datetime.now(UTC)),
            "quads": quads,
            "head": last.name if last else None,
            "files": listed,
        }
        with _failing(target):
            text = json.dumps(told, ensure_ascii=False, indent=1).encode()
            part = made / target.name
            (_pack if _is_archive(target) else _lay_out)(part, text, files, tell)
            move_whole(part, target)
    return _summary(told)


def restore(source: Path, settings: Settings, *, tell: Tell = _silent) -> Backup:
    """Make the store that the settings name, which mustn't be there yet, from a backup.

    Raises ``BadInput`` where the store is there or the backup isn't whole, ``NotFound`` where there is none,
    ``Unavailable`` where the disk doesn't take it; then nothing is left of it.
    """
    target = store_folder(settings)
    _check_free(target)
    if not source.exists():
        raise NotFound(f"没有备份 {source}。", f"There is no backup {source}.")
    with _scratch(target.absolute().parent) as made, _failing(target):
        part = made / "store"
        part.mkdir()
        told = _unpack(source, part, tell) if source.is_file() else _copy_back(source, part, tell)
        _check_opens(part / _STORE, source, told)
        move_whole(part, target)
    return _summary(told)


@contextlib.contextmanager
def opened_as_it_is(settings: Settings) -> Iterator[EmbeddedStore]:
    """The store in the folder of the settings, into which nothing is filled.

    Raises ``NotFound`` where there is none, ``StoreLocked`` where another process has it, ``Unavailable``.
    """
    folder = store_folder(settings)
    if not (folder / _STORE / "CURRENT").is_file():
        raise NotFound(
            f"{folder} 中没有存储。请用 --store 指定存储所在的文件夹。",
            f"There is no store in {folder}. Give its folder with --store.",
        )
    store, _ = open_embedded(settings, empty=True)
    try:
        yield store
    finally:
        store.close()


def _check_free(target: Path) -> None:
    if not _is_archive(target) and target.is_dir() and not any(target.iterdir()):
        return
    if target.exists():
        raise BadInput(
            f"{target} 已存在，不会覆盖。请另选位置，或先将其移走。",
            f"{target} is there already and won't be overwritten. Choose another place, or move it away first.",
        )


def _is_archive(path: Path) -> bool:
    return path.name.endswith(ARCHIVE)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "LOCK":
            yield path.relative_to(folder).as_posix(), path


def _digest(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _summary(told: dict[str, Any]) -> Backup:
    sizes = [file["bytes"] for file in told["files"].values()]
    return Backup(told["quads"], told["head"], len(sizes), sum(sizes), told["made"])


@contextlib.contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    folder = new_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _failing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise write_fault(target, fault) from None


# --- Writing ----------------------------------------------------------------------------------------------------------


def _lay_out(part: Path, text: bytes, files: dict[str, Path], tell: Tell) -> None:
    for number, (name, path) in enumerate(files.items()):
        tell("copy", number, len(files))
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, part / name)
    part.mkdir(exist_ok=True)
    (part / LIST).write_bytes(text)


def _pack(part: Path, text: bytes, files: dict[str, Path], tell: Tell) -> None:
    with tempfile.TemporaryDirectory(dir=part.parent) as folder:
        listed = Path(folder) / LIST
        listed.write_bytes(text)
        with zstd.open(part, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
            # First, so that whoever unpacks knows what is to come.
            archive.add(listed, LIST, filter=_nobodys)
            for number, (name, path) in enumerate(files.items()):
                tell("copy", number, len(files))
                archive.add(path, name, filter=_nobodys)


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


# --- Reading ----------------------------------------------------------------------------------------------------------


def _broken(source: Path, zh: str, en: str) -> BadInput:
    return BadInput(
        f"备份 {source} 不完整或被改动：{zh}。未恢复任何内容；请换用另一份备份。",
        f"The backup {source} isn't whole: {en}. Nothing was restored; use another one.",
    )


def _read_list(source: Path, data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
        known = told["format"] == _FORMAT
        names = [PurePosixPath(name) for name in told["files"]]
        for file in told["files"].values():
            int(file["bytes"]), str(file["sha256"])
        int(told["quads"]), str(told["made"]), told["head"]
    except (ValueError, KeyError, TypeError):
        raise _broken(source, f"{LIST} 无法读取", f"{LIST} can't be read") from None
    if not known:
        raise BadInput(
            f"备份 {source} 的格式（{told['format']}）比本程序新。请先升级 plangraph。",
            f"The backup {source} has the format {told['format']}, newer than this program. Upgrade plangraph first.",
        )
    if any(name.is_absolute() or ".." in name.parts or name.parts[0] not in (_STORE, _TEXTS) for name in names):
        raise _broken(source, "文件名越界", "a file's name leads elsewhere")
    return dict(told)


def _copy_back(source: Path, part: Path, tell: Tell) -> dict[str, Any]:
    if not (source / LIST).is_file():
        raise _broken(source, f"没有 {LIST}", f"it has no {LIST}")
    told = _read_list(source, (source / LIST).read_bytes())
    for number, name in enumerate(told["files"]):
        tell("copy", number, len(told["files"]))
        try:
            with (source / name).open("rb") as data:
                _take(source, part, name, told["files"][name], data)
        except FileNotFoundError:
            raise _broken(source, f"缺少 {name}", f"{name} is missing") from None
    return told


def _unpack(source: Path, part: Path, tell: Tell) -> dict[str, Any]:
    told: dict[str, Any] = {}
    taken = 0
    try:
        with zstd.open(source, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
            for entry in archive:
                data = archive.extractfile(entry) if entry.isreg() else None
                if data is None:
                    raise _broken(source, f"{entry.name} 不是普通文件", f"{entry.name} is no plain file")
                if not told:
                    told = _read_list(source, data.read(_MOST_LIST_BYTES) if entry.name == LIST else b"")
                    continue
                listed = told["files"].get(entry.name)
                if listed is None:
                    raise _broken(source, f"多出 {entry.name}", f"{entry.name} isn't on its list")
                tell("copy", taken, len(told["files"]))
                _take(source, part, entry.name, listed, data)
                taken += 1
    except (tarfile.TarError, zstd.ZstdError, EOFError) as fault:
        raise _broken(source, f"无法解压（{fault}）", f"it can't be unpacked ({fault})") from None
    if not told or taken != len(told["files"]):
        raise _broken(source, "缺少文件", "files are missing")
    return told


def _take(source: Path, part: Path, name: str, listed: dict[str, Any], data: IO[bytes]) -> None:
    """Write one file, and see whether it is what was listed."""
    (part / name).parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), int(listed["bytes"])
    with (part / name).open("wb") as out:
        while left >= 0 and (chunk := data.read(min(_CHUNK, left + 1))):
            digest.update(chunk)
            left -= len(chunk)
            out.write(chunk)
    if left != 0 or digest.hexdigest() != listed["sha256"]:
        raise _broken(source, f"{name} 与记录的摘要不符", f"{name} isn't as it was")


def _check_opens(path: Path, source: Path, told: dict[str, Any]) -> None:
    try:
        store = EmbeddedStore.open(path)
    except Unavailable as fault:
        raise _broken(source, fault.zh, fault.en) from None
    try:
        quads = len(store)
    finally:
        store.close()
    if quads != told["quads"]:
        raise _broken(source, f"应有 {told['quads']} 条陈述，实有 {quads} 条", f"{quads} statements of {told['quads']}")
