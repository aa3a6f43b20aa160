"""What outside queries and updates may not do, found in their text before any engine sees it.

``SERVICE`` would make the server call another address (SPARQL 1.1 Federated Query), ``LOAD`` fetch one. The text isn't
split into tokens for these: engines split it differently (Oxigraph reads ``5SERVICE<…>{`` and ``SERVICE:x{`` as calls,
and whether ``<`` opens an IRI depends on what stands before it), and whatever a screen takes for a string or a comment
could hide a call. Instead every place is looked at where the letters are followed by what a call needs: ``SILENT`` or
not, a variable or an IRI, for ``SERVICE`` an opening brace. That also refuses a whole clause inside a string, which
nobody misses.

Deep nesting and long chains of operators are a matter of robustness instead: the engine's parser and optimizer recurse
over them until the stack of its process ends. Here the standard's tokens are good enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import urljoin

from plangraph.errors import Refused, SyntaxFault
from plangraph.store.tokens import Token, tokens

MOST_LEVELS: Final = 200
"""So many brackets may be open at a time. Oxigraph 0.5.13 ends its process (8 MB of stack) from 848 on."""
MOST_STEPS: Final = 1000
"""So many patterns, operators and brackets may follow each other in one group and the groups in it; it ends at 2592."""

_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# A line that begins with a hash sign is a comment, or part of a long string: never code.
_COMMENT_LINE: Final = re.compile(r"(?m)^[ \t]*#[^\n\r]*")
_SERVICE: Final = re.compile("service", re.IGNORECASE | re.ASCII)
_LOAD: Final = re.compile("load", re.IGNORECASE | re.ASCII)
_GAP: Final = r"(?:\s|#[^\n\r]*+)*+"
_TARGET: Final = r"(?:<[^<>]*+(?:>|\Z)|(?=[?$]|[^\s{}#:\\]*+(?::|\Z))(?:\\.?|[^\s{}<>\"#\\])++)"
# Every \Z is a window that ends before it is decided.
_CALL: Final = re.compile(
    rf"{_GAP}(?:\Z|(?P<silent>silent{_GAP})?(?:\Z|(?P<target>{_TARGET}){_GAP}(?:\Z|\{{)))", re.IGNORECASE | re.DOTALL
)
_FETCH: Final = re.compile(rf"{_GAP}(?:\Z|(?:silent{_GAP})?(?:\Z|{_TARGET}))", re.IGNORECASE | re.DOTALL)
_PREFIX: Final = re.compile(r"(?<![\w.·-])([\w.·-]*+):")
_DECLARED: Final = re.compile(rf"{_GAP}(?:\Z|<([^<>]*+)(?:>|\Z))")
# ``?service ?x {`` is two variables. What could stand before a call without a space is excluded: ``ex:p?5SERVICE``.
_IN_VARIABLE: Final = re.compile(r"[?$](?!\d|true|false)\w*\Z", re.IGNORECASE)
_WINDOW: Final = 600
_LONGEST_NAME: Final = 100

_OPENERS: Final = frozenset(("{", "(", "[", "<<"))
_CLOSERS: Final = frozenset(("}", ")", "]", ">>"))
_OPERATORS: Final = frozenset("|&+-*/^!")
_SEPARATORS: Final = frozenset(".;,")
# Braces after these hold data or a template: rows and triples there are no patterns to be joined.
_BEFORE_DATA: Final = frozenset(("VALUES", "DATA", "INSERT", "DELETE", "CONSTRUCT"))
# Every step has one of these in it.
_MARKS: Final = "{([<|&+-*/^!.;,:"


def screen_query(text: str, allowed: Collection[str] = ()) -> None:
    """Refuse what may call an address that isn't in ``allowed``, or end the engine's process by its nesting.

    ``SERVICE`` passes where it names an IRI of ``allowed`` as a constant, and without ``SILENT``, which would turn a
    failed call into a wrong answer. The text is read as it stands and with ``\\u`` escapes decoded.

    Raises ``Refused``, or ``SyntaxFault`` with the place where the nesting gets too deep.
    """
    _check_depth(text)
    if any(_calls_out(form, allowed) for form in _forms(text)):
        listed = ", ".join(f"<{iri}>" for iri in allowed)
        raise Refused(
            f"SERVICE 只可直接写明许可的地址，且不带 SILENT。许可的有：{listed}。"
            if allowed
            else "不允许 SERVICE：本服务不代为访问其他地址。请分别查询各端点。",
            f"SERVICE may only name an allowed address as it stands, without SILENT. Allowed: {listed}."
            if allowed
            else "SERVICE isn't allowed: this server calls no other address. Query each endpoint by itself.",
        )


def screen_update(text: str, allowed: Collection[str] = ()) -> None:
    """Refuse ``LOAD``, and what ``screen_query`` refuses."""
    if any(map(_fetches, _forms(text))):
        raise Refused(
            "不允许 LOAD：本服务不代为读取其他地址。请先取得数据，再用 PUT 或 POST 发到 /graphs。"
            "（名为 load: 的前缀请换名。）",
            "LOAD isn't allowed: this server fetches no other address. Get the data yourself and send them to /graphs "
            "with PUT or POST. (A prefix called load: needs another name.)",
        )
    screen_query(text, allowed)


def _forms(text: str) -> set[str]:
    return {text, _CODEPOINT.sub(_decode, text)}


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]


def _calls_out(text: str, allowed: Collection[str]) -> bool:
    text = _COMMENT_LINE.sub("", text)
    declared = _declarations(text) if allowed else {}
    for word in _SERVICE.finditer(text):
        call = _CALL.match(_after(text, word.end()))
        before = text[max(0, word.start() - _LONGEST_NAME) : word.start()]
        if not call or _IN_VARIABLE.search(before):
            continue
        meant = _meanings(call["target"] or "", declared)
        if call["silent"] or not meant or not meant.issubset(allowed):
            return True
    return False


def _declarations(text: str) -> dict[str, set[str]]:
    """For each prefix every IRI that some reading of the text may declare for it."""
    declared: dict[str, set[str]] = {}
    for name in _PREFIX.finditer(text):
        iri = _DECLARED.match(_after(text, name.end()))
        if iri:
            # ``PREFIXe:<…>`` is a declaration, too.
            for prefix in {name[1], re.sub("(?i)^prefix", "", name[1])}:
                declared.setdefault(prefix, set()).add(iri[1] or "")
    return declared


def _meanings(target: str, declared: Mapping[str, Collection[str]]) -> set[str]:
    """The IRIs that a call's target may stand for; none for a variable."""
    if target.startswith("<"):
        return {target[1:-1]} if target.endswith(">") else set()
    prefix, _, local = target.partition(":")
    return {iri + local for iri in declared.get(prefix, ())}


