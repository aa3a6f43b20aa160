"""What is acknowledged is on disk; a full or read-only disk is told and costs nothing; leftovers are cleared away."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from plangraph.errors import Unavailable
from plangraph.namespaces import GRAPHS
from plangraph.settings import Settings
from plangraph.states import LocalStates, clear_abandoned
from plangraph.store import durable
from plangraph.store.base import Changeset, Quad
from plangraph.store.bulk import add_counted
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.terms import to_oxigraph_quad

G = GRAPHS["local"]
P = URIRef("http://e.example/p")


def quads(first: int, count: int, text: str = "河道治理") -> list[Quad]:
    return [(URIRef(f"http://e.example/{n}"), P, Literal(f"{text} {n} " * 20), G) for n in range(first, first + count)]


@contextlib.contextmanager
def reopened(path: Path) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.open(path)
    try:
        yield store
    finally:
        store.close()


# --- Acknowledged is on disk ------------------------------------------------------------------------------------------


def synced_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What each file held when it was last synced, by its path."""
    found: dict[str, bytes] = {}
    sync = os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        found[str(path)] = path.read_bytes() if path.is_file() else b""

    monkeypatch.setattr(os, "fsync", noting)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to see which file a descriptor is")
@pytest.mark.parametrize("how", ["added", "removed", "both"])
def test_a_change_is_synced_before_flush_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    store = EmbeddedStore.open(tmp_path / "store")
    store.apply(Changeset(added=quads(0, 3)))
    store.flush()
    synced = synced_files(monkeypatch)
    mark = (URIRef("http://e.example/mark"), P, Literal("刚刚写入"), G)
    store.apply(Changeset(added=[mark] if how != "removed" else [], removed=quads(0, 1) if how != "added" else []))
    assert not synced
    store.flush()
    logs = b"".join(data for name, data in synced.items() if name.endswith(".log"))
    assert str(tmp_path / "store") in synced
    assert ("刚刚写入".encode() in logs) is (how != "removed")
    assert len(logs) > 0
    store.close()


def test_a_store_whose_disk_failed_takes_no_more_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddedStore.open(tmp_path / "store")
    store.apply(Changeset(added=quads(0, 3)))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(Unavailable, match="whether it was made isn't known"):
            store.flush()
    with pytest.raises(Unavailable, match="start again"):
        store.apply(Changeset(added=quads(9, 1)))
    assert len(store) == 3
    store.close()


def test_the_log_doesnt_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with reopened(path) as store:
        for n in range(12):
            store.apply(Changeset(added=quads(n * 2000, 2000)))
            store.flush()
        # Recycled logs keep their size, but what is written to them begins anew.
        assert sum(file.stat().st_size for file in path.glob("*.sst")) > 100_000
    with reopened(path) as store:
        assert len(store) == 24_000


# --- A disk that is full, read-only, or limited -----------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB of the test's own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk isn't allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def filled(disk: Path, left: int, monkeypatch: pytest.MonkeyPatch | None = None) -> Iterator[None]:
    """Leave only ``left`` bytes free; with ``monkeypatch`` writing is tried all the same."""
    if monkeypatch is not None:
        monkeypatch.setattr(durable, "LEAST_FREE", 0)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        with contextlib.suppress(OSError):
            while True:
                out.write(b"x" * 4096)
        out.truncate(out.tell() - left)
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.parametrize("how", ["apply", "bulk"])
@pytest.mark.parametrize("left", [8_192, 400_000, 1_500_000])
def test_a_full_disk(small_disk: Path, monkeypatch: pytest.MonkeyPatch, how: str, left: int) -> None:
    path = small_disk / "store"
    store = EmbeddedStore.open(path)
    made = quads(0, 500)
    store.apply(Changeset(added=made))
    store.flush()
    faults = []
    with filled(small_disk, left, monkeypatch):
        for number in range(1, 12):
            new = quads(number * 1000, 1000)
            try:
                if how == "apply":
                    store.apply(Changeset(added=new))
                else:
                    store.add_all(map(to_oxigraph_quad, new))
                store.flush()
                made += new
            except Unavailable as fault:
                faults.append(fault)
            assert len(store) == len(made)
    assert faults
    for fault in faults:
        assert "磁盘已满" in fault.zh
        assert f"{path} can't be written: the disk is full" in fault.en
    last = quads(90_000, 10)
    store.apply(Changeset(added=last, removed=made[:1]))
    store.flush()
    store.close()
    with reopened(path) as store:
        assert set(store.triples()) == {*made[1:], *last}
        assert not list(path.glob("bulk-*.sst"))


def test_no_change_is_begun_where_there_is_hardly_any_room(small_disk: Path) -> None:
    store = EmbeddedStore.open(small_disk / "store")
    with filled(small_disk, 15_000_000):
        with pytest.raises(Unavailable, match="the disk is full"):
            store.apply(Changeset(added=quads(0, 1)))
        assert len(store) == 0
    store.apply(Changeset(added=quads(0, 1)))
    assert len(store) == 1
    store.close()


