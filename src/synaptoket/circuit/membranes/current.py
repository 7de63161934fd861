"""Linear integrate-and-fire neurons whose synapses inject currents, as NEST's iaf_psc models.

    C dV/dt = g_L (E_L - V) + I

A spike of weight w adds, for a decay time tau, the current

    w (t/tau) exp(1 - t/tau)     ("current": alpha-shaped, with peak w; NEST's iaf_psc_alpha)
    w exp(-t/tau)                ("current_exponential": NEST's iaf_psc_exp)

and is inhibitory if w is negative. A refractory cell decays towards its reset potential with the
time constant of its membrane. The spike has set it to that potential, so that it stays there,
whatever arrives.

These equations are linear, and between inputs the solution is exact (Rotter & Diesmann 1999 Biol
Cybern 81:381). Exponential Euler holds a current constant over a step. The constant is a weighted
mean, chosen so that potential and current at the end of the step are those of the propagator.
"""

from __future__ import annotations

from math import e
from typing import Annotated

import numpy as np
from scipy.linalg import expm

from ...parameters.quantities import Quantity
from ...plasticity import Variable
from ..section import Parameter
from .membrane import Constants, Membrane, Population, Projection, Receptors

_POTENTIAL = """
dv/dt = (attractor - v)*leak_conductance/capacitance : volt
attractor = reset_potential + int(refractory_left <= 0.5*dt)*(leak_potential - reset_potential
            + ({current})/leak_conductance) : volt
drefractory_left/dt = -1 : second
"""

EXPONENTIAL = _POTENTIAL.format(current="current_step_mean*synaptic_current") + (
    "dsynaptic_current/dt = -synaptic_current/current_decay : amp\n"
)

ALPHA = _POTENTIAL.format(
    current="current_step_mean*synaptic_current + arrival_step_mean*arrived_current"
) + (
    "dsynaptic_current/dt = (rise_step_mean*arrived_current - synaptic_current)/current_decay : amp"
    "\ndarrived_current/dt = -arrived_current/current_decay : amp\n"
)

RESET = """
v = reset_potential
refractory_left = refractory_period
spike_count += 1
"""


class CurrentPopulation(Population):
    """Linear integrate-and-fire neurons of one type."""

    background_weight: Annotated[
        Quantity, Parameter("ampere", "w_b", "current of one background input")
    ] = Quantity(0)


class CurrentProjection(Projection):
    """Synapses that inject currents."""

    current_weight: Annotated[
        Quantity, Parameter("ampere", "w_I", "peak current of a spike, negative if it inhibits")
    ] = Quantity(0)


class CurrentReceptors(Receptors):
    """Kinetics of synaptic currents."""

    current_decay: Annotated[
        Quantity, Parameter("second", "tau_I", "decay of synaptic currents", positive=True)
    ]


def propagator(membrane_time: float, decay: float, step: float) -> np.ndarray:
    """Return the matrix that takes (R-scaled potential, current, arrived current) over a step.

    Parameters
    ----------
    membrane_time, decay, step : float
        Seconds.

    Returns
    -------
    ndarray, shape (3, 3)
        Of dV/dt = (I - V)/tau_m, dI/dt = (e A - I)/tau, dA/dt = -A/tau, with V in units of R I.
    """
    slopes = [
        [-1 / membrane_time, 1 / membrane_time, 0],
        [0, -1 / decay, e / decay],
        [0, 0, -1 / decay],
    ]
    return expm(np.array(slopes) * step)


class _Current(Membrane):
    """The common base of both shapes of current."""

    reset = RESET
    needs = {"background_rate": ("background_weight",), "background_weight": ("background_rate",)}
    population = CurrentPopulation
    projection = CurrentProjection
    receptors = CurrentReceptors

    def constants(
        self, population: CurrentPopulation, receptors: CurrentReceptors, step: float
    ) -> Constants:
        """Return the weights of the currents that are held over a step."""
        time = float(population.capacitance) / float(population.leak_conductance)
        exact = propagator(time, float(receptors.current_decay), float(step))
        moved, decayed = 1 - exact[0, 0], 1 - exact[1, 1]
        return {
            "current_step_mean": ("1", float(exact[0, 1] / moved)),
            "arrival_step_mean": ("1", float(exact[0, 2] / moved)),
            "rise_step_mean": ("1", float(exact[1, 2] / decayed)),
        }


class AlphaCurrent(_Current):
    """Currents that rise and fall, with a peak at the decay time."""

    name = "current"
    variables = {
        "v": Variable("volt"),
        "refractory_left": Variable("second"),
        "synaptic_current": Variable("amp"),
        "arrived_current": Variable("amp"),
        "spike_count": Variable("1", kind="integer"),
    }
    equations = ALPHA
    background = "arrived_current += background_weight*poisson(background_rate*input_step)"
    delivery = {"current": "arrived_current_post += current_weight"}


class ExponentialCurrent(_Current):
    """Currents that jump and decay."""

    name = "current_exponential"
    variables = {
        "v": Variable("volt"),
        "refractory_left": Variable("second"),
        "synaptic_current": Variable("amp"),
        "spike_count": Variable("1", kind="integer"),
    }
    equations = EXPONENTIAL
    background = "synaptic_current += background_weight*poisson(background_rate*input_step)"
    delivery = {"current": "synaptic_current_post += current_weight"}
