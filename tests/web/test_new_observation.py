"""The form for new observations: made from the shapes, checked field by field, committed."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from qingxi_site import THING
from written_site import send_form

from plangraph.observing import PRINTED
from plangraph.shipped import shipped
from site_to_write import FORM, Answer, Site

INDICATOR = THING + "indicator/water-quality"
CODE = "https://w3id.org/plangraph/code/"
PATH = "/contribute/observation?indicator=" + quote(INDICATOR, safe="")
HTML = "text/html,application/xhtml+xml"
RIGHT = {
    "indicator": INDICATOR, PRINTED: "96.5%", "plangraph:period": "2030年",
    "pg:valueType": CODE + "value-type-actual", "pg:statistic": CODE + "statistic-rate", "how": "inferred",
    "pg:rationale@zh": "据县水务局年报。", "pg:rationale@en": "From the county's annual report.",
    "prov:wasAttributedTo": "https://w3id.org/plangraph/id/org/qingxi-water-office",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def office(written: Site) -> None:
    """An organisation that figures come from."""
    turtle = (
        "<https://w3id.org/plangraph/id/org/qingxi-water-office> a <http://www.w3.org/ns/org#Organization> ; "
        '<http://www.w3.org/2004/02/skos/core#prefLabel> "青溪县水务局"@zh, "Qingxi Water Office"@en .'
    )
    assert written("POST", "/api/commit", turtle, "text/turtle").status in (200, 201)


def check(site: Site, **changes: str) -> Answer:
    values = {**RIGHT, **changes}
    return site("POST", "/api/observation", urlencode(values), FORM)


def faults(answer: Answer) -> set[tuple[str, str]]:
    return {(fault["field"], fault["severity"]) for fault in answer.json["faults"]}


def test_the_form_is_made_from_the_shapes(written: Site) -> None:
    answer = written("GET", PATH, Accept=HTML)
    assert answer.status == 200
    for key in (PRINTED, "pg:unit", "pg:valueType", "pg:statistic", "plangraph:period", "pg:rationale@zh"):
        assert f'name="{key}"' in answer.text
    assert "93.5" in answer.text  # what was observed before
    assert "Qingxi Water Office" in answer.text
    assert "forecast" in answer.text  # the code list


def test_without_an_indicator_one_is_chosen(written: Site) -> None:
    found = written("GET", "/contribute/observation?q=" + quote("水质"), Accept=HTML)
    assert PATH.replace("&", "&amp;") in found.text
    assert written("GET", "/contribute/observation?indicator=urn%3Anone").status == 404


def test_what_follows_from_the_figure_is_filled_in(written: Site) -> None:
    told = check(written, **{PRINTED: "约344.2万人"}).json
    assert told["derived"]["pg:value^^xsd:decimal"] == "3442000"
    assert told["shown"]["pg:comparator"]["zh"] == "约"
    assert told["derived"]["pg:periodStart^^xsd:date"] == "2030-01-01"
    assert "pg:Observation" in told["turtle"]


def test_a_right_entry_conforms(written: Site) -> None:
    told = check(written).json
    assert told["conforms"] is True, told["faults"]
    assert told["iri"].startswith(THING + "observation/water-quality-2030")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({PRINTED: ""}, PRINTED),
        ({PRINTED: "很多"}, PRINTED),
        ({"plangraph:period": "大概去年"}, "plangraph:period"),
        ({"pg:valueType": ""}, "pg:valueType"),
        ({"pg:statistic": "urn:nonsense"}, "pg:statistic"),
        ({"pg:rationale@zh": "", "pg:rationale@en": ""}, "pg:rationale@zh"),
        ({"prov:wasAttributedTo": ""}, "prov:wasAttributedTo"),
        ({"pg:periodStart^^xsd:date": "2031-01-01", "pg:periodEnd^^xsd:date": "2030-01-01", "plangraph:period": ""},
         "pg:periodStart^^xsd:date"),
        ({"how": "stated"}, "plangraph:evidence-quote"),
        ({"how": "stated", "plangraph:evidence-source": THING + "document/report"}, "plangraph:evidence-start"),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_field(written: Site, changes: dict[str, str], field: str) -> None:
    answer = check(written, **changes)
    assert answer.json["conforms"] is False
    wrong = {key for key, severity in faults(answer) if severity == "violation"}
    assert field in wrong


def test_without_scripts_faults_stand_beside_the_fields(written: Site) -> None:
    fields = [(key, value) for key, value in {**RIGHT, PRINTED: "很多", "action": "commit"}.items()]
    answer = send_form(written, "/contribute/observation", fields, Accept=HTML)
    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'value="很多"' in answer.text
    assert "据县水务局年报。" in answer.text


def test_an_entry_is_committed_and_seen(written: Site) -> None:
    values = {**RIGHT, "plangraph:period": "2031年", PRINTED: "97.25%", "action": "commit", "author": "Li"}
    answer = send_form(written, "/contribute/observation", list(values.items()), Accept=HTML)
    assert answer.status == 303, answer.text
    record = written("GET", answer.headers["Location"].partition("?")[0] + ".json").json
    assert record["author"] == "Li"
    assert "Water Quality" in record["message"]
    assert "97.25" in written("GET", "/doc/qingxi-2030/indicator/water-quality", Accept=HTML).text
    again = send_form(written, "/contribute/observation", list(values.items()), Accept=HTML)
    assert again.status == 200
    assert "nothing was changed" in again.text


def test_a_wrong_token_loses_nothing_that_was_typed(guarded: Site) -> None:
    district = shipped("ontology", "examples", "valid/district.ttl").read_text(encoding="utf-8")
    assert guarded("POST", "/api/commit", district, "text/turtle").status in (200, 201)
    anyone = Site(guarded.address, {"Accept-Language": "en", "Accept": HTML})
    indicator = "https://w3id.org/plangraph/id/xinghe-2021/indicator/forest-cover-rate"
    values = {**RIGHT, "indicator": indicator, "action": "commit", "token": "not-the-token"}
    answer = send_form(anyone, "/contribute/observation", list(values.items()))
    assert answer.status == 401
    assert "WWW-Authenticate" in answer.headers
    assert 'value="96.5%"' in answer.text
    assert "not-the-token" not in answer.text


def test_what_is_typed_stays_text(written: Site) -> None:
    hostile = '"><script>alert(1)</script>'
    values = {**RIGHT, PRINTED: hostile, "pg:rationale@zh": hostile, "author": hostile, "pg:unit": hostile}
    answer = send_form(written, "/contribute/observation", list(values.items()), Accept=HTML)
    assert answer.status == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "unit"),
    [
        ("344.2万人", "3442000", "3441500", "3442500", "人"),
        ("超过64万人", "640000", "640000", None, "人"),
        ("98.6%", "98.6", "98.55", "98.65", "%"),
        ("74家", "74", "74", "74", "家"),
        ("很多", None, None, None, None),
        ("", None, None, None, None),
        ("9" * 200, None, None, None, None),
    ],
)
def test_a_printed_figure_is_read(
    written: Site, text: str, value: str | None, low: str | None, high: str | None, unit: str | None
) -> None:
    told = written("GET", "/api/quantity?text=" + quote(text)).json
    assert told["value"] == value
    if value is not None:
        assert (told["low"], told["high"], told["unit"]) == (low, high, unit)
    else:
        assert told["messages"].keys() == {"zh", "en"}
