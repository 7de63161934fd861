"""What each kind of probe measures: against closed forms, and with its causes taken away."""

import numpy as np
import pytest

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT
from synaptoket.experiment.assembly import Assembly
from synaptoket.experiment.probes import (
    GlutamatePulse,
    PatternCompletion,
    ProbedCircuit,
    Probes,
    SpontaneousActivity,
    Trial,
)
from synaptoket.experiment.probes.probe_player import probed
from synaptoket.experiment.probes.spontaneous_activity import (
    BANDS,
    band_power,
    interval_cv,
    population_rate,
)
from synaptoket.experiment.probes.transmission import transmission

NAME = "pyramidal_to_pyramidal"
#: Of 48 pyramidal cells a larger share than of hundreds, to have some.
SHARE = 0.25
#: A cell has a tenth of the partners that it has in the circuit: their synapses are stronger.
LOUD = {f"{NAME}.ampa_weight": 0.4e-9, f"{NAME}.nmda_weight": 1.5e-9}


@pytest.fixture(scope="module")
def circuit(small_plan):
    return ProbedCircuit(small_plan, contacts(small_plan.circuit, 1), 1, Assembly(SHARE))


@pytest.fixture
def ask(start_worker, circuit, quiet_drives):
    """Return a function that stores the assembly or not, sets constants and plays one probe."""

    def answer(probe, stored=True, trials=12, **constants):
        worker = start_worker(1)
        state = {**worker.state(), **{k: np.array([v]) for k, v in constants.items()}}
        if stored:
            state |= circuit.assembly.imprint(circuit.plan, circuit.contacts, state, circuit.seed)
        worker.load(state)
        for segment in range(2):
            worker.advance(quiet_drives, segment)
        before = worker.state()
        told = probed(worker, Probes((probe,), (), trials=trials), circuit, quiet_drives, 1, 2)
        after = worker.state()
        assert all(np.array_equal(before[name], after[name]) for name in before)
        return told

    return answer


def test_a_stored_assembly_is_completed(ask):
    told = ask(PatternCompletion(), **LOUD)
    assert 0.1 < told["completion"] < 1
    recruited = told["members_recruited"] - told["others_recruited"]
    assert told["completion"] == pytest.approx(recruited)
    assert told["persistence"] >= 0


@pytest.mark.parametrize("stored, constants", [
    (False, LOUD),
    (True, {f"{NAME}.ampa_weight": 0.0, f"{NAME}.nmda_weight": 0.0}),
])  # fmt: skip
def test_without_storage_or_without_synapses_nothing_is_completed(ask, stored, constants):
    # four standard deviations of the difference of two shares, of 12 and of 36 cells
    told = ask(PatternCompletion(), stored, trials=96, **constants)
    assert abs(told["completion"]) < 4 * np.sqrt(0.25 / 96 * (1 / 12 + 1 / 36))


def test_a_pulse_arrives_through_receptors_and_structure_only(ask, circuit):
    told = ask(GlutamatePulse(), stored=False, **LOUD)
    assert told["evoked_spikes"] > 0.02
    deaf = {f"{NAME}.ampa_weight": 0.0, f"{NAME}.nmda_weight": 0.0}
    assert ask(GlutamatePulse(), stored=False, **deaf) == {"evoked_spikes": 0, "evoked_ampa": 0}
    state = initial_state(circuit.plan, 1)
    whole = transmission(circuit, state, NAME, "ampa").sum()
    state[f"{NAME}.present"][::2] = 0
    pulse = GlutamatePulse().stimulus(circuit, state)
    released = np.isin(circuit.contacts[NAME][0], GlutamatePulse().sources(circuit))
    open_ = transmission(circuit, state, NAME, "ampa")
    assert (open_[::2] == 0).all()
    assert 0 < open_.sum() < whole
    assert pulse["pyramidal.g_ampa"].sum() == pytest.approx(open_[released].sum())
    assert pulse["pyramidal.g_nmda"].sum() > 0


