"""One branch, played by an engine that counts: rows, states, where it goes on and when it stops."""

import shutil
import threading
from types import SimpleNamespace

import pytest
from small_experiment import ARMS, PHASES, SEGMENTS

from synaptoket import Experiment, UserError
from synaptoket.circuit.initial import initial_state, variable_sizes
from synaptoket.experiment.arm_tree import branches
from synaptoket.experiment.prepare import prepare
from synaptoket.experiment.resume_point import resume_point, segments_played, state_before
from synaptoket.experiment.run_files import RunFiles
from synaptoket.experiment.run_options import RunOptions
from synaptoket.experiment.seed_run import SeedRun, segment_seed
from synaptoket.experiment.segment_player import SegmentPlayer

RUN = SeedRun(1, connectivity_seed=7, start_segment=30)


class Counting:
    """A worker whose cells fire once in each segment, and an engine that makes it."""

    def __init__(self, plan):
        self.plan, self.seeds, self.wired, self.closed, self.loaded = plan, [], [], 0, []

    def worker(self, seed):
        self.wired.append(seed)
        return self

    def load(self, state):
        self.loaded.append(set(state))
        self.arrays = {name: values.copy() for name, values in state.items()}

    def advance(self, drives, seed, spikes=None):
        self.seeds.append(seed)
        for name in self.plan.populations:
            self.arrays[f"{name}.spike_count"] += 1
        return self.arrays

    def state(self):
        return {name: values.copy() for name, values in self.arrays.items()}

    def close(self):
        self.closed += 1


class Report:
    """Notes each segment, and sets an event after some."""

    def __init__(self, stop=None, after=0):
        self.stop, self.after, self.told = stop, after, 0

    def advance(self, amount, phase, reached, length):
        self.told += 1
        if self.stop is not None and self.told == self.after:
            self.stop.set()


@pytest.fixture
def playing(small, tmp_path):
    """What it takes to play the trunk of the small experiment: seven segments of two arms."""
    arms = {name: ARMS[name] for name in ("vehicle", "ketamine")}
    options = RunOptions((1,), tmp_path / "x.h5", **small)
    prepared = prepare(Experiment(PHASES, arms), options)
    made = SimpleNamespace(options=options, prepared=prepared, engine=Counting(prepared.plan),
                           tree=branches(prepared.schedules, list(arms)))  # fmt: skip

    def play(file, report=None, stop=None, branch=made.tree):
        report, stop = report or Report(), stop or threading.Event()
        player = SegmentPlayer(prepared, options, made.engine, report, stop)
        player.play(RUN, file, branch)
        return report

    made.play = play
    return made


@pytest.fixture(params=["file", "memory"])
def files(request, playing, tmp_path):
    """The files of a run of one seed, on disk or in memory, open."""
    with RunFiles(playing.prepared, playing.options) as files:
        path = tmp_path / "x.h5" if request.param == "file" else None
        files.open(1, path, {"experiment": "x", "seed": 1})
        yield files
        files[1].close()


def test_a_branch_leaves_a_row_for_each_segment_and_the_state_at_its_end(playing, files):
    file, trunk = files[1], playing.tree
    assert state_before(file, trunk) is None
    assert playing.play(file).told == trunk.stop == SEGMENTS - 5  # until the dose is given
    assert [file.rows(arm) for arm in trunk.arms] == [1 + trunk.stop] * 2
    assert playing.engine.seeds == [segment_seed(1, 30 + at) for at in range(trunk.stop)]
    assert (playing.engine.wired, playing.engine.closed) == ([7], 1)
    assert resume_point(file, trunk)[1] == segments_played(file, trunk) == trunk.stop
    name = state_before(file, trunk.children[0])
    state, told = file.load_checkpoint(name)
    assert set(state) == set(variable_sizes(playing.prepared.plan))
    assert told["played"] == 30 + trunk.stop
    assert playing.play(file).told == 0  # nothing is left to do


def test_a_child_goes_on_from_its_parents_end_with_the_constants(playing, files):
    playing.play(files[1])
    child = playing.tree.children[0]
    playing.play(files[1], branch=child)
    assert playing.engine.arrays["pyramidal.spike_count"][0] == child.stop
    assert playing.engine.loaded[0] == playing.engine.loaded[1]
    assert set(initial_state(playing.prepared.plan, 1)) == playing.engine.loaded[0]


def test_a_stop_ends_the_branch_after_the_segment_with_its_state(playing, tmp_path):
    stop = threading.Event()
    with RunFiles(playing.prepared, playing.options) as files:
        file = files.open(1, tmp_path / "x.h5", {"experiment": "x", "seed": 1})
        assert playing.play(file, Report(stop, after=2), stop).told == 2
        assert resume_point(file, playing.tree)[1] == 2
        assert playing.play(file, stop=stop).told == 0
        assert playing.play(file).told == playing.tree.stop - 2
        assert playing.engine.seeds == [segment_seed(1, 30 + at) for at in range(playing.tree.stop)]
        file.close()


def test_a_child_does_not_go_on_from_an_earlier_state_of_its_parent(playing, files):
    playing.play(files[1])
    end, child = state_before(files[1], playing.tree), playing.tree.children[0]
    assert state_before(files[1], child) == end
    files[1].drop_checkpoint(end)
    assert state_before(files[1], child) is None


def test_a_state_that_is_gone_and_a_file_that_is_gone_are_told_apart(playing, tmp_path):
    with RunFiles(playing.prepared, playing.options) as files:
        file = files.open(1, tmp_path / "x.h5", {"experiment": "x", "seed": 1})
        playing.play(file)
        child = playing.tree.children[0]
        file.drop_checkpoint(state_before(file, playing.tree))
        with pytest.raises(UserError, match="the state from which .* was deleted during the run"):
            playing.play(file, branch=child)
        shutil.rmtree(tmp_path)
        with pytest.raises(UserError, match="x.h5.part: was deleted while the run was writing it"):
            playing.play(file, branch=child)
