"""The description of one thing: its names, facts, links out and in, and the evidence for it."""

from __future__ import annotations

import contextlib
import difflib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS

from plangraph.errors import BadInput, NotFound
from plangraph.namespaces import ID, OA, PG, SHAPES_GRAPH, bind_prefixes, compact, expand, is_safe_iri, natural_key
from plangraph.ontology import vocabulary
from plangraph.store.base import GraphStore, Term

_LABELS: Final = (SKOS.prefLabel, RDFS.label, DCTERMS.title, FOAF.name)
# Shown elsewhere on a page than among the facts and links.
_APART: Final = frozenset(map(str, (RDF.type, SKOS.prefLabel, SKOS.altLabel, DCTERMS.description, PG.evidence)))
EDITORIAL: Final = "/editorial"
"""How the IRI of a named graph ends that holds what editors inferred."""
_LINK_PARTS: Final = frozenset({PG.linkFrom, PG.linkTo})


_Reasons = dict[tuple[str, str, str], dict[str, str]]


@dataclass(frozen=True)
class Named:
    """A thing with its label by language (``zh``, ``en``; either may be absent) and its types, most specific first."""

    iri: str
    label: dict[str, str]
    types: tuple[str, ...]

    def text(self, lang: str) -> str:
        """Its label in ``lang``, else in the other language, else its short IRI."""
        return self.label.get(lang) or self.label.get("zh") or self.label.get("en") or compact(self.iri)

    @property
    def kind(self) -> str:
        """The local name of its most specific type, e.g. ``MainIndicator``; empty where it has none."""
        return compact(self.types[0]).partition(":")[2] if self.types else ""


@dataclass(frozen=True)
class Value:
    """One value of a property: the term, what it names where it is a link, and why it is there where it is inferred."""

    term: Term
    thing: Named | None
    graph: str
    inferred: bool = False
    rationale: dict[str, str] | None = None


@dataclass(frozen=True)
class PropertyGroup:
    """The values of one property, at most a page of them; ``total`` counts all."""

    property: str
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True)
class Evidence:
    """A place in a source: code points ``start`` to ``end`` (exclusive), the figure or name there, a reference."""

    iri: str
    source: Named
    locator: str
    start: int
    end: int
    exact: str


@dataclass(frozen=True)
class Description:
    """All that the graph says of one thing. Property groups are in the order of the ontology's labels."""

    thing: Named
    alt: dict[str, tuple[str, ...]]
    description: dict[str, str]
    facts: tuple[PropertyGroup, ...]
    links_out: tuple[PropertyGroup, ...]
    links_in: tuple[PropertyGroup, ...]
    evidence: tuple[Evidence, ...]
    graphs: tuple[str, ...]


def name_of(store: GraphStore, iri: str) -> Named:
    """The label and types of a thing; of a term of the ontology too. Unknown things have neither."""
    label: dict[str, str] = {}
    subject = URIRef(iri)
    for predicate in _LABELS:
        for _, _, text, _ in store.triples(subject, predicate):
            if isinstance(text, Literal):
                label.setdefault(text.language or "zh", str(text))
        if label:
            break
    if not label and (term := vocabulary().find(iri)) is not None:
        label = dict(term.label)
    types = {str(o) for _, _, o, _ in store.triples(subject, RDF.type)}
    return Named(iri, label, _most_specific_first(types))


def names(store: GraphStore, iris: Iterable[str]) -> dict[str, Named]:
    """``name_of`` for several things."""
    return {iri: name_of(store, iri) for iri in dict.fromkeys(iris)}


def _most_specific_first(types: set[str]) -> tuple[str, ...]:
    def ancestors(iri: str) -> set[str]:
        term = vocabulary().find(iri)
        return {parent for p in term.parents for parent in {p, *ancestors(p)}} if term else set()

    above = {parent for iri in types for parent in ancestors(iri)}
    return tuple(sorted(types, key=lambda iri: (iri in above, not iri.startswith(str(PG)), iri)))


def describe(store: GraphStore, iri: str, *, limit: int = 50) -> Description:
    """The description of ``iri``, with at most ``limit`` values a property. Raises ``NotFound``."""
    subject = URIRef(iri)
    reasons = _reasons(store, subject)
    out = [(str(p), o, str(g)) for _, p, o, g in store.triples(subject) if g != SHAPES_GRAPH]
    facts: dict[str, list[Value]] = {}
    links_out: dict[str, list[Value]] = {}
    alt: dict[str, tuple[str, ...]] = {}
    description: dict[str, str] = {}
    for p, o, g in out:
        if p in _APART:
            if p == str(SKOS.altLabel) and isinstance(o, Literal):
                alt[o.language or "zh"] = (*alt.get(o.language or "zh", ()), str(o))
            elif p == str(DCTERMS.description) and isinstance(o, Literal):
                description[o.language or "zh"] = str(o)
        elif isinstance(o, Literal):
            facts.setdefault(p, []).append(Value(o, None, g))
        else:
            links_out.setdefault(p, []).append(_link(o, g, reasons.get((p, iri, str(o)))))
    links_in = _incoming(store, subject, reasons)
    if not out and not links_in:
        raise NotFound(f"图谱中没有 {iri}。", f"The graph has no {iri}.")
    return Description(
        thing=name_of(store, iri),
        alt={lang: tuple(sorted(texts)) for lang, texts in alt.items()},
        description=description,
        facts=_groups(store, facts, 0, limit),
        links_out=_groups(store, links_out, 0, limit),
        links_in=_groups(store, links_in, 0, limit),
        evidence=evidence_of(store, iri),
        graphs=tuple(sorted({g for _, _, g in out})),
    )


