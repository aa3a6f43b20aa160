"""Lists of things of one class with facets to narrow them down: indicators, tasks, projects, places, any class.

A facet is a path of properties from the thing to a value (``^`` goes against a property's direction). A list is read
once a revision; narrowing and sorting it needs no query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.entities import Named, name_of
from plangraph.errors import BadInput
from plangraph.figures import Figure
from plangraph.namespaces import PG, expand
from plangraph.ontology import vocabulary
from plangraph.overview import indicator_state, main_plan
from plangraph.search import fold
from plangraph.store.base import GraphStore
from plangraph.walking import in_order, objects, subjects, walk


@dataclass(frozen=True)
class Facet:
    """One way to narrow a list down: its key in addresses, its name, and the path to its values."""

    key: str
    zh: str
    en: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """A column that counts: the things of class ``of`` at the end of ``path``."""

    key: str
    zh: str
    en: str
    path: tuple[str, ...]
    of: str


@dataclass(frozen=True)
class Listing:
    """What a list holds, called ``title`` or like its class.

    ``family`` is the path to what things belong to, by which the list is ordered; ``question`` names the shipped query
    that gives the same as a table, where one does.
    """

    key: str
    class_: str
    facets: tuple[Facet, ...]
    counts: tuple[Count, ...] = ()
    title: tuple[str, str] | None = None
    family: tuple[str, ...] = ()
    figures: bool = False
    question: str | None = None


_STATUS: Final = Facet("status", "状态", "Status", ("^pg:about", "pg:status"))
_PLACE: Final = Facet("place", "地点", "Place", ("pg:locatedIn",))
_WORK: Final = Facet("task", "任务或措施", "Task or measure", ("pg:implements",))
_WORK_DOMAIN: Final = Facet("domain", "领域", "Domain", ("pg:implements", "pg:inDomain"))
_GOAL: Final = Facet("goal", "目标", "Goal", ("pg:supports",))

LISTINGS: Final[dict[str, Listing]] = {
    listing.key: listing
    for listing in (
        Listing(
            "indicators",
            "pg:Indicator",
            (
                Facet("group", "类别", "Group", ("^skos:member",)),
                Facet("status", "进展", "Progress", ("^pg:about", "pg:status")),
                Facet("domain", "领域", "Domain", ("^pg:hasIndicator",)),
                Facet("kind", "属性", "Kind", ("pg:indicatorKind",)),
            ),
            figures=True,
            question="main-indicators",
            title=("指标", "Indicators"),
            family=("^skos:member",),
        ),
        Listing(
            "tasks",
            "pg:Task",
            (Facet("domain", "领域", "Domain", ("pg:inDomain",)), _GOAL),
            (
                Count("projects", "项目", "Projects", ("^pg:implements",), "pg:Project"),
                Count("programmes", "专项", "Programmes", ("^pg:implements",), "pg:Programme"),
                Count("indicators", "指标", "Indicators", ("pg:hasIndicator",), "pg:Indicator"),
            ),
            question="goal-to-tasks",
            title=("任务", "Tasks"),
            family=("pg:inDomain",),
        ),
        Listing(
            "projects",
            "pg:Project",
            (_STATUS, _WORK_DOMAIN, _WORK, _PLACE, _GOAL),
            question="projects-by-status",
            title=("项目", "Projects"),
        ),
        Listing(
            "places",
            "pg:Place",
            (Facet("type", "类型", "Type", ("pg:placeType",)), Facet("within", "位于", "Within", ("pg:within",))),
            (Count("projects", "项目", "Projects", ("^pg:locatedIn",), "pg:Project"),),
            question="places-by-projects",
            title=("地点", "Places"),
        ),
        Listing(
            "Programme",
            "pg:Programme",
            (Facet("programme-type", "类型", "Type", ("pg:programmeType",)), _STATUS, _WORK_DOMAIN, _WORK, _GOAL),
            title=("专项行动、计划、品牌、机制", "Programmes"),
        ),
        Listing(
            "PolicyMeasure",
            "pg:PolicyMeasure",
            (
                Facet("part-of", "属于", "Part of", ("pg:partOf",)),
                Facet("problem", "针对的问题", "Problem", ("pg:addresses",)),
                _GOAL,
            ),
            title=("措施", "Measures"),
            family=("pg:partOf",),
        ),
        Listing(
            "Observation",
            "pg:Observation",
            (
                Facet("value-type", "数值性质", "Value type", ("pg:valueType",)),
                Facet("statistic", "统计量", "Statistic", ("pg:statistic",)),
                Facet("indicator", "指标", "Indicator", ("pg:ofIndicator",)),
            ),
            title=("观测", "Observations"),
        ),
    )
}
"""The lists with facets of their own, by key; any other class has a plain list."""


@dataclass(frozen=True)
class Row:
    """One thing of a list; ``values`` are IRIs by facet, ``figure`` and ``target`` those of an indicator."""

    thing: Named
    text: str
    values: dict[str, tuple[str, ...]]
    counts: dict[str, int]
    figure: Figure | None
    target: Figure | None


@dataclass(frozen=True)
class Catalogue:
    """A whole list in the order of the source, and the names of the values in it."""

    listing: Listing
    rows: tuple[Row, ...]
    names: dict[str, Named]


@dataclass(frozen=True)
class Option:
    """A value that a facet can take in the rows at hand, and in how many of them it occurs."""

    thing: Named
    key: str
    count: int


def listing_of(class_name: str) -> Listing:
    """The list of a class of the ontology by its local or prefixed name. Raises ``BadInput`` where there is no such."""
    found = LISTINGS.get(class_name.removeprefix("pg:"))
    if found is not None:
        return found
    iri = str(expand(class_name if ":" in class_name else f"pg:{class_name}"))
    term = vocabulary().find(iri)
    if term is None:
        raise BadInput(f"本体中没有类“{class_name}”。", f"The ontology has no class “{class_name}”.")
    return Listing(class_name, iri, ())


def read_catalogue(store: GraphStore, listing: Listing) -> Catalogue:
    """Read the whole list."""
    things = subjects(store, RDF.type, expand(listing.class_))
    area: str | None = None
    if listing.figures and things:
        area = next((str(o) for o in objects(store, main_plan(store), PG.refArea)), None)
    ordered = _by_family(store, in_order(store, things), listing.family)
    rows = tuple(_row(store, thing, listing, area) for thing in ordered)
    wanted = {iri for row in rows for values in row.values.values() for iri in values}
    return Catalogue(listing, rows, {iri: name_of(store, iri) for iri in wanted})


def _by_family(store: GraphStore, things: list[URIRef], path: tuple[str, ...]) -> list[URIRef]:
    """``things`` by what each belongs to at the end of ``path``, one that others belong to right before them.

    Those that belong to nothing come last; without a path the order stays.
    """
    if not path:
        return things
    rank = {thing: n for n, thing in enumerate(things)}
    family = {thing: min(walk(store, thing, path), default=None) for thing in things}
    heads = {head: n for n, head in enumerate(in_order(store, {f for f in family.values() if f is not None}))}

    def key(thing: URIRef) -> tuple[int, bool, int]:
        head = thing if thing in heads else family[thing]
        return len(heads) if head is None else heads[head], thing not in heads, rank[thing]

    return sorted(things, key=key)


def _row(store: GraphStore, thing: URIRef, listing: Listing, area: str | None) -> Row:
    named = name_of(store, str(thing))
    texts = [*named.label.values(), *(str(o) for o in objects(store, thing, SKOS.altLabel))]
    state = indicator_state(store, thing, area) if listing.figures else None
    return Row(
        thing=named,
        text=fold("\n".join(texts)),
        values={f.key: tuple(str(o) for o in in_order(store, walk(store, thing, f.path))) for f in listing.facets},
        counts={
            c.key: sum(expand(c.of) in objects(store, end, RDF.type) for end in walk(store, thing, c.path))
            for c in listing.counts
        },
        figure=state.value if state else None,
        target=state.target if state else None,
    )


def short_key(iri: str) -> str:
    """How a value stands in an address: the part of its IRI after ``id/`` or ``code/``, else the whole IRI."""
    for marker in ("/plangraph/id/", "/plangraph/code/"):
        if marker in iri:
            return iri.partition(marker)[2]
    return iri


def narrow(rows: Iterable[Row], chosen: Mapping[str, str], text: str = "") -> tuple[Row, ...]:
    """The rows that have every chosen value (short keys by facet) and hold every word of ``text`` in a name.

    The value ``-`` means that a row has none, ``*`` that it has any.
    """
    words = fold(text).split()

    def has(values: tuple[str, ...], wanted: str) -> bool:
        if wanted in ("-", "*"):
            return bool(values) == (wanted == "*")
        return any(short_key(iri) == wanted for iri in values)

    def fits(row: Row) -> bool:
        chosen_fit = all(has(row.values.get(facet, ()), wanted) for facet, wanted in chosen.items() if wanted)
        return chosen_fit and all(word in row.text for word in words)

    return tuple(row for row in rows if fits(row))


def options(catalogue: Catalogue, facet: str, rows: Iterable[Row]) -> tuple[Option, ...]:
    """The values of a facet in ``rows``: codes in their own order, things by how often they occur."""
    counts = Counter(iri for row in rows for iri in row.values.get(facet, ()))
    codes = {
        term.iri: n for scheme in vocabulary().schemes() for n, term in enumerate(vocabulary().members(scheme.iri))
    }
    ranked = sorted(counts, key=lambda iri: (codes.get(iri, 0), -counts[iri] if iri not in codes else 0, iri))
    return tuple(Option(catalogue.names[iri], short_key(iri), counts[iri]) for iri in ranked)


def in_alphabet(rows: Iterable[Row], lang: str) -> tuple[Row, ...]:
    """Rows by name. Chinese goes by GB 18030, whose common characters stand in the order of their pinyin."""

    def key(row: Row) -> bytes:
        name = row.thing.text(lang).casefold()
        return name.encode("gb18030", "replace") if lang == "zh" else name.encode()

    return tuple(sorted(rows, key=key))


def by_count(rows: Iterable[Row], count: str) -> tuple[Row, ...]:
    """Rows by a count, the largest first; equals keep their order."""
    return tuple(sorted(rows, key=lambda row: -row.counts.get(count, 0)))


def title_of(listing: Listing) -> dict[str, str]:
    """What the list is called in both languages."""
    if listing.title:
        return dict(zip(("zh", "en"), listing.title, strict=True))
    term = vocabulary().find(str(expand(listing.class_)))
    return dict(term.label) if term else {}
