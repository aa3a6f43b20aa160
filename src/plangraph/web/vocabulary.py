"""The vocabulary for people and programs: ontology, shapes, and the description of the dataset (VoID, DCAT)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Response, render_template, request
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH, VOID, XSD, Namespace

from plangraph.mediatypes import DATASET_FORMATS, GRAPH_FORMATS, HTML, TURTLE, Format
from plangraph.namespaces import ID, ONTOLOGY_GRAPH, PG, SHAPES_GRAPH, compact
from plangraph.ontology import Term, Vocabulary
from plangraph.store.base import GraphStore
from plangraph.web import answers
from plangraph.web.rdf import serialize
from plangraph.web.service import Service, current_service

blueprint = Blueprint("vocabulary", __name__)
SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_DATASET_TYPES: Final = (str(DCAT.Dataset), str(DCAT.Catalog), str(DCAT.Distribution))


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
    """What this dataset holds, where to query it, how to take it along, and under which licence."""
    service = current_service()
    fmt = answers.chosen_format(GRAPH_FORMATS)
    root = request.url_root
    return answers.tagged(answers.data(serialize(_void(service, root), fmt), fmt), service.revision, fmt.name)


def _void(service: Service, root: str) -> Graph:
    graph = Graph(bind_namespaces="none")
    here = URIRef(root + ".well-known/void")
    whole = URIRef(root + ".well-known/void#dataset")
    counts = service.store.graphs()
    for type_ in (VOID.DatasetDescription, FOAF.Document):
        graph.add((here, RDF.type, type_))
    graph.add((here, FOAF.primaryTopic, whole))
    for type_ in (VOID.Dataset, DCAT.Dataset, SD.Dataset):
        graph.add((whole, RDF.type, type_))
    overview = service.overview()
    for lang, text in overview.plan.label.items():
        graph.add((whole, DCTERMS.title, Literal(text, lang=lang)))
    graph.add((whole, FOAF.homepage, URIRef(root)))
    graph.add((whole, VOID.sparqlEndpoint, URIRef(root + "sparql")))
    graph.add((whole, VOID.uriSpace, Literal(str(ID))))
    graph.add((whole, VOID.vocabulary, URIRef(str(PG))))
    graph.add((whole, VOID.triples, Literal(sum(counts.values()), datatype=XSD.integer)))
    graph.add((whole, VOID.exampleResource, URIRef(overview.plan.iri)))
    for fmt in (*GRAPH_FORMATS, *DATASET_FORMATS):
        _add_download(graph, whole, URIRef(f"{root}graphs?default&format={fmt.name}"), fmt)
    for name, count in counts.items():
        graph.add((whole, VOID.subset, name))
        graph.add((name, RDF.type, VOID.Dataset))
        graph.add((name, VOID.triples, Literal(count, datatype=XSD.integer)))
        _add_download(graph, name, URIRef(f"{root}graphs?graph={name}&format=turtle"), TURTLE)
    for class_ in overview.classes:
        part = URIRef(root + ".well-known/void#" + class_.iri.rpartition("#")[2])
        graph.add((whole, VOID.classPartition, part))
        graph.add((part, VOID["class"], URIRef(class_.iri)))
        graph.add((part, VOID.entities, Literal(class_.count, datatype=XSD.integer)))
    _add_catalogue(service.store, graph, whole)
    return graph


def _add_download(graph: Graph, dataset: URIRef, address: URIRef, fmt: Format) -> None:
    graph.add((dataset, VOID.dataDump, address))
    graph.add((dataset, DCAT.distribution, address))
    graph.add((address, RDF.type, DCAT.Distribution))
    graph.add((address, DCAT.downloadURL, address))
    graph.add((address, DCAT.mediaType, URIRef(_IANA + fmt.media_type)))


def _add_catalogue(store: GraphStore, graph: Graph, whole: URIRef) -> None:
    """What the data's own catalogue says of the named graphs; its licences hold for the whole."""
    for type_ in (DCAT.Catalog, DCAT.Dataset):
        for node, _, _, _ in store.triples(None, RDF.type, type_):
            for s, p, o, _ in store.triples(URIRef(str(node))):
                if p != DCAT.distribution:
                    graph.add((s, p, o))
                if p == DCTERMS.license:
                    graph.add((whole, DCTERMS.license, o))
