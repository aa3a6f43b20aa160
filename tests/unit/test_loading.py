"""Loading a folder part by part: what belongs together is one change, and loading goes on where it was stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import URIRef

from plangraph.cli import main
from plangraph.commits import LOCAL_GRAPH, Loading
from plangraph.errors import BadInput, DoesNotConform, SyntaxFault
from plangraph.history import OWN_GRAPHS, Record, changeset_of, head, head_number, log
from plangraph.loading import LoadedParts, load_in_parts
from plangraph.namespaces import GRAPHS, PG
from plangraph.recording import Note, recorded
from plangraph.store.base import Changeset
from plangraph.store.embedded import EmbeddedStore

E = "http://e.example/"
REPORT = GRAPHS["qingxi/report"]


def says(thing: str, *others: str) -> str:
    """Turtle that describes a thing and names others."""
    return "".join(f"<{E}{thing}> <{E}names> <{E}{other}> .\n" for other in (*others, "nowhere"))


def files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("__", "/")
        path = path if "." in path.name else path.with_name(path.name + ".ttl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def things(store: EmbeddedStore) -> set[str]:
    return {str(s).removeprefix(E) for s, _, _, g in store.triples() if g not in OWN_GRAPHS}


def changes(store: EmbeddedStore) -> list[set[str]]:
    """The names of the files of each change, the first change first."""
    return [{file.name for file in record.files} for record in reversed(log(store, limit=1000))]


def parts(store: EmbeddedStore, folder: Path, gate: str = "enforce", most: int = 200_000) -> LoadedParts:
    return load_in_parts(store, [folder], how=Loading(gate, "李编辑", "试载", most))


TOGETHER = [
    # what the files say, and which of them are one part
    pytest.param({"a": says("a"), "b": says("b")}, [{"a"}, {"b"}], id="strangers"),
    pytest.param({"a": says("a", "b"), "b": says("b")}, [{"a", "b"}], id="one names the other"),
    pytest.param({"a": says("a"), "b": says("b", "a")}, [{"a", "b"}], id="the second names the first"),
    pytest.param({"a": says("x"), "b": says("x", "y")}, [{"a", "b"}], id="both describe a new thing"),
    pytest.param({"a": says("a", "b"), "b": says("b", "c"), "c": says("c")}, [{"a", "b", "c"}], id="a chain"),
    pytest.param({"a": says("a", "c"), "b": says("b"), "c": says("c")}, [{"a", "c"}, {"b"}], id="not neighbours"),
    pytest.param({"a": says("a", "z"), "b": says("b", "z")}, [{"a"}, {"b"}], id="both name what nobody describes"),
    pytest.param({"a": says("a", "old"), "b": says("b", "old")}, [{"a"}, {"b"}], id="both name what is stored"),
    pytest.param({"a": says("old", "a1"), "b": says("old", "b1")}, [{"a"}, {"b"}], id="both describe what is stored"),
    pytest.param({"a": says("a", "b"), "b": says("b", "a")}, [{"a", "b"}], id="each names the other"),
]


@pytest.mark.parametrize(("texts", "expected"), TOGETHER)
def test_files_that_need_each_other_are_one_change(
    tmp_path: Path, texts: dict[str, str], expected: list[set[str]]
) -> None:
    store = EmbeddedStore()
    store.apply(Changeset(added=[(URIRef(E + "old"), URIRef(E + "p"), URIRef(E + "o"), LOCAL_GRAPH)]))
    done = parts(store, files(tmp_path, **texts))
    assert changes(store) == [{f"{name}.ttl" for name in part} for part in expected]
    assert (done.loaded, done.passed_over, done.faults) == (len(texts), 0, ())


def test_a_change_says_who_and_why_and_from_what(tmp_path: Path) -> None:
    store = EmbeddedStore()
    done = parts(store, files(tmp_path, sub__a=says("a", "b")))
    record = head(store)
    assert isinstance(record, Record)
    assert (record.kind, record.author, record.message) == ("load", "李编辑", "试载")
    assert [file.name for file in record.files] == ["sub/a.ttl"]
    assert done.added == {LOCAL_GRAPH: 2}
    assert len(changeset_of(store, record).added) == 2


BROKEN = f"<{E}b> <{E}p> ."
WRONG = f"<{E}b> a <{PG.Task}> ."


@pytest.mark.parametrize(
    ("gate", "bad", "kind"),
    [
        ("enforce", BROKEN, SyntaxFault),
        ("enforce", WRONG, DoesNotConform),
        ("warn", BROKEN, SyntaxFault),
        ("off", BROKEN, SyntaxFault),
        ("off", "\ufffe\udcff", None),
    ],
)
def test_a_bad_file_is_told_and_the_rest_is_loaded(tmp_path: Path, gate: str, bad: str, kind: type | None) -> None:
    store = EmbeddedStore()
    files(tmp_path, a=says("a"), c=says("c"))
    (tmp_path / "b.ttl").write_bytes(bad.encode("utf-8", "surrogatepass"))
    done = parts(store, tmp_path, gate)
    assert things(store) == {"a", "c"}
    assert [fault.name for fault in done.faults] == ["b.ttl"]
    assert isinstance(done.faults[0].error, kind or BadInput)
    assert done.loaded == 2


def test_of_a_part_the_files_at_fault_are_left_out(tmp_path: Path) -> None:
    store = EmbeddedStore()
    done = parts(store, files(tmp_path, a=says("a", "b"), b=WRONG, c=says("c", "a")))
    assert things(store) == {"a", "c"}
    assert changes(store) == [{"a.ttl", "c.ttl"}]
    (fault,) = done.faults
    assert fault.name == "b.ttl"
    assert "such as at http://e.example/b" in fault.error.en
    assert "处不符合约束" in fault.error.zh


def test_what_is_loaded_is_passed_over(tmp_path: Path) -> None:
    store = EmbeddedStore()
    files(tmp_path, a=says("a"), b=BROKEN)
    parts(store, tmp_path)
    files(tmp_path, b=says("b"), c=says("c"))
    done = parts(store, tmp_path)
    assert (done.loaded, done.passed_over, done.faults) == (2, 1, ())
    assert parts(store, tmp_path).passed_over == 3
    files(tmp_path, a=says("a", "more"))
    done = parts(store, tmp_path)
    assert (done.loaded, done.passed_over, done.added) == (1, 2, {LOCAL_GRAPH: 1})


def test_what_was_reverted_or_goes_elsewhere_is_loaded_again(tmp_path: Path) -> None:
    store = EmbeddedStore()
    files(tmp_path, a=says("a"))
    parts(store, tmp_path)
    record = head(store)
    assert record is not None
    undone = Changeset(removed=changeset_of(store, record).added)
    store.apply(recorded(store, undone, Note(kind="revert", reverts=record.iri)))
    assert things(store) == set()
    assert parts(store, tmp_path).loaded == 1
    assert load_in_parts(store, [tmp_path], graph=REPORT).added == {REPORT: 1}
    assert load_in_parts(store, [tmp_path], graph=REPORT).passed_over == 1


def test_a_stop_leaves_whole_parts_and_the_next_call_goes_on(tmp_path: Path) -> None:
    store = EmbeddedStore()
    files(tmp_path, **{f"f{n:02}": says(f"t{n}", f"t{n ^ 1}") for n in range(20)})

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "load" and done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_in_parts(store, [tmp_path], tell=stop)
    assert things(store) == {f"t{n}" for n in range(10)}
    done = load_in_parts(store, [tmp_path])
    assert (done.loaded, done.passed_over) == (10, 10)
    assert things(store) == {f"t{n}" for n in range(20)}


@pytest.mark.parametrize(("most", "kept"), [(1000, True), (10, False)])
def test_without_a_gate_a_batch_is_one_change(tmp_path: Path, most: int, kept: bool) -> None:
    store = EmbeddedStore()
    files(tmp_path, **{f"f{n:02}": says(f"t{n}", "old") for n in range(20)})
    done = parts(store, tmp_path, "off", most)
    assert head_number(store) == 1
    record = head(store)
    assert record is not None
    assert (record.added, record.kept, len(record.files)) == (40, kept, 20)
    assert done.added == {LOCAL_GRAPH: 40}
    assert parts(store, tmp_path, "off", most).passed_over == 20


def test_numbers_are_counted_as_the_store_keeps_them(tmp_path: Path) -> None:
    """1.50 and 1.5 are one number; a bulk load tells of one new statement."""
    store = EmbeddedStore()
    files(tmp_path, a=f"<{E}a> <{E}p> 1.50, 1.5, 007, 7 .", b=f'<{E}a> <{E}p> 1.500, "1.50" .')
    assert parts(store, tmp_path, "off", 1).added == {LOCAL_GRAPH: 3}
    assert parts(store, files(tmp_path, b=f"<{E}a> <{E}p> 1.50, 8 ."), "off", 1).added == {LOCAL_GRAPH: 1}
    assert len([quad for quad in store.triples() if quad[3] == LOCAL_GRAPH]) == 4


# --- The command ------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["--lang", "en", "load", *arguments, "--empty"])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_tells_what_it_did(tmp_path: Path) -> None:
    folder = files(tmp_path / "files", a=says("a"), b=BROKEN, c=WRONG)
    store = str(tmp_path / "store")
    code, out, told = run(str(folder), "--store", store, "--in-parts", "-m", "试载")
    assert code == 1
    assert out == f"1\t{LOCAL_GRAPH}\n"
    assert "b.ttl, line 1" in told
    assert "c.ttl: " in told
    assert "1 files loaded, 1 new statements; 0 loaded before and passed over; 2 with faults" in told
    files(folder, b=says("b"), c=says("c"))
    code, out, told = run(str(folder), "--store", store, "--in-parts")
    assert (code, out) == (0, f"2\t{LOCAL_GRAPH}\n")
    assert "1 loaded before and passed over" in told


@pytest.mark.parametrize(("count", "options", "code"), [(100, (), 2), (101, (), 1), (101, ("--whole",), 2)])
def test_many_files_are_loaded_in_parts(tmp_path: Path, count: int, options: tuple[str, ...], code: int) -> None:
    folder = files(tmp_path / "files", **{f"f{n:03}": says(f"t{n}") for n in range(count - 1)}, zz=BROKEN)
    assert run(str(folder), "--store", str(tmp_path / "store"), "--gate", "off", *options)[0] == code
    store = EmbeddedStore.open(tmp_path / "store" / "oxigraph")
    assert len(things(store)) == (count - 1 if code == 1 else 0)
    store.close()
