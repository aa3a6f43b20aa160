"""Queries and updates that cost too much, reach out, or break the engine."""

from __future__ import annotations

from urllib.parse import quote

from hostile_case import BAD, FINE, FORM, REFUSED, STOPPED, TOO_LARGE, WRITER, Case

OVER = STOPPED | TOO_LARGE
UPDATED = (*WRITER, ("Content-Type", "application/sparql-update"))


def asked(name: str, expected: frozenset[int], text: str, **more: str) -> Case:
    """A query, posted as it is; ``more`` are parameters of the address."""
    path = "/sparql" + "".join(f"{'&' if n else '?'}{key}={value}" for n, (key, value) in enumerate(more.items()))
    headers = (("Content-Type", "application/sparql-query"), ("Accept", "application/json, text/turtle;q=0.5"))
    return Case(name, expected, "POST", path, headers, text.encode("utf-8", "surrogateescape"))


def changed(name: str, expected: frozenset[int], text: str) -> Case:
    """An update with the writers' token; 429 where others' guesses have used up the tries."""
    return Case(name, expected | {429}, "POST", "/update", UPDATED, text.encode())


def product(n: int) -> str:
    """``n`` patterns that have nothing to do with each other."""
    return " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(n))


def growing(function: str, times: int) -> str:
    """A string that ``function`` makes longer, time after time; ``$`` is what it is made of."""
    binds = "".join(f"BIND({function.replace('$', f'?v{i}')} AS ?v{i + 1}) " for i in range(times))
    return f"SELECT (STRLEN(?v{times}) AS ?n) {{ VALUES ?v0 {{ 'xxxxxxxxxxxxxxxx' }} {binds} }}"


def nested(opened: str, closed: str = "", *, inside: str = "", times: int = 20_000) -> str:
    return opened * times + inside + closed * times


