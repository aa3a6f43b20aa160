"""Every number and switch that a user may want to change, in one table.

The fields of ``Settings`` are that table: name, default, help in both languages; the environment variable follows from
the name. The command line, the README's table and the tests read the same rows.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from plangraph.errors import BadInput


def _row(default: Any, zh: str, en: str, *, least: int | None = None, secret: bool = False) -> Any:
    return field(default=default, metadata={"zh": zh, "en": en, "least": least, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What the program runs with. Made by ``load_settings``."""

    store: str = _row(
        str(user_data_path("plangraph", appauthor=False) / "store"),
        "存储所在文件夹，或正在运行的服务的地址（http://…）",
        "folder of the store, or the address of a running server (http://…)",
    )
    host: str = _row("127.0.0.1", "监听地址", "address to listen on")
    port: int = _row(5000, "监听端口", "port to listen on", least=0)
    workers: int = _row(1, "应答网页请求的进程数", "processes that answer web requests", least=1)
    threads: int = _row(32, "每个进程的线程数", "threads of each of them", least=1)
    readers: int = _row(2, "每个进程同时进行的长查询数", "long queries that each runs at a time", least=1)
    query_seconds: float = _row(10.0, "一次查询或校验的时限（秒）", "time limit of a query or a validation, s", least=0)
    quick_seconds: float = _row(
        0.25, "超过此时长（秒）的查询算作长查询", "a query that takes longer than this is a long one, s", least=0
    )
    query_megabytes: int = _row(
        1024, "一次查询在数据之外可用的内存（MiB）", "memory that a query may take besides the data, MiB", least=64
    )
    queued: int = _row(
        16, "在长查询之外，可同时进行或等候的查询数", "queries under way or waiting besides the long ones", least=1
    )
    wait_seconds: float = _row(
        5.0, "长查询等候名额的时限（秒）", "how long a long query waits for its place, s", least=0
    )
    change_seconds: float = _row(
        60.0, "一次写入连同校验的时限（秒）", "time limit of a change and its validation, s", least=0
    )
    query_bytes: int = _row(200_000, "查询文本的长度上限（字节）", "longest query text, bytes", least=1)
    result_bytes: int = _row(100_000_000, "查询结果的大小上限（字节）", "largest query result, bytes", least=1)
    upload_bytes: int = _row(10_000_000, "上传数据的大小上限（字节）", "largest upload, bytes", least=1)
    body_seconds: float = _row(
        20.0, "接收一个请求体的时限（秒）", "time in which a request's body has to arrive, s", least=0
    )
    memory_quads: int = _row(
        1_000_000,
        "四元组不多于此数时，查询进程把数据放在内存中",
        "up to this many quads a query process holds the data in memory",
        least=0,
    )
    page_size: int = _row(50, "页面上一个列表每页的条数", "rows of one list on a page", least=1)
    neighbourhood_limit: int = _row(60, "关系图一次展开的最多节点数", "most nodes that one expansion adds", least=1)
    services: str = _row(
        "", "查询可经 SERVICE 访问的端点，以空格分隔", "endpoints that queries may call by SERVICE, separated by spaces"
    )
    cache_bytes: int = _row(
        64_000_000, "查询结果缓存的大小上限（字节）", "memory for kept query answers, bytes", least=0
    )
    default_graph: str = _row(
        "union",
        "查询的默认图：union 为所有命名图之并集，local 为未指明图的数据所在的图",
        "default graph of queries: union of all named graphs, or local, the graph of what names none",
    )
    gate: str = _row(
        "enforce",
        "写入前的校验：enforce 不合格即拒绝，warn 只提醒，off 不校验",
        "validation before writing: enforce refuses, warn only tells, off doesn't validate",
    )
    check_megabytes: int = _row(
        4_096,
        "命令行校验可用的内存（MiB）",
        "memory that validating on the command line may take, MiB",
        least=256,
    )
    report_results: int = _row(
        1_000,
        "一份校验报告最多列出的问题数，按轻重先后；其余只计数",
        "results that a validation report lists at most, the gravest; the others are counted",
        least=1,
    )
    history_quads: int = _row(
        200_000,
        "改动的四元组不多于此数时，历史中留存补丁，可查看、撤销、回溯",
        "up to this many quads a change's patch is kept in the history, to be shown, reverted, stepped back over",
        least=0,
    )
    wrong_tokens: int = _row(10, "同一地址每分钟可用错令牌的次数", "wrong tokens a minute from one address", least=1)
    write_token: str = _row(
        "", "写入所需的令牌；不设则只读", "token that writers present; without it read-only", secret=True
    )
    store_token: str = _row("", "远程引擎的令牌（Bearer）", "token for a remote engine (Bearer)", secret=True)
    store_update: str = _row(
        "",
        "远程引擎的更新地址；不设则由查询地址推出",
        "address for updates of a remote engine; found from the one for queries if not set",
    )
    remote_seconds: float = _row(
        5.0, "每隔多久（秒）查看远程数据是否有变", "how often to look whether remote data have changed, s", least=0
    )
    remote_quads: int = _row(
        200_000, "从远程引擎读来后保留的四元组数", "quads kept of what was read from a remote engine", least=0
    )
    remote_update_bytes: int = _row(
        50_000_000, "发往远程引擎的一次改动的上限（字节）", "largest change sent to a remote engine, bytes", least=1
    )


