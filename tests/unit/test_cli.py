"""The command line as a person uses it: what it prints, where, and its exit code."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plangraph.cli import main
from plangraph.queries import Question, questions
from plangraph.store.embedded import EmbeddedStore

SEWAGE = "https://w3id.org/plangraph/id/chaoyang-2021/indicator/sewage-treatment-rate"
COUNT = "SELECT (COUNT(*) AS ?n) { ?i a pg:MainIndicator }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "store"


@pytest.fixture
def run(store: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLANGRAPH_STORE", str(store))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def invoke(*args: str) -> Result:
        result = CliRunner().invoke(main, [str(arg) for arg in args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_the_24_main_indicators(run) -> None:
    result = run("query", "-e", COUNT)
    assert result.exit_code == 0
    assert result.stdout.split() == ["n", "24"]


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("json", lambda text: json.loads(text)["results"]["bindings"][0]["n"]["value"] == "24"),
        ("csv", lambda text: list(csv.reader(io.StringIO(text))) == [["n"], ["24"]]),
        ("tsv", lambda text: text.split() == ["?n", "24"]),
        ("xml", lambda text: '<binding name="n">' in text and ">24<" in text),
    ],
)
def test_query_formats(run, name: str, check) -> None:
    result = run("query", "-e", COUNT, "--format", name)
    assert result.exit_code == 0
    assert check(result.stdout)


def test_query_ask_and_construct(run) -> None:
    assert run("query", "-e", f"ASK {{ <{SEWAGE}> a pg:MainIndicator }}").stdout.strip() == "yes"
    assert run("--lang", "zh", "query", "-e", "ASK { <urn:none> a pg:Plan }").stdout.strip() == "否"
    turtle = run("query", "-e", f"CONSTRUCT {{ <{SEWAGE}> a ?c }} {{ <{SEWAGE}> a ?c }}", "--format", "turtle").stdout
    assert "pg:MainIndicator" in turtle


WRONG = [
    (["query", "-e", "SELECT {"], 2, "line 1, column 9"),
    (["query", "-e", "SELECT * {\n  ?s ?p }"], 2, "line 2, column"),
    (["query", "-e", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], 2, "SERVICE"),
    (["query", "-e", "INSERT DATA { <urn:a> <urn:b> <urn:c> }"], 2, "syntax error"),
    (["query", "no-such-question"], 1, "no-such-question"),
    (["query"], 2, "-e TEXT"),
    (["query", "-e", "ASK {}", "-p", "a=b"], 2, "-p"),
    (["query", "-e", "ASK {}", "--format", "docx"], 2, "docx"),
    (["query", "-e", "ASK {}", "--format", "turtle"], 2, "format"),
    (["describe", "没有这样的事物"], 1, "没有这样的事物"),
    (["describe", "污水处理"], 1, "污水处理率"),
    (["path", "污水处理率", "不存在的东西"], 1, "不存在的东西"),
    (["load", "nowhere.ttl"], 2, "nowhere.ttl"),
    (["load", str(Path(__file__))], 2, "test_cli.py"),
    (["validate", "nowhere.ttl"], 2, "nowhere.ttl"),
    (["export", "--format", "docx"], 2, "docx"),
    (["export", "--format", "trig", "--graph", "urn:none"], 1, "urn:none"),
    (["frobnicate"], 2, "frobnicate"),
]


@pytest.mark.parametrize(("args", "code", "says"), WRONG, ids=[" ".join(row[0])[:50] for row in WRONG])
def test_wrong_use_is_one_line_and_its_exit_code(run, args: list[str], code: int, says: str) -> None:
    result = run(*args)
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ["--lang", "zh", "query", "-e", "SELECT {"],
        ["query", "--lang", "zh", "-e", "SELECT {"],
        ["query", "-e", "SELECT {", "--lang=zh"],
    ],
)
def test_messages_in_chinese(run, args: list[str]) -> None:
    result = run(*args)
    assert "语法错误" in result.stderr
    assert "第 1 行" in result.stderr


def test_describe_by_label_path_and_iri(run) -> None:
    by = [run("describe", way).stdout for way in ("污水处理率", "indicator/sewage-treatment-rate", SEWAGE)]
    assert by[0] == by[1] == by[2]
    assert SEWAGE in by[0]
    assert "99.7%" in by[0]
    assert "pg:MainIndicator" in run("describe", SEWAGE, "--format", "turtle").stdout


def test_path_says_why_each_hop_holds(run) -> None:
    result = run("path", "污水处理率", "绿色宜居标杆区", "--format", "json")
    paths = json.loads(result.stdout)
    assert paths[0]["length"] == min(path["length"] for path in paths)
    for hop in paths[0]["hops"]:
        assert hop["rationale"] or hop["evidence"]


def test_export_comes_back_without_loss(run, tmp_path: Path) -> None:
    from plangraph.mediatypes import N_QUADS, TRIG
    from plangraph.namespaces import GRAPHS
    from plangraph.store.base import Changeset
    from plangraph.store.parsing import parse_rdf

    dumps = []
    for name, fmt in (("nquads", N_QUADS), ("trig", TRIG)):
        file = tmp_path / f"all.{name}"
        assert run("export", "--format", name, "-o", file).exit_code == 0
        again = EmbeddedStore()
        again.apply(Changeset(added=parse_rdf(file.read_bytes(), fmt, default_graph=GRAPHS["none"])))
        dumps.append(sorted(again.dump("application/n-quads").splitlines()))
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) > 10_000


@pytest.mark.parametrize("name", ["turtle", "jsonld", "nt", "rdf", "graphml", "gexf", "csv"])
def test_export_formats(run, name: str, tmp_path: Path) -> None:
    file = tmp_path / "out"
    assert run("--lang", "zh", "export", "--format", name, "-o", file).exit_code == 0
    assert "污水处理率" in file.read_text(encoding="utf-8-sig")
    assert file.stat().st_size > 100_000


def test_stats_and_settings(run) -> None:
    counted = json.loads(run("stats", "--format", "json").stdout)
    assert counted["classes"]["https://w3id.org/plangraph/ontology#MainIndicator"] == 24
    assert counted["classes"]["https://w3id.org/plangraph/ontology#Task"] == 30
    rows = {row["name"]: row for row in json.loads(run("settings", "--format", "json").stdout)}
    assert rows["store"]["origin"] == "PLANGRAPH_STORE"
    assert rows["port"]["origin"] == "default"


def test_settings_hide_the_token(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANGRAPH_WRITE_TOKEN", "not-to-be-shown")
    assert "not-to-be-shown" not in run("settings").stdout


def test_bad_setting_names_the_variable(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANGRAPH_QUERY_SECONDS", "soon")
    result = run("stats")
    assert result.exit_code == 2
    assert "PLANGRAPH_QUERY_SECONDS" in result.stderr


def test_time_limit_is_exit_code_3(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANGRAPH_QUERY_SECONDS", "0.5")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    result = run("query", "-e", endless)
    assert result.exit_code == 3
    assert "time limit" in result.stderr


def test_load_through_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANGRAPH_STORE", str(tmp_path / "store"))
    invoke = CliRunner().invoke
    bad = tmp_path / "bad.ttl"
    bad.write_text("@prefix pg: <https://w3id.org/plangraph/ontology#> .\n<urn:x> a pg:Task .\n", encoding="utf-8")
    before = json.loads(invoke(main, ["stats", "--format", "json"]).stdout)["graphs"]
    refused = invoke(main, ["load", str(bad)])
    assert refused.exit_code == 1
    assert json.loads(invoke(main, ["stats", "--format", "json"]).stdout)["graphs"] == before
    assert invoke(main, ["load", str(bad), "--gate", "warn"]).exit_code == 0
    after = json.loads(invoke(main, ["stats", "--format", "json"]).stdout)["graphs"]
    assert after["https://w3id.org/plangraph/graph/local"] == 1
    again = invoke(main, ["load", str(bad), "--gate", "off"])
    assert again.exit_code == 0
    assert "0 new statements" in again.stderr


# -- the server as a process of its own ---------------------------------------------------------------------------


def start(store: Path, *, start_new_session: bool = False) -> tuple[subprocess.Popen[str], str]:
    """A server on a free port; its address, read from what it prints."""
    command = [sys.executable, "-m", "plangraph", "serve", "--store", str(store), "--port", "0"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=start_new_session
    )
    assert process.stderr
    for line in process.stderr:
        if match := re.search(r"http://\S+", line):
            return process, match[0]
    raise AssertionError("the server ended before it served")


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stderr
    process.stderr.close()


def fetch(address: str, deadline: float = 30.0) -> str:
    end = time.monotonic() + deadline
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    store = tmp_path_factory.mktemp("served") / "store"
    process, address = start(store)
    try:
        fetch(address + "/healthz")
        yield store, address
    finally:
        stop(process)
    assert not (store / "server.json").exists()
    assert not (store / "snapshots").exists()


def test_a_store_in_use_names_its_server(served: tuple[Path, str]) -> None:
    store, address = served
    result = CliRunner().invoke(main, ["stats", "--store", str(store)])
    assert result.exit_code == 3
    assert address in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_commands_work_through_the_server(served: tuple[Path, str]) -> None:
    _, address = served
    invoke = CliRunner().invoke
    assert invoke(main, ["query", "-e", COUNT, "--store", address]).stdout.split() == ["n", "24"]
    assert SEWAGE in invoke(main, ["describe", "污水处理率", "--store", address]).stdout
    assert json.loads(invoke(main, ["stats", "--store", address, "--format", "json"]).stdout)["graphs"]
    assert invoke(main, ["path", "污水处理率", "绿色宜居标杆区", "--store", address]).exit_code == 0
    broken = invoke(main, ["query", "-e", "SELECT {", "--store", address])
    assert broken.exit_code == 2
    assert "line 1" in broken.stderr


def answers(document: str) -> list[str]:
    """The solutions of a result in SPARQL's JSON, in an order of their own."""
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(document)["results"]["bindings"])


