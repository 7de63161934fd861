"""The calibration fits what has a prior, to targets that have a source, and writes it down."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.parameters.files import model_names, model_path, root

sys.path.insert(0, str(root() / "models" / "calibration"))
import accepted  # noqa: E402
import calibrate  # noqa: E402
import rewrite  # noqa: E402
import spines  # noqa: E402
from calibrate import Search  # noqa: E402
from chain import FINDINGS, _outside  # noqa: E402
from spiking import Bench, drives, load_targets  # noqa: E402

from synaptoket.circuit.priors import Prior, free_parameters  # noqa: E402
from synaptoket.parameters.hypotheses import load_hypothesis  # noqa: E402
from synaptoket.parameters.units import magnitude
from synaptoket.studies.findings import load_finding  # noqa: E402

#: Those that were calibrated here; the others are as published.
CIRCUITS = [name for name in model_names("circuits") if load_circuit(name).calibration]


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_every_free_parameter_lies_within_its_prior_and_says_why(circuit):
    priors, values = free_parameters(circuit)
    assert priors
    loaded = load_circuit(circuit)
    for prior in priors:
        assert prior.low < prior.high
        section, member, key = prior.name.split(".")
        table = getattr(loaded, section)[member]
        found = table.constants[key] if section == "rules" else getattr(table, key)
        assert "prior" in found.source, prior.name
        # brought within the range when read: it must have been there
        assert prior.number(found.text if prior.unit else float(found)) == pytest.approx(
            values[prior.name]
        )
        assert magnitude(prior.text(prior.low), prior.unit) <= values[prior.name]


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_targets_have_ranges_and_sources(circuit):
    targets = load_targets(circuit)
    assert {t.quantity for t in targets if t.condition == ("rest",)} >= {"cv", "correlation"}
    for target in targets:
        assert target.low < target.high
        assert target.source


def test_only_calibration_findings_are_looked_at():
    """What is fitted is said to be; the rest of the findings is not looked at."""
    assert set(FINDINGS) == {"F10", "F11"}
    assert all(load_finding(name).calibrated for name in FINDINGS)


def test_a_position_and_a_value_are_the_same():
    prior = Prior.parse("a.b", ["0.1 nS", "10 nS"])
    assert prior.value(0.5) == pytest.approx(1.0)
    assert prior.position(prior.value(0.3)) == pytest.approx(0.3)
    linear = Prior.parse("a.b", [0, 4])
    assert linear.value(0.5) == 2
    assert linear.text(1.23456) == 1.235


def test_distance_from_an_open_range():
    assert _outside(1.5, 1.2, float("inf")) == 0
    assert _outside(0.0, 1.2, float("inf")) > 0
    assert _outside(float("nan"), 0, 1) == 10


def test_drives_are_in_units_of_the_affinity():
    fed = drives(("ketamine", "0.83 uM"))
    assert fed["nmda_blocker_2d"][0] == pytest.approx(1.0)
    assert fed["nmda_blocker_2a"][0] == pytest.approx(0.83 / 0.33)
    assert drives(("rest",))["nmda_blocker_2a"][0] == 0


class Bowl:
    """A bench whose best set is known."""

    def try_out(self, candidate):
        x = np.array([float(candidate["a.x"]), float(candidate["a.y"])])
        return float(((x - [2.0, 0.3]) ** 2).sum()), {"x": x[0]}


def test_a_search_finds_the_best_set_and_writes_every_trial(tmp_path):
    options = SimpleNamespace(
        circuit="bowl", hypothesis=None, seed=1, start=None, minutes=1, trials=300, spread=0.3,
        population=10, enough=False, out=tmp_path,
    )  # fmt: skip
    priors = [Prior.parse("a.x", [0.1, 10.0]), Prior.parse("a.y", [0.0, 1.0])]
    search = Search(options, "test", [Bowl(), Bowl()], priors, {"a.x": 5.0, "a.y": 0.9})
    best = search.run()
    assert best["values"]["a.x"] == pytest.approx(2.0, abs=0.05)
    assert best["values"]["a.y"] == pytest.approx(0.3, abs=0.05)
    written = json.loads((tmp_path / "bowl_test.json").read_text())["trials"]
    assert len(written) == len(search.trials)
    assert written[0]["cost"] == best["cost"]


def test_sets_far_apart_come_first():
    points = np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 1.0]])
    assert accepted.farthest(points, 0) == [0, 2, 1]


def test_the_set_in_use_is_not_one_of_those_beside_it(monkeypatch):
    """Else a range over sets would count it twice; the first is the farthest from it."""
    priors, current = free_parameters("prefrontal")
    priors = [prior for prior in priors if not prior.name.startswith("rules.")]
    used = {prior.name: prior.text(current[prior.name]) for prior in priors}
    name = "populations.pyramidal.tonic_nmda_conductance"
    sets = [used, used | {name: "23 nS"}, used | {name: "50 nS"}, used | {name: "10 nS"}]
    trials = [{"cost": 0.1 * k, "values": values, "found": {}} for k, values in enumerate(sets)]
    bench = SimpleNamespace(try_out=lambda values: (0.5, {}), close=lambda: None)
    monkeypatch.setattr(accepted, "Bench", lambda *arguments: bench)
    options = SimpleNamespace(circuit="prefrontal", neurons=8, seeds="2,3", sets=2, limit=1.5)
    chosen = accepted.passed(trials, priors, options)
    assert [trial["values"][name] for trial in chosen] == ["10 nS", "50 nS"]
    options.sets = 5
    assert len(accepted.passed(trials, priors, options)) == 3


def test_the_rate_that_inhibition_holds_is_given_and_not_what_a_search_saw(monkeypatch):
    """Cells settle above it: a target set to what was seen would rise with every calibration."""
    written = {}
    trial = {"cost": 0.0, "values": {"populations.pv.background_rate": "900 Hz"},
             "found": {"pyramidal rest": 1.2}}  # fmt: skip
    monkeypatch.setattr(calibrate, "search", lambda *arguments: trial)
    monkeypatch.setattr(calibrate, "rewrite", lambda circuit, found, *rest: written.update(found))
    monkeypatch.setattr(sys, "argv", ["calibrate.py", "spikes", "--write"])
    calibrate.main()
    assert written == trial["values"]


def test_what_is_written_keeps_sources_and_comments(tmp_path, monkeypatch):
    path = tmp_path / "circuit.toml"
    path.write_text(model_path("circuits", "prefrontal").read_text())
    monkeypatch.setattr(rewrite, "model_path", lambda kind, name: path)
    name = "populations.pv.background_rate"
    rewrite.rewrite("prefrontal", {name: "77 Hz"}, None, "a run")
    changed = load_circuit(str(path))
    assert changed.calibration == "a run"
    assert changed.populations["pv"].background_rate.text == "77 Hz"
    before, after = model_path("circuits", "prefrontal").read_text(), path.read_text()
    differ = [a for a, b in zip(after.splitlines(), before.splitlines(), strict=True) if a != b]
    assert len(differ) == 2
    assert "source" in differ[1]


@pytest.mark.parametrize("afresh", [False, True])
def test_a_hypothesis_may_forget_what_it_was_calibrated_to(tmp_path, monkeypatch, afresh):
    """Values of a former circuit are no start; then none of them stays in the file, either."""
    path = tmp_path / "rival.toml"
    path.write_text(
        'title = "t"\nclaim = "c"\nsource = "s"\n[set]\n"blocker_reaches.pv" = 0\n'
        '[calibrated]\n"populations.pv.background_rate" = "900 Hz"\n'
    )
    monkeypatch.setattr(rewrite, "model_path", lambda kind, name: path)
    options = SimpleNamespace(hypothesis=str(path), afresh=afresh)
    hypothesis = calibrate.asked_hypothesis(options)
    name = "populations.pv.background_rate"
    kept = {} if afresh else {name: "900 Hz"}
    assert hypothesis.calibrated == kept
    assert hypothesis.set == {"blocker_reaches.pv": 0}
    rewrite.rewrite(
        "prefrontal", {"populations.sst.background_rate": "300 Hz"}, "rival", "a run", afresh
    )
    written = load_hypothesis(path)
    assert written.calibrated == kept | {"populations.sst.background_rate": "300 Hz"}
    assert written.calibration == "a run"


@pytest.mark.parametrize("minutes", [None, 0.5])
def test_each_accepted_set_may_have_a_chain_of_its_own(tmp_path, monkeypatch, minutes):
    """Fitted on the set's own weights and healthy values; else the chain is that in use."""
    target, half = "rules.synaptic_scaling.scaling_target", "rules.mtorc1.mtorc1_half"
    searched = []

    def search(task, options, overrides):
        searched.append((task, options.minutes, options.jobs, str(options.out), overrides))
        return {"cost": 0.1, "values": {half: 3.5}, "found": {}}

    monkeypatch.setattr(accepted, "search", search)
    monkeypatch.setattr(accepted, "references", lambda *arguments: {target: 7.0})
    monkeypatch.setattr(accepted, "FOLDER", tmp_path)
    options = SimpleNamespace(
        circuit="prefrontal", neurons=400, settled=1000, seeds="2,3", chain_minutes=minutes, jobs=3
    )
    name = "populations.pyramidal.background_rate"
    trial = {"cost": 0.2, "other": [0.3, 0.4], "values": {name: "90 Hz"},
             "found": {"pyramidal rest": 1.0}}  # fmt: skip
    written = load_hypothesis(accepted.overlay(4, trial, options))
    assert written.calibrated[name] == "90 Hz"
    assert written.calibrated[target] == 7.0
    assert written.calibrated.get(half) == (3.5 if minutes else None)
    assert ("chain" in written.calibration) == bool(minutes)
    if minutes:
        ((task, asked, jobs, out, overrides),) = searched
        assert (task, asked, jobs, out) == ("chain", 0.5, 3, "results/calibration/accepted_4")
        assert overrides[tuple(name.split("."))] == "90 Hz"
        assert overrides[tuple(target.split("."))] == 7.0
    else:
        assert searched == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_circuit_in_use_meets_its_targets_with_other_seeds_too(seed):
    bench = Bench("prefrontal", {}, 400, seed)
    try:
        cost, found = bench.try_out({})
    finally:
        bench.close()
    assert cost < 3, found


