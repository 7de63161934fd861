"""The comparisons of the table: each plays ours and its peer in alternation, round by round.

What fails in one row is noted under its name and leaves the rows beside it as they are.
"""

from statistics import median

import numpy as np

from synaptoket.circuit import load_circuit

from . import background, commands
from .commands import BenchmarkError
from .ours import PLASTIC
from .rows import Row, Settings, check_rates, check_sizes, check_synapses

#: AMPA weights of the ten parameter sets over that of the circuit; the fifth is the circuit's.
TEN_FACTORS = tuple(np.linspace(0.96, 1.05, 10).round(2).tolist())
SETS, FIFTH = len(TEN_FACTORS), 4
#: Weights (nS) of the background of NEST's cells from which the search for the present ones starts.
FIRST_WEIGHTS = {"pyramidal": 12.6, "pv": 5.9, "sst": 1.76}
#: Seconds of spiking for each step of that search, and before them with cells apart.
SEARCH, SETTLE_APART = 4.0, 0.5


def standalone(settings: Settings) -> list[Row]:
    """Plain Brian2 standalone: the simulation alone, and ten sets with all compilations.

    One run of the peer in an empty folder gives both: the time that its binary reports, and the
    wall time of one set out of ten.
    """
    single = Row("plain_standalone", "s per s of spiking")
    ten = Row("ten_sets_standalone", "s for ten sets")
    attempt, folder = settings.attempt, settings.folder / "plain"
    with attempt(single.name, ten.name):
        for number in attempt.rounds(settings.rounds, single.name, ten.name):
            commands.emptied(folder)
            peer, ten_peer = _one_set("standalone", settings, directory=folder)
            with attempt(single.name):
                mine, _ = commands.ours("spiking", seconds=settings.ours)
                _compare(single, "plain Brian2, standalone", mine, peer, settings, number)
            with attempt(ten.name):
                cache = commands.emptied(settings.folder / "cold")
                sets, wall = _our_sets(settings, cache=cache)
                _compare_sets(ten, sets, wall, peer, ten_peer, settings, number)
                ten.notes["ours_compile_seconds"] = sets["engine"]
    with attempt(ten.name):
        if ten.over:
            ten.notes |= _same_folder(ten, settings, folder)
    return [single, ten]


def _same_folder(ten: Row, settings: Settings, folder) -> dict:
    """Return what ten sets take in one project folder: one compiled anew, nine changed in part."""
    weights = ten_weights()[:1]
    _, wall = commands.plain(
        "standalone", seconds=settings.peer, ampa_weights=weights, directory=folder
    )
    seconds = ten.over[-1] / SETS + (SETS - 1) * wall
    return {
        "peer_same_folder_seconds": seconds,
        "ratio_same_folder": seconds / median(ten.under),
    }


def runtime(settings: Settings) -> list[Row]:
    """Brian2's runtime mode with a warm cache: the simulation alone, and ten sets."""
    single = Row("runtime_cython", "s per s of spiking")
    ten = Row("ten_sets_runtime", "s for ten sets")
    attempt = settings.attempt
    with attempt(single.name, ten.name):
        settings.say("  warming the caches (minutes, if Cython has not compiled these before)")
        commands.plain("runtime", seconds=0.2)
        commands.ours("compile")
        for number in attempt.rounds(settings.rounds, single.name, ten.name):
            peer, ten_peer = _one_set("runtime", settings)
            with attempt(single.name):
                mine, _ = commands.ours("spiking", seconds=settings.ours)
                _compare(single, "plain Brian2, runtime", mine, peer, settings, number)
            with attempt(ten.name):
                sets, wall = _our_sets(settings)
                _compare_sets(ten, sets, wall, peer, ten_peer, settings, number)
    return [single, ten]


def nest_structural(settings: Settings) -> list[Row]:
    """NEST with structural plasticity, its background chosen for the rates that ours has."""
    row = Row("nest_structural", "s per s of spiking")
    attempt = settings.attempt
    with attempt(row.name):
        mine, _ = commands.ours("spiking", seconds=settings.ours)
        rates, weights = mine["rates"], nest_background(mine["rates"], settings)
        row.notes["background_weights"] = weights
        for number in attempt.rounds(settings.rounds, row.name):
            mine, _ = commands.ours("spiking", seconds=settings.ours)
            peer = commands.nest(seconds=settings.nest, **_three(rates, weights))
            _compare(row, "NEST", mine, peer, settings, number)
    return [row]


