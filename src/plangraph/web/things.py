"""The page of a thing and its description as RDF: ``/id/…`` names it, ``/doc/…`` and ``/code/…`` describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from rdflib import URIRef
from rdflib.namespace import RDF
from werkzeug.wrappers import Response as BaseResponse

from plangraph.assessment import Progress
from plangraph.crosscheck import OPERAND_ROLES
from plangraph.entities import Description, Named, PropertyGroup, Value, describe, links, name_of
from plangraph.errors import BadInput, NotFound
from plangraph.figures import Figure, figures_of, is_observation, read_figure
from plangraph.findings import Finding
from plangraph.mediatypes import GRAPH_FORMATS, HTML, by_suffix
from plangraph.namespaces import OA, PG, compact, expand
from plangraph.overview import STATUSES, IndicatorState, indicator_state
from plangraph.store.base import GraphStore
from plangraph.walking import subjects
from plangraph.web import answers
from plangraph.web.findings import MARKS, outcome, outcome_word
from plangraph.web.rdf import description_of, serialize
from plangraph.web.service import Service, current_service
from plangraph.web.urls import iri_of_code, iri_of_id

blueprint = Blueprint("things", __name__)

# Shown in a place of their own on the page, or of no use to a reader.
_APART: Final = frozenset(
    str(p) for p in (PG.assertion, PG.position, PG.rationale, PG.sha256, PG.inPlan, OA.hasSelector, PG.locator)
)
_OF_FIGURE: Final = frozenset(
    str(p)
    for p in (
        PG.value,
        PG.valueLow,
        PG.valueHigh,
        PG.unit,
        PG.comparator,
        PG.asPrinted,
        PG.valueType,
        PG.statistic,
        PG.periodStart,
        PG.periodEnd,
        PG.basis,
        PG.ofIndicator,
        PG.refArea,
    )
)
_PREVIEW: Final = 12


@dataclass(frozen=True)
class Works:
    """The projects and programmes of a task that are in one status."""

    status: str
    things: tuple[Value, ...]


@dataclass(frozen=True)
class Status:
    """One dated statement of how far a project or an indicator is, and by whom."""

    report: Named
    code: str
    as_of: str
    by: Named | None
    inferred: bool
    rationale: dict[str, str]


@dataclass(frozen=True)
class ThingPage:
    """What ``thing.html`` gets. ``figures`` are an indicator's, ``figure`` an observation's own, ``works`` a task's."""

    iri: str
    path: str
    about: Description
    facts: tuple[PropertyGroup, ...]
    links_out: tuple[PropertyGroup, ...]
    links_in: tuple[PropertyGroup, ...]
    stated: bool | None
    rationale: dict[str, str]
    figures: tuple[Figure, ...] = ()
    state: IndicatorState | None = None
    figure: Figure | None = None
    indicator: Named | None = None
    basis: Named | None = None
    area: Named | None = None
    works: tuple[Works, ...] = ()
    statuses: tuple[Status, ...] = ()
    progress: tuple[Progress, ...] = ()
    findings: tuple[Finding, ...] = ()
    preview: int = _PREVIEW


@blueprint.get("/id/<path:path>")
def identify(path: str) -> BaseResponse:
    """A thing can't be sent over the wire: 303 to what describes it (W3C, Cool URIs for the Semantic Web)."""
    return redirect(f"/doc/{path}" + (f"?{request.query_string.decode()}" if request.query_string else ""), 303)


