"""The graph as networkx sees it: what is around a thing, and how two things hang together.

The projection keeps the links between things of the plan. Left out is what would tie everything to everything: the
plan that all belongs to, evidence, attributions, the area that figures refer to, and the code lists.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from math import log2
from typing import Any, Final
from weakref import WeakKeyDictionary

import networkx as nx
from rdflib import URIRef
from rdflib.namespace import DCTERMS, PROV, RDF

from plangraph.entities import EDITORIAL, Evidence, Named, evidence_of, name_of, rationale_of
from plangraph.errors import NotFound
from plangraph.namespaces import GEO, ID, OA, PG, compact, natural_key
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore

_LEFT_OUT: Final = frozenset(
    {
        RDF.type,
        PG.inPlan,
        PG.evidence,
        PG.refArea,
        PG.linkFrom,
        PG.linkTo,
        PROV.wasAttributedTo,
        OA.hasSource,
        OA.hasSelector,
        GEO.hasGeometry,
        DCTERMS.source,
    }
)
# What a reader wants to see first around a thing.
_ORDER: Final = (
    "Plan", "Goal", "Domain", "Task", "MainIndicator", "Indicator", "Problem", "PolicyMeasure", "Programme", "Project",
    "Place", "Organization", "Document", "Slogan", "SloganMember", "Recognition", "Event", "Circumstance",
    "IndicatorGroup", "Assessment", "StatusReport", "Observation",
)  # fmt: skip
_CANDIDATES: Final = 500


@dataclass(frozen=True)
class Hop:
    """One step of a path. ``forward`` tells whether the link points the way the path goes.

    A stated link has the evidence of the things it joins, an inferred one its rationale by language.
    """

    subject: Named
    property: str
    object: Named
    forward: bool
    inferred: bool
    rationale: dict[str, str] | None
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """The hop as ``/api/path`` and ``plangraph path --format json`` give it."""
        return {
            "subject": {"iri": self.subject.iri, "label": self.subject.label},
            "property": self.property,
            "propertyLabel": property_label(self.property),
            "object": {"iri": self.object.iri, "label": self.object.label},
            "forward": self.forward,
            "inferred": self.inferred,
            "rationale": self.rationale,
            "evidence": [
                {"iri": e.iri, "locator": e.locator, "exact": e.exact, "start": e.start, "end": e.end}
                for e in self.evidence
            ],
        }


@dataclass(frozen=True)
class Path:
    """A way from one thing to another, hop by hop."""

    hops: tuple[Hop, ...]

    def __len__(self) -> int:
        return len(self.hops)

    def to_json(self) -> dict[str, Any]:
        """``length`` and ``hops``."""
        return {"length": len(self), "hops": [hop.to_json() for hop in self.hops]}


@dataclass(frozen=True)
class View:
    """A part of the graph for a drawing. ``graph`` is a networkx multigraph of IRIs with edge keys = property IRIs;
    ``more`` counts the neighbours that the limit left out."""

    graph: nx.MultiDiGraph[str]
    names: dict[str, Named]
    degrees: dict[str, int]
    more: int

    def to_json(self) -> dict[str, Any]:
        """``nodes``, ``edges`` and ``more`` as the web view reads them; labels in both languages."""
        nodes = [
            {
                "iri": iri,
                "label": named.label or {"zh": compact(iri), "en": compact(iri)},
                "types": list(named.types),
                "kind": named.kind,
                "degree": self.degrees[iri],
            }
            for iri, named in self.names.items()
        ]
        edges = [
            {
                "source": source,
                "target": target,
                "property": key,
                "propertyLabel": property_label(key),
                "inferred": bool(data["inferred"]),
            }
            for source, target, key, data in self.graph.edges(keys=True, data=True)
        ]
        return {"nodes": nodes, "edges": edges, "more": self.more}


def property_label(iri: str) -> dict[str, str]:
    """A property's label by language."""
    return {lang: vocabulary().label(iri, lang) for lang in ("zh", "en")}


class _Projection:
    """The links between things, as one directed multigraph with property IRIs as edge keys."""

    def __init__(self, store: GraphStore) -> None:
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        base = str(ID)
        for s, p, o, g in store.triples():
            if p not in _LEFT_OUT and isinstance(o, URIRef) and s.startswith(base) and o.startswith(base):
                # What a source states stays stated, also where editors say it too.
                known = self.graph.get_edge_data(str(s), str(o), str(p), {"inferred": True})
                self.graph.add_edge(str(s), str(o), str(p), inferred=known["inferred"] and g.endswith(EDITORIAL))
        for node, _, _, _ in store.triples(None, RDF.type, PG.Link):
            if node in self.graph:
                self.graph.remove_node(str(node))

    @cached_property
    def undirected(self) -> nx.Graph[str]:
        return nx.Graph(self.graph.to_undirected(as_view=True))


_PROJECTIONS: WeakKeyDictionary[GraphStore, tuple[int, _Projection]] = WeakKeyDictionary()


def _projection(store: GraphStore) -> _Projection:
    revision, found = _PROJECTIONS.get(store, (-1, None))
    if found is None or revision != store.revision:
        found = _Projection(store)
        _PROJECTIONS[store] = (store.revision, found)
    return found


