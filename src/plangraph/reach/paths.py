"""Property paths as edges of an automaton."""

from __future__ import annotations

from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
from rdflib.paths import Path as PropertyPath

from plangraph.store.reaching import Automaton


class Unknown(Exception):
    """How far something looks can't be told, for this reason."""


def connect_path(
    automaton: Automaton, start: int, path: URIRef | PropertyPath, end: int | None = None, *, forward: bool = True
) -> int:
    """Add what leads from ``start`` over ``path`` to ``end``, or else to a new state, and give that.

    A path that may be walked any number of times, or not at all, leads back to where it starts: so what follows it is
    looked for at the start as well. Raises ``Unknown`` for a kind of path that isn't known.
    """
    if isinstance(path, URIRef):
        return automaton.connect(start, str(path), forward, automaton.state() if end is None else end)
    if isinstance(path, InvPath):
        return connect_path(automaton, start, path.arg, end, forward=not forward)
    if isinstance(path, SequencePath):
        steps = path.args if forward else path.args[::-1]
        for step in steps[:-1]:
            start = connect_path(automaton, start, step, forward=forward)
        return connect_path(automaton, start, steps[-1], end, forward=forward)
    if isinstance(path, AlternativePath):
        for way in path.args:
            end = connect_path(automaton, start, way, end, forward=forward)
        assert end is not None
        return end
    if isinstance(path, MulPath):
        if end is None:
            return connect_path(automaton, start, path.path, start, forward=forward)
        # Where it has to end elsewhere, that place is left the same way.
        connect_path(automaton, start, path.path, end, forward=forward)
        connect_path(automaton, end, path.path, end, forward=forward)
        if path.mod != "+":
            raise Unknown("a path that may be empty leads to a fixed place")
        return end
    if isinstance(path, NegatedPath):
        end = automaton.state() if end is None else end
        automaton.connect(start, None, True, end)
        return automaton.connect(start, None, False, end)
    raise Unknown(f"a kind of path that isn't known: {path}")
