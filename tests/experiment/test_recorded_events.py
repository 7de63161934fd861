"""Events of a run: they are the change from state to state, and survive what rows survive."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import h5py
import numpy as np
import pytest
from small_experiment import (
    ARMS,
    CHILD,
    LIVELY,
    PHASES,
    PROJECTION,
    everything,
    interrupted_after,
)

from synaptoket import UserError, open_network
from synaptoket.analysis import degrees, graph, histories, turnover, weights
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.stored_network import StoredNetwork
from synaptoket.experiment import checkpoint_policy
from synaptoket.results import check_invariants, open_results, read_events
from synaptoket.results.states import load_state


def without_events(content):
    return {name: held for name, held in content.items() if "/events/" not in name}


def test_events_add_up_to_the_rows_and_change_nothing_else(recorded, play_lively, tmp_path):
    check_invariants(recorded)
    (without,) = play_lively(tmp_path / "x.h5", record_events=False)
    assert without_events(everything(recorded)) == everything(without)
    assert min(len(read_events(recorded, arm)) for arm in ARMS) > 500
    with h5py.File(without) as file:
        assert not any("events" in file[arm] for arm in ARMS)


def test_replaying_the_events_from_the_first_state_gives_the_last(recorded, small_plan):
    first = initial_state(small_plan, 1)
    drawn = contacts(small_plan.circuit, 1)
    for arm in ARMS:
        last = load_state(recorded, f"{arm}@after").state
        pairs = zip(*map(np.ndarray.tolist, drawn[PROJECTION]), strict=True)
        number = dict(zip(pairs, first[f"{PROJECTION}.present"].tolist(), strict=True))
        twice = 0
        for before, event in pairwise(read_events(recorded, arm, PROJECTION)):
            twice += before[["time", "pre", "post"]] == event[["time", "pre", "post"]]
        for event in read_events(recorded, arm, PROJECTION):
            pair = (int(event["pre"]), int(event["post"]))
            number[pair] += 1 if event["formed"] else -1
            assert number[pair] in (0, 1)
        assert list(number.values()) == last[f"{PROJECTION}.present"].tolist()
        assert twice > 10  # came and went within a segment


def test_arms_have_the_events_of_the_trunk_that_they_share(recorded):
    vehicle, treated, control = (
        read_events(recorded, arm) for arm in ("vehicle", "ketamine", "control")
    )
    trunk, first = 4 + 8 * 24, 4.0
    np.testing.assert_array_equal(vehicle[vehicle["time"] <= trunk],
                                  treated[treated["time"] <= trunk])  # fmt: skip
    np.testing.assert_array_equal(vehicle[vehicle["time"] <= first],
                                  control[control["time"] <= first])  # fmt: skip
    assert vehicle.tolist() != control.tolist()


@pytest.mark.parametrize("segments, every", [(6, 0.0), (1, 1e9), (13, 1e9)])
def test_a_resumed_run_has_the_events_of_the_uninterrupted_one(
    play_lively, tmp_path, recorded, monkeypatch, segments, every
):
    monkeypatch.setattr(checkpoint_policy, "CHECKPOINT_EVERY", every)
    path = tmp_path / "x.h5"
    with pytest.raises(KeyboardInterrupt):
        play_lively(path, progress=interrupted_after(segments))
    check_invariants(tmp_path / "x.h5.part")
    with pytest.raises(UserError, match="recorded = events: this run has none"):
        play_lively(path, resume=True, record_events=False)
    play_lively(path, resume=True)
    assert everything(path) == everything(recorded)
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]
    # a finished run is left alone, and is not taken for one without events
    play_lively(path, resume=True)
    with pytest.raises(UserError, match="recorded"):
        play_lively(path, resume=True, record_events=False)


@pytest.mark.parametrize("segments, rare", [(3, False), (11, False), (7, True)])
def test_a_killed_run_is_resumed_with_the_same_events(
    play_lively, small, tmp_path, recorded, segments, rare
):
    """With a state after each segment, and with rows and events beyond the last state."""
    path = tmp_path / "x.h5"
    child = CHILD.replace("resume=True,", "resume=True, record_events=True,")
    child = child.replace("CHECKPOINT_EVERY = 0.0", "CHECKPOINT_EVERY = 1e9") if rare else child
    arguments = [str(path), str(small["neurons"])]
    arguments += [*small["settings"], *LIVELY]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", child, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            if line.strip().isdecimal() and int(line) >= segments:
                break
        process.send_signal(signal.SIGKILL)
    check_invariants(tmp_path / "x.h5.part")
    play_lively(path, resume=True)
    assert everything(path) == everything(recorded)


# --- analysis of a real file ----------------------------------------------------------------------


def test_a_graph_is_the_state_as_a_matrix(recorded, small_plan):
    network = open_network(recorded)
    pre, post = contacts(small_plan.circuit, 1)[PROJECTION]
    state = load_state(recorded, "ketamine@stress").state
    found = graph(network, "ketamine", PROJECTION, "stress")
    assert found.shape == (small_plan.populations["pyramidal"].size,) * 2
    np.testing.assert_array_equal(found.toarray()[pre, post], state[f"{PROJECTION}.present"])
    assert found.sum() == state[f"{PROJECTION}.present"].sum()
    assert (graph(network, "ketamine", PROJECTION, "vehicle@stress") != found).nnz == 0
    last = open_results(recorded)["ketamine"]["synapse_count"].sel(projection=PROJECTION)
    assert graph(network, "ketamine", PROJECTION).sum() == int(last[0, -1])
    fixed = graph(network, "control", "pv_to_pyramidal")
    assert set(degrees(fixed).incoming) == {4}
    assert degrees(found).incoming.sum() == degrees(found).outgoing.sum() == found.nnz


def test_weights_are_those_of_the_synapses_that_are_there(recorded):
    network = open_network(recorded)
    state = load_state(recorded, "control@after").state
    there = state[f"{PROJECTION}.present"] > 0
    for variable, stored in (("ampa_content", "ampa_content"), ("age", "age")):
        found = weights(network, "control", PROJECTION, variable=variable)
        np.testing.assert_allclose(
            np.sort(found.data), np.sort(state[f"{PROJECTION}.{stored}"][there])
        )
    size = weights(network, "control", PROJECTION, variable="spine_size")
    assert size.data.mean() == pytest.approx(np.exp(state[f"{PROJECTION}.log_size"][there]).mean())
    assert size.nnz == graph(network, "control", PROJECTION).nnz


def test_histories_have_the_count_of_every_row(recorded, monkeypatch):
    tree, network = open_results(recorded), open_network(recorded)
    for arm in ARMS:
        count = tree[arm]["synapse_count"].sel(projection=PROJECTION).isel(seed=0)
        lives = histories(network, arm, PROJECTION)
        assert [lives.present(hour).sum() for hour in count["time"].values] == count.values.tolist()
    assert turnover(lives, 0, lives.end).after == count.values[-1]
    # and without any state but the one that the circuit begins with
    monkeypatch.setattr(StoredNetwork, "states", lambda network, arm: [])
    again = histories(network, arm, PROJECTION)
    for with_states, without in zip(lives, again, strict=True):
        np.testing.assert_array_equal(with_states, without)


def test_what_a_file_does_not_hold_is_told(recorded, finished, play_lively, tmp_path):
    network = open_network(recorded)
    with pytest.raises(UserError, match="no projection 'pyramidal_to_pyramids'; did you mean"):
        graph(network, "control", "pyramidal_to_pyramids")
    with pytest.raises(UserError, match="no arm 'controls'; did you mean 'control'"):
        graph(network, "controls", PROJECTION)
    with pytest.raises(UserError, match="no checkpoint 'control@strss'; did you mean"):
        graph(network, "control", PROJECTION, "strss")
    with pytest.raises(UserError, match="vehicle@stress: is no state of the arm control"):
        graph(network, "control", PROJECTION, "vehicle@stress")
    with pytest.raises(UserError, match="have no variable 'ampa_contents'; did you mean"):
        weights(network, "control", PROJECTION, variable="ampa_contents")
    with pytest.raises(UserError, match="no events"):
        histories(open_network(finished), "control", PROJECTION)
    (bare,) = play_lively(tmp_path / "x.h5", {"control": ARMS["control"]}, keep="none")
    with pytest.raises(UserError, match="holds no state of the arm control"):
        graph(open_network(bare), "control", PROJECTION)


def test_contacts_that_are_drawn_in_another_way_are_refused(recorded, monkeypatch):
    import synaptoket.circuit.connectivity as connectivity

    real = connectivity.by_source
    monkeypatch.setattr(connectivity, "by_source", lambda chosen: real(chosen[::-1]))
    with pytest.raises(UserError, match="contacts of .*: this version draws others"):
        graph(open_network(recorded), "control", PROJECTION)


def test_a_run_from_a_state_of_another_has_the_lives_of_its_own_phases(
    play_lively, tmp_path, recorded
):
    phases = (replace(PHASES[1], duration="12 day"),)
    options = {"start": f"{recorded}:vehicle@baseline", "phases": phases}
    (path,) = play_lively(tmp_path / "x.h5", {"vehicle": ARMS["vehicle"]}, **options)
    check_invariants(path)
    lives = histories(open_network(path), "vehicle", PROJECTION)
    count = open_results(path)["vehicle"]["synapse_count"].sel(projection=PROJECTION).isel(seed=0)
    assert [lives.present(hour).sum() for hour in count["time"].values] == count.values.tolist()
