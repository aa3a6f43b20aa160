"""Requests of the SPARQL 1.1 Protocol, read: which operation, on which dataset, with which text.

W3C Recommendation, 21 March 2013, sections 2.1 (query) and 2.2 (update).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from flask import request
from rdflib import URIRef
from werkzeug.sansio.utils import get_current_url
from werkzeug.wrappers import Request

from plangraph.errors import BadInput, Refused, TooLarge
from plangraph.mediatypes import CONSTRUCT_FORMATS, RESULT_FORMATS, Format, by_name
from plangraph.namespaces import is_safe_iri
from plangraph.store.readers import Answer
from plangraph.store.screening import datasets_named
from plangraph.store.tokens import tokens
from plangraph.web.answers import Fault
from plangraph.web.service import Readers

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_MOST_PARAMETERS: Final = 2000
# Of graphs that are not in the store: a name with another scheme would be the address of a file or worse.
_SCHEMES: Final = ("http", "https", "urn")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
# Wherever the word stands: what these functions give is another thing each time. Escapes could hide them.
_CHANGING: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b|\\u", re.IGNORECASE)
_NOT_LINES: Final = re.compile(r"[^\n\r]")


@dataclass(frozen=True)
class QueryRequest:
    """A query, the dataset that the request gives it (None where it gives none), and how its answer is wanted."""

    text: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    base: str
    accept: str | None
    seconds: float | None

    @property
    def repeatable(self) -> bool:
        """Whether the same data give the same answer again."""
        return _CHANGING.search(self.text) is None

    def ask(self, readers: Readers) -> Answer:
        """Have it answered."""
        return readers.query(
            self.text,
            self.accept,
            default_graphs=self.default_graphs,
            named_graphs=self.named_graphs,
            base=self.base,
            seconds=self.seconds,
        )

    @property
    def tag(self) -> str:
        """What stands in the answer's entity tag besides the revision: a digest of all else that it depends on."""
        parts = (self.text, self.default_graphs, self.named_graphs, self.base, self.accept)
        return "query-" + hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class UpdateRequest:
    """An update and the dataset that the request gives its WHERE clauses."""

    text: str
    using: tuple[str, ...]
    using_named: tuple[str, ...]
    base: str


class Parameters:
    """The parameters of this request: those of the address, and those of a posted form.

    ``limit`` is the most bytes of a form; ``asked`` is the request, where it isn't Flask's. Raises ``BadInput`` where
    they aren't UTF-8.
    """

    def __init__(self, limit: int, asked: Request | None = None) -> None:
        self._limit = limit
        self.request = asked or request

    @cached_property
    def _in_address(self) -> list[tuple[str, str]]:
        return _pairs(self.request.query_string)

    @cached_property
    def _in_form(self) -> list[tuple[str, str]]:
        if self.request.method != "POST" or self.request.mimetype != FORM:
            return []
        check_charset()
        return _pairs(body(self._limit))

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a parameter, from the address and from the form."""
        return tuple(value for key, value in (*self._in_address, *self._in_form) if key == name)

    def has(self, name: str) -> bool:
        """Whether the parameter is given at all."""
        return bool(self.all(name))

    def single(self, name: str) -> str:
        """The one value of a parameter. Raises ``BadInput`` where there is none or more than one."""
        values = self.all(name)
        if len(values) != 1:
            raise BadInput(
                f"须有且只有一个 {name} 参数，这里有 {len(values)} 个。",
                f"There must be exactly one {name} parameter, here are {len(values)}.",
            )
        return values[0]

    def graphs(self, name: str) -> tuple[str, ...]:
        """Names of graphs. Raises ``BadInput`` where one is no absolute IRI."""
        # The W3C's test query_multiple_dataset encodes the ampersand between two parameters as well.
        values = [part for value in self.all(name) for part in value.split(f"&{name}=")]
        for iri in values:
            if not is_safe_iri(iri):
                raise BadInput(f"图名“{iri}”不是完整的 IRI。", f"The graph name “{iri}” isn't an absolute IRI.")
        return tuple(values)


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise BadInput(
            "参数不是有效的 UTF-8。请以 UTF-8 作百分号编码。",
            "The parameters aren't valid UTF-8. Percent-encode them as UTF-8.",
        ) from None
    except ValueError:
        raise BadInput(
            f"参数超过 {_MOST_PARAMETERS} 个。", f"There are more than {_MOST_PARAMETERS} parameters."
        ) from None


def body(limit: int) -> bytes:
    """The body of the request, of at most ``limit`` bytes."""
    request.max_content_length = limit
    return request.get_data(parse_form_data=False)


def check_charset() -> None:
    """Raise 415 where the Content-Type says another encoding than UTF-8."""
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Fault(415, "内容须以 UTF-8 编码。", "The content has to be in UTF-8.")


def direct_text(limit: int) -> str:
    """The body as the text of a query or an update (2.1.3, 2.2.2)."""
    check_charset()
    try:
        return body(limit).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("请求体不是有效的 UTF-8。", "The body isn't valid UTF-8.") from None


def own_root() -> str:
    """This server's address as the client knows it, with a slash at the end. Raises ``BadInput`` for an odd Host."""
    _check_host(request)
    return request.url_root


