"""What a request brings to be checked or committed: files, pasted text, or a body; RDF or a spreadsheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from flask import request
from werkzeug.datastructures import FileStorage

from plangraph.errors import BadInput
from plangraph.mediatypes import (
    INPUT_FORMATS,
    JSON_LD,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
    by_media_type,
    by_name,
    by_suffix,
)
from plangraph.uploads import SHEET_ENDINGS, Sent
from plangraph.web.answers import Fault

XLSX: Final = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
XLSM: Final = Format("xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", ".xlsm")
CSV: Final = Format("csv", "text/csv", ".csv", ("application/csv",))
SHEETS: Final = (XLSX, CSV)
FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")
# Strings, IRIs and comments; outside of them only TriG has braces (Turtle and TriG, W3C Recommendations of 2014).
_NO_SYNTAX: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*''' + r"|'(?:[^'\\\n]|\\.)*'"
)


@dataclass(frozen=True)
class Upload:
    """What was sent. ``format`` is None for a spreadsheet; ``text`` is there where a page can show it."""

    sent: Sent
    format: Format | None
    text: str | None

    @property
    def name(self) -> str:
        """The file's name; empty for what was pasted or came as a body."""
        return self.sent.name


def is_sheet_name(name: str) -> bool:
    """Whether a file of this name is read as a spreadsheet."""
    return name.lower().endswith(SHEET_ENDINGS)


def one_upload() -> Upload:
    """The first file of this request, else its pasted text or its body. Raises ``BadInput`` or 415."""
    if request.mimetype not in FORMS:
        return _from_body()
    file = next((f for f in request.files.values() if f.filename), None)
    return from_file(file) if file else _from_text(request.form.get("text", ""), request.form.get("syntax", ""))


def several_uploads(field: str) -> tuple[Upload, ...]:
    """The files of ``field``, or the pasted text; for ``file`` also the body where the request isn't a form."""
    if request.mimetype not in FORMS:
        return (_from_body(),) if field == "file" else ()
    files = tuple(from_file(file) for file in request.files.getlist(field) if file.filename)
    text = request.form.get("text", "") if field == "file" else ""
    return files or ((_from_text(text, request.form.get("syntax", "")),) if text.strip() else ())


def _from_body() -> Upload:
    content = request.get_data()
    fmt = by_media_type(request.mimetype, (*INPUT_FORMATS, *SHEETS, XLSM))
    if fmt is None:
        listed = ", ".join(f.media_type for f in (*INPUT_FORMATS, *SHEETS))
        raise Fault(
            415,
            f"不支持 Content-Type “{request.mimetype}”。可用：{listed}，或以 multipart/form-data 上传文件。",
            f"The Content-Type “{request.mimetype}” isn't read. Use one of {listed}, "
            "or upload a file as multipart/form-data.",
        )
    _refuse_empty(content)
    if fmt in (*SHEETS, XLSM):
        name = PurePosixPath(request.args.get("name", "")).name
        return _sheet(content, name if name.lower().endswith(fmt.suffix) else f"upload{fmt.suffix}")
    return _rdf(content, "", fmt)


def from_file(file: FileStorage) -> Upload:
    """An uploaded file. Its name tells the format, unless the form says which it is."""
    content = file.read()
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    asked = request.form.get("syntax", "")
    if not asked and (is_sheet_name(name) or by_media_type(file.mimetype, (*SHEETS, XLSM))):
        _refuse_empty(content)
        known = by_media_type(file.mimetype, (*SHEETS, XLSM))
        return _sheet(content, name if is_sheet_name(name) or known is None else name + known.suffix)
    fmt = (
        by_name(asked, INPUT_FORMATS)
        if asked
        else by_suffix(name, INPUT_FORMATS) or by_media_type(file.mimetype, INPUT_FORMATS)
    )
    if fmt is None:
        endings = " ".join(f.suffix for f in (*INPUT_FORMATS, *SHEETS))
        raise Fault(
            415,
            f"无法从文件名“{name}”判断格式。可用的扩展名：{endings}。",
            f"The format of “{name}” isn't clear from its name. Endings that are read: {endings}.",
        )
    _refuse_empty(content)
    return _rdf(content, name, fmt)


def _from_text(text: str, syntax: str) -> Upload:
    fmt = by_name(syntax, INPUT_FORMATS) if syntax else guess_format(text)
    if fmt is None:
        names = ", ".join(f.name for f in INPUT_FORMATS)
        raise BadInput(f"没有格式“{syntax}”，可用：{names}。", f"There is no format “{syntax}”. There are: {names}.")
    # A form sends CRLF; lines are counted the same either way.
    content = text.replace("\r\n", "\n").encode(errors="replace")
    _refuse_empty(content)
    return _rdf(content, "", fmt)


def _rdf(content: bytes, name: str, fmt: Format) -> Upload:
    try:
        text: str | None = content.decode()
    except UnicodeDecodeError:
        text = None
    return Upload(Sent(content, name, fmt.media_type), fmt, text)


def _sheet(content: bytes, name: str) -> Upload:
    return Upload(Sent(content, name, ""), None, None)


def _refuse_empty(content: bytes) -> None:
    if not content.strip():
        raise BadInput(
            "没有内容可校验。请粘贴数据或选择文件。", "There is nothing to check. Paste data or choose a file."
        )


def guess_format(text: str) -> Format:
    """The syntax that a pasted text looks like; Turtle, which takes N-Triples in, where nothing speaks for another."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("<?xml", "<rdf:RDF", "<!DOCTYPE")):
        return RDF_XML
    if re.match(r"\{|\[\s*[{\[\]]", start) and re.search(r'"[^"]*"\s*:', start):
        return JSON_LD
    return TRIG if "{" in _NO_SYNTAX.sub("", text) else TURTLE
