"""A fault for each kind of constraint, made by rule in a thing of the data: what is asked for is gone or wrong."""

from __future__ import annotations

from collections.abc import Callable

from patient import Patient, decimal, nameless
from rdflib import BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH, SKOS, XSD
from rdflib.term import Node
from sites import Has, Site, is_text_shape

from plangraph.namespaces import PG

Slip = Callable[[Patient, Site], Node]
SLIPS: dict[str, list[Slip]] = {}

# Ill-formed, with the right datatype.
_ILL_FORMED = {XSD.date: "2022-02-30", XSD.decimal: "1,234.5", XSD.integer: "3.5"}


def slip(parameter: str) -> Callable[[Slip], Slip]:
    def register(made: Slip) -> Slip:
        SLIPS.setdefault(parameter, []).append(made)
        return made

    return register


def suits(made: Slip, site: Site) -> bool:
    """Whether a constraint can be broken in this way by rule; the others have faults written by hand."""
    constraint = site.constraint
    if constraint.parameter == "checkedBy" or constraint.path is None:
        return False
    if made is ill_formed:
        return constraint.value in _ILL_FORMED
    if constraint.parameter == "nodeKind":
        return constraint.value == SH.IRI and len(constraint.path) == (
            1 if made is put_as_text else len(constraint.path[:1])
        )
    if made in (wrong_class, second_value) or constraint.parameter in ("minCount", "uniqueLang"):
        return len(constraint.path) == 1
    if made is neither_class:
        return len(constraint.path) == 1 and bool(site.classes_of_or())
    if made is role_left_out:
        return constraint.path == () and (PG.Relation == site.target[1])
    if made in (same_label, second_such_value):
        return (len(constraint.path) == 2) == (made is same_label)
    return True


# --- how many


@slip("minCount")
def left_out(p: Patient, site: Site) -> Node:
    node = _healthy(p, site, site.values)
    site.give(p, node)
    return node


def _healthy(p: Patient, site: Site, having: Has) -> URIRef:
    """A thing that has what is to be taken from it; a new one where none in the data has."""
    if any(having(p, each) for each in site.candidates(p)):
        return site.victim(p, site.step[0], having=having)
    return site.new_thing(p)


@slip("maxCount")
def second_value(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    present = site.values(p, node)
    site.give(p, node, *site.good(p, node)[: 2 - min(len(present), 1)], instead=False)
    return node


@slip("qualifiedMinCount")
def such_a_value_left_out(p: Patient, site: Site) -> Node:
    node = _healthy(p, site, lambda p, each: such_values(p, site, each))
    predicate, inverse = site.step
    for value in such_values(p, site, node):
        p.graph.remove((value, predicate, node) if inverse else (node, predicate, value))
    return node


def such_values(p: Patient, site: Site, node: Node) -> list[Node]:
    """The values that the qualified shape is about."""
    (shape,) = site.asks(SH.qualifiedValueShape)
    lang, cls = is_text_shape(site.shapes, shape), site.shapes.value(shape, SH["class"])
    found = site.values(p, node)
    if lang:
        return [v for v in found if isinstance(v, Literal) and v.language == lang]
    if cls:
        return [v for v in found if (v, RDF.type, cls) in p.graph]
    (part,) = site.shapes.objects(shape, SH.property)
    path, wanted = site.shapes.value(part, SH.path), site.shapes.value(part, SH.hasValue)
    return [v for v in found if (v, path, wanted) in p.graph]


@slip("qualifiedMaxCount")
def second_such_value(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    (shape,) = site.asks(SH.qualifiedValueShape)
    lang, cls = is_text_shape(site.shapes, shape), site.shapes.value(shape, SH["class"])
    if lang:
        wanted: list[Node] = [Literal(text, lang=lang) for text in ("甲" if lang == "zh" else "First", "Other")]
    else:
        wanted = sorted(p.graph.subjects(RDF.type, cls))[:3]
    site.give(p, node, *[v for v in wanted if v not in site.values(p, node)][:2], instead=False)
    return node


@slip("qualifiedMaxCount")
def same_label(p: Patient, site: Site) -> Node:
    first, second = (site.victim(p, SKOS.prefLabel) if n else _labelled(p, site) for n in range(2))
    label = next(v for v in p.graph.objects(first, SKOS.prefLabel) if getattr(v, "language", "") == "zh")
    p.graph.remove((second, SKOS.prefLabel, None))
    p.put(second, SKOS.prefLabel, label, Literal("Another of that name", lang="en"))
    return second


def _labelled(p: Patient, site: Site) -> URIRef:
    return site.new_thing(p) if site.few(p) else site.victim(p, SKOS.prefLabel, having=site.values)


# --- of which kind


@slip("class")
def wrong_class(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, site.stranger(p, [site.constraint.value]), instead=not site.step[1])
    return node


@slip("or")
def neither_class(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, site.stranger(p, site.classes_of_or()))
    return node


@slip("or")
def role_left_out(p: Patient, site: Site) -> Node:
    """A relation of this kind lacks the first operand that the kind needs."""
    _, roles = Collection(site.shapes, site.constraint.value)
    parts = sorted(site.shapes.objects(roles, SH.property), key=lambda part: str(site.shapes.value(part, SH.path)))
    role = next(site.shapes.value(part, SH.path) for part in parts if (part, SH.minCount, None) in site.shapes)
    kind = URIRef(str(site.constraint.shape).replace("shapes#Relation-", "code/relation-"))
    node = p.pick(PG.Relation, relationKind=kind)
    assert isinstance(role, URIRef)
    p.put(node, role)
    return node


@slip("nodeKind")
def put_as_text(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, Literal("三里屯"))
    return node


@slip("nodeKind")
def nameless_thing(p: Patient, site: Site) -> Node:
    if site.constraint.path:
        node = site.victim(p, site.step[0])
        site.give(p, node, nameless())
        return node
    old = site.new_thing(p) if site.few(p) else site.victim(p, alone=True)
    new = BNode()
    p.rename(old, new)
    return new


@slip("datatype")
def untyped(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    old = next((v for v in [*site.values(p, node), *site.good(p, node)] if isinstance(v, Literal)), Literal("一"))
    wrong = Literal(str(old), lang="zh") if site.constraint.value == XSD.string else Literal(str(old))
    site.give(p, node, wrong)
    return node


@slip("datatype")
def ill_formed(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    datatype = site.constraint.value
    site.give(p, node, Literal(_ILL_FORMED[datatype], datatype=datatype))  # type: ignore[index,arg-type]
    return node


@slip("node")
def code_of_another_list(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, site.other_code())
    return node


@slip("hasValue")
def another_value(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0], having=site.values)
    p.graph.remove((node, site.step[0], site.constraint.value))
    return node


@slip("closed")
def property_misspelt(p: Patient, site: Site) -> Node:
    node = site.victim(p, PG.nmae)
    p.graph.add((node, PG.nmae, Literal("拼写有误")))
    return node


# --- of which form


@slip("pattern")
def wrong_form(p: Patient, site: Site) -> Node:
    if not site.constraint.path:
        old = site.new_thing(p) if site.few(p) else site.victim(p, alone=True)
        new = next(URIRef(t) for t in (f"{old}_X", f"{old}/other#1", "urn:example:thing") if site.breaks(t))
        p.rename(old, new)
        return new
    node = site.victim(p, site.step[0])
    plain = bool(site.asks(SH.datatype))
    text = next(t for t in ("urn:example:thing", "不合规", "\u3000") if site.breaks(t))
    site.give(p, node, Literal(text) if plain or text.isspace() else URIRef(text))
    return node


@slip("minLength")
def empty(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, Literal("", lang="zh" if RDF.langString in site.asks(SH.datatype) else None))
    return node


@slip("maxLength")
def too_long(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, Literal("句" * (int(str(site.constraint.value)) + 1)))
    return node


@slip("uniqueLang")
def said_twice(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, *(Literal(text, lang="zh") for text in ("一种说法", "另一种说法")))
    return node


# --- how much


def _beside(site: Site, by: int) -> Literal:
    number = int(str(site.constraint.value)) + by
    whole = XSD.decimal not in site.asks(SH.datatype)
    return Literal(number) if whole else decimal(f"{number}.0")


@slip("minInclusive")
@slip("minExclusive")
def too_small(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, _beside(site, -1))
    return node


@slip("maxInclusive")
@slip("maxExclusive")
def too_large(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0])
    site.give(p, node, _beside(site, 1))
    return node


@slip("lessThan")
@slip("lessThanOrEquals")
def wrong_order(p: Patient, site: Site) -> Node:
    """The larger of the two is put far below the smaller."""
    other = site.constraint.value
    assert isinstance(other, URIRef)
    node = site.victim(p, *(step for step, _ in site.constraint.path or ()), other)
    present = [v for v in site.values(p, node) if isinstance(v, Literal)]
    if not present:
        site.give(p, node, *site.good_like(p))
        present = [v for v in site.values(p, node) if isinstance(v, Literal)]
    p.put(node, other, site.smaller(present[0]))
    return node


@slip("disjoint")
def same_as_the_other(p: Patient, site: Site) -> Node:
    other = site.constraint.value
    node = site.victim(p, site.step[0], other, having=site.values)
    site.give(p, node, next(p.graph.objects(node, other)), instead=False)
    return node


@slip("equals")
def unlike_the_other(p: Patient, site: Site) -> Node:
    node = site.victim(p, site.step[0], site.constraint.value, having=site.values)
    site.give(p, node, *site.good(p, node)[:1])
    return node
