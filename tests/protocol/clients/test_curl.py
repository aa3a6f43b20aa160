"""curl, with the answers saved to files: each form of request, headers, entity tags, compression, writing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from rdflib import Graph
from rivers import ABOUT_CREEK, BAD, BEARER, CONSTRUCT, CREEK, LABELS, OTHER_GRAPH, RIVERS_GRAPH, objects


@pytest.fixture
def curl(tmp_path: Path, server: str) -> Callable[..., tuple[int, str, dict[str, str], bytes]]:
    """A function that runs curl: status, media type, headers and the body that it saved to a file."""
    program = shutil.which("curl")
    if not program:
        pytest.skip("curl isn't tested: there is none")

    def run(path: str, *args: str, server: str = server) -> tuple[int, str, dict[str, str], bytes]:
        body, head = tmp_path / "body", tmp_path / "head"
        body.unlink(missing_ok=True)
        command = [program, "-sS", "--max-time", "30", "-o", str(body), "-D", str(head), *args, server + path]
        done = subprocess.run([*command, "-w", "%{http_code}"], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        lines = [line.partition(": ") for line in head.read_text().splitlines() if ": " in line]
        headers = {name.lower(): value for name, _, value in lines}
        media_type = headers.get("content-type", "").partition(";")[0]
        # With --head curl saves the headers where the body would be.
        saved = body.read_bytes() if body.exists() and "--head" not in args else b""
        return int(done.stdout), media_type, headers, saved

    return run


JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
FORM, DIRECT = "query=" + LABELS, ("-H", "Content-Type: application/sparql-query", "--data-binary")
DEFAULT = f"default-graph-uri={OTHER_GRAPH}"
CURL: list[tuple[str, tuple[str, ...], int, str, str]] = [
    ("GET", ("-G", "--data-urlencode", FORM), 200, JSON, "青溪"),
    ("POST form", ("--data-urlencode", FORM), 200, JSON, "青溪"),
    ("POST direct", (*DIRECT, LABELS), 200, JSON, "青溪"),
    ("GET XML", ("-G", "--data-urlencode", FORM, "-H", f"Accept: {XML}"), 200, XML, "青溪"),
    ("POST CSV", ("--data-urlencode", FORM, "-H", "Accept: text/csv"), 200, "text/csv", "label\r\n长河\r\n青溪\r\n"),
    (
        "direct TSV",
        (*DIRECT, LABELS, "-H", "Accept: text/tab-separated-values"),
        200,
        "text/tab-separated-values",
        '?label\n"长河"@zh\n"青溪"@zh\n',
    ),
    ("format=", ("-G", "--data-urlencode", FORM, "-d", "format=csv"), 200, "text/csv", "label\r\n长河\r\n青溪\r\n"),
    ("any format", ("--data-urlencode", FORM, "-H", "Accept: */*"), 200, JSON, "青溪"),
    ("no Accept", ("--data-urlencode", FORM, "-H", "Accept:"), 200, JSON, "青溪"),
    ("graph", ("--data-urlencode", f"query={CONSTRUCT}"), 200, "text/turtle", "青溪"),
    (
        "graph as JSON-LD",
        ("--data-urlencode", f"query={CONSTRUCT}", "-H", "Accept: application/ld+json"),
        200,
        "application/ld+json",
        "青溪",
    ),
    (
        "default graph",
        ("-G", "--data-urlencode", FORM, "--data-urlencode", DEFAULT, "-H", "Accept: text/csv"),
        200,
        "text/csv",
        "label\r\n长河\r\n",
    ),
    ("query from a file", (*DIRECT, "@query.rq"), 200, JSON, "青溪"),
    ("HTTP/1.0", ("--http1.0", "--data-urlencode", FORM), 200, JSON, "青溪"),
    ("chunked", (*DIRECT, LABELS, "-H", "Transfer-Encoding: chunked"), 200, JSON, "青溪"),
    ("expect", ("--data-urlencode", FORM, "-H", "Expect: 100-continue"), 200, JSON, "青溪"),
    ("syntax error", ("--data-urlencode", f"query={BAD}"), 400, "application/problem+json", "detail"),
    (
        "other format",
        ("--data-urlencode", FORM, "-H", "Accept: image/png"),
        406,
        "application/problem+json",
        "text/csv",
    ),
    ("other content", ("-H", "Content-Type: text/plain", "-d", LABELS), 415, "application/problem+json", "detail"),
    ("PUT", ("-X", "PUT", "--data-urlencode", FORM), 405, "application/problem+json", "detail"),
    ("description", ("-H", "Accept: text/turtle"), 200, "text/turtle", "sparql"),
]


@pytest.mark.parametrize(("args", "status", "media_type", "holds"), [row[1:] for row in CURL], ids=[r[0] for r in CURL])
def test_curl(curl: Any, tmp_path: Path, args: tuple[str, ...], status: int, media_type: str, holds: str) -> None:
    (tmp_path / "query.rq").write_text(f"# 河流的中文名\n{LABELS}\n", encoding="utf-8")
    code, kind, _, body = curl("/sparql", *args)
    assert (code, kind) == (status, media_type), body.decode()
    text = body.decode("utf-8")
    # A CSV or TSV answer is known to the byte.
    assert text == holds if media_type in ("text/csv", "text/tab-separated-values") else holds in text


def test_curl_head_has_the_headers_of_get(curl: Any) -> None:
    args = ("-G", "--data-urlencode", FORM)
    code, kind, headers, body = curl("/sparql", *args)
    assert code == 200
    head_code, head_kind, head_headers, nothing = curl("/sparql", "--head", *args)
    assert (head_code, head_kind, nothing) == (code, kind, b"")
    for name in ("etag", "content-length", "vary", "cache-control"):
        assert head_headers.get(name) == headers.get(name), name
    assert int(headers["content-length"]) == len(body)


@pytest.mark.parametrize("accept", ["text/csv", JSON])
def test_curl_etags(curl: Any, tmp_path: Path, accept: str) -> None:
    args = ("-G", "--data-urlencode", FORM, "-H", f"Accept: {accept}")
    code, _, headers, _ = curl("/sparql", *args, "--etag-save", "etag")
    assert (code, bool(headers.get("etag"))) == (200, True)
    again, _, same, body = curl("/sparql", *args, "--etag-compare", "etag")
    assert (again, body, same["etag"]) == (304, b"", headers["etag"])
    other, *_ = curl("/sparql", "-G", "--data-urlencode", "query=SELECT * { ?s ?p ?o }", "--etag-compare", "etag")
    assert other == 200


LONG = "SELECT ?a ?b ?c WHERE { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z }"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_curl_compressed(curl: Any, encoding: str) -> None:
    program = shutil.which("curl") or ""
    names = {"gzip": "libz", "br": "brotli", "zstd": "zstd"}
    known = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if names[encoding] not in known:
        pytest.skip(f"this curl doesn't read {encoding}")
    args = ("-G", "--data-urlencode", f"query={LONG}", "-H", "Accept: text/csv")
    _, _, _, plain = curl("/sparql", *args)
    code, kind, headers, body = curl("/sparql", *args, "--compressed", "-H", f"Accept-Encoding: {encoding}")
    assert (code, kind, headers.get("content-encoding")) == (200, "text/csv", encoding)
    assert sorted(body.splitlines()) == sorted(plain.splitlines())
    assert int(headers.get("content-length", 0)) < len(plain)


def test_curl_reads_a_graph(curl: Any) -> None:
    args = ("-G", "--data-urlencode", f"graph={RIVERS_GRAPH}")
    code, kind, _, body = curl("/graphs", *args, "-H", "Accept: application/n-triples")
    assert (code, kind) == (200, "application/n-triples")
    found = Graph().parse(data=body, format="nt")
    assert set(found.predicate_objects(CREEK)) == ABOUT_CREEK
    code, _, headers, body = curl("/graphs", "--head", *args, "-H", "Accept: text/turtle")
    assert (code, body) == (200, b"")
    assert headers["content-type"].startswith("text/turtle")


INSERT = "INSERT DATA {{ GRAPH <{graph}> {{ <urn:s> <urn:p> '写入' }} }}"
SPARQL_UPDATE = ("-H", "Content-Type: application/sparql-update", "--data-binary")
TURTLE = ("-H", "Content-Type: text/turtle", "--data-binary", "<urn:s> <urn:p> '写入' .")
CURL_WRITES: list[tuple[str, str, tuple[str, ...], int]] = [
    ("update as a form", "/update", ("--data-urlencode", "update=" + INSERT), 200),
    ("update as it is", "/update", (*SPARQL_UPDATE, INSERT), 200),
    ("put", "/graphs", ("-X", "PUT", *TURTLE), 201),
    ("post", "/graphs", ("-X", "POST", *TURTLE), 201),
    ("upload of a file", "/graphs", ("--upload-file", "river.ttl", "-H", "Content-Type: text/turtle"), 201),
    ("several files", "/graphs", ("-F", "a=@river.ttl;type=text/turtle", "-F", "b=@river.nt;type=text/plain"), 201),
]


@pytest.mark.parametrize(("path", "args", "status"), [r[1:] for r in CURL_WRITES], ids=[r[0] for r in CURL_WRITES])
def test_curl_writes(
    curl: Any,
    writable: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    path: str,
    args: tuple[str, ...],
    status: int,
) -> None:
    (tmp_path / "river.ttl").write_text("<urn:s> <urn:p> '写入' .", encoding="utf-8")
    (tmp_path / "river.nt").write_text('<urn:s> <urn:p> "写入" .\n', encoding="utf-8")
    graph = f"https://example.org/图/curl-{request.node.callspec.id.replace(' ', '-')}"
    named = f"?graph={quote(graph)}" if path == "/graphs" else ""
    args = tuple(arg.format(graph=graph) if arg.endswith("}} }}") else arg for arg in args)
    code, kind, _, body = curl(path + named, *args, server=writable)
    assert (code, kind) == (401, "application/problem+json")
    assert objects(writable, graph) == []
    token = ("-H", f"Authorization: {BEARER}")
    code, kind, _, body = curl(path + named, *args, *token, server=writable)
    assert (code, kind) == (status, "application/json"), body.decode()
    assert json.loads(body)["added"] == 1
    assert objects(writable, graph) == ["写入"]
    code, *_ = curl(f"/graphs?graph={quote(graph)}", "-X", "DELETE", *token, server=writable)
    assert code in (200, 204)
    code, *_ = curl(f"/graphs?graph={quote(graph)}", server=writable)
    assert code == 404
