"""The plan of one Brian2 group: its size, equations, statements, constants and variables."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..pharmacology.drives import DRIVES
from ..plasticity import Variable
from .circuit_file import Circuit
from .joined_rules import JoinedRules


@dataclass
class GroupPlan:
    """The text and numbers of one population, projection or the neuropil.

    Attributes
    ----------
    name : str
        The name of the Brian2 group.
    size : int
        Its number of cells, or of potential synapses.
    variables : dict of str to Variable
        State variables.
    equations, reset, input, on_pre, on_post, survey, offer, slow : str
        Text for Brian2. `survey` and `offer` run on every projection before the `slow` update of
        any projection.
    constants : dict of str to (str, float)
        Shared constants: Brian2 unit and SI value.
    linked : dict of str to str
        The variables of the neuropil that a population reads, with their Brian2 units.
    source, target : str
        The groups at the ends of a projection.
    counters : list of (str, str)
        The variables that count a projection's contacts on the cells of one of its ends, and that
        end, ``"pre"`` or ``"post"``.
    """

    name: str
    size: int
    variables: dict[str, Variable]
    equations: str = ""
    reset: str = ""
    input: str = ""
    on_pre: str = ""
    on_post: str = ""
    survey: str = ""
    offer: str = ""
    slow: str = ""
    constants: dict[str, tuple[str, float]] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    source: str = ""
    target: str = ""
    counters: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """Return all statements and equations as one text, to search it for names."""
        return "\n".join(self.statements().values())

    def statements(self) -> dict[str, str]:
        """Return equations and statements by the event at which they run."""
        keys = ("equations", "reset", "input", "on_pre", "on_post", "survey", "offer", "slow")
        return {key: getattr(self, key) for key in keys}

    def declarations(self) -> str:
        """Return the lines that declare constants, state variables and links."""
        differential = set(re.findall(r"^\s*d(\w+)/dt", self.equations, re.MULTILINE))
        lines = [f"{name} : {unit} (shared)" for name, (unit, _) in self.constants.items()]
        for name, variable in self.variables.items():
            if name in differential:
                continue
            kind = variable.unit if variable.kind == "float" else "integer"
            lines.append(f"{name} : {kind}")
        lines += [f"{name} : {unit} (linked)" for name, unit in self.linked.items()]
        return "\n".join(lines)

    def dtypes(self, precision: str) -> dict[str, np.dtype]:
        """Return the dtype of every state variable.

        With `precision` ``"single"``, variables of equations and of synapses are in single
        precision. Variables that accumulate over weeks in small steps are always in double.
        """
        fast = set(self.variables) if self.source else names_in(self.equations)

        def dtype(name: str, variable: Variable) -> np.dtype:
            if variable.kind != "float":
                return np.dtype({"integer": np.int32, "byte": np.int8}[variable.kind])
            single = precision == "single" and (name in fast or variable.derived)
            return np.dtype(np.float32 if single else np.float64)

        return {name: dtype(name, variable) for name, variable in self.variables.items()}

    def model(self) -> str:
        """Return the complete Brian2 equations of the group."""
        return "\n".join(part for part in (clean(self.equations), self.declarations()) if part)


@dataclass
class CircuitPlan:
    """The plans of all groups of a circuit.

    Attributes
    ----------
    circuit : Circuit
        The circuit's file.
    populations, projections : dict of str to GroupPlan
        Their plans.
    neuropil, release : GroupPlan or None
        The neuropil and the pathway from spikes to it; None if no rule joins the neuropil.
    rules : JoinedRules
        The rules and the groups that they join.
    """

    circuit: Circuit
    populations: dict[str, GroupPlan]
    projections: dict[str, GroupPlan]
    neuropil: GroupPlan | None
    release: GroupPlan | None
    rules: JoinedRules

    def counters(self, projection: str) -> list[tuple[str, str]]:
        """Return the counters of a projection's contacts, each with the end that has it.

        A counter is ``"population.variable"``, an end ``"pre"`` or ``"post"``.
        """
        group = self.projections[projection]
        cells = {"pre": group.source, "post": group.target}
        return [(f"{cells[end]}.{name}", end) for name, end in group.counters]

    def drives(self) -> list[str]:
        """Return the drives that the circuit reads."""
        text = "\n".join(group.text() for group in self.groups().values())
        return [name for name in DRIVES if name in names_in(text)]

    def groups(self) -> dict[str, GroupPlan]:
        """Return every group's plan by its Brian2 name."""
        plans = {**self.populations, **self.projections}
        shared = {"neuropil": self.neuropil, "release": self.release}
        return plans | {name: group for name, group in shared.items() if group is not None}


def clean(text: str) -> str:
    """Return text without the blank lines and indentation of the source it was written in."""
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())


@lru_cache(maxsize=4096)
def names_in(text: str) -> frozenset[str]:
    """Return the identifiers of a piece of equation text."""
    return frozenset(re.findall(r"\b[A-Za-z_]\w*\b", text))


@lru_cache(maxsize=4096)
def assigned_in(text: str) -> frozenset[str]:
    """Return the names to which a piece of text gives a value."""
    assigned = frozenset(re.findall(r"^\s*(\w+)\s*(?:[-+*/]?=)", text, re.MULTILINE))
    return assigned | frozenset(re.findall(r"^\s*d(\w+)/dt", text, re.MULTILINE))
