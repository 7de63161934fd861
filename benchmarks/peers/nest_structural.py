"""A prefrontal circuit with structural plasticity in NEST.

Pyramidal, PV and SST cells (`iaf_cond_exp`: conductance-based, exponential synapses) with the
in-degrees and delays of the circuit in `plain_brian2.py`. Pyramidal cells grow and lose axonal
and dendritic elements so as to hold their calcium (Butz & van Ooyen 2013); every second the
structural plasticity manager forms and deletes connections between pyramidal cells accordingly.

    python nest_structural.py --seconds 5
    python nest_structural.py --neurons 2000 --seed 2 --json
    python nest_structural.py --apart --weights 12 6 2    # each population without the others

`iaf_cond_exp` has neither NMDA receptors nor a spike-triggered potassium conductance, so the
Poisson background stands in for them: its weights are those with which the populations fire as in
the circuit, and are given by `--weights` for other rates. One thread: NEST's structural plasticity
runs on no more.
"""

# ruff: noqa: C408 (parameters read as a table)

import argparse
import json
import time

import nest
import numpy as np

# --- Parameters: pF, nS, mV, ms, Hz ---------------------------------------------------------------

FRACTIONS = dict(pyramidal=0.8, pv=0.1, sst=0.1)
RECEPTORS = dict(tau_syn_ex=3.0, tau_syn_in=8.0, E_ex=0.0, E_in=-75.0)
CELLS = dict(
    pyramidal=dict(C_m=400.0, g_L=20.0, E_L=-70.0, V_th=-50.0, V_reset=-60.0, t_ref=2.0),
    pv=dict(C_m=150.0, g_L=15.0, E_L=-70.0, V_th=-50.0, V_reset=-60.0, t_ref=1.0),
    sst=dict(C_m=120.0, g_L=8.0, E_L=-65.0, V_th=-50.0, V_reset=-60.0, t_ref=2.0),
)
#: rate of one Poisson input to each cell, as in the circuit, and its weight
BACKGROUND_RATES = dict(pyramidal=2377.0, pv=1414.0, sst=300.1)
BACKGROUND_WEIGHTS = dict(pyramidal=1.544, pv=1.814, sst=1.645)
#: how often cells fire in the circuit
RATES = dict(pyramidal=1.216, pv=19.0, sst=4.76)

#: synapses onto each target cell (pyramidal_to_pyramidal: 0.27 of 300 potential ones), and their
#: AMPA or (negative) GABA conductance
PROJECTIONS = dict(
    pyramidal_to_pyramidal=(81, 0.1728),
    pyramidal_to_pv=(80, 0.149),
    pyramidal_to_sst=(80, 0.1017),
    pv_to_pyramidal=(20, -5.308),
    pv_to_pv=(20, -2.694),
    sst_to_pyramidal=(20, -3.654),
    sst_to_pv=(10, -0.3828),
)
DELAY, TIME_STEP = 1.0, 0.1

#: every second, as in the circuit
UPDATE_INTERVAL = 1000.0
#: calcium of a cell that fires at the set point; growth chosen for the circuit's turnover
TAU_CALCIUM, BETA_CALCIUM = 10_000.0, 0.001
GROWTH = dict(growth_curve="linear", growth_rate=4e-3)


def create(neurons, set_point):
    """Return the populations, at random potentials between reset and threshold."""
    cells = {}
    for name, fraction in FRACTIONS.items():
        values = CELLS[name] | RECEPTORS
        if name == "pyramidal":
            calcium = BETA_CALCIUM * TAU_CALCIUM * set_point / 1000
            element = GROWTH | {"eps": calcium}
            values |= {
                "synaptic_elements": {"Axon": element, "Dendrite": element},
                "tau_Ca": TAU_CALCIUM,
                "beta_Ca": BETA_CALCIUM,
                "Ca": calcium,
            }
        cells[name] = nest.Create("iaf_cond_exp", round(neurons * fraction), values)
        cells[name].V_m = nest.random.uniform(values["V_reset"], values["V_th"])
    return cells


def connect(cells, generator):
    """Connect the populations with fixed in-degrees; the first projection is plastic."""
    for name, (degree, weight) in PROJECTIONS.items():
        source, target = name.split("_to_")
        if name == "pyramidal_to_pyramidal":
            connect_spines(cells[source], degree, weight, generator)
            continue
        rule = {
            "rule": "fixed_indegree",
            "indegree": min(degree, len(cells[source]) - (source == target)),
            "allow_autapses": False,
            "allow_multapses": False,
        }
        nest.Connect(cells[source], cells[target], rule, {"weight": weight, "delay": DELAY})


