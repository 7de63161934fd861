"""Cells that are stimulated together wire together (Gallinaro & Rotter 2018 Sci Rep 8:3754).

The circuit `associative_growth` (the authors' reduced network) grows from nothing; then the
background of a tenth of the excitatory cells is raised by 10 % for 20 s. No rule knows of
correlations: each cell holds its rate by its number of synaptic elements, and vacant ones are
matched at random. During the stimulus these cells must lose synapses, with all others alike; after
it they must form as many as they lack, now among themselves: several times as many as before, for
long. In a run without the stimulus nothing of this may happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...analysis.statistics import interval
from ...circuit.numerics import SEGMENT
from ...parameters.files import model_path, read_toml
from ._segments import Segments
from .style import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROWTH, STIMULATION, AFTER = 20.0, 20.0, 40.0
CIRCUIT = "associative_growth"
BLOCKS = {
    "stimulated → stimulated": ("stimulated_to_stimulated",),
    "with others": ("stimulated_to_others", "others_to_stimulated"),
    "others → others": ("others_to_others",),
}
COLORS = ("#D55E00", "#CC79A7", "#0072B2")


@dataclass(frozen=True)
class Wiring:
    """How densely groups of cells are connected.

    Attributes
    ----------
    time : ndarray (n,), s
    density : ndarray (seeds, 2, 3, n)
        Contacts of a pair, without and with the stimulus, in each of `BLOCKS`.
    rate : ndarray (seeds, 2, 3, n), Hz
        Of stimulated, other excitatory and inhibitory cells.
    """

    time: np.ndarray
    density: np.ndarray
    rate: np.ndarray

    def gain(self) -> np.ndarray:
        """Return how much denser stimulated cells are connected at the end, by the stimulus."""
        return self.density[:, 1, 0, -1] / self.density[:, 0, 0, -1]


def measure(seeds: int = 5) -> Wiring:
    """Play the protocol with some seeds, with and without the stimulus."""
    tree = {"name": CIRCUIT} | read_toml(model_path("circuits", CIRCUIT))
    runs = [[_course(tree, seed, level) for level in (0.0, 1.0)] for seed in range(1, seeds + 1)]
    density = np.array([[run[0] for run in pair] for pair in runs])
    rate = np.array([[run[1] for run in pair] for pair in runs])
    time = SEGMENT * np.arange(1, density.shape[-1] + 1)
    return Wiring(time, density, rate)


def _course(tree: dict, seed: int, stimulus: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the densities and rates of one run, shape (3, segments) each."""
    phases = ((GROWTH, 0.0), (STIMULATION, stimulus), (AFTER, 0.0))
    densities, rates = [], []
    with Segments(tree, seed) as run:
        sizes = run.plan.circuit.sizes
        before = dict.fromkeys(sizes, 0)
        for duration, level in phases:
            for _ in range(round(duration / SEGMENT)):
                run.play(SEGMENT, stimulus=level)
                present = [
                    np.concatenate([run[f"{name}.present"] for name in names])
                    for names in BLOCKS.values()
                ]
                densities.append([block.mean(dtype=float) for block in present])
                spikes = {name: int(run[f"{name}.spike_count"].sum()) for name in sizes}
                rates.append([(spikes[n] - before[n]) / sizes[n] / SEGMENT for n in sizes])
                before = spikes
    return np.array(densities).T, np.array(rates).T


def draw(data: Wiring, figure: Figure) -> None:
    """Draw densities and rates of the stimulated runs, and of the others, dashed."""
    wiring, rates = panels(figure, ("wiring", "rates"))
    for axes, values, names in (
        (wiring, data.density, BLOCKS),
        (rates, data.rate, ("stimulated", "others", "inhibitory")),
    ):
        axes.axvspan(GROWTH, GROWTH + STIMULATION, color="0.92", lw=0)
        for k, (name, color) in enumerate(zip(names, COLORS, strict=True)):
            course = interval(values[:, 1, k])
            axes.fill_between(data.time, course.low, course.high, color=color, alpha=0.25, lw=0)
            axes.plot(data.time, course.mean, color=color, label=name)
        axes.set(xlabel="time (s)", xlim=(0, data.time[-1]))
    without = data.density[:, 0, 0].mean(axis=0)
    wiring.plot(data.time, without, color=COLORS[0], ls="--", lw=1, label="without the stimulus")
    wiring.set(ylabel="contacts of a pair", ylim=(0, None))
    wiring.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0))
    rates.text(GROWTH + STIMULATION / 2, 0.03, "stimulus", ha="center", va="bottom",
               transform=rates.get_xaxis_transform(), color="0.4")  # fmt: skip
    rates.set(ylabel="rate (Hz)", ylim=(0, None))
    rates.legend(loc="lower right")
