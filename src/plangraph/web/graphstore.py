"""The SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 21 March 2013): graphs to take along, and to write.

A graph is named by ``?graph=IRI`` or ``?default`` (4.2), or by its own address under ``/graphs/`` (4.1).
"""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from rdflib import URIRef
from werkzeug.wrappers import Response as BaseResponse

from plangraph.commits import LOCAL_GRAPH
from plangraph.entities import describe, name_of
from plangraph.errors import BadInput, Conflict, NotFound
from plangraph.mediatypes import DATASET_FORMATS, GRAPH_FORMATS, HTML, Format, by_name, negotiate
from plangraph.namespaces import GRAPHS, is_safe_iri
from plangraph.web import answers, writing
from plangraph.web.description import known_graphs
from plangraph.web.payloads import read_payloads
from plangraph.web.protocol import Parameters, own_address, own_root
from plangraph.web.service import Service, current_service
from plangraph.web.urls import graph_page
from plangraph.writing import Change, DeleteGraph, PostGraph, PutGraph, exists

blueprint = Blueprint("graphstore", __name__)
_WHOLE: Final = (*GRAPH_FORMATS, *DATASET_FORMATS)
_ANYTHING: Final = Format("any", "application/octet-stream", "")


@blueprint.get("/graphs", strict_slashes=False)
@blueprint.get("/graphs/<path:path>")
def get(path: str = "") -> BaseResponse:
    """One graph; without a name the list of them for people, for programs the whole dataset as TriG or N-Quads."""
    service, parameters = current_service(), Parameters(0)
    name = _target(parameters)
    if name is None:
        return _union(service) if parameters.has("union") else _index(service)
    if not exists(service.store, name):
        if parameters.has("default"):
            return _union(service)
        raise NotFound(f"没有名为 {name} 的图。", f"There is no graph named {name}.")
    offers = _WHOLE if parameters.has("default") else (*_WHOLE, HTML)
    fmt = answers.chosen_format(offers)
    return _page(service, name) if fmt == HTML else _answer(service, name, fmt)


@blueprint.put("/graphs", strict_slashes=False)
@blueprint.put("/graphs/<path:path>")
def put(path: str = "") -> Response:
    """Make a graph hold what is sent: 201 where it is new, else 204 (5.3)."""
    writing.authorize()
    name = _named()
    done = _change(name, PutGraph(name, read_payloads(str(name), several=False)))
    if name in done.created:
        return _located(writing.changed(done, 201), name)
    if done.report is not None and not done.report.get("conforms", True):
        return writing.changed(done)  # stored in spite of faults: they have to be told
    return Response(status=204)


@blueprint.post("/graphs", strict_slashes=False)
@blueprint.post("/graphs/<path:path>")
def post(path: str = "") -> Response:
    """Add what is sent to a graph, or to a new one where none is named: 201 where it is new, else 200 (5.5)."""
    writing.authorize()
    name = _target(Parameters(0)) or GRAPHS[str(uuid.uuid4())]
    done = _change(name, PostGraph(name, read_payloads(str(name), several=True)))
    return _located(writing.changed(done, 201), name) if name in done.created else writing.changed(done)


@blueprint.delete("/graphs", strict_slashes=False)
@blueprint.delete("/graphs/<path:path>")
def delete(path: str = "") -> Response:
    """Take a graph away: 200, or 404 where there is none (5.4)."""
    writing.authorize()
    name = _named()
    return writing.changed(_change(name, DeleteGraph(name)))


@blueprint.get("/graph/<path:path>")
def identify(path: str) -> BaseResponse:
    """A named graph's own address leads to where it is given out."""
    return redirect(graph_page(str(GRAPHS) + path), 303)


