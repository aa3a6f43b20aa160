"""Script and style tags of the browser bundles, from the manifest that the build wrote."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

DIST: Final = Path(__file__).parent / "static" / "dist"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict[str, str]]:
    try:
        return dict(json.loads((DIST / "manifest.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RuntimeError(f"{DIST} holds no bundles: run `make setup`, or install the package again.") from None


def bundle(name: str) -> Markup:
    """The tags that load the bundle ``name``: its style sheet and its module, whichever it has."""
    files = _manifest()[name]
    tags = Markup("")
    if "css" in files:
        tags += Markup('<link rel="stylesheet" href="/static/dist/{}">').format(files["css"])
    if "js" in files:
        tags += Markup('<script type="module" src="/static/dist/{}"></script>').format(files["js"])
    return tags
