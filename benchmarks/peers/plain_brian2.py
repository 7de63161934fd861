"""A prefrontal circuit with structural plasticity, as a plain Brian2 script.

Pyramidal, PV and SST cells (conductance-based integrate-and-fire, AMPA, NMDA with magnesium block,
GABA-A, spike-triggered potassium). Pyramidal cells have potential contacts onto one another, of
which a share bears a filopodium or a spine (`present`). Spikes release glutamate and BDNF; in each
cell BDNF drives mTORC1 and new synaptic protein, which hours later builds filopodia. Some mature
into spines, which last the longer the older they are. Calcium-based plasticity, synaptic scaling
and inhibitory plasticity act on top. Biology runs three hours for each second of spiking.

    python plain_brian2.py --mode standalone --seconds 20
    python plain_brian2.py --mode runtime --seconds 5 --seed 2
    python plain_brian2.py --seconds 20 --ampa-weights 0.218 0.226 0.234    # one run for each, nS

Written as for Brian2 alone: default compiler preferences and precision, `(unless refractory)`,
connectivity drawn by Brian2, `run_regularly` for the background and for what is slow.
"""

# ruff: noqa: C408 (parameters read as a table)

import argparse
import json
import time
from math import exp

import numpy as np
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    device,
    get_device,
    linked_var,
    mmolar,
    ms,
    mV,
    nS,
    pF,
    prefs,
    second,
    seed,
    set_device,
    umolar,
)
from brian2 import defaultclock as clock
from scipy.special import gamma, gammainc

minute, hour, day = 60 * second, 3600 * second, 86400 * second

# --- Parameters -----------------------------------------------------------------------------------

RECEPTORS = dict(
    ampa_decay=3 * ms,
    gaba_decay=8 * ms,
    nmda_decay=100 * ms,
    nmda_rise=2 * ms,
    nmda_opening=500 * Hz,
    excitatory_reversal=0 * mV,
    gaba_reversal=-75 * mV,
    potassium_reversal=-90 * mV,
)
DELAY = 1 * ms

MAGNESIUM = dict(
    magnesium=1 * mmolar,
    magnesium_half=3.57 * mmolar,
    magnesium_slope=0.062 / mV,
    reference_potential=-66 * mV,
    blocker_voltage=32.5 * mV,
    open_probability_maximum=1,
)
#: relative to GluN2B; a class (2A/B, 2C/D) has the geometric mean of its members
MAGNESIUM_SENSITIVITY = dict(GluN2A=0.875, GluN2B=1, GluN2C=0.148, GluN2D=0.206)

FRACTIONS = dict(pyramidal=0.8, pv=0.1, sst=0.1)
CELLS = dict(
    pyramidal=dict(
        capacitance=400 * pF,
        leak_conductance=20 * nS,
        leak_potential=-70 * mV,
        threshold=-50 * mV,
        reset_potential=-60 * mV,
        refractory_period=2 * ms,
        potassium_increment=2.454 * nS,
        potassium_decay=100 * ms,
        glun2ab_share=0.98,
        tonic_nmda_conductance=22.89 * nS,
        background_rate=2377 * Hz,
        background_weight=0.8554 * nS,
        background_nmda_weight=0.09059 * nS,
        glun2b_of_ab=0.6,
        glun2d_of_cd=0.5,
    ),
    pv=dict(
        capacitance=150 * pF,
        leak_conductance=15 * nS,
        leak_potential=-70 * mV,
        threshold=-50 * mV,
        reset_potential=-60 * mV,
        refractory_period=1 * ms,
        potassium_increment=0 * nS,
        potassium_decay=100 * ms,
        glun2ab_share=0.6693,
        tonic_nmda_conductance=3.443 * nS,
        background_rate=1414 * Hz,
        background_weight=1.054 * nS,
        background_nmda_weight=0.08184 * nS,
        glun2b_of_ab=0.3,
        glun2d_of_cd=0.8,
    ),
    sst=dict(
        capacitance=120 * pF,
        leak_conductance=8 * nS,
        leak_potential=-65 * mV,
        threshold=-50 * mV,
        reset_potential=-60 * mV,
        refractory_period=2 * ms,
        potassium_increment=1.313 * nS,
        potassium_decay=100 * ms,
        glun2ab_share=0.2711,
        tonic_nmda_conductance=5.324 * nS,
        background_rate=300.1 * Hz,
        background_weight=0.1091 * nS,
        background_nmda_weight=0.022 * nS,
        glun2b_of_ab=0.6,
        glun2d_of_cd=0.8,
    ),
)

