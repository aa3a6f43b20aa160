"""HTTP to a remote engine: kept connections, limits of time and size, and what may be repeated.

A read is repeated on faults of the connection and where the engine or a proxy says that it is down for now. A write
goes over a connection of its own and is repeated only where that connection was never established: an engine must not
get a change twice.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from plangraph.errors import BadInput, OverLimit, PlangraphError, Refused, TooLarge, Unavailable

_CONNECT_SECONDS: Final = 5.0
_CHUNK: Final = 1 << 16
_KEPT: Final = 16
_ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = 0.1
_LATER: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
# What Virtuoso says of a failure: the SQL state, then the fault, then the whole query, which nobody needs again.
_VIRTUOSO: Final = re.compile(r"Virtuoso (\w{5}) Error (.*?)(?=\s*\n\s*\n|\Z)", re.DOTALL)
_SHOWN: Final = 500


@dataclass(frozen=True)
class Reply:
    """A whole answer with a status below 400; header names are in lower case."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]


class NotSent(Unavailable):
    """The engine couldn't be reached: it has got nothing of the request."""


class AnswerLost(Unavailable):
    """The request went out and no answer came back: the engine may have done what it asked, or may yet."""


class Wire:
    """Requests to one engine, whose address is called ``shown`` in messages. Safe to share between threads.

    ``seconds`` is how long one answer may take, ``max_bytes`` how large it may be.
    """

    def __init__(self, shown: str, headers: Mapping[str, str], *, seconds: float, max_bytes: int) -> None:
        self._shown = shown
        self._headers = dict(headers)
        self.seconds = seconds
        self._max_bytes = max_bytes
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=_KEPT)

    def read(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """The answer to a request that changes nothing.

        Raises ``Unavailable`` where the engine can't be reached or is busy, ``OverLimit`` or ``TooLarge`` past the
        limits, ``BadInput`` or ``Refused`` where it won't answer, with its own words.
        """
        end = time.monotonic() + self.seconds
        for attempt in range(1, _ATTEMPTS + 1):
            pause = _pause(attempt)
            last = attempt == _ATTEMPTS or time.monotonic() + pause >= end
            try:
                return self._exchange(self._pool, method, url, body, headers, end)
            except (NotSent, AnswerLost, _DownForNow):
                if last:
                    raise
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def write(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """The answer to a request that changes data. Raises as ``read`` does, and ``AnswerLost``."""
        end = time.monotonic() + self.seconds
        for attempt in range(1, _ATTEMPTS + 1):
            # A kept connection may have been closed at the other end: then nobody could tell what it had read.
            with urllib3.PoolManager(num_pools=1, maxsize=1) as fresh:
                try:
                    return self._exchange(fresh, "POST", url, body, headers, end)
                except NotSent:
                    if attempt == _ATTEMPTS:
                        raise
            time.sleep(_pause(attempt))
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Let go of the kept connections; another request makes new ones."""
        self._pool.clear()

    def _exchange(
        self,
        pool: urllib3.PoolManager,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        end: float,
    ) -> Reply:
        left = max(0.001, end - time.monotonic())
        with self._faults():
            answer = pool.request(
                method,
                url,
                body=body,
                headers={**self._headers, **(headers or {})},
                timeout=urllib3.Timeout(connect=min(left, _CONNECT_SECONDS), read=left),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                data = b"".join(self._pieces(answer, end))
            except BaseException:
                answer.close()
                raise
            answer.release_conn()
        if answer.status >= 300:
            raise failure(self._shown, answer.status, answer.headers.get("content-type", ""), data)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Reply(data, media_type, {name.lower(): value for name, value in answer.headers.items()})

    def _pieces(self, answer: urllib3.BaseHTTPResponse, end: float) -> Iterator[bytes]:
        size = 0
        for piece in answer.stream(_CHUNK):
            size += len(piece)
            if size > self._max_bytes:
                raise TooLarge(
                    f"{self._shown} 的结果超过 {self._max_bytes} 字节。请用 LIMIT 或更窄的条件，或调高 result_bytes。",
                    f"The answer of {self._shown} is over {self._max_bytes} bytes. Ask for less (LIMIT, narrower "
                    "patterns) or raise result_bytes.",
                )
            if time.monotonic() > end:
                raise self._too_slow()
            yield piece

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """urllib3's exceptions as ours; which of them leave open whether the request arrived matters for writes."""
        try:
            yield
        except (NewConnectionError, ConnectTimeoutError) as fault:
            reason = _reason(fault)
            raise NotSent(
                f"无法连接 {self._shown}（{reason}）。请确认服务已启动、地址无误。",
                f"{self._shown} can't be reached ({reason}). Check that the server runs and the address is right.",
            ) from None
        except ReadTimeoutError:
            raise self._too_slow() from None
        except (HTTPError, OSError) as fault:
            reason = _reason(fault)
            raise AnswerLost(
                f"与 {self._shown} 的连接中断（{reason}），未收到完整的回答。请稍后重试。",
                f"The connection to {self._shown} broke ({reason}) before the whole answer was there. "
                "Try again in a while.",
            ) from None

    def _too_slow(self) -> OverLimit:
        return OverLimit(
            f"{self._shown} 在 {self.seconds:g} 秒内没有答完。请用更窄的查询，或调高 query_seconds。",
            f"{self._shown} didn't finish its answer in {self.seconds:g} s. Narrow the query or raise query_seconds.",
        )


class _DownForNow(Unavailable):
    """502, 503, 504, or a deadlock of Virtuoso: trying again soon may succeed."""


def _pause(attempt: int) -> float:
    """Seconds to wait after a failed attempt: twice as long each time, and never all clients at one moment."""
    return float(_FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311


def _reason(fault: Exception) -> str:
    # urllib3 puts the connection object before the reason.
    text = re.sub(r"^\w+\(host=.*?\): |^<.*?>: ", "", str(fault.args[-1] if fault.args else fault))
    return re.sub(r"[\w+.-]+://\S+", "…", text)[:200]


def failure(shown: str, status: int, content_type: str, body: bytes) -> PlangraphError:
    """What an answer with an error status means, in the engine's own words."""
    text = body[:100_000].decode("utf-8", "replace")
    if (match := _VIRTUOSO.search(text)) is not None:
        return _virtuoso_failure(shown, match[1], " ".join(match[2].split())[:_SHOWN])
    detail = _detail(status, content_type, text)
    message = f"{shown} 回答 {status}：{detail}", f"{shown} answered {status}: {detail}"
    if status in _LATER:
        return _DownForNow(*message)
    if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(*message)
    return (Refused if status in (401, 403) else BadInput)(*message)


def _virtuoso_failure(shown: str, state: str, words: str) -> PlangraphError:
    """By SQL state, which Virtuoso's HTTP statuses don't tell apart: it answers 500 to mistakes in a query, too."""
    if "transitive start not given" in words:
        return BadInput(
            f"{shown} 不能计算两端都未确定的属性路径（+ 或 *）。请先用一个三元组模式限定路径的一端。",
            f"{shown} can't evaluate a property path (+ or *) with both ends open. Bind one end first, with a triple "
            "pattern in a sub-select.",
        )
    if state == "40001" or state.startswith("S1T"):
        return (_DownForNow if state == "40001" else OverLimit)(
            f"{shown} 超时或与另一请求冲突而停止：{words}。请稍后重试。",
            f"{shown} stopped at its time limit or in conflict with another request: {words}. Try again in a while.",
        )
    kind = Refused if state == "42000" and ("SECURITY" in words or "permission" in words.lower()) else BadInput
    return kind(f"{shown} 拒绝：{words}", f"{shown} refuses: {words}")


def _detail(status: int, content_type: str, text: str) -> str:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else str(status)
    if "json" in content_type:
        with contextlib.suppress(ValueError, AttributeError):
            problem = json.loads(text)
            return str(problem.get("detail") or problem.get("title") or phrase)
    if content_type.startswith("text/plain") and text.strip():
        return " ".join(text.split())[:_SHOWN]
    return phrase
