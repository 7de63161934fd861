"""Which parameters does the range of a result over acceptable sets come from?

    python models/calibration/swaps.py stress_and_ketamine --out results/swaps
    python models/calibration/swaps.py stress_and_ketamine --out results/drive --within drive

Groups of parameters are swapped between the set in use, b, and each other set s: into b one group g
of s, and into s that group of b. With the result v, the contribution of g to v(s) - v(b) is

    c_g = (v(b with g of s) - v(b) + v(s) - v(s with g of b)) / 2.

If groups interact in pairs only, the contributions of all groups add up to the difference. What
they leave is shown; it is due to three groups or more together. Five sets are too few to correlate
results with parameters: there are more parameters than sets.

The healthy values of a mixed circuit are measured on it, as they were on each set (`references`). A
mixed circuit need not meet the targets of the calibration: it is a way to divide a difference, and
no acceptable set. The runs are a sweep, which goes on where it was left when the command is
repeated. With `--within` the parameters of one group are swapped one by one.
"""

import argparse
import itertools
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tomlkit
from accepted import in_use
from references import references

from synaptoket.circuit.priors import free_parameters
from synaptoket.cli import main as synaptoket
from synaptoket.parameters.files import experiment_path, is_path
from synaptoket.parameters.hypotheses import load_hypothesis, set_files
from synaptoket.parameters.scripts import load_experiment
from synaptoket.results.destination import TABLE, Output, check_outputs
from synaptoket.results.table_page import write_table
from synaptoket.results.text_table import aligned, markdown
from synaptoket.studies.sweep.grid import Grid

#: The set in use, and what is varied in the sweep.
BASE, AXIS = "in use", "set"

#: Constants of the rules that the calibration fits, and those that are measured in the circuit.
CHAIN, HEALTHY = "chain", "healthy values"

#: A range counts as more than the scatter of seeds if it is so many times as large.
CLEARLY = 2.0

#: Parts with a smaller share are not named.
WORTH_NAMING = 0.1

Values = dict[str, str | float]


@dataclass(frozen=True)
class Point:
    """One circuit of the study: what differs from the set in use, and how it came about.

    Attributes
    ----------
    values : dict
        By dotted name.
    mixed : bool
        Whether its healthy values are to be measured.
    """

    values: Values
    mixed: bool = False


def group_of(name: str, free: set[str]) -> str:
    """Return the group that a parameter is swapped with.

    >>> group_of("populations.sst.glun2ab_share", set())
    'NMDA receptors'
    >>> group_of("projections.pv_to_pv.gaba_weight", set())
    'inhibition'
    """
    section, _, key = name.partition(".")[0], *name.rpartition(".")[1:]
    if section == "rules":
        return CHAIN if name in free else HEALTHY
    if section == "projections":
        return "inhibition" if key.startswith("gaba") else "excitation"
    if section == "populations":
        return "NMDA receptors" if key.startswith("glun") else "drive"
    return section


def grouped(sets: dict[str, Values], free: set[str]) -> dict[str, set[str]]:
    """Return the names of each group in all sets; healthy values follow and are no group."""
    groups: dict[str, set[str]] = {}
    for name in itertools.chain(*sets.values()):
        groups.setdefault(group_of(name, free), set()).add(name)
    groups.pop(HEALTHY, None)
    return dict(sorted(groups.items()))


def only(name: str, part: str) -> str:
    return f"{name}: only {part}"


def without(name: str, part: str) -> str:
    return f"{name}: all but {part}"


def points(sets: dict[str, Values], parts: dict[str, set[str]], free: set[str]) -> dict[str, Point]:
    """Return every circuit to play, by its label.

    Parameters
    ----------
    sets : dict
        The values of each set.
    parts : dict of str to set of str
        The names that are swapped together.
    free : set of str
        Names of the circuit's free parameters.
    """
    found = {BASE: Point({})}
    for name, values in sets.items():
        whole = any(group_of(n, free) == HEALTHY for n in values)
        found[name] = Point(values, not whole and _act_on_spikes(values, free))
        for part, members in parts.items():
            alone = {n: v for n, v in values.items() if n in members}
            rest = {n: v for n, v in values.items() if n not in members}
            found[only(name, part)] = Point(alone, _act_on_spikes(alone, free))
            swapped = alone if whole else rest
            found[without(name, part)] = Point(rest, _act_on_spikes(swapped, free))
    return found


