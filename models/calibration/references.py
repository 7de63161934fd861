"""Measures the healthy values of the rules in the healthy circuit, in two steps.

First inhibition balances each cell, while nothing acts on the wrong references: that gives the
weights that it has learned and the calcium of the dendrites. Then synaptic scaling holds this
calcium, and the release of BDNF is measured in the circuit that has settled.
"""

import numpy as np

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import CircuitPlan, plan
from synaptoket.engine import Engine

#: Rules that would act on a wrong reference while the right one is measured.
SIGNALS = ("mtorc1", "synaptic_protein")
OPENED = (*SIGNALS, "synaptic_scaling")

#: Spiking time of each step at the time-lapse of a quiet week; the second half is measured.
SECONDS = 120.0

Values = dict[str, str | float]


def references(circuit: str, overrides: dict, neurons: int, seed: int) -> Values:
    """Return the healthy values, by dotted name.

    Parameters
    ----------
    circuit : str
        Its name.
    overrides : dict of tuple to value
        Changes of the circuit.
    neurons, seed : int
    """
    first = measured(circuit, overrides, neurons, seed, OPENED)
    values = dict(first)
    known = {tuple(name.split(".")): value for name, value in values.items()}
    settled = measured(circuit, {**overrides, **known}, neurons, seed, SIGNALS)
    for name in ("rules.bdnf.release_reference", "rules.eef2_kinase.resting_reference"):
        values[name] = settled[name]
    return values


def measured(circuit: str, overrides: dict, neurons: int, seed: int, opened) -> Values:
    """Play the circuit with the rules `opened` switched off; return what it shows at rest."""
    changed = {**overrides, **{("rules", name, "enabled"): False for name in opened}}
    made = plan(load_circuit(circuit, changed, neurons))
    plastic = next(n for n, group in made.projections.items() if "present" in group.variables)
    cells = made.projections[plastic].target
    worker = Engine(made, announce=print).worker(seed)
    start = initial_state(made, seed)
    worker.load(start)
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3 * 3600.0)}
    segments = round(SECONDS / SEGMENT)
    readings = []
    for k in range(segments):
        state = worker.advance(drives, seed * 1000 + k)
        present = state[f"{plastic}.present"] > 0
        calcium = state[f"{cells}.dendritic_calcium"].mean()
        readings.append(
            (
                # as at the count of synapses that the file gives
                calcium * (start[f"{plastic}.present"] > 0).sum() / present.sum(),
                state["neuropil.release_estimate"][0],
                state[f"{plastic}.efficacy"][present].mean(),
                state["neuropil.rate_estimate"][0],
                state[f"{cells}.resting_nmda"].mean(),
            )
        )
    calcium, release, efficacy, rate, resting = np.mean(readings[segments // 2 :], axis=0)
    balance = _balanced(made, worker.arrays, seed)
    worker.close()
    print(f"references: {cells} rate {rate:.2f} Hz")
    # the mean synapse transmits one unit: the span of efficacies stays, its place follows
    low = 1 - 0.9 * efficacy
    values: Values = {
        "rules.synaptic_scaling.scaling_target": _rounded(calcium),
        "rules.bdnf.release_reference": f"{_rounded(release)} Hz",
        "rules.eef2_kinase.resting_reference": _rounded(resting),
        "rules.calcium_plasticity.initial_efficacy": _rounded(efficacy),
        "rules.calcium_plasticity.efficacy_low": _rounded(low),
        "rules.calcium_plasticity.efficacy_high": _rounded(low + 0.9),
    }
    return values | balance


def _balanced(made: CircuitPlan, state, seed: int) -> Values:
    """Return the weights that inhibition has learned: their mean, and how they follow set points.

    The mean goes into the weight of the projection, so that relative weights start at one.
    """
    name = next(
        (n for n in made.projections if f"{n}.weight" in state), None
    )
    if name is None or "gaba_weight" not in made.projections[name].constants:
        return {}
    group, post = made.projections[name], contacts(made.circuit, seed)[name][1]
    points = state[f"{group.target}.rate_set_point"]
    weight = state[f"{name}.weight"]
    of_cells = np.bincount(post, weight) / np.maximum(np.bincount(post), 1)
    constant = float(getattr(made.circuit.projections[name], "gaba_weight"))
    found: Values = {f"projections.{name}.gaba_weight": f"{_rounded(1e9 * constant * weight.mean())} nS"}
    if points.std() > 0:
        slope = -np.polyfit(np.log(points), of_cells / weight.mean(), 1)[0]
        found["rules.inhibitory_plasticity.balance_slope"] = _rounded(max(slope, 0.0))
    return found


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
