"""The operations of a SPARQL Update request (SPARQL 1.1 Update, 3; grammar rules 29 to 52), each with its own text.

What stands in braces stays as it was written, for Oxigraph to read; here only its end is found, and what it names.
Oxigraph checks each operation by itself, because it doesn't read a prologue between two operations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

import pyoxigraph as ox
from rdflib import URIRef

from plangraph.errors import BadInput, Refused, SyntaxFault
from plangraph.namespaces import PREFIXES
from plangraph.store.tokens import Token, tokens

_END: Final = "end"
_PLACE: Final = re.compile(r"error at (\d+):(\d+): ")
# Oxigraph reads the whole request before it runs any of it, and this can't be run: so the rest is only read.
_ONLY_READ: Final = "DROP GRAPH <urn:plangraph:nowhere> ;\n"


@dataclass(frozen=True)
class Block:
    """A text in braces, both included, and what stands in it."""

    text: str
    variables: tuple[str, ...] = ()
    graphs: tuple[URIRef, ...] = ()
    """In a template, the graphs that it names by ``GRAPH``; not those that a variable stands for."""
    blank: bool = False
    """Whether it may make blank nodes, which are new ones for every solution."""


@dataclass(frozen=True)
class Data:
    """``INSERT DATA`` or ``DELETE DATA``."""

    verb: Literal["INSERT", "DELETE"]
    quads: Block


@dataclass(frozen=True)
class Modify:
    """``DELETE``/``INSERT`` with ``WHERE``; in ``DELETE WHERE`` the pattern is the template too."""

    where: Block
    delete: Block | None = None
    insert: Block | None = None
    graph: URIRef | None = None
    using: tuple[URIRef, ...] = ()
    using_named: tuple[URIRef, ...] = ()


Several = Literal["NAMED", "ALL"]


@dataclass(frozen=True)
class Manage:
    """``CLEAR``, ``DROP`` or ``CREATE`` of a graph or of several; None is the default graph."""

    verb: Literal["CLEAR", "DROP", "CREATE"]
    target: URIRef | Several | None
    silent: bool


@dataclass(frozen=True)
class Transfer:
    """``ADD``, ``MOVE`` or ``COPY`` of one graph to another; None is the default graph."""

    verb: Literal["ADD", "MOVE", "COPY"]
    source: URIRef | None
    target: URIRef | None
    silent: bool


@dataclass(frozen=True)
class Operation:
    """One operation, what its prologue says, and where it begins in the request.

    ``prefixes`` are those that it uses, with absolute IRIs.
    """

    does: Data | Modify | Manage | Transfer
    base: str | None
    prefixes: dict[str, str]
    offset: int


def read_update(text: str, base: str | None = None) -> list[Operation]:
    """The operations of the request ``text``. Raises ``SyntaxFault`` with the place in it, ``Refused`` for ``LOAD``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SyntaxFault("请求文本不是有效的 Unicode。", "The request isn't valid Unicode text.") from None
    return list(_Reader(text, _given_base(base)).operations())


def _given_base(base: str | None) -> str | None:
    try:
        return base and ox.NamedNode(base).value
    except ValueError as fault:
        raise BadInput(
            f"基准须为完整的 IRI，而不是“{base}”（{fault}）。", f"The base is an absolute IRI, not “{base}” ({fault})."
        ) from None


