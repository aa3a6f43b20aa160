"""Values for the variables of a query: terms, which stand in its text as terms and can't be anything else.

They come in as ``VALUES`` at the start of the outermost group, which every SPARQL 1.1 engine understands. So they reach
the whole query as far as the variable does: not into a subquery that doesn't select it (SPARQL 1.1, section 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from rdflib import BNode, Literal, URIRef

from plangraph.errors import BadInput
from plangraph.store.base import Term
from plangraph.store.terms import to_oxigraph

Bindable: TypeAlias = URIRef | Literal | bool | int | float | Decimal | date
"""What a variable can be bound to; numbers, booleans, dates and times become the literals that they are."""

_TOKEN: Final = re.compile(
    r'"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|<[^<>\"{}|^`\\\x00-\x20]*>"
    r"|\#[^\n\r]*"
    r"|\\."
    r"|[?$](?P<variable>[\w·]+)"
    r"|[\w·.%-]*:[\w·.:%-]*"
    r"|(?P<bracket>[{}()])"
    r"|(?P<word>\w+)",
    re.DOTALL,
)


def bind_variables(text: str, values: Mapping[str, object]) -> str:
    """The query with ``VALUES`` for some of its variables; lines stay where they are.

    Raises ``BadInput`` for a variable that the query doesn't have, or a value that can't be a term in a query.
    """
    if not values:
        return text
    known = {match["variable"] for match in _TOKEN.finditer(text)} - {None}
    for name in values:
        if name not in known:
            raise BadInput(f"查询中没有变量 ?{name}。", f"The query has no variable ?{name}.")
    terms = [str(to_oxigraph(_to_term(name, value))) for name, value in values.items()]
    names = " ".join(f"?{name}" for name in values)
    place = _start_of_group(text)
    return f"{text[:place]} VALUES ({names}) {{ ({' '.join(terms)}) }} {text[place:]}"


def _to_term(name: str, value: object) -> Term:
    if isinstance(value, bool | int | float | Decimal | date) and not isinstance(value, Literal):
        value = Literal(value)
    if isinstance(value, URIRef | Literal):
        try:
            to_oxigraph(value)
        except ValueError as fault:
            raise BadInput(
                f"?{name} 的值“{value}”不能写入查询：{fault}。", f"?{name} can't be “{value}”: {fault}."
            ) from None
        return value
    if isinstance(value, str) and not isinstance(value, BNode):
        raise BadInput(
            f"?{name}：“{value}”只是一段文字。请用 rdflib 的 URIRef(…) 表示 IRI，用 Literal(…, lang='zh') 表示文字。",
            f"?{name}: “{value}” is plain text. Give rdflib's URIRef(…) for an IRI or Literal(…, lang='zh') for words.",
        )
    raise BadInput(
        f"?{name} 的值须是 IRI、文字、数、布尔值或日期，而不是 {type(value).__name__}。",
        f"?{name} takes an IRI, a literal, a number, a boolean or a date, not {type(value).__name__}.",
    )


def _start_of_group(text: str) -> int:
    """The place after the brace that opens the query's outermost group."""
    construct = False
    opened: list[str] = []
    for mark, place in _marks(text):
        if mark == "CONSTRUCT" and not opened:
            construct = True
        elif construct and mark == "WHERE" and not opened:
            raise BadInput(
                "CONSTRUCT WHERE 的简写不能给变量赋值。请写出模板：CONSTRUCT { … } WHERE { … }。",
                "The short form CONSTRUCT WHERE takes no values. Write out its template: CONSTRUCT { … } WHERE { … }.",
            )
        elif mark == "{" and not opened and not construct:
            return place
        elif mark in "{(":
            opened.append(mark)
        elif mark in "})" and opened:
            opened.pop()
            # What closes first after CONSTRUCT is its template; the group comes next.
            construct = construct and bool(opened)
    raise BadInput("查询没有花括号括起的部分，无处赋值。", "The query has no group in braces to take values.")


def _marks(text: str) -> Iterator[tuple[str, int]]:
    for match in _TOKEN.finditer(text):
        if match["bracket"] or match["word"]:
            yield match[0].upper(), match.end()
