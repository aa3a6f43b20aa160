"""Names for blank nodes that follow from what is said of them: the same data have the same names whenever they come.

A node's name is a digest of all that hangs on it and of what leads to it, so nodes of which exactly the same is said
are one. Where nodes lead to each other in circles, the smallest of all ways to number them decides; there are graphs
where that takes for ever (RDF Dataset Canonicalization, W3C 2024, section 7.1), so it may take only so many steps.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rdflib import BNode, Literal

from plangraph.errors import BadInput
from plangraph.store.base import Quad, Term

MOST_STEPS: Final = 2_000_000
"""How many links between nodes are looked at to number those that lead to each other in circles: about 5 seconds."""

Link: TypeAlias = tuple[str, str, Term]
"""Property, graph and the other end."""
_Colours: TypeAlias = Mapping[Term, str]
_Told: TypeAlias = list[tuple[str, list[tuple[str, str, str]]]]


@dataclass
class _Node:
    out: list[Link] = field(default_factory=list)
    into: list[Link] = field(default_factory=list)


def names_by_content(quads: Iterable[Quad], *, most: int = MOST_STEPS) -> dict[BNode, str]:
    """For every blank node in ``quads`` 32 hexadecimal digits. Raises ``BadInput`` where that takes too many steps."""
    nodes: defaultdict[Term, _Node] = defaultdict(_Node)
    for s, p, o, g in quads:
        if isinstance(s, BNode):
            nodes[s].out.append((str(p), str(g), o))
        if isinstance(o, BNode):
            nodes[o].into.append((str(p), str(g), s))
    order, circular = _upwards(nodes)
    names = _along(nodes, order)
    budget = _Budget(most)
    for group in _groups(nodes, circular):
        for node in group:
            names.pop(node, None)
        names.update(_numbered({node: nodes[node] for node in sorted(group)}, budget))
    return {node: names[node] for node in nodes if isinstance(node, BNode)}


def _key(term: Term, colours: _Colours) -> str:
    if isinstance(term, BNode):
        return "_:" + colours[term]
    if isinstance(term, Literal):
        return repr((str(term), term.language, str(term.datatype or "")))
    return f"<{term}>"


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _links(links: Iterable[Link], colours: _Colours) -> list[tuple[str, str, str]]:
    return sorted({(p, g, _key(term, colours)) for p, g, term in links})


# --- Nodes that don't lead to each other in circles -------------------------------------------------------------------


def _upwards(nodes: Mapping[Term, _Node]) -> tuple[list[Term], set[Term]]:
    """The nodes in such an order that each comes after those it leads to; and those left, which lead to a circle."""
    waiting = {node: len({o for *_, o in of.out if isinstance(o, BNode)}) for node, of in nodes.items()}
    order = [node for node, count in waiting.items() if not count]
    for node in order:
        for parent in {s for *_, s in nodes[node].into if isinstance(s, BNode)}:
            waiting[parent] -= 1
            if not waiting[parent]:
                order.append(parent)
    return order, {node for node, count in waiting.items() if count}


def _along(nodes: Mapping[Term, _Node], order: list[Term]) -> dict[Term, str]:
    """Names from what hangs on each node, and then from what leads to it."""
    below: dict[Term, str] = {}
    for node in order:
        below[node] = _digest(_links(nodes[node].out, below))
    names: dict[Term, str] = {}
    for node in reversed(order):
        into = [link for link in nodes[node].into if not isinstance(link[2], BNode) or link[2] in names]
        names[node] = _digest(below[node], _links(into, names))
    return names


# --- Nodes that do ----------------------------------------------------------------------------------------------------


class _Budget:
    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise BadInput(
                "数据中的空白节点彼此循环引用且结构对称，无法在限定时间内稳定命名。请给这些节点写上 IRI 后重试。",
                "The data have blank nodes that refer to each other in circles and look alike: they can't be told "
                "apart in the time allowed. Give these nodes IRIs and try again.",
            )


def _groups(nodes: Mapping[Term, _Node], circular: set[Term]) -> Iterator[set[Term]]:
    """The connected groups of nodes that have a circle in them."""
    left = set(circular)
    while left:
        group: set[Term] = set()
        edge = [left.pop()]
        while edge:
            node = edge.pop()
            if node not in group:
                group.add(node)
                edge += [term for *_, term in (*nodes[node].out, *nodes[node].into) if isinstance(term, BNode)]
        left -= group
        yield group


def _numbered(group: Mapping[Term, _Node], budget: _Budget) -> dict[Term, str]:
    colours = _refined(group, dict.fromkeys(group, ""), budget)
    told, best = _least(group, colours, budget)
    whole = _digest(told)
    return {node: _digest(whole, colour) for node, colour in best.items()}


def _refined(group: Mapping[Term, _Node], colours: _Colours, budget: _Budget) -> _Colours:
    """Colours that tell apart whatever nodes differ in their surroundings."""
    size = sum(len(of.out) + len(of.into) + 1 for of in group.values())
    count = 0
    while (now := len(set(colours.values()))) > count:
        budget.spend(size)
        count = now
        colours = {
            node: _digest(colours[node], _links(of.out, colours), _links(of.into, colours))
            for node, of in group.items()
        }
    return colours


def _least(group: Mapping[Term, _Node], colours: _Colours, budget: _Budget) -> tuple[_Told, _Colours]:
    """The colours that make the least text of the group, and that text; each tie is broken in every way."""
    shared = {colour: n for colour, n in Counter(colours.values()).items() if n > 1}
    if not shared:
        told = sorted((colours[node], _links(of.out, colours)) for node, of in group.items())
        return told, colours
    tied = min(shared, key=lambda colour: (shared[colour], colour))
    found: list[tuple[_Told, _Colours]] = []
    for node in group:
        if colours[node] == tied:
            tried = _refined(group, {**colours, node: _digest("first", tied)}, budget)
            found.append(_least(group, tried, budget))
    return min(found, key=lambda pair: repr(pair[0]))
