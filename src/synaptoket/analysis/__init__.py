"""From result files to numbers: percent of control, what a dose changed, intervals over seeds.

Everything is paired within a seed (an arm against the control of the same seed at the same time)
and then averaged over seeds: n counts seeds, never cells or synapses. Only the tree that
`synaptoket.open_results` returns is read.
"""

from .convergence import convergence, convergence_json, convergence_table, extrapolated
from .function import function, function_table, has_probes, probe_values
from .response import Response, response
from .statistics import Interval, before, interval, percent_of_control, smoothed, value_at
from .summary import lookup, principal, summary, summary_markdown, summary_table
from .timeline import Timeline, timeline

__all__ = [
    "Interval",
    "Response",
    "Timeline",
    "before",
    "convergence",
    "convergence_json",
    "convergence_table",
    "extrapolated",
    "function",
    "function_table",
    "has_probes",
    "interval",
    "lookup",
    "percent_of_control",
    "principal",
    "probe_values",
    "response",
    "smoothed",
    "summary",
    "summary_markdown",
    "summary_table",
    "timeline",
    "value_at",
]
