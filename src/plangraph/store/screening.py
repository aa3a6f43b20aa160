"""What a query holds, found by reading its tokens before any engine sees it.

``SERVICE`` would make the server call another address (SPARQL 1.1 Federated Query). The word is looked for as the
SPARQL grammar's lexer would see it: outside strings, IRIs and comments, after code point escapes are decoded
(SPARQL 1.1, 19.2), with backslash escapes in local names taken whole, so that no quote or hash sign can hide it.
"""

from __future__ import annotations

import re

from plangraph.errors import Refused

_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r'"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|<[^<>\"{}|^`\\\x00-\x20]*>"
    r"|\#[^\n\r]*"
    r"|\\."
    r"|[?$@][\w·]+"  # a variable or a language tag named service is none of ours
    r"|[\w·.%-]*:[\w·.:%-]*"  # neither is a prefixed name
    r"|(?P<word>\w+)",
    re.DOTALL,
)


def screen_query(text: str) -> None:
    """Raise ``Refused`` where ``text`` holds a ``SERVICE`` clause."""
    if "SERVICE" in _words(text):
        raise Refused(
            "不允许 SERVICE：本服务不代为访问其他地址。请分别查询各端点。",
            "SERVICE isn't allowed: this server calls no other address. Query each endpoint by itself.",
        )


def names_dataset(text: str) -> bool:
    """Whether a query says by ``FROM`` what its dataset is; the word stands nowhere else in the grammar."""
    return "FROM" in _words(text)


def _words(text: str) -> set[str]:
    """The bare words of a query, in capitals."""
    decoded = _CODEPOINT.sub(_decode, text)
    return {match["word"].upper() for match in _TOKEN.finditer(decoded) if match["word"]}


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
