"""The shape of a circuit file: populations, projections, receptors, rules, and nothing else.

`models/circuits/*.toml` is read into these classes. Every number is a `Quantity` in SI units
with its source; unknown keys are refused.
"""

import keyword
import re
from collections.abc import Mapping
from copy import deepcopy
from math import ceil
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SerializeAsAny

from ..parameters.errors import UserError, nearest, shortened
from ..parameters.files import display, model_path, read_toml
from ..parameters.overrides import assign
from ..parameters.ranges import unusual_values
from ..parameters.validation import validated
from ..pharmacology.receptor import NmdaReceptor, load_nmda_receptor
from ..plasticity import RULES, Rule, known_rules
from .candidates import check_candidates, place, read_candidates
from .membranes import Population, Projection, Receptors, membrane_of, read_membranes
from .numerics import LARGEST_INPUT, Numerics
from .rule_defaults import write_defaults
from .rule_tables import NO_SYNAPSES, RuleTable, read_rule_tables
from .section import Section
from .size import check_size

#: The name of a population or projection: it stands in equations and in the program's text.
NAME = r"[A-Za-z][A-Za-z0-9_]{0,39}"


class Circuit(Section):
    """A circuit: its populations, projections, receptors and rules.

    Attributes
    ----------
    name, about : str
        The file's name and what it models, in a sentence.
    calibration : str
        The run that found the values whose source says "calibrated".
    neurons : int
        Number of neurons of all populations.
    blocker_reaches : dict of str to float
        Share of the drug's block that reaches a population: 1, or 0 to remove the link.
    nmda : NmdaReceptor
        Constants of ``models/receptors/nmda.toml``, or what ``[nmda]`` puts in their place.
    numerics : Numerics
        Precision and steps.
    available_rules : dict of str to Rule
        All rules that could be used, by name.
    where : str
        The file, for messages.
    """

    name: str = ""
    about: str = ""
    calibration: str = ""
    neurons: Annotated[int, Field(ge=10, le=1_000_000, strict=True)]
    receptors: SerializeAsAny[Receptors]
    populations: dict[str, SerializeAsAny[Population]]
    projections: dict[str, SerializeAsAny[Projection]] = {}
    blocker_reaches: dict[str, Annotated[float, Field(ge=0, le=1, strict=True)]] = {}
    rules: dict[str, RuleTable] = {}
    nmda: NmdaReceptor
    numerics: Numerics = Numerics()
    available_rules: Annotated[dict[str, Any], Field(exclude=True, repr=False)] = RULES
    where: Annotated[str, Field(exclude=True)] = ""

    @property
    def sizes(self) -> dict[str, int]:
        """Number of cells of each population."""
        return {name: round(self.neurons * p.fraction) for name, p in self.populations.items()}

    def remarks(self) -> list[str]:
        """Return a line for each value that is allowed and unusual."""
        lines = [f"{self.where}: {line}" for line in unusual_values(self)]
        total = sum(population.fraction for population in self.populations.values())
        if abs(total - 1) > 1e-6:
            lines.append(
                f"{self.where}: populations: the fractions add up to {total:.6g}, not to 1: there "
                f"are {sum(self.sizes.values())} neurons, not {self.neurons}"
            )
        return lines + self._too_small()

    def _too_small(self) -> list[str]:
        """Return a line if cells have fewer candidates than the file asks for: too few neurons."""
        needed = {}
        for name, projection in self.projections.items():
            at = place(self, name)
            if at.degree < int(at.requested):
                sources = int(at.requested) + at.within
                needed[name] = ceil((sources - 0.5) / self.populations[projection.source].fraction)
        if not needed:
            return []
        worst = max(needed, key=needed.__getitem__)
        at = place(self, worst)
        return [
            f"{self.where}: neurons = {self.neurons}: too few: in {worst} a cell has {at.degree} "
            f"potential inputs of {int(at.requested)}, so that rates and counts are not those of "
            f"the circuit; expected {needed[worst]} or more"
        ]