#: (potential) contacts onto each target cell, and the conductance of one
PROJECTIONS = dict(
    pyramidal_to_pyramidal=dict(in_degree=300, ampa_weight=0.1728 * nS, nmda_weight=0.3788 * nS),
    pyramidal_to_pv=dict(in_degree=80, ampa_weight=0.149 * nS, nmda_weight=0.3686 * nS),
    pyramidal_to_sst=dict(in_degree=80, ampa_weight=0.1017 * nS, nmda_weight=0.1808 * nS),
    pv_to_pyramidal=dict(in_degree=20, gaba_weight=5.308 * nS),
    pv_to_pv=dict(in_degree=20, gaba_weight=2.694 * nS),
    sst_to_pyramidal=dict(in_degree=20, gaba_weight=3.654 * nS),
    sst_to_pv=dict(in_degree=10, gaba_weight=0.3828 * nS),
)

SIGNALLING = dict(
    ambient_half=0.5 * umolar,
    glutamate_release=0.006 * umolar,
    glutamate_leak=0.18 * umolar / minute,
    glutamate_clearance=0.2 / minute,
    clearance_stress_loss=0.1,
    rate_window=1 * second,
    resting_reference=0.6854,
    calcium_decay=100 * ms,
    release_half=24,
    release_width=3.1,
    release_reference=0.02624 * Hz,
    bdnf_decay=15 * minute,
    own_share=0.2,
    own_bdnf_decay=24 * hour,
    bdnf_stress_loss=0.1,
    estimator_window=3 * second,
    mtorc1_maximum=4,
    mtorc1_cooperativity=0.95,
    mtorc1_decay=45 * minute,
    trkb_downregulation=0.4,
    trkb_turnover=1 * day,
    protein_decay=1.5 * hour,
    basal_share=0.3,
)

PLASTICITY = dict(
    log_size_mean=-0.151,
    log_size_deviation=0.55,
    size_relaxation=10 * day,
    filling_fraction=0.27,
    formation_rate=0.06234 / day,
    assembly_time=4 * hour,
    assembly_half=5,
    assembly_order=4,
    maturation_rate=0.3927 / day,
    maturation_order=2.564,
    vacancy_reference=2.795,
    vacancy_steepness=14.6,
    filopodium_loss=8.035 / day,
    elimination_rate=0.0004004 / day,
    young_elimination=0.6514 / day,
    durable_time=4.624 * day,
    excess_order=0.3,
    stress_elimination=0.005231 / day,
    size_exponent=1.5,
    nascent_log_size=-2,
    insertion_rate=1 / day,
    slot_half=0.2,
    scaling_target=9.806,
    scaling_time=2 * day,
    scaling_minimum=0.5,
    scaling_maximum=2,
    scaling_window=4 * second,
    scaling_spread=0.1675,
    plasticity_calcium_decay=22.6 * ms,
    pre_spike_calcium=0.56,
    post_spike_calcium=1.24,
    potentiation_threshold=1.3,
    depression_threshold=1.0,
    potentiation_gain=725,
    depression_gain=332,
    efficacy_time=346 * second,
    efficacy_low=0.9261,
    efficacy_high=1.826,
    plasticity_window=20 * second,
    initial_efficacy=0.08212,
    trace_decay=20 * ms,
    target_rate=1 * Hz,
    target_deviation=1.0,
    balance_slope=0.2007,
    inhibitory_learning_rate=3e-06,
    inhibitory_maximum=10,
)

