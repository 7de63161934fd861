"""hebbian_formation: cells that are excited together become connected.

Two assemblies of 20 of 60 cells are excited in turn, one every two seconds, by a puff of glutamate
as in Le Be & Markram 2006 (PNAS 103:13214: exciting the slice with glutamate greatly increases the
number of new connections, and action potentials are needed). Connections must come to be within
each assembly and not from one to the other, although all their cells are as active; without puffs,
hardly any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, Segments
from ._trees import small_circuit
from .style import MEASURED, OTHER, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELLS, ASSEMBLY = 60, 20
#: Groups of pairs: within an assembly, across them, and with cells of neither.
GROUPS = ("within an assembly", "from one to the other", "with other cells")
PUFF = {"cells.g_ampa": 100e-9, "cells.g_nmda": 200e-9}


@dataclass(frozen=True)
class Growth:
    """Connections in time.

    Attributes
    ----------
    day : ndarray
    connected : dict of str to ndarray
        Share of pairs that are connected, for each of `GROUPS`.
    alone : float
        The same of all pairs at the end, without puffs.
    matrix : ndarray of bool, shape (targets, sources)
        Who is connected at the end.
    """

    day: np.ndarray
    connected: dict[str, np.ndarray]
    alone: float
    matrix: np.ndarray


def circuit() -> dict:
    """Return the circuit: one population, every pair a candidate."""
    projection = {
        "source": "cells",
        "target": "cells",
        "in_degree": CELLS - 1,
        "ampa_weight": "0.02 nS",
        "candidates": {"rule": "all"},
        "structure": {"filling_fraction": 0},
        "formation": {
            "rule": "hebbian_formation",
            "formation_rate": "0.1 /day",
            "formation_reference": "5 Hz",
            "formation_window": "500 ms",
        },
        "elimination": {"rule": "random_elimination", "elimination_rate": "0.05 /day"},
    }
    cell = {"refractory_period": "2 ms", "background_rate": "60 Hz", "background_weight": "12 nS",
            "potassium_increment": "2 nS"}  # fmt: skip
    tree = small_circuit({"cells": CELLS}, {"recurrent": projection}, {"cells": cell}, "0.5 ms")
    tree["numerics"] |= {"input_step": "1 ms", "precision": "single"}
    return tree


def measure(days: int = 40, timelapse: float = 0.05) -> Growth:
    """Excite the assemblies in turn for some days; `timelapse` in days per second of spiking."""
    member = np.repeat([0, 1, 2], ASSEMBLY)
    alternations = round(days / timelapse / 4)
    with Segments(circuit()) as played:
        pre, post = played.contacts["recurrent"]
        group = np.where(np.maximum(member[pre], member[post]) == 2, 2, member[pre] != member[post])
        shares = [np.zeros(3)]
        for _ in range(alternations):
            for assembly in (0, 1):
                played.load({name: size * (member == assembly) for name, size in PUFF.items()})
                played.play(2 * timelapse * DAY)
            present = played["recurrent.present"]
            shares.append(np.bincount(group, present) / np.bincount(group))
        matrix = np.zeros((CELLS, CELLS), bool)
        matrix[post[present > 0], pre[present > 0]] = True
        played.load({"recurrent.present": 0})
        played.play(days * DAY, 2 * alternations)
        alone = played["recurrent.present"].mean()
    day = np.linspace(0, days, alternations + 1)
    return Growth(day, dict(zip(GROUPS, np.array(shares).T, strict=True)), alone, matrix)


def draw(data: Growth, figure: Figure) -> None:
    """Draw who is connected in time, and the matrix at the end."""
    time, matrix = panels(figure, ("connected pairs", "connections at the end"))
    each = slice(None, None, max(1, len(data.day) // 25))
    for (name, share), style in zip(data.connected.items(), (THIRD, OTHER, MEASURED), strict=True):
        time.plot(data.day[each], share[each], **style | {"label": name})
    time.axhline(
        data.alone, color="#333333", lw=1, ls="--", label="all pairs without puffs, at last"
    )
    time.set(xlabel="time (days)", ylabel="share of pairs connected", ylim=(0, None))
    time.legend()
    matrix.imshow(data.matrix, cmap="Greys", interpolation="nearest", origin="lower")
    for edge in (ASSEMBLY, 2 * ASSEMBLY):
        matrix.axhline(edge - 0.5, color="#D55E00", lw=1)
        matrix.axvline(edge - 0.5, color="#D55E00", lw=1)
    matrix.set(xlabel="presynaptic cell", ylabel="postsynaptic cell")
