"""From an engine's results to results that explain themselves: labels, messages in both languages, fixes, lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH, SKOS

from plangraph.mediatypes import N_TRIPLES
from plangraph.namespaces import PG, PGS, ROOT, compact
from plangraph.ontology import vocabulary
from plangraph.origins import UPLOAD_GRAPH, Source, term_key
from plangraph.proofreading import Found
from plangraph.reports import SEVERITIES, Result, Severity, Where
from plangraph.shapes import Saying, ShapeSet, fill_in, fill_out
from plangraph.store.base import Term
from plangraph.store.parsing import parse_rdf
from plangraph.store.view import View

_IRI_IN_TEXT: Final = re.compile(re.escape(ROOT) + r"[\w/#.-]*[\w#/-]")
_CLOSED: Final = str(SH.ClosedConstraintComponent)
_SILENT: Final = Saying({}, {})
PROGRAM: Final = str(PG.ProgramConstraintComponent)
"""The component of results that a program found, not an engine."""


@dataclass(frozen=True)
class Raw:
    """One result as an engine gives it; ``told`` are its messages, in any order."""

    focus: Term
    path: str | None
    value: Term | None
    component: str
    severity: str
    shape: str | None
    told: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same result in another engine or another run: blank nodes have no names there."""
        return (term_key(self.focus), self.path, term_key(self.value), self.component, self.severity, self.shape)


def raw_finding(found: Found, shape: str, saying: Saying) -> Raw:
    """What a proofreading rule found, as a result of its shape."""
    told = (
        fill_out(text, {**found.values, **_of_language(found.values, lang)}) for lang, text in saying.messages.items()
    )
    return Raw(found.focus, found.path, found.value, PROGRAM, saying.severity, shape, tuple(told))


def _of_language(values: Mapping[str, str], lang: str) -> dict[str, str]:
    return {name.removesuffix(f"_{lang}"): text for name, text in values.items() if name.endswith(f"_{lang}")}


def read_term(text: str) -> Term:
    """A term from N-Triples syntax; blank nodes keep the name they have there."""
    if text.startswith("<"):
        return URIRef(text[1:-1])
    if text.startswith("_:"):
        return BNode(text[2:])
    ((_, _, term, _),) = parse_rdf(f"<x:s> <x:p> {text} .".encode(), N_TRIPLES, default_graph=UPLOAD_GRAPH)
    return term


def explain(raws: Sequence[Raw], rules: ShapeSet, view: View, sources: Sequence[Source]) -> Iterator[Result]:
    """Each result with what its shape says, the labels that ``view`` has, and its line in ``sources``."""
    labels = _labels(view, raws)
    for raw in raws:
        saying = rules.sayings.get(raw.shape or "", _SILENT)
        message = {lang: _named(text, labels, lang) for lang, text in _messages(raw, saying).items()}
        yield Result(
            severity_of(raw),
            raw.focus,
            raw.path,
            raw.value,
            raw.component,
            raw.shape,
            message,
            _fixes(raw, saying),
            labels.get(str(raw.focus), {}),
            _where(raw, sources),
        )


def severity_of(raw: Raw) -> Severity:
    """Severities of somebody's own count as violations: what they mean isn't known here."""
    return next((severity for severity in SEVERITIES if severity == raw.severity.lower()), "violation")


def _messages(raw: Raw, saying: Saying) -> dict[str, str]:
    told = {lang: fill_in(text, raw.told) for lang, text in saying.messages.items()}
    spare = told.get("") or next(iter(told.values()), None) or next(iter(raw.told), None)
    name = raw.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    return {
        "zh": told.get("zh") or spare or f"不符合约束 {name}。请对照形状改正。",
        "en": told.get("en") or spare or f"It breaks the constraint {name}. Mend it as the shape asks.",
    }


def _fixes(raw: Raw, saying: Saying) -> dict[str, str]:
    fixes = {lang: text for lang, text in saying.fixes.items() if lang}
    meant = _meant(raw, saying)
    if meant:
        fixes["zh"] = f"是否指 {meant}？ {fixes.get('zh', '')}".strip()
        fixes["en"] = f"Did you mean {meant}? {fixes.get('en', '')}".strip()
    return fixes


def _meant(raw: Raw, saying: Saying) -> str | None:
    """The name that a name nobody defines is probably a misspelling of."""
    terms = vocabulary()
    if raw.component == _CLOSED and raw.path:
        wrong, right = raw.path, saying.properties
    elif raw.shape == str(PGS["Class-known"]):
        wrong, right = str(raw.value), tuple(term.iri for term in terms.classes())
    elif raw.shape == str(PGS["Property-known"]):
        wrong, right = _property_of(raw), tuple(term.iri for term in terms.properties())
    elif raw.shape == str(PGS["Code-known"]):
        scheme = str(raw.value).rpartition("/")[0]
        codes = (code.iri for list_ in terms.schemes() for code in terms.members(list_.iri))
        wrong, right = str(raw.value), tuple(iri for iri in codes if iri.startswith(scheme))
    else:
        return None
    found = difflib.get_close_matches(wrong.rpartition("#")[2], [r.rpartition("#")[2] for r in right], 1, 0.75)
    return next((compact(iri) for iri in right if found and iri.rpartition("#")[2] == found[0]), None)


def _property_of(raw: Raw) -> str:
    return next((m[0] for text in raw.told for m in _IRI_IN_TEXT.finditer(text)), "")


def _labels(view: View, raws: Sequence[Raw]) -> dict[str, dict[str, str]]:
    """Labels of the focus nodes and of the things named in messages, by IRI and language."""
    wanted = {str(raw.focus) for raw in raws if isinstance(raw.focus, URIRef)}
    wanted.update(match[0] for raw in raws for text in raw.told for match in _IRI_IN_TEXT.finditer(text))
    found: dict[str, dict[str, str]] = {}
    for iri in wanted:
        for label in view.objects(URIRef(iri), SKOS.prefLabel):
            if isinstance(label, Literal) and label.language in ("zh", "en"):
                found.setdefault(iri, {}).setdefault(label.language, str(label))
    return found


def _named(text: str, labels: Mapping[str, Mapping[str, str]], lang: str) -> str:
    """A message with things called by their labels, where they have one, and terms by their prefixed names."""

    def name(match: re.Match[str]) -> str:
        iri = match[0]
        label = labels.get(iri, {}).get(lang)
        short = compact(iri)
        if label and short == iri:
            return f"“{label}”"
        return short if short != iri else f"<{iri}>"

    return _IRI_IN_TEXT.sub(name, text)


def _where(raw: Raw, sources: Sequence[Source]) -> Where | None:
    predicate = raw.path if raw.path and raw.path[:1] not in "<^(!" else None
    found = [(*place, source.name) for source in sources if (place := source.place(raw.focus, predicate, raw.value))]
    if not found:
        return None
    _, line, name = min(found, key=lambda item: item[0])
    return {"file": name, "line": line}


def urgency(raw: Raw) -> tuple[object, ...]:
    """The gravest first, then by thing."""
    return (
        SEVERITIES.index(severity_of(raw)),
        str(raw.focus),
        raw.shape or "",
        raw.path or "",
        str(raw.value),
        raw.component,
    )
