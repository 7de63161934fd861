"""How runs are handed out: in batches if they are short, and what a batch leaves goes out again."""

import threading

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep.driver import BATCH, Driver
from synaptoket.studies.sweep.run_task import DONE, HELD, NO_TIME, Outcome
from synaptoket.studies.sweep.sweep_folder import SweepFolder


class Answer:
    """What a future holds that is there at once."""

    status = "finished"

    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value

    def add_done_callback(self, call):
        call(self)

    def release(self):
        pass


class Client:
    """Does at once what is submitted, as `does` says; remembers the batches."""

    def __init__(self, does):
        self.does, self.batches, self.retired, self.plugins = does, [], [], []

    cluster = None  # it was there before the sweep

    def register_plugin(self, plugin, name):
        self.plugins.append(name)

    def unregister_worker_plugin(self, name):
        self.plugins.remove(name)

    def submit(self, _, name, tasks, expected, **options):
        assert self.plugins == [name]
        self.batches.append([task.number for task in tasks])
        return Answer(self.does(tasks))

    def retire_workers(self, workers, **options):
        self.retired += workers


class Bar:
    def report(self, amount, position):
        pass


@pytest.fixture
def drive(filled):
    """Return a function that drives a sweep of so many runs with a client of two workers."""

    def play(does, runs=200):
        where = SweepFolder(filled(lambda settings, seed: None, seeds=runs))
        client = Client(does)
        driver = Driver(where, where.load(), client, 2, lambda text: None, threading.Event())
        return driver.play(list(range(runs)), Bar()), client

    return play


def quick(tasks, seconds=0.01):
    return [Outcome(task.number, DONE, seconds) for task in tasks], "one", ""


def test_short_runs_go_out_in_batches_and_at_the_end_in_small_ones(drive):
    counts, client = drive(quick)
    assert counts[DONE] == 200
    assert sorted(number for batch in client.batches for number in batch) == list(range(200))
    sizes = [len(batch) for batch in client.batches]
    assert sizes[:6] == [1] * 6  # nobody knows yet how long they take
    assert max(sizes) == BATCH
    assert sizes[-1] == 1
    assert not client.plugins  # nothing of the sweep stays at workers that live on


def test_long_runs_go_out_one_by_one(drive):
    _, client = drive(lambda tasks: quick(tasks, seconds=2.0), runs=20)
    assert [len(batch) for batch in client.batches] == [1] * 20


@pytest.mark.parametrize("status", [NO_TIME, HELD])
def test_what_a_batch_left_undone_goes_out_again(drive, monkeypatch, status):
    monkeypatch.setattr("synaptoket.studies.sweep.driver.AGAIN", 0.0)
    stopped = []

    def does(tasks):
        outcomes, worker, _ = quick(tasks)
        if len(tasks) > 3 and not stopped:
            stopped.append(tasks[2].number)
            outcomes[2].status = status
            return outcomes[:3], worker, ""
        return outcomes, worker, ""

    counts, client = drive(does)
    assert stopped
    assert counts[DONE] == 200
    assert client.retired == (["one"] if status == NO_TIME else [])


def test_a_sweep_whose_folder_is_gone_ends_with_a_line(drive):
    with pytest.raises(UserError, match="holds no sweep"):
        drive(lambda tasks: ([], "one", "x: holds no sweep (no plan.json)"))
