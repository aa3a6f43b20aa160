"""Errors keep their two languages and their place on the way between processes."""

from __future__ import annotations

import inspect
import pickle

import pytest

from plangraph import errors
from plangraph.errors import DoesNotConform, PlangraphError, SyntaxFault

CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, PlangraphError) and cls not in (SyntaxFault, DoesNotConform)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_a_pickled_error_keeps_its_class_and_both_languages(cls: type[PlangraphError]) -> None:
    error = pickle.loads(pickle.dumps(cls("没有", "none")))
    assert type(error) is cls
    assert (error.zh, error.en, str(error)) == ("没有", "none", "none")


def test_a_pickled_syntax_fault_keeps_its_place_and_says_it_once() -> None:
    fault = pickle.loads(pickle.dumps(SyntaxFault("坏了", "broken", source="a.ttl", line=3, column=7)))
    assert (fault.source, fault.line, fault.column) == ("a.ttl", 3, 7)
    assert fault.text("zh") == "a.ttl，第 3 行第 7 列：坏了"
    assert fault.text("en") == "a.ttl, line 3, column 7: broken"


def test_a_pickled_refusal_keeps_its_report() -> None:
    assert pickle.loads(pickle.dumps(DoesNotConform("不", "no", ("a", 1)))).report == ("a", 1)


@pytest.mark.parametrize(
    ("place", "en", "zh"),
    [
        ({}, "broken", "坏了"),
        ({"line": 2}, "line 2: broken", "第 2 行：坏了"),
        ({"source": "x"}, "x: broken", "x：坏了"),
        ({"column": 4}, "broken", "坏了"),
    ],
)
def test_a_fault_names_what_is_known_of_its_place(place: dict[str, object], en: str, zh: str) -> None:
    fault = SyntaxFault("坏了", "broken", **place)  # type: ignore[arg-type]
    assert (fault.en, fault.zh) == (en, zh)


def test_a_language_that_there_is_not_gives_english() -> None:
    assert PlangraphError("是", "yes").text("fr") == "yes"
