"""What every answer has in common: its format, its entity tag, its headers, and what becomes of errors.

Exceptions become HTTP here and nowhere else: ``application/problem+json`` (RFC 9457) for programs, a page for people.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from plangraph.conflicts import Overtaken
from plangraph.errors import (
    BadInput,
    Busy,
    Conflict,
    DoesNotConform,
    NotAcceptable,
    NotFound,
    OverLimit,
    PlangraphError,
    Refused,
    SyntaxFault,
    TooLarge,
    Unavailable,
)
from plangraph.mediatypes import GRAPH_FORMATS, HTML, Format, by_name, by_suffix, negotiate
from plangraph.namespaces import ROOT
from plangraph.web import i18n

PROBLEM: Final = Format("problem", "application/problem+json", ".json", ("application/json",))
JSON: Final = Format("json", "application/json", ".json", ("application/ld+json",))
PAGE_OR_GRAPH: Final = (HTML, *GRAPH_FORMATS)
RETRY_SECONDS: Final = 5
ENCODED: Final = ":"
"""Stands in an entity tag before the name of the compression, for each of which an answer is another."""
_LOG = logging.getLogger(__name__)
# A query may be posted from other origins; all else there is only read.
_OPEN_POSTS: Final = ("/sparql", "/sparql/")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


class Fault(PlangraphError):
    """A failure of the request itself that only HTTP knows of, with its status and headers."""

    def __init__(self, status: int, zh: str, en: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(zh, en)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Kind:
    """One kind of problem: the exceptions that it stands for, its status, and its name in addresses and on pages."""

    class_: type[PlangraphError]
    status: int
    name: str
    zh: str
    en: str


KINDS: Final = (
    Kind(SyntaxFault, 400, "syntax", "语法错误", "Syntax error"),
    Kind(NotAcceptable, 406, "not-acceptable", "没有所要的格式", "Not to be had in that format"),
    Kind(TooLarge, 413, "too-large", "超过大小上限", "Over the size limit"),
    Kind(BadInput, 400, "bad-input", "请求有误", "Bad request"),
    Kind(Refused, 403, "refused", "不允许", "Not allowed"),
    Kind(NotFound, 404, "not-found", "没有找到", "Not found"),
    Kind(DoesNotConform, 422, "does-not-conform", "数据不合规则", "The data don't conform"),
    Kind(Conflict, 409, "conflict", "数据已有改动", "The data have changed"),
    Kind(OverLimit, 503, "over-limit", "超过时间或内存上限", "Over the limit of time or memory"),
    Kind(Busy, 503, "busy", "服务正忙", "Busy"),
    Kind(Unavailable, 503, "unavailable", "暂不可用", "Unavailable"),
    Kind(PlangraphError, 500, "internal", "内部错误", "Internal error"),
)
"""The kinds of problem, the more special before the more general. ``type`` in a problem is ``…/problem/`` + name."""

_FAULTS: Final = {
    400: ("bad-input", "请求有误", "Bad request", "请检查请求后重试。", "Check the request and try again."),
    401: ("unauthorized", "需要令牌", "A token is needed", "请提供写入令牌。", "Present the token for writing."),
    403: ("refused", "不允许", "Not allowed", "此操作不允许。", "This isn't allowed."),
    404: (
        "not-found",
        "没有找到",
        "Not found",
        "此地址没有页面。请检查地址，或从首页、搜索开始。",
        "There is no page at this address. Check it, or start from the overview or the search.",
    ),
    405: (
        "method-not-allowed",
        "方法不允许",
        "Method not allowed",
        "此地址不支持该 HTTP 方法，可用的方法见 Allow 头。",
        "This address doesn't take that method. The Allow header names those that it takes.",
    ),
    409: (
        "conflict",
        "与现状冲突",
        "Conflict",
        "数据已被他人改动。请重新读取后再试。",
        "The data were changed meanwhile. Read them again and retry.",
    ),
    412: (
        "condition",
        "条件不成立",
        "The condition doesn't hold",
        "所附条件不成立，未作改动。",
        "The condition doesn't hold; nothing was changed.",
    ),
    408: (
        "too-slow",
        "请求太慢",
        "Too slow",
        "请求未在时限内收完。",
        "The request didn't arrive in time.",
    ),
    413: ("too-large", "超过大小上限", "Over the size limit", "请求内容太大。", "The request is too large."),
    415: (
        "unsupported-media-type",
        "不支持的内容类型",
        "Unsupported media type",
        "不支持该 Content-Type。",
        "That Content-Type isn't read here.",
    ),
    429: (
        "too-many",
        "尝试过多",
        "Too many tries",
        "请求过于频繁，请稍后再试。",
        "There were too many requests. Try again later.",
    ),
    503: ("busy", "服务正忙", "Busy", "请稍后再试。", "Try again in a moment."),
    500: (
        "internal",
        "内部错误",
        "Internal error",
        "服务器出错了，已记录。请稍后再试。",
        "The server failed; it was logged. Try again later.",
    ),
}


def chosen_format(offers: Sequence[Format], *, suffix: str = "") -> Format:
    """The format to answer in: by ``suffix``, else by ``?format=``, else by Accept.

    Raises ``NotAcceptable`` or ``BadInput`` naming what can be had.
    """
    if suffix:
        found = by_suffix(suffix, offers)
        if found is not None:
            return found
    asked = request.args.get("format")
    if asked:
        named = by_name(asked, offers)
        if named is None:
            names = ", ".join(offer.name for offer in offers)
            raise BadInput(f"没有格式“{asked}”，可用：{names}。", f"There is no format “{asked}”. There are: {names}.")
        return named
    best = negotiate(request.headers.get("Accept"), offers)
    if best is None:
        listed = ", ".join(offer.media_type for offer in offers)
        raise NotAcceptable(f"此处可用的格式：{listed}。", f"What can be had here: {listed}.")
    return best


def prefers_page() -> bool:
    """Whether the client names HTML among what it wants most, as browsers do and programs don't."""
    accept = request.headers.get("Accept", "")
    return "html" in accept.lower() and negotiate(accept, (JSON, *GRAPH_FORMATS, HTML)) is HTML


