"""Homeostatic growth: ours against NEST, and what matching elements costs.

Both grow the circuit `homeostatic_growth`, NEST's own example at a fifth of its speed, from
unconnected cells until their rates have settled. Ours updates its synapses every 2 s, NEST every
10 s as in the example.
"""

import time
from statistics import median

import numpy as np

from synaptoket.circuit.connectivity import contacts
from synaptoket.circuit.initial import initial_state
from synaptoket.circuit.numerics import SEGMENT, SLOW_STEP
from synaptoket.circuit.plan import plan
from synaptoket.circuit.schema import load_circuit, read_circuit
from synaptoket.engine import Engine
from synaptoket.library import model_path, read_toml

from . import commands
from .commands import PEERS, BenchmarkError

CIRCUIT = "homeostatic_growth"
TARGETS = {"excitatory": 5.0, "inhibitory": 20.0}
#: What is compared is the mean of the last seconds.
SETTLED = 60.0
RATE_TOLERANCE, SYNAPSE_TOLERANCE = 0.1, 0.15
PLASTIC = "pyramidal_to_pyramidal"


def growth(settings) -> dict:
    """Grow the network here and in NEST; return rates, synapses and times of both.

    Raises
    ------
    BenchmarkError
        If either misses a target rate by more than a tenth, or numbers of synapses differ by more
        than 15 %.
    """
    seconds = settings.growth
    ours = _settled(*_ours(seconds))
    result, _ = commands.run([str(PEERS / "nest_growth.py"), "--json", "--seconds", str(seconds)])
    peer = _settled(result[0]["course"], result[0]["wall"])
    found = {"seconds": seconds, "ours": ours, "peer": peer, "ratio": peer["wall"] / ours["wall"]}
    if seconds >= 400:  # before that, rates still swing
        check(found)
    found["overhead"] = overhead(settings)
    found["matching"] = matching(settings)
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
    workers = {on: Engine(made, "standalone").worker(1) for on, made in plans.items()}
    for on, worker in workers.items():
        worker.load(initial_state(plans[on], 1))
    for k in range(max(round(settings.structure / SEGMENT), 2)):
        for on, worker in workers.items():
            before = worker.simulated
            worker.advance(_drives(plans[on], 3600.0), k)
            wall[on].append((worker.simulated - before) / SEGMENT)
    births = int(workers[True].arrays[f"{PLASTIC}.births"].astype(int).sum())
    for worker in workers.values():
        worker.close()
    on, off = median(wall[True][1:]), median(wall[False][1:])
    return {"on": on, "off": off, "ratio": on / off, "births": births,
            "candidates": plans[True].projections[PLASTIC].size}  # fmt: skip


def _prefrontal(neurons: int, elements: bool):
    """Return the prefrontal circuit with synapses that elements make, or that stay."""
    tree = {"name": "prefrontal"} | read_toml(model_path("circuits", "prefrontal"))
    tree["neurons"] = neurons
    for rule in ("protein_formation", "size_elimination"):
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


def section(found: dict) -> str:
    """Return the section of the page."""
    lines = [
        "## Homeostatic growth against NEST",
        f"The circuit `{CIRCUIT}` (1,000 cells, unconnected at first; NEST's own example of\n"
        f"structural plasticity at a fifth of its speed) after {found['seconds']:g} s; means of "
        f"the last {SETTLED:g} s. NEST:\n`benchmarks/peers/nest_growth.py`.",
        "| | target | ours | NEST |\n|---|---|---|---|",
    ]
    rows = [(f"{name} cells, Hz", f"{TARGETS[name]:g}", f"{name}_rate", ".2f") for name in TARGETS]
    rows += [(f"synapses of {name} cells", "", f"{name}_synapses", ".0f") for name in TARGETS]
    rows += [("wall time, s", "", "wall", ".1f")]
    for label, target, key, form in rows:
        ours, peer = (format(found[who][key], form) for who in ("ours", "peer"))
        lines[-1] += f"\n| {label} | {target} | {ours} | {peer} |"
    cost = found["overhead"]
    lines.append(
        f"NEST takes {found['ratio']:.0f} times as long. In the prefrontal circuit with "
        f"{cost['candidates']:,} candidates, synapses made\nby elements cost "
        f"{cost['on']:.4f} s per second of spiking where synapses that stay cost "
        f"{cost['off']:.4f} ({cost['ratio']:.2f} times)."
    )
    lines.append(
        "Time of one update of 1,000 silent cells, by the number of candidates:\n\n"
        "| candidates | ms | ns a candidate |\n|---|---|---|\n"
        + "\n".join(
            f"| {row['candidates']:,} | {1e3 * row['seconds']:.2f} "
            f"| {1e9 * row['seconds'] / row['candidates']:.1f} |"
            for row in found["matching"]
        )
    )
    return "\n\n".join(lines)
