"""The rows of the table: each plays ours and its peer in alternation and compares their times."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from . import commands
from .commands import TEN_WEIGHTS, BenchmarkError

#: Rates of ours and a peer may differ by this share, and numbers of synapses by that.
RATE_TOLERANCE, SYNAPSE_TOLERANCE = 0.2, 0.03
SETS = len(TEN_WEIGHTS)


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
    """How long and how often; seconds are of spiking."""

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


def check_synapses(what: str, ours: dict, peer: dict, keys=("present",)) -> None:
    """Refuse a comparison of circuits with different numbers of synapses."""
    for key in keys:
        if abs(peer[key] - ours[key]) > SYNAPSE_TOLERANCE * ours[key]:
            raise BenchmarkError(f"{what}: {peer[key]} {key} synapses, ours has {ours[key]}")


def standalone(settings: Settings) -> list[Row]:
    """Plain Brian2 standalone: the simulation alone, and ten sets with all compilations.

    One run of the peer in an empty folder gives both: the time that its binary reports, and the
    wall time of one set out of ten.
    """
    single = Row("plain_standalone", "s per s of spiking")
    ten = Row("ten_sets_standalone", "s for ten sets")
    for number in range(settings.rounds):
        mine, _ = commands.ours("spiking", seconds=settings.ours)
        cache = commands.emptied(settings.folder / "cold")
        sets, ten_wall = commands.ours(
            "ten_sets", seconds=settings.peer, ampa_weights=TEN_WEIGHTS, cache=cache
        )
        folder = commands.emptied(settings.folder / "plain")
        peer, wall, ten_peer = _one_set("standalone", settings, directory=folder)
        _compare(single, "plain Brian2, standalone", mine, peer, settings, number)
        _compare_sets(ten, sets, ten_wall, peer, ten_peer, settings, number)
        ten.notes["ours_compile_seconds"] = sets["engine"]
    again, wall = commands.plain(
        "standalone", seconds=settings.peer, ampa_weights=TEN_WEIGHTS[:1], directory=folder
    )
    once = ten.over[-1] / SETS
    ten.notes["peer_same_folder_seconds"] = once + (SETS - 1) * wall
    ten.notes["ratio_same_folder"] = ten.notes["peer_same_folder_seconds"] / median(ten.under)
    return [single, ten]


def runtime(settings: Settings) -> list[Row]:
    """Brian2's runtime mode with a warm cache: the simulation alone, and ten sets."""
    single = Row("runtime_cython", "s per s of spiking")
    ten = Row("ten_sets_runtime", "s for ten sets")
    settings.say("  warming the caches (minutes, if Cython has not compiled these before)")
    commands.plain("runtime", seconds=0.2)
    commands.ours("compile")
    for number in range(settings.rounds):
        mine, _ = commands.ours("spiking", seconds=settings.ours)
        sets, ten_wall = commands.ours("ten_sets", seconds=settings.peer, ampa_weights=TEN_WEIGHTS)
        peer, _, ten_peer = _one_set("runtime", settings)
        _compare(single, "plain Brian2, runtime", mine, peer, settings, number)
        _compare_sets(ten, sets, ten_wall, peer, ten_peer, settings, number)
    return [single, ten]


def nest_structural(settings: Settings) -> list[Row]:
    """NEST with structural plasticity."""
    row = Row("nest_structural", "s per s of spiking")
    for number in range(settings.rounds):
        mine, _ = commands.ours("spiking", seconds=settings.ours)
        peer = commands.nest(seconds=settings.nest)
        _compare(row, "NEST", mine, peer, settings, number)
    return [row]


def structural_overhead(settings: Settings) -> list[Row]:
    """Ours with structural plasticity on and off, segment by segment in alternation."""
    row = Row("structural_overhead", "s per s of spiking")
    for number in range(settings.rounds):
        both, _ = commands.ours("structure", seconds=settings.structure)
        check_rates("structural plasticity off", both["rates"], both["rates_off"])
        if both["births_off"] or not both["births"]:
            raise BenchmarkError("structural plasticity is not on and off as it should be")
        row.add(both["on"], both["off"])
        row.rates = {"on": both["rates"], "off": both["rates_off"]}
        row.notes.setdefault("processor_time_ratios", []).append(both["processor_ratio"])
        _tell(row, settings, number)
    return [row]


def state_update_limit(settings: Settings) -> list[Row]:
    """Our state update alone against a hand-written loop."""
    from .state_update import Pair

    row = Row("state_update_limit", "s per s of spiking")
    pair = Pair(settings.folder / "state_update", settings.update)
    row.notes["precision"] = pair.precision
    others = []
    for number in range(settings.rounds):
        # short runs: the best of several is the one that nothing else on the machine disturbed
        tries = [(pair.ours(), pair.by_hand(), pair.by_hand(other=True)) for _ in range(5)]
        ours, by_hand, other = (min(times) for times in zip(*tries, strict=True))
        row.add(ours, by_hand)
        others.append(other)
        _tell(row, settings, number)
    row.notes["by_hand_other_precision"] = median(others)
    return [row]


def _one_set(mode: str, settings: Settings, **options) -> tuple[dict, float, float]:
    """Run the peer; return its result, the wall time, and the wall time of ten sets."""
    weights = TEN_WEIGHTS if settings.full else TEN_WEIGHTS[4:5]
    results, wall = commands.plain(mode, seconds=settings.peer, ampa_weights=weights, **options)
    start = wall - sum(result["wall"] for result in results)  # Python and imports, once
    ten = wall if settings.full else start + SETS * results[0]["wall"]
    return results[len(results) // 2], wall, ten


def _compare(row: Row, what: str, mine: dict, peer: dict, settings: Settings, number: int):
    keys = ("present", "potential") if "potential" in peer else ("present",)
    check_rates(what, mine["rates"], peer["rates"])
    check_synapses(what, mine, peer, keys)
    row.add(peer["seconds_per_second"], mine["seconds_per_second"])
    row.rates = {"ours": mine["rates"], "peer": peer["rates"]}
    row.notes["synapses"] = {"ours": mine["present"], "peer": peer["present"]}
    row.notes["births"] = {"ours": mine["births"], "peer": peer["births"]}
    _tell(row, settings, number)


def _compare_sets(row, sets, wall, peer, ten_peer, settings: Settings, number: int):
    for rates in sets["rates"]:
        check_rates("ten sets", rates, peer["rates"])
    row.add(ten_peer, wall)
    row.rates = {"ours": sets["rates"][len(sets["rates"]) // 2], "peer": peer["rates"]}
    row.notes["peer_sets_timed"] = SETS if settings.full else 1
    _tell(row, settings, number)


def _tell(row: Row, settings: Settings, number: int) -> None:
    rates = "; ".join(
        f"{who} " + " ".join(f"{rate:.2f}" for rate in values.values())
        for who, values in row.rates.items()
    )
    settings.say(
        f"  {row.name} {number + 1}/{settings.rounds}: {row.over[-1]:.4g} / {row.under[-1]:.4g} "
        f"= {row.over[-1] / row.under[-1]:.2f}" + (f"  (Hz: {rates})" if rates else "")
    )


#: The rows that one function measures together.
GROUPS = {
    standalone: ("plain_standalone", "ten_sets_standalone"),
    runtime: ("runtime_cython", "ten_sets_runtime"),
    nest_structural: ("nest_structural",),
    structural_overhead: ("structural_overhead",),
    state_update_limit: ("state_update_limit",),
}