def csp_nonce() -> str:
    """The nonce for style elements that a script on this page adds. Asking for it puts it into the policy.

    A page with a nonce gets no entity tag: a 304 would renew the policy and leave the old nonce in the page.
    """
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def data(body: bytes | str, fmt: Format, *, status: int = 200) -> Response:
    """An answer for programs, in UTF-8, readable from other origins."""
    charset = "; charset=utf-8" if fmt.media_type.startswith("text/") else ""
    return Response(body, status, content_type=fmt.media_type + charset)


def json_data(value: Any) -> Response:
    """``value`` as JSON, with Chinese as it is."""
    return data(json.dumps(value, ensure_ascii=False), JSON)


def tagged(response: Response, revision: str, fmt: str, *, weak: bool = False) -> Response:
    """Give an answer its entity tag, so that a client asks again only whether it still holds.

    ``weak``: the same data may be written in another order next time.
    """
    if "nonce" not in g:
        response.set_etag(_tag(revision, fmt), weak=weak)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def weak_tag(revision: str, fmt: str) -> str:
    """The header's value that ``tagged`` gives an answer of which the same data may be written in another order."""
    return f'W/"{_tag(revision, fmt)}"'


def unchanged(revision: str, fmt: str) -> Response | None:
    """304 where the client already has this revision in this format and language."""
    if request.method not in ("GET", "HEAD"):
        return None
    tag, asked = _tag(revision, fmt), request.if_none_match
    known = next((each for each in asked.as_set(include_weak=True) if each.partition(ENCODED)[0] == tag), None)
    if known is None:
        return None
    response = Response(status=304)
    response.set_etag(known, weak=asked.is_weak(known))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _tag(revision: str, fmt: str) -> str:
    return f"{revision}-{fmt}-{i18n.current()}" if fmt in (HTML.name, PROBLEM.name) else f"{revision}-{fmt}"


