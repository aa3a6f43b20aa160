"""What the graph holds by class and part, on an invented source, and in sum on the shipped data."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef

from plangraph.commits import fill
from plangraph.coverage import coverage, part_of, parts_of
from plangraph.namespaces import PG, SPARQL_PROLOGUE
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

BASE = "https://w3id.org/plangraph/id/hill-2024/"
GRAPH = URIRef("https://w3id.org/plangraph/graph/hill-2024/report")


def store_of(text: str) -> EmbeddedStore:
    turtle = SPARQL_PROLOGUE.replace("PREFIX ", "@prefix ").replace(">\n", "> .\n") + f"@base <{BASE}> .\n"
    store = EmbeddedStore()
    graph = Graph().parse(data=turtle + text, format="turtle")
    store.apply(Changeset(added=[(s, p, o, GRAPH) for s, p, o in graph if isinstance(s, URIRef)]))  # type: ignore[misc]
    return store.in_memory()


def evidence(name: str, start: int, locator: str, source: str = "report") -> str:
    return (
        f'<{name}> a oa:SpecificResource ; oa:hasSource <{source}> ; pg:locator "{locator}" ;'
        f" oa:hasSelector <{name}-at> . <{name}-at> oa:start {start} .\n"
    )


def test_parts_are_read_off_the_locators_in_the_order_of_the_source() -> None:
    given = {
        "结语": 900, "一": 10, "一2": 30, "二(二)1.2": 120, "二(二)10.1": 300, "二(二)2": 200, "四(四)5": 700,
        "四(四)1": 650, "二(一)": 90, "二(二)1": 110, "题头": 0, "": 5,
    }  # fmt: skip
    parts = parts_of(given)
    assert [p.locator for p in parts] == ["题头", "一", "二(一)", "二(二)1", "二(二)2", "二(二)10", "四(四)", "结语"]
    assert [(p.section, p.rest) for p in parts[2:4]] == [("二", "(一)"), ("二", "(二)1")]
    for locator, part in {
        "一2": "一", "二(二)1.2": "二(二)1", "二(二)10.1": "二(二)10", "二(二)2": "二(二)2", "四(四)5": "四(四)",
        "结语": "结语", "": "", "五(一)": "",
    }.items():  # fmt: skip
        assert part_of(locator, parts) == part


def test_counts_of_an_invented_source() -> None:
    found = coverage(
        store_of(
            evidence("e1", 10, "一")
            + evidence("e2", 20, "二(一)1")
            + evidence("e3", 5, "二(一)2", source="other")
            + "<p1> a pg:Project ; pg:assertion pgc:assertion-stated ; pg:evidence <e1>, <e2> .\n"
            + "<p2> a pg:Project ; pg:assertion pgc:assertion-inferred .\n"
            + "<p3> a pg:Project ; pg:evidence <e3> .\n"
            + "<t1> a pg:Task ; pg:assertion pgc:assertion-stated ; pg:evidence <e1> .\n"
            + "<l1> a pg:Link ; pg:assertion pgc:assertion-inferred .\n"
        )
    )
    assert (found.things, found.evidence, found.stated, found.inferred, found.unsaid) == (4, 3, 2, 1, 1)
    assert found.without_evidence == 1
    report, other = found.sources
    assert [p.locator for p in report.parts] == ["一", "二(一)"]
    assert (report.evidence, report.things) == ({"一": 1, "二(一)": 1}, {"一": 2, "二(一)": 1})
    project, task = report.rows
    assert (project.class_.iri, project.total, project.by_part) == (str(PG.Project), 3, {"一": 1, "二(一)": 1})
    assert (project.stated, project.inferred, project.unsaid, project.without_evidence) == (1, 1, 1, 1)
    assert (task.total, task.by_part) == (1, {"一": 1})
    assert other.things == {"二(一)": 1}
    assert found.to_json()["sources"][0]["classes"][0]["byPart"] == {"一": 1, "二(一)": 1}


def test_an_empty_store_has_no_table() -> None:
    found = coverage(EmbeddedStore())
    assert (found.sources, found.things) == ((), 0)


@pytest.fixture(scope="module")
def shipped() -> EmbeddedStore:
    store = EmbeddedStore()
    fill(store)
    return store.in_memory()


def test_every_part_of_the_report_is_there(shipped: EmbeddedStore) -> None:
    (source,) = coverage(shipped).sources
    names = [part.locator for part in source.parts]
    expected = ["一", "二(一)", *(f"二(二){n}" for n in range(1, 8)), "三(一)", "三(二)"]
    expected += [*(f"四({n})" for n in "一二三四五六"), "结语"]
    assert [name for name in names if name in expected] == expected
    assert set(names) - set(expected) == {"题头", "引言", "二", "四"}
    assert all(source.things[name] for name in names)


def test_the_counts_agree_with_a_query(shipped: EmbeddedStore) -> None:
    (source,) = coverage(shipped).sources
    rows = {row.class_.iri: row for row in source.rows}
    asked = shipped.select(
        "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a pg:Programme ; pg:evidence/pg:locator ?l"
        ' FILTER(STRSTARTS(?l, "二(二)3")) }'
    )
    (row,) = asked
    assert rows[str(PG.Programme)].by_part["二(二)3"] == int(str(row["n"]))
    assert rows[str(PG.Task)].total == 30
    assert rows[str(PG.MainIndicator)].by_part["二(一)"] == 24
