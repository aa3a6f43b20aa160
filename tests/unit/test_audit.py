"""A text held against the graph: what is accounted for and how, and what must come out as missing."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from linhe import SOURCE, TEXT, linhe_store
from plangraph.audit import Audit, audit
from plangraph.cli import main
from plangraph.commits import fill
from plangraph.errors import NotFound
from plangraph.namespaces import expand
from plangraph.ontology import vocabulary
from plangraph.quantities import read_quantity, scan
from plangraph.quotations import Lexicon, quotations, reanchor
from plangraph.recorded import Recorded, agrees, read_scales
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

REPORT = Path(__file__).parents[2].parent / "shared" / "source" / "chaoyang-midterm-2023.txt"


@pytest.fixture(scope="module")
def linhe() -> EmbeddedStore:
    return linhe_store().in_memory()


def held(store: EmbeddedStore, text: str, **more: str) -> Audit:
    return audit(store, text, scan(text), **more)


def ways(found: Audit) -> dict[str, str]:
    return {account.mention.text: account.way for account in found.accounts}


def bad(found: Audit) -> list[str]:
    return [account.mention.text for account in found.of_way("missing", "differing")]


def test_each_way_of_accounting(linhe: EmbeddedStore) -> None:
    found = held(linhe, TEXT)
    assert found.same
    assert found.source is not None
    assert found.source.iri == SOURCE
    assert ways(found) == {
        "一、": "numbering",
        "2022年底": "evidence",
        "12.5万人": "evidence",
        "1.2%": "evidence",
        "三河工程": "evidence",
        "2座": "evidence",
        "3000个": "evidence",
        "5": "evidence",
        "4个": "evidence",
        "二、": "numbering",
        "(一)": "numbering",
        "十四五": "name",
        "18号公路": "evidence",
        "7所": "evidence",
        "第一": "name",
        "两年": "evidence",
        "6.4亿元": "evidence",
        "1例": "omission",
    }
    assert found.accounted == len(found.accounts)
    omitted = found.of_way("omission")[0]
    assert omitted.reason == {"zh": "尚未核实", "en": "Not verified yet"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("population", "1250000", "12.5万人"),  # ten times too much
        ("population", "12.5", "12.5万人"),  # not multiplied out
        ("growth", "0.12", "1.2%"),
        ("growth", "120", "1.2%"),
        ("jobs", "300", "3000个"),
        ("schools", "8", "7所"),
        ("investment", "64000000", "6.4亿元"),
    ],
)
def test_a_value_that_was_tampered_with_differs(name: str, value: str, text: str) -> None:
    found = held(linhe_store(**{name: value}), TEXT)
    assert [a.mention.text for a in found.of_way("differing")] == [text]
    assert found.of_way("differing")[0].recorded == (value,)
    assert text not in {a.mention.text for a in found.accounts if a.accounted}


def test_a_decrease_is_printed_without_its_sign() -> None:
    assert bad(held(linhe_store(growth="-1.2"), TEXT)) == []


def test_a_figure_that_nothing_rests_on_is_missing(linhe: EmbeddedStore) -> None:
    bare = EmbeddedStore()
    gone = "observation/jobs"
    bare.apply(Changeset(added=[q for q in linhe.triples() if gone not in str(q[0])]))
    missing = held(bare, TEXT).of_way("missing")
    assert [(a.mention.text, a.near) for a in missing] == [("3000个", "一")]


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("12.5万人", "12.6万人", ["12.6万人"]),
        ("12.5万人", "112.5万人", ["112.5万人"]),
        ("12.5万人", "12.5亿人", ["12.5亿人"]),
        ("7所", "17所", ["17所"]),
        ("18号公路", "28号公路", ["28号公路"]),
        # The words of a figure that was altered stand elsewhere too: that place doesn't stand in for it.
        ("5</b>个市场，其中4个", "6</b>个市场，其中4个", ["6"]),
        ("\n二、", "\n另有9个项目开工，投资3000万元。\n二、", ["9个", "3000万元"]),
        ("用水达标率居全省第一", "用水达标率居全省第二", ["第二"]),
        ("，较上年", "，约合4万户，较上年", ["4万户"]),
    ],
)
def test_another_version_shows_what_was_altered(linhe: EmbeddedStore, old: str, new: str, missing: list[str]) -> None:
    found = held(linhe, TEXT.replace(old, new, 1))
    assert not found.same
    assert found.known
    assert bad(found) == missing


def test_a_repeated_figure_counts_once(linhe: EmbeddedStore) -> None:
    inserted = TEXT.replace("二、主要", "上半年新增就业岗位3000个。\n二、主要", 1)
    missing = held(linhe, inserted).of_way("missing")
    assert [a.mention.text for a in missing] == ["3000个"]
    assert missing[0].mention.start == inserted.rindex("3000个")


def test_a_deleted_paragraph_makes_nothing_else_missing(linhe: EmbeddedStore) -> None:
    lines = TEXT.splitlines(keepends=True)
    found = held(linhe, "".join(lines[:3] + lines[4:]))
    assert bad(found) == []
    assert found.expected - len(found.quotations) == 2


def test_line_ends_and_a_mark_at_the_beginning_change_nothing(linhe: EmbeddedStore) -> None:
    assert bad(held(linhe, "\ufeff" + TEXT.replace("\n", "\r\n"))) == []


def test_an_unknown_text_has_only_names_and_numbering(linhe: EmbeddedStore) -> None:
    found = held(linhe, "一、概况\n该县落实“十四五”规划，人口30万人，建成2座水厂。\n")
    assert not found.known
    assert ways(found) == {"一、": "numbering", "十四五": "name", "30万人": "missing", "2座": "missing"}


def test_a_name_that_only_ends_alike_is_none(linhe: EmbeddedStore) -> None:
    found = held(linhe, TEXT.replace("新建18号公路", "新建218号公路"))
    assert bad(found) == ["218号公路"]


def test_quotes_keep_their_order(linhe: EmbeddedStore) -> None:
    lexicon = Lexicon(linhe)
    quoted = quotations(linhe, SOURCE, lexicon)
    moved = reanchor(quoted, "序\n" + TEXT)
    assert [q.start for q in moved] == [q.start + 2 for q in quoted]
    assert reanchor(quoted, "") == ()
    assert reanchor((), TEXT) == ()


def test_no_source_and_a_wrong_one_say_what_to_do(linhe: EmbeddedStore) -> None:
    with pytest.raises(NotFound, match="Load data"):
        held(EmbeddedStore(), TEXT)
    with pytest.raises(NotFound, match="source list"):
        held(linhe, TEXT, source="https://example.org/none")


def test_the_json_says_where_and_keeps_count(linhe: EmbeddedStore) -> None:
    text = TEXT.replace("7所", "9所")
    found = held(linhe, text).to_json(all_mentions=True)
    at = text.index("9所")
    assert found["missing"] == [
        {
            "start": at,
            "end": at + 2,
            "text": "9所",
            "context": "”规划 新建18号公路和9所学校，用水达标率居全省第",
            "near": "二(一)",
        }
    ]
    assert found["figures"] == len(found["mentions"]) == found["accounted"] + 1
    assert sum(found["byWay"].values()) == found["accounted"]
    assert sum(kind["figures"] for kind in found["byKind"].values()) == found["figures"]
    assert found["sameText"] is False


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linhe: EmbeddedStore):
    store = EmbeddedStore.open(tmp_path / "store" / "oxigraph")
    store.apply(Changeset(added=list(linhe.triples())))
    store.close()
    monkeypatch.setenv("PLANGRAPH_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def invoke(data: bytes, *args: str) -> Result:
        path = tmp_path / "text.txt"
        path.write_bytes(data)
        result = CliRunner().invoke(main, ["audit", str(path), "--source", SOURCE, *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_the_command_says_yes_and_no(run) -> None:
    fine = run(TEXT.encode())
    assert (fine.exit_code, fine.stderr) == (0, "")
    assert "18 of 18" in fine.stdout
    plain = run(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert plain.exit_code == 0
    assert "byte order mark" in plain.stderr
    wrong = run(TEXT.replace("7所", "9所").encode(), "--format", "json")
    assert wrong.exit_code == 1
    assert [m["text"] for m in json.loads(wrong.stdout)["missing"]] == ["9所"]
    assert "SHA-256 of no source" in wrong.stderr
    said = run(TEXT.replace("7所", "9所").encode(), "--lang", "zh").stdout
    assert "9所  缺口（二(一) 附近）" in said
    assert "已说明 17 处" in said
    assert "三河工程" in run(TEXT.encode(), "--all").stdout


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (TEXT.encode("gb18030"), "iconv -f GB18030"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7\x00\xff\xfe\x80" + bytes(range(256)), "isn't a text"),
        ("字\0字".encode(), "isn't a text"),
    ],
    ids=["empty", "blank", "gb18030", "utf-16", "binary", "nul"],
)
def test_what_is_no_text_in_utf_8_is_refused(run, data: bytes, says: str) -> None:
    result = run(data)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


def test_a_huge_file_is_refused(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANGRAPH_UPLOAD_BYTES", "100")
    result = run(TEXT.encode())
    assert result.exit_code == 2
    assert "PLANGRAPH_UPLOAD_BYTES" in result.stderr


def test_the_shipped_graph_accounts_for_the_report() -> None:
    report = Path(os.environ.get("PLANGRAPH_TEST_REPORT", REPORT))
    if not report.is_file():
        pytest.skip(f"the report's text isn't at hand: {report}")
    store = EmbeddedStore()
    fill(store)
    found = held(store.in_memory(), report.read_text(encoding="utf-8"))
    assert found.same
    assert [found.context(a) for a in found.of_way("missing", "differing")] == []
    assert len(found.accounts) > 400


@pytest.fixture(scope="module")
def scales() -> dict[str, tuple[str, Decimal]]:
    store = EmbeddedStore()
    fill(store)
    return read_scales(store)


@pytest.mark.parametrize(
    ("printed", "value", "unit", "same"),
    [
        ("1/4", "25", "unit:PERCENT", True),
        ("1/4", "0.25", "unit:UNITLESS", True),
        ("1/4", "250", "unit:PERCENT", False),
        ("1/4", "26", "unit:PERCENT", False),
        ("1/3", "33.3", "unit:PERCENT", True),
        ("1/3", "0.33", "unit:UNITLESS", True),
        ("1/3", "0.34", "unit:UNITLESS", False),
        ("五成", "50", "unit:PERCENT", True),
        ("五成", "0.5", "unit:UNITLESS", True),
        ("五成", "5", "unit:PERCENT", False),
        ("3公里", "3000", "unit:M", True),
        ("3公里", "300", "unit:M", False),
        ("2公顷", "20000", "unit:M2", True),
        ("1.87千米/平方千米", "1.87", "pgc:unit-km-per-km2", True),
        ("1.87千米/平方千米", "18.7", "pgc:unit-km-per-km2", False),
        ("31微克/立方米", "310", "", False),
        ("3至5个", "5", "unit:NUM", True),
        ("3至5个", "4", "unit:NUM", False),
        ("-1.2%", "1.2", "unit:PERCENT", True),
    ],
)
def test_units_may_differ_and_numbers_may_not(
    scales: dict[str, tuple[str, Decimal]], printed: str, value: str, unit: str, same: bool
) -> None:
    iri = str(expand(unit)) if unit else ""
    recorded = Recorded(Decimal(value), iri, vocabulary().symbol(iri, "zh") if iri else "")
    assert agrees(read_quantity(printed), recorded, scales) is same
