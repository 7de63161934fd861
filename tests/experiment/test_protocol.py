"""Phases, arms and doses become segments with drives."""

from dataclasses import replace

import numpy as np
import pytest

from synaptoket import Arm, Dose, Experiment, Phase, UserError, load_drug
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.experiment.arm_tree import branches
from synaptoket.experiment.schedule import schedule

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0

PHASES = (
    Phase("settling", "5 h", timelapse="1 h/s"),
    Phase("stress", "2 day", timelapse="7 h/s", stress=0.8),
    Phase("treatment", "2 h", timelapse="2 min/s"),
    Phase("after", "1 day", timelapse="4 h/s"),
)
KETAMINE = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")


def scheduled(arm=None, scale=1.0, phases=PHASES):
    experiment = Experiment(phases, {"arm": arm or Arm()})
    experiment.check()
    drugs = {name: load_drug(name) for name in ("ketamine", "nbqx")}
    return schedule(experiment, experiment.arms["arm"], drugs, scale)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.3, 2.0])
def test_whole_segments_fill_every_phase(scale):
    made = scheduled(scale=scale)
    lengths = made.timelapse * SEGMENT
    np.testing.assert_allclose(np.cumsum(lengths), made.time)
    for phase in PHASES:
        inside = np.array(made.phase) == phase.name
        assert lengths[inside].sum() == pytest.approx(phase.seconds(), rel=1e-12)
        # in a protocol nothing runs faster than asked, and not much slower than it could
        asked = phase.ratio() * scale
        assert (made.timelapse[inside] <= asked * (1 + 1e-9)).all()
        assert inside.sum() == np.ceil(phase.seconds() / (asked * SEGMENT) - 1e-9)
    assert made.time[-1] == pytest.approx(sum(phase.seconds() for phase in PHASES))
    assert list(dict.fromkeys(made.phase)) == [phase.name for phase in PHASES]


def test_stretches_of_a_phase_have_their_own_timelapse():
    phases = (PHASES[0], Phase("dose", "2 h", timelapse="1 min/s for 30 min, 5 min/s"))
    made = scheduled(Arm(doses=(Dose("ketamine", "0.5 mg/kg", phase="dose"),)), phases=phases)
    dosed = np.array(made.phase) == "dose"
    lengths, ends = (made.timelapse * SEGMENT)[dosed], made.time[dosed] - 5 * HOUR
    assert lengths[ends <= 30 * MINUTE].tolist() == [2 * MINUTE] * 15
    np.testing.assert_allclose(lengths[ends > 30 * MINUTE], [10 * MINUTE] * 9)
    assert ends[-1] == pytest.approx(2 * HOUR)
    # stress and drugs follow the time of biology, whatever the time-lapse
    whole = scheduled(Arm(stress=True), phases=(Phase("a", "2 h", "1 min/s", stress=1.0),))
    cut = scheduled(Arm(stress=True), phases=(replace(phases[1], stress=1.0),))
    assert cut.hormone[-1] == pytest.approx(whole.hormone[-1], rel=1e-12)


def test_some_of_the_arms_may_be_left_out():
    arms = {name: Arm(stress=name != "control") for name in ("control", "vehicle", "ketamine")}
    some = Experiment(PHASES, arms).with_arms(["ketamine", "control"])
    assert list(some.arms) == ["control", "ketamine"]
    with pytest.raises(UserError, match="arm 'vehicl': not in the experiment; did you mean"):
        Experiment(PHASES, arms).with_arms(["vehicl", "control"])


def test_half_the_timelapse_is_twice_the_spiking():
    whole, half = scheduled(), scheduled(scale=0.5)
    assert abs(len(half.time) - 2 * len(whole.time)) <= len(PHASES)


def test_a_phase_shorter_than_a_segment_is_one_segment():
    made = scheduled(phases=(Phase("blink", "1 ns", timelapse="10 h/s"),))
    assert len(made.time) == 1
    assert made.time[0] == pytest.approx(1e-9)


