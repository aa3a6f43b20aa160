"""``python -m benchmarks``: all measurements, or the part that is named."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import changing, own
from benchmarks.comparing import compare
from benchmarks.districts import write_districts
from benchmarks.reporting import print_comparison, print_machine
from benchmarks.servers import SERVERS


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed, as ratios against peers.")
    parts = parser.add_subparsers(dest="part")
    parts.add_parser("own", help="pages, questions, validation, start")
    service = parts.add_parser("service", help="the SPARQL service beside rdflib-endpoint and oxigraph serve")
    service.add_argument("--districts", type=int, action="append", metavar="N", help="default: 1 and 100")
    service.add_argument("--skip", action="append", choices=sorted(SERVERS), default=[])
    service.add_argument("--folder", type=Path, help="keep data and stores here, and use those of an earlier run")
    change = parts.add_parser("change", help="a change of a large store, beside pySHACL over everything")
    change.add_argument("--districts", type=int, default=changing.DISTRICTS)
    districts = parts.add_parser("districts", help="write synthetic districts as N-Quads")
    districts.add_argument("count", type=int)
    districts.add_argument("file", type=Path)
    given = parser.parse_args()
    if given.part == "districts":
        print(write_districts(given.file, given.count))
        return
    if given.part in (None, "own"):
        own.main()
    if given.part in (None, "change"):
        changing.main(getattr(given, "districts", None) or changing.DISTRICTS)
    if given.part in (None, "service"):
        compare_services(
            getattr(given, "districts", None) or [1, 100],
            frozenset(getattr(given, "skip", ())),
            getattr(given, "folder", None),
        )


def compare_services(sizes: list[int], skip: frozenset[str], folder: Path | None) -> None:
    """The comparison at each size, in a folder that is gone afterwards unless one is given."""
    with tempfile.TemporaryDirectory(prefix="plangraph-bench-") as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        print_machine()
        for districts in sizes:
            print_comparison(compare(place, districts, skip))


if __name__ == "__main__":
    main()
