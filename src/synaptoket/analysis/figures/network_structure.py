"""The figure of a network's structure: degrees, weights, lives of synapses, turnover, triads.

One result file is one network, of one seed. Intervals are those of the estimate within this
network; they say nothing about other networks. Survival and turnover need events
(``--record-events``), triads a projection within a population.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parameters.errors import UserError
from ...results import open_results
from ...results.events import has_events
from ...results.network_states import Network, check_network, synapse_variables
from ..network import graph, weights
from ..protocol_timeline import timeline
from ..reported_names import principal
from ..synapse_lives import histories
from .graph_panels import draw_degrees, draw_triads, draw_weights
from .panels import LETTERS, caption, constrained_figure
from .style import CAPTION, STYLE, TIGHT, arm_styles, readable
from .synapse_lives import draw_cohort, draw_lifetimes, draw_turnover

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

#: State variables that hold a weight, in order of preference: the variable drawn and its label.
WEIGHTS = {
    "ampa_content": ("ampa_content", "AMPA content (mean spine: 1)"),
    "log_size": ("spine_size", "spine size (mean spine: 1)"),
}


def structure_figure(
    network: Network, projection: str | None = None, checkpoint: str | None = None
) -> Figure:
    """Draw degrees, weights, survival, turnover and triads of every arm.

    Parameters
    ----------
    network : Network
        From `synaptoket.open_network`; its file, finished or not, holds states.
    projection : str, optional
        Without it, the first of which some synapses come and go.
    checkpoint : str, optional
        The phase at whose end degrees, weights and triads are taken. Without it, the last state of
        each arm.

    Raises
    ------
    UserError
        If the file holds no states, or not the one that was named.
    """
    import matplotlib

    check_network(network)
    tree = open_results(network.path)
    plan = timeline(tree)
    projection = projection or principal(tree)
    arms = [arm for arm in plan.arms if network.states(arm)]
    if not arms:
        raise UserError(
            f"{network.path}: holds no state, which degrees and weights are read from; "
            "--keep-checkpoints phases keeps those of a run"
        )
    styles = arm_styles(plan)
    graphs = {arm: graph(network, arm, projection, checkpoint) for arm in arms}
    recurrent = network.pairs(projection).recurrent
    known = synapse_variables(network.state(arms[0], checkpoint), projection)
    weight = next((drawn for name, drawn in WEIGHTS.items() if name in known), None)
    lives = {}
    if has_events(network.attributes):
        lives = {arm: histories(network, arm, projection) for arm in plan.arms}
    rows = 1 + bool(lives) + recurrent
    with matplotlib.rc_context(STYLE):
        figure = constrained_figure(0.8 + 3.6 * rows)
        grid = iter(figure.add_gridspec(rows, 1))
        top = next(grid).subgridspec(1, 2 + bool(weight))
        panels = [figure.add_subplot(cell) for cell in top]
        draw_degrees(panels[0], graphs, styles, "outgoing")
        draw_degrees(panels[1], graphs, styles, "incoming")
        if weight:
            variable, meaning = weight
            drawn = {
                arm: weights(network, arm, projection, checkpoint, variable).data for arm in arms
            }
            draw_weights(panels[2], drawn, styles, meaning)
        if lives:
            middle = [figure.add_subplot(cell) for cell in next(grid).subgridspec(1, 3)]
            draw_cohort(middle[0], lives, plan, styles)
            draw_lifetimes(middle[1], lives, plan, styles)
            draw_turnover(middle[2], lives, plan, styles)
            panels += middle
        if recurrent:
            panels.append(figure.add_subplot(next(grid)))
            draw_triads(panels[-1], graphs, styles)
        for letter, axes in zip(LETTERS, panels, strict=False):
            axes.set_title(f"{letter}   {axes.get_title(loc='left')}")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), **TIGHT)
        figure.suptitle(_caption(tree, projection, checkpoint, bool(lives)), **CAPTION)
    return figure


def _caption(tree: xarray.DataTree, projection: str, checkpoint: str | None, events: bool) -> str:
    """Return what was run, and which states and events the panels show."""
    when = f"at the end of {checkpoint.replace('_', ' ')}" if checkpoint else "in the last state"
    without = "" if events else "; without recorded events no lives of synapses"
    words = f"{readable(projection)}; degrees, weights and triads {when}{without}"
    return f"{caption(tree, around=False)}; {words}"
