"""Homeostatic growth of a network in NEST, from unconnected cells to their target rates.

800 excitatory and 200 inhibitory cells (`iaf_psc_alpha` with its defaults), driven by Poisson
input, grow axonal and dendritic elements along Gaussian curves of their calcium (Butz & van Ooyen
2013); the structural plasticity manager matches them at random. Numbers are those of NEST's own
example of structural plasticity, but for the speed of growth: at the example's own (`--speed 1`)
rates swing between less than their targets and three times as much.

    python nest_growth.py --json
    python nest_growth.py --seconds 200 --speed 1
"""

import argparse
import json
import time

import nest
import numpy as np

# --- Parameters: ms, pA, Hz -----------------------------------------------------------------------

SIZES = {"excitatory": 800, "inhibitory": 200}
BACKGROUND_RATE, BACKGROUND_WEIGHT = 10_000.0, 6.2
WEIGHTS = {"excitatory": 585.0, "inhibitory": -585.0}
DELAY, TIME_STEP = 1.0, 0.1

#: growth rate in elements per ms and target calcium; the other end of the curve is zero
GROWTH = {
    ("excitatory", "Axon_ex"): (1e-4, 0.05),
    ("excitatory", "Den_ex"): (1e-4, 0.05),
    ("excitatory", "Den_in"): (1e-4, 0.05),
    ("inhibitory", "Axon_in"): (1e-4, 0.2),
    ("inhibitory", "Den_ex"): (4e-4, 0.2),
    ("inhibitory", "Den_in"): (1e-4, 0.2),
}
ENDS = {"excitatory": ("Axon_ex", "Den_ex"), "inhibitory": ("Axon_in", "Den_in")}


def build(args):
    """Return the two populations, unconnected."""
    nest.ResetKernel()
    nest.resolution = TIME_STEP
    nest.rng_seed = args.seed
    nest.structural_plasticity_update_interval = args.interval * 1000
    rules = {}
    for sign, (axon, dendrite) in ENDS.items():
        name = f"synapse_{sign}"
        nest.CopyModel("static_synapse", name, {"weight": WEIGHTS[sign], "delay": DELAY})
        ends = {"pre_synaptic_element": axon, "post_synaptic_element": dendrite}
        rules[name] = {"synapse_model": name} | ends
    nest.structural_plasticity_synapses = rules
    cells = {}
    for name, size in SIZES.items():
        elements = {
            element: {
                "growth_curve": "gaussian",
                "growth_rate": rate * args.speed,
                "continuous": False,
                "eta": 0.0,
                "eps": target,
            }
            for (owner, element), (rate, target) in GROWTH.items()
            if owner == name
        }
        cells[name] = nest.Create("iaf_psc_alpha", size, {"synaptic_elements": elements})
    background = nest.Create("poisson_generator", params={"rate": BACKGROUND_RATE})
    for population in cells.values():
        spec = {"weight": BACKGROUND_WEIGHT, "delay": DELAY}
        nest.Connect(background, population, syn_spec=spec)
    nest.EnableStructuralPlasticity()
    return cells


def bound(cells, element):
    """Return how many elements of a kind are bound."""
    return int(sum(held[element]["z_connected"] for held in cells.synaptic_elements))


def simulate(args):
    """Let the network grow; return its course and the wall time."""
    cells = build(args)
    recorders = {name: nest.Create("spike_recorder") for name in cells}
    for name, recorder in recorders.items():
        nest.Connect(cells[name], recorder)
    course, wall, seen = [], 0.0, dict.fromkeys(cells, 0)
    for now in np.arange(args.every, args.seconds + 1e-9, args.every):
        started = time.perf_counter()
        nest.Simulate(args.every * 1000)
        wall += time.perf_counter() - started
        row = {"time": float(now)}
        for name, recorder in recorders.items():
            row[f"{name}_rate"] = (recorder.n_events - seen[name]) / SIZES[name] / args.every
            seen[name] = recorder.n_events
            row[f"{name}_synapses"] = bound(cells[name], ENDS[name][0])
        course.append(row)
    return {"course": course, "wall": wall, "seconds_per_second": wall / args.seconds}


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="of growth")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two rows")
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between updates")
    parser.add_argument("--speed", type=float, default=0.2, help="of growth, of the example's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the result as a line of JSON")
    return parser.parse_args()


def main():
    """Let the network grow and say what has come out."""
    args = arguments()
    nest.verbosity = nest.VerbosityLevel.ERROR
    result = simulate(args)
    if args.json:
        print(json.dumps(result))
        return
    for row in result["course"][:: max(len(result["course"]) // 20, 1)]:
        print(", ".join(f"{name} {value:.4g}" for name, value in row.items()))
    print(f"{result['wall']:.1f} s")


if __name__ == "__main__":
    main()
