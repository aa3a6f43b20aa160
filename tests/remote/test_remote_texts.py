"""What the adapter reads of addresses, of a query's text and of literals; no engine is needed for it."""

from __future__ import annotations

import base64

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput
from plangraph.namespaces import GEO
from plangraph.store.remote import literals
from plangraph.store.remote.addresses import read_address
from plangraph.store.remote.results import read_results
from plangraph.store.remote.texts import boolean_variables, take_apart, with_bindings, with_prefixes

ADDRESSES = {
    "http://h:5000": ("http://h:5000/sparql", "http://h:5000/update", True),
    "https://h/": ("https://h/sparql", "https://h/update", True),
    "http://h:7878/query": ("http://h:7878/query", "http://h:7878/update", False),
    "http://h/ds/query": ("http://h/ds/query", "http://h/ds/update", False),
    "http://h:8890/sparql": ("http://h:8890/sparql", "http://h:8890/sparql", False),
    "http://h/sparql?apikey=1": ("http://h/sparql?apikey=1", "http://h/sparql?apikey=1", False),
    "http://[::1]:80/query": ("http://[::1]:80/query", "http://[::1]:80/update", False),
}


@pytest.mark.parametrize(("given_", "expected"), ADDRESSES.items(), ids=ADDRESSES)
def test_addresses_of_queries_and_updates(given_: str, expected: tuple[str, str, bool]) -> None:
    found = read_address(given_)
    assert (found.query, found.update, found.plangraph) == expected
    assert found.authorization == ""


def test_an_address_of_updates_may_be_given() -> None:
    assert read_address("http://h/q", update="http://h/statements").update == "http://h/statements"


def test_credentials_are_sent_and_never_shown() -> None:
    found = read_address("https://me:p%40ss@h/sparql", token="unused")
    assert found.authorization == "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert read_address("https://h/sparql", token="t0ken").authorization == "Bearer t0ken"
    assert "p%40ss" not in f"{found} {found.query} {found.update} {found.shown}"
    assert "Basic" not in repr(found)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("ftp://me:secret@h/", {}),
        ("http://", {}),
        ("http://h:99999/", {}),
        ("http://h/a b", {}),
        ("http://h/\r\nX: y", {}),
        ("http://h/q", {"update": "nowhere"}),
        ("http://h/q", {"update": "http://me:secret@h/u"}),
        ("http://h/q", {"token": "two\r\nlines"}),
        ("http://h/q", {"token": "中"}),
    ],
)
def test_bad_addresses_are_refused_without_being_repeated(address: str, options: dict[str, str]) -> None:
    with pytest.raises(BadInput) as told:
        read_address(address, **options)
    assert "secret" not in told.value.en + told.value.zh


FORMS = {
    "SELECT * { ?s ?p ?o }": ("select", " ?s ?p ?o }"),
    "PREFIX a: <http://x/select> # ask {\nASK\nWHERE{ }": ("ask", " }"),
    'SELECT ("{" AS ?x) (EXISTS { ?a ?b ?c } AS ?y) { ?s ?p ?o }': ("select", " ?s ?p ?o }"),
    "CONSTRUCT { ?s ?p [ ?q ?o ] } FROM <http://g/> WHERE { ?s ?p ?o }": ("construct", " ?s ?p ?o }"),
    "construct where { ?s ?p ?o }": ("construct", " ?s ?p ?o }"),
    "DESCRIBE <http://x/>": ("describe", None),
    "SELECT": ("select", None),
    "": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.items(), ids=FORMS)
def test_form_and_pattern(text: str, expected: tuple[str, str | None]) -> None:
    found = take_apart(text)
    assert (found.form, None if found.pattern is None else text[found.pattern :]) == expected


def test_the_template_of_a_construct() -> None:
    text = "CONSTRUCT { ?s ?p '}' } WHERE { ?s ?p ?o }"
    found = take_apart(text)
    assert found.template is not None
    assert text[slice(*found.template)] == "{ ?s ?p '}' }"


def test_bindings_keep_lines_and_escape() -> None:
    text = with_bindings("# one\nSELECT *\nWHERE { ?s ?p ?o }", {"o": Literal('"} #\n'), "s": URIRef("http://x/中")})
    assert text.count("\n") == 2
    assert ox.Store().query(text) is not None
    with pytest.raises(ValueError, match="IRI"):
        with_bindings("ASK {}", {"s": URIRef("http://x/> } #")})


def test_only_prefixes_that_may_be_used_are_declared_in_the_first_line() -> None:
    text = with_prefixes("SELECT * { ?s a pg:Plan }")
    assert text.startswith("PREFIX pg: ")
    assert "skos" not in text
    assert "\n" not in text


TRUTHS = {
    "SELECT (?a = ?b AS ?x) {}": {"x"},
    "SELECT (?a < ?b && ?c > ?d AS ?x) (COUNT(*) AS ?n) {}": {"x"},
    "SELECT * { BIND(BOUND(?l) AS ?x) BIND(NOT EXISTS { ?s ?p ?o } AS ?y) BIND(!?z AS ?w) }": {"x", "y", "w"},
    "SELECT (IF(?a = ?b, 1, 0) AS ?x) (SUM(IF(?a = 1, 1, 0)) AS ?y) (STR(?a) AS ?z) {}": set(),
    "SELECT (?a IN (1, 2) AS ?x) (true AS ?y) (?n + 1 AS ?z) {}": {"x", "y"},
    "SELECT ((?a = 1) AS ?x) {": set(),
    ") ) SELECT (": set(),
}


@pytest.mark.parametrize(("text", "expected"), TRUTHS.items(), ids=TRUTHS)
def test_variables_that_hold_truth_values(text: str, expected: set[str]) -> None:
    assert boolean_variables(text) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"head": {}}',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri"}}]}}',
        b"\xff",
    ],
)
def test_what_is_no_whole_document_is_not_taken_for_an_answer(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own among them
        read_results(data)


ANY = st.one_of(
    st.text().map(Literal),
    st.text().map(lambda text: Literal(text, lang="zh")),
    st.builds(
        lambda text, datatype: Literal(text, datatype=datatype, normalize=False),
        st.one_of(st.text(), st.from_regex(r"[+-]?[0-9]{1,30}(\.[0-9]{1,20})?", fullmatch=True), st.dates().map(str)),
        st.sampled_from(
            [
                XSD.integer,
                XSD.decimal,
                XSD.double,
                XSD.boolean,
                XSD.date,
                XSD.time,
                XSD.duration,
                GEO.wktLiteral,
            ]
        ),
    ),
)


@given(ANY)
def test_a_literal_is_written_once_and_for_all(term: Literal) -> None:
    """What is written stays as it is when it is read and written again."""
    first = literals.written(term)
    read = literals.read(str(first), str(first.datatype or XSD.string)) if not first.language else first
    second = literals.written(read)
    again = literals.read(str(second), str(second.datatype or XSD.string)) if not second.language else second
    assert again == read
    if term.datatype not in (XSD.integer, XSD.decimal, XSD.double, XSD.boolean):
        assert read == term
