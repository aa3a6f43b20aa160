"""Changes of a store elsewhere, which others may change as well: staged on what it holds, then made on that revision.

What a remote engine can't guarantee stands at the head of ``plangraph.store.remote``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from plangraph.changing import exists, graph_change
from plangraph.commits import SKOLEM
from plangraph.errors import Conflict, Refused
from plangraph.history import head_number
from plangraph.recording import Note
from plangraph.requests import DeleteGraph, GraphRequest, Request, made_on_head
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.parsing import skolemize_afresh
from plangraph.store.readers import ReaderPool
from plangraph.store.remote import RemoteStore
from plangraph.store.template import Revision
from plangraph.writing import Change, Overtaken, Staged, changed_meanwhile, noted_for, stage


class RemoteWriter:
    """Makes changes of a remote ``store``, one after the other, as ``Writer`` does of one on disk.

    ``look`` gives the revision that the store was last seen at, ``moved`` that which was just written, once every
    reader sees it. Where somebody else is quicker, the change is staged once more, on the new data. ``most`` is how
    many quads are fetched to evaluate an update or to validate, ``patched`` of how many a change's patch is kept.
    """

    def __init__(
        self,
        store: RemoteStore,
        pool: ReaderPool,
        look: Callable[[], Revision],
        moved: Callable[[], Revision],
        *,
        gate: str,
        most: int,
        union: bool = True,
        services: tuple[str, ...] = (),
        patched: int = Settings.history_quads,
    ) -> None:
        self._store, self._pool, self._look, self._moved = store, pool, look, moved
        self._gate, self._most, self._union, self._services = gate, most, union, services
        self._patched = patched
        self._lock = threading.Lock()

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Stage, validate, write. Raises what the stages raise, and ``Conflict``; nothing is written then.

        ``Unavailable`` where the engine goes away in the midst of it says what is known.
        """
        noted = noted_for(request, note)
        if base is None and not made_on_head(request):
            # Before the lock: what others commit while this one waits, its author hasn't seen.
            base = str(head_number(self._store))
        with self._lock:
            try:
                return self._change(request, expected, base, noted)
            except Overtaken:
                raise
            except Conflict:
                if expected is not None:
                    raise
                return self._change(request, None, base, noted)

    def _change(self, request: Request, expected: str | None, base: str | None, note: Note) -> Change:
        revision = self._look()
        before = self._store.seen_revision
        if expected is not None and revision.text != expected:
            raise changed_meanwhile()
        staged: Staged
        staged, _ = self._pool.stage(
            "plangraph.remotewriting:stage_remote",
            request,
            self._gate,
            self._union,
            self._services,
            self._most,
            base,
        )
        if not staged.changeset:
            return staged.done(revision, None)
        if before is None and self._store.stated_revision() is not None:
            raise changed_meanwhile()
        changeset, record = staged.recorded(self._store, note, self._gate, self._patched)
        self._store.apply(changeset, expected=before)
        return staged.done(self._moved(), record)


def stage_remote(
    store: RemoteStore,
    request: Request,
    gate: str,
    union: bool,
    services: tuple[str, ...],
    most: int,
    base: str | None = None,
) -> Staged:
    """``stage`` for a store elsewhere: on a copy of at most ``most`` quads, or without one where none is needed.

    Blank nodes get IRIs whatever the gate is: nothing could refer to them again. Raises ``Refused`` where the data are
    too many to be copied.
    """
    if gate == "off" and base is None and isinstance(request, GraphRequest):
        there = exists(store, request.graph)
        changeset = graph_change(store, request, named=True)
        stays = not isinstance(request, DeleteGraph)
        created, deleted = stays and not there, there and not stays
        return Staged(changeset, (request.graph,) * created, (request.graph,) * deleted, None)
    count = len(store)
    if count > most:
        raise Refused(
            f"{store.address} 有 {count} 条陈述，超过 memory_quads（{most}），无法取来计算或校验此次写入。"
            "请以 --gate off 启动并用图存储协议（PUT、POST、DELETE /graphs）写入，或调高 memory_quads。",
            f"{store.address} holds {count} statements, more than memory_quads ({most}): too many to fetch for an "
            "update or a validation. Start with --gate off and write by the Graph Store Protocol (PUT, POST, DELETE "
            "/graphs), or raise memory_quads.",
        )
    staged = stage(store.copy().in_memory(), request, gate, union, services, base)
    added = skolemize_afresh(staged.changeset.added, SKOLEM)
    return replace(staged, changeset=Changeset(added=added, removed=staged.changeset.removed))
