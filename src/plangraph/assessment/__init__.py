"""Progress of indicators against their targets and the time elapsed, computed, and held against what is reported.

The rule is linear interpolation, as in the common measures of progress towards the SDGs: at a date by which a share
``e`` of the time from base to due date is over, a share ``p`` of the way from base to target should be covered.
Everything is computed on what the printed figures can mean (``pg:valueLow`` to ``pg:valueHigh``): an indicator is
behind, or surely on track, only where every value inside the intervals says so.

Kinds of target, by the direction of the indicator and the comparator of the target:

* ``reach``: a value to be reached by the due date. ``p`` is the share of the way from base to target. Reached for
  sure before the due date is ``achieved-early``, whatever the base.
* ``ceiling`` and ``floor``: a bound that holds at every time (within 4.5%), so neither base nor date are needed. A
  bound that the base breaks, or a floor with a due date, is one to ``reach``.
* ``range``: the value lies between the bounds of the target, at every time.
* ``growth``: a yearly rate. The growth observed is compared with the target's; single years in a row are compared by
  their geometric mean.

The base is a recorded baseline with a date. It is 0 only for a count whose observation is recorded as of a period that
starts with the plan. Dates are never guessed. An actual figure that states none, but stands in the report that an
evaluation of the plan generated, was stated during the period of that evaluation: it gets a state only where every date
of that period gives the same one.
"""

from __future__ import annotations

from plangraph.assessment.checks import check_progress
from plangraph.assessment.progress import assess
from plangraph.assessment.records import Progress, Reported, Span

__all__ = ["Progress", "Reported", "Span", "assess", "check_progress"]
