"""CA1 with the CA3 cells that drive it: the spines are those of CA3 fibres, and short-lived."""

import runpy
from dataclasses import replace

import numpy as np
import pytest

from synaptoket.analysis import lookup, principal, summary
from synaptoket.analysis.figures.headline import headline_figure
from synaptoket.analysis.figures.saving import save
from synaptoket.analysis.spikes import irregularity
from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.engine.standalone import read_spikes
from synaptoket.experiment.run import RunOptions, run
from synaptoket.parameters.files import root
from synaptoket.results import check_invariants, open_results
from synaptoket.studies.rule_curves.spine_stages import ClosedForm

SPINES = "ca3_to_pyramidal"
DAY = 86400.0
RATES = {
    "pyramidal": (0.4, 2.5),
    "pv": (4, 30),
    "sst": (1.5, 18),
    "ca3": (0.1, 2.5),
    "ca3_pv": (5, 40),
    "ca3_sst": (1.5, 18),
}


@pytest.fixture(scope="module")
def circuit():
    return load_circuit("hippocampus", neurons=100)


def test_spines_are_those_of_ca3_fibres_alone(circuit):
    made = plan(circuit)
    moving = [name for name, group in made.projections.items() if "present" in group.variables]
    assert moving == [SPINES]
    assert circuit.projections[SPINES].source == "ca3"
    assert not any(p.source == p.target == "pyramidal" for p in circuit.projections.values())


def test_ca3_fibres_carry_every_rule_that_cortical_spines_have(circuit):
    cortex = load_circuit("prefrontal")
    for name in circuit.rules:
        rules = (cortex.rules[name].projections, circuit.rules[name].projections)
        ends = [["spines" if p in (SPINES, "pyramidal_to_pyramidal") else p for p in r]
                for r in rules]  # fmt: skip
        assert ends[0] == ends[1], name


def test_glutamate_and_bdnf_come_from_ca1(circuit):
    release = plan(circuit).release
    assert release.source == "pyramidal"
    assert release.size == circuit.sizes["pyramidal"]


def test_a_blocker_reaches_every_cell_through_its_receptors_alone(circuit):
    assert set(circuit.rules["nmda_block"].populations) == set(circuit.populations)
    assert set(circuit.blocker_reaches.values()) == {1.0}


def test_olm_cells_hear_ca1_and_not_ca3(circuit):
    sources = {p.source for p in circuit.projections.values() if p.target == "sst"}
    assert sources == {"pyramidal"}


def test_ca3_has_interneurons_of_its_own(circuit):
    """CA3 cells drive them, and they inhibit CA3 alone; their subunits are as in CA1."""
    for name in ("ca3_pv", "ca3_sst"):
        heard = {p.source for p in circuit.projections.values() if p.target == name}
        reached = {p.target for p in circuit.projections.values() if p.source == name}
        assert "ca3" in heard <= {"ca3", "ca3_pv", "ca3_sst"}
        assert "ca3" in reached <= {"ca3", "ca3_pv"}
        share = float(circuit.populations[name].glun2ab_share)
        assert share == pytest.approx(
            float(circuit.populations[name.removeprefix("ca3_")].glun2ab_share), abs=0.2
        )


def test_ca3_fires_more_without_its_interneurons(circuit, needs_compiler):
    made = plan(circuit)
    inhibition = [name for name, p in circuit.projections.items() if p.target == "ca3"]
    assert inhibition == ["ca3_pv_to_ca3", "ca3_sst_to_ca3"]
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 60.0)}
    worker, counts = Engine(made, "standalone").worker(1), []
    try:
        for cut in (False, True):
            state = initial_state(made, 1)
            for name in inhibition if cut else ():
                state[f"{name}.gaba_weight"][:] = 0
            worker.load(state)
            for k in range(4):
                worker.advance(drives, k)
            counts.append(int(worker.arrays["ca3.spike_count"].sum()))
    finally:
        worker.close()
    assert counts[1] > 1.3 * counts[0] > 0


def test_births_balance_losses_at_a_mean_life_of_one_to_two_weeks(circuit):
    """Attardo 2015. Filopodia that mature are as many as spines that are lost."""
    stages = ClosedForm(circuit.rules["spine_stages"].constants)
    assert 7 < stages.life() < 14
    born = float(circuit.rules["protein_formation"].constants["formation_rate"]) * 86400
    leaving = stages.maturing + stages.lost
    contact = 1 / leaving + stages.maturing / leaving * stages.life()  # days that a birth lasts
    filling = float(circuit.rules["structure"].constants["filling_fraction"])
    assert born * (1 - filling) * contact == pytest.approx(filling, rel=0.02)


