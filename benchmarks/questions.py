"""The ten questions, and whether two services gave the same answer to one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, cast

Kind = Literal["smallest", "scan", "summary"]

_FOLDER: Final = Path(__file__).parent / "questions"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS: Final = {_XSD + name for name in ("integer", "decimal", "double", "float")}
# Engines carry means to different lengths.
_DIGITS: Final = 9

Row = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """One question: its name, what kind of work it asks for, and its text."""

    name: str
    kind: Kind
    text: str


def questions() -> list[Question]:
    """The questions of ``benchmarks/questions``, in the order of their files."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.rq"))]


def _read(path: Path) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    return Question(path.stem, cast(Kind, head["kind"]), "\n".join(line for line in lines if not line.startswith("# ")))


def rows(body: bytes) -> Counter[Row]:
    """The solutions of a SPARQL result in JSON as a multiset; numbers by their value, to nine digits."""
    return Counter(
        frozenset((name, *_term(term)) for name, term in solution.items())
        for solution in json.loads(body)["results"]["bindings"]
    )


def _term(term: dict[str, Any]) -> tuple[str, ...]:
    datatype = term.get("datatype", "")
    if datatype in _NUMBERS:
        return "number", f"{Decimal(term['value']):.{_DIGITS}g}"
    # Plain strings and xsd:string are the same in RDF 1.1; language tags don't differ by capitals.
    datatype = "" if datatype == _XSD + "string" else datatype
    kind = term["type"].removeprefix("typed-")
    return kind, term["value"], datatype, term.get("xml:lang", "").lower()
