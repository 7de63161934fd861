"""The initial state of a circuit: every constant and state variable as an array in SI units."""

import re
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from .connectivity import contacts
from .expressions import at_synapses
from .group import CircuitPlan, GroupPlan, assigned_in

State = dict[str, np.ndarray]

#: Synapses for which numbers are drawn at once.
CHUNK = 1 << 16


def initial_state(plan: CircuitPlan, seed: int) -> State:
    """Return all arrays of a circuit before its first segment.

    Parameters
    ----------
    plan : CircuitPlan
        The circuit.
    seed : int
        Seed of what is drawn: membrane potentials, which synapses exist, the sizes of spines.

    Returns
    -------
    dict of str to ndarray
        ``"group.variable"`` to an array with one entry for each cell or potential synapse, and
        ``"group.constant"`` to an array of one.
    """
    state = constants(plan)
    for name, group in plan.groups().items():
        dtypes = group.dtypes(plan.circuit.numerics.precision)
        for number, (variable, declared) in enumerate(group.variables.items()):
            value = _number(declared.initial, group)
            state[f"{name}.{variable}"] = np.full(group.size, value, dtype=dtypes[variable])
            if declared.deviation and (sigma := _number(declared.deviation, group)):
                # a generator of its own: other draws do not depend on whether there is a deviation
                own = np.random.default_rng([seed, 3, number, *name.encode()])
                state[f"{name}.{variable}"] *= _lognormal(own, sigma, group.size)
    generator = np.random.default_rng([seed, 2])
    for name, population in plan.circuit.populations.items():
        low, high = float(population.reset_potential), float(population.threshold)
        state[f"{name}.v"][:] = generator.uniform(low, high, plan.populations[name].size)
    for name in plan.projections:
        _structure(plan, name, state, generator)
    _started(plan, state, seed)
    _counters(plan, state, seed)
    return state


def _lognormal(generator: np.random.Generator, sigma: float, count: int) -> np.ndarray:
    """Return quantiles of a log-normal distribution in random order, with a mean of exactly one.

    Independent draws of so skewed a distribution would give circuits of different mean.
    """
    places = (generator.permutation(count) + 0.5) / count
    drawn = np.exp(sigma * np.array([NormalDist().inv_cdf(place) for place in places]))
    return drawn / drawn.mean()


def _number(value: float | str, group: GroupPlan) -> float:
    """Return a number, or the value of the constant that a name stands for."""
    return group.constants[value][1] if isinstance(value, str) else value


def constants(plan: CircuitPlan) -> State:
    """Return the constants of a circuit alone: ``"group.constant"`` to an array of one."""
    return {
        f"{name}.{constant}": np.array([value])
        for name, group in plan.groups().items()
        for constant, (_, value) in group.constants.items()
    }


def variable_sizes(plan: CircuitPlan) -> dict[str, int]:
    """Return the state variables of a circuit, without its constants, and their sizes."""
    return {
        f"{name}.{variable}": group.size
        for name, group in plan.groups().items()
        for variable in group.variables
    }


def _fill(values: np.ndarray, draw: Callable[[int], np.ndarray]) -> None:
    """Fill an array with drawn numbers in chunks, because draws take double precision."""
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        part[:] = draw(len(part))


def _structure(plan: CircuitPlan, name: str, state: State, generator: np.random.Generator) -> None:
    """Draw which synapses of a projection exist, with their ages, sizes and receptors."""
    group = plan.projections[name]
    constants = _constants_of(plan, name)
    if f"{name}.log_size" in state:
        mean, deviation = constants["log_size_mean"], constants["log_size_deviation"]
        _fill(state[f"{name}.log_size"], lambda n: generator.normal(mean, deviation, n))
    moving = "born" in assigned_in(group.slow)
    if f"{name}.present" in state:
        filling, most = constants["filling_fraction"], round(constants["contacts"])
        if most == 1:
            _fill(state[f"{name}.present"], lambda n: generator.random(n) < filling)
        else:
            _fill(state[f"{name}.present"], lambda n: generator.binomial(most, filling, n))
        # Synapses that exist at a given time are survivors: few of them are young, and those small.
        if moving:
            _survivors(plan, name, state, generator)
            _grown(name, state, constants)
    if f"{name}.ampa_content" in state:
        np.exp(state.get(f"{name}.log_size", 0.0), out=state[f"{name}.ampa_content"])
    if moving:
        absent = state[f"{name}.present"] == 0
        unripe = absent | (state.get(f"{name}.mature", np.ones(1)) == 0)  # a filopodium has no more
        for variable, declared in group.variables.items():
            if declared.newborn is not None:
                value = _number(declared.newborn, group)
                state[f"{name}.{variable}"][absent if variable == "age" else unripe] = value


