"""PBS, LSF and SGE: the commands of an imitation take the job scripts and run them here."""

import os
import subprocess

import pytest

pytestmark = pytest.mark.usefixtures("needs_compiler")

#: Each takes a job script, as a file or from standard input, runs it, and tells a number.
SUBMIT = """#!/bin/bash
cat "${{1:-/dev/stdin}}" > {folder}/job.$$
setsid bash {folder}/job.$$ > {folder}/job.$$.log 2>&1 < /dev/null &
echo $! >> {folder}/processes
echo "Job <$$> has been handed in"
"""
SUBMIT_PBS = SUBMIT.replace('echo "Job <$$> has been handed in"', 'echo "$$.imitation"')
SUBMIT_SGE = SUBMIT.replace("Job <$$> has been handed in", "Your job $$ has been submitted")


@pytest.fixture
def imitation(tmp_path):
    """Return a function that makes the commands of a scheduler, and where their jobs are."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def make(submit, text, cancel):
        for name, script in ((submit, text.format(folder=folder)), (cancel, "#!/bin/bash\n")):
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        return folder

    yield make
    for process in (folder / "processes").read_text().split():
        subprocess.run(["pkill", "-g", process], check=False)


@pytest.mark.parametrize(
    ("on", "submit", "text", "cancel", "asked"),
    [("pbs", "qsub", SUBMIT_PBS, "qdel", ["#PBS -q short", "#PBS -l walltime=0:10:00"]),
     ("lsf", "bsub", SUBMIT, "bkill", ["#BSUB -q short", "#BSUB -W 0:10:00"]),
     ("sge", "qsub", SUBMIT_SGE, "qdel", ["#$ -q short", "#$ -l h_rt=0:10:00"])],
)  # fmt: skip
def test_jobs_are_handed_in_and_do_the_runs(
    on, submit, text, cancel, asked, imitation, sweep_file, doses, tmp_path, command
):
    folder = imitation(submit, text, cancel)
    wanted = ["--jobs", "1", "--partition", "short", "--walltime", "0:10:00", "--memory", "1 GB"]
    words = command("sweep", sweep_file(doses), "--on", on, "--out", tmp_path / "out", *wanted)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120,
                          env={**os.environ, "PATH": path})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3 runs: 3 done, 0 running, 0 failed, 0 missing" in done.stdout
    (script,) = [p.read_text() for p in folder.glob("job.*") if not p.name.endswith(".log")]
    for line in asked:
        assert line in script
    assert "SYNAPTOKET_JOB_END" in script
