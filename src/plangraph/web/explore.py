"""The graph view, and the JSON that it and other programs read: search, neighbourhood, links, paths, names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.entities import Evidence, Named, PropertyGroup, describe, name_of, resolve
from plangraph.errors import BadInput, NotFound
from plangraph.graphview import Hop, View, neighbourhood, paths, project, property_label
from plangraph.namespaces import ID, PG, is_safe_iri
from plangraph.search import search
from plangraph.store.base import GraphStore
from plangraph.web.answers import json_data
from plangraph.web.service import Service, current_service
from plangraph.web.urls import page_of
from plangraph.web.words import SIGNS, sign, sign_of

blueprint = Blueprint("explore", __name__)

MOST_NODES: Final = 560
"""The most things that one neighbourhood gives: what the view asks for at the most, with some room."""
MOST_IRIS: Final = 1000
MOST_HITS: Final = 100
MOST_DEPTH: Final = 3
MOST_PATHS: Final = 10
_FACTS: Final = 3
# What the plan's own view starts from; the projection leaves out the plan that everything belongs to.
_PLAN_PARTS: Final = (PG.Goal, PG.Domain)


@blueprint.get("/explore")
def view() -> str:
    """The page; ``?iri=`` is where it starts, the plan where there is none. Without scripts it lists what is around."""
    service = current_service()
    store = service.store
    asked = request.args.get("iri", "").strip()
    start = resolve(store, asked) if asked else service.once("start", lambda: _first_plan(store))
    around = _view(service, start, 1, service.settings.neighbourhood_limit) if start else None
    return render_template(
        "explore.html",
        start=name_of(store, start) if start else None,
        around=around,
        limit=service.settings.neighbourhood_limit,
        base=str(ID),
        signs={kind: {"name": sign_of(kind), "svg": str(sign(kind))} for kind in SIGNS},
    )


@blueprint.get("/api/search")
def find() -> Response:
    """``{"hits": [{…thing, "matched", "score"}]}`` for ``?q=``; ``type`` (repeatable) keeps things of these classes."""
    store = current_service().store
    hits = search(
        store,
        request.args.get("q", ""),
        types=request.args.getlist("type") or None,
        limit=_number("limit", 20, MOST_HITS, least=1),
    )
    return json_data({"hits": [{**_thing(hit.thing), "matched": hit.matched, "score": hit.score} for hit in hits]})


@blueprint.get("/api/neighbourhood")
def around() -> Response:
    """What is around ``?iri=``: ``nodes``, ``edges``, ``more``, and ``thing``, a summary of the thing itself."""
    service = current_service()
    iri = resolve(service.store, _required("iri"))
    depth = _number("depth", 1, MOST_DEPTH)
    limit = _number("limit", service.settings.neighbourhood_limit, MOST_NODES)
    drawn = _view_json(_view(service, iri, depth, limit))
    return json_data({**drawn, "thing": _summary(service.store, iri)})


@blueprint.get("/api/path")
def connect() -> Response:
    """``{"paths": [{"hops": […]}]}``: how ``?from=`` and ``?to=`` hang together, and why each hop holds."""
    store = current_service().store
    start, goal = resolve(store, _required("from")), resolve(store, _required("to"))
    found = paths(store, start, goal, maximum=_number("maximum", 3, MOST_PATHS, least=1))
    return json_data({"paths": [{"hops": [_hop(hop) for hop in path.hops]} for path in found]})


@blueprint.post("/api/names")
def names() -> Response:
    """Names of many things: ``{"iris": […]}`` in, ``{"names": {iri: thing}}`` out, without those that are unknown."""
    store = current_service().store
    named = [name_of(store, iri) for iri in _iris()]
    return json_data({"names": {thing.iri: _thing(thing) for thing in named if thing.label}})


@blueprint.post("/api/links")
def links() -> Response:
    """The links between some things: ``{"iris": […]}`` in, ``{"edges": […]}`` out as in a neighbourhood."""
    service = current_service()
    wanted = set(_iris())
    whole = service.once("projection", lambda: project(service.store))
    part = whole.subgraph(wanted & set(whole))
    edges = _view_json(View(part, {}, {}, 0))["edges"]
    for plan in _plans(service.store) & wanted:
        edges += [_part_edge(part, plan) for part in _plan_parts(service.store, plan) if part in wanted]
    return json_data({"edges": edges})


def _required(name: str) -> str:
    value = request.args.get(name, "").strip()
    if not value:
        raise BadInput(f"缺少参数 {name}。", f"The parameter {name} is missing.")
    return value


def _number(name: str, default: int, most: int, *, least: int = 0) -> int:
    text = request.args.get(name, "")
    if not text:
        return min(default, most)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise BadInput(
            f"参数 {name} 应为 {least} 到 {most} 的整数，而不是“{text[:40]}”。",
            f"The parameter {name} is a whole number from {least} to {most}, not “{text[:40]}”.",
        )
    return int(text)


def _iris() -> list[str]:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets
        body = None
    iris = body.get("iris") if isinstance(body, dict) else None
    if not isinstance(iris, list) or not all(isinstance(iri, str) for iri in iris):
        raise BadInput('请求应为 JSON：{"iris": ["…"]}。', 'The request is JSON: {"iris": ["…"]}.')
    if len(iris) > MOST_IRIS:
        raise BadInput(f"一次最多 {MOST_IRIS} 个 IRI。", f"At most {MOST_IRIS} IRIs at a time.")
    return [iri for iri in dict.fromkeys(iris) if is_safe_iri(iri)]


def _first_plan(store: GraphStore) -> str:
    return min(_plans(store), default="")


def _plans(store: GraphStore) -> set[str]:
    return {str(plan) for plan, _, _, _ in store.triples(None, RDF.type, PG.Plan)}


def _plan_parts(store: GraphStore, plan: str) -> list[str]:
    """The goals and domains of a plan that belong to no larger one."""
    parts = {str(s) for class_ in _PLAN_PARTS for s, _, _, _ in store.triples(None, RDF.type, class_)}
    return sorted(
        part
        for part in parts
        if any(str(o) == plan for _, _, o, _ in store.triples(URIRef(part), PG.inPlan))
        and next(iter(store.triples(URIRef(part), PG.partOf)), None) is None
    )


def _part_edge(part: str, plan: str) -> dict[str, Any]:
    return {
        "source": part,
        "target": plan,
        "property": str(PG.inPlan),
        "propertyLabel": property_label(str(PG.inPlan)),
        "inferred": False,
    }


def _view(service: Service, iri: str, depth: int, limit: int) -> View:
    """A neighbourhood; of a plan, with its goals and domains."""
    store = service.store
    found = neighbourhood(store, iri, depth=depth, limit=limit)
    if iri not in _plans(store) or limit == 0:
        return found
    whole = service.once("projection", lambda: project(store))
    parts = _plan_parts(store, iri)
    nodes = [iri, *parts, *(other for other in found.names if other not in (iri, *parts))]
    drawn = whole.subgraph(nodes).copy()
    drawn.add_nodes_from(nodes)
    for part in parts:
        drawn.add_edge(part, iri, str(PG.inPlan), inferred=False)
    degrees = {other: len(set(whole.pred.get(other, ())) | set(whole.succ.get(other, ()))) for other in nodes}
    return replace(found, graph=drawn, names={other: name_of(store, other) for other in nodes}, degrees=degrees)


def _view_json(drawn: View) -> dict[str, Any]:
    found = drawn.to_json()
    for node in found["nodes"]:
        node["kindLabel"] = _class_label(node["types"])
        node["page"] = page_of(node["iri"])
    return found


def _thing(named: Named) -> dict[str, Any]:
    return {
        "iri": named.iri,
        "label": dict(named.label),
        "types": list(named.types),
        "kind": named.kind,
        "kindLabel": _class_label(named.types),
        "page": page_of(named.iri),
    }


def _class_label(types: Any) -> dict[str, str]:
    return property_label(types[0]) if types else {"zh": "", "en": ""}


def _summary(store: GraphStore, iri: str) -> dict[str, Any]:
    try:
        found = describe(store, iri, limit=_FACTS)
    except NotFound:
        return {**_thing(name_of(store, iri)), "description": {}, "facts": []}
    return {
        **_thing(found.thing),
        "description": dict(found.description),
        "facts": [_fact(group) for group in found.facts],
    }


def _fact(group: PropertyGroup) -> dict[str, Any]:
    values: list[dict[str, str]] = []
    by_language: dict[str, str] = {}
    for value in group.values:
        if isinstance(value.term, Literal) and value.term.language in ("zh", "en"):
            by_language.setdefault(str(value.term.language), str(value.term))
        else:
            values.append({"zh": str(value.term), "en": str(value.term)})
    if by_language:
        values.insert(0, by_language)
    return {
        "property": group.property,
        "label": property_label(group.property),
        "values": values,
        "more": group.total - len(group.values),
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "subject": _thing(hop.subject),
        "property": hop.property,
        "propertyLabel": property_label(hop.property),
        "object": _thing(hop.object),
        "forward": hop.forward,
        "inferred": hop.inferred,
        "rationale": hop.rationale,
        "evidence": [_evidence(evidence) for evidence in hop.evidence[:_FACTS]],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "iri": evidence.iri,
        "page": page_of(evidence.iri),
        "source": dict(evidence.source.label),
        "locator": evidence.locator,
        "exact": evidence.exact,
        "start": evidence.start,
        "end": evidence.end,
    }