def test_every_slow_step_is_fed_the_timelapse_of_its_segment():
    made = scheduled()
    steps = round(SEGMENT / SLOW_STEP)
    assert made.drives["timelapse"].shape == (len(made.time), steps)
    biology = made.drives["timelapse"].sum() * SLOW_STEP
    assert biology == pytest.approx(made.time[-1])
    assert all(values.shape == (len(made.time), steps) for values in made.drives.values())


def test_stress_reaches_the_stressed_arms_from_its_start_on():
    calm, stressed = scheduled(), scheduled(Arm(stress=True))
    assert (calm.drives["stress_hormone"] == 0).all()
    hormone, phase = stressed.drives["stress_hormone"], np.array(stressed.phase)
    assert (hormone[phase == "settling"] == 0).all()
    assert (np.diff(hormone[phase == "stress"].ravel()) > 0).all()
    assert hormone.max() == pytest.approx(0.8, rel=1e-6)
    # an hour or two later all but a few percent is still there: no step at the end of the stress
    assert hormone[phase == "treatment"].min() > 0.7
    assert (np.diff(hormone[np.isin(phase, ("treatment", "after"))].ravel()) < 0).all()


def hormone_of(arm, scale=1.0, phases=PHASES):
    return scheduled(arm, scale, phases).drives["stress_hormone"]


@pytest.mark.parametrize("stress", ["24 h", "3 h"])
def test_the_mean_hormone_is_the_same_at_every_timelapse(stress):
    """Also where a slow step is longer than the stress of a day."""
    phases = (
        Phase("stress", "10 day", timelapse="3 h/s", stress=1.0, stress_per_day=stress),
        Phase("after", "3 day", timelapse="6 h/s"),
    )
    arm = Arm(stress=True)
    fine = scheduled(arm, 0.1, phases)
    area = (fine.drives["stress_hormone"] * fine.drives["timelapse"]).sum()
    for scale in (0.5, 1.0, 4.0, 20.0):
        made = scheduled(arm, scale, phases)
        coarse = (made.drives["stress_hormone"] * made.drives["timelapse"]).sum()
        assert coarse == pytest.approx(area, rel=1e-12)


def test_arms_whose_stress_ends_and_persists_share_the_trunk_to_the_last_bit():
    experiment = Experiment(
        PHASES, {"ends": Arm(stress=True), "persists": Arm(stress={"after": 0.5})}
    )
    experiment.check()
    made = {name: schedule(experiment, arm, {}) for name, arm in experiment.arms.items()}
    trunk = branches(made, list(made))
    assert trunk.arms == ["ends", "persists"]
    assert [made["ends"].phase[i] for i in (trunk.stop - 1, trunk.stop)] == ["treatment", "after"]
    last = {name: one.drives["stress_hormone"][-1, -1] for name, one in made.items()}
    assert last["ends"] < 0.5 < last["persists"] < 0.8


def test_a_level_lasts_until_the_next_phase_that_an_arm_names():
    arm = Arm(stress={"settling": 0.3, "treatment": 0.0})
    assert arm.stress_levels(PHASES) == [0.3, 0.3, 0.0, 0.0]
    assert (
        Arm(stress=dict.fromkeys(("stress", "treatment"), 0.0)).stress_levels(PHASES) == [0.0] * 4
    )
    assert (hormone_of(Arm(stress={"stress": 0.0})) == 0).all()


def test_a_dose_is_felt_from_its_start_and_peaks_at_its_end():
    made = scheduled(Arm(doses=(KETAMINE,)))
    start = 5 * HOUR + 2 * DAY
    felt = made.drives["nmda_blocker_2a"].max(axis=1)
    assert (felt[made.time <= start] == 0).all()
    assert felt[made.time > start].min() > 0
    assert made.time[np.argmax(made.plasma["ketamine"])] == pytest.approx(
        start + 40 * MINUTE, abs=2 * SEGMENT * 2 * MINUTE
    )
    # in the middle of each slow step, not at its start: the first one has some already
    first = np.argmax(felt > 0)
    assert made.drives["nmda_blocker_2a"][first, 0] > 0
    assert (np.diff(made.drives["nmda_blocker_2a"][first]) > 0).all()