#: no drug and no stress in this experiment
EXPERIMENT = dict(
    timelapse=3 * hour / second,
    stress_hormone=0,
    nmda_blocker_2a=0,
    nmda_blocker_2b=0,
    nmda_blocker_2c=0,
    nmda_blocker_2d=0,
    nmda_unblocking_rate=0.22 * Hz,
    nmda_superficial_rate=0 * Hz,
    nmda_superficial_share=0,
    glun2b_inhibition=0,
    ampa_block=0,
    mtorc1_block=0,
    trkb_block=0,
)

TIME_STEP, SLOW_STEP, STRUCTURAL_STEP = 0.1 * ms, 100 * ms, 0.5 * second


def derived():
    """Return the constants that follow from others."""
    drive = float(RECEPTORS["nmda_opening"] * RECEPTORS["nmda_rise"])
    ratio = float(RECEPTORS["nmda_rise"] / RECEPTORS["nmda_decay"])
    magnesium = float(MAGNESIUM["magnesium"] / MAGNESIUM["magnesium_half"])
    sensitivity = MAGNESIUM_SENSITIVITY
    return dict(
        # the NMDA gate after a spike is gate_opening + gate_memory S (Skaar et al. 2025)
        gate_memory=exp(-drive),
        gate_opening=float(drive**ratio * gammainc(1 - ratio, drive) * gamma(1 - ratio)),
        magnesium_ab=magnesium * (sensitivity["GluN2A"] * sensitivity["GluN2B"]) ** 0.5,
        magnesium_cd=magnesium * (sensitivity["GluN2C"] * sensitivity["GluN2D"]) ** 0.5,
        # mean of a decaying conductance over a step, which exponential Euler holds constant
        ampa_step_mean=step_mean(RECEPTORS["ampa_decay"]),
        gaba_step_mean=step_mean(RECEPTORS["gaba_decay"]),
    )


def step_mean(decay):
    """Return the mean over a time step of exp(-t/decay)."""
    return float(decay / TIME_STEP) * (1 - exp(-float(TIME_STEP / decay)))


CONSTANTS = (
    RECEPTORS
    | {key: value for key, value in MAGNESIUM.items() if not key.startswith("magnesium")}
    | {"magnesium_slope": MAGNESIUM["magnesium_slope"]}
    | SIGNALLING
    | PLASTICITY
    | EXPERIMENT
    | {"slow_step": SLOW_STEP, "structural_step": STRUCTURAL_STEP, "day": day}
    | derived()
)

# --- Equations: neurons ---------------------------------------------------------------------------

MEMBRANE = """
dv/dt = (leak_conductance*(leak_potential - v)
         + ampa_step_mean*g_ampa*ampa_available*(excitatory_reversal - v)
         + (g_nmda + tonic_nmda)*nmda_unblocked*(excitatory_reversal - v)
         + gaba_step_mean*g_gaba*(gaba_reversal - v)
         + g_potassium*(potassium_reversal - v))/capacitance : volt (unless refractory)
nmda_unblocked = nmda_ab/(1 + magnesium_ab*exp(-magnesium_slope*v))
                 + nmda_cd/(1 + magnesium_cd*exp(-magnesium_slope*v)) : 1 (constant over dt)
dg_ampa/dt = -g_ampa/ampa_decay : siemens
dg_nmda/dt = -g_nmda/nmda_decay : siemens
dg_gaba/dt = -g_gaba/gaba_decay : siemens
dg_potassium/dt = -g_potassium/potassium_decay : siemens
ampa_available : 1
block_2a : 1
block_2b : 1
block_2c : 1
block_2d : 1
superficial_2a : 1
superficial_2b : 1
superficial_2c : 1
superficial_2d : 1
nmda_ab : 1
nmda_cd : 1
tonic_nmda : siemens
resting_nmda : 1
glutamate : mmolar (linked)
"""

