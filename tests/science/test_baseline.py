"""The healthy circuit at rest: rates in the physiological range, asynchronous and irregular."""

import numpy as np
import pytest

from synaptoket.analysis.spikes import irregularity
from synaptoket.circuit import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.engine.standalone import read_spikes

RANGES = {"pyramidal": (0.5, 5), "pv": (5, 25), "sst": (2, 15)}


def activity(neurons, folder, settle=10, measure=15):
    """Return rates in Hz by population, and the CV and correlation of pyramidal cells."""
    made = plan(load_circuit("prefrontal", neurons=neurons))
    worker = Engine(made, "standalone").worker(1)
    worker.load(initial_state(made, 1))
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3600.0)}
    path = folder / "spikes"
    try:
        for k in range(settle + measure):
            worker.advance(drives, k, spikes=path if k >= settle else None)
    finally:
        worker.close()
    spikes, sizes = read_spikes(path, list(RANGES)), made.circuit.sizes
    duration = measure * SEGMENT
    rates = {name: len(spikes[name][0]) / sizes[name] / duration for name in RANGES}
    return rates, *irregularity(*spikes["pyramidal"], sizes["pyramidal"], duration)


@pytest.mark.parametrize("neurons", [400, pytest.param(1000, marks=pytest.mark.slow)])
def test_healthy_activity_is_physiological_asynchronous_and_irregular(neurons, tmp_path):
    rates, cv, correlation = activity(neurons, tmp_path)
    for name, (low, high) in RANGES.items():
        assert low < rates[name] < high
    assert cv > 0.7
    assert correlation < 0.1


@pytest.mark.slow
def test_rates_hold_from_400_to_4000_neurons(tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "large").mkdir()
    small, *_ = activity(400, tmp_path / "small")
    large, *_ = activity(4000, tmp_path / "large")
    for name in RANGES:
        assert large[name] == pytest.approx(small[name], rel=0.2)
