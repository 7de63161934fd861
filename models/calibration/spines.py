"""The life of a healthy spine under given constants of spine size and turnover.

    python models/calibration/spines.py
    python models/calibration/spines.py --set size_exponent=3 --set log_size_deviation=0.6

Follows a cohort of new spines through the rules `spine_size` and `size_elimination` at P = 1 and
without stress, and derives what imaging studies report of the population that such cohorts make
up: their mean life, how many spines are born in a day, the share eliminated within 14 days and the
share that survives 30. Finding F8 asks of the cortex 2.5 to 5.5 % and 94 to 98 %, Attardo 2015 of
CA1 a mean life of one to two weeks. The birth hazard of a potential synapse that keeps the filling
fraction constant follows.
"""

import argparse

import numpy as np

from synaptoket.circuit import load_circuit
from synaptoket.parameters.overrides import parse_assignment

DAY = 86400.0


def survival(constants: dict, generator, cohort=4000, days=1500.0, step=0.25) -> np.ndarray:
    """Return the share of a cohort of new spines that is left after each step (in days)."""
    mean, deviation = constants["log_size_mean"], constants["log_size_deviation"]
    memory = np.exp(-step * DAY / constants["size_relaxation"])
    size = np.full(cohort, constants["nascent_log_size"])
    alive = np.ones(cohort, bool)
    left = [1.0]
    for _ in range(int(days / step)):
        hazard = constants["elimination_rate"] * np.exp(-constants["size_exponent"] * size)
        alive &= generator.random(cohort) >= 1 - np.exp(-hazard * step * DAY)
        size = mean + (size - mean) * memory
        size += deviation * np.sqrt(1 - memory**2) * generator.standard_normal(cohort)
        left.append(alive.mean())
    return np.array(left)


def population(left: np.ndarray, step: float = 0.25) -> dict[str, float]:
    """Return the turnover of a population in balance, made of cohorts that survive like `left`."""
    whole = left
    if left[-1] > 0:  # the oldest die at a steady rate
        half = len(left) // 2
        rate = np.log(left[half] / left[-1]) / ((len(left) - half) * step)
        whole = np.concatenate([left, left[-1] * np.exp(-rate * step * np.arange(1, 40000))])
    total = whole.sum() * step

    def still_there(days: float) -> float:
        return whole[int(days / step) :].sum() * step / total

    return {
        "mean life (days)": total,
        "born in a day (% of all)": 100 / total,
        "eliminated within 14 days (%)": 100 * (1 - still_there(14)),
        "alive after 30 days (%)": 100 * still_there(30),
        "new spines left after 14 days (%)": 100 * left[int(14 / step)],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER")
    options = parser.parse_args()
    rules = load_circuit(options.circuit).rules
    constants = {
        key: value
        for rule in ("spine_size", "structure", "protein_formation", "size_elimination")
        for key, value in rules[rule].constants.items()
    }
    for override in map(parse_assignment, options.set):
        constants[override.name] = float(override.value)
    left = survival(constants, np.random.default_rng(options.seed))
    turnover = population(left)
    filling = constants["filling_fraction"]
    share = turnover["born in a day (% of all)"] / 100 * filling / (1 - filling)
    for name, value in turnover.items():
        print(f"{name:36s} {value:6.2f}")
    print(f"{'birth hazard in balance (1/day)':36s} {share:8.4f}")


if __name__ == "__main__":
    main()
