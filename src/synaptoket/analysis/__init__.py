"""From result files to numbers: percent of control, what a dose changed, intervals over seeds.

Everything is paired within a seed (an arm against the control of the same seed at the same time)
and then averaged over seeds: n counts seeds, never cells or synapses. Only the tree that
`synaptoket.open_results` returns is read.

The structure of one network (`graph`, `weights`, `reciprocity`, `triads`) and the lives of its
synapses (`histories`, `cohort_survival`, `lifetimes`, `turnover`) are read from the states and
events of one file.
"""

from .convergence import convergence, convergence_json, convergence_table, extrapolated
from .function import function, function_table, has_probes, probe_values
from .motifs import dyads, random_triads, reciprocity, triads
from .network import degrees, graph, weights
from .response import Response, response
from .statistics import Interval, before, interval, per_time, percent_of_control, smoothed, value_at
from .summary import lookup, moving, principal, summary, summary_markdown, summary_table
from .timeline import Timeline, timeline
from .turnover import (
    Histories,
    Survival,
    Turnover,
    cohort_survival,
    histories,
    lifetimes,
    survival,
    turnover,
)

__all__ = [
    "Histories",
    "Interval",
    "Response",
    "Survival",
    "Timeline",
    "Turnover",
    "before",
    "cohort_survival",
    "convergence",
    "convergence_json",
    "convergence_table",
    "degrees",
    "dyads",
    "extrapolated",
    "function",
    "function_table",
    "graph",
    "has_probes",
    "histories",
    "interval",
    "lifetimes",
    "lookup",
    "moving",
    "per_time",
    "percent_of_control",
    "principal",
    "probe_values",
    "random_triads",
    "reciprocity",
    "response",
    "smoothed",
    "summary",
    "summary_markdown",
    "summary_table",
    "survival",
    "timeline",
    "triads",
    "turnover",
    "value_at",
    "weights",
]
