"""Which compression an answer has, and that it is the same answer."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from plangraph.web.compression import LEAST_BYTES, compress

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "": lambda data: data,
}
LARGE = "一行字 a line\n" * 1000
LONG = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"


def unpacked(answer: Response) -> bytes:
    """The body as it was before."""
    return UNPACK[answer.headers.get("Content-Encoding", "")](answer.get_data())


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        (None, ""),
        ("", ""),
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("deflate", ""),
        ("compress, exotic", ""),
        ("*", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.1, br;q=0.5, zstd;q=0", "br"),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=1", "gzip"),
        ("identity;q=0, *", "zstd"),
        ("zstd;q=0, *;q=0.3", "br"),
    ],
)
@pytest.mark.parametrize("path", ["/graphs?union", "/tasks", f"/sparql?query={LONG}&format=json"])
def test_an_answer_is_compressed_as_the_client_allows(
    client: FlaskClient, path: str, accept: str | None, encoding: str
) -> None:
    plain = client.get(path)
    answer = client.get(path, headers={"Accept-Encoding": accept} if accept is not None else {})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in answer.vary
    assert unpacked(answer) == plain.data
    if encoding:
        assert len(answer.data) < len(plain.data) / 2


@pytest.mark.parametrize("path", ["/graphs?union", "/ontology", "/static/"])
@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_each_compression_has_a_tag_of_its_own(client: FlaskClient, path: str, encoding: str) -> None:
    if path == "/static/":
        page = client.get("/", headers={"Accept": "text/html"}).text
        path = "/static/" + page.partition('"/static/')[2].partition('"')[0]
    accept = {"Accept-Encoding": encoding}
    plain, packed = client.get(path), client.get(path, headers=accept)
    tag = packed.headers["ETag"]
    assert tag != plain.headers["ETag"]
    again = client.get(path, headers={**accept, "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert "Content-Length" not in again.headers or again.headers["Content-Length"] == "0"
    assert client.get(path, headers={**accept, "If-None-Match": '"other"'}).status_code == 200


def test_weak_tags_of_query_answers_stay(client: FlaskClient) -> None:
    path, accept = f"/sparql?query={LONG}&format=json", {"Accept-Encoding": "br"}
    plain, packed = client.get(path), client.get(path, headers=accept)
    assert packed.headers["Content-Encoding"] == "br"
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert client.get(path, headers={**accept, "If-None-Match": packed.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/graphs?union", "/tasks", f"/sparql?query={LONG}&format=json"])
def test_head_says_what_get_says(client: FlaskClient, path: str) -> None:
    accept = {"Accept-Encoding": "gzip"}
    get, head = client.get(path, headers=accept), client.head(path, headers=accept)
    assert head.data == b""
    for name in ("Content-Encoding", "Content-Length", "ETag", "Vary"):
        assert head.headers.get(name) == get.headers.get(name)


def test_small_answers_and_failures_stay_as_they_are(client: FlaskClient) -> None:
    accept = {"Accept-Encoding": "zstd, gzip"}
    for path, status in (("/sparql?query=ASK%7B%7D", 200), ("/nowhere", 404), ("/healthz", 200)):
        answer = client.get(path, headers=accept)
        assert answer.status_code == status
        assert "Content-Encoding" not in answer.headers


def _app(make: Callable[[], Response]) -> FlaskClient:
    app = Flask(__name__)
    compress(app)
    app.add_url_rule("/", view_func=make)
    return app.test_client()


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [
        ("text/html", "gzip"),
        ("text/turtle", "gzip"),
        ("application/ld+json", "gzip"),
        ("application/sparql-results+xml", "gzip"),
        ("application/problem+json", "gzip"),
        ("application/n-quads", "gzip"),
        ("image/svg+xml", "gzip"),
        ("font/woff2", ""),
        ("image/png", ""),
        ("application/zip", ""),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""),
        ("application/octet-stream", ""),
    ],
)
def test_what_is_packed_already_is_not_packed_again(media_type: str, encoding: str) -> None:
    answer = _app(lambda: Response(LARGE, content_type=media_type)).get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert unpacked(answer) == LARGE.encode()


def test_an_encoding_that_is_there_stays() -> None:
    def packed() -> Response:
        return Response(gzip.compress(LARGE.encode()), content_type="text/plain", headers={"Content-Encoding": "gzip"})

    answer = _app(packed).get("/", headers={"Accept-Encoding": "br"})
    assert gzip.decompress(answer.data) == LARGE.encode()


@pytest.mark.parametrize(("size", "encoding"), [(LEAST_BYTES - 1, ""), (LEAST_BYTES, "br")])
def test_the_least_size(size: int, encoding: str) -> None:
    answer = _app(lambda: Response("x" * size, content_type="text/plain")).get("/", headers={"Accept-Encoding": "br"})
    assert answer.headers.get("Content-Encoding", "") == encoding


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_a_stream_is_packed_piece_by_piece_and_closed(encoding: str) -> None:
    told: list[str] = []

    def pieces() -> Response:
        response = Response((line for line in LARGE.splitlines(keepends=True)), content_type="text/plain")
        response.call_on_close(lambda: told.append("closed"))
        return response

    answer = _app(pieces).get("/", headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert unpacked(answer) == LARGE.encode()
    answer.close()
    assert told == ["closed"]


def test_a_stream_that_breaks_is_not_ended_as_if_it_were_whole() -> None:
    def broken() -> Response:
        def pieces() -> object:
            yield LARGE
            raise OSError("cut")

        return Response(pieces(), content_type="text/plain")

    with pytest.raises(OSError, match="cut"):
        _ = _app(broken).get("/", headers={"Accept-Encoding": "gzip"}).data


def test_json_is_the_same_json(client: FlaskClient) -> None:
    answer = client.get("/api/overview", headers={"Accept-Encoding": "br"})
    assert json.loads(unpacked(answer)) == client.get("/api/overview").json
