"""Validating only what a change concerns finds what validating everything does.

Changes are drawn at random: statements of the data taken out, moved to another thing, changed in their value, given a
second one; classes taken away and given; things made up. The law is held on the shipped data and on a small synthetic
store; ``make test-long`` draws a thousand changes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS, XSD

from linhe import linhe_store
from plangraph.commits import SKOLEM, fill
from plangraph.explaining import Raw
from plangraph.incremental import Affected, affected, unbounded_shapes
from plangraph.mediatypes import TURTLE
from plangraph.namespaces import GRAPHS, ONTOLOGY_GRAPH, PG, PGC
from plangraph.reach import registry
from plangraph.shapes import ShapeSet, shape_set, shipped_shapes
from plangraph.shipped import shipped
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import as_graph, parse_rdf, read_file, skolemize
from plangraph.store.view import NOT_DATA, View
from plangraph.validation import _by_engine, _by_program, _everything, _of_change, staged_view, validate

HERE = GRAPHS["local"]


# --- The law ----------------------------------------------------------------------------------------------------------


def keys(raws: list[Raw]) -> set[tuple[object, ...]]:
    return {raw.key for raw in raws}


def found(view: View, rules: ShapeSet, concerned: Affected, *, before: bool = False) -> list[Raw]:
    return [raw for look in (_by_engine, _by_program) for raw in look("shacl", view, rules, concerned, before=before)]


def hold_the_law(store: EmbeddedStore, changeset: Changeset, rules: ShapeSet, known: list[Raw]) -> bool:
    """Whether only a part was looked at; asserts that this part is all that the change concerns, and is seen right.

    ``known`` are all results of the store as it is.
    """
    view = staged_view(store, changeset)
    concerned = affected(view, rules)
    if concerned is None:
        return False
    bounded = {
        shape for shape, owners in registry(rules).reported.items() if owners & {r.shape for r in registry(rules).roots}
    }
    whole = [raw for raw in _everything("shacl", view, rules) if raw.shape in bounded]
    known = [raw for raw in known if raw.shape in bounded]
    now = [raw for raw in found(view, rules, concerned) if raw.shape in bounded]
    then = [raw for raw in found(view.before(), rules, concerned, before=True) if raw.shape in bounded]
    untouched = [raw for raw in known if not concerned.concerns(raw.shape, raw.focus)]
    assert keys(whole) == keys(untouched) | keys(now)
    assert keys(known) == keys(untouched) | keys(then)
    described, before = {str(subject) for subject in view.added_subjects()}, keys(known)
    answerable = {raw.key for raw in whole if str(raw.focus) in described or raw.key not in before}
    assert keys([raw for raw in _of_change("shacl", view, rules) if raw.shape in bounded]) == answerable
    return True


def drawn_change(quads: list[Quad], data: st.DataObject, most: int) -> Changeset:
    """A change of a store that holds ``quads``."""
    added: set[Quad] = set()
    removed: set[Quad] = set()
    number = st.integers(0, len(quads) - 1)
    for _ in range(data.draw(st.integers(1, most))):
        s, p, o, g = quads[data.draw(number)]
        other = quads[data.draw(number)]
        kind = data.draw(st.sampled_from(KINDS))
        away, new = kind(s, p, o, other, quads)
        removed |= {(*triple, g) for triple in away}
        added |= {(*triple, g) for triple in new}
    return Changeset(tuple(added), tuple(removed.intersection(quads)))


MADE_UP = URIRef("https://w3id.org/plangraph/id/xinghe-2021/project/made-up")
KINDS: list[Callable[..., tuple[list[tuple], list[tuple]]]] = [
    lambda s, p, o, other, quads: ([(s, p, o)], []),
    lambda s, p, o, other, quads: ([(s, p, o)], [(s, p, other[2])]),
    lambda s, p, o, other, quads: ([(s, p, o)], [(other[0], p, o)]),
    lambda s, p, o, other, quads: ([], [(s, other[1], other[2])]),
    lambda s, p, o, other, quads: ([], [(MADE_UP, p, o), (MADE_UP, other[1], other[2])]),
    lambda s, p, o, other, quads: ([], [(MADE_UP, p, s)]),
    lambda s, p, o, other, quads: ([q[:3] for q in quads if q[0] == s], []),
    lambda s, p, o, other, quads: ([q[:3] for q in quads if q[0] == s and q[1] == RDF.type], []),
    lambda s, p, o, other, quads: (
        [q[:3] for q in quads if q[0] == s],
        [(other[0], q[1], q[2]) for q in quads if q[0] == s],
    ),
    lambda s, p, o, other, quads: (
        [],
        [(s, RDF.type, PG.Observation), (s, PG.value, Literal("7.5", datatype=XSD.decimal))],
    ),
    lambda s, p, o, other, quads: ([(s, p, o)], [(s, p, Literal("x"))]),
    lambda s, p, o, other, quads: ([], [(s, PG.partOf, other[0]), (other[0], PG.partOf, s)]),
    lambda s, p, o, other, quads: ([], [(s, SKOS.prefLabel, Literal("同名", lang="zh"))]),
    lambda s, p, o, other, quads: ([], [(s, PG.status, PGC["status-completed"]), (s, PG["about"], other[0])]),
]


@cache
def shipped_store() -> tuple[EmbeddedStore, list[Quad], list[Raw]]:
    store = EmbeddedStore()
    fill(store)
    return _with_known(store)


@cache
def made_up_store() -> tuple[EmbeddedStore, list[Quad], list[Raw]]:
    """All examples in one store: every class in a few dozen things, and hundreds of faults."""
    store = EmbeddedStore()
    files = sorted(shipped("ontology", "examples").glob("*/*.ttl"))
    store.apply(Changeset(added=skolemize([q for path in files for q in read_file(path, default_graph=HERE)], SKOLEM)))
    return _with_known(store)


def _with_known(store: EmbeddedStore) -> tuple[EmbeddedStore, list[Quad], list[Raw]]:
    quads = sorted((q for q in store.triples() if q[3] not in NOT_DATA and q[3] != ONTOLOGY_GRAPH), key=str)
    return store, quads, _everything("shacl", staged_view(store, Changeset()), shipped_shapes())


QUIET: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "phases": (Phase.explicit, Phase.generate),  # making a failing change smaller takes minutes
}


@settings(max_examples=12, **QUIET)
@given(st.data())
def test_incremental_is_full_on_a_store_full_of_faults(data: st.DataObject) -> None:
    store, quads, known = made_up_store()
    assert hold_the_law(store, drawn_change(quads, data, 6), shipped_shapes(), known)


@settings(max_examples=2, **QUIET)
@given(st.data())
def test_incremental_is_full_on_the_shipped_data(data: st.DataObject) -> None:
    store, quads, known = shipped_store()
    assert hold_the_law(store, drawn_change(quads, data, 8), shipped_shapes(), known)


@pytest.mark.long
@settings(max_examples=1000, **QUIET)
@given(st.data())
def test_incremental_is_full_in_a_thousand_changes_of_a_store_full_of_faults(data: st.DataObject) -> None:
    store, quads, known = made_up_store()
    assert hold_the_law(store, drawn_change(quads, data, 12), shipped_shapes(), known)


@pytest.mark.long
@settings(max_examples=1000, **QUIET)
@given(st.data())
def test_incremental_is_full_in_a_thousand_changes_of_the_shipped_data(data: st.DataObject) -> None:
    store, quads, known = shipped_store()
    assert hold_the_law(store, drawn_change(quads, data, 20), shipped_shapes(), known)


# --- Shapes of somebody's own -----------------------------------------------------------------------------------------

EX = "http://example.org/"
PREFIXES = f"""@prefix ex: <{EX}> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <{XSD}> .
@prefix rdfs: <{RDFS}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
<{EX}prefixes> sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}"^^xsd:anyURI ] .
"""


def shapes_of(*bodies: str) -> ShapeSet:
    return shape_set(as_graph(parse_rdf((PREFIXES + "\n".join(bodies)).encode(), TURTLE, default_graph=HERE)))


def rule(name: str, target: str, select: str) -> str:
    return f'''ex:{name} a sh:NodeShape ; {target} ;
        sh:sparql ex:{name}-query . ex:{name}-query sh:prefixes <{EX}prefixes> ; sh:select """{select}""" .'''


BOUNDED = {
    "class behind an inverse path": "ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:A-p . "
    "ex:A-p sh:path [ sh:inversePath ex:p ] ; sh:class ex:D .",
    "a class that is a shape": "ex:C a sh:NodeShape, rdfs:Class ; sh:property [ sh:path ex:p ; sh:minCount 1 ] . "
    "ex:B a sh:NodeShape ; sh:targetSubjectsOf ex:q ; sh:property [ sh:path ex:q ; sh:class ex:D ] .",
    "sequence and alternative": "ex:A a sh:PropertyShape ; sh:targetSubjectsOf ex:p ; "
    "sh:path ( ex:p [ sh:alternativePath ( ex:q [ sh:inversePath ex:r ] ) ] ) ; sh:minCount 2 .",
    "any number of steps": "ex:A a sh:PropertyShape ; sh:targetClass ex:C ; "
    "sh:path ( [ sh:zeroOrMorePath ex:p ] ex:q ) ; sh:class ex:D .",
    "one or more steps, backwards": "ex:A a sh:PropertyShape ; sh:targetObjectsOf ex:p ; "
    "sh:path [ sh:inversePath [ sh:oneOrMorePath ex:p ] ] ; sh:maxCount 2 .",
    "perhaps a step": "ex:A a sh:PropertyShape ; sh:targetNode ex:a, ex:b ; "
    "sh:path ( [ sh:zeroOrOnePath ex:p ] ex:r ) ; sh:maxCount 1 .",
    "shapes within shapes": "ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:or ( ex:B ex:E ) . "
    "ex:B a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:qualifiedValueShape ex:E ; sh:qualifiedMinCount 2 ] . "
    "ex:E a sh:NodeShape ; sh:property [ sh:path ex:q ; sh:property [ sh:path ex:r ; sh:minCount 1 ] ] .",
    "pairs of properties": "ex:A a sh:PropertyShape ; sh:targetSubjectsOf ex:p ; "
    "sh:path ( ex:p ex:q ) ; sh:disjoint ex:r .",
    "closed": "ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:closed true ; sh:property [ sh:path ex:p ] .",
    "a cycle": rule("A", "sh:targetSubjectsOf ex:p", "SELECT $this WHERE { $this (ex:p|ex:q)+ $this }"),
    "absence at a distance": rule(
        "A", "sh:targetClass ex:C", "SELECT $this WHERE { $this ex:p ?x FILTER NOT EXISTS { ?x ex:q ?y . ?y a ex:D } }"
    ),
    "a count": rule(
        "A",
        "sh:targetClass ex:C",
        "SELECT $this ?n WHERE { { SELECT $this (COUNT(?x) AS ?n) WHERE { ?x ex:p $this . ?x a ex:D } GROUP BY $this } "
        "FILTER (?n > 1) }",
    ),
    "either way": rule(
        "A",
        "sh:targetClass ex:C",
        "SELECT DISTINCT $this WHERE { { $this ex:p ?x } UNION { ?x ex:q $this } ?x ex:r ?z }",
    ),
    "perhaps": rule(
        "A",
        "sh:targetSubjectsOf ex:p",
        "SELECT $this WHERE { $this ex:p ?x OPTIONAL { ?x ex:q ?y } FILTER (!BOUND(?y)) }",
    ),
    "any property": rule(
        "A", "sh:targetClass ex:C", "SELECT DISTINCT $this WHERE { $this ?p ?x . ?x ?q ?y . FILTER (?y = $this) }"
    ),
    "two that share": rule(
        "A",
        "sh:targetClass ex:C",
        "SELECT DISTINCT $this WHERE { $this ex:p ?x . ?other ex:p ?x ; ex:q ?v . FILTER (?other != $this) "
        "FILTER EXISTS { $this ex:q ?v } }",
    ),
}
UNBOUNDED = {
    "not connected": (
        rule("A", "sh:targetClass ex:C", "SELECT $this WHERE { $this ex:p ?v . ?x ex:q ?w FILTER (?v = ?w) }"),
        "not connected",
    ),
    "counts everything": (
        rule(
            "A",
            "sh:targetClass ex:C",
            "SELECT $this ?n WHERE { { SELECT (COUNT(?x) AS ?n) WHERE { ?x a ex:D } } FILTER (?n > 2) }",
        ),
        "not connected",
    ),
    "refers to itself": (
        "ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:node ex:A ] .",
        "itself",
    ),
    "results elsewhere": (
        "ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:B . ex:B sh:path ex:p ; sh:property ex:D . "
        "ex:D sh:path ex:q ; sh:minCount 1 .",
        "other things",
    ),
}


def as_quad(fact: tuple[str, str, str]) -> Quad:
    s, p, o = fact
    if p == "type":
        return URIRef(EX + s), RDF.type, URIRef(EX + ("C" if o < "c" else "D")), HERE
    return URIRef(EX + s), URIRef(EX + p), URIRef(EX + o), HERE


@pytest.mark.parametrize("name", [*BOUNDED, *UNBOUNDED])
def test_incremental_is_full_for_all_kinds_of_shapes(name: str) -> None:
    rules = shapes_of(BOUNDED[name] if name in BOUNDED else UNBOUNDED[name][0])
    assert bool(registry(rules).unbounded) == (name in UNBOUNDED)
    draw = random.Random(name)
    for _ in range(25):
        every = [
            as_quad((draw.choice("abcde"), draw.choice(["p", "q", "r", "type"]), draw.choice("abcde")))
            for _ in range(16)
        ]
        held, added = set(every[:12]), set(every[12:])
        store = EmbeddedStore()
        store.apply(Changeset(added=tuple(held)))
        changeset = Changeset(tuple(added - held), tuple(draw.sample(sorted(held), draw.randint(0, 3))))
        if changeset:
            hold_the_law(store, changeset, rules, _everything("shacl", staged_view(store, Changeset()), rules))


@pytest.mark.parametrize("name", UNBOUNDED)
def test_why_a_reach_is_unknown_stands_in_the_registry(name: str) -> None:
    body, why = UNBOUNDED[name]
    (told,) = registry(shapes_of(body)).unbounded
    assert told.shape == EX + "A"
    assert why in told.why


def test_every_shipped_shape_has_a_known_reach() -> None:
    assert registry(shipped_shapes()).unbounded == ()
    assert unbounded_shapes(shipped_shapes()) is None


def test_a_change_of_the_class_hierarchy_concerns_everything() -> None:
    store, _, _ = made_up_store()
    new = (URIRef(EX + "Park"), RDFS.subClassOf, PG.Project, HERE)
    assert affected(staged_view(store, Changeset(added=[new])), shipped_shapes()) is None


def test_a_class_below_one_of_the_ontology_is_a_target_too() -> None:
    store = linhe_store()
    park = URIRef("https://w3id.org/plangraph/id/linhe-2021/project/park")
    store.apply(Changeset(added=[(URIRef(EX + "Park"), RDFS.subClassOf, PG.Project, HERE)]))
    report = validate(as_graph([(park, RDF.type, URIRef(EX + "Park"), HERE)]), store)
    assert any(str(r.source_shape).endswith("#Thing-prefLabel-zh") for r in report.results)
