"""Reading RDF: each syntax with the place of its faults, and nothing fetched or opened on the way."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import BadInput, SyntaxFault, TooLarge
from plangraph.mediatypes import (
    HEXT,
    JSON_LD,
    N3,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TRIX,
    TURTLE,
    Format,
)
from plangraph.namespaces import GRAPHS
from plangraph.store.parsing import as_graph, format_of_file, is_rdf_name, parse_rdf, read_file, skolemize

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")
HERE = GRAPHS["here"]
A, B, C = (URIRef(f"http://a.example/{name}") for name in "abc")
RDF_NS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def parse(text: str | bytes, fmt: Format) -> list[tuple[object, ...]]:
    return list(parse_rdf(text.encode() if isinstance(text, str) else text, fmt, default_graph=HERE))


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        (TURTLE, "@base <http://a.example/> . <a> <b> <c> ."),
        (N_TRIPLES, "<http://a.example/a> <http://a.example/b> <http://a.example/c> .\n"),
        (N_QUADS, "<http://a.example/a> <http://a.example/b> <http://a.example/c> .\n"),
        (TRIG, "@base <http://a.example/> . <a> <b> <c> ."),
        (N3, "@prefix : <http://a.example/>. :a :b :c ."),
        (
            RDF_XML,
            f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:e="http://a.example/"><rdf:Description rdf:about="http://a.example/a">'
            '<e:b rdf:resource="http://a.example/c"/></rdf:Description></rdf:RDF>',
        ),
        (JSON_LD, '{"@id": "http://a.example/a", "http://a.example/b": {"@id": "http://a.example/c"}}'),
        (
            TRIX,
            '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><uri>http://a.example/a</uri>'
            "<uri>http://a.example/b</uri><uri>http://a.example/c</uri></triple></graph></TriX>",
        ),
        (HEXT, '["http://a.example/a", "http://a.example/b", "http://a.example/c", "globalId", "", ""]\n'),
    ],
    ids=lambda value: value.name if isinstance(value, Format) else "",
)
def test_every_syntax_gives_the_same_triple_in_the_default_graph(fmt: Format, text: str) -> None:
    assert parse(text, fmt) == [(A, B, C, HERE)]


BROKEN = [
    (TURTLE, "<http://a.example/a> <http://a.example/b> .", 1, 43),
    (TURTLE, '@prefix e: <http://a.example/> .\n\ne:a e:b "水" ; f:c 1 .', 3, 15),
    (TURTLE, '<http://a.example/a> <http://a.example/b> "open .\n', 1, None),
    (TURTLE, "<http://a.example/a> <http://a.example/b c> 1 .", 1, None),
    (TURTLE, "@prefix e: <http://a.example/> .\ne:a e:b e:c", 2, None),
    (TURTLE, '<http://a.example/a> <http://a.example/b> "x"@e_n .', 1, None),
    (N_TRIPLES, "<http://a.example/a> <http://a.example/b> 5 .\n", 1, 43),
    (N_TRIPLES, '<http://a.example/a> <http://a.example/b> "x" .\n<a> <http://a.example/b> "x" .\n', 2, None),
    (N_QUADS, '<http://a.example/a> <http://a.example/b> "x" "y" .\n', 1, 47),
    (TRIG, "<http://a.example/g> { <http://a.example/a> <http://a.example/b> 1 ", 1, None),
    (TRIG, "<http://a.example/g> {\n<http://a.example/a> }", 2, None),
    (N3, "<http://a.example/a> <http://a.example/b> .", 1, 43),
    (JSON_LD, '{\n  "@id": }', 2, 10),
    (JSON_LD, '{"@id": "http://a.example/a"', 1, None),
]


@pytest.mark.parametrize(("fmt", "text", "line", "column"), BROKEN)
def test_a_fault_is_told_with_its_place(fmt: Format, text: str, line: int, column: int | None) -> None:
    with pytest.raises(SyntaxFault) as caught:
        parse_rdf(text.encode(), fmt, default_graph=HERE, source="new.data")
    assert caught.value.line == line
    if column is not None:
        assert caught.value.column == column
    assert f"new.data, line {line}" in caught.value.en
    assert f"new.data，第 {line} 行" in caught.value.zh
    assert "line 1 column" not in caught.value.en  # the place is said once


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        (RDF_XML, "<rdf:RDF>"),
        (RDF_XML, f'<rdf:RDF xmlns:rdf="{RDF_NS}"><a></rdf:RDF>'),
        (JSON_LD, "[1, 2]x"),
        (TRIX, "<TriX"),
        (TRIX, "<x/>"),
        (HEXT, "[1]"),
        (HEXT, "x"),
        (N3, "{ ?x a ?y } => { ?y a ?x } ."),
    ],
)
def test_other_faults_are_told_in_both_languages(fmt: Format, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text, fmt)
    assert caught.value.zh != caught.value.en


def test_bytes_that_are_no_utf8_are_told_with_their_place_in_characters() -> None:
    with pytest.raises(SyntaxFault) as caught:
        parse('<http://a.example/a> <http://a.example/b>\n"青溪'.encode() + "河".encode("gbk") + b'" .', TURTLE)
    assert (caught.value.line, caught.value.column) == (2, 4)


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        (TURTLE, "<http://a.example/a> <http://a.example/b> <http://a.example/c> ."),
        (JSON_LD, '{"@id": "http://a.example/a", "http://a.example/b": {"@id": "http://a.example/c"}}'),
        (N_QUADS, "<http://a.example/a> <http://a.example/b> <http://a.example/c> ."),
    ],
)
def test_a_byte_order_mark_as_notepad_writes_it_is_no_fault(fmt: Format, text: str) -> None:
    assert parse(b"\xef\xbb\xbf" + text.encode(), fmt) == [(A, B, C, HERE)]


def test_named_graphs_are_kept_and_the_rest_goes_to_the_default() -> None:
    text = "@prefix : <http://a.example/> . :a :b 1 . :g { :a :b 2 } GRAPH :h { :a :b 3 }"
    assert [(str(o), g) for _, _, o, g in parse(text, TRIG)] == [
        ("1", HERE),
        ("2", URIRef("http://a.example/g")),
        ("3", URIRef("http://a.example/h")),
    ]


def test_relative_iris_are_things() -> None:
    (quad,) = parse("<place/east-park> a <#x> .", TURTLE)
    assert quad[0] == URIRef("https://w3id.org/plangraph/id/place/east-park")


def test_lexical_forms_and_languages_are_kept() -> None:
    text = '<a> <b> 1.50, 007, "x"^^<http://a.example/t>, "水"@zh-Hans, "plain" .'
    assert {o for _, _, o, _ in parse(text, TURTLE)} == {
        Literal("1.50", datatype=XSD.decimal, normalize=False),
        Literal("007", datatype=XSD.integer, normalize=False),
        Literal("x", datatype=URIRef("http://a.example/t")),
        Literal("水", lang="zh-Hans"),
        Literal("plain"),
    }


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        (TURTLE, "_:x <http://a.example/b> _:x ."),
        (HEXT, '["_:x", "http://a.example/b", "_:x", "localId", "", ""]\n'),
        (
            TRIX,
            '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><id>x</id>'
            "<uri>http://a.example/b</uri><id>x</id></triple></graph></TriX>",
        ),
    ],
)
def test_blank_nodes_of_two_files_stay_apart(fmt: Format, text: str) -> None:
    ((s, _, o, _),), ((again, _, _, _),) = parse(text, fmt), parse(text, fmt)
    assert isinstance(s, BNode)
    assert s == o
    assert s != again


@pytest.mark.parametrize(
    "text", ["<a> <b> <<( <c> <d> <e> )>> .", "<< <a> <b> <c> >> <d> <e> .", "<a> <b> <c> {| <d> <e> |} ."]
)
def test_triple_terms_are_refused_and_never_become_texts(text: str) -> None:
    with pytest.raises(BadInput, match="Triple terms"):
        parse(text, TURTLE)


def test_skolemizing_gives_every_blank_node_its_iri() -> None:
    quads = skolemize(parse_rdf(b"[] <b> [ <c> 1 ] .", TURTLE, default_graph=HERE), "http://a.example/genid/")
    outer, inner = (next(s for s, p, _, _ in quads if str(p).endswith(end)) for end in ("/b", "/c"))
    assert {type(term) for quad in quads for term in quad} == {URIRef, Literal}
    assert outer.startswith("http://a.example/genid/")
    assert (outer, URIRef("https://w3id.org/plangraph/id/b"), inner, HERE) in quads
    assert outer != inner


def test_deep_nesting_is_read_or_told_never_fatal() -> None:
    deep = 20_000
    assert len(parse("<a> <b> " + "[ <b> " * deep + "1" + " ]" * deep + " .", TURTLE)) == deep + 1
    for fmt, text in ((JSON_LD, "[" * deep), (RDF_XML, "<a>" * deep)):
        with pytest.raises(SyntaxFault):
            parse(text, fmt)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[int]]]:
    """An address on this machine, and what grows at every connection to it."""
    seen: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                seen.append(1)
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_remote_json_ld_context_is_refused_and_not_fetched(listener: tuple[str, list[int]]) -> None:
    address, seen = listener
    for context in (f"{address}/c", [f"{address}/c"], {"@import": f"{address}/c"}):
        with pytest.raises(SyntaxFault):
            parse(json.dumps({"@context": context, "@id": "http://a.example/a", "b": "c"}), JSON_LD)
    assert seen == []


@pytest.mark.parametrize("fmt", [RDF_XML, TRIX], ids=lambda fmt: fmt.name)
def test_external_entities_read_no_file_and_no_address(
    fmt: Format, tmp_path: Path, listener: tuple[str, list[int]]
) -> None:
    address, seen = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret")
    for target in (secret.as_uri(), f"{address}/x"):
        head = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{target}"> <!ENTITY % y SYSTEM "{address}/y"> %y;]>'
        body = {
            RDF_XML: f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:e="http://a.example/"><rdf:Description '
            'rdf:about="http://a.example/a"><e:b>&x;</e:b></rdf:Description></rdf:RDF>',
            TRIX: '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><uri>http://a.example/a</uri>'
            "<uri>http://a.example/b</uri><plainLiteral>&x;</plainLiteral></triple></graph></TriX>",
        }[fmt]
        told = ""
        with contextlib.suppress(BadInput):
            told = str(parse(head + body, fmt))
        assert "the-secret" not in told
    assert seen == []


@pytest.mark.parametrize("fmt", [RDF_XML, TRIX], ids=lambda fmt: fmt.name)
def test_an_entity_bomb_is_refused(fmt: Format) -> None:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {new} "{"&" + old + ";" + ("&" + old + ";") * 9}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = {
        RDF_XML: f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:e="http://a.example/"><rdf:Description '
        'rdf:about="http://a.example/a"><e:b>&i;</e:b></rdf:Description></rdf:RDF>',
        TRIX: '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><uri>http://a.example/a</uri>'
        "<uri>http://a.example/b</uri><plainLiteral>&i;</plainLiteral></triple></graph></TriX>",
    }[fmt]
    with pytest.raises(BadInput):
        parse(f"<!DOCTYPE d [{entities}]>{body}", fmt)


def test_a_long_entity_used_often_is_refused() -> None:
    text = f'<!DOCTYPE d [<!ENTITY a "{"a" * 10_000}">]><x>{"&a;" * 10_000}</x>'
    with pytest.raises(TooLarge):
        parse(text, RDF_XML)


def test_entities_as_ontology_editors_write_them_are_read() -> None:
    text = (
        '<!DOCTYPE rdf:RDF [<!ENTITY ex "http://a.example/">]>'
        f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:e="http://a.example/">'
        '<rdf:Description rdf:about="&ex;a"><e:b rdf:resource="&ex;c"/></rdf:Description></rdf:RDF>'
    )
    assert parse(text, RDF_XML) == [(A, B, C, HERE)]


@pytest.mark.parametrize("name", ["a.ttl", "a.ttl.gz", "A.TTL.GZ", "a.nt", "a.owl", "a.json", "a.nquads", "a.trig"])
def test_names_that_say_rdf(name: str) -> None:
    assert is_rdf_name(name)


@pytest.mark.parametrize("name", ["a.txt", "ttl", "a.csv", "a.gz", ""])
def test_names_that_dont(name: str) -> None:
    assert not is_rdf_name(name)
    with pytest.raises(BadInput, match=r"\.ttl"):
        format_of_file(name)


@pytest.mark.parametrize("name", ["x.ttl", "x.ttl.gz", "X.TTL.GZ"])
def test_reading_a_file(name: str, tmp_path: Path) -> None:
    data = b"<http://a.example/a> <http://a.example/b> <http://a.example/c> ."
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.lower().endswith("gz") else data)
    assert read_file(path, default_graph=HERE) == [(A, B, C, HERE)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.ttl.gz", gzip.compress(b"<http://a.example/a> <http://a.example/b> 1 ." * 50, mtime=0)[:-20]),
        ("not.ttl.gz", b"<http://a.example/a> <http://a.example/b> 1 ."),
        ("bad.ttl.gz", gzip.compress(b"x" * 500, mtime=0)[:12] + b"\xff" * 40),
        ("a.docx", b""),
        ("cut.rdf", b"<rdf:RDF"),
    ],
)
def test_files_that_cant_be_read_are_named(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=name.removesuffix(".gz")):
        read_file(tmp_path / name, default_graph=HERE)


def test_a_file_that_isnt_there_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no file"):
        read_file(tmp_path / "x.ttl", default_graph=HERE)
    (tmp_path / "d.ttl").mkdir()
    with pytest.raises(BadInput, match=r"can't be read"):
        read_file(tmp_path / "d.ttl", default_graph=HERE)


def test_as_graph_leaves_the_names_of_graphs_out() -> None:
    assert set(as_graph([(A, B, C, HERE), (A, B, C, A)])) == {(A, B, C)}
