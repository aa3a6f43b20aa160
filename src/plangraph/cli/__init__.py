"""The command line. Each command reads its settings, calls one capability, and prints what it gives.

Each module registers its commands with ``main`` when it is imported; the help lists them in this order.
"""

from plangraph.cli import (  # noqa: F401  (imported for what they register)
    changing,
    checks,
    keeping,
    reading,
    running,
    sheets,
    sources,
    validating,
)
from plangraph.cli.base import exit_code, main

__all__ = ["exit_code", "main"]
