"""Fixtures of the hostile corpus."""

from hostile_server import server  # noqa: F401