def _after(text: str, position: int) -> str:
    """A window that bounds the work on hostile texts; one that is too short to tell counts as a call."""
    end = position + _WINDOW
    return text[position:end] + ("\n}" if end >= len(text) else "")


def _fetches(text: str) -> bool:
    for word in _LOAD.finditer(text):
        before = text[max(0, word.start() - _WINDOW) : word.start()]
        code = before.rstrip()
        # An operation begins the text, or follows a semicolon, the IRI of a declaration, or the end of a comment.
        begins = not code or code[-1] in ";>" or not {"\n", "\r"}.isdisjoint(before[len(code) :])
        if begins and _FETCH.match(_after(text, word.end())):
            return True
    return False


class _Group:
    """What stands between two brackets: ``steps`` of its own, and ``inner`` ones in the longest of the groups in it."""

    __slots__ = ("counts", "inner", "opener", "steps")

    def __init__(self, opener: str, counts: bool) -> None:
        self.opener = opener
        self.counts = counts
        self.steps = self.inner = 0

    def take(self, inner: _Group) -> None:
        self.inner = max(self.inner, inner.steps + inner.inner)


def _check_depth(text: str) -> None:
    if sum(map(text.count, "{([<")) <= MOST_LEVELS and sum(map(text.count, _MARKS)) <= MOST_STEPS:
        return
    whole = _Group("", counts=True)
    groups = [whole]
    before_data = False
    previous = Token("", "", 0, 0)
    for token in tokens(text):
        group, piece = groups[-1], token.text
        if piece in _OPENERS:
            group.steps += group.counts
            groups.append(_Group(piece, group.counts and not (before_data and piece == "{")))
            before_data = before_data and piece != "{"
        elif piece in _CLOSERS and len(groups) > 1:
            groups[-2].take(groups.pop())
        elif token.kind == "iri" and (opened := _opened(piece)):
            groups.extend(_Group("(", group.counts) for _ in range(opened))
        elif token.kind == "word":
            before_data = piece.upper() in _BEFORE_DATA
        group = groups[-1]
        if group is whole and (token.kind == "word" or piece == ";"):
            # The next clause, declaration or operation.
            group.steps = group.inner = 0
        elif group.counts and _is_step(token, previous, group):
            group.steps += 1
        if len(groups) - 1 > MOST_LEVELS or group.steps + group.inner > MOST_STEPS:
            raise _too_deep(text, token, len(groups) - 1 > MOST_LEVELS)
        previous = token