def _survivors(plan: CircuitPlan, name: str, state: State, generator: np.random.Generator) -> None:
    """Draw ages, and stages where the rule of elimination knows any."""
    rules = [part.owner.rule for part in plan.rules.of_projection(name)]
    drawing = [rule.survivors for rule in rules if rule.survivors]
    draw = drawing[0] if drawing else _exponential
    constants, size = _constants_of(plan, name), state[f"{name}.age"].size
    for start in range(0, size, CHUNK):
        chunk = slice(start, start + CHUNK)
        drawn = draw(constants, generator, min(CHUNK, size - start))
        for variable, values in drawn.items():
            state[f"{name}.{variable}"][chunk] = values


def _grown(name: str, state: State, constants: dict[str, float]) -> None:
    """Turn sizes of old spines into those of their age: each has grown from the size of a new one.

    The closed form of the process of `spine_size`, started at `nascent_log_size`.
    """
    if f"{name}.log_size" not in state:
        return
    size, mean = state[f"{name}.log_size"], constants["log_size_mean"]
    memory = np.exp(-state[f"{name}.age"] / constants["size_relaxation"])  # of the size at birth
    born = (constants["nascent_log_size"] - mean) * memory
    size[:] = mean + born + (size - mean) * np.sqrt(1 - memory**2)


def _exponential(constants: object, generator: np.random.Generator, count: int) -> State:
    return {"age": generator.exponential(100 * 86400.0, count)}


def _started(plan: CircuitPlan, state: State, seed: int) -> None:
    """Give variables the values that rules compute at the start.

    Those of synapses follow from the cells; those of cells, multiplied, from their synapses.
    """
    starting = [
        (name, part)
        for name in plan.projections
        for part in plan.rules.of_projection(name)
        if part.part.start
    ]
    drawn = contacts(plan.circuit, seed) if starting else {}
    for name, part in starting:
        variable, sign, text = re.split(r"\s*([=~])\s*", part.part.start.strip(), maxsplit=1)
        known = {key: np.array(value) for key, value in _constants_of(plan, name).items()}
        for read, value in part.owner.rule.reads.items():  # what no other rule provides
            known |= {f"{read}{end}": np.array(value) for end in ("", "_pre", "_post")
                      if not _provides(plan, name, read, end)}  # fmt: skip
        values = at_synapses(text, plan, drawn, name, state, known)
        if sign == "=":
            state[f"{name}.{variable}"][:] = values
            continue
        of_cells = state[f"{plan.projections[name].target}.{variable.removesuffix('_post')}"]
        sums = np.bincount(drawn[name][1], values, minlength=of_cells.size)
        if sums.any():
            of_cells *= sums / sums.mean()


def _provides(plan: CircuitPlan, projection: str, name: str, end: str) -> bool:
    """Return whether a name is that of a variable of the synapse, or of a cell at one end."""
    group = plan.projections[projection]
    owner = {"": group, "_pre": plan.populations.get(group.source),
             "_post": plan.populations.get(group.target)}[end]  # fmt: skip
    return owner is not None and name in owner.variables


def _constants_of(plan: CircuitPlan, name: str) -> dict[str, float]:
    """Return the constants of all rules of a projection, in SI units."""
    return {
        key: float(value)
        for part in plan.rules.of_projection(name)
        for key, value in part.owner.constants.items()
    }


def _counters(plan: CircuitPlan, state: State, seed: int) -> None:
    """Set the counters of contacts; cells start with one element for each bound contact."""
    counting = {name: plan.counters(name) for name in plan.projections}
    if not any(counting.values()):
        return
    drawn = contacts(plan.circuit, seed)
    for name, counters in counting.items():
        for key, end in counters:
            cells = drawn[name][0 if end == "pre" else 1]
            size = state[key].size
            state[key] += np.bincount(cells, state[f"{name}.present"], minlength=size)
    for key in state:
        if key.endswith("_bound"):
            state[key.removesuffix("_bound")][:] = state[key]
