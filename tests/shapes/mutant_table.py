"""The table of constraints, mutants and results, and of right additions: ``make mutants``.

    python tests/shapes/mutant_table.py [--pyshacl] [--alone] [--format text|json] [--only TEXT]

A row a mutant: the constraint that it breaks, the mutant, whether the default engine catches it in the whole data and,
with ``--pyshacl``, whether both engines do in the smallest piece of the data that shows it. Then a row an addition:
refused or not, and the advice given. ``--alone`` validates each addition by itself. Exit code 1 if a mutant isn't
caught, a constraint has none, or an addition is refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from additions import ADDITIONS, shape_of, together, verdict
from mutation import all_constraints, all_mutants, run_all, run_alone, shipped_data, uncovered
from patient import Patient
from rdflib import BNode, URIRef

from plangraph.namespaces import ID, compact

Row = dict[str, Any]


def mutant_rows(only: str, pyshacl: bool) -> Iterator[Row]:
    patient = Patient(shipped_data())
    chosen = [m for m in all_mutants() if only in f"{m.name} {m.covers or m.shape}"]
    for outcome in sorted(
        run_all(chosen) if chosen else [], key=lambda o: (o.mutant.covers or o.mutant.shape, o.mutant.name)
    ):
        mutant = outcome.mutant
        row: Row = {
            "constraint": mutant.covers or mutant.shape,
            "parameter": _parameter(mutant.covers),
            "mutant": mutant.name.partition(":")[0],
            "victim": _short(str(outcome.victim)),
            "caught": outcome.caught,
        }
        if pyshacl:
            alone = run_alone(patient, mutant)
            row |= {"triples": alone.triples, "caughtAlone": alone.caught, "caughtByPyshacl": alone.by_pyshacl}
        yield row


def _parameter(name: str | None) -> str:
    """The parameter's value as people read it; queries and lists stand in the shapes."""
    value = all_constraints()[name].value if name else None
    if value is None or isinstance(value, BNode) or (name or "").endswith(("sparql", "checkedBy")):
        return ""
    return compact(str(value)) if isinstance(value, URIRef) else str(value)


def _short(iri: str) -> str:
    return compact(iri).removeprefix(ID)


def addition_rows(only: str, alone: bool) -> Iterator[Row]:
    patient = Patient(shipped_data())
    chosen = [a for a in ADDITIONS if only in a.name]
    verdicts = (verdict(patient, a) for a in chosen) if alone else together(patient, chosen) if chosen else ()
    for each in verdicts:
        yield {
            "addition": each.addition.name,
            "what": each.addition.what,
            "refused": sorted({shape_of(r) for r in each.refusals}),
            "advice": sorted({shape_of(r) for r in each.advice}),
            "unexpected": sorted(each.unexpected),
        }


def failures(mutants: list[Row], additions: list[Row], without: list[str]) -> int:
    missed = sum(not r["caught"] or r.get("caughtByPyshacl") is False for r in mutants)
    return missed + sum(bool(r["refused"]) for r in additions) + len(without)


def print_text(mutants: list[Row], additions: list[Row], without: list[str]) -> None:
    yes = {True: "yes", False: "NO", None: "-"}
    head = ("constraint", "mutant", "in", "shacl", "pyshacl")
    lines = [
        (
            f"{r['constraint']} {r['parameter']}"[:64].rstrip(),
            r["mutant"],
            r["victim"][-44:],
            yes[r["caught"]],
            yes[r["caughtByPyshacl"]] + f" ({r['triples']} triples)" if "triples" in r else "",
        )
        for r in mutants
    ]
    _columns(head, lines)
    print()
    told = [(r["addition"], r["what"], ", ".join(r["refused"]) or "no", ", ".join(r["advice"])) for r in additions]
    _columns(("addition", "what it is", "refused", "advice"), told)
    print()
    caught = sum(r["caught"] for r in mutants)
    covered = len(all_constraints()) - len(without)
    print(
        f"{len(all_constraints())} constraints, {covered} with mutants; {caught} of {len(mutants)} mutants caught",
        end="",
    )
    if any("triples" in r for r in mutants):
        told_by = [r["caughtByPyshacl"] for r in mutants if r["caughtByPyshacl"] is not None]
        print(f", {sum(told_by)} of {len(told_by)} by pySHACL", end="")
    print(f"; {sum(bool(r['refused']) for r in additions)} of {len(additions)} additions refused.")
    for name in without:
        print(f"without a mutant: {name}")


def _columns(head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(line[n]) for line in (head, *lines)) for n in range(len(head))]
    for line in (head, tuple("-" * width for width in widths), *lines):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Constraints, their mutants and the results; right additions.")
    parser.add_argument("--pyshacl", action="store_true", help="also by pySHACL, in the smallest piece (a minute)")
    parser.add_argument("--alone", action="store_true", help="validate each addition by itself (minutes)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--only", default="", help="mutants and additions with this in their name or constraint")
    asked = parser.parse_args(arguments)
    mutants = list(mutant_rows(asked.only, asked.pyshacl))
    additions = list(addition_rows(asked.only, asked.alone))
    without = [] if asked.only else uncovered(all_mutants())
    if asked.format == "json":
        told = {"mutants": mutants, "additions": additions, "without": without}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print_text(mutants, additions, without)
    return 1 if failures(mutants, additions, without) else 0


if __name__ == "__main__":
    sys.exit(main())
