"""What a validation found, as frozen objects that can be told to programs (JSON, SHACL in Turtle) and to people."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, Literal

from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, SH
from rdflib.paths import Path as PropertyPath
from rdflib.term import Node

from plangraph.namespaces import PG, PREFIXES, bind_prefixes, compact
from plangraph.ontology import vocabulary
from plangraph.store.base import Term
from plangraph.visible import visible

Severity = Literal["violation", "warning", "info"]
Where = Mapping[str, str | int]
"""``{"file", "line"}`` or ``{"sheet", "cell"}``."""

SEVERITIES: Final[tuple[Severity, ...]] = ("violation", "warning", "info")
_NAMES: Final = {
    "zh": {"violation": "错误", "warning": "提醒", "info": "提示"},
    "en": {"violation": "error", "warning": "warning", "info": "note"},
}
_PLURALS: Final = {"error": "errors", "warning": "warnings", "note": "notes"}
_LONGEST_MESSAGE: Final = 1_000


@dataclass(frozen=True)
class Result:
    """One validation result.

    ``path`` is the IRI of a property, or a SPARQL property path where it isn't a single property. ``component`` and
    ``source_shape`` are IRIs; ``source_shape`` is None for a nameless shape of somebody's own shapes file.
    ``message``, ``fix`` and ``focus_label`` have the keys ``zh`` and ``en``; a label or fix that there isn't is absent.
    """

    severity: Severity
    focus_node: Term
    path: str | None
    value: Term | None
    component: str
    source_shape: str | None
    message: Mapping[str, str] = field(hash=False)
    fix: Mapping[str, str] = field(default_factory=dict, hash=False)
    focus_label: Mapping[str, str] = field(default_factory=dict, hash=False)
    where: Where | None = field(default=None, hash=False)

    def to_json(self) -> dict[str, Any]:
        """The result as the documented JSON object; ``value`` is the text of a literal, or an IRI."""
        return {
            "severity": self.severity,
            "focusNode": _plain(self.focus_node),
            "focusLabel": dict(self.focus_label) or None,
            "path": self.path,
            "value": None if self.value is None else _plain(self.value),
            "component": self.component,
            "sourceShape": self.source_shape,
            "message": dict(self.message),
            "fix": dict(self.fix) or None,
            "where": None if self.where is None else dict(self.where),
        }


@dataclass(frozen=True)
class Report:
    """The results of one validation, the gravest first, then by thing.

    ``conforms`` is true where no result is a violation: warnings and notes keep nothing from being committed. This is
    looser than SHACL 1.0, section 3.6.1.1, where any result at all counts. ``left_out`` counts by severity what was
    found besides and isn't told.
    """

    engine: str
    results: tuple[Result, ...]
    left_out: Mapping[Severity, int] = field(default_factory=dict, hash=False)

    @property
    def conforms(self) -> bool:
        """Whether the data may be committed: no result has the severity violation."""
        return not self.count("violation")

    def count(self, severity: Severity) -> int:
        """How many results have this severity, with those left out."""
        return sum(result.severity == severity for result in self.results) + self.left_out.get(severity, 0)

    def located(self, locate: Callable[[Result], Where | None]) -> Report:
        """The same report with each result's place as ``locate`` knows it, e.g. the cell of a workbook."""
        return replace(self, results=tuple(replace(r, where=locate(r)) for r in self.results))

    def capped(self, most: int | None) -> Report:
        """The gravest ``most`` results, with the others counted; all where it is None."""
        if most is None or len(self.results) <= most:
            return self
        ordered = sorted(self.results, key=lambda result: SEVERITIES.index(result.severity))
        left = Counter(self.left_out) + Counter(result.severity for result in ordered[most:])
        return replace(self, results=tuple(ordered[:most]), left_out=left)

    def to_json(self) -> dict[str, Any]:
        """The report as the documented JSON object; ``leftOut`` is there where more was found than is told."""
        told = {
            "conforms": self.conforms,
            "engine": self.engine,
            "results": [result.to_json() for result in self.results],
        }
        return {**told, "leftOut": dict(self.left_out)} if self.left_out else told

    def to_graph(self) -> Graph:
        """The report as a ``sh:ValidationReport`` (SHACL 1.0, section 3.6); ``sh:conforms`` as ``conforms`` here."""
        graph = bind_prefixes(Graph(bind_namespaces="none"))
        report = BNode()
        graph.add((report, RDF.type, SH.ValidationReport))
        graph.add((report, SH.conforms, RdfLiteral(self.conforms)))
        for result in self.results:
            node = BNode()
            graph.add((report, SH.result, node))
            for predicate, value in _triples_of(result, graph):
                graph.add((node, predicate, value))
        return graph

    def to_turtle(self) -> str:
        """``to_graph`` as Turtle."""
        return str(self.to_graph().serialize(format="turtle"))

    def to_text(self, lang: str) -> str:
        """The report for a person: counts first, then each thing with what is wrong, where, and what to do."""
        lines = [self.summary(lang)]
        for focus, results in self.by_thing().items():
            lines += ["", _heading(focus, results[0], lang)]
            for result in _distinct(results):
                lines += _told(result, lang)
        return "\n".join(lines)

    def summary(self, lang: str) -> str:
        """One line: whether the data conform, and how many results of each severity."""
        zh = lang == "zh"
        names = _NAMES["zh" if zh else "en"]
        counts = [(self.count(s), names[s]) for s in SEVERITIES if self.count(s)]
        things, left = len(self.by_thing()), sum(self.left_out.values())
        if zh:
            told = "，".join(f"{n} 处{name}" for n, name in counts)
            verdict = "符合" if self.conforms else "不符合"
            more = f"只列出最严重的 {len(self.results)} 处，另有 {left} 处未列。" if left else ""
            return f"{verdict}：{told}，涉及 {things} 个事物。{more}" if counts else f"{verdict}，没有发现问题。"
        told = ", ".join(f"{n} {name if n == 1 else _PLURALS[name]}" for n, name in counts)
        verdict = "The data conform" if self.conforms else "The data don't conform"
        more = f" The gravest {len(self.results)} are listed; {left} more aren't." if left else ""
        return f"{verdict}: {told} about {things} thing{'s' * (things != 1)}.{more}" if counts else f"{verdict}."

    def by_thing(self) -> dict[Term, list[Result]]:
        """The results by focus node, in order."""
        found: dict[Term, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.focus_node, []).append(result)
        return found

    def to_html(self, lang: str) -> str:
        """The report as a page of its own that needs nothing else, for the command line."""
        items = []
        for focus, results in self.by_thing().items():
            told = "".join(
                f'<li class="{r.severity}">{"<br>".join(html.escape(t.strip()) for t in _told(r, lang))}</li>'
                for r in _distinct(results)
            )
            items.append(f"<section><h2>{html.escape(_heading(focus, results[0], lang))}</h2><ul>{told}</ul></section>")
        title = "校验报告" if lang == "zh" else "Validation report"
        code = "zh-CN" if lang == "zh" else "en"
        return (
            f'<!doctype html><html lang="{code}"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
            f"<p>{html.escape(self.summary(lang))}</p>{''.join(items)}</html>\n"
        )


