"""The ontology: every term is defined in both languages, and nothing uses a term that isn't defined."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from plangraph.errors import BadInput, NotFound, SyntaxFault
from plangraph.namespaces import ID, ONTOLOGY, PG, PGC, PREFIXES, QUDT, SCHEMA, UNIT
from plangraph.ontology import Term, Vocabulary, load_ontology, ontology_files, parse_turtle, vocabulary
from plangraph.shipped import shipped

OWN = (str(PG), str(PGC))
TERMS = vocabulary().terms()
# One example misspells names on purpose; the test of examples expects the violations.
USERS = sorted(
    path
    for folder in ("ontology", "data")
    for path in shipped(folder).rglob("*.ttl")
    if path.name != "undefined-names.ttl"
)
QUERIES = sorted(shipped("queries").rglob("*.rq"))

# The contract: what the design names must be here under that name, whatever else is.
CLASSES = """Plan Goal Domain Task PolicyMeasure Problem Circumstance Programme Project Indicator MainIndicator
    IndicatorGroup Observation Assessment StatusReport Place Document Slogan SloganMember Recognition Evaluation Event
    Relation Finding Omission Link"""
PROPERTIES = """inPlan supports inDomain partOf implements hasIndicator addresses continues concerns locatedIn within
    responsibleBody basedOn expandsTo indicatorKind direction ofIndicator valueType statistic value valueLow valueHigh
    comparator unit asPrinted periodStart periodEnd refArea basis about status asOf dueBy assertion rationale evidence
    locator sha256 memberCount position linkFrom linkProperty linkTo relationKind result part numerator denominator
    factor minuend subtrahend earlier later whole left right collection method programmeType placeType"""
CODES = {
    "kind": "binding anticipatory not-stated",
    "direction": "higher lower range",
    "value-type": "actual target baseline forecast",
    "statistic": "level count rate share change growth-rate rank",
    "comparator": "eq approx gt ge lt le",
    "progress": "achieved-early on-track behind unknown",
    "status": "planned approved started under-construction structure-complete completed in-operation cancelled unknown",
    "assertion": "stated inferred",
    "relation": "sum ratio share difference growth mean-bound at-most equal exceeds enumeration includes precedes",
    "programme-type": "action plan scheme mechanism platform brand",
    "method": "self-assessment third-party consultation questionnaire",
    "severity": "inconsistency tension note",
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_ontology()


def name(value: object) -> str:
    if isinstance(value, Term):
        return value.iri.rsplit("/", 1)[-1]
    return str(value.relative_to(shipped())) if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("local", CLASSES.split())
def test_contract_classes(local: str) -> None:
    assert vocabulary().term(PG[local]).kind == "class"


@pytest.mark.parametrize("local", PROPERTIES.split())
def test_contract_properties(local: str) -> None:
    assert vocabulary().term(PG[local]).is_property


@pytest.mark.parametrize(("scheme", "codes"), CODES.items())
def test_contract_codes_in_their_order(scheme: str, codes: str) -> None:
    members = vocabulary().members(PGC[scheme])
    assert [m.iri for m in members] == [str(PGC[f"{scheme}-{code}"]) for code in codes.split()]


@pytest.mark.parametrize("term", TERMS, ids=name)
def test_label_and_definition_in_both_languages(term: Term) -> None:
    for lang in ("zh", "en"):
        assert term.label[lang].strip()
        assert len(term.definition[lang]) >= 4
    assert re.search(r"[一-鿿]", term.definition["zh"])
    outside_brackets = re.sub(r"[(（][^()（）]*[)）]", "", term.definition["en"])
    assert not re.search(r"[一-鿿]", outside_brackets)
    assert set(term.scope_notes) in (set(), {"zh", "en"})


def test_one_label_and_one_definition_a_language(graph: Graph) -> None:
    for predicate in (RDFS.label, SKOS.prefLabel, SKOS.definition, QUDT.symbol):
        for subject in set(graph.subjects(predicate, None)):
            languages = [str(o.language) for o in graph.objects(subject, predicate) if isinstance(o, Literal)]
            assert sorted(languages) == sorted(set(languages)), f"{subject} {predicate}"


def test_labels_of_classes_and_of_properties_are_unambiguous() -> None:
    for lang in ("zh", "en"):
        for terms in (vocabulary().classes(), vocabulary().properties()):
            labels = [t.label[lang] for t in terms]
            assert len(labels) == len(set(labels)), sorted(x for x in labels if labels.count(x) > 1)


@pytest.mark.parametrize("term", [t for t in TERMS if t.is_property], ids=name)
def test_a_property_says_where_it_leads(term: Term, graph: Graph) -> None:
    iri = URIRef(term.iri)
    if term.kind == "datatype-property":
        assert term.range
        assert all(r.startswith((PREFIXES["xsd"], PREFIXES["rdf"])) for r in term.range)
    for strict, loose in ((RDFS.domain, SCHEMA.domainIncludes), (RDFS.range, SCHEMA.rangeIncludes)):
        assert len(list(graph.objects(iri, strict))) <= 1, "several rdfs:domain or rdfs:range mean all of them at once"
        assert (iri, strict, None) not in graph or (iri, loose, None) not in graph
        assert len(list(graph.objects(iri, loose))) != 1
    if term.code_lists:
        assert term.range == (str(SKOS.Concept),)
        assert all(vocabulary().members(scheme) for scheme in term.code_lists)


def test_every_code_list_is_used_by_a_property_or_is_the_list_of_units() -> None:
    used = {scheme for term in vocabulary().properties() for scheme in term.code_lists}
    assert {s.iri for s in vocabulary().schemes()} - used == {str(PGC.unit)}


def test_terms_of_the_ontology_say_that_they_belong_to_it(graph: Graph) -> None:
    for term in TERMS:
        if term.iri.startswith(str(PG)):
            assert (URIRef(term.iri), RDFS.isDefinedBy, ONTOLOGY) in graph, term.iri


@pytest.mark.parametrize("term", [t for t in TERMS if t.kind == "concept"], ids=name)
def test_a_code_is_in_its_scheme_under_its_notation(term: Term, graph: Graph) -> None:
    assert len(term.notations) == 1
    assert term.iri == f"{term.scheme}-{term.notations[0]}"
    assert list(graph.objects(URIRef(term.iri), SKOS.inScheme)) == [URIRef(str(term.scheme))]
    assert list(graph.objects(URIRef(term.iri), SKOS.topConceptOf)) == [URIRef(str(term.scheme))]


@pytest.mark.parametrize("scheme", vocabulary().schemes(), ids=name)
def test_codes_of_a_scheme_are_told_apart(scheme: Term) -> None:
    members = vocabulary().members(scheme.iri)
    assert members
    for told in ("notation", "zh", "en", "position"):
        values = [m.notations[0] if told == "notation" else m.label.get(told, m.position) for m in members]
        assert len(values) == len(set(values)), told
    assert [m.position for m in members] == list(range(1, len(members) + 1))


def test_each_code_list_has_its_own_file() -> None:
    for path in shipped("ontology", "codes").glob("*.ttl"):
        found = set(parse_turtle(path).subjects(RDF.type, SKOS.ConceptScheme))
        assert found == {PGC[path.stem]}


def test_statuses_carry_iati_codes() -> None:
    iati = {
        m.notations[0]: [text for text, datatype in m.coded if datatype == str(PGC.iati)]
        for m in vocabulary().members(PGC.status)
    }
    assert iati["planned"] == ["1"]
    assert iati["under-construction"] == ["2"]
    assert iati["in-operation"] == ["4"]
    assert iati["cancelled"] == ["5"]
    assert iati["unknown"] == []


def test_own_units_are_units_with_a_scale_where_they_count(graph: Graph) -> None:
    for unit in vocabulary().members(PGC.unit):
        node = URIRef(unit.iri)
        assert (node, RDF.type, QUDT.Unit) in graph
        assert set(unit.symbol) == {"zh", "en"}
        scaled = list(graph.objects(node, QUDT.scalingOf))
        assert len(scaled) == len(list(graph.objects(node, QUDT.conversionMultiplier))) <= 1
        if scaled == [UNIT.NUM]:
            assert graph.value(node, QUDT.conversionMultiplier) == Literal(Decimal("1.0"))
    point = graph.value(PGC["unit-percentage-point"], QUDT.conversionMultiplier)
    assert point == graph.value(UNIT.PERCENT, QUDT.conversionMultiplier)


def test_severities_are_severities_of_shacl(graph: Graph) -> None:
    assert all((URIRef(m.iri), RDF.type, SH.Severity) in graph for m in vocabulary().members(PGC.severity))


@pytest.mark.parametrize("path", ontology_files(), ids=name)
def test_no_blank_nodes(path: Path) -> None:
    assert not [node for triple in parse_turtle(path) for node in triple if isinstance(node, BNode)]


@pytest.mark.parametrize("path", USERS, ids=name)
def test_turtle_uses_defined_terms_only(path: Path) -> None:
    used = {str(n) for triple in parse_turtle(path) for n in triple if isinstance(n, URIRef)}
    assert not sorted(iri for iri in used if iri.startswith(OWN) and not vocabulary().is_defined(iri))


@pytest.mark.parametrize("path", QUERIES, ids=name)
def test_queries_use_defined_terms_only(path: Path) -> None:
    used = re.findall(r"(?<![\w:/.-])(pgc?):([A-Za-z][\w-]*)", path.read_text(encoding="utf-8"))
    assert not sorted({f"{p}:{local}" for p, local in used if not vocabulary().is_defined(PREFIXES[p] + local)})


def test_alignments_start_from_things_that_the_data_have() -> None:
    aligned = {s for s in parse_turtle(shipped("ontology", "alignments.ttl")).subjects() if str(s).startswith(str(ID))}
    data = Graph()
    for kind in ("indicators", "goals", "domains", "tasks"):
        parse_turtle(shipped("data", "chaoyang-2021", f"{kind}.ttl"), data)
    assert aligned
    assert not aligned - set(data.subjects(RDF.type, None))


def test_parents_outside_the_ontology_and_reused_terms_have_labels() -> None:
    for term in TERMS:
        for iri in (*term.parents, *term.domain):
            if not iri.startswith((*OWN, "http://purl.org/linked-data/sdmx/")):
                assert set(vocabulary().term(iri).label) == {"zh", "en"}, iri
    assert all(set(t.label) == {"zh", "en"} for t in vocabulary().reused())


def test_reused_terms_are_not_redefined(graph: Graph) -> None:
    for term in vocabulary().reused():
        assert (URIRef(term.iri), RDF.type, None) not in graph
        assert not term.iri.startswith(OWN)
        assert not vocabulary().is_defined(term.iri)


def test_a_thing_under_the_namespace_that_is_no_term_is_not_defined() -> None:
    text = "@prefix pg: <https://w3id.org/plangraph/ontology#> . pg:loose a <http://example.org/Odd> ."
    assert not Vocabulary(Graph().parse(data=text, format="turtle")).is_defined(PG.loose)


def test_ontology_header(graph: Graph) -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in graph
    assert str(graph.value(ONTOLOGY, URIRef("http://purl.org/vocab/vann/preferredNamespaceUri"))) == str(PG)


SMALL = """
@prefix pg: <https://w3id.org/plangraph/ontology#> . @prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix ex: <http://example.org/> .
pg:Bridge a owl:Class ; rdfs:label "桥"@zh .
pg:spans a owl:ObjectProperty ; rdfs:subPropertyOf ex:crosses ; rdfs:domain pg:Bridge ;
    rdfs:label "跨越"@zh, "spans"@en .
