"""A source laid out for reading: its paragraphs cut where what the graph knows begins or ends.

Places overlap and nest; each cut piece is shown as the shortest place that it belongs to, and a piece with more than
one thing behind it leads to a list of them.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from plangraph.audit import Account, Audit
from plangraph.entities import Named
from plangraph.quotations import Quotation


@dataclass(frozen=True)
class Sort:
    """A sort of highlight: its key in addresses and styles, its name, and the classes of the things behind it."""

    key: str
    zh: str
    en: str
    classes: frozenset[str]


SORTS: Final = (
    Sort(
        "figure",
        "数值和指标",
        "Figures, indicators",
        frozenset({"Observation", "Indicator", "MainIndicator", "IndicatorGroup"}),
    ),
    Sort("recognition", "荣誉和位次", "Recognitions", frozenset({"Recognition"})),
    Sort("slogan", "提法", "Slogans", frozenset({"Slogan", "SloganMember"})),
    Sort("work", "项目、专项和活动", "Projects, programmes, events", frozenset({"Project", "Programme", "Event"})),
    Sort("place", "地点、机构和文件", "Places, bodies, documents", frozenset({"Place", "Organization", "Document"})),
    Sort(
        "plan",
        "目标、任务和措施",
        "Goals, tasks, measures",
        frozenset(
            {"Plan", "Goal", "Domain", "Task", "PolicyMeasure", "Problem", "Circumstance", "Evaluation", "Concept"}
        ),
    ),
    Sort("status", "进展和评估", "Statuses, assessments", frozenset({"StatusReport", "Assessment"})),
    Sort("omission", "有意不收", "Left out on purpose", frozenset({"Omission"})),
)
"""The sorts, the one that a place is shown as first first."""
_SORT_OF: Final = {class_: n for n, sort in enumerate(SORTS) for class_ in sort.classes}
_OTHER: Final = next(n for n, sort in enumerate(SORTS) if sort.key == "plan")
_LONGEST_HEADING: Final = 40
# The numbering that Chinese reports use: 一、 then （一） then 1. or 1、
_HEADINGS: Final = (
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"[（(][一二三四五六七八九十]+[）)]"),
)


@dataclass(frozen=True)
class Piece:
    """Some words of a paragraph. ``sort`` is empty for plain text; ``gap`` is ``missing`` or ``differing``.

    ``start`` counts from the beginning of the text; ``anchor`` says whether a place begins here. ``within`` is the
    whole place of the highlight, ``things`` are those of the shortest place, ``more`` counts those of the others.
    """

    text: str
    start: int
    sort: str = ""
    gap: str = ""
    anchor: bool = False
    things: tuple[Named, ...] = ()
    more: int = 0
    reason: tuple[str, str] = ("", "")
    recorded: str = ""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Paragraph:
    """One line of the text. ``level`` is 1 or 2 for a heading, 0 else; ``locator`` is that of the evidence in it."""

    start: int
    level: int
    locator: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(piece.text for piece in self.pieces)


def sort_of(things: Sequence[Named]) -> str:
    """The sort of highlight for a place that ``things`` rest on."""
    return SORTS[min((_SORT_OF.get(thing.kind, _OTHER) for thing in things), default=_OTHER)].key


def counts_by_sort(quoted: Sequence[Quotation]) -> dict[str, int]:
    """How many places there are of each sort, in the order of ``SORTS``."""
    found = Counter(sort_of(q.things) for q in quoted if q.things)
    return {sort.key: found[sort.key] for sort in SORTS if found[sort.key]}


def lay_out(text: str, quoted: Sequence[Quotation], held: Audit) -> tuple[Paragraph, ...]:
    """The paragraphs of ``text`` with what the graph knows and with the gaps that the audit found."""
    gaps = held.of_way("missing", "differing")
    reasons = {thing.iri: account.reason or {} for account in held.of_way("omission") for thing in account.things}
    cuts = _Cuts(text, quoted, gaps, reasons)
    paragraphs = []
    start = 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            begin = start + line.index(words[0])
            paragraphs.append(_paragraph(cuts, begin, begin + len(words), words))
        start += len(line)
    return tuple(paragraphs)


def _paragraph(cuts: _Cuts, start: int, end: int, words: str) -> Paragraph:
    short = len(words) <= _LONGEST_HEADING
    level = next((n for n, heading in enumerate(_HEADINGS, 1) if short and heading.match(words)), 0)
    return Paragraph(start, level, cuts.locator(start, end), cuts.pieces(start, end))


class _Cuts:
    """The text cut at every boundary of a place or a gap."""

    def __init__(
        self,
        text: str,
        quoted: Sequence[Quotation],
        gaps: Sequence[Account],
        reasons: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._text = text
        self._quoted = quoted
        self._gaps = gaps
        self._reasons = reasons
        self._starts = [q.start for q in quoted]
        self._longest = max((q.end - q.start for q in quoted), default=0)
        self._anchors = set(self._starts) | {gap.mention.start for gap in gaps}

    def _around(self, start: int, end: int) -> list[Quotation]:
        low = bisect.bisect_left(self._starts, start - self._longest)
        high = bisect.bisect_left(self._starts, end)
        return [q for q in self._quoted[low:high] if q.end > start]

    def locator(self, start: int, end: int) -> str:
        found = Counter(q.locator for q in self._around(start, end) if q.locator)
        return found.most_common(1)[0][0] if found else ""

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        quoted = self._around(start, end)
        gaps = [g for g in self._gaps if g.mention.start < end and g.mention.end > start]
        edges = {start, end}
        for low, high in [(q.start, q.end) for q in quoted] + [(g.mention.start, g.mention.end) for g in gaps]:
            edges |= {max(start, min(end, low)), max(start, min(end, high))}
        return tuple(self._piece(low, high, quoted, gaps) for low, high in pairwise(sorted(edges)))

    def _piece(self, start: int, end: int, quoted: Sequence[Quotation], gaps: Sequence[Account]) -> Piece:
        here = [q for q in quoted if q.start <= start and q.end >= end]
        gap = next((g for g in gaps if g.mention.start <= start and g.mention.end >= end), None)
        words = self._text[start:end]
        anchor = start in self._anchors
        way, recorded = (gap.way, ", ".join(gap.recorded)) if gap else ("", "")
        if not here:
            return Piece(words, start, gap=way, anchor=anchor, recorded=recorded)
        inner = min(here, key=lambda q: (q.end - q.start, q.start))
        others = {t.iri for q in here for t in q.things} - {t.iri for t in inner.things}
        things = tuple(sorted(inner.things, key=lambda t: (_SORT_OF.get(t.kind, _OTHER), t.iri)))
        reason = next((self._reasons[t.iri] for t in things if t.iri in self._reasons), {})
        said = (reason.get("zh", ""), reason.get("en", ""))
        return Piece(words, start, sort_of(things), way, anchor, things, len(others), said, recorded)
