"""Settings: where each value comes from, and what is said of one that doesn't fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plangraph.errors import BadInput
from plangraph.settings import (
    Settings,
    environment_name,
    is_address,
    load_settings,
    settings_table,
    store_folder,
)

ROWS = settings_table()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_setting_explains_itself_in_both_languages(row: object) -> None:
    zh, en = row.metadata["zh"], row.metadata["en"]  # type: ignore[attr-defined]
    assert re.search("[\u4e00-\u9fff]", zh)
    assert re.search("[a-z]{3}", en)
    assert not re.search("[\u4e00-\u9fff]", en)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_number_has_a_least_value_that_its_default_keeps(row: object) -> None:
    if not isinstance(row.default, str):  # type: ignore[attr-defined]
        assert row.metadata["least"] is not None  # type: ignore[attr-defined]
        assert row.default >= row.metadata["least"]  # type: ignore[attr-defined]


def test_without_anything_given_all_are_defaults() -> None:
    settings, origins = load_settings({}, {})
    assert settings == Settings()
    assert set(origins.values()) == {"default"}
    assert set(origins) == {row.name for row in ROWS}


def test_an_option_goes_before_the_environment_and_that_before_the_default() -> None:
    environ = {"PLANGRAPH_PORT": "5001", "PLANGRAPH_READERS": "3"}
    settings, origins = load_settings({"port": 5002, "readers": None}, environ)
    assert (settings.port, settings.readers, settings.workers) == (5002, 3, 1)
    assert (origins["port"], origins["readers"], origins["workers"]) == ("option", "PLANGRAPH_READERS", "default")


def test_an_option_that_is_zero_is_given() -> None:
    assert load_settings({"port": 0}, {"PLANGRAPH_PORT": "5001"})[0].port == 0


def test_an_empty_variable_is_as_if_it_were_absent() -> None:
    assert load_settings(None, {"PLANGRAPH_PORT": ""})[0].port == Settings().port


def test_numbers_are_numbers() -> None:
    settings, _ = load_settings({}, {"PLANGRAPH_QUERY_SECONDS": "2.5", "PLANGRAPH_PAGE_SIZE": " 20 "})
    assert (settings.query_seconds, settings.page_size) == (2.5, 20)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", "80.5"),
        ("port", "-1"),
        ("workers", "0"),
        ("query_seconds", "nan"),
        ("query_seconds", "inf"),
        ("query_seconds", "-0.1"),
        ("wait_seconds", "soon"),
        ("query_megabytes", "63"),
        ("upload_bytes", "10MB"),
        ("page_size", "一"),
    ],
)
def test_a_bad_value_is_named_with_its_variable_and_what_fits(name: str, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_settings({}, {environment_name(name): value})
    for message in (caught.value.zh, caught.value.en):
        assert environment_name(name) in message
        assert f"“{value}”" in message
        assert "None" not in message
    assert "不小于" in caught.value.zh


def test_a_bad_option_is_named_as_it_is_typed() -> None:
    with pytest.raises(BadInput, match="--query-seconds takes a number of at least 0"):
        load_settings({"query_seconds": -1}, {})


@pytest.mark.parametrize("value", ["on", "ENFORCE", "0"])
def test_the_gate_is_one_of_three(value: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_settings({}, {"PLANGRAPH_GATE": value})
    assert value in caught.value.zh
    assert all(word in caught.value.en for word in ("enforce", "warn", "off"))


@pytest.mark.parametrize(
    ("store", "address"),
    [("http://127.0.0.1:5000", True), ("https://x.example", True), ("/srv/store", False), ("http", False), ("", False)],
)
def test_a_store_is_a_folder_or_an_address(store: str, address: bool) -> None:
    assert is_address(store) is address


def test_the_home_folder_may_be_written_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/qingxi")
    assert store_folder(Settings(store="~/store")) == Path("/home/qingxi/store")
