"""Media types and the formats behind them; choosing one from an ``Accept`` header.

Negotiation follows RFC 9110, section 12.5.1: the most specific range that matches an offer gives its weight, the
offer with the highest weight wins, the server's own order breaks ties.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Format:
    """A serialization: its short name, media type, file suffix, and other media types that mean it."""

    name: str
    media_type: str
    suffix: str
    aliases: tuple[str, ...] = ()


TURTLE: Final = Format("turtle", "text/turtle", ".ttl", ("application/x-turtle",))
JSON_LD: Final = Format("jsonld", "application/ld+json", ".jsonld")
N_TRIPLES: Final = Format("nt", "application/n-triples", ".nt", ("text/plain",))
RDF_XML: Final = Format("rdf", "application/rdf+xml", ".rdf", ("application/xml", "text/xml"))
N_QUADS: Final = Format("nquads", "application/n-quads", ".nq", ("text/x-nquads",))
TRIG: Final = Format("trig", "application/trig", ".trig", ("application/x-trig",))
N3: Final = Format("n3", "text/n3", ".n3", ("text/rdf+n3",))
TRIX: Final = Format("trix", "application/trix", ".trix")
HEXT: Final = Format("hext", "application/x-ndjson", ".hext")
HTML: Final = Format("html", "text/html", ".html", ("application/xhtml+xml",))

RESULTS_JSON: Final = Format("json", "application/sparql-results+json", ".srj", ("application/json",))
RESULTS_XML: Final = Format("xml", "application/sparql-results+xml", ".srx", ("application/xml", "text/xml"))
RESULTS_CSV: Final = Format("csv", "text/csv", ".csv")
RESULTS_TSV: Final = Format("tsv", "text/tab-separated-values", ".tsv")

GRAPH_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
"""Formats in which one graph is given out, the preferred first."""
DATASET_FORMATS: Final = (N_QUADS, TRIG)
"""Formats in which a dataset is given out, its graphs with their names."""
CONSTRUCT_FORMATS: Final = (*GRAPH_FORMATS, *DATASET_FORMATS, N3)
"""Formats of CONSTRUCT and DESCRIBE answers; as quads the triples stand in the default graph."""
INPUT_FORMATS: Final = (TURTLE, N_TRIPLES, N_QUADS, TRIG, N3, RDF_XML, JSON_LD)
"""Formats that are read from anyone; TRIX and HEXT only from files on the command line."""
RESULT_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
"""Formats of SELECT and ASK results, the preferred first."""


# What commas and semicolons separate, except inside quoted strings (RFC 9110, section 5.6.4).
_ITEM: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*+(?:"|\Z)|[^,"])+')
_PART: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*+(?:"|\Z)|[^;"])+')


@dataclass(frozen=True)
class _Range:
    main: str
    sub: str
    params: frozenset[tuple[str, str]]
    q: float

    def matches(self, media_type: str) -> int:
        """How specifically this range matches: 0 not at all, 1 ``*/*``, 2 ``type/*``, 3 the type itself."""
        main, _, sub = media_type.partition("/")
        if (self.main, self.sub) == ("*", "*"):
            return 1
        if self.main != main:
            return 0
        if self.sub == "*":
            return 2
        return 3 if self.sub == sub else 0


def _parse_accept(header: str) -> list[_Range]:
    ranges = []
    for item in _ITEM.findall(header):
        head, *params = (part.strip() for part in _PART.findall(item))
        main, slash, sub = head.lower().partition("/")
        if not slash or not main or not sub or (main == "*" and sub != "*"):
            continue
        q = 1.0
        others = set()
        for param in params:
            key, _, value = param.partition("=")
            if key.strip().lower() == "q":
                try:
                    q = min(1.0, max(0.0, float(value)))
                except ValueError:
                    q = 0.0
            elif key:
                others.add((key.strip().lower(), value.strip().strip('"').lower()))
        ranges.append(_Range(main, sub, frozenset(others - {("charset", "utf-8")}), q if q == q else 0.0))
    return ranges


def negotiate(accept: str | None, offers: Sequence[Format]) -> Format | None:
    """The offer that suits ``accept`` best, or None where none does. No header, or an empty one, accepts anything."""
    if not accept or not accept.strip():
        return offers[0]
    ranges = _parse_accept(accept)
    best: tuple[float, Format] | None = None
    for offer in offers:
        weight = _weight(ranges, offer)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, offer)
    return best[1] if best else None


def _weight(ranges: Sequence[_Range], offer: Format) -> float:
    """The weight that the most specific range gives; an alias counts only where it is asked for by its full name."""
    matching = [
        (r.matches(name), name == offer.media_type, -len(r.params), r.q)
        for r in ranges
        for name in (offer.media_type, *offer.aliases)
        if r.matches(name) == 3 or (r.matches(name) and name == offer.media_type)
    ]
    return max(matching)[3] if matching else 0.0


def by_media_type(content_type: str | None, formats: Sequence[Format]) -> Format | None:
    """The format that a ``Content-Type`` names, parameters ignored; None where it is none of ``formats``."""
    bare = (content_type or "").partition(";")[0].strip().lower()
    for fmt in formats:
        if bare == fmt.media_type:
            return fmt
    return next((fmt for fmt in formats if bare in fmt.aliases), None)


def by_suffix(filename: str, formats: Sequence[Format]) -> Format | None:
    """The format that a file name's ending means; None where it is none of ``formats``."""
    return next((fmt for fmt in formats if filename.lower().endswith(fmt.suffix)), None)


def by_name(name: str, formats: Sequence[Format]) -> Format | None:
    """The format of a short name such as ``turtle`` or of a suffix without its dot such as ``ttl``."""
    wanted = name.lower().lstrip(".")
    return next((fmt for fmt in formats if wanted in (fmt.name, fmt.suffix.lstrip("."))), None)
