"""Prefixes of the project and of the vocabularies it rests on; minting and checking IRIs.

The forms of IRIs are a public contract: terms under ``pg:``, code lists under ``pgc:`` with a hyphen between scheme
and code, shapes under ``pgs:``, things under ``id/`` + plan key + kind + slug, named graphs under ``graph/``.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, QB, RDF, RDFS, SH, SKOS, VOID, XSD, Namespace

from plangraph.errors import BadInput

ROOT: Final = "https://w3id.org/plangraph/"
PG: Final = Namespace(ROOT + "ontology#")
PGC: Final = Namespace(ROOT + "code/")
PGS: Final = Namespace(ROOT + "shapes#")
ID: Final = Namespace(ROOT + "id/")
GRAPHS: Final = Namespace(ROOT + "graph/")
ONTOLOGY: Final = URIRef(ROOT + "ontology")

ONTOLOGY_GRAPH: Final = GRAPHS["ontology"]
SHAPES_GRAPH: Final = GRAPHS["shapes"]
HISTORY_GRAPH: Final = GRAPHS["history"]
STATE_GRAPH: Final = GRAPHS["shipped"]
"""Holds, for each shipped graph, digests of the shipped files and of the graph as it was stored."""

OA: Final = Namespace("http://www.w3.org/ns/oa#")
GEO: Final = Namespace("http://www.opengis.net/ont/geosparql#")
SF: Final = Namespace("http://www.opengis.net/ont/sf#")
SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
SCHEMA: Final = Namespace("https://schema.org/")
QUDT: Final = Namespace("http://qudt.org/schema/qudt/")
UNIT: Final = Namespace("http://qudt.org/vocab/unit/")
SDMX_DIMENSION: Final = Namespace("http://purl.org/linked-data/sdmx/2009/dimension#")
SDMX_MEASURE: Final = Namespace("http://purl.org/linked-data/sdmx/2009/measure#")
SDMX_ATTRIBUTE: Final = Namespace("http://purl.org/linked-data/sdmx/2009/attribute#")

PREFIXES: Final[dict[str, str]] = {
    "pg": str(PG),
    "pgc": str(PGC),
    "pgs": str(PGS),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "prov": str(PROV),
    "oa": str(OA),
    "org": str(ORG),
    "geo": str(GEO),
    "sf": str(SF),
    "qb": str(QB),
    "sdmx-dimension": str(SDMX_DIMENSION),
    "sdmx-measure": str(SDMX_MEASURE),
    "sdmx-attribute": str(SDMX_ATTRIBUTE),
    "qudt": str(QUDT),
    "unit": str(UNIT),
    "schema": str(SCHEMA),
    "dcat": str(DCAT),
    "foaf": str(FOAF),
    "sh": str(SH),
    "void": str(VOID),
}
"""The prefixes that every command, page and query knows."""

SPARQL_PROLOGUE: Final = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items())

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# RFC 3987, section 2.2, without the private use characters that it allows in queries: parsers refuse those.
_IN_HOST = (
    r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}|[\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef]"
    r"|(?![\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff])[\U00010000-\U0003ffff])"
)
_IN_PATH = rf"(?:{_IN_HOST}|[:@/])"
_AUTHORITY = rf"//(?:(?:{_IN_HOST}|:)*@)?(?:\[[0-9A-Fa-f:.]+\]|{_IN_HOST}*)(?::[0-9]*)?(?=[/?#]|\Z)"
_IRI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_AUTHORITY}|(?!//)){_IN_PATH}*+(?:\?(?:{_IN_PATH}|\?)*+)?(?:#(?:{_IN_PATH}|\?)*+)?"
)
_SHARED_KINDS = frozenset({"place", "org"})


def bind_prefixes(graph: Graph) -> Graph:
    """Give ``graph`` the project's prefixes, in place, and return it."""
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri, override=True, replace=True)
    return graph


def mint(kind: str, slug: str, plan: str | None = None) -> URIRef:
    """The IRI of a thing: ``id/PLAN/KIND/SLUG``, or ``id/KIND/SLUG`` for places and organisations, which plans share.

    Raises ``BadInput`` where a part isn't lower-case ASCII words joined by hyphens.
    """
    if (plan is None) != (kind in _SHARED_KINDS):
        raise BadInput(
            f"“{kind}”{'不属于某个规划' if plan else '须属于某个规划'}。",
            f"A {kind} {'belongs to no single plan' if plan else 'needs the key of its plan'}.",
        )
    parts = [part for part in (plan, kind, slug) if part is not None]
    for part in parts:
        if not _SLUG.fullmatch(part):
            raise BadInput(
                f"标识“{part}”须由小写英文字母、数字和连字符组成。",
                f"“{part}” can't be part of an IRI: use lower-case ASCII words joined by hyphens.",
            )
    return URIRef(ID + "/".join(parts))


def is_safe_iri(text: str) -> bool:
    """Whether ``text`` is an absolute IRI that may stand between angle brackets in a query (RFC 3987)."""
    if not _IRI.fullmatch(text):
        return False
    try:
        urlsplit(text).port  # noqa: B018 - raises where host or port are malformed
    except ValueError:
        return False
    return True


def expand(text: str) -> URIRef:
    """An absolute IRI from an IRI, an IRI in angle brackets, or a prefixed name with a known prefix.

    Raises ``BadInput`` where it is none of these.
    """
    inner = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    prefix, colon, local = inner.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        inner = PREFIXES[prefix] + local
    if not is_safe_iri(inner):
        raise BadInput(
            f"“{text}”不是完整的 IRI，也不是已知前缀的简写。",
            f"“{text}” is neither an absolute IRI nor a prefixed name with a known prefix.",
        )
    return URIRef(inner)


def compact(iri: str) -> str:
    """A prefixed name for ``iri`` where a known namespace fits, else the IRI itself."""
    best = ""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(namespace) > len(PREFIXES.get(best, "")):
            best = prefix
    if not best:
        return iri
    local = iri[len(PREFIXES[best]) :]
    return f"{best}:{local}" if re.fullmatch(r"[\w-]*", local) else iri


def natural_key(iri: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts ``evidence/99`` before ``evidence/100``."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", iri))
