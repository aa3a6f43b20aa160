"""Quads by pattern from a remote engine, whole: pages are put together and counted where it gives only so many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

from plangraph.errors import Unavailable
from plangraph.mediatypes import N_TRIPLES
from plangraph.store.base import Quad, Solutions, Term
from plangraph.store.remote.engine import Engine
from plangraph.store.remote.literals import text_of
from plangraph.store.remote.results import as_it_stands
from plangraph.store.remote.texts import iri_text

_BY_VALUE: Final = frozenset({XSD.integer, XSD.decimal, XSD.double, XSD.float, XSD.boolean})
_PAGE: Final = 10_000
Pattern = tuple[URIRef | None, URIRef | None, Term | None]


def graphs(engine: Engine) -> dict[URIRef, int]:
    """The named graphs in order of their IRIs, each with its number of triples; none of the engine's own."""
    found = {
        URIRef(str(row["g"])): int(str(row["n"]))
        for row in _rows(engine, "?g (COUNT(*) AS ?n)", "GRAPH ?g { ?s ?p ?o }", " GROUP BY ?g")
        if "g" in row
    }
    return dict(sorted(found.items()))


def matching(engine: Engine, pattern: Pattern) -> list[Quad]:
    """The quads that match; a pattern with a number is for ``of_subjects`` to narrow where the engine is loose.

    Raises ``ValueError`` for a blank node, which a remote engine can't be asked for, and for malformed IRIs.
    """
    subject, predicate, value = pattern
    slots = [iri_text(subject) if subject else "?s", iri_text(predicate) if predicate else "?p"]
    head = ""
    if value is None:
        slots.append("?o")
    elif isinstance(value, Literal):
        forms = _forms(engine, value)
        head = f"VALUES ?o {{ {' '.join(forms)} }} " if len(forms) > 1 else ""
        slots.append("?o" if head else forms[0])
    else:
        slots.append(iri_text(value))
    names = " ".join(["?g", *(slot for slot in slots if slot.startswith("?") and not (head and slot == "?o"))])
    rows = _rows(engine, names, f"{head}GRAPH ?g {{ {' '.join(slots)} }}")
    return [_quad(row, pattern) for row in rows]


def is_loose(engine: Engine, value: Term | None) -> bool:
    """Whether asking for ``value`` also finds others that equal it, as 1 does 1.0 and true."""
    return engine.dialect.loose and isinstance(value, Literal) and value.datatype in _BY_VALUE


def of_subjects(engine: Engine, subjects: Sequence[URIRef]) -> dict[URIRef, list[Quad]]:
    """All quads of each of ``subjects``, with one request where the engine answers it whole."""
    listed = " ".join(map(iri_text, subjects))
    found: dict[URIRef, list[Quad]] = {subject: [] for subject in subjects}
    for row in _rows(engine, "?g ?s ?p ?o", f"VALUES ?s {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }}"):
        quad = _quad(row, (None, None, None))
        if isinstance(quad[0], URIRef):
            found[quad[0]].append(quad)
    return found


def to_objects(engine: Engine, predicate: URIRef, objects: Sequence[URIRef], most: int) -> dict[URIRef, list[Quad]]:
    """The quads of ``predicate`` to each of ``objects``; empty where there are more than ``most`` in all."""
    listed = " ".join(map(iri_text, objects))
    where = f"VALUES ?o {{ {listed} }} GRAPH ?g {{ ?s {iri_text(predicate)} ?o }}"
    solutions, cut = engine.solutions(f"SELECT ?g ?s ?o WHERE {{ {where} }} LIMIT {most + 1}", united=False)
    assert isinstance(solutions, Solutions)
    if cut is not None or len(solutions) > most:
        return {}
    found: dict[URIRef, list[Quad]] = {value: [] for value in objects}
    for row in _seen(engine, solutions):
        quad = _quad(row, (None, predicate, None))
        assert isinstance(quad[2], URIRef)
        found[quad[2]].append(quad)
    return found


