"""The same circuit without a compiler: slower, other random numbers, the same equations."""

import numpy as np
import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT
from synaptoket.engine import runtime
from synaptoket.engine.runtime import RuntimeWorker
from synaptoket.engine.standalone import read_spikes
from synaptoket.experiment.assembly import Assembly
from synaptoket.experiment.probes import GlutamatePulse, PatternCompletion, ProbedCircuit, Probes
from synaptoket.experiment.probes.probe_player import probed
from synaptoket.parameters.errors import EngineError


@pytest.fixture
def runtime_worker(numpy_target, small_plan):
    worker = RuntimeWorker(small_plan, contacts(small_plan.circuit, 1))
    worker.load(initial_state(small_plan, 1))
    return worker


def test_a_short_segment_is_a_pure_function_too(
    runtime_worker, make_drives, small_plan, monkeypatch, tmp_path
):
    monkeypatch.setattr(runtime, "SEGMENT", 0.05)
    worker = runtime_worker
    start = worker.state()
    assert start.keys() == initial_state(small_plan, 1).keys()
    for name, values in initial_state(small_plan, 1).items():
        np.testing.assert_array_equal(start[name], values)
    drives = make_drives()
    drives["timelapse"][:] = np.arange(1, drives["timelapse"].size + 1)
    first = {k: v.copy() for k, v in worker.advance(drives, 5, tmp_path / "s").items()}
    worker.load(start)
    again = worker.advance(drives, 5)
    for name, values in first.items():
        np.testing.assert_array_equal(again[name], values, err_msg=name)
    spikes = read_spikes(tmp_path / "s", ["pyramidal", "pv", "sst"])
    for name, (index, _) in spikes.items():
        assert len(index) == first[f"{name}.spike_count"].sum()
    # the drives of this segment are read, not those of the first
    worker.load(start)
    blocked = worker.advance(make_drives(nmda_blocker_2a=1e3, nmda_blocker_2b=1e3), 5)
    assert (blocked["pyramidal.block_2a"] > 0.1).all()
    state = dict(start)
    state["pv.g_ampa"] = np.full_like(start["pv.g_ampa"], np.nan)
    worker.load(state)
    with pytest.raises(EngineError, match="diverged"):
        worker.advance(make_drives(), 5)


@pytest.mark.slow
def test_both_engines_agree(runtime_worker, start_worker, make_drives):
    """Rates, glutamate and turnover over the same segments, within what chance allows."""
    found = []
    for worker in (runtime_worker, start_worker(1)):
        for seed in range(2):
            state = worker.advance(make_drives(43200.0), seed)
        found.append({name: values.copy() for name, values in state.items()})
    for name in ("pyramidal", "pv", "sst"):
        rates = [state[f"{name}.spike_count"].mean() / (2 * SEGMENT) for state in found]
        assert rates[0] == pytest.approx(rates[1], rel=0.35, abs=0.5)
    glutamate = [state["neuropil.glutamate"][0] for state in found]
    assert glutamate[0] == pytest.approx(glutamate[1], rel=0.35)
    present = [state["pyramidal_to_pyramidal.present"].sum() for state in found]
    assert present[0] == pytest.approx(present[1], rel=0.1)


def test_a_drive_that_is_not_named_is_zero_and_not_what_it_was(runtime_worker, make_drives):
    runtime_worker.advance(make_drives(ampa_block=0.9), 1)
    state = runtime_worker.advance({"timelapse": make_drives()["timelapse"]}, 2)
    assert (state["pyramidal.ampa_available"] == 1).all()


def test_probes_leave_the_state_as_it_was(runtime_worker, make_drives, small_plan, monkeypatch):
    monkeypatch.setattr(runtime, "SEGMENT", 0.05)
    worker, before = runtime_worker, runtime_worker.state()
    drawn = contacts(small_plan.circuit, 1)
    circuit = ProbedCircuit(small_plan, drawn, 1, Assembly(share=0.25))
    plan = Probes((PatternCompletion(), GlutamatePulse()), (), trials=1)
    told = probed(worker, plan, circuit, make_drives(), 1, 0)
    assert told["evoked_ampa"] > 0
    for name, values in worker.state().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