TRACE = "dspike_trace/dt = -spike_trace/trace_decay : 1\n"

PYRAMIDAL = (
    MEMBRANE
    + TRACE
    + """
dnmda_gate/dt = -nmda_gate/nmda_decay : 1
ddendritic_calcium/dt = -dendritic_calcium/calcium_decay : 1
dcalcium_trace/dt = -calcium_trace/plasticity_calcium_decay : 1
gate_increment : 1
own_release : 1
own_bdnf : 1
bdnf_level : 1
trkb : 1
mtorc1 : 1
protein : 1
complexes : 1
transported : 1
assembled : 1
synaptic_scale : 1
calcium_estimate : 1
calcium_set_point : 1
maturation_hazard : Hz
loss_factor : 1
rate_set_point : Hz
bdnf : 1 (linked)
"""
)

# Background inputs open AMPA and NMDA receptors together.
BACKGROUND = """
inputs = poisson(background_rate*dt)
g_ampa += background_weight*inputs
g_nmda += background_nmda_weight*inputs
"""

RESET = """
v = reset_potential
g_potassium += potassium_increment
"""
PV_RESET = RESET + "spike_trace += 1\n"
PYRAMIDAL_RESET = (
    PV_RESET
    + """
gate_increment = gate_opening + (gate_memory - 1)*nmda_gate
nmda_gate += gate_increment
calcium_trace += 1
own_release += 1/(1 + exp((release_half - dendritic_calcium)/release_width))
"""
)

# Block of NMDA receptors, subunit by subunit, at the trapping site and at the one above it.
SITES = """
deep_2x = nmda_blocker_2x*unblocked_class*to_deep
shallow_2x = nmda_blocker_2x*unblocked_class*to_superficial
trapped_2x = deep_2x*(1 - superficial_2x)/(1 + deep_2x)
held_2x = shallow_2x*(1 - block_2x)/(1 + shallow_2x)
block_2x += (1 - exp(-unblock_step*(1 + deep_2x)))*(trapped_2x - block_2x)
superficial_2x += (1 - exp(-leave_step*(1 + shallow_2x)))*(held_2x - superficial_2x)
lost_2x = block_2x + superficial_2x
"""
SUBUNITS = {"2a": "ab", "2b": "ab", "2c": "cd", "2d": "cd"}

# What drugs leave of the receptors, and how much ambient glutamate binds.
BLOCK = (
    """
elapsed = timelapse*slow_step
ampa_available = 1 - ampa_block
ambient = glutamate/(glutamate + ambient_half)
bound_fraction = (g_nmda + ambient*tonic_nmda_conductance)/(g_nmda + tonic_nmda_conductance)
open_probability = open_probability_maximum*bound_fraction
unblock_step = open_probability*nmda_unblocking_rate*elapsed
leave_step = nmda_superficial_rate*elapsed
to_deep = (1 - nmda_superficial_share)*exp(-(v - reference_potential)/blocker_voltage)
to_superficial = nmda_superficial_share*open_probability
unblocked_ab = 1/(1 + magnesium_ab*exp(-magnesium_slope*v))
unblocked_cd = 1/(1 + magnesium_cd*exp(-magnesium_slope*v))
"""
    + "".join(SITES.replace("2x", x).replace("class", mg) for x, mg in SUBUNITS.items())
    + """
inhibited_2b = lost_2b + glun2b_inhibition*(1 - lost_2b)
nmda_ab = glun2ab_share*(1 - (1 - glun2b_of_ab)*lost_2a - glun2b_of_ab*inhibited_2b)
nmda_cd = (1 - glun2ab_share)*(1 - (1 - glun2d_of_cd)*lost_2c - glun2d_of_cd*lost_2d)
resting_nmda = ambient*(nmda_ab/(1 + magnesium_ab) + nmda_cd/(1 + magnesium_cd))
tonic_nmda = ambient*tonic_nmda_conductance
"""
)

