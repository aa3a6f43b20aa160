"""The README's table of settings is the one in the code."""

import re
from pathlib import Path

from plangraph.settings import environment_name, settings_table

README = Path(__file__).parents[2] / "README.md"


def settings_rows() -> str:
    rows = ["| variable | default | for |", "|---|---|---|"]
    for row in settings_table():
        default = "the user's data folder" if row.name == "store" else str(row.default) or "–"
        rows.append(f"| `{environment_name(row.name)}` | {default} | {row.metadata['en']} |")
    return "\n".join(rows)


def test_readme_lists_every_setting() -> None:
    text = README.read_text(encoding="utf-8")
    match = re.search(r"<!-- settings -->\n(.*?)\n?<!-- /settings -->", text, re.DOTALL)
    assert match
    assert match[1] == settings_rows()
