"""What a change did, as a person reads it: by thing and property, the old value beside the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from rdflib import BNode, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import DCTERMS, FOAF, RDFS, SKOS

from plangraph.entities import name_of
from plangraph.history import OWN_GRAPHS, Record, changeset_of, inverse, net, since
from plangraph.namespaces import compact, natural_key
from plangraph.ontology import vocabulary
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore

Store: TypeAlias = EmbeddedStore | RemoteStore
State: TypeAlias = Literal["created", "changed", "deleted"]

_LABELS: Final = (SKOS.prefLabel, RDFS.label, DCTERMS.title, FOAF.name)
_SHORT: Final = 200
_SIGNS: Final = {"created": "+", "changed": "~", "deleted": "-"}
_STATES: Final = {
    "zh": {"created": "新增", "changed": "修改", "deleted": "删除"},
    "en": {"created": "new", "changed": "changed", "deleted": "deleted"},
}


@dataclass(frozen=True)
class Shown:
    """A value: its text, the language or datatype of a literal, the label by language of a thing."""

    text: str
    language: str | None = None
    datatype: str | None = None
    iri: str | None = None
    label: Mapping[str, str] = field(default_factory=dict, hash=False)

    def in_words(self, lang: str) -> str:
        """The value as a person reads it; of a long text the beginning."""
        if self.iri is None:
            text = " ".join(self.text.split())
            short = text if len(text) <= _SHORT else text[:_SHORT] + "…"
            return f"“{short}”" + (f"@{self.language}" if self.language else "")
        return self.label.get(lang) or next(iter(self.label.values()), "") or compact(self.iri)

    def to_json(self) -> dict[str, Any]:
        """The value as plain data."""
        return {
            "value": self.text,
            "lang": self.language,
            "datatype": self.datatype,
            "iri": self.iri,
            "label": dict(self.label) or None,
        }


@dataclass(frozen=True)
class ValueDiff:
    """An old value and the one in its place; one of them is None where a value only came or went."""

    old: Shown | None
    new: Shown | None


@dataclass(frozen=True)
class PropertyDiff:
    """What changed in one property, in one named graph. ``label`` has the keys ``zh`` and ``en``."""

    property: str
    label: Mapping[str, str] = field(hash=False)
    graph: str
    values: tuple[ValueDiff, ...]


@dataclass(frozen=True)
class ThingDiff:
    """What changed in one thing: ``created`` is one that wasn't there before, ``deleted`` one that is no more."""

    iri: str
    label: Mapping[str, str] = field(hash=False)
    state: State
    properties: tuple[PropertyDiff, ...]

    def text(self, lang: str) -> str:
        """Its label in ``lang``, else in the other language, else its short IRI."""
        return self.label.get(lang) or next(iter(self.label.values()), "") or compact(self.iri)

    def to_json(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "iri": self.iri,
            "label": dict(self.label) or None,
            "state": self.state,
            "properties": [
                {
                    "property": part.property,
                    "label": dict(part.label),
                    "graph": part.graph,
                    "values": [
                        {"old": v.old and v.old.to_json(), "new": v.new and v.new.to_json()} for v in part.values
                    ],
                }
                for part in self.properties
            ],
        }


def diff(store: Store, record: Record) -> tuple[ThingDiff, ...]:
    """What a change did, in the order of the things' IRIs. Raises ``Refused`` where its patch wasn't kept."""
    return things_of(store, changeset_of(store, record), record.number)


def diff_between(store: Store, first: Record, second: Record) -> tuple[ThingDiff, ...]:
    """What led from the data as ``first`` left them to those that ``second`` left, which may be the earlier one.

    Raises ``Refused`` where a change in between kept no patch.
    """
    low, high = sorted((first.number, second.number))
    between = [record for record in since(store, low) if record.number <= high]
    changeset = net(changeset_of(store, record) for record in reversed(between))
    if first.number > second.number:
        return things_of(store, inverse(changeset), second.number)
    return things_of(store, changeset, second.number)


# --- Putting it together ----------------------------------------------------------------------------------------------


def things_of(store: Store, changeset: Changeset, number: int) -> tuple[ThingDiff, ...]:
    """``number`` is that of the change after which the data are as ``changeset`` leaves them."""
    names = _Names(store, changeset)
    removed, added = _by_place(changeset.removed), _by_place(changeset.added)
    states = _states(store, changeset, number)
    properties: dict[str, list[PropertyDiff]] = {}
    for subject, predicate, graph in sorted({*removed, *added}, key=lambda place: (natural_key(place[0]), *place[1:])):
        place = (subject, predicate, graph)
        values = _paired(removed.get(place, []), added.get(place, []), names)
        label = {lang: vocabulary().label(predicate, lang) for lang in ("zh", "en")}
        properties.setdefault(subject, []).append(PropertyDiff(predicate, label, graph, values))
    return tuple(ThingDiff(iri, names.of(iri), states[iri], tuple(parts)) for iri, parts in properties.items())


