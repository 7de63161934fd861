"""A cell assembly, stored in structure: its members share many large synapses.

Storing it sets a cause, not an outcome: at the start of a phase every potential synapse between two
members becomes an established spine of a given size, with the AMPA receptors that its slots hold,
as if learning had built it (Holtmaat & Caroni 2016 Nat Neurosci). From then on the rules act on it
as on any other synapses: sizes are forgotten, spines are lost and born, homeostasis scales its
cells. Efficacy is not changed: calcium-based plasticity forgets it within hours of spontaneous
activity, so that only structure lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..circuit.connectivity import Contacts
from ..circuit.group import CircuitPlan
from ..circuit.initial import State
from ..parameters.errors import UserError, nearest

#: Age of a stored spine, in seconds: long established.
STORED_AGE = 30 * 86400.0


def excitatory_population(plan: CircuitPlan) -> str:
    """Return the population whose cells excite others.

    Raises
    ------
    UserError
        If the circuit has none.
    """
    for name, population in plan.circuit.populations.items():
        if population.excitatory:
            return name
    raise UserError(f"{plan.circuit.name}: populations: none is excitatory, for an assembly")


def recurrent_projection(plan: CircuitPlan) -> str:
    """Return the projection of the excitatory population onto itself.

    Raises
    ------
    UserError
        If the circuit has none.
    """
    cells = excitatory_population(plan)
    for name, projection in plan.circuit.projections.items():
        if projection.source == projection.target == cells:
            return name
    raise UserError(f"{plan.circuit.name}: no projection of {cells} onto itself, for an assembly")


@dataclass(frozen=True)
class Assembly:
    """Excitatory cells that are connected more strongly among themselves.

    Parameters
    ----------
    share : float
        Share of the excitatory cells that are members; the seed of the connectivity draws them.
    stored : str, optional
        The phase at whose start the assembly is stored; None leaves the cells as they are.
    log_size : float
        Logarithm of the size of the stored spines; the mean spine has size one.
    """

    share: float = 0.1
    stored: str | None = None
    log_size: float = 1.0

    def check(self, phases: list[str]) -> None:
        """Raise `UserError` if a value is out of range or the phase is unknown."""
        for name in ("share", "log_size"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise UserError(f"assembly: {name} = {value!r}: expected a number")
        if not 0 < self.share <= 0.5:
            raise UserError(f"assembly: share = {self.share}: expected above 0, up to 0.5")
        if abs(self.log_size) > 3:
            raise UserError(f"assembly: log_size = {self.log_size}: expected -3 to 3")
        if self.stored is not None and self.stored not in phases:
            hint = nearest(str(self.stored), phases)
            raise UserError(f"assembly: stored: unknown phase {self.stored!r}{hint}")

    def members(self, size: int, seed: int) -> np.ndarray:
        """Return the indices of the members, in random order: shape (members,).

        >>> Assembly(share=0.25).members(8, seed=1).tolist()
        [3, 0]
        """
        return np.random.default_rng([seed, 3]).permutation(size)[
            : max(round(self.share * size), 2)
        ]

    def imprint(
        self, plan: CircuitPlan, contacts: Contacts, state: Mapping[str, np.ndarray], seed: int
    ) -> State:
        """Return the arrays of a state that storing the assembly changes.

        A synapse that is new is counted as formed, in the first row of the phase.

        Parameters
        ----------
        plan, contacts
            The circuit and its potential synapses.
        state : mapping of str to ndarray
            The state at that moment.
        seed : int
            Of the connectivity.
        """
        name = recurrent_projection(plan)
        member = np.zeros(plan.populations[excitatory_population(plan)].size, bool)
        member[self.members(len(member), seed)] = True
        pre, post = contacts[name]
        among = member[pre] & member[post]
        stored = {
            "present": 1,
            "log_size": self.log_size,
            "ampa_content": np.exp(self.log_size),
            "age": STORED_AGE,
        }
        changed = {
            f"{name}.{variable}": _filled(state[f"{name}.{variable}"], among, value)
            for variable, value in stored.items()
            if f"{name}.{variable}" in state
        }
        if f"{name}.births" in state:
            born = among & (state[f"{name}.present"] == 0)
            births = state[f"{name}.births"]
            changed[f"{name}.births"] = np.where(born, births + births.dtype.type(1), births)
        return changed


def _filled(values: np.ndarray, where: np.ndarray, value: float) -> np.ndarray:
    """Return a copy of an array with one value in some places."""
    values = values.copy()
    values[where] = value
    return values
