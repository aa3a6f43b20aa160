"""Answers as people at a notebook use them: solutions as a pandas table, things as a small page."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.entities import Description, PropertyGroup, Value
from plangraph.errors import Unavailable
from plangraph.namespaces import compact
from plangraph.ontology import vocabulary
from plangraph.store.base import Solutions, Term

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped]

_INTEGERS: Final = frozenset(
    XSD[name]
    for name in (
        "integer", "long", "int", "short", "byte", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger",
        "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_NUMBERS: Final = _INTEGERS | {XSD.decimal, XSD.double, XSD.float}
_SHOWN_ROWS: Final = 20
_SHOWN_VALUES: Final = 10


@dataclass(frozen=True)
class Table(Solutions):
    """The solutions of a SELECT query: iterable as dicts, ``rows`` as tuples of terms, and a table in a notebook."""

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with a column for each variable.

        A column of integers is ``Int64``, of other numbers ``Float64`` (``rows`` have decimals exactly), of booleans
        ``boolean``, of dates and times ``datetime64``. All else is text, without language tags; IRIs are whole.
        Unbound is NA. Where one term of a column is of another kind or malformed, the column is text.
        Raises ``Unavailable`` where pandas isn't installed.
        """
        try:
            import pandas
        except ImportError:
            raise Unavailable(
                "需要 pandas。请安装：pip install 'plangraph[notebook]'。",
                "This takes pandas. Install it: pip install 'plangraph[notebook]'.",
            ) from None
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.variables)
        series = {n: _typed(pandas, column) for n, column in enumerate(columns)}
        frame = pandas.DataFrame(series, index=range(len(self.rows)))
        frame.columns = pandas.Index(self.variables, dtype="object")
        return frame

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{html.escape(name)}</th>" for name in self.variables)
        rows = "".join(
            f"<tr>{''.join(f'<td>{_shown(term)}</td>' for term in row)}</tr>" for row in self.rows[:_SHOWN_ROWS]
        )
        return (
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>{_counted(len(self.rows), _SHOWN_ROWS)}</p>"
        )


def _typed(pandas: Any, column: Sequence[Term | None]) -> Any:
    """One column as a pandas series of the type that all its terms have."""
    terms = [term for term in column if term is not None]
    for fits, convert in _CONVERSIONS:
        if terms and all(isinstance(term, Literal) and term.value is not None and fits(term) for term in terms):
            values = [None if term is None else term.toPython() for term in column]
            try:
                return convert(pandas, values)
            except (OverflowError, ValueError, TypeError):  # a whole number over 64 bits, times with and without zone
                break
    return pandas.Series([None if term is None else _plain(term) for term in column], dtype="string")


def _integers(pandas: Any, values: list[Any]) -> Any:
    return pandas.Series(values, dtype="Int64")


def _floats(pandas: Any, values: list[Any]) -> Any:
    return pandas.Series([None if value is None else float(value) for value in values], dtype="Float64")


def _booleans(pandas: Any, values: list[Any]) -> Any:
    return pandas.Series(values, dtype="boolean")


def _times(pandas: Any, values: list[Any]) -> Any:
    zones = {isinstance(value, datetime) and value.tzinfo is not None for value in values if value is not None}
    if len(zones) > 1:
        raise ValueError("times with and without a zone")
    return pandas.Series(values, dtype="datetime64[us, UTC]" if zones == {True} else "datetime64[us]")


_CONVERSIONS: Final[tuple[tuple[Callable[[Literal], bool], Callable[[Any, list[Any]], Any]], ...]] = (
    (lambda term: term.datatype in _INTEGERS, _integers),
    (lambda term: term.datatype in _NUMBERS, _floats),
    (lambda term: term.datatype == XSD.boolean, _booleans),
    (lambda term: term.datatype in (XSD.date, XSD.dateTime) and isinstance(term.value, date), _times),
)


def _plain(term: Term) -> str:
    return term.n3() if isinstance(term, BNode) else str(term)


def _shown(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, URIRef):
        return f'<span title="{html.escape(term)}">{html.escape(compact(term))}</span>'
    return html.escape(_plain(term))


def _counted(count: int, shown: int) -> str:
    told = f"{count} row{'' if count == 1 else 's'}"
    return told + (f", the first {shown} shown" if count > shown else "")


@dataclass(frozen=True)
class Thing(Description):
    """A ``Description`` that a notebook shows as a small page, in ``lang``."""

    lang: str

    @classmethod
    def of(cls, description: Description, lang: str) -> Thing:
        """The same description, shown in ``lang``."""
        return cls(**{part.name: getattr(description, part.name) for part in fields(description)}, lang=lang)

    def _repr_html_(self) -> str:
        lang = self.lang
        kind = vocabulary().label(self.thing.types[0], lang) if self.thing.types else ""
        rows = [*_rows(self.facts, lang), *_rows(self.links_out, lang), *_rows(self.links_in, lang, "← ")]
        quotes = "".join(
            f"<li>{html.escape(f'{found.source.text(lang)} {found.locator}: “{found.exact}”')}</li>"
            for found in self.evidence[:_SHOWN_VALUES]
        )
        return (
            f"<h4>{html.escape(self.thing.text(lang))}</h4>"
            f"<p>{html.escape(kind)} <code>{html.escape(self.thing.iri)}</code></p>"
            f"<p>{html.escape(self.description.get(lang, ''))}</p>"
            f"<table><tbody>{''.join(rows)}</tbody></table>" + (f"<ul>{quotes}</ul>" if quotes else "")
        )


def _rows(groups: Iterable[PropertyGroup], lang: str, arrow: str = "") -> list[str]:
    found = []
    for group in groups:
        shown = [html.escape(_value_text(value, lang)) for value in group.values[:_SHOWN_VALUES]]
        if group.total > len(shown):
            shown.append(f"… {group.total}")
        label = arrow + vocabulary().label(group.property, lang)
        found.append(f"<tr><th>{html.escape(label)}</th><td>{'<br>'.join(shown)}</td></tr>")
    return found


def _value_text(value: Value, lang: str) -> str:
    return value.thing.text(lang) if value.thing else _plain(value.term)
