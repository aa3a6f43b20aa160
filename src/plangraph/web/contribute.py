"""Checking new data: a page to paste or drop them, and the same for programs. Nothing is ever stored here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import FileStorage

from plangraph.entities import name_of
from plangraph.errors import BadInput, SyntaxFault
from plangraph.mediatypes import (
    HTML,
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
from plangraph.namespaces import compact, is_safe_iri
from plangraph.reports import SEVERITIES, path_label
from plangraph.shipped import shipped
from plangraph.store.base import GraphStore
from plangraph.web import answers, i18n
from plangraph.web.answers import Fault
from plangraph.web.service import current_service
from plangraph.web.urls import page_of, relative

blueprint = Blueprint("contribute", __name__)

ENGINES: Final = ("auto", "pyshacl", "both")
_OFFERS: Final = (answers.JSON, TURTLE, HTML)
_LISTED_CHARACTERS: Final = 200_000
"""Up to this length the page without scripts shows the text with numbered lines."""
_WRITE: Final = re.compile(r"(?:写：|Write:)\s*(.+)", re.DOTALL)
# Strings, IRIs and comments; outside of them only TriG has braces (Turtle and TriG, W3C Recommendations of 2014).
_NO_SYNTAX: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*''' + r"|'(?:[^'\\\n]|\\.)*'"
)


@dataclass(frozen=True)
class Upload:
    """What is to be checked. ``text`` is its text where it is one that a page can show."""

    content: bytes
    filename: str
    format: Format
    text: str | None


@dataclass(frozen=True)
class Line:
    """One result as the page tells it; ``fix`` is advice in prose, ``sample`` what to write."""

    severity: str
    message: str
    path: str
    value: str
    fix: str
    sample: str
    line: int | None
    place: str


@dataclass(frozen=True)
class Group:
    """The results about one thing. ``page`` is empty where the graph doesn't have the thing yet."""

    label: str
    iri: str
    page: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Example:
    """A shipped piece of data to try the page with."""

    name: str
    valid: bool
    text: str


@blueprint.get("/validate")
def page() -> str:
    """The page to paste data into."""
    return render_template("validate.html", examples=_examples(), formats=INPUT_FORMATS, engines=ENGINES)


@blueprint.post("/validate")
def check_form() -> Response:
    """The same without scripts: the form comes here and the report is a page."""
    return _answer(HTML)


@blueprint.post("/api/validate")
def check() -> Response:
    """Data in, as the body or in a form; the report out, as JSON, as a SHACL report in Turtle, or as a page."""
    return _answer(answers.chosen_format(_OFFERS))


def _answer(fmt: Format) -> Response:
    engine = request.values.get("engine") or "auto"
    if engine not in ENGINES:
        raise BadInput(
            f"没有引擎“{engine}”，可用：{'、'.join(ENGINES)}。",
            f"There is no engine “{engine}”. There are: {', '.join(ENGINES)}.",
        )
    upload = _upload()
    try:
        found: dict[str, Any] = current_service().readers.run(
            "plangraph.validation:validate_upload", upload.content, upload.filename, upload.format.media_type, engine
        )
    except SyntaxFault as fault:
        # A person who sent a form keeps the text and sees the place in it.
        if fmt is not HTML or upload.text is None:
            raise
        return _page(upload, None, fault)
    if fmt is HTML:
        return _page(upload, found["report"], None)
    return answers.data(found["turtle"], TURTLE) if fmt is TURTLE else answers.json_data(found["report"])


def _page(upload: Upload, report: dict[str, Any] | None, fault: SyntaxFault | None) -> Response:
    shown = upload.text if upload.text is not None and len(upload.text) <= _LISTED_CHARACTERS else None
    results = report["results"] if report else []
    html = render_template(
        "report.html",
        report=report,
        fault=fault,
        counts={s: n for s in SEVERITIES if (n := sum(result["severity"] == s for result in results))},
        groups=_groups(results, current_service().store),
        upload=upload,
        lines=shown.splitlines() if shown is not None else (),
    )
    return Response(html, 200 if report else 400, mimetype="text/html")


def _upload() -> Upload:
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        file = next((f for f in request.files.values() if f.filename), None)
        return _from_file(file) if file else _from_text(request.form.get("text", ""), request.form.get("syntax", ""))
    content = request.get_data()
    fmt = by_media_type(request.mimetype, INPUT_FORMATS)
    if fmt is None:
        listed = ", ".join(f.media_type for f in INPUT_FORMATS)
        raise Fault(
            415,
            f"不支持 Content-Type “{request.mimetype}”。可用：{listed}，或以 multipart/form-data 上传文件。",
            f"The Content-Type “{request.mimetype}” isn't read. Use one of {listed}, "
            "or upload a file as multipart/form-data.",
        )
    _refuse_empty(content)
    return Upload(content, "", fmt, _decoded(content))