@pytest.mark.parametrize("left", [20_000, 600_000, 1_000_000])
def test_a_full_disk_when_readers_need_a_snapshot(small_disk: Path, monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    settings = Settings(store=str(small_disk), memory_quads=10)
    store = EmbeddedStore.open(small_disk / "oxigraph")
    store.apply(Changeset(added=quads(0, 100)))
    states = LocalStates(store, "name", settings)
    before = set(store.triples())
    change = Changeset(added=quads(200, 1), removed=quads(0, 1))
    with filled(small_disk, left, monkeypatch):
        store.apply(change)
        try:
            made = states.step(change).snapshot is not None
        except Unavailable as fault:
            made = "The change is made" in str(fault)
        assert (set(store.triples()) == before) is not made
    store.apply(Changeset(added=quads(300, 1)))
    assert states.step(change).snapshot is not None
    states.close()
    store.close()


def test_dumps_beside_a_snapshot_are_whole_or_not_there(small_disk: Path) -> None:
    store = EmbeddedStore.open(small_disk / "oxigraph")
    store.apply(Changeset(added=quads(0, 3000)))
    store.backup(small_disk / "revision")
    with filled(small_disk, 300_000):
        store.write_union(small_disk / "revision")
    assert not list(small_disk.glob("revision.n*"))
    assert len(EmbeddedStore.open_snapshot(small_disk / "revision", 10_000)) == 3000
    store.write_union(small_disk / "revision")
    assert len(list(small_disk.glob("revision.n*"))) == 2
    store.close()


def test_a_disk_that_becomes_read_only(small_disk: Path) -> None:
    path = small_disk / "store"
    store = EmbeddedStore.open(path)
    store.apply(Changeset(added=quads(0, 10)))
    store.flush()
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Unavailable) as caught:
        EmbeddedStore.open(path)
    assert str(path) in caught.value.en
    assert "Read-only" in caught.value.en
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    with reopened(path) as store:
        assert len(store) == 10


WRITER = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_durable_store import quads
from plangraph.errors import Unavailable
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
store = EmbeddedStore.open(Path({path!r}))
store.apply(Changeset(added=quads(0, 10))); store.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
made = 10
for n in range(1, 40):
    try:
        store.apply(Changeset(added=quads(n * 100, 100))); store.flush(); made += 100
    except Unavailable as fault:
        assert "larger than is allowed" in fault.en, fault
        assert len(store) == made
        break
else:
    raise SystemExit("no limit met")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.apply(Changeset(added=quads(9000, 5))); store.flush()
assert len(store) == made + 5
"""


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """As a full disk, where none can be mounted."""
    assert resource.RLIMIT_FSIZE >= 0
    script = WRITER.format(tests=str(Path(__file__).parent), path=str(tmp_path / "store"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_counting_what_is_added_stops_with_the_disk(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddedStore.open(small_disk / "store")
    with filled(small_disk, 100_000, monkeypatch), pytest.raises(Unavailable):
        add_counted(store, map(to_oxigraph_quad, quads(0, 20_000)), lambda new: ())
    assert len(store) == 0
    added = add_counted(store, map(to_oxigraph_quad, [*quads(0, 50), *quads(0, 60)]), lambda new: ())
    assert added == {G: 60}
    store.close()


# --- Leftovers --------------------------------------------------------------------------------------------------------


def test_files_of_a_killed_bulk_load_are_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with reopened(path) as store:
        store.apply(Changeset(added=quads(0, 10)))
    (path / "bulk-123.sst").write_bytes(b"x" * 1000)
    with reopened(path) as store:
        assert not list(path.glob("bulk-*"))
        assert len(store) == 10


def test_folders_of_sockets_at_which_nobody_listens_are_cleared_away() -> None:
    # Short, since the name of a socket is.
    with tempfile.TemporaryDirectory() as name:
        parent = Path(name)
        folders = {kind: parent / f"plangraph-{kind}" for kind in ("gone", "alive", "new", "file", "empty")}
        for folder in folders.values():
            folder.mkdir()
        listeners = []
        for kind in ("gone", "alive", "new"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(folders[kind] / "owner"))
            if kind == "alive":
                listener.listen()
            listeners.append(listener)
        (folders["file"] / "notes.txt").write_text("mine")
        (parent / "other").mkdir()
        listeners[0].close()
        listeners[2].close()
        for kind in ("gone", "alive", "file", "empty"):
            os.utime(folders[kind], (time.time() - 3600,) * 2)
        clear_abandoned(parent)
        assert sorted(path.name for path in parent.iterdir()) == [
            "other",
            "plangraph-alive",
            "plangraph-empty",
            "plangraph-file",
            "plangraph-new",
        ]
        shutil.rmtree(folders["alive"])
        for listener in listeners:
            listener.close()
