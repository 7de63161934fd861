"""Linear integrate-and-fire neurons whose potential jumps at a spike, as NEST's iaf_psc_delta.

    C dV/dt = g_L (E_L - V),   V += w at a spike

Inputs that arrive while a cell is refractory are lost.
"""

from typing import Annotated

from ...parameters.quantities import Quantity
from ...plasticity import Variable
from ..section import Parameter
from .membrane import Membrane, Population, Projection

EQUATIONS = """
dv/dt = (attractor - v)*leak_conductance/capacitance : volt
attractor = reset_potential
            + int(refractory_left <= 0.5*dt)*(leak_potential - reset_potential) : volt
drefractory_left/dt = -1 : second
"""

RESET = """
v = reset_potential
refractory_left = refractory_period
spike_count += 1
"""


class DeltaPopulation(Population):
    """Linear integrate-and-fire neurons of one type."""

    background_weight: Annotated[
        Quantity, Parameter("volt", "w_b", "jump of one background input")
    ] = Quantity(0)


class DeltaProjection(Projection):
    """Synapses that make the potential jump."""

    jump_weight: Annotated[
        Quantity, Parameter("volt", "w_J", "jump of the potential, negative if it inhibits")
    ] = Quantity(0)


class Delta(Membrane):
    """Potentials that jump."""

    name = "delta"
    variables = {
        "v": Variable("volt"),
        "refractory_left": Variable("second"),
        "spike_count": Variable("1", kind="integer"),
    }
    equations = EQUATIONS
    reset = RESET
    background = (
        "v += int(refractory_left <= 0.5*dt)*background_weight*poisson(background_rate*input_step)"
    )
    delivery = {"jump": "v_post += int(refractory_left_post <= 0.5*dt)*jump_weight"}
    needs = {"background_rate": ("background_weight",), "background_weight": ("background_rate",)}
    population = DeltaPopulation
    projection = DeltaProjection
