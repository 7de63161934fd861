"""The order of branches: after their parents, each once; a failure or a stop ends all."""

import threading
import time

import pytest

from synaptoket.experiment.arm_tree import Branch
from synaptoket.experiment.branch_queue import BranchQueue


def tree():
    """Return a trunk with two branches, one of which parts once more."""
    last = [Branch(["b"], 5, 9), Branch(["c"], 5, 9)]
    children = [Branch(["a"], 2, 9), Branch(["b", "c"], 2, 5, last)]
    return Branch(["a", "b", "c"], 0, 2, children)


def name(branch):
    return f"{''.join(branch.arms)}{branch.start}"


@pytest.mark.parametrize("options", [{}, {"jobs": 3}, {"in_place": True}])
def test_each_branch_is_played_once_and_after_its_parent(options):
    played, finished = [], []

    def play(seed, branch):
        played.append((seed, name(branch)))

    def finish(seed):
        finished.append(seed)
        assert sum(who == seed for who, _ in played) == 5

    BranchQueue(play, finish, threading.Event(), **options).run([1, 2], tree())
    assert sorted(played) == [(s, n) for s in (1, 2) for n in ("a2", "abc0", "b5", "bc2", "c5")]
    for seed in (1, 2):
        order = [n for who, n in played if who == seed]
        assert order[0] == "abc0"
        assert order.index("bc2") < min(order.index("b5"), order.index("c5"))
    assert sorted(finished) == [1, 2]


def test_in_place_everything_happens_in_the_calling_thread():
    threads = set()

    def play(seed, branch):
        threads.add(threading.get_ident())

    BranchQueue(play, lambda seed: None, threading.Event(), in_place=True).run([1], tree())
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_stops_the_others_and_is_the_one_that_is_raised(jobs):
    """Branches that begin after it see the stop; the error is that of the first that failed."""
    stop, after = threading.Event(), []

    def play(seed, branch):
        if name(branch) == "a2":
            raise ValueError("the first")
        while name(branch) == "bc2" and not stop.wait(0.01):
            pass
        if stop.is_set():
            after.append(name(branch))
            raise ValueError("a consequence")

    with pytest.raises(ValueError, match="the first"):
        BranchQueue(play, lambda seed: None, stop, jobs).run([1], tree())
    assert stop.is_set()
    assert set(after) <= {"bc2"}


def test_an_interrupt_waits_until_the_branches_under_way_have_stopped():
    stop, ended = threading.Event(), []

    def play(seed, branch):
        if name(branch) == "a2":
            raise KeyboardInterrupt
        if name(branch) == "bc2":
            stop.wait(5)
            time.sleep(0.05)
            ended.append(name(branch))

    with pytest.raises(KeyboardInterrupt):
        BranchQueue(play, lambda seed: None, stop, jobs=2).run([1], tree())
    assert ended == ["bc2"]