def settings_table() -> tuple[Field[Any], ...]:
    """The rows: each with ``name``, ``default`` and in ``metadata`` the help ``zh`` and ``en``."""
    return fields(Settings)


def environment_name(name: str) -> str:
    """The environment variable of a setting: ``query_seconds`` is set by ``PLANGRAPH_QUERY_SECONDS``."""
    return "PLANGRAPH_" + name.upper()


def load_settings(
    given: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each where its value comes from: ``option``, the variable's name, or ``default``.

    ``given`` are the options of the command line, None where absent; they go before the environment.
    Raises ``BadInput`` naming the setting and the value that doesn't fit.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for row in settings_table():
        variable = environment_name(row.name)
        if given and given.get(row.name) is not None:
            values[row.name], origins[row.name] = (
                _checked(row, given[row.name], "--" + row.name.replace("_", "-")),
                "option",
            )
        elif environ.get(variable):
            values[row.name], origins[row.name] = _checked(row, environ[variable], variable), variable
        else:
            values[row.name], origins[row.name] = row.default, "default"
    if values["gate"] not in ("enforce", "warn", "off"):
        raise BadInput(
            f"gate 只能是 enforce、warn 或 off，而不是“{values['gate']}”。",
            f"gate is enforce, warn or off, not “{values['gate']}”.",
        )
    if values["default_graph"] not in ("union", "local"):
        raise BadInput(
            f"default_graph 只能是 union 或 local，而不是“{values['default_graph']}”。",
            f"default_graph is union or local, not “{values['default_graph']}”.",
        )
    if not values["write_token"].isascii():
        raise BadInput("write_token 只能用 ASCII 字符。", "write_token takes ASCII characters only.")
    return Settings(**values), origins


def _checked(row: Field[Any], value: Any, source: str) -> Any:
    kind: type[str] | type[int] | type[float] = type(row.default)  # type: ignore[assignment]
    least = row.metadata["least"]
    try:
        result = kind(value)
        if least is not None and not isinstance(result, str) and not least <= result < math.inf:
            raise ValueError
    except (ValueError, OverflowError):
        wanted_zh = "整数" if kind is int else "数"
        wanted_en = "a whole number" if kind is int else "a number"
        raise BadInput(
            f"{source} 应为不小于 {least} 的{wanted_zh}，而不是“{value}”。",
            f"{source} takes {wanted_en} of at least {least}, not “{value}”.",
        ) from None
    return result


def is_address(store: str) -> bool:
    """Whether ``store`` names a server rather than a folder."""
    return store.startswith(("http://", "https://"))


def store_folder(settings: Settings) -> Path:
    """The folder of the store on disk."""
    return Path(settings.store).expanduser()