def own_address(asked: Request | None = None) -> str:
    """The address of this request without its query: what relative IRIs are resolved against."""
    asked = asked or request
    _check_host(asked)
    return _address(asked.scheme, asked.host, asked.root_path, asked.path)


def _check_host(asked: Request) -> None:
    if not _HOST.fullmatch(asked.host):
        raise BadInput("Host 头不是有效的主机名。", "The Host header isn't a valid name of a host.")


@lru_cache(maxsize=256)
def _address(scheme: str, host: str, root: str, path: str) -> str:
    return get_current_url(scheme, host, root, path)


def read_query(text: str, parameters: Parameters, limit: int) -> QueryRequest:
    """The query operation (2.1): ``text`` is its query string, of at most ``limit`` bytes."""
    _check_text(text, limit, "查询", "query")
    default, named = parameters.graphs("default-graph-uri"), parameters.graphs("named-graph-uri")
    given = bool(default or named)
    return QueryRequest(
        # 2.1.4: a dataset of the request goes before one of the text; the engine would do the reverse.
        without_dataset(text) if given else text,
        default if given else None,
        named if given else None,
        own_address(parameters.request),
        _accept(parameters),
        _seconds(parameters),
    )


def _may_name_dataset(text: str) -> bool:
    # Most queries don't, and need no look at each token.
    return "from" in text.lower()


def without_dataset(text: str) -> str:
    """A query without its ``FROM`` clauses. Spaces stand in their place, so that errors keep their positions."""
    if not _may_name_dataset(text):
        return text
    blanks, start = [], -1
    for token in tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "FROM":
            start = token.start
        elif start >= 0 and word != "NAMED":
            if token.kind in ("iri", "name"):
                blanks.append((start, token.end))
            start = -1
    for start, end in reversed(blanks):
        text = text[:start] + _NOT_LINES.sub(" ", text[start:end]) + text[end:]
    return text


def read_update(text: str, parameters: Parameters, limit: int) -> UpdateRequest:
    """The update operation (2.2)."""
    _check_text(text, limit, "更新", "update")
    return UpdateRequest(
        text, parameters.graphs("using-graph-uri"), parameters.graphs("using-named-graph-uri"), own_address()
    )


def _check_text(text: str, limit: int, zh: str, en: str) -> None:
    if not text.strip():
        raise BadInput(f"{zh}是空的。", f"The {en} is empty.")
    if len(text.encode()) > limit:
        raise TooLarge(f"{zh}超过 {limit} 字节。", f"The {en} is over {limit} bytes.")


def _accept(parameters: Parameters) -> str | None:
    """The formats asked for: by ``format=`` in address or form, else by the header."""
    if not parameters.has("format"):
        return parameters.request.headers.get("Accept")
    formats = (*RESULT_FORMATS, *CONSTRUCT_FORMATS)
    # Clients repeat the parameter, with a name and with a media type, and hope that one is understood.
    asked = parameters.all("format")
    found = [fmt for name in asked for fmt in formats if _is_called(fmt, name.lower())]
    if not found:
        names = ", ".join(f.name for f in formats)
        given = ", ".join(asked)
        raise BadInput(f"没有格式“{given}”，可用：{names}。", f"There is no format “{given}”. There are: {names}.")
    return ", ".join(fmt.media_type for fmt in found)


# What clients call these: one name may mean a format of results and one of graphs, of which the query's form decides.
_ALSO: Final = {"xml": "rdf", "rdf+xml": "rdf", "json": "jsonld", "json-ld": "jsonld", "n3": "turtle"}


def _is_called(fmt: Format, name: str) -> bool:
    known = by_name(name, (fmt,)) is not None or name == fmt.media_type or name in fmt.aliases
    return known or _ALSO.get(name) == fmt.name


def _seconds(parameters: Parameters) -> float | None:
    """The time limit that the request asks for."""
    if not parameters.has("timeout"):
        return None
    asked = parameters.single("timeout")
    try:
        seconds = float(asked)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadInput(
            f"timeout 应为大于 0 的秒数，而不是“{asked}”。", f"timeout takes seconds, more than 0, not “{asked}”."
        )
    return seconds


def refuse_absent(asked: QueryRequest, exists: Callable[[URIRef], bool]) -> None:
    """Raise ``Refused`` for a graph that could only be fetched from elsewhere.

    By the protocol an absent graph is an empty one; named by ``FROM`` it is a mistake that is better told.
    """
    if asked.default_graphs is not None or asked.named_graphs is not None:
        refuse_foreign((*(asked.default_graphs or ()), *(asked.named_graphs or ())), exists)
    elif _may_name_dataset(asked.text):
        for iri in datasets_named(asked.text, asked.base):
            if not exists(URIRef(iri)):
                raise _not_read(iri)


def refuse_foreign(graphs: Collection[str], exists: Callable[[URIRef], bool]) -> None:
    """Raise ``Refused`` for a graph of a request that isn't in the store and could only be fetched from elsewhere."""
    for iri in graphs:
        if urlsplit(iri).scheme.lower() not in _SCHEMES and not exists(URIRef(iri)):
            raise _not_read(iri)


def _not_read(iri: str) -> Refused:
    return Refused(
        f"不读取 {iri}：此处只有存储中的图，清单见 /.well-known/void。",
        f"{iri} isn't read: there are only the graphs of the store, which /.well-known/void lists.",
    )
