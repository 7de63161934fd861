"""Our side of the benchmark: what a process of its own measures and prints as JSON.

python -m benchmarks.ours spiking --seconds 10
python -m benchmarks.ours ten_sets --ampa-weights 0.22 0.23 --cache build/empty
python -m benchmarks.ours structure
python -m benchmarks.ours scale --neurons 5000 --in-degree 1000
python -m benchmarks.ours overhead
"""

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Lock

import numpy as np

from synaptoket.circuit import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine

#: Biology runs three hours for each second of spiking.
TIMELAPSE = 3 * 3600.0
UNBLOCKING_RATE = 0.22
STRUCTURAL_RULES = ("protein_formation", "spine_stages", "spine_size", "ampa_insertion")
PLASTIC = "pyramidal_to_pyramidal"


def planned(neurons: int = 1000, structure: bool = True, in_degree: int | None = None):
    """Return the plan of the prefrontal circuit.

    `in_degree` replaces the number of potential contacts of a pyramidal cell; the share of them
    that exists is changed in inverse proportion, so that the circuit is as active as before.
    """
    overrides = {} if structure else {("rules", r, "enabled"): False for r in STRUCTURAL_RULES}
    circuit = load_circuit("prefrontal", overrides, neurons=neurons)
    if in_degree:
        usual = float(circuit.projections[PLASTIC].in_degree)
        filling = float(circuit.rules["structure"].constants["filling_fraction"])
        overrides["projections", PLASTIC, "in_degree"] = in_degree
        overrides["rules", "structure", "filling_fraction"] = filling * usual / in_degree
        circuit = load_circuit("prefrontal", overrides, neurons=neurons)
    return plan(circuit)


def drives(made) -> dict[str, np.ndarray]:
    """Return what a segment is fed: neither drug nor stress, a constant time-lapse."""
    steps = round(SEGMENT / SLOW_STEP)
    given = {"timelapse": TIMELAPSE, "nmda_unblocking_rate": UNBLOCKING_RATE}
    return {name: np.full(steps, given.get(name, 0.0)) for name in made.drives()}


class Run:
    """A worker that is stepped on from segment to segment.

    Parameters
    ----------
    made : CircuitPlan
        The circuit.
    seed : int
        Seed of connectivity, initial state and course.
    state : dict of str to ndarray, optional
        Values that replace some of the initial state.
    engine : Engine, optional
        One that exists already, for a plan of the same text.
    """

    def __init__(self, made, seed=1, state=None, engine=None):
        self.plan, self.seed, self.segment = made, seed, 0
        self.drives = drives(made)
        before = children()
        self.worker = (engine or Engine(made, "standalone")).worker(seed)
        self.process = (children() - before).pop()
        self.worker.load(initial_state(made, seed) | (state or {}))
        self.counts = dict.fromkeys(made.populations, 0)
        self.structure: dict[str, int] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.worker.close()

    def play(self, seconds: float) -> dict:
        """Play some seconds of spiking; return wall and processor time per second, and rates."""
        segments = max(round(seconds / SEGMENT), 1)
        before, wall, busy = self.counts, [], busy_seconds(self.process)
        for _ in range(segments):
            started = time.perf_counter()
            state = self.worker.advance(self.drives, self.seed * 100_000 + self.segment)
            wall.append(time.perf_counter() - started)
            self.segment += 1
        busy = busy_seconds(self.process) - busy
        self._count(state)
        after, played = self.counts, segments * SEGMENT
        sizes = self.plan.circuit.sizes
        return {
            "step": self.plan.circuit.numerics.step,
            "sizes": sizes,
            "seconds_per_second": sum(wall) / played,
            "processor_seconds_per_second": busy / played,
            "rates": {n: float(after[n] - before[n]) / sizes[n] / played for n in sizes},
        }

    def _count(self, state) -> None:
        """Note the spikes of each population so far, and the contacts that bear a spine."""
        self.counts = {n: int(state[f"{n}.spike_count"].sum()) for n in self.plan.populations}
        present, births = state[f"{PLASTIC}.present"], state[f"{PLASTIC}.births"]
        self.structure = {
            "potential": int(present.size),
            "present": int(present.sum()),
            "births": int(births.sum()),
        }


def children() -> set[int]:
    """Return the processes that this one has started and that still live."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def memory(process: int | str = "self") -> dict[str, int]:
    """Return peak and shared resident memory of a process in bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    entries = dict(line.split(":", 1) for line in lines)
    return {key: int(entries[key].split()[0]) * 1024 for key in ("VmHWM", "RssShmem")}


def busy_seconds(process: int, waiting: bool = False) -> float:
    """Return the time that a process has spent on a processor, or also waiting for one."""
    fields = Path(f"/proc/{process}/schedstat").read_text().split()
    return sum(map(int, fields[: 1 + waiting])) * 1e-9


