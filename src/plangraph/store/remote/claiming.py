"""The revision that a remote dataset states, and taking turns to change it.

Engines evaluate the WHERE of two updates at the same time on the same data and then make both (Oxigraph and Virtuoso
do, measured), so a condition on the revision alone doesn't keep writers apart. What they do give is that an inserted
triple is seen by whoever reads later. So a writer first states a claim beside the revision, then looks: where another
claim stands, it takes its own back and tries again after a moment of random length. Of two writers at least one sees
the other, and nobody goes on who sees another. The update is conditional on the claim and takes it away.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS

from plangraph.errors import Conflict, PlangraphError, Unavailable
from plangraph.namespaces import ROOT, STATE_GRAPH
from plangraph.store.base import Solutions
from plangraph.store.remote.engine import Engine
from plangraph.store.remote.literals import text_of
from plangraph.store.remote.wire import NotSent

REVISION: Final = DCTERMS.identifier
"""The property by which STATE_GRAPH, as a thing, states the revision of a remote dataset."""
CLAIM: Final = URIRef(ROOT + "remote#claim")
"""The property by which it states who is about to change the data, while that lasts."""
UPDATE_HEADERS: Final = {"Content-Type": "application/sparql-update", "Accept": "*/*"}

_STATE: Final = f"<{STATE_GRAPH}>"
_ASKED: Final = (
    f"SELECT ?p ?v {{ VALUES ?p {{ <{REVISION}> <{CLAIM}> }} GRAPH <{STATE_GRAPH}> {{ <{STATE_GRAPH}> ?p ?v }} }}"
)
_LONGEST_PAUSE: Final = 0.4
# A writer needs its claim for one update, which ends at the time limit of requests.
_AFTER_THE_LIMIT: Final = 5.0


@dataclass(frozen=True)
class _State:
    revisions: frozenset[str]
    claims: frozenset[str]


def _read(engine: Engine) -> _State:
    found, _ = engine.solutions(_ASKED, united=False)
    assert isinstance(found, Solutions)
    stated = {(str(property_), str(value)) for property_, value in found.rows}
    return _State(*(frozenset(v for p, v in stated if p == str(kind)) for kind in (REVISION, CLAIM)))


def revision_of(engine: Engine) -> str | None:
    """The revision that the dataset states; None before the first change. Raises ``Conflict`` where it has several."""
    return _one(engine, _read(engine))


def _one(engine: Engine, state: _State) -> str | None:
    if len(state.revisions) > 1:
        count = len(state.revisions)
        raise Conflict(
            f"{engine.address.shown} 中同时存在 {count} 个修订号：多个写入互相覆盖过。请核对最近的改动，"
            f"再删去 {STATE_GRAPH} 中多余的 dcterms:identifier。",
            f"{engine.address.shown} states {count} revisions: writers have crossed. Check the last changes, "
            f"then remove the surplus dcterms:identifier from {STATE_GRAPH}.",
        )
    return next(iter(state.revisions), None)


def stated(property_: URIRef, value: str) -> str:
    """The pattern or template of one statement of the state."""
    return f"GRAPH {_STATE} {{ {_STATE} <{property_}> {text_of(Literal(value))} }}"


@contextlib.contextmanager
def turn(engine: Engine, expected: str | None, claim: str) -> Iterator[None]:
    """A time in which nobody else changes the data, which have the revision ``expected``.

    The change has to take ``claim`` away; where it fails, that is done here. Raises ``Conflict`` where the revision is
    another, ``Unavailable`` where other writers don't let this one come to its turn.
    """
    try:
        _wait(engine, expected, claim)
        yield
    except BaseException:
        withdraw(engine, claim)
        raise


def _wait(engine: Engine, expected: str | None, claim: str) -> None:
    lease = engine.wire.seconds + _AFTER_THE_LIMIT
    end = time.monotonic() + 2 * lease
    seen: dict[str, float] = {}
    while True:
        state = _claim(engine, claim)
        now = _one(engine, state)
        if now != expected:
            raise conflict(engine, expected, now)
        others = state.claims - {claim}
        if not others:
            return
        for other in others:
            # Whoever claimed so long ago isn't at work any more.
            if time.monotonic() - seen.setdefault(other, time.monotonic()) > lease:
                withdraw(engine, other)
        withdraw(engine, claim)
        if time.monotonic() > end:
            raise Unavailable(
                f"其他写入一直占用 {engine.address.shown}。未写入；请稍后重试。",
                f"Other writers keep {engine.address.shown} busy. Nothing was written; try again in a while.",
            )
        time.sleep(random.uniform(0.01, _LONGEST_PAUSE))  # noqa: S311 - so that two don't meet again


def _claim(engine: Engine, claim: str) -> _State:
    try:
        _write(engine, f"INSERT DATA {{ {stated(CLAIM, claim)} }}")
        return _read(engine)
    except NotSent:
        raise
    except Unavailable as fault:
        raise Unavailable(f"{fault.zh} 未写入。", f"{fault.en} Nothing was written.") from None


def withdraw(engine: Engine, claim: str) -> None:
    """Take a claim away: an update that waits for it doesn't happen any more. A claim that stays is broken in time."""
    with contextlib.suppress(PlangraphError):
        _write(engine, f"DELETE DATA {{ {stated(CLAIM, claim)} }}")


def _write(engine: Engine, text: str) -> None:
    engine.wire.write(engine.address.update, text.encode(), UPDATE_HEADERS)


def conflict(engine: Engine, expected: str | None, now: str | None) -> Conflict:
    """The failure where the data have the revision ``now``."""
    return Conflict(
        f"{engine.address.shown} 的数据已被修改（应为修订 {expected or '（无）'}，现为 {now or '（无）'}）。"
        "未写入；请在新数据上重做。",
        f"The data of {engine.address.shown} were changed by somebody else (revision {expected or 'none'} was "
        f"expected, it is {now or 'none'}). Nothing was written; make the change again on the new data.",
    )
