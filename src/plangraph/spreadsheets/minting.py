"""IRIs for new things, from what a row says of them: the same row always gets the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import ORG, RDF, SKOS, XSD

from plangraph.namespaces import ID, OA, PG, mint
from plangraph.spreadsheets.columns import Column
from plangraph.store.base import Term

_SHARED: Final = {str(PG.Place): "place", str(ORG.Organization): "org"}
_KINDS: Final = {str(PG.PolicyMeasure): "measure", str(PG.MainIndicator): "indicator"}
_LONGEST: Final = 80
_CODE: Final = re.compile(r"[0-9]{6,12}")

Terms = Mapping[Column, Sequence[Term]]


def slug(text: str) -> str:
    """Lower-case ASCII words of a text, joined by hyphens; empty where it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words if len(words) <= _LONGEST else words[:_LONGEST].rpartition("-")[0]


def kind_of(cls: str) -> str:
    """The part of an IRI that says what kind of thing it is: ``status-report`` for ``pg:StatusReport``."""
    local = re.split(r"[#/]", cls)[-1]
    return _SHARED.get(cls) or _KINDS.get(cls) or re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", local).lower()


def plan_key(iri: str) -> str | None:
    """The key of the plan that an IRI stands under: ``xinghe-2021``; None for what plans share."""
    found = re.match(re.escape(str(ID)) + r"([a-z0-9-]+)/[a-z-]+/", iri)
    return found[1] if found and found[1] not in _SHARED.values() else None


def is_shared(cls: str) -> bool:
    """Whether things of a class belong to no single plan."""
    return cls in _SHARED


def minted(cls: str, stem: str, plan: str | None) -> URIRef:
    """The IRI of a thing of ``cls``; ``plan`` is left out for what plans share."""
    return mint(kind_of(cls), stem, None if is_shared(cls) else plan)


def value(terms: Terms, predicate: URIRef, lang: str | None = None) -> Term | None:
    """The first value that a row gives for a property."""
    for column, found in terms.items():
        if column.predicate == predicate and not column.part and found and (lang is None or column.lang == lang):
            return found[0]
    return None


def stem_of(cls: str, terms: Terms) -> str:
    """The last part of the IRI of a new thing; never empty."""
    made = _STEMS.get(cls, _by_label)(terms)
    return made or "x-" + _digest(terms)


def _digest(terms: Terms) -> str:
    told = sorted(f"{column.key} {term.n3()}" for column, found in terms.items() for term in found)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:10]


def _by_label(terms: Terms) -> str:
    code = value(terms, SKOS.notation)
    if code is not None and _CODE.fullmatch(str(code)):
        return str(code)
    label = value(terms, SKOS.prefLabel, "en")
    return slug(str(label)) if label is not None else ""


def _last(term: Term | None) -> str:
    return slug(str(term).rpartition("/")[2]) if term is not None else ""


def _code(term: Term | None) -> str:
    """The code without the name of its list: ``target`` of ``value-type-target``."""
    return re.sub(r"^(?:value-type|statistic|status|progress)-", "", _last(term))


def _joined(*parts: str) -> str:
    return "-".join(part for part in parts if part)


def _observation(terms: Terms) -> str:
    indicator = value(terms, PG.ofIndicator)
    if indicator is None:
        return ""
    start, end = value(terms, PG.periodStart), value(terms, PG.periodEnd)
    due = value(terms, PG.dueBy)
    return _joined(
        _last(indicator), _last(value(terms, PG.refArea)), _when(start, end or due), _code(value(terms, PG.statistic)),
        _code(value(terms, PG.valueType)),
    )  # fmt: skip


def _when(start: Term | None, end: Term | None) -> str:
    first, last = str(start or ""), str(end or "")
    if last.endswith("-12-31") and (not first or first == last[:4] + "-01-01"):
        return last[:4]
    if first.endswith("-01-01") and last.endswith("-12-31"):
        return f"{first[:4]}-{last[:4]}"
    return slug(f"{first} {last}")


def _about(terms: Terms) -> str:
    about = value(terms, PG.about)
    if about is None:
        return ""
    parts = str(about).split("/")
    return _joined(slug(" ".join(parts[-2:])), slug(str(value(terms, PG.asOf) or "")))


def _link(terms: Terms) -> str:
    ends = [value(terms, predicate) for predicate in (PG.linkFrom, PG.linkProperty, PG.linkTo)]
    if any(end is None for end in ends):
        return ""
    first, by, last = (str(end) for end in ends)
    named = re.sub(r"(?<=[a-z])([A-Z])", r"-\1", by.rpartition("#")[2])
    return slug(" ".join([*first.split("/")[-2:], named, *last.split("/")[-2:]])[:200])


_STEMS: Final = {
    str(PG.Observation): _observation,
    str(PG.StatusReport): _about,
    str(PG.Assessment): _about,
    str(PG.Link): _link,
}
LATE: Final = frozenset(_STEMS)
"""Classes whose things are named after others, so that those must be known first."""


def evidence_iri(base: str, start: int, quote: str) -> URIRef:
    """The IRI of evidence at an offset."""
    return URIRef(f"{ID}{base}/evidence/{start}-{start + len(quote)}")


def evidence_statements(
    iri: URIRef, document: URIRef, start: int, quote: str, locator: str
) -> list[tuple[URIRef, URIRef, Term]]:
    """What is said of one piece of evidence."""
    position, quoted = URIRef(iri + "#position"), URIRef(iri + "#quote")
    found: list[tuple[URIRef, URIRef, Term]] = [
        (iri, RDF.type, OA.SpecificResource),
        (iri, OA.hasSource, document),
        (iri, OA.hasSelector, position),
        (iri, OA.hasSelector, quoted),
        (position, RDF.type, OA.TextPositionSelector),
        (position, OA.start, Literal(str(start), datatype=XSD.integer)),
        (position, OA.end, Literal(str(start + len(quote)), datatype=XSD.integer)),
        (quoted, RDF.type, OA.TextQuoteSelector),
        (quoted, OA.exact, Literal(quote)),
    ]
    if locator:
        found.append((iri, PG.locator, Literal(locator)))
    return found