def links(
    store: GraphStore, iri: str, predicate: str, *, inverse: bool = False, offset: int = 0, limit: int = 50
) -> PropertyGroup:
    """One page of the links of ``iri`` by ``predicate``, out or, with ``inverse``, in: hubs are read by pages."""
    subject = URIRef(iri)
    reasons = _reasons(store, subject)
    if inverse:
        values = _incoming(store, subject, reasons, URIRef(predicate)).get(predicate, [])
    else:
        values = [
            _link(o, str(g), reasons.get((predicate, iri, str(o))))
            for _, _, o, g in store.triples(subject, URIRef(predicate))
            if g != SHAPES_GRAPH
        ]
    return _group(store, predicate, values, offset, limit)


def _incoming(
    store: GraphStore, subject: URIRef, reasons: _Reasons, predicate: URIRef | None = None
) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for s, p, _, g in store.triples(None, predicate, subject):
        if p not in _LINK_PARTS and g != SHAPES_GRAPH:
            reason = reasons.get((str(p), str(s), str(subject)))
            found.setdefault(str(p), []).append(_link(s, str(g), reason))
    return found


def _link(other: Term, graph: str, reason: dict[str, str] | None) -> Value:
    return Value(other, None, graph, reason is not None or graph.endswith(EDITORIAL), reason)


def _reasons(store: GraphStore, subject: URIRef) -> _Reasons:
    """The rationale of each inferred link from or to ``subject``, by property, start and end."""
    found: _Reasons = {}
    for end in _LINK_PARTS:
        for node, _, _, _ in store.triples(None, end, subject):
            if isinstance(node, URIRef):
                found.update(dict([rationale_of(store, node)]))
    return found


def rationale_of(store: GraphStore, link: URIRef) -> tuple[tuple[str, str, str], dict[str, str]]:
    """Of a ``pg:Link``: its property, start and end, and its rationale by language."""
    ends = {PG.linkProperty: "", PG.linkFrom: "", PG.linkTo: ""}
    rationale: dict[str, str] = {}
    for _, p, o, _ in store.triples(link):
        if p in ends:
            ends[p] = str(o)
        elif p == PG.rationale and isinstance(o, Literal):
            rationale[o.language or "zh"] = str(o)
    return (ends[PG.linkProperty], ends[PG.linkFrom], ends[PG.linkTo]), rationale


def _groups(store: GraphStore, values: dict[str, list[Value]], offset: int, limit: int) -> tuple[PropertyGroup, ...]:
    order = {term.iri: n for n, term in enumerate(vocabulary().properties())}
    ranked = sorted(values, key=lambda p: (order.get(p, len(order)), p))
    return tuple(_group(store, p, values[p], offset, limit) for p in ranked)


def _group(store: GraphStore, predicate: str, values: list[Value], offset: int, limit: int) -> PropertyGroup:
    total = len(values)
    values = sorted(values, key=lambda v: natural_key(str(v.term)))
    if total <= limit:
        values = [_named(store, v) for v in values]
        values.sort(key=lambda v: (_position(store, v), v.thing.text("zh") if v.thing else ""))
        values = values[offset:]
    else:
        values = [_named(store, v) for v in values[offset : offset + limit]]
    return PropertyGroup(predicate, tuple(values), total)


def _named(store: GraphStore, value: Value) -> Value:
    return value if isinstance(value.term, Literal) else replace(value, thing=name_of(store, str(value.term)))


def _position(store: GraphStore, value: Value) -> int:
    if isinstance(value.term, URIRef):
        for _, _, o, _ in store.triples(value.term, PG.position):
            number = _whole(o)
            return sys.maxsize if number is None else number
    return sys.maxsize


def _whole(term: Term) -> int | None:
    """A whole number; None where the data, which may not conform, have something else there."""
    try:
        return int(str(term))
    except ValueError:
        return None


