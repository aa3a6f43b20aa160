"""Files that are too much of something: bytes, statements, blank nodes, names, prefixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations, product

from hostile_files import FAULTY, FINE, HEAD, REFUSED, STOPPED, TOO_LARGE, HostileFile, Make, one_of

SAYS = "<https://e.example/s> <https://e.example/p> "
ANY = one_of(FINE, FAULTY, STOPPED, TOO_LARGE)


def mass(make: Callable[[], Iterable[str]]) -> Make:
    """Turtle made of many pieces."""
    return lambda: (HEAD + "".join(make())).encode()


def links(pairs: Iterable[tuple[int, int]]) -> list[str]:
    """Blank nodes that refer to each other, all by the same property."""
    return [f"_:n{a} e:p _:n{b} .\n" for a, b in pairs]


def parks(count: int) -> list[str]:
    """Projects whose labels differ by a number."""
    label = 'skos:prefLabel "星河公园{0}期改造提升工程"@zh,"Park {0}"@en'
    return [f"<p/{n}> a pg:Project;{label.format(n)}.\n" for n in range(count)]


def _cube() -> list[str]:
    nodes = list(product(range(2), repeat=7))
    number = {node: n for n, node in enumerate(nodes)}
    return links(
        (number[node], number[(*node[:at], 1 - node[at], *node[at + 1 :])]) for node in nodes for at in range(7)
    )


def _twisted(size: int) -> list[str]:
    """A ladder joined to a ring with one twist, and the same without: graphs that look alike from every node."""
    ring = [(n, (n + 1) % size) for n in range(size)]
    both = [(a, b) for a, b in ring] + [(size + a, size + b) for a, b in ring] + [(n, size + n) for n in range(size)]
    return links([*both, *((b, a) for a, b in both)])


POISON = [
    HostileFile(
        "a complete graph of 60 blank nodes",
        "complete.ttl",
        mass(lambda: links((a, b) for a in range(60) for b in range(60) if a != b)),
        one_of(FINE, REFUSED, STOPPED),
    ),
    HostileFile("a cube of seven dimensions of blank nodes", "cube.ttl", mass(_cube), one_of(FINE, REFUSED, STOPPED)),
    HostileFile("a prism of 400 blank nodes", "prism.ttl", mass(lambda: _twisted(200)), one_of(FINE, REFUSED, STOPPED)),
    HostileFile(
        "a ring of 20,000 blank nodes",
        "ring.ttl",
        mass(lambda: links((n, (n + 1) % 20_000) for n in range(20_000))),
        one_of(FINE, REFUSED, STOPPED),
    ),
    HostileFile(
        "a chain of 100,000 blank nodes",
        "chain.ttl",
        mass(lambda: links((n, n + 1) for n in range(100_000))),
        one_of(FINE, REFUSED, STOPPED),
        long=True,
    ),
    HostileFile(
        "a thousand rings of two",
        "pairs.ttl",
        mass(lambda: links(pair for n in range(0, 2_000, 2) for pair in ((n, n + 1), (n + 1, n)))),
        one_of(FINE, REFUSED, STOPPED),
    ),
    HostileFile(
        "a thousand rings of five",
        "fives.ttl",
        mass(lambda: links((5 * n + a, 5 * n + b) for n in range(1_000) for a, b in combinations(range(5), 2))),
        one_of(FINE, REFUSED, STOPPED),
    ),
]

MASSES = [
    HostileFile(
        "a list of 3 million nothings",
        "lists.ttl",
        mass(lambda: [SAYS, "(", "()" * 3_000_000, ") ."]),
        one_of(STOPPED, TOO_LARGE),
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "3 million blank nodes",
        "nodes.ttl",
        mass(lambda: [SAYS, "[]," * 3_000_000, "1 ."]),
        one_of(STOPPED, TOO_LARGE),
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "100,000 blank nodes in a list", "list.ttl", mass(lambda: [SAYS, "(", "[]" * 100_000, ") ."]), ANY, long=True
    ),
    HostileFile(
        "a million triples about one thing",
        "one.ttl",
        mass(lambda: [SAYS, "0", *(f",{n}" for n in range(1, 1_000_000)), " ."]),
        ANY,
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "a million things of a class",
        "things.ttl",
        mass(lambda: (f"<{n:x}> a pg:Place.\n" for n in range(450_000))),
        ANY,
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "100,000 observations of one indicator",
        "observations.ttl",
        mass(lambda: (f"<o/{n}> a pg:Observation;pg:ofIndicator <i>;pg:value {n}.0.\n" for n in range(100_000))),
        ANY,
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "20,000 labels that are nearly the same",
        "near.ttl",
        mass(
            lambda: (
                f'<p/{n}> a pg:Project;skos:prefLabel "星河公园{n}期改造提升工程"@zh,"Park {n}"@en.\n'
                for n in range(20_000)
            )
        ),
        ANY,
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "2,000 labels that are nearly the same",
        "near-2.ttl",
        mass(
            lambda: (
                f'<p/{n}> a pg:Project;skos:prefLabel "星河公园{n}期改造提升工程"@zh,"Park {n}"@en.\n'
                for n in range(2_000)
            )
        ),
        ANY,
        long=True,
    ),
    HostileFile(
        "200,000 prefixes",
        "prefixes.ttl",
        mass(lambda: [*(f"@prefix p{n}: <e:{n}> .\n" for n in range(200_000)), SAYS, "1 ."]),
        one_of(FINE),
    ),
    HostileFile(
        "50,000 graphs",
        "graphs-50.trig",
        mass(lambda: (f"e:g{n} {{ e:s e:p {n} }}\n" for n in range(50_000))),
        one_of(FINE, STOPPED),
    ),
    HostileFile(
        "200 MB of Turtle",
        "large.ttl",
        mass(lambda: (f'<s/{n}> e:p {n}, "{"x" * 40}" .\n' for n in range(3_000_000))),
        one_of(TOO_LARGE, STOPPED),
        http=one_of(TOO_LARGE),
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
    HostileFile(
        "20 MB of Turtle",
        "large-20.ttl",
        mass(lambda: (f'<s/{n}> e:p {n}, "{"x" * 40}" .\n' for n in range(280_000))),
        one_of(FINE, TOO_LARGE),
        http=one_of(TOO_LARGE),
        seconds=60,
        megabytes=2_500,
        long=True,
    ),
]
