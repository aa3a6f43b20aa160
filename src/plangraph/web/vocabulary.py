"""The vocabulary for people and programs: ontology, shapes, and where the dataset is described (VoID, DCAT)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flask import Blueprint, Response, render_template
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH

from plangraph.mediatypes import GRAPH_FORMATS, HTML, Format
from plangraph.namespaces import ONTOLOGY_GRAPH, SHAPES_GRAPH, compact
from plangraph.ontology import Term, Vocabulary
from plangraph.store.base import GraphStore
from plangraph.web import answers
from plangraph.web.description import dataset_description
from plangraph.web.protocol import own_root
from plangraph.web.rdf import serialize
from plangraph.web.service import Service, current_service

blueprint = Blueprint("vocabulary", __name__)


@dataclass(frozen=True)
class Rule:
    """One shape as people read it: whom it is for, which property it speaks of, what it says, how grave it is."""

    iri: str
    targets: tuple[str, ...]
    path: str | None
    severity: str
    messages: tuple[dict[str, str], ...]
    names: dict[str, str] = field(default_factory=dict)


@blueprint.get("/ontology")
def ontology() -> Response:
    """Classes, properties and code lists: a page with an anchor for every term, or the ontology as RDF."""
    service = current_service()
    fmt = answers.chosen_format(answers.PAGE_OR_GRAPH)
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    if fmt != HTML:
        return _graph(service, ONTOLOGY_GRAPH, fmt)
    words = service.vocabulary
    html = render_template(
        "ontology.html",
        classes=words.classes(),
        properties=words.properties(),
        schemes=tuple((scheme, words.members(scheme.iri)) for scheme in words.schemes()),
        local=lambda term: compact(term.iri).partition(":")[2],
        used_by=service.once("properties of classes", lambda: _properties_by_class(words)),
        uses=service.once("uses", lambda: count_uses(service.store, words)),
    )
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, fmt.name)


@blueprint.get("/shapes")
def shapes() -> Response:
    """The rules that data are checked against: a list with their messages, or the shapes as RDF."""
    service = current_service()
    fmt = answers.chosen_format(answers.PAGE_OR_GRAPH)
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    if fmt != HTML:
        return _graph(service, SHAPES_GRAPH, fmt)
    rules = service.once("rules", lambda: read_rules(service.store.graph(SHAPES_GRAPH)))
    html = render_template("shapes.html", rules=rules)
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, fmt.name)


def _graph(service: Service, name: URIRef, fmt: Format) -> Response:
    body = service.once((name, fmt.name), lambda: serialize(service.store.graph(name), fmt))
    return answers.tagged(answers.data(body, fmt), service.revision, fmt.name)


def _properties_by_class(words: Vocabulary) -> dict[str, list[Term]]:
    """The properties that things of a class may have, by the class that their domain names."""
    found: dict[str, list[Term]] = {}
    for term in words.properties():
        for class_ in term.domain:
            found.setdefault(class_, []).append(term)
    return found


def count_uses(store: GraphStore, words: Vocabulary) -> dict[str, int]:
    """How often each class is a type and each property is used."""
    counts: Counter[str] = Counter()
    for term in words.terms():
        if term.kind == "class":
            counts[term.iri] = sum(1 for _ in store.triples(None, RDF.type, URIRef(term.iri)))
        elif term.is_property:
            counts[term.iri] = sum(1 for _ in store.triples(None, URIRef(term.iri)))
        elif term.kind == "concept":
            counts[term.iri] = sum(1 for *_, g in store.triples(None, None, URIRef(term.iri)) if g != ONTOLOGY_GRAPH)
    return dict(counts)


def read_rules(graph: Graph) -> tuple[Rule, ...]:
    """The shapes of ``graph`` that have a message, each with its targets and its path."""
    rules = []
    for shape in sorted({s for s in graph.subjects(SH.message) if isinstance(s, URIRef)}):
        owners = _owners(graph, shape)
        targets = {str(c) for o in owners for p in (SH.targetClass, SH.targetNode) for c in graph.objects(o, p)}
        targets |= {
            str(c) for o in owners for p in (SH.targetSubjectsOf, SH.targetObjectsOf) for c in graph.objects(o, p)
        }
        path = graph.value(shape, SH.path)
        severity = next((str(s) for o in owners for s in graph.objects(o, SH.severity)), str(SH.Violation))
        message = _by_language(graph, shape, SH.message)
        rules.append(
            Rule(
                iri=str(shape),
                targets=tuple(sorted(targets)),
                path=str(path) if isinstance(path, URIRef) else None,
                severity=severity.rpartition("#")[2].lower(),
                messages=(message,),
                names=_by_language(graph, shape, SH.name),
            )
        )
    order = ("violation", "warning", "info")
    return tuple(sorted(rules, key=lambda r: (order.index(r.severity) if r.severity in order else 3, r.targets, r.iri)))


def _owners(graph: Graph, shape: URIRef) -> list[URIRef]:
    """A shape and those that hold it, nearest first: targets and severity may stand on any of them."""
    found = [shape]
    for each in found:
        for holder in (
            *graph.subjects(SH.property, each),
            *graph.subjects(SH.sparql, each),
            *graph.subjects(SH.node, each),
        ):
            if isinstance(holder, URIRef) and holder not in found:
                found.append(holder)
    return found


def _by_language(graph: Graph, subject: URIRef, predicate: URIRef) -> dict[str, str]:
    return {o.language or "zh": str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal)}


@blueprint.get("/.well-known/void")
def void() -> Response:
    """What this dataset holds, where to query it, how to take it along, and under which licence (VoID, DCAT)."""
    service = current_service()
    fmt = answers.chosen_format(GRAPH_FORMATS)
    if (same := answers.unchanged(service.revision, fmt.name)) is not None:
        return same
    body = dataset_description(service, own_root(), fmt)
    return answers.tagged(answers.data(body, fmt), service.revision, fmt.name)
