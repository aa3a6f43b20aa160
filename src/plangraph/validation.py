"""Validation against the shapes: one function, several SHACL engines, and a report that explains itself.

The data are validated as they would stand in the store: context, candidate, ontology and code lists are put together in
memory, as one graph of N-Triples, and the whole goes through the engine. (Validating the changed focus nodes alone
misses what a change breaks elsewhere: a count, a link from the other end.) What the candidate isn't answerable for is
left out of the report.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Final, TypeAlias

import shacl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH, XSD
from rdflib.paths import Path as PropertyPath
from rdflib.term import Node

from plangraph.errors import BadInput
from plangraph.explaining import Raw, explain, order, read_term
from plangraph.mediatypes import INPUT_FORMATS, N_TRIPLES, by_media_type
from plangraph.namespaces import HISTORY_GRAPH, SHAPES_GRAPH, STATE_GRAPH
from plangraph.ontology import ontology_files
from plangraph.origins import UPLOAD_GRAPH, SeveralFaults, Source, read_sources, term_key
from plangraph.reports import Report, Result, read_path
from plangraph.shapes import ShapeSet, load_shapes, shape_set, shipped_shapes
from plangraph.store.base import GraphStore, Quad
from plangraph.store.parsing import as_graph, format_of_file, parse_rdf, read_file

__all__ = [
    "ENGINES",
    "EnginesDiffer",
    "Report",
    "Result",
    "SeveralFaults",
    "ShapeSet",
    "Source",
    "load_shapes",
    "read_sources",
    "shape_set",
    "shipped_shapes",
    "validate",
    "validate_upload",
]

Candidate: TypeAlias = Graph | str | Sequence[Source]
"""An rdflib graph, N-Triples, or files as ``read_sources`` gives them."""

ENGINES: Final = ("auto", "shacl", "pyshacl", "both")
"""``shacl`` is compiled and the default; ``pyshacl`` is the reference; ``both`` runs the two and compares them."""

_NOT_DATA: Final = (SHAPES_GRAPH, HISTORY_GRAPH, STATE_GRAPH)


class EnginesDiffer(Exception):
    """The two engines disagree: a fault of an engine, or of a shape that they read differently; never of the data."""


def validate(
    candidate: Candidate,
    context: GraphStore | Graph | None = None,
    *,
    engine: str = "auto",
    shapes: ShapeSet | None = None,
    sources: Sequence[Source] = (),
    removed: Iterable[Quad] = (),
) -> Report:
    """What is wrong with ``candidate`` when it is added to ``context``; nothing is changed.

    Reported are the results on things that the candidate describes, and those on others that weren't there without it.
    Without a context the candidate is a dataset of its own, and every result is reported. ``removed`` are quads that
    the same change takes out of the context. ``sources`` say on which line a result stands; a candidate that is made
    of sources is its own.

    Raises ``BadInput`` for an engine that there isn't or shapes that can't be compiled, ``SyntaxFault`` for N-Triples
    that aren't, ``EnginesDiffer`` where ``engine`` is ``both`` and the two don't agree.
    """
    if engine not in ENGINES:
        raise BadInput(
            f"没有校验引擎“{engine}”，可用：{' '.join(ENGINES)}。",
            f"There is no engine “{engine}”. To be had: {' '.join(ENGINES)}.",
        )
    name = "shacl" if engine == "auto" else engine
    graph, sources = _as_candidate(candidate, tuple(sources))
    return _validate(name, graph, sources, context, removed, shapes or shipped_shapes(), None)[0]


Known: TypeAlias = frozenset[tuple[object, ...]]
"""What results there are in a store by itself, by their keys."""


def validate_change(
    added: Graph, context: GraphStore, removed: Iterable[Quad], known: Known | None = None
) -> tuple[Report, Known]:
    """``validate`` for a change of a store; and what there is in the store once the change is made.

    Given back as ``known`` with the next change, that saves validating the store by itself.
    """
    return _validate("shacl", added, (), context, removed, shipped_shapes(), known)


def _validate(
    name: str,
    graph: Graph,
    sources: Sequence[Source],
    context: GraphStore | Graph | None,
    removed: Iterable[Quad],
    rules: ShapeSet,
    known: Known | None,
) -> tuple[Report, Known]:
    standing = _context_text(context)
    staged = _vocabulary_text() + _without(standing, removed) + _ntriples(graph)
    found = list(dict.fromkeys(_run(name, staged, rules)))
    raws = found
    if context is not None:
        described = {term_key(subject) for subject in graph.subjects()}
        known = _known_results(name, standing, rules) if known is None else known
        raws = [raw for raw in found if term_key(raw.focus) in described or raw.key not in known]
    results = explain(raws, rules, staged, sources)
    return Report(name, tuple(sorted(results, key=order))), frozenset(raw.key for raw in found)


def validate_upload(
    store: GraphStore, data: bytes, filename: str, media_type: str | None, engine: str
) -> dict[str, object]:
    """Parse and validate one upload in the context of ``store``; for a worker process, so all of it is plain data.

    Gives ``{"report": the report's JSON, "turtle": it as a SHACL report}``. Raises ``SyntaxFault`` or ``BadInput``.
    """
    fmt = by_media_type(media_type, INPUT_FORMATS) or format_of_file(filename)
    report = validate(read_sources([(filename, data, fmt)]), store, engine=engine)
    return {"report": report.to_json(), "turtle": report.to_turtle()}


def prepare() -> None:
    """Read the shapes and the vocabulary, which the first validation would do."""
    _compiled(shipped_shapes())
    _vocabulary_text()


# --- Staging ----------------------------------------------------------------------------------------------------------


def _as_candidate(candidate: Candidate, sources: tuple[Source, ...]) -> tuple[Graph, tuple[Source, ...]]:
    if isinstance(candidate, Graph):
        return candidate, sources
    if isinstance(candidate, str):
        return as_graph(parse_rdf(candidate.encode(), N_TRIPLES, default_graph=UPLOAD_GRAPH)), sources
    return as_graph(quad for source in candidate for quad in source.quads), sources or tuple(candidate)


_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def _ntriples(graph: Graph) -> str:
    """N-Triples in a stable order, where a string is a plain literal whether or not it was typed ``xsd:string``."""
    return "".join(sorted(f"{_n3_term(s)} {_n3_term(p)} {_n3_term(o)} .\n" for s, p, o in graph))


def _n3_term(term: Node) -> str:
    if isinstance(term, Literal):
        quoted = f'"{str(term).translate(_ESCAPES)}"'
        if term.language:
            return f"{quoted}@{term.language}"
        return quoted if term.datatype in (None, XSD.string) else f"{quoted}^^<{term.datatype}>"
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"


@lru_cache(maxsize=1)
def _vocabulary_text() -> str:
    """Ontology and code lists: without them no sub-class and no code would be known."""
    return _ntriples(as_graph(q for path in ontology_files() for q in read_file(path, default_graph=UPLOAD_GRAPH)))


def _context_text(context: GraphStore | Graph | None) -> str:
    if context is None:
        return ""
    if isinstance(context, Graph):
        return _ntriples(context)
    return "".join(
        context.dump(N_TRIPLES.media_type, name).decode() for name in context.graphs() if name not in _NOT_DATA
    )


def _without(text: str, removed: Iterable[Quad]) -> str:
    """The text without the removed triples; how a term is escaped can differ, so they are compared as terms.

    A triple that stands in two graphs is two lines, of which each removed quad takes one.
    """
    gone: dict[tuple[object, ...], int] = {}
    for s, p, o, graph in removed:
        if graph not in _NOT_DATA:
            gone[(term_key(s), str(p), term_key(o))] = gone.get((term_key(s), str(p), term_key(o)), 0) + 1
    if not gone:
        return text
    subjects = {f"<{subject}>" for subject, _, _ in gone}
    kept = []
    for line in text.split("\n"):
        if line.partition(" ")[0] in subjects:
            ((s, p, o, _),) = parse_rdf(line.encode(), N_TRIPLES, default_graph=UPLOAD_GRAPH)
            key = (term_key(s), str(p), term_key(o))
            if gone.get(key, 0):
                gone[key] -= 1
                continue
        kept.append(line)
    return "\n".join(kept)


# --- Engines ----------------------------------------------------------------------------------------------------------


def _run(name: str, text: str, rules: ShapeSet) -> list[Raw]:
    if name != "both":
        return _RUNNERS[name](text, rules)
    ours, reference = _run_compiled(text, rules), _run_reference(text, rules)
    _compare(ours, reference)
    return ours


def _compare(ours: Sequence[Raw], reference: Sequence[Raw]) -> None:
    mine, theirs = {raw.key for raw in ours}, {raw.key for raw in reference}
    if mine != theirs:
        told = [
            f"only {engine}: {' | '.join(str(part) for part in key)}"
            for engine, keys in (("shacl", mine - theirs), ("pyshacl", theirs - mine))
            for key in sorted(keys, key=str)
        ]
        raise EnginesDiffer("\n".join([f"{len(told)} results differ", *told[:20]]))


@lru_cache(maxsize=8)
def _compiled(rules: ShapeSet) -> shacl.Shapes:
    try:
        shapes = shacl.Shapes.from_text(rules.text, format="ntriples")
    except ValueError as fault:
        raise _bad_shapes(fault) from None
    if not len(shapes):
        raise BadInput(
            "文件中没有形状。请核对是否给错了文件。", "There are no shapes in it. Check that it is the right file."
        )
    return shapes


def _bad_shapes(fault: object) -> BadInput:
    return BadInput(f"形状无法使用：{fault}。请改正。", f"The shapes can't be used: {fault}. Mend them.")


def _run_compiled(text: str, rules: ShapeSet) -> list[Raw]:
    try:
        report = _compiled(rules).validate_text(text, format="ntriples")
    except ValueError as fault:  # constraints in SPARQL are checked only when they run
        raise _bad_shapes(fault) from None
    return [
        Raw(
            read_term(result.focus_node),
            None if result.path is None else _path_text(result.path),
            None if result.value is None else read_term(result.value),
            result.component_iri,
            result.severity_iri.rpartition("#")[2],
            _shape_iri(result.source_shape),
            tuple(result.messages),
        )
        for result in report.results
    ]


def _run_reference(text: str, rules: ShapeSet) -> list[Raw]:
    import pyshacl  # takes a tenth of a second, which only those who ask for the reference should wait

    _compiled(rules)  # the same shapes are refused, with the same words
    data = Graph(bind_namespaces="none").parse(data=text, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=rules.graph, inplace=True, do_owl_imports=False)
    if not isinstance(report, Graph):
        raise _bad_shapes(report)
    # not every sh:ValidationResult: pySHACL tells nested ones too, by sh:detail
    return [_from_report(report, node) for node in report.objects(None, SH.result)]


def _from_report(report: Graph, node: Node) -> Raw:
    from rdflib.extras.shacl import parse_shacl_path

    focus, value = report.value(node, SH.focusNode), report.value(node, SH.value)
    path, shape = report.value(node, SH.resultPath), report.value(node, SH.sourceShape)
    assert isinstance(focus, URIRef | BNode | Literal)
    return Raw(
        focus,
        None if path is None else _path_text(_n3(parse_shacl_path(report, path))),
        value if isinstance(value, URIRef | BNode | Literal) else None,
        str(report.value(node, SH.sourceConstraintComponent)),
        str(report.value(node, SH.resultSeverity)).rpartition("#")[2],
        str(shape) if isinstance(shape, URIRef) else None,
        tuple(str(text) for text in report.objects(node, SH.resultMessage)),
    )


_RUNNERS: Final[Mapping[str, Callable[[str, ShapeSet], list[Raw]]]] = {
    "shacl": _run_compiled,
    "pyshacl": _run_reference,
}


def _n3(path: URIRef | PropertyPath) -> str:
    return str(path.n3())


@lru_cache(maxsize=1024)
def _path_text(text: str) -> str:
    """A path as ``Result.path`` has it: the bare IRI of a property, other paths as rdflib writes them."""
    if re.fullmatch(r"<[^<>]*>", text):
        return text[1:-1]
    return _n3(read_path(text))


def _shape_iri(text: str | None) -> str | None:
    return text[1:-1] if text and text.startswith("<") else None


# --- What the context alone gives -------------------------------------------------------------------------------------

_KEPT: Final = 4
_known: OrderedDict[tuple[str, str, str], Known] = OrderedDict()
_known_lock: Final = Lock()


def _known_results(engine: str, text: str, rules: ShapeSet) -> Known:
    """The keys of the context's own results, kept by the context's content for the next validation against it."""
    runner = "shacl" if engine == "both" else engine
    key = (runner, hashlib.sha256(text.encode()).hexdigest(), rules.digest)
    with _known_lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = frozenset(raw.key for raw in _run(runner, _vocabulary_text() + text, rules))
    with _known_lock:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found
