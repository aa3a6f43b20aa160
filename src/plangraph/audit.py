"""A source held against the graph: which of the figures that it prints the graph accounts for, and how.

The mentions come from a scanner that knows nothing of the graph (``plangraph.quantities.scan``). One is accounted for
by

* evidence: something rests on its place; a measure or rank that an observation rests on must have the same value,
* a name: its place is an occurrence of the Chinese name of a thing, or it belongs to the words that a thing rests on,
* an omission: the graph leaves it out on purpose and says why,
* numbering: it numbers the parts of the text.

A text that isn't the source itself but another version of it is held against the evidence that is found again in it.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from rdflib import Literal as RdfLiteral
from rdflib import URIRef

from plangraph.entities import Named
from plangraph.errors import NotFound
from plangraph.namespaces import PG
from plangraph.quantities import Mention
from plangraph.quotations import (
    Lexicon,
    Quotation,
    SourceDocument,
    in_place,
    quotations,
    reanchor,
    source_documents,
)
from plangraph.recorded import agrees, read_recorded, read_scales
from plangraph.store.base import GraphStore

Way = Literal["evidence", "name", "omission", "numbering", "differing", "missing"]
WAYS: Final[tuple[Way, ...]] = ("evidence", "name", "omission", "numbering")
"""The ways of accounting for a mention; ``differing`` and ``missing`` are none."""
CONTEXT: Final = 12
"""How many characters of the text a listing shows on either side."""
_NUMERALS: Final = "0-9０-９〇零一二三四五六七八九十百千万亿两半廿卅"
_DIGIT: Final = re.compile("[0-9０-９]")
_RUN: Final = re.compile(f"[{_NUMERALS}]+")
_HAS_NUMERAL: Final = re.compile(f"[{_NUMERALS}]")
# Statements about things: their labels are the editors' words and name nothing in a text.
_STATEMENTS: Final = frozenset(
    {"Observation", "StatusReport", "Assessment", "Omission", "Link", "Relation", "Finding", "SpecificResource"}
)
_FIGURES: Final = ("measure", "rank")
# Units of time: a figure in one of them, beside another figure, says what period that one is of.
_SPANS: Final = frozenset({"年", "个月", "月", "季度", "个季度", "周", "天", "日"})
_LONGEST_QUOTE: Final = 400  # evidence is at most 40 characters; data that don't conform may have more


@dataclass(frozen=True)
class Account:
    """One mention and how the graph accounts for it.

    ``things`` rest on its place or are called so; of a differing one they are the observations, ``recorded`` their
    values. ``reason`` is an omission's rationale by language. ``near`` is the locator of the nearest evidence.
    """

    mention: Mention
    way: Way
    things: tuple[Named, ...] = ()
    recorded: tuple[str, ...] = ()
    reason: Mapping[str, str] | None = None
    near: str = ""

    @property
    def accounted(self) -> bool:
        """Whether the graph accounts for it."""
        return self.way in WAYS


@dataclass(frozen=True)
class Audit:
    """A text held against the evidence of ``source``.

    ``same`` says whether the text is the source's own, by its hash; where it isn't, ``quotations`` are those found
    again, ``expected`` says how many there are in the source, and ``known`` whether enough were found to go by.
    """

    text: str
    source: Named | None
    sha256: str
    same: bool
    known: bool
    quotations: tuple[Quotation, ...]
    expected: int
    accounts: tuple[Account, ...]

    def of_way(self, *ways: Way) -> tuple[Account, ...]:
        """The accounts that went one of these ways."""
        return tuple(account for account in self.accounts if account.way in ways)

    @property
    def accounted(self) -> int:
        """How many mentions are accounted for."""
        return sum(account.accounted for account in self.accounts)

    @property
    def by_kind(self) -> dict[str, tuple[int, int]]:
        """For each kind of mention, how many there are and how many are accounted for."""
        total = Counter(account.mention.kind for account in self.accounts)
        good = Counter(account.mention.kind for account in self.accounts if account.accounted)
        return {kind: (n, good[kind]) for kind, n in total.most_common()}

    def context(self, account: Account) -> str:
        """The words around a mention, on one line."""
        start, end = account.mention.start, account.mention.end
        around = self.text[max(0, start - CONTEXT) : end + CONTEXT]
        return " ".join(around.split())

    def to_json(self, *, all_mentions: bool = False) -> dict[str, Any]:
        """``figures``, ``accounted`` and ``missing`` with their places, and more; ``mentions`` where all are wanted."""
        found: dict[str, Any] = {
            "figures": len(self.accounts),
            "accounted": self.accounted,
            "missing": [self._place(a) for a in self.of_way("missing")],
            "differing": [
                {
                    **self._place(a),
                    "value": str(a.mention.quantity.value) if a.mention.quantity else None,
                    "observations": [
                        {"iri": thing.iri, "value": value} for thing, value in zip(a.things, a.recorded, strict=True)
                    ],
                }
                for a in self.of_way("differing")
            ],
            "omissions": [{**self._place(a), "reason": dict(a.reason or {})} for a in self.of_way("omission")],
            "byKind": {kind: {"figures": n, "accounted": good} for kind, (n, good) in self.by_kind.items()},
            "byWay": {way: len(self.of_way(way)) for way in WAYS},
            "source": self.source.iri if self.source else None,
            "sha256": self.sha256,
            "sameText": self.same,
            "quotes": {"expected": self.expected, "found": len(self.quotations)},
        }
        if all_mentions:
            found["mentions"] = [
                {**self._place(a), "kind": a.mention.kind, "way": a.way, "things": [t.iri for t in a.things]}
                for a in self.accounts
            ]
        return found

    def _place(self, account: Account) -> dict[str, Any]:
        mention = account.mention
        return {
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "context": self.context(account),
            "near": account.near,
        }


def audit(store: GraphStore, text: str, mentions: Iterable[Mention], *, source: str | None = None) -> Audit:
    """Hold ``mentions`` of ``text`` against the graph's evidence of its source.

    The source is the document with the hash of ``text``; ``source``, an IRI, names another version's. Raises
    ``NotFound`` where ``source`` is no document with evidence, or where the graph has none.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    lexicon = Lexicon(store)
    document, quoted = _source_of(store, lexicon, text, digest, source)
    same = document.sha256 == digest
    found = quoted if same else reanchor(quoted, text)
    known = same or 2 * len(found) >= len(quoted) > 0
    listed = tuple(mentions)
    ledger = _Ledger(store, _Names(lexicon, text), found if known else (), listed)
    accounts = tuple(ledger.account_for(mention) for mention in listed)
    return Audit(text, document.thing, digest, same, known, found, len(quoted), accounts)


