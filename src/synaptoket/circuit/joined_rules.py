"""Which rules join which group of a circuit, with which text and which numbers.

A rule that two projections use with different numbers gets names of its own for each, so that
rules can be mixed freely; two rules that govern one thing, such as a weight, are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from ..parameters.errors import UserError
from ..parameters.quantities import Quantity
from ..plasticity import Part, Rule
from .circuit_file import Circuit

_OF_CELLS = ("neuron", "source", "target")


@dataclass(frozen=True)
class Use:
    """One use of a rule.

    Attributes
    ----------
    key : str
        Its table in the circuit's file.
    rule : Rule
        With names of its own where another use has other numbers.
    enabled : bool
    populations, projections : tuple of str
        What it was given to. `ends` says whether its ``"neuron"`` part joins both ends of its
        projections.
    constants : dict of str to Quantity
    """

    key: str
    rule: Rule
    enabled: bool
    populations: tuple[str, ...]
    projections: tuple[str, ...]
    constants: dict[str, Quantity]
    ends: bool = False


@dataclass(frozen=True)
class Joined:
    """A part of a rule as it joins one group."""

    use: Use
    part: Part

    @property
    def order(self) -> int:
        """Position of its slow update."""
        return self.part.order

    @property
    def enabled(self) -> bool:
        """Whether it is switched on."""
        return self.use.enabled


@dataclass
class Uses:
    """All uses of rules in a circuit."""

    circuit: Circuit
    all: list[Use] = field(default_factory=list)

    def of_population(self, name: str) -> list[Joined]:
        """Return what joins a population, in order; what several projections bring alike, once."""
        found: dict[tuple, Joined] = {}
        for use in self.all:
            for part in self._cell_parts(use, name):
                key = (use.rule.name, tuple(part.variables), part.slow, part.at_spike)
                if key not in found or use.enabled > found[key].enabled:
                    found[key] = Joined(use, part)
        return sorted(found.values(), key=lambda joined: joined.order)

    def _cell_parts(self, use: Use, population: str):
        parts = use.rule.parts
        around = [(p, self.circuit.projections[p]) for p in use.projections]
        of_ends = any(population in (p.source, p.target) for _, p in around)
        if "neuron" in parts and (population in use.populations or (use.ends and of_ends)):
            yield parts["neuron"]
        for name, projection in around:
            for place in ("source", "target"):
                if place in parts and getattr(projection, place) == population:
                    yield parts[place].renamed(self.words(name))

    def of_projection(self, name: str) -> list[Joined]:
        """Return what joins a projection, in order."""
        return self._of_projections[name]

    @cached_property
    def _of_projections(self) -> dict[str, list[Joined]]:
        found = {}
        for name in self.circuit.projections:
            words = self.words(name)
            joined = [
                Joined(use, use.rule.parts["synapse"].renamed(words))
                for use in self.all
                if name in use.projections and "synapse" in use.rule.parts
            ]
            found[name] = sorted(joined, key=lambda one: one.order)
        return found

    def of_neuropil(self) -> list[Joined]:
        """Return what joins the neuropil, in order."""
        found = [
            Joined(u, u.rule.parts["neuropil"]) for u in self.all if "neuropil" in u.rule.parts
        ]
        return sorted(found, key=lambda joined: joined.order)

    def words(self, projection: str) -> dict[str, str]:
        """Return what the placeholders in a rule's text stand for in a projection."""
        source = self.circuit.projections[projection].source
        sign = "excitatory" if self.circuit.populations[source].excitatory else "inhibitory"
        return {"{projection}": projection, "{sign}": sign}


