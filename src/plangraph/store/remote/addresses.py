"""Where a remote engine takes queries and updates, and what it is shown of who asks."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from plangraph.errors import BadInput


@dataclass(frozen=True)
class Address:
    """The addresses of an engine. ``shown`` is what messages say: the address as given, without user and password.

    ``plangraph`` tells a plangraph server, known by an address without a path. ``authorization`` is the value of the
    header, or empty.
    """

    shown: str
    query: str
    update: str
    plangraph: bool
    authorization: str = field(default="", repr=False)


def read_address(address: str, *, update: str = "", token: str = "") -> Address:
    """The addresses that ``address`` means.

    ``http(s)://HOST`` is a plangraph server: queries go to ``/sparql``, updates to ``/update``. With a path it is the
    address of queries itself; updates go to ``update``, else to ``…/update`` where the path ends in ``/query``
    (Oxigraph, Fuseki), else to the same address (Virtuoso). ``USER:PASSWORD@`` before the host is sent as Basic
    authorization, else ``token`` as Bearer. Raises ``BadInput``.
    """
    parts = _split(address)
    root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    query = f"?{parts.query}" if parts.query else ""
    if parts.path in ("", "/") and not parts.query:
        shown, asked, changed = root, root + "/sparql", root + "/update"
    else:
        shown = asked = root + parts.path + query
        ends = parts.path.endswith("/query")
        changed = root + parts.path.removesuffix("/query") + "/update" + query if ends else asked
    if update:
        target = _split(update)
        if "@" in target.netloc:
            raise BadInput(
                "store_update 中不要写用户名和密码：请写在 --store 的地址里。",
                "store_update takes no user and password: put them into the address of --store.",
            )
        changed = update
    return Address(shown, asked, changed, shown == root, _authorization(parts, token))


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(ord(c) <= 0x20 for c in address):
        # The address isn't repeated: it may hold a password.
        raise BadInput(
            "存储地址应为 http://主机[:端口][/路径]，给出的地址不是。",
            "The address of a store reads http://host[:port][/path]; the one given doesn't.",
        )
    return parts


def _authorization(parts: SplitResult, token: str) -> str:
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    if not token:
        return ""
    if not token.isascii() or not token.isprintable():
        raise BadInput(
            "store_token 只能由可打印的 ASCII 字符组成。", "store_token is made of printable ASCII characters only."
        )
    return f"Bearer {token}"