# From the BDNF that a cell meets, its own included, by mTORC1 to what builds spines, hours later.
SYNTHESIS = """
own_target = own_release/(slow_step*release_reference)*(1 - bdnf_stress_loss*stress_hormone)
own_bdnf += (1 - exp(-elapsed/own_bdnf_decay))*(own_target - own_bdnf)
own_release = 0
bdnf_level = (1 - own_share)*bdnf + own_share*own_bdnf
signal = (bdnf_level*(1 - trkb_block)*trkb)**mtorc1_cooperativity
activated = mtorc1_maximum*signal/(signal + mtorc1_maximum - 1)
mtorc1 += (1 - exp(-elapsed/mtorc1_decay))*((1 - mtorc1_block)*activated - mtorc1)
trkb_target = 1/(1 + trkb_downregulation*clip(bdnf_level - 1, 0, inf))
trkb += (1 - exp(-elapsed/trkb_turnover))*(trkb_target - trkb)
synthesis = basal_share + (1 - basal_share)*mtorc1
protein += (1 - exp(-elapsed/protein_decay))*(synthesis - protein)
half = assembly_half**assembly_order
made = (1 + half)*protein**assembly_order/(protein**assembly_order + half)
stage = 1 - exp(-elapsed/assembly_time)
complexes += stage*(made - complexes)
transported += stage*(complexes - transported)
assembled += stage*(transported - assembled)
"""

SCALING = """
calcium_estimate += (1 - exp(-slow_step/scaling_window))*(dendritic_calcium - calcium_estimate)
growth = exp(elapsed/scaling_time*(1 - calcium_estimate/calcium_set_point))
synaptic_scale = clip(synaptic_scale*growth, scaling_minimum, scaling_maximum)
vacancy = synaptic_scale**vacancy_steepness/vacancy_reference
maturation_hazard = maturation_rate*assembled**maturation_order*vacancy
loss_factor = vacancy**(-excess_order)
"""

#: What is 1 in a healthy cell.
HEALTHY = (
    *("own_bdnf", "bdnf_level", "trkb", "mtorc1", "protein", "complexes", "transported"),
    *("assembled", "loss_factor"),
)

# --- Equations: extracellular space and shared signalling -----------------------------------------

NEUROPIL = """
resting_received : 1
spikes_received : 1
rate_estimate : Hz
glutamate : mmolar
bdnf_released : 1
release_estimate : Hz
bdnf : 1
"""

# The rule of resting NMDA current (eEF2 kinase) is switched off: translation stays at 1.
NEUROPIL_UPDATE = """
elapsed = timelapse*slow_step
cell_seconds = pyramidal_cells*slow_step
rate_estimate += (1 - exp(-slow_step/rate_window))*(spikes_received/cell_seconds - rate_estimate)
spikes_received = 0
uptake = glutamate_clearance*(1 - clearance_stress_loss*stress_hormone)
glutamate_target = (glutamate_leak + glutamate_release*rate_estimate)/uptake
glutamate += (1 - exp(-uptake*elapsed))*(glutamate_target - glutamate)
released = bdnf_released/cell_seconds
release_estimate += (1 - exp(-slow_step/estimator_window))*(released - release_estimate)
bdnf_released = 0
bdnf_target = release_estimate/release_reference*(1 - bdnf_stress_loss*stress_hormone)
bdnf += (1 - exp(-elapsed/bdnf_decay))*(bdnf_target - bdnf)
"""

RELEASE = """
spikes_received_post += 1
bdnf_released_post += 1/(1 + exp((release_half - dendritic_calcium_pre)/release_width))
"""

# --- Equations: spines ----------------------------------------------------------------------------