def uses(circuit: Circuit) -> Uses:
    """Return all uses of rules in a circuit.

    Raises
    ------
    UserError
        If two rules of a projection govern the same, or a rule cannot be used where it is.
    """
    listed = [
        Use(f"rules.{name}", circuit.available_rules[name], use.enabled, use.populations,
            use.projections, use.constants)
        for name, use in circuit.rules.items()
    ]  # fmt: skip
    for name, projection in circuit.projections.items():
        own = {f"rules.{rule}": use for rule, use in projection.rules.items()}
        for key in ("structure", "formation", "elimination"):
            if getattr(projection, key) is not None:
                own[key] = getattr(projection, key)
        listed += [
            Use(f"projections.{name}.{key}", circuit.available_rules[use.rule], use.enabled, (),
                (name,), use.constants, ends=True)
            for key, use in own.items()
        ]  # fmt: skip
    listed += _of_populations(circuit)
    result = Uses(circuit, _told_apart(circuit, listed))
    for name in circuit.projections:
        _check(circuit, name, result.of_projection(name))
    return result


def _of_populations(circuit: Circuit) -> list[Use]:
    found = []
    for name, population in circuit.populations.items():
        for rule, use in population.rules.items():
            key = f"populations.{name}.rules.{rule}"
            found.append(
                Use(key, circuit.available_rules[rule], use.enabled, (name,), (), use.constants)
            )
        for element, use in population.elements.items():
            rule = circuit.available_rules[use.rule]
            words = {c: f"{c}_{element}" for c in rule.constants} | {"{element}": element}
            constants = {words[c]: value for c, value in use.constants.items()}
            key = f"populations.{name}.elements.{element}"
            found.append(Use(key, rule.renamed(words), use.enabled, (name,), (), constants))
    return found


def _told_apart(circuit: Circuit, listed: list[Use]) -> list[Use]:
    """Give a rule names of its own in each projection, if they share cells but not numbers."""
    result = []
    for use in listed:
        others = [u for u in listed if u is not use and u.rule is use.rule]
        rivals = [u for u in others if u.constants != use.constants and _share(circuit, use, u)]
        if not rivals or not use.key.startswith("projections."):
            result.append(use)
            continue
        cells = [use.rule.parts[place] for place in _OF_CELLS if place in use.rule.parts]
        names = [*use.constants, *(name for part in cells for name in part.variables)]
        # A name that tells projections apart already needs no other.
        words = {n: f"{n}_{use.projections[0]}" for n in names if "{projection}" not in n}
        constants = {words[name]: value for name, value in use.constants.items()}
        result.append(
            Use(use.key, use.rule.renamed(words), use.enabled, (), use.projections, constants, True)
        )
    return result


def _share(circuit: Circuit, one: Use, other: Use) -> bool:
    """Return whether parts of two uses of a rule join the same population."""
    own, others = (Uses(circuit, [use]) for use in (one, other))
    return any(own.of_population(n) and others.of_population(n) for n in circuit.populations)


def _check(circuit: Circuit, name: str, joined: list[Joined]) -> None:
    """Refuse rules of a projection that exclude each other or do not suit it."""
    source = circuit.projections[name].source
    sign = "excitatory" if circuit.populations[source].excitatory else "inhibitory"
    live = [item.use for item in joined if item.enabled]
    for use in live:
        if use.rule.sources and use.rule.sources != sign:
            raise UserError(
                f"{circuit.where}: {use.key}: the rule {use.rule.name} is for synapses of "
                f"{use.rule.sources} cells; {source}, the source of {name}, is {sign}"
            )
    for one, other in combinations(live, 2):
        if one.rule.name == other.rule.name:
            raise UserError(
                f"{circuit.where}: {one.key} and {other.key} both give {name} the rule "
                f"{one.rule.name}: use one of them"
            )
        if one.rule.sets and one.rule.sets == other.rule.sets:
            raise UserError(
                f"{circuit.where}: {one.key} and {other.key} both set the {one.rule.sets} of "
                f"{name}: use one of them"
            )
    chosen = [item.use for item in joined if item.use.rule.kind in ("formation", "elimination")]
    if chosen and not any(item.use.rule.kind == "structure" for item in joined):
        raise UserError(
            f"{circuit.where}: projections.{name}.structure: missing: {chosen[0].key} needs to "
            "know which synapses exist at first; expected a table with filling_fraction"
        )
