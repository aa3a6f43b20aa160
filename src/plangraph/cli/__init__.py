"""The command line. Each command reads its settings, calls one capability, and prints what it gives.

Each module registers its commands with ``main`` when it is imported; the help lists them in this order.
"""

from plangraph.cli import checks, reading, running, sources, validating  # noqa: F401  (imported for what they register)
from plangraph.cli.base import exit_code, main

__all__ = ["exit_code", "main"]
