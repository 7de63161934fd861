"""Find weights and inputs of the prefrontal circuit that meet its calibration targets.

    python models/calibration/circuit.py --minutes 20 --jobs 2 --out results/calibration.json

An evolutionary search within the prior ranges below. Each candidate is simulated without a drug,
at the free brain concentrations of an antidepressant dose and of an anaesthetic one, with the
learning rules at rest, and scored by how far it lies outside the targets (findings 3.1, 3.5,
3.11 and F5, F6 of the literature table; rates and irregularity of the main circuit). Nothing
downstream of the spikes is looked at. ``--write`` puts the best set into the circuit's file.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from rewrite import rewrite

from synaptoket.analysis.spikes import irregularity
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.circuit.schema import load_circuit
from synaptoket.engine.binary import compiled
from synaptoket.engine.standalone import StandaloneWorker, read_spikes
from synaptoket.pharmacology import load_drug
from synaptoket.quantities import Quantity

#: Free parameter: prior range, from the orders of magnitude of cortical slice recordings.
PRIORS = {
    "populations.pyramidal.background_rate": ("50 Hz", "1500 Hz"),
    "populations.pyramidal.background_weight": ("1 nS", "15 nS"),
    "populations.pyramidal.tonic_nmda_conductance": ("5 nS", "60 nS"),
    "populations.pyramidal.potassium_increment": ("1 nS", "15 nS"),
    "populations.pv.background_rate": ("50 Hz", "1500 Hz"),
    "populations.pv.background_weight": ("0.1 nS", "4 nS"),
    "populations.pv.tonic_nmda_conductance": ("0.5 nS", "5 nS"),
    "populations.pv.glun2ab_share": (0.5, 0.95),
    "populations.sst.background_rate": ("50 Hz", "1500 Hz"),
    "populations.sst.background_weight": ("0.03 nS", "3 nS"),
    "populations.sst.tonic_nmda_conductance": ("3 nS", "20 nS"),
    "populations.sst.glun2ab_share": (0.05, 0.5),
    "populations.sst.potassium_increment": ("0.5 nS", "10 nS"),
    "projections.pyramidal_to_pyramidal.ampa_weight": ("0.1 nS", "0.6 nS"),
    "projections.pyramidal_to_pyramidal.nmda_weight": ("0.1 nS", "0.8 nS"),
    "projections.pyramidal_to_pv.ampa_weight": ("0.05 nS", "1.2 nS"),
    "projections.pyramidal_to_pv.nmda_weight": ("0.05 nS", "0.8 nS"),
    "projections.pyramidal_to_sst.ampa_weight": ("0.05 nS", "0.6 nS"),
    "projections.pyramidal_to_sst.nmda_weight": ("0.05 nS", "0.6 nS"),
    "projections.pv_to_pyramidal.gaba_weight": ("0.3 nS", "3 nS"),
    "projections.pv_to_pv.gaba_weight": ("0.3 nS", "3 nS"),
    "projections.sst_to_pyramidal.gaba_weight": ("0.5 nS", "12 nS"),
    "projections.sst_to_pv.gaba_weight": ("0.1 nS", "3 nS"),
}

#: Read-out: accepted range. Ratios are to the drug-free circuit.
TARGETS = {
    "pyramidal": (0.8, 2.5),
    "pv": (6.0, 20.0),
    "sst": (2.5, 12.0),
    "cv": (0.7, 2.0),
    "correlation": (-0.05, 0.06),
    "pyramidal ratio, low": (1.42, 1.7),
    "sst ratio, low": (0.1, 0.8),
    "pv ratio, low": (0.5, 1.3),
    "pyramidal ratio, high": (0.3, 0.97),
}

#: Free ketamine in the brain: after 0.5 mg/kg over 40 min, and under anaesthesia (micromolar).
CONCENTRATIONS = {"none": 0.0, "low": 0.44, "high": 15.0}
SETTLE, MEASURE = 2, 3  # segments


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--neurons", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results/calibration.json"))
    parser.add_argument("--start", type=Path, help="a result to start from")
    parser.add_argument("--only-write", action="store_true", help="write --start, search nothing")
    parser.add_argument("--write", action="store_true", help="write the best set into the TOML")
    return parser.parse_args()


def bounds(name: str, unit: str) -> tuple[float, float]:
    low, high = (Quantity.parse(value, unit) for value in PRIORS[name])
    return float(low), float(high)


def units(name: str) -> str:
    return {"share": "1", "rate": "hertz"}.get(name.rsplit("_", 1)[1], "siemens")


LIMITS = {name: bounds(name, units(name)) for name in PRIORS}


def text(name: str, value: float) -> str | float:
    if units(name) == "1":
        return round(value, 3)
    return f"{value:.3g} Hz" if units(name) == "hertz" else f"{value * 1e9:.3g} nS"


def constants(circuit: str, neurons: int, candidate: dict) -> dict[str, np.ndarray]:
    """Return the constants of a candidate, as the arrays a running circuit takes."""
    overrides = {tuple(name.split(".")): text(name, v) for name, v in candidate.items()}
    made = plan(load_circuit(circuit, overrides, neurons))
    return {
        f"{group}.{name}": np.array([value])
        for group, described in made.groups().items()
        for name, (_, value) in described.constants.items()
    }


@cache
def drives(concentration: float) -> dict[str, np.ndarray]:
    """Return the drives of a steady free concentration of ketamine (micromolar)."""
    ketamine = load_drug("ketamine")
    steps = round(SEGMENT / SLOW_STEP)
    molar = concentration * 1e-3
    values = {
        "timelapse": 300.0,
        "nmda_blocker_ab": molar / ketamine.affinity("ab"),
        "nmda_blocker_cd": molar / ketamine.affinity("cd"),
        "nmda_unblocking_rate": 0.22,
    }
    return {name: np.full(steps, value) for name, value in values.items()}


#: Read-outs under the drug that meet their targets, to judge a circuit without it.
_PASSED = {name: low for name, (low, _) in TARGETS.items() if "ratio" in name}


def simulate(worker: StandaloneWorker, start: dict, sizes: dict, seed: int) -> dict[str, float]:
    """Return the read-outs of one candidate."""
    rates, found = {}, {}
    for name, concentration in CONCENTRATIONS.items():
        worker.load(start)
        for k in range(SETTLE):
            worker.advance(drives(concentration), seed + k)
        with tempfile.NamedTemporaryFile() as file:
            path = Path(file.name)
            for k in range(MEASURE):
                worker.advance(drives(concentration), seed + SETTLE + k, spikes=path)
            spikes = read_spikes(path, list(sizes))
        duration = MEASURE * SEGMENT
        rates[name] = {p: len(spikes[p][0]) / sizes[p] / duration for p in sizes}
        if name == "none":
            found |= rates["none"]
            found["cv"], found["correlation"] = irregularity(
                *spikes["pyramidal"], sizes["pyramidal"], duration
            )
            if cost({**found, **_PASSED}) > 60:
                return found  # far off already: not worth the rest
    for name in ("low", "high"):
        for p in sizes:
            found[f"{p} ratio, {name}"] = rates[name][p] / max(rates["none"][p], 0.01)
    return found


def cost(found: dict[str, float]) -> float:
    """Return how far read-outs lie outside their ranges: the sum of squares, in tenths."""
    total = 0.0
    for name, (low, high) in TARGETS.items():
        value = found.get(name, np.nan)
        outside = (low - value) / abs(low) if value < low else max(value - high, 0) / abs(high)
        total += min((10 * outside) ** 2, 100.0) if np.isfinite(value) else 100.0
    return total


def mutate(parents: list[dict], generator: np.random.Generator, width: float) -> dict:
    """Mix two parents and perturb the result in the logarithm, within the priors."""
    one, other = generator.choice(len(parents), 2)
    child = {}
    for name, (low, high) in LIMITS.items():
        value = parents[one if generator.random() < 0.7 else other][name]
        value *= np.exp(width * generator.standard_normal() * np.log(high / low) / 3)
        child[name] = float(np.clip(value, low, high))
    return child


def search(options) -> list[dict]:
    """Return the candidates, best first."""
    generator = np.random.default_rng(options.seed)
    base = load_circuit(options.circuit, neurons=options.neurons)
    made = plan(base)
    binary, network = compiled(made, print), contacts(base, options.seed)
    start = initial_state(made, options.seed)
    workers = [StandaloneWorker(binary, network) for _ in range(options.jobs)]
    current = {}
    for name in PRIORS:
        section, member, key = name.split(".")
        current[name] = float(getattr(getattr(base, section)[member], key))
    parents = json.loads(options.start.read_text())[:10] if options.start else []
    pool = [entry["values"] for entry in parents] or [current]
    ranked: list[dict] = []
    count = 0
    end = time.monotonic() + options.minutes * 60

    def evaluate(worker, values):
        state = start | constants(options.circuit, options.neurons, values)
        found = simulate(worker, state, base.sizes, seed=options.seed)
        return {"cost": cost(found), "values": values, "found": found}

    with ThreadPoolExecutor(options.jobs) as executor:
        width, first = (0.15 if parents else 0.6), True
        while time.monotonic() < end:
            wide = generator.random() < 0.2  # now and then a leap, against a local optimum
            batch = [mutate(pool, generator, 0.6 if wide else width) for _ in workers]
            if first:
                batch[0], first = pool[0], False
            done = list(executor.map(evaluate, workers, batch))
            ranked = sorted(ranked + done, key=lambda entry: entry["cost"])[:40]
            pool = [entry["values"] for entry in ranked[:10]]
            width = max(0.1, width * 0.99)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(ranked, indent=1))
            best = ranked[0]
            count += len(batch)
            print(count, f"{best['cost']:.3f}", {k: round(v, 2) for k, v in best["found"].items()})
    for worker in workers:
        worker.close()
    return ranked


if __name__ == "__main__":
    options = arguments()
    given = json.loads(options.start.read_text()) if options.only_write else None
    best = (given or search(options))[0]
    for name, value in best["found"].items():
        print(f"{name:28s} {value:8.3f}   accepted {TARGETS.get(name, '')}")
    if options.write or options.only_write:
        held = {"rules.inhibitory_plasticity.target_rate": best["found"]["pyramidal"]}
        values = best["values"] | held
        rewrite(options.circuit, {name: text(name, v) for name, v in values.items()})
