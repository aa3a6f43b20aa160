"""Makes changes of a store one after the other, and says on standard output which are made, until it is killed.

Change N replaces the things of change N-1 by others, so that after any number of them the content is known.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rdflib import Literal, URIRef

from plangraph.history import changeset_of, head, inverse
from plangraph.recording import Note, recorded
from plangraph.store.base import Changeset, Quad
from plangraph.store.embedded import EmbeddedStore

E = "http://e.example/"
GRAPH = URIRef(E + "committed")
SIZES = (1, 7, 300, 40)


def quads_after(number: int) -> set[Quad]:
    """What the graph holds after change ``number``; every fifth is reverted by the one after it."""
    if number <= 0:
        return set()
    shown = number - 2 if number % 5 == 0 else number
    if shown <= 0:
        return set()
    size = SIZES[shown % len(SIZES)]
    return {
        (URIRef(f"{E}thing{n}"), URIRef(E + "is"), Literal(f"第 {shown} 次，第 {n} 个"), GRAPH) for n in range(size)
    }


def main(folder: str) -> None:
    store = EmbeddedStore.open(Path(folder))
    last = head(store)
    number = last.number if last else 0
    while True:
        number += 1
        if number % 5 == 0:
            last = head(store)
            assert last is not None
            changeset, kind = inverse(changeset_of(store, last)), "revert"
        else:
            before, after = quads_after(number - 1), quads_after(number)
            changeset, kind = Changeset(added=tuple(after - before), removed=tuple(before - after)), "commit"
        store.apply(recorded(store, changeset, Note(kind=kind)))
        store.flush()
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
