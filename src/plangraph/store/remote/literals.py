"""Literals that an engine would change or refuse, in a form that it keeps.

Virtuoso 7 stores numbers, dates and geometries by value: ``"344"^^xsd:decimal`` comes back as an integer,
``POINT(116.412345 39.9)`` with six digits, ``P1Y`` as ``12``, and it refuses ``"12:00:00"^^xsd:time``, integers past
64 bits and ill-typed numbers. What it keeps is written as it is; whole decimals get a fraction, which it takes for a
decimal; all else is written with a datatype of the adapter's own, made of ``LEXICAL`` and the real one, and read back.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD

from plangraph.namespaces import GEO, ROOT
from plangraph.store.terms import to_oxigraph

LEXICAL: Final = ROOT + "lexical#"
"""How the datatype begins of a literal that stands for one of another datatype."""

_XSD: Final = str(XSD)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
_DATE: Final = r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_ZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?"
_FRACTION: Final = re.compile(r"(\.[0-9]*?)0+(?=Z|[+-]|\Z)")
_SURE: Final = {
    XSD.boolean: re.compile(r"true|false|0|1"),
    XSD.integer: _INTEGER,
    XSD.decimal: _DECIMAL,
    XSD.date: re.compile(_DATE + _ZONE),
    XSD.dateTime: re.compile(f"{_DATE}T{_TIME}{_ZONE}"),
    XSD.gYear: re.compile(r"(?!0000)[0-9]{4}"),
    XSD.anyURI: re.compile(r".*", re.DOTALL),
}
_DIGITS: Final = 15
# Read as numbers or refused, although no XSD type.
_GEOMETRIES: Final = frozenset({str(GEO.wktLiteral), "http://www.openlinksw.com/schemas/virtrdf#Geometry"})


def written(term: Literal) -> Literal:
    """The literal to write to Virtuoso for ``term``; ``read`` gives ``term`` back, numbers in canonical form."""
    datatype = term.datatype
    if term.language or datatype is None or datatype == XSD.string:
        return term if term.language else Literal(str(term))
    if not str(datatype).startswith(_XSD) and str(datatype) not in _GEOMETRIES and datatype != RDF.langString:
        return term
    text = str(term)
    if datatype in (XSD.double, XSD.float):
        return term if _keeps_double(text, datatype) else _escaped(term)
    sure = _SURE.get(datatype)
    if sure is None or not sure.fullmatch(text):
        return _escaped(term)
    if datatype == XSD.decimal:
        plain = _plain(Decimal(text))
        return Literal(plain if "." in plain else f"{plain}.0", datatype=datatype, normalize=False)
    if datatype == XSD.integer:
        return Literal(str(int(text)), datatype=datatype, normalize=False)
    if datatype == XSD.boolean:
        return Literal("true" if text in ("true", "1") else "false", datatype=datatype, normalize=False)
    return term


def read(text: str, datatype: str) -> Literal:
    """The literal that Virtuoso means by a lexical form and a datatype, numbers in the canonical form of Oxigraph."""
    if datatype.startswith(LEXICAL):
        return Literal(text, datatype=URIRef(unquote(datatype.removeprefix(LEXICAL))), normalize=False)
    if datatype == str(XSD.string):
        return Literal(text)
    if datatype == str(XSD.boolean):
        text = {"1": "true", "0": "false"}.get(text, text)
    elif datatype in (str(XSD.double), str(XSD.float)):
        text = _plain_double(text)
    elif datatype == str(XSD.decimal):
        text = _plain(Decimal(text)) if _DECIMAL.fullmatch(text) else text
    elif datatype == str(XSD.dateTime):
        text = _FRACTION.sub(lambda m: m[1] if len(m[1]) > 1 else "", text)
    return Literal(text, datatype=URIRef(datatype), normalize=False)


def text_of(term: URIRef | Literal) -> str:
    """A term as SPARQL text. Raises ``ValueError`` where it is no well-formed IRI or literal."""
    return str(to_oxigraph(term))


def _escaped(term: Literal) -> Literal:
    assert term.datatype is not None
    return Literal(str(term), datatype=URIRef(LEXICAL + quote(str(term.datatype), safe="")), normalize=False)


def _keeps_double(text: str, datatype: URIRef) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    digits = 6 if datatype == XSD.float else _DIGITS
    return not math.isfinite(value) or float(f"{value:.{digits}g}") == value


def _plain_double(text: str) -> str:
    """A finite number without an exponent and without ``.0``: so Oxigraph writes it."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    return _plain(Decimal(repr(value)))


def _plain(number: Decimal) -> str:
    """Without an exponent, leading zeros, and zeros at the end of a fraction."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
