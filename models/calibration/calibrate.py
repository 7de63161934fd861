"""Fits the free parameters of a circuit to its calibration targets.

    python models/calibration/calibrate.py all --minutes 20 --write
    python models/calibration/calibrate.py all --hypothesis sst_carried --afresh --write

A parameter is free if the circuit's file gives it a `prior`; a hypothesis replaces priors and fixes
the parameters of its claim. There are three steps, each with the values of the step before:

- `spikes` fits populations and projections to ``targets.toml`` (rates, irregularity, F5, F6);
- `references` measures the healthy values of the rules in the healthy circuit;
- `chain` fits the constants of the rules to F10 and F11, by simulating those findings, with the
  turnover of spines that imaging asks for (`spines.py`).

`all` does all three. Searches use CMA-ES (Hansen 2001 Evol Comput 9:159), that of a single
parameter (``--free``) goes through its range; every trial is recorded. ``--write`` puts the best
set into the model's file. Needs the extra ``calibration``: ``pip install '.[calibration]'``.
"""

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from chain import ChainBench
from cmaes import CMA
from references import references
from rewrite import rewrite
from spiking import Bench

from synaptoket.circuit.priors import Prior, free_parameters
from synaptoket.parameters.hypotheses import Hypothesis, load_hypothesis
from synaptoket.parameters.overrides import parse_assignment

TASKS = ("spikes", "references", "chain")

#: A cost at which every target counts as met.
MET = 0.05

#: A single parameter is tried at so many values, so many times, each time closer together.
SCANNED, SCANS = 6, 2