def project(store: GraphStore) -> nx.MultiDiGraph[str]:
    """A copy of the whole projection, for networkx's own measures and exports."""
    return _projection(store).graph.copy()


def network_file(store: GraphStore, format_name: str, lang: str) -> bytes:
    """The projection as ``graphml`` or ``gexf``: nodes with label and kind, edges with the property and its label."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    network = _projection(store).graph
    for iri in sorted(network):
        named = name_of(store, iri)
        plain.add_node(iri, label=named.text(lang), kind=named.kind)
    for source, target, key, data in sorted(network.edges(keys=True, data=True), key=lambda edge: edge[:3]):
        label = property_label(key)[lang]
        plain.add_edge(source, target, property=key, label=label, inferred=bool(data["inferred"]))
    out = io.BytesIO()
    (nx.write_graphml if format_name == "graphml" else nx.write_gexf)(plain, out)
    return out.getvalue()


def neighbourhood(store: GraphStore, iri: str, *, depth: int = 1, limit: int = 60) -> View:
    """What is within ``depth`` links of ``iri``, at most ``limit`` things besides it, the nearest first.

    Raises ``NotFound`` where the graph doesn't have it.
    """
    projection = _projection(store)
    if iri not in projection.graph:
        named = name_of(store, iri)
        if not named.label and not named.types:
            raise NotFound(f"图谱中没有 {iri}。", f"The graph has no {iri}.")
        alone: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        alone.add_node(iri)
        return View(alone, {iri: named}, {iri: 0}, 0)
    distances = nx.single_source_shortest_path_length(projection.undirected, iri, cutoff=depth)
    things = {other: name_of(store, other) for other in distances}
    ranked = sorted(things, key=lambda other: (distances[other], _rank(things[other]), natural_key(other)))
    kept = ranked[: limit + 1]
    return View(
        graph=projection.graph.subgraph(kept),
        names={other: things[other] for other in kept},
        degrees={other: projection.undirected.degree(other) for other in kept},
        more=len(ranked) - len(kept),
    )


def _rank(named: Named) -> int:
    return _ORDER.index(named.kind) if named.kind in _ORDER else len(_ORDER)


def paths(store: GraphStore, start: str, goal: str, *, maximum: int = 3, max_length: int = 8) -> tuple[Path, ...]:
    """Up to ``maximum`` of the shortest paths between two things, links taken in either direction.

    Among paths of equal length those come first that go through stated links and past no hub. Empty where the things
    aren't joined within ``max_length`` hops. Raises ``NotFound`` where the graph lacks one of them.
    """
    projection = _projection(store)
    for iri in (start, goal):
        if iri not in projection.graph and not name_of(store, iri).types:
            raise NotFound(f"图谱中没有 {iri}。", f"The graph has no {iri}.")
    plain = projection.undirected
    if start == goal or start not in plain or goal not in plain:
        return ()
    try:
        if nx.shortest_path_length(plain, start, goal) > max_length:
            return ()
    except nx.NetworkXNoPath:
        return ()
    candidates = islice(nx.all_shortest_paths(plain, start, goal), _CANDIDATES)
    ranked = sorted(candidates, key=lambda route: (_cost(projection, route), route))
    return tuple(Path(tuple(_hops(store, projection, route))) for route in ranked[:maximum])


def _cost(projection: _Projection, route: list[str]) -> float:
    hubs = sum(log2(1 + projection.undirected.degree(node)) for node in route[1:-1])
    inferred = sum(_edge(projection, a, b)[3] for a, b in pairwise(route))
    return float(hubs + 2 * inferred)


def _edge(projection: _Projection, a: str, b: str) -> tuple[str, str, str, bool]:
    """The link between two neighbours that says most: a stated one before an inferred one, then by property."""
    found = [
        (bool(data["inferred"]), s == b, str(key), s, t)
        for s, t in ((a, b), (b, a))
        if projection.graph.has_edge(s, t)
        for key, data in projection.graph[s][t].items()
    ]
    inferred, _, key, source, target = min(found)
    return source, key, target, inferred


def _hops(store: GraphStore, projection: _Projection, route: list[str]) -> Iterator[Hop]:
    for a, b in pairwise(route):
        source, key, target, inferred = _edge(projection, a, b)
        rationale = _rationale(store, source, key, target) if inferred else None
        evidence = () if inferred else evidence_of(store, source) or evidence_of(store, target)
        yield Hop(name_of(store, source), key, name_of(store, target), source == a, inferred, rationale, evidence)


def _rationale(store: GraphStore, source: str, key: str, target: str) -> dict[str, str] | None:
    for node, _, _, _ in store.triples(None, PG.linkFrom, URIRef(source)):
        if isinstance(node, URIRef):
            ends, rationale = rationale_of(store, node)
            if ends == (key, source, target):
                return rationale
    own = {o.language or "zh": str(o) for _, _, o, _ in store.triples(URIRef(source), PG.rationale)}  # type: ignore[union-attr]
    return own or None