def test_what_a_synapse_passes_on_is_that_of_its_equation(start_worker, circuit):
    """By hand: weight, presence, receptors, homeostatic scale and efficacy; the NMDA gate."""
    state = start_worker(1).state()
    pre, post = circuit.contacts[NAME]
    low, high = (float(state[f"{NAME}.efficacy_{end}"][0]) for end in ("low", "high"))
    expected = (
        float(state[f"{NAME}.ampa_weight"][0])
        * state[f"{NAME}.present"]
        * state[f"{NAME}.ampa_content"]
        * state["pyramidal.synaptic_scale"][post]
        * (low + (high - low) * state[f"{NAME}.efficacy"])
    )
    np.testing.assert_allclose(transmission(circuit, state, NAME, "ampa"), expected, rtol=1e-5)
    state["pyramidal.nmda_gate"] = np.linspace(0, 0.9, circuit.size)
    k0, k1 = (float(state[f"pyramidal.gate_{end}"][0]) for end in ("opening", "memory"))
    jump = k0 + (k1 - 1) * state["pyramidal.nmda_gate"][pre]
    opened = transmission(circuit, state, NAME, "nmda")
    per_jump = opened / jump / float(state[f"{NAME}.nmda_weight"][0])
    assert per_jump.max() > 0
    state["pyramidal.nmda_gate"] = np.zeros(circuit.size)
    rested = transmission(circuit, state, NAME, "nmda")
    np.testing.assert_allclose(opened * k0, rested * jump, rtol=1e-6)


def test_storing_fills_the_assembly_and_nothing_else(circuit):
    state = initial_state(circuit.plan, 1)
    changed = circuit.assembly.imprint(circuit.plan, circuit.contacts, state, 1)
    members = circuit.assembly.members(circuit.size, 1)
    pre, post = circuit.contacts[NAME]
    among = np.isin(pre, members) & np.isin(post, members)
    assert (changed[f"{NAME}.present"][among] == 1).all()
    for name, values in changed.items():
        np.testing.assert_array_equal(values[~among], state[name][~among])
    born = changed[f"{NAME}.births"] - state[f"{NAME}.births"]
    assert born.sum() == (among & (state[f"{NAME}.present"] == 0)).sum()


@pytest.mark.parametrize("frequency, band", [(6, "theta"), (10, "alpha"), (50, "gamma")])
def test_an_oscillation_lands_in_its_band(frequency, band):
    """Poisson spikes of a rate of 5 (1 + sin) Hz: a power of 12.5, above a floor of spikes."""
    rng = np.random.default_rng(1)
    size, length = 800, 20.0
    bins = np.arange(0, length, 1e-3)
    rate = 5 * (1 + np.sin(2 * np.pi * frequency * bins))
    time = np.repeat(bins, rng.poisson(size * rate * 1e-3)) + 0.5e-3
    signal = population_rate(time, size, length)
    assert signal.mean() == pytest.approx(5, rel=0.05)
    powers = {name: band_power(signal, *edges) for name, edges in BANDS.items()}
    assert powers.pop(band) == pytest.approx(12.5, rel=0.1)
    floor = 2 * 5 / size  # one-sided density of independent Poisson trains, (Hz^2)/Hz
    for name, power in powers.items():
        low, high = BANDS[name]
        assert power == pytest.approx(floor * (high - low), abs=0.01 * 12.5), name


def test_irregularity_of_regular_and_poisson_trains():
    rng = np.random.default_rng(1)
    regular = np.tile(np.arange(0.05, 10, 0.1), 3)
    assert interval_cv(np.repeat([0, 1, 2], 100), regular) == pytest.approx(0, abs=1e-6)
    poisson = np.concatenate([np.cumsum(rng.exponential(0.1, 2000)) for _ in range(5)])
    assert interval_cv(np.repeat(np.arange(5), 2000), poisson) == pytest.approx(1, abs=0.05)
    assert np.isnan(interval_cv(np.array([0, 1]), np.array([0.1, 0.2])))


def test_persistence_ends_when_members_fire_no_more_than_others(circuit):
    """Members fire at 20 Hz until 275 ms, the others late: some 200 ms from the end of the cue."""
    probe = PatternCompletion()
    _, kept = probe.halves(circuit)
    others = np.setdiff1d(np.arange(circuit.size), circuit.assembly.members(circuit.size, 1))
    inside, always = np.arange(0.025, 0.3, 0.05), np.arange(1.0, SEGMENT, 0.5)
    index = np.concatenate([np.repeat(kept, len(inside)), np.repeat(others, len(always))])
    time = np.concatenate([np.tile(inside, len(kept)), np.tile(always, len(others))])
    spikes = {"pyramidal": (index, time)}
    silence = {"pyramidal": (index[:0], time[:0])}
    told = probe.measure(circuit, [Trial({}, {}, silence, spikes)])
    assert told["persistence"] == pytest.approx(0.2, abs=0.05)
    assert told["members_recruited"] == 1
    assert told["others_recruited"] == 0
    assert SpontaneousActivity().stimulus(circuit, {}) == {}