@blueprint.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The description of a thing, in the format asked for."""
    return _answer(path, iri_of_id, "/doc/")


@blueprint.get("/code/<path:path>")
def code(path: str) -> Response:
    """The description of a code or of a code list."""
    return _answer(path, iri_of_code, "/code/")


def _answer(path: str, iri_of: Callable[[str], str], prefix: str) -> Response:
    service = current_service()
    fmt = by_suffix(path, answers.PAGE_OR_GRAPH)
    suffix = fmt.suffix if fmt else ""
    bare = path.removesuffix(suffix) if suffix else path
    iri = iri_of(bare)
    fmt = answers.chosen_format(answers.PAGE_OR_GRAPH, suffix=suffix)
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    if fmt == HTML:
        response = _page(service, iri, prefix + bare)
    else:
        graph = description_of(service.store, iri)
        if not graph:
            raise NotFound(f"图谱中没有 {iri}。", f"The graph has no {iri}.")
        response = answers.data(serialize(graph, fmt), fmt)
    response.headers.add("Link", f'<{iri}>; rel="describes"')
    for other in GRAPH_FORMATS:
        response.headers.add("Link", f'<{prefix}{bare}{other.suffix}>; rel="alternate"; type="{other.media_type}"')
    return answers.tagged(response, service.revision, fmt.name)


def _page(service: Service, iri: str, path: str) -> Response:
    if "property" in request.args:
        return _hub(service, iri, path)
    about = describe(service.store, iri, limit=service.settings.page_size)
    return Response(
        render_template(
            "thing.html",
            page=_thing_page(service, about, path),
            marks=MARKS,
            outcome=outcome,
            outcome_word=outcome_word,
        ),
        mimetype="text/html",
    )


def _hub(service: Service, iri: str, path: str) -> Response:
    """One page of the links of a hub by one property."""
    property_ = str(expand(request.args["property"]))
    offset = request.args.get("offset", "0")
    if not offset.isdecimal():
        raise BadInput("offset 应为不小于 0 的整数。", "offset takes a whole number of at least 0.")
    inverse = request.args.get("direction") == "in"
    size = service.settings.page_size
    group = links(service.store, iri, property_, inverse=inverse, offset=int(offset), limit=size)
    thing = name_of(service.store, iri)
    if not group.total:
        raise NotFound(
            f"{thing.text('zh')} 没有这种联系：{compact(property_)}。",
            f"{thing.text('en')} has no links by {compact(property_)}.",
        )
    html = render_template(
        "links.html", thing=thing, path=path, group=group, inverse=inverse, offset=int(offset), size=size
    )
    return Response(html, mimetype="text/html")


def _thing_page(service: Service, about: Description, path: str) -> ThingPage:
    store, iri = service.store, about.thing.iri
    types = set(about.thing.types)
    hidden, hidden_in = set(_APART), {str(PG.evidence)} if types & {str(OA.SpecificResource)} else set()
    extra: dict[str, object] = {"findings": service.findings_on(iri)}
    # What a thing was checked against stands among its findings: better said than the bare links.
    hidden_in |= OPERAND_ROLES
    if str(PG.Indicator) in types:
        hidden_in |= {str(PG.ofIndicator), str(PG.about)}
        extra |= {
            "figures": figures_of(store, iri),
            "state": indicator_state(store, URIRef(iri), _own_area(store, iri)),
            "statuses": _statuses(store, iri, PG.Assessment),
            "progress": tuple(p for p in service.progress() if p.indicator.iri == iri),
        }
    elif is_observation(store, iri):
        hidden |= _OF_FIGURE
        figure = read_figure(store, URIRef(iri))
        extra |= {
            "figure": figure,
            "indicator": _one(about, PG.ofIndicator),
            "basis": _one(about, PG.basis),
            "area": _one(about, PG.refArea),
        }
    elif types & {str(PG.Task), str(PG.PolicyMeasure)}:
        hidden_in.add(str(PG.implements))
        extra["works"] = _works(store, about, service.statuses())
    elif types & {str(PG.Project), str(PG.Programme)}:
        hidden_in.add(str(PG.about))
        extra["statuses"] = _statuses(store, iri, PG.StatusReport)
    assertion = next((str(v.term) for g in about.links_out if g.property == str(PG.assertion) for v in g.values), "")
    rationale = {
        v.term.language or "zh": str(v.term)  # type: ignore[union-attr]
        for g in about.facts
        if g.property == str(PG.rationale)
        for v in g.values
    }
    return ThingPage(
        iri=iri,
        path=path,
        about=about,
        facts=tuple(g for g in about.facts if g.property not in hidden),
        links_out=tuple(g for g in about.links_out if g.property not in hidden),
        links_in=tuple(g for g in about.links_in if g.property not in hidden_in or str(OA.SpecificResource) in types),
        stated=None if not assertion else not assertion.endswith("inferred"),
        rationale=rationale,
        **extra,  # type: ignore[arg-type]
    )


def _one(about: Description, property_: URIRef) -> Named | None:
    return next((v.thing for g in about.links_out if g.property == str(property_) for v in g.values), None)


def _own_area(store: GraphStore, iri: str) -> str | None:
    """The area of the plan that a thing belongs to."""
    for _, _, plan, _ in store.triples(URIRef(iri), PG.inPlan):
        for _, _, area, _ in store.triples(URIRef(str(plan)), PG.refArea):
            return str(area)
    return None


def _works(store: GraphStore, about: Description, known: dict[str, str]) -> tuple[Works, ...]:
    """What carries a task out, by status: what is furthest first, what has no status last."""
    group = links(store, about.thing.iri, str(PG.implements), inverse=True, limit=1000)
    by_status: dict[str, list[Value]] = {}
    for value in group.values:
        by_status.setdefault(known.get(str(value.term), ""), []).append(value)
    order = [*reversed(STATUSES[:-1]), "unknown", ""]
    return tuple(Works(status, tuple(by_status[status])) for status in order if status in by_status)


def _statuses(store: GraphStore, iri: str, class_: URIRef) -> tuple[Status, ...]:
    """The dated statements of ``class_`` about a thing, the last first."""
    found = []
    for node in subjects(store, PG.about, URIRef(iri)):
        of_node: dict[str, list[object]] = {}
        for _, p, o, _ in store.triples(node):
            of_node.setdefault(str(p), []).append(o)
        if class_ not in of_node.get(str(RDF.type), []):
            continue
        by = next(
            (name_of(store, str(o)) for p, os in of_node.items() if p.endswith("wasAttributedTo") for o in os), None
        )
        found.append(
            Status(
                report=name_of(store, str(node)),
                code=str(of_node.get(str(PG.status), [""])[0]),
                as_of=str(of_node.get(str(PG.asOf), [""])[0]),
                by=by,
                inferred=str(of_node.get(str(PG.assertion), [""])[0]).endswith("inferred"),
                rationale={o.language or "zh": str(o) for o in of_node.get(str(PG.rationale), [])},  # type: ignore[attr-defined]
            )
        )
    return tuple(sorted(found, key=lambda s: s.as_of, reverse=True))
