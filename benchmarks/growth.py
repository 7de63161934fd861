"""Homeostatic growth: ours against NEST, and what matching elements costs.

Both grow the circuit `homeostatic_growth`, NEST's own example at a fifth of its speed, from
unconnected cells until their rates have settled. Ours updates its synapses every 2 s, NEST every
10 s as in the example.
"""

import time
from contextlib import ExitStack
from statistics import median

import numpy as np

from synaptoket.circuit.circuit_file import load_circuit, read_circuit
from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.engine import Engine
from synaptoket.parameters.files import model_path, read_toml

from . import commands
from .commands import BenchmarkError

CIRCUIT = "homeostatic_growth"
TARGETS = {"excitatory": 5.0, "inhibitory": 20.0}
#: What is compared is the mean of the last seconds.
SETTLED = 60.0
#: Before this, in seconds, rates still swing: what comes out is not compared.
SHORTEST = 400.0
RATE_TOLERANCE, SYNAPSE_TOLERANCE = 0.1, 0.15
PLASTIC = "pyramidal_to_pyramidal"


def growth(settings) -> dict:
    """Grow the network here and in NEST, and measure what elements and their matching cost.

    Returns
    -------
    dict
        ``seconds``, ``ours``, ``peer``, ``ratio`` of the two networks; ``overhead``; ``matching``.
        What fails is None, and noted as `growth`, `growth.overhead` or `growth.matching`.
    """
    found = dict.fromkeys(("seconds", "ours", "peer", "ratio", "overhead", "matching"))
    with settings.attempt("growth"):
        found |= compared(settings.growth)
    with settings.attempt("growth.overhead"):
        found["overhead"] = overhead(settings)
    with settings.attempt("growth.matching"):
        found["matching"] = matching(settings)
    return found


def compared(seconds: float) -> dict:
    """Grow the network here and in NEST; return rates, synapses and times of both.

    Raises
    ------
    BenchmarkError
        If either misses a target rate by more than a tenth, or numbers of synapses differ by more
        than 15 %.
    """
    ours = _settled(*_ours(seconds))
    grown = commands.nest_growth(seconds=seconds)
    peer = _settled(grown["course"], grown["wall"])
    found = {"seconds": seconds, "ours": ours, "peer": peer, "ratio": peer["wall"] / ours["wall"]}
    if seconds >= SHORTEST:
        check(found)
    return found


def check(found: dict) -> None:
    """Raise `BenchmarkError` if the two networks have not become alike."""
    for who in ("ours", "peer"):
        for name, target in TARGETS.items():
            rate = found[who][f"{name}_rate"]
            if abs(rate - target) > RATE_TOLERANCE * target:
                raise BenchmarkError(f"growth, {who}: {name} cells fire at {rate:.2f} Hz")
    for name in TARGETS:
        mine, other = (found[who][f"{name}_synapses"] for who in ("ours", "peer"))
        if abs(mine - other) > SYNAPSE_TOLERANCE * other:
            raise BenchmarkError(f"growth: {mine:.0f} {name} synapses, NEST has {other:.0f}")


def _ours(seconds: float, seed: int = 1) -> tuple[list[dict], float]:
    """Return the course of our network and the wall time of its segments."""
    made = plan(load_circuit(CIRCUIT))
    sizes, course, wall = made.circuit.sizes, [], 0.0
    drives = _drives(made)
    with Engine(made, "standalone").worker(seed) as worker:
        worker.load(initial_state(made, seed))
        before = dict.fromkeys(sizes, 0)
        for k in range(round(seconds / SEGMENT)):
            started = time.perf_counter()
            state = worker.advance(drives, k)
            wall += time.perf_counter() - started
            row = {"time": (k + 1) * SEGMENT}
            for name, size in sizes.items():
                spikes = int(state[f"{name}.spike_count"].sum())
                row[f"{name}_rate"] = (spikes - before[name]) / size / SEGMENT
                row[f"{name}_synapses"] = float(state[f"{name}.axonal_{name}_bound"].sum())
                before[name] = spikes
            course.append(row)
    return course, wall


def _settled(course: list[dict], wall: float) -> dict:
    """Return the means of the last seconds."""
    last = [row for row in course if row["time"] > course[-1]["time"] - SETTLED]
    names = [name for name in last[0] if name != "time"]
    return {"wall": wall} | {name: float(np.mean([row[name] for row in last])) for name in names}


