"""What makes one Brian2 group: its size, equations, statements, constants and variables."""

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

    `survey` and `offer` run on every projection before the `slow` update of any; `linked` has the
    units of the variables that are those of the neuropil; `counters` are the variables that count a
    projection's contacts on the cells of one of its ends, ``"pre"`` or ``"post"``.
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
        """Return all that is run, to look for the names in it."""
        return "\n".join(self.statements().values())

    def statements(self) -> dict[str, str]:
        """Return equations and statements by what makes them run."""
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

        In single precision are, if asked for, what changes between slow steps and what a synapse
        carries; what accumulates over weeks in small steps is always in double precision.
        """
        quick = set(self.variables) if self.source else names_in(self.equations)

        def dtype(name: str, variable: Variable) -> np.dtype:
            if variable.kind != "float":
                return np.dtype({"integer": np.int32, "byte": np.int8}[variable.kind])
            single = precision == "single" and (name in quick or variable.derived)
            return np.dtype(np.float32 if single else np.float64)

        return {name: dtype(name, variable) for name, variable in self.variables.items()}

    def model(self) -> str:
        """Return the complete Brian2 equations of the group."""
        return "\n".join(part for part in (clean(self.equations), self.declarations()) if part)


@dataclass
class CircuitPlan:
    """The plans of all groups of a circuit.

    A circuit without a rule of the neuropil has neither the neuropil nor the pathway to it.
    """

    circuit: Circuit
    populations: dict[str, GroupPlan]
    projections: dict[str, GroupPlan]
    neuropil: GroupPlan | None
    release: GroupPlan | None
    rules: JoinedRules

    def counters(self, projection: str) -> list[tuple[str, str]]:
        """Return the counters of contacts that a projection keeps, and which end has each.

        A counter is ``"population.variable"``, an end ``"pre"`` or ``"post"``.
        """
        group = self.projections[projection]
        cells = {"pre": group.source, "post": group.target}
        return [(f"{cells[end]}.{name}", end) for name, end in group.counters]

    def drives(self) -> list[str]:
        """Return the drives that the circuit listens to."""
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
