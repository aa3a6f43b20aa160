"""What may be asked of the writer: one frozen object a kind of request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, TypeAlias

from rdflib import URIRef

from plangraph.commits import LOCAL_GRAPH
from plangraph.history import File
from plangraph.store.base import Changeset


@dataclass(frozen=True)
class Update:
    """A SPARQL 1.1 Update request; ``using`` and ``using_named`` are the dataset that the protocol gave."""

    text: str
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    base: str | None = None


@dataclass(frozen=True)
class Payload:
    """RDF as it was sent: its bytes, its media type, and the IRI against which relative ones are resolved.

    Without a ``base`` that is the graph's for the Graph Store Protocol, and that of things (``id/``) for a commit.
    ``name`` is the file's, where it is one: for messages and for the history.
    """

    data: bytes
    media_type: str
    base: str | None = None
    name: str = ""


@dataclass(frozen=True)
class PutGraph:
    """Make ``graph`` hold exactly what ``parts`` say; it exists afterwards, even empty."""

    graph: URIRef
    parts: tuple[Payload, ...]


@dataclass(frozen=True)
class PostGraph:
    """Add what ``parts`` say to ``graph``; it exists afterwards."""

    graph: URIRef
    parts: tuple[Payload, ...]


@dataclass(frozen=True)
class DeleteGraph:
    """Take ``graph`` away. ``NotFound`` where there is no such graph."""

    graph: URIRef


@dataclass(frozen=True)
class Commit:
    """Add what ``parts`` say and take away what ``removed`` say, as one change.

    Triples go to ``graph``, those in named graphs (TriG, N-Quads, JSON-LD) to theirs. With ``replace`` every graph that
    ``parts`` speak of then holds exactly that. Warnings keep it back unless ``allow_warnings``.
    """

    parts: tuple[Payload, ...]
    graph: URIRef = LOCAL_GRAPH
    replace: bool = False
    allow_warnings: bool = False
    removed: tuple[Payload, ...] = ()


@dataclass(frozen=True)
class Exact:
    """A commit of exactly these quads, as a workbook gives them; ``files`` are what they were read from."""

    changeset: Changeset
    allow_warnings: bool = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Revert:
    """Undo a change: ``change`` is what ``history.find`` takes. It is validated as any commit is."""

    change: str
    allow_warnings: bool = True


GraphRequest: TypeAlias = PutGraph | PostGraph | DeleteGraph
Request: TypeAlias = Update | GraphRequest | Commit | Exact | Revert

_KINDS: Final = {Update: "update", Commit: "commit", Exact: "commit", Revert: "revert"}


def kind_of(request: Request) -> str:
    """What kind of change the history calls it."""
    return _KINDS.get(type(request), "graph")


def files_of(request: Request) -> tuple[File, ...]:
    """The files that a request brings, with their digests."""
    if isinstance(request, Exact):
        return request.files
    if not isinstance(request, Commit):
        return ()
    parts = (*request.parts, *request.removed)
    return tuple(File(part.name, hashlib.sha256(part.data).hexdigest()) for part in parts if part.name)


def made_on_head(request: Request) -> bool:
    """Whether a request is worked out on the data as they are, so that nothing can have overtaken it."""
    return isinstance(request, Update | PutGraph | PostGraph | DeleteGraph)
