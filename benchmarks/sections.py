"""The sections of the page beside the table of ratios; each says what was not measured, and why."""

from . import accuracy as approximations
from .growth import CIRCUIT, SETTLED, TARGETS

SCALE = """\
Peak resident memory of the binary and of Python, what both have mapped counted once; the binary was
in the cache. Growth is time over that of 1,000 neurons, divided by the ratio of potential synapses.
Bytes per synapse are the memory beyond that of the smallest circuit for each synapse beyond its.
The last size has 1,250 potential contacts for each pyramidal cell, as many of which exist as
usual."""


def reason(results: dict, name: str) -> str:
    """Say in a cell of a table that a row was not measured, and why.

    >>> reason({"missing": {"growth": "no | NEST"}}, "growth")
    'not measured: no / NEST'
    """
    why = results["missing"].get(name, "not asked for in this run")
    return f"not measured: {why.replace('|', '/')}"


def met(value: bool | None) -> str:
    """Say whether a target was met; None if it was not measured."""
    return {True: "yes", False: "**no**", None: "–"}[value]


def scale(results: dict) -> str:
    """Return the section on time and memory by size."""
    lines = ["## Scale", ""]
    found = results["scale"]
    if not found:
        return "\n".join([*lines, _alone(results, "scale")])
    lines += [
        SCALE,
        "",
        "| neurons | potential synapses | s per s of spiking | growth | peak | bytes per synapse "
        "| pyramidal rate |",
        "|---|---|---|---|---|---|---|",
    ]
    for point in found["points"]:
        lines.append(
            f"| {point['neurons']:,} | {point['potential_synapses']:,} "
            f"| {point['seconds_per_second']:.3f} | {_number(point['growth'], '.2f')} "
            f"| {point['peak_bytes'] / 2**20:,.0f} MiB "
            f"| {_number(point['bytes_per_synapse'], '.0f')} "
            f"| {point['rates']['pyramidal']:.2f} Hz |"
        )
    for name in _missing(results, "scale."):
        neurons, _, degree = name.removeprefix("scale.").partition(".")
        size = f"{int(neurons):,}" + (f" ({int(degree):,} contacts)" if degree else "")
        lines.append(f"| {size} | {reason(results, name)} | – | – | – | – | – |")
    names = {
        "growth": "largest growth",
        "bytes_per_synapse": "most bytes per potential synapse",
        "ten_million_bytes": "bytes with ten million potential contacts",
    }
    return "\n".join([*lines, "", *_judgements(results, "scale", names)])


def costs(results: dict) -> str:
    """Return the section on what the engine costs beyond the simulation."""
    lines = ["## Costs of the engine", ""]
    if not results["costs"]:
        return "\n".join([*lines, _alone(results, "costs")])
    names = {
        "segment_milliseconds": "a segment of 1,000 neurons beyond the simulation, ms",
        "compile_seconds": "cold compilation, with the start of Brian2, s",
        "help_seconds": "`python -m synaptoket --help`, s",
    }
    return "\n".join([*lines, *_judgements(results, "costs", names)])


def _judgements(results: dict, part: str, names: dict) -> list[str]:
    lines = ["| what | measured | target | met |", "|---|---|---|---|"]
    for name, label in names.items():
        entry = results[part][name]
        value, full = entry["value"], f"{part}.{name}"
        if value is None:
            shown = reason(results, full) if full in results["missing"] else "not measured"
        else:
            shown = f"{value:,.0f}" if value > 1e6 else f"{value:,.3g}"
        lines.append(f"| {label} | {shown} | ≤ {entry['target']:,} | {met(entry['met'])} |")
    return lines


def growth(results: dict) -> str:
    """Return the section on homeostatic growth."""
    parts, found = ["## Homeostatic growth against NEST"], results["growth"]
    if not found:
        return "\n\n".join([*parts, _alone(results, "growth")])
    if found["ratio"] is None:
        parts.append(_alone(results, "growth"))
    else:
        parts += [_grown(found), f"NEST takes {found['ratio']:.0f} times as long."]
    cost = found["overhead"]
    parts.append(
        f"In the prefrontal circuit with {cost['candidates']:,} candidates, synapses made by "
        f"elements cost\n{cost['on']:.4f} s per second of spiking where synapses that stay cost "
        f"{cost['off']:.4f} ({cost['ratio']:.2f} times)."
        if cost
        else "The cost of elements in the prefrontal circuit: " + reason(results, "growth.overhead")
    )
    label = "Time of one update of 1,000 silent cells, by the number of candidates"
    if not found["matching"]:
        return "\n\n".join([*parts, f"{label}: {reason(results, 'growth.matching')}"])
    rows = (
        f"| {row['candidates']:,} | {1e3 * row['seconds']:.2f} "
        f"| {1e9 * row['seconds'] / row['candidates']:.1f} |"
        for row in found["matching"]
    )
    lines = [f"{label}:", "", "| candidates | ms | ns a candidate |", "|---|---|---|", *rows]
    return "\n\n".join([*parts, "\n".join(lines)])


def _grown(found: dict) -> str:
    lines = [
        f"The circuit `{CIRCUIT}` (1,000 cells, unconnected at first; NEST's own example of",
        f"structural plasticity at a fifth of its speed) after {found['seconds']:g} s; means of "
        f"the last {SETTLED:g} s. NEST:",
        "`benchmarks/peers/nest_growth.py`.",
        "",
        "| | target | ours | NEST |",
        "|---|---|---|---|",
    ]
    rows = [(f"{name} cells, Hz", f"{TARGETS[name]:g}", f"{name}_rate", ".2f") for name in TARGETS]
    rows += [(f"synapses of {name} cells", "", f"{name}_synapses", ".0f") for name in TARGETS]
    rows += [("wall time, s", "", "wall", ".1f")]
    for label, target, key, form in rows:
        ours, peer = (format(found[who][key], form) for who in ("ours", "peer"))
        lines.append(f"| {label} | {target} | {ours} | {peer} |")
    return "\n".join(lines)


def accuracy(results: dict) -> str:
    """Return the section on the errors of approximations."""
    lines, found = ["## Accuracy", ""], results["accuracy"]
    if not found:
        return "\n".join([*lines, _alone(results, "accuracy")])
    lines += [
        f"{found['neurons']:,} neurons, {found['seconds']:g} s of spiking, mean difference from "
        f"the reference with its 95 % interval over {found['seeds']} seeds. The reference: double "
        "precision, steps of 0.05 ms, background inputs at every step, synapses that come and go "
        "every 0.1 s. Each approximation is switched by `--set numerics.<name>=<value>`. Bound: "
        f"3 %, or the spread over seeds if that is larger; kept: {met(found['met'])}.",
        "",
        approximations.table(found),
    ]
    blank = " – |" * (len(approximations.QUANTITIES) - 1)
    lines += [
        f"| {name.removeprefix('accuracy.')} | {reason(results, name)} |{blank}"
        for name in _missing(results, "accuracy.")
    ]
    return "\n".join(lines)


def _alone(results: dict, name: str) -> str:
    """Return the sentence that stands in place of a section."""
    return f"N{reason(results, name)[1:]}."


def _missing(results: dict, prefix: str) -> list[str]:
    return [name for name in results["missing"] if name.startswith(prefix)]


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
