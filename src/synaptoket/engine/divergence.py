"""Signs that a simulation has diverged: values beyond their limits, cells that fire too often.

Both are looked for while a segment runs. Cells that fire in every step make each step slow, so
that the end of the segment may be minutes away.
"""

import numpy as np

from ..circuit.group import CircuitPlan
from ..circuit.initial import State
from ..parameters.errors import EngineError

#: By unit, what no membrane reaches: spikes are below 0.1 V, all receptors of a cell below 1 uS.
LIMITS = {"volt": 10.0, "siemens": 1e-5}

#: Values in other units must be numbers; the largest of single precision.
NUMBER = float(np.finfo(np.float32).max)

#: Steps between two looks at the spikes, in Brian2's runtime mode; also `segment_server.h`.
LOOK_EVERY = 32


def limits(plan: CircuitPlan) -> dict[str, float]:
    """Return the largest magnitude of every state variable of cells, by ``group.variable``."""
    groups = plan.populations | ({"neuropil": plan.neuropil} if plan.neuropil else {})
    return {
        f"{name}.{variable}": LIMITS.get(declared.unit, NUMBER)
        for name, group in groups.items()
        for variable, declared in group.variables.items()
        if declared.kind == "float"
    }


def diverged(name: str, value: float) -> EngineError:
    """Return the error for a variable that holds no number, or one beyond its limit."""
    group, _, variable = name.partition(".")
    fault = f"is {value:.3g} (SI units)" if np.isfinite(value) else "is not a number"
    return EngineError(
        f"the simulation diverged: {variable} of {group} ({name}) {fault}; {_LOOK_AT.format(group)}"
    )


def runaway(population: str) -> EngineError:
    """Return the error for cells that fire within their refractory period."""
    return EngineError(
        f"the simulation diverged: v of {population} ({population}.v) crosses the threshold within "
        f"the refractory period, again and again; {_LOOK_AT.format(population)}"
    )


_LOOK_AT = "look at the weights, reversal potentials and background of {}, and at numerics.step"


def check_values(arrays: State, limits: dict[str, float]) -> None:
    """Raise `EngineError` for a value that is no number, or beyond its limit if it has one.

    Every array is checked: a neuron whose conductance is no number fires in every step, and its
    potential, which is reset each time, looks sound.
    """
    for name, values in arrays.items():
        if values.dtype.kind != "f":
            continue
        beyond = ~(np.abs(values) <= limits.get(name, np.finfo(values.dtype).max))
        if beyond.any():
            raise diverged(name, float(values[beyond][0]))


def check_firing(population: str, spikes: int, cells: int, window: float, period: float) -> None:
    """Raise `EngineError` if there are more spikes in a window than refractory periods let pass.

    Parameters
    ----------
    population : str
        Its name, for the message.
    spikes, cells : int
        How many there are.
    window, period : float
        Length of the window and of the refractory period, in s.
    """
    if spikes > cells * (2.0 + window / period):
        raise runaway(population)
