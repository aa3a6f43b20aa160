"""Backups come back as they were, broken ones are refused, and nothing that was altered passes verification."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Listener
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Literal, URIRef

from plangraph.cli import main
from plangraph.errors import BadInput, NotFound, PlangraphError, StoreLocked, Unavailable
from plangraph.history import changeset_of, head, inverse, patch_of
from plangraph.keeping import LIST, backup, opened_as_it_is, opened_to_look, restore
from plangraph.namespaces import GRAPHS, HISTORY_GRAPH, PG
from plangraph.opening import registered
from plangraph.recording import Note, recorded, summarized
from plangraph.settings import Settings
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.verifying import Verified, verify

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

G, P = GRAPHS["qingxi/report"], URIRef("http://e.example/p")
TEXT = "清溪区河道治理"


def quad(number: int, text: str = "河道") -> Quad:
    return URIRef(f"http://e.example/{number}"), P, Literal(f"{text} {number}"), G


def change(store: EmbeddedStore, added: list[Quad], removed: list[Quad], kind: str = "commit") -> None:
    store.apply(recorded(store, Changeset(added=added, removed=removed), Note("李编辑", "改动", kind)))


def write_history(store: EmbeddedStore) -> None:
    """Four changes, of which the last undoes the third."""
    change(store, [quad(n) for n in range(50)], [], "load")
    change(store, [quad(n, "新") for n in range(5)], [quad(n) for n in range(5)])
    change(store, [], [quad(n) for n in range(10, 20)])
    last = head(store)
    assert last is not None
    undone = inverse(changeset_of(store, last))
    change(store, list(undone.added), list(undone.removed), "revert")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store on disk with a history and an attached text."""
    folder = tmp_path / "store"
    store = EmbeddedStore.open(folder / "oxigraph")
    write_history(store)
    store.close()
    (folder / "sources").mkdir()
    (folder / "sources" / "note.txt").write_text(TEXT, encoding="utf-8")
    return Settings(store=str(folder))


def content(settings: Settings) -> set[Quad]:
    with opened_as_it_is(settings) as store:
        return set(store.triples())


# --- Backup and restore -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["backup", "备份.tar.zst"])
def test_a_backup_comes_back_as_it_was(tmp_path: Path, settings: Settings, name: str) -> None:
    made = backup(settings, tmp_path / name)
    new = Settings(store=str(tmp_path / "elsewhere" / "store"))
    with opened_as_it_is(settings) as store:
        change(store, [quad(99)], [])  # what is changed later isn't in it
    back = restore(tmp_path / name, new)
    assert back == made
    assert content(settings) - content(new) >= {quad(99)}
    assert quad(99) not in content(new)
    assert made.quads == len(content(new))
    assert made.head is not None
    assert made.head.startswith("4-")
    assert (tmp_path / "elsewhere/store/sources/note.txt").read_text(encoding="utf-8") == TEXT
    with opened_as_it_is(new) as store:
        assert verify(store, shapes=False).whole
        change(store, [quad(100)], [])
    leftovers = {path.name for path in (*tmp_path.iterdir(), *(tmp_path / "elsewhere").iterdir())}
    assert leftovers == {"store", "elsewhere", name}


def test_a_backup_doesnt_change_with_the_store(tmp_path: Path, settings: Settings) -> None:
    """Its files are its own: hard links would go with a disk's fault."""
    backup(settings, tmp_path / "backup")
    inodes = {path.stat().st_ino for path in (tmp_path / "store").rglob("*.sst")}
    assert not inodes & {path.stat().st_ino for path in (tmp_path / "backup").rglob("*.sst")}


def test_nothing_is_overwritten(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "taken.tar.zst").write_text("mine")
    backup(settings, tmp_path / "backup")
    for target in ("taken", "taken.tar.zst", "backup"):
        with pytest.raises(BadInput, match="won't be overwritten"):
            backup(settings, tmp_path / target)
    for store in (settings, Settings(store=str(tmp_path / "taken"))):
        before = sorted(path.name for path in Path(store.store).rglob("*"))
        with pytest.raises(BadInput, match="won't be overwritten"):
            restore(tmp_path / "backup", store)
        assert sorted(path.name for path in Path(store.store).rglob("*")) == before


def test_an_empty_folder_may_be_used(tmp_path: Path, settings: Settings) -> None:
    for name in ("backup", "new"):
        (tmp_path / name).mkdir()
    backup(settings, tmp_path / "backup")
    restore(tmp_path / "backup", Settings(store=str(tmp_path / "new")))
    assert content(Settings(store=str(tmp_path / "new"))) == content(settings)


