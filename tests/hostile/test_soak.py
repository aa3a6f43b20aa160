"""The soak in its short form: mixed load, every answer checked, no change lost, memory flat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = os.environ.get("PLANGRAPH_SOAK_SECONDS", "30")


def test_mixed_load(capsys: pytest.CaptureFixture[str]) -> None:
    # Without the gate, so that a short while has room for many changes; make soak has it on.
    command = [sys.executable, "-m", "benchmarks.soak", "--seconds", SECONDS, "--gate", "off"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    with capsys.disabled():
        print(f"\n{done.stdout}", end="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 wrong answers or lost changes" in done.stdout
    assert " changes (" in done.stdout