@pytest.mark.parametrize("asked", questions(), ids=lambda asked: asked.name)
def test_a_question_has_one_answer_everywhere(run, served: tuple[Path, str], asked: Question) -> None:
    """On the command line, over HTTP and on the web page; with labels, so never empty of columns."""
    _, address = served
    result = run("query", asked.name, "--format", "json")
    assert result.exit_code == 0, result.stderr
    by_command = answers(result.stdout)
    query = urllib.parse.urlencode({"query": asked.text})
    assert answers(fetch(f"{address}/sparql?{query}&format=json")) == by_command
    page = fetch(f"{address}/queries/{asked.name}")
    shown = re.search(r'<h2 id="answer">[^<]*<span class="count">(\d+)</span>', page)
    assert shown
    assert int(shown[1]) == len(by_command)


def test_a_port_in_use_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--port", str(port), "--store", str(tmp_path / "s")])
    assert result.exit_code == 3
    assert str(port) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "s").exists()


def test_no_server_there_is_exit_code_3() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = CliRunner().invoke(main, ["query", "-e", "ASK {}", "--store", f"http://127.0.0.1:{port}"])
    assert result.exit_code == 3
    assert str(port) in result.stderr


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


def test_a_server_that_was_killed_leaves_a_usable_store_and_no_process(tmp_path: Path) -> None:
    store = tmp_path / "store"
    process, address = start(store)
    fetch(address + "/healthz")
    left = children(process.pid)
    assert left
    process.kill()
    process.wait()
    assert process.stderr
    process.stderr.close()
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
    result = CliRunner().invoke(main, ["query", "-e", COUNT, "--store", str(store)])
    assert result.stdout.split() == ["n", "24"]


def test_signals_one_after_the_other_end_a_server(tmp_path: Path) -> None:
    process, address = start(tmp_path / "store")
    fetch(address + "/healthz")
    for pid in [process.pid, *children(process.pid)] * 5:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    assert process.wait(30) == 0
    assert process.stderr
    process.stderr.close()


def test_ctrl_c_in_a_terminal_ends_a_server_without_a_word(tmp_path: Path) -> None:
    """A terminal sends the signal to the whole process group at once."""
    process, address = start(tmp_path / "store", start_new_session=True)
    fetch(address + "/healthz")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    assert process.stderr
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
