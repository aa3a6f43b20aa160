"""The patterns of a constraint in SPARQL as edges of an automaton that starts at ``$this``.

A solution of a group of patterns is connected: each of its triples is reached from ``$this`` over others. So every
pattern becomes one edge, from whichever of its ends is reached first. Patterns that only may hold (``OPTIONAL``,
``EXISTS``, one branch of a ``UNION``) are reached from what must hold, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeAlias

from rdflib import BNode, URIRef, Variable
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from plangraph.reach.paths import Unknown, connect_path
from plangraph.store.reaching import SINK, Automaton

Step: TypeAlias = URIRef | PropertyPath | Variable
Known: TypeAlias = dict[Node, tuple[int, ...]]
"""The states that a variable's things can be in."""

_THIS: Final = Variable("this")
_SAME: Final = ("Project", "Distinct", "Reduced", "OrderBy", "AggregateJoin", "Group")
_EXISTS: Final = ("Builtin_EXISTS", "Builtin_NOTEXISTS")


@dataclass
class _Scope:
    """Patterns that hold together, and groups within them that only may: one of ``ways``, or all of ``asides``."""

    patterns: list[tuple[Node, Step, Node]] = field(default_factory=list)
    ways: list[list[_Scope]] = field(default_factory=list)
    asides: list[_Scope] = field(default_factory=list)


def connect_query(automaton: Automaton, start: int, text: str) -> set[str]:
    """Add what a query reads whose ``$this`` is bound to the things in state ``start``.

    Gives the predicates of triples that it reads about properties themselves: they concern whatever has the property.
    Raises ``Unknown`` where a pattern isn't connected to ``$this``, or the text can't be read.
    """
    try:
        algebra: Any = translateQuery(parseQuery(text)).algebra
    except Exception as fault:  # rdflib's parser raises whatever its own parts do
        raise Unknown(f"its query can't be read: {fault}") from None
    whole = _Scope()
    _read(algebra.p, whole, {}, count())
    everywhere: set[str] = set()
    _connect(automaton, whole, {_THIS: (start,)}, set(), everywhere)
    return everywhere


def required_of_this(text: str) -> frozenset[tuple[str, str]]:
    """The properties, with their values, that ``$this`` has in each solution of a query that ``connect_query`` took."""
    whole = _Scope()
    _read(translateQuery(parseQuery(text)).algebra.p, whole, {}, count())
    return frozenset(
        (str(p), str(o)) for s, p, o in whole.patterns if s == _THIS and isinstance(p, URIRef) and isinstance(o, URIRef)
    )


# --- Reading the algebra ----------------------------------------------------------------------------------------------


def _read(part: Any, scope: _Scope, names: Mapping[Node, Node], fresh: Iterator[int]) -> None:
    kind = part.name
    if kind == "BGP":
        scope.patterns += [(names.get(s, s), names.get(p, p), names.get(o, o)) for s, p, o in part.triples]
    elif kind == "Join":
        _read(part.p1, scope, names, fresh)
        _read(part.p2, scope, names, fresh)
    elif kind in ("LeftJoin", "Minus"):
        _read(part.p1, scope, names, fresh)
        _read_aside(part.p2, scope, names, fresh)
        _read_expression(part.get("expr"), scope, names, fresh)
    elif kind == "Union":
        ways = [_Scope(), _Scope()]
        for side, way in zip((part.p1, part.p2), ways, strict=True):
            _read(side, way, names, fresh)
        scope.ways.append(ways)
    elif kind in ("Filter", "Extend"):
        _read(part.p, scope, names, fresh)
        _read_expression(part.expr, scope, names, fresh)
    elif kind == "ToMultiSet":
        if part.p.name != "values":
            _read_inner_query(part.p, scope, names, fresh)
    elif kind in _SAME:
        _read(part.p, scope, names, fresh)
    else:
        raise Unknown(f"its query has a part whose reach isn't known ({kind})")