def _target(parameters: Parameters) -> URIRef | None:
    """The graph that the request names; None where it names none. Raises ``BadInput`` where it names two."""
    named, default = parameters.all("graph"), parameters.has("default")
    own = request.path.removeprefix("/graphs").strip("/")
    if bool(own) + len(named) + default > 1:
        raise BadInput("须有且只有 ?graph=IRI 与 ?default 之一。", "Give exactly one of ?graph=IRI and ?default.")
    if default:
        return LOCAL_GRAPH
    if not named and not own:
        return None
    iri = named[0] if named else own_address()
    if not is_safe_iri(iri):
        raise BadInput(f"“{iri}”不是完整的 IRI。", f"“{iri}” isn't an absolute IRI.")
    return URIRef(iri)


def _named() -> URIRef:
    name = _target(Parameters(0))
    if name is None:
        raise BadInput("请用 ?graph=IRI 或 ?default 指明一个图。", "Name a graph with ?graph=IRI or ?default.")
    return name


def _change(name: URIRef, wanted: PutGraph | PostGraph | DeleteGraph) -> Change:
    """Make a change where If-Match and If-None-Match hold (RFC 9110, 13.1), else raise 412.

    Any format's tag of this revision does. What was true is still so when the change is made: the revision is the same.
    """
    conditional = "If-Match" in request.headers or "If-None-Match" in request.headers
    expected = current_service().revision if conditional else None
    if conditional and not _holds(name):
        raise writing.not_held()
    try:
        return writing.change(wanted, expected=expected)
    except Conflict:
        raise writing.not_held() from None


def _holds(name: URIRef) -> bool:
    service = current_service()
    there = exists(service.store, name)
    if "If-Match" in request.headers:
        tags = request.if_match.as_set()
        return there and (request.if_match.star_tag or _has_revision(tags, service.revision))
    tags = request.if_none_match.as_set(include_weak=True)
    return not there or not (request.if_none_match.star_tag or _has_revision(tags, service.revision))


def _has_revision(tags: set[str], revision: str) -> bool:
    return any(tag.startswith(f"{revision}-") for tag in tags)


def _located(response: Response, name: URIRef) -> Response:
    own = str(name).startswith(f"{own_root()}graphs/")
    response.headers["Location"] = str(name) if own else own_root().rstrip("/") + graph_page(str(name))
    return response


def _union(service: Service) -> Response:
    """The union of all graphs; as TriG or N-Quads with their names."""
    return _answer(service, None, answers.chosen_format(_WHOLE))


def _answer(service: Service, name: URIRef | None, fmt: Format) -> Response:
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    return answers.tagged(answers.data(service.store.dump(fmt.media_type, name), fmt), service.revision, fmt.name)


def _index(service: Service) -> Response:
    asked = request.args.get("format")
    accept = request.headers.get("Accept")
    fmt = by_name(asked, DATASET_FORMATS) if asked else negotiate(accept, (_ANYTHING, *DATASET_FORMATS))
    if fmt in DATASET_FORMATS:
        return _answer(service, None, fmt)
    if not answers.prefers_page():
        raise BadInput(
            "请用 ?graph=IRI 或 ?default 指明一个图，或索取 TriG、N-Quads 以得到全部；图的清单见 /.well-known/void。",
            "Name a graph with ?graph=IRI or ?default, or ask for TriG or N-Quads to get all of them. "
            "/.well-known/void lists them.",
        )
    rows = tuple((name_of(service.store, str(name)), count) for name, count in known_graphs(service).items())
    html = render_template("graphs.html", rows=rows, formats=GRAPH_FORMATS, dataset_formats=DATASET_FORMATS)
    return Response(html, mimetype="text/html")


def _page(service: Service, name: URIRef) -> Response:
    try:
        about = describe(service.store, str(name))
    except NotFound:
        about = None
    html = render_template(
        "graph.html",
        name=str(name),
        thing=name_of(service.store, str(name)),
        about=about,
        count=known_graphs(service).get(name, 0),
        formats=GRAPH_FORMATS,
    )
    return Response(html, mimetype="text/html")
