"""A volley: its answer grows with it, comes through receptors and spines, and leaves no trace."""

import numpy as np
import pytest

from synaptoket import EvokedResponse, Experiment, GlutamatePulse, Probes, UserError
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.group import GroupPlan
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.plan import plan
from synaptoket.experiment.assembly import Assembly
from synaptoket.experiment.phase import Phase
from synaptoket.experiment.probes import PatternCompletion, ProbedCircuit
from synaptoket.experiment.probes.probe_player import probed
from synaptoket.experiment.probes.transmission import after_spike
from synaptoket.experiment.protocol import Arm
from synaptoket.experiment.run import RunOptions, prepare

NAME = "pyramidal_to_pyramidal"
DEAF = {f"{NAME}.ampa_weight": 0.0, f"{NAME}.nmda_weight": 0.0}
UNINHIBITED = {"pv_to_pyramidal.gaba_weight": 0.0, "sst_to_pyramidal.gaba_weight": 0.0}
#: A cell has a tenth of the partners that it has in the circuit: their synapses are stronger.
LOUD = {
    "pyramidal_to_pyramidal.ampa_weight": 0.4e-9,
    "pyramidal_to_pyramidal.nmda_weight": 1.5e-9,
}


class Watched(EvokedResponse):
    """The probe, with the trials themselves in the place of its read-outs."""

    def measure(self, circuit, trials):
        return {"trials": trials}


@pytest.fixture(scope="module")
def circuit(small_plan):
    return ProbedCircuit(small_plan, contacts(small_plan.circuit, 1), 1, Assembly())


@pytest.fixture
def ask(start_worker, circuit, quiet_drives):
    """Return a function that sets constants, plays two segments under drives and probes."""

    def answer(share=0.5, constants=None, kind=EvokedResponse, trials=12, **drives):
        worker = start_worker(1)
        worker.load({key: np.array([value]) for key, value in (constants or {}).items()})
        given = {
            **quiet_drives,
            **{k: np.full_like(quiet_drives["timelapse"], v) for k, v in drives.items()},
        }
        for segment in range(2):
            worker.advance(given, segment)
        before = worker.state()
        plan = Probes((kind("pyramidal", "pyramidal", share),), (), trials=trials)
        told = probed(worker, plan, circuit, given, 1, 2)
        after = worker.state()
        assert all(np.array_equal(before[name], after[name]) for name in before)
        return told

    return answer


def test_a_stronger_volley_has_a_larger_answer(ask):
    answers = [ask(share, UNINHIBITED | LOUD) for share in (0.1, 0.3, 0.6)]
    for name in ("epsp_slope", "volley_ampa", "volley_nmda", "population_spike"):
        values = [answer[name] for answer in answers]
        assert 0 <= values[0] < values[1] < values[2], name


def test_every_cell_of_the_volley_fires_at_once_and_no_other(ask, circuit):
    probe = Watched("pyramidal", "pyramidal", 0.5)
    chosen = np.flatnonzero(probe.volley(circuit))
    assert len(chosen) == circuit.size // 2
    for trial in ask(kind=Watched, trials=4)["trials"]:
        index, time = trial.evoked["pyramidal"]
        rest, time_rest = trial.rest["pyramidal"]
        early = set(index[time < 3e-4])
        assert early - set(chosen) <= set(rest[time_rest < 3e-4])
        assert set(chosen) <= early


def test_block_of_ampa_receptors_removes_the_slope_and_leaves_nmda(ask):
    free, half, blocked = (ask(trials=2, ampa_block=share) for share in (0.0, 0.5, 1.0))
    assert 0 < half["volley_ampa"] < free["volley_ampa"]
    assert blocked["volley_ampa"] == blocked["epsp_slope"] == 0
    assert blocked["volley_nmda"] > 0


def test_a_channel_blocker_takes_nmda_conductance_alone(ask, quiet_drives):
    blockers = {name: 100.0 for name in quiet_drives if name.startswith("nmda_blocker")}
    assert blockers
    free, blocked = ask(trials=2), ask(trials=2, **blockers, timelapse=6 * 3600.0)
    assert blocked["volley_nmda"] < 0.4 * free["volley_nmda"]
    assert blocked["volley_ampa"] > 0.5 * free["volley_ampa"]


def test_without_the_projection_nothing_arrives(ask):
    told = ask(constants=DEAF | UNINHIBITED)
    assert told["epsp_slope"] == told["volley_ampa"] == told["volley_nmda"] == 0
    assert told["population_spike"] == 0


