"""Texts of sources, attached at run time: kept beside the store under their SHA-256, never in the graph.

A running server reads the folder anew whenever a file in it changes, so a text that is attached shows at once.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plangraph.errors import BadInput, TooLarge, Unavailable
from plangraph.quotations import SourceDocument
from plangraph.settings import Settings, is_address, store_folder
from plangraph.store.remote.addresses import read_address

_HASH: Final = re.compile("[0-9a-f]{64}")
_BOM: Final = "\ufeff"
_CONVERT: Final = "iconv -f {} -t UTF-8 {} > report.txt"


@dataclass(frozen=True)
class SourceText:
    """A text as read: offsets count its code points; ``sha256`` is that of its bytes in UTF-8."""

    name: str
    text: str
    sha256: str

    @property
    def plain(self) -> SourceText:
        """The same text without a byte order mark and with each line ended by a line feed alone."""
        return _source_text(self.name, self.text.removeprefix(_BOM).replace("\r\n", "\n"))


@dataclass(frozen=True)
class Attached:
    """A text that is attached; ``stamp`` changes when its file does."""

    text: str
    stamp: int


def source_folder(settings: Settings) -> Path:
    """Where the attached texts lie: beside the store, or, for one behind an address, beside the usual store.

    An address may hold a password, so its digest names the folder.
    """
    if is_address(settings.store):
        digest = hashlib.sha256(read_address(settings.store).shown.encode()).hexdigest()[:16]
        return store_folder(Settings()).parent / "remote" / digest / "sources"
    return store_folder(settings) / "sources"


def read_text(path: Path, most_bytes: int) -> SourceText:
    """The text in a file. Raises ``TooLarge``, ``BadInput`` where it can't be read, is empty, or isn't in UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise BadInput(f"没有文件 {path}。", f"There is no file {path}.") from None
    except OSError as fault:
        why = fault.strerror or fault
        raise BadInput(f"无法读取 {path}：{why}。", f"{path} can't be read: {why}.") from None
    if len(data) > most_bytes:
        raise TooLarge(
            f"{path} 超过 {most_bytes} 字节的上限（设置 PLANGRAPH_UPLOAD_BYTES）。",
            f"{path} is over the limit of {most_bytes} bytes (setting PLANGRAPH_UPLOAD_BYTES).",
        )
    return decode_text(data, str(path))


def decode_text(data: bytes, name: str) -> SourceText:
    """The text of a file's bytes. Raises ``BadInput`` naming the encoding that they seem to be in."""
    if not data.strip():
        raise BadInput(f"{name} 是空的。请给出报告全文的文件。", f"{name} is empty. Give the file with the whole text.")
    encoding = _other_encoding(data)
    if encoding:
        convert = _CONVERT.format(encoding, name)
        raise BadInput(
            f"{name} 不是 UTF-8，看来是 {encoding}。请先转换：{convert}",
            f"{name} isn't UTF-8; it seems to be {encoding}. Convert it first: {convert}",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadInput(
            f"{name} 不是文本文件。请给出 UTF-8 的纯文本（不是 PDF 或 Word）。",
            f"{name} isn't a text. Give plain text in UTF-8, not a PDF or a Word document.",
        )
    return SourceText(name, text, hashlib.sha256(data).hexdigest())


def _other_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return ""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    # Almost any bytes are GB 18030 somehow; a text in it is mostly Chinese and has no control characters.
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return "GB18030" if 2 * han > len(text) and not re.search("[\x00-\x08\x0e-\x1f]", text) else ""


def _source_text(name: str, text: str) -> SourceText:
    return SourceText(name, text, hashlib.sha256(text.encode()).hexdigest())


def attach(folder: Path, given: SourceText, documents: Sequence[SourceDocument]) -> tuple[SourceDocument, SourceText]:
    """Keep ``given`` in ``folder`` as the text of the document that has its hash; give back what was kept of whom.

    A text that has the hash once its line ends are plain is kept so. Raises ``BadInput`` naming the hashes where no
    document has it, ``Unavailable`` where the folder can't be written.
    """
    by_hash = {document.sha256: document for document in documents if document.sha256}
    kept = next((text for text in (given, given.plain) if text.sha256 in by_hash), None)
    if kept is None:
        raise _unknown(given, list(by_hash.values()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{kept.sha256}.txt", kept.text.encode())
    except OSError as fault:
        why = fault.strerror or fault
        raise Unavailable(f"无法写入 {folder}：{why}。", f"{folder} can't be written: {why}.") from None
    return by_hash[kept.sha256], kept


def _unknown(given: SourceText, documents: Sequence[SourceDocument]) -> BadInput:
    zh = "；".join(f"{d.sha256}（{d.thing.text('zh')}）" for d in documents) or "无"
    en = "; ".join(f"{d.sha256} ({d.thing.text('en')})" for d in documents) or "none"
    return BadInput(
        f"{given.name} 的 SHA-256 是 {given.sha256}，图谱中没有这样的来源。可挂接的有：{zh}。"
        "请取得与之逐字相同的文本；若它是另一版本，可用 plangraph audit 核对。",
        f"The SHA-256 of {given.name} is {given.sha256}, which is no source's in the graph. To be attached: {en}. "
        "Get the text that is the same to the letter; hold another version against the graph with plangraph audit.",
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


class AttachedTexts:
    """The texts in a folder, each read again only when its file has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], Attached | None]] = {}

    def find(self, sha256: str) -> Attached | None:
        """The text with this hash; None where it isn't attached, or where its file was altered."""
        if not _HASH.fullmatch(sha256):
            return None  # nothing from the graph becomes part of a path but a hash
        path = self._folder / f"{sha256}.txt"
        try:
            state = path.stat()
            known = self._read.get(sha256)
            if known is None or known[0] != (state.st_mtime_ns, state.st_size):
                data = path.read_bytes()
                right = hashlib.sha256(data).hexdigest() == sha256
                found = Attached(data.decode("utf-8"), state.st_mtime_ns) if right else None
                self._read[sha256] = known = ((state.st_mtime_ns, state.st_size), found)
        except (OSError, UnicodeDecodeError):
            self._read.pop(sha256, None)
            return None
        return known[1]
