"""The shipped questions: what the graph is asked most, each with a form, its answer and its query text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.entities import Named, name_of
from plangraph.errors import BadInput, PlangraphError
from plangraph.mediatypes import GRAPH_FORMATS, HTML, N_TRIPLES, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from plangraph.namespaces import expand
from plangraph.queries import THEMES, Parameter, Question, bind, question, questions
from plangraph.store.base import Term
from plangraph.store.parsing import parse_rdf
from plangraph.web import answers, i18n
from plangraph.web.headings import columns_of, heading
from plangraph.web.service import Service, current_service

blueprint = Blueprint("questions", __name__)
_CHOICES = 400


@dataclass(frozen=True)
class Cell:
    """One value of an answer: its term, and the thing that it names."""

    term: Term
    thing: Named | None


@dataclass(frozen=True)
class Table:
    """The answer to a question: columns and rows of cells, or yes and no; ``total`` counts the rows before the cut."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    total: int
    yes: bool | None = None


@dataclass(frozen=True)
class Field:
    """A parameter in the form: its value as typed, and the things to choose from where its class is known."""

    parameter: Parameter
    value: str
    choices: tuple[Named, ...]


@blueprint.get("/queries")
def index() -> Response:
    """All questions by theme."""
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same
    by_theme = {theme: tuple(q for q in questions() if q.theme == theme) for theme in THEMES}
    html = render_template("queries.html", by_theme=by_theme, themes=THEMES)
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, HTML.name)


@blueprint.get("/queries/<name>")
def one(name: str) -> Response:
    """One question: form, answer, text. A value that doesn't fit is told beside the form."""
    service = current_service()
    asked = question(name)
    values = {p.name: request.args.get(p.name, "") for p in asked.parameters}
    text, table, fault = asked.text, None, None
    try:
        text = bind(asked, values)
        table = _table(service, asked, text)
    except BadInput as failure:
        fault = failure
    offers = RESULT_FORMATS if asked.form in ("select", "ask") else GRAPH_FORMATS
    html = render_template(
        "question.html",
        question=asked,
        theme=THEMES[asked.theme],
        fields=tuple(_field(service, p, values[p.name]) for p in asked.parameters),
        table=table,
        fault=fault,
        text=text,
        downloads=tuple((fmt, _download(text, fmt)) for fmt in offers),
    )
    return Response(html, 400 if fault else 200, mimetype="text/html")


def _download(text: str, fmt: Format) -> str:
    return "/sparql?" + urlencode({"query": text, "format": fmt.name})


def _field(service: Service, parameter: Parameter, value: str) -> Field:
    choices: tuple[Named, ...] = ()
    if parameter.kind == "iri" and parameter.choices:
        class_ = expand(parameter.choices)
        choices = service.once(("choices", str(class_)), lambda: _members(service, class_))
    return Field(parameter, value or _default(parameter), choices)


def _default(parameter: Parameter) -> str:
    """A default as a person types it: no angle brackets, no quotes, no datatype."""
    text = parameter.default
    if text.startswith('"'):
        return text[1:].partition('"')[0]
    try:
        return str(expand(text)) if parameter.kind == "iri" else text
    except PlangraphError:
        return text


def _members(service: Service, class_: URIRef) -> tuple[Named, ...]:
    """The things of a class, or the codes of a code list in their own order."""
    known = service.vocabulary.find(str(class_))
    if known is not None and known.kind == "concept-scheme":
        return tuple(name_of(service.store, term.iri) for term in service.vocabulary.members(known.iri))
    members = {str(s) for s, _, _, _ in service.store.triples(None, RDF.type, class_)}
    named = [name_of(service.store, iri) for iri in members]
    return tuple(sorted(named, key=lambda n: n.text("zh").encode("gb18030", "replace"))[:_CHOICES])


def _table(service: Service, asked: Question, text: str) -> Table:
    """Run a question under the limits of visitors' queries and read its answer back."""
    cut = service.settings.page_size * 4
    if asked.form in ("select", "ask"):
        result = json.loads(service.readers.query(text, RESULTS_JSON.media_type).read())
        if "boolean" in result:
            return Table((), (), 0, bool(result["boolean"]))
        shown = columns_of(result["head"]["vars"], i18n.current())
        found = result["results"]["bindings"]
        rows = [tuple(_term(row.get(column)) for column in shown) for row in found[:cut]]
        return Table(tuple(shown.values()), _cells(service, rows), len(found))
    body = service.readers.query(text, N_TRIPLES.media_type).read()
    quads = parse_rdf(body, TURTLE, default_graph=URIRef("urn:x-answer"))
    triples: list[tuple[Term | None, ...]] = [(s, p, o) for s, p, o, _ in quads[:cut]]
    headings = tuple(heading(name, i18n.current()) for name in ("subject", "predicate", "object"))
    return Table(headings, _cells(service, triples), len(quads))


def _term(binding: dict[str, Any] | None) -> Term | None:
    if binding is None:
        return None
    if binding["type"] == "uri":
        return URIRef(binding["value"])
    datatype = binding.get("datatype")
    return Literal(
        binding["value"], lang=binding.get("xml:lang"), datatype=URIRef(datatype) if datatype else None, normalize=False
    )


def _cells(service: Service, rows: list[tuple[Term | None, ...]]) -> tuple[tuple[Cell | None, ...], ...]:
    known: dict[str, Named] = {}

    def cell(term: Term | None) -> Cell | None:
        if term is None:
            return None
        if not isinstance(term, URIRef):
            return Cell(term, None)
        if str(term) not in known:
            known[str(term)] = name_of(service.store, str(term))
        return Cell(term, known[str(term)])

    return tuple(tuple(cell(term) for term in row) for row in rows)
