"""Who may write over HTTP: who presents the token; without one, programs on this machine where that is switched on."""

from __future__ import annotations

import hmac
import ipaddress
import math
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, current_app, g, request

from plangraph.errors import BadInput
from plangraph.recording import Note
from plangraph.web.answers import Fault, json_data
from plangraph.web.service import current_service
from plangraph.writing import Change, Request

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="plangraph"'}
_WINDOW_SECONDS: Final = 60.0
# From all addresses, for each that one address may have. Who lately presented the token isn't kept out by others.
_FROM_ALL: Final = 10
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
# Control characters, halves of surrogate pairs, and what turns the direction of the text around it.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_LONGEST_AUTHOR: Final = 200
_LONGEST_MESSAGE: Final = 2_000


class Guesses:
    """Wrong tokens of the last minute, of which ``most`` may come from one address; of one process."""

    def __init__(self, most: int) -> None:
        self._from_one, self._from_all = most, most * _FROM_ALL
        self._wrong: deque[tuple[float, str]] = deque(maxlen=self._from_all)
        self._right: deque[str] = deque(maxlen=self._from_all)
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """How many seconds ``address`` has to wait before its next try; 0 where it needn't."""
        with self._lock:
            now = time.monotonic()
            while self._wrong and self._wrong[0][0] <= now - _WINDOW_SECONDS:
                self._wrong.popleft()
            own = [at for at, who in self._wrong if who == address]
            if len(own) >= self._from_one:
                return own[-self._from_one] + _WINDOW_SECONDS - now
            if len(self._wrong) >= self._from_all and address not in self._right:
                return self._wrong[0][0] + _WINDOW_SECONDS - now
            return 0.0

    def note(self, address: str, *, right: bool) -> None:
        """Remember a try."""
        with self._lock:
            if not right:
                self._wrong.append((time.monotonic(), address))
            elif address not in self._right:
                self._right.append(address)


def authorize(*, form: bool = False) -> None:
    """Return where this request may write. Raises 401, 403 or 429. To be called before the body is read.

    With ``form`` a page without scripts may present the token as the field ``token``: then its form is read.
    """
    g.writing = True
    service = current_service()
    if service.settings.write_token:
        _check_token(service.settings.write_token, form=form)
    elif service.open_writing:
        _check_local()
    else:
        raise Fault(
            403,
            "此服务只读。要写入，请在启动服务时设置 PLANGRAPH_WRITE_TOKEN。",
            "This server reads only. To write, start it with PLANGRAPH_WRITE_TOKEN set.",
        )


def access() -> str:
    """What a page may offer its visitor: ``open`` where this request may write as it is, ``token``, or ``none``."""
    service = current_service()
    if service.settings.write_token:
        return "token"
    return "open" if service.open_writing and _is_local() else "none"


def _check_token(token: str, *, form: bool) -> None:
    guesses: Guesses = current_app.extensions.setdefault(
        "plangraph.guesses", Guesses(current_service().settings.wrong_tokens)
    )
    address = request.remote_addr or ""
    if (seconds := guesses.wait(address)) > 0:
        raise Fault(
            429,
            "令牌错误次数过多，请稍后再试。",
            "Too many wrong tokens. Try again later.",
            {"Retry-After": str(math.ceil(seconds))},
        )
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if form and not scheme and request.mimetype in _FORMS:
        scheme, presented = "bearer", request.form.get("token", "")
    if scheme.lower() == "bearer" and hmac.compare_digest(presented.strip().encode(), token.encode()):
        guesses.note(address, right=True)
        return
    if presented:
        guesses.note(address, right=False)
    raise Fault(
        401,
        "写入须在 Authorization: Bearer 中提供令牌。",
        "Writing takes the token, as Authorization: Bearer.",
        _CHALLENGE,
    )


def _check_local() -> None:
    """Without a token only programs on this machine write, and no page of another site that a browser shows here.

    A page may send simple requests anywhere, so its Origin tells; a name that was pointed at this machine tells itself
    in Host.
    """
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.host}"
    if (
        not _is_local()
        or (origin is not None and origin != own)
        or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    ):
        raise Fault(
            403,
            "未设令牌时，只有本机的程序可以写入。请设置 PLANGRAPH_WRITE_TOKEN。",
            "Without a token only programs on this machine may write. Set PLANGRAPH_WRITE_TOKEN.",
        )


def _is_local() -> bool:
    return _is_loopback(request.remote_addr or "") and _is_loopback(urlsplit("//" + request.host).hostname or "")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def change(
    wanted: Request, *, expected: str | None = None, base: str | None = None, note: Note | None = None
) -> Change:
    """Make a change through the writer, after ``authorize``; where ``expected`` is given, only at that revision.

    ``base`` is the change that the data were made on. Without a ``note`` the address's ``message`` and ``author`` are.
    """
    noted = note or note_of(request.args)
    return current_service().writer.change(wanted, expected=expected, base=base, note=noted)


def note_of(values: Mapping[str, str]) -> Note:
    """Who makes a change and why, as a request says. Raises ``BadInput`` where that is too long."""
    told = {}
    for name, most in (("author", _LONGEST_AUTHOR), ("message", _LONGEST_MESSAGE)):
        told[name] = "".join(c for c in values.get(name, "").strip() if c in "\n\t" or not _UNSEEN.match(c))
        if len(told[name]) > most:
            raise BadInput(f"{name} 至多 {most} 个字。", f"{name} takes {most} characters at most.")
    return Note(author=told["author"], message=told["message"], kind="")


def expected_revision() -> str | None:
    """The revision that the data have to be at: that of If-Match; None without it. Raises 412 where it is another."""
    if "If-Match" not in request.headers:
        return None
    revision = current_service().revision
    tags = request.if_match
    if tags.star_tag or any(tag.startswith(f"{revision}-") for tag in tags.as_set()):
        return revision
    raise not_held()


def not_held() -> Fault:
    """412 (RFC 9110, 15.5.13)."""
    return Fault(
        412,
        "所附条件（If-Match、If-None-Match）不成立，未作改动。请重新读取该图后再试。",
        "The condition (If-Match, If-None-Match) doesn't hold; nothing was changed. Read the graph again.",
    )


def change_as_json(done: Change) -> dict[str, Any]:
    """What a change did, as it is told to programs; ``report`` is there where the gate made one.

    ``change`` and ``number`` are None where nothing changed.
    """
    told: dict[str, Any] = {
        "change": done.id,
        "number": done.number,
        "added": done.added,
        "removed": done.removed,
        "created": [str(graph) for graph in done.created],
        "deleted": [str(graph) for graph in done.deleted],
        "revision": done.revision,
    }
    return told if done.report is None else {**told, "report": done.report}


def changed(done: Change, status: int = 200) -> Response:
    """The answer that tells what a change did."""
    response = json_data(change_as_json(done))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
