"""Whether a store is whole: it can be read, its history fits together and with the data, and the shapes hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plangraph.errors import PlangraphError
from plangraph.history import OWN_GRAPHS, Record, by_number, changeset_of, head_number, patch_text
from plangraph.namespaces import HISTORY_GRAPH, PG
from plangraph.patches import digest_of, read_patch, rows_of
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.stepping import Backwards, count_by_property
from plangraph.store.view import View
from plangraph.validation import validate


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: its words in both languages, and whether it is as it should be."""

    holds: bool
    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The words in ``lang``: ``zh``, anything else is English."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Verified:
    """What was checked, in order; only the last can be one that doesn't hold."""

    checks: tuple[Check, ...]

    @property
    def whole(self) -> bool:
        """Whether everything is as it should be."""
        return all(check.holds for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        checks = [{"holds": check.holds, "message": {"zh": check.zh, "en": check.en}} for check in self.checks]
        return {"whole": self.whole, "checks": checks}


class _Fault(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en


Tell = Callable[[str, int, int], None]
_REMEDY: Final = "请从备份恢复（plangraph restore）。", "Restore a backup (plangraph restore)."


def verify(
    store: EmbeddedStore,
    sources: Path | None = None,
    *,
    shapes: bool = True,
    tell: Tell = lambda stage, done, total: None,
) -> Verified:
    """Look at everything in ``store``, and at the texts in the folder ``sources``, up to the first fault.

    With ``shapes`` the data are validated as a whole, too. ``tell`` is told how many changes were gone through.
    """
    checks: list[Check] = []
    try:
        for zh, en in _look(store, sources, shapes, tell):
            checks.append(Check(True, zh, en))
    except _Fault as fault:
        checks.append(Check(False, fault.zh, fault.en))
    except (PlangraphError, OSError, RuntimeError, ValueError) as fault:
        zh, en = (fault.zh, fault.en) if isinstance(fault, PlangraphError) else (str(fault), str(fault))
        checks.append(Check(False, f"无法读取：{zh}。{_REMEDY[0]}", f"It can't be read: {en}. {_REMEDY[1]}"))
    return Verified(tuple(checks))


def _look(store: EmbeddedStore, sources: Path | None, shapes: bool, tell: Tell) -> Iterator[tuple[str, str]]:
    count, by_property = count_by_property(store)
    if count != by_property:
        raise _fault(
            f"索引不一致：按主语读出 {count} 条陈述，按属性读出 {by_property} 条",
            f"The indexes differ: {count} statements by subject, {by_property} by property",
        )
    yield f"全部 {count} 条陈述可读，索引一致。", f"All {count} statements can be read, and the indexes agree."
    records = list(_chain(store, tell))
    yield (
        f"{len(records)} 次改动的编号、承接与封印无误。",
        f"The numbers, parents and seals of {len(records)} changes are right.",
    )
    yield _replay(store, records, tell)
    if sources is not None and sources.is_dir():
        yield _texts(sources)
    if shapes:
        yield _shapes(store)


def _fault(zh: str, en: str) -> _Fault:
    return _Fault(f"{zh}。{_REMEDY[0]}", f"{en}. {_REMEDY[1]}")


# --- The chain of records ---------------------------------------------------------------------------------------------


def _chain(store: EmbeddedStore, tell: Tell) -> Iterator[Record]:
    """The records from the first to the last, each looked at."""
    last = head_number(store)
    numbers = sum(1 for _, _, _, graph in store.triples(None, PG.changeNumber) if graph == HISTORY_GRAPH)
    if numbers != last:
        raise _fault(
            f"历史中有 {numbers} 次改动，编号却到 {last}", f"There are {numbers} changes, numbered up to {last}"
        )
    parent: Record | None = None
    for number in range(1, last + 1):
        tell("check", number, 2 * last)
        record = by_number(store, number)
        if record is None:
            raise _fault(f"历史中缺少第 {number} 次改动", f"Change {number} is missing from the history")
        if record.parent != (parent.iri if parent else None):
            raise _fault(f"第 {number} 次改动不承接前一次", f"Change {number} doesn't follow the one before it")
        if record.seal(parent.digest if parent else "") != record.digest or record.name != _name(record):
            raise _fault(f"第 {number} 次改动的记录被改过", f"The record of change {number} was altered")
        _look_at_patch(store, record)
        yield record
        parent = record


def _name(record: Record) -> str:
    return f"{record.number}-{record.digest[:8]}"


def _look_at_patch(store: EmbeddedStore, record: Record) -> None:
    if not record.kept:
        return
    patch = patch_text(store, record)
    changeset = read_patch(patch)
    counts = len(changeset.added), len(changeset.removed)
    if digest_of(rows_of(patch)) != record.patch_digest or counts != (record.added, record.removed):
        raise _fault(f"第 {record.number} 次改动的补丁被改过", f"The patch of change {record.number} was altered")


def _replay(store: EmbeddedStore, records: list[Record], tell: Tell) -> tuple[str, str]:
    """Go back through all changes, as far as their patches were kept, and count what there must be."""
    state = Backwards(store, OWN_GRAPHS)
    stepped = 0
    for record in reversed(records):
        if not record.kept and record.added + record.removed:
            break
        tell("check", len(records) + stepped, 2 * len(records))
        misfit = state.undo(changeset_of(store, record)) if record.kept else None
        if misfit:
            raise _fault(
                f"数据与历史不符：第 {record.number} 次改动之后不该是这样：{misfit}",
                f"The data don't fit the history: change {record.number} can't have left this so: {misfit}",
            )
        stepped += 1
    expected = sum(record.added - record.removed for record in records)
    present = sum(count for graph, count in store.graphs().items() if graph not in OWN_GRAPHS)
    if present != expected:
        rest = next(state.rest(), "") if stepped == len(records) else ""
        raise _fault(
            f"按历史应有 {expected} 条陈述，实有 {present} 条" + (f"，例如无来历的 {rest}" if rest else ""),
            f"By the history there should be {expected} statements, and there are {present}"
            + (f", such as this one from nowhere: {rest}" if rest else ""),
        )
    if stepped == len(records):
        return f"逐次回溯 {stepped} 次改动，均与数据相符，直至空的开端。", (
            f"Going back over all {stepped} changes, each fits the data, down to the empty beginning."
        )
    before = records[len(records) - stepped - 1].number
    return (
        f"第 {before} 次改动只记了概要；此后 {stepped} 次改动逐次回溯，均与数据相符，再往前只核对了数量。",
        f"Of change {before} only a summary was kept. Going back over the {stepped} after it, each fits the data; "
        "before it the numbers alone were compared.",
    )


# --- Beside the history -----------------------------------------------------------------------------------------------


def _texts(folder: Path) -> tuple[str, str]:
    texts = sorted(folder.glob("*.txt"))
    for path in texts:
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            raise _fault(f"附上的原文 {path.name} 被改过", f"The attached text {path.name} was altered")
    return f"附上的 {len(texts)} 份原文完好。", f"The {len(texts)} attached texts are whole."


def _shapes(store: EmbeddedStore) -> tuple[str, str]:
    report = validate(View(store).ntriples(), most=1)
    count = report.count("violation")
    if count:
        first = report.results[0]
        raise _Fault(
            f"数据有 {count} 处不符合约束，例如 {first.focus_node}：{first.message.get('zh', '')}",
            f"The data break the shapes in {count} places, such as at {first.focus_node}: "
            f"{first.message.get('en', '')}",
        )
    return "数据符合全部约束。", "The shapes hold."