SPINE = """
ampa_strength = synaptic_scale_post*present*ampa_content*transmission : 1
transmission = efficacy_low + (efficacy_high - efficacy_low)*efficacy : 1
log_size : 1
present : integer
mature : integer
births : integer
age : second
ampa_content : 1
time_above_potentiation : second
time_above_depression : second
efficacy : 1
"""

# Each spike adds the time that its jump of calcium spends above the two thresholds.
TIME_ABOVE = """
up = clip(after/potentiation_threshold, 1, 100)/clip(before/potentiation_threshold, 1, 100)
down = clip(after/depression_threshold, 1, 100)/clip(before/depression_threshold, 1, 100)
time_above_potentiation += plasticity_calcium_decay*log(up)
time_above_depression += plasticity_calcium_decay*log(down)
"""

SPINE_PRE = (
    """
g_ampa_post += ampa_weight*ampa_strength
g_nmda_post += nmda_weight*gate_increment_pre*present
dendritic_calcium_post += ampa_strength*ampa_available_post
after = pre_spike_calcium*calcium_trace_pre + post_spike_calcium*calcium_trace_post
before = after - pre_spike_calcium
"""
    + TIME_ABOVE
)

SPINE_POST = (
    """
before = pre_spike_calcium*calcium_trace_pre + post_spike_calcium*calcium_trace_post
after = before + post_spike_calcium
"""
    + TIME_ABOVE
)

SPINE_UPDATE = """
elapsed = timelapse*structural_step
memory = exp(-elapsed/size_relaxation)
spread = log_size_deviation*sqrt(1 - memory**2)
log_size = log_size_mean + (log_size - log_size_mean)*memory + spread*randn()
birth = 1 - exp(-formation_rate*assembled_post*elapsed)
leaving = 1 - exp(-(maturation_hazard_post + filopodium_loss)*elapsed)
matured = leaving*maturation_hazard_post/(maturation_hazard_post + filopodium_loss)
young = durable_time*exp(-age/durable_time)*(1 - exp(-elapsed/durable_time))
aged = loss_factor_post*(elimination_rate*elapsed + young_elimination*young)
stressed = stress_elimination*stress_hormone*exp(-size_exponent*log_size)*elapsed
fate = rand()
lost = int(fate < leaving) - int(fate < matured)
loss = mature*(1 - exp(-aged - stressed)) + (1 - mature)*lost
mature = mature + (1 - mature)*int(fate < matured)
flip = int(rand() < (1 - present)*birth + present*loss)
born = flip*(1 - present)
present = present + flip*(1 - 2*present)
births = births + born
age = (1 - born)*(age + elapsed)
mature = (1 - born)*mature
log_size = log_size + born*(nascent_log_size - log_size)
ampa_content = (1 - born)*ampa_content
slots = mature*exp(log_size)*(1 + slot_half)*protein_post/(protein_post + slot_half)
ampa_content += (1 - exp(-insertion_rate*protein_post*elapsed))*(slots - ampa_content)
up = potentiation_gain*time_above_potentiation/plasticity_window/efficacy_time
down = depression_gain*time_above_depression/plasticity_window/efficacy_time
efficacy += (1 - exp(-(up + down)*elapsed))*(up/(up + down + 1e-15*Hz) - efficacy)
time_above_potentiation *= exp(-structural_step/plasticity_window)
time_above_depression *= exp(-structural_step/plasticity_window)
"""

EXCITATION = """
g_ampa_post += ampa_weight
g_nmda_post += nmda_weight*gate_increment_pre
"""
INHIBITION = "g_gaba_post += gaba_weight"

PLASTIC_INHIBITION = "inhibitory_weight : 1"
PLASTIC_INHIBITION_PRE = """
g_gaba_post += gaba_weight*inhibitory_weight
learned = inhibitory_learning_rate*timelapse*(spike_trace_post - 2*rate_set_point_post*trace_decay)
inhibitory_weight = clip(inhibitory_weight + learned, 0, inhibitory_maximum)
"""
PLASTIC_INHIBITION_POST = """
learned = inhibitory_learning_rate*timelapse*spike_trace_pre
inhibitory_weight = clip(inhibitory_weight + learned, 0, inhibitory_maximum)
"""