COSTLY = [
    asked("count of a product", OVER, f"SELECT (COUNT(*) AS ?n) {{ {product(5)} }}"),
    asked("a product, row by row", OVER, f"SELECT * {{ {product(4)} }}"),
    asked("distinct rows of a product", OVER, f"SELECT DISTINCT ?s0 ?s1 ?s2 ?s3 {{ {product(4)} }}"),
    asked("count of distinct values of a product", OVER, f"SELECT (COUNT(DISTINCT ?o3) AS ?n) {{ {product(4)} }}"),
    asked("a sorted product", OVER, f"SELECT * {{ {product(3)} }} ORDER BY ?o0 ?o1 ?o2"),
    asked(
        "a product sorted by long strings",
        OVER,
        f"SELECT * {{ {product(3)} }} ORDER BY CONCAT(STR(?s0), STR(?o1), STR(?o2), STR(?s0), STR(?o1)) LIMIT 1",
    ),
    asked("a product in random order", OVER, f"SELECT * {{ {product(3)} }} ORDER BY RAND() LIMIT 1"),
    asked("groups of a product", OVER, f"SELECT ?o0 ?o1 (COUNT(*) AS ?n) {{ {product(3)} }} GROUP BY ?o0 ?o1"),
    asked("a graph of a product", OVER, f"CONSTRUCT {{ ?s0 ?p1 ?o2 . [] ?p0 ?o1 }} {{ {product(3)} }}"),
    asked("descriptions of a product", OVER, f"DESCRIBE ?s0 ?s1 ?s2 {{ {product(3)} }}"),
    asked("a far offset into a product", OVER, f"SELECT * {{ {product(4)} }} LIMIT 1 OFFSET 999999999999"),
    asked("forty patterns without a link", OVER, f"SELECT * {{ {product(40)} }}"),
    asked("a product less another", OVER, f"SELECT (COUNT(*) AS ?n) {{ {product(3)} MINUS {{ {product(3)} }} }}"),
    asked(
        "a product of what exists nowhere",
        OVER,
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f "
        "FILTER NOT EXISTS { ?g ?h ?i . ?j ?k ?l FILTER(?c = ?l && ?f = ?g) } }",
    ),
    asked(
        "values by values by values",
        OVER,
        "SELECT (COUNT(*) AS ?n) {"
        + "".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(300)))} }}" for i in range(5))
        + "}",
    ),
    asked(
        "sub-selects of products",
        OVER,
        f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {{ {product(2)} }} }} "
        f"{{ SELECT DISTINCT ?s9 {{ ?s9 ?p9 ?o9 . {product(2)} }} }} }}",
    ),
    asked("doubling by CONCAT", OVER, growing("CONCAT($, $, $, $, $, $, $, $)", 14)),
    asked("growth by REPLACE", OVER, growing("REPLACE($, 'x', 'xxxxxxxxxxxxxxxx')", 12)),
    asked("growth by percent signs", OVER | FINE, growing("ENCODE_FOR_URI(CONCAT($, '%', $, '%', $, '%', $))", 16)),
    asked("growth by hashes and case", OVER, growing("CONCAT(SHA512($), UCASE(LCASE(CONCAT($, $, $, $, $, $))))", 16)),
    asked("a function that repeats", BAD | FINE, "SELECT (REPEAT('x', 1000000000) AS ?x) {}"),
    asked(
        "all strings as one, of a product",
        OVER,
        f"SELECT (STRLEN(GROUP_CONCAT(?o0; separator='{'x' * 1000}')) AS ?n) {{ {product(3)} }}",
    ),
    asked("all pairs by a path", OVER | FINE, "SELECT (COUNT(*) AS ?n) { ?a (<x:p>|!<x:p>)* ?b }"),
    asked(
        "all pairs by a path, both ways", OVER, "SELECT (COUNT(*) AS ?n) { ?a ((<x:p>|!<x:p>)|^(<x:p>|!<x:p>))* ?b }"
    ),
    asked(
        "pairs of pairs by paths",
        OVER,
        "SELECT * { ?a (!<x:p>)+ ?b . ?b (^!<x:p>|!<x:p>)* ?c . ?c (!<x:p>/!<x:q>)+ ?d } ORDER BY ?d",
    ),
    asked("a star of a star", OVER | FINE, "SELECT (COUNT(*) AS ?n) { ?a ((((!<x:p>)*)*)*/((!<x:q>)+)+)+ ?b }"),
    asked("a counted regex", OVER | FINE, "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '((a{1,100}){1,100}){1,100}$') }"),
    asked(
        "a counted regex of any letter",
        OVER | FINE,
        r"SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '(\\p{L}{1,500}\\s?){1,50}$', 'i') }",
    ),
    asked(
        "a regex that goes back",
        FINE | OVER,
        "SELECT * { ?s ?p ?o FILTER REGEX(CONCAT(STR(?o), '!'), '^(([a-z])+.)+[A-Z]([a-z])+$') }",
    ),
    asked(
        "a pattern for each row",
        OVER | FINE,
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?t ?q ?u FILTER REGEX(STR(?o), CONCAT('(', STR(?u), '){1,60}')) }",
    ),
    asked("two hundred thousand values", TOO_LARGE, f"SELECT * {{ VALUES ?x {{ {'1 ' * 200_000} }} }}"),
    asked(
        "as many values as fit", FINE | OVER, f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {'1 ' * 90_000} }} ?x ?p ?o }}"
    ),
    asked("five hundred unions", FINE | OVER, "SELECT * { { ?s ?p ?o }" + "UNION { ?s ?p ?o . ?o ?q ?r }" * 500 + "}"),
    asked(
        "optionals in optionals",
        FINE | OVER,
        "SELECT * { ?a ?b ?c " + nested("OPTIONAL { ?d ?e ?f ", "}", times=150) + "}",
    ),
    asked("a long row of optionals", FINE | OVER, "SELECT * { ?a ?b ?c " + "OPTIONAL { ?a ?d ?e } " * 400 + "}"),
    asked("a thousand triples with one variable", OVER | BAD, f"SELECT * {{ {'?s ?p ?o . ' * 900} }}"),
    asked(
        "as many columns as fit",
        FINE | OVER | BAD,
        f"SELECT {' '.join(f'(1 AS ?v{i})' for i in range(900))} {{ ?s ?p ?o }}",
    ),
    asked("nested plus signs in a path", OVER | FINE, f"SELECT * {{ ?s {'(' * 60}<x:p>{'/<x:p>)+' * 60} ?o }}"),
    asked("a number of a hundred thousand digits", FINE | BAD, f"SELECT ({'9' * 100_000} * {'9' * 90_000} AS ?x) {{}}"),
    asked(
        "a date at the end of time",
        FINE | BAD,
        "SELECT (YEAR('9999999999999-01-01T00:00:00Z'^^<http://www.w3.org/2001/XMLSchema#dateTime>) AS ?y) {}",
    ),
    asked("a limit beyond all numbers", FINE | BAD, "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999"),
    asked("a very small time", OVER | BAD, f"SELECT * {{ {product(4)} }}", timeout="0.001"),
]