def _by_place(quads: Iterable[Quad]) -> dict[tuple[str, str, str], list[Term]]:
    found: dict[tuple[str, str, str], list[Term]] = {}
    for s, p, o, g in quads:
        found.setdefault((_iri(s), str(p), str(g)), []).append(o)
    return found


def _iri(term: Term) -> str:
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def _paired(old: Sequence[Term], new: Sequence[Term], names: _Names) -> tuple[ValueDiff, ...]:
    """Old values beside new ones: of the same language first, then in order."""
    gone, come = sorted(old, key=_order), sorted(new, key=_order)
    pairs: list[tuple[Term | None, Term | None]] = []
    for term in list(gone):
        same = next((other for other in come if _sort(other) == _sort(term)), None)
        if same is not None:
            gone.remove(term)
            come.remove(same)
            pairs.append((term, same))
    while gone and come:
        pairs.append((gone.pop(0), come.pop(0)))
    pairs += [(term, None) for term in gone] + [(None, term) for term in come]
    return tuple(ValueDiff(names.shown(a), names.shown(b)) for a, b in pairs)


def _sort(term: Term) -> tuple[str, str]:
    return type(term).__name__, (term.language or "") if isinstance(term, RdfLiteral) else ""


def _order(term: Term) -> tuple[object, ...]:
    return (*_sort(term), natural_key(str(term)))


class _Names:
    """Labels of things, as the change has them; else as the store has them now."""

    def __init__(self, store: Store, changeset: Changeset) -> None:
        self._store = store
        self._said: dict[str, dict[str, str]] = {}
        for quads in (changeset.added, changeset.removed):
            for predicate in _LABELS:
                for s, p, o, _ in quads:
                    if p == predicate and isinstance(o, RdfLiteral):
                        self._said.setdefault(str(s), {}).setdefault(o.language or "zh", str(o))
        self._known: dict[str, Mapping[str, str]] = {}

    def of(self, iri: str) -> Mapping[str, str]:
        if iri not in self._known:
            self._known[iri] = self._said.get(iri, {}) | {
                lang: text
                for lang, text in name_of(self._store, iri).label.items()
                if lang not in self._said.get(iri, {})
            }
        return self._known[iri]

    def shown(self, term: Term | None) -> Shown | None:
        if term is None:
            return None
        if isinstance(term, RdfLiteral):
            return Shown(str(term), term.language, None if term.datatype is None else str(term.datatype))
        iri = _iri(term)
        return Shown(iri, iri=iri, label=self.of(iri))


def _states(store: Store, changeset: Changeset, number: int) -> dict[str, State]:
    """Which things were there only before, or only after."""
    gone, come = _by_subject(changeset.removed), _by_subject(changeset.added)
    states: dict[str, State] = dict.fromkeys({*gone, *come}, "changed")
    doubtful = {subject for subject in states if (subject in gone) != (subject in come)}
    after = {subject: _quads_now(store, subject) for subject in doubtful}
    for later in since(store, number):
        if not later.kept:
            return states
        theirs = changeset_of(store, later)
        for quad in theirs.added:
            after.get(_iri(quad[0]), set()).discard(quad)
        for quad in theirs.removed:
            after.get(_iri(quad[0]), set()).add(quad)
    for subject, quads in after.items():
        if subject in come and not quads - come[subject]:
            states[subject] = "created"
        elif subject in gone and not quads:
            states[subject] = "deleted"
    return states


def _quads_now(store: Store, subject: str) -> set[Quad]:
    if subject.startswith("_:"):
        return set()
    return {quad for quad in store.triples(URIRef(subject)) if quad[3] not in OWN_GRAPHS}


def _by_subject(quads: Iterable[Quad]) -> dict[str, set[Quad]]:
    found: dict[str, set[Quad]] = {}
    for quad in quads:
        found.setdefault(_iri(quad[0]), set()).add(quad)
    return found


# --- For people -------------------------------------------------------------------------------------------------------


def diff_text(things: Sequence[ThingDiff], lang: str) -> str:
    """The differences as text: a paragraph a thing, a line a value."""
    zh = lang == "zh"
    if not things:
        return "没有差别。" if zh else "No difference."
    lines: list[str] = []
    for thing in things:
        state = _STATES["zh" if zh else "en"][thing.state]
        lines.append(f"{_SIGNS[thing.state]} {state}{'：' if zh else ': '}{thing.text(lang)}  <{compact(thing.iri)}>")
        for part in thing.properties:
            name = part.label["zh" if zh else "en"]
            for value in part.values:
                lines.append(f"    {name}{'：' if zh else ': '}{_value_line(value, lang)}")
        lines.append("")
    return "\n".join(lines).rstrip("\n")


def _value_line(value: ValueDiff, lang: str) -> str:
    old, new = value.old and value.old.in_words(lang), value.new and value.new.in_words(lang)
    if old is None:
        return f"+ {new}"
    return f"- {old}" if new is None else f"{old} → {new}"
