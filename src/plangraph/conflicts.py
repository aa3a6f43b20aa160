"""Two writers: whose data rest on an older state may commit them where nobody has changed the same things since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from rdflib import URIRef

from plangraph.entities import Named, name_of
from plangraph.errors import Conflict, NotFound
from plangraph.history import OWN_GRAPHS, Record, as_time, changeset_of, find, head_number, since
from plangraph.store.base import Changeset, Quad, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore

_SHOWN: Final = 5
_LISTED: Final = 200


class Overtaken(Conflict):
    """Others changed the same things meanwhile; nothing was written. ``details`` tells which, as plain data."""

    def __init__(self, zh: str, en: str, details: dict[str, Any]) -> None:
        super().__init__(zh, en)
        self.details = details


@dataclass(frozen=True)
class _Clash:
    """A change and the things that it has in common with ours; None where its patch wasn't kept."""

    record: Record
    things: tuple[Named, ...] | None


def base_number(store: EmbeddedStore | RemoteStore, base: str) -> int:
    """The number of the change that data were made on; 0 before the first. Raises ``NotFound``."""
    if base.strip() == "0":
        return 0
    try:
        return find(store, base).number
    except NotFound:
        last = head_number(store)
        raise NotFound(
            f"历史中没有 base 所指的改动“{base}”；最近一次是第 {last} 次。请重新读取数据后再试。",
            f"The history has no change “{base}”, which base names; the last is {last}. Read the data again.",
        ) from None


def refuse_overtaken(
    store: EmbeddedStore | RemoteStore, changeset: Changeset, wanted: Collection[Quad], base: int
) -> None:
    """Raise ``Overtaken`` where a change after number ``base`` touched things that ``changeset`` touches.

    What both wanted the same way doesn't count: ``wanted`` are all the quads that ours would have, new or not.
    """
    ours = {s for s, _, _, g in (*changeset.added, *changeset.removed) if g not in OWN_GRAPHS}
    if not ours:
        return
    graphs = {g for _, _, _, g in (*changeset.added, *changeset.removed)}
    same, gone = set(wanted), set(changeset.removed)
    clashes = []
    for record in since(store, base):
        if not record.kept:
            if graphs & set(record.graphs):
                clashes.append(_Clash(record, None))
            continue
        theirs = changeset_of(store, record)
        differing = (*(q for q in theirs.added if q not in same), *(q for q in theirs.removed if q not in gone))
        shared = {s for s, _, _, _ in differing} & ours
        if shared:
            clashes.append(_Clash(record, _named(store, shared)))
    if clashes:
        raise _overtaken(clashes, base)


def refuse_blocked(store: EmbeddedStore | RemoteStore, record: Record, blocked: Iterable[Quad]) -> None:
    """Raise ``Overtaken``, naming the later changes on account of which ``record`` can't be undone any more.

    ``blocked`` are the quads that stand in the way: to be removed and gone, or to be added and there.
    """
    quads = set(blocked)
    clashes = []
    for later in since(store, record.number):
        if later.kept:
            theirs = changeset_of(store, later)
            touched = {s for s, *_ in quads.intersection((*theirs.added, *theirs.removed))}
            if touched:
                clashes.append(_Clash(later, _named(store, touched)))
        elif {g for *_, g in quads} & set(later.graphs):
            clashes.append(_Clash(later, None))
    told = _told(clashes)
    raise Overtaken(
        f"第 {record.number} 次改动已不能撤销，未作改动：{told[0] or '数据与历史不符。'}"
        "请先撤销后来的改动，或直接提交所需的数据。",
        f"Change {record.number} can't be reverted any more; nothing was changed. "
        f"{told[1] or 'The data differ from the history. '}"
        "Revert the later changes first, or commit the data you want.",
        _details(clashes, record.number),
    )


def _named(store: EmbeddedStore | RemoteStore, things: Iterable[Term]) -> tuple[Named, ...]:
    return tuple(name_of(store, str(thing)) for thing in sorted(things)[:_LISTED] if isinstance(thing, URIRef))


def _overtaken(clashes: list[_Clash], base: int) -> Overtaken:
    zh, en = _told(clashes)
    return Overtaken(
        f"数据在此期间已被他人改动，未写入：{zh}"
        "请查看这些改动（网页“变更”，或 plangraph diff），在最新数据上改好后重试。",
        f"Others have changed the same things meanwhile; nothing was written. {en}"
        "Look at what they did (on the page History, or with plangraph diff), and make your change on the newest data.",
        _details(clashes, base),
    )


def _told(clashes: list[_Clash]) -> tuple[str, str]:
    zh, en = [], []
    for clash in clashes[:_SHOWN]:
        record, moment = clash.record, as_time(clash.record.ended).replace("T", " ").partition(".")[0].rstrip("Z")
        who_zh = f"{record.author or '作者不详'}，{moment} UTC"
        who_en = f"{record.author or 'author unknown'}, {moment} UTC"
        zh.append(f"第 {record.number} 次改动（{who_zh}）{_things(clash, 'zh')}；")
        en.append(f"Change {record.number} ({who_en}) {_things(clash, 'en')}. ")
    more = len(clashes) - _SHOWN
    if more > 0:
        zh.append(f"另有 {more} 次改动；")
        en.append(f"So did {more} more. ")
    return "".join(zh)[:-1] + "。" if zh else "", "".join(en)


def _things(clash: _Clash, lang: str) -> str:
    zh = lang == "zh"
    if clash.things is None:
        return "改动过大，未留存明细" if zh else "is too large for its patch to have been kept"
    shown = [f"“{thing.text(lang)}”" for thing in clash.things[:_SHOWN]]
    more = len(clash.things) - len(shown)
    if zh:
        return f"改动了{'、'.join(shown)}" + (f"等 {len(clash.things)} 个事物" if more else "")
    return f"changed {', '.join(shown)}" + (f" and {more} more" if more else "")


def _details(clashes: list[_Clash], base: int) -> dict[str, Any]:
    return {
        "base": base,
        "changes": [
            {
                "change": str(clash.record.iri),
                "number": clash.record.number,
                "author": clash.record.author or None,
                "message": clash.record.message,
                "time": as_time(clash.record.ended),
                "things": None
                if clash.things is None
                else [{"iri": thing.iri, "label": thing.label or None} for thing in clash.things],
            }
            for clash in clashes
        ],
    }