def arguments(words: list[str] | None = None):
    """Return the options of the command line, or of `words`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=[*TASKS, "all"])
    parser.add_argument("--circuit", default="prefrontal")
    parser.add_argument("--hypothesis", help="a name of models/hypotheses")
    parser.add_argument("--afresh", action="store_true", help="forget what it was calibrated to")
    parser.add_argument("--neurons", type=int, default=400, help="of the searches")
    parser.add_argument("--settled", type=int, default=1000, help="neurons of the references")
    parser.add_argument("--minutes", type=float, default=20, help="of each search")
    parser.add_argument("--trials", type=int, default=100_000, help="at most about so many")
    parser.add_argument("--population", type=int, default=16, help="trials of a generation")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spread", type=float, default=0.06, help="first step, share of a prior")
    parser.add_argument("--free", metavar="NAME", help="search this parameter alone")
    parser.add_argument("--enough", action="store_true", help="stop when every target is met")
    parser.add_argument("--start", type=Path, help="trials of another search to start from")
    parser.add_argument("--out", type=Path, default=Path("results/calibration"), help="a folder")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--write", action="store_true", help="write the result into the model file")
    return parser.parse_args(words)


class Search:
    """One search: its free parameters, its benches (one a job) and its record of trials.

    Positions are in units of the prior, 0 at its lower and 1 at its upper bound, in the logarithm
    where both are above zero.
    """

    def __init__(self, options, task: str, benches, priors: list[Prior], start: dict[str, float]):
        self.options, self.priors, self.start = options, priors, start
        self.benches = benches
        parts = (options.circuit, options.hypothesis, task)
        self.out = options.out / f"{'_'.join(filter(None, parts))}.json"
        self.trials: list[dict] = []

    def run(self) -> dict:
        """Search until the time is over; return the best trial."""
        if len(self.priors) == 1:
            return self.scan()
        end = time.monotonic() + 60 * self.options.minutes
        start = dict(self.start)
        if self.options.start:
            best = json.loads(self.options.start.read_text())["trials"][0]["values"]
            start |= {p.name: p.number(best[p.name]) for p in self.priors if p.name in best}
        mean = np.array([prior.position(start[prior.name]) for prior in self.priors])
        optimizer = CMA(
            mean=mean,
            sigma=self.options.spread,
            bounds=np.tile([0.0, 1.0], (len(mean), 1)),
            population_size=self.options.population,
            seed=self.options.seed,
        )
        self.evaluate([mean])
        while time.monotonic() < end and len(self.trials) < self.options.trials:
            asked = [optimizer.ask() for _ in range(optimizer.population_size)]
            done = self.evaluate(asked)
            optimizer.tell([(x, t["cost"]) for x, t in zip(asked, done, strict=True)])
            if self.options.enough and any(trial["cost"] <= MET for trial in done):
                break
        return min(self.trials, key=lambda trial: trial["cost"])

    def scan(self) -> dict:
        """Try one parameter at equal distances, then ever closer around the best; return that."""
        low, high = 0.0, 1.0
        for _ in range(SCANS):
            self.evaluate([np.array([x]) for x in np.linspace(low, high, SCANNED)])
            best = min(self.trials, key=lambda trial: trial["cost"])
            (prior,) = self.priors
            middle = prior.position(prior.number(best["values"][prior.name]))
            step = (high - low) / (SCANNED - 1)
            low, high = max(middle - 0.8 * step, 0.0), min(middle + 0.8 * step, 1.0)
        return best

    def evaluate(self, positions: list[np.ndarray]) -> list[dict]:
        """Try out a generation on all benches at once, and record the outcomes."""
        candidates = [
            {p.name: p.text(p.value(x)) for p, x in zip(self.priors, position, strict=True)}
            for position in positions
        ]
        free: SimpleQueue = SimpleQueue()
        for bench in self.benches:
            free.put(bench)

        def try_out(values: dict) -> dict:
            bench = free.get()
            try:
                cost, found = bench.try_out(values)
            finally:
                free.put(bench)
            return {"cost": cost, "values": values, "found": found}

        # The first candidate, alone, may have to compile: Brian2 wants the main thread for that.
        with ThreadPoolExecutor(len(self.benches)) as pool:
            several = pool.map if len(candidates) > 1 else map
            done = list(several(try_out, candidates))
        self.trials += done
        best = min(self.trials, key=lambda trial: trial["cost"])
        print(len(self.trials), f"{best['cost']:.3f}", shown(best["found"]), flush=True)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        ranked = sorted(self.trials, key=lambda trial: trial["cost"])
        record = {"command": " ".join(sys.argv), "trials": ranked}
        self.out.write_text(json.dumps(record, indent=1))
        return done


def shown(found: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in found.items()}


def asked_hypothesis(options) -> Hypothesis | None:
    """Return the hypothesis of the command line; with `--afresh` without its calibrated values."""
    if not options.hypothesis:
        return None
    found = load_hypothesis(options.hypothesis)
    return found.model_copy(update={"calibrated": {}}) if options.afresh else found


def search(task: str, options, overrides: dict) -> dict:
    """Return the best trial of one search on the circuit, as `overrides` change it."""
    hypothesis = asked_hypothesis(options)
    priors, current = free_parameters(options.circuit, hypothesis)
    priors = [p for p in priors if p.name.startswith("rules.") == (task == "chain")]
    priors = [p for p in priors if options.free in (None, p.name)]
    if not priors:
        raise SystemExit(f"--free {options.free}: no parameter with a prior in the step {task}")
    held = {tuple(p.name.split(".")) for p in priors}
    given = {".".join(k): v for k, v in overrides.items() if k in held}
    start = current | {p.name: p.number(given[p.name]) for p in priors if p.name in given}
    fixed = {key: value for key, value in overrides.items() if key not in held}
    kind = ChainBench if task == "chain" else Bench
    benches = [
        kind(options.circuit, fixed, options.neurons, options.seed) for _ in range(options.jobs)
    ]
    try:
        return Search(options, task, benches, priors, start).run()
    finally:
        for bench in benches:
            bench.close()


def look_again(options, overrides: dict) -> None:
    """Print how the spikes meet their targets with the healthy values: these change the circuit."""
    bench = Bench(options.circuit, overrides, options.neurons, options.seed)
    cost, seen = bench.try_out({})
    bench.close()
    print(f"spikes, with these healthy values: cost {cost:.3f}", shown(seen))


def main() -> None:
    options = arguments()
    hypothesis = asked_hypothesis(options)
    overrides = hypothesis.overrides() if hypothesis else {}
    overrides |= {o.dotted: o.value for o in map(parse_assignment, options.set)}
    found: dict[str, str | float] = {}
    for task in TASKS if options.task == "all" else (options.task,):
        if task == "references":
            values = references(options.circuit, overrides, options.settled, options.seed)
        else:
            best = search(task, options, overrides)
            values = best["values"]
            print(f"{task}: cost {best['cost']:.3f}", shown(best["found"]))
        found |= values
        overrides |= {tuple(name.split(".")): value for name, value in values.items()}
        if task == "references":
            look_again(options, overrides)
    for name, value in found.items():
        print(f"{name:52s} {value}")
    if options.write:
        # the folders of this machine do not belong into the record
        words = [w for w in sys.argv[1:] if w not in ("--out", "--start", str(options.out))]
        words = [w for w in words if w != str(options.start)]
        command = " ".join(["python", Path(sys.argv[0]).name, *words])
        rewrite(options.circuit, found, options.hypothesis, command, options.afresh)


if __name__ == "__main__":
    main()
