"""The words of the program: what every stage takes and gives. All of them are frozen and picklable.
Of those that a report makes by the hundred the type checker alone sees to that; see `quick`.

A file becomes a `Document` (pages of lines of cells). A `Document` becomes a `Report` (canonical
cells with findings and proposals). Everything in between is listed here too, so that a stage needs
to import nothing but this module, `errors` and `forms`.
"""

from gipr_ml.types.cells import Doubt, Proposal, ReportCell, State
from gipr_ml.types.document import Borders, Box, Cell, Document, Line, Page, PageImage, Place, Unit
from gipr_ml.types.findings import Cause, Decision, Finding, Outcome, RuleCount, Severity, Verdict
from gipr_ml.types.reading import LabelledLine, Match, Reading, Statement, StatementKind
from gipr_ml.types.report import NarrativeFigure, Report, ReportLine, Status

__all__ = [
    "Borders",
    "Box",
    "Cause",
    "Cell",
    "Decision",
    "Document",
    "Doubt",
    "Finding",
    "LabelledLine",
    "Line",
    "Match",
    "NarrativeFigure",
    "Outcome",
    "Page",
    "PageImage",
    "Place",
    "Proposal",
    "Reading",
    "Report",
    "ReportCell",
    "ReportLine",
    "RuleCount",
    "Severity",
    "State",
    "Statement",
    "StatementKind",
    "Status",
    "Unit",
    "Verdict",
]
