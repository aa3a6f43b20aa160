"""Faults of labels, provenance, names, links, progress, slogans, evidence and hierarchies."""

from __future__ import annotations

from patient import Patient, day, mutant
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, PROV, RDF, SKOS
from rdflib.term import Node

from plangraph.namespaces import GEO, ID, OA, PG, PGC

NOWHERE = URIRef(ID + "chaoyang-2021/project/never-built")


# --- labels and provenance


@mutant("Thing-prefLabel-en")
def english_label_lost(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, SKOS.prefLabel, Literal("无英文名", lang="zh"))
    return node


@mutant("Thing-prefLabel-zh")
def second_chinese_label(p: Patient) -> Node:
    node = p.pick(PG.Task)
    p.graph.add((node, SKOS.prefLabel, Literal("另一个名称", lang="zh")))
    return node


@mutant("Thing-prefLabel-zh")
def empty_label(p: Patient) -> Node:
    node = p.pick(PG.Programme)
    p.put(node, SKOS.prefLabel, Literal("", lang="zh"), Literal("Something", lang="en"))
    return node


@mutant("Label-language")
def label_in_traditional_chinese(p: Patient) -> Node:
    node = p.pick(PG.Goal)
    p.graph.add((node, SKOS.altLabel, Literal("綠色", lang="zh-Hant")))
    return node


@mutant("Thing-inPlan-given")
def plan_lost(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, PG.inPlan)
    return node


@mutant("Stated-evidence")
def evidence_lost(p: Patient) -> Node:
    node = p.pick(PG.Project, PG.evidence, assertion=PGC["assertion-stated"])
    p.put(node, PG.evidence)
    return node


@mutant("Inferred-rationale")
def rationale_lost(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.rationale, assertion=PGC["assertion-inferred"])
    p.put(node, PG.rationale)
    return node


@mutant("Inferred-rationale")
def rationale_in_one_language(p: Patient) -> Node:
    node = p.pick(PG.Goal, PG.rationale)
    p.put(node, PG.rationale, *[r for r in p.graph.objects(node, PG.rationale) if r.language == "en"])
    return node


@mutant("Inferred-attribution")
def inferred_by_nobody(p: Patient) -> Node:
    node = p.pick(PG.Link)
    p.put(node, PROV.wasAttributedTo)
    return node


@mutant("Thing-assertion")
def stated_and_inferred(p: Patient) -> Node:
    node = p.pick(PG.Project, assertion=PGC["assertion-stated"])
    p.put(node, PG.assertion, PGC["assertion-stated"], PGC["kind-binding"])
    return node


# --- names


@mutant("Project")
def mistyped_property(p: Patient) -> Node:
    node = p.pick(PG.Project, PG.locatedIn)
    p.put(node, PG.locatdIn, *p.graph.objects(node, PG.locatedIn))
    return node


@mutant("Class-known")
def mistyped_class(p: Patient) -> Node:
    node = p.pick(PG.Recognition) if (None, RDF.type, PG.Recognition) in p.graph else p.pick(PG.Problem)
    p.graph.add((node, RDF.type, PG.Recogniton))
    return node


@mutant("Link-target")
def link_to_nothing(p: Patient) -> Node:
    node = p.pick(PG.Slogan)
    p.graph.add((node, PG.about, NOWHERE))
    return node


@mutant("Project-implements")
def task_misspelt(p: Patient) -> Node:
    node = p.pick(PG.Project, PG.implements)
    p.put(node, PG.implements, URIRef(ID + "chaoyang-2021/task/educaton"))
    return node


@mutant("Code-known")
def code_misspelt(p: Patient) -> Node:
    node = p.pick(PG.Indicator, PG.direction)
    p.put(node, PG.direction, PGC["direction-hihger"])
    return node


@mutant("Thing-type")
def type_lost(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, RDF.type)
    return node


@mutant("Project-iri")
def capitals_in_iri(p: Patient) -> Node:
    new = URIRef(ID + "chaoyang-2021/project/NewBridge")
    p.rename(p.pick(PG.Project), new)
    return new


@mutant("Indicator-iri")
def kind_in_iri_wrong(p: Patient) -> Node:
    new = URIRef(ID + "chaoyang-2021/observation/an-indicator")
    p.rename(p.pick(PG.Indicator), new)
    return new


@mutant("Project-iri")
def blank_node(p: Patient) -> Node:
    node = BNode()
    for t in ((RDF.type, PG.Project), (SKOS.prefLabel, Literal("空白", lang="zh"))):
        p.graph.add((node, *t))
    return node


# --- classes of link ends


@mutant("Task-inDomain")
def task_without_domain(p: Patient) -> Node:
    node = p.pick(PG.Task, PG.inDomain)
    p.put(node, PG.inDomain)
    return node


@mutant("Task-inDomain")
def task_in_two_domains(p: Patient) -> Node:
    node = p.pick(PG.Task, PG.inDomain)
    p.put(node, PG.inDomain, *sorted(p.graph.subjects(RDF.type, PG.Domain))[:2])
    return node


@mutant("Project-implements")
def project_implements_a_domain(p: Patient) -> Node:
    node = p.pick(PG.Project, PG.implements)
    p.put(node, PG.implements, p.pick(PG.Domain))
    return node


