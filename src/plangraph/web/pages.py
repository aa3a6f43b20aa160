"""The overview, the search, what this is about, and the small files that robots and monitors ask for."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from plangraph.catalogue import LISTINGS
from plangraph.mediatypes import HTML
from plangraph.namespaces import PREFIXES, compact
from plangraph.overview import STATES, STATUSES
from plangraph.search import search as search_labels
from plangraph.web import answers, i18n
from plangraph.web.service import current_service

blueprint = Blueprint("pages", __name__)
_HITS = 50


@blueprint.get("/")
def overview() -> Response:
    """The plan at a glance; rendered once a revision and language."""
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same
    lang = i18n.current()

    def render() -> str:
        return render_template("overview.html", overview=service.overview(), states=STATES, all_statuses=STATUSES)

    # The page names its own address in the language switch, so only the bare address is kept.
    page = render() if request.query_string else service.once(("overview", lang), render)
    return answers.tagged(Response(page, mimetype="text/html"), service.revision, HTML.name)


@blueprint.get("/search")
def search() -> Response:
    """What is called so: hits by label, in both languages."""
    text = request.args.get("q", "").strip()[:200]
    hits = search_labels(current_service().store, text, limit=_HITS) if text else ()
    return Response(render_template("search.html", text=text, hits=hits, most=_HITS), mimetype="text/html")


@blueprint.get("/about")
def about() -> Response:
    """What this is, where the facts come from, how to use it, and what may go wrong."""
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same
    html = render_template(
        "about.html",
        overview=service.overview(),
        kinds=answers.KINDS,
        prefixes=PREFIXES,
        listings=LISTINGS,
        compact=compact,
    )
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, HTML.name)


@blueprint.get("/problem/<name>")
def problem(name: str) -> Response:
    """The ``type`` of a problem leads to what it means."""
    return Response(status=303, headers={"Location": f"/about#problem-{name}"})


@blueprint.get("/healthz")
def health() -> Response:
    """200 where the store answers and a query process is there for outside queries."""
    with current_service().readers.query("ASK {}", "application/json").body:
        return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Pages may be indexed; queries and what they cost are not for crawlers."""
    lines = ("User-agent: *", "Disallow: /sparql", "Disallow: /api/", "Disallow: /graphs", "Disallow: /explore")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it unasked; the icon stands in the page's head."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})