TIMES = [
    asked(f"timeout={value}", BAD | OVER, f"SELECT * {{ {product(4)} }}", timeout=value)
    for value in ("1e999", "nan", "-1", "0", "0x10", "%EF%BC%91", "1" * 5000, "")
]

NESTED = [
    asked(f"20,000 {name}", BAD, text)
    for name, text in {
        "braces": f"SELECT * {nested('{', '}')}",
        "braces that never end": f"SELECT * {nested('{')}",
        "optionals": f"SELECT * {{ {nested('OPTIONAL{')}",
        "brackets": f"SELECT * {{ FILTER({nested('(', ')', inside='1')}) }}",
        "negations": f"SELECT * {{ FILTER({nested('!', inside='1')}) }}",
        "ors": f"SELECT * {{ FILTER(1{nested('||1')}) }}",
        "sums": f"SELECT * {{ FILTER(1{nested('+1')}) }}",
        "minus signs": f"SELECT * {{ FILTER({nested('- ', inside='?x')}) }}",
        "unions": f"SELECT * {{ {{}}{nested('UNION{}')} }}",
        "unions in unions": f"SELECT * {{ {nested('{}UNION{')}",
        "tests of existence": f"SELECT * {{ {nested('FILTER NOT EXISTS{', times=8000)}",
        "sub-selects": f"SELECT * {{ {nested('{SELECT*{')}",
        "path brackets": f"SELECT * {{ ?s {nested('(', ')', inside='<x:p>')} ?o }}",
        "path steps": f"SELECT * {{ ?s <x:p>{nested('/<x:p>')} ?o }}",
        "inverses": f"SELECT * {{ ?s {nested('^', inside='<x:p>')} ?o }}",
        "collections": f"SELECT * {{ ?s ?p {nested('(', ')', inside='1')} }}",
        "blank nodes": f"SELECT * {{ ?s ?p {nested('[?p ', ']', inside='1')} }}",
        "triple terms": f"SELECT * {{ ?s ?p {nested('<<(', ')>>', inside='1')} }}",
        "calls": f"SELECT * {{ FILTER({nested('STR(', ')', inside='1')}) }}",
        "conditions": f"SELECT * {{ FILTER({nested('IF(1,1,', ')', inside='1')}) }}",
        "minus groups": f"SELECT * {{ {nested('MINUS{')}",
        "graphs": f"SELECT * {{ {nested('GRAPH?g{', '}')} }}",
        "filters": f"SELECT * {{ {nested('FILTER(1)')} }}",
        "described things": f"DESCRIBE {nested('<x:> ')}",
        "ends without a beginning": f"SELECT * {nested('}')}",
        "quotation marks": f"SELECT * {{ ?s ?p {nested(chr(34))} }}",
        "angle brackets": f"SELECT * {{ ?s ?p {nested('<')} }}",
    }.items()
]

SERVED = [
    asked(f"SERVICE {name}", REFUSED, text)
    for name, text in {
        "to another address": "SELECT * { SERVICE <@LISTENER@> { ?s ?p ?o } }",
        "in silence": "SELECT * { SERVICE SILENT <@LISTENER@> { ?s ?p ?o } }",
        "by a variable": "SELECT * { VALUES ?x { <@LISTENER@> } SERVICE ?x { ?s ?p ?o } }",
        "by a prefix": "PREFIX e: <@LISTENER@> SELECT * { SERVICE e:sparql { ?s ?p ?o } }",
        "with escapes": r"SELECT * { \u0053ERVICE <@LISTENER@> { ?s ?p ?o } }",
        "in a sub-select": "SELECT * { { SELECT * { OPTIONAL { SERVICE<@LISTENER@>{ ?s ?p ?o } } } } }",
        "after a comment": "SELECT * { # '''\nSERVICE <@LISTENER@> { ?s ?p ?o } # '''\n}",
        "behind what looks like an IRI": "SELECT * { FILTER(1<2#>'''\n) SERVICE <@LISTENER@> { ?s ?p ?o } #'''\n}",
        "to a file": "SELECT * { SERVICE <file://@CANARY@> { ?s ?p ?o } }",
        "to itself": "SELECT * { SERVICE <http://@HOST@/sparql> { SERVICE <http://@HOST@/sparql> { ?s ?p ?o } } }",
    }.items()
]

