"""Commits and reverts over HTTP: validated, then made whole or not at all, with their record in the history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, request
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH

from plangraph.attached import source_folder
from plangraph.commits import LOCAL_GRAPH
from plangraph.errors import BadInput, DoesNotConform
from plangraph.history import CHANGES
from plangraph.mediatypes import HTML, TURTLE, Format
from plangraph.namespaces import PG, bind_prefixes, is_safe_iri
from plangraph.recording import Note
from plangraph.requests import Commit, Exact, Payload, Revert
from plangraph.uploads import Checked, Sent, SheetRead
from plangraph.web import answers, i18n, writing
from plangraph.web.contribute import report_page
from plangraph.web.received import Upload, several_uploads
from plangraph.web.service import current_service
from plangraph.writing import Change

blueprint = Blueprint("committing", __name__)

_OFFERS = (answers.JSON, TURTLE, HTML)


@blueprint.post("/api/commit")
def commit() -> Response:
    """Files, pasted text or a body in; 201 with the change, 200 where nothing changes, 422 with the report."""
    writing.authorize(form=True)
    expected = writing.expected_revision()
    fmt = answers.chosen_format(_OFFERS)
    note = writing.note_of(request.values)
    uploads: tuple[Upload, ...] = ()
    try:
        uploads = several_uploads("file")
        return answered(_commit(uploads, note, expected), fmt)
    except DoesNotConform as refusal:
        return refused(refusal, fmt, uploads[0] if len(uploads) == 1 else None)


@blueprint.post("/api/revert")
def revert() -> Response:
    """Undo the change that ``change`` names: its inverse, validated like any commit."""
    writing.authorize(form=True)
    expected = writing.expected_revision()
    fmt = answers.chosen_format(_OFFERS)
    name = request.values.get("change", "").strip()
    if not name:
        raise BadInput(
            "请用 change 指明要撤销的改动：编号，或它的 IRI。",
            "Say in change which change to undo: its number or its IRI.",
        )
    wanted = Revert(name, allow_warnings=switch("allow-warnings", True))
    try:
        note = writing.note_of(request.values)
        done = writing.change(wanted, expected=expected, base=request.values.get("base") or None, note=note)
        return answered(done, fmt)
    except DoesNotConform as refusal:
        return refused(refusal, fmt, None)


def switch(name: str, otherwise: bool) -> bool:
    """A parameter that is on or off. Raises ``BadInput`` where it is neither."""
    text = request.values.get(name, "").strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    if text:
        raise BadInput(f"{name} 应为 true 或 false，而不是“{text}”。", f"{name} takes true or false, not “{text}”.")
    return otherwise


def _commit(uploads: tuple[Upload, ...], note: Note, expected: str | None) -> Change:
    graph = request.values.get("graph", "").strip()
    if graph and not is_safe_iri(graph):
        raise BadInput(f"“{graph}”不是完整的 IRI。", f"“{graph}” isn't an absolute IRI.")
    base = request.values.get("base") or None
    allow, whole = switch("allow-warnings", True), switch("replace", False)
    unwanted = several_uploads("removed")
    if not uploads and not unwanted:
        raise BadInput(
            "没有内容可提交。请选择文件或粘贴数据。", "There is nothing to commit. Choose a file or paste data."
        )
    if any(upload.sent.is_sheet for upload in (*uploads, *unwanted)):
        if len(uploads) != 1 or unwanted or whole:
            raise BadInput(
                "工作簿须单独提交，一次一个，且不能与 replace 同用。",
                "A spreadsheet is committed by itself, one at a time, and without replace.",
            )
        return commit_sheet(uploads[0].sent, graph, allow, base, note, expected)
    wanted = Commit(
        tuple(map(_payload, uploads)),
        URIRef(graph) if graph else LOCAL_GRAPH,
        replace=whole,
        allow_warnings=allow,
        removed=tuple(map(_payload, unwanted)),
    )
    return writing.change(wanted, expected=expected, base=base, note=note)


def _payload(upload: Upload) -> Payload:
    return Payload(upload.sent.data, upload.sent.media_type, None, upload.name)


def commit_sheet(
    sent: Sent, graph: str, allow: bool, base: str | None, note: Note, expected: str | None = None
) -> Change:
    """Commit what a spreadsheet asks for. Raises ``DoesNotConform`` with each fault at its cell."""
    service = current_service()
    read: SheetRead = service.readers.run(
        "plangraph.uploads:read_sheet", sent, graph, str(source_folder(service.settings))
    )
    if read.unread or (service.settings.gate == "enforce" and not read.report["conforms"]):
        raise DoesNotConform(
            "表中有错误，未写入。report 中列有全部问题及其单元格；改正后重试。",
            "The sheet has faults and wasn't stored. The report lists all with their cells; mend them and try again.",
            read.report,
        )
    # What was read rests on the data as they were then.
    rests = base or str(read.base)
    try:
        done = writing.change(Exact(read.changeset, allow, (sent.file,)), expected=expected, base=rests, note=note)
    except DoesNotConform as refusal:
        raise DoesNotConform(refusal.zh, refusal.en, read.report) from None
    return done if done.report is None else replace(done, report=read.report)


# --- Answers ----------------------------------------------------------------------------------------------------------


def answered(done: Change, fmt: Format) -> Response:
    """The answer to a change that was made, or to one that wasn't needed."""
    if fmt is HTML:
        where = "/history?unchanged=1" if done.id is None else f"{place_of(done.id)}?done=1"
        return redirect(where, 303)  # type: ignore[return-value]
    if done.id is None:
        told = writing.change_as_json(done) | {"detail": i18n.t(*_UNCHANGED)}
        return _fresh(answers.json_data(told))
    response = writing.changed(done, 201)
    response.headers["Location"] = place_of(done.id)
    return response


