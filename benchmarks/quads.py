"""Quads of the synthetic districts as text: terms of N-Quads, and a source that states things with their evidence."""

from __future__ import annotations

import hashlib
from typing import IO, Final

from benchmarks.words import CODE

ROOT: Final = "https://w3id.org/plangraph/"
_VOCABULARIES: Final = {
    "pg": ROOT + "ontology#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Fact = tuple[str, str]


def term(name: str) -> str:
    """The IRI of a prefixed name, in N-Quads."""
    prefix, _, local = name.partition(":")
    return f"<{_VOCABULARIES[prefix]}{local}>"


def thing(path: str) -> str:
    """The IRI of a thing, in N-Quads: ``thing("place/x")``."""
    return f"<{ROOT}id/{path}>"


def code(name: str) -> str:
    """A code of the lists, such as ``status-completed``."""
    return f"<{CODE}{name}>"


def text(words: str, lang: str = "") -> str:
    """A string, with its language. Names here have nothing to escape."""
    return f'"{words}"@{lang}' if lang else f'"{words}"'


def typed(value: object, datatype: str) -> str:
    """A literal of an XSD type."""
    return f'"{value}"^^{term("xsd:" + datatype)}'


class Source:
    """What stands in one graph, with its evidence: positions in a text that isn't there."""

    def __init__(self, out: IO[str], key: str, graph: str, document: str) -> None:
        self._out = out
        self._graph = f"<{ROOT}graph/{key}/{graph}>"
        self.key = key
        self.document = document
        self.quads = 0
        self._position = 0

    def own(self, path: str) -> str:
        """The IRI of something of this plan's own."""
        return thing(f"{self.key}/{path}")

    def put(self, subject: str, *facts: Fact) -> str:
        """Write facts on ``subject``, each a prefixed property and a value; gives the subject."""
        self._out.write("".join(f"{subject} {term(p)} {o} {self._graph} .\n" for p, o in facts))
        self.quads += len(facts)
        return subject

    def name(self, subject: str, kind: str, zh: str, en: str, *facts: Fact) -> str:
        """Write a thing of class ``kind`` with its two labels."""
        labels = (("skos:prefLabel", text(zh, "zh")), ("skos:prefLabel", text(en, "en")))
        return self.put(subject, ("rdf:type", term(kind)), *labels, *facts)

    def evidence(self, quote: str) -> str:
        """Write a piece of evidence for the name or figure ``quote``."""
        start = self._position
        end = start + len(quote)
        self._position = end + 7
        piece = f"{self.key}/evidence/{start}-{end}"
        position, words = thing(piece + "#position"), thing(piece + "#quote")
        self.put(
            position,
            ("rdf:type", term("oa:TextPositionSelector")),
            ("oa:start", typed(start, "integer")),
            ("oa:end", typed(end, "integer")),
        )
        self.put(words, ("rdf:type", term("oa:TextQuoteSelector")), ("oa:exact", text(quote)))
        return self.put(
            thing(piece),
            ("rdf:type", term("oa:SpecificResource")),
            ("oa:hasSource", self.document),
            ("oa:hasSelector", position),
            ("oa:hasSelector", words),
            ("pg:locator", text(f"{start // 2000 + 1}({start % 2000 // 200 + 1})")),
        )

    def state(self, path: str, kind: str, zh: str, en: str, *facts: Fact, quote: str = "") -> str:
        """Write a thing that the report states: in the plan, with evidence for its name, or for ``quote``."""
        stated = (
            ("pg:assertion", code("assertion-stated")),
            ("pg:evidence", self.evidence(quote or zh)),
            ("pg:inPlan", self.own("plan/five-year")),
        )
        return self.name(self.own(path), kind, zh, en, *stated, *facts)

    def plan(self, zh: str, en: str, area: str) -> None:
        """Write the plan and the report on it."""
        plan = self.own("plan/five-year")
        stated = ("pg:assertion", code("assertion-stated"))
        self.name(
            plan,
            "pg:Plan",
            zh + "五年规划",
            en + " Five-Year Plan",
            stated,
            ("pg:evidence", self.evidence(zh + "五年规划")),
            ("pg:periodStart", typed("2026-01-01", "date")),
            ("pg:periodEnd", typed("2030-12-31", "date")),
            ("pg:refArea", area),
        )
        self.name(
            self.document,
            "pg:Document",
            zh + "中期报告",
            en + " Mid-Term Report",
            stated,
            ("pg:evidence", self.evidence(zh + "中期报告")),
            ("pg:inPlan", plan),
            ("pg:sha256", text(hashlib.sha256(self.key.encode()).hexdigest())),
        )
