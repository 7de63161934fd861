"""What a sweep costs beyond the simulation: 200 runs of 2 s of spiking against bare programs.

    python -m benchmarks.sweeps

A bare program is started, is given a state, plays its segments and ends, in a loop in each of two
processes: no file, no summary, and what it is given lies ready before the clock starts. As every
run needs contacts and a first state, a second loop draws them, too. The sweep does the same with
two workers: as one point with 200 seeds, and as 100 doses with two seeds. The time of its first
and last run tells its pace, without the start of Dask.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path

RUNS, PROCESSES, NEURONS = 200, 2, 400

SCRIPT = """
from synaptoket import Arm, Dose, Experiment, Phase

ketamine = Dose("ketamine", "0.5 mg/kg", duration="40 min", phase="treatment")
experiment = Experiment(
    phases=(Phase("treatment", "{hours} h", timelapse="1 h/s"),),
    arms={{"ketamine": Arm(doses=(ketamine,))}},
)
"""

DOSES = """
[axes.dose]
parameter = "ketamine.dose"
range = ["0.1 mg/kg", "0.5 mg/kg"]
points = {points}
"""


def bare(folder: str, seeds: list[int], segments: int, drawing: bool) -> float:
    """Play the segments of each seed with a program of its own; return the wall seconds."""
    from synaptoket.circuit.connectivity import contacts
    from synaptoket.circuit.initial import constants, initial_state
    from synaptoket.engine.standalone import StandaloneWorker
    from synaptoket.experiment.seed_run import segment_seed
    from synaptoket.studies.sweep.binaries import provide
    from synaptoket.studies.sweep.run_player import RunPlayer
    from synaptoket.studies.sweep.run_task import Task
    from synaptoket.studies.sweep.sweep_folder import SweepFolder

    where = SweepFolder(folder)
    plan = where.load()
    with RunPlayer(where, plan) as player:
        prepared, _ = player.prepared(Task(0, 1, plan.settings(0)))
    binary, schedule = provide(prepared.plan, where.binaries), prepared.schedules["ketamine"]

    def drawn(seed: int) -> tuple:
        first = {**initial_state(prepared.plan, seed), **constants(prepared.plan)}
        return contacts(prepared.plan.circuit, seed), first

    at_hand = {} if drawing else {seed: drawn(seed) for seed in set(seeds)}
    began = time.monotonic()
    for seed in seeds:
        ends, state = drawn(seed) if drawing else at_hand[seed]
        with StandaloneWorker(binary, ends) as worker:
            worker.load(state)
            for at in range(segments):
                worker.advance(schedule.segment(at), segment_seed(seed, at))
    return time.monotonic() - began


def swept(folder: Path, name: str, segments: int, points: int, seeds: int) -> tuple[Path, float]:
    """Run a sweep of points and seeds; return its folder and its pace in runs a second."""
    from synaptoket.cli import main
    from synaptoket.studies.sweep.sweep_folder import SweepFolder
    from synaptoket.studies.sweep.table import rates

    script, file, out = folder / "short.py", folder / f"{name}.toml", folder / name
    script.write_text(SCRIPT.format(hours=2 * segments))
    text = f"neurons = {NEURONS}\nseeds = {seeds}\n"
    file.write_text(text + (DOSES.format(points=points) if points > 1 else ""))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        words = ["--experiment", str(script), "--out", str(out), "--jobs", str(PROCESSES)]
        main(["sweep", str(file), *words])
    ends = [end for end, _ in rates(SweepFolder(out))]
    late = ends[len(ends) // 4 :]  # the first runs import what they need
    return out, (len(late) - 1) / (late[-1] - late[0])


def measured(folder: Path, segments: int, points: int, seeds: int) -> str:
    """Return in lines how fast a sweep is, and how fast bare programs are, in runs a second."""
    out, pace = swept(folder, f"{segments}x{points}x{seeds}", segments, points, seeds)
    given = [1 + run % seeds for run in range(points * seeds)]
    shares = [given[k::PROCESSES] for k in range(PROCESSES)]
    lines = [f"{2 * segments} s of spiking, points x seeds = {points} x {seeds}: "
             f"{pace:.2f} runs/s"]  # fmt: skip
    for drawing, label in ((False, "programs alone"), (True, "with contacts and state drawn")):
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            taken = pool.starmap(bare, [(str(out), part, segments, drawing) for part in shares])
        loops = points * seeds / statistics.mean(taken)
        beyond = 1000 * PROCESSES * (1 / pace - 1 / loops)
        lines.append(f"  bare, {label}: {loops:.2f} runs/s; the sweep does {100 * pace / loops:.0f}"
                     f" % of it, {beyond:.0f} ms a run more")  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for segments, points, seeds in (
            (1, 1, RUNS), (1, RUNS // 2, 2), (30, 1, RUNS // 5), (120, 1, RUNS // 10),
        ):  # fmt: skip
            print(measured(Path(scratch), segments, points, seeds), flush=True)
