"""What an update request would change, as exact quads: each form, its dataset, its prologue, and what goes wrong.

The law at the end holds this against Oxigraph's own ``update`` on a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, XSD

from plangraph.errors import BadInput, PlangraphError, Refused, SyntaxFault
from plangraph.namespaces import SD, STATE_GRAPH
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.tokens import tokens
from plangraph.store.updates import changes_of

E = "http://e.example/"
LOCAL, OWN = URIRef(E + "local"), URIRef(E + "own")
G, H = URIRef(E + "g"), URIRef(E + "h")
PREFIX = f"PREFIX e: <{E}> "


def term(word: str) -> Term:
    """``_x`` is a blank node, a number a number, ``'x`` a string, anything else an IRI."""
    if word.startswith("_"):
        return BNode(word[1:])
    if word.isdigit():
        return Literal(word, datatype=XSD.integer)
    return Literal(word[1:]) if word.startswith("'") else URIRef(E + word)


def quads(text: str) -> list[Quad]:
    """``"s p o g, s p o"``: terms as above, in LOCAL where no graph is given; ``!g`` is the marker of an empty one."""
    found: list[Quad] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if part.startswith("!"):
            found.append((URIRef(E + part[1:]), RDF.type, SD.NamedGraph, STATE_GRAPH))
            continue
        s, p, o, *g = part.split()
        subject = term(s)
        assert isinstance(subject, URIRef | BNode)
        found.append((subject, URIRef(E + p), term(o), URIRef(E + g[0]) if g else LOCAL))
    return found


def store_of(text: str, *, in_memory: bool = False) -> EmbeddedStore:
    store = EmbeddedStore()
    store.apply(Changeset(added=quads(text)))
    return store.in_memory() if in_memory else store


def change(
    before: str,
    request: str,
    *,
    using: Sequence[str] | None = None,
    named: Sequence[str] | None = None,
    in_memory: bool = False,
) -> Changeset:
    return changes_of(
        store_of(before, in_memory=in_memory),
        request,
        local=LOCAL,
        own=(OWN, STATE_GRAPH),
        using=using,
        using_named=named,
        base=E,
    )


@dataclass(frozen=True)
class Case:
    """A request on the data ``before``, what it adds and what it removes."""

    name: str
    before: str
    request: str
    added: str = ""
    removed: str = ""
    using: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


