"""The largest sound time-lapse: closed forms, what is in play when, and who is told."""

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from synaptoket import Arm, Dose, Experiment, Phase, UserError, load_circuit, load_drug
from synaptoket.circuit.plan import plan
from synaptoket.experiment.phase import Piece
from synaptoket.experiment.prepare import prepare
from synaptoket.experiment.run_options import TOLERANCE, RunOptions
from synaptoket.experiment.timelapse_bound import limits, processes, relative_slopes
from synaptoket.experiment.timelapse_cuts import as_text, cuts

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
KETAMINE = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="dose")
PHASES = (
    Phase("quiet", "7 day"),
    Phase("dose", "2 h"),
    Phase("hours", "6 h"),
    Phase("week", "7 day"),
)


@pytest.fixture(scope="module")
def circuit():
    return load_circuit("prefrontal")


def found(circuit, *doses, phases=PHASES, tolerance=TOLERANCE, **arms):
    experiment = Experiment(phases, {"arm": Arm(stress=True, doses=doses), **arms})
    drugs = {name: load_drug(name) for name in experiment.drugs()}
    found = limits(experiment, plan(circuit), drugs, tolerance).of_phases(experiment)
    return dict(zip([phase.name for phase in phases], found, strict=True))


def test_a_lasting_effect_is_missed_by_lag_over_time_constant():
    times = np.concatenate([[0.0], np.geomspace(0.01, 1e5, 4000)])
    at = np.searchsorted(times, [0.0, 300.0, 900.0])
    slopes = relative_slopes(times, np.ones((1, len(times))), [300.0, 3000.0])[at]
    # at once 1/tau, after a time a exp(-a/tau) of it, in units of the full response
    np.testing.assert_allclose(slopes[:, 0], np.exp([0, -1, -3]) / 300, rtol=0.02)
    np.testing.assert_allclose(slopes[:, 1], np.exp([0, -0.1, -0.3]) / 3000, rtol=0.02)


def test_an_effect_slower_than_the_process_sets_the_time_scale():
    times = np.linspace(0, 1e4, 50)
    slope = relative_slopes(times, (times / 1e4)[None], [10.0])
    assert slope.max() == pytest.approx(1e-4, rel=0.01)


def test_the_size_of_an_effect_does_not_matter():
    times = np.linspace(0, 1e4, 501)
    effect = np.exp(-(((times - 3e3) / 1e3) ** 2))[None]
    np.testing.assert_allclose(
        relative_slopes(times, effect, [500.0]), relative_slopes(times, 0.1 * effect, [500.0])
    )


def test_no_process_is_later_than_the_tolerance_and_one_is_just_as_late(circuit):
    for tolerance in (0.05, 0.2):
        limit = found(circuit, KETAMINE, tolerance=tolerance)["dose"]
        assert limit.timelapse * limit.lateness == pytest.approx(tolerance)
    assert limit.process.name == "BDNF"


def test_the_lag_of_a_step_is_the_error_of_the_response():
    """The bound's promise against two first-order steps solved exactly: r^(1/(1 - r)) < r."""
    tau, window, tolerance = 900.0, 3.0, 0.2
    lapse = tolerance * tau / window
    r = lapse * window / tau
    t = np.linspace(0, 5 * tau, 20001)
    exact = 1 - np.exp(-t / tau)
    late = 1 - (tau * np.exp(-t / tau) - r * tau * np.exp(-t / (r * tau))) / (tau - r * tau)
    worst = np.abs(exact - late).max()
    assert worst == pytest.approx(r ** (1 / (1 - r)), rel=1e-6)
    assert worst < tolerance


def test_homeostasis_is_a_loop_that_must_not_swing(circuit):
    limit = found(circuit)["quiet"]
    assert limit.process.name == "synaptic scaling"
    assert limit.timelapse == pytest.approx(2 * DAY / (4 * 4.0))
    roots = np.roots([limit.timelapse * limit.process.window, 1, 1 / limit.process.time])
    np.testing.assert_allclose(roots.imag, 0, atol=1e-9)
    beyond = np.roots([1.1 * limit.timelapse * limit.process.window, 1, 1 / limit.process.time])
    assert np.abs(beyond.imag).min() > 0


def test_fast_processes_bind_while_the_drug_acts_and_not_in_quiet_weeks(circuit):
    limits = found(circuit, KETAMINE)
    assert limits["quiet"].lateness == 0
    assert limits["dose"].timelapse < limits["hours"].timelapse < limits["week"].timelapse
    assert limits["quiet"].timelapse == found(circuit)["quiet"].timelapse
    # stress alone, and drugs that act behind the spikes, wait for no window
    rapamycin = Dose("rapamycin", "5 mg/kg", phase="dose")
    assert found(circuit, rapamycin)["dose"] == found(circuit)["dose"]


