"""What an assessment is made of: spans of numbers, what the source reports, and progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from plangraph.entities import Named
from plangraph.figures import Figure, number


@dataclass(frozen=True)
class Span:
    """The numbers from ``low`` to ``high``, both included; None where there is no bound on that side."""

    low: Fraction | None
    high: Fraction | None

    def __neg__(self) -> Span:
        """The span of the negated numbers: what turns lower-is-better into higher-is-better."""
        return Span(None if self.high is None else -self.high, None if self.low is None else -self.low)

    @property
    def bounded(self) -> bool:
        """Whether it has both bounds."""
        return self.low is not None and self.high is not None

    def text(self) -> str:
        """The span for a formula: ``[1.865, 1.875]``, ``(−∞, 0.9]``, a single number as that number."""
        if self.low is not None and self.low == self.high:
            return decimal(self.low)
        low = "(\u2212∞" if self.low is None else f"[{decimal(self.low)}"
        high = "+∞)" if self.high is None else f"{decimal(self.high)}]"
        return f"{low}, {high}"

    def percent(self) -> str:
        """The span as percentages with one digit: ``57.2%–64.3%``."""
        if self.low is None or self.high is None:
            return (
                ""
                if self.low == self.high
                else f"≥ {_percent(self.low)}"
                if self.low is not None
                else (f"≤ {_percent(self.high)}" if self.high is not None else "")
            )
        low, high = _percent(self.low), _percent(self.high)
        return low if low == high else f"{low}–{high}"


def _percent(share: Fraction) -> str:
    tenths = (Decimal(share.numerator) * 1000 / Decimal(share.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    return number(tenths / 10) + "%"


def decimal(value: Fraction) -> str:
    """A number in full, thousands apart, rounded to six digits after the point."""
    return number(Decimal(value.numerator) / Decimal(value.denominator) if value.denominator == 1 else _rounded(value))


def _rounded(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 6)


def span_of(figure: Figure) -> Span:
    """What a figure can mean."""

    def fraction(value: Decimal | None) -> Fraction | None:
        return None if value is None else Fraction(value)

    low, high = fraction(figure.low), fraction(figure.high)
    if low is None and high is None:  # a figure without an interval says its value
        low = high = fraction(figure.value)
    return Span(low, high)


@dataclass(frozen=True)
class Window:
    """The days on which something may have been so; one day where ``earliest`` is ``latest``."""

    earliest: date
    latest: date

    @property
    def is_day(self) -> bool:
        """Whether it is a single day."""
        return self.earliest == self.latest


@dataclass(frozen=True)
class Reported:
    """A reported state of an indicator: the ``pg:Assessment``, its progress code, its date (ISO, or empty), by whom."""

    assessment: Named
    state: str
    as_of: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """An observation of an indicator held against its target.

    ``kind`` is one of reach, ceiling, floor, range, growth, empty where nothing could be compared. ``elapsed`` and
    ``progress`` are shares (0 to 1, None where there are none). ``state`` is a short code of ``pgc:progress``;
    ``certain`` says whether every value inside the intervals gives it, else it is right within rounding. ``earlier``
    are observations of the years before that entered the mean. ``zero_base`` says that the base is 0 by the record.
    """

    indicator: Named
    observation: Figure | None
    target: Figure | None
    base: Figure | None
    kind: str
    state: str
    certain: bool
    reason: dict[str, str]
    computation: str = ""
    elapsed: Span | None = None
    progress: Span | None = None
    window: Window | None = None
    reported: Reported | None = None
    earlier: tuple[Figure, ...] = ()
    zero_base: bool = False
    main: bool = False

    @property
    def forecast(self) -> bool:
        """Whether the value assessed is one that the source expects."""
        return self.observation is not None and self.observation.value_type == "forecast"

    @property
    def dated(self) -> bool:
        """Whether the observation states its date."""
        return self.observation is not None and self.observation.end is not None

    @property
    def differs(self) -> bool:
        """Whether no value inside the intervals agrees with the reported state of the same time.

        A forecast is of another time than the report's own judgement. To be on track says nothing against having
        reached the target already.
        """
        if self.reported is None or self.forecast or self.state == "unknown" or not self.certain:
            return False
        return self.state not in _AGREES.get(self.reported.state, {self.state})


_AGREES = {
    "behind": {"behind"},
    "on-track": {"on-track", "achieved-early"},
    # That a target reported as reached is not reached yet is a finding of its own.
    "achieved-early": {"on-track", "achieved-early"},
}