def test_what_isnt_there_or_is_in_use(tmp_path: Path, settings: Settings) -> None:
    nowhere = Settings(store=str(tmp_path / "nowhere"))
    with pytest.raises(NotFound, match="There is no store"):
        backup(nowhere, tmp_path / "backup")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(NotFound, match="There is no backup"):
        restore(tmp_path / "backup", nowhere)
    with pytest.raises(BadInput, match=r"not \.zip"):
        backup(settings, tmp_path / "backup.zip")
    with opened_as_it_is(settings), pytest.raises(StoreLocked):
        backup(settings, tmp_path / "backup")


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Iterator[EmbeddedStore]:
    """The store as a server has it, which puts a copy where it is told to."""
    with (
        tempfile.TemporaryDirectory() as short,
        opened_as_it_is(settings) as store,
        Listener(f"{short}/owner", "AF_UNIX") as listener,
        registered(settings, "http://127.0.0.1:1", Path(short) / "owner"),
    ):

        def serve() -> None:
            with contextlib.suppress(OSError), listener.accept() as connection:
                place = connection.recv()
                try:
                    if "refused" not in os.listdir(tmp_path):
                        store.backup(place)
                    connection.send(Unavailable("没有空间。", "no room") if "refused" in os.listdir(tmp_path) else None)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield store


def test_a_store_that_a_server_has_is_backed_up_as_it_is(
    tmp_path: Path, settings: Settings, served: EmbeddedStore
) -> None:
    change(served, [quad(99)], [])
    made = backup(settings, tmp_path / "backup.tar.zst")
    change(served, [quad(100)], [])
    assert made.head is not None
    assert made.head.startswith("5-")
    new = Settings(store=str(tmp_path / "new"))
    restore(tmp_path / "backup.tar.zst", new)
    assert quad(99) in content(new)
    assert quad(100) not in content(new)
    assert not list((tmp_path / "store" / "copies").iterdir())


def test_a_store_that_a_server_has_is_verified_in_a_copy(settings: Settings, served: EmbeddedStore) -> None:
    change(served, [quad(99)], [])
    with opened_to_look(settings) as copy:
        assert verify(copy, shapes=False).whole
        assert quad(99) in set(copy.triples())


