"""What the scanner gives: mentions of numerals, and the quantity that a printed figure stands for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["measure", "date", "ordinal", "rank", "name_part", "list_marker"]
Comparator = Literal["eq", "approx", "gt", "ge", "lt", "le"]


@dataclass(frozen=True)
class Quantity:
    """A printed figure, read.

    ``value`` is multiplied out (344.2万人 → 3442000) in ``unit``, the unit as printed without its multiplier (``人``;
    empty where none is printed, as for 1/4 → 0.25). Tenths and halves are percentages: 五成 and 半数 → 50 in ``%``.
    ``value_high`` is the upper end of a printed range (3至5个), else none. ``low`` and ``high`` bound what the figure
    can mean (see ``intervals``); none is no bound. ``printed`` is the text that was read, without comparator words.
    """

    value: Decimal
    value_high: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    comparator: Comparator
    printed: str


@dataclass(frozen=True)
class Mention:
    """A numeral in a text, at ``text == source[start:end]`` (0-based code points, ``end`` exclusive).

    ``text`` is the numeral with multiplier, 余 or 多 and unit, or the name that it belongs to; ``why``
    names the rule that classed it.
    Measures and ranks have a ``quantity``; other kinds have none.
    """

    start: int
    end: int
    text: str
    kind: Kind
    quantity: Quantity | None
    why: str
