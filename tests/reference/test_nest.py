"""The same cells and networks in NEST: what both are driven by is Poisson, so rates are compared.

Skipped where NEST is not installed (`pip install nest-simulator`).
"""

from functools import cache

import numpy as np
import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.results.provenance import to_toml

nest = pytest.importorskip("nest")

CELLS, SETTLE, SECONDS = 400, 2.0, 20.0
TIMES = {"tau_syn_ex": 2.0, "tau_syn_in": 2.0}


@cache
def theirs(model, rate, weight, seed=1):
    """Return the rate of NEST's cells with their default parameters under Poisson drive (Hz)."""
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = 0.1
    nest.rng_seed = seed
    cells = nest.Create(model, CELLS, TIMES)
    background = nest.Create("poisson_generator", params={"rate": rate})
    recorder = nest.Create("spike_recorder")
    nest.Connect(background, cells, syn_spec={"weight": weight})
    nest.Connect(cells, recorder)
    nest.Simulate(1000 * SETTLE)
    recorder.n_events = 0
    nest.Simulate(1000 * SECONDS)
    return recorder.n_events / CELLS / SECONDS


def ours(path, model, rate, weight, input_step):
    """Return the rate of the same cells, from a file of a circuit (Hz)."""
    given = nest.GetDefaults(model)
    cell = {
        "membrane": {"iaf_psc_alpha": "current", "iaf_psc_exp": "current_exponential"}[model],
        "fraction": 1.0,
        "capacitance": f"{given['C_m']} pF",
        "leak_conductance": f"{given['C_m'] / given['tau_m']} nS",
        "leak_potential": f"{given['E_L']} mV",
        "threshold": f"{given['V_th']} mV",
        "reset_potential": f"{given['V_reset']} mV",
        "refractory_period": f"{given['t_ref']} ms",
        "background_rate": f"{rate} Hz",
        "background_weight": f"{weight} pA",
    }
    tree = {
        "neurons": CELLS,
        "receptors": {"delay": "1 ms", "current_decay": "2 ms"},
        "populations": {"cells": cell},
        "numerics": {"input_step": input_step},
    }
    path.write_text(to_toml(tree))
    made = plan(load_circuit(str(path)))
    worker = Engine(made, "standalone").worker(1)
    worker.load(initial_state(made, 1))
    drives = {"timelapse": np.ones(round(SEGMENT / SLOW_STEP))}
    counts = [worker.advance(drives, k)["cells.spike_count"].mean()
              for k in range(round((SETTLE + SECONDS) / SEGMENT))]  # fmt: skip
    worker.close()
    return (counts[-1] - counts[round(SETTLE / SEGMENT) - 1]) / SECONDS


@pytest.mark.parametrize("input_step", ["0.1 ms", "1 ms"])
@pytest.mark.parametrize(
    "model, rate, weight",
    [
        ("iaf_psc_alpha", 1e4, 6.2),  # below threshold on average: noise makes the spikes
        ("iaf_psc_alpha", 1e4, 9.0),  # above it: leak and refractoriness set the rate
        ("iaf_psc_exp", 1e4, 17.0),
        ("iaf_psc_exp", 1e3, 120.0),
    ],
)
def test_cells_fire_as_in_nest(model, rate, weight, input_step, tmp_path, needs_compiler):
    """To 2 %: two times the chance of a rate of 4 Hz counted in 400 cells for 20 s."""
    expected = theirs(model, rate, weight)
    assert expected > 1
    found = ours(tmp_path / "cells.toml", model, rate, weight, input_step)
    assert found == pytest.approx(expected, rel=0.02)


@pytest.mark.slow
def test_the_network_of_brunel_and_wang_fires_as_in_nest():
    """Its cells, `iaf_bw_2001`, with the numbers of our file, one run of 10 s each."""
    circuit = load_circuit("brunel_wang")
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = 0.1
    nest.rng_seed = 1
    cells = {name: nest.Create("iaf_bw_2001", circuit.sizes[name], neuron(circuit, name))
             for name in circuit.populations}  # fmt: skip
    kinds = cells["pyramidal"][0].receptor_types
    for name, population in circuit.populations.items():
        background = nest.Create("poisson_generator", {"rate": float(population.background_rate)})
        how = {"weight": population.background_weight * 1e9, "receptor_type": kinds["AMPA"]}
        nest.Connect(background, cells[name], syn_spec=how)
        cells[name].V_m = nest.random.uniform(
            population.reset_potential * 1e3, population.threshold * 1e3
        )
    for projection in circuit.projections.values():
        for kind in ("ampa", "nmda", "gaba"):
            if weight := float(getattr(projection, f"{kind}_weight")):
                nest.Connect(
                    cells[projection.source],
                    cells[projection.target],
                    {"rule": "all_to_all", "allow_autapses": False},
                    {
                        "weight": weight * 1e9,
                        "delay": circuit.receptors.delay * 1e3,
                        "receptor_type": kinds[kind.upper()],
                    },
                )
    recorders = {name: nest.Create("spike_recorder") for name in cells}
    for name, recorder in recorders.items():
        nest.Connect(cells[name], recorder)
    nest.Simulate(1000 * SETTLE)
    for recorder in recorders.values():
        recorder.n_events = 0
    nest.Simulate(10_000)
    made = plan(circuit)
    worker = Engine(made, "standalone").worker(1)
    worker.load(initial_state(made, 1))
    drives = {"timelapse": np.ones(round(SEGMENT / SLOW_STEP))}
    counts = []
    for k in range(6):
        state = worker.advance(drives, k)
        counts.append({name: state[f"{name}.spike_count"].mean() for name in cells})
    worker.close()
    for name, recorder in recorders.items():
        expected = recorder.n_events / len(cells[name]) / 10
        assert (counts[-1][name] - counts[0][name]) / 10 == pytest.approx(expected, rel=0.15)


def neuron(circuit, name):
    """Return a population's parameters as NEST's (mV, nS, pF, ms)."""
    cell, receptors = circuit.populations[name], circuit.receptors
    return {
        "C_m": cell.capacitance * 1e12,
        "g_L": cell.leak_conductance * 1e9,
        "E_L": cell.leak_potential * 1e3,
        "V_th": cell.threshold * 1e3,
        "V_reset": cell.reset_potential * 1e3,
        "t_ref": cell.refractory_period * 1e3,
        "E_ex": receptors.excitatory_reversal * 1e3,
        "E_in": receptors.gaba_reversal * 1e3,
        "tau_AMPA": receptors.ampa_decay * 1e3,
        "tau_GABA": receptors.gaba_decay * 1e3,
        "tau_decay_NMDA": receptors.nmda_decay * 1e3,
        "tau_rise_NMDA": receptors.nmda_rise * 1e3,
        "alpha": receptors.nmda_opening * 1e-3,
        "conc_Mg2": float(circuit.nmda.magnesium),
    }
