"""From result files to numbers: percent of control, what a dose changed, intervals over seeds.

Everything is paired within a seed (an arm against the control of the same seed at the same time)
and then averaged over seeds: n counts seeds, never cells or synapses. The functions read the tree
that `synaptoket.open_results` returns.

The structure of one network (`graph`, `weights`, `reciprocity`, `triads`) and the lives of its
synapses (`histories`, `cohort_survival`, `lifetimes`, `turnover`) are read from the states and
events of one file, which `synaptoket.open_network` opens.
"""

from .acute_response import Response, response
from .motifs import dyads, random_triads, reciprocity, triads
from .network import degrees, graph, weights
from .probe_tables import function, function_table, has_probes, probe_values
from .protocol_timeline import Timeline, timeline
from .reported_names import moving, principal
from .statistics import Interval, before, interval, per_time, percent_of_control, smoothed, value_at
from .summary_entry import lookup
from .summary_tables import summary, summary_markdown, summary_table
from .survival_curves import Survival, cohort_survival, lifetimes, survival
from .synapse_lives import Histories, histories
from .timelapse_error import convergence, convergence_json, convergence_table, extrapolated
from .turnover_ratio import Turnover, turnover

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
