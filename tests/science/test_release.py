"""Every pyramidal spike reaches the neuropil: the pools see the population, not one cell."""

import numpy as np
import pytest

from synaptoket.circuit import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine


def test_the_rate_that_releases_glutamate_is_the_rate_of_the_population():
    made = plan(load_circuit("prefrontal", neurons=400))
    worker = Engine(made, "standalone").worker(1)
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 60.0)}
    estimates, counts = [], []
    try:
        worker.load(initial_state(made, 1))
        for k in range(12):
            state = worker.advance(drives, k)
            estimates.append(float(state["neuropil.rate_estimate"][0]))
            counts.append(int(state["pyramidal.spike_count"].sum()))
    finally:
        worker.close()
    rates = np.diff(counts) / made.circuit.sizes["pyramidal"] / SEGMENT
    assert estimates[1:] == pytest.approx(rates, rel=0.25)
