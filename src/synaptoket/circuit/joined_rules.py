"""Which rules join which group of a circuit, with which text and which numbers.

Where two projections use one rule with different numbers and share cells, the rule gets separate
names in each projection, so that rules can be mixed freely. Two rules that set the same property of
a projection, such as its weight, are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from ..parameters.errors import UserError
from ..parameters.quantities import Quantity
from ..plasticity import Part, Rule
from .circuit_file import Circuit

_OF_CELLS = ("neuron", "source", "target")


@dataclass(frozen=True)
class JoinedRule:
    """A rule as one table of a circuit's file uses it.

    Attributes
    ----------
    key : str
        The dotted name of the table.
    rule : Rule
        The rule; its names end with that of the projection where another table has other numbers.
    enabled : bool
        Whether it is switched on.
    populations, projections : tuple of str
        The groups that the table names, or the one it belongs to.
    constants : dict of str to Quantity
        The numbers of the table.
    both_ends : bool
        Whether the ``"neuron"`` part joins the source and the target of its projections.
    """

    key: str
    rule: Rule
    enabled: bool
    populations: tuple[str, ...]
    projections: tuple[str, ...]
    constants: dict[str, Quantity]
    both_ends: bool = False

    @property
    def shared(self) -> bool:
        """Whether its table is in ``[rules]``, so that its constants are those of all groups."""
        return self.key.startswith("rules.")


@dataclass(frozen=True)
class JoinedPart:
    """A part of a rule as it joins one group; `owner` is the rule that it belongs to."""

    owner: JoinedRule
    part: Part

    @property
    def order(self) -> int:
        """Position of its slow update."""
        return self.part.order

    @property
    def enabled(self) -> bool:
        """Whether its rule is switched on."""
        return self.owner.enabled


@dataclass
class JoinedRules:
    """All rules of a circuit, a `JoinedRule` for each table that uses one."""

    circuit: Circuit
    all: list[JoinedRule] = field(default_factory=list)

    def of_population(self, name: str) -> list[JoinedPart]:
        """Return the parts that join a population, by `order`.

        A part that several projections bring with the same text joins once.
        """
        parts: dict[tuple, JoinedPart] = {}
        for joined in self.all:
            for part in self._parts_of_cells(joined, name):
                key = (joined.rule.name, tuple(part.variables), part.slow, part.at_spike)
                if key not in parts or joined.enabled > parts[key].enabled:
                    parts[key] = JoinedPart(joined, part)
        return sorted(parts.values(), key=lambda part: part.order)

    def _parts_of_cells(self, joined: JoinedRule, population: str) -> Iterator[Part]:
        parts = joined.rule.parts
        around = [(p, self.circuit.projections[p]) for p in joined.projections]
        is_end = any(population in (p.source, p.target) for _, p in around)
        if "neuron" in parts and (
            population in joined.populations or (joined.both_ends and is_end)
        ):
            yield parts["neuron"]
        for name, projection in around:
            for place in ("source", "target"):
                if place in parts and getattr(projection, place) == population:
                    yield parts[place].renamed(self.placeholders(name))

    def of_projection(self, name: str) -> list[JoinedPart]:
        """Return the parts that join a projection, by `order`."""
        return self._of_projections[name]

    @cached_property
    def _of_projections(self) -> dict[str, list[JoinedPart]]:
        parts = {}
        for name in self.circuit.projections:
            placeholders = self.placeholders(name)
            of_projection = [
                JoinedPart(joined, joined.rule.parts["synapse"].renamed(placeholders))
                for joined in self.all
                if name in joined.projections and "synapse" in joined.rule.parts
            ]
            parts[name] = sorted(of_projection, key=lambda part: part.order)
        return parts

    def of_neuropil(self) -> list[JoinedPart]:
        """Return the parts that join the neuropil, by `order`."""
        parts = [
            JoinedPart(joined, joined.rule.parts["neuropil"])
            for joined in self.all
            if "neuropil" in joined.rule.parts
        ]
        return sorted(parts, key=lambda part: part.order)

    def placeholders(self, projection: str) -> dict[str, str]:
        """Return the words that replace the placeholders of a rule's text in a projection."""
        source = self.circuit.projections[projection].source
        sign = "excitatory" if self.circuit.populations[source].excitatory else "inhibitory"
        return {"{projection}": projection, "{sign}": sign}


