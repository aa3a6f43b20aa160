"""Opening the store that the settings name: a folder, filled with the shipped graphs, or a server's address."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from plangraph.commits import LOCAL_GRAPH, Filled, fill
from plangraph.errors import StoreLocked
from plangraph.settings import Settings, environment_name, is_address, settings_table, store_folder
from plangraph.store.durable import new_folder
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool
from plangraph.store.remote import RemoteStore


def open_embedded(settings: Settings, *, empty: bool = False) -> tuple[EmbeddedStore, Filled]:
    """The store on disk, owned by this process, with the shipped graphs up to date unless ``empty``.

    Raises ``StoreLocked``, naming the server that owns the store where one does, or ``Unavailable``.
    """
    folder = store_folder(settings)
    try:
        store = EmbeddedStore.open(folder / "oxigraph")
    except StoreLocked:
        raise _locked(folder) from None
    # Whoever owns the store is alone here: these are left from a process that was killed.
    for name in ("snapshots", "copies"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return store, Filled((), ()) if empty else fill(store)


@contextlib.contextmanager
def opened_store(settings: Settings, lang: str = "en") -> Iterator[EmbeddedStore | RemoteStore]:
    """A store for the project's own reading: on disk, or behind an address, whose words come in ``lang``.

    One on disk is let go of at the end.
    """
    if is_address(settings.store):
        yield RemoteStore.of(settings, lang)
        return
    store, _ = open_embedded(settings)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def reader_pool(store: EmbeddedStore, settings: Settings, *, size: int | None = None) -> Iterator[ReaderPool]:
    """Workers over a snapshot of ``store`` as it is now; both are gone at the end."""
    with snapshot(store, settings) as path, ReaderPool(path, **pool_limits(settings, size)) as pool:
        yield pool


def environment(settings: Settings, **others: str) -> dict[str, str]:
    """The settings as variables for the processes that are started with them, and others beside them."""
    table = {environment_name(row.name): str(getattr(settings, row.name)) for row in settings_table()}
    return {**table, **others}


class PoolLimits(TypedDict):
    """What ``ReaderPool`` takes besides the snapshot."""

    size: int
    seconds: float
    quick_seconds: float
    megabytes: int
    max_bytes: int
    queue: int
    wait: float
    memory_quads: int
    default_graph: str | None
    services: tuple[str, ...]


def pool_limits(settings: Settings, size: int | None = None) -> PoolLimits:
    """The limits of a reader pool as the settings give them."""
    return {
        "size": size or settings.readers,
        "seconds": settings.query_seconds,
        "quick_seconds": settings.quick_seconds,
        "megabytes": settings.query_megabytes,
        "max_bytes": settings.result_bytes,
        "queue": settings.queued,
        "wait": settings.wait_seconds,
        "memory_quads": settings.memory_quads,
        "services": tuple(settings.services.split()),
        "default_graph": None if settings.default_graph == "union" else str(LOCAL_GRAPH),
    }


@contextlib.contextmanager
def snapshot(store: EmbeddedStore, settings: Settings) -> Iterator[Path]:
    """A point-in-time copy of ``store`` beside it, so that hard links work; removed at the end."""
    parent = store_folder(settings) / "snapshots"
    shutil.rmtree(parent, ignore_errors=True)
    try:
        path = new_folder(parent) / "revision"
        store.backup(path)
        if len(store) <= settings.memory_quads:
            store.write_union(path)
        yield path
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@contextlib.contextmanager
def registered(settings: Settings, address: str, owner: Path | None = None) -> Iterator[None]:
    """While this process serves the store at ``address``, others that find it locked can say where.

    ``owner`` is the socket at which the owner of the store listens.
    """
    path = _register(store_folder(settings))
    entry = {"address": address, "pid": os.getpid(), "owner": str(owner or "")}
    path.write_text(json.dumps(entry), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _register(folder: Path) -> Path:
    return folder / "server.json"


def serving_address(settings: Settings) -> str | None:
    """The address of the server that has the store in its folder; None where none says that it does."""
    entry = _registration(store_folder(settings))
    return entry[0] if entry else None


def owner_socket(settings: Settings) -> Path | None:
    """The socket of the owner of the store in its folder, where a server says that it has it."""
    entry = _registration(store_folder(settings))
    return Path(entry[2]) if entry and entry[2] else None


def _registration(folder: Path) -> tuple[str, int, str] | None:
    try:
        entry = json.loads(_register(folder).read_text(encoding="utf-8"))
        return str(entry["address"]), int(entry["pid"]), str(entry.get("owner", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _locked(folder: Path) -> StoreLocked:
    entry = _registration(folder)
    if entry is None:
        return StoreLocked(
            f"存储 {folder} 正被另一进程使用。请等它结束，或用 --store 指定另一个文件夹。",
            f"The store {folder} is in use by another process. Wait until it ends, or give another folder with "
            "--store.",
        )
    address, pid, _ = entry
    return StoreLocked(
        f"存储 {folder} 正由服务 {address}（进程 {pid}）使用。请改用 --store {address}，或先停止该服务。",
        f"The store {folder} is in use by the server at {address} (process {pid}). "
        f"Use --store {address}, or stop it first.",
    )