def _plain(term: Term) -> str:
    return term.n3() if isinstance(term, BNode) else str(term)


def _triples_of(result: Result, graph: Graph) -> list[tuple[URIRef, Node]]:
    found: list[tuple[URIRef, Node]] = [
        (RDF.type, SH.ValidationResult),
        (SH.focusNode, result.focus_node),
        (SH.resultSeverity, SH[result.severity.capitalize()]),
        (SH.sourceConstraintComponent, URIRef(result.component)),
    ]
    if result.path is not None:
        from rdflib.extras.shacl import build_shacl_path  # brings rdflib's SPARQL, slow to load and seldom wanted

        node, closure = build_shacl_path(read_path(result.path))
        for triple in closure or ():
            graph.add(triple)
        found.append((SH.resultPath, node))
    if result.value is not None:
        found.append((SH.value, result.value))
    if result.source_shape is not None:
        found.append((SH.sourceShape, URIRef(result.source_shape)))
    found += [(SH.resultMessage, RdfLiteral(text, lang=lang)) for lang, text in result.message.items()]
    found += [(PG.fix, RdfLiteral(text, lang=lang)) for lang, text in result.fix.items()]
    return found


@lru_cache(maxsize=1024)
def read_path(text: str) -> URIRef | PropertyPath:
    """A path from an IRI or from the text of a SPARQL property path with full IRIs."""
    if text[:1] not in "<^(!":
        return URIRef(text)
    from rdflib.plugins.sparql import prepareQuery

    pattern: Any = prepareQuery(f"SELECT * {{ ?s {text} ?o }}").algebra
    while pattern.name != "BGP":
        pattern = pattern.p
    path: URIRef | PropertyPath = pattern.triples[0][1]
    return path


