"""The sources: which there are, and each with all that the graph knows of it, in its text or by locator."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, render_template, request

from plangraph.attached import Attached, AttachedTexts, source_folder
from plangraph.audit import Audit, audit
from plangraph.errors import BadInput, NotFound
from plangraph.mediatypes import HTML
from plangraph.quantities import scan
from plangraph.quotations import Lexicon, Quotation, SourceDocument, quotations, source_documents
from plangraph.web import answers, i18n
from plangraph.web.passages import SORTS, Paragraph, Sort, counts_by_sort, lay_out, sort_of
from plangraph.web.service import Service, current_service
from plangraph.web.urls import iri_of_id

blueprint = Blueprint("sources", __name__)
_AROUND = 40


@dataclass(frozen=True)
class SourceRow:
    """A source in the list; ``held`` is its audit where its text is attached."""

    document: SourceDocument
    places: int
    attached: bool
    held: Audit | None


@dataclass(frozen=True)
class SourcePage:
    """What ``source.html`` gets: paragraphs where the text is attached, else the places by locator."""

    document: SourceDocument
    places: int
    counts: dict[str, int]
    sorts: tuple[Sort, ...]
    held: Audit | None
    paragraphs: tuple[Paragraph, ...]
    by_locator: tuple[tuple[str, tuple[Quotation, ...]], ...]


@dataclass(frozen=True)
class PlacePage:
    """What ``place_in_source.html`` gets: the words at a place, those around it where known, what rests on each."""

    document: SourceDocument
    start: int
    end: int
    before: str
    words: str
    after: str
    quoted: tuple[Quotation, ...]


@blueprint.get("/sources/")
def sources() -> Response:
    """The documents that facts rest on; one that isn't named under ``id/`` is shown with ``?iri=``."""
    service = current_service()
    if "iri" in request.args:
        return _source(service, request.args["iri"])
    documents = _documents(service)
    stamps = ".".join(str(found.stamp) if (found := _attached(service, d)) else "0" for d in documents.values())
    revision = f"{service.revision}.{stamps}"
    if (same := answers.unchanged(revision, HTML.name)) is not None:
        return same
    html = render_template("sources.html", rows=[_row(service, document) for document in documents.values()])
    return answers.tagged(Response(html, mimetype="text/html"), revision, HTML.name)


@blueprint.get("/sources/<path:path>")
def source(path: str) -> Response:
    """One source; ``?at=START-END`` lists what rests on that place."""
    return _source(current_service(), iri_of_id(path))


def _documents(service: Service) -> dict[str, SourceDocument]:
    found = service.once("source documents", lambda: source_documents(service.store, _lexicon(service)))
    return {document.thing.iri: document for document in found}


def _lexicon(service: Service) -> Lexicon:
    return service.once("lexicon", lambda: Lexicon(service.store))


def _quoted(service: Service, document: SourceDocument) -> tuple[Quotation, ...]:
    # The key is the IRI of a document of the graph: ``_source`` refuses any other.
    iri = document.thing.iri
    return service.once(("quotations", iri), lambda: quotations(service.store, iri, _lexicon(service)))


def _attached(service: Service, document: SourceDocument) -> Attached | None:
    texts = service.once("attached texts", lambda: AttachedTexts(source_folder(service.settings)))
    return texts.find(document.sha256)


def _held(service: Service, document: SourceDocument, text: Attached | None) -> Audit | None:
    if text is None:
        return None
    iri = document.thing.iri
    # A text has the hash of its document, so it is always the same one, whenever it was attached.
    return service.once(("audit", iri), lambda: audit(service.store, text.text, scan(text.text), source=iri))


def _row(service: Service, document: SourceDocument) -> SourceRow:
    text = _attached(service, document)
    places = len(_quoted(service, document))
    return SourceRow(document, places, text is not None, _held(service, document, text))


def _source(service: Service, iri: str) -> Response:
    document = _documents(service).get(iri)
    if document is None:
        raise NotFound(
            f"图谱中没有来源 {iri}。来源的列表见 /sources/。",
            f"{iri} is no source of the graph. /sources/ lists those there are.",
        )
    text = _attached(service, document)
    revision = f"{service.revision}.{text.stamp if text else 0}"
    if (same := answers.unchanged(revision, HTML.name)) is not None:
        return same
    if "at" in request.args:
        html = render_template("place_in_source.html", page=_place(service, document, text), sort_of=sort_of)
    elif request.query_string:
        # The page names its own address in the language switch, so only the bare address is kept.
        html = _render(service, document, text)
    else:
        key = ("source", iri, text is not None, i18n.current())
        html = service.once(key, lambda: _render(service, document, text))
    return answers.tagged(Response(html, mimetype="text/html"), revision, HTML.name)


def _render(service: Service, document: SourceDocument, text: Attached | None) -> str:
    quoted = _quoted(service, document)
    held = _held(service, document, text)
    laid = lay_out(text.text, quoted, held) if text is not None and held is not None else ()
    page = SourcePage(
        document=document,
        places=len(quoted),
        counts=counts_by_sort(quoted),
        sorts=SORTS,
        held=held,
        paragraphs=laid,
        by_locator=() if laid else _by_locator(quoted),
    )
    return render_template("source.html", page=page, sort_of=sort_of)


def _by_locator(quoted: tuple[Quotation, ...]) -> tuple[tuple[str, tuple[Quotation, ...]], ...]:
    """The places of each locator, locators in the order in which the source first has them."""
    first: dict[str, int] = {}
    for q in quoted:
        first.setdefault(q.locator, len(first))
    ordered = sorted(quoted, key=lambda q: (first[q.locator], q.start, q.end))
    return tuple((locator, tuple(found)) for locator, found in groupby(ordered, key=lambda q: q.locator))


def _place(service: Service, document: SourceDocument, text: Attached | None) -> PlacePage:
    asked = request.args["at"]
    first, _, last = asked.partition("-")
    if not (first.isascii() and first.isdecimal() and last.isascii() and last.isdecimal() and len(asked) < 20):
        raise BadInput(f"at 应为“起-止”，而不是“{asked[:40]}”。", f"at takes START-END, not “{asked[:40]}”.")
    start, end = int(first), int(last)
    quoted = tuple(q for q in _quoted(service, document) if q.start < end and q.end > start)
    if not quoted:
        raise NotFound(
            f"图谱中没有以第 {start}–{end} 字为出处的内容。",
            f"Nothing in the graph rests on characters {start} to {end}.",
        )
    words = text.text if text else ""
    return PlacePage(
        document,
        start,
        end,
        before=words[max(0, start - _AROUND) : start],
        words=words[start:end],
        after=words[end : end + _AROUND],
        quoted=quoted,
    )