def _drives(made, timelapse: float = 1.0) -> dict[str, np.ndarray]:
    fed = {"timelapse": timelapse, "nmda_unblocking_rate": 0.22}
    steps = round(SEGMENT / SLOW_STEP)
    return {name: np.full(steps, fed.get(name, 0.0)) for name in made.drives()}


def overhead(settings) -> dict:
    """Return what elements cost in the prefrontal circuit, segment by segment in alternation."""
    plans = {on: _prefrontal(settings.neurons, on) for on in (True, False)}
    wall = {True: [], False: []}
    with ExitStack() as stack:
        workers = {
            on: stack.enter_context(Engine(made, "standalone").worker(1))
            for on, made in plans.items()
        }
        for on, worker in workers.items():
            worker.load(initial_state(plans[on], 1))
        for k in range(max(round(settings.structure / SEGMENT), 2)):
            for on, worker in workers.items():
                before = worker.simulated
                worker.advance(_drives(plans[on], 3600.0), k)
                wall[on].append((worker.simulated - before) / SEGMENT)
        births = int(workers[True].arrays[f"{PLASTIC}.births"].astype(int).sum())
    on, off = median(wall[True][1:]), median(wall[False][1:])
    return {"on": on, "off": off, "ratio": on / off, "births": births,
            "candidates": plans[True].projections[PLASTIC].size}  # fmt: skip


def _prefrontal(neurons: int, elements: bool):
    """Return the prefrontal circuit with synapses that elements make, or that stay."""
    tree = {"name": "prefrontal"} | read_toml(model_path("circuits", "prefrontal"))
    tree["neurons"] = neurons
    for rule in ("protein_formation", "spine_stages"):
        del tree["rules"][rule]
    if elements:
        calcium = {"firing_calcium_decay": "10 s", "firing_calcium_increment": 0.1}
        curve = {"curve": "linear", "growth_rate": "5 /day", "epsilon": 1}
        tree["populations"]["pyramidal"] |= {
            "rules": {"firing_calcium": calcium},
            "elements": {"axonal_excitatory": curve, "dendritic_excitatory": curve},
        }
        tree["projections"][PLASTIC] |= {
            "formation": {"rule": "vacant_elements"},
            "elimination": {"rule": "excess_elements"},
        }
    return plan(read_circuit(tree, "prefrontal"))


def matching(settings, cells: int = 1000) -> list[dict]:
    """Return the time of one update for several numbers of candidates of silent cells."""
    found = []
    for degree in (100, 200, 400, 800):
        tree = _silent(cells, degree)
        made = plan(read_circuit(tree, "silent"))
        with Engine(made, "standalone").worker(1) as worker:
            worker.load(initial_state(made, 1))
            ample = {"cells.axonal_excitatory": 1e6, "cells.dendritic_excitatory": 1e6}
            worker.load({name: np.full(cells, value) for name, value in ample.items()})
            times = []
            for k in range(max(settings.rounds, 3)):
                before = worker.simulated
                worker.advance(_drives(made), k)
                times.append((worker.simulated - before) / (SEGMENT / 0.1))
        size = len(contacts(made.circuit, 1)["cells_to_cells"][0])
        found.append({"candidates": size, "seconds": min(times)})
    return found


def _silent(cells: int, degree: int) -> dict:
    """Return cells that do nothing but match their elements, ten times in a second."""
    element = {"curve": "linear", "growth_rate": "0 Hz", "epsilon": 1}
    cell = {
        "membrane": "delta", "excitatory": True, "fraction": 1, "capacitance": "250 pF",
        "leak_conductance": "25 nS", "leak_potential": "-70 mV", "threshold": "-50 mV",
        "reset_potential": "-70 mV", "refractory_period": "2 ms",
        "rules": {"firing_calcium": {"firing_calcium_decay": "10 s",
                                     "firing_calcium_increment": 1}},
        "elements": {"axonal_excitatory": element, "dendritic_excitatory": element},
    }  # fmt: skip
    return {
        "name": "silent",
        "neurons": cells,
        "receptors": {"delay": "1 ms"},
        "populations": {"cells": cell},
        "projections": {
            "cells_to_cells": {
                "source": "cells",
                "target": "cells",
                "in_degree": degree,
                "jump_weight": "0 mV",
                "structure": {"filling_fraction": 0.5},
                "formation": {"rule": "vacant_elements"},
                "elimination": {"rule": "excess_elements"},
            }
        },
        "numerics": {"step": "0.5 ms", "structural_step": "0.1 s"},
    }
