"""Bodies that are too much, too deep, or not what they say: uploads, forms, masses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from hostile_case import BAD, BROKEN, FINE, FORM, TOO_LARGE, WRITER, Case, pieces
from wire import SILENT

STORED = frozenset({200, 201, 204, 422, 429, 503})
"""What a write may come to that isn't refused for its form; 429 where others' guesses have used up the tries."""
GRAPH = "/graphs?graph=https://e.example/hostile"
MEGABYTE = b"# nothing but a comment in Turtle and in SPARQL 0123456789012345\n" * 16_000


def mass(times: int = 50) -> Callable[[], Iterator[bytes | float]]:
    """So many megabytes."""
    return lambda: iter([MEGABYTE] * times)


def uploaded(name: str, expected: frozenset[int], media_type: str, body: bytes) -> list[Case]:
    """The same data to be checked and to be stored; where 200 is right, the check may also take too long."""
    headers = (("Content-Type", media_type),)
    over = {413, 503} if expected & FINE else set()
    return [
        Case(f"{name}, to be checked", expected | over, "POST", "/api/validate", headers, body),
        Case(f"{name}, to be stored", expected | over | STORED, "PUT", GRAPH, WRITER + headers, body),
    ]


ROW = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://e.example/s">'
)
END = "</rdf:Description></rdf:RDF>"
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
DEEP_JSON = b"[" * 100_000 + b"]" * 100_000

UPLOADS = [
    *uploaded(
        "a million laughs in XML",
        BAD | FINE,
        "application/rdf+xml",
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>{ROW}<p xmlns="http://e.example/">&l12;</p>{END}'.encode(),
    ),
    *uploaded(
        "an external entity of a file",
        BAD | FINE,
        "application/rdf+xml",
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://@CANARY@">]>{ROW}<p xmlns="http://e.example/">&x;</p>{END}'.encode(),
    ),
    *uploaded(
        "an external entity elsewhere",
        BAD | FINE,
        "application/rdf+xml",
        f'<!DOCTYPE r [<!ENTITY % x SYSTEM "@LISTENER@"> %x;]>{ROW}{END}'.encode(),
    ),
    *uploaded(
        "a remote context in JSON-LD",
        BAD | FINE,
        "application/ld+json",
        b'{"@context": "@LISTENER@context.jsonld", "@id": "http://e.example/s", "name": "x"}',
    ),
    *uploaded(
        "a context that is a file",
        BAD | FINE,
        "application/ld+json",
        b'{"@context": ["file://@CANARY@", {"@import": "@LISTENER@"}], "@id": "http://e.example/s", "name": "x"}',
    ),
    *uploaded("100,000 nested arrays", BAD | FINE, "application/ld+json", DEEP_JSON),
    *uploaded(
        "100,000 nested blank nodes",
        BAD | FINE,
        "text/turtle",
        b"<x:s> <x:p> " + b"[<x:p> " * 100_000 + b"1" + b"]" * 100_000 + b" .",
    ),
    *uploaded(
        "100,000 nested collections",
        BAD | FINE,
        "text/turtle",
        b"<x:s> <x:p> " + b"(" * 100_000 + b")" * 100_000 + b" .",
    ),
    *uploaded(
        "100,000 nested elements",
        BAD | FINE,
        "application/rdf+xml",
        (ROW + '<p xmlns="http://e.example/"><D>' * 100_000).encode(),
    ),
    *uploaded("bad UTF-8 in Turtle", BAD, "text/turtle", b"<x:s> <x:p> '\xff\xfe\xc0\x80' ."),
    *uploaded("a null byte in an IRI", BAD, "text/turtle", b"<x:s\x00> <x:p> 1 ."),
    *uploaded("a type that isn't read", frozenset({415}), "application/x-python-pickle", b"cos\nsystem\n(S'true'\ntR."),
    *uploaded(
        "a type with a new line", FINE | {400, 415}, 'text/turtle; charset="a\tb"; x=%0d%0ay', b"<x:s> <x:p> 1 ."
    ),
    Case(
        "a body that says it is compressed",
        frozenset({400, 415, 422, 429}),
        "PUT",
        GRAPH,
        (*WRITER, ("Content-Type", "text/turtle"), ("Content-Encoding", "gzip")),
        b"\x1f\x8b" + b"\x00" * 1000,
    ),
    Case(
        "a file name that climbs",
        FINE | BAD | {503},
        "POST",
        "/validate",
        (("Content-Type", "multipart/form-data; boundary=b"),),
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../../@CANARY@.ttl"\r\n\r\n'
        b"<x:s> <x:p> 1 .\r\n--b--\r\n",
    ),
    Case(
        "a form of 20,000 parts",
        BAD | TOO_LARGE,
        "POST",
        "/validate",
        (("Content-Type", "multipart/form-data; boundary=b"),),
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 20_000 + b"--b--\r\n",
    ),
    Case(
        "a form without a boundary",
        BAD | {415},
        "POST",
        "/validate",
        (("Content-Type", "multipart/form-data"),),
        b"--\r\n" * 1000,
    ),
    Case(
        "a form of 10,000 parameters",
        BAD | TOO_LARGE,
        "POST",
        "/sparql",
        (("Content-Type", FORM),),
        b"&".join([b"query=ASK{}"] * 10_000),
    ),
    Case(
        "nested arrays for names",
        BAD | TOO_LARGE,
        "POST",
        "/api/names",
        (("Content-Type", "application/json"),),
        DEEP_JSON,
    ),
    Case(
        "a million names",
        BAD | TOO_LARGE,
        "POST",
        "/api/names",
        (("Content-Type", "application/json"),),
        json.dumps({"iris": ["http://e.example/x"] * 1_000_000}).encode(),
    ),
    Case(
        "a number of digits for names",
        BAD,
        "POST",
        "/api/names",
        (("Content-Type", "application/json"),),
        b'{"iris": ' + b"9" * 100_000 + b"}",
    ),
    Case(
        "names that are half a character",
        FINE | BAD,
        "POST",
        "/api/names",
        (("Content-Type", "application/json"),),
        b'{"iris": ["http://e.example/\\ud800"]}',
    ),
    Case(
        "bad UTF-8 in a query",
        BAD,
        "POST",
        "/sparql",
        (("Content-Type", "application/sparql-query"),),
        b"ASK { ?s ?p '\xff\xc3\x28' }",
    ),
    Case(
        "a query in UTF-16",
        BAD | {415},
        "POST",
        "/sparql",
        (("Content-Type", "application/sparql-query; charset=utf-16"),),
        "ASK {}".encode("utf-16"),
    ),
    Case(
        "a query in no charset",
        BAD | {415},
        "POST",
        "/sparql",
        (("Content-Type", "application/sparql-query; charset=../../etc"),),
        b"ASK {}",
    ),
    Case("a query in half a character", BAD, path="/sparql?query=ASK%7B?s?p'%ED%A0%80'%7D"),
    Case("a query with null bytes", BAD, path="/sparql?query=ASK%00%7B%7D%00"),
    Case("no content, no type", BAD | {415}, "POST", "/sparql"),
]

BODIES = [
    Case(f"50 MB {how} to {path}", TOO_LARGE | {401, 415, 429, SILENT}, method, path, headers, mass())
    for path, method, media_type in (
        ("/sparql", "POST", "application/sparql-query"),
        ("/sparql?form", "POST", FORM),
        ("/api/validate", "POST", "text/turtle"),
        ("/validate", "POST", "multipart/form-data; boundary=b"),
        ("/update", "POST", "application/sparql-update"),
        (GRAPH, "PUT", "text/turtle"),
    )
    for how, length in (("with its length", str(50 * len(MEGABYTE))), ("in chunks", ""))
    for headers in ((*WRITER, ("Content-Type", media_type), *((("Content-Length", length),) if length else ())),)
] + [
    Case("50 MB to a page", TOO_LARGE | {405}, "POST", "/", (("Content-Length", str(50 * len(MEGABYTE))),), mass()),
    Case(
        "50 MB with a GET", TOO_LARGE | FINE, "GET", "/healthz", (("Content-Length", str(50 * len(MEGABYTE))),), mass()
    ),
    Case(
        "50 MB where ten bytes were announced",
        BROKEN | {413, 415},
        "POST",
        "/sparql",
        (("Content-Type", "application/sparql-query"), ("Content-Length", "10")),
        mass(),
    ),
    Case(
        "ten bytes where 5 MB were announced",
        BROKEN | {408, 413, SILENT},
        "POST",
        "/api/validate",
        (("Content-Type", "text/turtle"), ("Content-Length", "5000000")),
        pieces(b"<x:s> <x:p", 2.0),
        seconds=3,
    ),
    Case(
        "a body that is awaited and never comes",
        BROKEN | {408, SILENT},
        "POST",
        "/api/validate",
        (("Content-Type", "text/turtle"), ("Content-Length", "100"), ("Expect", "100-continue")),
        pieces(2.0),
        seconds=3,
    ),
    Case("a query text of 3 MB in the address", BROKEN | {413, 414, 431}, path="/sparql?query=" + "x" * 3_000_000),
    Case("a query text of 300 kB in the address", BROKEN | {413, 414, 431}, path="/sparql?query=" + "%7B" * 100_000),
]
