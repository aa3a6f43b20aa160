"""Turtle for right new data: a figure with its evidence, a thing with its labels, each in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zlib import crc32

from rdflib import Graph

from plangraph.namespaces import ID, PREFIXES
from plangraph.quantities import read_quantity

CHAOYANG = "<https://w3id.org/plangraph/id/place/110105>"
GOVERNMENT = "<https://w3id.org/plangraph/id/org/chaoyang-district-government>"
IN_PLAN = "pg:inPlan <plan/14th-five-year-plan>"

# A second source, which the additions cite: the first one's text is what it is.
YEARBOOK = f"""
<document/yearbook> a pg:Document ; skos:prefLabel "朝阳区统计年报（测试）"@zh, "Statistical Yearbook (Test)"@en ;
    {IN_PLAN} ; pg:assertion pgc:assertion-stated ; pg:evidence <evidence/900000-900004> ;
    pg:sha256 "{"0123456789abcdef" * 4}" .
<evidence/900000-900004> a oa:SpecificResource ; oa:hasSource <document/yearbook> ; pg:locator "封面" ;
    oa:hasSelector <evidence/900000-900004#position>, <evidence/900000-900004#quote> .
<evidence/900000-900004#position> a oa:TextPositionSelector ; oa:start 900000 ; oa:end 900004 .
<evidence/900000-900004#quote> a oa:TextQuoteSelector ; oa:exact "统计年报" .
"""
STATED = "pg:assertion pgc:assertion-stated ; pg:evidence <evidence/900000-900004>"


@dataclass(frozen=True)
class Addition:
    """Right new data: what they are, the triples in Turtle, those they replace, and the advice that may be given.

    ``may`` has the shapes, without namespace, whose warnings or notes are in place.
    """

    name: str
    what: str
    turtle: str
    may: frozenset[str] = frozenset()
    replaces: str = ""

    def graph(self) -> Graph:
        return read(YEARBOOK + self.turtle)

    def replaced(self) -> Graph:
        return read(self.replaces)


def read(turtle: str) -> Graph:
    head = f"@base <{ID}chaoyang-2021/> .\n" + "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    return Graph(bind_namespaces="none").parse(data=head + turtle, format="turtle")


def cited(quote: str, name: str, start: int | None = None) -> tuple[str, str]:
    """New evidence for a quote: its IRI and its Turtle."""
    at = 1_000_000 + crc32(name.encode()) % 8_000_000 if start is None else start
    iri = f"evidence/{at}-{at + len(quote)}"
    return f"<{iri}>", (
        f"<{iri}> a oa:SpecificResource ; oa:hasSource <document/yearbook> ; pg:locator '表1' ;\n"
        f"    oa:hasSelector <{iri}#position>, <{iri}#quote> .\n"
        f"<{iri}#position> a oa:TextPositionSelector ; oa:start {at} ; oa:end {at + len(quote)} .\n"
        f"<{iri}#quote> a oa:TextQuoteSelector ; oa:exact '{quote}' .\n"
    )


def figure(
    name: str,
    of: str,
    printed: str,
    unit: str,
    statistic: str,
    *,
    quote: str = "",
    sign: int = 1,
    kind: str = "actual",
    time: str = 'pg:periodStart "2023-01-01"^^xsd:date ; pg:periodEnd "2023-12-31"^^xsd:date',
    more: str = "",
    value: str = "",
    bounds: tuple[str, str] | None = None,
    start: int | None = None,
) -> str:
    """An observation of the indicator ``of``, read from its printed form, with evidence of its own.

    ``sign`` -1: the words around the figure say that it fell. ``value`` and ``bounds`` where they can't be read.
    """
    evidence, cited_as = cited(quote or printed, name, start)
    comparator = "eq"
    if not value:
        quantity = read_quantity(printed)
        ends = [None if end is None else end * sign for end in (quantity.low, quantity.high)][::sign]
        middle = quantity.value if quantity.value_high is None else (quantity.value + quantity.value_high) / 2
        value, comparator = _decimal(middle * sign), quantity.comparator
        bounds = (_decimal(ends[0]), _decimal(ends[1]))
    assert bounds
    low, high = (f" ; pg:{p} {v}" if v else "" for p, v in zip(("valueLow", "valueHigh"), bounds, strict=True))
    return f"""{cited_as}
<observation/{name}> a pg:Observation ; skos:prefLabel "测试数值 {name}"@zh, "Test figure {name}"@en ; {IN_PLAN} ;
    pg:assertion pgc:assertion-stated ; pg:evidence {evidence} ; pg:ofIndicator <indicator/{of}> ;
    pg:valueType pgc:value-type-{kind} ; pg:statistic pgc:statistic-{statistic} ; pg:value {value}{low}{high} ;
    pg:comparator pgc:comparator-{comparator} ; pg:unit {unit} ; pg:asPrinted "{printed}" ;
    pg:refArea {CHAOYANG} {"; " + time if time else ""} {"; " + more if more else ""} .
"""


def _decimal(number: Decimal | None) -> str:
    return "" if number is None else f'"{number:f}"^^xsd:decimal'


def indicator(slug: str, zh: str, en: str, more: str = "") -> str:
    return thing("Indicator", f"indicator/{slug}", zh, en, more)


def thing(cls: str, path: str, zh: str, en: str, more: str = "", *, labels: Iterable[str] = ()) -> str:
    """A thing that the yearbook states; ``path`` is under the plan's IRI, or under ``id/`` for places and bodies."""
    shared = cls in ("Place", "Organization")
    iri = f"<{ID if shared else ''}{path}>"
    name = f"{'org' if cls == 'Organization' else 'pg'}:{cls}"
    plan = "" if shared else f"{IN_PLAN} ; "
    also = "".join(f' ; skos:altLabel "{text}"@zh' for text in labels)
    return (
        f'{iri} a {name} ; skos:prefLabel "{zh}"@zh, "{en}"@en{also} ; {plan}{STATED}{" ; " + more if more else ""} .\n'
    )