def nest_background(rates: dict[str, float], settings: Settings) -> dict[str, float]:
    """Return the weights (nS) of NEST's background with which its cells fire at some rates (Hz)."""

    def play(weights: dict[str, float], **how) -> dict[str, float]:
        found = commands.nest(seconds=SEARCH, **_three(rates, weights), **how)["rates"]
        pairs = (f"{name} {w:.3g} nS {found[name]:.2f} Hz" for name, w in weights.items())
        settings.say(f"  background, cells {'apart' if how else 'together'}: {', '.join(pairs)}")
        return found

    def apart(weights: dict[str, float]) -> dict[str, float]:
        return play(weights, apart=True, warmup=SETTLE_APART)

    weights, _ = background.find(apart, play, rates, FIRST_WEIGHTS)
    return weights


def _three(rates: dict[str, float], weights: dict[str, float]) -> dict[str, list[float]]:
    """Return rates and weights in the order in which the script takes them."""
    return {
        "rates": [rates[name] for name in FIRST_WEIGHTS],
        "weights": [weights[name] for name in FIRST_WEIGHTS],
    }


def structural_overhead(settings: Settings) -> list[Row]:
    """Ours with structural plasticity on and off, segment by segment in alternation."""
    row = Row("structural_overhead", "s per s of spiking")
    with settings.attempt(row.name):
        for number in settings.attempt.rounds(settings.rounds, row.name):
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
    row = Row("state_update_limit", "s per s of spiking")
    with settings.attempt(row.name):
        from .state_update import Pair

        pair = Pair(settings.folder / "state_update", settings.update)
        row.notes["precision"] = pair.precision
        others = []
        for number in settings.attempt.rounds(settings.rounds, row.name):
            # short runs: the best of several is the one that nothing else on the machine disturbed
            tries = [(pair.ours(), pair.by_hand(), pair.by_hand(other=True)) for _ in range(5)]
            ours, by_hand, other = (min(times) for times in zip(*tries, strict=True))
            row.add(ours, by_hand)
            others.append(other)
            _tell(row, settings, number)
        row.notes["by_hand_other_precision"] = median(others)
    return [row]


def ten_weights() -> list[float]:
    """Return the AMPA weights of the ten sets in nS, around that of the present circuit."""
    weight = float(load_circuit("prefrontal").projections[PLASTIC].ampa_weight) * 1e9
    return [factor * weight for factor in TEN_FACTORS]


def _our_sets(settings: Settings, **options) -> tuple[dict, float]:
    """Run our ten sets; return their results and the wall time."""
    return commands.ours("ten_sets", seconds=settings.peer, ampa_weights=ten_weights(), **options)


def _one_set(mode: str, settings: Settings, **options) -> tuple[dict, float]:
    """Run the peer; return the result of its fifth set, and the wall time of ten sets."""
    weights = ten_weights() if settings.full else [ten_weights()[FIFTH]]
    results, wall = commands.plain(mode, seconds=settings.peer, ampa_weights=weights, **options)
    start = wall - sum(result["wall"] for result in results)  # Python and imports, once
    ten = wall if settings.full else start + SETS * results[0]["wall"]
    return results[FIFTH if settings.full else 0], ten


def _compare(row: Row, what: str, mine: dict, peer: dict, settings: Settings, number: int):
    keys = ("present", "potential") if "potential" in peer else ("present",)
    check_sizes(what, mine, peer)
    check_rates(what, mine["rates"], peer["rates"])
    check_synapses(what, mine, peer, keys)
    row.add(peer["seconds_per_second"], mine["seconds_per_second"])
    row.rates = {"ours": mine["rates"], "peer": peer["rates"]}
    row.notes["synapses"] = {"ours": mine["present"], "peer": peer["present"]}
    row.notes["births"] = {"ours": mine["births"], "peer": peer["births"]}
    _tell(row, settings, number)


def _compare_sets(row, sets, wall, peer, ten_peer, settings: Settings, number: int):
    check_sizes("ten sets", sets, peer)
    for rates in sets["rates"]:
        check_rates("ten sets", rates, peer["rates"])
    row.add(ten_peer, wall)
    row.rates = {"ours": sets["rates"][FIFTH], "peer": peer["rates"]}
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
