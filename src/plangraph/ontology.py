"""The shipped ontology: its terms with their labels and definitions in Chinese and English.

``ontology/plangraph.ttl`` holds classes and properties, ``ontology/codes/`` one code list a file, ``reused.ttl`` labels
of terms of other vocabularies, ``alignments.ttl`` links to them. Shapes aren't part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import OWL, QB, RDF, RDFS, SKOS

from plangraph.errors import NotFound
from plangraph.namespaces import ONTOLOGY_GRAPH, PG, PGC, QUDT, SCHEMA, bind_prefixes, compact
from plangraph.shipped import shipped
from plangraph.store.parsing import read_file

Kind: TypeAlias = Literal[
    "class", "object-property", "datatype-property", "property", "datatype", "concept-scheme", "concept", "reused"
]
"""``property`` takes things as well as literals (``pg:basis``); ``reused`` is a labelled term from elsewhere."""

LANGUAGES: Final = ("zh", "en")

# In this order, because a code is a concept before it is anything else that it may be too.
_KINDS: Final[tuple[tuple[URIRef, Kind], ...]] = (
    (SKOS.ConceptScheme, "concept-scheme"),
    (SKOS.Concept, "concept"),
    (OWL.Class, "class"),
    (OWL.ObjectProperty, "object-property"),
    (OWL.DatatypeProperty, "datatype-property"),
    (RDF.Property, "property"),
    (RDFS.Datatype, "datatype"),
)
_PROPERTY_KINDS: Final = frozenset({"object-property", "datatype-property", "property"})
_OTHER: Final = {"zh": "en", "en": "zh"}
_OWN: Final = (str(PG), str(PGC))


@dataclass(frozen=True)
class Term:
    """One term of the vocabulary.

    ``label``, ``definition`` and ``symbol`` map ``zh`` and ``en`` to text; a language that a term lacks is absent.
    ``parents`` are super-classes, super-properties or broader concepts, as IRIs. ``domain`` and ``range`` hold several
    IRIs where any of them may occur, none where anything may. ``code_lists`` are the schemes that a property takes its
    values from; ``scheme`` is the scheme that a concept belongs to.
    ``notations`` are the plain codes first, then those of other lists (IATI) as ``(text, datatype IRI)`` in ``coded``.
    """

    iri: str
    kind: Kind
    label: Mapping[str, str] = field(hash=False)
    definition: Mapping[str, str] = field(hash=False)
    scope_notes: Mapping[str, tuple[str, ...]] = field(hash=False)
    symbol: Mapping[str, str] = field(hash=False)
    parents: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    code_lists: tuple[str, ...] = ()
    notations: tuple[str, ...] = ()
    coded: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()
    scheme: str | None = None
    position: int | None = None
    deprecated: bool = False

    @property
    def is_property(self) -> bool:
        """Whether the term is a property of any kind."""
        return self.kind in _PROPERTY_KINDS

    def text(self, lang: str) -> str:
        """The label in ``lang``, else in the other language, else the prefixed name."""
        return self.label.get(lang) or self.label.get(_OTHER.get(lang, "en")) or compact(self.iri)


class Vocabulary:
    """The terms of one ontology graph. Built once, never changed.

    Own terms are those under ``pg:`` and ``pgc:`` that the graph types; other labelled IRIs are ``reused``.
    """

    def __init__(self, graph: Graph) -> None:
        self._terms = {term.iri: term for term in _terms(graph)}
        self._members: dict[str, tuple[Term, ...]] = {}
        for scheme in self.schemes():
            found = [term for term in self._terms.values() if term.scheme == scheme.iri]
            self._members[scheme.iri] = tuple(sorted(found, key=lambda t: (t.position or 0, t.iri)))

    def terms(self) -> tuple[Term, ...]:
        """The ontology's own terms, sorted by IRI."""
        return tuple(term for term in self._terms.values() if term.kind != "reused")

    def reused(self) -> tuple[Term, ...]:
        """The labelled terms of other vocabularies, sorted by IRI."""
        return self._of_kind("reused")

    def classes(self) -> tuple[Term, ...]:
        """The ontology's own classes, sorted by IRI."""
        return self._of_kind("class")

    def properties(self) -> tuple[Term, ...]:
        """The ontology's own properties of every kind, sorted by IRI."""
        return tuple(term for term in self._terms.values() if term.is_property)

    def schemes(self) -> tuple[Term, ...]:
        """The code lists, sorted by IRI."""
        return self._of_kind("concept-scheme")

    def members(self, scheme: str) -> tuple[Term, ...]:
        """The codes of a list in their own order. Raises ``NotFound`` where ``scheme`` is no code list."""
        try:
            return self._members[str(scheme)]
        except KeyError:
            raise NotFound(
                f"没有代码表“{compact(scheme)}”。已有：{'、'.join(compact(s) for s in self._members)}。",
                f"There is no code list “{compact(scheme)}”; there are {', '.join(compact(s) for s in self._members)}.",
            ) from None

    def term(self, iri: str) -> Term:
        """The term ``iri``, own or reused. Raises ``NotFound`` where the vocabulary has none."""
        try:
            return self._terms[str(iri)]
        except KeyError:
            raise NotFound(
                f"本体中没有“{compact(iri)}”。请核对拼写，或在本体页查找。",
                f"The ontology has no “{compact(iri)}”. Check its spelling, or look for it on the ontology page.",
            ) from None

    def find(self, iri: str) -> Term | None:
        """The term ``iri``, own or reused, or None."""
        return self._terms.get(str(iri))

    def label(self, iri: str, lang: str) -> str:
        """What to call ``iri`` in ``lang``: its label, else that in the other language, else the prefixed name."""
        term = self._terms.get(str(iri))
        return term.text(lang) if term else compact(iri)

    def symbol(self, iri: str, lang: str) -> str:
        """What stands after (a unit) or before (a comparator) a figure in ``lang``; the label where there is none."""
        term = self._terms.get(str(iri))
        if term is None:
            return compact(iri)
        return term.symbol.get(lang) or term.symbol.get(_OTHER.get(lang, "en")) or term.text(lang)

    def is_defined(self, iri: str) -> bool:
        """Whether ``iri`` is a term that this ontology itself defines."""
        term = self._terms.get(str(iri))
        return term is not None and term.kind != "reused"

    def _of_kind(self, kind: Kind) -> tuple[Term, ...]:
        return tuple(term for term in self._terms.values() if term.kind == kind)