def finish(response: Response) -> Response:
    """The headers that every answer has."""
    is_page = response.mimetype == "text/html" and request.method != "OPTIONS"
    nonce = f" 'nonce-{g.nonce}'" if "nonce" in g else ""
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/"):
        return response
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    if is_page or response.mimetype == PROBLEM.media_type:
        response.headers["Content-Language"] = i18n.HTML_LANG[i18n.current()]
    if nonce:
        response.headers["Cache-Control"] = "no-store"
    if not is_page:
        _open_to_other_origins(response)
    return i18n.remember(response)


def _open_to_other_origins(response: Response) -> None:
    """CORS: the data are public, so any page may read them; no credentials are taken along, and none may write."""
    posted = request.path in _OPEN_POSTS
    if (request.method not in ("GET", "HEAD", "OPTIONS") and not posted) or "writing" in g:
        return
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Language, ETag, Link, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = (
            "GET, HEAD, POST, OPTIONS" if posted else "GET, HEAD, OPTIONS"
        )
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"


def register_errors(app: Flask) -> None:
    """Answer every exception of ``app``."""
    app.register_error_handler(PlangraphError, _answer_failure)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_failure(failure: PlangraphError) -> Response:
    lang = i18n.current()
    extra: dict[str, Any] = {"messages": {"zh": failure.zh, "en": failure.en}}
    if isinstance(failure, SyntaxFault):
        extra |= {key: value for key in ("line", "column") if (value := getattr(failure, key)) is not None}
    if isinstance(failure, DoesNotConform) and isinstance(failure.report, dict):
        extra["report"] = failure.report
    if isinstance(failure, Overtaken):
        extra["conflict"] = failure.details
    headers = {"Retry-After": str(RETRY_SECONDS)} if isinstance(failure, Unavailable) else {}
    if isinstance(failure, Fault):
        name, zh, en = _FAULTS[failure.status][:3]
        return _problem(failure.status, name, i18n.t(zh, en), failure.text(lang), failure.headers, extra)
    kind = next(kind for kind in KINDS if isinstance(failure, kind.class_))
    return _problem(kind.status, kind.name, i18n.t(kind.zh, kind.en), failure.text(lang), headers, extra)


def _answer_http(failure: HTTPException) -> Response:
    original = failure.get_response()
    status = failure.code or 500
    if status < 400:
        return original  # type: ignore[return-value]
    name, zh, en, detail_zh, detail_en = _FAULTS.get(status) or _FAULTS[400 if status < 500 else 500]
    headers = {key: value for key, value in original.headers if key in ("Allow", "Retry-After")}
    return _problem(status, name, i18n.t(zh, en), i18n.t(detail_zh, detail_en), headers, {})


def _answer_unexpected(failure: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.path, exc_info=failure)
    name, zh, en, detail_zh, detail_en = _FAULTS[500]
    return _problem(500, name, i18n.t(zh, en), i18n.t(detail_zh, detail_en), {}, {})


def _problem(
    status: int, name: str, title: str, detail: str, headers: Mapping[str, str], extra: Mapping[str, Any]
) -> Response:
    fmt = negotiate(request.headers.get("Accept"), (PROBLEM, HTML)) or PROBLEM
    # A message may quote half of a surrogate pair, which an escape in a query can bring in and UTF-8 can't hold.
    if fmt is HTML:
        page = render_template("error.html", status=status, name=name, title=title, detail=detail, problem=extra)
        response = Response(page.encode(errors="replace"), status, mimetype="text/html")
    else:
        problem = {"type": f"{ROOT}problem/{name}", "title": title, "status": status, "detail": detail, **extra}
        response = data(json.dumps(problem, ensure_ascii=False).encode(errors="replace"), PROBLEM, status=status)
    response.headers.extend(headers)
    response.headers["Cache-Control"] = "no-store"
    return response
