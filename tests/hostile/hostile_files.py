"""One hostile file: what is in it, and what may become of it. The table of all of them is ``FILES``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

REFUSED: Final = "refused"
"""It can't be read, or may not be: exit code 2, 400 or 403."""
TOO_LARGE: Final = "too large"
"""Exit code 2, 413."""
FAULTY: Final = "faulty"
"""It is read and a report says what is wrong: exit code 1, 200 with a report, 422."""
FINE: Final = "fine"
"""It is data like others, and is stored as it stands: exit code 0, 200, 201."""
STOPPED: Final = "stopped"
"""It takes too much time or memory: exit code 3, 503."""

Make = Callable[[], bytes]
HEAD: Final = """@base <https://w3id.org/plangraph/id/hostile/> .
@prefix pg: <https://w3id.org/plangraph/ontology#> .
@prefix pgc: <https://w3id.org/plangraph/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <https://e.example/> .
"""


@dataclass(frozen=True)
class HostileFile:
    """A file that somebody gives, by malice or by accident.

    ``file`` is its name, whose ending tells the syntax. In ``data`` ``@LISTENER@`` stands for an address of this
    machine that must stay silent, ``@CANARY@`` for the path of a file that must stay unread; a function makes what is
    large. ``expected`` are the outcomes that are right, ``http`` those of a server, which has a limit for uploads,
    where they are others. ``says`` is found in the English words of a refusal or of a report, whatever the case of its
    letters. ``seconds`` and ``megabytes`` are what a command may take.
    """

    name: str
    file: str
    data: bytes | str | Make
    expected: frozenset[str]
    says: str = ""
    http: frozenset[str] = frozenset()
    seconds: float = 20.0
    megabytes: int = 700
    long: bool = False
    committed: frozenset[str] = frozenset()
    """The outcomes that are right for a commit, where they are others than for a check."""
    fault: str = ""
    """What is known to be wrong with the answer, until it is mended."""

    def content(self, words: Mapping[str, str]) -> bytes:
        """What is in the file, with the placeholders filled in by ``words``."""
        data = self.data() if callable(self.data) else self.data
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        for word, value in words.items():
            data = data.replace(b"@" + word.encode() + b"@", value.encode())
        return data

    @property
    def over_http(self) -> frozenset[str]:
        """The outcomes that are right for a server."""
        return self.http or self.expected


def one_of(*outcomes: str) -> frozenset[str]:
    """Several outcomes that are right."""
    return frozenset(outcomes)


def turtle(text: str) -> str:
    """Turtle after the usual prefixes."""
    return HEAD + text


def place(slug: str, label: str, more: str = "") -> str:
    """A place that conforms to the shapes but for what its label, already quoted and escaped, may be."""
    return turtle(
        f'<place/{slug}> a pg:Place ; skos:prefLabel {label}@zh, "Hostile place {slug}"@en ; '
        f"pg:placeType pgc:place-type-park {more}.\n"
    )
