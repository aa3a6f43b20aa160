"""Who may write over HTTP: nobody without the token, and nothing but validated changes."""

from __future__ import annotations

import hmac
from typing import NoReturn

from flask import request

from plangraph.web.answers import Fault


def refuse_writing(token: str) -> NoReturn:
    """Refuse an update or a change of a graph: 401 where a token is set and not presented, else 403.

    ``token`` is the one that writers present; empty where the server reads only.
    """
    presented = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if token and not hmac.compare_digest(presented.encode(), token.encode()):
        raise Fault(
            401,
            "写入须在 Authorization: Bearer 中提供令牌。",
            "Writing takes the token, as Authorization: Bearer.",
            {"WWW-Authenticate": 'Bearer realm="plangraph"'},
        )
    raise Fault(
        403,
        "此服务只读。停止服务后，可用 plangraph load 载入数据，载入前会校验。",
        "This server reads only. Stop it and load data with plangraph load, which validates them first.",
    )