def joined_rules(circuit: Circuit) -> JoinedRules:
    """Return all rules of a circuit as they join its groups.

    Raises
    ------
    UserError
        If two rules of a projection set the same property, or a rule does not suit a projection.
    """
    tables = [
        JoinedRule(f"rules.{name}", circuit.available_rules[name], table.enabled,
                   table.populations, table.projections, table.constants)
        for name, table in circuit.rules.items()
    ]  # fmt: skip
    tables += _rules_of_projections(circuit)
    tables += _rules_of_populations(circuit)
    rules = JoinedRules(circuit, _told_apart(circuit, tables))
    for name in circuit.projections:
        _check(circuit, name, rules.of_projection(name))
    return rules


def _rules_of_projections(circuit: Circuit) -> list[JoinedRule]:
    """Return the rules that the tables of single projections use."""
    rules = []
    for name, projection in circuit.projections.items():
        tables = {f"rules.{rule}": table for rule, table in projection.rules.items()}
        for key in ("structure", "formation", "elimination"):
            if getattr(projection, key) is not None:
                tables[key] = getattr(projection, key)
        rules += [
            JoinedRule(f"projections.{name}.{key}", circuit.available_rules[table.rule],
                       table.enabled, (), (name,), table.constants, both_ends=True)
            for key, table in tables.items()
        ]  # fmt: skip
    return rules


def _rules_of_populations(circuit: Circuit) -> list[JoinedRule]:
    """Return the rules that the tables of single populations use, growth curves among them."""
    rules = []
    for name, population in circuit.populations.items():
        for rule, table in population.rules.items():
            key = f"populations.{name}.rules.{rule}"
            rules.append(
                JoinedRule(
                    key, circuit.available_rules[rule], table.enabled, (name,), (), table.constants
                )
            )
        for element, table in population.elements.items():
            rule = circuit.available_rules[table.rule]
            new_names = {c: f"{c}_{element}" for c in rule.constants} | {"{element}": element}
            constants = {new_names[c]: value for c, value in table.constants.items()}
            key = f"populations.{name}.elements.{element}"
            rules.append(
                JoinedRule(key, rule.renamed(new_names), table.enabled, (name,), (), constants)
            )
    return rules


def _told_apart(circuit: Circuit, tables: list[JoinedRule]) -> list[JoinedRule]:
    """Give a rule separate names in each projection if uses share cells but not numbers."""
    result = []
    for joined in tables:
        same_rule = [other for other in tables
                     if other is not joined and other.rule is joined.rule]  # fmt: skip
        differ = any(
            other.constants != joined.constants and _share_cells(circuit, joined, other)
            for other in same_rule
        )
        if not differ or not joined.key.startswith("projections."):
            result.append(joined)
            continue
        rule, (projection,) = joined.rule, joined.projections
        cells = [rule.parts[place] for place in _OF_CELLS if place in rule.parts]
        names = [*joined.constants, *(name for part in cells for name in part.variables)]
        names += [name for name, derived in rule.derived.items()
                  if {*derived.of} & {*joined.constants}]  # fmt: skip
        # A name with {projection} in it already differs from projection to projection.
        new_names = {n: f"{n}_{projection}" for n in names if "{projection}" not in n}
        constants = {new_names[name]: value for name, value in joined.constants.items()}
        result.append(
            JoinedRule(joined.key, rule.renamed(new_names), joined.enabled, (),
                       joined.projections, constants, both_ends=True)
        )  # fmt: skip
    return result


def _share_cells(circuit: Circuit, one: JoinedRule, other: JoinedRule) -> bool:
    """Return whether parts of two joined rules join the same population."""
    first, second = (JoinedRules(circuit, [joined]) for joined in (one, other))
    return any(first.of_population(n) and second.of_population(n) for n in circuit.populations)


def _check(circuit: Circuit, name: str, parts: list[JoinedPart]) -> None:
    """Refuse rules of a projection that exclude each other or do not suit it."""
    source = circuit.projections[name].source
    sign = "excitatory" if circuit.populations[source].excitatory else "inhibitory"
    enabled = [part.owner for part in parts if part.enabled]
    for joined in enabled:
        if joined.rule.sources and joined.rule.sources != sign:
            raise UserError(
                f"{circuit.where}: {joined.key}: the rule {joined.rule.name} is for synapses of "
                f"{joined.rule.sources} cells; {source}, the source of {name}, is {sign}"
            )
    for one, other in combinations(enabled, 2):
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
    turnover = [p.owner for p in parts if p.owner.rule.kind in ("formation", "elimination")]
    if turnover and not any(part.owner.rule.kind == "structure" for part in parts):
        raise UserError(
            f"{circuit.where}: projections.{name}.structure: missing: {turnover[0].key} needs to "
            "know which synapses exist at first; expected a table with filling_fraction"
        )
