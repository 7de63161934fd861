"""The neuron: a leaky integrator with AMPA, NMDA, GABA-A and spike-triggered K conductances.

    C dV/dt = g_L (E_L - V) + g_A (E_E - V) + g_N u(V) (E_E - V) + g_G (E_I - V) + g_K (E_K - V)

g_N is the NMDA conductance with glutamate bound, synaptic (background inputs among them) and
extrasynaptic; u(V) is the part of it that neither Mg (Jahr & Stevens 1990) nor a drug keeps
shut, by class of Mg sensitivity. While `refractory_left` counts down, a large conductance holds the
cell at its reset potential: the vectorised equivalent of an absolute refractory period.

Exponential Euler holds conductances constant over a step. AMPA and GABA-A conductances, which decay
within milliseconds, enter with their mean over the step: the charge of an input then does not
depend on the step.

The NMDA gate of a presynaptic neuron saturates (Skaar, Haug & Plesser 2025): at a spike it moves
from S to k0 + k1 S, and the synapse passes on the increment.

Without the rule nmda_block no blocker enters a channel and there is no concentration of ambient
glutamate: the shares of the subunit classes are constants, and no extrasynaptic receptor is bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, expm1
from typing import TYPE_CHECKING, Annotated

from scipy.special import gamma, gammainc

from ...parameters.quantities import Quantity
from ...plasticity import Variable
from ..section import Parameter
from .membrane import Constants, Membrane, Population, Projection, Receptors, Tables

if TYPE_CHECKING:
    from ...pharmacology.receptor import NmdaReceptor

MEMBRANE = """
dv/dt = (leak_conductance*(leak_potential - v)
         + ampa_step_mean*g_ampa*ampa_available*(excitatory_reversal - v)
         + (g_nmda + tonic_nmda)*nmda_unblocked*(excitatory_reversal - v)
         + gaba_step_mean*g_gaba*(gaba_reversal - v)
         + g_potassium*(potassium_reversal - v)
         + int(refractory_left > 0*second)*clamp_conductance*(reset_potential - v))/capacitance : volt
nmda_unblocked = nmda_ab/(1 + magnesium_ab*exp(-magnesium_slope*v))
                 + nmda_cd/(1 + magnesium_cd*exp(-magnesium_slope*v)) : 1 (constant over dt)
