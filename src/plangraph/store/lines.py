"""Quads as lines of N-Quads and back, with the names of blank nodes kept: how changes are written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import BNode, URIRef

from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.store.terms import from_oxigraph, to_oxigraph_quad


@dataclass(frozen=True)
class Net:
    """What a change really adds to a store and removes from it: sorted lines of N-Quads, without the final ``.``.

    ``graphs`` are the named graphs that it touches, in order.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    graphs: tuple[URIRef, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def net_of(store: EmbeddedStore | RemoteStore, changeset: Changeset, own: Sequence[URIRef] = ()) -> Net:
    """The net effect of ``changeset`` on ``store``, outside of the graphs ``own``; the change isn't made yet.

    What is added was absent, what is removed was there; numbers have the form that a store gives them. A remote store
    isn't asked what it holds: there the changeset is taken to be right, but for what it both removes and adds.
    """
    added, removed = _as_stored(changeset.added, own), _as_stored(changeset.removed, own)
    gone = [quad for quad in removed if quad not in added]
    new = [quad for quad in added if quad not in removed]
    if isinstance(store, EmbeddedStore):
        engine = store.engine
        gone = [quad for quad in gone if quad in engine]
        new = [quad for quad in added if quad not in engine]
    graphs = {quad.graph_name.value for quad in (*gone, *new) if isinstance(quad.graph_name, ox.NamedNode)}
    return Net(_lines(new), _lines(gone), tuple(URIRef(name) for name in sorted(graphs)))


def held_of(store: EmbeddedStore, quads: Iterable[Quad]) -> set[Quad]:
    """Those of these quads, in the form that a store gives them, that it holds."""
    return {quad for quad in quads if to_oxigraph_quad(quad) in store.engine}


def _as_stored(quads: Iterable[Quad], own: Sequence[URIRef]) -> set[ox.Quad]:
    scratch = ox.Store()
    scratch.extend(to_oxigraph_quad(quad) for quad in quads if quad[3] not in own)
    return set(scratch)


def _lines(quads: Iterable[ox.Quad]) -> tuple[str, ...]:
    return tuple(sorted(map(str, quads)))


def write_lines(quads: Iterable[Quad]) -> list[str]:
    """Sorted lines of these quads, without the final ``.``."""
    return sorted(str(to_oxigraph_quad(quad)) for quad in quads)


def read_lines(lines: Sequence[str]) -> list[Quad]:
    """The quads of such lines, in their order. Raises ``ValueError`` where one isn't a quad of a named graph."""
    text = "".join(f"{line} .\n" for line in lines)
    found: list[Quad] = []
    try:
        for quad in ox.parse(input=text.encode(), format=ox.RdfFormat.N_QUADS):
            s, o, g = from_oxigraph(quad.subject), from_oxigraph(quad.object), quad.graph_name
            if not isinstance(g, ox.NamedNode):
                raise ValueError(f"not in a named graph: {quad}")
            if isinstance(quad.object, ox.Triple) or not isinstance(s, URIRef | BNode):
                raise ValueError(f"a triple term: {quad}")
            found.append((s, URIRef(quad.predicate.value), o, URIRef(g.value)))
    except SyntaxError as fault:
        raise ValueError(str(fault)) from None
    if len(found) != len(lines):
        raise ValueError("not one quad a line")
    return found


def changed_copy(store: EmbeddedStore, changeset: Changeset) -> EmbeddedStore:
    """A copy in memory, for reading, of what ``store`` would hold after a change.

    For large changes much quicker than a copy that is then changed.
    """
    gone = {to_oxigraph_quad(quad) for quad in changeset.removed}
    bare = EmbeddedStore()
    quads = (quad for quad in store.engine if isinstance(quad.graph_name, ox.NamedNode))
    bare.add_all(quad for quad in quads if quad not in gone)
    bare.add_all(to_oxigraph_quad(quad) for quad in changeset.added)
    return bare.in_memory()
