"""Traditional characters in texts that are in simplified Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from plangraph.namespaces import PG, PGS
from plangraph.proofreading.base import LONGEST, Found, Seen, Step, facts_of, reached
from plangraph.store.view import Triple

if TYPE_CHECKING:
    from opencc import OpenCC

_TEXTS: Final = (SKOS.prefLabel, DCTERMS.description, PG.rationale)
# The table of standard characters (2013) keeps these in names, though they are written otherwise elsewhere.
_STANDARD: Final = frozenset("昇鉅谿瞭濛剋夥乾藉薹徵麽陞邨迺椏堃喆淼甯犇皙瞋噘蹚溧勠硃氾")
# These stand in the older national character set although they are traditional.
_OLD_SET: Final = frozenset("後産")


class Traditional:
    """Finds Chinese labels, descriptions and rationales with traditional characters; other names may have them."""

    shape: Final = PGS["Label-traditional"]

    def focuses(self, view: Seen) -> Iterable[URIRef]:
        """All things with such a text."""
        view = facts_of(view).view
        return sorted({s for p in _TEXTS for s, _, _ in view.triples(None, p) if isinstance(s, URIRef)})

    def affected(self, view: Seen, changed: Iterable[Triple]) -> set[URIRef]:
        """The things whose texts change."""
        return reached(facts_of(view), ((Step(p),) for p in _TEXTS), changed)

    def check(self, view: Seen, focuses: Iterable[URIRef]) -> Iterator[Found]:
        """One finding for each text."""
        facts = facts_of(view)
        for focus in focuses:
            for predicate in _TEXTS:
                for text in facts.values(focus, predicate):
                    if isinstance(text, Literal) and text.language == "zh" and len(text) <= LONGEST:
                        yield from _traditional(focus, predicate, text)


def _traditional(focus: URIRef, predicate: URIRef, text: Literal) -> Iterator[Found]:
    simplified = _simplified(str(text))
    pairs = {a: b for a, b in zip(text, simplified, strict=False) if a != b}
    if pairs:
        told = "、".join(f"{a}（{b}）" for a, b in pairs.items())
        values = {"value": str(text), "characters": told, "expected": simplified}
        yield Found(focus, str(predicate), text, values)


def _simplified(text: str) -> str:
    """The text with its traditional characters made simplified, character by character where that is sure."""
    if all(_in_national_set(char) for char in text):
        return text
    turned = _converter().convert(text)
    if len(turned) != len(text):
        turned = "".join(_converter().convert(char) for char in text)
    return "".join(
        old if _in_national_set(old) or old in _STANDARD else new for old, new in zip(text, turned, strict=False)
    )


@lru_cache(maxsize=65536)
def _in_national_set(char: str) -> bool:
    """Whether a character is in GB/T 2312, the set of simplified characters in daily use."""
    if char in _OLD_SET:
        return False
    try:
        return len(char.encode("gb2312")) > 0
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC  # reads its dictionaries, which only text with unusual characters needs

    return OpenCC("t2s")


RULES: Final = (Traditional(),)
