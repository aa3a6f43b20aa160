"""Names so close that they are probably one thing entered twice: a new project that is an existing one.

Two names are close where they are the same but for punctuation, blanks and words such as 项目, where one has one or two
characters more, where one character differs or two neighbours are swapped, or where one is another name of the other.
What tells things apart (numbers, directions, ranks, phases) never counts as such a slip. Names are compared within a
plan, places within what they lie in, organisations within what they belong to. Every comparison is a look-up of keys,
so that the time grows with the number of names and not with its square.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rdflib import URIRef
from rdflib.namespace import ORG, RDF, SKOS

from plangraph.namespaces import PG, PGS
from plangraph.proofreading.base import Facts, Found, Seen, facts_of
from plangraph.store.view import Triple

# The classes whose names are compared, with the properties whose values bound the comparison.
_IN_PLAN: Final = (PG.inPlan,)
_CLASSES: Final[dict[URIRef, tuple[URIRef, ...]]] = {
    **dict.fromkeys(
        (
            PG.Goal,
            PG.Domain,
            PG.Task,
            PG.PolicyMeasure,
            PG.Problem,
            PG.Programme,
            PG.Project,
            PG.Indicator,
            PG.Document,
            PG.Recognition,
            PG.Event,
        ),
        _IN_PLAN,
    ),
    PG.Place: (PG.within,),
    ORG.Organization: (ORG.subOrganizationOf, PG.locatedIn),
}
_STRICT: Final = frozenset({PG.Place, PG.Indicator, PG.Document})
"""Classes where a character more is another thing: 朝阳公园路 isn't 朝阳公园."""
_READ: Final = frozenset(
    {RDF.type, SKOS.prefLabel, SKOS.altLabel, PG.inPlan, PG.within, PG.locatedIn, ORG.subOrganizationOf}
)
_LONGEST: Final = 60
_SHORTEST: Final = 4  # of a name that may be the same but for 项目 and the like
_SHORTEST_LONGER: Final = 6  # of a name that another has one or two characters more than
_SHORTEST_DIFFERING: Final = 7  # of two names that differ in one character
_PROPER: Final = 3
"""Chinese names begin with what is proper to the thing: 松露小学 and 槐露小学 are two, though one character differs."""
_SHOWN: Final = 3
_NOISE: Final = re.compile(r"[\s\W_]+")
_GENERIC: Final = re.compile(r"(?:建设工程|建设项目|工程项目|工程|项目|建设)$")
_TELLING: Final = frozenset(
    "0123456789〇零一二三四五六七八九十百千万亿两双单半首末第次东西南北中上下左右前后内外新旧老古大小高低长短多少早晚初总副主"
    "非未不无有甲乙丙丁戊正反男女公私城乡市区县镇村街国省京沪津渝期号路段标批轮站桥场院校厅馆园楼栋座年月日季周起止进出"
    "入增减升降收支买卖供需改水电气热油煤风光粮菜肉蛋奶金银铜铁均度累计剩余其他全各"
    "abcdefghijklmnopqrstuvwxyz"
)

Group: TypeAlias = tuple[URIRef, URIRef | None]
"""A class and what bounds the comparison; None for things that nothing bounds."""


@dataclass
class _Index:
    """The names of one group, by the keys under which close names meet."""

    by_name: dict[str, set[URIRef]] = field(default_factory=lambda: defaultdict(set))
    by_other_name: dict[str, set[URIRef]] = field(default_factory=lambda: defaultdict(set))
    by_shortened: dict[str, set[URIRef]] = field(default_factory=lambda: defaultdict(set))
    by_gap: dict[tuple[int, str], set[tuple[URIRef, str]]] = field(default_factory=lambda: defaultdict(set))
    by_letters: dict[str, set[tuple[URIRef, str]]] = field(default_factory=lambda: defaultdict(set))


class Similar:
    """Finds things of one class with close Chinese names."""

    shape: Final = PGS["Label-similar"]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All things of the classes whose names are compared."""
        facts = facts_of(view)
        return sorted({thing for of_class in _CLASSES for thing in facts.back(RDF.type, of_class)})

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The things whose class, names or bounds change, and all that have a name close to theirs."""
        facts = facts_of(view)
        things = {s for s, p, o in changed if p in _READ and isinstance(s, URIRef) and (p != RDF.type or o in _CLASSES)}
        return things | {other for thing in things for other in _close(facts, thing)}

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """One finding for each thing, which names the closest candidates."""
        facts = facts_of(view)
        for focus in focuses:
            close = sorted(_close(facts, focus))
            if close:
                shown, more = close[:_SHOWN], len(close) - _SHOWN
                values = {
                    "candidates_zh": "、".join(shown) + (f" 等 {len(close)} 个" if more > 0 else ""),
                    "candidates_en": ", ".join(shown) + (f" and {more} more" if more > 0 else ""),
                }
                yield Found(focus, str(SKOS.prefLabel), None, values)


