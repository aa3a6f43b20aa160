"""The pages of checks and of coverage: on the shipped data, and on an invented graph in which everything goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from qingxi_site import qingxi_site
from rdflib import Graph, URIRef

from plangraph.assessment import check_progress
from plangraph.crosscheck import check_relations
from plangraph.namespaces import SPARQL_PROLOGUE
from plangraph.settings import Settings
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore
from plangraph.web import create_app
from plangraph.web.service import Service, open_service

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
BASE = "https://w3id.org/plangraph/id/hill-2024/"
GRAPH = URIRef("https://w3id.org/plangraph/graph/hill-2024/report")

# A hill whose roads are behind though reported on track, and whose two lakes don't add up.
HILL = """
<plan> a pg:Plan ; pg:periodStart "2021-01-01"^^xsd:date ; pg:periodEnd "2024-12-31"^^xsd:date .
<report> a pg:Document ; skos:prefLabel "丘陵报告"@zh, "Hill Report"@en .
<evidence/5-7> a oa:SpecificResource ; oa:hasSource <report> ; pg:locator "二(一)" ; oa:hasSelector <p>, <q> .
<p> oa:start 5 ; oa:end 7 . <q> oa:exact "12" .
<roads> a pg:MainIndicator, pg:Indicator ; pg:inPlan <plan> ; pg:direction pgc:direction-higher ;
    skos:prefLabel "山路里程"@zh, "Hill roads"@en .
<roads-now> a pg:Observation ; pg:ofIndicator <roads> ; pg:valueType pgc:value-type-actual ; pg:unit unit:KiloM ;
    pg:statistic pgc:statistic-level ; pg:value 12 ; pg:valueLow 12 ; pg:valueHigh 12 ; pg:asPrinted "12公里" ;
    pg:periodEnd "2022-12-31"^^xsd:date ; pg:evidence <evidence/5-7> .
<roads-then> a pg:Observation ; pg:ofIndicator <roads> ; pg:valueType pgc:value-type-baseline ; pg:unit unit:KiloM ;
    pg:statistic pgc:statistic-level ; pg:value 10 ; pg:valueLow 10 ; pg:valueHigh 10 ;
    pg:periodEnd "2020-12-31"^^xsd:date .
<roads-aim> a pg:Observation ; pg:ofIndicator <roads> ; pg:valueType pgc:value-type-target ; pg:unit unit:KiloM ;
    pg:statistic pgc:statistic-level ; pg:value 20 ; pg:valueLow 20 ; pg:valueHigh 20 ;
    pg:dueBy "2024-12-31"^^xsd:date .
<judged> a pg:Assessment ; pg:about <roads> ; pg:status pgc:progress-on-track ; pg:asOf "2022-12-31"^^xsd:date .
<lakes> a pg:Indicator ; skos:prefLabel "湖泊<数>"@zh, "Number of <lakes>"@en .
<lake-a> a pg:Observation ; pg:ofIndicator <lakes> ; pg:value 1 ; pg:valueLow 1 ; pg:valueHigh 1 ;
    skos:prefLabel "东湖"@zh, "East lakes"@en .
<lake-b> a pg:Observation ; pg:ofIndicator <lakes> ; pg:value 2 ; pg:valueLow 2 ; pg:valueHigh 2 ;
    skos:prefLabel "西湖"@zh, "West lakes"@en .
<lake-sum> a pg:Observation ; pg:ofIndicator <lakes> ; pg:value 4 ; pg:valueLow 4 ; pg:valueHigh 4 ;
    skos:prefLabel "湖泊合计<b>"@zh, "All <b>lakes"@en ; pg:evidence <evidence/5-7> .
<relation/lakes> a pg:Relation ; pg:relationKind pgc:relation-sum ; pg:part <lake-a>, <lake-b> ; pg:result <lake-sum> ;
    skos:prefLabel "东湖加西湖"@zh, "East and west lakes"@en ;
    pg:rationale "湖分两片。"@zh, "The lakes lie in two parts."@en .
"""


@pytest.fixture(scope="module")
def hill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("hill")
    turtle = SPARQL_PROLOGUE.replace("PREFIX ", "@prefix ").replace(">\n", "> .\n") + f"@base <{BASE}> .\n" + HILL
    store = EmbeddedStore.open(folder / "store")
    graph = Graph().parse(data=turtle, format="turtle")
    store.apply(Changeset(added=[(s, p, o, GRAPH) for s, p, o in graph if isinstance(s, URIRef)]))  # type: ignore[misc]
    store.backup(folder / "snapshot")
    service = open_service(Settings(readers=1), folder / "snapshot")
    with service.readers:
        yield create_app(service).test_client()


class _Sound(HTMLParser):
    """Fails where tags don't close; collects headings, ids and labels."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.styled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line"):
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self.styled += [tag] if "style" in given or any(name.startswith("on") for name in given) else []

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "path", "circle", "line"):
            assert self.open.pop() == tag