def in_graph(engine: Engine, name: URIRef, count: int) -> list[Quad]:
    """All quads of one named graph, which holds ``count``."""
    # As N-Triples: Virtuoso takes seven times as long to write solutions in JSON.
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri_text(name)} {{ ?s ?p ?o }} }}"
    if not engine.dialect.cuts:
        return [(s, p, o, name) for s, p, o in engine.triples(text, united=False)]
    found: dict[Quad, None] = {}
    while len(found) < count:
        page = engine.triples(f"{text} LIMIT {_PAGE} OFFSET {len(found)}", united=False)
        before = len(found)
        found.update(dict.fromkeys((s, p, o, name) for s, p, o in page))
        if len(found) == before:
            raise _unsteady(engine)
    if len(found) > count:
        raise _unsteady(engine)
    return list(found)


def text_of_graph(engine: Engine, name: URIRef) -> bytes | None:
    """One named graph in N-Triples as the engine writes it; None where that isn't what plangraph would read.

    Some ten times as quick as quad by quad.
    """
    if engine.dialect.cuts or engine.dialect.read is not as_it_stands:
        return None
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri_text(name)} {{ ?s ?p ?o }} }}"
    return engine.answer(text, N_TRIPLES.media_type, united=False).body


def _forms(engine: Engine, value: Literal) -> list[str]:
    """The literals to look for: engines may keep a plain one and one typed as a string apart."""
    plain = not value.language and value.datatype in (None, XSD.string)
    forms = [engine.dialect.written(Literal(str(value)) if plain else value)]
    if plain and engine.dialect.loose:
        return [text_of(forms[0]), f"{text_of(forms[0])}^^{XSD.string.n3()}"]
    return [text_of(form) for form in forms]


def _quad(row: Mapping[str, Term], pattern: Pattern) -> Quad:
    s, p, o = row.get("s", pattern[0]), row.get("p", pattern[1]), row.get("o", pattern[2])
    g = row["g"]
    assert isinstance(s, URIRef | BNode)
    assert isinstance(p, URIRef)
    assert isinstance(g, URIRef)
    assert o is not None
    return s, p, o, g


def _rows(engine: Engine, names: str, where: str, tail: str = "") -> Iterable[Mapping[str, Term]]:
    """All rows of a pattern that gives no row twice."""
    text = f"SELECT {names} WHERE {{ {where} }}{tail}"
    found, cut = engine.solutions(text, united=False)
    assert isinstance(found, Solutions)
    if cut is None:
        return _seen(engine, found)
    rows: dict[tuple[Term | None, ...], None] = dict.fromkeys(found.rows)
    size = cut
    while size == cut:
        # Nothing orders the rows, as an engine with such a limit won't sort more; the count tells whether all came.
        page, _ = engine.solutions(f"{text} LIMIT {cut} OFFSET {len(rows)}", united=False)
        assert isinstance(page, Solutions)
        rows.update(dict.fromkeys(page.rows))
        size = len(page)
    counted, _ = engine.solutions(f"SELECT (COUNT(*) AS ?n) WHERE {{ {{ {text} }} }}", united=False)
    assert isinstance(counted, Solutions)
    if len(rows) != int(str(counted.rows[0][0])):
        raise _unsteady(engine)
    return _seen(engine, Solutions(found.variables, tuple(rows)))


def _seen(engine: Engine, rows: Iterable[Mapping[str, Term]]) -> Iterable[Mapping[str, Term]]:
    """Without what stands in the engine's own graphs."""
    hidden = engine.dialect.hidden
    return (row for row in rows if str(row.get("g")) not in hidden) if hidden else rows


def _unsteady(engine: Engine) -> Unavailable:
    return Unavailable(
        f"{engine.address.shown} 分页给出的数据前后不一致，可能正被修改。请稍后重试。",
        f"The pages that {engine.address.shown} gives don't add up: its data may be changing. Try again in a while.",
    )