def test_inhibition_that_the_volley_recruits_holds_the_population_spike_down(ask):
    assert ask()["population_spike"] < ask(constants=UNINHIBITED)["population_spike"]


def test_the_slope_is_that_of_the_membrane_equation(circuit):
    """By hand: conductance of the volley's synapses times the driving force, by the capacitance."""
    state = initial_state(circuit.plan, 1)
    state["pyramidal.ampa_available"][:] = 0.5
    probe = EvokedResponse("pyramidal", "pyramidal", 0.3)
    seen = probe.observe(circuit, state)
    drive = (0.0 - state["pyramidal.v"]) / float(state["pyramidal.capacitance"][0])
    np.testing.assert_allclose(seen["slope"], seen["ampa"] * drive, rtol=1e-5)
    whole = probe.observe(circuit, {**state, "pyramidal.ampa_available": np.ones(circuit.size)})
    np.testing.assert_allclose(2 * seen["ampa"], whole["ampa"], rtol=1e-6)
    state[f"{NAME}.present"][:] = 0
    assert not probe.observe(circuit, state)["ampa"].any()


def test_a_spike_is_played_in_the_presynaptic_cell_first():
    """Short-term plasticity: what is released is the share after facilitation, of what is left."""
    reset = "v = reset\nu += U*(1 - u)\nreleased = u*x\nx -= released\ntrace += gone(t)"
    values = {"U": [0.5], "u": [0.0, 0.5], "x": [1.0, 0.4], "released": [0, 0]}
    state = {f"cells.{name}": np.array(value) for name, value in values.items()}
    group = GroupPlan("cells", 2, {}, reset=reset)
    np.testing.assert_allclose(after_spike(group, state, "released"), [0.5, 0.3])
    np.testing.assert_allclose(after_spike(group, state, "x"), [0.5, 0.1])


@pytest.fixture(scope="module")
def hippocampus():
    return plan(load_circuit("hippocampus", neurons=100))


def test_a_schaffer_volley_reaches_ca1_through_the_spines_that_are_present(hippocampus):
    circuit = ProbedCircuit(hippocampus, contacts(hippocampus.circuit, 1), 1, Assembly())
    state = initial_state(hippocampus, 1)
    probe = EvokedResponse("ca3", "pyramidal")
    probe.check_circuit(hippocampus)
    assert probe.answering(circuit).all()
    assert set(probe.stimulus(circuit, state)) == {"ca3.v", "ca3.refractory_left"}
    assert (probe.observe(circuit, state)["ampa"] > 0).all()
    state["ca3_to_pyramidal.present"][:] = 0
    assert not probe.observe(circuit, state)["ampa"].any()
    onto_pv = EvokedResponse("ca3", "ca3_pv")
    assert (onto_pv.observe(circuit, state)["ampa"] > 0).all()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (EvokedResponse("ca4", "pyramidal"), ["hippocampus.toml", "source = 'ca4'", "mean 'ca3'?"]),
        (EvokedResponse("ca3", "piramidal"), ["target = 'piramidal'", "mean 'pyramidal'?"]),
        (EvokedResponse("ca3", "sst"), ["no projection of ca3 onto sst", "mean 'ca3_sst'?"]),
        (GlutamatePulse(), ["no projection of pyramidal onto itself"]),
        (PatternCompletion(), ["no projection of pyramidal onto itself"]),
    ],
)
def test_a_probe_that_the_circuit_cannot_answer_is_refused(tmp_path, kind, words):
    phases, probes = (Phase("rest", "1 h"),), Probes((kind,), ("rest",))
    experiment = Experiment(phases, {"control": Arm()}, "hippocampus", probes=probes)
    with pytest.raises(UserError) as caught:
        prepare(experiment, RunOptions((1,), tmp_path / "x.h5", neurons=100))
    for word in words:
        assert word in str(caught.value)


def test_a_membrane_without_conductances_has_a_population_spike_alone():
    made = plan(load_circuit("homeostatic_growth", neurons=100))
    circuit = ProbedCircuit(made, contacts(made.circuit, 1), 1, Assembly())
    probe = EvokedResponse("excitatory", "inhibitory")
    probe.check_circuit(made)
    assert np.isnan(probe.observe(circuit, initial_state(made, 1))["slope"]).all()
