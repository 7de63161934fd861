"""Runs with the same contacts share a program, and none sees that another was there before."""

import os
import signal

import numpy as np
import pytest

from synaptoket.circuit.candidates import All
from synaptoket.circuit.connectivity import contacts, wiring
from synaptoket.circuit.initial import constants, initial_state
from synaptoket.parameters.errors import EngineError
from synaptoket.studies.sweep.shared_programs import SharedPrograms, SharingEngine


@pytest.fixture
def programs():
    """Programs that the engines of a test share."""
    shared = SharedPrograms()
    yield shared
    shared.close()


@pytest.fixture
def engine(small_plan, small_binary, programs):
    """An engine of the small circuit."""
    return SharingEngine(small_plan, small_binary, programs)


def played(engine, worker, state_seed, segments=(5, 6)):
    """Return the state after some segments from a seed's first state."""
    worker.load({**initial_state(engine.plan, state_seed), **constants(engine.plan)})
    for seed in segments:
        state = worker.advance({}, seed)
    return {name: values.copy() for name, values in state.items()}


def program_of(worker):
    return worker.program._process.pid


def test_a_used_program_gives_the_bits_of_a_fresh_one(engine):
    first = engine.worker(1)
    pid, expected = program_of(first), played(engine, first, 1)
    first.close()
    second = engine.worker(1)
    assert program_of(second) == pid
    other = played(engine, second, 2, segments=(9, 9, 9))  # another run, in the same program
    assert not np.array_equal(other["pyramidal.v"], expected["pyramidal.v"])
    second.close()
    third = engine.worker(1)
    assert program_of(third) == pid
    again = played(engine, third, 1)
    assert expected.keys() == again.keys()
    for name, values in expected.items():
        assert np.array_equal(values, again[name]), name
    third.close()


def test_other_contacts_have_a_program_of_their_own(engine, plan_small, small_binary, programs):
    first = engine.worker(1)
    with_seed, pid = engine.worker(2), program_of(first)
    assert program_of(with_seed) != pid  # while it is in use, too
    twin = engine.worker(1)
    assert program_of(twin) != pid
    for worker in (first, with_seed, twin):
        worker.close()
    same = SharingEngine(plan_small("populations.pv.glun2ab_share=0.3"), small_binary, programs)
    worker = same.worker(2)
    assert program_of(worker) not in (pid,)
    worker.close()
    assert wiring(same.plan.circuit) == wiring(engine.plan.circuit)


def test_what_changes_the_contacts_changes_the_wiring(plan_small):
    usual = plan_small().circuit
    projection = usual.projections["pyramidal_to_pyramidal"]
    all_cells = projection.model_copy(update={"candidates": All()})
    others = [
        plan_small("projections.pyramidal_to_pv.in_degree=4").circuit,
        usual.model_copy(
            update={"projections": {**usual.projections, "pyramidal_to_pyramidal": all_cells}}
        ),
    ]
    before = contacts(usual, 1)
    for changed in others:
        drawn = contacts(changed, 1)
        assert any(not np.array_equal(drawn[name][0], before[name][0]) for name in drawn)
        assert wiring(changed) != wiring(usual)


def test_a_program_that_failed_or_is_gone_is_not_lent_again(engine, programs):
    worker = engine.worker(1)
    pid = program_of(worker)
    played(engine, worker, 1)
    with pytest.raises(EngineError):
        worker.program._command("nonsense", "ready")
    worker.program._process.kill()
    with pytest.raises(EngineError):
        worker.advance({}, 1)
    worker.close()
    fresh = engine.worker(1)
    assert program_of(fresh) != pid
    played(engine, fresh, 1)
    pid = program_of(fresh)
    fresh.close()
    os.kill(pid, signal.SIGKILL)
    next(iter(programs.idle.values()))._process.wait()
    last = engine.worker(1)
    assert program_of(last) != pid
    last.close()


def test_half_a_state_is_refused_by_a_used_program(engine, programs):
    worker = engine.worker(1)
    state = initial_state(engine.plan, 1)
    state.pop("pyramidal.v")
    with pytest.raises(RuntimeError, match="pyramidal.v"):
        worker.load(state)
    worker.close()
    assert not programs.idle


def test_few_programs_are_kept(engine, programs):
    programs.most = 2
    for seed in (1, 2, 3):
        worker = engine.worker(seed)
        played(engine, worker, seed, segments=(1,))
        worker.close()
    assert [seed for _, _, seed in programs.idle] == [2, 3]
    programs.most_bytes = 0
    worker = engine.worker(3)
    played(engine, worker, 3, segments=(1,))
    worker.close()
    assert not programs.idle


def test_no_program_outlives_the_one_who_kept_it(engine, programs):
    workers = [engine.worker(seed) for seed in (1, 1)]
    for worker in workers:
        played(engine, worker, 1, segments=(1,))
    first, second = (worker.program for worker in workers)
    workers[0].close()
    assert first.alive
    programs.close()
    assert not first.alive
    workers[1].close()  # its run was still going on
    assert not second.alive


def test_of_two_programs_with_the_same_contacts_one_is_kept(engine, programs):
    workers = [engine.worker(1) for _ in range(2)]
    for worker in workers:
        played(engine, worker, 1, segments=(1,))
    first, second = (worker.program for worker in workers)
    for worker in workers:
        worker.close()
    assert list(programs.idle.values()) == [second]
    assert not first.alive
