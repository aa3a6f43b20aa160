"""What the soak writes, and what its answers may therefore say."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

NS: Final = "https://soak.example/"
PREFIX: Final = f"PREFIX : <{NS}> "


@dataclass(frozen=True)
class State:
    """What a graph holds: a counter and some items; nothing at all where the counter is None."""

    counter: int | None
    items: int


@dataclass
class Log:
    """The states that a graph has had, each with the time from which it may have been there.

    A state stays possible until the change after it was acknowledged.
    """

    states: list[State]
    begun: list[float] = field(default_factory=lambda: [0.0])
    ended: list[float] = field(default_factory=lambda: [0.0])

    @property
    def latest(self) -> State:
        """What the graph holds now, as far as the writer knows."""
        return self.states[-1]

    def begin(self, state: State) -> None:
        """The change to ``state`` is sent."""
        self.begun.append(time.monotonic())
        self.ended.append(math.inf)
        self.states.append(state)

    def end(self) -> None:
        """It is acknowledged."""
        self.ended[-1] = time.monotonic()

    def take_back(self) -> None:
        """It didn't happen."""
        for row in (self.states, self.begun, self.ended):
            row.pop()

    def possible(self, asked: float, answered: float) -> list[State]:
        """The states that an answer may tell of, the oldest last."""
        found = []
        for number in reversed(range(len(self.states))):
            if self.begun[number] <= answered:
                found.append(self.states[number])
            if self.ended[number] < asked:
                break
        return found


@dataclass(frozen=True)
class Change:
    """A request that changes a graph, what the graph holds afterwards, and how many quads come and go."""

    method: str
    path: str
    body: str
    media_type: str
    after: State
    added: int
    removed: int


def change_of(number: int, old: State, rng: random.Random) -> Change:
    """One of the ways to change graph ``number``, which holds ``old``."""
    ways = ("put", "insert") if old.counter is None else ("count", "count", "count", "post", "put", "delete", "drop")
    way = rng.choice(ways)
    path = f"/graphs?graph={quote(f'{NS}g{number}')}"
    tag = f"{rng.getrandbits(64):x}"
    held = 0 if old.counter is None else 1 + old.items
    if way == "put":
        counter, items = rng.randrange(1_000_000, 2_000_000), rng.randrange(20)
        body = f"@prefix : <{NS}> . :c :n {counter} . " + "".join(f":i{tag}-{i} a :Item . " for i in range(items))
        return Change("PUT", path, body, "text/turtle", State(counter, items), 1 + items, held)
    if way == "post":
        body = f"<{NS}i{tag}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{NS}Item> .\n"
        return Change("POST", path, body, "application/n-triples", State(old.counter, old.items + 1), 1, 0)
    if way == "delete":
        return Change("DELETE", path, "", "text/turtle", State(None, 0), 0, held)
    if way == "drop":
        return _update(f"DROP GRAPH :g{number}", State(None, 0), 0, held)
    if way == "insert":
        return _update(f"INSERT DATA {{ GRAPH :g{number} {{ :c :n 1 . :i{tag} a :Item }} }}", State(1, 1), 2, 0)
    assert old.counter is not None
    text = (
        f"WITH :g{number} DELETE {{ :c :n ?n }} INSERT {{ :c :n ?m . :i{tag} a :Item }} "
        "WHERE { :c :n ?n BIND(?n + 1 AS ?m) }"
    )
    return _update(text, State(old.counter + 1, old.items + 1), 2, 1)


def _update(text: str, after: State, added: int, removed: int) -> Change:
    return Change("POST", "/update", PREFIX + text, "application/sparql-update", after, added, removed)