CASES = [
    # Nothing to do
    Case("empty request", "a p 1", ""),
    Case("only a comment", "a p 1", "# INSERT DATA { e:a e:p 2 }"),
    Case("only a prologue", "a p 1", f"BASE <{E}> PREFIX x: <x/>"),
    Case("empty data", "a p 1", "INSERT DATA {}"),
    # INSERT DATA, DELETE DATA
    Case("data go to the local graph", "", PREFIX + "INSERT DATA { e:a e:p 1 }", "a p 1"),
    Case("data with GRAPH", "", PREFIX + "INSERT DATA { e:a e:p 1 GRAPH e:g { e:b e:p 2 } }", "a p 1, b p 2 g"),
    Case("what is there isn't added", "a p 1, b p 2 g", PREFIX + "INSERT DATA { e:a e:p 1, 2 }", "a p 2"),
    Case("there, but in another graph", "a p 1 g", PREFIX + "INSERT DATA { e:a e:p 1 }", "a p 1"),
    Case("number in another form", "a p 1", PREFIX + 'INSERT DATA { e:a e:p 01, "1" }', "a p '1"),
    Case("delete data", "a p 1, a p 1 g", PREFIX + "DELETE DATA { e:a e:p 1, 2 }", "", "a p 1"),
    Case("delete data with GRAPH", "a p 1, a p 1 g", PREFIX + "DELETE DATA { GRAPH e:g { e:a e:p 1 } }", "", "a p 1 g"),
    Case("lower case", "a p 1", PREFIX + "delete data { e:a e:p 1 } ; Insert Data { e:a e:p 2 }", "a p 2", "a p 1"),
    Case("no white space", "a p 1", "DELETE{?x ?y 1}INSERT{?x ?y 2}WHERE{?x ?y 1}", "a p 2", "a p 1"),
    # DELETE WHERE
    Case("delete where", "a p 1, b p 1, a q 1", PREFIX + "DELETE WHERE { ?x e:p ?y }", "", "a p 1, b p 1"),
    Case("its pattern sees all, it removes local ones", "a p 1, b p 1 g", "DELETE WHERE { ?x ?y ?z }", "", "a p 1"),
    Case("delete where in a graph", "a p 1, a p 1 g", "DELETE WHERE { GRAPH <g> { ?x ?y ?z } }", "", "a p 1 g"),
    Case("delete where in any graph", "a p 1, b p 1 g", "DELETE WHERE { GRAPH ?g { ?x ?y 1 } }", "", "a p 1, b p 1 g"),
    # DELETE, INSERT
    Case("delete by pattern", "a p 1, a q 2", PREFIX + "DELETE { ?x e:p ?y } WHERE { ?x e:p ?y }", "", "a p 1"),
    Case("insert by pattern", "a p 1", PREFIX + "INSERT { ?x e:q ?y } WHERE { ?x e:p ?y }", "a q 1"),
    Case("both", "a p 1, b p 1", "DELETE { ?x ?p 1 } INSERT { ?x ?p 2 } WHERE { ?x ?p 1 }", "a p 2, b p 2",
         "a p 1, b p 1"),
    Case("deleted and inserted stays", "a p 1", "DELETE { ?x ?p ?o } INSERT { ?x ?p ?o } WHERE { ?x ?p ?o }"),
    Case("swap", "a p 1, b p 2", PREFIX + "DELETE { ?x e:p ?y } INSERT { ?x e:p ?z } WHERE { ?x e:p ?y . ?w e:p ?z "
         "FILTER(?x != ?w) }", "a p 2, b p 1", "a p 1, b p 2"),
    Case("no template at all", "a p 1", "DELETE {} INSERT {} WHERE { ?x ?y ?z }"),
    Case("no solution", "a p 1", PREFIX + "INSERT { e:a e:q 1 } WHERE { ?x e:none ?y }"),
    Case("no variable", "a p 1, b p 1", PREFIX + "INSERT { e:a e:q 1 } WHERE { ?x ?y ?z }", "a q 1"),
    Case("empty pattern", "", PREFIX + "INSERT { e:a e:q 1 } WHERE {}", "a q 1"),
    Case("union as default graph", "a p 1 g, b p 2 h", PREFIX + "INSERT { ?x e:q ?y } WHERE { ?x e:p ?y }",
         "a q 1, b q 2"),
    Case("join over graphs", "a p b g, b p 2 h", PREFIX + "INSERT { e:a e:q ?y } WHERE { e:a e:p/e:p ?y }", "a q 2"),
    Case("unbound variables leave out a triple", "a p 1, b p 2, b q 3", PREFIX + "INSERT { ?x e:r ?y . ?x e:s ?z } "
         "WHERE { ?x e:p ?y OPTIONAL { ?x e:q ?z } }", "a r 1, b r 2, b s 3"),
    Case("literal as subject is left out", "a p 1", "INSERT { ?z ?y ?x } WHERE { ?x ?y ?z }"),
    Case("literal as graph is left out", "a p 1", "INSERT { GRAPH ?z { ?x ?y 2 } } WHERE { ?x ?y ?z }"),
    Case("blank node as graph is left out", "a p 1",
         "INSERT { GRAPH ?z { ?x ?y 2 } } WHERE { ?x ?y 1 BIND(BNODE() AS ?z) }"),
    Case("graph by variable", "a p 1 g, b p 1 h",
         PREFIX + "INSERT { GRAPH ?g { ?x e:q ?g } } WHERE { GRAPH ?g { ?x e:p 1 } }",
         "a q g g, b q h h"),
    Case("copy between graphs", "a p 1 g", "INSERT { GRAPH <h> { ?x ?y ?z } } WHERE { GRAPH <g> { ?x ?y ?z } }",
         "a p 1 h"),
    Case("sub-select", "a p 1, b p 1",
         PREFIX + "INSERT { e:all e:n ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?x ?y ?z } }", "all n 2"),
    Case("a triple in two graphs counts once", "a p 1 g", PREFIX + "INSERT { GRAPH <h> { e:a e:p 1 } } WHERE {} ; "
         "INSERT { e:all e:n ?n } WHERE { SELECT (COUNT(DISTINCT *) AS ?n) { ?x e:p ?z } }", "a p 1 h, all n 1"),
    Case("dollar variables", "a p 1", "INSERT { $x $y 2 } WHERE { ?x ?y 1 }", "a p 2"),
    Case("variables with Chinese names", "a p 1", "INSERT { ?甲 ?乙 2 } WHERE { ?甲 ?乙 1 }", "a p 2"),
    # WITH
    Case("with is where both templates go", "a p 1, a p 1 g",
         "WITH <g> DELETE { ?x ?y 1 } INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }",
         "a p 2 g", "a p 1 g"),
    Case("with is what the pattern sees", "a p 1, b p 1 g", "WITH <g> INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }", "b p 2 g"),
    Case("with leaves the named graphs", "a p 1 h", "WITH <g> INSERT { ?x ?y 2 } WHERE { GRAPH <h> { ?x ?y 1 } }",
         "a p 2 g"),
    Case("with and GRAPH in a template", "a p 1 g",
         "WITH <g> INSERT { GRAPH <h> { ?x ?y 2 } ?x ?y 3 } WHERE { ?x ?y 1 }",
         "a p 2 h, a p 3 g"),
    # USING
    Case("using", "a p 1 g, b p 1 h", "INSERT { ?x ?y 2 } USING <g> WHERE { ?x ?y 1 }", "a p 2"),
    Case("using two", "a p 1 g, b p 1 h, c p 1", "INSERT { ?x ?y 2 } USING <g> USING <h> WHERE { ?x ?y 1 }",
         "a p 2, b p 2"),
    Case("using has no named graphs", "a p 1 g", "INSERT { ?x ?y 2 } USING <g> WHERE { GRAPH ?g { ?x ?y 1 } }"),
    Case("using named", "a p 1 g, b p 1 h", "INSERT { ?x ?y 2 } USING NAMED <g> WHERE { GRAPH ?g { ?x ?y 1 } }",
         "a p 2"),
    Case("using named has no default graph", "a p 1 g", "INSERT { ?x ?y 2 } USING NAMED <g> WHERE { ?x ?y 1 }"),
    Case("using both", "a p b g, b p 1 h", PREFIX + "INSERT { ?x e:q ?z } USING e:g USING NAMED e:h WHERE { ?x e:p ?y "
         "GRAPH ?h { ?y e:p ?z } }", "a q 1"),
    Case("using goes before with", "a p 1 g, b p 1 h", "WITH <g> INSERT { ?x ?y 2 } USING <h> WHERE { ?x ?y 1 }",
         "b p 2 g"),
    Case("using a graph that isn't there", "a p 1", "INSERT { ?x ?y 2 } USING <none> WHERE { ?x ?y 1 }"),
    Case("with a delete", "a p 1 g, b p 1", "DELETE { ?x ?y 1 } USING <g> WHERE { ?x ?y 1 }"),
    # The dataset of the protocol
    Case("protocol default graph", "a p 1 g, b p 1", "INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }", "a p 2", using=(E + "g",)),
    Case("protocol two graphs", "a p 1 g, b p 1 h, c p 1", "INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }", "a p 2, b p 2",
         using=(E + "g", E + "h")),
    Case("protocol has no named graphs", "a p 1 g", "INSERT { ?x ?y 2 } WHERE { GRAPH ?g { ?x ?y 1 } }",
         using=(E + "g",)),
    Case("protocol named graph", "a p 1 g, b p 1 h", "INSERT { ?x ?y 2 } WHERE { GRAPH ?g { ?x ?y 1 } }", "a p 2",
         named=(E + "g",)),
    Case("protocol named, no default", "a p 1 g", "INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }", named=(E + "g",)),
    Case("protocol, delete where", "a p 1, b p 2, a p 1 g", "DELETE WHERE { ?x ?y ?z }", "", "a p 1", using=(E + "g",)),
    Case("protocol without a pattern", "", PREFIX + "INSERT DATA { e:a e:p 1 }", "a p 1", using=(E + "g",)),
    Case("protocol, nothing named", "a p 1", "INSERT { ?x ?y 2 } WHERE { ?x ?y 1 }", "a p 2", using=(), named=()),
    # Several operations
    Case("the second sees the first", "a p 1",
         PREFIX + "INSERT DATA { e:b e:p 1 } ; INSERT { ?x e:q 1 } WHERE { ?x e:p 1 }",
         "b p 1, a q 1, b q 1"),
    Case("the third sees what is gone", "a p 1, b p 1",
         PREFIX + "DELETE DATA { e:a e:p 1 } ; INSERT { ?x e:q 1 } WHERE { ?x e:p 1 }",
         "b q 1", "a p 1"),
    Case("there and back", "a p 1",
         PREFIX + "DELETE DATA { e:a e:p 1 } ; INSERT DATA { e:a e:p 1 } ; INSERT DATA { e:a e:p 2 } ; "
         "DELETE DATA { e:a e:p 2 }"),
    Case("back and forth, looked at between", "a p 1",
         "DELETE { ?x ?y ?z } WHERE { ?x ?y ?z } ; INSERT { <a> <p> 1 } WHERE "
         "{ FILTER NOT EXISTS { ?x ?y ?z } }"),
    Case("semicolon at the end", "", PREFIX + "INSERT DATA { e:a e:p 1 } ;\n", "a p 1"),
    # The prologue
    Case("prefix between operations", "",
         PREFIX + f"INSERT DATA {{ e:a e:p 1 }} ; PREFIX x: <{E}> INSERT DATA {{ x:b e:p x:c }}",
         "a p 1, b p c"),
    Case("prefix that means something else later", "",
         f"PREFIX x: <{E}> INSERT DATA {{ x:a x:p 1 }} ; PREFIX x: <{E}b> "
         f"INSERT DATA {{ <a> <p> x:c }}", "a p 1, a p bc"),
    Case("base between operations", "",
         f"INSERT DATA {{ <a> <p> 1 }} ; BASE <{E}x/> INSERT DATA {{ <../a> <../p> <b> }}",
         "a p 1, a p x/b"),
    Case("base, and prefixes relative to it", "", "BASE <x/> PREFIX : <y/> INSERT DATA { :a <../p> <> }", "x/y/a p x/"),
    Case("empty prefix", "", f"PREFIX : <{E}> INSERT DATA {{ :a :p :b.c.:d :p 1}}", "a p b.c, d p 1"),
    Case("prefix with dots and hyphens", "", f"PREFIX a.b-c: <{E}> INSERT DATA {{ a.b-c:a a.b-c:p 1.}}", "a p 1"),
    Case("known without a declaration", "",
         PREFIX + "INSERT DATA { e:a a xsd:integer } ; DELETE WHERE { ?x rdf:type ?y }"),
    Case("prefixed names for graphs", "a p 1 g", PREFIX + "WITH e:g INSERT { ?x ?y 2 } USING e:g WHERE { ?x ?y 1 }",
         "a p 2 g"),
    # What looks like something else
    Case("brace and semicolon in a string", "", PREFIX + "INSERT DATA { e:a e:p '};', \"{;\" , '''}';''' }",
         "a p '};, a p '{;, a p '}';"),
    Case("keywords in strings", "", PREFIX + "INSERT DATA { e:a e:p 'WHERE', 'LOAD' } # } WHERE {",
         "a p 'WHERE, a p 'LOAD"),
    Case("brace in a comment", "", PREFIX + "INSERT DATA { # }\n e:a e:p 1 # ; DROP ALL\n }", "a p 1"),
    Case("comment before the brace", "a p 1", "DELETE # {\n { ?x ?y 1 # }\n } WHERE # {\n { ?x ?y 1 # }\n }", "",
         "a p 1"),
    Case("hash in an IRI", "", PREFIX + "INSERT DATA { e:a e:p <x#y> }", "a p x#y"),
    Case("escaped quotes", "", PREFIX + "INSERT DATA { e:a e:p '\\'}' , \"\\\\\" }", "a p ''}, a p '\\"),
    Case("escapes in a local name", "", PREFIX + "INSERT DATA { e:a e:p e:x\\'y , e:z\\;w }", "a p x'y, a p z;w"),
    Case("escaped quote in an IRI", "", PREFIX + "INSERT DATA { e:a e:p <\\u4e2d'> , 'x' }", "a p 中', a p 'x"),
    Case("names like keywords", "", f"PREFIX insert: <{E}> INSERT DATA {{ insert:a insert:p insert:WHERE }}",
         "a p WHERE"),
    Case("less than in a filter", "a p 1, b p 5", "DELETE { ?x ?y ?z } WHERE { ?x ?y ?z FILTER(?z<3 && 0<?z) }", "",
         "a p 1"),
    Case("GRAPH after a number", "", PREFIX + "INSERT DATA { e:a e:p 1.GRAPH e:g{ e:b e:p 2 } }", "a p 1, b p 2 g"),
    # Chinese
    Case("Chinese", "",
         f"PREFIX 规划: <{E}> INSERT DATA {{ 规划:指标 规划:名称 '全面建成；{{朝阳}}' . "
         "GRAPH 规划:图、一 { <北京> 规划:在 规划:中国 } }",
         "指标 名称 '全面建成；{朝阳}, 北京 在 中国 图、一"),
    Case("Chinese graph names", "a p 1 图、一", PREFIX + "MOVE e:图、一 TO <图二>", "a p 1 图二", "a p 1 图、一"),
    # Graphs that are there or not
    Case("create", "", "CREATE GRAPH <g>", "!g"),
    Case("create silently what is there", "a p 1 g", "CREATE SILENT GRAPH <g>"),
    Case("create silently what is there and empty", "!g", "CREATE SILENT GRAPH <g>"),
    Case("a graph that gets data needs no marker", "!g", "INSERT DATA { GRAPH <g> { <a> <p> 1 } }", "a p 1 g", "!g"),
    Case("create and fill", "", "CREATE GRAPH <g> ; INSERT DATA { GRAPH <g> { <a> <p> 1 } }", "a p 1 g"),
    Case("create and drop", "a p 1", "CREATE GRAPH <g> ; DROP GRAPH <g>"),
    Case("drop", "a p 1 g, a p 1", "DROP GRAPH <g>", "", "a p 1 g"),
    Case("drop an empty one", "!g", "DROP GRAPH <g>", "", "!g"),
    Case("drop silently what isn't there", "a p 1", "DROP SILENT GRAPH <g>"),
    Case("drop default", "a p 1, a p 1 g", "DROP DEFAULT", "", "a p 1"),
    Case("drop default where there is none", "a p 1 g", "DROP DEFAULT"),
    Case("drop named", "a p 1, a p 1 g, a p 1 own, !h, a p 1 h2", "DROP NAMED", "", "a p 1 g, !h, a p 1 h2"),
    Case("drop all", "a p 1, a p 1 g, a p 1 own, !h", "DROP ALL", "", "a p 1, a p 1 g, !h"),
    Case("clear", "a p 1 g, a p 1", "CLEAR GRAPH <g>", "!g", "a p 1 g"),
    Case("clear an empty one", "!g", "CLEAR GRAPH <g>"),
    Case("clear one that isn't there", "a p 1", "CLEAR GRAPH <g>"),
    Case("clear default", "a p 1, a p 1 g", "CLEAR DEFAULT", "!local", "a p 1"),
    Case("clear default where there is none", "a p 1 g", "CLEAR SILENT DEFAULT"),
    Case("clear named", "a p 1, a p 1 g, a p 1 own, !h", "CLEAR NAMED", "!g", "a p 1 g"),
    Case("clear all", "a p 1, a p 1 g, a p 1 own", "CLEAR ALL", "!g, !local", "a p 1, a p 1 g"),
    Case("the local graph by its name", "a p 1, a p 1 g", "DROP GRAPH <local>", "", "a p 1"),
    # ADD, MOVE, COPY
    Case("add", "a p 1 g, b p 1 h", "ADD <g> TO <h>", "a p 1 h"),
    Case("add to a new one", "a p 1 g", "ADD GRAPH <g> TO GRAPH <h>", "a p 1 h"),
    Case("add the default graph", "a p 1, b p 1 g", "ADD DEFAULT TO <g>", "a p 1 g"),
    Case("add to the default graph", "a p 1 g", "ADD <g> TO DEFAULT", "a p 1"),
    Case("add an empty one", "!g", "ADD <g> TO <h>", "!h"),
    Case("add an empty one to one that isn't", "!g, a p 1 h", "ADD <g> TO <h>"),
    Case("copy", "a p 1 g, b p 1 h, a p 2 g, a p 2 h", "COPY <g> TO <h>", "a p 1 h", "b p 1 h"),
    Case("copy an empty one", "!g, b p 1 h", "COPY <g> TO <h>", "!h", "b p 1 h"),
    Case("copy to itself", "a p 1 g", "COPY <g> TO <g>"),
    Case("copy default to its own name", "a p 1", "COPY DEFAULT TO <local>"),
    Case("copy to an empty one", "a p 1 g, !h", "COPY <g> TO <h>", "a p 1 h", "!h"),
    Case("move", "a p 1 g, b p 1 h", "MOVE <g> TO <h>", "a p 1 h", "a p 1 g, b p 1 h"),
    Case("move to itself", "a p 1 g", "MOVE GRAPH <g> TO GRAPH <g>"),
    Case("move an empty one", "!g", "MOVE <g> TO <h>", "!h", "!g"),
    Case("move to default", "a p 1 g, b p 1", "MOVE <g> TO DEFAULT", "a p 1", "a p 1 g, b p 1"),
    Case("silently from one that isn't there", "a p 1 h",
         "MOVE SILENT <g> TO <h> ; COPY SILENT <g> TO <h> ; ADD SILENT <g> TO <h>"),
    Case("read from an own graph", "a p 1 own", "COPY <own> TO <g>", "a p 1 g"),
    # Blank nodes that are in the data
    Case("bound blank node stays itself", "_x p 1", PREFIX + "INSERT { ?x e:q 2 } WHERE { ?x e:p 1 }", "_x q 2"),
    Case("bound blank node as object", "a p _x g", PREFIX + "INSERT { e:b e:q ?y } WHERE { ?x e:p ?y }", "b q _x"),
    Case("delete by a bound blank node", "_x p 1, _y p 2", "DELETE { ?x ?p ?o } WHERE { ?x ?p ?o FILTER(?o = 1) }",
         "", "_x p 1"),
    Case("delete where", "_x p _y", "DELETE WHERE { ?x ?p ?o }", "", "_x p _y"),
    Case("blank node in a pattern", "_x p 1", PREFIX + "DELETE { ?x e:p 1 } WHERE { ?x e:p [] . _:b e:p ?y }", "",
         "_x p 1"),
    Case("move blank nodes", "_x p 1 g", "MOVE <g> TO <h>", "_x p 1 h", "_x p 1 g"),
]  # fmt: skip


