"""Deliberate faults in the shipped data, each caught by the shape that is there to catch it.

All faults are put into one copy, each into a thing of its own, and validated at once; the long tests put them in one at
a time.
"""

from __future__ import annotations

from functools import cache

import faults_of_figures  # noqa: F401 - registers its faults
import faults_of_things  # noqa: F401 - registers its faults
import pytest
from patient import MUTANTS, Mutant, Patient
from rdflib import BNode, Graph
from rdflib.term import Node

from plangraph.namespaces import PGS
from plangraph.shipped import shipped
from plangraph.validation import Report, read_sources, validate

DATA = shipped("data", "chaoyang-2021")


@cache
def shipped_data() -> Graph:
    data = Graph(bind_namespaces="none")
    for source in read_sources([DATA]):
        for s, p, o, _ in source.quads:
            data.add((s, p, o))
    return data


def found(report: Report) -> set[tuple[str, str]]:
    return {
        ("_:" if isinstance(r.focus_node, BNode) else str(r.focus_node), str(r.source_shape).removeprefix(str(PGS)))
        for r in report.results
        if r.severity == "violation"
    }


@pytest.fixture(scope="module")
def all_at_once() -> tuple[dict[str, Node], set[tuple[str, str]]]:
    patient = Patient(shipped_data())
    victims = {m.name: m.fault(patient) for m in MUTANTS}
    return victims, found(validate(patient.graph))


def caught(victim: Node, shape: str) -> tuple[str, str]:
    return ("_:" if isinstance(victim, BNode) else str(victim), shape)


def test_the_shipped_data_conform() -> None:
    report = validate(read_sources([DATA]))
    assert [r for r in report.to_json()["results"] if r["severity"] == "violation"] == []


@pytest.mark.long
def test_both_engines_agree_on_the_shipped_data() -> None:
    assert validate(shipped_data(), engine="both").conforms


@pytest.mark.parametrize("row", MUTANTS, ids=lambda m: m.name)
def test_a_fault_is_caught_by_its_shape(row: Mutant, all_at_once: tuple[dict[str, Node], set[tuple[str, str]]]) -> None:
    victims, results = all_at_once
    assert caught(victims[row.name], row.shape) in results


@pytest.mark.long
@pytest.mark.parametrize("row", MUTANTS, ids=lambda m: m.name)
def test_a_single_fault_is_caught_by_its_shape(row: Mutant) -> None:
    patient = Patient(shipped_data())
    victim = row.fault(patient)
    assert caught(victim, row.shape) in found(validate(patient.graph))


def test_there_are_many_faults_with_names_of_their_own() -> None:
    assert len({m.name for m in MUTANTS}) == len(MUTANTS) >= 45
