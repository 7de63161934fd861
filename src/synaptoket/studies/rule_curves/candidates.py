"""Candidates by distance, and the synapses that grow among them.

Cells of two populations lie on one periodic sheet of 1 mm; each target has 50 candidates among 300
sources, drawn with weights that fall off as a Gaussian or exponentially with 200 um. The share of
pairs that are candidates must have the profile's shape, flattened only where nearly all near cells
are drawn (without replacement); random turnover then makes the same share of candidates synapses
at every distance, so that connection probability inherits the profile (cortex: Hellwig 2000 Biol
Cybern 82:111; Perin, Berger & Markram 2011 PNAS 108:5419).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...circuit.candidates import Distance
from ...circuit.circuit_file import read_circuit
from ...circuit.connectivity import contacts, positions
from ._segments import DAY, Segments
from .random_elimination import circuit
from .random_formation import set_rates
from .style import MEASURED, OTHER, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, SHEET = 200e-6, 1e-3
RATES = (0.02, 0.05)
EDGES = np.linspace(0, 500e-6, 21)


@dataclass(frozen=True)
class Profile:
    """Shares of all pairs, by distance.

    Attributes
    ----------
    distance : ndarray, m
        Middle of each class of distances.
    candidates, synapses : dict of str to ndarray
        Share of pairs that are candidates, and that are synapses, for each profile.
    pairs : ndarray
        Number of pairs of each class.
    """

    distance: np.ndarray
    candidates: dict[str, np.ndarray]
    synapses: dict[str, np.ndarray]
    pairs: np.ndarray


def sheet(profile: str) -> dict:
    """Return the table of candidates."""
    return {
        "rule": "distance",
        "sheet": f"{SHEET * 1e3:g} mm",
        "profile": profile,
        "width": f"{WIDTH * 1e6:g} um",
        "boundary": "periodic",
    }


def measure(seeds: int = 4) -> Profile:
    """Draw candidates with some seeds and let synapses grow among them."""
    candidates, synapses = {}, {}
    for profile in ("gaussian", "exponential"):
        tree = circuit(candidates=sheet(profile))
        histograms = np.zeros((3, len(EDGES) - 1))
        for seed in range(1, seeds + 1):
            every, chosen = _distances(read_circuit(tree, "curve"), seed)
            with Segments(tree, seed) as played:
                set_rates(played, *RATES)
                played.play(60 * DAY, 6)
                present = played["contact.present"] > 0
            for k, distances in enumerate((every, chosen, chosen[present])):
                histograms[k] += np.histogram(distances, EDGES)[0]
        places, offered, present = histograms
        candidates[profile], synapses[profile] = offered / places, present / places
    return Profile((EDGES[1:] + EDGES[:-1]) / 2, candidates, synapses, histograms[0])


def _distances(sheets, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the distances of all pairs and of candidates, in m."""
    sources, targets = (positions(sheets, name, seed) for name in ("source", "target"))
    rule = sheets.projections["contact"].candidates
    assert isinstance(rule, Distance)
    apart = np.array([rule.distances(sources, cell) for cell in targets])
    pre, post = contacts(sheets, seed)["contact"]
    return apart.ravel(), apart[post, pre]


def expected(profile: str, seeds: int = 2) -> np.ndarray:
    """Return the share of pairs that draws without replacement should choose, by distance.

    To the order of one over the number of cells, a cell of weight w is chosen with
    1 - exp(-k w), where k makes the expected number the one that is drawn (Rosen 1972).
    """
    sheets = read_circuit(circuit(candidates=sheet(profile)), "curve")
    rule = sheets.projections["contact"].candidates
    assert isinstance(rule, Distance)
    total = np.zeros((2, len(EDGES) - 1))
    for seed in range(1, seeds + 1):
        sources, targets = (positions(sheets, name, seed) for name in ("source", "target"))
        for cell in targets:
            distance = rule.distances(sources, cell)
            weight = np.exp(rule.log_weight(distance))
            low, high = 0.0, 1e12
            for _ in range(60):
                middle = np.sqrt(max(low, 1e-6) * high)
                drawn = -np.expm1(-middle * weight)
                low, high = (middle, high) if drawn.sum() < 50 else (low, middle)
            total[0] += np.histogram(distance, EDGES, weights=drawn)[0]
            total[1] += np.histogram(distance, EDGES)[0]
    return total[0] / total[1]


def draw(data: Profile, figure: Figure) -> None:
    """Draw the shares of pairs by distance."""
    chosen, grown = panels(figure, ("candidates", "synapses grown among them"))
    share = RATES[0] / sum(RATES)
    micrometers = data.distance * 1e6
    for profile, style in zip(data.candidates, (MEASURED, OTHER), strict=True):
        theory = expected(profile)
        dark = {"color": "#333333", "lw": 1.2, "zorder": 1}
        label = "drawn without replacement" if style is MEASURED else None
        chosen.plot(micrometers, theory, **dark, label=label)
        chosen.plot(micrometers, data.candidates[profile], **style | {"label": profile})
        label = "f/(f + e) of candidates" if style is MEASURED else None
        grown.plot(micrometers, share * data.candidates[profile], **dark, label=label)
        grown.plot(micrometers, data.synapses[profile], **style | {"label": profile})
    for axes, what in ((chosen, "candidates"), (grown, "synapses")):
        axes.set(xlabel="distance (um)", ylabel=f"share of pairs that are {what}", ylim=(0, None))
        axes.legend()
