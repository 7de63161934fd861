"""The initial state of a circuit: every constant and state variable as an array in SI units."""

from collections.abc import Callable

import numpy as np

from .connectivity import contacts
from .group import CircuitPlan, GroupPlan, assigned_in
from .synapse_expressions import at_synapses

State = dict[str, np.ndarray]


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
                state[f"{name}.{variable}"] *= own.lognormal(-(sigma**2) / 2, sigma, group.size)
    generator = np.random.default_rng([seed, 2])
    for name, population in plan.circuit.populations.items():
        low, high = float(population.reset_potential), float(population.threshold)
        state[f"{name}.v"][:] = generator.uniform(low, high, plan.populations[name].size)
    for name in plan.projections:
        _structure(plan, name, state, generator)
    _started(plan, state, seed)
    _counters(plan, state, seed)
    return state


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


def _fill(values: np.ndarray, draw: Callable[[int], np.ndarray], chunk: int = 1 << 16) -> None:
    """Fill an array with drawn numbers in chunks, because draws take double precision."""
    for start in range(0, len(values), chunk):
        part = values[start : start + chunk]
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
        # Synapses that exist at a given time are survivors: few of them are small or young.
        if moving:
            _fill(state[f"{name}.age"], lambda n: generator.exponential(100 * 86400.0, n))
    if f"{name}.ampa_content" in state:
        np.exp(state.get(f"{name}.log_size", 0.0), out=state[f"{name}.ampa_content"])
    if moving:
        absent = np.flatnonzero(state[f"{name}.present"] == 0)
        for variable, declared in group.variables.items():
            if declared.newborn is not None:
                value = _number(declared.newborn, group)
                state[f"{name}.{variable}"][absent] = value


def _started(plan: CircuitPlan, state: State, seed: int) -> None:
    """Give variables of synapses the values that rules compute from the cells at the start."""
    starting = [
        (name, part)
        for name in plan.projections
        for part in plan.rules.of_projection(name)
        if part.part.start
    ]
    drawn = contacts(plan.circuit, seed) if starting else {}
    for name, part in starting:
        variable, _, text = part.part.start.partition("=")
        known = {key: np.array(value) for key, value in _constants_of(plan, name).items()}
        values = at_synapses(text.strip(), plan, drawn, name, state, known)
        state[f"{name}.{variable.strip()}"][:] = values


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