def ontology_files() -> tuple[Path, ...]:
    """The shipped files that make up the ontology: terms, code lists, reused labels, alignments; no shapes."""
    root = shipped("ontology")
    codes = sorted((root / "codes").glob("*.ttl"))
    return (root / "plangraph.ttl", *codes, root / "reused.ttl", root / "alignments.ttl")


def parse_turtle(path: Path, graph: Graph | None = None) -> Graph:
    """Read a shipped Turtle file into ``graph`` (a new one with the project's prefixes where none is given).

    Raises ``BadInput`` where the file is missing, ``SyntaxFault`` with file, line and column where it isn't Turtle.
    """
    target = bind_prefixes(Graph(bind_namespaces="none")) if graph is None else graph
    # Oxigraph's parser: four times as fast as rdflib's, and this is on the way of every start.
    target.addN((s, p, o, target) for s, p, o, _ in read_file(path, default_graph=ONTOLOGY_GRAPH))
    return target


def load_ontology() -> Graph:
    """The shipped ontology as one graph, with the project's prefixes; the caller owns it."""
    graph = bind_prefixes(Graph(bind_namespaces="none"))
    for path in ontology_files():
        parse_turtle(path, graph)
    return graph


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The shipped vocabulary; read once a process."""
    return Vocabulary(load_ontology())


def _terms(graph: Graph) -> Iterable[Term]:
    own: dict[URIRef, Kind] = {}
    for type_, kind in _KINDS:
        for node in graph.subjects(RDF.type, type_):
            if isinstance(node, URIRef) and str(node).startswith(_OWN):
                own.setdefault(node, kind)
    labelled = {node for node in graph.subjects(RDFS.label, None) if isinstance(node, URIRef)}
    for iri in sorted(labelled | own.keys()):
        if iri in own:
            yield _own_term(graph, iri, own[iri])
        else:
            yield Term(str(iri), "reused", _texts(graph, iri, RDFS.label), _EMPTY, _EMPTY_NOTES, _symbols(graph, iri))


def _own_term(graph: Graph, iri: URIRef, kind: Kind) -> Term:
    notations = [n for n in graph.objects(iri, SKOS.notation) if isinstance(n, RdfLiteral)]
    position = graph.value(iri, PG.position)
    scheme = graph.value(iri, SKOS.inScheme)
    return Term(
        iri=str(iri),
        kind=kind,
        label=_texts(graph, iri, SKOS.prefLabel if kind in ("concept", "concept-scheme") else RDFS.label),
        definition=_texts(graph, iri, SKOS.definition),
        scope_notes=MappingProxyType(
            {lang: found for lang in LANGUAGES if (found := _in_language(graph, iri, SKOS.scopeNote, lang))}
        ),
        symbol=_symbols(graph, iri),
        parents=_iris(graph, iri, RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader),
        domain=_iris(graph, iri, RDFS.domain, SCHEMA.domainIncludes),
        range=_iris(graph, iri, RDFS.range, SCHEMA.rangeIncludes),
        code_lists=_iris(graph, iri, QB.codeList),
        notations=tuple(sorted(str(n) for n in notations if n.datatype is None)),
        coded=tuple(sorted((str(n), str(n.datatype)) for n in notations if n.datatype is not None)),
        examples=tuple(sorted(str(x) for x in graph.objects(iri, SKOS.example))),
        scheme=str(scheme) if scheme is not None else None,
        position=int(position) if isinstance(position, RdfLiteral) else None,
        deprecated=(iri, OWL.deprecated, RdfLiteral(True)) in graph,
    )


_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
_EMPTY_NOTES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


def _symbols(graph: Graph, iri: URIRef) -> Mapping[str, str]:
    return _texts(graph, iri, QUDT.symbol)


def _texts(graph: Graph, iri: URIRef, predicate: URIRef) -> Mapping[str, str]:
    found = {lang: _in_language(graph, iri, predicate, lang) for lang in LANGUAGES}
    return MappingProxyType({lang: texts[0] for lang, texts in found.items() if texts})


def _in_language(graph: Graph, iri: URIRef, predicate: URIRef, lang: str) -> tuple[str, ...]:
    values = graph.objects(iri, predicate)
    return tuple(sorted(str(v) for v in values if isinstance(v, RdfLiteral) and v.language == lang))


def _iris(graph: Graph, iri: URIRef, *predicates: URIRef) -> tuple[str, ...]:
    return tuple(sorted({str(o) for p in predicates for o in graph.objects(iri, p) if isinstance(o, URIRef)}))