drefractory_left/dt = -1 : second
dg_ampa/dt = -g_ampa/ampa_decay : siemens
dg_nmda/dt = -g_nmda/nmda_decay : siemens
dg_gaba/dt = -g_gaba/gaba_decay : siemens
dg_potassium/dt = -g_potassium/potassium_decay : siemens
"""  # noqa: E501

NMDA_GATE = "dnmda_gate/dt = -nmda_gate/nmda_decay : 1"

RESET = """
v = reset_potential
refractory_left = refractory_period
g_potassium += potassium_increment
spike_count += 1
"""

NMDA_RELEASE = """
gate_increment = gate_opening + (gate_memory - 1)*nmda_gate
nmda_gate += gate_increment
"""

BACKGROUND = """
inputs = poisson(background_rate*input_step)
g_ampa += background_weight*inputs
g_nmda += background_nmda_weight*inputs
"""

AMPA_BLOCK = "ampa_available = 1 - ampa_block(t)"

#: Variables of a presynaptic cell whose synapses open NMDA receptors.
GATE_VARIABLES = {"nmda_gate": Variable("1"), "gate_increment": Variable("1")}

#: Defaults that have no effect: the conductance that they belong to is then zero.
_ANY_TIME, _ANY_RATE, _ANY_POTENTIAL = Quantity(1e-2), Quantity(1e2), Quantity(0)


class ConductancePopulation(Population):
    """Conductance-based integrate-and-fire neurons of one type."""

    potassium_increment: Annotated[
        Quantity,
        Parameter("siemens", "q_K", "potassium conductance opened by a spike", non_negative=True),
    ] = Quantity(0)
    potassium_decay: Annotated[
        Quantity, Parameter("second", "tau_K", "its decay", positive=True)
    ] = _ANY_TIME
    glun2ab_share: Annotated[
        Quantity,
        Parameter("1", "a", "share of GluN2A/B among NMDA receptors", non_negative=True, most=1),
    ] = Quantity(1)
    glun2b_of_ab: Annotated[
        Quantity, Parameter("1", "a_B", "share of GluN2B among GluN2A/B", non_negative=True, most=1)
    ] = Quantity(0.5)
    glun2d_of_cd: Annotated[
        Quantity, Parameter("1", "c_D", "share of GluN2D among GluN2C/D", non_negative=True, most=1)
    ] = Quantity(0.5)
    tonic_nmda_conductance: Annotated[
        Quantity,
        Parameter(
            "siemens",
            "g_T",
            "extrasynaptic NMDA conductance, all receptors bound",
            non_negative=True,
        ),
    ] = Quantity(0)
    background_weight: Annotated[
        Quantity,
        Parameter("siemens", "w_b", "AMPA conductance of one background input", non_negative=True),
    ] = Quantity(0)
    background_nmda_weight: Annotated[
        Quantity,
        Parameter("siemens", "w_bN", "NMDA conductance of one background input", non_negative=True),
    ] = Quantity(0)


class ConductanceProjection(Projection):
    """Synapses that open conductances."""

    ampa_weight: Annotated[Quantity, Parameter("siemens", "w_A", "AMPA conductance of a spike")] = (
        Quantity(0)
    )
    nmda_weight: Annotated[Quantity, Parameter("siemens", "w_N", "NMDA conductance of a spike")] = (
        Quantity(0)
    )
    gaba_weight: Annotated[
        Quantity, Parameter("siemens", "w_G", "GABA-A conductance of a spike")
    ] = Quantity(0)


class ConductanceReceptors(Receptors):
    """Kinetics and reversal potentials of synaptic receptors."""

    ampa_decay: Annotated[
        Quantity, Parameter("second", "tau_A", "decay of AMPA conductance", positive=True)
    ] = _ANY_TIME
    gaba_decay: Annotated[
        Quantity, Parameter("second", "tau_G", "decay of GABA-A conductance", positive=True)
    ] = _ANY_TIME
    nmda_decay: Annotated[
        Quantity, Parameter("second", "tau_N", "decay of NMDA conductance", positive=True)
    ] = _ANY_TIME
    nmda_rise: Annotated[
        Quantity, Parameter("second", "tau_r", "rise of the NMDA gate", positive=True)
    ] = Quantity(1e-3)
    nmda_opening: Annotated[
        Quantity, Parameter("hertz", "alpha", "opening rate of the NMDA gate", positive=True)
    ] = _ANY_RATE
    excitatory_reversal: Annotated[
        Quantity, Parameter("volt", "E_E", "reversal of AMPA and NMDA current")
    ] = _ANY_POTENTIAL
    gaba_reversal: Annotated[Quantity, Parameter("volt", "E_I", "reversal of GABA-A current")] = (
        _ANY_POTENTIAL
    )
    potassium_reversal: Annotated[
        Quantity, Parameter("volt", "E_K", "reversal of the potassium current")
    ] = _ANY_POTENTIAL


class Conductance(Membrane):
    """Synapses open conductances; NMDA receptors are blocked by magnesium and by drugs."""

    name = "conductance"
    variables = {
        "v": Variable("volt"),
        "refractory_left": Variable("second"),
        "g_ampa": Variable("siemens"),
        "g_nmda": Variable("siemens"),
        "g_gaba": Variable("siemens"),
        "g_potassium": Variable("siemens"),
        "ampa_available": Variable("1", 1.0),
        "spike_count": Variable("1", kind="integer"),
    }
    equations = MEMBRANE
    reset = RESET
    background = BACKGROUND
    slow = AMPA_BLOCK
    delivery = {
        "ampa": "g_ampa_post += ampa_weight",
        "nmda": "g_nmda_post += nmda_weight*gate_increment_pre",
        "gaba": "g_gaba_post += gaba_weight",
    }
    excites = {"ampa": True, "nmda": True, "gaba": False}
    needs = {
        "ampa_weight": ("ampa_decay", "excitatory_reversal"),
        "nmda_weight": ("nmda_decay", "nmda_rise", "nmda_opening", "excitatory_reversal"),
        "gaba_weight": ("gaba_decay", "gaba_reversal"),
        "background_rate": ("background_weight",),
        "background_weight": ("background_rate", "ampa_decay", "excitatory_reversal"),
        "background_nmda_weight": ("background_rate", "nmda_decay", "excitatory_reversal"),
        "potassium_increment": ("potassium_decay", "potassium_reversal"),
        "tonic_nmda_conductance": ("excitatory_reversal",),
    }
    population = ConductancePopulation
    projection = ConductanceProjection
    receptors = ConductanceReceptors

    def constants(
        self, population: ConductancePopulation, receptors: ConductanceReceptors, step: float
    ) -> Constants:
        """Return the conductance that clamps a refractory cell, and fixed shares of receptors.

        A rule that declares one of the shares as a variable replaces it.
        """
        shares = float(population.glun2ab_share), 1 - float(population.glun2ab_share)
        return {
            "clamp_conductance": ("siemens", float(population.capacitance) * 2 / step),
            "glun2cd_share": ("1", shares[1]),
            "nmda_ab": ("1", shares[0]),
            "nmda_cd": ("1", shares[1]),
            "tonic_nmda": ("siemens", 0.0),
        }

    def shared_constants(
        self, receptors: ConductanceReceptors, nmda: NmdaReceptor, step: float
    ) -> Constants:
        """Return the jump of the NMDA gate, the block by magnesium and the means over a step."""
        drive = receptors.nmda_opening * receptors.nmda_rise
        ratio = receptors.nmda_rise / receptors.nmda_decay
        magnesium = nmda.magnesium / nmda.magnesium_half
        return {
            # Skaar, Haug & Plesser 2025: the gate after a spike is k0 + k1 S
            "gate_memory": ("1", exp(-drive)),
            "gate_opening": ("1", drive**ratio * gammainc(1 - ratio, drive) * gamma(1 - ratio)),
            "magnesium_ab": ("1", magnesium * nmda.sensitivity("ab")),
            "magnesium_cd": ("1", magnesium * nmda.sensitivity("cd")),
            "magnesium_slope": ("1/volt", float(nmda.magnesium_slope)),
            "reference_potential": ("volt", float(nmda.reference_potential)),
            "blocker_voltage": ("volt", float(nmda.blocker_voltage)),
            "open_probability_maximum": ("1", float(nmda.open_probability_maximum)),
            "ampa_step_mean": ("1", _step_mean(receptors.ampa_decay, step)),
            "gaba_step_mean": ("1", _step_mean(receptors.gaba_decay, step)),
        }

    def complaints(self, circuit: Tables, name: str) -> Iterator[str]:
        """Refuse extrasynaptic receptors as well, if no rule binds them."""
        yield from super().complaints(circuit, name)
        population = circuit.populations[name]
        assert isinstance(population, ConductancePopulation)  # the table of this membrane
        binding = [
            rule.name
            for rule in circuit.available_rules.values()
            if "neuron" in rule.parts and "tonic_nmda" in rule.parts["neuron"].variables
        ]
        shared = [rule for rule, table in circuit.rules.items() if name in table.populations]
        if population.tonic_nmda_conductance and not {*shared, *population.rules} & {*binding}:
            yield (
                f"populations.{name}.tonic_nmda_conductance = "
                f"{population.tonic_nmda_conductance.text}: no rule binds these receptors; "
                f"expected {name} in rules.{binding[0]}.populations, or no such key"
            )


def _step_mean(decay: float, step: float) -> float:
    """Return the mean over a step of an exponential decay from one.

    >>> round(_step_mean(3e-3, 1e-4), 4)
    0.9835
    """
    return float(decay / step * -expm1(-step / decay))
