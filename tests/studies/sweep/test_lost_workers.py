"""What a worker that takes a run concludes from what an earlier one has left."""

import json
import os
import subprocess
import sys
import time

import pytest

from synaptoket.studies.sweep.lost_workers import ALLOWED, forget, verdict
from synaptoket.studies.sweep.sweep_folder import STALE, SweepFolder


@pytest.fixture
def left(tmp_path):
    """Return a function that leaves the marker of a worker, by default of one that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    def leave(log="", deaths=0, whole=None, began=0.0, touched=None, **told):
        (tmp_path / "logs").mkdir(exist_ok=True)
        (tmp_path / "logs/job.err").write_text(log)
        where = SweepFolder(tmp_path)
        where.marker(7).parent.mkdir(exist_ok=True)
        marker = {"host": os.uname().nodename, "pid": ended.pid, "job": "", "deaths": deaths,
                  "log": "job.err", "started": began, "began": began,
                  "whole": whole}  # fmt: skip
        where.marker(7).write_text(json.dumps(marker | told))
        if touched is not None:
            os.utime(where.marker(7), (touched, touched))
        return verdict(where, 7)

    return leave


def test_a_run_that_nobody_began_has_no_deaths(tmp_path):
    found = verdict(SweepFolder(tmp_path), 7)
    assert (found.count, found.message) == (0, "")


def test_a_worker_that_lives_keeps_its_run_until_it_gives_no_sign(left):
    assert left(pid=os.getppid()) is None
    assert left(host="elsewhere") is None
    assert left(host="elsewhere", touched=time.time() - STALE - 1).count == 1


def test_a_machine_that_is_lost_is_tried_again_but_not_for_ever(left):
    assert left(log="*** JOB 3 ON n1 CANCELLED AT 10:00 ***").message == ""
    assert left(deaths=ALLOWED - 2).message == ""
    assert f"{ALLOWED} workers died over it" in left(deaths=ALLOWED - 1).message


def test_memory_is_told_at_once(left):
    assert "out of memory" in left(log="error: Exceeded job memory limit").message


def test_a_walltime_is_too_short_only_for_a_run_that_had_most_of_it(left):
    now = time.time()
    job = {"whole": 60.0, "began": now - 60, "touched": now}
    assert "walltime is too short" in left(started=now - 55, **job).message
    assert left(started=now - 10, **job).message == ""  # it began late in its job
    assert left(**job | {"touched": now - 40}).message == ""  # it was lost long before the end


def test_workers_that_the_user_stopped_are_forgotten_but_no_others(left, tmp_path):
    where = SweepFolder(tmp_path)
    for told, stays in (({"pid": os.getppid()}, True), ({"host": "elsewhere"}, True),
                        ({"job": "3"}, True), ({}, False)):  # fmt: skip
        left(**told)
        forget(where)
        assert where.marker(7).is_file() == stays
