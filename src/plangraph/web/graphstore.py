"""The SPARQL 1.1 Graph Store HTTP Protocol (W3C Recommendation, 21 March 2013): graphs to take along."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from rdflib import URIRef
from werkzeug.wrappers import Response as BaseResponse

from plangraph.entities import name_of
from plangraph.errors import BadInput, NotFound
from plangraph.mediatypes import GRAPH_FORMATS, HTML, N_QUADS, TRIG, Format
from plangraph.namespaces import GRAPHS, is_safe_iri
from plangraph.web import answers
from plangraph.web.service import Service, current_service
from plangraph.web.urls import graph_page
from plangraph.web.writing import refuse_writing

blueprint = Blueprint("graphstore", __name__)
_WHOLE = (*GRAPH_FORMATS, TRIG, N_QUADS)


@blueprint.get("/graphs")
def get() -> BaseResponse:
    """One named graph, or with ``?default`` the union of all; as TriG or N-Quads the union keeps its graph names."""
    service = current_service()
    named, default = request.args.getlist("graph"), "default" in request.args
    if not named and not default:
        return _index(service)
    if len(named) + default != 1:
        raise BadInput("须有且只有 ?graph=IRI 与 ?default 之一。", "Give exactly one of ?graph=IRI and ?default.")
    if default:
        return _answer(service, None, answers.chosen_format(_WHOLE))
    if not is_safe_iri(named[0]):
        raise BadInput(f"“{named[0]}”不是完整的 IRI。", f"“{named[0]}” isn't an absolute IRI.")
    name = URIRef(named[0])
    if name not in _counts(service):
        raise NotFound(f"没有名为 {name} 的图。", f"There is no graph named {name}.")
    fmt = answers.chosen_format((*GRAPH_FORMATS, HTML))
    return _page(service, name) if fmt == HTML else _answer(service, name, fmt)


@blueprint.route("/graphs", methods=["PUT", "POST", "DELETE", "PATCH"])
def write() -> Response:
    """Changes of graphs are refused: whoever may write does so with a validated change."""
    refuse_writing(current_service().settings.write_token)


@blueprint.get("/graph/<path:path>")
def identify(path: str) -> BaseResponse:
    """A named graph's own address leads to where it is given out."""
    return redirect(graph_page(str(GRAPHS) + path), 303)


def _counts(service: Service) -> dict[URIRef, int]:
    return service.once("graphs", service.store.graphs)


def _answer(service: Service, name: URIRef | None, fmt: Format) -> Response:
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    return answers.tagged(answers.data(service.store.dump(fmt.media_type, name), fmt), service.revision, fmt.name)


def _index(service: Service) -> Response:
    if not answers.prefers_page():
        raise BadInput(
            "请用 ?graph=IRI 或 ?default 指明一个图；图的清单见 /.well-known/void。",
            "Name a graph with ?graph=IRI or ?default. /.well-known/void lists them.",
        )
    rows = tuple((name_of(service.store, str(name)), count) for name, count in _counts(service).items())
    return Response(render_template("graphs.html", rows=rows, formats=_WHOLE), mimetype="text/html")


def _page(service: Service, name: URIRef) -> Response:
    from plangraph.entities import describe

    count = _counts(service)[name]
    try:
        about = describe(service.store, str(name))
    except NotFound:
        about = None
    html = render_template(
        "graph.html",
        name=str(name),
        thing=name_of(service.store, str(name)),
        about=about,
        count=count,
        formats=GRAPH_FORMATS,
    )
    return Response(html, mimetype="text/html")
