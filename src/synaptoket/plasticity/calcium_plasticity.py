r"""Calcium-based long-term plasticity of spines that are present.

    drho/dT = (gamma_p (1 - rho) [c > theta_p] - gamma_d rho [c > theta_d])/tau
    c = C_pre x_pre + C_post x_post

    symbol   constant                  unit    meaning
    tau_Ca   plasticity_calcium_decay  second  decay of spine calcium
    C_pre    pre_spike_calcium         1       calcium of a presynaptic spike
    C_post   post_spike_calcium        1       calcium of a postsynaptic spike
    theta_p  potentiation_threshold    1       threshold of potentiation
    theta_d  depression_threshold      1       threshold of depression
    gamma_p  potentiation_gain         1       rate of potentiation
    gamma_d  depression_gain           1       rate of depression
    tau      efficacy_time             second  time constant of efficacy change
    w_0      efficacy_low              1       transmission of a depressed synapse
    w_1      efficacy_high             1       transmission of a potentiated synapse
    W_rho    plasticity_window         second  spiking time of the averaged thresholds
    rho_0    initial_efficacy          1       efficacy variable at the start
             state
    x        calcium_trace             1       trace of spikes
    -        time_above_potentiation   second  time above theta_p, averaged
    -        time_above_depression     second  time above theta_d, averaged
    rho      efficacy                  1       efficacy variable, 0 to 1
             read
    dT       elapsed                   second  biological time of the step
    -        structural_step           second  spiking time of a structural step

The traces x jump by one at each spike of the cell before and behind the synapse, and decay with
one time constant. After a jump to c, calcium stays above a threshold for T(c) = tau_Ca
log(c/theta) unless another spike intervenes; so each spike adds T(after) - T(before), and nothing
runs between spikes. (A pre- and a postsynaptic spike within the delay of 1 ms count the former
twice.) The structural update applies these times, averaged over a window, exactly: at a large
time-lapse rho follows its mean, as it does over hours of spontaneous activity. The efficacy of
the synapse moves from w_0 (rho = 0) to w_1 (rho = 1).

Two small errors: calcium of a presynaptic spike counts from its arrival, a delay late,
and the average is too large by half a structural step in the window (2.5 % at 1 s in 20 s).

Equation: Graupner & Brunel 2012 without the cubic term and the noise.
Source: Graupner & Brunel 2012, doi:10.1073/pnas.1109359109
"""

from .rule import Constant, Part, Rule, Variable


def _above(before: str, after: str) -> str:
    """Return statements that add the time a jump of calcium spends above each threshold."""
    lines = [f"calcium_before = {before}", f"calcium_after = {after}"]
    for name in ("potentiation", "depression"):
        after, before = (
            f"clip({calcium}/{name}_threshold, 1, 100)"
            for calcium in ("calcium_after", "calcium_before")
        )
        lines.append(f"time_above_{name} += plasticity_calcium_decay_post*log({after}/{before})")
    return "\n".join(lines)


_CALCIUM = "pre_spike_calcium*calcium_trace_pre + post_spike_calcium*calcium_trace_post"

CALCIUM_PLASTICITY = Rule(
    name="calcium_plasticity",
    summary="long-term plasticity by the time calcium spends above two thresholds",
    kind="functional",
    sources="excitatory",
    governs="weight",
    equation="drho/dT = (gamma_p (1-rho)[c>theta_p] - gamma_d rho [c>theta_d])/tau",
    source="Graupner & Brunel 2012 PNAS 109:3991",
    constants={
        "plasticity_calcium_decay": Constant("second", "tau_Ca", "decay of spine calcium"),
        "pre_spike_calcium": Constant("1", "C_pre", "calcium of a presynaptic spike"),
        "post_spike_calcium": Constant("1", "C_post", "calcium of a postsynaptic spike"),
        "potentiation_threshold": Constant("1", "theta_p", "threshold of potentiation", above=0),
        "depression_threshold": Constant("1", "theta_d", "threshold of depression", above=0),
        "potentiation_gain": Constant("1", "gamma_p", "rate of potentiation"),
        "depression_gain": Constant("1", "gamma_d", "rate of depression"),
        "efficacy_time": Constant("second", "tau", "time constant of efficacy change"),
        "efficacy_low": Constant("1", "w_0", "transmission of a depressed synapse"),
        "efficacy_high": Constant("1", "w_1", "transmission of a potentiated synapse"),
        "plasticity_window": Constant("second", "W_rho", "spiking time of the averaged thresholds"),
        "initial_efficacy": Constant(
            "1", "rho_0", "efficacy variable at the start", least=0, most=1
        ),
    },
    parts={
        "neuron": Part(
            variables={"calcium_trace": Variable("1")},
            equations="dcalcium_trace/dt = -calcium_trace/plasticity_calcium_decay : 1",
            at_spike="calcium_trace += 1",
        ),
        "synapse": Part(
            variables={
                "time_above_potentiation": Variable("second", newborn=0.0),
                "time_above_depression": Variable("second", newborn=0.0),
                "efficacy": Variable("1", "initial_efficacy", newborn="initial_efficacy"),
            },
            ampa_factor="(efficacy_low + (efficacy_high - efficacy_low)*efficacy)",
            on_pre=_above(f"{_CALCIUM} - pre_spike_calcium", _CALCIUM),
            on_post=_above(_CALCIUM, f"{_CALCIUM} + post_spike_calcium"),
            slow="""
            up = potentiation_gain*time_above_potentiation/plasticity_window/efficacy_time
            down = depression_gain*time_above_depression/plasticity_window/efficacy_time
            efficacy -= expm1(-(up + down)*elapsed)*(up/(up + down + 1e-15*Hz) - efficacy)
            time_above_potentiation *= exp(-structural_step/plasticity_window)
            time_above_depression *= exp(-structural_step/plasticity_window)
            """,
            order=4,
        ),
    },
)