def test_only_a_circuit_that_listens_to_a_drive_follows_it(circuit):
    """Hydroxynorketamine rises for hours: it counts where it strengthens AMPA transmission."""
    metabolite = "metabolites.hydroxynorketamine.formation_fraction"
    experiment = Experiment(PHASES, {"arm": Arm(stress=True, doses=(KETAMINE,))})
    switched_on = load_circuit("prefrontal", {("rules", "ampa_potentiation", "enabled"): True})

    def of(in_circuit, formation):
        drugs = {"ketamine": load_drug("ketamine", {metabolite: formation})}
        return limits(experiment, plan(in_circuit), drugs, TOLERANCE).of_phases(experiment)

    assert of(circuit, "0.1") == of(circuit, "0")
    assert of(switched_on, "0") == of(circuit, "0")
    pairs = zip(of(switched_on, "0.1"), of(circuit, "0.1"), strict=True)
    assert all(followed.timelapse <= before.timelapse for followed, before in pairs)
    assert of(switched_on, "0.1") != of(circuit, "0.1")


def test_binding_of_trkb_waits_for_no_window(circuit):
    switched_on = load_circuit("prefrontal", {("rules", "trkb_binding", "enabled"): True})
    assert found(switched_on, KETAMINE) == found(circuit, KETAMINE)


def test_no_dose_and_one_of_nothing_are_the_same(circuit):
    nothing = replace(KETAMINE, amount="0 mg/kg")
    assert found(circuit, nothing) == found(circuit)


def test_a_bolus_acts_from_its_phase_on(circuit):
    bolus = Dose("nbqx", "1.6 mg/kg", phase="dose")
    limits = found(circuit, bolus)
    assert limits["quiet"] == found(circuit)["quiet"]
    at_once = Dose("ketamine", "0.5 mg/kg", duration="1 ms", phase="dose")
    assert found(circuit, at_once)["quiet"] == found(circuit)["quiet"]
    assert limits["dose"].timelapse < 120


def test_many_doses_are_followed_in_no_time(circuit):
    daily = [replace(KETAMINE, start=f"{day} day", phase="week") for day in range(28)]
    phases = (*PHASES[:3], replace(PHASES[3], duration="30 day"))
    limits = found(circuit, *daily, phases=phases)
    assert limits["week"].timelapse == pytest.approx(
        found(circuit, KETAMINE)["dose"].timelapse, rel=0.2
    )


def test_arms_share_the_bound_of_the_strictest(circuit):
    both = found(circuit, KETAMINE, vehicle=Arm(stress=True))
    assert both == found(circuit, KETAMINE)


def test_half_the_tolerance_is_half_the_timelapse(circuit):
    coarse, fine = (found(circuit, KETAMINE, tolerance=t)["dose"].timelapse for t in (0.2, 0.1))
    assert fine == pytest.approx(coarse / 2)


def test_what_is_switched_off_binds_nothing(circuit):
    names = {process.name for process in processes(circuit)}
    assert {"glutamate", "BDNF", "mTORC1", "synaptic protein", "synaptic scaling"} <= names
    off = {("rules", "synaptic_scaling", "enabled"): False, ("rules", "bdnf", "enabled"): False}
    left = processes(load_circuit("prefrontal", off))
    assert [process.name for process in left] == ["glutamate"]
    # with nothing in play, as if the slowest were
    assert found(load_circuit("prefrontal", off))["quiet"].timelapse == pytest.approx(
        TOLERANCE * 300
    )


def prepared(phases=PHASES, **options):
    experiment = Experiment(phases, {"arm": Arm(doses=(KETAMINE,))})
    return prepare(experiment, RunOptions((1,), Path("x.h5"), neurons=400, **options))


def test_an_open_timelapse_is_the_bound_and_never_finer_than_needed(circuit):
    """The smallest time-lapse of a phase is the bound of all of it; none is larger than sound."""
    whole = found(circuit, KETAMINE)
    experiment = Experiment(PHASES, {"arm": Arm(doses=(KETAMINE,))})
    bound = limits(experiment, plan(circuit), {"ketamine": load_drug("ketamine")}, TOLERANCE)
    made = prepared().experiment
    for phase in made.phases:
        assert 0.99 * whole[phase.name].timelapse < phase.ratio() <= whole[phase.name].timelapse
    for _, ratio, limit in bound.of_pieces(made):
        assert 0.99 * limit.timelapse < ratio <= limit.timelapse
    assert prepared().warnings == ()
    assert 0.98 * TOLERANCE < prepared().timelapse_error <= TOLERANCE
    assert prepared(timelapse_scale=0.5).timelapse_error < 0.501 * TOLERANCE


@pytest.mark.parametrize("word", ["auto", None])
def test_a_chosen_timelapse_stays_and_the_others_are_filled_in(word):
    phases = (replace(PHASES[0], timelapse="2 h/s"), replace(PHASES[1], timelapse=word),
              *PHASES[2:])  # fmt: skip
    made = prepared(phases)
    assert made.experiment.phases[0].timelapse == "2 h/s"
    assert made.experiment.phases[1].ratio() < 120
    assert made.parameters["phases"]["dose"]["timelapse"].endswith("min/s")
    again = prepared(made.experiment.phases)  # as the file records them
    assert again.experiment == made.experiment
    assert again.timelapse_error == made.timelapse_error
    assert made.parameters["tolerance"] == TOLERANCE


