"""``python -m benchmarks.filling FOLDER FILE``: load a file into a new store, as ``plangraph load --gate off`` does.

Without the shipped data, so that all services answer from the same quads.
"""

from __future__ import annotations

import sys
from pathlib import Path

from plangraph.commits import load
from plangraph.opening import open_embedded
from plangraph.settings import load_settings


def main(folder: str, file: str) -> None:
    """Load ``file`` into the store in ``folder``."""
    store, _ = open_embedded(load_settings({"store": folder})[0], empty=True)
    try:
        load(store, [Path(file)], gate="off")
    finally:
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
