"""What a proofreading rule is, and how the things are found that a change can affect.

A rule says what it reads as paths of properties from the thing that it looks at. From a changed triple the paths lead
back to those things: nothing else can have other findings than before. That holds as long as a rule reads nothing
besides its paths, which ``tests/unit/test_proofreading_of_changes.py`` tries with random changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

from rdflib import Literal, URIRef
from rdflib.namespace import RDF

from plangraph.namespaces import PG
from plangraph.store.base import Term
from plangraph.store.view import Triple, View

LONGEST: Final = 400
"""Longer texts aren't read: no label or figure is, and reading takes time."""
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?")


@dataclass(frozen=True)
class Found:
    """Something that a rule found about ``focus``.

    ``path`` is the IRI of the property at fault, or None. ``values`` fill the placeholders of the shape's messages;
    names that end in ``_zh`` or ``_en`` are those of one language.
    """

    focus: URIRef
    path: str | None
    value: Term | None
    values: Mapping[str, str] = field(hash=False)


class Facts:
    """What a view says of things, each read once: to be used for one run of rules over one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._of: dict[Term, dict[URIRef, tuple[Term, ...]]] = {}
        self._back: dict[tuple[URIRef, Term], tuple[URIRef, ...]] = {}
        self.kept: dict[object, object] = {}
        """What a rule works out for many things at once."""

    def of(self, node: Term) -> Mapping[URIRef, tuple[Term, ...]]:
        """The properties of a thing with their values, in a stable order."""
        if node not in self._of:
            found: dict[URIRef, list[Term]] = {}
            for _, p, o in self.view.triples(node):
                found.setdefault(p, []).append(o)
            self._of[node] = {p: tuple(sorted(values, key=_order)) for p, values in found.items()}
        return self._of[node]

    def values(self, node: Term, predicate: URIRef) -> tuple[Term, ...]:
        """The values of a property, in a stable order."""
        return self.of(node).get(predicate, ())

    def only(self, node: Term, predicate: URIRef) -> Term | None:
        """The value of a property; None where there is none, or more than one."""
        found = self.values(node, predicate)
        return found[0] if len(found) == 1 else None

    def texts(self, node: Term, predicate: URIRef, lang: str) -> tuple[str, ...]:
        """The texts of a property in a language, those that are too long left out."""
        found = self.values(node, predicate)
        return tuple(str(t) for t in found if isinstance(t, Literal) and t.language == lang and 0 < len(t) <= LONGEST)

    def back(self, predicate: URIRef, node: Term) -> tuple[URIRef, ...]:
        """The things that have this value, in order of their IRIs."""
        key = (predicate, node)
        if key not in self._back:
            found = {s for s, _, _ in self.view.triples(None, predicate, node) if isinstance(s, URIRef)}
            self._back[key] = tuple(sorted(found))
        return self._back[key]

    def shared(self, indicator: URIRef, predicate: URIRef, node: Term) -> tuple[URIRef, ...]:
        """The observations of an indicator that have this value of ``predicate``, in order of their IRIs."""
        key = ("shared", predicate, node)
        if key not in self.kept:
            # From the side of what is shared: a hundred districts may use one indicator.
            found: dict[Term, list[URIRef]] = {}
            for iri in self.back(predicate, node):
                for _, _, of in self.view.triples(iri, PG.ofIndicator):
                    found.setdefault(of, []).append(iri)
            self.kept[key] = found
        kept: dict[Term, list[URIRef]] = self.kept[key]  # type: ignore[assignment]
        return tuple(kept.get(indicator, ()))


Seen: TypeAlias = View | Facts
"""Rules take a view; who runs several rules over one view gives the same ``Facts`` to each."""


def facts_of(seen: Seen) -> Facts:
    """The facts of a view."""
    return seen if isinstance(seen, Facts) else Facts(seen)


class Rule(Protocol):
    """One rule. What it finds is a function of the data alone.

    For any change, what ``check`` finds about things outside ``affected`` of the data before and of the data after is
    the same before and after.
    """

    @property
    def shape(self) -> URIRef:
        """The shape in ``ontology/shapes`` that says it: its severity, its messages, how to mend."""
        ...

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All things that it looks at."""
        ...

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The things whose findings may differ because these triples are added or removed."""
        ...

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """What is wrong with these things."""
        ...


@dataclass(frozen=True)
class Step:
    """One step of a path: a property, followed from subject to object unless ``back``."""

    property: URIRef
    back: bool = False


Path: TypeAlias = tuple[Step, ...]


def path(*steps: URIRef | Step) -> Path:
    """A path of properties followed forwards, or of steps."""
    return tuple(step if isinstance(step, Step) else Step(step) for step in steps)


@dataclass(frozen=True)
class PathRule:
    """A rule about the things of a class that reads nothing but ``reads``, paths from the thing."""

    shape: URIRef
    of_class: URIRef
    reads: tuple[Path, ...]
    look: Callable[[Facts, URIRef], Iterator[Found]]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All things of the class."""
        return facts_of(view).back(RDF.type, self.of_class)

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The things from which a path leads over one of these triples."""
        telling = (t for t in changed if t[1] != RDF.type or t[2] == self.of_class)
        return reached(facts_of(view), ((Step(RDF.type),), *self.reads), telling)

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """What is wrong with those of the things that are of the class."""
        facts = facts_of(view)
        for focus in focuses:
            if self.of_class in facts.values(focus, RDF.type):
                yield from self.look(facts, focus)


def reached(facts: Facts, paths: Iterable[Path], changed: Iterable[Triple]) -> set[URIRef]:
    """The things from which one of the paths leads over one of these triples."""
    places: dict[URIRef, list[tuple[Path, int]]] = {}
    for steps in paths:
        for number, step in enumerate(steps):
            places.setdefault(step.property, []).append((steps, number))
    found: set[URIRef] = set()
    done: set[tuple[Path, Term]] = set()
    for subject, predicate, object_ in changed:
        for steps, number in places.get(predicate, ()):
            near = object_ if steps[number].back else subject
            way = steps[:number]
            if (way, near) not in done:
                done.add((way, near))
                found |= _origins(facts, way, near)
    return found


def _origins(facts: Facts, way: Path, end: Term) -> set[URIRef]:
    """The things from which ``way`` leads to ``end``."""
    ends: set[Term] = {end}
    for step in reversed(way):
        if step.back:
            ends = {o for node in ends for o in facts.values(node, step.property)}
        else:
            ends = {s for node in ends for s in facts.back(step.property, node)}
    return {node for node in ends if isinstance(node, URIRef)}


def number(term: Term | None) -> Decimal | None:
    """The number that a literal says; None where it says none, or one of more digits than any figure has."""
    text = str(term) if isinstance(term, Literal) and len(term) <= LONGEST else ""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def plain(value: Decimal) -> str:
    """A number in full, without trailing zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def local(term: Term | None) -> str:
    """The code of a term of a code list, such as ``value-type-actual``; empty where it is none."""
    return str(term).rpartition("/")[2] if isinstance(term, URIRef) else ""


def _order(term: Term) -> tuple[str, str, str]:
    return str(term), str(getattr(term, "language", None) or ""), str(getattr(term, "datatype", None) or "")
