"""Files whose terms are hostile: IRIs, literals, labels, graphs, and masses of them."""

from __future__ import annotations

from collections.abc import Iterable

from hostile_files import FAULTY, FINE, HEAD, REFUSED, TOO_LARGE, HostileFile, one_of, place, turtle

SAYS = "<https://e.example/s> <https://e.example/p> "


def iri(name: str, text: str, *outcomes: str) -> HostileFile:
    """A file that has an IRI as the value of rdfs:seeAlso, by which pages might link to it."""
    slug = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
    data = place(slug, f'"敌意地点{slug}"', f"; rdfs:seeAlso <{text}> ")
    return HostileFile(name, f"{slug}.ttl", data, one_of(*(outcomes or (REFUSED,))), "line" if not outcomes else "")


IRIS = [
    iri("an IRI with a space", "https://e.example/a b"),
    iri("an IRI with a quote", 'https://e.example/a"onmouseover="alert(1)'),
    iri("an IRI with an angle bracket", "https://e.example/a<script"),
    iri("an IRI with a backslash", r"https://e.example/a\b"),
    iri("an IRI with an escaped bracket", r"https://e.example/a\u003Cscript\u003E"),
    iri("an IRI with a new line", "https://e.example/a\nb"),
    iri("an IRI with a brace", "https://e.example/a{b}|c^d`e"),
    iri("an IRI with a bad escape", "https://e.example/%zz"),
    iri("an IRI with a turned text", "https://e.example/\u202egpj.exe", REFUSED, FINE, FAULTY),
    iri("an IRI with a bad port", "http://e.example:99999999999/", REFUSED, FINE, FAULTY),
    iri("an IRI with a bad host", "http://[::zz]/", REFUSED, FINE),
    iri("an IRI of script", "javascript:alert(document.domain)", FINE, FAULTY),
    iri("an IRI of script, in disguise", "JaVaScRiPt:alert%281%29", FINE, FAULTY),
    iri("an IRI of a page", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", FINE, FAULTY),
    iri("an IRI of a file", "file:///etc/passwd", FINE, FAULTY),
    iri("an IRI that looks like another", "https://w3id.оrg/plangraph/id/place/110105", FINE, FAULTY),
    iri("an IRI in Punycode", "https://xn--80ak6aa92e.com/", FINE, FAULTY),
    iri("an IRI with a password", "https://admin:secret@e.example/", FINE, FAULTY),
    HostileFile(
        "an IRI of 1 MB", "long.ttl", turtle(f"e:s rdfs:seeAlso <https://e.example/{'a' * 1_000_000}> ."), one_of(FINE)
    ),
    HostileFile("a path that climbs", "climb.ttl", turtle("<../../../../etc/passwd> e:p 1 ."), one_of(FINE, FAULTY)),
    HostileFile(
        "a query inside an IRI",
        "inject.ttl",
        turtle('<https://e.example/a%3E.%20%7D%20DROP%20ALL> e:p "1" . e:s e:p "\\" } ; DROP ALL ; #" .'),
        one_of(FINE),
    ),
]

MARKUP = (
    "<script>document.title='HOSTILE'</script>",
    "</script><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% include 'x' %}${7*7}",
    "</style><svg/onload=alert(1)>",
    "'\\\"><a href=javascript:alert(1)>x</a>",
    "]]><!-- -->",
)
FORMULAS = (
    '=HYPERLINK("http://e.example/","x")',
    '=WEBSERVICE("http://e.example/")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
)


def quoted(text: str) -> str:
    """A Turtle string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def labels(name: str, texts: Iterable[str]) -> HostileFile:
    """A file of places with these labels. A careful editor's shapes may have something to say of them."""
    slug = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
    body = "".join(place(f"{slug}-{n}", quoted(text)).removeprefix(HEAD) for n, text in enumerate(texts))
    return HostileFile(name, f"{slug}.ttl", HEAD + body, one_of(FINE, FAULTY))


LABELS = [
    labels("markup in labels", [f"星河公园{text}" for text in MARKUP]),
    labels("formulas in labels", FORMULAS),
    labels("turned text in labels", ["星河\u202e园公\u202c", "\u2066星河\u2069区", "\u200f星河馆"]),
    labels("unseen characters in labels", ["星\u200b河\u200d区", "\ufeff星河宫", "星河\u00ad亭", "星河\U000e0041阁"]),
    labels("a thousand accents on a letter", ["星" + "\u0301" * 1000]),
    labels("labels of nothing but space", ["\u3000\u3000", "\u00a0"]),
    HostileFile("a label of 1 MB", "long-label.ttl", place("long-label", quoted("长" * 350_000)), one_of(FINE, FAULTY)),
    HostileFile(
        "a language tag of 10,000 letters",
        "tag.ttl",
        turtle(f'e:s rdfs:label "x"@zh-{"-".join(["abcdefgh"] * 1_250)} .'),
        one_of(FINE, REFUSED),
    ),
    HostileFile("a language tag that is none", "no-tag.ttl", turtle('e:s rdfs:label "x"@zh_"><b> .'), one_of(REFUSED)),
]


def observation(slug: str, **values: str) -> str:
    """An observation, its values as Turtle terms in place of the usual ones; None of it is about a stored thing."""
    usual = {
        "pg:ofIndicator": "<indicator/hostile>",
        "pg:value": "1.0",
        "pg:valueLow": "0.5",
        "pg:valueHigh": "1.5",
        "pg:comparator": "pgc:comparator-eq",
        "pg:unit": "pgc:unit-person",
        "pg:valueType": "pgc:value-type-actual",
        "pg:statistic": "pgc:statistic-level",
        "pg:asPrinted": '"1人"',
        "pg:refArea": "<https://w3id.org/plangraph/id/place/110105>",
        "pg:periodStart": '"2022-01-01"^^xsd:date',
        "pg:periodEnd": '"2022-12-31"^^xsd:date',
    }
    said = {**usual, **{f"pg:{name}": value for name, value in values.items()}}
    body = " ;\n  ".join(f"{predicate} {value}" for predicate, value in said.items())
    return turtle(f'<observation/{slug}> a pg:Observation ; skos:prefLabel "敌意"@zh, "Hostile"@en ;\n  {body} .\n')


def value(name: str, **values: str) -> HostileFile:
    """A file with one observation that is wrong in this."""
    slug = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
    return HostileFile(name, f"value-{slug}.ttl", observation(slug, **values), one_of(FAULTY, REFUSED))


VALUES = [
    value("a date in the year 99999", periodEnd='"99999-01-01"^^xsd:date'),
    value("a date in the year 10 to the 40th", periodEnd='"' + "9" * 40 + '-01-01"^^xsd:date'),
    value("a date before Christ", periodStart='"-0001-01-01"^^xsd:date'),
    value("the year nought", periodStart='"0000-01-01"^^xsd:date'),
    value("the 30th of February", periodStart='"2022-02-30"^^xsd:date'),
    value("24 hours", periodStart='"2022-01-01T24:00:00"^^xsd:dateTime'),
    value("a time zone of 99 hours", periodStart='"2022-01-01+99:00"^^xsd:date'),
    value("not a number", value='"NaN"^^xsd:double'),
    value("not a decimal number", value='"NaN"^^xsd:decimal'),
    value("infinity", value='"INF"^^xsd:double', valueHigh='"-INF"^^xsd:float'),
    value("10 to the 400th", value='"1e400"^^xsd:decimal'),
    value("10 to the 400th as a double", value="1e400"),
    value("10 to the millionth", value='"1e1000000"^^xsd:decimal'),
    value("400 digits", value="9" * 400 + ".0"),
    value("400 places", value="0." + "3" * 400),
    value("100,000 digits as they were printed", asPrinted='"' + "9" * 100_000 + '人"'),
    value("100,000 times ten thousand", asPrinted='"1' + "万" * 100_000 + '人"'),
    value("a text for a number", value='"=1+1"'),
    value("a boolean for a number", value='"TRUE"^^xsd:boolean'),
    value("an IRI for a number", value="<javascript:alert(1)>"),
    value("a million units", unit=", ".join(f"e:u{n}" for n in range(2_000))),
    value("a link for a period", periodStart="<https://e.example/>"),
    value("a binary value", value='"////"^^xsd:base64Binary'),
    value("a type of its own", value='"1"^^<https://e.example/t>'),
    HostileFile(
        "numbers with signs and noughts",
        "signs.ttl",
        turtle('e:s e:p +007, -0, -0.0, 00.10, "+1"^^xsd:integer, " 1 "^^xsd:integer .'),
        one_of(FINE),
    ),
    HostileFile(
        "booleans in capitals", "boolean.ttl", turtle('e:s e:p "TRUE"^^xsd:boolean, TRUE .'), one_of(REFUSED, FINE)
    ),
    HostileFile(
        "a literal of 9 MB", "literal.ttl", lambda: turtle(f'e:s e:p "{"字" * 3_000_000}" .').encode(), one_of(FINE)
    ),
    HostileFile(
        "a literal of 50 MB",
        "literal-50.ttl",
        lambda: turtle(f'e:s e:p "{"a" * 50_000_000}" .').encode(),
        one_of(FINE, TOO_LARGE),
        http=one_of(TOO_LARGE),
        megabytes=1_500,
    ),
]


def quads(name: str, graph: str, said: str, **right: frozenset[str]) -> HostileFile:
    """Quads in a graph of the project's own."""
    slug = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
    data = f"<https://w3id.org/plangraph/graph/{graph}> {{ {said} }}"
    return HostileFile(name, f"{slug}.trig", turtle(data), one_of(FINE), **right)  # type: ignore[arg-type]


OWN = [
    quads("a change that never was", "history", "e:c a e:Change ; e:p 1 .", committed=one_of(REFUSED)),
    quads("a digest that isn't", "state", "e:c e:p 1 .", committed=one_of(REFUSED)),
    HostileFile(
        "shapes switched off",
        "off.ttl",
        turtle(
            "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pgs: <https://w3id.org/plangraph/shapes#> .\n"
            "pgs:Place sh:deactivated true . pgs:PlaceLabels sh:deactivated true . <place/off> a pg:Place ."
        ),
        one_of(FAULTY),
        "label",
    ),
    HostileFile(
        "a class that isn't what it was",
        "poison.ttl",
        turtle("pg:Task rdfs:subClassOf pg:Place . pg:Place rdfs:subClassOf pg:Observation ."),
        one_of(FAULTY, REFUSED),
    ),
    HostileFile(
        "a class that isn't, among the vocabulary",
        "poison.trig",
        turtle("<https://w3id.org/plangraph/graph/ontology> { pg:Task rdfs:subClassOf pg:Place }"),
        one_of(FAULTY, REFUSED),
    ),
]
