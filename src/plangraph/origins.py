"""RDF as it was given: files or uploads, their quads, and the line on which each statement stands.

Quads come from the strict parsers of ``store.parsing``. Lines come from a second reading by rdflib's Notation3 parser,
the only one at hand that knows where it is; it is done only when somebody asks for a line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser
from rdflib.plugins.parsers.trig import TrigSinkParser
from rdflib.term import Node

from plangraph.errors import BadInput, PlangraphError
from plangraph.mediatypes import N3, N_TRIPLES, TRIG, TURTLE, Format
from plangraph.namespaces import GRAPHS, ID
from plangraph.store.base import Quad, Term
from plangraph.store.guarding import unpack
from plangraph.store.parsing import format_of_file, is_rdf_name, parse_rdf

# For each literal that isn't of its datatype rdflib logs a traceback; the report says it in a line.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)

UPLOAD_GRAPH: Final = GRAPHS["upload"]
"""Where triples stand that name no graph while they are only looked at."""

MOST_STATEMENTS: Final = 1_000_000
"""So many are read of one file to be looked at: each takes about a kilobyte of memory."""
_TYPE: Final = str(RDF.type)
_NUMERIC: Final = (XSD.decimal, XSD.integer)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{0,400})?")
_POSITIONED: Final = (TURTLE, N_TRIPLES, TRIG, N3)


class SeveralFaults(BadInput):
    """More than one file can't be read; ``faults`` has the error of each."""

    def __init__(self, faults: Sequence[PlangraphError]) -> None:
        super().__init__("\n".join(f.zh for f in faults), "\n".join(f.en for f in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Source:
    """One file or upload: its name, its text as read, its syntax and its quads."""

    name: str
    text: str = field(repr=False)
    format: Format
    quads: tuple[Quad, ...] = field(repr=False)

    def place(self, subject: Term, predicate: str | None = None, value: Term | None = None) -> tuple[int, int] | None:
        """How loosely (from 0) and on which line, from 1, the statement is found, or else its subject.

        0 is the statement itself, then subject with property, subject with value, the line that gives the subject's
        class, any other line of the subject. None where this source says nothing about the subject.
        """
        if str(subject) not in self._subjects:
            return None
        if not self._lines:
            line = self._search(str(subject), predicate)
            return None if line is None else (4, line)
        name = str(subject)
        wanted = term_key(value)
        keys = ((name, predicate, wanted), (name, predicate, None), (name, None, wanted), (name, _TYPE, None))
        for rank, key in enumerate((*keys, (name, None, None))):
            whole = rank == 4 or key[1:] != (None, None)
            if whole and key in self._lines:
                return rank, self._lines[key]
        return None

    @cached_property
    def _subjects(self) -> frozenset[str]:
        return frozenset(str(s) for s, _, _, _ in self.quads if isinstance(s, URIRef))

    @cached_property
    def _lines(self) -> Mapping[tuple[str, str | None, object], int]:
        if self.format not in _POSITIONED:
            return {}
        parser = _TrigLines if self.format == TRIG else _Lines
        # The base is the one that parse_rdf uses.
        reader = parser(RDFSink(Graph(bind_namespaces="none")), baseURI=str(ID), turtle=self.format != N3)
        # Oxigraph reads what rdflib doesn't (RDF 1.2): the lines up to there are still right.
        with suppress(Exception):
            reader.loadBuf(self.text)
        return reader.noted

    def _search(self, subject: str, predicate: str | None) -> int | None:
        short = subject.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
        lines = self.text.split("\n")
        wanted: list[tuple[str, ...]] = [(subject, predicate)] if predicate else []
        for needles in (*wanted, (subject,), (short,)):
            for number, line in enumerate(lines, 1):
                if all(needle in line for needle in needles):
                    return number
        return None


class _Lines(SinkParser):
    """Notes the line on which the object of each statement ends, under the statement and its parts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noted: dict[tuple[str, str | None, object], int] = {}
        self._ends: dict[int, int] = {}

    def object(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:
        # The statements of a list of objects are made only when the whole list has been read.
        end = super().object(argstr, i, res)
        if end >= 0 and res:
            self._ends[id(res[-1])] = self.lines + 1
        return end

    def makeStatement(self, quadruple: Any) -> None:
        line = self._ends.pop(id(quadruple[3]), self.lines + 1)
        # Numbers are still Python's here, and the predicate `a` is a pair.
        predicate, subject, value = (self._store.normalise(None, term) for term in quadruple[1:])
        if isinstance(subject, URIRef):
            for key in (
                (str(subject), str(predicate), term_key(value)),
                (str(subject), str(predicate), None),
                (str(subject), None, term_key(value)),
                (str(subject), None, None),
            ):
                self.noted.setdefault(key, line)


class _TrigLines(_Lines, TrigSinkParser):
    """The same for TriG."""


def term_key(term: Node | None) -> object:
    """What is equal for the same term, whatever its lexical form (1.50 and 1.5); all blank nodes look alike."""
    if isinstance(term, Literal):
        # Read here, not by rdflib, which would write a decimal such as 1e99999999 out in full.
        text = str(term)
        if term.datatype in _NUMERIC and (number := _DECIMAL.fullmatch(text)):
            text = format(Decimal(number[0]).normalize(), "f")
        return (text, term.language, str(term.datatype or ""))
    if isinstance(term, BNode):
        return "_:"
    return None if term is None else str(term)


def read_sources(
    given: Iterable[Path | str | tuple[str, bytes, Format]], *, default_graph: URIRef = UPLOAD_GRAPH
) -> tuple[Source, ...]:
    """Read files, folders of files, or uploads (name, bytes, syntax).

    All are read before any error is raised: one fault as itself (``SyntaxFault``, ``BadInput``, ``TooLarge``), several
    as ``SeveralFaults``.
    """
    sources: list[Source] = []
    faults: list[PlangraphError] = []
    for item in given:
        for one in _files(Path(item)) if isinstance(item, Path | str) else (item,):
            try:
                sources.append(_read(one, default_graph))
            except PlangraphError as fault:
                faults.append(fault)
    if len(faults) > 1:
        raise SeveralFaults(faults)
    if faults:
        raise faults[0]
    return tuple(sources)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".") and is_rdf_name(p.name))


def _read(item: Path | tuple[str, bytes, Format], default_graph: URIRef) -> Source:
    if isinstance(item, Path):
        name, data = item.name, _bytes(item)
        fmt = format_of_file(name.removesuffix(".gz"))
    else:
        name, data, fmt = item
    quads = parse_rdf(data, fmt, default_graph=default_graph, source=name, most=MOST_STATEMENTS)
    return Source(name, data.decode("utf-8", errors="replace"), fmt, tuple(quads))


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return unpack(data, path.name) if path.name.endswith(".gz") else data
    except FileNotFoundError:
        raise BadInput(f"没有文件 {path}。", f"There is no file {path}.") from None
    except OSError as fault:
        raise BadInput(f"无法读取 {path}：{fault.strerror}。", f"{path} can't be read: {fault.strerror}.") from None