pgc:shape a skos:ConceptScheme .
pgc:shape-b a skos:Concept ; skos:inScheme pgc:shape ; pg:position 1 ; qudt:symbol "⌒" .
pgc:shape-a a skos:Concept ; skos:inScheme pgc:shape ; pg:position 2 ; skos:prefLabel "arch"@en ; qudt:symbol "A"@en .
ex:crosses rdfs:label "穿过"@zh, "crosses"@en .
"""


@pytest.fixture(scope="module")
def small() -> Vocabulary:
    return Vocabulary(Graph().parse(data=SMALL, format="turtle"))


def test_label_falls_back_to_the_other_language_then_to_the_prefixed_name(small: Vocabulary) -> None:
    assert small.label(PG.spans, "zh") == "跨越"
    assert small.label(PG.Bridge, "en") == "桥"
    assert small.label(PGC["shape-b"], "zh") == "pgc:shape-b"
    assert small.label("http://example.org/none", "en") == "http://example.org/none"
    assert small.label("http://example.org/crosses", "en") == "crosses"


def test_symbol_falls_back_to_the_label(small: Vocabulary) -> None:
    assert small.symbol(PGC["shape-a"], "zh") == "A"
    assert small.symbol(PG.spans, "en") == "spans"


def test_terms_of_a_small_vocabulary(small: Vocabulary) -> None:
    spans = small.term(PG.spans)
    assert (spans.kind, spans.parents, spans.domain, spans.range) == (
        "object-property",
        ("http://example.org/crosses",),
        (str(PG.Bridge),),
        (),
    )
    assert [m.iri for m in small.members(PGC.shape)] == [str(PGC["shape-b"]), str(PGC["shape-a"])]
    assert [t.iri for t in small.reused()] == ["http://example.org/crosses"]
    assert [t.iri for t in small.classes()] == [str(PG.Bridge)]
    assert [t.iri for t in small.properties()] == [str(PG.spans)]
    assert not small.is_defined("http://example.org/crosses")
    assert small.find(PG.nothing) is None
    assert len({spans, spans}) == 1


def test_unknown_terms_and_lists_are_not_found(small: Vocabulary) -> None:
    with pytest.raises(NotFound, match="pg:nothing"):
        small.term(PG.nothing)
    with pytest.raises(NotFound, match="pgc:shape"):
        small.members(PG.Bridge)


def test_a_fault_in_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<http://example.org/a> <http://example.org/b> 1 .\n\n<http://example.org/a> oops\n", "utf-8")
    with pytest.raises(SyntaxFault) as caught:
        parse_turtle(path)
    assert (caught.value.source, caught.value.line) == ("broken.ttl", 3)
    assert "\n" not in caught.value.en
    path.write_text('<http://example.org/a> <http://example.org/b> "unclosed\n', "utf-8")
    with pytest.raises(SyntaxFault, match=r"broken\.ttl"):
        parse_turtle(path)
    with pytest.raises(BadInput, match=r"absent\.ttl"):
        parse_turtle(tmp_path / "absent.ttl")
    path.write_bytes(b"# \xff\xfe\n")
    with pytest.raises(SyntaxFault, match="UTF-8"):
        parse_turtle(path)


def test_the_caller_owns_the_loaded_graph() -> None:
    mine = load_ontology()
    mine.add((PG.Plan, RDFS.label, Literal("changed")))
    assert (PG.Plan, RDFS.label, Literal("changed")) not in load_ontology()
    assert vocabulary() is vocabulary()
