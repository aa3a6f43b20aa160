"""The language of a page: Chinese or English, chosen by address, cookie or browser."""

from __future__ import annotations

from typing import Final

from flask import Response, g, has_request_context, request

LANGUAGES: Final = ("zh", "en")
HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}
"""The ``lang`` attribute of each language. ``zh-CN`` matters: without it browsers pick Japanese glyphs."""
COOKIE: Final = "lang"
_YEAR: Final = 365 * 24 * 3600


def current() -> str:
    """The language of this request: ``?lang=``, else the cookie, else what the browser prefers, else Chinese."""
    if not has_request_context():
        return LANGUAGES[0]
    if "lang" not in g:
        g.lang = _choose()
    return str(g.lang)


def _choose() -> str:
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    best = request.accept_languages.best_match(LANGUAGES)
    if best:
        return best
    # A browser that says only zh-TW or zh-Hans still wants Chinese.
    for tag, quality in request.accept_languages:
        if quality > 0 and tag.partition("-")[0].lower() in LANGUAGES:
            return tag.partition("-")[0].lower()
    return LANGUAGES[0]


def t(zh: str, en: str) -> str:
    """The one of two texts that is in the language of this request."""
    return zh if current() == "zh" else en


def remember(response: Response) -> Response:
    """Keep a language that the address asked for, so that the next page has it too."""
    asked = request.args.get("lang")
    if asked in LANGUAGES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(COOKIE, asked, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