def _act_on_spikes(names: Iterable[str], free: set[str]) -> bool:
    """Return whether a swap changes the healthy values: they are measured before the chain."""
    return any(group_of(name, free) not in (CHAIN, HEALTHY) for name in names)


def measured(point: Point, circuit: str, neurons: int) -> Values:
    """Return the values of a point with the healthy values of its own circuit."""
    if not point.mixed:
        return point.values
    changed = {tuple(name.split(".")): value for name, value in point.values.items()}
    return point.values | references(circuit, changed, neurons, 1)


def write_sweep(path: Path, chosen: dict[str, Point], circuit: str, options) -> None:
    """Measure healthy values where they are needed, and write the sweep that plays every point."""
    labels = list(chosen)
    first = next((label for label in labels if chosen[label].mixed), labels[0])

    def measure(label: str) -> Values:
        return measured(chosen[label], circuit, options.neurons)

    # The first may have to compile: Brian2 wants the main thread for that.
    values = {first: measure(first)}
    others = [label for label in labels if label != first]
    with ThreadPoolExecutor(options.jobs) as pool:
        values |= zip(others, pool.map(measure, others), strict=True)
    document = tomlkit.document()
    document["experiment"] = Path(options.experiment).stem
    document["circuit"] = circuit
    document["neurons"] = options.neurons
    document["seeds"] = options.seeds
    document["tolerance"] = options.tolerance
    document["axes"] = {AXIS: {"combinations": {label: values[label] for label in labels}}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomlkit.dumps(document))


@dataclass(frozen=True)
class Division:
    """How a result's differences from the set in use divide among parts.

    Attributes
    ----------
    base : float
        With the set in use, mean over seeds.
    differences : ndarray, shape (set,)
        Of each set from it.
    shares : dict of str to float
        Of each part, the largest first; with `rest`, they sum to 1.
    errors : dict of str to float
        Standard error of each over seeds; NaN for one seed.
    rest : float
        Due to three parts or more together.
    noise : float
        Standard error of a difference over seeds; NaN for one seed.
    """

    base: float
    differences: np.ndarray
    shares: dict[str, float]
    errors: dict[str, float]
    rest: float
    noise: float

    @property
    def clear(self) -> bool:
        """Whether sets differ by more than seeds do (assumed with one seed)."""
        size = np.sqrt(np.mean(self.differences**2))
        return bool(size > 0 and not size < CLEARLY * self.noise)


def divide(values: dict[str, np.ndarray], sets: list[str], parts: list[str]) -> Division:
    """Divide the differences of a result from the set in use among parts.

    The share of a part over all sets s is sum(c_s d_s) / sum(d_s^2), with its contribution c_s and
    the difference d_s: a part that pulls against the difference has a negative share.

    Parameters
    ----------
    values : dict of str to ndarray, shape (seed,)
        The result at each point of `points`.
    sets, parts : list of str
    """
    base = values[BASE]
    differences = np.array([np.mean(values[s]) - np.mean(base) for s in sets])
    square = float((differences**2).sum())
    shares, errors = {}, {}
    for part in parts:
        carried = [
            values[only(s, part)] - base + values[s] - values[without(s, part)] for s in sets
        ]
        share = differences @ np.array(carried) / 2 / square if square else np.zeros(len(base))
        shares[part] = float(np.mean(share))
        errors[part] = _error(share)
    ranked = sorted(shares, key=lambda part: -shares[part])
    return Division(
        float(np.mean(base)),
        differences,
        {part: shares[part] for part in ranked},
        errors,
        1 - sum(shares.values()) if square else 0.0,
        _scatter(np.array([*values.values()])),
    )


def _scatter(values: np.ndarray) -> float:
    """Return the standard error of a difference of two circuits over seeds; NaN for one seed.

    The scatter is taken as the same in all circuits, shape (circuit, seed), because a few seeds of
    one circuit do not tell it. What a seed does to all circuits alike does not count.
    """
    n = values.shape[1]
    if n < 2:
        return float("nan")
    own = values - values.mean(axis=0)
    return float(np.sqrt(own.var(axis=1, ddof=1).mean() * 2 / n))


def _error(values: np.ndarray) -> float:
    """Return the standard error of the mean over seeds."""
    n = len(values)
    return float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else float("nan")


HEADER = ("quantity", "arm", "unit", "in use", "over sets", "comes from", "interactions")


