"""A difference between sets is divided among the groups of parameters that make it."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from synaptoket.circuit.priors import free_parameters
from synaptoket.parameters.files import root
from synaptoket.studies.sweep.axes import Axis
from synaptoket.studies.sweep.sweep_file import load_sweep
from synaptoket.studies.sweep.sweep_plan import make_plan

sys.path.insert(0, str(root() / "models" / "calibration"))
import swaps  # noqa: E402

FREE = {prior.name for prior in free_parameters("prefrontal")[0]}
CHAIN = next(name for name in sorted(FREE) if name.startswith("rules."))
VALUES = {
    "populations.pyramidal.background_rate": "90 Hz",
    "populations.sst.glun2ab_share": 0.2,
    "projections.pv_to_pyramidal.gaba_weight": "1.5 nS",
    "projections.pyramidal_to_pv.ampa_weight": "0.3 nS",
    "rules.synaptic_scaling.scaling_target": 7.0,
    CHAIN: 3.0,
}
SETS = {"a": VALUES, "b": VALUES}
PARTS = swaps.grouped(SETS, FREE)


def outcomes(rule, seeds=1, noise=0.0, draw=1, parts=("x", "y", "z"), sets=("a", "b")):
    """Return the result at every point; `rule` has it from the parts that come from a set."""
    generator = np.random.default_rng(draw)

    def value(name, present):
        size = {"a": 1.0, "b": -2.0}.get(name, 0.0)
        return rule({part: size * (part in present) for part in parts}) + noise * (
            generator.standard_normal(seeds)
        )

    found = {swaps.BASE: value("", ())}
    for name in sets:
        found[name] = value(name, parts)
        for part in parts:
            found[swaps.only(name, part)] = value(name, {part})
            found[swaps.without(name, part)] = value(name, {*parts} - {part})
    return found


def divided(rule, **how):
    return swaps.divide(outcomes(rule, **how), ["a", "b"], ["x", "y", "z"])


def test_parts_that_add_up_get_what_is_theirs():
    division = divided(lambda p: 50 + 3 * p["x"] + p["y"])
    assert division.shares == pytest.approx({"x": 0.75, "y": 0.25, "z": 0})
    assert [*division.shares][0] == "x"
    assert division.rest == pytest.approx(0)
    np.testing.assert_allclose(division.differences, [4, -8])


def test_two_parts_that_work_only_together_share_it_and_nothing_is_left():
    division = divided(lambda p: p["x"] * p["y"])
    assert division.shares == pytest.approx({"x": 0.5, "y": 0.5, "z": 0})
    assert division.rest == pytest.approx(0)


def test_what_takes_three_parts_is_shown_as_left():
    division = divided(lambda p: p["x"] * p["y"] * p["z"])
    assert division.rest == pytest.approx(1 - sum(division.shares.values()))
    assert abs(division.rest) > 0.3


def test_a_part_that_pulls_the_other_way_has_a_negative_share():
    division = divided(lambda p: 3 * p["x"] - p["y"])
    assert division.shares == pytest.approx({"x": 1.5, "y": -0.5, "z": 0})


def test_a_range_that_seeds_alone_would_give_is_divided_among_none():
    same = [divided(lambda p: 50.0, seeds=2, noise=1.0, draw=draw) for draw in range(200)]
    unclear = [division for division in same if not division.clear]
    assert len(unclear) > 180
    assert "scatter of seeds" in swaps.row(("q", "arm", "%"), unclear[0])[5]
    clear = divided(lambda p: 50 + 30 * p["x"], seeds=3, noise=1.0)
    assert clear.clear
    assert clear.shares["x"] == pytest.approx(1, abs=0.1)
    assert 0 < clear.errors["x"] < 0.1
    assert swaps.row(("q", "arm", "%"), clear)[5].startswith("x ")


def test_healthy_values_follow_the_circuit_and_are_swapped_with_nothing():
    assert {*PARTS} == {"drive", "NMDA receptors", "excitation", "inhibition", "chain"}
    chosen = swaps.points(SETS, PARTS, FREE)
    assert len(chosen) == 1 + 2 * (1 + 2 * 5)
    assert chosen[swaps.BASE] == swaps.Point({})
    assert chosen["a"] == swaps.Point(VALUES, mixed=False)  # measured when the set was accepted
    drive = chosen[swaps.only("a", "drive")]
    assert drive.mixed
    assert [*drive.values] == ["populations.pyramidal.background_rate"]
    rest = chosen[swaps.without("a", "drive")]
    assert rest.mixed
    assert {*rest.values} == {*VALUES} - {*drive.values}
    # healthy values do not depend on the chain, which was fitted after them
    assert not chosen[swaps.only("a", "chain")].mixed
    assert not chosen[swaps.without("a", "chain")].mixed


def test_within_a_group_every_circuit_but_the_one_in_use_is_mixed():
    inner = {"a": {n: VALUES[n] for n in PARTS["drive"] | PARTS["inhibition"]}}
    chosen = swaps.points(inner, {name: {name} for name in inner["a"]}, FREE)
    assert [label for label, point in chosen.items() if not point.mixed] == [swaps.BASE]


def test_the_sweep_plays_each_circuit_with_its_own_healthy_values(tmp_path, monkeypatch):
    target = "rules.synaptic_scaling.scaling_target"
    asked = []

    def references(circuit, overrides, neurons, seed):
        asked.append(overrides)
        return {target: 9.0}

    monkeypatch.setattr(swaps, "references", references)
    options = SimpleNamespace(
        experiment="stress_and_ketamine", neurons=400, seeds=2, tolerance=0.15, jobs=2
    )
    path = tmp_path / "sub" / "swaps.toml"
    chosen = swaps.points({"a": VALUES}, PARTS, FREE)
    swaps.write_sweep(path, chosen, "prefrontal", options)
    plan = make_plan(load_sweep(path))
    (axis,) = plan.axes
    settings = dict(zip(axis.labels, axis.settings, strict=True))
    assert [*settings] == [*chosen]
    assert settings[swaps.BASE] == {}
    assert settings["a"][target] == 7.0
    assert settings[swaps.without("a", "chain")][target] == 7.0
    assert settings[swaps.only("a", "drive")][target] == 9.0
    assert settings[swaps.without("a", "drive")][target] == 9.0
    assert len(asked) == 2 * 4
    assert len(plan.runs) == 2 * len(chosen)


def test_the_table_names_what_each_result_comes_from():
    found = outcomes(lambda p: 90 + 3 * p["x"] + p["y"], seeds=2)
    missing = {label: value * np.nan for label, value in found.items()}
    grid = SimpleNamespace(
        axes=[Axis(swaps.AXIS, list(found), [{}] * len(found))],
        missing=[],
        seeds=[1, 2],
        quantities=lambda wanted: ["count_24h", "days"],
        named=lambda key: (key, "%"),
        arms=lambda key: ["ketamine"],
        values=lambda key, arm: np.array(list((found if key == "count_24h" else missing).values())),
    )
    rows, note = swaps.table(grid)
    assert rows == [
        ["count_24h", "ketamine", "%", "90.0", "82.0 to 94.0", "x 75 ± 0 %, y 25 ± 0 %", "0 %"]
    ]
    assert "2 sets" in note


def test_the_set_in_use_is_no_other_set():
    priors, current = free_parameters("prefrontal")
    own = {prior.name: prior.text(current[prior.name]) for prior in priors}
    assert swaps.in_use(own, "prefrontal")
    assert not swaps.in_use(own | {"populations.sst.glun2ab_share": 0.3}, "prefrontal")
