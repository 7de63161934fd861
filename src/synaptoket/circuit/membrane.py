"""The neuron: a leaky integrator with AMPA, NMDA, GABA-A and spike-triggered K conductances.

    C dV/dt = g_L (E_L - V) + g_A (E_E - V) + g_N u(V) (E_E - V) + g_G (E_I - V) + g_K (E_K - V)

g_N is the NMDA conductance with glutamate bound, synaptic and extrasynaptic; u(V) is the part of
it that neither Mg (Jahr & Stevens 1990) nor a trapped blocker keeps shut, by subunit class. While
`refractory_left` counts down, a large conductance holds the cell at its reset potential: the
vectorised equivalent of an absolute refractory period.

Exponential Euler holds conductances constant over a step. AMPA and GABA-A conductances, which decay
within milliseconds, enter with their mean over the step, so that the charge of an input does not
depend on the step.

The NMDA gate of a presynaptic neuron saturates (Skaar, Haug & Plesser 2025): at a spike it moves
from S to k0 + k1 S, and the synapse passes on the increment.
"""

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

BACKGROUND = "g_ampa += background_weight*poisson(background_rate*input_step)"

AMPA_BLOCK = "ampa_available = 1 - ampa_block(t)"
