"""Right new data for the shipped plan, none of which may be refused, and what the default engine says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from additions_of_figures import FIGURES
from additions_of_things import THINGS
from forms import YEARBOOK, Addition, read
from mutation import healthy, shipped_data
from patient import Patient
from rdflib.term import Node

from plangraph.reports import Report, Result
from plangraph.validation import validate

ADDITIONS: list[Addition] = [*FIGURES, *THINGS]


@dataclass(frozen=True)
class Verdict:
    addition: Addition
    refusals: tuple[Result, ...]
    advice: tuple[Result, ...]
    """Warnings and notes that weren't there before."""

    @property
    def unexpected(self) -> set[str]:
        return {shape_of(r) for r in self.advice} - self.addition.may


def shape_of(result: Result) -> str:
    return (result.source_shape or "").rpartition("#")[2]


def verdict(patient: Patient, addition: Addition) -> Verdict:
    """One addition by itself, in the whole data."""
    with patient.healed():
        added = _add(patient, addition)
        new = _new(validate(patient.graph))
    assert added
    return Verdict(addition, *_split(new))


def together(patient: Patient, rows: Sequence[Addition] = ()) -> tuple[Verdict, ...]:
    """Many additions, all if none are given, in one copy of the data.

    The last verdict is on what concerns no single one.
    """
    rows = rows or ADDITIONS
    with patient.healed():
        subjects = [_add(patient, addition) for addition in rows]
        new = _new(validate(patient.graph))
    found = [
        (addition, [r for r in new if r.focus_node in mine]) for addition, mine in zip(rows, subjects, strict=True)
    ]
    others = Addition(
        "all", "on things that no single one is about", "", frozenset(name for a in rows for name in a.may)
    )
    found.append((others, [r for r in new if not any(r.focus_node in mine for mine in subjects)]))
    return tuple(Verdict(addition, *_split(results)) for addition, results in found)


def _add(patient: Patient, addition: Addition) -> set[Node]:
    for triple in addition.replaced():
        assert triple in patient.graph, triple
        patient.graph.remove(triple)
    graph = addition.graph()
    for triple in graph:
        patient.graph.add(triple)
    return set(graph.subjects()) - set(read(YEARBOOK).subjects())


def _key(result: Result) -> tuple[object, ...]:
    return result.focus_node, result.source_shape, result.path, result.value, result.component


def _new(report: Report) -> list[Result]:
    before = {_key(r) for r in healthy().results}
    return [r for r in report.results if _key(r) not in before]


def _split(results: list[Result]) -> tuple[tuple[Result, ...], tuple[Result, ...]]:
    listed = sorted(results, key=lambda r: (str(r.focus_node), r.source_shape or ""))
    return tuple(r for r in listed if r.severity == "violation"), tuple(r for r in listed if r.severity != "violation")


__all__ = ["ADDITIONS", "Verdict", "shape_of", "shipped_data", "together", "verdict"]