# --- The network --------------------------------------------------------------------------------


def neuropil(cells):
    """Return the extracellular space, in the state of a healthy circuit."""
    group = NeuronGroup(
        1, NEUROPIL, name="neuropil", namespace=CONSTANTS | {"pyramidal_cells": cells}
    )
    leak, release = CONSTANTS["glutamate_leak"], CONSTANTS["glutamate_release"]
    rate, clearance = CONSTANTS["target_rate"], CONSTANTS["glutamate_clearance"]
    group.rate_estimate = rate
    group.glutamate = (leak + release * rate) / clearance
    group.release_estimate = CONSTANTS["release_reference"]
    group.bdnf = 1
    group.run_regularly(NEUROPIL_UPDATE, dt=SLOW_STEP, name="neuropil_update")
    return group


def population(name, size, space):
    """Return the cells of one type, at random potentials between reset and threshold."""
    model, reset, update = {
        "pyramidal": (PYRAMIDAL, PYRAMIDAL_RESET, BLOCK + SYNTHESIS + SCALING),
        "pv": (MEMBRANE + TRACE, PV_RESET, BLOCK),
        "sst": (MEMBRANE, RESET, BLOCK),
    }[name]
    cells = NeuronGroup(
        size,
        model,
        method="exponential_euler",
        threshold="v > threshold",
        reset=reset,
        refractory=CELLS[name]["refractory_period"],
        namespace=CONSTANTS | CELLS[name],
        name=name,
    )
    cells.glutamate = linked_var(space, "glutamate")
    cells.v = "reset_potential + rand()*(threshold - reset_potential)"
    cells.ampa_available = cells.resting_nmda = 1
    cells.nmda_ab = "glun2ab_share"
    cells.nmda_cd = "1 - glun2ab_share"
    if name == "pyramidal":
        cells.bdnf = linked_var(space, "bdnf")
        for variable in HEALTHY:
            setattr(cells, variable, 1)
        cells.rate_set_point = "target_rate*exp(target_deviation*(randn() - target_deviation/2))"
        cells.synaptic_scale = "exp(scaling_spread*(randn() - scaling_spread/2))"
        cells.dendritic_calcium = cells.calcium_estimate = CONSTANTS["scaling_target"]
        cells.calcium_set_point = "scaling_target*synaptic_scale"
    cells.run_regularly(BACKGROUND, when="start", name=f"{name}_background")
    cells.run_regularly(update, dt=SLOW_STEP, name=f"{name}_update")
    return cells


def projection(name, cells, parameters):
    """Return the synapses of one projection: a fixed number onto each target, no autapses."""
    source, target = name.split("_to_")
    model, pre, post = {
        "pyramidal_to_pyramidal": (SPINE, SPINE_PRE, SPINE_POST),
        "pv_to_pyramidal": (PLASTIC_INHIBITION, PLASTIC_INHIBITION_PRE, PLASTIC_INHIBITION_POST),
    }.get(name, ("", EXCITATION if source == "pyramidal" else INHIBITION, None))
    synapses = Synapses(
        cells[source],
        cells[target],
        model,
        on_pre=pre,
        on_post=post,
        delay={"pre": DELAY},
        namespace=CONSTANTS | parameters,
        name=name,
    )
    partners, degree = cells[source].N - (source == target), int(parameters["in_degree"])
    chosen = "k + int(k >= j)" if source == target else "k"
    synapses.connect(i=f"{chosen} for k in sample({partners}, size={min(degree, partners)})")
    if name == "pyramidal_to_pyramidal":
        synapses.log_size = "log_size_mean + log_size_deviation*randn()"
        synapses.present = "int(rand() < filling_fraction)"
        synapses.mature = 1
        synapses.age = "-100*day*log(rand())"
        synapses.ampa_content = "exp(log_size)"
        synapses.efficacy = CONSTANTS["initial_efficacy"]
        synapses.run_regularly(SPINE_UPDATE, dt=STRUCTURAL_STEP, name=f"{name}_update")
    elif name == "pv_to_pyramidal":
        balanced = (
            "1 - balance_slope*(log(rate_set_point_post/target_rate) + target_deviation**2/2)"
        )
        synapses.inhibitory_weight = balanced
    return synapses


