"""A run in memory records the same rows as a run that writes a file."""

import numpy as np
import pytest

from synaptoket import Arm, Dose, Experiment, Phase
from synaptoket.analysis import summary
from synaptoket.engine import Engine
from synaptoket.experiment.run import play, prepare, record
from synaptoket.experiment.run_options import RunOptions
from synaptoket.results import Coordinates, ResultsInMemory, open_results
from synaptoket.results.arm_rows import rows_by_arm


@pytest.fixture(scope="module")
def both(small, small_binary, tmp_path_factory):
    """Rows of one run from memory and from its file: two arms with different time grids."""
    ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
    experiment = Experiment(
        circuit="prefrontal",
        phases=(Phase("before", "20 h", timelapse="10 h/s"),
                Phase("treatment", "30 h", timelapse="10 h/s")),
        arms={"vehicle": Arm(), "ketamine": Arm(doses=(ketamine,))},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("memory") / "run.h5"
    options = RunOptions((3,), path, neurons=small["neurons"], settings=small["settings"])
    prepared = prepare(experiment, options)
    engine = Engine(prepared.plan, binary=small_binary)
    kept = record(prepared, options, "run", engine)
    assert not path.exists()
    play(prepared, options, "run", engine=engine)
    return kept, open_results(path)


def test_rows_and_axes_are_the_same(both):
    kept, tree = both
    assert list(kept.children) == list(tree.children)
    for arm, node in rows_by_arm(tree).children.items():
        own = kept[arm]
        assert np.array_equal(own.times, node.times)
        assert list(own.phases) == list(node.phases)
        assert own.axes == node.axes
        for name in tree[arm].data_vars:
            assert np.array_equal(own.values(name), node.values(name), equal_nan=True), name


def test_the_summary_is_the_same(both):
    kept, tree = both
    one, other = summary(kept), summary(tree)
    assert len(one) > 10
    for mine, theirs in zip(one, other, strict=True):
        for key, value in theirs.items():
            assert np.array_equal(mine[key], value, equal_nan=key in ("values", "low", "high"))


def test_rows_in_memory_are_checked_like_those_of_a_file():
    rows = ResultsInMemory({}, ["a"], Coordinates(["cell"], ["synapse"]))
    row = {"time": 0.0, "phase": "x", "synapse_count": [5], "formed": [0], "eliminated": [0],
           "nascent": [0], "ampa_content": [1.0], "ampa_content_established": [1.0],
           "spine_size_mean": [1.0], "silent_fraction": [0.0], "rate": [1.0], "nmda_block": [0.0],
           "glutamate": 1.0, "bdnf": 1.0, "mtorc1": 0.1, "protein": 1.0,
           "stress_hormone": 0.0, "timelapse": 1.0}  # fmt: skip
    rows.append("a", row)
    with pytest.raises(ValueError, match="synapse_count"):
        rows.append("a", {**row, "time": 1.0, "synapse_count": [7]})
    rows.append("a", {**row, "time": 1.0, "synapse_count": [7], "formed": [2]})
    assert rows.rows_by_arm()["a"].values("synapse_count").tolist() == [[[5], [7]]]
