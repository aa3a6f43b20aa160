"""Validation against the shapes: one function, several SHACL engines, and a report that explains itself.

The data are validated as they would stand in the store. Of a store that is large and a change that is small, only that
part is looked at which the change can make right or wrong: see ``incremental``. What the candidate isn't answerable for
is left out of the report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import shacl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.paths import Path as PropertyPath
from rdflib.term import Node

from plangraph.errors import BadInput
from plangraph.explaining import Raw, explain, raw_finding, read_term, severity_of, urgency
from plangraph.incremental import Affected, affected, prepare_shapes, unbounded_shapes
from plangraph.mediatypes import N_TRIPLES
from plangraph.namespaces import ONTOLOGY_GRAPH
from plangraph.ontology import ontology_files
from plangraph.origins import UPLOAD_GRAPH, SeveralFaults, Source, read_sources, term_key
from plangraph.proofreading import RULES, Facts
from plangraph.reports import Report, Result, read_path
from plangraph.shapes import ShapeSet, load_shapes, shape_set, shipped_shapes
from plangraph.store.base import Changeset, GraphStore, Quad
from plangraph.store.embedded import EmbeddedStore
from plangraph.store.parsing import parse_rdf, read_file
from plangraph.store.reaching import TooFar
from plangraph.store.remote import RemoteStore
from plangraph.store.view import View
from plangraph.visible import visible

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
    "staged_view",
    "validate",
    "validate_change",
]

Candidate: TypeAlias = Graph | str | Sequence[Source]
"""An rdflib graph, N-Triples, or files as ``read_sources`` gives them."""

ENGINES: Final = ("auto", "shacl", "pyshacl", "both")
"""``shacl`` is compiled and the default; ``pyshacl`` is the reference; ``both`` runs the two and compares them."""


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
    most: int | None = None,
    whole: bool = False,
) -> Report:
    """What is wrong with ``candidate`` when it is added to ``context``; nothing is changed.

    Reported are the results on things that the candidate describes, and those on others that weren't there without it.
    Without a context the candidate is a dataset of its own, and every result is reported. ``removed`` are quads that
    the same change takes out of the context. ``sources`` say on which line a result stands; a candidate that is made
    of sources is its own. At most ``most`` results are told, the gravest; the report counts the others. ``whole``
    looks at all data, also where a part would do.

    Raises ``BadInput`` for an engine that there isn't, shapes that can't be compiled or a term that isn't RDF,
    ``SyntaxFault`` for N-Triples that aren't, ``EnginesDiffer`` where ``engine`` is ``both`` and the two don't agree.
    """
    if engine not in ENGINES:
        raise BadInput(
            f"没有校验引擎“{engine}”，可用：{' '.join(ENGINES)}。",
            f"There is no engine “{engine}”. To be had: {' '.join(ENGINES)}.",
        )
    name = "shacl" if engine == "auto" else engine
    triples, sources = _as_candidate(candidate, tuple(sources))
    added: list[Quad] = [(s, p, o, UPLOAD_GRAPH) for s, p, o in triples]  # type: ignore[misc]
    view = staged_view(_as_store(context), Changeset(added=added, removed=tuple(removed)))
    rules = shapes or shipped_shapes()
    raws = _everything(name, view, rules) if context is None else _of_change(name, view, rules, whole)
    return _report(name, raws, view, rules, sources, most)


def validate_change(store: EmbeddedStore, changeset: Changeset, most: int | None = None) -> Report:
    """``validate`` for exactly this change of a store, graph by graph."""
    view, rules = staged_view(store, changeset), shipped_shapes()
    return _report("shacl", _of_change("shacl", view, rules), view, rules, (), most)


def prepare() -> None:
    """Read the shapes and the vocabulary, which the first validation would do."""
    _compiled(shipped_shapes())
    prepare_shapes(shipped_shapes())
    _vocabulary()


def _report(
    name: str, raws: Sequence[Raw], view: View, rules: ShapeSet, sources: Sequence[Source], most: int | None
) -> Report:
    ordered = sorted(dict.fromkeys(raws), key=urgency)
    told = ordered if most is None else ordered[:most]
    left_out = Counter(severity_of(raw) for raw in ordered[len(told) :])
    return Report(name, tuple(explain(told, rules, view, sources)), left_out)


# --- What is looked at ------------------------------------------------------------------------------------------------


def _of_change(name: str, view: View, rules: ShapeSet, whole: bool = False) -> list[Raw]:
    """What the change of the view is answerable for."""
    described = {term_key(subject) for subject in view.added_subjects()}
    concerned = None if whole else affected(view, rules)
    found = []
    for look in (_by_engine, _by_program):
        ours = look(name, view, rules, concerned)
        # What was there before is looked for only where it can matter.
        if any(term_key(raw.focus) not in described for raw in ours):
            known = {raw.key for raw in look(_only(name), view.before(), rules, concerned, before=True)}
            ours = [raw for raw in ours if term_key(raw.focus) in described or raw.key not in known]
        found += ours
    return found


def _everything(name: str, view: View, rules: ShapeSet) -> list[Raw]:
    return [*_by_engine(name, view, rules, None), *_by_program(name, view, rules, None)]


def _by_engine(
    name: str, view: View, rules: ShapeSet, concerned: Affected | None, *, before: bool = False
) -> list[Raw]:
    """What an engine finds: all, or what is affected and what those shapes say of which that can't be told."""
    if concerned is None:
        return _run(name, view.ntriples(), rules)
    part = concerned.before if before else concerned.after
    try:
        data = part.data()
    except TooFar:
        return _run(name, view.ntriples(), rules)
    found = _run(name, data, rules, part.targeted()) if part.pairs else []
    # A shape that is a class has the instances of the class for targets, whatever others it is given.
    found = [raw for raw in found if concerned.concerns(raw.shape, raw.focus)]
    unbounded = unbounded_shapes(rules)
    return found if unbounded is None else [*found, *_run(name, view.ntriples(), unbounded)]


