"""What the checks found, how indicators progress, what wants a look, and what the graph covers of its sources."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from plangraph.assessment import Progress, Span
from plangraph.attention import AttentionList, attention
from plangraph.coverage import coverage
from plangraph.findings import SEVERITIES, Finding
from plangraph.mediatypes import HTML
from plangraph.namespaces import PG, PGC
from plangraph.ontology import vocabulary
from plangraph.web import answers, i18n
from plangraph.web.service import Service, current_service

blueprint = Blueprint("findings", __name__)

MARKS: Final = {"inconsistency": "✕", "tension": "≠", "note": "i", "undecided": "?", "holds": "✓"}
"""The mark of each outcome; mark, word and colour each say the same."""
_OUTCOMES: Final = {
    "inconsistency": ("矛盾", "inconsistency"),
    "tension": ("存疑", "tension"),
    "note": ("提示", "note"),
    "undecided": ("无法判断", "undecided"),
    "holds": ("相符", "holds"),
}
_SEVERITIES: Final = {
    "inconsistency": ("矛盾", "inconsistency"),
    "tension": ("存疑", "tension"),
    "info": ("提示、无法判断", "note or undecided"),
    "ok": ("相符", "holds"),
}
_KINDS: Final = {"pace": ("进度", "pace"), "status": ("报告的状态", "reported state")}
_ROLES: Final = {
    "observation": ("数值", "value"),
    "target": ("目标", "target"),
    "base": ("基期", "base"),
    "assessment": ("报告的结论", "reported state"),
    "status": ("报告的进展", "reported status"),
    "thing": ("对象", "thing"),
    "counted": ("列出的", "listed"),
}


@dataclass(frozen=True)
class FindingsPage:
    """What ``findings.html`` gets: ``counts`` are of all findings by outcome, the findings are what the filter leaves.

    ``kinds`` and ``severities`` are what can be chosen: key, name and how many findings there are.
    """

    counts: dict[str, int]
    failing: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    holding: dict[str, tuple[Finding, ...]]
    pace: tuple[Progress, ...]
    lists: tuple[AttentionList, ...]
    kinds: tuple[tuple[str, str, int], ...]
    severities: tuple[tuple[str, str, int], ...]
    kind: str
    severity: str

    @property
    def filtered(self) -> bool:
        """Whether only some findings were asked for."""
        return bool(self.kind or self.severity)


@blueprint.get("/findings")
def findings() -> Response:
    """What doesn't agree first, then progress against pace, what to look at, and what does agree."""
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same

    def render() -> str:
        return render_template(
            "findings.html",
            page=_page(service),
            marks=MARKS,
            outcome=outcome,
            outcome_word=outcome_word,
            kind_word=kind_word,
            role_word=role_word,
            percent=_percent,
        )

    # The page names its own address in the language switch, so only the bare address is kept.
    page = render() if request.query_string else service.once(("findings", i18n.current()), render)
    return answers.tagged(Response(page, mimetype="text/html"), service.revision, HTML.name)


@blueprint.get("/coverage")
def covered() -> Response:
    """How many things of each class each part of the source has."""
    service = current_service()
    if (same := answers.unchanged(service.revision, HTML.name)) is not None:
        return same
    counted = service.once("coverage", lambda: coverage(service.store))
    html = render_template("coverage.html", coverage=counted)
    return answers.tagged(Response(html, mimetype="text/html"), service.revision, HTML.name)


@blueprint.get("/api/findings")
def findings_data() -> Response:
    """All findings, as ``plangraph check --all --format json`` prints them."""
    return _kept("findings json", lambda service: {"findings": [f.to_json() for f in service.findings()]})


@blueprint.get("/api/coverage")
def coverage_data() -> Response:
    """The counts of the coverage page."""
    return _kept("coverage json", lambda service: service.once("coverage", lambda: coverage(service.store)).to_json())


def _kept(key: str, make: Any) -> Response:
    service = current_service()
    if (same := answers.unchanged(service.revision, answers.JSON.name)) is not None:
        return same
    body = service.once(key, lambda: json.dumps(make(service), ensure_ascii=False))
    return answers.tagged(answers.data(body, answers.JSON), service.revision, answers.JSON.name)


def _page(service: Service) -> FindingsPage:
    found = service.findings()
    kinds, severities = Counter(f.kind for f in found), Counter(f.severity for f in found)
    kind, severity = request.args.get("kind", ""), request.args.get("severity", "")
    kind, severity = (kind if kind in kinds else ""), (severity if severity in _SEVERITIES else "")
    left = [f for f in found if kind in ("", f.kind) and severity in ("", f.severity)]
    # Without a filter the table of progress shows what the findings of kind pace say, unless they fail.
    listed = left if kind else [f for f in left if f.kind != "pace" or severity]
    holding: dict[str, tuple[Finding, ...]] = {}
    for finding in listed:
        if finding.holds:
            holding[finding.kind] = (*holding.get(finding.kind, ()), finding)
    lang = i18n.current()
    return FindingsPage(
        counts={name: n for name in MARKS if (n := sum(outcome(f) == name for f in found))},
        failing=tuple(f for f in left if f.holds is False),
        undecided=tuple(f for f in listed if f.holds is None),
        holding=dict(sorted(holding.items(), key=lambda item: -len(item[1]))),
        pace=tuple(p for p in service.progress() if p.observation is not None),
        lists=service.once("attention", lambda: attention(service.store)),
        kinds=tuple(sorted(((k, kind_word(k), n) for k, n in kinds.items()), key=lambda row: -row[2])),
        severities=tuple((s, _SEVERITIES[s][lang != "zh"], severities[s]) for s in SEVERITIES if severities[s]),
        kind=kind,
        severity=severity,
    )


def outcome(finding: Finding) -> str:
    """How a finding came out, in one word that names its mark."""
    if finding.holds is None:
        return "undecided"
    if finding.holds:
        return "holds"
    return finding.severity if finding.severity in ("inconsistency", "tension") else "note"


def outcome_word(name: str) -> str:
    """What an outcome is called."""
    return i18n.t(*_OUTCOMES[name])


def kind_word(kind: str) -> str:
    """What a kind of finding is called."""
    return i18n.t(*_KINDS[kind]) if kind in _KINDS else vocabulary().label(str(PGC[f"relation-{kind}"]), i18n.current())


def role_word(role: str) -> str:
    """What the role of an operand is called."""
    return i18n.t(*_ROLES[role]) if role in _ROLES else vocabulary().label(str(PG[role]), i18n.current())


def _percent(span: Span, end: str) -> float:
    """One end of a share as percent between 0 and 100, for a bar; an open end lies at the edge."""
    share: Fraction | None = span.low if end == "low" else span.high
    if share is None:
        share = Fraction(end == "high")
    return round(float(min(Fraction(1), max(Fraction(0), share))) * 100, 1)