def build(neurons, weights):
    """Return the network and its spike monitors; `weights` replaces values of PROJECTIONS."""
    clock.dt = TIME_STEP
    sizes = {name: round(neurons * fraction) for name, fraction in FRACTIONS.items()}
    space = neuropil(sizes["pyramidal"])
    cells = {name: population(name, size, space) for name, size in sizes.items()}
    synapses = [
        projection(name, cells, parameters | weights.get(name, {}))
        for name, parameters in PROJECTIONS.items()
    ]
    release = Synapses(
        cells["pyramidal"], space, on_pre=RELEASE, namespace=CONSTANTS, name="release"
    )
    release.connect()
    spikes = {name: SpikeMonitor(group, name=f"{name}_spikes") for name, group in cells.items()}
    objects = [space, *cells.values(), *synapses, release, *spikes.values()]
    return Network(*objects), spikes


def simulate(args, weights):
    """Run once; return seconds of the simulation per second of spiking, and what came out."""
    started = time.perf_counter()
    seed(args.seed)
    network, spikes = build(args.neurons, weights)
    if args.warmup:
        network.run(args.warmup * second)
    network.run(args.seconds * second)
    simulated = get_device()._last_run_time  # of the last run, code generation not counted
    wall = time.perf_counter() - started
    rates = {
        name: float(np.sum(monitor.t > args.warmup * second) / monitor.source.N / args.seconds)
        for name, monitor in spikes.items()
    }
    present = np.asarray(network["pyramidal_to_pyramidal"].present)
    return {
        "wall": wall,
        "step": float(clock.dt),
        "sizes": {name: int(monitor.source.N) for name, monitor in spikes.items()},
        "seconds_per_second": simulated / args.seconds,
        "rates": rates,
        "potential": int(present.size),
        "present": int(present.sum()),
        "births": int(np.sum(network["pyramidal_to_pyramidal"].births)),
    }


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("standalone", "runtime"), default="standalone")
    parser.add_argument("--seconds", type=float, default=10.0, help="of spiking")
    parser.add_argument("--warmup", type=float, default=0.0, help="seconds of spiking before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--directory", default="output", help="of the standalone project")
    parser.add_argument(
        "--ampa-weights", type=float, nargs="+", metavar="NS",
        default=[float(PROJECTIONS["pyramidal_to_pyramidal"]["ampa_weight"] / nS)],
        help="AMPA weight of pyramidal_to_pyramidal in nS: one run for each",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print results as lines of JSON")
    return parser.parse_args()


def main():
    """Run the circuit once for each AMPA weight."""
    args = arguments()
    if args.mode == "standalone":
        set_device("cpp_standalone", directory=args.directory)
    else:
        prefs.codegen.target = "cython"  # the default falls back on NumPy where there is no Cython
    for number, weight in enumerate(args.ampa_weights):
        if args.mode == "standalone" and number:
            device.reinit()
            device.activate(directory=args.directory)
        result = simulate(args, {"pyramidal_to_pyramidal": {"ampa_weight": weight * nS}})
        if args.json:
            print(json.dumps({"ampa_weight": weight} | result), flush=True)
            continue
        print(
            f"AMPA weight {weight} nS: {result['seconds_per_second']:.3f} s per second of spiking"
        )
        print("  " + ", ".join(f"{name} {rate:.2f} Hz" for name, rate in result["rates"].items()))
        print(f"  {result['present']} of {result['potential']} spines, {result['births']} born")


if __name__ == "__main__":
    main()
