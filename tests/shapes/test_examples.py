"""Every shape has an example that breaks it and one that doesn't; both engines see the same in each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, SH

from plangraph.namespaces import PG, PGS
from plangraph.proofreading import RULES, proofread
from plangraph.shipped import shipped
from plangraph.store.view import View
from plangraph.validation import read_sources, shipped_shapes, validate

EXAMPLES = shipped("ontology", "examples")
VALID = sorted((EXAMPLES / "valid").glob("*.ttl"))
INVALID = sorted((EXAMPLES / "invalid").glob("*.ttl"))
# pySHACL takes some seconds a file: these few always run, the rest with the long tests.
ALWAYS_BOTH = {"documents", "findings", "inferred"}


def expected(path: Path, word: str = "expect") -> set[str]:
    return set(re.findall(rf"^# {word}: pgs:(\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def shapes_of(path: Path, *severities: str) -> set[str]:
    """The shapes that an example breaks, those that a program checks among them."""
    sources = read_sources([path])
    told: set[tuple[str, str]] = {(str(r.source_shape), r.severity) for r in validate(sources).results}
    view = View.of_triples((s, p, o) for source in sources for s, p, o, _ in source.quads)
    told |= {(str(shape), severity_of(shape)) for shape, _ in proofread(view)}
    return {shape.removeprefix(str(PGS)) for shape, severity in told if severity in severities}


def severity_of(shape: URIRef) -> str:
    """A shape that states no severity is a violation (SHACL 1.0, section 2.1.4)."""
    return str(shipped_shapes().graph.value(shape, SH.severity, default=SH.Violation)).rpartition("#")[2].lower()


@pytest.mark.parametrize("path", INVALID, ids=lambda p: p.stem)
def test_an_invalid_example_breaks_exactly_what_its_header_says(path: Path) -> None:
    wanted = expected(path)
    assert wanted, "the header names no shape"
    assert shapes_of(path, "violation") == wanted
    assert not validate(read_sources([path])).conforms


@pytest.mark.parametrize("path", VALID, ids=lambda p: p.stem)
def test_a_valid_example_conforms(path: Path) -> None:
    report = validate(read_sources([path]))
    assert [r.message["en"] for r in report.results if r.severity == "violation"] == []
    assert report.conforms
    assert shapes_of(path, "violation") == set()


@pytest.mark.parametrize("name", ["advised", "doubtful", "twins"])
def test_advice_is_given_and_keeps_nothing_from_conforming(name: str) -> None:
    path = EXAMPLES / "valid" / f"{name}.ttl"
    assert shapes_of(path, "warning", "info") == expected(path, "advise")


def test_nothing_is_said_of_what_is_unusual_and_right() -> None:
    assert shapes_of(EXAMPLES / "valid" / "unusual.ttl", "violation", "warning", "info") == set()


def test_each_shape_that_a_program_checks_has_its_rule() -> None:
    declared = set(shipped_shapes().graph.subjects(PG.checkedBy))
    assert declared == {rule.shape for rule in RULES}
    for shape in declared:
        assert not set(shipped_shapes().graph.predicates(shape)) & {SH.sparql, SH.property, SH["or"], SH["not"]}


def test_every_line_of_a_result_names_a_line_of_the_file() -> None:
    for path in INVALID:
        lines = path.read_text(encoding="utf-8").splitlines()
        for result in validate(read_sources([path])).results:
            if isinstance(result.focus_node, URIRef) and result.focus_label:
                assert result.where is not None, result
                assert result.where["file"] == path.name
                assert 1 <= int(result.where["line"]) <= len(lines)


def test_each_shape_has_an_example_that_breaks_it() -> None:
    broken = {name for path in INVALID for name in expected(path)}
    advised = {name for path in VALID for name in expected(path, "advise")}
    assert broken | advised == {iri.removeprefix(str(PGS)) for iri in speaking_shapes()}


def test_each_shape_has_data_in_the_valid_examples() -> None:
    """A shape whose target never occurs among the valid examples would hold for the wrong reason."""
    data = Graph()
    for path in VALID:
        data.parse(path)
    used = set(data.objects(None, RDF.type)) | set(data.predicates())
    graph = shipped_shapes().graph
    for shape in graph.subjects(RDF.type, SH.NodeShape):
        targets = {
            *graph.objects(shape, SH.targetClass),
            *graph.objects(shape, SH.targetSubjectsOf),
            *graph.objects(shape, SH.targetObjectsOf),
        }
        # pg:basedOn and pg:continues link things of different classes, so that a cycle takes wrong data.
        assert not targets or targets & used, shape


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[] if p.stem in ALWAYS_BOTH else pytest.mark.long) for p in [*INVALID, *VALID]],
    ids=lambda p: f"{p.parent.name}-{p.stem}",
)
def test_both_engines_give_the_same_results(path: Path) -> None:
    validate(read_sources([path]), engine="both")


def speaking_shapes() -> set[str]:
    return {iri for iri, saying in shipped_shapes().sayings.items() if saying.messages and _is_shape(iri)}


def _is_shape(iri: str) -> bool:
    return (URIRef(iri), RDF.type, SH.SPARQLConstraint) not in shipped_shapes().graph


def test_every_shape_speaks_both_languages_and_says_how_to_mend() -> None:
    for iri in speaking_shapes():
        saying = shipped_shapes().sayings[iri]
        assert set(saying.messages) == {"zh", "en"}, iri
        assert set(saying.fixes) == {"zh", "en"}, iri
        assert re.search(r"[\u4e00-\u9fff]", saying.messages["zh"]), iri
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[“（\"][^”）\"]*[”）\"]|万|亿", "", saying.messages["en"])), (
            iri
        )


def test_every_shape_that_can_report_has_a_name() -> None:
    graph = shipped_shapes().graph
    for shape in {*graph.subjects(SH.targetClass), *graph.subjects(SH.targetSubjectsOf), *graph.subjects(SH.sparql)}:
        assert str(shape).startswith(str(PGS))
    for shape in graph.objects(None, SH.sparql):
        assert str(shape).startswith(str(PGS))


def test_sample_properties_and_codes_in_fixes_exist() -> None:
    ontology = Graph().parse(shipped("ontology", "plangraph.ttl"))
    for path in sorted(shipped("ontology", "codes").glob("*.ttl")):
        ontology.parse(path)
    for iri in speaking_shapes():
        for text in shipped_shapes().sayings[iri].fixes.values():
            for local in re.findall(r"\bpg:(\w+)", text):
                assert (PG[local], RDF.type, None) in ontology, (iri, local)
            for local in re.findall(r"\bpgc:([\w-]+\w)", text):
                code = URIRef(f"https://w3id.org/plangraph/code/{local}")
                assert (code, RDF.type, None) in ontology, (iri, local)


def test_properties_that_the_shapes_speak_of_are_defined() -> None:
    ontology = Graph().parse(shipped("ontology", "plangraph.ttl"))
    graph = shipped_shapes().graph
    for path in graph.objects(None, SH.path):
        if str(path).startswith(str(PG)):
            assert (path, RDF.type, None) in ontology, path
    for cls in {*graph.objects(None, SH.targetClass), *graph.objects(None, SH["class"])}:
        if str(cls).startswith(str(PG)):
            assert (cls, RDF.type, OWL.Class) in ontology, cls
