"""The READMEs' tables of settings are the one in the code."""

import re
from pathlib import Path

import pytest

from plangraph.settings import environment_name, settings_table

TOP = Path(__file__).parents[2]
HEADS = {
    "en": ("| variable | default | for |", "the user's data folder"),
    "zh": ("| 变量 | 默认值 | 用途 |", "用户数据文件夹"),
}


def settings_rows(lang: str) -> str:
    head, folder = HEADS[lang]
    rows = [head, "|---|---|---|"]
    for row in settings_table():
        default = folder if row.name == "store" else str(row.default) or "–"
        rows.append(f"| `{environment_name(row.name)}` | {default} | {row.metadata[lang]} |")
    return "\n".join(rows)


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_readme_lists_every_setting(name: str, lang: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    match = re.search(r"<!-- settings -->\n(.*?)\n?<!-- /settings -->", text, re.DOTALL)
    assert match
    assert match[1] == settings_rows(lang)
