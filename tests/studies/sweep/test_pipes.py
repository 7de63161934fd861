"""A pipe among the files of a sweep is passed over, and not waited for."""

import os

from synaptoket.studies.sweep.sweep_folder import SweepFolder
from synaptoket.studies.sweep.table import rates


def test_a_pipe_in_the_journal_is_passed_over(tmp_path):
    where = SweepFolder(tmp_path)
    where.make()
    os.mkfifo(where.journal / "a.csv")
    (where.journal / "b.csv").write_text("0,done,x,10.0,2.0\n")
    assert rates(where) == [(12.0, 2.0)]
