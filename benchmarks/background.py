"""The background input with which the cells of a peer fire as often as ours.

A peer whose cells are not ours fires at other rates when it is given our input. Before its time is
taken, the weight of each population's background input is found in two stages:

1. Cells *apart*: Poisson input at the rates that are wanted takes the place of all other
   populations. A rate then depends on the weight of its own population alone, and bisection finds
   it, for all populations at once.
2. Cells *together*: in the circuit itself spikes are no Poisson processes, which moves the rates.
   Few corrections of the weights bring them back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log, sqrt

import numpy as np

from .commands import BenchmarkError

Rates = dict[str, float]
Play = Callable[[Rates], Rates]

#: Rates are found when they are this share off; comparisons allow about three times as much.
TOLERANCE = 0.07
STEPS_APART, STEPS_TOGETHER = 16, 10
#: A weight is multiplied or divided by this until the target rate lies between two weights.
WIDENING = 1.5
#: The largest change of the logarithm of a weight in one correction.
LARGEST_CORRECTION = 0.25
#: A silent population counts as one that fires at this share of its target.
SILENT = 0.01
TINY = 1e-9
#: Relative change of a rate over that of the weight; beyond these a slope is noise.
FLATTEST, STEEPEST = 0.5, 20.0
#: That of a curve of which only one point is known.
USUAL_SLOPE = 6.0


@dataclass
class Curve:
    """The rates of one population at the weights that were tried.

    Parameters
    ----------
    target : float
        The rate that is wanted, in Hz.
    weight : float
        The weight to try next; a first guess.
    """

    target: float
    weight: float
    #: weights at which the rate was below and above the target
    below: float | None = None
    above: float | None = None
    tried: list[tuple[float, float]] = field(default_factory=list)

    def within(self, rate: float) -> bool:
        """Say whether a rate is near enough to the target; one that is no number is not."""
        return abs(rate - self.target) <= TOLERANCE * self.target

    def bisect(self, rate: float) -> None:
        """Take note of the rate at the weight, and choose the next weight unless it is found."""
        self.tried.append((self.weight, rate))
        if self.within(rate):
            return
        if rate > self.target:
            self.above = self.weight
        else:
            self.below = self.weight
        if self.above is None:
            self._widen()
        elif self.below is None:
            self.weight /= WIDENING
        else:
            self.weight = sqrt(self.below * self.above)

    def _widen(self) -> None:
        """Go on to larger weights; if the rate has fallen on the way there, to smaller ones."""
        rates = [rate for _, rate in self.tried]
        if max(rates) - rates[-1] > TOLERANCE * self.target:
            self.weight = min(weight for weight, _ in self.tried) / WIDENING
        else:
            self.weight *= WIDENING

    def slope(self) -> float:
        """Return the relative change of the rate over that of the weight, next to the target."""
        known = [(weight, rate) for weight, rate in dict(self.tried).items() if rate > 0]
        known.sort(key=lambda pair: abs(log(pair[1] / self.target)))
        if len(known) < 2:
            return USUAL_SLOPE
        (a, at_a), (b, at_b) = known[:2]
        return min(max(log(at_b / at_a) / log(b / a), FLATTEST), STEEPEST)


def find(apart: Play, together: Play, targets: Rates, first: Rates) -> tuple[Rates, Rates]:
    """Return the weights with which populations fire at their targets, and those rates.

    Parameters
    ----------
    apart, together : callable
        Return the rates (Hz) at given weights, of the populations apart and of the circuit.
    targets, first : dict of str to float
        For each population the rate that is wanted (Hz), and a weight to start from.

    Raises
    ------
    BenchmarkError
        If a rate is not within `TOLERANCE` of its target after the last step of a stage.
    """
    for name, target in targets.items():
        if not target > 0:
            raise BenchmarkError(f"{name} cells of ours are silent: no background gives 0 Hz")
    curves = {name: Curve(target, first[name]) for name, target in targets.items()}
    _bisect(apart, curves)
    return _correct(together, curves)


def _bisect(apart: Play, curves: dict[str, Curve]) -> None:
    """Bisect all curves at once, each on its own, until all rates are found."""
    for _ in range(STEPS_APART):
        weights = {name: curve.weight for name, curve in curves.items()}
        rates = apart(weights)
        if all(curve.within(rates[name]) for name, curve in curves.items()):
            return
        for name, curve in curves.items():
            curve.bisect(rates[name])
    raise _not_found("apart", STEPS_APART, curves, weights, rates)


def _correct(together: Play, curves: dict[str, Curve]) -> tuple[Rates, Rates]:
    """Move the weights by Broyden's method, in logarithms, from the slopes of cells apart.

    It learns from every step how the populations act on each other.
    """
    names, step, before = list(curves), None, None
    jacobian = np.diag([curve.slope() for curve in curves.values()])
    x = np.log([curve.weight for curve in curves.values()])
    for _ in range(STEPS_TOGETHER):
        weights = dict(zip(names, np.exp(x).tolist(), strict=True))
        rates = together(weights)
        if all(curve.within(rates[name]) for name, curve in curves.items()):
            return weights, rates
        off = np.log([max(SILENT, rates[n] / c.target) for n, c in curves.items()])
        if step is not None:
            jacobian += np.outer(off - before - jacobian @ step, step) / (step @ step + TINY)
        step = np.linalg.lstsq(jacobian, -off, rcond=None)[0]
        step *= LARGEST_CORRECTION / max(LARGEST_CORRECTION, np.abs(step).max())
        x, before = x + step, off
    raise _not_found("together", STEPS_TOGETHER, curves, weights, rates)


def _not_found(where: str, number: int, curves: dict, weights: Rates, rates: Rates):
    """Return the error that names a population that does not fire as it should."""
    name = next(name for name, curve in curves.items() if not curve.within(rates[name]))
    return BenchmarkError(
        f"no background found in {number} steps with cells {where}: {name} cells fire at "
        f"{rates[name]:.2f} Hz at a weight of {weights[name]:.3g}, {curves[name].target:.2f} Hz "
        "wanted"
    )
