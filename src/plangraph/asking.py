"""Putting a query from the command line to the store, or to the server that owns it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from plangraph.errors import BadInput
from plangraph.opening import opened_store, reader_pool
from plangraph.past import past_on_disk
from plangraph.queries import bind, question
from plangraph.settings import Settings
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import RemoteStore
from plangraph.store.screening import screen_query

ACCEPT: Final = {
    "table": "application/sparql-results+json, text/turtle;q=0.9",
    "json": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
"""What each value of ``query --format`` asks the engine for."""


def query_text(source: str | None, text: str | None, values: tuple[str, ...]) -> str:
    """The text that a command means by a file, a shipped question's name with ``NAME=VALUE`` pairs, or the text itself.

    Raises ``BadInput`` or ``NotFound``.
    """
    if (source is None) == (text is None):
        raise BadInput(
            "请给出一个查询文件、一个问题名或 -e 文本。", "Give a query file, a question's name, or -e TEXT."
        )
    if text is not None or source is None or Path(source).is_file():
        if values:
            raise BadInput("-p 只用于随附的问题。", "-p is for shipped questions.")
        return text if text is not None else _read_text(Path(str(source)))
    pairs = dict(value.partition("=")[::2] for value in values)
    return bind(question(source), pairs)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(f"无法读取 {path}：{fault}。", f"{path} can't be read: {fault}.") from None


def ask(text: str, accept: str, settings: Settings, lang: str, change: str | None = None) -> tuple[bytes, str]:
    """The result of a query and its media type, from a worker over the store on disk or from a server.

    Where ``change`` names one, from the data as that left them.
    """
    with opened_store(settings, lang) as store:
        if change is not None:
            with past_on_disk(store, change, settings) as (past, there):
                return _asked(text, accept, past, there)
        if isinstance(store, RemoteStore):
            screen_query(text)
            return store.fetch(text, accept)
        return _asked(text, accept, store, settings)


def _asked(text: str, accept: str, store: EmbeddedStore, settings: Settings) -> tuple[bytes, str]:
    with reader_pool(store, settings, size=1) as pool:
        answer = pool.query(text, accept)
        return answer.read(), answer.format.media_type
