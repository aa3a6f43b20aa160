"""Text from outside as it may be shown in a line of a terminal, a log or a report: nothing in it acts or hides."""

from __future__ import annotations

import re
from typing import Final

# Control characters, halves of surrogate pairs, what turns the direction of the text around it, and tags: a terminal
# obeys some of them, and a reader sees none.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
LONGEST: Final = 300
"""So many characters of a value are shown."""


def visible(text: str, most: int = LONGEST) -> str:
    """``text`` with what is unseen written as an escape (``\\u202e``), and cut after ``most`` characters."""
    cut = text[:most] + "…" if len(text) > most else text
    return _UNSEEN.sub(lambda match: _escape(ord(match[0])), cut)


def _escape(code: int) -> str:
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
