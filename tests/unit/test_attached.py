"""Texts of sources, attached at run time."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linhe import SOURCE, TEXT, linhe_store
from plangraph.attached import AttachedTexts, attach, decode_text, read_text
from plangraph.cli import main
from plangraph.entities import Named
from plangraph.errors import BadInput, TooLarge, Unavailable
from plangraph.quotations import SourceDocument
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

HASH = hashlib.sha256(TEXT.encode()).hexdigest()
DOCUMENT = SourceDocument(Named(SOURCE, {"zh": "林河县报告", "en": "Linhe Report"}, ()), HASH)


def test_a_text_is_kept_and_found(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    texts = AttachedTexts(folder)
    assert texts.find(HASH) is None
    document, kept = attach(folder, decode_text(TEXT.encode(), "t"), [DOCUMENT])
    assert (document, kept.text) == (DOCUMENT, TEXT)
    found = texts.find(HASH)
    assert found is not None
    assert found.text == TEXT
    assert [p.name for p in folder.iterdir()] == [f"{HASH}.txt"]
    assert texts.find(HASH) is found  # not read again


def test_line_ends_are_made_those_of_the_source(tmp_path: Path) -> None:
    given = decode_text(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(), "t")
    assert attach(tmp_path, given, [DOCUMENT])[1].sha256 == HASH
    assert (tmp_path / f"{HASH}.txt").read_bytes() == TEXT.encode()


def test_another_text_is_refused_with_both_hashes(tmp_path: Path) -> None:
    other = decode_text(TEXT.replace("7所", "8所").encode(), "other.txt")
    with pytest.raises(BadInput) as caught:
        attach(tmp_path / "none", other, [DOCUMENT])
    for words in (HASH, other.sha256, "other.txt"):
        assert words in caught.value.en
        assert words in caught.value.zh
    assert not (tmp_path / "none").exists()


def test_a_file_that_was_altered_later_is_not_shown(tmp_path: Path) -> None:
    attach(tmp_path, decode_text(TEXT.encode(), "t"), [DOCUMENT])
    texts = AttachedTexts(tmp_path)
    assert texts.find(HASH) is not None
    path = tmp_path / f"{HASH}.txt"
    path.write_text(TEXT.replace("7所", "8所"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert texts.find(HASH) is None
    path.unlink()
    assert texts.find(HASH) is None


@pytest.mark.parametrize("name", ["", "../secret", "a" * 63, "A" * 64, "/etc/passwd"])
def test_only_a_hash_becomes_part_of_a_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("x")
    assert AttachedTexts(tmp_path / "sources").find(name) is None


def test_what_can_not_be_read_or_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        read_text(tmp_path / "nowhere.txt", 100)
    with pytest.raises(BadInput, match="can't be read"):
        read_text(tmp_path, 100)
    (tmp_path / "long.txt").write_text("x" * 101)
    with pytest.raises(TooLarge, match="100 bytes"):
        read_text(tmp_path / "long.txt", 100)
    with pytest.raises(Unavailable, match="can't be written"):
        attach(tmp_path / "long.txt" / "below", decode_text(TEXT.encode(), "t"), [DOCUMENT])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "store"
    store = EmbeddedStore.open(folder / "oxigraph")
    store.apply(Changeset(added=list(linhe_store().triples())))
    store.close()
    monkeypatch.setenv("PLANGRAPH_STORE", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def invoke(*args: object) -> Result:
        result = CliRunner().invoke(main, ["source", *map(str, args)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_the_commands(run, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(TEXT, encoding="utf-8")
    assert "linhe-2025/document/report" in (before := run("list").stdout)
    assert "not attached" in before.split("linhe-2025/document/report")[1].splitlines()[0]
    done = run("attach", report)
    assert done.exit_code == 0
    assert HASH in done.stdout
    assert "not attached" not in run("list").stdout.split("linhe-2025/document/report")[1].splitlines()[0]
    assert (tmp_path / "store" / "sources" / f"{HASH}.txt").read_text(encoding="utf-8") == TEXT
    report.write_text("别的文本", encoding="utf-8")
    refused = run("attach", report, "--lang", "zh")
    assert refused.exit_code == 2
    assert HASH in refused.stderr


def test_a_remote_store_has_no_folder_to_attach_in(run, tmp_path: Path) -> None:
    for args in (("attach", tmp_path / "x"), ("list",)):
        result = run(*args, "--store", "http://127.0.0.1:9")
        assert result.exit_code == 2
        assert "folder" in result.stderr
