"""The corpus: what the public, by malice or by accident, sends to a server. One request a row."""

from __future__ import annotations

from hostile_bodies import BODIES, UPLOADS
from hostile_queries import QUERIES
from hostile_requests import REQUESTS

CORPUS = [*QUERIES, *UPLOADS, *BODIES, *REQUESTS]
