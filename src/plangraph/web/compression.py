"""Answers compressed as the client allows (RFC 9110, 12.5.3): zstd, Brotli or gzip, also while they are streamed."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

from plangraph.web.answers import ENCODED

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEAST_BYTES: Final = 1000
"""Smaller answers fit in one packet anyway."""
_LARGE_TYPES: Final = ("text/", "image/svg+xml")
_ENDINGS: Final = ("+json", "+xml", "/json", "/xml", "/javascript", "/n-triples", "/n-quads", "/trig")
_GZIP: Final = zlib.MAX_WBITS | 16
# What a level costs matters more than its last percent: most answers are made once and sent once.
_ZSTD_LEVEL, _BROTLI_LEVEL, _GZIP_LEVEL = 3, 3, 5

Step = Callable[[bytes], bytes]


def compress(app: Flask) -> None:
    """Compress the answers of ``app``. To be called before other ``after_request`` functions, so that it runs last."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if not _suits(response):
        return response
    response.vary.add("Accept-Encoding")
    encoding = _chosen()
    if encoding is None or _known_small(response):
        return response
    if _tag(response, encoding):
        return response
    whole = not response.is_streamed
    response.direct_passthrough = False
    response.headers["Content-Encoding"] = encoding
    response.headers.pop("Content-Length", None)
    pieces = _pieces(response.iter_encoded(), *_ENGINES[encoding]())
    if whole:
        response.set_data(b"".join(pieces))
    else:
        response.response = pieces
    return response


def _suits(response: Response) -> bool:
    kind = response.mimetype or ""
    return (
        response.status_code in range(200, 300)
        and response.status_code not in (204, 206)
        and "Content-Encoding" not in response.headers
        and (kind.startswith(_LARGE_TYPES) or kind.endswith(_ENDINGS))
    )


def _known_small(response: Response) -> bool:
    return response.content_length is not None and response.content_length < LEAST_BYTES


def _chosen() -> str | None:
    """The encoding of the greatest weight, ours in the order of preference; None for none at all."""
    asked = request.accept_encodings
    best = max(_ENGINES, key=lambda name: asked.quality(name))  # the first of the greatest
    weight = asked.quality(best)
    # What isn't named at all may be sent without encoding; where it is named, its weight counts.
    plain = asked.quality("identity") if "identity" in asked.values() else 0.0
    return best if weight > 0 and weight >= plain else None


def _tag(response: Response, encoding: str) -> bool:
    """Give the compressed answer a tag of its own, unless it is weak. True where the client has it already."""
    tag, weak = response.get_etag()
    if tag is None or weak or tag.endswith(ENCODED + encoding):
        return False
    tag += ENCODED + encoding
    response.set_etag(tag)
    if request.method not in ("GET", "HEAD") or not request.if_none_match.contains_weak(tag):
        return False
    response.status_code = 304
    response.close()
    response.response = []
    for name in ("Content-Length", "Content-Type"):
        response.headers.pop(name, None)
    return True


def _pieces(plain: Iterable[bytes], step: Step, end: Callable[[], bytes]) -> Iterator[bytes]:
    for piece in plain:
        if packed := step(piece):
            yield packed
    yield end()


def _zstd() -> tuple[Step, Callable[[], bytes]]:
    engine = zstd.ZstdCompressor(level=_ZSTD_LEVEL)
    return engine.compress, engine.flush


def _brotli() -> tuple[Step, Callable[[], bytes]]:
    engine = brotli.Compressor(quality=_BROTLI_LEVEL)
    return engine.process, engine.finish


def _gzip() -> tuple[Step, Callable[[], bytes]]:
    engine: Any = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    return engine.compress, engine.flush


_ENGINES: Final = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}
"""The encodings, the preferred first."""
