"""The command that makes templates, and what other commands read workbooks with."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import plangraph.cli.sheets as sheets
from plangraph.cli import main
from plangraph.errors import BadInput, TooLarge
from plangraph.settings import Settings
from sheet_books import INFERRED, district, filled, loaded


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(arguments))
    return done.exit_code, done.output


@pytest.fixture
def store_folder(tmp_path: Path) -> str:
    folder = tmp_path / "store"
    assert run("--lang", "en", "load", "--store", str(folder), str(empty(tmp_path)))[0] == 0
    gc.collect()  # the store's lock goes with the object
    return str(folder)


def empty(folder: Path) -> Path:
    path = folder / "empty.ttl"
    path.write_text("", encoding="utf-8")
    return path


def test_a_template_is_written(tmp_path: Path, store_folder: str) -> None:
    out = tmp_path / "表.xlsx"
    code, said = run("--lang", "zh", "template", str(out), "--store", store_folder, "--sheets", "项目,Place")
    assert (code, said) == (0, f"已写入 {out}。填好后：plangraph validate {out}\n")
    assert loaded(out.read_bytes()).sheetnames[1:3] == ["项目", "地点"]


def test_what_is_wrong_with_the_request(tmp_path: Path, store_folder: str) -> None:
    for arguments in (["x.xls"], ["x.xlsx", "--sheets", "Nonsense"], ["x.xlsx", "--plan", "none-such"]):
        code, said = run(
            "--lang", "en", "template", str(tmp_path / arguments[0]), *arguments[1:], "--store", store_folder
        )
        assert code in (1, 2)
        assert said.startswith("plangraph: ")
    with pytest.raises(BadInput):
        sheets.write_file(tmp_path / "no" / "x.xlsx", b"")


def test_a_workbook_is_validated_and_marked(tmp_path: Path) -> None:
    store = district()
    path, marked = tmp_path / "地点.xlsx", tmp_path / "marked.xlsx"
    row = {"skos:prefLabel@zh": "东河", "skos:prefLabel@en": "East River", "pg:placeType": "没有这种", **INFERRED}
    path.write_bytes(filled(store, {"地点": [row]}, sheets=["Place"]))
    settings = Settings(store=str(tmp_path / "store"))
    report = sheets.validate_sheet(path, store, settings)
    assert not report.conforms
    sheets.write_marked(path, report, marked, "en")
    assert "Nothing is called" in str(loaded(marked.read_bytes())["问题 Problems"]["E2"].value)
    with pytest.raises(BadInput):
        sheets.write_marked(tmp_path / "x.csv", report, marked, "en")
    with pytest.raises(TooLarge):
        sheets.validate_sheet(path, store, replace(settings, upload_bytes=100))
    assert sheets.sheets_in([path, tmp_path / "a.ttl"]) == [path]
