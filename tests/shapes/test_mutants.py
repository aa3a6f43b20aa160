"""Deliberate faults in the shipped data, each caught by the shape that is there to catch it, at the right thing.

Every constraint of the shapes has one. All are put into a few copies of the data and validated by the default engine;
by itself, each is shown to both engines in the smallest piece of the data that has it. ``make mutants`` prints the
table of it all.
"""

from __future__ import annotations

import json

import mutant_table
import pytest
from mutation import (
    Outcome,
    all_constraints,
    all_mutants,
    expected,
    healthy,
    is_by_rule,
    known,
    run_all,
    run_alone,
    shipped_data,
    uncovered,
)
from patient import MUTANTS, Mutant, Patient

from plangraph.validation import validate

# Constraints that nothing can break without breaking another of the same shape first, with the reason.
WITHOUT: dict[str, str] = {}

# The plan's own counts need much of the plan: seconds each.
SAMPLE = [m for number, m in enumerate(all_mutants()) if number % 16 == 0 and not m.shape.startswith("Plan-")]


def test_the_shipped_data_conform() -> None:
    assert [r for r in healthy().to_json()["results"] if r["severity"] == "violation"] == []


@pytest.mark.long
def test_both_engines_agree_on_the_shipped_data() -> None:
    assert validate(shipped_data(), engine="both").conforms


def test_every_constraint_has_a_mutant() -> None:
    for name, reason in WITHOUT.items():
        print(f"{name}: {reason}")
    assert uncovered(all_mutants()) == sorted(WITHOUT)
    assert len(all_constraints()) > 500


def test_mutants_have_names_of_their_own() -> None:
    names = [m.name for m in all_mutants()]
    assert len(set(names)) == len(names) >= 150


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {o.mutant.name: o for o in run_all(all_mutants())}


@pytest.mark.parametrize("mutant", all_mutants(), ids=lambda m: m.name)
def test_a_fault_is_caught_by_its_shape(mutant: Mutant, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[mutant.name].caught, (mutant.covers, outcomes[mutant.name].victim)


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient(shipped_data())


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda m: m.name)
def test_pyshacl_catches_it_in_the_smallest_piece(mutant: Mutant, patient: Patient) -> None:
    alone = run_alone(patient, mutant)
    assert (alone.caught, alone.by_pyshacl) in ((True, True), (True, None)), (mutant.covers, alone)


@pytest.mark.long
@pytest.mark.parametrize("mutant", [m for m in all_mutants() if m not in SAMPLE], ids=lambda m: m.name)
def test_pyshacl_catches_the_others_too(mutant: Mutant, patient: Patient) -> None:
    test_pyshacl_catches_it_in_the_smallest_piece(mutant, patient)


@pytest.mark.long
@pytest.mark.parametrize("mutant", [m for m in all_mutants() if not is_by_rule(m)], ids=lambda m: m.name)
def test_a_single_fault_in_the_whole_data_is_caught(mutant: Mutant, patient: Patient) -> None:
    with patient.healed():
        victim = mutant.fault(patient)
        assert expected(mutant, victim) & set(known(validate(patient.graph)))


@pytest.mark.long
def test_a_property_shape_holds_for_each_class_that_shares_it() -> None:
    missed = [o.mutant.name for o in run_all(all_mutants(everywhere=True)) if not o.caught]
    assert missed == []


def test_faults_by_hand_name_shapes_that_there_are() -> None:
    assert {m.shape for m in MUTANTS} <= {c.name.split()[0] for c in all_constraints().values()}


@pytest.mark.long
def test_the_table_has_a_row_for_each_mutant_and_each_addition(capsys: pytest.CaptureFixture[str]) -> None:
    mutant_table.main(["--format", "json"])
    table = json.loads(capsys.readouterr().out)
    assert {row["constraint"] for row in table["mutants"]} >= set(all_constraints())
    assert len(table["mutants"]) == len(all_mutants())
    assert all(row["caught"] for row in table["mutants"])
    assert table["without"] == []
    assert len(table["additions"]) > 60


def test_the_table_of_few_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"constraint": "Task-inDomain minCount", "parameter": "1", "mutant": "left-out", "victim": "task/x"}]
    mutant_table.print_text([rows[0] | {"caught": False}], [], ["Task closed"])
    told = capsys.readouterr().out
    assert "Task-inDomain minCount 1" in told
    assert "NO" in told
    assert "without a mutant: Task closed" in told
    assert mutant_table.failures([rows[0] | {"caught": False}], [], ["Task closed"]) == 2
