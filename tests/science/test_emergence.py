"""Knock one link out of the chain and its effect must vanish; with all links it must be there.

One seed of a small circuit, a shortened headline protocol at the dose of the rats in which
synapses were counted; the surge of glutamate at that of patients. Every arm is a twin of the others
up to what it is given, so that a difference is due to the link alone.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from synaptoket import Arm, Dose, Experiment, Phase
from synaptoket.experiment.progress import NoProgress
from synaptoket.experiment.run import RunOptions, run
from synaptoket.results import check_invariants, open_results

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

NEURONS = 400

#: A day after the dose, from the start: later the vehicle catches up.
DAY_AFTER = 17 * 24 + 1 + 24
KETAMINE = Dose("ketamine", "10 mg/kg", route="intraperitoneal", phase="treatment")
INFUSION = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
NBQX = Dose("nbqx", "10 mg/kg", "intraperitoneal", start="-10 min", phase="treatment")
RAPAMYCIN = Dose("rapamycin", "5 mg/kg", start="-30 min", phase="treatment")

EXPERIMENT = Experiment(
    phases=(
        Phase("settling", "3 day", timelapse="6 h/s"),
        Phase("stress", "14 day", timelapse="6 h/s", stress=1.0),
        Phase("before", "1 h", timelapse="6 min/s"),
        Phase("treatment", "3 h", timelapse="30 s/s"),
        Phase("hours", "9 h", timelapse="3 min/s"),
        Phase("days", "36 h", timelapse="3 h/s"),
    ),
    arms={
        "control": Arm(),
        "vehicle": Arm(stress=True),
        "ketamine": Arm(stress=True, doses=(KETAMINE,)),
        "ketamine_nbqx": Arm(stress=True, doses=(NBQX, KETAMINE)),
        "nbqx": Arm(stress=True, doses=(NBQX,)),
        "ketamine_rapamycin": Arm(stress=True, doses=(RAPAMYCIN, KETAMINE)),
        "rapamycin": Arm(stress=True, doses=(RAPAMYCIN,)),
    },
    body_weight="300 g",
)


def play(folder, experiment, *settings):
    path = folder / "run.h5"
    options = RunOptions((1,), path, jobs=2, neurons=NEURONS, settings=settings)
    run(experiment, options, progress=NoProgress)
    check_invariants(path)
    return open_results(path)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return play(tmp_path_factory.mktemp("chain"), EXPERIMENT)


def series(tree, arm, variable, **where):
    return tree[arm][variable].sel(**where).squeeze("seed", drop=True)


def synapses(tree, arm, hours=None):
    """Return an arm's pyramidal synapses at a time (its end), in percent of the control's."""
    name = {"projection": "pyramidal_to_pyramidal"}
    counts = [series(tree, a, "synapse_count", **name) for a in (arm, "control")]
    at = counts[0]["time"][-1] if hours is None else hours
    count, control = (c.sel(time=at, method="nearest") for c in counts)
    return 100 * float(count / control)


def surge(tree, arm):
    """Return the peak of glutamate within 45 min of the dose over the vehicle's, in percent."""
    start = next(d["start_h"] for d in json.loads(tree.attrs["doses"]) if d["drug"] == "ketamine")
    glutamate, vehicle = (
        series(tree, a, "glutamate").rolling(time=5, center=True).mean() for a in (arm, "vehicle")
    )
    ratio = (glutamate / vehicle).sel(time=slice(start, start + 0.75))
    return 100 * float(ratio.max() - 1)


def test_stress_costs_synapses(results):
    assert synapses(results, "vehicle", hours=17 * 24) < 95


def test_without_stress_hormone_nothing_is_lost(results):
    name = {"projection": "pyramidal_to_pyramidal"}
    count = series(results, "control", "synapse_count", **name).values
    assert count[-1] > 0.97 * count[0]


def day_after(tree, arm):
    return synapses(tree, arm, DAY_AFTER)


def test_ketamine_brings_synapses_back(results):
    assert day_after(results, "ketamine") > day_after(results, "vehicle") + 1


def test_nbqx_removes_the_gain(results):
    gain = day_after(results, "ketamine") - day_after(results, "vehicle")
    assert day_after(results, "ketamine_nbqx") - day_after(results, "vehicle") < 0.3 * gain


def test_rapamycin_removes_the_gain(results):
    gain = day_after(results, "ketamine") - day_after(results, "vehicle")
    assert day_after(results, "ketamine_rapamycin") - day_after(results, "vehicle") < 0.3 * gain


def test_the_surge_does_not_need_mtorc1(results):
    # rapamycin acts on its own link only: upstream of it nothing changes
    assert surge(results, "ketamine_rapamycin") == pytest.approx(
        surge(results, "ketamine"), rel=0.2
    )


def test_the_gain_needs_ampa_receptors_where_the_surge_does_not(results):
    # two fifths of them blocked: disinhibited cells still fire, and their glutamate opens too few
    assert surge(results, "ketamine_nbqx") > 0.5 * surge(results, "ketamine")
    gain = day_after(results, "ketamine") - day_after(results, "vehicle")
    assert day_after(results, "ketamine_nbqx") - day_after(results, "nbqx") < 0.3 * gain


def test_formation_drives_the_gain_and_elimination_does_not(results):
    def since_dose(arm, variable):
        values = series(results, arm, variable, projection="pyramidal_to_pyramidal")
        return float(values.sel(time=slice(17 * 24 + 1, 17 * 24 + 25)).sum())

    formed = since_dose("ketamine", "formed") - since_dose("vehicle", "formed")
    spared = since_dose("vehicle", "eliminated") - since_dose("ketamine", "eliminated")
    assert formed > 5 * max(spared, 1)


SURGE = replace(
    EXPERIMENT,
    phases=(
        Phase("settling", "24 h", timelapse="6 h/s"),
        Phase("before", "1 h", timelapse="6 min/s"),
        Phase("treatment", "90 min", timelapse="2 min/s"),
    ),
    arms={"vehicle": Arm(), "ketamine": Arm(doses=(INFUSION,))},
    body_weight="70 kg",
)


def test_ketamine_raises_glutamate(tmp_path):
    assert surge(play(tmp_path, SURGE), "ketamine") > 7


def test_no_block_on_interneurons_no_surge(tmp_path):
    tree = play(tmp_path, SURGE, "blocker_reaches.pv=0", "blocker_reaches.sst=0")
    assert surge(tree, "ketamine") < 3
    assert series(tree, "ketamine", "nmda_block", population="pyramidal").max() > 0.03


def test_interneurons_fall_before_pyramidal_cells_rise(tmp_path):
    """Half of what is reached in the last ten minutes of the infusion, against the twin.

    A segment is four minutes and one seed's rate is noisy: the mean of eight seeds is taken.
    """
    options = RunOptions(tuple(range(1, 9)), tmp_path, jobs=2, neurons=NEURONS)
    tree = open_results(run(SURGE, options, progress=NoProgress))
    during = slice(25.0, 25.0 + 40 / 60)

    def half_time(population, sign):
        ketamine, vehicle = (
            tree[arm]["rate"].sel(population=population).mean("seed")
            for arm in ("ketamine", "vehicle")
        )
        change = sign * (ketamine - vehicle).rolling(time=3, center=True).mean().sel(time=during)
        reached = float(change[-3:].mean())
        assert reached > 0
        return float(change.time[int(np.argmax(change.values > 0.5 * reached))])

    assert half_time("sst", -1) <= half_time("pyramidal", 1)