def test_turnover_follows_from_imaging_at_any_life_of_the_young():
    """Two weeks and 18 months as published; as many spines come as go, at the filling fraction."""
    young = ("rules", "spine_stages", "young_elimination")
    for life in ("0.2 /day", "0.7 /day"):
        solved = spines.turnover("prefrontal", {young: life})
        changed = {young: life} | {tuple(k.split(".")): v for k, v in solved.items()}
        shown = spines.population(load_circuit("prefrontal", changed).rules)
        assert shown["eliminated, and formed, within 14 days (%)"] == pytest.approx(4, rel=0.005)
        assert shown["within 18 months (%)"] == pytest.approx(22.5, rel=0.005)
        assert shown["filopodia among all (%)"] == pytest.approx(2, rel=0.005)
        assert shown["candidates that bear a contact (%)"] == pytest.approx(27, rel=0.005)


def test_a_turnover_that_cannot_be_is_refused():
    """If newborn spines last for a decade, two weeks and 18 months cannot both be as published."""
    young = ("rules", "spine_stages", "young_elimination")
    with pytest.raises(ValueError, match="published turnover"):
        spines.turnover("prefrontal", {young: "0.0001 /day"})


def test_a_single_parameter_is_scanned(tmp_path):
    """Its best value is found to a fiftieth of its range, in two rounds."""
    prior = Prior.parse("rules.trkb_binding.trkb_binding_gain", [0.1, 10.0])

    class Parabola:
        def try_out(self, values):
            gain = float(values[prior.name])
            return (np.log10(gain) - 0.37) ** 2, {"gain": gain}

    options = calibrate.arguments(["chain", "--hypothesis", "direct_trkb", "--out", str(tmp_path)])
    best = Search(options, "chain", [Parabola()], [prior], {prior.name: 1.0}).run()
    assert np.log10(float(best["values"][prior.name])) == pytest.approx(0.37, abs=0.04)
