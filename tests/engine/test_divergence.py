"""A simulation that has left all measure is ended at once, and says where to look."""

import time

import numpy as np
import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.engine import divergence
from synaptoket.engine.runtime import RuntimeWorker
from synaptoket.parameters.errors import EngineError

#: What is set, and the variable that the message must name.
ABSURD = {
    "pyramidal.background_weight": (1e-3, "pyramidal.v"),
    "pyramidal.excitatory_reversal": (1e27, "pyramidal.v"),
    "pyramidal.gaba_reversal": (-1e27, "pyramidal.v"),
    "pyramidal_to_pv.ampa_weight": (1e-3, "pv"),
    "pv.capacitance": (0.0, "pv"),
    "sst.g_gaba": (np.inf, "sst"),
    "sst.g_nmda": (np.nan, "sst"),
}


def check(worker, drives, name):
    value, named = ABSURD[name]
    held = worker.arrays[name]
    worker.load({name: np.full(held.shape, value, held.dtype)})
    began = time.monotonic()
    with pytest.raises(EngineError, match="diverged") as told:
        worker.advance(drives, 5)
    assert time.monotonic() - began < 2
    assert named in str(told.value)
    assert "look at the weights, reversal potentials and background of" in str(told.value)


@pytest.mark.parametrize("name", ABSURD)
def test_divergence_is_found_in_a_moment(start_worker, quiet_drives, name):
    check(start_worker(), quiet_drives, name)


@pytest.mark.parametrize("name", list(ABSURD)[:2])
def test_divergence_is_found_in_a_moment_without_a_compiler(
    numpy_target, small_plan, quiet_drives, name
):
    worker = RuntimeWorker(small_plan, contacts(small_plan.circuit, 1))
    worker.load(initial_state(small_plan, 1))
    value, named = ABSURD[name]
    worker.load({name: np.array([value])})
    with pytest.raises(EngineError, match=f"diverged.*{named[:5]}"):
        worker.advance(quiet_drives, 5)
    assert numpy_target.defaultclock.variables["t"].get_value() < 0.05


def test_after_a_divergence_a_program_plays_on_from_a_sound_state(
    start_worker, small_plan, quiet_drives
):
    worker, other = start_worker(), start_worker()
    sound = worker.state()
    check(worker, quiet_drives, "pyramidal.background_weight")
    worker.load(sound)
    expected = other.advance(quiet_drives, 5)
    for name, values in worker.advance(quiet_drives, 5).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


def test_a_potential_beyond_ten_volts_is_told_with_its_value():
    arrays = {"cells.v": np.array([-0.07, 11.0]), "cells.g_ampa": np.array([1e-9])}
    limits = {"cells.v": 10.0, "cells.g_ampa": 1e-5}
    with pytest.raises(EngineError, match=r"v of cells \(cells.v\) is 11 \(SI units\)"):
        divergence.check_values(arrays, limits)
    divergence.check_values(arrays | {"cells.v": np.array([-0.07, 0.05])}, limits)


def test_a_cell_may_fire_as_fast_as_its_refractory_period_lets_it():
    divergence.check_firing("cells", spikes=170, cells=100, window=3.2e-3, period=2e-3)
    with pytest.raises(EngineError, match="within the refractory period"):
        divergence.check_firing("cells", spikes=370, cells=100, window=3.2e-3, period=2e-3)


def test_both_engines_look_as_often():
    from pathlib import Path

    header = (Path(divergence.__file__).parent / "segment_server.h").read_text()
    assert f"look_every = {divergence.LOOK_EVERY}" in header