def shortened(experiment):
    """Return an experiment with weeks as days and a large time-lapse: its chain, not its result."""
    days = {"settling": 0.5, "baseline": 0.5, "stress": 2, "treatment": 5}
    lapse = {"treatment": "24 s/s for 50 min, 6 h/s"}
    return replace(
        experiment,
        phases=tuple(
            replace(p, duration=f"{days[p.name]} day", timelapse=lapse.get(p.name, "6 h/s"))
            if p.name in days
            else p
            for p in experiment.phases
        ),
    )


@pytest.fixture(scope="module")
def headline(tmp_path_factory, needs_compiler):
    """The headline experiment, shortened, on a small hippocampus."""
    script = runpy.run_path(str(root() / "experiments" / "stress_and_ketamine.py"))
    path = tmp_path_factory.mktemp("hippocampus") / "x.h5"
    options = RunOptions((1,), path, circuit="hippocampus", neurons=100)
    run(shortened(script["experiment"]), options, script="stress_and_ketamine.py")
    return path


def test_the_headline_experiment_runs_on_it_unchanged(headline, tmp_path):
    check_invariants(headline)
    tree = open_results(headline)
    assert principal(tree) == SPINES
    treated = tree["stress_ketamine"]
    formed = treated["formed"].sum("time").isel(seed=0)
    assert float(formed.sel(projection=SPINES)) > 0
    assert float(formed.drop_sel(projection=SPINES).sum()) == 0
    block = treated["nmda_block"].max("time").isel(seed=0)
    assert (block > 0.01).all()
    assert lookup(summary(tree), "stress_loss", "stress_ketamine")["n"] == 1
    assert save(headline_figure(tree), tmp_path / "x.png").stat().st_size > 20_000


@pytest.mark.slow
def test_rates_at_rest_are_physiological_and_irregular(tmp_path):
    made = plan(load_circuit("hippocampus", neurons=400))
    worker = Engine(made, "standalone").worker(1)
    worker.load(initial_state(made, 1))
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3600.0)}
    settle, measure, path = 10, 15, tmp_path / "spikes"
    try:
        for k in range(settle + measure):
            worker.advance(drives, k, spikes=path if k >= settle else None)
    finally:
        worker.close()
    spikes, sizes = read_spikes(path, list(made.circuit.sizes)), made.circuit.sizes
    for name, (low, high) in RATES.items():
        assert low < len(spikes[name][0]) / sizes[name] / (measure * SEGMENT) < high, name
    duration = measure * SEGMENT
    cv, correlation = irregularity(*spikes["pyramidal"], sizes["pyramidal"], duration)
    assert cv > 0.6
    assert correlation < 0.1


def test_a_spine_has_the_size_of_its_age_at_the_start(circuit):
    """Of spines that live for twelve days many are small; all grown up, they carry 40 % more."""
    made = plan(circuit)
    state, rule = initial_state(made, 1), circuit.rules["spine_size"].constants
    spines = (state[f"{SPINES}.present"] > 0) & (state[f"{SPINES}.mature"] > 0)
    size, age = state[f"{SPINES}.log_size"][spines], state[f"{SPINES}.age"][spines]
    mean, deviation, new = (float(rule[n]) for n in ("log_size_mean", "log_size_deviation",
                                                     "nascent_log_size"))  # fmt: skip
    memory = np.exp(-age / float(rule["size_relaxation"]))
    z = (size - mean - (new - mean) * memory) / (deviation * np.sqrt(1 - memory**2))
    assert np.mean(z) == pytest.approx(0, abs=5 / np.sqrt(len(z)))
    assert np.std(z) == pytest.approx(1, abs=5 / np.sqrt(len(z)))
    assert np.exp(size[age < 2 * DAY]).mean() < 0.5 * np.exp(size[age > 20 * DAY]).mean()


def test_the_healthy_count_stays_from_the_first_day_on():
    """Else scaling and BDNF chase what the start had too much of, and the count swings."""
    made = plan(load_circuit("hippocampus"))
    worker = Engine(made).worker(1)
    start = initial_state(made, 1)
    worker.load(start)
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3 * 3600.0)}
    before, counts, bdnf = (start[f"{SPINES}.present"] > 0).sum(), [], []
    for k in range(48):  # twelve days
        state = worker.advance(drives, 1000 + k)
        counts.append((state[f"{SPINES}.present"] > 0).sum() / before)
        bdnf.append(state["neuropil.bdnf"][0])
    worker.close()
    assert 0.93 < min(counts) <= max(counts) < 1.07
    assert 0.6 < min(bdnf) <= max(bdnf) < 1.6