def replace_network(cells, rates):
    """Give each population, in place of the others, Poisson input at the rates they should have."""
    for name, (degree, weight) in PROJECTIONS.items():
        source, target = name.split("_to_")
        drive(cells[target], min(degree, len(cells[source])) * rates[source], weight)


def drive(cells, rate, weight):
    """Give each cell Poisson input of its own."""
    generator = nest.Create("poisson_generator", params={"rate": rate})
    nest.Connect(generator, cells, syn_spec={"weight": weight, "delay": DELAY})


def connect_spines(cells, degree, weight, generator):
    """Connect pyramidal cells by synapses that structural plasticity manages.

    Its connection rules are all-to-all and one-to-one only, so each cell's partners are drawn
    here.
    """
    nest.CopyModel("static_synapse", "spine", {"weight": weight, "delay": DELAY})
    ends = {"pre_synaptic_element": "Axon", "post_synaptic_element": "Dendrite"}
    nest.structural_plasticity_synapses = {"spines": {"synapse_model": "spine"} | ends}
    for index in range(len(cells)):
        partners = generator.choice(len(cells) - 1, min(degree, len(cells) - 1), replace=False)
        partners = np.sort(partners + (partners >= index)).tolist()
        nest.Connect(cells[partners], cells[index], "all_to_all", {"synapse_model": "spine"} | ends)


def occupy(cells, generator):
    """Give every pyramidal cell the elements of its synapses, and a part of another one."""
    spines = nest.GetConnections(synapse_model="spine")
    for element, ends in (("Axon", spines.sources()), ("Dendrite", spines.targets())):
        count = np.bincount(list(ends), minlength=max(cells.tolist()) + 1)
        for cell in cells:
            z = count[cell.global_id] + generator.random()
            cell.synaptic_elements_param = {element: {"z": z}}


def wiring():
    """Return the connections between pyramidal cells, to count changes."""
    spines = nest.GetConnections(synapse_model="spine")
    return np.sort(np.array(list(spines.sources())) * 1_000_000 + np.array(list(spines.targets())))


def simulate(args):
    """Run once; return seconds of the simulation per second of spiking, and what came out."""
    nest.ResetKernel()
    nest.resolution = TIME_STEP
    nest.rng_seed = args.seed
    nest.structural_plasticity_update_interval = UPDATE_INTERVAL
    rates = dict(zip(FRACTIONS, args.rates, strict=True))
    cells = create(args.neurons, rates["pyramidal"])
    for name, weight in zip(FRACTIONS, args.weights, strict=True):
        drive(cells[name], BACKGROUND_RATES[name], weight)
    if args.apart:
        replace_network(cells, rates)
    else:
        generator = np.random.default_rng(args.seed)
        connect(cells, generator)
        occupy(cells["pyramidal"], generator)
        nest.EnableStructuralPlasticity()
    recorders = {name: nest.Create("spike_recorder") for name in cells}
    for name, recorder in recorders.items():
        nest.Connect(cells[name], recorder)
    nest.Simulate(args.warmup * 1000)
    before = () if args.apart else wiring()
    for recorder in recorders.values():
        recorder.n_events = 0
    started = time.perf_counter()
    nest.Simulate(args.seconds * 1000)
    wall = time.perf_counter() - started
    after = np.array(()) if args.apart else wiring()
    return {
        "seconds_per_second": wall / args.seconds,
        "step": nest.resolution / 1000,
        "sizes": {name: len(population) for name, population in cells.items()},
        "rates": {n: r.n_events / len(cells[n]) / args.seconds for n, r in recorders.items()},
        "present": int(after.size),
        "births": int(np.setdiff1d(after, before).size),
    }


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of spiking")
    parser.add_argument("--warmup", type=float, default=2.0, help="seconds of spiking before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--neurons", type=int, default=1000)
    three = {"type": float, "nargs": len(FRACTIONS), "metavar": tuple(FRACTIONS)}
    parser.add_argument(
        "--weights", **three, default=[*BACKGROUND_WEIGHTS.values()], help="of the background, nS"
    )
    parser.add_argument("--rates", **three, default=[*RATES.values()], help="set points, Hz")
    parser.add_argument(
        "--apart", action="store_true", help="Poisson input at --rates in place of the network"
    )
    parser.add_argument("--json", action="store_true", help="print results as a line of JSON")
    return parser.parse_args()


def main():
    """Run the circuit and say how fast it was."""
    args = arguments()
    nest.verbosity = nest.VerbosityLevel.ERROR
    result = simulate(args)
    if args.json:
        print(json.dumps(result))
        return
    print(f"{result['seconds_per_second']:.3f} s per second of spiking")
    print("  " + ", ".join(f"{name} {rate:.2f} Hz" for name, rate in result["rates"].items()))
    print(f"  {result['present']} synapses, {result['births']} formed")


if __name__ == "__main__":
    main()
