"""The memory of a process and of all that descend from it, as Linux tells it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """Sums over the processes, in MiB. ``pss`` counts shared pages once, ``rss`` once a process."""

    processes: int
    pss: float
    rss: float


def memory_of(root: int) -> Memory | None:
    """The memory of process ``root`` and its descendants; None where there is no ``/proc``."""
    if not (_PROCESSES / str(root) / "smaps_rollup").exists():
        return None
    sums = {"Pss:": 0, "Rss:": 0}
    members = _descendants(root)
    for pid in members:
        # A process may end while it is being read.
        with contextlib.suppress(OSError):
            for line in (_PROCESSES / str(pid) / "smaps_rollup").read_text().splitlines():
                key, *rest = line.split()
                if key in sums:
                    sums[key] += int(rest[0])
    return Memory(len(members), sums["Pss:"] / 1024, sums["Rss:"] / 1024)


def available() -> int | None:
    """The memory that is free for a new process, in bytes; None where the machine doesn't say."""
    with contextlib.suppress(OSError):
        for line in (_PROCESSES / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _descendants(root: int) -> list[int]:
    children = defaultdict(list)
    for entry in _PROCESSES.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The program's name stands in parentheses and may hold spaces; the parent is the second field after it.
                state = (entry / "stat").read_text().rpartition(")")[2].split()
                children[int(state[1])].append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children[pid])
    return found
