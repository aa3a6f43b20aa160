"""No outside text makes the server call another address, however that is written or hidden, or ends its processes."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import PlangraphError, Refused, SyntaxFault
from plangraph.store import readers
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.readers import ReaderPool
from plangraph.store.screening import MOST_LEVELS, MOST_STEPS, datasets_named, screen_query, screen_update

S, P, G = URIRef("http://e.example/s"), URIRef("http://e.example/p"), URIRef("http://e.example/g")
OBJECTS = (Literal(5), Literal("5.5", datatype=XSD.decimal), Literal("a"), Literal("a", lang="en"), Literal(True))
# The prefixes that the rows below may use; U stands for the address of the listener.
PROLOGUE = "PREFIX e: <U>\nPREFIX : <U>\nPREFIX bad: <http://h:>\nPREFIX service: <http://e.example/>\n"

# Each is a call for Oxigraph: shown below by the connection that it makes.
CALLS = [
    "SELECT * { SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { service <U> { ?s ?p ?o } }",
    "SELECT * { sErViCe <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE silent <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE\n\n<U>\n{ ?s ?p ?o } }",
    "SELECT * { SERVICE\r\n\tSILENT\r\n<U>{ ?s ?p ?o } }",
    "SELECT * { SERVICE# note\n<U># {\n{ ?s ?p ?o } }",
    "SELECT * { SERVICE # a\n # b\n SILENT # c\n <U> { ?s ?p ?o } }",
    "SELECT * {SERVICE<U>{?s ?p ?o}}",
    "SELECT*{SERVICE<U>{}}",
    "ASK{SERVICE<U>{}}",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <U> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "SELECT * { SERVICE :x { ?s ?p ?o } }",
    "SELECT * { SERVICE : { ?s ?p ?o } }",
    "SELECT * { SERVICE:x { ?s ?p ?o } }",
    "SELECT * { SERVICEe:x { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT <U> { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT:x { ?s ?p ?o } }",
    "SELECT * { SERVICESILENTe:x{ ?s ?p ?o } }",
    "SELECT * { SERVICE e:a\\#b { ?s ?p ?o } }",
    "SELECT * { ?s ?p 5SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 5 SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 5.5SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 5.SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'a'SERVICE <U> { ?s ?p ?o } }",
    'SELECT * { ?s ?p "a"SERVICE <U> { ?s ?p ?o } }',
    "SELECT * { ?s ?p 'a'@en.SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o.SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { BIND(1 AS ?x)SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { FILTER(1<2)SERVICE<U>{ ?s ?p ?o } }",
    # what a lexer may take for an IRI, a string or a comment, and Oxigraph doesn't
    "SELECT * { ?s ?p ?o FILTER(?o<'>' || true) SERVICE <U> { } FILTER('a'='a') }",
    "SELECT * { FILTER(1<2#>'''\n) SERVICE <U> { ?s ?p ?o } #'''\n}",
    "SELECT * { FILTER('a\\u0022 # '!='') SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { FILTER('a\\u0027 # '!='') SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { FILTER('a\\\\'!='') SERVICE <U> { ?s ?p ?o } FILTER('b'!='') }",
    "SELECT * { FILTER('''a''b\\''''!='') SERVICE <U> { ?s ?p ?o } FILTER('b'!='') }",
    'SELECT * { FILTER("""a""b\\""""!="") SERVICE <U> { ?s ?p ?o } FILTER("b"!="") }',
    "SELECT * { FILTER(e:a\\#b!=1) SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { FILTER(e:a\\'b!=1) SERVICE <U> { ?s ?p ?o } FILTER(e:a\\'b!=1) }",
    "SELECT * { FILTER(<http://e.example/#'>!=1) SERVICE <U> { ?s ?p ?o } FILTER('a'!='') }",
    "SELECT * { # '\nSERVICE <U> { ?s ?p ?o } # '\n}",
    "SELECT * { # '''\nSERVICE <U> { ?s ?p ?o } # '''\n}",
    "SELECT * { # comment ends at a carriage return\rSERVICE <U> { ?s ?p ?o } }",
    "SELECT * { # \\\nSERVICE <U> { ?s ?p ?o } }",
    # deeper
    "SELECT * { { { OPTIONAL{SERVICE <U> { ?s ?p ?o } } } } }",
    "SELECT * { { SELECT * { SERVICE <U> { ?s ?p ?o } } } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <U> { ?s ?p ?o } } }",
    "SELECT * { { ?a ?b ?c } UNION { SERVICE <U> { ?s ?p ?o } } }",
    "SELECT * { LATERAL { SERVICE <U> { ?s ?p ?o } } }",
    "SELECT * { VALUES ?service { 1 } SERVICE <U> { ?s ?p ?o } }",
]

# Refused though Oxigraph doesn't take them for calls, as other engines, or its next version, may.
DOUBTFUL = [
    "SELECT * { \\u0053ERVICE <U> { ?s ?p ?o } }",
    "SELECT * { SERVIC\\U00000045 <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE \\u003CU> { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <U> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { SERVICE $x { ?s ?p ?o } }",
    "SELECT * { ?s e:p?5SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p bad:SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { ?s ?p e:.SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE <U" + "x" * 5000 + "> { ?s ?p ?o } }",
    "SELECT * { SERVICE " + "e" * 5000 + ":x { ?s ?p ?o } }",
    "SELECT * { SERVICE #" + "e" * 5000 + "\n<U> { ?s ?p ?o } }",
]

# Allowed: the word does no harm, and the query runs.
HARMLESS = [
    "SELECT * { ?s ?p ?o }",
    "SELECT ?service { ?s ?p ?service }",
    "SELECT ?service ?x { ?s ?service ?x }",
    "SELECT ?service $x { ?s ?service $x }",
    "SELECT ?my_service ?serviceArea { ?my_service ?serviceArea ?o }",
    "SELECT $SERVICE WHERE { ?s ?p $SERVICE }",
    "SELECT * { ?s service:p ?o }",
    "SELECT * { ?s e:service ?o }",
    "SELECT * { ?s e:SERVICE ?o . OPTIONAL { ?s ?p ?o } }",
    "SELECT * { ?s e:service ?o OPTIONAL { ?s ?p ?o } }",
    "SELECT * FROM e:service WHERE { ?s ?p ?o }",
    "SELECT * { GRAPH e:service { ?s ?p ?o } }",
    "SELECT * { GRAPH <http://e.example/service?x=1> { ?s ?p ?o } }",
    "SELECT * { GRAPH <http://e.example/service/a:b> { ?s ?p ?o } }",
    "SELECT * { GRAPH <http://e.example/service#x> { ?s ?p ?o } }",
    "SELECT * { ?s ?p <http://e.example/SERVICE> }",
    "SELECT * { ?s ?p 'SERVICE' }",
    'SELECT * { ?s ?p "SERVICE <http://e.example/>" }',
    "SELECT * { ?s ?p '''\nSERVICE\n''' }",
    'SELECT * { ?s ?p """public "service" \n""" }',
    "SELECT * { ?s ?p 'public service'@en }",
    "SELECT * { ?s ?p ?o } # about a service",
    "SELECT * { ?s ?p ?o } # service",
    "# SERVICE <U> { ?s ?p ?o }\nSELECT * { ?s ?p ?o }",
    "SELECT * {\n  # SERVICE <U> {\n  ?s ?p ?o\n  # }\n}",
    "SELECT (1 AS ?services) {}",
    "SELECT * { VALUES ?service { 1 2 } }",
    "SELECT * { FILTER(CONTAINS('public services', 'service')) }",
    "SELECT * { _:service ?p ?o }",
    "SELECT * { ?s ?p 'x'@service }",
]


def written(row: str, address: str) -> str:
    return (PROLOGUE + row).replace("U>", address + ">").replace("<U", "<" + address)


@dataclass
class Listener:
    """A server on this machine that counts connections and answers none."""

    address: str
    _seen: list[int] = field(default_factory=list)

    def calls(self, action: Callable[[], object]) -> int:
        """How many connections ``action`` makes."""
        self._seen.clear()
        action()
        deadline = time.monotonic() + 0.03
        while not self._seen and time.monotonic() < deadline:
            time.sleep(0.002)
        return len(self._seen)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(f"http://127.0.0.1:{server.getsockname()[1]}/")

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                found._seen.append(1)
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    filled = EmbeddedStore()
    filled.apply(Changeset(added=[(S, P, o, G) for o in OBJECTS]))
    return filled.in_memory()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screening")
    on_disk = EmbeddedStore.open(folder / "store")
    on_disk.apply(Changeset(added=[(S, P, o, G) for o in OBJECTS]))
    on_disk.backup(folder / "snapshot")
    return folder / "snapshot"


@pytest.fixture(scope="module")
def pool(snapshot: Path) -> Iterator[ReaderPool]:
    with ReaderPool(snapshot, size=1, seconds=10, megabytes=1024) as opened:
        yield opened


def run_through(pool: ReaderPool, text: str) -> Callable[[], object]:
    def run() -> object:
        try:
            return pool.query(text).read()
        except PlangraphError as failure:
            return failure

    return run


@pytest.mark.parametrize("row", CALLS)
def test_a_call_is_refused_and_is_one(row: str, store: EmbeddedStore, listener: Listener, pool: ReaderPool) -> None:
    text = written(row, listener.address)
    with pytest.raises(Refused):
        screen_query(text)

    def unscreened() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("no_proxy", "*")
            try:
                result = store.run(text)
                list(result) if not isinstance(result, ox.QueryBoolean) else bool(result)
            except (OSError, RuntimeError):
                pass  # the listener hangs up

    assert listener.calls(unscreened) >= 1
    assert listener.calls(run_through(pool, text)) == 0


@pytest.mark.parametrize("row", DOUBTFUL, ids=lambda row: row[:60])
def test_what_might_be_a_call_is_refused(row: str, listener: Listener, pool: ReaderPool) -> None:
    text = written(row, listener.address)
    with pytest.raises(Refused):
        screen_query(text)
    assert listener.calls(run_through(pool, text)) == 0


@pytest.mark.parametrize("row", HARMLESS)
def test_a_harmless_query_runs(row: str, listener: Listener, pool: ReaderPool) -> None:
    text = written(row, listener.address)
    screen_query(text)
    assert listener.calls(lambda: pool.query(text).read()) == 0


@pytest.mark.parametrize("update", ["LOAD <U>", "LOAD <U> INTO GRAPH <http://e.example/g>", "DROP ALL", "CLEAR ALL"])
def test_updates_are_no_queries(update: str, listener: Listener, pool: ReaderPool) -> None:
    text = written(update, listener.address)
    answers: list[object] = []
    assert listener.calls(lambda: answers.append(run_through(pool, text)())) == 0
    assert isinstance(answers[0], PlangraphError)
    assert b"false" not in pool.query("ASK { ?s ?p ?o }").read()


@pytest.mark.parametrize("clause", ["FROM <U>", "FROM NAMED <U>", "FROM <file:///etc/hostname>"])
def test_a_dataset_clause_loads_nothing(clause: str, listener: Listener, pool: ReaderPool) -> None:
    text = written(f"SELECT * {clause} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}", listener.address)
    answers: list[object] = []
    assert listener.calls(lambda: answers.append(pool.query(text, "text/csv").read())) == 0
    assert re.fullmatch(rb"[a-z,]+\r?\n?", answers[0])  # type: ignore[call-overload]


@pytest.mark.parametrize("row", CALLS[:4] + CALLS[17:20])
def test_a_worker_could_not_call_out_even_if_the_screen_missed_it(
    row: str, listener: Listener, pool: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "screen_query", lambda *_: None)
    assert listener.calls(run_through(pool, written(row, listener.address))) == 0
    assert b"true" in pool.query("ASK { ?s ?p ?o }").read()


@pytest.mark.parametrize(
    "piece",
    ["a.", "service", "service:", "#service", "<service", "service ", "?service", "service\\", "'''\\", "x'", "-"],
)
def test_hostile_texts_of_the_greatest_length_are_screened_quickly(piece: str) -> None:
    text = (piece * 200_000)[:200_000]
    start = time.process_time()
    with contextlib.suppress(Refused, SyntaxFault):
        screen_update(text)
    assert time.process_time() - start < 3


# With <http://a.example/q> allowed. A is its beginning; U is the listener.
ALLOWED_CALLS = [
    "SELECT * { SERVICE <A/q> { ?s ?p ?o } }",
    "SELECT * { service<A/q>{ ?s ?p ?o } }",
    "SELECT * { SERVICE # note\n <A/q> { ?s ?p ?o } { SERVICE <A/q> { } } }",
    "PREFIX a: <A/> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <A/q> SELECT * { SERVICE a: { ?s ?p ?o } }",
    "PREFIX a: # where\n <A/> PREFIX b: <U> SELECT * { SERVICE a:q { ?s b:p ?o } }",
]
NOT_ALLOWED_CALLS = [
    "SELECT * { SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE <A/q> { ?s ?p ?o } SERVICE <U> { ?s ?p ?o } }",
    "SELECT * { SERVICE <A/q> { SERVICE <U> { ?s ?p ?o } } }",
    "SELECT * { SERVICE SILENT <A/q> { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <A/q> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { SERVICE <A/q?x=1> { ?s ?p ?o } }",
    "SELECT * { SERVICE <A/Q> { ?s ?p ?o } }",
    "BASE <A/> SELECT * { SERVICE <q> { ?s ?p ?o } }",
    "SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <U> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    # which declaration counts is the engine's matter: all must be of allowed addresses
    "PREFIX a: <A/> PREFIX a: <U> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <A/> PREFIXa:<U> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <A/> PREFIX a: #\n<U> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <A/> PREFIX a: #" + "x" * 5000 + "\n<U> SELECT * { SERVICE a:q { ?s ?p ?o } }",
    "PREFIX a: <U> # PREFIX a: <A/>\nSELECT * { SERVICE a:q { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <U> { ?s ?p ?o } }",
]

# Each is a fetch for Oxigraph.
FETCHES = [
    "LOAD <U>",
    "load <U> INTO GRAPH <http://e.example/g>",
    "LOAD SILENT <U>",
    "LOADSILENT<U>",
    "LOAD e:x",
    "LOAD:x",
    "LOADe:x INTO GRAPH e:g",
    "# first\nLOAD <U>",
    "CLEAR SILENT ALL; LOAD <U>",
    "CLEAR SILENT ALL;LOAD<U>",
    "CLEAR SILENT ALL; # then\n LOAD # this\n <U>",
    "CLEAR SILENT ALL; # then\r LOAD <U>",
    "PREFIX f: <U> LOAD f:x",
    "BASE <U>LOAD <x>",
    "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(1<2#>'''\n) }; LOAD <U> #'''",
    "INSERT DATA { e:s e:p 'a' }; LOAD <U>",
    "CLEAR SILENT ALL;" + " " * 5000 + "LOAD <U>",
    "CLEAR SILENT ALL; LOAD #" + "x" * 5000 + "\n<U>",
]
# Refused though Oxigraph doesn't take them, as other engines, or its next version, may.
DOUBTFUL_FETCHES = [
    "CLEAR SILENT ALL; PREFIX f: <U> LOAD f:x",
    "CLEAR SILENT ALL; BASE <U>LOAD <x>",
    "\\u004COAD <U>",
    "INSERT DATA { <x:s> <x:p> load:x }",
]
NO_FETCHES = [
    "INSERT DATA { e:s e:p 'LOAD' }",
    "INSERT DATA { e:s e:p 'to load <http://e.example/> is refused' }",
    "INSERT DATA { e:load e:download e:LOAD . e:loader e:p 1 }",
    "INSERT { ?load e:p ?payload } WHERE { ?load e:q ?payload }",
    "DELETE { ?s e:p ?o } WHERE { ?s e:p ?o }; # a load\n CLEAR SILENT DEFAULT",
    "INSERT DATA { <http://e.example/load/x> <http://e.example/load> <http://e.example/a;load/b> }",
]


def with_a(row: str, address: str) -> str:
    return row.replace("<A", "<http://a.example").replace("<U>", f"<{address}>")


@pytest.mark.parametrize("row", ALLOWED_CALLS)
def test_a_service_that_is_allowed_passes(row: str, listener: Listener) -> None:
    text = with_a(row, listener.address)
    screen_query(text, ["http://a.example/q"])
    screen_update("INSERT {} WHERE { }; " + text, ["http://a.example/q"])
    with pytest.raises(Refused):
        screen_query(text)


@pytest.mark.parametrize("row", NOT_ALLOWED_CALLS, ids=lambda row: row[:70])
def test_another_service_is_refused_and_the_allowed_ones_are_named(row: str, listener: Listener) -> None:
    with pytest.raises(Refused) as refusal:
        screen_query(with_a(row, listener.address), ["http://a.example/q"])
    assert "<http://a.example/q>" in refusal.value.zh
    assert "<http://a.example/q>" in refusal.value.en


@pytest.mark.parametrize("row", FETCHES, ids=lambda row: row[:70])
def test_a_fetch_is_refused_and_is_one(row: str, listener: Listener) -> None:
    text = written(row, listener.address)
    with pytest.raises(Refused):
        screen_update(text)

    def unscreened() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("no_proxy", "*")
            with contextlib.suppress(OSError, RuntimeError):
                ox.Store().update(text)

    assert listener.calls(unscreened) >= 1


@pytest.mark.parametrize("row", DOUBTFUL_FETCHES)
def test_what_might_be_a_fetch_is_refused(row: str) -> None:
    with pytest.raises(Refused):
        screen_update(written(row, "http://e.example/"))


@pytest.mark.parametrize("row", NO_FETCHES)
def test_an_update_without_a_fetch_passes(row: str) -> None:
    text = written(row, "http://e.example/")
    screen_update(text)
    ox.Store().update(text)


def group(pattern: str) -> str:
    return f"PREFIX : <x:> SELECT * {{ {pattern} }}"


def filtered(expression: str) -> str:
    return group(f":s :p ?o FILTER({expression})")


# A text for each depth, which Oxigraph's parser, optimizer or evaluator recurses over.
NESTINGS: dict[str, Callable[[int], str]] = {
    "groups": lambda n: group("{" * n + "}" * n),
    "groups that never end": lambda n: "SELECT * " + "{" * n,
    "groups with an end too many": lambda n: "SELECT * { } } " + "{" * n,
    "optionals": lambda n: group("OPTIONAL{" * n + "}" * n),
    "graphs": lambda n: group("GRAPH ?g{" * n + "}" * n),
    "unions to the right": lambda n: group("{}UNION{" * n + "}" * n),
    "unions to the left": lambda n: group("{" * n + "}UNION{}}" * n),
    "exists": lambda n: group("FILTER NOT EXISTS{" * n + "}" * n),
    "exists in brackets": lambda n: group("FILTER(EXISTS{" * (n // 2) + "})" * (n // 2)),
    "sub-selects": lambda n: group("{SELECT * {" * (n // 2) + "}}" * (n // 2)),
    "brackets": lambda n: filtered("(" * n + "1" + ")" * n),
    "brackets on lines with comments": lambda n: filtered("(# )\n" * n + "1" + ")" * n),
    "brackets after strings": lambda n: filtered("(')' = " * n + "1" + ")" * n),
    "calls": lambda n: filtered("STR(" * n + "?o" + ")" * n),
    "conditions": lambda n: filtered("IF(1,1," * n + "?o" + ")" * n),
    "lists in lists": lambda n: filtered("1 IN (" * n + "1" + ")" * n),
    "calls of exists": lambda n: filtered("COALESCE(IF(1,1,EXISTS{FILTER(" * (n // 4) + "1" + ")}))" * (n // 4)),
    "paths": lambda n: group(":s " + "(" * n + ":p" + ")*" * n + " ?o"),
    "collections": lambda n: f"PREFIX : <x:> CONSTRUCT {{ :s :p {'(' * n}1{')' * n} }} {{}}",
    "blank nodes": lambda n: f"PREFIX : <x:> CONSTRUCT {{ :s :p {'[:p ' * n}1{']' * n} }} {{}}",
    "triple terms": lambda n: group(f"VALUES ?x {{ {'<<( :s :p ' * (n // 2)}1{')>>' * (n // 2)} }}"),
    "quoted triples": lambda n: group("<< :s :p " * n + ":s" + ">>" * n + " :p 1"),
    "less than, which looks like an IRI": lambda n: filtered("1<" + "(" * n + "1" + ")" * n + " || 2>1"),
    "data": lambda n: f"PREFIX : <x:> INSERT DATA {{ :s :p {'[:p ' * n}1{']' * n} }}",
    "updates": lambda n: "INSERT {} WHERE {" + "{" * n + "}" * n + "}",
}
CHAINS: dict[str, Callable[[int], str]] = {
    "unions": lambda n: group("{}" + "UNION{}" * n),
    "optionals": lambda n: group("OPTIONAL{:s :q :s}" * n),
    "minus": lambda n: group("{}" + "MINUS{}" * n),
    "lateral joins": lambda n: group("{}" + "LATERAL{}" * n),
    "groups": lambda n: group("{:s :p :s}" * n),
    "filters": lambda n: group("FILTER(1)" * n),
    "binds": lambda n: group("".join(f"BIND(1 AS ?v{i})" for i in range(n))),
    "triples": lambda n: group(":s :p :s . " * n),
    "predicates": lambda n: group(":s :p :s " + ";:p :s" * n),
    "objects": lambda n: group(":s :p :s" + ",:s" * n),
    "or": lambda n: filtered("1" + "||1" * n),
    "and": lambda n: filtered("1" + " && 1" * n),
    "not": lambda n: filtered("!" * n + "1"),
    "sums": lambda n: filtered("?o" + "+?o" * n),
    "signed numbers": lambda n: filtered("?o" + " -1" * n),
    "products": lambda n: filtered("?o" + "*?o" * n),
    "path alternatives": lambda n: group(":s :p" + "|:p" * n + " ?o"),
    "path sequences": lambda n: group(":s (:p" + "/:p" * n + ")* ?o"),
    "inverse paths": lambda n: group(":s (:p" + "|^:p" * (n // 2) + ")* ?o"),
    "selected expressions": lambda n: "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(n)) + "{}",
    "grouped expressions": lambda n: "SELECT (1 AS ?x) {} GROUP BY " + "(1+1)" * n,
    "conditions on groups": lambda n: "SELECT (1 AS ?x) {} HAVING " + "(1)" * n,
    "described things": lambda n: "PREFIX : <x:> DESCRIBE " + ":s " * n,
    "a chain in each of nested groups": lambda n: group(("FILTER(1)" * 60 + "{") * (n // 61) + "}" * (n // 61)),
    "patterns of an update": lambda n: f"PREFIX : <x:> DELETE WHERE {{ {':s :p :s . ' * n} }}",
}
# Long, and no depth in them.
FLAT: dict[str, Callable[[int], str]] = {
    "rows": lambda n: group(f"VALUES (?x ?y) {{ {'(1 -2.5)' * n} }}"),
    "values": lambda n: group(f"VALUES ?x {{ {'<http://e.example/(a)#b> ' * n} }}"),
    "arguments": lambda n: filtered("CONCAT('a'" + ",'a'" * n + ") = ''"),
    "members of a list": lambda n: filtered("?o IN (1" + ",1" * n + ")"),
    "orders": lambda n: group(":s :p ?o") + " ORDER BY " + "?o " * (n // 2),
    "prefixes": lambda n: "".join(f"PREFIX a{i}: <http://e.example/{i}#>\n" for i in range(n)) + "ASK {}",
    "a template": lambda n: f"PREFIX : <x:> CONSTRUCT {{ {':s :p 1, 2 ; :q [ :p (1 2) ] . ' * n} }} {{}}",
    "brackets in strings": lambda n: filtered("'" + "(" * n + '\' = """' + "{" * n + '"""'),
    "brackets in comments": lambda n: group("# " + "{" * n + "\n"),
    "data": lambda n: f"PREFIX : <x:> INSERT DATA {{ {':s :p 1, 2 ; :q [ :p (1 2) ] . ' * n} GRAPH :g {{ :s :p 1 }} }}",
    "data to delete": lambda n: f"PREFIX : <x:> DELETE DATA {{ {':s :p 1, 2 . ' * n} }}",
    "operations": lambda n: "PREFIX : <x:> " + "DELETE { :s :p ?o } INSERT { :s :p 1 } WHERE { :s :p ?o } ;\n" * n,
}
PLACE = re.compile(r"line (\d+), column (\d+): ")


def outcome(text: str, tmp_path: Path) -> str:
    """What becomes of ``text`` in a process of its own: ``ok``, or the exception's name, or ``ended``."""
    file = tmp_path / "text.rq"
    file.write_text(text, encoding="utf-8")
    code = (
        "import sys, pyoxigraph as ox\n"
        "text, store = open(sys.argv[1], encoding='utf-8').read(), ox.Store()\n"
        "s, p = ox.NamedNode('x:s'), ox.NamedNode('x:p')\n"
        "store.add(ox.Quad(s, p, s))\n"
        "update = any(word in text[:40] for word in ('INSERT', 'DELETE'))\n"
        "try: result = store.update(text) if update else store.query(text)\n"
        "except SyntaxError: print('SyntaxError')\n"
        "else: print('ok' if update or isinstance(result, ox.QueryBoolean) or list(result) is not None else '')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else "ended"


@pytest.mark.parametrize("name", NESTINGS)
def test_deep_nesting_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    at_limit = NESTINGS[name](MOST_LEVELS - 8)
    screen_query(at_limit)
    # Some take the optimizer a time that grows with the cube: the limit of time is for those.
    if name not in ("optionals", "quoted triples"):
        assert outcome(at_limit, tmp_path) in ("ok", "SyntaxError")
    for depth in (MOST_LEVELS + 8, 848, 20_000):
        with pytest.raises(SyntaxFault, match=f"more than {MOST_LEVELS} levels|Nested more") as refusal:
            screen_query(NESTINGS[name](depth))
        assert refusal.value.line
        assert refusal.value.column


@pytest.mark.parametrize("name", CHAINS)
def test_long_chains_are_refused_with_their_place(name: str, tmp_path: Path) -> None:
    below = CHAINS[name](MOST_STEPS // 2 - 10)
    screen_query(below)
    for length in (MOST_STEPS + 50, 2592, 10_000):
        with pytest.raises(SyntaxFault, match=f"{MOST_STEPS} patterns and operators") as refusal:
            screen_query(CHAINS[name](length))
        assert PLACE.match(refusal.value.en)


@pytest.mark.parametrize("name", FLAT)
def test_long_texts_without_depth_pass(name: str) -> None:
    screen_update(FLAT[name](4000))


def test_the_place_is_where_it_gets_too_deep() -> None:
    with pytest.raises(SyntaxFault) as refusal:
        screen_query("SELECT *\n {" + "(\n" * (MOST_LEVELS - 1) + "  ((")
    assert (refusal.value.line, refusal.value.column) == (MOST_LEVELS + 1, 3)


E_GRAPHS = ("http://e.example/g", "http://e.example/朝阳", "http://e.example/")
DATASETS = [
    ("SELECT * { ?s ?p ?o }", []),
    ("SELECT * FROM <http://e.example/g> { ?s ?p ?o }", ["http://e.example/g"]),
    ("ASK from<x:a>FROM NAMED<x:b>{}", ["x:a", "x:b"]),
    ("PREFIX e: <http://e.example/> ASK FROM e:g FROM NAMED e:朝阳 FROM e: {}", list(E_GRAPHS)),
    ("PREFIX : <x:> ASK FROM :a\\-b FROM :a {}", ["x:a-b", "x:a"]),
    ("BASE <http://e.example/a/b> ASK FROM <g> FROM </h> {}", ["http://e.example/a/g", "http://e.example/h"]),
    ("BASE <c/> PREFIX e: <d/> ASK FROM e:g FROM <> {}", ["http://b.example/c/d/g", "http://b.example/c/"]),
    ("ASK FROM <file:///etc/hostname> FROM <x:a/../b> {}", ["file:///etc/hostname", "x:a/../b"]),
    ("ASK FROM <x:a> FROM <x:a> FROM NAMED <x:a> {}", ["x:a"]),
    ("ASK FROM <x:\\u0061> {}", ["x:a"]),
    ("ASK FROM unknown:g {}", []),
    ("ASK { ?from ?p 'FROM <x:a>' . # FROM <x:b>\n }", []),
    ("SELECT * # FROM <x:a>\n FROM # here\n NAMED <x:b> {}", ["x:b"]),
]


@pytest.mark.parametrize(("text", "named"), DATASETS)
def test_the_graphs_that_a_text_names_are_told(text: str, named: list[str]) -> None:
    assert datasets_named(text, "http://b.example/") == named
