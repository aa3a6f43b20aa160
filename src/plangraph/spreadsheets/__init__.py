"""Spreadsheets: templates made from the shapes, workbooks and CSV files read into changes, faults marked in cells."""

from plangraph.spreadsheets.checking import (
    is_spreadsheet,
    read_spreadsheet,
    validate_read,
    validate_workbook,
    with_faults,
)
from plangraph.spreadsheets.exports import export_csv, export_workbook
from plangraph.spreadsheets.marking import mark_workbook
from plangraph.spreadsheets.reading import Workbook, read_csv, read_workbook
from plangraph.spreadsheets.template import make_template

__all__ = [
    "Workbook",
    "export_csv",
    "export_workbook",
    "is_spreadsheet",
    "make_template",
    "mark_workbook",
    "read_csv",
    "read_spreadsheet",
    "read_workbook",
    "validate_read",
    "validate_workbook",
    "with_faults",
]