def _source_of(
    store: GraphStore, lexicon: Lexicon, text: str, digest: str, asked: str | None
) -> tuple[SourceDocument, tuple[Quotation, ...]]:
    documents = source_documents(store, lexicon)
    if asked is not None:
        documents = tuple(d for d in documents if d.thing.iri == asked)
        if not documents:
            raise NotFound(
                f"{asked} 不是有出处的来源文件。用 plangraph source list 可查看有哪些。",
                f"{asked} isn't a source that facts rest on. plangraph source list shows those there are.",
            )
    same = [d for d in documents if d.sha256 == digest]
    if same:
        return same[0], quotations(store, same[0].thing.iri, lexicon)
    if not documents:
        raise NotFound(
            "图谱中没有来源文件，无从核对。请先装入数据。",
            "The graph has no source to hold the text against. Load data first.",
        )
    tried = [(d, quotations(store, d.thing.iri, lexicon)) for d in documents]
    if len(tried) == 1:
        return tried[0]
    return max(tried, key=lambda one: (_fit(one[1], text), one[0].thing.iri))


def _fit(quoted: Sequence[Quotation], text: str) -> float:
    """What share of the quotations a text seems to hold: where they are said to be, or else anywhere."""
    if not quoted:
        return 0.0
    return max(in_place(quoted, text), sum(q.exact in text for q in quoted)) / len(quoted)


