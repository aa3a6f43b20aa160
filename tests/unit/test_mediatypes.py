"""Choosing a format by Accept, by name, by suffix (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import pytest

from plangraph.mediatypes import (
    GRAPH_FORMATS,
    HTML,
    INPUT_FORMATS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
    by_media_type,
    by_name,
    by_suffix,
    negotiate,
)

PAGE = (HTML, *GRAPH_FORMATS)
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

# Accept, what is offered, what it gets. The offers are (Turtle, JSON-LD, N-Triples, RDF/XML), or these after HTML, or
# (JSON, XML, CSV, TSV) results.
TABLE = [
    # absent, empty, anything
    (None, GRAPH_FORMATS, TURTLE),
    ("", GRAPH_FORMATS, TURTLE),
    ("   ", GRAPH_FORMATS, TURTLE),
    ("*/*", GRAPH_FORMATS, TURTLE),
    ("*/*", RESULT_FORMATS, RESULTS_JSON),
    ("*/*;q=0.1", PAGE, HTML),
    # one type, case, space
    ("text/turtle", GRAPH_FORMATS, TURTLE),
    ("TEXT/Turtle", PAGE, TURTLE),
    (" application/ld+json ", PAGE, JSON_LD),
    ("text/csv", RESULT_FORMATS, RESULTS_CSV),
    ("text/csv", GRAPH_FORMATS, None),
    ("image/png", PAGE, None),
    # aliases
    ("application/json", RESULT_FORMATS, RESULTS_JSON),
    ("application/xml", RESULT_FORMATS, RESULTS_XML),
    ("text/xml", GRAPH_FORMATS, RDF_XML),
    ("text/plain", GRAPH_FORMATS, N_TRIPLES),
    ("application/xhtml+xml", PAGE, HTML),
    # q
    ("text/turtle;q=0.5, application/ld+json", GRAPH_FORMATS, JSON_LD),
    ("text/turtle;q=0.5,application/ld+json;q=0.6,application/n-triples;q=0.4", GRAPH_FORMATS, JSON_LD),
    ("text/turtle ; q = 0.5 , application/ld+json ; Q=0.6", GRAPH_FORMATS, JSON_LD),
    ("application/rdf+xml, text/turtle", GRAPH_FORMATS, TURTLE),  # equal weights: the server's order
    ("application/rdf+xml;q=0.999, application/ld+json;q=0.998", GRAPH_FORMATS, RDF_XML),
    # q=0
    ("text/turtle;q=0", GRAPH_FORMATS, None),
    ("text/turtle;q=0, */*", GRAPH_FORMATS, JSON_LD),
    ("*/*, text/turtle;q=0.000", GRAPH_FORMATS, JSON_LD),
    ("application/sparql-results+json;q=0, */*", RESULT_FORMATS, RESULTS_XML),
    ("*/*;q=0", GRAPH_FORMATS, None),
    ("text/*;q=0, */*", GRAPH_FORMATS, JSON_LD),
    ("*/*;q=0, text/turtle;q=0.1", GRAPH_FORMATS, TURTLE),
    # specificity before order and before the greater weight of a wider range
    ("text/turtle;q=0.2, */*;q=0.9", GRAPH_FORMATS, JSON_LD),
    ("text/turtle;q=0.2, text/*;q=0.9, */*;q=0.5", GRAPH_FORMATS, JSON_LD),
    ("*/*;q=0.9, text/turtle", GRAPH_FORMATS, TURTLE),
    ("application/*;q=0.3, application/rdf+xml;q=0.8, */*;q=0.1", GRAPH_FORMATS, RDF_XML),
    ("application/sparql-results+json;q=0.1, */*;q=0.5", RESULT_FORMATS, RESULTS_XML),
    # type/*: never by an alias, since what is sent carries the type's own name
    ("text/*", RESULT_FORMATS, RESULTS_CSV),
    ("application/*", RESULT_FORMATS, RESULTS_JSON),
    ("text/*", PAGE, HTML),
    ("text/*;q=0.5, application/*", PAGE, JSON_LD),
    ("image/*", PAGE, None),
    # an alias and the type's own name
    ("application/json, application/sparql-results+json;q=0.1, text/csv;q=0.5", RESULT_FORMATS, RESULTS_CSV),
    ("application/sparql-results+json;q=0, application/json", RESULT_FORMATS, None),
    # browsers
    (CHROMIUM, PAGE, HTML),
    (CHROMIUM, GRAPH_FORMATS, RDF_XML),
    # parameters
    ("text/turtle;charset=utf-8", GRAPH_FORMATS, TURTLE),
    ("text/turtle;version=1.2;q=0.3, application/ld+json;q=0.2", GRAPH_FORMATS, TURTLE),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', GRAPH_FORMATS, JSON_LD),
    ('application/ld+json;profile="a;q=0";q=0.9, text/turtle;q=0.5', GRAPH_FORMATS, JSON_LD),
    ('application/ld+json;profile="a, text/turtle"', GRAPH_FORMATS, JSON_LD),
    ("text/turtle;profile=x;q=0.9, text/turtle;q=0.2, application/ld+json;q=0.5", GRAPH_FORMATS, JSON_LD),
    # malformed: what can't be read asks for nothing, the rest stands
    ("turtle", GRAPH_FORMATS, None),
    ("text/", GRAPH_FORMATS, None),
    ("/turtle", GRAPH_FORMATS, None),
    ("*/turtle", GRAPH_FORMATS, None),
    ("*", GRAPH_FORMATS, None),
    ("*, text/turtle", GRAPH_FORMATS, TURTLE),
    (",,, text/turtle ,,", GRAPH_FORMATS, TURTLE),
    ("text/turtle;q=much, application/ld+json;q=0.1", GRAPH_FORMATS, JSON_LD),
    ("text/turtle;q=nan, application/ld+json;q=0.1", GRAPH_FORMATS, JSON_LD),
    ("text/turtle;q=-1, application/ld+json;q=0.1", GRAPH_FORMATS, JSON_LD),
    ("application/ld+json;q=9, text/turtle", GRAPH_FORMATS, TURTLE),  # at most 1
    ("text/turtle;q=, application/ld+json;q=0.1", GRAPH_FORMATS, JSON_LD),
    ("text/turtle;;q=0.1;, application/ld+json;q=0.05", GRAPH_FORMATS, TURTLE),
    ('application/ld+json;a="b, text/turtle', GRAPH_FORMATS, JSON_LD),
    ("text/turtle\x00", GRAPH_FORMATS, None),
    ("text/turtle, " * 3000 + "x", GRAPH_FORMATS, TURTLE),
    ('"' + '\\"' * 20000, GRAPH_FORMATS, None),
    ('"' * 20000, GRAPH_FORMATS, None),
]


@pytest.mark.parametrize(("accept", "offers", "chosen"), TABLE, ids=lambda value: str(value)[:60] if value else None)
def test_negotiation(accept: str | None, offers: tuple[Format, ...], chosen: Format | None) -> None:
    assert negotiate(accept, offers) == chosen


@pytest.mark.parametrize(
    ("content_type", "fmt"),
    [
        ("text/turtle", TURTLE),
        ("Text/Turtle; charset=UTF-8", TURTLE),
        ("application/trig", TRIG),
        ("application/n-quads ;x=y", N_QUADS),
        ("text/xml", RDF_XML),
        ("application/json", None),
        ("", None),
        (None, None),
        ("text", None),
    ],
)
def test_a_content_type_names_a_format(content_type: str | None, fmt: Format | None) -> None:
    assert by_media_type(content_type, INPUT_FORMATS) == fmt


@pytest.mark.parametrize(
    ("filename", "fmt"),
    [
        ("a.ttl", TURTLE),
        ("A.TTL", TURTLE),
        ("a.b.nq", N_QUADS),
        ("a.nt", N_TRIPLES),
        ("ttl", None),
        ("a.ttl.txt", None),
    ],
)
def test_a_suffix_names_a_format(filename: str, fmt: Format | None) -> None:
    assert by_suffix(filename, INPUT_FORMATS) == fmt


@pytest.mark.parametrize(
    ("name", "fmt"), [("csv", RESULTS_CSV), ("TSV", RESULTS_TSV), (".srj", RESULTS_JSON), ("xlsx", None), ("", None)]
)
def test_a_short_name_names_a_format(name: str, fmt: Format | None) -> None:
    assert by_name(name, RESULT_FORMATS) == fmt
