"""The error of every approximation, one at a time and together, against a run without any.

The reference is in double precision with steps of 0.05 ms, background inputs at every step and
synapses that come and go every 0.1 s. Each variant plays the same connectivity and initial state
under the stress hormone for some seconds of spiking at three hours of biology per second; other
random numbers are part of the difference, so the spread of the reference from seed to seed is
printed beside it.

    python -m benchmarks.accuracy --seeds 5 --seconds 40
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from synaptoket.analysis import interval
from synaptoket.analysis.spikes import irregularity
from synaptoket.circuit import load_circuit
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.engine.standalone import read_spikes
from synaptoket.experiment.recorder import changes

EXACT = {
    "precision": "double",
    "step": "0.05 ms",
    "input_step": "0.05 ms",
    "structural_step": "0.1 s",
}
VARIANTS = {
    "reference": {},
    "steps of 0.1 ms": {"step": "0.1 ms", "input_step": "0.1 ms"},
    "background inputs every 1 ms": {"input_step": "1 ms"},
    "synapses come and go every 1 s": {"structural_step": "1 s"},
    "single precision": {"precision": "single"},
    "all of these, the default": {
        "precision": "single",
        "step": "0.1 ms",
        "input_step": "1 ms",
        "structural_step": "1 s",
    },
}
QUANTITIES = ("pyramidal rate", "PV rate", "SST rate", "CV of intervals", "synapses", "births")
WARM, TIMELAPSE, UNBLOCKING_RATE = 4.0, 3 * 3600.0, 0.22
PLASTIC = "pyramidal_to_pyramidal"

#: No approximation may change a quantity by more than this, or than the spread over seeds.
LARGEST = 3.0


def accuracy(
    neurons: int,
    seeds: int,
    seconds: float,
    jobs: int = 2,
    say=print,
    attempt: Callable = lambda name: nullcontext(),
) -> dict:
    """Measure every variant; one that fails is noted by `attempt` and left out.

    Returns
    -------
    dict
        ``spread``: standard deviation over seeds of each quantity of the reference, in percent;
        ``variants``: for each, the mean difference from the reference in percent with its 95 %
        interval over seeds; ``met``: whether all keep to the bound, None if one was
        not measured and the others do.
    """
    values = {}
    for name, changed in VARIANTS.items():
        with nullcontext() if name == "reference" else attempt(f"accuracy.{name}"):
            values[name] = _played(EXACT | changed, neurons, seeds, seconds, jobs)
            say(f"  {name}: {', '.join(f'{v:.4g}' for v in values[name].mean(axis=0))}")
    reference = values.pop("reference")
    spread = 100 * reference.std(axis=0, ddof=1) / reference.mean(axis=0)
    bound = np.maximum(spread, LARGEST)
    variants, met = {}, True
    for name, found in values.items():
        percent = 100 * (found / reference - 1)
        met = met and bool((np.abs(percent.mean(axis=0)) <= bound).all())
        variants[name] = {
            quantity: [float(x) for x in interval(percent[:, k])[:3]]
            for k, quantity in enumerate(QUANTITIES)
        }
    if met and len(variants) < len(VARIANTS) - 1:
        met = None  # a variant that is missing may break the bound
    return {
        "neurons": neurons,
        "seeds": seeds,
        "seconds": seconds,
        "reference": dict(zip(QUANTITIES, reference.mean(axis=0).tolist(), strict=True)),
        "spread": dict(zip(QUANTITIES, spread.tolist(), strict=True)),
        "variants": variants,
        "met": met,
    }


def _played(numerics: dict, neurons: int, seeds: int, seconds: float, jobs: int) -> np.ndarray:
    """Return the quantities of a variant, shape (seeds, quantities)."""
    overrides = {("numerics", key): value for key, value in numerics.items()}
    made = plan(load_circuit("prefrontal", overrides, neurons=neurons))
    engine = Engine(made, "standalone")
    with ThreadPoolExecutor(jobs) as pool:
        rows = pool.map(lambda seed: _run(made, engine, seed, seconds), range(1, seeds + 1))
        return np.array(list(rows))


def _run(made, engine: Engine, seed: int, seconds: float) -> list[float]:
    steps = round(SEGMENT / SLOW_STEP)
    given = {"nmda_unblocking_rate": UNBLOCKING_RATE, "timelapse": TIMELAPSE, "stress_hormone": 1}
    drives = {name: np.full(steps, given.get(name, 0.0)) for name in made.drives()}
    with engine.worker(seed) as worker, tempfile.TemporaryDirectory() as folder:
        worker.load(initial_state(made, seed))
        for segment in range(round(WARM / SEGMENT)):
            worker.advance(drives, seed * 100_000 + segment)
        before, births = worker.state(), 0
        spikes = Path(folder) / "spikes"
        counted = (f"{PLASTIC}.present", f"{PLASTIC}.births")
        for segment in range(round(seconds / SEGMENT)):
            earlier = [worker.arrays[name].copy() for name in counted]
            state = worker.advance(drives, seed * 100_000 + 1000 + segment, spikes)
            births += int(changes(*earlier, *(state[name] for name in counted))[0].sum())
        sizes = made.circuit.sizes
        rates = [
            (state[f"{name}.spike_count"].sum() - before[f"{name}.spike_count"].sum())
            / (sizes[name] * seconds)
            for name in ("pyramidal", "pv", "sst")
        ]
        index, time = read_spikes(spikes, list(made.populations))["pyramidal"]
        cv, _ = irregularity(index, time, sizes["pyramidal"], seconds)
        return [*rates, cv, float(state[f"{PLASTIC}.present"].sum()), float(births)]


def table(found: dict) -> str:
    """Return the table of errors as Markdown."""
    lines = [
        f"| approximation | {' | '.join(QUANTITIES)} |",
        "|---|" + "---|" * len(QUANTITIES),
        "| the reference itself | "
        + " | ".join(f"{found['reference'][q]:.4g}" for q in QUANTITIES)
        + " |",
        "| its spread over seeds | "
        + " | ".join(f"{found['spread'][q]:.2f} %" for q in QUANTITIES)
        + " |",
    ]
    for name, row in found["variants"].items():
        found_here = map(row.get, QUANTITIES)
        cells = (f"{mean:+.2f} % ({low:+.2f} to {high:+.2f})" for mean, low, high in found_here)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table and, as JSON, the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=40.0, help="of spiking")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    found = accuracy(args.neurons, args.seeds, args.seconds, args.jobs)
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
