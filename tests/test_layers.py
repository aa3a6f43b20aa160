"""The floors of the architecture: a module imports from lower floors only, and big libraries stay where they belong."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import plangraph

ROOT = Path(plangraph.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}

# From the ground up. The five floors of the architecture have steps where a module rests on another of its floor:
# an arrow goes to an earlier line, or stays within one package (``store``, ``web``).
FLOORS = [
    # F0 vocabulary; every other module raises the errors, and Turtle is written with the prefixes
    {"errors"},
    {"namespaces", "settings", "quantities", "mediatypes", "shipped", "visible"},
    {"turtle"},
    # F1 resources
    {"store"},
    {"patches"},
    {"history"},
    {"ontology", "queries", "binding"},
    # F2 capabilities: labels and evidence of things are what all views of them rest on
    {"entities", "origins", "shapes", "reports"},
    {"reach", "recorded"},
    {"proofreading"},
    {"incremental", "explaining"},
    {"figures", "graphview", "search", "walking", "differences", "quotations", "tables"},
    {"overview", "audit", "attached", "extraction", "validation", "findings", "coverage"},
    {"spreadsheets"},
    {"exporting", "uploads"},
    {"observing"},
    {"catalogue", "crosscheck", "assessment"},
    {"attention"},
    # F3 write path
    {"recording"},
    {"commits", "verifying"},
    {"requests", "conflicts"},
    {"changing", "payloads"},
    {"writing", "loading", "changelog"},
    {"sending", "remotewriting", "states"},
    # F4 delivery: the store that the settings name, what a terminal shows, the two deliveries
    {"opening", "terminal", "past"},
    {"asking", "owning", "keeping"},
    {"serving", "library"},
    {"web"},
    {"cli"},
    {"__main__"},
]
# ``plangraph`` itself is the library's front: it may import any module, and modules may import only its version.
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
ONLY_IN = {
    "flask": ("web",),
    "pyoxigraph": ("store",),
    "networkx": ("graphview",),
    "shacl": ("validation",),
    "pyshacl": ("validation",),
    "openpyxl": ("spreadsheets",),
    "opencc": ("proofreading",),
}
LONGEST = 400


def head(module: str) -> str:
    return module.partition(".")[0]


def imports(module: str) -> set[str]:
    """The full names of what a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide the floor"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"__init__"}))
def test_a_module_imports_from_lower_floors_only(module: str) -> None:
    own = head(module)
    assert own in FLOOR_OF, f"{module} is on no floor"
    for name in imports(module):
        if name.startswith("plangraph."):
            other = head(name.removeprefix("plangraph."))
            if other not in FLOOR_OF:
                assert other == "__version__", f"{module} imports {name} from the library's front"
            elif other != own:
                assert FLOOR_OF[other] < FLOOR_OF[own], f"{module} may not import {other}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_libraries_stay_where_they_belong(module: str) -> None:
    for library in {head(name) for name in imports(module)} & ONLY_IN.keys():
        assert head(module) in ONLY_IN[library], f"{library} in {module}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_has_at_most_400_lines(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST
