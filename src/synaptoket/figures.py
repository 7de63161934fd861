"""The figure of an experiment: weeks of synapse counts, and the hours around the dose.

Only the tree that `synaptoket.open_results` returns is read. Lines are means over seeds; bands
are 95 % confidence intervals, drawn when there are at least two seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .analysis import Timeline, before, interval, percent_of_control, principal, timeline
from .errors import UserError
from .results.destination import CREATOR, replacing
from .time_units import DAY, TimeUnit

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that stay apart in every common form of colour blindness (Okabe & Ito 2008); arms,
# populations and signals share none, so that a colour means one thing in the whole figure.
ARM_COLOURS = {
    "control": "#000000",
    "stress_vehicle": "#D55E00",
    "stress_ketamine": "#0072B2",
    "stress_ketamine_nbqx": "#E69F00",
    "stress_ketamine_rapamycin": "#CC79A7",
}
SPARE_ARM_COLOURS = ("#0072B2", "#D55E00", "#CC79A7", "#E69F00", "#999999", "#44AA99", "#332288")
POPULATION_COLOURS = {"pyramidal": "#117733", "pv": "#56B4E9", "sst": "#882255", "ca3": "#B09A5B"}
SPARE_POPULATION_COLOURS = ("#999933", "#332288", "#AA4499", "#44AA99", "#661100", "#6699CC")
SIGNALS = {
    "glutamate": ("glutamate", "#44AA99", "-"),
    "bdnf": ("BDNF", "#332288", "--"),
    "mtorc1": ("active mTORC1", "#AA4499", "-."),
    "protein": ("synaptic protein", "#999933", ":"),
}
DRUG_COLOUR = "#555555"
PHASE_SHADES = ("#FFFFFF", "#F1F1F1")

WIDTH_PIXELS = 1600
# What a figure says of itself: by it the program knows its own files, which it may replace. No
# date: the same results are the same bytes.
_MADE_BY = {
    ".png": {"Software": CREATOR},
    ".pdf": {"Creator": CREATOR, "CreationDate": None},
    ".svg": {"Creator": CREATOR, "Date": None},
}
STYLE = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.7,
    "lines.solid_capstyle": "round",
}


def headline_figure(tree: xarray.DataTree) -> Figure:
    """Draw synapse counts over the whole experiment and what happens around the dose.

    Parameters
    ----------
    tree : xarray.DataTree
        From `open_results`; any arms, populations and projections, one seed or many.

    Returns
    -------
    matplotlib.figure.Figure
        Seven panels, 1600 pixels wide as `save` writes it. It belongs to no window; a notebook
        shows it as it is.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.4, 11.4), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1, hspace=0.03, wspace=0.02)
        rows = figure.add_gridspec(3, 1, height_ratios=(1.15, 1, 1))
        top, middle, bottom = (rows[i].subgridspec(1, n) for i, n in enumerate((1, 3, 3)))
        plan = timeline(tree)
        styles = arm_styles(plan)
        draw_counts(figure.add_subplot(top[0]), tree, plan, styles)
        acute = [figure.add_subplot(middle[i]) for i in range(3)]
        arm = plan.treated_alone or plan.arms[-1]
        draw_rates(acute[0], tree, plan, arm)
        draw_block(acute[1], tree, plan, arm)
        draw_signals(acute[2], tree, plan, arm)
        draw_turnover(figure.add_subplot(bottom[0]), tree, plan, styles)
        draw_ampa(figure.add_subplot(bottom[1]), tree, plan, styles)
        draw_silent(figure.add_subplot(bottom[2]), tree, plan, styles)
        figure.suptitle(caption(tree), fontsize=10, color="#333333", x=0.01, ha="left")
    return figure


def save(figure: Figure, path: str | Path, width_pixels: int = WIDTH_PIXELS) -> Path:
    """Write a figure as PNG, PDF or SVG, by the ending of `path`; return the path.

    Raises
    ------
    UserError
        If the file cannot be written or its ending names no format.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _MADE_BY:
        raise UserError(f"{path}: expected a name that ends in {', '.join(_MADE_BY)}")
    with replacing(path) as partial:
        write(
            figure, partial, format=suffix[1:], dpi=width_pixels / figure.get_figwidth(),
            facecolor="white", metadata=_MADE_BY[suffix],
        )  # fmt: skip
    return path


def write(figure: Figure, target: Any, **options: Any) -> None:
    """Write a figure as `Figure.savefig` does; text with dollar signs that is no formula is text.

    Names of arms and phases come from files, and matplotlib takes what stands between two dollar
    signs as mathematics.
    """
    import matplotlib
    from matplotlib.text import Text

    try:
        figure.savefig(target, **options)
    except ValueError:
        for text in figure.findobj(Text):
            text.set_parse_math(False)
        with matplotlib.rc_context({"text.parse_math": False}):
            figure.savefig(target, **options)


def arm_colours(arms: Sequence[str]) -> dict[str, str]:
    """Return a colour for each arm: always the same for the arms of the headline experiment."""
    return _colours(arms, ARM_COLOURS, SPARE_ARM_COLOURS)


def arm_styles(plan: Timeline) -> dict[str, dict]:
    """Return colour, dashes and order of each arm: twins that run together all stay visible."""
    dashes = iter([(0, (4, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2))] * len(plan.arms))
    styles = {}
    for arm, colour in arm_colours(plan.arms).items():
        mixed = arm in plan.treated and arm != plan.treated_alone
        order = 5 if mixed else 4 if arm == plan.treated_alone else 3
        styles[arm] = {"color": colour, "ls": next(dashes) if mixed else "-", "zorder": order}
    return {arm: styles[arm] for arm in plan.arms}


def population_colours(populations: Sequence[str]) -> dict[str, str]:
    """Return a colour for each population: always the same for those of the circuits here."""
    return _colours(populations, POPULATION_COLOURS, SPARE_POPULATION_COLOURS)


def _colours(names: Sequence[str], known: dict[str, str], spare: Sequence[str]) -> dict[str, str]:
    taken = {known[name] for name in names if name in known}
    free = [colour for colour in spare if colour not in taken] or list(spare)
    unknown = [name for name in names if name not in known]
    return {**{name: known[name] for name in names if name in known},
            **{name: free[i % len(free)] for i, name in enumerate(unknown)}}  # fmt: skip


def readable(name: str) -> str:
    """Return a name of the files as a reader writes it.

    >>> readable("stress_ketamine_nbqx"), readable("pyramidal_to_pv"), readable("evening_dose")
    ('stress + ketamine + NBQX', 'pyramidal → PV', 'evening dose')
    """
    capitals = {
        "nbqx": "NBQX",
        "pv": "PV",
        "sst": "SST",
        "vip": "VIP",
        "ca3": "CA3",
        "mk801": "MK-801",
    }
    words = name.split("_")
    text = [capitals.get(word, word) for word in words]
    if "to" in words:
        i = words.index("to")
        return f"{' '.join(text[:i])} → {' '.join(text[i + 1 :])}"
    # The words of the headline arms are what an arm combines; any others make up a phrase.
    combined = {word for arm in ARM_COLOURS for word in arm.split("_")}
    return (" + " if combined.issuperset(words) else " ").join(text)


def draw_counts(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw the count of the principal projection of every arm over the whole experiment."""
    projection = principal(tree)
    percent = percent_of_control(tree)
    for arm, data in percent.items():
        data = data.sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, label=readable(arm), **styles[arm])
    reference = next(iter(percent.values())).attrs["reference"]
    axes.set_ylabel(f"synapses (% of {reference})")
    axes.set_title(f"a   {readable(projection)} synapses")
    shade_phases(axes, plan, percent, names=True)
    columns = fitting_columns([readable(arm) for arm in percent])
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=columns, handlelength=2.4, **TIGHT
    )


def draw_rates(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw the firing rates in one arm around the dose, those of its vehicle arm faintly."""
    node, vehicle = tree[arm], plan.vehicle(arm)
    for population, colour in population_colours(_names(tree, "population")).items():
        if vehicle and vehicle != arm:
            other = _hours_around(tree[vehicle]["rate"].sel(population=population), plan, arm)
            axes.plot(other[0], interval(other[1]).mean, color=colour, lw=1, alpha=0.4)
        hours, values = _hours_around(node["rate"].sel(population=population), plan, arm)
        draw_line(axes, hours, values, colour, label=readable(population))
    log_axis(axes)
    axes.set_ylabel("firing rate (Hz)")
    axes.set_title("b   firing rates")
    if vehicle and vehicle != arm:
        axes.set_title(f"faint: {readable(vehicle)}", loc="right", **REMARK)
    _hour_axis(axes, plan, arm)
    axes.legend(loc="upper center", ncols=3, **TIGHT)


def draw_block(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw the NMDA block of each population, and the free concentration that causes it."""
    node = tree[arm]
    if "brain_free" in node:
        drug = plan.drug if plan.drug in _names(tree, "drug") else _names(tree, "drug")[0]
        twin = axes.twinx()
        hours, values = _hours_around(node["brain_free"].sel(drug=drug), plan, arm)
        mean = interval(values).mean
        twin.fill_between(hours, mean, color=DRUG_COLOUR, alpha=0.13, lw=0)
        twin.plot(hours, mean, color=DRUG_COLOUR, lw=1, ls="--")
        twin.set_ylabel(f"free {readable(drug)} in brain (µM, shaded)", color=DRUG_COLOUR)
        twin.tick_params(axis="y", colors=DRUG_COLOUR)
        twin.spines["right"].set(visible=True, color=DRUG_COLOUR)
        twin.set_ylim(bottom=0)
        axes.set_zorder(twin.get_zorder() + 1)
        axes.patch.set_visible(False)
    for population, colour in population_colours(_names(tree, "population")).items():
        hours, values = _hours_around(node["nmda_block"].sel(population=population), plan, arm)
        draw_line(axes, hours, 100 * values, colour, label=readable(population))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("NMDA receptors blocked (%)")
    axes.set_title("c   NMDA block")
    _hour_axis(axes, plan, arm, shade=False)
    axes.legend(loc="upper right", **TIGHT)


def draw_signals(axes: Axes, tree: xarray.DataTree, plan: Timeline, arm: str) -> None:
    """Draw glutamate, BDNF, mTORC1 and protein after the dose, relative to the day before it."""
    start, end = _window(plan, tree, arm)
    for name, (label, colour, style) in SIGNALS.items():
        data = tree[arm][name]
        level = before(data, start)
        since = data["time"].values - start
        chosen = since > 1e-6
        relative = data.values[:, chosen] / np.where(level == 0, np.nan, level)[:, None]
        draw_line(axes, since[chosen], relative, colour, label=label, ls=style)
    axes.axhline(1, color="#999999", lw=0.8, zorder=0)
    axes.axvspan(1e-9, end - start, color=DRUG_COLOUR, alpha=0.13, lw=0)
    axes.set_xscale("log")
    last = float(tree[arm]["time"].values[-1]) - start
    axes.set_xlim(0.05, max(last, 1.0))
    ticks = {0.1: "6 min", 1: "1 h", 6: "6 h", 24: "1 d", 168: "7 d", 720: "30 d"}
    shown = {hour: text for hour, text in ticks.items() if hour <= max(last, 1.0)}
    axes.set_xticks([*shown], [*shown.values()])
    axes.minorticks_off()
    axes.set_xlabel("time since the start of the dose")
    axes.set_ylabel("relative to the day before")
    axes.set_title("d   from glutamate to protein")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.22 * (high - low))
    axes.legend(loc="upper center", ncols=2, handlelength=2.4, **TIGHT)


def draw_turnover(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw how many synapses are born (upwards) and are eliminated (downwards) in each day."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        days, formed = _daily(node, "formed", projection)
        _, eliminated = _daily(node, "eliminated", projection)
        draw_line(axes, days, formed, **styles[arm])
        draw_line(axes, days, -eliminated, **styles[arm])
    axes.axhline(0, color="#666666", lw=0.8)
    # Adult turnover is below one percent a day, and a dose may multiply it by fifty.
    axes.set_yscale("symlog", linthresh=1, linscale=0.8)
    top = 1.6 * max(1.0, *map(abs, axes.get_ylim()))
    axes.set_ylim(-top, top)
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100) if tick < top]
    axes.set_yticks([*(-t for t in reversed(ticks)), 0, *ticks])
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.minorticks_off()
    for word, height in (("born", 0.97), ("lost", 0.03)):
        axes.text(0.01, height, word, transform=axes.transAxes, color="#444444", fontsize=9,
                  va="top" if height > 0.5 else "bottom")  # fmt: skip
    axes.set_ylabel("% of the synapses per day")
    axes.set_title("e   turnover: births and losses")
    shade_phases(axes, plan, tree.children)


def draw_ampa(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw how far established spines are stocked with AMPA receptors; new ones are not in it."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        # files of earlier versions tell the mean of all spines only
        name = "ampa_content_established"
        data = node[name if name in node else "ampa_content"].sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, **styles[arm])
    axes.set_ylabel("AMPA content per spine (relative)")
    axes.set_title("f   receptors of established spines")
    shade_phases(axes, plan, tree.children)


def draw_silent(axes: Axes, tree: xarray.DataTree, plan: Timeline, styles: dict) -> None:
    """Draw which share of the spines carries NMDA receptors only, as the newborn do."""
    projection = principal(tree)
    for arm, node in tree.children.items():
        data = 100 * node["silent_fraction"].sel(projection=projection)
        draw_line(axes, data["time"].values / 24, data.values, **styles[arm])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("silent spines (% of all)")
    axes.set_title("g   new spines without AMPA receptors")
    shade_phases(axes, plan, tree.children)


REMARK = {"fontsize": 9, "fontweight": "normal", "color": "#444444"}
TIGHT = {"handletextpad": 0.5, "columnspacing": 1.0, "labelspacing": 0.3, "borderaxespad": 0.3}


def draw_line(axes: Axes, x: np.ndarray, values: np.ndarray, color: str, **style) -> None:
    """Draw the mean over seeds (first axis of `values`) and, for two or more, the interval."""
    mean, low, high, _ = interval(values)
    axes.plot(x, mean, color=color, **style)
    if len(values) >= 2:
        axes.fill_between(x, low, high, color=color, alpha=0.2, lw=0, zorder=style.get("zorder"))


def fitting_columns(labels: Sequence[str]) -> int:
    """Return how many labels of a legend fit beside the title of the wide panel."""
    widths = sorted((len(label) + 4 for label in labels), reverse=True)
    return max(1, int((np.cumsum(widths) <= 115).sum()))


def _names(tree: xarray.DataTree, axis: str) -> list[str]:
    return [str(name) for name in next(iter(tree.children.values()))[axis].values]


def _window(plan: Timeline, tree: xarray.DataTree, arm: str) -> tuple[float, float]:
    """Return start and end (h) of the infusion; without any, the middle of the record."""
    times = tree[arm]["time"].values
    return plan.infusion(arm) or (float(np.median(times)), float(np.median(times)) + 1.0)


HOURS_BEFORE, HOURS_AFTER = 1.0, 5.0


def _hours_around(
    data: xarray.DataArray, plan: Timeline, arm: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return hours since the dose, and the values (seed, time) around it."""
    infusion = plan.infusion(arm)
    start = infusion[0] if infusion else float(np.median(data["time"].values))
    hours = data["time"].values - start
    inside = (hours >= -HOURS_BEFORE - 1e-6) & (hours <= HOURS_AFTER + 1e-6)
    # One row on either side, so that the lines reach the frame on a coarse grid.
    inside[:-1] |= inside[1:]
    inside[1:] |= inside[:-1].copy()
    return hours[inside], data.values[:, inside]


def _hour_axis(axes: Axes, plan: Timeline, arm: str, shade: bool = True) -> None:
    infusion = plan.infusion(arm)
    if infusion and shade:
        axes.axvspan(0, infusion[1] - infusion[0], color=DRUG_COLOUR, alpha=0.13, lw=0)
    axes.set_xlim(-HOURS_BEFORE, HOURS_AFTER)
    axes.set_xlabel("hours since the start of the dose")


def log_axis(axes: Axes, lowest: float = 0.01) -> None:
    """Make the vertical axis logarithmic, with plain numbers and room for a legend on top.

    What falls below `lowest` leaves the axis: a silent population at a hundredth of a hertz.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log", nonpositive="clip")
    low, high = axes.get_ylim()
    low = max(low, lowest)
    axes.set_ylim(low, high * (high / low) ** 0.14)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _daily(node: xarray.DataTree, name: str, projection: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of whole days, and what happened in each in percent of the count then.

    Returns
    -------
    days : ndarray, shape (day,)
    percent : ndarray, shape (seed, day)
        Percent of the synapses present at the start of the day.
    """
    times = node["time"].values / 24
    total = np.cumsum(node[name].sel(projection=projection).values.astype(float), axis=1)
    count = node["synapse_count"].sel(projection=projection).values.astype(float)
    edges = np.arange(int(times[-1] + 1e-9) + 1)
    at_edges = np.array([np.interp(edges, times, seed) for seed in total])
    present = np.array([np.interp(edges[:-1], times, seed) for seed in count])
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = 100 * np.diff(at_edges, axis=1) / np.where(present == 0, np.nan, present)
    return edges[:-1] + 0.5, percent


def shade_phases(
    axes: Axes, plan: Timeline, arms, names: bool = False, unit: TimeUnit = DAY, width: float = 1.0
) -> None:
    """Shade every second phase, mark the dose and, if `names`, label the phases above.

    The axis is in `unit` and takes the share `width` of the figure.
    """
    end = max(float(arms[arm]["time"].values[-1]) for arm in arms) / unit.hours
    axes.set_xlim(0, max(end, 1e-3))
    for i, phase in enumerate(plan.phases):
        left, right = phase["start_h"] / unit.hours, min(phase["end_h"] / unit.hours, end)
        if right <= left:
            continue
        axes.axvspan(left, right, color=PHASE_SHADES[i % 2], lw=0, zorder=0)
    if names:
        _label_phases(axes, plan, end, unit, width)
    infusion = next((plan.infusion(arm) for arm in plan.treated), None)
    if infusion:
        axes.axvline(infusion[0] / unit.hours, color=DRUG_COLOUR, lw=1, ls=":", zorder=1)
    axes.set_xlabel(unit.label)


def _label_phases(axes: Axes, plan: Timeline, end: float, unit: TimeUnit, width: float) -> None:
    """Write the name of each phase into its top; upright where the phase is too short for it."""
    phases = [(p["name"], p["start_h"] / unit.hours, p["end_h"] / unit.hours) for p in plan.phases]
    spans = [(name, left, min(right, end)) for name, left, right in phases if left < end]
    # hours among weeks: even an upright name would be wider than the phase
    spans = [span for span in spans if (span[2] - span[1]) / end * width > 0.015]
    narrow = {name: (right - left) / end * width < 0.008 * len(name) for name, left, right in spans}
    add_room(axes, 0.32 if any(narrow.values()) else 0.12)
    for name, left, right in spans:
        axes.annotate(
            name, ((left + right) / 2, 1), xycoords=("data", "axes fraction"),
            xytext=(0, -4), textcoords="offset points", ha="center", va="top",
            rotation=90 if narrow[name] else 0, fontsize=9, color="#444444", zorder=6,
        )  # fmt: skip


def add_room(axes: Axes, share: float) -> None:
    """Make the vertical axis longer by a share of itself, at its top, whatever its scale."""
    scale = axes.yaxis.get_transform()
    low, high = scale.transform(axes.get_ylim())
    axes.set_ylim(top=float(scale.inverted().transform(high + share * (high - low))))


def caption(tree: xarray.DataTree, around: bool = True) -> str:
    """Return what was run, over how many seeds, and which arm the hours around the dose show."""
    n, attributes = tree.sizes["seed"], tree.attrs
    spread = f"mean and 95 % interval over {n} seeds" if n > 1 else "one seed"
    unfinished = "" if attributes.get("complete", True) else ", unfinished"
    name = str(attributes.get("experiment", "")).replace("_", " ")
    arm = timeline(tree).treated_alone
    shown = f"; b to d: {readable(arm)}" if arm and around else ""
    return f"{name}, {attributes.get('neurons', '?')} neurons, {spread}{unfinished}{shown}"
