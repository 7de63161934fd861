"""Find the references and the free constants of the chain from spikes to synapses.

    python models/calibration/chain.py references --write
    python models/calibration/chain.py search --minutes 20 --jobs 2 --out results/chain.json

`references` measures, in a healthy circuit, what the rules call the healthy value: dendritic
calcium, BDNF release, efficacy. `search` draws sets of the free constants within their prior
ranges, plays the headline experiment with three arms for one seed, and scores how far its
outcome lies outside the calibration targets (F8, F10 and the depth of the lesion). What the
antagonists do, the time course after the third day and everything else is never fitted.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import numpy as np
from rewrite import rewrite

from synaptoket.analysis.summary import lookup, summary
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.circuit.schema import load_circuit
from synaptoket.engine import Engine
from synaptoket.experiment import RunOptions, run
from synaptoket.library import experiment_path, load_experiment
from synaptoket.progress import NoProgress
from synaptoket.results import open_results

#: Free constant: prior range. The first three set how steeply signal follows activity.
PRIORS = {
    "rules.mtorc1.mtorc1_half": (2.0, 5.0),
    "rules.mtorc1.mtorc1_cooperativity": (2.0, 5.0),
    "rules.spine_turnover.assembly_half": (1.5, 4.0),
    "rules.spine_turnover.elimination_stress_gain": (2.0, 10.0),
}

#: Read-out of the experiment: accepted range.
TARGETS = {
    "stress_loss": (12.0, 25.0),
    "control_drift": (-4.0, 4.0),
    "count_48h": (92.0, 110.0),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["references", "search"])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60, help="spiking time of references")
    parser.add_argument("--out", type=Path, default=Path("results/chain.json"))
    parser.add_argument("--write", action="store_true", help="write the result into the TOML")
    return parser.parse_args()


def references(options) -> dict[str, float]:
    """Return the healthy values, after the circuit has settled at a quiet week's time-lapse.

    What would act on a wrong reference while the right one is measured is switched off.
    """
    opened = ("mtorc1", "synaptic_protein", "synaptic_scaling")
    overrides = {("rules", name, "enabled"): False for name in opened}
    made = plan(load_circuit(options.circuit, overrides, options.neurons))
    worker = Engine(made, announce=print).worker(options.seed)
    worker.load(initial_state(made, options.seed))
    drives = {"timelapse": np.full(round(SEGMENT / SLOW_STEP), 3 * 3600.0)}
    segments = round(options.seconds / SEGMENT)
    readings = []
    for k in range(segments):
        state = worker.advance(drives, options.seed * 1000 + k)
        present = state["pyramidal_to_pyramidal.present"] > 0
        readings.append(
            (
                state["pyramidal.dendritic_calcium"].mean(),
                state["neuropil.release_estimate"][0],
                state["pyramidal_to_pyramidal.efficacy"][present].mean(),
                state["neuropil.rate_estimate"][0],
                state["pyramidal.resting_nmda"].mean(),
                state["pyramidal.synaptic_scale"].mean(),
            )
        )
    worker.close()
    calcium, release, efficacy, rate, resting, scale = np.mean(readings[segments // 2 :], axis=0)
    print(f"pyramidal rate {rate:.2f} Hz, synaptic scale {scale:.3f}")
    # the mean synapse transmits one unit: the span of efficacies stays, its place follows
    low = 1 - 0.9 * efficacy
    return {
        "rules.synaptic_scaling.scaling_target": calcium,
        "rules.bdnf.release_reference": f"{release:.4g} Hz",
        "rules.eef2_kinase.resting_reference": resting,
        "rules.calcium_plasticity.initial_efficacy": efficacy,
        "rules.calcium_plasticity.efficacy_low": low,
        "rules.calcium_plasticity.efficacy_high": low + 0.9,
    }


def outcome(values: dict[str, float], options, seed: int) -> dict[str, float]:
    """Play three arms of the headline experiment and return the read-outs."""
    loaded = load_experiment(experiment_path("stress_and_ketamine"))
    arms = {name: loaded.arms[name] for name in ("control", "stress_vehicle", "stress_ketamine")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.h5"
        settings = tuple(f"{name}={value:.4g}" for name, value in values.items())
        run(
            replace(loaded, arms=arms),
            RunOptions((seed,), path, 1, options.neurons, settings, circuit=options.circuit),
            progress=NoProgress,
        )
        tree = open_results(path)
        entries = summary(tree)
        found = {
            key: float(lookup(entries, key, "stress_ketamine")["mean"])
            for key in (
                "stress_loss",
                "count_24h",
                "count_48h",
                "count_72h",
                "count_7d",
                "gain_24h",
            )
        }
        count = tree["control"]["synapse_count"].sel(projection="pyramidal_to_pyramidal")
        count = count.squeeze("seed").values
        found["control_drift"] = 100 * float(count[-1] / count[0] - 1)
        for name in ("bdnf", "protein", "glutamate"):
            found[name] = float(tree["stress_ketamine"][name].max())
    return found


def cost(found: dict[str, float]) -> float:
    """Return how far read-outs lie outside their ranges, in widths of the range, squared."""
    total = 0.0
    for name, (low, high) in TARGETS.items():
        outside = max(low - found[name], found[name] - high, 0.0) / (high - low)
        total += outside**2
    return total


def evaluate(values: dict[str, float], options) -> dict:
    """Return a set with its read-outs and their cost."""
    found = outcome(values, options, options.seed)
    return {"cost": cost(found), "values": values, "found": found}


def search(options) -> list[dict]:
    """Return the sets drawn, best first."""
    generator = np.random.default_rng(options.seed)
    base = load_circuit(options.circuit)
    current = {
        name: float(base.rules[name.split(".")[1]].constants[name.split(".")[2]]) for name in PRIORS
    }
    ranked: list[dict] = []
    end = time.monotonic() + options.minutes * 60

    def draw() -> dict[str, float]:
        centre = ranked[0]["values"] if ranked else current
        drawn = {}
        for name, (low, high) in PRIORS.items():
            wide = generator.random() < 0.3
            value = generator.uniform(low, high) if wide else centre[name]
            value += 0.1 * (high - low) * generator.standard_normal()
            drawn[name] = float(np.clip(value, low, high))
        return drawn

    with ProcessPoolExecutor(options.jobs) as pool:
        batch = [current] + [draw() for _ in range(options.jobs - 1)]
        while time.monotonic() < end:
            for entry in pool.map(evaluate, batch, repeat(options)):
                ranked = sorted([*ranked, entry], key=lambda e: e["cost"])
                shown = {k: round(v, 2) for k, v in {**entry["values"], **entry["found"]}.items()}
                print(f"{entry['cost']:.3f}", shown, flush=True)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(ranked, indent=1))
            batch = [draw() for _ in range(options.jobs)]
    return ranked


if __name__ == "__main__":
    options = arguments()
    if options.task == "references":
        best = references(options)
    else:
        ranked = search(options)
        best = ranked[0]["values"]
        print(json.dumps(ranked[0], indent=1))
    for name, value in best.items():
        print(f"{name:45s} {value}")
    if options.write:
        shown = {k: v if isinstance(v, str) else float(f"{v:.4g}") for k, v in best.items()}
        rewrite(options.circuit, shown)
