"""The files of the seeds of a run: opened together, closed together when something goes wrong."""

import h5py
import pytest
from small_experiment import ARMS, PHASES

from synaptoket import Experiment, UserError
from synaptoket.experiment.prepare import prepare
from synaptoket.experiment.run_files import RunFiles
from synaptoket.experiment.run_options import RunOptions
from synaptoket.experiment.seed_run import SeedRun
from synaptoket.results import open_results
from synaptoket.results.in_memory import ResultsInMemory


@pytest.fixture
def run(small, tmp_path):
    options = RunOptions((1, 2), tmp_path, **small)
    return prepare(Experiment(PHASES, ARMS), options), options


def about(seed):
    return {"experiment": "x", "seed": seed}


def open_both(run, folder, error=None):
    """Open the files of both seeds, and raise an error."""
    with RunFiles(*run) as files:
        for seed in (1, 2):
            files.open(seed, folder / f"seed_{seed}.h5", about(seed))
        if error is not None:
            raise error


def test_a_seed_without_a_path_stays_in_memory(run, tmp_path):
    with RunFiles(*run) as files:
        assert isinstance(files.open(1, None, about(1)), ResultsInMemory)
        assert files[1].arms == list(ARMS)
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_unfinished_files_that_can_be_opened(run, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        open_both(run, tmp_path, KeyboardInterrupt)
    for seed in (1, 2):
        assert open_results(tmp_path / f"seed_{seed}.h5.part").attrs["complete"] == 0


def test_a_file_that_cannot_be_opened_closes_those_that_are(run, tmp_path):
    (tmp_path / "seed_2.h5").write_text("precious")
    with pytest.raises(UserError, match="--overwrite replaces it"):
        open_both(run, tmp_path)
    with h5py.File(tmp_path / "seed_1.h5.part", "r+") as file:  # nobody else writes to it
        assert file.attrs["seed"] == 1


def test_a_finished_seed_has_its_name_and_its_wall_time(run, tmp_path):
    with RunFiles(*run) as files:
        files.open(1, tmp_path / "seed_1.h5", about(1))
        files.finish(1)
    with h5py.File(tmp_path / "seed_1.h5") as file:
        assert file.attrs["complete"] == 1
        assert file.attrs["wall_seconds"] >= 0


def test_a_fresh_run_draws_its_contacts_from_its_own_seed():
    assert SeedRun.fresh(4) == SeedRun(4, connectivity_seed=4, start_segment=0, start=None)
    assert SeedRun(4, 1, start_segment=3).segment_seed(2) == SeedRun.fresh(4).segment_seed(5)
