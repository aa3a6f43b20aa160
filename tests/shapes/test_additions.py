"""Right new data are not refused, however unusual, and get no advice but that in their row."""

from __future__ import annotations

import pytest
from additions import ADDITIONS, Verdict, shape_of, together, verdict
from forms import Addition
from mutation import shipped_data
from patient import Patient

from plangraph.namespaces import PGS
from plangraph.shapes import shipped_shapes

ALL = Addition("all", "on things that no single one is about", "")


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient(shipped_data())


@pytest.fixture(scope="module")
def verdicts(patient: Patient) -> dict[str, Verdict]:
    return {v.addition.name: v for v in together(patient)}


@pytest.mark.parametrize("addition", [*ADDITIONS, ALL], ids=lambda a: a.name)
def test_a_right_addition_is_not_refused(addition: Addition, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[addition.name]
    assert [(shape_of(r), str(r.focus_node), r.message["en"]) for r in found.refusals] == []
    assert found.unexpected == set()


@pytest.mark.long
@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda a: a.name)
def test_a_right_addition_by_itself_is_not_refused(addition: Addition, patient: Patient) -> None:
    assert verdict(patient, addition).refusals == ()


@pytest.mark.parametrize("names", ["later-counts", "verdict-turned", "later-counts verdict-turned"])
def test_the_next_report_may_count_anew(patient: Patient, names: str) -> None:
    found = together(patient, [a for a in ADDITIONS if a.name in names.split()])
    assert [shape_of(r) for each in found for r in each.refusals] == []


def test_there_are_many_with_names_of_their_own() -> None:
    assert len({a.name for a in ADDITIONS}) == len(ADDITIONS) >= 60


def test_advice_in_the_rows_is_that_of_shapes() -> None:
    known = {str(s) for s in shipped_shapes().graph.subjects()}
    named = {name for a in ADDITIONS for name in a.may}
    assert {name for name in named if str(PGS[name]) not in known} == set()
