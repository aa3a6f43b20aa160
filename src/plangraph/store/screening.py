"""What outside queries may not do, found in their text before any engine sees it.

``SERVICE`` would make the server call another address (SPARQL 1.1 Federated Query). The text isn't split into tokens
for this: engines split it differently (Oxigraph reads ``5SERVICE<…>{`` and ``SERVICE:x{`` as calls, and whether ``<``
opens an IRI depends on what stands before it), and whatever a screen takes for a string or a comment could hide a call.
Instead every place is looked at where the letters are followed by what a call needs: ``SILENT`` or not, a variable or
an IRI, an opening brace. That also refuses a whole ``SERVICE`` clause inside a string, which nobody misses.
"""

from __future__ import annotations

import re
from typing import Final

from plangraph.errors import Refused

_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# A line that begins with a hash sign is a comment, or part of a long string: never code.
_COMMENT_LINE: Final = re.compile(r"(?m)^[ \t]*#[^\n\r]*")
_WORD: Final = re.compile("service", re.IGNORECASE | re.ASCII)
_GAP: Final = r"(?:\s|#[^\n\r]*+)*+"
_TARGET: Final = r"(?:<[^<>]*+(?:>|\Z)|(?=[?$]|[^\s{}#:\\]*+(?::|\Z))(?:\\.?|[^\s{}<>\"#\\])++)"
# Every \Z is a window that ends before it is decided.
_CALL: Final = re.compile(rf"{_GAP}(?:\Z|(?:silent{_GAP})?(?:\Z|{_TARGET}{_GAP}(?:\Z|\{{)))", re.IGNORECASE | re.DOTALL)
# ``?service ?x {`` is two variables. What could stand before a call without a space is excluded: ``ex:p?5SERVICE``.
_IN_VARIABLE: Final = re.compile(r"[?$](?!\d|true|false)\w*\Z", re.IGNORECASE)
_WINDOW: Final = 600
_LONGEST_NAME: Final = 100


def screen_query(text: str) -> None:
    """Raise ``Refused`` where ``text`` may hold a ``SERVICE`` clause, as it stands or with ``\\u`` escapes decoded."""
    if any(map(_calls_out, {text, _CODEPOINT.sub(_decode, text)})):
        raise Refused(
            "不允许 SERVICE：本服务不代为访问其他地址。请分别查询各端点。",
            "SERVICE isn't allowed: this server calls no other address. Query each endpoint by itself.",
        )


def _calls_out(text: str) -> bool:
    text = _COMMENT_LINE.sub("", text)
    for word in _WORD.finditer(text):
        # A window bounds the work on hostile texts; one that is too short to tell counts as a call.
        after = text[word.end() : word.end() + _WINDOW]
        if word.end() + _WINDOW >= len(text):
            after += "\n}"
        before = text[max(0, word.start() - _LONGEST_NAME) : word.start()]
        if _CALL.match(after) and not _IN_VARIABLE.search(before):
            return True
    return False


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
