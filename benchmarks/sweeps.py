"""What a sweep costs beyond the simulation: 200 runs of 2 s of spiking against bare programs.

    python -m benchmarks.sweeps

A bare run starts the compiled program with the connectivity and state of a seed, plays one segment
and ends it, in a loop in each of two processes: no file, no summary. The sweep does the same
segments as 200 runs, with two workers; the time of its first and last run tells its pace, without
the start of Dask.
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
    phases=(Phase("treatment", "{hours} h", timelapse="3600"),),
    arms={{"ketamine": Arm(doses=(ketamine,))}},
)
"""


def bare(folder: str, seeds: range, segments: int) -> float:
    """Play the segments of each seed with a program of its own; return the wall seconds."""
    from synaptoket.circuit.connectivity import contacts
    from synaptoket.circuit.initial import constants, initial_state
    from synaptoket.engine.standalone import StandaloneWorker
    from synaptoket.session import segment_seed
    from synaptoket.sweep.binaries import provide
    from synaptoket.sweep.folder import SweepFolder
    from synaptoket.sweep.running import Task, ready

    where = SweepFolder(folder)
    plan = where.load()
    prepared, _ = ready(folder, plan, plan.experiment(), Task(0, 1, {}))
    binary, schedule = provide(prepared.plan, where.binaries), prepared.schedules["ketamine"]
    began = time.monotonic()
    for seed in seeds:
        worker = StandaloneWorker(binary, contacts(prepared.plan.circuit, seed))
        worker.load({**initial_state(prepared.plan, seed), **constants(prepared.plan)})
        for at in range(segments):
            worker.advance(schedule.segment(at), segment_seed(seed, at))
        worker.close()
    return time.monotonic() - began


def measured(segments: int, runs: int, folder: Path) -> str:
    """Return one line: runs in a second of bare programs and of a sweep, and their ratio."""
    from synaptoket.cli import main
    from synaptoket.sweep.folder import SweepFolder
    from synaptoket.sweep.table import rates

    script, file, out = folder / "short.py", folder / f"runs{segments}.toml", folder / f"{segments}"
    script.write_text(SCRIPT.format(hours=2 * segments))
    file.write_text(f'experiment = "{script}"\nneurons = {NEURONS}\nseeds = {runs}\n')
    began = time.monotonic()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        main(["sweep", str(file), "--out", str(out), "--jobs", str(PROCESSES)])
    whole = time.monotonic() - began
    ends = [end for end, _ in rates(SweepFolder(out))]
    # the first runs import what they need; the pace is that of the later three quarters
    late = ends[len(ends) // 4 :]
    pace = (len(late) - 1) / (late[-1] - late[0])
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        share = runs // PROCESSES
        parts = [range(1 + k * share, 1 + (k + 1) * share) for k in range(PROCESSES)]
        taken = pool.starmap(bare, [(str(out), part, segments) for part in parts])
    loops = runs / statistics.mean(taken)
    beyond = PROCESSES / pace - PROCESSES / loops
    return (f"{2 * segments:4d} s of spiking: bare {loops:.2f} runs/s, sweep {pace:.2f} runs/s "
            f"({100 * pace / loops:.0f} %), {1000 * beyond:.0f} ms a run beyond the simulation; "
            f"{whole:.0f} s for all {runs} runs with start and end")  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for spiking, count in ((1, RUNS), (30, RUNS // 5), (120, RUNS // 10)):
            print(measured(spiking, count, Path(scratch)), flush=True)
