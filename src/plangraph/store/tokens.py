"""SPARQL text as its lexer sees it (SPARQL 1.1, 19.8): strings, IRIs, comments, variables, names, words and brackets.

One pass of one expression without backtracking, so the time grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# PN_CHARS, which holds more than Python's ``\w``: Chinese punctuation, for one.
_CHAR: Final = (
    r"0-9A-Za-z_\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u037D\u037F-\u1FFF\u200C\u200D\u203F\u2040\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_WORD: Final = rf"[{_CHAR}][{_CHAR}-]*+"
_LOCAL: Final = rf"(?:[{_CHAR}:%-]|\\[^\s])++"
_IN_IRI: Final = r"[^<>\"{}|^`\\\x00-\x20]*+"
_TOKEN: Final = re.compile(
    r'(?P<string>"""(?:(?:"|"")?(?:[^"\\]|\\.))*+"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*+'''"
    r'|"(?:[^"\\\n\r]|\\.)*+"'
    r"|'(?:[^'\\\n\r]|\\.)*+')"
    rf"|(?P<iri><{_IN_IRI}(?:\\[uU][0-9A-Fa-f]+{_IN_IRI})*+>)"
    r"|(?P<comment>\#[^\n\r]*+)"
    rf"|(?P<variable>[?$][{_CHAR}]++)"
    rf"|(?P<tag>@{_WORD})"
    # A prefix may have dots in it; the bound keeps a long row of words with dots from being read again and again.
    rf"|(?P<name>(?:{_WORD}(?:\.++[{_CHAR}-]++){{0,20}}+)?:(?:{_LOCAL}(?:\.++{_LOCAL})*+)?)"
    rf"|(?P<word>{_WORD})"
    r"|(?P<bracket>[{}()\[\]])"
    # What opens a string or an IRI that isn't one: engines may go on from here in another way.
    r"|(?P<stray>\\.|(?!<<|>>)[\"'<>\\`])"
    r"|(?P<other><<|>>|[^\s])",
    re.DOTALL,
)


class Token(NamedTuple):
    """One token; ``kind`` is the name of its group in the expression, ``start`` and ``end`` are offsets in the text."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of ``text``, without comments; what is no SPARQL gives tokens all the same."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is not None and kind != "comment":
            yield Token(kind, match[0], match.start(), match.end())


def names_dataset(text: str) -> bool:
    """Whether a query says by ``FROM`` what its dataset is (SPARQL 1.1, 13.2); the word stands nowhere else."""
    return any(match["word"].upper() == "FROM" for match in _TOKEN.finditer(text) if match.lastgroup == "word")


def reads_default_graph_only(text: str) -> bool:
    """Whether a query surely names no graph, by ``FROM`` or ``GRAPH``; False where the text can be read in two ways."""
    if "\\u" in text or "\\U" in text:
        return False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "stray" or (kind in ("word", "name", "tag") and match[0].upper().endswith(("GRAPH", "FROM"))):
            return False
    return True
