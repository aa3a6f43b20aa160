"""The law that validating a change rests on: outside what a change affects, every finding is as it was."""

from __future__ import annotations

import random
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, PROV, RDF, SKOS, XSD

from plangraph.namespaces import GRAPHS, ID, OA, PG, PGC, UNIT
from plangraph.proofreading import RULES, Rule
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.view import Triple, View

BASE = str(ID) + "xinghe-2021/"
GRAPH = GRAPHS["xinghe-2021/report"]


def it(path: str) -> URIRef:
    return URIRef(BASE + path)


def zh(text: str) -> Literal:
    return Literal(text, lang="zh")


def number(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def date(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)


def _slots() -> list[list[Triple]]:
    """What may be said of a few things: for each property of each thing the triples to choose from."""
    said: dict[str, dict[URIRef, list[URIRef | Literal]]] = {}
    for n in range(4):
        said[f"observation/{n}"] = {
            RDF.type: [PG.Observation],
            PG.ofIndicator: [it("indicator/a"), it("indicator/b")],
            PG.value: [number("3442000"), number("344.2")],
            PG.valueLow: [number("3441500"), number("-99999999" if n % 2 else "8")],
            PG.valueHigh: [number("3442500"), number("99999999" if n % 2 else "9")],
            PG.unit: [PGC["unit-person"], UNIT.HA if n else PGC["unit-person"]],
            PG.statistic: [PGC["statistic-level"], PGC["statistic-change" if n else "statistic-count"]],
            PG.valueType: [PGC["value-type-actual"], PGC["value-type-target"]],
            PG.comparator: [PGC["comparator-eq"], PGC["comparator-gt"]],
            PG.assertion: [PGC["assertion-stated"]],
            PG.asPrinted: [Literal("344.2万人"), Literal("约344.2万人")],
            PG.periodEnd: [date(f"202{n}-12-31")],
            PG.refArea: [it("place/a")],
            PG.basis: [Literal("较上年减少")],
            PG.evidence: [it(f"evidence/{n}"), it("evidence/0")],
            SKOS.prefLabel: [zh("人数（增加）"), zh("人数"), zh("人数：344.2万人")],
        }
        said[f"evidence/{n}"] = {OA.hasSelector: [it(f"evidence/{n}#quote"), it("evidence/1#quote")]}
        said[f"evidence/{n}#quote"] = {OA.exact: [Literal("344.2亿人"), Literal("344.2万人")]}
    for name in "ab":
        said[f"indicator/{name}"] = {
            RDF.type: [PG.Indicator],
            PG.direction: [PGC["direction-higher"], PGC["direction-lower"]],
            SKOS.prefLabel: [zh("人数"), zh("人口"), zh("人数降幅")],
            PG.inPlan: [it("plan/a")],
        }
        said[f"assessment/{name}"] = {
            RDF.type: [PG.Assessment],
            PG.about: [it("indicator/a"), it("indicator/b")],
            PG.status: [PGC["progress-achieved-early"], PGC["progress-behind"]],
            PG.asOf: [date("2024-06-30")],
        }
    for n, (kind, value) in enumerate((("actual", "300"), ("target", "3442000"))):
        said[f"observation/of-c-{n}"] = {
            RDF.type: [PG.Observation],
            PG.ofIndicator: [it("indicator/c")],
            PG.valueType: [PGC[f"value-type-{kind}"]],
            PG.statistic: [PGC["statistic-level"]],
            PG.unit: [PGC["unit-person"]],
            **{p: [number(value)] for p in (PG.value, PG.valueLow, PG.valueHigh)},
        }
    for n in range(2):
        said[f"observation/of-d-{n}"] = {
            RDF.type: [PG.Observation],
            PG.ofIndicator: [it("indicator/d")],
            PG.valueType: [PGC["value-type-actual"]],
            PG.statistic: [PGC["statistic-level"]],
            PG.unit: [PGC["unit-person"]],
            PG.value: [number("7")],
            PG.valueLow: [number("7"), number("70")],
            PG.valueHigh: [number("8"), number("80")],
            PG.evidence: [it("evidence/0")],
        }
        said[f"assessment/of-d-{n}"] = {
            RDF.type: [PG.Assessment],
            PG.about: [it("indicator/d")],
            PG.status: [PGC["progress-on-track"], PGC["progress-behind"]],
            PG.asOf: [date("2024-06-30")],
            PROV.wasAttributedTo: [it("org/a")],
            PG.inPlan: [it("plan/a"), it("plan/b")],
        }
    said["indicator/c"] = {PG.direction: [PGC["direction-higher"], PGC["direction-lower"]]}
    said["assessment/c"] = {
        RDF.type: [PG.Assessment],
        PG.about: [it("indicator/c")],
        PG.status: [PGC["progress-achieved-early"], PGC["progress-behind"]],
    }
    for n in range(3):
        said[f"status-report/{n}"] = {
            RDF.type: [PG.StatusReport],
            PG.about: [it("project/0"), it("project/1")],
            PG.status: [PGC["status-completed"], PGC["status-planned"], PGC["status-started"]],
            PG.asOf: [date("2022-06-30"), date("2023-06-30")],
        }
    for name in "ab":
        said[f"assessment/{name}"][PROV.wasAttributedTo] = [it("org/a")]
    names = ("星湖湿地公园", "“星湖”湿地公园", "星湖湿地公園", "星湖湿地么园", "星湖湿地公园项目")
    for n in range(5):
        said[f"project/{n}"] = {
            RDF.type: [PG.Project, PG.Programme, ORG.Organization],
            SKOS.prefLabel: [zh(names[n]), zh(names[n - 1])],
            SKOS.altLabel: [zh(names[n - 2])],
            PG.inPlan: [it("plan/a"), it("plan/b")],
            PG.locatedIn: [it("place/a")],
            DCTERMS.description: [zh("廣場")],
        }
    said |= _counted()
    slots: list[list[Triple]] = [
        [(it(path), p, o) for o in values] for path, facts in said.items() for p, values in facts.items()
    ]
    code, misspelt = PGC["status-completed"], PGC["status-compelted"]
    return [*slots, [(term, SKOS.inScheme, scheme) for term in (code, misspelt) for scheme in (PGC.status, PGC.kind)]]


def _counted() -> dict[str, dict[URIRef, list[URIRef | Literal]]]:
    """A plan whose documents count its indicators, and judge the one that it has."""
    said: dict[str, dict[URIRef, list[URIRef | Literal]]] = {
        "plan/a": {RDF.type: [PG.Plan]},
        "evidence/0": {OA.hasSelector: [it("evidence/0#quote")], OA.hasSource: [it("document/a"), it("document/b")]},
        "indicator/e": {RDF.type: [PG.MainIndicator], PG.inPlan: [it("plan/a"), it("plan/b")]},
    }
    for n in range(2):
        said[f"assessment/of-e-{n}"] = {
            RDF.type: [PG.Assessment],
            PG.about: [it("indicator/e")],
            PG.status: [PGC["progress-achieved-early"], PGC["progress-behind"]],
            PG.evidence: [it("evidence/0"), it("evidence/1")],
        }
    for slug in ("indicators-achieved-early", "binding-indicators-behind", "anticipatory-indicators-behind"):
        said[f"observation/{slug}"] = {
            PG.ofIndicator: [it(f"indicator/{slug}")],
            PG.value: [number("0"), number("1")],
            PG.comparator: [PGC["comparator-eq"]],
            PG.valueType: [PGC["value-type-actual"]],
            PG.inPlan: [it("plan/a")],
            PG.evidence: [it("evidence/0")],
        }
    return said


SLOTS = _slots()


def choice(slot: list[Triple], chance: random.Random) -> set[Triple]:
    """Mostly one value of a property, now and then none or all: a rule says nothing where a value stands twice."""
    return {0: set(), 1: set(slot)}.get(chance.randrange(12), {chance.choice(slot)})


def made_up(seed: int) -> tuple[set[Triple], set[Triple]]:
    """Some data, and the same after a small change."""
    chance = random.Random(seed)
    chosen = [choice(slot, chance) for slot in SLOTS]
    before = {triple for some in chosen for triple in some}
    for number in chance.sample(range(len(SLOTS)), chance.randint(1, 24)):
        chosen[number] = choice(SLOTS[number], chance)
    return before, {triple for some in chosen for triple in some}


def findings(rule: Rule, view: View) -> dict[URIRef, set[tuple[object, ...]]]:
    found: dict[URIRef, set[tuple[object, ...]]] = {}
    for f in rule.check(view, rule.focuses(view)):
        found.setdefault(f.focus, set()).add((f.path, f.value, tuple(sorted(f.values.items()))))
    return found


def quads(triples: Iterable[Triple]) -> list[Quad]:
    return [(*triple, GRAPH) for triple in triples]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_findings_differ_only_where_a_change_can_affect_them(seed: int) -> None:
    was, becomes = made_up(seed)
    store = EmbeddedStore()
    store.apply(Changeset(added=quads(was)))
    before = View(store)
    after = View(store, Changeset(added=quads(becomes - was), removed=quads(was - becomes)))
    for rule in RULES:
        old, new = findings(rule, before), findings(rule, after)
        differing = {focus for focus in old.keys() | new.keys() if old.get(focus) != new.get(focus)}
        assert differing <= rule.affected(before, was ^ becomes) | rule.affected(after, was ^ becomes), rule.shape


def test_about_some_things_only_what_is_found_about_them_is_told() -> None:
    view = View.of_triples(made_up(7)[0])
    for rule in RULES:
        for focus, told in findings(rule, view).items():
            alone = {(f.path, f.value, tuple(sorted(f.values.items()))) for f in rule.check(view, [focus])}
            assert alone == told


def test_the_changes_are_ones_that_matter_to_every_rule() -> None:
    """Else the law would hold for want of findings."""
    turned = set()
    for seed in range(240):
        was, becomes = (View.of_triples(data) for data in made_up(seed))
        turned |= {rule.shape for rule in RULES if findings(rule, was) != findings(rule, becomes)}
    assert turned >= {rule.shape for rule in RULES}
