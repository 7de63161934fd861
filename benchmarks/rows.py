"""What a row of the table holds, and when ours and a peer may be compared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from statistics import median

from .attempts import Attempts
from .commands import BenchmarkError

#: Rates of ours and a peer may differ by this share, and numbers of synapses by that.
RATE_TOLERANCE, SYNAPSE_TOLERANCE = 0.2, 0.03


@dataclass(frozen=True)
class Target:
    """What the ratio of a row should be."""

    limit: float
    least: bool = True

    def met(self, ratio: float) -> bool:
        """Say whether a ratio keeps to the target."""
        return ratio >= self.limit if self.least else ratio <= self.limit

    def __str__(self):
        return f"{'≥' if self.least else '≤'} {self.limit:g}"


TARGETS = {
    "plain_standalone": Target(3),
    "runtime_cython": Target(12),
    "nest_structural": Target(20),
    "ten_sets_standalone": Target(12),
    "ten_sets_runtime": Target(6),
    "structural_overhead": Target(1.08, least=False),
    "state_update_limit": Target(2, least=False),
}


@dataclass(frozen=True)
class Settings:
    """How long and how often; seconds are of spiking. `attempt` notes what fails."""

    folder: Path
    rounds: int = 3
    ours: float = 10.0
    peer: float = 20.0
    nest: float = 4.0
    structure: float = 20.0
    update: float = 4.0
    accuracy: float = 40.0
    growth: float = 480.0
    seeds: int = 5
    neurons: int = 1000
    full: bool = False
    scale: tuple[tuple[int, int | None], ...] = (
        (500, None), (1000, None), (2000, None), (5000, None), (10_000, None), (10_000, 1250),
    )  # fmt: skip
    say: Callable[[str], None] = field(default=print, compare=False)
    attempt: Attempts = field(default_factory=Attempts, compare=False)


@dataclass
class Row:
    """Times of one comparison, in order; ratio = `over` / `under`, round by round."""

    name: str
    unit: str
    over: list[float] = field(default_factory=list)
    under: list[float] = field(default_factory=list)
    rates: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: dict = field(default_factory=dict)

    def add(self, over: float, under: float) -> None:
        """Add one round."""
        self.over.append(over)
        self.under.append(under)

    def as_json(self) -> dict:
        """Return the row for the file of results."""
        target = TARGETS[self.name]
        ratios = [a / b for a, b in zip(self.over, self.under, strict=True)]
        return {
            "median": median(ratios),
            "min": min(ratios),
            "max": max(ratios),
            "target": target.limit,
            "sense": ">=" if target.least else "<=",
            "met": target.met(median(ratios)),
            "unit": self.unit,
            "numerator": self.over,
            "denominator": self.under,
            "rates": self.rates,
            **self.notes,
        }


def check_rates(what: str, ours: dict[str, float], peer: dict[str, float]) -> None:
    """Refuse a comparison of circuits that do not fire alike.

    Raises
    ------
    BenchmarkError
        If a population's rate differs by more than a fifth.

    >>> check_rates("x", {"pv": 14.0}, {"pv": 15.0})
    >>> check_rates("x", {"pv": 14.0}, {"pv": 18.0})
    Traceback (most recent call last):
    benchmarks.commands.BenchmarkError: x: pv cells fire at 18.00 Hz, ours at 14.00 Hz: ...
    """
    for name, rate in ours.items():
        if not abs(peer[name] - rate) <= RATE_TOLERANCE * rate:
            raise BenchmarkError(
                f"{what}: {name} cells fire at {peer[name]:.2f} Hz, ours at {rate:.2f} Hz: "
                f"more than {RATE_TOLERANCE:.0%} apart, so the times cannot be compared"
            )


def check_sizes(what: str, ours: dict, peer: dict) -> None:
    """Refuse a comparison of circuits with other numbers of cells, or another time step.

    Raises
    ------
    BenchmarkError
        If `sizes` or `step` (in seconds) differ.
    """
    if peer["sizes"] != ours["sizes"]:
        raise BenchmarkError(f"{what}: cells {peer['sizes']}, ours has {ours['sizes']}")
    if not isclose(peer["step"], ours["step"]):
        raise BenchmarkError(f"{what}: steps of {peer['step']:g} s, ours of {ours['step']:g} s")


def check_synapses(what: str, ours: dict, peer: dict, keys=("present",)) -> None:
    """Refuse a comparison of circuits with different numbers of synapses."""
    for key in keys:
        if abs(peer[key] - ours[key]) > SYNAPSE_TOLERANCE * ours[key]:
            raise BenchmarkError(f"{what}: {peer[key]} {key} synapses, ours has {ours[key]}")
