"""Hostile files, one by one, to the command line and to a server: what becomes of each, and of everything else.

However it ends: within its time and memory, without a traceback, with nothing run, fetched, read or lost, and with
words in both languages that name the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import pytest
from _pytest.mark import ParameterSet
from command_line import CommandLine, Ended
from hostile_books import BOOKS
from hostile_files import FAULTY, FINE, REFUSED, STOPPED, TOO_LARGE, HostileFile
from hostile_masses import MASSES, POISON
from hostile_shapes import DATA, SHAPES, HostileShapes
from hostile_site import Site, hostile_site, outcome
from hostile_syntax import SYNTAX
from hostile_values import IRIS, LABELS, OWN, VALUES
from outside import Outside, outside
from wire import Reply

FILES = [*SYNTAX, *IRIS, *LABELS, *VALUES, *OWN, *POISON, *MASSES]
# What a server keeps of what it did: answers, shapes, and what its allocators don't give back.
MARGIN = 300 << 20
_CODES = {0: FINE, 1: FAULTY, 2: REFUSED, 3: STOPPED}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def rows(files: list[HostileFile]) -> list[ParameterSet]:
    """The rows of a table as parameters."""
    return [pytest.param(row, id=row.name, marks=_marks(row)) for row in files]


def _marks(row: HostileFile) -> list[pytest.MarkDecorator]:
    long = [pytest.mark.long] if row.long else []
    return [*long, pytest.mark.xfail(reason=row.fault)] if row.fault else long


@pytest.fixture(scope="module")
def line() -> Iterator[CommandLine]:
    with CommandLine() as running:
        yield running


@pytest.fixture(scope="module")
def beyond(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("outside")) as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with hostile_site(tmp_path_factory.mktemp("site")) as running:
        running.upload("/api/validate", "first.ttl", b"<x:s> <x:p> 1 .")
        yield running


def test_there_are_many_kinds_and_their_names_are_unique() -> None:
    names = [row.name for row in (*FILES, *BOOKS)] + [row.name for row in SHAPES]
    assert len(names) >= 45
    assert len({*names}) == len(names)
    assert len({row.file for row in (*FILES, *BOOKS)}) == len(FILES) + len(BOOKS)


# --- The command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows(FILES))
def test_a_command_takes_it_or_says_why_not(
    row: HostileFile, line: CommandLine, beyond: Outside, tmp_path: Path
) -> None:
    file = tmp_path / row.file
    file.write_bytes(row.content(beyond.words))
    ended = line("--lang", "en", "validate", "--against", "none", file, seconds=row.seconds)
    became = _CODES.get(ended.code, f"{ended.code}: {ended.err[-500:]}")
    assert became in row.expected or (became == REFUSED and TOO_LARGE in row.expected)
    assert ended.seconds < row.seconds
    assert ended.peak < row.megabytes << 20
    _says_plainly(ended)
    if became in (REFUSED, STOPPED):
        assert re.search(row.says, ended.err, re.IGNORECASE)
        chinese = line("--lang", "zh", "validate", "--against", "none", file, seconds=row.seconds)
        assert chinese.code == ended.code
        assert _HAN.search(chinese.err)
    if became == REFUSED:
        assert row.file in ended.err
        assert row.file in chinese.err
    assert beyond.untouched
    assert beyond.secret not in ended.out + ended.err


def _says_plainly(ended: Ended) -> None:
    """No traceback, nothing that a terminal would obey or that turns the text around."""
    assert "Traceback" not in ended.err
    assert "panicked" not in ended.err
    assert not _ACTS.search(ended.out + ended.err)
    assert len(ended.err) < 10_000


@pytest.mark.parametrize("engine", ["auto", "pyshacl"])
@pytest.mark.parametrize("row", SHAPES, ids=lambda row: row.name)
def test_shapes_call_nobody(
    row: HostileShapes, engine: str, line: CommandLine, beyond: Outside, tmp_path: Path
) -> None:
    if engine == "pyshacl" and row.name.endswith("takes for ever"):
        pytest.skip("the reference has no limit of time on the command line: Ctrl-C ends it")
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    text = row.text
    for word, value in beyond.words.items():
        text = text.replace(f"@{word}@", value)
    shapes.write_text(text, encoding="utf-8")
    data.write_text(DATA, encoding="utf-8")
    ended = line("--lang", "en", "validate", "--against", "none", "--shapes", shapes, "--engine", engine, data)
    assert ended.code in row.codes, ended.err
    assert ended.seconds < 20
    _says_plainly(ended)
    assert beyond.untouched


# --- A server ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beginning:
    """What the server held, and the memory that it took, before anything hostile came."""

    seeded: bytes
    memory: int


@pytest.fixture(scope="module")
def beginning(site: Site) -> Beginning:
    return Beginning(site.seeded(), site.memory())


def some(params: list[ParameterSet]) -> list[ParameterSet]:
    """The same, all but every twelfth in the long suite: a server takes a second for each."""
    return [
        param if number % 12 == 5 or param.marks else pytest.param(*param.values, id=param.id, marks=pytest.mark.long)
        for number, param in enumerate(params)
    ]


@pytest.mark.parametrize("row", some(rows([*FILES, *BOOKS])))
def test_a_server_takes_it_or_says_why_not(row: HostileFile, site: Site, beginning: Beginning, beyond: Outside) -> None:
    data = row.content(beyond.words)
    before = site.revision()
    checked = site.upload("/api/validate", row.file, data)
    assert outcome(checked) in row.over_http
    assert site.revision() == before
    graph = "https://e.example/hostile"
    done = site.upload("/api/commit", row.file, data, graph=graph, message=row.name)
    became = outcome(done)
    assert became in (row.committed or row.over_http) | {STOPPED}
    if became == FINE:
        _take_back(site, done)
    else:
        assert site.revision() == before
    for reply in (checked, done):
        assert beyond.secret.encode() not in reply.body
        if outcome(reply) in (REFUSED, TOO_LARGE) and reply.body:
            _explains(reply.body)
    assert beyond.untouched


def _explains(body: bytes) -> None:
    problem = json.loads(body)
    assert _HAN.search(problem["messages"]["zh"])
    assert re.search("[A-Za-z]{3}", problem["messages"]["en"])


def _take_back(site: Site, done: Reply) -> None:
    """Undo a change, so that the next file meets the same data."""
    change = json.loads(done.body)["change"]
    if change is not None:
        reply = site.send("POST", "/api/revert?" + urlencode({"change": change}))
        assert reply.status == 201, reply


def test_nothing_is_lost_and_the_memory_is_back(site: Site, beginning: Beginning) -> None:
    assert site.seeded() == beginning.seeded
    assert "Traceback" not in site.log.read_text(encoding="utf-8", errors="replace")
    assert site.memory() < beginning.memory + MARGIN


def test_an_ordinary_question_is_answered_as_before(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    taken = [site.ordinary(number) for number in range(30)]
    with capsys.disabled():
        print(f"\nordinary query after it all: {median(taken) * 1000:.1f} ms")
    assert median(taken) < 0.05