def test_a_dose_ahead_of_its_phase_falls_into_the_one_before():
    early = Dose("nbqx", "10 mg/kg", start="-3 h", phase="treatment")
    made = scheduled(Arm(doses=(early,)))
    blocked = made.drives["ampa_block"].max(axis=1) > 0
    assert made.time[np.argmax(blocked)] - 5 * HOUR - 2 * DAY <= 0
    assert not blocked[made.time <= 2 * DAY + 2 * HOUR].any()


def test_a_dose_of_nothing_feeds_exactly_what_the_vehicle_does():
    nothing = Dose("ketamine", "0 mg/kg", duration="40 min", phase="treatment")
    given, vehicle = scheduled(Arm(doses=(nothing,))), scheduled()
    for name, values in vehicle.drives.items():
        assert values.tobytes() == given.drives[name].tobytes()


@pytest.mark.parametrize(
    "phases, arms, message",
    [
        (
            (Phase("a", "-3 day", "1 h/s"),),
            {"x": Arm()},
            'phase a: duration = "-3 day": expected more than zero: '
            "the phase ends before it starts",
        ),
        ((Phase("a", "0 h", "1 h/s"),), {"x": Arm()}, "the phase ends before it starts"),
        ((Phase("a", "3 nS", "1 h/s"),), {"x": Arm()}, "expected a time (second), got"),
        (
            (Phase("a", "1 h", "-1 h/s"),),
            {"x": Arm()},
            'phase a: timelapse = "-1 h/s": expected more than zero',
        ),
        ((Phase("a", "1 h", "1 h"),), {"x": Arm()}, 'phase a: timelapse = "1 h": expected'),
        ((Phase("a", "1 h", "1 h/s", stress=1.5),), {"x": Arm()}, "stress = 1.5: expected 0 to 1"),
        ((Phase("a", "1 h", "1 h/s", stress="no"),), {"x": Arm()}, "stress = 'no'"),
        (
            (Phase("a", "1 day", stress=1.0, stress_per_day="25 h"),),
            {"x": Arm()},
            'phase a: stress_per_day = "25 h": expected at most 24 h',
        ),
        ((Phase("a", "1 day", stress_per_day="0 h"),), {"x": Arm()}, "expected more than zero"),
        (PHASES, {"x": Arm(stress={"afer": 0.5})}, "unknown phase 'afer'; did you mean 'after'?"),
        (PHASES, {"x": Arm(stress={"after": 2})}, "stress in 'after' = 2: expected 0 to 1"),
        ((Phase("a", "1 h", "1 h/s"),) * 2, {"x": Arm()}, "two phases are named 'a'"),
        ((), {"x": Arm()}, "at least one phase and one arm"),
        (PHASES, {}, "at least one phase and one arm"),
        (PHASES, {"ketamine + NBQX": Arm()}, "arm 'ketamine + NBQX': expected a name of up to"),
        (
            PHASES,
            {"x": Arm(doses=(Dose("ketamine", "1 mg", phase="treatmet"),))},
            "arm x: ketamine: unknown phase 'treatmet'; did you mean 'treatment'?",
        ),
    ],
)
def test_what_does_not_fit_is_refused(phases, arms, message):
    with pytest.raises(UserError) as caught:
        Experiment(phases, arms).check()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("weight", ["70", "-3 kg", "heavy"])
def test_a_body_weight_is_a_mass_above_zero(weight):
    with pytest.raises(UserError, match="experiment: body_weight = "):
        Experiment(PHASES, {"x": Arm()}, body_weight=weight).check()
