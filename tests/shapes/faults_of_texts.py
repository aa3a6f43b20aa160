"""Faults that a careful editor finds in what is written of things: names, texts, links, and their order."""

from __future__ import annotations

from faults_of_new_rules import copied, label, relabelled
from patient import Patient, mutant
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, RDFS, SKOS
from rdflib.term import Node

from plangraph.namespaces import GEO, PG, PGC, UNIT

# --- names, texts, links


@mutant("Label-similar")
def project_entered_under_a_close_name(p: Patient) -> Node:
    node = p.pick(PG.Project, PG.inPlan)
    twin = copied(p, node, "works")
    return relabelled(p, twin, f"“{label(p, node, 'zh')}”建设项目")


@mutant("Label-similar")
def one_character_mistyped(p: Patient) -> Node:
    node = p.pick(PG.Programme, PG.inPlan)
    relabelled(p, node, "星河清风护航行动")
    return relabelled(p, copied(p, node, "twin"), "星河清风护杭行动")


@mutant("Label-traditional")
def traditional_among_simplified(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨公園改造")


@mutant("Label-other-language")
def languages_swapped(p: Patient) -> Node:
    node = p.pick(PG.Task)
    zh, en = label(p, node, "zh"), label(p, node, "en")
    p.put(node, SKOS.prefLabel, Literal(zh, lang="en"), Literal(en, lang="zh"))
    return node


@mutant("Label-full-width")
def full_width_digits(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨路１８号")


@mutant("Label-space")
def blank_at_the_end(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Place), "湖滨公园 ")


@mutant("Label-invisible")
def zero_width_space(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨\u200b步道")


@mutant("Label-direction")
def text_turned_round(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨\u202e码头")


@mutant("Label-markup")
def tags_of_a_web_page(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨<b>剧院</b>")


@mutant("Label-garbled")
def read_in_the_wrong_encoding(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨\ufffd\ufffd馆")


@mutant("Label-ending")
def full_stop_at_the_end(p: Patient) -> Node:
    return relabelled(p, p.pick(PG.Project), "湖滨书店。")


@mutant("Thing-link")
def script_as_a_link(p: Patient) -> Node:
    node = p.pick(PG.Document)
    p.graph.add((node, RDFS.seeAlso, URIRef("javascript:alert(document.cookie)")))
    return node


@mutant("Geometry-axes")
def latitude_first(p: Patient) -> Node:
    node = sorted(p.graph.subjects(GEO.asWKT))[-1]
    p.touched.add(node)
    p.put(node, GEO.asWKT, Literal("POINT(39.92 116.46)", datatype=GEO.wktLiteral))
    return node


@mutant("Label-alternative-language")
def chinese_alias_tagged_english(p: Patient) -> Node:
    node = p.pick(PG.Project)
    p.graph.add((node, SKOS.altLabel, Literal("湖滨剧场", lang="en")))
    return node


@mutant("Label-markup")
def tags_in_the_printed_form(p: Patient) -> Node:
    node = p.pick(PG.Observation, PG.asPrinted)
    p.put(node, PG.asPrinted, Literal(f"<b>{p.graph.value(node, PG.asPrinted)}</b>"))
    return node


@mutant("Thing-link")
def script_as_the_subject(p: Patient) -> Node:
    node = p.pick(PG.Document)
    p.graph.add((node, DCTERMS.subject, URIRef("JavaScript:alert(1)")))
    return node


@mutant("Slogan-position-beyond")
def member_after_the_last(p: Patient) -> Node:
    node = p.pick(PG.Slogan, SKOS.member)
    p.put(min(p.graph.objects(node, SKOS.member)), PG.position, Literal(99))
    return node


@mutant("Thing-position-twice")
def two_tasks_in_one_position(p: Patient) -> Node:
    node = p.pick(PG.Task, PG.position)
    domain = p.graph.value(node, PG.inDomain)
    other = min(t for t in p.graph.subjects(PG.inDomain, domain) if t not in p.touched)
    p.touched.add(other)
    p.put(other, PG.position, *p.graph.objects(node, PG.position))
    return node


@mutant("Observation-point-change")
def share_in_percentage_points(p: Patient) -> Node:
    node = p.pick(PG.Observation, unit=UNIT.PERCENT, statistic=PGC["statistic-share"])
    p.put(node, PG.unit, PGC["unit-percentage-point"])
    return node
