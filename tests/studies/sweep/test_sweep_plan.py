"""What a sweep file stands for: axes, designs, runs, and how they may grow."""

import numpy as np
import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.parameters.validation import validated
from synaptoket.studies.sweep.axes import axes_of, coordinate
from synaptoket.studies.sweep.sweep_file import SweepFile, load_sweep
from synaptoket.studies.sweep.sweep_plan import difference, extended, make_plan


def plan_of(**keys):
    return make_plan(validated(SweepFile, {"experiment": "stress_and_ketamine", **keys}, "x.toml"))


def axis(**keys):
    return axes_of(validated(SweepFile, {"experiment": "e", "axes": {"a": keys}}, "x"), "none")[0]


def test_a_plan_is_the_product_of_its_axes_with_every_seed():
    plan = plan_of(
        seeds=2,
        axes={
            "dose": {"parameter": "ketamine.dose", "values": ["0 mg/kg", "1 mg/kg"]},
            "weight": {"parameter": "body_weight", "values": ["50 kg", "60 kg", "70 kg"]},
        },
    )
    assert len(plan.points) == 6
    assert len(plan.runs) == 12
    seen = {(str(plan.labels(p)), seed) for p, seed in plan.runs}
    assert len(seen) == 12
    assert plan.settings(5) == {"ketamine.dose": "1 mg/kg", "body_weight": "70 kg"}


def test_ranges_keep_their_unit_and_are_spaced_as_asked():
    log = axis(parameter="a", range=["1 ms", "0.1 s"], points=3, scale="log")
    assert log.labels == ["1 ms", "10 ms", "100 ms"]
    assert coordinate(log.labels) == ([1, 10, 100], "ms")
    assert axis(parameter="a", range=[0, 1], points=3).labels == [0, 0.5, 1]


def test_an_axis_may_set_several_parameters_to_one_value_or_to_named_combinations():
    assert axis(parameter=["a", "b"], values=[1]).settings == [{"a": 1, "b": 1}]
    named = axis(combinations={"none": {}, "both": {"a": 1, "b": "2 ms"}})
    assert named.labels == ["none", "both"]
    assert named.settings == [{}, {"a": 1, "b": "2 ms"}]


@pytest.mark.parametrize("kind", ["random", "latin_hypercube", "sobol"])
def test_designs_fill_the_ranges(kind):
    design = {"kind": kind, "points": 64, "parameters": {
        "a": {"range": ["1 ms", "100 ms"], "scale": "log"}, "b": {"range": [0, 1]}}}  # fmt: skip
    plan = plan_of(design=design)
    a, unit = coordinate([plan.settings(p)["a"] for p in range(64)])
    b = np.array([plan.settings(p)["b"] for p in range(64)])
    assert unit == "ms"
    assert 1 <= min(a) < 2
    assert 50 < max(a) <= 100
    assert abs(np.median(np.log10(a)) - 1) < 0.25  # evenly in the logarithm
    assert abs(np.median(b) - 0.5) < 0.15
    assert plan_of(design=design) == plan
    assert plan_of(design=design | {"seed": 2}) != plan


def test_a_design_of_free_parameters_has_every_prior_and_leaves_out_what_is_fixed():
    from synaptoket.circuit.priors import free_parameters

    names = [prior.name for prior in free_parameters("prefrontal")[0]]
    design = {"kind": "morris", "points": 2, "free_parameters": True}
    plan = plan_of(design=design)
    assert list(plan.settings(0)) == names
    assert len(plan.points) == 2 * (len(names) + 1)
    fixed = plan_of(design=design, set={names[0]: 0.7})
    assert names[0] not in fixed.settings(0)


def test_runs_keep_their_numbers_when_a_sweep_grows():
    axes = {"dose": {"parameter": "ketamine.dose", "values": ["1 mg/kg", "2 mg/kg"]}}
    old = plan_of(axes=axes, seeds=2)
    axes = {"dose": {"parameter": "ketamine.dose", "values": ["0 mg/kg", "1 mg/kg", "2 mg/kg"]}}
    new = extended(old, plan_of(axes=axes, seeds=3))
    for number, (point, seed) in enumerate(old.runs):
        assert new.runs[number][1] == seed
        assert new.settings(new.runs[number][0]) == old.settings(point)
    assert len(set(new.runs)) == len(new.runs) == 9
    with pytest.raises(UserError, match="4 runs of the sweep are missing"):
        extended(old, plan_of(axes={"dose": {"parameter": "ketamine.dose",
                                             "values": ["3 mg/kg"]}}))  # fmt: skip


def test_the_difference_of_two_plans_names_what_was_edited():
    old, new = plan_of(neurons=100), plan_of(neurons=200)
    assert difference(old, new) == "neurons was 100, is 200"
    assert difference(old, old) == ""
    assert difference(plan_of(seeds=2), plan_of(seeds=3)) == ""


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"axes": {"a": {"parameter": "x"}}}, "expected one of values, range, combinations"),
        ({"axes": {"a": {"values": [1]}}}, "expected a parameter"),
        ({"axes": {"a": {"parameter": "x", "range": [1, 2]}}}, "expected points"),
        ({"axes": {"seed": {"parameter": "x", "values": [1]}}}, "axes.seed: the name is in use"),
        ({"axes": {"a": {"parameter": "x", "range": [2, 1], "points": 3}}}, "to be the larger"),
        ({"axes": {"a": {"parameter": "x", "range": ["1 ms", "1 V"], "points": 2}}},
         "axes.a.range"),
        ({"axes": {"a": {"parameter": "x", "values": [1, 1]}}}, "each value once"),
        ({"seeds": [1, 1]}, "each seed once"),
        ({"axes": {"a": {"parameter": "x", "values": [1]}}, "set": {"x": 2}},
         "both set and axes.a"),
        ({"arms": ["stress_ketamin"]}, "arms: 'stress_ketamin'"),
        ({"experment": 1}, "unknown key"),
        ({"design": {"kind": "saltelli", "points": 3, "parameters": {"a": {"range": [0, 1]}}}},
         "power of two"),
    ],
)  # fmt: skip
def test_what_no_sweep_can_mean_is_told_in_one_line(keys, message):
    with pytest.raises(UserError, match=message) as caught:
        plan_of(**keys)
    assert "\n" not in str(caught.value)


