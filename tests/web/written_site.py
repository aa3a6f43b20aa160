"""A server on the invented plan of qingxi.trig that every program on this machine may write, behind the gate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from qingxi_site import PG, PLACE, QINGXI
from urllib3.filepost import encode_multipart_formdata

from plangraph.namespaces import GRAPHS
from plangraph.store.parsing import read_file
from real_server import serving, store_folder
from site_to_write import Answer, Site

TURTLE = "text/turtle"
NAMES = "http://www.w3.org/2004/02/skos/core#prefLabel"
PARK = "https://w3id.org/plangraph/code/place-type-park"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server; each test writes things of its own."""
    folder = store_folder(tmp_path_factory.mktemp("written"), read_file(QINGXI, default_graph=GRAPHS["nowhere"]))
    options = {"PLANGRAPH_UPLOAD_BYTES": "200000", "PLANGRAPH_QUERY_SECONDS": "60"}
    with serving(folder, "--empty", "--gate", "enforce", **options) as address:
        yield Site(address, {"Accept-Language": "en", "Accept": "application/json"})


def place(slug: str, zh: str, en: str | None = "Place") -> str:
    """A place in Turtle; without an English name it breaks a mandatory shape."""
    name = f' ; <{NAMES}> "{en} {slug}"@en' if en else ""
    return f'<{PLACE}{slug}> a <{PG}Place> ; <{NAMES}> "{zh}"@zh{name} ; <{PG}placeType> <{PARK}> .\n'


def commit(site: Site, turtle: str, query: str = "", **headers: str) -> Answer:
    """Commit Turtle as a body."""
    return site("POST", f"/api/commit?{query}", turtle, TURTLE, **headers)


def send_form(site: Site, path: str, fields: Any, **headers: str) -> Answer:
    """Send a form with files: pairs of a name and a text, or a file's name and content."""
    body, content_type = encode_multipart_formdata(fields)
    return site("POST", path, body, content_type, **headers)
