"""RDF in the body of a request, as the Graph Store Protocol takes it: one document, or several in a form."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import request
from werkzeug.datastructures import FileStorage

from plangraph.errors import BadInput
from plangraph.mediatypes import INPUT_FORMATS, Format, by_media_type, by_suffix
from plangraph.web.answers import Fault
from plangraph.web.protocol import body, check_charset
from plangraph.web.service import current_service
from plangraph.writing import Payload

_MULTIPART = "multipart/form-data"
# What clients send for files whose type they don't know: then the name tells.
_UNKNOWN = ("", "application/octet-stream")


def read_payloads(base: str, *, several: bool) -> tuple[Payload, ...]:
    """The RDF of this request, its relative IRIs to be resolved against ``base``; an empty body is an empty graph.

    ``several``: also as multipart/form-data (5.5). Raises 415 for what isn't read.
    """
    if request.content_encoding:
        raise Fault(
            415,
            "不接受压缩的请求体（Content-Encoding）。请不加压缩发送。",
            "A compressed body (Content-Encoding) isn't read. Send it as it is.",
            {"Accept-Encoding": "identity"},
        )
    limit = current_service().settings.upload_bytes
    if request.mimetype == _MULTIPART and several:
        return _parts(base, limit)
    if not request.mimetype and not body(limit):
        return ()
    check_charset()
    fmt = _known(by_media_type(request.mimetype, INPUT_FORMATS), request.mimetype)
    return (Payload(body(limit), fmt.media_type, base),)


def _parts(base: str, limit: int) -> tuple[Payload, ...]:
    request.max_content_length = limit
    files = [file for _, file in request.files.items(multi=True)]
    if request.form or not files:
        raise BadInput(
            "表单的每一部分都应是带 filename 的 RDF 文件。",
            "Each part of the form has to be an RDF file, with a filename.",
        )
    return tuple(Payload(file.read(), _format_of(file).media_type, base) for file in files)


def _format_of(file: FileStorage) -> Format:
    name = PurePosixPath(file.filename or "").name
    if file.mimetype not in _UNKNOWN:
        return _known(by_media_type(file.mimetype, INPUT_FORMATS), file.mimetype)
    return _known(by_suffix(name, INPUT_FORMATS), name)


def _known(fmt: Format | None, said: str) -> Format:
    if fmt is None:
        listed = ", ".join(f.media_type for f in INPUT_FORMATS)
        raise Fault(
            415,
            f"不支持“{said}”。图可以下列格式发送：{listed}。",
            f"“{said}” isn't read. A graph is sent as one of {listed}.",
            {"Accept": listed},
        )
    return fmt