def row(names: tuple[str, str, str], division: Division) -> list[str]:
    """Return the row of the table about one result."""
    low, high = division.base + np.array([division.differences.min(), division.differences.max()])
    shown = [*names, f"{division.base:.1f}", f"{low:.1f} to {high:.1f}"]
    if not division.clear:
        return [*shown, "no more than the scatter of seeds", "-"]
    parts = [part for part, share in division.shares.items() if abs(share) >= WORTH_NAMING]
    carried = ", ".join(_written(part, division) for part in parts) or "-"
    return [*shown, carried, f"{100 * division.rest:.0f} %"]


def _written(part: str, division: Division) -> str:
    error = division.errors[part]
    scatter = f" ± {100 * error:.0f}" if np.isfinite(error) else ""
    return f"{part} {100 * division.shares[part]:.0f}{scatter} %"


def remark(sets: int, seeds: int) -> str:
    """Return what the shares are, for the reader of the table."""
    scatter = "± standard error over seeds" if seeds > 1 else "one seed: their scatter is unknown"
    return (
        f"Shares in the squared differences of {sets} sets from the set in use, from {seeds} "
        f"seed{'s' if seeds > 1 else ''} ({scatter}); parts below {100 * WORTH_NAMING:.0f} % are "
        "left out. Interactions: what three parts or more do together."
    )


def table(grid: Grid, quantities: list[str] | None = None) -> tuple[list[list[str]], str]:
    """Return the rows of the table of a sweep that `write_sweep` has laid out, and a remark.

    A result that some run does not have is left out.
    """
    for line in grid.missing:
        print(line, file=sys.stderr)
    (axis,) = grid.axes
    labels = [str(label) for label in axis.labels]
    sets = [label for label in labels if ": " not in label and label != BASE]
    parts = [label.removeprefix(only(sets[0], "")) for label in labels
             if label.startswith(only(sets[0], ""))]  # fmt: skip
    rows = []
    for key in grid.quantities(quantities):
        quantity, unit = grid.named(key)
        for arm in grid.arms(key):
            values = dict(zip(labels, grid.values(key, arm), strict=True))
            if all(np.isfinite(each).all() for each in values.values()):
                rows.append(row((quantity, arm, unit), divide(values, sets, parts)))
    return rows, remark(len(sets), len(grid.seeds))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiment", help="the name of one that ships, or a script")
    parser.add_argument("--sets", default=str(Path(__file__).with_name("accepted")))
    parser.add_argument("--within", help="swap the parameters of this group one by one")
    parser.add_argument("--neurons", type=int, default=400, help="as in the calibration")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=0.15, help="of the time-lapse")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="a folder, of the sweep")
    parser.add_argument("--quantity", action="append", metavar="KEY")
    parser.add_argument("--table", type=Path, help="also write the table into this page (.md)")
    options = parser.parse_args()
    check_outputs([Output("--table", options.table, TABLE)])
    return options


def plan(options) -> tuple[str, dict[str, Point]]:
    """Return the circuit and every point of the study."""
    circuit = load_experiment(experiment_path(options.experiment)).circuit
    free = {prior.name for prior in free_parameters(circuit)[0]}
    files = set_files(options.sets, circuit)
    sets = {file.stem: load_hypothesis(file).calibrated for file in files}
    sets = {name: values for name, values in sets.items() if not in_use(values, circuit)}
    parts = grouped(sets, free)
    if options.within:
        if options.within not in parts:
            raise SystemExit(f"--within {options.within}: expected one of {', '.join(parts)}")
        members = parts[options.within]
        sets = {s: {n: v for n, v in values.items() if n in members} for s, values in sets.items()}
        parts = {name: {name} for name in sorted(members)}
    return circuit, points(sets, parts, free)


def main() -> None:
    options = arguments()
    sweep = options.out.with_suffix(".toml")
    if sweep.exists():
        print(f"{sweep}: is there and is used; remove it to lay the study out again")
    else:
        write_sweep(sweep, *reversed(plan(options)), options)
    command = ["sweep", str(sweep), "--out", str(options.out), "--jobs", str(options.jobs)]
    if is_path(options.experiment, ".py"):
        command += ["--experiment", options.experiment]
    status = synaptoket(command)
    if status:
        sys.exit(status)
    rows, note = table(Grid(options.out), options.quantity)
    print(f"{aligned(HEADER, rows, indent='', left=3)}\n\n{note}")
    if options.table:
        command = " ".join(["python", "models/calibration/swaps.py", *sys.argv[1:]])
        write_table(options.table, f"    {command}\n\n{markdown(HEADER, rows, left=3)}\n\n{note}")


if __name__ == "__main__":
    main()
