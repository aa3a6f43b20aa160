"""``plangraph validate`` as a process of its own: what files from outside may take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_what_takes_too_much_memory_ends_with_a_word_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "many.ttl"
    places = "".join(f"<place/n{number}> a pg:Place .\n" for number in range(40_000))
    file.write_text(f"@prefix pg: <https://w3id.org/plangraph/ontology#> .\n{places}", encoding="utf-8")
    command = [sys.executable, "-m", "plangraph", "--lang", "zh", "validate", str(file), "--against", "none"]
    environment = {**os.environ, "PLANGRAPH_CHECK_MEGABYTES": "256"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "256 MiB" in done.stderr
    assert "PLANGRAPH_CHECK_MEGABYTES" in done.stderr