def evidence_of(store: GraphStore, iri: str) -> tuple[Evidence, ...]:
    """The evidence of a thing, in the order of the source. A piece of evidence is its own."""
    subject = URIRef(iri)
    nodes = [o for _, _, o, _ in store.triples(subject, PG.evidence) if isinstance(o, URIRef)]
    if not nodes and any(o == OA.SpecificResource for _, _, o, _ in store.triples(subject, RDF.type)):
        nodes = [subject]
    found = [evidence for node in nodes if (evidence := read_evidence(store, node)) is not None]
    return tuple(sorted(found, key=lambda e: (e.source.iri, e.start, e.end)))


def read_evidence(store: GraphStore, node: URIRef) -> Evidence | None:
    """One piece of evidence; None where it has no position or no quote."""
    of_node = {p: o for _, p, o, _ in store.triples(node)}
    parts: dict[URIRef, Term] = {}
    for _, _, selector, _ in store.triples(node, OA.hasSelector):
        if isinstance(selector, URIRef):
            parts.update({p: o for _, p, o, _ in store.triples(selector)})
    if OA.start not in parts or OA.end not in parts or OA.exact not in parts or OA.hasSource not in of_node:
        return None
    start, end = _whole(parts[OA.start]), _whole(parts[OA.end])
    if start is None or end is None:
        return None
    return Evidence(
        iri=str(node),
        source=name_of(store, str(of_node[OA.hasSource])),
        locator=str(of_node.get(PG.locator, "")),
        start=start,
        end=end,
        exact=str(parts[OA.exact]),
    )


def thing_graph(store: GraphStore, iri: str) -> Graph:
    """The RDF of one thing: what it says, what points to it, and its evidence with selectors."""
    subject = URIRef(iri)
    graph = bind_prefixes(Graph(bind_namespaces="none"))
    for s, p, o, g in (*store.triples(subject), *store.triples(None, None, subject)):
        if g != SHAPES_GRAPH:
            graph.add((s, p, o))
    for node in [subject, *graph.objects(subject, PG.evidence)]:
        for _, _, o, _ in store.triples(URIRef(str(node)), OA.hasSelector):
            graph.addN((s, q, v, graph) for s, q, v, _ in store.triples(URIRef(str(o))))
        if node != subject:
            graph.addN((s, q, v, graph) for s, q, v, _ in store.triples(URIRef(str(node))))
    return graph


def resolve(store: GraphStore, text: str) -> str:
    """The IRI of what a person means by an IRI, a prefixed name, a path such as ``task/education``, or a label.

    Raises ``NotFound`` with near misses, ``BadInput`` where a label means several things.
    """
    text = text.strip()
    candidates = [text.strip("<>")]
    with contextlib.suppress(BadInput):
        candidates.append(str(expand(text)))
    if re.fullmatch(r"[a-z0-9/-]+", text):
        candidates.append(str(ID) + text)
        candidates += [f"{plan}{text}" for plan in _plan_bases(store)]
    for iri in candidates:
        if is_safe_iri(iri) and next(iter(store.triples(URIRef(iri))), None) is not None:
            return iri
    meant = _by_label(store, text)
    if len(meant) == 1:
        return meant[0]
    if meant:
        listed = "\n".join(f"  {iri}" for iri in meant)
        raise BadInput(
            f"“{text}”可指多个事物，请用 IRI：\n{listed}", f"“{text}” may mean any of these, give its IRI:\n{listed}"
        )
    near = difflib.get_close_matches(text, sorted(_all_labels(store)), n=5, cutoff=0.5)
    raise NotFound(
        f"图谱中没有“{text}”。" + (f"相近的有：{'、'.join(near)}。" if near else "可用搜索查找。"),
        f"The graph has no “{text}”. " + (f"Near to it: {', '.join(near)}." if near else "Try the search."),
    )


def _plan_bases(store: GraphStore) -> list[str]:
    plans = [str(s) for s, _, _, _ in store.triples(None, RDF.type, PG.Plan)]
    return sorted({iri.rsplit("/", 2)[0] + "/" for iri in plans})


def _by_label(store: GraphStore, text: str) -> list[str]:
    found: dict[URIRef, set[str]] = {SKOS.prefLabel: set(), SKOS.altLabel: set(), RDFS.label: set()}
    for predicate, iris in found.items():
        for lang in ("zh", "en"):
            iris.update(str(s) for s, _, _, _ in store.triples(None, predicate, Literal(text, lang=lang)))
    preferred = found[SKOS.prefLabel] or found[SKOS.altLabel] or found[RDFS.label]
    # A member of a slogan carries the name of the goal that it stands for: the goal is meant.
    named = {iri for iri in preferred for _, _, o, _ in store.triples(URIRef(iri), PG.expandsTo) if str(o) in preferred}
    return sorted(preferred - named or preferred)


def _all_labels(store: GraphStore) -> set[str]:
    return {str(o) for p in (SKOS.prefLabel, SKOS.altLabel) for _, _, o, _ in store.triples(None, p)}
