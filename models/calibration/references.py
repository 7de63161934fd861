"""Measures the healthy values of the rules in the healthy circuit, in three steps.

First inhibition balances each cell, while nothing acts on the wrong references and no synapse
comes or goes: that gives the weights that it has learned. Then synapses come and go and scaling
acts: that gives the dendritic calcium at the number of synapses of the file and a scale of one, how
far the scales of cells come to be apart, and the vacancy of a healthy cell (cells that lack
synapses mature more filopodia than those that have too many mature less, so that by the closed
form of `spines.py`, which knows one cell without noise, the count would rise). At last the release
of BDNF is measured in the circuit that holds these values. Means over some seeds: one minute of one
circuit tells calcium to 2 %.
"""

import numpy as np

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import CircuitPlan, plan
from synaptoket.engine import Engine
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

#: Rules that would act on a wrong reference while the right one is measured.
SIGNALS = ("mtorc1", "synaptic_protein")
OPENED = (*SIGNALS, "synaptic_scaling", "protein_formation", "spine_stages")

#: Circuits that are averaged over.
SEEDS = 4

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
        Size, and the first of the seeds.
    """
    found: Values = {}

    def step(opened: tuple[str, ...]) -> Values:
        known = {tuple(name.split(".")): value for name, value in found.items()}
        changed = {**overrides, **known}
        return _mean([measured(circuit, changed, neurons, seed + k, opened) for k in range(SEEDS)])

    found |= step(OPENED)
    coming = step(SIGNALS)
    stages, scaling = "rules.spine_stages", "rules.synaptic_scaling"
    for name in (f"{scaling}.scaling_target", f"{scaling}.scaling_spread",
                 f"{stages}.vacancy_reference"):  # fmt: skip
        found[name] = coming[name]
    settled = step(SIGNALS)
    for name in ("rules.bdnf.release_reference", "rules.eef2_kinase.resting_reference"):
        found[name] = settled[name]
    return found


def _mean(several: list[Values]) -> Values:
    """Return the mean of each value, in the unit that it has."""
    means: Values = {}
    for name, first in several[0].items():
        numbers = [float(str(values[name]).split()[0]) for values in several]
        unit = str(first).partition(" ")[2]
        mean = _rounded(float(np.mean(numbers)))
        means[name] = f"{mean} {unit}" if unit else mean
    low, high = (f"rules.calcium_plasticity.efficacy_{end}" for end in ("low", "high"))
    means[high] = _rounded(float(means[low]) + 0.9)  # the span stays what it is
    return means


def measured(circuit: str, overrides: dict, neurons: int, seed: int, opened) -> Values:
    """Play the circuit with the rules `opened` switched off; return what it shows at rest."""
    changed = {**overrides, **{("rules", name, "enabled"): False for name in opened}}
    made = plan(load_circuit(circuit, changed, neurons))
    plastic = next(n for n, group in made.projections.items() if "present" in group.variables)
    cells = made.projections[plastic].target
    worker = Engine(made, announce=print).worker(seed)
    start = initial_state(made, seed)
    worker.load(start)
    filled = (start[f"{plastic}.present"] > 0).sum()
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3 * 3600.0)}
    segments = round(SECONDS / SEGMENT)
    readings, cells_seen = [], []
    for k in range(segments):
        state = worker.advance(drives, seed * 1000 + k)
        present = state[f"{plastic}.present"] > 0
        if k >= segments // 2 and k % 4 == 0:
            names = ("vacancy", "assembled")
            cells_seen.append([state[f"{cells}.{name}"].copy() for name in names])
        readings.append(
            (
                # at the count of synapses that the file gives, and a scale of one
                state[f"{cells}.dendritic_calcium"].mean()
                / state[f"{cells}.synaptic_scale"].mean()
                * filled
                / present.sum(),
                state["neuropil.release_estimate"][0],
                state[f"{plastic}.efficacy"][present].mean(),
                state["neuropil.rate_estimate"][0],
                state[f"{cells}.resting_nmda"].mean(),
            )
        )
    calcium, release, efficacy, rate, resting = np.mean(readings[segments // 2 :], axis=0)
    balanced = _balanced(made, worker.arrays, seed)
    spread = float(np.log(worker.arrays[f"{cells}.synaptic_scale"]).std())
    worker.close()
    print(f"references: {cells} rate {rate:.2f} Hz")
    # the mean synapse transmits one unit: the span of efficacies stays, its place follows
    low = 1 - 0.9 * efficacy
    values: Values = {
        "rules.synaptic_scaling.scaling_target": _rounded(calcium),
        "rules.synaptic_scaling.scaling_spread": round(spread, 3),
        "rules.bdnf.release_reference": f"{_rounded(release)} Hz",
        "rules.eef2_kinase.resting_reference": _rounded(resting),
        "rules.calcium_plasticity.initial_efficacy": _rounded(efficacy),
        "rules.calcium_plasticity.efficacy_low": _rounded(low),
        "rules.calcium_plasticity.efficacy_high": _rounded(low + 0.9),
    }
    if "spine_stages" not in opened:
        values["rules.spine_stages.vacancy_reference"] = _vacancy(made, np.array(cells_seen))
    return values | balanced


def _vacancy(made: CircuitPlan, seen: np.ndarray) -> float:
    """Return the reference of vacancy at which as many filopodia mature as spines are lost.

    `seen` has the vacancy and the complexes of cells, shape (times, 2, cells). Of the vacancy only
    the spread between cells counts: the scale of the typical cell is to be one.
    """
    rules, (vacancy, assembled) = made.circuit.rules, seen.swapaxes(0, 1)
    constants = rules["spine_stages"].constants
    stages = ClosedForm(constants)
    vacancy = vacancy / np.exp(np.log(vacancy).mean())
    hazards = stages.maturing * assembled ** float(constants["maturation_order"])
    alike = stages.maturing / (stages.maturing + stages.lost)  # in a cell that lacks nothing

    def matured_over_lost(reference: float) -> float:
        found = hazards * vacancy / reference
        losses = (vacancy / reference) ** -float(constants["excess_order"])
        return (assembled * found / (found + stages.lost)).mean() / (alike * losses.mean())

    low, high = 1e-3, 1e3
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if matured_over_lost(middle) > 1 else (low, middle)
    return _rounded(low)


def _balanced(made: CircuitPlan, state, seed: int) -> Values:
    """Return the weights that inhibition has learned: their mean, and how they follow set points.

    The mean goes into the weight of the projection, so that relative weights start at one.
    """
    name = next((n for n in made.projections if f"{n}.weight" in state), None)
    if name is None or "gaba_weight" not in made.projections[name].constants:
        return {}
    group, post = made.projections[name], contacts(made.circuit, seed)[name][1]
    points = state[f"{group.target}.rate_set_point"]
    weight = state[f"{name}.weight"]
    of_cells = np.bincount(post, weight) / np.maximum(np.bincount(post), 1)
    constant = made.projections[name].constants["gaba_weight"][1]
    found: Values = {
        f"projections.{name}.gaba_weight": f"{_rounded(1e9 * constant * weight.mean())} nS"
    }
    if points.std() > 0:
        slope = -np.polyfit(np.log(points), of_cells / weight.mean(), 1)[0]
        found["rules.inhibitory_plasticity.balance_slope"] = _rounded(max(slope, 0.0))
    return found


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
