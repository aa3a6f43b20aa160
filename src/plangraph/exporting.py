"""The graph as files: RDF, networks for graph programs, and a table of statements."""

from __future__ import annotations

import csv
import io
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

from plangraph.entities import name_of
from plangraph.errors import BadInput, NotFound
from plangraph.graphview import network_file, property_label
from plangraph.mediatypes import DATASET_FORMATS, GRAPH_FORMATS, by_name
from plangraph.namespaces import ONTOLOGY_GRAPH, SHAPES_GRAPH, STATE_GRAPH
from plangraph.store.base import GraphStore
from plangraph.turtle import serialize_graph

FORMATS: Final = (
    "trig", "nquads", "turtle", "jsonld", "nt", "rdf", "graphml", "gexf", "csv", "xlsx", "csv-sheets",
)  # fmt: skip
_INTERNAL: Final = frozenset({ONTOLOGY_GRAPH, SHAPES_GRAPH, STATE_GRAPH})


def export_store(store: GraphStore, format_name: str, graph: URIRef | None, lang: str) -> bytes:
    """The store, or one named graph of it, in the format of that name; ``lang`` is for labels in networks and tables.

    ``trig`` and ``nquads`` hold every named graph; formats for one graph hold the union of the plans' graphs, without
    ontology and shapes; ``graphml`` and ``gexf`` the links between things; ``csv`` a row a statement, with labels;
    ``xlsx`` a workbook with a sheet a class, and ``csv-sheets`` a zip file with the same as CSV, both to be edited and
    read again.
    Raises ``NotFound`` for a graph that isn't there, ``BadInput`` for an unknown format.
    """
    if format_name not in FORMATS:
        known = " ".join(FORMATS)
        raise BadInput(
            f"没有格式“{format_name}”，可用：{known}。", f"There is no format “{format_name}”. To be had: {known}."
        )
    if graph is not None and graph not in store.graphs():
        raise NotFound(f"没有命名图 {graph}。", f"There is no named graph {graph}.")
    if format_name in ("graphml", "gexf"):
        return network_file(store, format_name, lang)
    if format_name == "csv":
        return _statements(store, graph, lang)
    if format_name in ("xlsx", "csv-sheets"):
        # openpyxl takes a while to load, and few exports want it
        from plangraph.spreadsheets import export_csv, export_workbook

        return (export_workbook if format_name == "xlsx" else export_csv)(store, lang=lang, graph=graph)
    if dataset_format := by_name(format_name, DATASET_FORMATS):
        return store.dump(dataset_format.media_type, graph)
    fmt = by_name(format_name, GRAPH_FORMATS)
    assert fmt is not None
    return serialize_graph(store.graph(graph) if graph is not None else _plan_data(store), fmt)


def _plan_data(store: GraphStore) -> Graph:
    found = Graph(bind_namespaces="none")
    found.addN((s, p, o, found) for s, p, o, g in store.triples() if g not in _INTERNAL)
    return found


def _statements(store: GraphStore, graph: URIRef | None, lang: str) -> bytes:
    """A row a statement, sorted, with a byte order mark so that spreadsheet programs take it for UTF-8."""
    named: dict[str, str] = {}

    def label(term: object) -> str:
        if isinstance(term, Literal):
            return str(term)
        iri = str(term)
        if iri not in named:
            named[iri] = name_of(store, iri).text(lang)
        return named[iri]

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(
        [
            "subject",
            "subjectLabel",
            "property",
            "propertyLabel",
            "object",
            "objectLabel",
            "language",
            "datatype",
            "graph",
        ]
    )
    for s, p, o, g in sorted(store.triples(), key=lambda quad: [str(part) for part in quad]):
        if g == graph or (graph is None and g not in _INTERNAL):
            language = (o.language or "") if isinstance(o, Literal) else ""
            datatype = str(o.datatype or "") if isinstance(o, Literal) else ""
            table.writerow([s, label(s), p, property_label(str(p))[lang], o, label(o), language, datatype, g])
    return out.getvalue().encode("utf-8-sig")


def count_by_class(store: GraphStore) -> dict[str, int]:
    """How many things each class has, by class IRI, the largest first."""
    members: dict[str, set[str]] = {}
    for s, _, c, g in store.triples(None, RDF.type):
        if g not in _INTERNAL:
            members.setdefault(str(c), set()).add(str(s))
    counts = {iri: len(found) for iri, found in members.items()}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
