"""Checking new data: a page to paste or drop them, and the same for programs. Checking stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from plangraph.attached import source_folder
from plangraph.errors import BadInput, SyntaxFault
from plangraph.history import head_number
from plangraph.mediatypes import HTML, INPUT_FORMATS, TURTLE, Format
from plangraph.reports import SEVERITIES
from plangraph.shipped import shipped
from plangraph.uploads import Checked
from plangraph.web import answers, i18n, writing
from plangraph.web.received import SHEETS, XLSX, Upload, one_upload
from plangraph.web.results import Group, groups_of, left_out, shapes_of
from plangraph.web.service import current_service

blueprint = Blueprint("contribute", __name__)

ENGINES: Final = ("auto", "pyshacl", "both")
_OFFERS: Final = (answers.JSON, TURTLE, HTML, XLSX)
_LISTED_CHARACTERS: Final = 200_000
"""Up to this length the page without scripts shows the text with numbered lines."""
_MOST_RESULTS: Final = 1_000
_MOST_ASKED: Final = 10_000


@dataclass(frozen=True)
class Example:
    """A shipped piece of data to try the page with."""

    name: str
    valid: bool
    text: str


@blueprint.get("/validate")
def page() -> str:
    """The page to paste data into."""
    return render_template(
        "validate.html",
        examples=_examples(),
        formats=INPUT_FORMATS,
        sheets=SHEETS,
        engines=ENGINES,
        access=writing.access(),
    )


@blueprint.post("/validate")
def check_form() -> Response:
    """The same without scripts: the form comes here and the report is a page."""
    return _answer(HTML)


@blueprint.get("/template.xlsx")
def template() -> Response:
    """The workbook to fill in, made from the shapes and from what the graph holds."""
    made: bytes = current_service().readers.run("plangraph.uploads:template", i18n.current())
    return _named(answers.data(made, XLSX), "plangraph-template.xlsx")


@blueprint.post("/api/validate")
def check() -> Response:
    """Data in, as the body or in a form; the report out, as JSON, as a SHACL report in Turtle, or as a page.

    Of a workbook also a copy with its faulty cells marked; with ``?download=1`` the page stands on its own.
    """
    return _answer(answers.chosen_format(_OFFERS))


def _answer(fmt: Format) -> Response:
    engine = request.values.get("engine") or "auto"
    if engine not in ENGINES:
        raise BadInput(
            f"没有引擎“{engine}”，可用：{'、'.join(ENGINES)}。",
            f"There is no engine “{engine}”. There are: {', '.join(ENGINES)}.",
        )
    most = _most()
    upload = one_upload()
    alone = fmt is HTML and request.args.get("download") == "1"
    wanted = {TURTLE: "turtle", XLSX: "book"}.get(fmt, "page" if alone else "json")
    service = current_service()
    try:
        found: Checked = service.readers.run(
            "plangraph.uploads:check",
            upload.sent,
            engine,
            most,
            wanted,
            i18n.current(),
            str(source_folder(service.settings)),
        )
    except SyntaxFault as fault:
        # A person who sent a form keeps the text and sees the place in it.
        if fmt is not HTML or upload.text is None:
            raise
        return report_page(upload, None, fault, status=400)
    if alone:
        return _named(Response(found.page, mimetype="text/html"), "report.html")
    if fmt is HTML:
        return report_page(upload, found, None)
    if fmt is XLSX:
        return _named(answers.data(found.marked, XLSX), f"{Path(upload.name).stem or 'workbook'}-marked.xlsx")
    return answers.data(found.turtle, TURTLE) if fmt is TURTLE else answers.json_data(found.report)


def _most() -> int:
    asked = request.values.get("limit", "")
    if not asked:
        return _MOST_RESULTS
    if not (asked.isascii() and asked.isdecimal() and 0 < int(asked[:9]) <= _MOST_ASKED):
        raise BadInput(
            f"limit 应为 1 到 {_MOST_ASKED} 的整数。", f"limit takes a whole number from 1 to {_MOST_ASKED}."
        )
    return int(asked)


def _named(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def report_page(
    upload: Upload | None, found: Checked | None, fault: SyntaxFault | None, *, status: int = 200, refused: str = ""
) -> Response:
    """The report as a page; ``refused`` says why nothing was committed, where that was tried."""
    text = upload.text if upload is not None else None
    shown = text if text is not None and len(text) <= _LISTED_CHARACTERS else None
    report: dict[str, Any] | None = found.report if found else None
    results = report["results"] if report else []
    store = current_service().store
    groups: tuple[Group, ...] = groups_of(results, store)
    html = render_template(
        "report.html",
        report=report,
        fault=fault,
        refused=refused,
        counts={s: n for s in SEVERITIES if (n := sum(r["severity"] == s for r in results) + left_out(report, s))},
        left=sum(left_out(report, severity) for severity in SEVERITIES),
        groups=groups,
        shapes=shapes_of(groups),
        upload=upload,
        sheets=found.sheets if found else (),
        change=(found.added, found.removed) if found else (None, None),
        lines=shown.splitlines() if shown is not None else (),
        access=writing.access(),
        base=head_number(store),
    )
    return Response(html, status, mimetype="text/html")


@lru_cache(maxsize=1)
def _examples() -> tuple[Example, ...]:
    """One shipped example that conforms and one that doesn't."""
    return tuple(
        Example(Path(name).stem, valid, shipped("ontology", "examples", name).read_text(encoding="utf-8"))
        for name, valid in (("valid/district.ttl", True), ("invalid/labels.ttl", False))
    )