class _Reader:
    """Reads a request from left to right, one token ahead. No method calls itself: texts may nest as they like."""

    def __init__(self, text: str, base: str | None) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._token = self._next()
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._used: set[str] = set()  # prefixes that stand in the operation
        self._labels: dict[str, int] = {}  # blank node labels, with the start of the operation that they stand in
        self._start = 0

    def operations(self) -> Iterator[Operation]:
        """Update ::= Prologue ( Update1 ( ';' Update )? )?"""
        while True:
            self._read_prologue()
            if self._token.kind == _END:
                return
            self._start = self._token.start
            self._used.clear()
            does = self._operation()
            yield Operation(does, self._base, self._used_prefixes(), self._start)
            if self._token.kind == _END:
                return
            self._expect(";")

    # --- Tokens -------------------------------------------------------------------------------------------------------

    def _next(self) -> Token:
        return next(self._tokens, Token(_END, "", len(self._text), len(self._text)))

    def _step(self) -> Token:
        """Move on; gives the token that was read."""
        read, self._token = self._token, self._next()
        if read.kind == "name":
            self._used.add(read.text.partition(":")[0])
        return read

    def _sees(self, *wanted: str) -> bool:
        word = self._token.text.upper() if self._token.kind == "word" else self._token.text
        return word in wanted

    def _accept(self, *wanted: str) -> str | None:
        return self._step().text.upper() if self._sees(*wanted) else None

    def _expect(self, *wanted: str) -> str:
        return self._accept(*wanted) or self._fail(*wanted)

    def _fail(self, *wanted: str) -> NoReturn:
        found = self._token.text[:40]
        choice = ", ".join(wanted)
        raise fault_at(
            self._text,
            self._token.start,
            f"此处应为 {choice}，" + (f"而不是“{found}”" if found else "但文本到此结束"),
            f"expected {choice} here, " + (f"not “{found}”" if found else "where the text ends"),
        )

    # --- Prologue and IRIs --------------------------------------------------------------------------------------------

    def _read_prologue(self) -> None:
        while word := self._accept("BASE", "PREFIX"):
            name = ""
            if word == "PREFIX":
                name = self._token.text[:-1]
                if self._token.kind != "name" or ":" in name or name == "_":
                    self._fail("prefix:")
                self._step()
            if self._token.kind != "iri":
                self._fail("<IRI>")
            iri = str(self._iri())
            if word == "BASE":
                self._base = iri
            else:
                self._prefixes[name] = iri

    def _used_prefixes(self) -> dict[str, str]:
        return {name: self._prefixes[name] for name in sorted(self._used) if name in self._prefixes}

    def _iri(self) -> URIRef:
        """The IRI that stands here, written out or prefixed."""
        if self._token.kind not in ("iri", "name") or self._token.text.startswith("_:"):
            self._fail("<IRI>", "prefix:name")
        return self._resolved(self._step())

    def _resolved(self, token: Token) -> URIRef:
        name = token.text.partition(":")[0] if token.kind == "name" else None
        declared = {name: self._prefixes[name]} if name in self._prefixes else {}
        try:
            rows = ox.Store().query(
                f"SELECT ?i {{ VALUES ?i {{ {token.text} }} }}", base_iri=self._base, prefixes={**PREFIXES, **declared}
            )
        except SyntaxError:
            raise fault_at(
                self._text,
                token.start,
                f"“{token.text[:80]}”不是完整的 IRI，或其前缀、基准未声明",
                f"“{token.text[:80]}” is no absolute IRI, or its prefix or base isn't declared",
            ) from None
        assert isinstance(rows, ox.QuerySolutions)
        iri = next(rows)[0]
        assert isinstance(iri, ox.NamedNode)
        return URIRef(iri.value)

    # --- Operations ---------------------------------------------------------------------------------------------------

    def _operation(self) -> Data | Modify | Manage | Transfer:
        match self._accept("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "LOAD"):
            case "LOAD":
                raise Refused(
                    "不允许 LOAD：本服务不代为访问其他地址。请下载后用 INSERT DATA 或图存储协议写入。",
                    "LOAD isn't allowed: this server calls no other address. Fetch it, and send it by INSERT DATA or "
                    "by the Graph Store Protocol.",
                )
            case "INSERT" | "DELETE" as verb if self._accept("DATA"):
                does: Data | Modify = Data("INSERT" if verb == "INSERT" else "DELETE", self._block(template=True))
            case "DELETE" if self._accept("WHERE"):
                pattern = self._block(template=True)
                does = Modify(where=pattern, delete=pattern)
            case "INSERT" | "DELETE" | "WITH" as verb:
                does = self._modify(verb)
            case "CLEAR" | "DROP" | "CREATE" as verb:
                return self._manage(verb)
            case "ADD" | "MOVE" | "COPY" as verb:
                return self._transfer(verb)
            case _:
                self._fail("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
        self._check()
        return does

    def _modify(self, verb: str) -> Modify:
        graph = None
        if verb == "WITH":
            graph = self._iri()
            verb = self._expect("DELETE", "INSERT")
        delete = self._block(template=True) if verb == "DELETE" else None
        insert = self._block(template=True) if verb == "INSERT" or self._accept("INSERT") else None
        using: list[URIRef] = []
        using_named: list[URIRef] = []
        while self._accept("USING"):
            (using_named if self._accept("NAMED") else using).append(self._iri())
        self._expect("WHERE")
        return Modify(self._block(), delete, insert, graph, tuple(using), tuple(using_named))

    def _manage(self, verb: Literal["CLEAR", "DROP", "CREATE"]) -> Manage:
        silent = bool(self._accept("SILENT"))
        if verb == "CREATE" or self._sees("GRAPH"):
            self._expect("GRAPH")
            return Manage(verb, self._iri(), silent)
        target = self._expect("GRAPH", "DEFAULT", "NAMED", "ALL")
        return Manage(verb, None if target == "DEFAULT" else "NAMED" if target == "NAMED" else "ALL", silent)

    def _transfer(self, verb: Literal["ADD", "MOVE", "COPY"]) -> Transfer:
        silent = bool(self._accept("SILENT"))
        source = self._graph_or_default()
        self._expect("TO")
        return Transfer(verb, source, self._graph_or_default(), silent)

    def _graph_or_default(self) -> URIRef | None:
        if self._accept("DEFAULT"):
            return None
        self._accept("GRAPH")
        return self._iri()

    # --- Blocks -------------------------------------------------------------------------------------------------------

    def _block(self, *, template: bool = False) -> Block:
        """A text in braces. A ``template`` (or data) has no expressions, so nothing in it can be read in two ways."""
        if not self._sees("{"):
            self._fail("{")
        start = self._token.start
        braces = 0
        variables: dict[str, None] = {}
        graphs: dict[str, URIRef] = {}
        blank = after_graph = False
        while True:
            kind, text, at, end = self._token
            if kind == _END:
                raise fault_at(self._text, start, "此处的“{”没有对应的“}”", "this “{” is never closed")
            if kind == "bracket":
                braces += (text == "{") - (text == "}")
                blank = blank or text in "[("
            elif kind == "variable":
                variables[text[1:]] = None
            elif kind == "name" and text.startswith("_:"):
                blank = True
                self._keep_label()
            elif template and kind == "stray":
                raise fault_at(self._text, at, f"此处不应有“{text}”", f"“{text}” can't stand here")
            if template and after_graph and kind in ("iri", "name") and text not in graphs:
                graphs[text] = self._resolved(self._token)
            after_graph = kind == "word" and text.upper() == "GRAPH"
            self._step()
            if not braces:
                return Block(self._text[start:end], tuple(variables), tuple(graphs.values()), blank)

    def _keep_label(self) -> None:
        label = self._token.text
        if self._labels.setdefault(label, self._start) != self._start:
            raise fault_at(
                self._text,
                self._token.start,
                f"空白节点 {label} 不能在两个操作中共用：请换一个名称，或使用 IRI",
                f"the blank node {label} can't be shared by two operations: use another label, or an IRI",
            )

    def _check(self) -> None:
        """Let Oxigraph read the operation that has just been read here, up to the next token."""
        operation = self._text[self._start : self._token.start]
        try:
            ox.Store().update(
                _ONLY_READ + operation, base_iri=self._base, prefixes={**PREFIXES, **self._used_prefixes()}
            )
        except SyntaxError as fault:
            raise self._from_oxigraph(str(fault)) from None
        except RuntimeError:
            return  # it was read, and its first line can't be run

    def _from_oxigraph(self, message: str) -> SyntaxFault:
        match = _PLACE.match(message)
        line, column = _place(self._text, self._start)
        if match:
            down, right = int(match[1]) - 2, int(match[2])
            line, column = line + down, right if down else column + right - 1
        detail = _PLACE.sub("", message)
        return _fault(line, column, detail, detail)


def fault_at(text: str, offset: int, zh: str, en: str) -> SyntaxFault:
    """The fault at a place of a request."""
    return _fault(*_place(text, offset), zh, en)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _fault(line: int, column: int, zh: str, en: str) -> SyntaxFault:
    return SyntaxFault(
        f"SPARQL 语法错误：{zh}。请改正此处后重试。",
        f"SPARQL syntax error: {en}. Mend it there and try again.",
        line=line,
        column=column,
    )
