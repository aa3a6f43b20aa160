"""What a check found: one object for relations between figures and for progress against pace.

A finding says what was expected, the computation with its numbers, whether it holds, and where each number stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from plangraph.entities import Evidence, Named
from plangraph.figures import Figure

Severity = Literal["ok", "info", "tension", "inconsistency"]

SEVERITIES: Final[tuple[Severity, ...]] = ("inconsistency", "tension", "info", "ok")
"""Severities, the gravest first. ``info`` is a failure of no weight, or what couldn't be decided."""


@dataclass(frozen=True)
class Operand:
    """A thing in its role (``numerator``, ``part`` …); ``figure`` where it is an observation."""

    role: str
    thing: Named
    figure: Figure | None
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """Role, thing, the figure as printed, and where it stands in its source."""
        return {
            "role": self.role,
            "thing": self.thing.iri,
            "label": self.thing.label,
            "figure": self.figure.printed if self.figure else None,
            "evidence": [
                {"iri": e.iri, "locator": e.locator, "exact": e.exact, "start": e.start, "end": e.end}
                for e in self.evidence
            ],
        }


@dataclass(frozen=True)
class Finding:
    """What was checked, and how it came out.

    ``holds`` is None where the data don't allow a decision. ``computation`` is a formula that needs no language;
    ``message`` spells it out by language (``zh``, ``en``); ``rationale`` says by language why it is expected to hold.
    """

    relation: Named
    kind: str
    holds: bool | None
    severity: Severity
    computation: str
    operands: tuple[Operand, ...]
    message: dict[str, str]
    rationale: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """The finding as ``plangraph check --format json`` gives it; ``operands`` are IRIs."""
        return {
            "relation": self.relation.iri,
            "label": self.relation.label,
            "kind": self.kind,
            "holds": self.holds,
            "severity": self.severity,
            "computation": self.computation,
            "operands": [operand.thing.iri for operand in self.operands],
            "roles": [operand.to_json() for operand in self.operands],
            "message": self.message,
            "rationale": self.rationale,
        }


def by_severity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What fails, the gravest first, then what couldn't be decided, then what holds; else in the order given."""
    outcomes = (False, None, True)
    return tuple(sorted(findings, key=lambda f: (outcomes.index(f.holds), SEVERITIES.index(f.severity))))