def test_a_file_is_read_by_its_name_or_path(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('experiment = "stress_and_ketamine"\nseeds = [4, 7]\n')
    assert load_sweep(path).seed_numbers() == [4, 7]


def text_of(axis="", **keys):
    lines = ['experiment = "stress_and_ketamine"', *(f"{k} = {v}" for k, v in keys.items())]
    return "\n".join([*lines, axis])


HUGE = "9" * 30
RANGE = '[axes.a]\nparameter = "x"\nrange = [0, 1]\npoints = {}'
DESIGN = '[design]\nkind = "{}"\npoints = {}\nparameters.x = {{ range = [0, 1] }}'
AXES = "\n".join(f'[axes.a{n}]\nparameter = "x{n}"\nvalues = [0, 1]' for n in range(40))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (text_of(RANGE.format(10**12)), "axes.a.points = 1000000000000: .*200000"),
        (text_of(RANGE.format(HUGE)), "axes.a.points"),
        (text_of(AXES), r"2 x 2 x .* = 1\.09951e\+12 runs \(axes x seeds\), expected at most"),
        (text_of(RANGE.format(1000), seeds=1000), "1000 x 1000 = 1e\\+06 runs"),
        (text_of(seeds=10**12), "seeds"),
        (text_of(seeds=f"[{2**63}]"), "seeds"),
        (text_of(DESIGN.format("random", 10**12)), "design.points"),
        (text_of(DESIGN.format("morris", 150_000)), "these are 300000 points, expected at most"),
        (text_of(DESIGN.format("saltelli", 2**17)), "these are 393216 points, expected at most"),
        (text_of(RANGE.format(-1)), "axes.a.points"),
        (text_of(RANGE.format('"many"')), "axes.a.points"),
        (text_of(RANGE.format("nan")), "axes.a.points"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = [nan]'), "expected a finite number"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = [1, -inf]'), "expected a finite number"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = [[1]]'), "expected a number"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = []'), "axes.a.values"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = 5'), "axes.a.values"),
        (text_of('[axes.a]\nparameter = "x"\nrange = [0, inf]\npoints = 3'), "finite"),
        (text_of('[axes.a]\nparameter = "x"\nrange = [0, 1, 2]\npoints = 3'), "axes.a.range"),
        (text_of('[axes.a]\nparameter = "x"\nrange = ["1 + 1 ms", "9 ms"]\npoints = 3'), "range"),
        (text_of('[axes.a]\nparameter = ["x", "x"]\nvalues = [1]'), "each parameter once"),
        (text_of('[axes.a]\nparameter = []\nvalues = [1]'), "axes.a.parameter"),
        (text_of('[axes.a]\nparameter = "x=1"\nvalues = [1]'), "without ="),
        (text_of('[axes.a]\nparameter = "x"\nvalues = ["1 mg", "1000 ug"]'), "each value once"),
        (text_of('[axes.a]\nparameter = "x"\nvalues = [1, 1.0]'), "each value once"),
        (text_of('[axes.a]\ncombinations = {}'), "axes.a.combinations"),
        (text_of(f'[axes.{"n" * 300}]\nparameter = "x"\nvalues = [1]'), "at most 200 letters"),
        (text_of('[axes."a\\n"]\nparameter = "x"\nvalues = [1]'), "axes"),
        (text_of('[axes."a\\u001b[2J"]\nparameter = "x"\nvalues = [1]'), "control characters"),
        (text_of('[axes.file]\nparameter = "x"\nvalues = [1]'), "the name is in use"),
        (text_of('[set]\n"a=b" = 1'), "without ="),
        (text_of('[set]\na = nan'), "finite"),
        (text_of('[set]\na = [1]'), "expected a number"),
        (text_of(arms='["control", "control"]'), "each arm once"),
        (text_of(arms="[]"), "arms"),
        (text_of(axes=5), "axes"),
        (text_of(design='"x"'), "design"),
        (text_of(timelapse_scale="nan"), "timelapse_scale"),
        (text_of(tolerance="inf"), "tolerance"),
        (text_of(neurons="1.5"), "neurons"),
        (text_of('[cluster]\njobs = "many"'), "cluster.jobs"),
        (text_of('[cluster]\ncores = 0'), "cluster.cores"),
        (text_of('[axes.a]\nparameter = "x"\nvalue = [1]'), "unknown key; did you mean 'values'"),
        ("seeds = 2", "experiment: missing"),
        ("experiment = 5", "experiment"),
    ],
)  # fmt: skip
def test_what_no_file_can_ask_for_is_refused_in_a_line_before_memory_is_asked_for(
    tmp_path, text, message
):
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        make_plan(load_sweep(path))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000
