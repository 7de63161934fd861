"""Measures the healthy values of the rules in the healthy circuit."""

import numpy as np

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine

#: Rules that would act on a wrong reference while the right one is measured.
OPENED = ("mtorc1", "synaptic_protein", "synaptic_scaling")

#: Measured twice: efficacies of the first pass place the mean synapse of the second.
PASSES = 2


def references(
    circuit: str, overrides: dict, neurons: int, seed: int, seconds: float = 60.0
) -> dict[str, str | float]:
    """Return the healthy values, by dotted name, after the circuit has settled.

    Parameters
    ----------
    circuit : str
        Its name.
    overrides : dict of tuple to value
        Changes of the circuit.
    neurons, seed : int
    seconds : float
        Spiking time; the second half is measured, at the time-lapse of a quiet week.
    """
    values: dict[str, str | float] = {}
    for _ in range(PASSES):
        known = {tuple(name.split(".")): value for name, value in values.items()}
        values = _measured(circuit, {**overrides, **known}, neurons, seed, seconds)
    return values


def _measured(
    circuit: str, overrides: dict, neurons: int, seed: int, seconds: float
) -> dict[str, str | float]:
    changed = {**overrides, **{("rules", name, "enabled"): False for name in OPENED}}
    made = plan(load_circuit(circuit, changed, neurons))
    plastic = next(n for n, group in made.projections.items() if "present" in group.variables)
    cells = made.projections[plastic].target
    worker = Engine(made, announce=print).worker(seed)
    worker.load(initial_state(made, seed))
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3 * 3600.0)}
    segments = round(seconds / SEGMENT)
    readings = []
    for k in range(segments):
        state = worker.advance(drives, seed * 1000 + k)
        present = state[f"{plastic}.present"] > 0
        readings.append(
            (
                state[f"{cells}.dendritic_calcium"].mean(),
                state["neuropil.release_estimate"][0],
                state[f"{plastic}.efficacy"][present].mean(),
                state["neuropil.rate_estimate"][0],
                state[f"{cells}.resting_nmda"].mean(),
            )
        )
    worker.close()
    calcium, release, efficacy, rate, resting = np.mean(readings[segments // 2 :], axis=0)
    print(f"references: {cells} rate {rate:.2f} Hz")
    # the mean synapse transmits one unit: the span of efficacies stays, its place follows
    low = 1 - 0.9 * efficacy
    values = {
        "rules.synaptic_scaling.scaling_target": calcium,
        "rules.bdnf.release_reference": release,
        "rules.eef2_kinase.resting_reference": resting,
        "rules.calcium_plasticity.initial_efficacy": efficacy,
        "rules.calcium_plasticity.efficacy_low": low,
        "rules.calcium_plasticity.efficacy_high": low + 0.9,
    }
    values = {name: float(f"{value:.4g}") for name, value in values.items()}
    values["rules.bdnf.release_reference"] = f"{values['rules.bdnf.release_reference']} Hz"
    return values
