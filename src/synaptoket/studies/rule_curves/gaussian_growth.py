"""Growth curves, and a network that grows by them (Butz & van Ooyen 2013 PLoS Comput Biol).

The rules of growth are played on cells that are held at different levels of calcium: elements must
grow as the three curves say, and a Gaussian one must be zero at both of its ends. The circuit
`homeostatic_growth`, unconnected at first, must then come to fire at the rates at which its curves
are zero, 5 and 20 Hz, and stay there while synapses go on to come and go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...circuit.numerics import SEGMENT
from ...parameters.files import model_path, read_toml
from ._segments import Segments
from .player import small_circuit
from .style import MEASURED, OTHER, THEORY, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ETA, EPSILON, PSI, RATE = 0.1, 0.7, 0.1, 0.01
CURVES = {
    "gaussian": {"eta": ETA, "epsilon": EPSILON},
    "linear": {"epsilon": EPSILON},
    "logistic": {"epsilon": EPSILON, "psi": PSI},
}
TARGETS = {"excitatory": 5.0, "inhibitory": 20.0}
CIRCUIT = "homeostatic_growth"


@dataclass(frozen=True)
class Growth:
    """Growth of elements at given calcium, and of a network.

    Attributes
    ----------
    calcium : ndarray (n,)
    growth : dict of str to ndarray (n,)
        Of each curve, as a share of the fastest.
    time : ndarray (m,), s
    rate : dict of str to ndarray (m,), Hz
        Of each population.
    synapses : dict of str to ndarray (m,)
        Bound axonal elements of each population.
    """

    calcium: np.ndarray
    growth: dict[str, np.ndarray]
    time: np.ndarray
    rate: dict[str, np.ndarray]
    synapses: dict[str, np.ndarray]


def measure(seconds: float = 600.0, seed: int = 1) -> Growth:
    """Hold cells at their calcium, and let the network grow for some seconds."""
    calcium = np.linspace(0, 1, 21)
    growth = {curve: _held(curve, calcium) for curve in CURVES}
    return Growth(calcium, growth, *_network(seconds, seed))


def expected(curve: str, calcium: np.ndarray) -> np.ndarray:
    """Return a growth curve as the paper writes it, as a share of the fastest growth."""
    if curve == "gaussian":
        centre, width = (ETA + EPSILON) / 2, (EPSILON - ETA) / (2 * np.sqrt(np.log(2)))
        return 2 * np.exp(-(((calcium - centre) / width) ** 2)) - 1
    if curve == "linear":
        return 1 - calcium / EPSILON
    return 2 / (1 + np.exp((calcium - EPSILON) / PSI)) - 1


def _held(curve: str, calcium: np.ndarray) -> np.ndarray:
    """Return the growth of elements of silent cells whose calcium hardly decays."""
    element = {"curve": curve, "growth_rate": f"{RATE} /s"} | CURVES[curve]
    kept = {"firing_calcium_decay": "1000000 day", "firing_calcium_increment": 0}
    cells = {"rules": {"firing_calcium": kept}, "elements": {"axonal_excitatory": element}}
    tree = small_circuit({"held": len(calcium)}, {}, {"held": cells})
    with Segments(tree) as run:
        run.load({"held.firing_calcium": calcium, "held.axonal_excitatory": 100.0})
        run.play(SEGMENT)
        return (run["held.axonal_excitatory"] - 100) / (RATE * SEGMENT)


def _network(seconds: float, seed: int):
    tree = {"name": CIRCUIT} | read_toml(model_path("circuits", CIRCUIT))
    segments = round(seconds / SEGMENT)
    rate = {name: np.zeros(segments) for name in TARGETS}
    synapses = {name: np.zeros(segments) for name in TARGETS}
    with Segments(tree, seed) as run:
        sizes, before = run.plan.circuit.sizes, dict.fromkeys(TARGETS, 0)
        for k in range(segments):
            run.play(SEGMENT)
            for name in TARGETS:
                spikes = int(run[f"{name}.spike_count"].sum())
                rate[name][k] = (spikes - before[name]) / sizes[name] / SEGMENT
                synapses[name][k] = run[f"{name}.axonal_{name}_bound"].sum()
                before[name] = spikes
    return SEGMENT * np.arange(1, segments + 1), rate, synapses


def draw(data: Growth, figure: Figure) -> None:
    """Draw the three curves, and rates and synapses of the growing network."""
    curves, rates = panels(figure, ("growth curves", "a network that grows"))
    fine = np.linspace(0, 1, 401)
    styles = (MEASURED, OTHER, THIRD)
    for (curve, growth), style in zip(data.growth.items(), styles, strict=True):
        curves.plot(fine, expected(curve, fine), **THEORY | {"label": None})
        curves.plot(data.calcium, growth, **style | {"label": curve})
    curves.axhline(0, color="black", lw=0.6)
    for level, name in ((ETA, "η"), (EPSILON, "ε")):
        curves.axvline(level, color="0.7", lw=0.8, ls=":")
        curves.text(level + 0.015, -1.12, name, ha="left", va="bottom", color="0.4")
    curves.set(xlabel="calcium", ylabel="growth (share of the fastest)", ylim=(-1.15, 1.1))
    curves.legend(loc="lower center", bbox_to_anchor=(0.45, 0.02))
    beside = rates.twinx()
    for (name, target), style in zip(TARGETS.items(), (MEASURED, OTHER), strict=True):
        color = style["color"]
        rates.axhline(target, color=color, lw=0.8, ls=":")
        rates.plot(data.time, data.rate[name], color=color, lw=1.2, label=f"{name} cells")
        beside.plot(data.time, data.synapses[name], color=color, lw=1.2, ls="--")
    rates.plot([], [], color="0.3", ls="--", label="their synapses (right)")
    rates.set(xlabel="time (s)", ylabel="rate (Hz)", ylim=(0, 34), xlim=(0, data.time[-1]))
    beside.set(ylabel="synapses", ylim=(0, 1870))
    beside.spines["right"].set_visible(True)
    rates.legend(loc="upper left")
