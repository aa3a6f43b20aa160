"""kill -9 at any moment: what was acknowledged is there, nothing is there by half, and the store verifies.

The short suite kills 8 times, the long one 60 times more.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from committer import GRAPH, quads_after
from crashing import assert_whole, content, kill, opened, serve_and_kill, start

from plangraph.commits import LOCAL_GRAPH
from plangraph.history import head_number
from plangraph.loading import loaded_files
from plangraph.store.embedded import EmbeddedStore

FILES = 60


def rounds(short: int, long: int) -> pytest.MarkDecorator:
    """How many times to kill, in the short suite and in the long one."""
    return pytest.mark.parametrize("times", [short, pytest.param(long, marks=pytest.mark.long)])


@rounds(3, 16)
def test_a_process_that_commits_and_reverts(tmp_path: Path, times: int) -> None:
    chance = random.Random(times)
    folder = tmp_path / "store"
    made = 0
    for _ in range(times):
        process = start("-m", "committer", str(folder / "oxigraph"))
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.4))
        # The last line may be cut off.
        told = [first, *kill(process).splitlines(keepends=True)]
        acknowledged = int([line for line in told if line.endswith("\n")][-1])
        store = opened(folder)
        try:
            made = head_number(store)
            assert made in (acknowledged, acknowledged + 1)
            assert content(store, str(GRAPH)) == quads_after(made)
            assert_whole(store)
        finally:
            store.close()
    assert made > 10


@rounds(2, 20)
def test_a_server_that_is_written_to(tmp_path: Path, times: int) -> None:
    chance = random.Random(times)
    states: list[list[frozenset[str]]] = [[frozenset()], [frozenset()]]
    acknowledged = [
        # The gate takes most of a change's time: without it more kills hit the writing.
        serve_and_kill(tmp_path / "store", states, "enforce" if number % 5 == 2 else "off", chance.random(), number)
        for number in range(times)
    ]
    assert sum(acknowledged) > times


def many_files(folder: Path) -> dict[str, int]:
    """A folder of small files, two of which belong together, and how many statements each has."""
    folder.mkdir()
    sizes = {}
    for number in range(FILES):
        name, sizes[name] = (name := f"f{number:03}.ttl"), number % 7 + 1
        things = "".join(f'<http://e.example/{number}/{n}> <http://e.example/p> "{n}" .\n' for n in range(number % 7))
        other = number + 1 if number % 2 == 0 else number - 1
        things += f"<http://e.example/{number}> <http://e.example/q> <http://e.example/{other}> .\n"
        (folder / name).write_text(things, encoding="utf-8")
    return sizes


def found_of_files(store: EmbeddedStore) -> dict[str, int]:
    found: dict[str, int] = {}
    for subject, _, _, _ in content(store, str(LOCAL_GRAPH)):
        name = f"f{int(str(subject).split('/')[3]):03}.ttl"
        found[name] = found.get(name, 0) + 1
    return found


@rounds(2, 12)
def test_a_folder_that_is_loaded_in_parts(tmp_path: Path, times: int) -> None:
    sizes, folder, killed = many_files(tmp_path / "files"), tmp_path / "store", 0
    command = ("-m", "plangraph", "load", str(tmp_path / "files"), "--store", str(folder), "--empty", "--in-parts")
    chance = random.Random(times)
    while killed < times:
        process = start(*command)
        end = time.monotonic() + 60
        while not (folder / "oxigraph" / "CURRENT").exists() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 1.5))
        running = process.poll() is None
        kill(process)
        store = opened(folder)
        try:
            found, known = found_of_files(store), {file.name for file in loaded_files(store)}
            assert set(found) == known
            assert all(sizes[name] == count for name, count in found.items())
            assert all(f"f{int(name[1:4]) ^ 1:03}.ttl" in known for name in known)
            assert_whole(store)
        finally:
            store.close()
        killed += running
        if not running:  # it was done before: begin again
            for path in (folder / "oxigraph").iterdir():
                path.unlink()
    process = start(*command)
    process.communicate()
    assert process.returncode == 0
    store = opened(folder)
    assert found_of_files(store) == sizes
    store.close()


def test_ctrl_c_leaves_whole_parts_and_says_how_to_go_on(tmp_path: Path) -> None:
    sizes, folder = many_files(tmp_path / "files"), tmp_path / "store"
    command = ("-m", "plangraph", "load", str(tmp_path / "files"), "--store", str(folder), "--empty", "--in-parts")
    process = start(*command)
    while process.poll() is None and not any(log.stat().st_size > 2000 for log in folder.glob("oxigraph/*.log")):
        time.sleep(0.01)  # until something has been written
    process.send_signal(signal.SIGINT)
    told = process.communicate()[0]
    assert process.returncode == 1 or "60 files loaded" in told
    assert "the same command goes on from here" in told or "60 files loaded" in told
    again = start(*command)
    assert again.communicate()[0].count("with faults") == 1
    store = opened(folder)
    assert found_of_files(store) == sizes
    assert_whole(store)
    store.close()


@rounds(1, 6)
def test_a_file_that_is_loaded_in_bulk(tmp_path: Path, times: int) -> None:
    big = tmp_path / "big.nt"
    with big.open("w", encoding="utf-8") as out:
        out.writelines(f'<http://e.example/{n}> <http://e.example/p> "{n}" .\n' for n in range(60_000))
    chance = random.Random(times)
    for number in range(times):
        folder = tmp_path / f"store{number}"
        process = start(
            *("-m", "plangraph", "load", str(big), "--store", str(folder), "--empty", "--gate", "off"),
            PLANGRAPH_HISTORY_QUADS="1000",
        )
        _wait_for_bulk(process, folder / "oxigraph")
        time.sleep(chance.uniform(0.0, 0.3))
        kill(process)
        store = opened(folder)
        try:
            assert len(content(store, str(LOCAL_GRAPH))) in (0, 60_000)
            assert head_number(store) == bool(content(store, str(LOCAL_GRAPH)))
            assert not list((folder / "oxigraph").glob("bulk-*.sst"))
            assert_whole(store)
        finally:
            store.close()


def _wait_for_bulk(process: subprocess.Popen[str], folder: Path) -> None:
    """Until Oxigraph has begun to write the files that it takes over at the end."""
    while process.poll() is None and not list(folder.glob("bulk-*.sst")):
        time.sleep(0.002)


@pytest.mark.long
def test_a_revert(tmp_path: Path) -> None:
    times, folder, chance = 6, tmp_path / "store", random.Random(6)
    data = tmp_path / "new.nt"
    data.write_text("".join(f'<http://e.example/{n}> <http://e.example/p> "{n}" .\n' for n in range(500)))
    begun = start("-m", "plangraph", "load", str(data), "--store", str(folder))
    begun.communicate()
    took, number, present = 0.0, 2, True
    for _ in range(times + 1):
        began = time.monotonic()
        process = start("-m", "plangraph", "revert", str(number), "--store", str(folder), "--format", "json")
        if not took:  # the first is let be: so long it takes
            told = json.loads(process.communicate()[0])
            took, acknowledged = time.monotonic() - began, told["number"] == number + 1
        else:
            time.sleep(chance.uniform(0.3, 1.05) * took)
            acknowledged = f'"number": {number + 1}' in kill(process)
        store = opened(folder)
        try:
            made = head_number(store)
            assert made in ((number + 1,) if acknowledged else (number, number + 1))
            present ^= made > number
            number = made
            assert len(content(store, str(LOCAL_GRAPH))) == (500 if present else 0)
            assert_whole(store)
        finally:
            store.close()
