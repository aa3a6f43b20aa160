"""Shapes of somebody's own that call out, read files, run for ever, or don't end."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://e.example/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = f"""@prefix e: <https://e.example/> .
e:s a e:C ; e:p "{"a" * 40}!" ; e:next e:t . e:t a e:C ; e:next e:s .
"""


@dataclass(frozen=True)
class HostileShapes:
    """A file of shapes; ``codes`` are the exit codes that are right."""

    name: str
    text: str
    codes: frozenset[int]


def constraint(select: str) -> str:
    """A shape with a constraint in SPARQL."""
    return f'{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:message "x" ; sh:select """{select}""" ] .'


ANY = frozenset({0, 1, 2})
SHAPES = [
    HostileShapes(
        "a constraint that calls a service", constraint("SELECT $this { SERVICE <@LISTENER@> { ?a ?b ?c } }"), ANY
    ),
    HostileShapes(
        "a constraint that calls one silently",
        constraint("SELECT $this { SERVICE SILENT <@LISTENER@> { ?a ?b ?c } }"),
        ANY,
    ),
    HostileShapes("a constraint over a file", constraint("SELECT $this FROM <file://@CANARY@> { $this ?p ?o }"), ANY),
    HostileShapes("a constraint over an address", constraint("SELECT $this FROM <@LISTENER@> { $this ?p ?o }"), ANY),
    HostileShapes("a constraint that changes data", constraint("DELETE WHERE { ?s ?p ?o }"), frozenset({2})),
    HostileShapes(
        "a constraint in JavaScript",
        f"{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:js [ a sh:JSConstraint ; sh:jsFunctionName 'f' ; "
        "sh:jsLibrary [ sh:jsLibraryURL '@LISTENER@x.js'^^xsd:anyURI ] ] .",
        ANY,
    ),
    HostileShapes(
        "imports elsewhere",
        f"{HEAD}<https://e.example/> a owl:Ontology ; owl:imports <@LISTENER@a.ttl>, <file://@CANARY@> . "
        "e:S a sh:NodeShape ; sh:targetClass e:C ; sh:shapesGraph <@LISTENER@b> ; sh:nodeKind sh:IRI .",
        frozenset({0}),
    ),
    HostileShapes(
        "a shape that is about itself",
        f"{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:next ; sh:node e:S ] .",
        ANY,
    ),
    HostileShapes("a shape that isn't itself", f"{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:not e:S .", ANY),
    HostileShapes(
        "a path that is part of itself",
        f"{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path _:p ; sh:minCount 1 ] . "
        "_:p sh:inversePath _:p .",
        ANY,
    ),
    HostileShapes(
        "a list that is its own end",
        f"{HEAD}@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . e:S a sh:NodeShape ; sh:targetClass e:C ; "
        "sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .",
        ANY,
    ),
    HostileShapes(
        "a pattern that takes for ever",
        f'{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:pattern "^(a|aa)+$" ] ; '
        'sh:property [ sh:path e:p ; sh:pattern "^(([a-z])+.)+[A-Z]([a-z])+$" ] .',
        ANY,
    ),
    HostileShapes(
        "a pattern that is very large",
        f"{HEAD}e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; "
        'sh:pattern "((a{1,999}){1,999}){1,99}" ] .',
        ANY,
    ),
    HostileShapes(
        "a constraint that takes for ever",
        constraint("SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r FILTER(?a = 1) }"),
        ANY,
    ),
    HostileShapes("no shapes at all", f"{HEAD}e:s e:p 1 .", frozenset({2})),
    HostileShapes("shapes that aren't Turtle", "sh:NodeShape {", frozenset({2})),
]
