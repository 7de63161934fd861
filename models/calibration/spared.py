"""Through whose receptors does a blocker change the rates of a circuit?

    python models/calibration/spared.py --table docs/disinhibition.md

The block is kept from one population after the other (`blocker_reaches.X = 0`), and the rates of
excitatory cells at a steady free concentration are compared with those at rest, on the bench of the
calibration. What a population carries is what is lost when it is spared.
"""

import argparse
import sys
from pathlib import Path

from spiking import Bench, Target

from synaptoket.circuit.circuit_file import load_circuit
from synaptoket.results.destination import TABLE, Output, check_outputs
from synaptoket.results.table_page import write_table
from synaptoket.results.text_table import aligned, markdown

ANY = (float("-inf"), float("inf"))


def responses(
    circuit: str, drug: str, levels: list[str], neurons: int, seeds: int
) -> dict[str, dict[tuple[str, str], list[float]]]:
    """Return changes of rates in %, by spared population ("none" first), then cells and level.

    One value for each seed.
    """
    populations = load_circuit(circuit).populations
    excitatory = [name for name, population in populations.items() if population.excitatory]
    conditions = [("rest",), *((drug, level) for level in levels)]
    targets = [Target(c, name, *ANY, "") for c in conditions for name in excitatory]
    found: dict[str, dict[tuple[str, str], list[float]]] = {}
    for seed in range(1, seeds + 1):
        bench = Bench(circuit, {}, neurons, seed, targets)
        for spared in ("none", *populations):
            kept = {} if spared == "none" else {f"blocker_reaches.{spared}": 0}
            seen = bench.try_out(kept)[1]
            place = found.setdefault(spared, {})
            for name in excitatory:
                for level in levels:
                    change = 100 * (seen[f"{name} {drug} {level}"] - 1)
                    place.setdefault((name, level), []).append(change)
        bench.close()
    return found


def rows(found: dict[str, dict[tuple[str, str], list[float]]]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of the table."""
    columns = list(found["none"])
    header = ["block is kept from", *(f"{name} rate at {level}" for name, level in columns)]
    body = [[spared, *(_span(cells[c]) for c in columns)] for spared, cells in found.items()]
    return header, body


def _span(changes: list[float]) -> str:
    """Return the range of some changes, as it is written.

    >>> _span([18.2, 17.6]), _span([-7.0, -7.2])
    ('+18 %', '-7 %')
    >>> _span([2.0, -3.0])
    '-3 to +2 %'
    """
    low, high = f"{min(changes):+.0f}", f"{max(changes):+.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuits", default="prefrontal,hippocampus")
    parser.add_argument("--drug", default="ketamine")
    parser.add_argument("--at", default="0.44 uM,1.7 uM", help="free concentrations in the brain")
    parser.add_argument("--neurons", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--table", type=Path, help="also write the table into this page (.md)")
    options = parser.parse_args()
    check_outputs([Output("--table", options.table, TABLE)])
    levels = [level.strip() for level in options.at.split(",")]
    pages = []
    for circuit in options.circuits.split(","):
        found = responses(circuit, options.drug, levels, options.neurons, options.seeds)
        header, body = rows(found)
        print(f"{circuit}\n{aligned(header, body, indent='', left=1)}", flush=True)
        pages.append(f"**{circuit}**\n\n{markdown(header, body, left=1)}")
    if options.table:
        command = " ".join(["python", "models/calibration/spared.py", *sys.argv[1:]])
        write_table(options.table, "\n\n".join([f"    {command}", *pages]))


if __name__ == "__main__":
    main()
