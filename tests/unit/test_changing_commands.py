"""The commands commit, log, diff and revert as a person uses them: what they print, where, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plangraph.cli.changing  # noqa: F401
from plangraph import library
from plangraph.cli import main
from plangraph.opening import open_embedded

PREFIXES = """@prefix pg: <https://w3id.org/plangraph/ontology#> . @prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
XINGHE = """<place/xinghe> a pg:Place ; pg:placeType pgc:place-type-district ;
    skos:prefLabel "星河区"@zh, "Xinghe"@en ."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command on an empty store of the test's own."""
    monkeypatch.setenv("PLANGRAPH_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PLANGRAPH_READERS", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(library, "open_embedded", lambda settings, empty: open_embedded(settings, empty=True))

    def invoke(*args: object) -> Result:
        result = CliRunner().invoke(main, [str(arg) for arg in args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(PREFIXES + text, encoding="utf-8")
        return path

    return write


def test_commit_log_diff_revert(
    run: Callable[..., Result], file: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANGRAPH_GATE", "off")  # what is looked at here needs no validation
    first = file("一.ttl", XINGHE)
    done = run("commit", first, "-m", "第一个区", "--author", "张伟")
    assert done.exit_code == 0, done.output
    assert "4 statements added" in done.stdout
    again = run("--lang", "zh", "commit", first, "-m", "再来一次")
    assert (again.exit_code, again.stdout) == (0, "图谱中已是如此，没有改动。\n")
    renamed = run(
        "commit", file("二.ttl", XINGHE.replace("星河区", "星河新区")), "--replace", "-m", "改名", "--format", "json"
    )
    told = json.loads(renamed.stdout)
    assert (told["number"], told["added"], told["removed"]) == (2, 1, 1)

    records = json.loads(run("log", "--format", "json").stdout)
    assert [(r["number"], r["author"], r["message"]) for r in records] == [(2, None, "改名"), (1, "张伟", "第一个区")]
    assert [f["name"] for f in records[1]["files"]] == ["一.ttl"]
    table = run("--lang", "zh", "log", "--limit", "1", "--about", "星河新区").stdout
    assert "改名" in table
    assert "第一个区" not in table

    shown = run("--lang", "zh", "diff", "2").stdout
    assert "“星河区”@zh → “星河新区”@zh" in shown
    assert json.loads(run("diff", "2", "--format", "json").stdout)[0]["state"] == "changed"
    patch = run("diff", "head", "--format", "patch").stdout
    assert patch.startswith("H id <https://w3id.org/plangraph/id/change/2-")
    assert patch.endswith("TC .\n")
    assert run("diff", "1", "2").stdout == run("diff", "2").stdout

    blocked = run("revert", "1")
    assert (blocked.exit_code, "Change 2" in blocked.stderr) == (2, True)
    assert run("revert", "2", "-m", "不改了").exit_code == 0
    assert json.loads(run("log", "--limit", "1", "--format", "json").stdout)[0]["reverts"] == told["change"]
    stale = run("commit", file("三.ttl", '<place/xinghe> skos:altLabel "星河"@zh .'), "-m", "别名", "--base", "1")
    assert (stale.exit_code, "Xinghe" in stale.stderr) == (2, True)


def test_what_is_wrong_is_told_with_its_place(run: Callable[..., Result], file: Callable[[str, str], Path]) -> None:
    wrong = file("错.ttl", '<place/qing> a pg:Place ; skos:prefLabel "清溪区"@zh .')
    done = run("--lang", "zh", "commit", wrong, "-m", "清溪")
    assert done.exit_code == 1
    assert "[错误] 清溪区" in done.stderr
    assert "（错.ttl 第 3 行）" in done.stderr
    assert "未写入" in done.stderr
    told = run("commit", wrong, "-m", "清溪", "--format", "json")
    assert json.loads(told.stdout)["report"]["conforms"] is False
    assert json.loads(run("log", "--format", "json").stdout) == []


WRONG = [
    (["diff", "7"], 1, "no change"),
    (["revert", "7"], 1, "no change"),
    (["diff", "1", "2", "--format", "patch"], 2, "one change"),
    (["commit", "nowhere.ttl", "-m", "x"], 2, "no file"),
    (["commit", "nowhere.ttl"], 2, "--message"),
    (["commit", ".", "-m", " "], 2, "message"),
]


@pytest.mark.parametrize(
    ("args", "code", "told"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_wrong_use(run: Callable[..., Result], args: list[str], code: int, told: str) -> None:
    done = run(*args)
    assert (done.exit_code, told in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.output
