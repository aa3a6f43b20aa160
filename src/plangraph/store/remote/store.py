"""The ``GraphStore`` behind an address."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self

from rdflib import BNode, Graph, URIRef

from plangraph.settings import Settings
from plangraph.store.base import Changeset, Quad, QueryResult, Solutions, Term
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.remote import changes, reading
from plangraph.store.remote.addresses import read_address
from plangraph.store.remote.cached import CachedReading
from plangraph.store.remote.claiming import revision_of
from plangraph.store.remote.constructing import construct, describe
from plangraph.store.remote.engine import Dataset, Engine, quads_in
from plangraph.store.remote.serializing import serialize_result
from plangraph.store.remote.texts import take_apart, with_bindings
from plangraph.store.remote.wire import Wire

# How long what was read is taken to hold where the dataset states no revision.
_BLIND_SECONDS: Final = 60.0
_NEVER: Final = float("-inf")
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]{7,79}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RemoteStore:
    """A ``GraphStore`` on a remote engine; ``address`` is what ``read_address`` takes.

    ``seconds`` is how long one answer may take, ``max_bytes`` how large it may be; ``fresh_seconds`` how often the
    revision is looked at; ``cached_quads`` about how many quads are kept; ``update_bytes`` the longest update.
    ``lang`` is the language for the server's words. Every method raises ``Unavailable`` where the server can't be
    reached or is busy, ``BadInput`` or ``Refused`` where it refuses a request, with its own words. Can be shared
    between threads.
    """

    def __init__(
        self,
        address: str,
        *,
        seconds: float = 60.0,
        lang: str = "en",
        update: str = "",
        token: str = "",
        max_bytes: int = 100_000_000,
        fresh_seconds: float = 5.0,
        cached_quads: int = 200_000,
        update_bytes: int = 50_000_000,
    ) -> None:
        found = read_address(address, update=update, token=token)
        self.address = found.shown
        headers = {"Accept-Language": lang, "User-Agent": "plangraph"}
        if found.authorization:
            headers["Authorization"] = found.authorization
        wire = Wire(found.shown, headers, seconds=seconds, max_bytes=max_bytes)
        self._engine = Engine(found, wire, lambda: list(self.graphs()))
        self._fresh_seconds = fresh_seconds
        self._update_bytes = update_bytes
        self._reading = CachedReading(self._engine, cached_quads)
        self._counts: dict[URIRef, int] | None = None
        self._stated: str | None = None
        self._looked = self._forgot = _NEVER
        self._lock = threading.RLock()
        self.revision = 0

    @classmethod
    def of(cls, settings: Settings, lang: str = "en") -> Self:
        """The store that the settings name."""
        return cls(
            settings.store,
            seconds=settings.query_seconds + settings.wait_seconds,
            lang=lang,
            update=settings.store_update,
            token=settings.store_token,
            max_bytes=settings.result_bytes,
            fresh_seconds=settings.remote_seconds,
            cached_quads=settings.remote_quads,
            update_bytes=settings.remote_update_bytes,
        )

    @property
    def is_plangraph(self) -> bool:
        """Whether the address is that of a plangraph server."""
        return self._engine.address.plangraph

    @property
    def requests(self) -> int:
        """How many queries were sent so far."""
        return self._engine.requests

    def stated_revision(self) -> str | None:
        """The revision that the dataset states now, which ``apply`` can expect; None where it states none."""
        if self._engine.address.plangraph:
            # The entity tags of such a server change with its revision.
            return self._engine.tag_of("ASK {}")
        return revision_of(self._engine)

    @property
    def seen_revision(self) -> str | None:
        """The revision that the dataset stated when it was last looked at."""
        return self._stated

    @property
    def revision_text(self) -> str:
        """The revision that was last seen, as it can stand in an entity tag; empty where none is stated."""
        stated = self._stated
        if stated is None:
            return ""
        return stated if _PLAIN.fullmatch(stated) else hashlib.sha256(stated.encode()).hexdigest()[:24]

    def forget(self) -> None:
        """What was read holds no more; for who is told of changes and doesn't look for them."""
        with self._lock:
            self._forget(self._stated)

    def is_empty(self) -> bool:
        """Whether nothing at all stands in the dataset, nor outside its named graphs."""
        if self.graphs():
            return False
        if self._engine.dialect.hidden:
            return True  # an engine that unites its own graphs has no other place
        return self._engine.solutions("ASK { ?s ?p ?o }", united=False)[0] is False

    def refresh(self, *, now: bool = False) -> None:
        """Look whether the data have changed, at most every ``fresh_seconds`` unless ``now``.

        Where they have, what was read is forgotten and ``revision`` grows. All reading does this by itself.
        """
        with self._lock:
            if not now and time.monotonic() - self._looked < self._fresh_seconds:
                return
            stated = self.stated_revision()
            blind = stated is None and time.monotonic() - self._forgot >= _BLIND_SECONDS
            if stated != self._stated or blind:
                self._forget(stated)
            self._looked = time.monotonic()

    def _forget(self, stated: str | None) -> None:
        self._reading.forget()
        self._counts = None
        self._stated = stated
        self._forgot = time.monotonic()
        self.revision += 1

    def evaluate(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QueryResult:
        """The result of a query, over the union of the named graphs or the graphs given (SPARQL 1.1 Protocol, 2.1.4).

        Raises ``TooLarge`` where the engine doesn't give the whole answer.
        """
        return self._evaluate(text, (default_graphs, named_graphs))

    def query(self, text: str, bindings: Mapping[str, Term] | None = None) -> QueryResult:
        """As ``GraphStore`` says. ``bindings`` reach the outermost pattern, not sub-selects.

        Raises ``ValueError`` for a binding that is a blank node or no well-formed term.
        """
        return self._evaluate(with_bindings(text, bindings) if bindings else text, (None, None))

    def _evaluate(self, text: str, dataset: Dataset) -> QueryResult:
        asked = take_apart(text)
        if asked.form not in ("construct", "describe"):
            return self._engine.whole_solutions(text, dataset)
        if not self._engine.dialect.cuts:
            return self._engine.graph(text, dataset)
        return (construct if asked.form == "construct" else describe)(self._engine, asked, dataset)

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> Solutions:
        result = self.query(text, bindings)
        if not isinstance(result, Solutions):
            raise TypeError("not a SELECT query")
        return result

    def fetch(
        self,
        text: str,
        accept: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> tuple[bytes, str]:
        """The result of ``evaluate`` as bytes, and their media type."""
        dataset = (default_graphs, named_graphs)
        if self._engine.address.plangraph:
            reply = self._engine.answer(text, accept, dataset)
            return reply.body, reply.media_type
        return serialize_result(self._evaluate(text, dataset), accept)

    def graphs(self) -> dict[URIRef, int]:
        self.refresh()
        with self._lock:
            if self._counts is None:
                self._counts = reading.graphs(self._engine)
            return dict(self._counts)

    def triples(
        self, subject: URIRef | None = None, predicate: URIRef | None = None, object: Term | None = None
    ) -> Iterator[Quad]:
        """As ``GraphStore`` says; nothing for a blank node, whose label means nothing to the engine."""
        self.refresh()
        if subject is None and predicate is None and object is None:
            for name in self.graphs():
                yield from self.quads_of(name)
            return
        if isinstance(subject, BNode) or isinstance(object, BNode):
            return
        counts = self.graphs() if self._reading.wants_counts else None
        try:
            yield from self._reading.matching(subject, predicate, object, counts)
        except ValueError:
            return  # what is no well-formed IRI stands in no graph

    def has_graph(self, name: URIRef) -> bool:
        """Whether a quad stands in the named graph."""
        return name in self.graphs()

    def quads_of(self, name: URIRef) -> Iterator[Quad]:
        """The quads of one named graph."""
        count = self.graphs().get(name)
        if count is not None:
            yield from reading.in_graph(self._engine, name, count)

    def graph(self, name: URIRef | None = None) -> Graph:
        graph = Graph(bind_namespaces="none")
        quads = self.triples() if name is None else self.quads_of(name)
        for s, p, o, _ in quads:
            graph.add((s, p, o))
        return graph

    def dump(self, media_type: str, name: URIRef | None = None) -> bytes:
        return self.copy(name).dump(media_type, name)

    def copy(self, name: URIRef | None = None) -> EmbeddedStore:
        """What stands in one graph, or in all, in a store of this process."""
        held = EmbeddedStore()
        for graph in self.graphs() if name is None else [name]:
            text = reading.text_of_graph(self._engine, graph) if self.has_graph(graph) else b""
            if text is None:
                held.apply(Changeset(added=list(self.quads_of(graph))))
                continue
            try:
                held.add_all(quads_in(text, graph))
            except SyntaxError:
                raise self._engine.broken_off() from None
        return held

    def apply(self, changeset: Changeset, *, expected: str | None = None) -> None:
        """Make one change, whole or not at all, where the data have the revision ``expected``, else as they are now.

        The update replaces the revision, ``<STATE_GRAPH> dcterms:identifier "…"`` in that graph, and does nothing
        where another stands there; afterwards it is read back. A plangraph server keeps its own revision and gate.
        Raises ``Conflict`` where somebody else changed the data, ``TooLarge`` over ``update_bytes``, ``Unavailable``
        where the answer was lost; each says what is known of the change. What no engine guarantees stands at the head
        of this package.
        """
        if not changeset:
            return
        if self._engine.address.plangraph:
            changes.make_on_server(self._engine, changeset, expected, most_bytes=self._update_bytes)
            stated = self.stated_revision()
        else:
            known = expected if expected is not None else self.stated_revision()
            stated = changes.make(self._engine, changeset, known, most_bytes=self._update_bytes)
        with self._lock:
            self._forget(stated)
            self._looked = time.monotonic()

    def flush(self) -> None:
        """Nothing to do: a change is as durable as the engine made it when it answered."""

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.wire.close()

    def __len__(self) -> int:
        return sum(self.graphs().values())
