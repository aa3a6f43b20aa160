"""Where the ontology, the data and the queries lie that travel with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """The path of a shipped folder or file, e.g. ``shipped("ontology", "plangraph.ttl")``.

    A wheel carries the three folders inside the package; a checkout has them at its top.
    """
    inside = _PACKAGE / "shipped"
    root = inside if inside.is_dir() else _PACKAGE.parents[1]
    return root.joinpath(*parts)
