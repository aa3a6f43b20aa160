"""Faults that no rule makes, for the constraints that the other faults leave."""

from __future__ import annotations

from invented import read
from patient import Patient, mutant
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, PROV, RDF, RDFS, SKOS
from rdflib.term import Node

from plangraph.namespaces import GEO, ID, OA, PG, PGC, SCHEMA, UNIT

# --- figures


@mutant("Observation-basis", "or")
def change_against_an_indicator(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-change"])
    p.put(node, PG.basis, p.pick(PG.Indicator))
    return node


@mutant("Observation-basis", "or")
def change_against_an_empty_text(p: Patient) -> Node:
    node = p.pick(PG.Observation, statistic=PGC["statistic-growth-rate"])
    p.put(node, PG.basis, Literal(""))
    return node


@mutant("Observation-bounds")
def both_bounds_lost(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.valueLow, PG.valueHigh)
    for bound in (PG.valueLow, PG.valueHigh):
        p.put(node, bound)
    return node


@mutant("Observation-unit", "or")
def unit_from_another_list(p: Patient) -> Node:
    node = p.pick(PG.Observation, unit=PGC["unit-yuan"])
    p.put(node, PG.unit, PGC["status-completed"])
    return node


@mutant("Observation-unit", "or")
def unit_in_small_letters(p: Patient) -> Node:
    node = p.pick(PG.Observation, unit=UNIT.PERCENT)
    p.put(node, PG.unit, UNIT.percent)
    return node


@mutant("Observation-unit-named")
def unit_that_nobody_names(p: Patient) -> Node:
    node = p.pick(PG.Observation, unit=UNIT.PERCENT)
    p.put(node, PG.unit, UNIT.PERCENTT)
    return UNIT.PERCENTT


@mutant("Observation-change-basis")
def change_from_nothing(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.basis, statistic=PGC["statistic-change"])
    p.put(node, PG.basis)
    return node


@mutant("Observation-target-time")
def target_without_time(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.dueBy, valueType=PGC["value-type-target"])
    for time in (PG.dueBy, PG.periodEnd):
        p.put(node, time)
    return node


@mutant("Indicator-kind-main-only")
def kind_of_a_minor_indicator(p: Patient) -> Node:
    minor = set(p.graph.subjects(RDF.type, PG.Indicator)) - set(p.graph.subjects(RDF.type, PG.MainIndicator))
    node = min(minor - p.touched)
    p.touched.add(node)
    p.put(node, PG.indicatorKind, PGC["kind-binding"])
    return node


# --- documents, evidence, names


@mutant("Document-creator", "or")
def written_by_a_place(p: Patient) -> Node:
    node = p.pick(PG.Document)
    p.put(node, DCTERMS.creator, p.pick(PG.Place))
    return node


@mutant("Document-creator", "or")
def written_by_nobody(p: Patient) -> Node:
    node = p.pick(PG.Document)
    p.put(node, DCTERMS.creator, Literal(""))
    return node


@mutant("Evidence-selectors")
def selector_of_other_evidence(p: Patient) -> Node:
    node, other = p.pick(OA.SpecificResource), p.pick(OA.SpecificResource)
    p.put(node, OA.hasSelector, URIRef(f"{node}#position"), URIRef(f"{other}#quote"))
    return node


@mutant("Evidence-source-text")
def evidence_in_a_document_without_text(p: Patient) -> Node:
    node = p.pick(OA.SpecificResource)
    p.put(node, OA.hasSource, next(d for d in _documents(p) if (d, PG.sha256, None) not in p.graph))
    return node


def _documents(p: Patient) -> list[Node]:
    return sorted(p.graph.subjects(RDF.type, PG.Document))


@mutant("Property-known")
def locator_misspelt(p: Patient) -> Node:
    node = p.pick(OA.SpecificResource)
    p.put(node, PG.locater, Literal("二(一)2"))
    return node


@mutant("Label-english")
def chinese_in_an_english_label(p: Patient) -> Node:
    node = p.pick(PG.Programme)
    label = next(v for v in p.graph.objects(node, SKOS.prefLabel) if getattr(v, "language", "") == "en")
    p.graph.remove((node, SKOS.prefLabel, label))
    p.graph.add((node, SKOS.prefLabel, Literal(f"{label} 行动", lang="en")))
    return node


@mutant("Class-known")
def class_in_small_letters(p: Patient) -> Node:
    node = p.pick(PG.Programme)
    p.graph.add((node, RDF.type, PG.programme))
    return node


@mutant("Inferred-attribution")
def goal_inferred_by_nobody(p: Patient) -> Node:
    node = p.pick(PG.Goal, PG.rationale, PROV.wasAttributedTo)
    p.put(node, PROV.wasAttributedTo)
    return node


# --- chains that come back to where they began


@mutant("Continues-acyclic")
def work_that_continues_itself(p: Patient) -> Node:
    node, other = p.pick(PG.Project), p.pick(PG.Project)
    p.graph.add((node, PG.continues, other))
    p.graph.add((other, PG.continues, node))
    return node


@mutant("BasedOn-acyclic")
def measure_based_on_itself(p: Patient) -> Node:
    node = p.pick(PG.PolicyMeasure)
    p.graph.add((node, PG.basedOn, node))
    return node


@mutant("Hierarchy-acyclic")
def project_part_of_a_part_of_itself(p: Patient) -> Node:
    chain = [p.pick(PG.Project) for _ in range(3)]
    for node, above in zip(chain, [*chain[1:], chain[0]], strict=True):
        p.put(node, PG.partOf, above)
    return chain[0]


# --- relations: what a kind needs stands in shapes without a name, so each part of it has a fault here


@mutant("Relation-enumeration")
def counted_and_collected(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.collection, relationKind=PGC["relation-enumeration"])
    p.put(node, PG.counted, p.pick(PG.Project))
    return node


@mutant("Relation-enumeration")
def nothing_counted(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.counted, relationKind=PGC["relation-enumeration"])
    p.put(node, PG.counted)
    return node


@mutant("Relation-sum")
def sum_of_one_part(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.part, relationKind=PGC["relation-sum"])
    p.put(node, PG.part, min(p.graph.objects(node, PG.part)))
    return node


@mutant("Relation-difference")
def two_results(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.result, relationKind=PGC["relation-difference"])
    p.graph.add((node, PG.result, p.pick(PG.Observation)))
    return node


@mutant("Relation-precedes")
def after_nothing(p: Patient) -> Node:
    node = p.pick(PG.Relation, PG.before, relationKind=PGC["relation-precedes"])
    p.put(node, PG.before)
    return node


# --- a second district, whose faults the first must not hide


@mutant("Plan-main-indicator-count")
def second_plan_with_an_indicator_short(p: Patient) -> Node:
    plan = URIRef(f"{ID}linhe-2021/plan/five-year")
    evidence = next(p.graph.objects(p.pick(PG.Task, PG.evidence), PG.evidence))
    stated = f"pg:inPlan <{plan}> ; pg:assertion pgc:assertion-stated ; pg:evidence <{evidence}>"
    read(
        p,
        f"""<{plan}> a pg:Plan ; skos:prefLabel "临河区五年规划"@zh, "Linhe Five-Year Plan"@en ;
              pg:assertion pgc:assertion-stated ; pg:evidence <{evidence}> ;
              pg:periodStart "2021-01-01"^^xsd:date ; pg:periodEnd "2025-12-31"^^xsd:date .
        <{ID}linhe-2021/indicator/main-indicators-total> a pg:Indicator ; {stated} ;
              skos:prefLabel "临河区主要指标数"@zh, "Main indicators of Linhe"@en .
        <{ID}linhe-2021/observation/main-indicators-total> a pg:Observation ; {stated} ;
              skos:prefLabel "临河区主要指标2项"@zh, "Two main indicators of Linhe"@en ;
              pg:ofIndicator <{ID}linhe-2021/indicator/main-indicators-total> ; pg:valueType pgc:value-type-actual ;
              pg:statistic pgc:statistic-count ; pg:comparator pgc:comparator-eq ; pg:unit pgc:unit-item ;
              pg:value 2.0 ; pg:valueLow 2.0 ; pg:valueHigh 2.0 ; pg:asPrinted "2项" .""",
    )
    return plan


# --- what a thing is, and where it belongs


@mutant("Thing-class")
def organisation_as_the_british_write_it(p: Patient) -> Node:
    node = p.pick(ORG.Organization)
    p.put(node, RDF.type, URIRef(f"{ORG}Organisation"))
    return node


@mutant("Thing-class")
def project_of_another_vocabulary(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.put(node, RDF.type, SCHEMA.Project)
    return node


@mutant("Thing-plan-key")
def event_of_another_districts_identifier(p: Patient) -> Node:
    old = p.pick(PG.Event)
    new = URIRef(str(old).replace("/chaoyang-2021/", "/xinghe-2021/"))
    p.rename(old, new)
    return new


@mutant("Thing-label-blank")
def label_of_nothing_visible(p: Patient) -> Node:
    node = p.pick(PG.Place)
    p.put(node, SKOS.prefLabel, Literal("\u200b ", lang="zh"), Literal("Somewhere", lang="en"))
    return node


@mutant("Geometry-form")
def point_misspelt(p: Patient) -> Node:
    node = min(n for n in p.graph.subjects(GEO.asWKT) if n not in p.touched)
    p.touched.add(node)
    p.put(node, GEO.asWKT, Literal("PIONT(116.4 39.9)", datatype=GEO.wktLiteral))
    return node


@mutant("Organization-acyclic")
def bodies_above_each_other(p: Patient) -> Node:
    node, other = p.pick(ORG.Organization), p.pick(ORG.Organization)
    p.put(node, ORG.subOrganizationOf, other)
    p.put(other, ORG.subOrganizationOf, node)
    return node


@mutant("Vocabulary-own")
def misspelt_code_declared(p: Patient) -> Node:
    code = PGC["status-compelted"]
    p.graph.add((code, SKOS.inScheme, PGC.status))
    return code


@mutant("Vocabulary-own")
def class_put_below_another(p: Patient) -> Node:
    p.graph.add((PG.Omission, RDFS.subClassOf, PG.Document))
    return PG.Omission