PATHS = ["/findings", "/findings?kind=enumeration", "/findings?severity=info", "/findings?kind=pace", "/coverage"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_the_pages_are_sound(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(path + ("&" if "?" in path else "?") + f"lang={lang}", headers=BROWSER)
    assert answer.status_code == 200
    page = _Sound(answer.text)
    assert page.open == []
    assert page.headings[0] == page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    assert page.styled == []  # the policy admits neither style attributes nor inline handlers
    assert "" not in page.links


def test_no_link_is_dead(client: FlaskClient) -> None:
    links = set(_Sound(client.get("/findings?severity=inconsistency", headers=BROWSER).text).links)
    links |= set(_Sound(client.get("/coverage", headers=BROWSER).text).links)
    for link in sorted(link.partition("#")[0] for link in links if link.startswith("/")):
        assert client.get(link, headers=BROWSER).status_code == 200, link


def test_the_data_are_what_the_command_prints(client: FlaskClient, service: Service) -> None:
    told = client.get("/api/findings").json["findings"]
    found = [*check_relations(service.store), *check_progress(service.store)]
    key = lambda f: (f["kind"], f["relation"], f["computation"], tuple(f["operands"]))  # noqa: E731
    assert sorted(map(key, told)) == sorted(key(f.to_json()) for f in found)
    order = [(False, None, True).index(f["holds"]) for f in told]
    assert order == sorted(order)
    assert {"relation", "kind", "holds", "severity", "computation", "operands", "message"} <= set(told[0])


def test_the_summary_counts_every_finding_once(client: FlaskClient) -> None:
    told = client.get("/api/findings").json["findings"]
    page = client.get("/findings?lang=en", headers=BROWSER).text
    tally = page[page.index('class="inline tally"') : page.index('class="filters"')]
    assert sum(map(int, re.findall(r"<b>(\d+)</b>", tally))) == len(told)


def test_what_fails_comes_first(client: FlaskClient) -> None:
    page = client.get("/findings?lang=zh", headers=BROWSER).text
    failing = [f for f in client.get("/api/findings").json["findings"] if f["holds"] is False]
    assert failing
    assert [page.index(f["label"]["zh"].replace("'", "&#39;")) for f in failing] == sorted(
        page.index(f["label"]["zh"].replace("'", "&#39;")) for f in failing
    )
    sections = [page.index(f'id="{name}"') for name in ("failing", "pace", "attention", "undecided", "holding")]
    assert sections == sorted(sections)
    # what agrees is there but folded
    assert "<details" in page[sections[-1] :]
    assert '<details class="look" open' not in page[sections[-1] :]


def test_the_filter_needs_no_script(client: FlaskClient) -> None:
    page = client.get("/findings?kind=sum&severity=ok&lang=en", headers=BROWSER).text
    told = [f for f in client.get("/api/findings").json["findings"] if (f["kind"], f["severity"]) == ("sum", "ok")]
    assert page.count('<details class="held">') == len(told) > 0
    assert 'id="pace"' not in page
    assert '<option value="sum" selected>' in page
    # what isn't a kind is no filter
    assert 'id="pace"' in client.get("/findings?kind=nonsense&severity=%3Cb%3E", headers=BROWSER).text


def test_a_failing_relation_is_told_with_its_operands(hill: FlaskClient) -> None:
    page = hill.get("/findings?lang=en", headers=BROWSER).text
    card = page[page.index('<article class="card finding finding-inconsistency">') :].partition("</article>")[0]
    assert "East and west lakes" in card
    assert "1 + 2 = 3" in card
    for name, path in [("East lakes", "lake-a"), ("West lakes", "lake-b"), ("All &lt;b&gt;lakes", "lake-sum")]:
        assert re.search(rf'href="/doc/hill-2024/{path}"[^>]*>.*?{name}', card), name
    assert '<a href="/doc/hill-2024/evidence/5-7" lang="zh-CN">“12”</a>' in card
    assert '<span class="muted" lang="zh-CN">二(一)</span>' in card
    assert "The lakes lie in two parts." in card
    assert '<span class="mark" aria-hidden="true">✕</span>inconsistency' in card


def test_computed_and_reported_state_stand_side_by_side(hill: FlaskClient) -> None:
    page = hill.get("/findings?lang=en", headers=BROWSER).text
    assert "finding-tension" in page
    (row,) = re.findall(r'<tr class="differs">.*?</tr>', page, re.DOTALL)
    assert row.index("state-behind") < row.index("state-on-track")
    # 2 of 10 km, 730 of 1461 days
    assert "50% of the time is over, 20% of the way covered" in row
    assert 'width="32.0" height="9" class="bar-done"' in row
    assert 'width="80.0" height="9" class="bar-clock"' in row
    attention = page[page.index('id="attention"') :]
    assert re.search(r"Computed and reported state differ <b>1</b>", attention)
    indicator = hill.get("/doc/hill-2024/roads?lang=en", headers=BROWSER).text
    computed = indicator[indicator.index("Computed from the figures") :]
    assert "state-behind" in computed
    assert 'href="/findings">differs from the report' in computed


def test_coverage_shows_what_a_query_would_count(client: FlaskClient) -> None:
    told = client.get("/api/coverage").json
    (source,) = told["sources"]
    page = client.get("/coverage?lang=en", headers=BROWSER).text
    tasks = next(row for row in source["classes"] if row["class"].endswith("#Task"))
    (row,) = re.findall(r"<tr><th scope=\"row\">(?:(?!</tr>).)*?</svg>task</th>.*?</tr>", page, re.DOTALL)
    assert '<a href="/tasks">30</a>' in row
    assert [int(n) for n in re.findall(r'<td class="num fill-\d">(\d+)</td>', row)] == list(tasks["byPart"].values())
    assert sum(tasks["byPart"].values()) >= tasks["total"] == 30


def test_a_graph_without_relations_has_the_pages_too(tmp_path: Path) -> None:
    with qingxi_site(tmp_path) as app:
        client = app.test_client()
        assert client.get("/findings", headers=BROWSER).status_code == 200
        assert client.get("/coverage", headers=BROWSER).status_code == 200
        assert client.get("/api/findings").json == {"findings": []}


def test_an_unchanged_page_isn_t_sent_again(client: FlaskClient) -> None:
    for path in ("/findings", "/coverage", "/api/findings", "/api/coverage"):
        tag = client.get(path, headers=BROWSER).headers["ETag"]
        assert client.get(path, headers={**BROWSER, "If-None-Match": tag}).status_code == 304