def _close(facts: Facts, thing: URIRef) -> set[URIRef]:
    """The things with a name close to one of ``thing``'s."""
    found: set[URIRef] = set()
    labels = _labels(facts, thing)
    for group in _groups(facts, thing):
        index = _index(facts, group)
        for label in labels:
            found |= _candidates(index, label, loose=group[0] not in _STRICT)
        for label in _labels(facts, thing, SKOS.altLabel):
            found |= index.by_name.get(_core(label), set())
    # The same name letter for letter is what another rule tells.
    return {other for other in found if other != thing and not set(labels) & set(_labels(facts, other))}


def _candidates(index: _Index, label: str, *, loose: bool) -> set[URIRef]:
    core = _core(label)
    if len(core) < _SHORTEST:
        return set()
    found = index.by_name.get(core, set()) | index.by_other_name.get(core, set())
    if loose and len(core) >= _SHORTEST_LONGER:
        found = found | index.by_shortened.get(core, set())
        for key in _shortened(core):
            found = found | index.by_name.get(key, set())
    near = index.by_letters.get("".join(sorted(core)), set()) if len(core) > _SHORTEST else set()
    swapped = {other for other, name in near if _is_swap(core, name)}
    differing = {
        other
        for gap in _gaps(core)
        for other, name in index.by_gap.get(gap, ())
        if name != core and not _tells_apart(core[gap[0]], name[gap[0]], loose=loose)
    }
    return found | swapped | differing


def _index(facts: Facts, group: Group) -> _Index:
    key = ("names", group)
    if key not in facts.kept:
        index = _Index()
        for thing in _members(facts, group):
            for label in _labels(facts, thing):
                _enter(index, thing, _core(label))
            for label in _labels(facts, thing, SKOS.altLabel):
                index.by_other_name[_core(label)].add(thing)
        facts.kept[key] = index
    kept: _Index = facts.kept[key]  # type: ignore[assignment]
    return kept


def _enter(index: _Index, thing: URIRef, core: str) -> None:
    if len(core) < _SHORTEST:
        return
    index.by_name[core].add(thing)
    for key in _shortened(core):
        index.by_shortened[key].add(thing)
    for gap in _gaps(core):
        index.by_gap[gap].add((thing, core))
    if len(core) > _SHORTEST:
        index.by_letters["".join(sorted(core))].add((thing, core))


def _shortened(core: str) -> Iterator[str]:
    """The name without one or two characters in a row that tell nothing apart."""
    for size in (1, 2):
        if len(core) - size >= _SHORTEST_LONGER:
            for at in range(len(core) - size + 1):
                if not _TELLING & set(core[at : at + size]):
                    yield core[:at] + core[at + size :]


def _gaps(core: str) -> Iterator[tuple[int, str]]:
    """The name with one character left open."""
    if len(core) >= _SHORTEST_DIFFERING:
        for at in range(_PROPER, len(core)):
            yield at, core[:at] + core[at + 1 :]


def _tells_apart(one: str, other: str, *, loose: bool) -> bool:
    """Whether two characters in one place make two things: 东 and 西. Where names are loose, 园 and 圆 don't."""
    telling = {one, other} & _TELLING
    return len(telling) == 2 if loose else bool(telling)


def _is_swap(one: str, other: str) -> bool:
    """Whether two neighbours are swapped, and nothing else; never digits."""
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) != 2 or differing[1] != differing[0] + 1 or differing[0] < _PROPER - 1:
        return False
    return not any(one[i].isdigit() for i in differing)


def _groups(facts: Facts, thing: URIRef) -> Iterator[Group]:
    for of_class in facts.values(thing, RDF.type):
        if isinstance(of_class, URIRef) and of_class in _CLASSES:
            bounds = _bounds(facts, thing, of_class)
            yield from ((of_class, bound) for bound in bounds)
            if not bounds:
                yield of_class, None


def _members(facts: Facts, group: Group) -> Iterator[URIRef]:
    of_class, bound = group
    if bound is None:
        for thing in facts.back(RDF.type, of_class):
            if not _bounds(facts, thing, of_class):
                yield thing
        return
    for thing in sorted({t for p in _CLASSES[of_class] for t in facts.back(p, bound)}):
        if of_class in facts.values(thing, RDF.type):
            yield thing


def _bounds(facts: Facts, thing: URIRef, of_class: URIRef) -> list[URIRef]:
    values = {value for p in _CLASSES[of_class] for value in facts.values(thing, p)}
    return sorted(value for value in values if isinstance(value, URIRef))


def _labels(facts: Facts, thing: URIRef, predicate: URIRef = SKOS.prefLabel) -> list[str]:
    return [text for text in facts.texts(thing, predicate, "zh") if len(text) <= _LONGEST]


def _core(label: str) -> str:
    """A name as it is compared: without punctuation, blanks, capitals and words that say nothing."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", label).lower())
    shorter = _GENERIC.sub("", text)
    return shorter if len(shorter) >= _SHORTEST else text


RULES: Final = (Similar(),)
