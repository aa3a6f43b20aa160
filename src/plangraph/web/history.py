"""The history of the data: what changed, when, by whom and why; each change thing by thing, and undoing it."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from rdflib import Graph, URIRef

from plangraph.changelog import ChangeShown, Listed, Undoing
from plangraph.conflicts import Overtaken
from plangraph.entities import Named, name_of
from plangraph.errors import BadInput, Refused
from plangraph.history import Record, find, head_number, patch_text
from plangraph.mediatypes import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format, by_suffix
from plangraph.namespaces import HISTORY_GRAPH, ID, PG, is_safe_iri
from plangraph.store.base import GraphStore
from plangraph.web import answers, i18n, writing
from plangraph.web.rdf import serialize
from plangraph.web.results import groups_of
from plangraph.web.service import current_service

blueprint = Blueprint("history", __name__)

PATCH: Final = Format("patch", "application/rdf-patch", ".rdfp")
KIND_NAMES: Final = {
    "fill": ("装入随附数据", "shipped data"),
    "load": ("装载文件", "loaded files"),
    "commit": ("提交", "commit"),
    "revert": ("撤销", "revert"),
    "update": ("SPARQL 更新", "SPARQL update"),
    "graph": ("图存储协议", "Graph Store"),
}
"""What the kinds of change are called."""
STATE_NAMES: Final = {"created": ("新增", "new"), "changed": ("修改", "changed"), "deleted": ("删除", "deleted")}
STATE_SIGNS: Final = {"created": "+", "changed": "~", "deleted": "−"}
_OFFERS: Final = (HTML, answers.JSON, PATCH, TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
_MOST: Final = 200


@blueprint.get("/history")
def page() -> Response:
    """The list of changes, the last first; ``?about=IRI`` those that touched a thing."""
    service = current_service()
    before, about = _before(), _about()
    size = service.settings.page_size
    rows: tuple[Listed, ...] = service.readers.run("plangraph.changelog:listed", size + 1, before, about)
    html = render_template(
        "history.html",
        rows=rows[:size],
        older=rows[size - 1].record.number if len(rows) > size else None,
        before=before,
        about=_thing(service.store, about),
        last=head_number(service.store),
        unchanged=request.args.get("unchanged") == "1",
        kinds=KIND_NAMES,
    )
    return Response(html, mimetype="text/html", headers={"Cache-Control": "no-cache"})


@blueprint.get("/api/history")
def records() -> Response:
    """The changes as JSON, ``limit`` at a time; ``next`` is the ``before`` of the next page."""
    service = current_service()
    limit = _number("limit", service.settings.page_size)
    if not 0 < limit <= _MOST:
        raise BadInput(f"limit 应为 1 到 {_MOST} 的整数。", f"limit takes a whole number from 1 to {_MOST}.")
    before, about = _before(), _about()
    rows: tuple[Listed, ...] = service.readers.run("plangraph.changelog:listed", limit + 1, before, about)
    more = len(rows) > limit
    told = {
        "changes": [_listed_json(row) for row in rows[:limit]],
        "last": head_number(service.store),
        "next": rows[limit - 1].record.number if more else None,
    }
    return _fresh(answers.json_data(told))


@blueprint.get("/api/history/<name>")
def record(name: str) -> Response:
    """One change as JSON: its record, and ``limit`` of the things that it touched, from ``offset`` on."""
    limit = _number("limit", current_service().settings.page_size)
    if not 0 < limit <= _MOST:
        raise BadInput(f"limit 应为 1 到 {_MOST} 的整数。", f"limit takes a whole number from 1 to {_MOST}.")
    return _fresh(answers.json_data(_change_json(_shown(name, _number("offset", 0), limit))))


@blueprint.get("/history/<name>")
def change(name: str) -> Response:
    """One change: a page, JSON, its RDF Patch, or its record as RDF; by Accept or by suffix."""
    fmt = by_suffix(name, _OFFERS)
    suffix = fmt.suffix if fmt else ""
    fmt = answers.chosen_format(_OFFERS, suffix=suffix)
    name = name.removesuffix(suffix) if suffix else name
    service = current_service()
    if fmt is HTML:
        return _page(name)
    if fmt is answers.JSON:
        shown = _shown(name, _number("offset", 0), min(_number("limit", service.settings.page_size), _MOST))
        return _fresh(answers.json_data(_change_json(shown)))
    found = find(service.store, name)
    if fmt is PATCH:
        response = answers.data(patch_text(service.store, found), PATCH)
        response.headers.set("Content-Disposition", "inline", filename=f"{found.name}.rdfp")
        return _fresh(response)
    return _fresh(answers.data(serialize(_record_graph(service.store, found), fmt), fmt))


@blueprint.get("/history/<name>/revert")
def confirm(name: str) -> Response:
    """What undoing a change would do, and the button to do it."""
    service = current_service()
    access = writing.access()
    if access == "none":
        raise Refused(
            "此服务只读，不能撤销改动。要写入，请在启动服务时设置 PLANGRAPH_WRITE_TOKEN。",
            "This server reads only: nothing can be reverted. To write, start it with PLANGRAPH_WRITE_TOKEN set.",
        )
    undoing: Undoing | None = None
    blocked: Overtaken | None = None
    try:
        undoing = service.readers.run("plangraph.changelog:undoing", name, service.settings.page_size)
    except Overtaken as fault:
        blocked = fault
    found = undoing.record if undoing else find(service.store, name)
    html = render_template(
        "revert.html",
        record=found,
        undoing=undoing,
        blocked=blocked,
        groups=groups_of(undoing.report["results"], service.store) if undoing else (),
        access=access,
        base=head_number(service.store),
        kinds=KIND_NAMES,
        states=STATE_NAMES,
        signs=STATE_SIGNS,
    )
    return _fresh(Response(html, mimetype="text/html"))


def _page(name: str) -> Response:
    service = current_service()
    offset, size = _number("offset", 0), service.settings.page_size
    shown = _shown(name, offset, size)
    html = render_template(
        "change.html",
        shown=shown,
        record=shown.record,
        offset=offset,
        size=size,
        done=request.args.get("done") == "1",
        access=writing.access(),
        kinds=KIND_NAMES,
        states=STATE_NAMES,
        signs=STATE_SIGNS,
        graphs=[name_of(service.store, str(graph)) for graph in shown.record.graphs],
    )
    return _fresh(Response(html, mimetype="text/html"))


def _shown(name: str, offset: int, limit: int) -> ChangeShown:
    shown: ChangeShown = current_service().readers.run("plangraph.changelog:shown", name, offset, limit)
    return shown


def _fresh(response: Response) -> Response:
    # Whether it was undone since depends on the data; whether it can be, on who asks.
    response.headers["Cache-Control"] = "no-cache"
    return response


# --- What was asked ---------------------------------------------------------------------------------------------------


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise BadInput(f"{name} 应为不小于 0 的整数。", f"{name} takes a whole number of at least 0.")
    return int(text)


def _before() -> int | None:
    return _number("before", 0) or None


def _about() -> str:
    about = request.args.get("about", "").strip()
    if about and not is_safe_iri(about):
        raise BadInput(f"“{about}”不是完整的 IRI。", f"“{about}” isn't an absolute IRI.")
    return about


def _thing(store: GraphStore, about: str) -> Named | None:
    return name_of(store, about) if about else None


# --- As data ----------------------------------------------------------------------------------------------------------


def _listed_json(row: Listed) -> dict[str, Any]:
    things = [{"iri": thing.iri, "label": thing.label or None} for thing in row.things]
    return {**row.record.to_json(), "things": things, "thingsInAll": row.total}


def _change_json(shown: ChangeShown) -> dict[str, Any]:
    return {
        **shown.record.to_json(),
        "revertedBy": [str(record.iri) for record in shown.reverted_by],
        "things": [thing.to_json() for thing in shown.things],
        "thingsInAll": shown.total,
    }


def _record_graph(store: GraphStore, found: Record) -> Graph:
    """What the history says of a change, of its author and of its files; without the patch's text."""
    graph = Graph(bind_namespaces="none")
    further = {found.iri}
    for s, p, o, g in store.triples(found.iri):
        if g == HISTORY_GRAPH:
            graph.add((s, p, o))
            if isinstance(o, URIRef) and str(o).startswith((str(ID) + "agent/", f"{found.iri}/")):
                further.add(o)
    for node in further - {found.iri}:
        for s, p, o, g in store.triples(node):
            if g == HISTORY_GRAPH and p not in (PG.text, PG.gzip):
                graph.add((s, p, o))
    return graph


def title(record: Record) -> str:
    """What a change is called on pages."""
    return i18n.t(f"第 {record.number} 次改动", f"Change {record.number}")
