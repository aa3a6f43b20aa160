"""Printed Chinese figures: finds every numeral of a text, says its kind, and reads quantities with their intervals.

Knows Chinese and nothing of any plan: the audit rests on its independence from the graph.
"""

from plangraph.quantities.intervals import interval
from plangraph.quantities.model import Comparator, Kind, Mention, Quantity
from plangraph.quantities.reading import read_quantity, write_quantity
from plangraph.quantities.scanning import scan

__all__ = ["Comparator", "Kind", "Mention", "Quantity", "interval", "read_quantity", "scan", "write_quantity"]
