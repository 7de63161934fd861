"""What a user writes about jobs reaches the shell as it was meant, or not at all."""

import os
import subprocess
import sys

import pytest

from synaptoket.cli import main
from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep.job_request import check_request, directive_path
from synaptoket.studies.sweep.shards import slurm_array
from synaptoket.studies.sweep.sweep_file import ClusterTable
from synaptoket.studies.sweep.sweep_folder import SweepFolder

#: A folder whose name a shell would run, were it not between quotes.
HOSTILE = "-a b$(touch bad)'\"`touch bad`%j;touch bad"


@pytest.mark.parametrize("key", ["partition", "account", "interface"])
@pytest.mark.parametrize("text", ["a\ntouch bad", "$(touch bad)", "a b", "-x", "a;b", "", "é"])
def test_names_are_names(key, text):
    with pytest.raises(UserError, match="expected a name of letters, digits") as caught:
        check_request(ClusterTable(**{key: text}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "given"),
    [("walltime", "1:00:00\n"), ("walltime", "1:00:00; touch bad"), ("walltime", "٣:00:00"),
     ("memory", "2 GB\n#SBATCH --x"), ("memory", "$(touch bad)"),
     ("prologue", ["a\nb"]), ("options", ["--x\rtouch bad"]), ("options", ["\x1b[2J"])],
)  # fmt: skip
def test_times_amounts_and_lines_are_one_line_of_their_kind(key, given):
    with pytest.raises(UserError, match="expected"):
        check_request(ClusterTable(**{key: given}))


def test_a_partition_of_a_sweep_file_is_refused_before_anything_is_written(
    sweep_file, doses, tmp_path, capsys
):
    path = sweep_file(doses + '\n[cluster]\npartition = "main\\n#SBATCH --wrap=id"\n')
    words = ["--experiment", str(path.with_name("short.py")), "--out", str(tmp_path / "out")]
    for more in ([], ["--script", "slurm"]):
        assert main(["sweep", str(path), *words, *more]) == 2
        assert "--partition 'main\\n#SBATCH --wrap=id': expected a name" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_schedulers_whose_quotes_are_unknown_get_no_folder_that_needs_some(tmp_path):
    assert directive_path(tmp_path, "pbs") == str(tmp_path)
    for name in ("a b", "a$(b)", "50%"):
        with pytest.raises(UserError, match="folders of letters, digits"):
            directive_path(tmp_path / name, "sge")
    for on in ("slurm", "lsf"):
        with pytest.raises(UserError, match="without control characters"):
            directive_path(tmp_path / "a\nb", on)


def test_the_job_array_of_a_folder_of_any_name_does_a_share_and_nothing_else(
    sweep_file, doses, tmp_path, monkeypatch
):
    """The script itself is run, as a job of Slurm runs it."""
    work = tmp_path / HOSTILE
    work.mkdir()
    path = sweep_file(doses)
    for file in (path, path.with_name("short.py")):
        file.rename(work / file.name)
    monkeypatch.chdir(work)
    (work / "numpy.py").write_text("open('bad', 'w')")  # must not be imported
    words = ["sweep", "short.toml", "--experiment", "short.py", "--out", "-out", "--script",
             "slurm", "--shards", "3", "--prologue", "export SEEN=1"]  # fmt: skip
    begin = subprocess.run([sys.executable, "-P", "-m", "synaptoket", *words],
                           capture_output=True, text=True, check=False)  # fmt: skip
    assert begin.returncode == 0, begin.stderr
    script = work / "array.sh"
    script.write_text(begin.stdout)
    for line in begin.stdout.splitlines():
        assert line.startswith(("#!", "#SBATCH --", "export ", sys.executable)) or not line
    job = {**os.environ, "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_JOB_ID": "7"}
    done = subprocess.run(["bash", str(script)], env=job, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert SweepFolder("-out").done() == {0}
    assert not list(tmp_path.rglob("bad"))


def test_lines_for_shell_and_scheduler_stand_where_they_belong(tmp_path):
    cluster = ClusterTable(prologue=["module load x"], options=["--constraint=avx2"])
    lines = slurm_array(["true"], 2, cluster, tmp_path).splitlines()
    assert lines.index("#SBATCH --constraint=avx2") < lines.index("module load x")
    assert lines[-1].startswith("true --shard")
