"""Deliberate faults in the shipped data that the proofreading rules and the later shapes are there to catch."""

from __future__ import annotations

from functools import cache

import faults_of_new_rules
import faults_of_texts
import pytest
from patient import MUTANTS, Mutant, Patient
from rdflib import Graph
from rdflib.term import Node

from plangraph.namespaces import PGS
from plangraph.proofreading import proofread
from plangraph.shipped import shipped
from plangraph.store.view import View
from plangraph.validation import read_sources, validate

OURS = [row for row in MUTANTS if row.fault.__module__ in (faults_of_new_rules.__name__, faults_of_texts.__name__)]
DATA = shipped("data", "chaoyang-2021")


@cache
def shipped_data() -> Graph:
    data = Graph(bind_namespaces="none")
    for source in read_sources([DATA]):
        for s, p, o, _ in source.quads:
            data.add((s, p, o))
    return data


def found(graph: Graph) -> set[tuple[str, str]]:
    results = {(str(r.focus_node), str(r.source_shape)) for r in validate(graph).results}
    results |= {(str(f.focus), str(shape)) for shape, f in proofread(View.of_triples(graph))}  # type: ignore[arg-type]
    return {(focus, shape.removeprefix(str(PGS))) for focus, shape in results}


@pytest.fixture(scope="module")
def all_at_once() -> tuple[dict[str, Node], set[tuple[str, str]]]:
    patient = Patient(shipped_data())
    victims = {m.name: m.fault(patient) for m in OURS}
    return victims, found(patient.graph)


def test_the_program_finds_nothing_in_the_shipped_data() -> None:
    assert not list(proofread(View.of_triples(shipped_data())))  # type: ignore[arg-type]


@pytest.mark.parametrize("row", OURS, ids=lambda m: m.name)
def test_a_fault_is_caught_by_its_rule(row: Mutant, all_at_once: tuple[dict[str, Node], set[tuple[str, str]]]) -> None:
    victims, results = all_at_once
    assert (str(victims[row.name]), row.shape) in results


@pytest.mark.long
@pytest.mark.parametrize("row", OURS, ids=lambda m: m.name)
def test_a_single_fault_is_caught_by_its_rule(row: Mutant) -> None:
    patient = Patient(shipped_data())
    victim = row.fault(patient)
    assert (str(victim), row.shape) in found(patient.graph)


def test_each_new_rule_has_a_fault() -> None:
    """What the shapes' own examples show, the real data show too."""
    examples = (
        shipped("ontology", "examples", "valid", "doubtful.ttl"),
        shipped("ontology", "examples", "invalid", "proofread.ttl"),
    )
    named = {
        line.rpartition("pgs:")[2]
        for path in examples
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("# advise: ", "# expect: "))
    }
    assert named - {"Observation-unit-named"} == {row.shape for row in OURS}