def load_circuit(
    name: str,
    overrides: dict[tuple[str, ...], Any] | None = None,
    neurons: int | None = None,
    rules: Mapping[str, Rule] | None = None,
) -> Circuit:
    """Read `models/circuits/<name>.toml` (or a path) and check it.

    Parameters
    ----------
    name : str
        A circuit's name or the path of a TOML file.
    overrides : dict, optional
        Dotted keys, as tuples, and the values that replace what the file says.
    neurons : int, optional
        Number of neurons in place of the file's.
    rules : mapping of str to Rule, optional
        Rules beside those that ship or are installed; see `plasticity.read_rule`.

    Raises
    ------
    UserError
        One line that names the file, the key, the value and the expected one.
    """
    path = model_path("circuits", name)
    where = display(path)
    if not isinstance(overrides, Mapping | None):
        raise UserError(f"{where}: overrides = {shortened(repr(overrides))}: expected a dictionary")
    tree = circuit_tree(path, known_rules() | dict(rules or {}))
    for dotted, value in (overrides or {}).items():
        assign(tree, dotted, value, where)
    if neurons is not None:
        tree["neurons"] = neurons
    tree.setdefault("name", path.stem)
    return read_circuit(tree, where, rules)


def read_circuit(
    tree: dict[str, Any], where: str, rules: Mapping[str, Rule] | None = None
) -> Circuit:
    """Return the circuit that the tables of a file describe; `where` names the file in messages."""
    tree = deepcopy(tree)
    library = known_rules()
    for rule in rules or {}:
        if rule in library:
            raise UserError(f"the rule {rule!r} ships already: expected another name")
    tree["available_rules"] = library | dict(rules or {})
    tree["where"] = where
    read_rule_tables(tree, tree["available_rules"], where)
    read_candidates(tree, where)
    tree["nmda"] = load_nmda_receptor(overrides=tree.get("nmda"), where=where)
    circuit = validated(Circuit, tree | read_membranes(tree, where), where)
    _check(circuit, where)
    return circuit


def circuit_tree(path: Path, library: Mapping[str, Rule] | None = None) -> dict[str, Any]:
    """Return the tables of a circuit's file, every switch and default of its rules spelled out."""
    tree = read_toml(path)
    write_defaults(tree, known_rules() if library is None else library)
    return tree


def _check_names(circuit: Circuit, where: str) -> None:
    """Refuse a name that cannot stand in an equation, or that two groups would share."""
    taken = {"neuropil": "the extracellular space", "release": "the release of glutamate"}
    for kind in ("populations", "projections"):
        for name in getattr(circuit, kind):
            if not re.fullmatch(NAME, name) or keyword.iskeyword(name):
                raise UserError(
                    f"{where}: {kind}.{shortened(name)!r}: expected a name of up to 40 letters, "
                    "digits and '_' that begins with a letter"
                )
            if name in taken:
                raise UserError(
                    f"{where}: {kind}.{name}: the name is taken by {taken[name]}; expected another"
                )
            taken[name] = f"{kind}.{name}"


def _check(circuit: Circuit, where: str) -> None:
    """Refuse a circuit whose parts do not fit each other."""
    _check_names(circuit, where)
    _check_populations(circuit, where)
    check_candidates(circuit, where)
    check_size(circuit, where)
    _check_shared_rules(circuit, where)


def _check_populations(circuit: Circuit, where: str) -> None:
    """Refuse empty populations, too many inputs in a step, and numbers a membrane cannot have."""
    populations = circuit.populations
    for name, size in circuit.sizes.items():
        if size < 1:
            raise UserError(
                f"{where}: populations.{name}.fraction = {populations[name].fraction.text}: "
                f"a population of zero cells among {circuit.neurons} neurons"
            )
    circuit.numerics.check(where)
    for name, population in populations.items():
        rate = population.background_rate * (1 + population.stimulus_gain)
        inputs = rate * circuit.numerics.input_step
        if inputs > LARGEST_INPUT:
            raise UserError(
                f"{where}: populations.{name}.background_rate = "
                f"{population.background_rate.text}: {inputs:.3g} inputs in an input step of "
                f"{circuit.numerics.input_step.text}; expected at most {LARGEST_INPUT:g}: shorten "
                "numerics.input_step"
            )
        for complaint in membrane_of(population).complaints(circuit, name):
            raise UserError(f"{where}: {complaint}")
    for name in circuit.blocker_reaches:
        if name not in populations:
            hint = nearest(name, populations)
            raise UserError(f"{where}: blocker_reaches.{name}: unknown population{hint}")


def _check_shared_rules(circuit: Circuit, where: str) -> None:
    """Refuse a table of ``[rules]`` that names a population or projection that is not there."""
    groups = (("populations", circuit.populations), ("projections", circuit.projections))
    for name, table in circuit.rules.items():
        for kind, known in groups:
            for member in getattr(table, kind):
                if member not in known:
                    hint = nearest(member, known)
                    if member == "background":
                        hint = f"; {NO_SYNAPSES}"
                    raise UserError(
                        f"{where}: rules.{name}.{kind}: unknown {kind[:-1]} {member!r}{hint}"
                    )
