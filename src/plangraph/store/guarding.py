"""What is looked at before any parser sees what comes from outside: encoding, entities, nesting, and packed size.

Parsers of XML and JSON in the engine can be made to take all memory or to end their process; here that is told apart
from data, by what the bytes say, without parsing them.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from itertools import accumulate
from typing import Final

from plangraph.errors import BadInput, SyntaxFault, TooLarge

_ENTITY = re.compile(rb"""<!ENTITY\s+([^\s"'%]+)\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"&([^\s;&#]+);")
_GROWTH = 20
_LEAST_GROWTH = 1_000_000
_OUTSIDE = re.compile(rb"""<!ENTITY\s+(?:%\s+)?[^\s"'>]+\s+(?:SYSTEM|PUBLIC)\s|<!ENTITY\s+%""")
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{}]', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
MOST_LEVELS: Final = 500
"""So deep may JSON-LD be nested: Oxigraph's parser takes memory by the square of it (1.7 GB at 3,000), then crashes."""
PACKED_GROWTH: Final = 100
"""So many times its size may a compressed file unpack to; RDF in text comes to about 30."""
_LEAST_UNPACKED: Final = 64 * 2**20


def check_encoding(data: bytes, source: str | None) -> None:
    """Raise ``SyntaxFault`` with line and column for what isn't UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = len(data[data.rfind(b"\n", 0, fault.start) + 1 : fault.start].decode()) + 1
        raise SyntaxFault(
            "不是 UTF-8 编码。请以 UTF-8 另存后重试。",
            "not UTF-8. Save the file as UTF-8 and try again.",
            source=source,
            line=line,
            column=column,
        ) from None


def check_entities(data: bytes, source: str | None) -> None:
    """Raise ``TooLarge`` where entities would grow to very much text ("billion laughs"), which parsers expand.

    Those that stand elsewhere are refused: no parser here fetches them, and what is left out of the data nobody sees.
    """
    if _OUTSIDE.search(data):
        raise BadInput(
            f"{source or '输入'}：XML 引用了外部实体，未读取。请删去 <!DOCTYPE …>，把内容直接写在文件中。",
            f"{source or 'input'}: its XML refers to entities elsewhere and wasn't read. Take the <!DOCTYPE …> out and "
            "write their content in the file.",
        )
    sizes: dict[bytes, int] = {}
    for name, *values in _ENTITY.findall(data):
        value = b"".join(values)
        size = len(value) + sum(sizes.get(inner, 0) for inner in _REFERENCE.findall(value))
        sizes[name] = min(max(size, sizes.get(name, 0)), 1 << 40)
    if sum(sizes.get(name, 0) for name in _REFERENCE.findall(data)) > max(_LEAST_GROWTH, _GROWTH * len(data)):
        raise TooLarge(
            f"{source or '输入'}：XML 实体展开后过大。请先展开实体，或改用 Turtle。",
            f"{source or 'input'}: its XML entities grow too large. Expand them first, or use Turtle.",
        )


def check_levels(data: bytes, source: str | None) -> None:
    """Raise ``SyntaxFault`` with the line where JSON is nested so deep that its parser may end the process."""
    brackets = _JSON_STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) <= MOST_LEVELS:
        return
    level = 0
    for token in _JSON_TOKEN.finditer(data):
        level += _STEPS.get(token[0][0], 0)
        if level > MOST_LEVELS:
            raise SyntaxFault(
                f"JSON 嵌套超过 {MOST_LEVELS} 层。请把内层事物移到顶层，用 @id 相互引用。",
                f"JSON nested more than {MOST_LEVELS} levels deep. Move what is inside to the top and refer to it by "
                "@id.",
                source=source,
                line=data.count(b"\n", 0, token.start()) + 1,
            )


def unpack(data: bytes, name: str) -> bytes:
    """What a gzip file unpacks to. Raises ``BadInput``, and ``TooLarge`` where that is very much more than it is."""
    most = max(_LEAST_UNPACKED, PACKED_GROWTH * len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            found = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise BadInput(
            f"{name} 不是有效的 gzip：{fault}。请重新压缩，或直接给出未压缩的文件。",
            f"{name} isn't valid gzip: {fault}. Pack it anew, or give it unpacked.",
        ) from None
    if len(found) > most:
        raise TooLarge(
            f"{name} 解压后过大，超过原大小的 {PACKED_GROWTH} 倍。请解压后检查内容，或分成几个文件。",
            f"{name} unpacks to more than {PACKED_GROWTH} times its size. Unpack it and look, or split it.",
        )
    return found
