"""The files of a killed process, and the states from which a run resumes."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import synthetic_results as synthetic

from synaptoket.parameters.errors import UserError
from synaptoket.results import ResultsFile, check_invariants, open_results
from synaptoket.results.states import load_state

ARMS = synthetic.ARMS[:2]

CHILD = """
import sys
import numpy as np
import synthetic_results as synthetic
from synaptoket.parameters.errors import UserError
from synaptoket.results import ResultsFile

arms = synthetic.ARMS[:2]
rows = {arm: list(synthetic.rows(arm, np.arange(0, 20000, 6.0))) for arm in arms}
attributes = synthetic.attributes(arms=arms)
with ResultsFile.create(sys.argv[1], attributes, arms, synthetic.COORDINATES) as file:
    for i in range(len(rows[arms[0]])):
        for arm in arms:
            file.append(arm, rows[arm][i])
        file.flush()
        if i == 5:
            file.save_checkpoint("trunk", {"x": np.arange(200000)}, {})
        file.save_checkpoint("last", {"a": np.full(100000, i), "b": np.full(100000, i)},
                             {"rows": i + 1}, compress=False)
        print(i + 1, flush=True)
"""


def killed_after(path, n_rows):
    """Write until `n_rows` rows were flushed, then kill; return how many were reported."""
    command = [sys.executable, "-c", CHILD, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        for line in child.stdout:
            if int(line) >= n_rows:
                break
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
    return int(rest[-1]) if rest else int(line)


@pytest.mark.parametrize("n_rows", [1, 7, 70])
def test_a_killed_run_is_readable_and_can_be_continued(tmp_path, n_rows):
    path = tmp_path / "x.h5"
    flushed = killed_after(path, n_rows)
    part = tmp_path / "x.h5.part"
    assert part.exists()
    assert not path.exists()
    check_invariants(part)
    tree = open_results(part)
    assert tree.attrs["complete"] == 0
    assert tree[ARMS[1]].sizes["time"] >= flushed
    assert np.isfinite(tree[ARMS[1]]["rate"].values).all()

    attributes = synthetic.attributes(arms=ARMS)
    with ResultsFile.create(path, attributes, ARMS, synthetic.COORDINATES, resume=True) as file:
        state, attrs = file.load_checkpoint("last")
        assert (state["a"] == state["a"][0]).all()
        np.testing.assert_array_equal(state["a"], state["b"])
        assert file.rows(ARMS[0]) >= attrs["rows"] >= flushed
        file.truncate(ARMS[0], attrs["rows"])
        file.truncate(ARMS[1], attrs["rows"])
        assert ("trunk" in file.checkpoints()) >= (flushed > 6)
        file.complete()
    check_invariants(path)
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


def test_a_reserved_but_unwritten_row_is_dropped_when_resuming(tmp_path):
    import h5py

    part = synthetic.write(
        tmp_path / "x.h5", arms=ARMS, times=np.arange(0, 60, 6.0), complete=False
    )
    with h5py.File(part, "r+") as file:
        for dataset in (d for d in file[ARMS[0]].values() if d.maxshape[0] is None):
            dataset.resize(11, axis=0)
        file[ARMS[0]]["rate"].resize(12, axis=0)
    assert open_results(part)[ARMS[0]].sizes["time"] == 10
    attributes = synthetic.attributes(arms=ARMS)
    path = tmp_path / "x.h5"
    with ResultsFile.create(path, attributes, ARMS, synthetic.COORDINATES, resume=True) as file:
        assert file.rows(ARMS[0]) == 10
        file.complete()
    check_invariants(path)


def any_state():
    rng = np.random.default_rng(0)
    return {
        "pyramidal/v": rng.normal(size=1000),
        "present": rng.random(5000) < 0.3,
        "bits of a matrix": (rng.random((7, 11)) < 0.3).astype(np.int32),
        "counts": rng.integers(0, 200, 5000, np.int32),
        "changes": rng.integers(-3, 300, 5000, np.int64),
        "none": np.zeros(5000, np.int32),
        "matrix": rng.normal(size=(30, 40)),
        "every other": np.arange(100.0)[::2],
        "size": rng.random(5000, np.float32),
        "target": rng.integers(0, 2**31, 5000, np.int32),
        "generator": rng.integers(0, 2**63, 4, np.uint64),
        "odd": np.array([np.nan, np.inf, -0.0, 5e-324]),
        "empty": np.zeros((0, 3)),
        "time": np.array(12.5),
    }


@pytest.mark.parametrize("compress", [False, True])
def test_a_state_comes_back_bit_for_bit(tmp_path, compress):
    attributes = synthetic.attributes(arms=ARMS)
    notes = {"arm": "control", "segment": 12, "time": 0.1 + 0.2, "list": [1, None, True]}
    with ResultsFile.create(tmp_path / "x.h5", attributes, ARMS, synthetic.COORDINATES) as file:
        file.save_checkpoint("trunk", {"old": np.arange(3)}, {}, compress=compress)
        file.save_checkpoint("trunk", any_state(), notes, compress=compress)
        state, attrs = file.load_checkpoint("trunk")
        assert file.checkpoints() == {"trunk": notes}
        with pytest.raises(KeyError):
            file.load_checkpoint("missing")
        with pytest.raises(ValueError):
            file.save_checkpoint("../escape", {}, {}, compress=compress)
        file.complete()
    assert attrs == notes
    assert state.keys() == any_state().keys()
    for name, expected in any_state().items():
        assert state[name].dtype == expected.dtype
        assert state[name].shape == expected.shape
        assert state[name].tobytes() == expected.tobytes()
    stored = load_state(tmp_path / "x.h5", "trunk")
    assert (stored.attributes, stored.state.keys()) == (notes, state.keys())
    for name, expected in state.items():
        assert stored.state[name].tobytes() == expected.tobytes()


def test_a_finished_file_holds_the_states_that_are_to_be_kept(tmp_path):
    attributes = synthetic.attributes(arms=ARMS)
    with ResultsFile.create(tmp_path / "x.h5", attributes, ARMS, synthetic.COORDINATES) as file:
        for name in ("a@stress", "b@stress+1h", "b@latest"):
            file.save_checkpoint(name, {"x": np.arange(9)}, {"arms": [name[0]]})
        file.complete(keep=["a@stress"])
    with pytest.raises(UserError, match="no checkpoint 'b@latest'; it holds a@stress"):
        load_state(tmp_path / "x.h5", "b@latest")
    assert load_state(tmp_path / "x.h5", "a@stress").attributes == {"arms": ["a"]}
    assert [p.name for p in tmp_path.iterdir()] == ["x.h5"]


def test_an_interrupted_checkpoint_leaves_the_previous_one(tmp_path, monkeypatch):
    attributes = synthetic.attributes(arms=ARMS)
    with ResultsFile.create(tmp_path / "x.h5", attributes, ARMS, synthetic.COORDINATES) as file:
        file.save_checkpoint("last", {"x": np.zeros(10)}, {})

        def interrupted(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            file.save_checkpoint("last", {"x": np.ones(10)}, {})
        monkeypatch.undo()
        assert (file.load_checkpoint("last")[0]["x"] == 0).all()
        assert file.checkpoints() == {"last": {}}
