"""What all clients are asked: the data of ``rivers.trig``, and queries whose answers are known."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from pathlib import Path

from rdflib import RDFS, Namespace, URIRef

from plangraph.namespaces import GRAPHS
from plangraph.store.parsing import read_file

FOLDER = Path(__file__).parent
TOKEN = "b2f7-only-for-tests"
BEARER = f"Bearer {TOKEN}"
EX = Namespace("https://example.org/")
CREEK, RIVER = URIRef("https://example.org/河/青溪"), URIRef("https://example.org/河/长河")
RIVERS_GRAPH, OTHER_GRAPH = "https://example.org/图/河流", "https://example.org/图/其他"
NOTE = 'a "quoted" word,\na new line\tand a tab & <a tag>'
LABELS = f"SELECT ?label WHERE {{ ?river <{RDFS.label}> ?label . FILTER(LANG(?label) = 'zh') }} ORDER BY ?label"
NOTES = f"SELECT ?river ?note WHERE {{ ?river <{EX.note}> ?note . FILTER(CONTAINS(STR(?river), '青')) }}"
ASK = f"ASK {{ <{CREEK}> <{RDFS.label}> '青溪'@zh }}"
CONSTRUCT = f"CONSTRUCT {{ <{CREEK}> ?p ?o }} WHERE {{ <{CREEK}> ?p ?o }}"
BAD = "SELECT ?x WHERE {"

RIVERS = read_file(FOLDER / "rivers.trig", default_graph=GRAPHS["none"])
ABOUT_CREEK = {(p, o) for s, p, o, _ in RIVERS if s == CREEK}


def objects(server: str, graph: str) -> list[str]:
    """The objects of all triples in a graph, in order, as anybody reads them."""
    query = f"SELECT ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ORDER BY STR(?o)"
    address = f"{server}/sparql?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return [row["o"]["value"] for row in json.load(answer)["results"]["bindings"]]
