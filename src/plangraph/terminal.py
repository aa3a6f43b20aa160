"""What the command line prints for people: tables, descriptions, paths."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence

from rdflib import Literal
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plangraph.entities import Description, PropertyGroup, Value
from plangraph.findings import Finding
from plangraph.graphview import Hop, Path, property_label
from plangraph.mediatypes import RESULTS_JSON
from plangraph.namespaces import PGC, compact
from plangraph.ontology import vocabulary
from plangraph.store.base import Term
from plangraph.store.remote import read_results


def console() -> Console:
    """Standard output: as wide as the terminal, or, into a pipe, wide enough that no cell is cut or wrapped."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1_000_000
    return Console(width=width, soft_wrap=True, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))


def say(text: str) -> None:
    """Something for the person, on standard error, so that output stays clean."""
    print(text, file=sys.stderr, flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table; ``right`` are the columns of numbers. Into a pipe it has no rules, and columns are padded."""
    out = console()
    table = Table(box=SIMPLE_HEAD if out.is_terminal else None, pad_edge=False, show_edge=False)
    for number, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


def cell(term: Term | None) -> str:
    """A term in a table: a prefixed name or IRI, or a literal's text with its language."""
    if term is None:
        return ""
    if isinstance(term, Literal):
        return f"{term}@{term.language}" if term.language else str(term)
    return compact(str(term))


def print_answer(data: bytes, media_type: str, lang: str) -> None:
    """A query's result: a table for SELECT, yes or no for ASK, Turtle for graphs."""
    if media_type != RESULTS_JSON.media_type:
        print(data.decode(), end="")
        return
    result = read_results(data)
    if isinstance(result, bool):
        print({True: "是" if lang == "zh" else "yes", False: "否" if lang == "zh" else "no"}[result])
        return
    print_table(result.variables, [[cell(term) for term in row] for row in result.rows])
    say(f"{len(result)} 行" if lang == "zh" else f"{len(result)} row{'' if len(result) == 1 else 's'}")


def print_description(found: Description, lang: str) -> None:
    """One thing: names, facts, links, evidence."""
    zh = lang == "zh"
    lines = [f"{found.thing.text(lang)}  <{found.thing.iri}>"]
    other = found.thing.label.get("en" if zh else "zh")
    if other:
        lines.append(f"  {other}")
    types = ", ".join(vocabulary().label(t, lang) for t in found.thing.types)
    lines.append(f"  {'类型' if zh else 'type'}: {types}")
    for language in ("zh", "en"):
        if found.alt.get(language):
            lines.append(f"  {'别名' if zh else 'also called'} ({language}): {'; '.join(found.alt[language])}")
    if text := found.description.get(lang) or next(iter(found.description.values()), None):
        lines.append(f"  {text}")
    for title, groups, arrow in (
        ("事实" if zh else "Facts", found.facts, ""),
        ("链出" if zh else "Links out", found.links_out, "→ "),
        ("链入" if zh else "Links in", found.links_in, "← "),
    ):
        if groups:
            lines += ["", title, *(line for group in groups for line in _group_lines(group, arrow, lang))]
    if found.evidence:
        lines += ["", "依据" if zh else "Evidence"]
        lines += [f"  {e.locator}  “{e.exact}”  [{e.start}–{e.end}]  {e.source.text(lang)}" for e in found.evidence]
    print("\n".join(lines))


def _group_lines(group: PropertyGroup, arrow: str, lang: str) -> Iterable[str]:
    yield f"  {arrow}{vocabulary().label(group.property, lang)}"
    for value in group.values:
        yield f"      {_value_text(value, lang)}"
    left = group.total - len(group.values)
    if left:
        yield f"      {f'……另有 {left} 项' if lang == 'zh' else f'… and {left} more'}"


def _value_text(value: Value, lang: str) -> str:
    if value.thing is None:
        return cell(value.term)
    text = f"{value.thing.text(lang)}  <{compact(value.thing.iri)}>"
    if value.inferred:
        mark = "推断" if lang == "zh" else "inferred"
        reason = value.rationale and (value.rationale.get(lang) or next(iter(value.rationale.values()), ""))
        text += f"  [{mark}: {reason}]" if reason else f"  [{mark}]"
    return text


def print_paths(found: Sequence[Path], lang: str) -> None:
    """Paths, numbered, a hop a line with its reason."""
    zh = lang == "zh"
    for number, path in enumerate(found, 1):
        print(f"{'路径' if zh else 'Path'} {number} ({len(path)} {'步' if zh else 'hops'})")
        for hop in path.hops:
            print("  " + _hop_text(hop, lang))
            print("      " + _hop_reason(hop, lang))


def _hop_text(hop: Hop, lang: str) -> str:
    label = property_label(hop.property)[lang]
    start, end = hop.subject.text(lang), hop.object.text(lang)
    return f"{start} —[{label}]→ {end}" if hop.forward else f"{end} ←[{label}]— {start}"


def _hop_reason(hop: Hop, lang: str) -> str:
    zh = lang == "zh"
    if hop.inferred:
        reason = (hop.rationale or {}).get(lang) or ("未写明理由" if zh else "no rationale given")
        return f"{'推断' if zh else 'inferred'}: {reason}"
    if hop.evidence:
        first = hop.evidence[0]
        return f"{'报告写明' if zh else 'stated'}: {first.locator} “{first.exact}”"
    return "已写明" if zh else "stated"


def print_findings(found: Sequence[Finding], lang: str, *, everything: bool) -> None:
    """What fails in full, what can't be decided in a line each, with ``everything`` what holds; then the counts."""
    zh = lang == "zh"
    failing = [f for f in found if f.holds is False]
    undecided = [f for f in found if f.holds is None]
    holding = [f for f in found if f.holds]
    lines: list[str] = []
    if failing:
        lines += ["不成立" if zh else "Failing", ""]
        lines += [line for finding in failing for line in (*_failure_lines(finding, lang), "")]
    if undecided:
        lines += ["无法判断" if zh else "Undecided", ""]
        lines += [*(f"  {f.relation.text(lang)}{'：' if zh else ': '}{f.message[lang]}" for f in undecided), ""]
    if holding and everything:
        lines += ["成立" if zh else "Holding", ""]
        lines += [*(f"  {f.relation.text(lang)}\n      {f.computation or f.message[lang]}" for f in holding), ""]
    counts = len(found), len(failing), len(undecided), len(holding)
    said = "共 {} 项：不成立 {}，无法判断 {}，成立 {}。" if zh else "{} checked: {} failing, {} undecided, {} holding."
    print("\n".join([*lines, said.format(*counts)]))


def _failure_lines(finding: Finding, lang: str) -> Iterable[str]:
    zh = lang == "zh"
    # What fails as a note is listed as information: its code is the note's.
    severity = "note" if finding.severity == "info" else finding.severity
    yield f"  [{vocabulary().label(str(PGC[f'severity-{severity}']), lang)}] {finding.relation.text(lang)}"
    yield f"      {finding.message[lang]}"
    if finding.computation:
        yield f"      {finding.computation}"
    if reason := finding.rationale.get(lang):
        yield f"      {'缘由' if zh else 'Expected because'}{'：' if zh else ': '}{reason}"
    for operand in finding.operands:
        for e in operand.evidence:
            yield f"      {e.locator}  “{e.exact}”  [{e.start}–{e.end}]  {operand.thing.text(lang)}"
        if not operand.evidence:
            # Inferred figures stand in no source; their own rationale says where they come from.
            why = operand.figure.rationale.get(lang, "") if operand.figure else ""
            yield f"      {'无出处' if zh else 'no source'}  {operand.thing.text(lang)}{f'  [{why}]' if why else ''}"
