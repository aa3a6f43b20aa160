"""Every stated fact's evidence contains the figure or the name that it claims, or the words its status rests on."""

from __future__ import annotations

import re

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SKOS

from plangraph.commits import read_shipped, shipped_files
from plangraph.namespaces import OA, PG, PGC
from plangraph.store.base import Quad
from plangraph.store.parsing import as_graph

# Words that speak against a state: what is said to be under way isn't complete, what stands isn't merely begun.
_ENDED = "建成 竣工 完工 落成 封顶 投入使用 开业 开诊 通车 收官"
_GOING_ON = "加快 在施 开工 谋划 拟定 报批 有序推进 收尾"
AGAINST = {
    "planned": _ENDED,
    "approved": _ENDED,
    "started": _ENDED,
    "under-construction": "建成 竣工 落成 投入使用 开业 开诊 通车",
    "structure-complete": _GOING_ON,
    "completed": _GOING_ON,
    "in-operation": _GOING_ON,
}


@pytest.fixture(scope="module")
def data() -> Graph:
    files = shipped_files()
    quads: list[Quad] = [quad for graph in files for quad in read_shipped(graph, files[graph])]
    return as_graph(quads)


def stated(data: Graph, *classes: str) -> list[URIRef]:
    found = set(data.subjects(PG.assertion, PGC["assertion-stated"]))
    return sorted(s for s in found if set(data.objects(s, RDF.type)) & {PG[c] for c in classes})


def quotes(data: Graph, thing: URIRef) -> list[str]:
    return [str(data.value(URIRef(f"{e}#quote"), OA.exact)) for e in data.objects(thing, PG.evidence)]


def bare(text: str) -> str:
    """Without quotation marks, brackets, dashes and spaces, in which names differ between places."""
    return re.sub(r"[“”\"《》()（）、，,·\s—\-～~]", "", text)


def shares_name(names: list[str], quoted: list[str]) -> bool:
    """Whether a name and a quotation contain one another, or have half of the name's character pairs in common."""
    for name in map(bare, names):
        pairs = {name[i : i + 2] for i in range(len(name) - 1)}
        for quote in map(bare, quoted):
            if name in quote or (len(quote) > 1 and quote in name):
                return True
            if pairs and sum(pair in quote for pair in pairs) * 2 >= len(pairs):
                return True
    return False


def test_a_figure_and_its_digits_stand_in_its_evidence(data: Graph) -> None:
    found = stated(data, "Observation")
    assert len(found) >= 230
    for observation in found:
        printed = str(data.value(observation, PG.asPrinted))
        digits = re.findall(r"\d+(?:\.\d+)?", printed)
        assert any(
            (printed in quote or quote in printed) and all(d in quote for d in digits)
            for quote in quotes(data, observation)
        ), observation


NAMED = ("Plan", "Goal", "Domain", "Task", "PolicyMeasure", "Problem", "Programme", "Project", "MainIndicator",
         "IndicatorGroup", "Place", "Document", "Slogan", "SloganMember", "Event")  # fmt: skip


@pytest.mark.parametrize("class_", NAMED)
def test_a_name_stands_in_its_evidence(data: Graph, class_: str) -> None:
    found = stated(data, class_)
    assert found
    nameless = [
        (str(thing).rpartition("/")[2], quotes(data, thing))
        for thing in found
        if not shares_name(
            [str(o) for p in (SKOS.prefLabel, SKOS.altLabel) for o in data.objects(thing, p) if o.language == "zh"],
            quotes(data, thing),
        )
    ]
    assert nameless == []


@pytest.mark.parametrize("status", AGAINST)
def test_no_word_of_its_evidence_speaks_against_a_status(data: Graph, status: str) -> None:
    found = [r for r in stated(data, "StatusReport") if data.value(r, PG.status) == PGC["status-" + status]]
    assert all(quotes(data, report) for report in found)
    contradicted = [
        (str(report).rpartition("/")[2], quote)
        for report in found
        for quote in quotes(data, report)
        if any(word in quote for word in AGAINST[status].split())
    ]
    assert contradicted == []
