"""Changes sent to a plangraph server, which makes them as the writer does: behind its own gate, whole or not at all."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import urllib3
from rdflib import URIRef

from plangraph.errors import BadInput, Conflict, DoesNotConform, Refused, Unavailable
from plangraph.settings import Settings
from plangraph.store.remote.addresses import read_address
from plangraph.store.remote.wire import failure
from plangraph.writing import Change, PostGraph, Request


class Sender:
    """Writes by HTTP to the server whose address is ``settings.store``, with the token ``settings.store_token``.

    ``lang`` is the language for the server's words. Raises ``Refused`` where the address is another engine's, which
    has no gate.
    """

    def __init__(self, settings: Settings, lang: str) -> None:
        found = read_address(settings.store, token=settings.store_token)
        if not found.plangraph:
            raise Refused(
                f"{found.shown} 不是 plangraph 服务的地址，写入前无从校验。请用 http://主机:端口。",
                f"{found.shown} isn't the address of a plangraph server: nothing would validate what is written. "
                "Give http://host:port.",
            )
        self._address = found.shown
        self._seconds = settings.change_seconds
        self._headers = {"Accept-Language": lang, "Accept": "application/json"}
        if found.authorization:
            self._headers["Authorization"] = found.authorization

    def change(self, request: Request, *, expected: str | None = None) -> Change:
        """Have data added to a graph; where ``expected`` is given, only at that revision.

        Raises what the writer raises, ``Refused`` without the right token. A request that got no
        answer isn't repeated, and ``Unavailable`` says that it may have been carried out.
        """
        if not isinstance(request, PostGraph) or len(request.parts) != 1:
            raise BadInput("只能发送一份要加入图的数据。", "Only one piece of data to add to a graph can be sent.")
        part = request.parts[0]
        answer = self._post(
            f"{self._address}/graphs?graph={quote(str(request.graph), safe='')}", part.data, part.media_type, expected
        )
        if answer.status == 422:
            problem = json.loads(answer.data)
            words = problem.get("messages") or {}
            detail = str(problem.get("detail", ""))
            raise DoesNotConform(words.get("zh", detail), words.get("en", detail), problem.get("report"))
        if answer.status == 412:
            raise Conflict(
                "数据在读取之后已有改动，未写入。请重新读取后再试。",
                "The data have changed since they were read; nothing was written. Read them again.",
            )
        if answer.status >= 300:
            raise failure(self._address, answer.status, answer.headers.get("content-type", ""), answer.data)
        return _read_change(json.loads(answer.data))

    def _post(self, url: str, data: bytes, media_type: str, expected: str | None) -> urllib3.BaseHTTPResponse:
        # Any format's tag of a revision does.
        condition = {} if expected is None else {"If-Match": f'"{expected}-turtle"'}
        try:
            return urllib3.request(
                "POST",
                url,
                body=data,
                headers={**self._headers, **condition, "Content-Type": media_type},
                timeout=urllib3.Timeout(connect=5.0, read=self._seconds),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.NewConnectionError as fault:
            raise Unavailable(
                f"无法连接 {self._address}（{fault}）。请确认服务已启动、地址无误。",
                f"{self._address} can't be reached ({fault}). Check that the server runs and the address is right.",
            ) from None
        except urllib3.exceptions.HTTPError as fault:
            raise Unavailable(
                f"{self._address} 没有答复（{fault}），不能确定是否已写入。请查看数据后再决定是否重试。",
                f"{self._address} gave no answer ({fault}): whether the change was made isn't known. "
                "Look at the data before trying again.",
            ) from None


def _read_change(told: dict[str, Any]) -> Change:
    return Change(
        int(told["added"]),
        int(told["removed"]),
        tuple(map(URIRef, told.get("created", ()))),
        tuple(map(URIRef, told.get("deleted", ()))),
        str(told["revision"]),
        told.get("report"),
    )
