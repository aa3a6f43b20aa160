"""JSON for the views and for other programs, and the OpenAPI description of all that the server answers."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from plangraph import __version__
from plangraph.namespaces import compact
from plangraph.ontology import Vocabulary
from plangraph.web import answers
from plangraph.web.service import current_service
from plangraph.web.vocabulary import count_uses

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/overview")
def overview() -> Response:
    """The plan at a glance."""
    service = current_service()
    if (same := answers.unchanged(service.revision, answers.JSON.name)) is not None:
        return same
    body = service.once("overview json", lambda: json.dumps(service.overview().to_json(), ensure_ascii=False))
    return answers.tagged(answers.data(body, answers.JSON), service.revision, answers.JSON.name)


@blueprint.get("/api/vocabulary")
def vocabulary() -> Response:
    """The terms of the vocabulary with their labels and how often each is used: for completion in the editor."""
    service = current_service()
    if (same := answers.unchanged(service.revision, answers.JSON.name)) is not None:
        return same

    def make() -> str:
        counts = service.once("uses", lambda: count_uses(service.store, service.vocabulary))
        return json.dumps(_terms(service.vocabulary, counts), ensure_ascii=False)

    body = service.once("vocabulary json", make)
    return answers.tagged(answers.data(body, answers.JSON), service.revision, answers.JSON.name)


def _terms(words: Vocabulary, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "iri": term.iri,
            "curie": compact(term.iri),
            "kind": "property" if term.is_property else term.kind,
            "label": dict(term.label),
            "uses": counts.get(term.iri, 0),
        }
        for term in (*words.terms(), *words.reused())
    ]


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """This server's OpenAPI 3.1 description."""
    return answers.json_data({**_description(), "info": {**_description()["info"], "version": __version__}})


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8")))