def _distinct(results: list[Result]) -> list[Result]:
    """One result for each message: a value that breaks a shape in two ways is told once."""
    return list({(r.message.get("zh"), r.path, r.value, r.severity): r for r in results}.values())


def _heading(focus: Term, result: Result, lang: str) -> str:
    label = result.focus_label.get(lang) or next(iter(result.focus_label.values()), "")
    short = compact(str(focus)) if isinstance(focus, URIRef) else _plain(focus)
    label, short = visible(label), visible(short)
    return f"{label}  <{short}>" if label else f"<{short}>"


def place_text(where: Where | None, lang: str) -> str:
    """A result's place in brackets, as it follows a message; empty where none is known."""
    told = where or {}
    if told.get("sheet"):
        place = f"{told['sheet']} {told.get('cell', '')}".strip()
    elif told.get("file"):
        place = (
            f"{told['file']} 第 {told.get('line')} 行" if lang == "zh" else f"{told['file']}, line {told.get('line')}"
        )
    else:
        return ""
    return f"（{place}）" if lang == "zh" else f" ({place})"


def _told(result: Result, lang: str) -> list[str]:
    zh = lang == "zh"
    names = _NAMES["zh" if zh else "en"]
    place = place_text(result.where, lang)
    message = result.message.get("zh" if zh else "en") or next(iter(result.message.values()))
    lines = [f"  [{names[result.severity]}] {visible(message, _LONGEST_MESSAGE)}{visible(place)}"]
    facts = []
    if result.path is not None:
        facts.append(("属性：" if zh else "property: ") + path_label(result.path, lang))
    if result.value is not None and result.value != result.focus_node:
        facts.append(("现值：" if zh else "value: ") + _value_text(result.value))
    if facts:
        lines.append("    " + ("；" if zh else "; ").join(facts))
    fix = result.fix.get("zh" if zh else "en")
    if fix:
        lines.append("    → " + fix.replace("\n", "\n      "))
    return lines


def path_label(path: str, lang: str) -> str:
    """A path as people read it: the property's label and prefixed name, or the path with prefixed names."""
    if path[:1] not in "<^(!":
        term = vocabulary().find(path)
        label = term.text(lang) if term else ""
        return f"{label} ({compact(path)})" if label and label != compact(path) else compact(path)
    for prefix, namespace in PREFIXES.items():
        path = path.replace("<" + namespace, prefix + ":") if namespace.endswith(("#", "/")) else path
    return path.replace(">", "")


def _value_text(term: Term) -> str:
    if isinstance(term, RdfLiteral):
        return f"“{visible(term)}”" + (f"@{visible(term.language)}" if term.language else "")
    return visible(compact(str(term)) if isinstance(term, URIRef) else _plain(term))
