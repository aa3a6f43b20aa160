"""Minting, expanding and compacting IRIs; none that is unsafe gets into a query."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plangraph.errors import BadInput
from plangraph.namespaces import PREFIXES, compact, expand, is_safe_iri, mint

ID = "https://w3id.org/plangraph/id/"
ONTOLOGY = "https://w3id.org/plangraph/ontology#"


@pytest.mark.parametrize(
    ("kind", "slug", "plan", "iri"),
    [
        ("task", "rivers", "qingxi-2030", ID + "qingxi-2030/task/rivers"),
        ("place", "110105", None, ID + "place/110105"),
        ("org", "water-office", None, ID + "org/water-office"),
        ("evidence", "9-13", "qingxi-2030", ID + "qingxi-2030/evidence/9-13"),
    ],
)
def test_minting_follows_the_contract(kind: str, slug: str, plan: str | None, iri: str) -> None:
    assert str(mint(kind, slug, plan)) == iri


@pytest.mark.parametrize(
    ("kind", "slug", "plan"),
    [
        ("task", "rivers", None),
        ("place", "110105", "qingxi-2030"),
        ("task", "Rivers", "qingxi-2030"),
        ("task", "", "qingxi-2030"),
        ("task", "a--b", "qingxi-2030"),
        ("task", "-a", "qingxi-2030"),
        ("task", "a-", "qingxi-2030"),
        ("task", "a/b", "qingxi-2030"),
        ("task", "河", "qingxi-2030"),
        ("task", "a b", "qingxi-2030"),
        ("task", "a\n", "qingxi-2030"),
        ("task", "..", "qingxi-2030"),
        ("task", "a", ""),
        ("task", "a", "../x"),
        ("ta/sk", "a", "qingxi-2030"),
        ("task", "a\u0660", "qingxi-2030"),
    ],
)
def test_what_would_break_the_contract_is_not_minted(kind: str, slug: str, plan: str | None) -> None:
    with pytest.raises(BadInput):
        mint(kind, slug, plan)


SAFE = [
    "http://example.org/",
    "https://w3id.org/plangraph/id/place/110105",
    "http://example.org/河?名=青溪#段",
    "urn:isbn:0451450523",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "mailto:a@example.org",
    "tag:example.org,2026:x",
    "http://user@example.org:8080/a;b=c,d/(e)?f=g&h='i'!*$#/?",
    "http://[2001:db8::1]:80/x",
    "file:///tmp/x",
    "a:",
    "http://example.org/%E6%B2%B3",
    "http://example.org/\U00020000",
]
HOSTILE = [
    "",
    "rivers",
    "/id/place/110105",
    "//example.org/x",
    "../x",
    "#x",
    ":x",
    "1a:x",
    "河:x",
    "http://example.org/a b",
    "http://example.org/a\tb",
    "http://example.org/a\nb",
    "http://example.org/a\n",
    "\nhttp://example.org/a",
    " http://example.org/a",
    "http://example.org/a ",
    "http://example.org/a\x00",
    "http://example.org/a\x7f",
    "http://example.org/a\x85",
    "http://@@",
    "http://a@b@c/",
    "http://example.org/a>",
    "http://example.org/<a",
    "http://x> ?p ?o } ; DROP ALL #",
    'http://example.org/"',
    "http://example.org/{a}",
    "http://example.org/a|b",
    "http://example.org/a^b",
    "http://example.org/a`b",
    "http://example.org/a\\b",
    "http://example.org/\\u003E",
    "http://example.org/%",
    "http://example.org/%zz",
    "http://example.org/%2",
    "http://example.org/#a#b",
    "http://example.org/[a]",
    "http://example.org/?a=[b]",
    "http://[::1",
    "http://[zz]/",
    "http://example.org:port/",
    "http://example.org/\ud800",
    "http://example.org/\ue000",
    "http://example.org/\ufffe",
    "http://example.org/\ufdd0",
]


@pytest.mark.parametrize("iri", SAFE)
def test_iris_are_safe(iri: str) -> None:
    assert is_safe_iri(iri)
    assert ox.Store().query(f"SELECT * {{ <{iri}> ?p ?o }}") is not None


@pytest.mark.parametrize("iri", HOSTILE, ids=ascii)
def test_hostile_texts_are_no_safe_iris(iri: str) -> None:
    assert not is_safe_iri(iri)
    with pytest.raises(BadInput):
        expand(iri)


@settings(max_examples=400)
@given(st.one_of(st.text(), st.from_regex(r"[a-z]{1,3}:/{0,3}[a-z\[\]:@%0-9]{0,6}(/|\?|#|%|.){0,12}")))
def test_every_safe_iri_is_one_for_the_engine_too(text: str) -> None:
    if is_safe_iri(text):
        assert ox.NamedNode(text).value == text


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("pg:Task", ONTOLOGY + "Task"),
        ("pgc:status-completed", "https://w3id.org/plangraph/code/status-completed"),
        ("<http://example.org/x>", "http://example.org/x"),
        ("http://example.org/x", "http://example.org/x"),
        ("urn:x:y", "urn:x:y"),
        ("sdmx-measure:obsValue", "http://purl.org/linked-data/sdmx/2009/measure#obsValue"),
        ("pg:", ONTOLOGY),
    ],
)
def test_expanding(text: str, iri: str) -> None:
    assert str(expand(text)) == iri


@pytest.mark.parametrize("text", ["pg:Task}", "<http://a b>", "<>", "<", "Task", "pg:a>b", "pg:a b", "<pg:Task"])
def test_not_expanded(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        expand(text)
    assert text in caught.value.zh
    assert text in caught.value.en


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (ONTOLOGY + "Task", "pg:Task"),
        ("http://www.w3.org/2004/02/skos/core#prefLabel", "skos:prefLabel"),
        ("http://qudt.org/vocab/unit/M2", "unit:M2"),
        ("http://example.org/x", "http://example.org/x"),
        (ID + "place/110105", ID + "place/110105"),
        (ONTOLOGY + "a/b", ONTOLOGY + "a/b"),
        (ONTOLOGY + "a b", ONTOLOGY + "a b"),
        (ONTOLOGY + "a\n", ONTOLOGY + "a\n"),
    ],
)
def test_compacting(iri: str, short: str) -> None:
    assert compact(iri) == short


@given(st.sampled_from(sorted(PREFIXES)), st.from_regex(r"[\w-]{1,12}", fullmatch=True))
def test_a_short_name_expands_to_what_it_came_from(prefix: str, local: str) -> None:
    iri = PREFIXES[prefix] + local
    if is_safe_iri(iri):
        assert str(expand(compact(iri))) == iri