_UNCHANGED = ("数据与图谱中已有的一致，没有改动。", "The data are in the graph as they are: nothing was changed.")


def place_of(change: str) -> str:
    """The page of a change."""
    return "/history/" + change.removeprefix(CHANGES)


def refused(refusal: DoesNotConform, fmt: Format, upload: Upload | None) -> Response:
    """422 with the report, in the format asked for. Raises the refusal for programs that take JSON."""
    report = refusal.report
    if not isinstance(report, dict) or fmt is answers.JSON:
        raise refusal
    if fmt is HTML:
        found = Checked(report)
        return _fresh(report_page(upload, found, None, status=422, refused=refusal.text(i18n.current())))
    return _fresh(answers.data(report_graph(report).serialize(format="turtle"), TURTLE, status=422))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def report_graph(report: dict[str, Any]) -> Graph:
    """A report that has come as JSON as a ``sh:ValidationReport``; paths that aren't one property are left out."""
    graph = bind_prefixes(Graph(bind_namespaces="none"))
    node = BNode()
    graph.add((node, RDF.type, SH.ValidationReport))
    graph.add((node, SH.conforms, Literal(bool(report["conforms"]))))
    for told in report["results"]:
        result = BNode()
        graph.add((node, SH.result, result))
        graph.add((result, RDF.type, SH.ValidationResult))
        graph.add((result, SH.focusNode, _term(told["focusNode"])))
        graph.add((result, SH.resultSeverity, SH[told["severity"].capitalize()]))
        graph.add((result, SH.sourceConstraintComponent, URIRef(told["component"])))
        if told["path"] and is_safe_iri(told["path"]):
            graph.add((result, SH.resultPath, URIRef(told["path"])))
        if told["value"] is not None:
            graph.add((result, SH.value, _term(told["value"])))
        if told["sourceShape"]:
            graph.add((result, SH.sourceShape, URIRef(told["sourceShape"])))
        for predicate, texts in ((SH.resultMessage, told["message"]), (PG.fix, told["fix"] or {})):
            for lang, text in texts.items():
                graph.add((result, predicate, Literal(text, lang=lang)))
    return graph


def _term(text: str) -> URIRef | Literal:
    return URIRef(text) if is_safe_iri(text) else Literal(text)