def _from_file(file: FileStorage) -> Upload:
    content = file.read()
    name = Path(file.filename or "").name
    asked = request.form.get("syntax", "")
    fmt = (
        by_name(asked, INPUT_FORMATS)
        if asked
        else by_suffix(name, INPUT_FORMATS) or by_media_type(file.mimetype, INPUT_FORMATS)
    )
    if fmt is None:
        endings = " ".join(f.suffix for f in INPUT_FORMATS)
        raise Fault(
            415,
            f"无法从文件名“{name}”判断格式。可用的扩展名：{endings}。",
            f"The format of “{name}” isn't clear from its name. Endings that are read: {endings}.",
        )
    _refuse_empty(content)
    return Upload(content, name, fmt, _decoded(content))


def _from_text(text: str, syntax: str) -> Upload:
    fmt = by_name(syntax, INPUT_FORMATS) if syntax else guess_format(text)
    if fmt is None:
        names = ", ".join(f.name for f in INPUT_FORMATS)
        raise BadInput(f"没有格式“{syntax}”，可用：{names}。", f"There is no format “{syntax}”. There are: {names}.")
    # A form sends CRLF; lines are counted the same either way.
    content = text.replace("\r\n", "\n").encode()
    _refuse_empty(content)
    return Upload(content, "", fmt, content.decode())


def _refuse_empty(content: bytes) -> None:
    if not content.strip():
        raise BadInput(
            "没有内容可校验。请粘贴数据或选择文件。", "There is nothing to check. Paste data or choose a file."
        )


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def guess_format(text: str) -> Format:
    """The syntax that a pasted text looks like; Turtle, which takes N-Triples in, where nothing speaks for another."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("<?xml", "<rdf:RDF", "<!DOCTYPE")):
        return RDF_XML
    if re.match(r"\{|\[\s*[{\[\]]", start) and re.search(r'"[^"]*"\s*:', start):
        return JSON_LD
    return TRIG if "{" in _NO_SYNTAX.sub("", text) else TURTLE


def _groups(results: Sequence[Mapping[str, Any]], store: GraphStore) -> tuple[Group, ...]:
    lang = i18n.current()
    by_thing: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        by_thing.setdefault(result["focusNode"], []).append(result)
    groups = []
    for iri, found in by_thing.items():
        label = next((text for result in found if (text := _in(result["focusLabel"], lang))), "")
        known = is_safe_iri(iri) and bool(name_of(store, iri).types)
        # A value that breaks a shape in two ways is told once.
        lines = tuple(dict.fromkeys(_line(result, lang) for result in found))
        shown = compact(relative(iri))
        groups.append(Group(label or shown, shown, page_of(iri) if known else "", lines))
    return tuple(groups)


def _line(result: Mapping[str, Any], lang: str) -> Line:
    where = result["where"] or {}
    value = result["value"]
    advice, sample = _advice(_in(result["fix"], lang))
    return Line(
        severity=result["severity"],
        message=_in(result["message"], lang),
        path=path_label(result["path"], lang) if result["path"] else "",
        value="" if value is None or value == result["focusNode"] else compact(value),
        fix=advice,
        sample=sample,
        line=where.get("line"),
        place=" ".join(str(where[key]) for key in ("sheet", "cell") if key in where),
    )


def _advice(fix: str) -> tuple[str, str]:
    """The prose and the sample of a fix: shapes say “write: …” where all of it is a sample."""
    written = _WRITE.fullmatch(fix)
    if written:
        return "", written[1].strip()
    advice, _, sample = fix.partition("\n")
    return advice, sample.strip("\n")


def _in(texts: Mapping[str, str] | None, lang: str) -> str:
    return (texts or {}).get(lang) or (texts or {}).get("zh") or (texts or {}).get("en") or ""


@lru_cache(maxsize=1)
def _examples() -> tuple[Example, ...]:
    """One shipped example that conforms and one that doesn't."""
    return tuple(
        Example(Path(name).stem, valid, shipped("ontology", "examples", name).read_text(encoding="utf-8"))
        for name, valid in (("valid/district.ttl", True), ("invalid/labels.ttl", False))
    )