def _opened(iri: str) -> int:
    """How many brackets more it opens than closes, should the engine read its ``<`` as less than."""
    return sum(map(iri.count, "([")) - sum(map(iri.count, ")]"))


def _is_step(token: Token, previous: Token, group: _Group) -> bool:
    if token.text in _OPERATORS:
        # || and && are one.
        return token.text not in "|&" or (token.text, token.start) != (previous.text, previous.end)
    if token.text in _SEPARATORS:
        return group.opener in ("{", "[")
    # The items of DESCRIBE become joined patterns.
    return not group.opener and token.kind in ("iri", "name")


def _too_deep(text: str, token: Token, levels: bool) -> SyntaxFault:
    line = text.count("\n", 0, token.start) + 1
    column = token.start - text.rfind("\n", 0, token.start)
    if levels:
        return SyntaxFault(
            f"嵌套超过 {MOST_LEVELS} 层，未予执行。请减少括号的层数。",
            f"Nested more than {MOST_LEVELS} levels deep, so it isn't run. Use fewer brackets inside each other.",
            line=line,
            column=column,
        )
    return SyntaxFault(
        f"相连的模式和运算超过 {MOST_STEPS} 个，未予执行。请改用 VALUES 或 IN，或分成几个请求。",
        f"More than {MOST_STEPS} patterns and operators in a row, so it isn't run. Use VALUES or IN, or split it.",
        line=line,
        column=column,
    )


def datasets_named(text: str, base: str | None = None) -> list[str]:
    """The IRIs that ``FROM`` and ``FROM NAMED`` name (SPARQL 1.1, 13.2), each once, in their order.

    Prefixes and ``BASE`` are resolved, relative IRIs at last against ``base``. A name whose prefix the text doesn't
    declare is left out: the engine refuses it.
    """
    prefixes: dict[str, str] = {}
    found: dict[str, None] = {}
    row: list[Token] = []
    for token in tokens(text):
        if token.kind not in ("iri", "name"):
            row = [token] if not row or token.text.upper() != "NAMED" else row
            continue
        word = row[0].text.upper() if row else ""
        if word == "BASE" and token.kind == "iri":
            base = _resolved(token.text, base)
        elif word == "PREFIX" and token.kind == "name":
            row.append(token)
            continue
        elif word == "PREFIX" and len(row) == 2:
            prefixes[row[1].text[:-1]] = _resolved(token.text, base)
        elif word == "FROM":
            found.update(dict.fromkeys(_named(token, prefixes, base)))
        row = []
    return list(found)


def _named(token: Token, prefixes: dict[str, str], base: str | None) -> Iterator[str]:
    if token.kind == "iri":
        yield _resolved(token.text, base)
        return
    prefix, _, local = token.text.partition(":")
    if prefix in prefixes:
        yield prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _resolved(written: str, base: str | None) -> str:
    iri = _CODEPOINT.sub(_decode, written[1:-1])
    # What has a scheme stays as it is: ``urljoin`` would take a dot segment out of it and change the graph's name.
    return iri if base is None or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri) else urljoin(base, iri)
