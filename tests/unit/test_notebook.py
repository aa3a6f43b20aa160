"""The example notebook runs from its first cell to its last, on a store of its own, and is kept without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "plangraph.ipynb"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each cell with code shows, by its code."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANGRAPH_STORE", str(folder / "store"))
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "TMPDIR"):
            patch.setenv(variable, str(folder))
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {cell.source: "".join(map(_text, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"}


def _text(output: nbformat.NotebookNode) -> str:
    data = output.get("data", {})
    return str(output.get("text") or data.get("text/html") or data.get("text/plain") or "")


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        else:
            assert cell.source.isascii() is False, "headings and texts come in both languages"


SHOWN = [
    ("g.ask(", "progressEn"),
    ("COUNT(DISTINCT ?project)", "completed"),
    ("朝阳公园\", lang", "<td>朝阳公园"),
    ("g.describe(", "<h4>Modern Education System</h4>"),
    ("g.neighbourhood(", "implements"),
    ("g.path(", "Modern Education System"),
    ("g.validate(", "pgc:unit-itm"),
    ("report.summary", "The data don't conform"),
    ("mine.commit(", "The data don't conform and weren't stored"),
    ("mine.commit(", "17 statements added\nTrue"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), SHOWN)
def test_what_it_shows(shown: dict[str, str], code: str, text: str) -> None:
    (found,) = (output for source, output in shown.items() if code in source)
    assert text in found