@mutant("Project-locatedIn")
def place_as_text(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, PG.locatedIn, Literal("三里屯"))
    return node


@mutant("Programme-programmeType")
def programme_type_from_other_list(p: Patient) -> Node:
    node = p.pick(PG.Programme)
    p.put(node, PG.programmeType, PGC["status-completed"])
    return node


@mutant("Place-placeType")
def place_without_type(p: Patient) -> Node:
    node = p.pick(PG.Place)
    p.put(node, PG.placeType)
    return node


@mutant("Organization-locatedIn")
def organisation_in_a_task(p: Patient) -> Node:
    node = p.pick(ORG.Organization, PG.locatedIn)
    p.put(node, PG.locatedIn, p.pick(PG.Task))
    return node


@mutant("Geometry-asWKT")
def point_without_datatype(p: Patient) -> Node:
    node = next(iter(sorted(p.graph.subjects(GEO.asWKT))))
    p.put(node, GEO.asWKT, Literal("POINT(116.4 39.9)"))
    return node


@mutant("Document-sha256")
def digest_cut_short(p: Patient) -> Node:
    node = p.pick(PG.Document, PG.sha256)
    p.put(node, PG.sha256, Literal("abc123"))
    return node


# --- progress, slogans, links, evidence


@mutant("Assessment-status")
def project_status_on_an_indicator(p: Patient) -> Node:
    node = p.pick(PG.Assessment)
    p.put(node, PG.status, PGC["status-completed"])
    return node


@mutant("Assessment-date-in-plan")
def assessed_before_the_plan(p: Patient) -> Node:
    node = p.pick(PG.Assessment)
    p.put(node, PG.asOf, day("2013-06-30"))
    return node


@mutant("StatusReport-about")
def status_of_a_task(p: Patient) -> Node:
    node = p.pick(PG.StatusReport)
    p.put(node, PG.about, p.pick(PG.Task))
    return node


@mutant("StatusReport-asOf")
def status_without_date(p: Patient) -> Node:
    node = p.pick(PG.StatusReport)
    p.put(node, PG.asOf)
    return node


@mutant("Slogan-member-count")
def member_lost(p: Patient) -> Node:
    node = p.pick(PG.Slogan, PG.memberCount, SKOS.member)
    p.graph.remove((node, SKOS.member, next(p.graph.objects(node, SKOS.member))))
    return node


@mutant("Slogan-positions")
def position_twice(p: Patient) -> Node:
    node = p.pick(PG.Slogan, SKOS.member)
    for member in p.graph.objects(node, SKOS.member):
        p.put(member, PG.position, Literal(1))
    return node


@mutant("Link-triple")
def plain_triple_lost(p: Patient) -> Node:
    node = p.pick(PG.Link)
    parts = [p.graph.value(node, PG[part]) for part in ("linkFrom", "linkProperty", "linkTo")]
    p.graph.remove(tuple(parts))  # type: ignore[arg-type]
    return node


@mutant("Link-to")
def link_half_made(p: Patient) -> Node:
    node = p.pick(PG.Link)
    p.put(node, PG.linkTo)
    return node


def part_of(p: Patient, evidence: Node, kind: str) -> Node:
    return URIRef(f"{evidence}#{kind}")


@mutant("Position-offsets")
def offset_shifted(p: Patient) -> Node:
    position = part_of(p, p.pick(OA.SpecificResource), "position")
    for edge in (OA.start, OA.end):
        p.put(position, edge, Literal(int(str(p.graph.value(position, edge))) + 1))
    return position


@mutant("Quote-length")
def quote_changed(p: Patient) -> Node:
    quote = part_of(p, p.pick(OA.SpecificResource), "quote")
    p.put(quote, OA.exact, Literal(f"{p.graph.value(quote, OA.exact)}等"))
    return quote


@mutant("Position-order")
def selector_backwards(p: Patient) -> Node:
    position = part_of(p, p.pick(OA.SpecificResource), "position")
    p.put(position, OA.end, Literal(0))
    return position


@mutant("Quote-exact")
def whole_sentence_quoted(p: Patient) -> Node:
    quote = part_of(p, p.pick(OA.SpecificResource), "quote")
    p.put(quote, OA.exact, Literal("句" * 41))
    return quote


@mutant("Evidence-hasSource")
def evidence_without_source(p: Patient) -> Node:
    node = p.pick(OA.SpecificResource)
    p.put(node, OA.hasSource)
    return node


# --- hierarchies


@mutant("Hierarchy-acyclic")
def measure_part_of_its_own_part(p: Patient) -> Node:
    child = p.pick(PG.PolicyMeasure, PG.partOf)
    parent = p.graph.value(child, PG.partOf)
    assert parent is not None
    p.touched.add(parent)
    p.put(parent, PG.partOf, child)
    return parent


@mutant("Within-acyclic")
def district_within_its_subdistrict(p: Patient) -> Node:
    child = p.pick(PG.Place, PG.within)
    parent = p.graph.value(child, PG.within)
    assert parent is not None
    p.graph.add((parent, PG.within, child))
    return parent


@mutant("Thing-description")
def two_descriptions(p: Patient) -> Node:
    node = p.pick(PG.Indicator, DCTERMS.description)
    p.graph.add((node, DCTERMS.description, Literal("另一种说法", lang="zh")))
    return node