def _by_program(
    name: str, view: View, rules: ShapeSet, concerned: Affected | None, *, before: bool = False
) -> list[Raw]:
    """What the proofreading rules find whose shapes are among these, about everything or about what is affected."""
    part = None if concerned is None else concerned.before if before else concerned.after
    facts, found = Facts(view) if part is None else part.facts, []
    for rule in RULES:
        saying = rules.sayings.get(str(rule.shape))
        if saying is not None and saying.by_program:
            focuses = rule.focuses(facts) if concerned is None else sorted(concerned.read[rule.shape])
            found += [raw_finding(one, str(rule.shape), saying) for one in rule.check(facts, focuses)]
    return found


def _only(name: str) -> str:
    """The engine that is enough for what was there before."""
    return "shacl" if name == "both" else name


# --- Staging ----------------------------------------------------------------------------------------------------------


def _as_candidate(
    candidate: Candidate, sources: tuple[Source, ...]
) -> tuple[Iterable[tuple[Node, ...]], tuple[Source, ...]]:
    if isinstance(candidate, Graph):
        return candidate, sources
    if isinstance(candidate, str):
        quads = parse_rdf(candidate.encode(), N_TRIPLES, default_graph=UPLOAD_GRAPH)
        return [quad[:3] for quad in quads], sources
    return [quad[:3] for source in candidate for quad in source.quads], sources or tuple(candidate)


def _as_store(context: GraphStore | Graph | None) -> EmbeddedStore:
    if isinstance(context, EmbeddedStore):
        return context
    if isinstance(context, RemoteStore):
        return context.copy()
    store = EmbeddedStore()
    quads = [] if context is None else [(*triple[:3], UPLOAD_GRAPH) for triple in _triples_of(context)]
    store.apply(Changeset(added=quads))  # type: ignore[arg-type]
    return store


def _triples_of(context: GraphStore | Graph) -> Iterable[tuple[Node, ...]]:
    return context if isinstance(context, Graph) else context.triples()


def staged_view(store: EmbeddedStore, changeset: Changeset) -> View:
    """The data of a store after a change; with the vocabulary, where the store doesn't hold it.

    Raises ``BadInput`` for a term that isn't RDF.
    """
    try:
        return View(store, changeset, background=None if store.has_graph(ONTOLOGY_GRAPH) else _vocabulary())
    except ValueError as fault:
        raise BadInput(
            f"数据中有写不成 RDF 的词项：{fault}。", f"The data hold a term that can't be written: {fault}."
        ) from None


@lru_cache(maxsize=1)
def _vocabulary() -> EmbeddedStore:
    """Ontology and code lists: without them no sub-class and no code would be known."""
    store = EmbeddedStore()
    store.apply(
        Changeset(added=[quad for path in ontology_files() for quad in read_file(path, default_graph=ONTOLOGY_GRAPH)])
    )
    return store


@lru_cache(maxsize=1)
def _vocabulary_text() -> str:
    return View(_vocabulary()).ntriples()


# --- Engines ----------------------------------------------------------------------------------------------------------


def _run(name: str, text: str, rules: ShapeSet, targeted: str | None = None) -> list[Raw]:
    """The results on these data, N-Triples, and the vocabulary, whatever the store's own is.

    ``targeted`` are the shapes as they stand in for ``rules``, with other targets.
    """
    text = _vocabulary_text() + text
    if name != "both":
        return _RUNNERS[name](text, rules, targeted)
    ours, reference = _run_compiled(text, rules, targeted), _run_reference(text, rules, targeted)
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


def _run_compiled(text: str, rules: ShapeSet, targeted: str | None) -> list[Raw]:
    shapes = _compiled(rules) if targeted is None else shacl.Shapes.from_text(targeted, format="ntriples")
    try:
        report = shapes.validate_text(text, format="ntriples")
    except ValueError as fault:  # constraints in SPARQL are checked only when they run
        raise _bad_shapes(fault) from None
    except BaseException as fault:  # what the engine doesn't foresee comes as a panic, which is no Exception
        if type(fault).__name__ != "PanicException":
            raise
        why = visible(str(fault))
        raise BadInput(
            f"数据中有校验引擎无法处理的值（{why}）。请检查日期和数值是否过大。",
            f"The data hold a value that the engine can't deal with ({why}). Look for dates and numbers that are far "
            "too large.",
        ) from None
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


def _run_reference(text: str, rules: ShapeSet, targeted: str | None) -> list[Raw]:
    import pyshacl  # takes a tenth of a second, which only those who ask for the reference should wait

    _compiled(rules)  # the same shapes are refused, with the same words
    data = Graph(bind_namespaces="none").parse(data=text, format="nt")
    shapes = rules.graph if targeted is None else Graph(bind_namespaces="none").parse(data=targeted, format="nt")
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, do_owl_imports=False)
    except (TypeError, ValueError, ArithmeticError) as fault:  # a date that is none, compared with one that is
        raise BadInput(
            f"pySHACL 处理不了这些数据（{fault}）。请改用默认引擎。",
            f"pySHACL can't cope with these data ({fault}). Use the default engine.",
        ) from None
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


_RUNNERS: Final[Mapping[str, Callable[[str, ShapeSet, str | None], list[Raw]]]] = {
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