@pytest.mark.parametrize("in_memory", [False, True], ids=["store", "copy in memory"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exact_change(case: Case, in_memory: bool) -> None:
    made = change(case.before, case.request, using=case.using, named=case.named, in_memory=in_memory)
    assert set(made.added) == {*quads(case.added)}
    assert set(made.removed) == {*quads(case.removed)}
    assert len(made.added) == len(set(made.added)), "each quad once"
    assert len(made.removed) == len(set(made.removed)), "each quad once"


def shape(found: Sequence[Quad]) -> list[tuple[str, ...]]:
    """Quads with blank nodes numbered in the order of what else their quads say."""
    rows = sorted(found, key=lambda q: [("_" if isinstance(part, BNode) else str(part)) for part in q])
    names: dict[BNode, str] = {}
    return [
        tuple(
            names.setdefault(part, f"_{len(names)}") if isinstance(part, BNode) else str(part).removeprefix(E)
            for part in row
        )
        for row in rows
    ]


FRESH = [
    ("data", "", "INSERT DATA { _:a e:p 1 ; e:q _:b . _:b e:r 1 }", "_0 p 1, _0 q _1, _1 r 1"),
    ("data over graphs", "", "INSERT DATA { _:a e:p 1 GRAPH e:g { _:a e:p 2 } }", "_0 p 1, _0 p 2 g"),
    ("brackets", "", "INSERT DATA { e:a e:p [ e:q 1 ] }", "_0 q 1, a p _0"),
    ("a new one for each solution", "a p 1, b p 2", "INSERT { [] e:q ?y } WHERE { ?x e:p ?y }", "_0 q 1, _1 q 2"),
    ("also for equal solutions", "a p 1, b p 1", "INSERT { [] e:q ?y } WHERE { ?x e:p ?y }", "_0 q 1, _1 q 1"),
    ("also where no variable is used", "a p 1, b p 1", "INSERT { [] e:q 5 } WHERE { ?x e:p ?y }", "_0 q 5, _1 q 5"),
    ("shared within a solution", "a p 1", "INSERT { ?x e:q _:n . GRAPH e:g { _:n e:r ?y } } WHERE { ?x e:p ?y }",
     "_0 r 1 g, a q _0"),
    ("made in the pattern", "a p 1", "INSERT { ?n e:q ?x . ?n e:r ?y } WHERE { ?x e:p ?y BIND(BNODE() AS ?n) }",
     "_0 q a, _0 r 1"),
    ("list", "", "INSERT { e:a e:p (1) } WHERE {}", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "request_text", "added"), FRESH, ids=[row[0] for row in FRESH])
def test_new_blank_nodes(name: str, before: str, request_text: str, added: str | None) -> None:
    made = change(before, PREFIX + request_text)
    assert not made.removed
    if added is None:
        assert len(made.added) == 3
        assert len({s for s, *_ in made.added if isinstance(s, BNode)}) == 1
    else:
        assert shape(made.added) == shape(quads(added))


def test_a_new_blank_node_is_none_that_is_there() -> None:
    """Whatever a process drew before: two forked from one draw the same random numbers."""
    store = store_of("")
    for _ in range(2):
        store.apply(changes_of(store, f"INSERT DATA {{ _:a <{E}p> 1 }}", local=LOCAL))
    assert len({s for s, *_ in store.triples()}) == 2


def test_two_changes_in_processes_forked_from_one_make_two_blank_nodes() -> None:
    import multiprocessing

    context = multiprocessing.get_context("fork")
    list(ox.Store().query("SELECT (BNODE() AS ?b) {}"))  # from here on the children's random numbers are the same
    with context.Pool(1) as one, context.Pool(1) as two:
        made = [pool.apply(_one_node) for pool in (one, two)]
    assert made[0] != made[1]


def _one_node() -> str:
    return str(change("", PREFIX + "INSERT { [] e:p ?n } WHERE { BIND(BNODE() AS ?n) }").added)


SYNTAX = [
    ("INSERT DATA { <a> <p> 1 ", 1, 13),
    ("INSERT DATA { <a> <p> }", 1, 23),
    ("INSERT DATA {\n  <a> <p> 1 } ;\n  DELETE WHERE { ?x ?y }", 3, 24),
    ("INSERT DATA { <a> <p> 1 }}", 1, 26),
    ("INSERT DATA { <a> <p> 1 } ; ; INSERT DATA {}", 1, 29),
    ("; INSERT DATA {}", 1, 1),
    ("INSERT DATA { <a> <p> 1 } INSERT DATA {}", 1, 27),
    ("PREFIX e: <http://e.example/> .\nINSERT DATA {}", 1, 31),
    ("PREFIX e <http://e.example/> INSERT DATA {}", 1, 8),
    ("PREFIX e:x <http://e.example/> INSERT DATA {}", 1, 8),
    ("PREFIX e: e:x INSERT DATA {}", 1, 11),
    ("PREFIX _: <http://e.example/> INSERT DATA {}", 1, 8),
    ("BASE <http://[> INSERT DATA {}", 1, 6),
    ("\n  INSERT DATA { x:a <p> 1 }", 2, None),
    ("CLEAR GRAPH x:a", 1, 13),
    ("CLEAR", 1, 6),
    ("CLEAR <g>", 1, 7),
    ("CREATE <g>", 1, 8),
    ("DROP GRAPH ?g", 1, 12),
    ("COPY <g> <h>", 1, 10),
    ("ADD NAMED TO <h>", 1, 5),
    ("WITH <g> DELETE WHERE { ?x ?y ?z }", 1, None),
    ("WITH <g> CLEAR ALL", 1, 10),
    ("DELETE { ?x ?y ?z }", 1, 20),
    ("DELETE { ?x ?y ?z } USING WHERE { ?x ?y ?z }", 1, 27),
    ("DELETE { ?x ?y ?z } INSERT WHERE { ?x ?y ?z }", 1, 28),
    ("SELECT * { ?x ?y ?z }", 1, 1),
    ("INSERTDATA { <a> <p> 1 }", 1, 1),
    ("INSERT DATA { ?a <p> 1 }", 1, None),
    ("INSERT DATA { GRAPH ?g { <a> <p> 1 } }", 1, None),
    ("DELETE DATA { _:a <p> 1 }", 1, None),
    ("DELETE WHERE { _:a <p> 1 }", 1, None),
    ("DELETE { [] <p> 1 } WHERE {}", 1, None),
    ("INSERT DATA { _:a <p> 1 } ;\nINSERT DATA { _:a <p> 2 }", 2, 15),
    ("INSERT DATA { <a> <p> 'x }", 1, 23),
    ("INSERT DATA { <a> <p> \\ }", 1, 23),
    ("INSERT DATA { <a b> <p> 1 }", 1, 15),
    ("INSERT DATA { <a> <p> 'x\ny' }", 1, 23),
    ("INSERT { ?x ?y 2 } WHERE { ?x ?y ?z FILTER(?z < 3 }", 1, None),
    ("INSERT { ?x ?y 2 } WHERE { ?x ?y ?z FILTER(?z<'>{' && ?z>1) }", 1, None),
    ("INSERT DATA { <a> <p> '\ud800' }", None, None),
]


@pytest.mark.parametrize(("request_text", "line", "column"), SYNTAX, ids=[row[0][:50] for row in SYNTAX])
def test_syntax_errors_name_their_place(request_text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(SyntaxFault) as fault:
        change("a p 1", request_text)
    assert fault.value.line == line
    if column is not None:
        assert fault.value.column == column
    assert fault.value.zh != fault.value.en


REFUSED: list[tuple[str, type[PlangraphError], str]] = [
    ("LOAD <http://127.0.0.1:9/x>", Refused, "LOAD"),
    ("INSERT DATA {} ; load silent <http://127.0.0.1:9/x> INTO GRAPH <g>", Refused, "LOAD"),
    ("INSERT { ?x ?y ?z } WHERE { SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }", Refused, "SERVICE"),
    ("INSERT DATA { GRAPH <own> { <a> <p> 1 } }", Refused, E + "own"),
    ("INSERT DATA { GRAPH <own> {} }", Refused, E + "own"),
    ("DELETE DATA { GRAPH <own> { <not> <there> 1 } }", Refused, E + "own"),
    ("INSERT { GRAPH <own> { ?x ?y 2 } } WHERE { ?x <none> ?y }", Refused, E + "own"),
    ("DELETE { GRAPH ?g { ?x ?y ?z } } WHERE { GRAPH ?g { ?x ?y ?z } }", Refused, "FILTER"),
    ("WITH <own> DELETE { ?x ?y ?z } WHERE { ?x ?y ?z }", Refused, E + "own"),
    ("CLEAR GRAPH <own>", Refused, E + "own"),
    ("DROP SILENT GRAPH <own>", Refused, E + "own"),
    ("CREATE GRAPH <own>", Refused, E + "own"),
    ("COPY <g> TO <own>", Refused, E + "own"),
    ("ADD DEFAULT TO <own>", Refused, E + "own"),
    ("MOVE <own> TO <g>", Refused, E + "own"),
    (f"INSERT DATA {{ GRAPH <{STATE_GRAPH}> {{ <h> a <x> }} }}", Refused, STATE_GRAPH),
    ("CREATE GRAPH <g>", BadInput, E + "g"),
    ("CREATE GRAPH <local>", BadInput, E + "local"),
    ("CREATE GRAPH <h> ; CREATE GRAPH <h>", BadInput, E + "h"),
    ("DROP GRAPH <h>", BadInput, E + "h"),
    ("DROP GRAPH <g> ; DROP GRAPH <g>", BadInput, E + "g"),
    ("ADD <h> TO <g>", BadInput, E + "h"),
    ("MOVE <h> TO <g>", BadInput, E + "h"),
    ("COPY <h> TO <h>", BadInput, E + "h"),
    ("INSERT DATA { <a> <p> <<( <a> <p> 1 )>> }", BadInput, "RDF 1.2"),
    ("INSERT DATA { << <a> <p> 1 >> <q> 1 }", BadInput, "RDF 1.2"),
    ("INSERT DATA { <a> <p> 'x'@en--ltr }", BadInput, "RDF 1.2"),
]


@pytest.mark.parametrize(("request_text", "kind", "says"), REFUSED, ids=[row[0][:60] for row in REFUSED])
def test_what_is_refused_as_a_whole(request_text: str, kind: type[PlangraphError], says: str) -> None:
    with pytest.raises(kind) as failure:
        change("a p 1, a p 1 g, a p 1 own", f"INSERT DATA {{ <new> <p> 1 }} ; {request_text}")
    assert says in failure.value.en
    assert says in failure.value.zh


@pytest.mark.parametrize(
    "request_text",
    [
        "WITH <g> DELETE { ?x ?y 1 } WHERE { ?x ?y 1 }",
        "INSERT { ?x ?y 1 } USING <g> WHERE { ?x ?y 1 }",
        "INSERT { ?x ?y 1 } USING NAMED <g> WHERE { ?x ?y 1 }",
        "INSERT DATA {} ; WITH <g> INSERT { ?x ?y 1 } WHERE {}",
    ],
)
@pytest.mark.parametrize("dataset", [{"using": [E + "g"]}, {"named": [E + "g"]}], ids=["default", "named"])
def test_a_dataset_stands_in_the_text_or_in_the_parameters(request_text: str, dataset: dict[str, list[str]]) -> None:
    with pytest.raises(BadInput, match="using-graph-uri"):
        change("a p 1 g", request_text, using=dataset.get("using"), named=dataset.get("named"))


@pytest.mark.parametrize("dataset", [{"using": ["no iri"]}, {"named": ["relative"]}], ids=["default", "named"])
def test_a_dataset_is_of_absolute_iris(dataset: dict[str, list[str]]) -> None:
    with pytest.raises(BadInput):
        change("a p 1 g", "DELETE WHERE { ?x ?y 1 }", using=dataset.get("using"), named=dataset.get("named"))


def test_the_base_is_an_absolute_iri() -> None:
    with pytest.raises(BadInput, match="nowhere"):
        changes_of(EmbeddedStore(), "INSERT DATA {}", local=LOCAL, base="nowhere")


def test_without_a_base_relative_iris_are_refused() -> None:
    with pytest.raises(SyntaxFault):
        changes_of(EmbeddedStore(), "INSERT DATA { <a> <p> 1 }", local=LOCAL)


HOSTILE = {
    "braces": "{" * 20_000,
    "braces in data": "INSERT DATA " + "{" * 20_000 + "}" * 20_000,
    "braces in a pattern": "DELETE WHERE " + "{" * 20_000 + "}" * 20_000,
    "groups in a pattern": "INSERT {} WHERE " + "{" * 20_000 + "}" * 20_000,
    "closing braces": "INSERT DATA {" + "}" * 20_000,
    "parentheses": "INSERT DATA { <a> <p> " + "(" * 20_000 + ")" * 20_000 + " }",
    "square brackets": "INSERT DATA { <a> <p> " + "[<p> " * 20_000 + "]" * 20_000 + " }",
    "negations": "INSERT {} WHERE { FILTER(" + "!" * 20_000 + "true) }",
    "one word": "a" * 200_000,
    "one word in data": "INSERT DATA { " + "a" * 200_000 + " }",
    "words with dots": "INSERT DATA { " + "a." * 100_000 + " }",
    "quotes": "INSERT DATA { " + "'" * 200_001 + " }",
    "long strings that don't end": 'INSERT DATA { """' + '\\""" x' * 30_000,
    "IRIs that don't end": "INSERT DATA { " + "<a" * 100_000,
    "backslashes": "INSERT DATA { " + "\\" * 200_000,
    "question marks": "?" * 200_000,
    "semicolons": ";" * 200_000,
    "prologues": "PREFIX a: <http://a.example/> " * 5_000 + "x",
    "operations, the last one wrong": "INSERT DATA {};" * 5_000 + "x",
}


@pytest.mark.parametrize("request_text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_errors_and_harm_nobody(request_text: str) -> None:
    with pytest.raises(SyntaxFault):
        change("a p 1", request_text)


@pytest.mark.parametrize("request_text", [row.request for row in CASES] + [row[0] for row in SYNTAX[:-1]])
def test_tokens_cover_the_text(request_text: str) -> None:
    """Only white space and comments stand between two tokens."""
    at = 0
    for token in tokens(request_text):
        assert request_text[token.start : token.end] == token.text
        between = request_text[at : token.start].strip()
        assert not between or between.startswith("#")
        at = token.end


# --- The law ----------------------------------------------------------------------------------------------------------

NODES = [f"<{E}{n}>" for n in "abc"] + ["1", "'x'"]
GRAPHS = [G, H, LOCAL]
GRAPH_NAMES = [f"<{graph}>" for graph in GRAPHS]


@dataclass(frozen=True)
class Drawn:
    """One operation: as it is sent here, and as Oxigraph has to be told for the same meaning."""

    here: str
    there: str
    source: str | None = None
    """A graph that must hold something for Oxigraph to do the same; an empty one is another question."""


@st.composite
def triple(draw: st.DrawFn, variables: tuple[str, ...] = ()) -> str:
    subject = draw(st.sampled_from([*NODES[:3], *variables]))
    predicate = draw(st.sampled_from([f"<{E}p>", f"<{E}q>", *(v for v in variables if v == "?p")]))
    return f"{subject} {predicate} {draw(st.sampled_from([*NODES, *variables]))} ."


@st.composite
def template(draw: st.DrawFn, variables: tuple[str, ...] = (), default: str | None = None) -> tuple[str, str]:
    """A template or data, without GRAPH around what goes to the default graph, and with it."""
    here, there = [], []
    for text in draw(st.lists(triple(variables), max_size=3)):
        graph = draw(st.sampled_from([None, *GRAPH_NAMES, *(("?g",) if "?g" in variables else ())]))
        place = graph or default
        here.append(f"GRAPH {graph} {{ {text} }}" if graph else text)
        there.append(f"GRAPH {place} {{ {text} }}" if place else text)
    return " ".join(here), " ".join(there)


@st.composite
def pattern(draw: st.DrawFn) -> str:
    variables = ("?x", "?y", "?z", "?p")
    parts = [draw(triple(variables))]
    if draw(st.booleans()):
        parts.append(f"GRAPH {draw(st.sampled_from(['?g', *GRAPH_NAMES]))} {{ {draw(triple(variables))} }}")
    if draw(st.booleans()):
        wrapped = draw(st.sampled_from(["OPTIONAL {{ {} }}", "FILTER NOT EXISTS {{ {} }}", "{{ {} }} UNION {{ }}"]))
        parts.append(wrapped.format(draw(triple(variables))))
    if draw(st.booleans()):
        parts.append("BIND(STR(?x) AS ?w) # } ; WHERE {\n")
    return " ".join(parts)


@st.composite
def modify(draw: st.DrawFn) -> Drawn:
    graph = draw(st.sampled_from([None, *GRAPH_NAMES]))
    variables = ("?x", "?y", "?z", "?p", "?g", "?w", "?never")
    deleted, inserted = (draw(template(variables, graph or f"<{LOCAL}>")) for _ in range(2))
    some = st.lists(st.sampled_from(GRAPH_NAMES), max_size=2, unique=True)
    using, named = (draw(some), draw(some)) if draw(st.booleans()) else ([], [])
    dataset = "".join(f"USING {g} " for g in using) + "".join(f"USING NAMED {g} " for g in named)
    where = f"WHERE {{ {draw(pattern())} }}"
    # Where nothing names a dataset, the union is the default graph here.
    union = "".join(f"USING {g} USING NAMED {g} " for g in GRAPH_NAMES)
    form = draw(st.sampled_from(["DELETE", "INSERT", "both"]))

    def text(which: int, used: str) -> str:
        parts = [f"WITH {graph}" if graph and not which else ""]
        parts += [f"DELETE {{ {deleted[which]} }}"] if form != "INSERT" else []
        parts += [f"INSERT {{ {inserted[which]} }}"] if form != "DELETE" else []
        return " ".join([*parts, used, where])

    if dataset:
        return Drawn(text(0, dataset), text(1, dataset))
    if graph:
        named_graphs = "".join(f"USING NAMED {g} " for g in GRAPH_NAMES)
        return Drawn(text(0, ""), text(1, f"USING {graph} {named_graphs}"))
    return Drawn(text(0, ""), text(1, union))


@st.composite
def data(draw: st.DrawFn) -> Drawn:
    verb = draw(st.sampled_from(["INSERT DATA", "DELETE DATA"]))
    here, there = draw(template(default=f"<{LOCAL}>"))
    return Drawn(f"{verb} {{ {here} }}", f"{verb} {{ {there} }}")


@st.composite
def management(draw: st.DrawFn) -> Drawn:
    if draw(st.booleans()):
        verb = "DROP"  # CLEAR leaves the statement that the graph exists, which Oxigraph doesn't know as a quad
        target = draw(st.sampled_from(["DEFAULT", "NAMED", "ALL", *(f"GRAPH {g}" for g in GRAPH_NAMES)]))
        others = "; ".join(f"{verb} SILENT GRAPH {g}" for g in GRAPH_NAMES[:2])
        there = {"DEFAULT": f"{verb} SILENT GRAPH <{LOCAL}>", "NAMED": others}.get(target, f"{verb} SILENT {target}")
        return Drawn(f"{verb} SILENT {target}", there)
    verb = draw(st.sampled_from(["ADD", "COPY", "MOVE"]))
    source, target = (draw(st.sampled_from(["DEFAULT", *GRAPH_NAMES])) for _ in range(2))
    named = [f"<{LOCAL}>" if graph == "DEFAULT" else graph for graph in (source, target)]
    return Drawn(f"{verb} SILENT {source} TO {target}", f"{verb} SILENT {named[0]} TO {named[1]}", named[0])


@st.composite
def datasets(draw: st.DrawFn) -> list[Quad]:
    node = st.sampled_from([URIRef(E + n) for n in "abc"])
    value = st.sampled_from([*(URIRef(E + n) for n in "abc"), Literal(1), Literal("x")])
    quad = st.tuples(node, st.sampled_from([URIRef(E + "p"), URIRef(E + "q")]), value, st.sampled_from(GRAPHS))
    return draw(st.lists(quad, max_size=8))


@settings(max_examples=300, deadline=None)
@given(
    before=datasets(),
    operations=st.lists(st.one_of(data(), modify(), management()), min_size=1, max_size=4),
    memory=st.booleans(),
)
def test_it_changes_what_oxigraphs_own_update_changes(
    before: list[Quad], operations: list[Drawn], memory: bool
) -> None:
    store, reference = EmbeddedStore(), EmbeddedStore()
    store.apply(Changeset(added=before))
    reference.apply(Changeset(added=before))
    done = []
    for operation in operations:
        if operation.source is None or reference.query(f"ASK {{ GRAPH {operation.source} {{ ?s ?p ?o }} }}"):
            reference.update(operation.there)
            done.append(operation.here)
    made = changes_of(store.in_memory() if memory else store, ";\n".join(done), local=LOCAL, own=(STATE_GRAPH,))
    was, now = set(before), set(reference.triples())
    assert set(made.added) == now - was
    assert set(made.removed) == was - now