def _read_inner_query(part: Any, scope: _Scope, names: Mapping[Node, Node], fresh: Iterator[int]) -> None:
    """Of an inner SELECT only the variables that it projects are the outer ones."""
    project = part
    while project.name in ("Distinct", "Reduced", "OrderBy"):
        project = project.p
    if project.name != "Project":
        raise Unknown(f"its inner query has a part whose reach isn't known ({project.name})")
    number = next(fresh)
    inside: dict[Node, Node] = {
        variable: names.get(variable, variable) if variable in project.PV else Variable(f"{variable}__{number}")
        for variable in part["_vars"]
    }
    _read(project.p, scope, inside, fresh)


def _read_aside(part: Any, scope: _Scope, names: Mapping[Node, Node], fresh: Iterator[int]) -> None:
    aside = _Scope()
    _read(part, aside, names, fresh)
    scope.asides.append(aside)


def _read_expression(expression: object, scope: _Scope, names: Mapping[Node, Node], fresh: Iterator[int]) -> None:
    """``EXISTS`` may stand anywhere in an expression."""
    if isinstance(expression, list | tuple):
        for member in expression:
            _read_expression(member, scope, names, fresh)
    elif isinstance(expression, CompValue):
        if expression.name in _EXISTS:
            graph = expression.graph
            # Within lists rdflib leaves it as it was parsed.
            group = translateGroupGraphPattern(graph) if graph.name.startswith("GroupGraphPattern") else graph
            _read_aside(group, scope, names, fresh)
            return
        for key, member in expression.items():
            if key != "_vars":
                _read_expression(member, scope, names, fresh)


# --- Connecting -------------------------------------------------------------------------------------------------------


def _connect(automaton: Automaton, scope: _Scope, known: Known, properties: set[Node], everywhere: set[str]) -> None:
    """Connect the patterns of a scope, and then what only may hold. ``known`` and ``properties`` grow."""
    own: set[int] = set()
    pending = _connect_patterns(automaton, scope.patterns, known, properties, own, everywhere)
    for ways in scope.ways:
        found = []
        for way in ways:
            held = dict(known)
            _connect(automaton, way, held, set(properties), everywhere)
            found.append(held)
        for variable in set(found[0]).intersection(*found[1:]) - set(known):
            known[variable] = tuple(state for held in found for state in held[variable])
        pending = _connect_patterns(automaton, pending, known, properties, own, everywhere)
    if pending:
        told = "; ".join(" ".join(str(term) for term in pattern) for pattern in pending)
        raise Unknown(f"not connected to $this: {told}")
    for aside in scope.asides:
        _connect(automaton, aside, dict(known), set(properties), everywhere)


def _connect_patterns(
    automaton: Automaton,
    patterns: list[tuple[Node, Step, Node]],
    known: Known,
    properties: set[Node],
    own: set[int],
    everywhere: set[str],
) -> list[tuple[Node, Step, Node]]:
    """Connect what can be, from what is known to what isn't; gives the patterns that are left."""
    pending = list(patterns)
    progress = True
    while progress and pending:
        progress, left = False, []
        for pattern in pending:
            s, p, o = pattern
            if s in known:
                _connect_one(automaton, known, own, s, p, o, forward=True)
            elif o in known:
                _connect_one(automaton, known, own, o, p, s, forward=False)
            elif s in properties and isinstance(p, URIRef) and not _is_variable(o):
                everywhere.add(str(p))
            else:
                left.append(pattern)
                continue
            if isinstance(p, Variable):
                properties.add(p)
            progress = True
        pending = left
    return pending


def _connect_one(
    automaton: Automaton, known: Known, own: set[int], near: Node, step: Step, far: Node, *, forward: bool
) -> None:
    """One pattern, from a variable whose states are known to its other end."""
    new = _is_variable(far) and far not in known
    plain = isinstance(step, URIRef | Variable)
    end = automaton.state() if new else SINK if plain else None
    for state in known[near]:
        if isinstance(step, Variable):
            assert end is not None
            automaton.connect(state, None, forward, end)
        else:
            connect_path(automaton, state, step, end, forward=forward)
        if forward and isinstance(step, URIRef) and isinstance(far, URIRef) and state in own:
            automaton.require(state, str(step), str(far))
    if new:
        assert end is not None
        known[far] = (end,)
        # What may be passed through on a longer path needn't be what the path ends at.
        if plain:
            own.add(end)


def _is_variable(term: Node) -> bool:
    return isinstance(term, Variable | BNode)
