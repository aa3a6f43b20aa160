"""RDF Patch (afs.github.io/rdf-patch): what a change removed and added, as text, and in the form that is stored.

A patch is a transaction, ``TX .`` to ``TC .``, of rows ``D subject predicate object graph .`` and then ``A …``, each
kind sorted, after headers ``H name value .``. Blank nodes have the names that the store knows them by.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput
from plangraph.namespaces import PG
from plangraph.store.base import Changeset
from plangraph.store.lines import read_lines

PLAIN_BYTES: Final = 65_536
"""Up to this size a patch is stored as text, above as gzip in base64."""
_ROW: Final = re.compile(r"(?P<kind>[A-Z]{1,2})(?: (?P<rest>.*?))? ?\.")


def write_rows(added: Sequence[str], removed: Sequence[str]) -> str:
    """The rows of a patch from lines of N-Quads without their final ``.``, without headers."""
    rows = [*(f"D {line} .\n" for line in removed), *(f"A {line} .\n" for line in added)]
    return f"TX .\n{''.join(rows)}TC .\n"


def digest_of(rows: str) -> str:
    """The SHA-256 of a patch's rows, as hexadecimal digits."""
    return hashlib.sha256(rows.encode()).hexdigest()


def with_headers(headers: Mapping[str, str], rows: str) -> str:
    """A patch with headers, whose values are IRIs."""
    return "".join(f"H {name} <{value}> .\n" for name, value in headers.items()) + rows


def rows_of(patch: str) -> str:
    """A patch without its headers."""
    lines = patch.split("\n")
    first = next((n for n, line in enumerate(lines) if not line.startswith("H ")), len(lines))
    return "\n".join(lines[first:])


def read_patch(patch: str) -> Changeset:
    """What a patch adds and removes. Raises ``BadInput``, naming the line, where it isn't one that can be read here.

    Prefixes, which RDF Patch allows, aren't read: ``write_rows`` writes none.
    """
    kinds: list[str] = []
    quads: list[str] = []
    ended = False
    # A literal may hold the other characters at which ``splitlines`` would cut.
    for number, line in enumerate(patch.split("\n"), 1):
        if not line.strip():
            continue
        row = _ROW.fullmatch(line)
        kind = row["kind"] if row else ""
        if row is None or kind not in ("H", "TX", "TC", "A", "D") or ended:
            raise _bad(f"第 {number} 行", f"line {number}")
        ended = kind == "TC"
        if kind in ("A", "D"):
            kinds.append(kind)
            quads.append(row["rest"] or "")
    if not ended:
        raise _bad("末尾缺少 TC", "it has no TC at its end")
    try:
        found = read_lines(quads)
    except ValueError as fault:
        raise _bad(str(fault), str(fault)) from None
    pairs = list(zip(kinds, found, strict=True))
    return Changeset(
        added=tuple(quad for kind, quad in pairs if kind == "A"),
        removed=tuple(quad for kind, quad in pairs if kind == "D"),
    )


def _bad(zh: str, en: str) -> BadInput:
    return BadInput(
        f"不是可读的 RDF Patch（{zh}）。请用 plangraph verify 检查存储，或从备份恢复。",
        f"Not an RDF Patch that can be read ({en}). Check the store with plangraph verify, or restore a backup.",
    )


def stored(patch: str) -> tuple[URIRef, Literal]:
    """The property and the value by which a patch is stored: the same patch always gives the same value."""
    data = patch.encode()
    if len(data) <= PLAIN_BYTES:
        return PG.text, Literal(patch)
    packed = base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()
    return PG.gzip, Literal(packed, datatype=XSD.base64Binary, normalize=False)


def unpacked(value: Literal) -> str:
    """The text of a stored patch. Raises ``BadInput`` where it can't be unpacked."""
    if value.datatype != XSD.base64Binary:
        return str(value)
    try:
        return gzip.decompress(base64.b64decode(str(value), validate=True)).decode()
    except (binascii.Error, OSError, EOFError, zlib.error, UnicodeDecodeError) as fault:
        raise _bad(str(fault), str(fault)) from None