def test_a_timelapse_that_is_too_large_is_told_and_played(circuit):
    limit = found(circuit, KETAMINE)["dose"].timelapse
    phases = (PHASES[0], replace(PHASES[1], timelapse="1 h/s"), *PHASES[2:])
    (line,) = prepared(phases).warnings
    assert line == (
        "phase dose: time-lapse 1 h/s: too large for BDNF (time constant 15 min, follows spikes "
        f"over 3 s); the largest sound one is {as_text(limit)}"
    )
    assert prepared(phases).experiment.phases[1].ratio() == pytest.approx(HOUR)
    just = replace(PHASES[1], timelapse=f"{limit} s/s")
    assert prepared((PHASES[0], just, *PHASES[2:])).warnings == ()


def test_the_scale_counts_too():
    (line,) = prepared(timelapse_scale=3.0).warnings
    assert line.startswith("time-lapse scale 3: phase ")
    assert line.endswith("; so are 3 more phases")


def test_a_stretch_that_is_too_fast_is_told_by_its_phase():
    fast = replace(PHASES[1], timelapse="20 s/s for 90 min, 4 h/s")
    (line,) = prepared((PHASES[0], fast, *PHASES[2:])).warnings
    assert line.startswith("phase dose: time-lapse 4 h/s: too large for ")
    assert prepared((PHASES[0], replace(fast, timelapse="20 s/s for 90 min, 1 min/s"), *PHASES[2:])
                    ).warnings == ()  # fmt: skip


def segments(phases, *doses):
    experiment = Experiment(tuple(phases), {"arm": Arm(doses=doses)})
    made = prepare(experiment, RunOptions((1,), Path("x.h5"), neurons=400))
    assert made.timelapse_error <= TOLERANCE
    return sum(phase.segments() for phase in made.experiment.phases)


def test_a_phase_need_not_be_cut_by_hand():
    """Two doses a day apart: one phase costs what phases cost that end when the drug is gone."""
    late = replace(KETAMINE, start="24 h")
    whole = segments([Phase("dose", "2 day")], KETAMINE, late)
    hours = (("dose", 1), ("soon", 2), ("hours", 6), ("day", 15))
    names = [(f"{name} {day}", length) for day in (1, 2) for name, length in hours]
    by_hand = [Phase(name, f"{length} h") for name, length in names]
    cut = [replace(KETAMINE, phase="dose 1"), replace(KETAMINE, phase="dose 2")]
    assert whole <= 1.02 * segments(by_hand, *cut)
    slowest = found(load_circuit("prefrontal"), KETAMINE)["dose"].timelapse
    assert whole < 0.15 * 2 * DAY / slowest / 2.0


def test_cuts_are_the_best_there_are():
    """Against every way of cutting at the same times."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        times = 60.0 * np.arange(1, 8)
        ratio = 10 ** rng.uniform(0, 2, 8)  # of each minute

        def sound(begin, end, ratio=ratio):
            return ratio[int(begin // 60) : int(np.ceil(end / 60))].min()

        def cost(edges, sound=sound):
            pairs = zip(edges, edges[1:], strict=False)
            return sum(Piece(b - a, as_played(sound(a, b))).segments() + 1 for a, b in pairs)

        def as_played(ratio):
            return Phase("a", "1 h", as_text(ratio)).ratio()

        found = cuts(times, 480.0, sound)
        assert sum(piece.seconds for piece in found) == 480.0
        ways = [[0.0, *chosen, 480.0] for n in range(8) for chosen in combinations(times, n)]
        assert sum(piece.segments() + 1 for piece in found) == min(map(cost, ways))


@pytest.mark.parametrize(
    ("timelapse", "said"),
    [
        ("30 s/s for 2 h, 1 h/s", "expected time to be left for the last time-lapse"),
        ("30 s/s for 1 h", 'timelapse = "30 s/s for 1 h"'),
        ("30 s/s for 1, 1 h/s", 'timelapse = "1"'),
        ("30 s/s, 1 h/s", 'timelapse = ""'),
        ("0 s/s for 1 h, 1 h/s", "expected more than zero"),
        ("30 s/s for 1 h, auto", 'timelapse = "auto"'),
    ],
)
def test_stretches_that_cannot_be_read_are_refused(timelapse, said):
    with pytest.raises(UserError, match=re.escape(said)):
        Experiment((Phase("a", "2 h", timelapse),), {"x": Arm()}).check()


@pytest.mark.parametrize("timelapse", [1e-3, 0.7, 59.99, 60.0, 96.58, 3599.0, 3600.0, 10800.0, 1e9])
def test_a_timelapse_as_text_is_never_above_itself(timelapse):
    ratio = Phase("a", "1 h", as_text(timelapse)).ratio()
    assert ratio <= timelapse * (1 + 1e-9)
    assert ratio > 0.989 * min(timelapse, 3.6e9)


def test_an_open_timelapse_has_no_wrong_neighbours():
    with pytest.raises(UserError, match='phase a: timelapse = "autom"'):
        Experiment((Phase("a", "1 h", "autom"),), {"x": Arm()}).check()
