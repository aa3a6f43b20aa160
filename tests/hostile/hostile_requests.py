"""Requests that abuse HTTP itself, addresses, headers and parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hostile_case import BAD, BROKEN, FINE, NOWHERE, REFUSED, WRITER, Case, pieces
from wire import CLOSED, SILENT

INJECTED = "%0d%0aX-Injected:%20yes%0d%0a%0d%0a<html>"
ASK = "/sparql?query=ASK%7B%7D"


def dripped(text: bytes, pause: float) -> Callable[[], Iterator[bytes | float]]:
    """``text`` a byte at a time."""

    def make() -> Iterator[bytes | float]:
        for byte in text:
            yield bytes((byte,))
            yield pause

    return make


def got(name: str, path: str, expected: frozenset[int] = NOWHERE) -> Case:
    return Case(name, expected, path=path)


SLOW = [
    Case(
        "a head that drips",
        FINE | BROKEN | {408, SILENT},
        raw=dripped(b"GET /healthz HTTP/1.1\r\nHost: @HOST@\r\n", 0.05),
        seconds=3,
    ),
    Case(
        "a head that never ends",
        BROKEN | {408, 431, SILENT},
        raw=lambda: iter([b"GET / HTTP/1.1\r\nHost: @HOST@\r\n", *([b"X-More: 1\r\n", 0.02] * 150)]),
        seconds=3,
    ),
    Case(
        "a body that drips",
        FINE | BAD | {408, CLOSED, SILENT},
        "POST",
        "/sparql",
        (("Content-Type", "application/sparql-query"), ("Content-Length", "60")),
        dripped(b"ASK{} #" + b"x" * 53, 0.05),
        seconds=10,
    ),
    Case(
        "chunks that drip",
        FINE | BAD | {408, 503, CLOSED, SILENT},
        "POST",
        "/api/validate",
        (("Content-Type", "text/turtle"),),
        dripped(b"<x:s> <x:p> <x:o> .                                         ", 0.05),
        seconds=10,
    ),
    Case(
        "an answer read slowly",
        FINE,
        path="/doc/place/110105.ttl",
        headers=(("Accept-Encoding", "identity"),),
        read_pause=0.05,
    ),
    Case(
        "a big answer that nobody reads to the end",
        FINE | {503},
        path="/sparql?query=SELECT%20*%7B?s%20?p%20?o%7D%20LIMIT%20500",
        headers=(("Accept", "text/csv"),),
        read_pause=0.02,
    ),
    Case("a connection that says nothing", BROKEN | {408, SILENT}, raw=pieces(2.0), seconds=3),
]

ADDRESSES = [
    got("climbing out of /id/", "/id/../../../../../@CANARY@", NOWHERE | {303}),
    got("climbing out of /doc/", "/doc/../../../../..@CANARY@"),
    got("climbing out of /doc/, encoded", "/doc/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e@CANARY@"),
    got("climbing out of /doc/ with an ending", "/doc/..%2f..%2f..%2fetc%2fpasswd.ttl"),
    got("climbing out of /static/", "/static/../../../../..@CANARY@"),
    got("climbing out of /static/, encoded", "/static/..%2f..%2f..%2f..%2f..@CANARY@"),
    got("climbing out of /static/, encoded twice", "/static/%252e%252e/%252e%252e@CANARY@"),
    got("climbing out of /static/ backwards", "/static/..\\..\\..\\..%5c..%5cetc%5cpasswd"),
    got("an absolute path under /static/", "/static/@CANARY@", NOWHERE | {308}),
    got("the program's own text under /static/", "/static/..%2f__init__.py"),
    got("climbing out of /sources/", "/sources/..%2f..%2f..@CANARY@"),
    got("a source that is a file", "/sources/?iri=file://@CANARY@", NOWHERE | FINE),
    got("climbing out of /code/", "/code/..%2f..%2f..@CANARY@"),
    got("climbing out of /queries/", "/queries/..%2f..%2fpyproject.toml"),
    got("climbing out of /problem/", "/problem/..%2f..%2f..@CANARY@"),
    got("climbing out of /graph/", "/graph/..%2f..%2f..@CANARY@", NOWHERE | {303}),
    got("a graph at a file", "/graphs?graph=file://@CANARY@"),
    got("a graph at another address", "/graphs?graph=@LISTENER@"),
    got("a null byte in a path", "/doc/place%00/110105"),
    got("bad UTF-8 in a path", "/doc/%ff%fe%c3%28"),
    got("half a character in a path", "/doc/%ed%a0%80"),
    got("a path of 60 kB", "/doc/" + "a/" * 30_000, NOWHERE | {414, 431, CLOSED}),
    got("quotation marks in an IRI", "/explore?iri=http://e.example/%22%3E%3Cscript%3E"),
    got("a script as an IRI", "/explore?iri=javascript:alert(1)"),
    got("a data address as an IRI", "/explore?iri=data:text/html,%3Cscript%3E"),
    got("a file as an IRI", "/api/neighbourhood?iri=file://@CANARY@"),
    got("every path between two things", "/api/path?from=110105&to=110100&maximum=1000000000"),
    got("a path that doesn't end", "/api/path?from=110105&to=110100&depth=1000000000&max=1e9", NOWHERE | FINE),
    got("a neighbourhood of great depth", "/api/neighbourhood?iri=110105&depth=1000000000"),
    got("a limit below nothing", "/api/search?q=a&limit=-1"),
    got("a limit of 5,000 digits", "/api/search?q=a&limit=" + "9" * 5000),
    got("a limit in other digits", "/api/search?q=a&limit=%D9%A3"),
    got("a search for 60 kB", "/api/search?q=" + "%E6%B0%B4" * 7000, FINE | BAD | {414, 431}),
    got("a page of minus one", "/projects?page=-1", FINE | NOWHERE),
    got("a page beyond all numbers", "/projects?page=" + "9" * 5000, FINE | NOWHERE),
    got("a class that is a pattern", "/things?type=" + "%5B%28%2A" * 100, FINE | NOWHERE),
    got("10,000 parameters", "/search?" + "&".join(f"q{i}=1" for i in range(6000)), FINE | NOWHERE | {414, 431}),
    got("the same parameter 5,000 times", "/sparql?" + "&".join(["query=ASK%7B%7D"] * 4000), BAD | {414, 431}),
    got(
        "a question with an IRI that breaks out",
        "/queries/projects-in-place?place=%3Chttp://x%3E%20%7D%20SERVICE%20%3C@LISTENER@%3E%20%7B",
        FINE | NOWHERE,
    ),
]

INJECTIONS = [
    got(f"a header injected in {where}", path, FINE | NOWHERE | {303, 301, 302, 308, 403, 406})
    for where, path in {
        "/id/": f"/id/place/110105{INJECTED}",
        "/doc/": f"/doc/place/110105{INJECTED}",
        "/graph/": f"/graph/x{INJECTED}",
        "graph=": f"/graphs?graph=http://e.example/{INJECTED}",
        "format=": f"/doc/place/110105?format={INJECTED}",
        "lang=": f"/tasks?lang=en{INJECTED}",
        "q=": f"/search?q={INJECTED}",
        "iri=": f"/explore?iri=http://e.example/{INJECTED}",
        "query=": f"/sparql?query=ASK%7B%7D%23{INJECTED}",
        "callback=": f"/api/overview?callback={INJECTED}",
        "an unknown path": f"/{INJECTED}",
        "a path without its slash": f"/sources{INJECTED}",
    }.items()
] + [
    Case(
        "a cookie with a new language",
        FINE | BAD,
        path="/tasks",
        headers=(("Cookie", 'lang=en%0d%0aX-Injected:yes; lang="en\r\tX"'),),
    ),
    Case(
        "a graph made with a new line in its name",
        REFUSED | {429},
        "PUT",
        f"/graphs?graph=http://e.example/{INJECTED}",
        (*WRITER, ("Content-Type", "text/turtle")),
        b"<x:s> <x:p> 1 .",
    ),
    Case(
        "another host", FINE | BAD | {303, 421}, path="/id/place/110105", headers=(("Host", 'evil.example"><script>'),)
    ),
    Case(
        "hosts of a proxy",
        FINE,
        path="/.well-known/void",
        headers=(
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "javascript"),
            ("Forwarded", "host=evil.example"),
            ("Accept", "text/turtle"),
        ),
    ),
]

HEADERS = [
    Case(
        f"{name} in {header}",
        FINE | BAD | {206, 303, 304, 406, 412, 416, 431, CLOSED},
        path=path,
        headers=((header, value),),
    )
    for header, name, value, path in (
        ("Accept", "100 kB", "text/html;q=0.5," * 6000, "/doc/place/110105"),
        ("Accept", "nested quotation marks", 'text/html;a="' + '\\"' * 30_000 + '";q=1', "/doc/place/110105"),
        ("Accept", "open quotation marks", 'text/html;a="' * 8000, "/doc/place/110105"),
        (
            "Accept",
            "weights of no sense",
            "*/*;q=1e999, a/b;q=nan, text/turtle;q=-1, x;q=0.0000000001",
            "/doc/place/110105",
        ),
        ("Accept", "bytes of no sense", "\udcff\udcfe/\udc80, */*", "/doc/place/110105"),
        ("Accept", "only commas", "," * 60_000, ASK),
        ("Accept-Language", "60 kB", "zh-CN-x-a;q=0.9," * 4000, "/tasks"),
        ("Accept-Language", "hyphens", "-" * 50_000, "/tasks"),
        ("Accept-Encoding", "all kinds", "gzip;q=1e9, br;q=nan, " + "x, " * 10_000, "/tasks"),
        ("Range", "10,000 ranges", "bytes=" + ",".join(f"{i}-{i}" for i in range(10_000)), "@STATIC@"),
        ("Range", "a range beyond all numbers", "bytes=" + "9" * 1000 + "-", "@STATIC@"),
        ("If-None-Match", "10,000 tags", ", ".join(f'"{i}"' for i in range(10_000)), "/doc/place/110105.ttl"),
        ("If-None-Match", "open quotation marks", '"' * 50_000, "/doc/place/110105.ttl"),
        ("If-Modified-Since", "no date", "Thu, 99 Foo 99999999999 99:99:99 GMT", "@STATIC@"),
        ("Cookie", "60 kB", "lang=" + "x" * 60_000, "/tasks"),
        ("Cookie", "5,000 cookies", "; ".join(f"a{i}=1" for i in range(5000)), "/tasks"),
        ("Content-Type", "60 kB", "text/turtle" + ";a=b" * 15_000, "/tasks"),
        ("Authorization", "60 kB", "Bearer " + "x" * 60_000, "/tasks"),
        ("Origin", "no origin", "null\x0b<script>", ASK),
        ("Connection", "other headers named", "close, Host, Content-Length", "/healthz"),
        ("Upgrade", "another protocol", "h2c, websocket", "/healthz"),
    )
] + [
    Case(
        "5,000 headers",
        FINE | BAD | {431, CLOSED},
        path="/healthz",
        headers=tuple((f"X-{i}", "1") for i in range(5000)),
    ),
    Case("a header of 1 MB", FINE | BAD | {431, CLOSED}, path="/healthz", headers=(("X-Long", "x" * 1_000_000),)),
    Case("a header without a name", BROKEN, path="/healthz", headers=(("", "x"),)),
    Case("a header with a null byte", BROKEN, path="/healthz", headers=(("X-Null", "a\x00b"),)),
]

METHODS = [
    Case(
        f"the method {method[:20]} on {path}",
        frozenset({400, 401, 403, 404, 405, 415, 429, 501, CLOSED}) | ({200} if method == "get" else set()),
        method,
        path,
    )
    for method, path in (
        ("TRACE", "/"),
        ("CONNECT", "@HOST@"),
        ("PROPFIND", "/"),
        ("FOO", "/sparql"),
        ("get", "/"),
        ("DELETE", "/doc/place/110105"),
        ("PUT", "/sparql"),
        ("PATCH", "/graphs?default"),
        ("DELETE", "/graphs?default"),
        ("A" * 10_000, "/"),
        ("GET\tGET", "/"),
    )
]

RAW = [
    Case(name, expected, raw=pieces(*sent), seconds=4)
    for name, expected, sent in (
        ("HTTP/1.0 without a host", FINE | BROKEN, [b"GET /healthz HTTP/1.0\r\n\r\n"]),
        ("HTTP/0.9", BROKEN | {SILENT}, [b"GET /\r\n"]),
        ("HTTP/7.7", BROKEN | {505}, [b"GET / HTTP/7.7\r\nHost: @HOST@\r\n\r\n"]),
        ("HTTP/2 without a word of warning", BROKEN | {SILENT}, [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 64]),
        (
            "TLS where there is none",
            BROKEN | {SILENT},
            [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 500],
        ),
        ("noise", BROKEN | {SILENT}, [bytes(range(256)) * 100]),
        (
            "another server's address",
            FINE | BROKEN | {404},
            [b"GET @LISTENER@ HTTP/1.1\r\nHost: @HOST@\r\nConnection: close\r\n\r\n"],
        ),
        ("no host", FINE | BROKEN, [b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"]),
        (
            "two hosts",
            FINE | BROKEN,
            [b"GET /healthz HTTP/1.1\r\nHost: @HOST@\r\nHost: evil.example\r\nConnection: close\r\n\r\n"],
        ),
        ("100 requests at once", FINE, [b"GET /healthz HTTP/1.1\r\nHost: @HOST@\r\n\r\n" * 100]),
        ("an asterisk", BROKEN | {200, 204, 404, 405}, [b"OPTIONS * HTTP/1.1\r\nHost: @HOST@\r\n\r\n"]),
        ("bare line feeds", FINE | BROKEN, [b"GET /healthz HTTP/1.1\nHost: @HOST@\n\n"]),
        ("a folded header", FINE | BROKEN, [b"GET /healthz HTTP/1.1\r\nHost: @HOST@\r\nX-A: b\r\n c\r\n\r\n"]),
        (
            "a space before the colon",
            BROKEN,
            [b"GET /healthz HTTP/1.1\r\nHost: @HOST@\r\nTransfer-Encoding : chunked\r\n\r\n"],
        ),
        ("a new line in the path", BROKEN, [b"GET /a\nb HTTP/1.1\r\nHost: @HOST@\r\n\r\n"]),
        ("raw bytes in the path", BROKEN | {404}, [b"GET /doc/\xe6\x9c\x9d\xff HTTP/1.1\r\nHost: @HOST@\r\n\r\n"]),
    )
] + [
    Case(
        f"smuggling by {name}",
        BROKEN | {401, 415, 501, SILENT},
        seconds=4,
        raw=pieces(b"POST /sparql HTTP/1.1\r\nHost: @HOST@\r\nContent-Type: application/sparql-query\r\n" + sent),
    )
    for name, sent in (
        (
            "both lengths",
            b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /update?smuggled HTTP/1.1\r\n\r\n",
        ),
        ("two lengths", b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}X"),
        ("a length below nothing", b"Content-Length: -1\r\n\r\nASK {}"),
        ("a length in words", b"Content-Length: 0x6\r\n\r\nASK {}"),
        ("a length with a plus", b"Content-Length: +6\r\n\r\nASK {}"),
        ("a length beyond all numbers", b"Content-Length: " + b"9" * 40 + b"\r\n\r\nASK {}"),
        ("an unknown encoding", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("two encodings", b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ("chunks of no size", b"Transfer-Encoding: chunked\r\n\r\nzz\r\nASK {}\r\n0\r\n\r\n"),
        ("chunks beyond all numbers", b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nASK {}\r\n0\r\n\r\n"),
        (
            "a chunk with a long extension",
            b"Transfer-Encoding: chunked\r\n\r\n6;" + b"a" * 100_000 + b"\r\nASK {}\r\n0\r\n\r\n",
        ),
    )
]

REQUESTS = [*SLOW, *ADDRESSES, *INJECTIONS, *HEADERS, *METHODS, *RAW]
