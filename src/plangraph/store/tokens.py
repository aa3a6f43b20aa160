"""The bare words of a query, as SPARQL's lexer sees them: outside strings, IRIs, comments and names."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r'"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|<[^<>\"{}|^`\\\x00-\x20]*>"
    r"|\#[^\n\r]*"
    r"|\\."
    r"|[?$@][\w·]+"
    r"|[\w·.%-]*:[\w·.:%-]*"
    r"|(?P<word>\w+)",
    re.DOTALL,
)


def names_dataset(text: str) -> bool:
    """Whether a query says by ``FROM`` what its dataset is (SPARQL 1.1, 13.2); the word stands nowhere else."""
    return any((match["word"] or "").upper() == "FROM" for match in _TOKEN.finditer(text))