DATASETS = [
    asked("FROM a file", REFUSED, "SELECT * FROM <file://@CANARY@> { ?s ?p ?o }"),
    asked("FROM the passwords", REFUSED, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"),
    asked("FROM another address", REFUSED, "SELECT * FROM <@LISTENER@> { ?s ?p ?o }"),
    asked("FROM NAMED another address", REFUSED, "SELECT * FROM NAMED <@LISTENER@> { GRAPH ?g { ?s ?p ?o } }"),
    asked("a graph that is a file", FINE, "SELECT * { GRAPH <file://@CANARY@> { ?s ?p ?o } }"),
    asked("default-graph-uri of a file", REFUSED, "SELECT * { ?s ?p ?o }", **{"default-graph-uri": "file://@CANARY@"}),
    asked("default-graph-uri elsewhere", FINE, "SELECT * { ?s ?p ?o }", **{"default-graph-uri": "@LISTENER@"}),
    asked("named-graph-uri that is a script", REFUSED, "ASK {}", **{"named-graph-uri": "javascript:alert(1)"}),
    asked(
        "default-graph-uri with a new line",
        REFUSED,
        "ASK {}",
        **{"default-graph-uri": "http://e.example/%0d%0ax-injected:%20yes"},
    ),
]

UPDATES = [
    changed("LOAD from another address", REFUSED, "LOAD <@LISTENER@>"),
    changed("LOAD in silence", REFUSED, "LOAD SILENT <@LISTENER@> INTO GRAPH <http://e.example/g>"),
    changed("LOAD of a file", REFUSED, "LOAD <file://@CANARY@>"),
    changed("LOAD after another operation", REFUSED, "CLEAR SILENT GRAPH <x:g> ; # '\nLOAD <@LISTENER@> # '"),
    changed(
        "LOAD behind what looks like an IRI", REFUSED, "INSERT {} WHERE { FILTER(1<2#>'''\n) }; LOAD <@LISTENER@> #'''"
    ),
    changed("an update with SERVICE", REFUSED, "INSERT { ?s ?p ?o } WHERE { SERVICE <@LISTENER@> { ?s ?p ?o } }"),
    changed("an update of a product", STOPPED | TOO_LARGE, f"INSERT {{ ?s0 ?p1 ?o2 }} WHERE {{ {product(3)} }}"),
    changed(
        "an update that finds a product empty",
        STOPPED,
        f"DELETE {{ ?s0 ?p0 ?o4 }} WHERE {{ {product(5)} FILTER(?o0 = 1 && ?o4 = 2) }}",
    ),
    changed("an update with 20,000 braces", BAD, f"INSERT {{}} WHERE {nested('{', '}')}"),
    changed(
        "an update with 20,000 blank nodes", BAD, f"INSERT DATA {{ <x:s> <x:p> {nested('[<x:p> ', ']', inside='1')} }}"
    ),
    changed("a query for an update", BAD, "SELECT * { ?s ?p ?o }"),
    Case(
        "an update without the token",
        frozenset({401}),
        "POST",
        "/update",
        (("Content-Type", "application/sparql-update"),),
        b"CLEAR ALL",
    ),
    Case("an update by GET", frozenset({400, 401, 405}), path="/update?update=CLEAR%20ALL"),
    Case(
        "an update in a query's place", BAD | {401}, "POST", "/sparql", (("Content-Type", FORM),), b"update=CLEAR%20ALL"
    ),
    Case("an update as the query", BAD, path="/sparql?query=" + quote("CLEAR ALL")),
]

QUERIES = [*COSTLY, *TIMES, *NESTED, *SERVED, *DATASETS, *UPDATES]
