"""Changes sent to a plangraph server, which makes them as the writer does: behind its own gate, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import urllib3
from rdflib import URIRef
from urllib3.filepost import encode_multipart_formdata

from plangraph.conflicts import Overtaken
from plangraph.errors import BadInput, Conflict, DoesNotConform, Refused, Unavailable
from plangraph.mediatypes import N_QUADS
from plangraph.recording import Note
from plangraph.requests import Commit, Exact, Payload, PostGraph, Request, Revert
from plangraph.settings import Settings
from plangraph.store.lines import write_lines
from plangraph.store.remote.addresses import read_address
from plangraph.store.remote.wire import failure
from plangraph.writing import Change


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

    def change(
        self, request: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
    ) -> Change:
        """Have data committed, a change undone, or data added to a graph; with ``expected`` only at that revision.

        Raises what the writer raises, ``Refused`` without the right token. A request that got no
        answer isn't repeated, and ``Unavailable`` says that it may have been carried out.
        """
        noted = note or Note()
        told = {"message": noted.message, "author": noted.author, "base": base or ""}
        if isinstance(request, PostGraph) and len(request.parts) == 1 and base is None:
            part = request.parts[0]
            url = f"{self._address}/graphs?graph={quote(str(request.graph), safe='')}"
            answer = self._post(url, part.data, part.media_type, expected)
        elif isinstance(request, Commit | Exact):
            fields = _commit_fields(request if isinstance(request, Commit) else _as_commit(request), told)
            answer = self._post(f"{self._address}/api/commit", *encode_multipart_formdata(fields), expected)
        elif isinstance(request, Revert):
            fields = _given({**told, "change": request.change, "allow-warnings": str(int(request.allow_warnings))})
            answer = self._post(f"{self._address}/api/revert", *encode_multipart_formdata(fields), expected)
        else:
            raise BadInput(
                "只能向服务发送提交、撤销，或一份要加入图的数据。",
                "Only a commit, a revert or one piece of data to add to a graph can be sent to a server.",
            )
        self._refuse(answer)
        return _read_change(json.loads(answer.data))

    def _refuse(self, answer: urllib3.BaseHTTPResponse) -> None:
        """Raise what the writer raised, where the answer says so."""
        if answer.status == 412:
            raise Conflict(
                "数据在读取之后已有改动，未写入。请重新读取后再试。",
                "The data have changed since they were read; nothing was written. Read them again.",
            )
        if answer.status in (409, 422) and (problem := _read_problem(answer.data)):
            detail = str(problem.get("detail", ""))
            words = problem.get("messages") or {}
            zh, en = words.get("zh", detail), words.get("en", detail)
            if answer.status == 422:
                raise DoesNotConform(zh, en, problem.get("report"))
            if isinstance(problem.get("conflict"), dict):
                raise Overtaken(zh, en, problem["conflict"])
            raise Conflict(zh, en)
        if answer.status >= 300:
            raise failure(self._address, answer.status, answer.headers.get("content-type", ""), answer.data)

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


def _read_problem(data: bytes) -> dict[str, Any] | None:
    try:
        problem = json.loads(data)
    except ValueError:
        return None  # a proxy's page
    return problem if isinstance(problem, dict) else None


def _given(values: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in values.items() if value]


def _commit_fields(request: Commit, told: Mapping[str, str]) -> list[tuple[str, Any]]:
    """A commit as the fields of a form: what is said of it, and its files."""
    switches = {"replace": request.replace, "allow-warnings": request.allow_warnings}
    fields = _given({**told, "graph": str(request.graph), **{name: str(int(on)) for name, on in switches.items()}})
    for name, parts in (("file", request.parts), ("removed", request.removed)):
        for number, part in enumerate(parts, 1):
            fields.append((name, (part.name or f"{name}-{number}", part.data, part.media_type)))
    return fields


def _as_commit(request: Exact) -> Commit:
    """The same as N-Quads. Which files the quads were read from isn't sent along."""
    added, removed = (
        Payload("".join(f"{line} .\n" for line in write_lines(quads)).encode(), N_QUADS.media_type)
        for quads in (request.changeset.added, request.changeset.removed)
    )
    return Commit(
        (added,) if added.data else (),
        allow_warnings=request.allow_warnings,
        removed=(removed,) if removed.data else (),
    )


def _read_change(told: dict[str, Any]) -> Change:
    return Change(
        int(told["added"]),
        int(told["removed"]),
        tuple(map(URIRef, told.get("created", ()))),
        tuple(map(URIRef, told.get("deleted", ()))),
        str(told["revision"]),
        told.get("report"),
        told.get("change"),
        told.get("number"),
    )
