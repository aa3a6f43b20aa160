"""Addresses: the one place that knows which page shows which IRI, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from plangraph.history import CHANGES
from plangraph.namespaces import GRAPHS, ID, ONTOLOGY, PG, PGC, PGS, ROOT, is_safe_iri

_PATH_SAFE: Final = "/-._~!$&'()*+,;=:@"
LISTED: Final[dict[str, str]] = {
    str(PG.Indicator): "/indicators",
    str(PG.MainIndicator): "/indicators?group=*",
    str(PG.Task): "/tasks",
    str(PG.Project): "/projects",
    str(PG.Place): "/places",
    str(PG.Change): "/history",
    str(PG.Patch): "/history",
}
"""The classes that have a list at an address of their own."""


def page_of(iri: str) -> str:
    """Where a person reads about ``iri``: a page of this server, or the IRI itself where it is a web address elsewhere.

    Empty where it is neither, so that no ``javascript:`` or ``file:`` address ever becomes a link.
    """
    iri = str(iri)
    for namespace, path in ((CHANGES, "/history/"), (ID, "/doc/"), (PGC, "/code/")):
        if iri.startswith(namespace):
            return _join(path, iri.removeprefix(namespace))
    if iri.startswith(PG):
        return "/ontology#" + quote(iri.removeprefix(PG))
    if iri.startswith(PGS):
        return "/shapes#" + quote(iri.removeprefix(PGS))
    if iri == str(ONTOLOGY):
        return "/ontology"
    if iri + "#" == str(PGS):
        return "/shapes"
    if iri.startswith(GRAPHS):
        return graph_page(iri)
    return iri if urlsplit(iri).scheme in ("http", "https") and is_safe_iri(iri) else ""


def _join(path: str, rest: str) -> str:
    before, hash_, fragment = rest.partition("#")
    return path + quote(before, safe=_PATH_SAFE) + (hash_ + quote(fragment) if hash_ else "")


def graph_page(iri: str) -> str:
    """Where a named graph is described and given out."""
    return "/graphs?" + urlencode({"graph": iri})


def iri_of_id(path: str) -> str:
    """The IRI whose page is ``/doc/`` + ``path``."""
    return str(ID) + path


def iri_of_code(path: str) -> str:
    """The IRI whose page is ``/code/`` + ``path``."""
    return str(PGC) + path


def is_external(iri: str) -> bool:
    """Whether ``page_of`` leads away from this server."""
    return page_of(iri).startswith(("http://", "https://"))


def list_page(class_: str) -> str:
    """The list of the things of a class."""
    if class_ in LISTED:
        return LISTED[class_]
    name = class_.removeprefix(str(PG)) if class_.startswith(str(PG)) else class_
    return "/things?" + urlencode({"type": name})


def explore_page(iri: str) -> str:
    """The graph view that starts from a thing."""
    return "/explore?" + urlencode({"iri": iri})


def change_page(iri: str) -> str:
    """The page of a change."""
    return _join("/history/", iri.removeprefix(CHANGES))


def history_of(iri: str) -> str:
    """The list of the changes that touched a thing."""
    return "/history?" + urlencode({"about": iri})


def observation_form(iri: str) -> str:
    """The form for a new observation of an indicator."""
    return "/contribute/observation?" + urlencode({"indicator": iri})


def source_page(iri: str, start: int | None = None, end: int | None = None) -> str:
    """The page of a source; at the words that begin at ``start``; with ``end`` the list of what rests on them."""
    iri = str(iri)
    query = {} if iri.startswith(ID) else {"iri": iri}
    path = "/sources/" + quote(iri.removeprefix(str(ID)), safe=_PATH_SAFE) if iri.startswith(ID) else "/sources/"
    if start is not None and end is not None:
        return f"{path}?{urlencode({**query, 'at': f'{start}-{end}'})}"
    return path + (f"?{urlencode(query)}" if query else "") + (f"#at-{start}" if start is not None else "")


def editor_page(text: str) -> str:
    """The query editor with a query in it."""
    return "/sparql?" + urlencode({"query": text})


def with_query(address: str, changes: Mapping[str, str | None]) -> str:
    """``address`` with some of its query parameters set, or taken away where the new value is None."""
    parts = urlsplit(address)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in changes]
    query = urlencode([*kept, *((key, value) for key, value in changes.items() if value is not None)])
    return parts.path + (f"?{query}" if query else "")


def relative(iri: str) -> str:
    """An IRI of the project without its common beginning, for a short display."""
    return iri.removeprefix(ROOT)
