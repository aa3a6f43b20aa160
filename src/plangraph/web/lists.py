"""Lists of things: narrowed down by a form that needs no script, sorted, in pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from plangraph import catalogue
from plangraph.catalogue import LISTINGS, Catalogue, Count, Facet, Listing, Option, Row
from plangraph.errors import BadInput
from plangraph.mediatypes import HTML
from plangraph.web import answers, i18n
from plangraph.web.service import current_service

blueprint = Blueprint("lists", __name__)


@dataclass(frozen=True)
class Choice:
    """A facet in the form: what can be chosen, and what is."""

    facet: Facet
    options: tuple[Option, ...]
    chosen: str
    without: int


@dataclass(frozen=True)
class ListPage:
    """What ``list.html`` gets: the rows of this page, how many fit and how many there are in all."""

    listing: Listing
    title: dict[str, str]
    names: dict[str, object]
    rows: tuple[Row, ...]
    fitting: int
    total: int
    choices: tuple[Choice, ...]
    columns: tuple[Facet, ...]
    counts: tuple[Count, ...]
    text: str
    sort: str
    sorts: tuple[tuple[str, str], ...]
    offset: int
    size: int


@blueprint.get("/indicators")
def indicators() -> Response:
    """All named quantities; the plan's own 24 first."""
    return _list(LISTINGS["indicators"])


@blueprint.get("/tasks")
def tasks() -> Response:
    """The tasks by domain."""
    return _list(LISTINGS["tasks"])


@blueprint.get("/projects")
def projects() -> Response:
    """The projects with their status and places."""
    return _list(LISTINGS["projects"])


@blueprint.get("/places")
def places() -> Response:
    """The places and what is built there."""
    return _list(LISTINGS["places"])


@blueprint.get("/things")
def things() -> Response:
    """The things of any class of the ontology: ``?type=Programme``."""
    type_ = request.args.get("type", "")
    if not type_:
        raise BadInput("请用 ?type= 指明类，例如 ?type=Programme。", "Name a class with ?type=, e.g. ?type=Programme.")
    return _list(catalogue.listing_of(type_))


def _list(listing: Listing) -> Response:
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same
    # Keys come from the ontology's classes only: ``listing_of`` refuses any other.
    whole = service.once(("catalogue", listing.key), lambda: catalogue.read_catalogue(service.store, listing))
    html = render_template("list.html", page=_page(whole, service.settings.page_size))
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, HTML.name)


def _page(whole: Catalogue, size: int) -> ListPage:
    listing, lang = whole.listing, i18n.current()
    text = request.args.get("q", "").strip()[:200]
    chosen = {facet.key: request.args.get(facet.key, "") for facet in listing.facets}
    rows = catalogue.narrow(whole.rows, chosen, text)
    sorts = [("", i18n.t("报告中的顺序", "Order of the report")), ("name", i18n.t("名称", "Name"))]
    sorts += [(count.key, i18n.t(f"{count.zh}数", f"Number of {count.en.lower()}")) for count in listing.counts]
    sort = request.args.get("sort", "")
    if sort == "name":
        rows = catalogue.in_alphabet(rows, lang)
    elif sort in {count.key for count in listing.counts}:
        rows = catalogue.by_count(rows, sort)
    offset = request.args.get("offset", "0")
    start = int(offset) if offset.isdecimal() and len(offset) < 10 else 0
    return ListPage(
        listing=listing,
        title=catalogue.title_of(listing),
        names=dict(whole.names),
        rows=rows[start : start + size],
        fitting=len(rows),
        total=len(whole.rows),
        choices=tuple(_choice(whole, facet, chosen, text) for facet in listing.facets),
        columns=tuple(f for f in listing.facets if any(row.values[f.key] for row in whole.rows)),
        counts=listing.counts,
        text=text,
        sort=sort,
        sorts=tuple(sorts),
        offset=start,
        size=size,
    )


def _choice(whole: Catalogue, facet: Facet, chosen: dict[str, str], text: str) -> Choice:
    """What a facet offers under all the other choices made, so that no choice leads to an empty list."""
    others = {key: value for key, value in chosen.items() if key != facet.key}
    rows = catalogue.narrow(whole.rows, others, text)
    without = sum(not row.values[facet.key] for row in rows)
    return Choice(facet, catalogue.options(whole, facet.key, rows), chosen[facet.key], without)