def test_a_server_that_gives_no_copy(
    tmp_path: Path, settings: Settings, served: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plangraph.keeping._COPY_SECONDS", 0.2)
    (tmp_path / "refused").touch()
    with pytest.raises(Unavailable, match="no room"):
        backup(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    with pytest.raises(Unavailable, match="Stop it first"):  # nobody takes another connection
        backup(settings, tmp_path / "backup")


def _alter(path: Path, how: Callable[[bytes], bytes]) -> None:
    path.write_bytes(how(path.read_bytes()))


def _alter_list(folder: Path, how: Callable[[dict[str, object]], object]) -> None:
    told = json.loads((folder / LIST).read_text(encoding="utf-8"))
    how(told)
    (folder / LIST).write_text(json.dumps(told), encoding="utf-8")


def _table(folder: Path) -> Path:
    return max(folder.rglob("*.sst"), key=lambda path: path.stat().st_size)


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no list": (lambda f: (f / LIST).unlink(), f"no {LIST}"),
    "list cut off": (lambda f: _alter(f / LIST, lambda d: d[:-20]), "can't be read"),
    "a bit turned": (lambda f: _alter(_table(f), lambda d: d[:99] + bytes([d[99] ^ 1]) + d[100:]), "isn't as it was"),
    "cut off": (lambda f: _alter(_table(f), lambda d: d[:-1]), "isn't as it was"),
    "longer": (lambda f: _alter(_table(f), lambda d: d + b"x"), "isn't as it was"),
    "a file is missing": (lambda f: _table(f).unlink(), "is missing"),
    "another number": (lambda f: _alter_list(f, lambda t: t.update(quads=7)), "statements of 7"),
    "newer format": (lambda f: _alter_list(f, lambda t: t.update(format=2)), "Upgrade plangraph"),
    "leads out": (
        lambda f: _alter_list(f, lambda t: t["files"].update({"../x": {"bytes": 0, "sha256": ""}})),  # type: ignore[attr-defined]
        "leads elsewhere",
    ),
    "leads to the root": (
        lambda f: _alter_list(f, lambda t: t["files"].update({"/tmp/x": {"bytes": 0, "sha256": ""}})),  # type: ignore[attr-defined]
        "leads elsewhere",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_backup_is_refused_and_leaves_nothing(tmp_path: Path, settings: Settings, name: str) -> None:
    alter, told = BREAKS[name]
    backup(settings, tmp_path / "backup")
    alter(tmp_path / "backup")
    new = Settings(store=str(tmp_path / "new"))
    with pytest.raises(BadInput, match=told):
        restore(tmp_path / "backup", new)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "store"]


def _packed(path: Path, *entries: tuple[str, bytes | None]) -> None:
    """An archive with these files; None makes a symbolic link."""
    with zstd.open(path, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data or b"")
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info, io.BytesIO(data or b""))


EMPTY_LIST = json.dumps({"format": 1, "files": {}, "quads": 0, "made": "", "head": None}).encode()
ARCHIVES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut off": (lambda p: _alter(p, lambda d: d[: len(d) // 2]), "can't be unpacked"),
    "not zstd": (lambda p: p.write_bytes(b"PK\x03\x04 and more"), "can't be unpacked"),
    "empty": (lambda p: p.write_bytes(b""), "can't be unpacked|files are missing"),
    "not on the list": (lambda p: _packed(p, (LIST, EMPTY_LIST), ("oxigraph/x", b"1")), "isn't on its list"),
    "leads out": (lambda p: _packed(p, (LIST, EMPTY_LIST), ("../x", b"1")), "isn't on its list"),
    "a link": (lambda p: _packed(p, (LIST, EMPTY_LIST), ("oxigraph/x", None)), "no plain file"),
    "no list": (lambda p: _packed(p, ("oxigraph/x", b"1")), "can't be read"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_broken_archive_is_refused_and_leaves_nothing(tmp_path: Path, settings: Settings, name: str) -> None:
    alter, told = ARCHIVES[name]
    archive = tmp_path / "backup.tar.zst"
    backup(settings, archive)
    alter(archive)
    with pytest.raises(BadInput, match=told):
        restore(archive, Settings(store=str(tmp_path / "new")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.zst", "store"]


def test_where_the_disk_fails_nothing_is_left(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    backup(settings, tmp_path / "backup")
    monkeypatch.setattr("plangraph.store.durable._sync", full)
    for act in (
        lambda: backup(settings, tmp_path / "other"),
        lambda: backup(settings, tmp_path / "other.tar.zst"),
        lambda: restore(tmp_path / "backup", Settings(store=str(tmp_path / "new"))),
    ):
        with pytest.raises(Unavailable, match="the disk is full"):
            act()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "store"]


# --- Verify -----------------------------------------------------------------------------------------------------------


def looked_at(alter: Callable[[EmbeddedStore], object] = lambda store: None) -> Verified:
    store = EmbeddedStore()
    write_history(store)
    alter(store)
    return verify(store, shapes=False)


def test_a_store_that_is_whole() -> None:
    found = looked_at()
    assert found.whole
    assert [check.en.split(".")[0] for check in found.checks][1:] == [
        "The numbers, parents and seals of 4 changes are right",
        "Going back over all 4 changes, each fits the data, down to the empty beginning",
    ]


def _set(store: EmbeddedStore, number: int, predicate: URIRef, value: Literal) -> None:
    """Alter one value in the history, as somebody with access to the files could."""
    iri = next(s for s, _, _, _ in store.triples(None, PG.changeNumber, Literal(number)))
    subject = patch_of(URIRef(str(iri))) if predicate == PG.text else URIRef(str(iri))
    old = [q for q in store.triples(subject, predicate) if q[3] == HISTORY_GRAPH]
    store.apply(Changeset(removed=old, added=[(subject, predicate, value, HISTORY_GRAPH)]))


def _drop(store: EmbeddedStore, number: int) -> None:
    iri = next(s for s, _, _, _ in store.triples(None, PG.changeNumber, Literal(number)))
    store.apply(Changeset(removed=[q for q in store.triples(URIRef(str(iri))) if q[3] == HISTORY_GRAPH]))


def _edit_patch(store: EmbeddedStore) -> None:
    text = next(str(o) for s, _, o, _ in store.triples(None, PG.text) if "/2-" in str(s))
    _set(store, 2, PG.text, Literal(text.replace("新 3", "旧 3")))


ALTERED: dict[str, tuple[Callable[[EmbeddedStore], object], str]] = {
    "a statement added": (lambda s: s.apply(Changeset(added=[quad(777)])), "should be 50 .* there are 51.*777"),
    "a statement removed": (lambda s: s.apply(Changeset(removed=[quad(30)])), "change 1 can't have left this so.*30"),
    "a value changed": (
        lambda s: s.apply(Changeset(added=[quad(30, "别的")], removed=[quad(30)])),
        "change 1 can't have left this so",
    ),
    "one that was removed is back": (lambda s: s.apply(Changeset(added=[quad(2)])), "change 2 can't have left"),
    "another author's message": (lambda s: _set(s, 2, URIRef("http://purl.org/dc/terms/description"), Literal("x")),
                                 "record of change 2 was altered"),
    "another count": (lambda s: _set(s, 1, PG.added, Literal(49)), "record of change 1 was altered"),
    "another seal": (lambda s: _set(s, 3, PG.sha256, Literal("0" * 64)), "record of change 3 was altered"),
    "another patch": (_edit_patch, "patch of change 2 was altered"),
    "no first change": (lambda s: _drop(s, 1), "3 changes, numbered up to 0"),
    "a change in between is missing": (lambda s: _drop(s, 3), "numbered up to|missing"),
    "the last change is missing": (lambda s: _drop(s, 4), "should be|can't have left"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_is_found(name: str) -> None:
    alter, told = ALTERED[name]
    found = looked_at(alter)
    assert not found.whole
    last = found.checks[-1]
    assert re.search(told, last.en), last.en
    assert "备份" in last.zh
    assert all(check.holds for check in found.checks[:-1])


def test_before_a_change_of_which_no_patch_was_kept_the_numbers_are_compared() -> None:
    store = EmbeddedStore()
    first = [quad(n) for n in range(20)]
    store.apply(Changeset(added=[*first, *summarized(store, Note(kind="load"), {G: 20})[0]]))
    change(store, [quad(100)], [quad(0)])
    found = verify(store, shapes=False)
    assert found.whole
    assert "Of change 1 only a summary was kept" in found.checks[-1].en
    store.apply(Changeset(added=[quad(55)]))
    assert "should be 20 statements, and there are 21" in verify(store, shapes=False).checks[-1].en


def test_a_store_without_a_history_is_whole_where_it_is_empty() -> None:
    assert verify(EmbeddedStore()).whole
    store = EmbeddedStore()
    store.apply(Changeset(added=[quad(1)]))
    assert not verify(store).whole


def test_texts_that_were_altered(tmp_path: Path) -> None:
    (tmp_path / f"{'0' * 64}.txt").write_text("别的")
    assert "was altered" in verify(EmbeddedStore(), tmp_path, shapes=False).checks[-1].en


def test_data_that_break_a_shape() -> None:
    store = EmbeddedStore()
    task = URIRef("http://e.example/task")
    change(store, [(task, URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), PG.Task, G)], [])
    found = verify(store)
    assert not found.whole
    assert "such as at http://e.example/task" in found.checks[-1].en
    assert verify(store, shapes=False).whole


def test_a_file_that_the_disk_lost(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = EmbeddedStore.open(path)
    change(store, [quad(n) for n in range(3000)], [])
    store.close()
    table = _table(path)
    data = bytearray(table.read_bytes())
    for place in range(0, len(data) - 600, 97):
        data[place] ^= 0xFF
    table.write_bytes(bytes(data))
    try:
        store = EmbeddedStore.open(path)
    except PlangraphError:
        return
    found = verify(store, shapes=False)
    assert not found.whole
    assert "Restore a backup" in found.checks[-1].en


# --- The commands -----------------------------------------------------------------------------------------------------


def test_the_commands(tmp_path: Path, settings: Settings) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--lang", "zh", *arguments])
        return result.exit_code, result.output

    archive, new = str(tmp_path / "b.tar.zst"), str(tmp_path / "new")
    (tmp_path / "store" / "sources" / "note.txt").unlink()
    assert run("backup", archive, "--store", settings.store)[0] == 0
    code, told = run("restore", archive, "--store", new)
    assert code == 0
    assert "plangraph verify" in told
    code, told = run("verify", "--store", new)
    assert code == 0
    assert told.count("✓") == 4
    assert json.loads(run("verify", "--store", new, "--format", "json")[1])["whole"] is True
    with opened_as_it_is(Settings(store=new)) as store:
        store.apply(Changeset(added=[quad(1234)]))
    code, told = run("verify", "--store", new)
    assert code == 1
    assert "✗ 按历史应有 50 条陈述，实有 51 条" in told
    assert run("restore", archive, "--store", new)[0] == 2
    assert run("verify", "--store", str(tmp_path / "nowhere"))[0] == 1
    assert run("backup", archive, "--store", "http://127.0.0.1:1")[0] == 2