class _Ledger:
    """The evidence and the names of one source, looked up by place."""

    def __init__(
        self, store: GraphStore, names: _Names, found: Sequence[Quotation], mentions: Sequence[Mention]
    ) -> None:
        self._store = store
        self._mentions = mentions
        self._begins = [m.start for m in mentions]
        self._found = sorted(found, key=lambda q: (q.start, q.end))
        self._starts = [q.start for q in self._found]
        self._of: dict[str, list[Quotation]] = defaultdict(list)
        for q in self._found:
            for thing in q.things:
                self._of[thing.iri].append(q)
        self._names = names
        observations = {thing.iri for q in found for thing in q.things if thing.kind == "Observation"}
        self._recorded = read_recorded(store, observations)
        self._scales = read_scales(store)

    def account_for(self, mention: Mention) -> Account:
        quoted = self._around(mention)
        digits = _numeral_places(mention)
        covering = [q for q in quoted if any(q.start <= place < q.end for place in digits)]
        covered = bool(digits) and all(any(q.start <= p < q.end for q in covering) for p in digits)
        near = self._near(mention)
        if covered:
            account = self._by_evidence(mention, covering, near)
            if account is not None:
                return account
        called = self._names.covering(mention, digits)
        if called:
            return Account(mention, "name", called, near=near)
        if mention.kind == "list_marker":
            return Account(mention, "numbering", near=near)
        return Account(mention, "missing", near=near)

    def _by_evidence(self, mention: Mention, covering: Sequence[Quotation], near: str) -> Account | None:
        things = tuple({t.iri: t for q in covering for t in q.things}.values())
        resting = tuple(t for t in things if t.kind != "Omission")
        observations = tuple(t for t in resting if t.kind == "Observation")
        if mention.kind in _FIGURES and mention.quantity is not None:
            agreeing = tuple(t for t in observations if self._agrees(mention, t))
            if agreeing:
                return Account(mention, "evidence", agreeing, near=near)
            if differing := tuple(t for t in observations if not self._figure_elsewhere(mention, t, covering)):
                values = tuple(self._recorded[t.iri].said for t in differing)
                return Account(mention, "differing", differing, values, near=near)
            if observations and mention.quantity.unit in _SPANS:
                return Account(mention, "evidence", observations, near=near)
            others = tuple(t for t in resting if t not in observations)
            if others and self._belongs(mention, others, covering):
                return Account(mention, "name", others, near=near)
        elif resting:
            return Account(mention, "evidence", resting, near=near)
        omissions = tuple(t for t in things if t.kind == "Omission")
        if omissions:
            return Account(mention, "omission", omissions, reason=_rationale(self._store, omissions[0].iri), near=near)
        return None

    def _figure_elsewhere(self, mention: Mention, observation: Named, covering: Sequence[Quotation]) -> bool:
        """Whether an observation's figure is another one: among the same words, or this is the period it is of."""
        if mention.quantity is not None and mention.quantity.unit in _SPANS:
            others = self._figures_in(self._of[observation.iri], mention)
            return any(other.quantity is not None and other.quantity.unit not in _SPANS for other in others)
        quoted = [q for q in covering if observation in q.things]
        return any(self._agrees(other, observation) for other in self._figures_in(quoted, mention))

    def _figures_in(self, quoted: Iterable[Quotation], but: Mention) -> list[Mention]:
        """The figures in some quotations, other than one."""
        ranges = [(bisect.bisect_left(self._begins, q.start), bisect.bisect_left(self._begins, q.end)) for q in quoted]
        return [m for low, high in ranges for m in self._mentions[low:high] if m.quantity is not None and m != but]

    def _agrees(self, mention: Mention, observation: Named) -> bool:
        return mention.quantity is not None and agrees(mention.quantity, self._recorded[observation.iri], self._scales)

    def _belongs(self, mention: Mention, things: Sequence[Named], covering: Sequence[Quotation]) -> bool:
        """Whether a figure belongs to the words that things rest on, or to their names: it isn't all that is quoted."""
        if any(q.end - q.start > len(mention.text) for q in covering):
            return True
        return any(mention.text in name for name, called in self._names.all.items() for t in things if t.iri in called)

    def _around(self, mention: Mention) -> list[Quotation]:
        low = bisect.bisect_left(self._starts, mention.start - _LONGEST_QUOTE)
        high = bisect.bisect_left(self._starts, mention.end)
        return [q for q in self._found[low:high] if q.end > mention.start]

    def _near(self, mention: Mention) -> str:
        at = bisect.bisect_right(self._starts, mention.start)
        beside = [q for q in self._found[max(0, at - 1) : at + 1] if q.locator]
        return min(beside, key=lambda q: abs(q.start - mention.start)).locator if beside else ""


class _Names:
    """Where the text has a Chinese name with a numeral in it: ``covering`` gives what is called so."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.all = {n: called for n, called in lexicon.chinese.items() if len(n) > 1 and _HAS_NUMERAL.search(n)}
        places: dict[int, list[tuple[int, tuple[Named, ...]]]] = defaultdict(list)
        self._longest = 0
        for name, called in self.all.items():
            # A name is often quoted with its quotation marks in the graph and without them in the text.
            forms = [words for words in {name, name.strip("“”‘’「」《》\"'")} if len(words) > 1 and words in text]
            things = map(lexicon.named, sorted(called)) if forms else ()
            naming = tuple(thing for thing in things if thing.kind not in _STATEMENTS)
            for words in forms if naming else ():
                at = text.find(words)
                while at >= 0:
                    places[at].append((at + len(words), naming))
                    self._longest = max(self._longest, len(words))
                    at = text.find(words, at + 1)
        self._places = places

    def covering(self, mention: Mention, digits: Sequence[int]) -> tuple[Named, ...]:
        """What the longest name around a mention belongs to; around its numeral, where it is no figure."""
        whole = mention.kind in _FIGURES or not digits
        first, last = (mention.start, mention.end - 1) if whole else (digits[0], digits[-1])
        best: tuple[int, tuple[Named, ...]] = (0, ())
        for start in range(max(0, last + 1 - self._longest), first + 1):
            for end, things in self._places.get(start, ()):
                if end > last and end - start > best[0]:
                    best = (end - start, things)
        return best[1]


def _numeral_places(mention: Mention) -> list[int]:
    """The offsets of a mention's digits and of its first numeral: what evidence must cover."""
    text = mention.text
    places = {match.start() for match in _DIGIT.finditer(text)}
    run = _RUN.search(text)
    if run is not None and (not places or min(places) >= run.start()):
        places |= set(range(run.start(), run.end()))
    return [mention.start + place for place in sorted(places)] or list(range(mention.start, mention.end))


def _rationale(store: GraphStore, iri: str) -> dict[str, str]:
    found = store.triples(URIRef(iri), PG.rationale)
    return {o.language or "zh": str(o) for _, _, o, _ in found if isinstance(o, RdfLiteral)}
