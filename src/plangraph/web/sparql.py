"""The SPARQL 1.1 Protocol (W3C Recommendation, 21 March 2013): queries for everyone, updates for writers only."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template, request
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, VOID, XSD

from plangraph.errors import BadInput, TooLarge
from plangraph.mediatypes import GRAPH_FORMATS, RESULT_FORMATS, by_name
from plangraph.namespaces import PREFIXES, is_safe_iri
from plangraph.queries import THEMES, questions
from plangraph.web import answers
from plangraph.web.answers import Fault
from plangraph.web.rdf import serialize
from plangraph.web.service import Service, current_service
from plangraph.web.vocabulary import FORMATS, SD
from plangraph.web.writing import refuse_writing

blueprint = Blueprint("sparql", __name__)

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"


@blueprint.get("/sparql")
def get() -> Response:
    """A query by GET; without one the editor for people, the service description for programs."""
    _refuse_update()
    if not request.args.getlist("query"):
        return _editor("") if answers.prefers_page() else _service_description(current_service())
    text = _single(request.args.getlist("query"))
    if answers.prefers_page() and "format" not in request.args:
        return _editor(text)
    return _run(text, request.args.getlist("default-graph-uri"), request.args.getlist("named-graph-uri"))


@blueprint.post("/sparql")
def post() -> Response:
    """A query by POST, as a form or as it is (SPARQL 1.1 Protocol, 2.1.2 and 2.1.3)."""
    _refuse_update()
    limit = current_service().settings.query_bytes
    if request.mimetype == _FORM:
        request.max_content_length = limit * 4  # percent-encoding makes a text up to three times as long
        form = request.form
        return _run(
            _single([*form.getlist("query"), *request.args.getlist("query")]),
            form.getlist("default-graph-uri"),
            form.getlist("named-graph-uri"),
        )
    if request.mimetype == _DIRECT:
        request.max_content_length = limit
        if request.args.getlist("query"):
            raise BadInput(
                "请求体已是查询，网址中不应再有 query。", "The body is the query: no query in the address as well."
            )
        return _run(_body(), request.args.getlist("default-graph-uri"), request.args.getlist("named-graph-uri"))
    raise Fault(
        415,
        f"POST 查询的 Content-Type 应为 {_FORM} 或 {_DIRECT}；更新请发到 /update。",
        f"A posted query has the Content-Type {_FORM} or {_DIRECT}. Updates go to /update.",
    )


@blueprint.post("/update")
def update() -> Response:
    """Updates are refused: whoever may write does so with a validated change."""
    refuse_writing(current_service().settings.write_token)


def _refuse_update() -> None:
    named = "update" in request.args or (
        request.mimetype == _FORM and request.method == "POST" and "update" in request.form
    )
    if named:
        raise BadInput("此处只查询；更新请发到 /update。", "Only queries are run here. Updates go to /update.")


def _single(texts: list[str]) -> str:
    if len(texts) != 1:
        raise BadInput(
            f"须有且只有一个 query 参数，这里有 {len(texts)} 个。",
            f"There must be exactly one query parameter, here are {len(texts)}.",
        )
    return texts[0]


def _body() -> str:
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Fault(415, "查询须以 UTF-8 编码。", "A query has to be in UTF-8.")
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("查询不是有效的 UTF-8。", "The query isn't valid UTF-8.") from None


def _run(text: str, default_graphs: list[str], named_graphs: list[str]) -> Response:
    service = current_service()
    if not text.strip():
        raise BadInput("查询是空的。", "The query is empty.")
    if len(text.encode()) > service.settings.query_bytes:
        raise TooLarge(
            f"查询超过 {service.settings.query_bytes} 字节。",
            f"The query is over {service.settings.query_bytes} bytes.",
        )
    for iri in (*default_graphs, *named_graphs):
        if not is_safe_iri(iri):
            raise BadInput(f"图名“{iri}”不是完整的 IRI。", f"The graph name “{iri}” isn't an absolute IRI.")
    answer = service.readers.query(
        text, _accept(), default_graphs=default_graphs or None, named_graphs=named_graphs or None
    )
    media_type = answer.format.media_type
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response = Response(answer.chunks(), content_type=media_type + charset)
    response.call_on_close(answer.body.close)  # a HEAD request never reads it
    response.content_length = answer.size
    response.headers["Cache-Control"] = "no-cache"
    return response


def _accept() -> str | None:
    """The formats asked for: by ``format=`` in address or form, else by the header."""
    asked = request.args.get("format") or (request.form.get("format") if request.mimetype == _FORM else None)
    if not asked:
        return request.headers.get("Accept")
    fmt = by_name(asked, (*RESULT_FORMATS, *GRAPH_FORMATS))
    if fmt is None:
        names = ", ".join(f.name for f in (*RESULT_FORMATS, *GRAPH_FORMATS))
        raise BadInput(f"没有格式“{asked}”，可用：{names}。", f"There is no format “{asked}”. There are: {names}.")
    return fmt.media_type


def _editor(text: str) -> Response:
    html = render_template("sparql.html", questions=questions(), themes=THEMES, prefixes=PREFIXES, query=text)
    return Response(html, mimetype="text/html")


def _service_description(service: Service) -> Response:
    """What this endpoint can do (SPARQL 1.1 Service Description)."""
    fmt = answers.chosen_format(GRAPH_FORMATS)
    graph = Graph(bind_namespaces="none")
    root = request.url_root
    here, dataset, default = (URIRef(root + "sparql" + end) for end in ("", "#dataset", "#default-graph"))
    graph.add((here, RDF.type, SD.Service))
    graph.add((here, SD.endpoint, here))
    graph.add((here, SD.supportedLanguage, SD.SPARQL11Query))
    for name in ("JSON", "XML", "CSV", "TSV"):
        graph.add((here, SD.resultFormat, FORMATS["SPARQL_Results_" + name]))
    for name in ("Turtle", "JSON-LD", "N-Triples", "RDF_XML"):
        graph.add((here, SD.resultFormat, FORMATS[name]))
    graph.add((here, SD.feature, SD.UnionDefaultGraph))
    graph.add((here, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    counts = service.store.graphs()
    graph.add((default, VOID.triples, Literal(sum(counts.values()), datatype=XSD.integer)))
    for name, count in counts.items():
        node = URIRef(f"{root}sparql#graph-{name.rpartition('/graph/')[2].replace('/', '-')}")
        graph.add((dataset, SD.namedGraph, node))
        graph.add((node, RDF.type, SD.NamedGraph))
        graph.add((node, SD.name, name))
        graph.add((node, VOID.triples, Literal(count, datatype=XSD.integer)))
    return answers.tagged(answers.data(serialize(graph, fmt), fmt), service.revision, fmt.name)