def spiking(args) -> dict:
    """Return seconds per second of spiking, rates and synapses at one size."""
    with Run(planned(args.neurons), args.seed) as run:
        run.play(SEGMENT)
        played = run.play(args.seconds)
        return played | run.structure


def structure(args) -> dict:
    """Return seconds per second with structural plasticity on and off, in alternation."""
    wall, busy = {True: [], False: []}, {True: [], False: []}
    with Run(planned(args.neurons), args.seed) as on, \
         Run(planned(args.neurons, structure=False), args.seed) as off:  # fmt: skip
        runs = {True: on, False: off}
        for run in runs.values():
            run.play(2 * SEGMENT)
        rates = {True: [], False: []}
        for _ in range(max(round(args.seconds / SEGMENT), 1)):
            for key, run in runs.items():
                played = run.play(SEGMENT)
                wall[key].append(played["seconds_per_second"])
                busy[key].append(played["processor_seconds_per_second"])
                rates[key].append(list(played["rates"].values()))
        mean = {key: np.mean(values, axis=0) for key, values in rates.items()}
        names = list(on.plan.populations)
        return {
            "on": median(wall[True]),
            "off": median(wall[False]),
            "processor_ratio": median(busy[True]) / median(busy[False]),
            "rates": dict(zip(names, mean[True].tolist(), strict=True)),
            "rates_off": dict(zip(names, mean[False].tolist(), strict=True)),
            "births": on.structure["births"],
            "births_off": off.structure["births"],
        }


def ten_sets(args) -> dict:
    """Play one run for each AMPA weight, two at once; one compilation serves them all."""
    started = time.perf_counter()
    made = planned(args.neurons)
    engine = Engine(made, "standalone")
    compiled = time.perf_counter() - started
    run_lock = Lock()  # a run finds its process as the one that is new

    def play(weight: float) -> dict:
        state = {f"{PLASTIC}.ampa_weight": np.array([weight * 1e-9])}
        with run_lock:
            run = Run(made, args.seed, state, engine)
        with run:
            return run.play(args.seconds)

    with ThreadPoolExecutor(args.workers) as pool:
        played = list(pool.map(play, args.ampa_weights))
    return {
        "engine": compiled,
        "step": made.circuit.numerics.step,
        "sizes": made.circuit.sizes,
        "wall": time.perf_counter() - started,
        "rates": [run["rates"] for run in played],
    }


def scale(args) -> dict:
    """Return time and memory at one size; the binary must be in the cache."""
    with Run(planned(args.neurons, in_degree=args.in_degree), args.seed) as run:
        run.play(SEGMENT)
        played = run.play(args.seconds)
        own, binary = memory(), memory(run.process)
        contacts = {name: group.size for name, group in run.plan.projections.items()}
        # what both processes have mapped is in memory once
        shared = min(own["RssShmem"], binary["RssShmem"])
        return played | run.structure | {
            "neurons": args.neurons,
            "potential_synapses": sum(contacts.values()),
            "contacts": contacts,
            "python_bytes": own["VmHWM"],
            "binary_bytes": binary["VmHWM"],
            "shared_bytes": shared,
            "peak_bytes": own["VmHWM"] + binary["VmHWM"] - shared,
        }  # fmt: skip


def compile_only(args) -> dict:
    """Bring the binary of one size into the cache; return how long it took and the peak."""
    started = time.perf_counter()
    Engine(planned(args.neurons, not args.off, args.in_degree), "standalone")
    return {"seconds": time.perf_counter() - started, "python_bytes": memory()["VmHWM"]}


def overhead(args) -> dict:
    """Return what a segment costs beyond the simulation, in milliseconds."""
    with Run(planned(args.neurons), args.seed) as run:
        run.play(2 * SEGMENT)
        costs = [_beyond(run) for _ in range(max(round(args.seconds / SEGMENT), 3))]
    return {"milliseconds": 1000 * median(costs)}


def _beyond(run: Run) -> float:
    before, started = run.worker.simulated, time.perf_counter()
    run.play(SEGMENT)
    return time.perf_counter() - started - (run.worker.simulated - before)


def arguments(given=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=sorted(COMMANDS))
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of spiking")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in-degree", type=int, help="potential contacts of a pyramidal cell")
    parser.add_argument("--ampa-weights", type=float, nargs="+", metavar="NS", help="of ten_sets")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--off", action="store_true", help="without structural plasticity")
    parser.add_argument("--cache", help="folder of compiled circuits")
    return parser.parse_args(given)


COMMANDS = {
    "compile": compile_only,
    "overhead": overhead,
    "scale": scale,
    "spiking": spiking,
    "structure": structure,
    "ten_sets": ten_sets,
}


def main():
    """Measure one thing and print it."""
    args = arguments()
    if args.cache:
        os.environ["SYNAPTOKET_CACHE"] = args.cache
    print(json.dumps(COMMANDS[args.what](args)))


if __name__ == "__main__":
    main()
