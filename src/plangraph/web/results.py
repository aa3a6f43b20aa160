"""The results of a validation as a page tells them: by thing, each with its place, its property and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plangraph.entities import name_of
from plangraph.namespaces import compact, is_safe_iri
from plangraph.reports import path_label
from plangraph.store.base import GraphStore
from plangraph.visible import visible
from plangraph.web import i18n
from plangraph.web.urls import page_of, relative

_LONGEST_MESSAGE: Final = 1_000
_WRITE: Final = re.compile(r"(?:写：|Write:)\s*(.+)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One result as the page tells it; ``fix`` is advice in prose, ``sample`` what to write; ``cell`` its anchor."""

    severity: str
    message: str
    path: str
    value: str
    fix: str
    sample: str
    line: int | None
    file: str
    sheet: str
    cell: str
    shape: str


@dataclass(frozen=True)
class Group:
    """The results about one thing. ``page`` is empty where the graph doesn't have the thing yet."""

    label: str
    iri: str
    page: str
    lines: tuple[Line, ...]


def groups_of(results: Sequence[Mapping[str, Any]], store: GraphStore) -> tuple[Group, ...]:
    """The results of a report, as JSON has them, by thing."""
    lang = i18n.current()
    by_thing: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        by_thing.setdefault(result["focusNode"], []).append(result)
    groups = []
    for iri, found in by_thing.items():
        label = next((text for result in found if (text := in_language(result["focusLabel"], lang))), "")
        known = is_safe_iri(iri) and bool(name_of(store, iri).types)
        # A value that breaks a shape in two ways is told once.
        lines = tuple(dict.fromkeys(line_of(result, lang) for result in found))
        shown, label = visible(compact(relative(iri))), visible(label)
        groups.append(Group(label or _row(lines) or shown, shown, page_of(iri) if known else "", lines))
    return tuple(groups)


def _row(lines: Sequence[Line]) -> str:
    """The row of a sheet that nameless things come from."""
    first = lines[0]
    number = "".join(c for c in first.cell if c.isdigit())
    return i18n.t(f"{first.sheet} 第 {number} 行", f"{first.sheet}, row {number}") if number else ""


def shapes_of(groups: Iterable[Group]) -> tuple[tuple[str, int], ...]:
    """The shapes that were broken, each with how often, the most frequent first."""
    counts: dict[str, int] = {}
    for group in groups:
        for line in group.lines:
            if line.shape:
                counts[line.shape] = counts.get(line.shape, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def left_out(report: Mapping[str, Any] | None, severity: str) -> int:
    """How many results of a severity were found and aren't told."""
    return int((report or {}).get("leftOut", {}).get(severity, 0))


def line_of(result: Mapping[str, Any], lang: str) -> Line:
    """One result."""
    where = result["where"] or {}
    value = result["value"]
    advice, sample = _advice(in_language(result["fix"], lang))
    return Line(
        severity=result["severity"],
        message=visible(in_language(result["message"], lang), _LONGEST_MESSAGE),
        path=path_label(result["path"], lang) if result["path"] else "",
        value="" if value is None or value == result["focusNode"] else visible(compact(value)),
        fix=advice,
        sample=sample,
        line=where.get("line"),
        file=str(where.get("file", "")),
        sheet=str(where.get("sheet", "")),
        cell=str(where.get("cell", "")),
        shape=compact(result["sourceShape"] or ""),
    )


def _advice(fix: str) -> tuple[str, str]:
    """The prose and the sample of a fix: shapes say “write: …” where all of it is a sample."""
    written = _WRITE.fullmatch(fix)
    if written:
        return "", written[1].strip()
    advice, _, sample = fix.partition("\n")
    return advice, sample.strip("\n")


def in_language(texts: Mapping[str, str] | None, lang: str) -> str:
    """A text in ``lang``, else in the other language."""
    return (texts or {}).get(lang) or (texts or {}).get("zh") or (texts or {}).get("en") or ""
