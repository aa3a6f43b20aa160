"""What the adapter has to know of a query's text: its form, where its pattern opens, which prefixes it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef

from plangraph.errors import BadInput
from plangraph.namespaces import PREFIXES
from plangraph.store.base import Term
from plangraph.store.remote.literals import text_of
from plangraph.store.tokens import tokens

_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_COMPARES: Final = frozenset("=<>!&|")
_TRUTHS: Final = frozenset({
    "TRUE", "FALSE", "EXISTS", "NOT", "BOUND", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC",
    "REGEX", "CONTAINS", "STRSTARTS", "STRENDS", "LANGMATCHES",
})  # fmt: skip


@dataclass(frozen=True)
class QueryText:
    """A query, taken apart as far as needed.

    ``form`` is in lower case, empty where the text has none; ``at`` is where its keyword stands, ``pattern`` where the
    group after WHERE opens, just past the brace, None without one. ``template`` are the offsets of a CONSTRUCT's
    template with its braces, None in the short form.
    """

    text: str
    form: str
    at: int
    pattern: int | None
    template: tuple[int, int] | None


def take_apart(text: str) -> QueryText:
    """The parts of a query; a text that is no SPARQL gives parts all the same, for the engine to refuse."""
    form, at = "", 0
    template: tuple[int, int] | None = None
    opened, depth, brackets, where = 0, 0, 0, False
    for token in tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if not form:
            if word in _FORMS:
                form, at = word.lower(), token.start
        elif token.text in ("(", "["):
            brackets += 1
        elif token.text in (")", "]"):
            brackets -= 1
        elif word == "WHERE" and depth == 0:
            where = True
        elif token.text == "{" and token.kind == "bracket" and (depth or brackets == 0):
            if depth == 0 and (form != "construct" or where or template is not None):
                return QueryText(text, form, at, token.end, template)
            opened, depth = (token.start, 1) if depth == 0 else (opened, depth + 1)
        elif token.text == "}" and token.kind == "bracket" and depth:
            depth -= 1
            if depth == 0:
                template = (opened, token.end)
    return QueryText(text, form, at, None, template)


def with_bindings(text: str, bindings: Mapping[str, Term]) -> str:
    """``text`` with variables fixed, by a VALUES block at the head of its pattern; line numbers stay.

    Sub-selects, which are evaluated first, don't see it (SPARQL 1.1, 18.2). Raises ``ValueError`` for a blank node,
    which no query can name, and for terms that aren't well formed.
    """
    at = take_apart(text).pattern
    if at is None:
        raise ValueError("a query without a pattern has nothing to bind")
    block = values_block(bindings, [tuple(bindings.values())])
    return f"{text[:at]} {block} {text[at:]}"


def values_block(names: Iterable[str], rows: Iterable[Iterable[Term | None]]) -> str:
    """``VALUES (?a ?b) { (…) … }`` on one line."""
    head = " ".join(f"?{name}" for name in names)
    body = " ".join(f"({' '.join(map(_cell, row))})" for row in rows)
    return f"VALUES ({head}) {{ {body} }}"


def _cell(term: Term | None) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, Literal):
        return text_of(term)
    return iri_text(term)


def iri_text(iri: Term) -> str:
    """An IRI between angle brackets. Raises ``ValueError`` where it isn't a well-formed, absolute one."""
    if not isinstance(iri, URIRef):
        raise ValueError("a blank node of a remote engine can't be named in a query")
    return text_of(iri)


def boolean_variables(text: str) -> frozenset[str]:
    """The variables that ``(… AS ?v)`` sets to a truth value: Virtuoso computes those as the integers 0 and 1."""
    found = set()
    frames = [_Frame()]
    for token in tokens(text):
        frame = frames[-1]
        if token.text in ("(", "{", "["):
            frames.append(_Frame())
        elif token.text in (")", "}", "]"):
            frames = frames[:-1] or [_Frame()]
        elif frame.alias and token.kind == "variable" and (frame.compares or frame.first in _TRUTHS):
            found.add(token.text[1:])
        word = token.text.upper() if token.kind == "word" else ""
        frame.alias = word == "AS"
        frame.first = frame.first or word or token.text
        frame.compares = frame.compares or word == "IN" or token.text in _COMPARES
    return frozenset(found)


@dataclass
class _Frame:
    """What stands directly between two brackets: its first token, whether it compares, whether AS has just come."""

    first: str = ""
    compares: bool = False
    alias: bool = False


def with_prefixes(text: str) -> str:
    """``text`` with those of the project's prefixes declared that it may use, in its first line."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadInput("查询文本不是有效的 Unicode。", "The query isn't valid Unicode text.") from None
    return "".join(f"PREFIX {p}: <{iri}> " for p, iri in PREFIXES.items() if f"{p}:" in text) + text
