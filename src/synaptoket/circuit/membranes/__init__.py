"""Membranes, each in a file of its own; the table of a population chooses one.

To add a membrane, write a class that derives from `Membrane` in a file of this folder, and add a
line to `MEMBRANES`.
"""

from functools import cache
from typing import Any

from pydantic import create_model

from ...parameters.errors import UserError, names_one, nearest
from ...parameters.validation import validated
from .conductance import Conductance
from .current import AlphaCurrent, ExponentialCurrent
from .delta import Delta
from .membrane import Constants, Membrane, Population, Projection, Receptors

__all__ = [
    "MEMBRANES",
    "Constants",
    "Membrane",
    "Population",
    "Projection",
    "Receptors",
    "membrane_of",
    "read_membranes",
]

#: Every membrane, by its name in a population's table.
MEMBRANES: dict[str, Membrane] = {
    membrane.name: membrane
    for membrane in (Conductance(), AlphaCurrent(), ExponentialCurrent(), Delta())
}


def membrane_of(population: Population) -> Membrane:
    """Return the membrane of a population."""
    return MEMBRANES[population.membrane]


def read_membranes(tree: dict[str, Any], where: str) -> dict[str, Any]:
    """Read the tables of a circuit's file that depend on the membranes in it.

    Parameters
    ----------
    tree : dict
        The whole file.
    where : str
        Its name, for messages.

    Returns
    -------
    dict
        ``populations``, ``projections`` and ``receptors`` with their tables read and checked;
        those that the file lacks are left out.

    Raises
    ------
    UserError
        One line that names the file, the key, the value and the expected one.
    """
    populations = {
        name: _population(name, table, where)
        for name, table in _tables(tree, "populations").items()
    }
    sections: dict[str, Any] = {"populations": populations} if populations else {}
    if populations and _tables(tree, "projections"):
        sections["projections"] = {
            name: _projection(name, table, populations, where)
            for name, table in _tables(tree, "projections").items()
        }
    if populations and "receptors" in tree:
        used = tuple(dict.fromkeys(population.membrane for population in populations.values()))
        sections["receptors"] = validated(_receptors(used), tree["receptors"], where, "receptors")
    return sections


def _tables(tree: dict[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """Return the tables of a section; none if the section is missing or holds anything else."""
    section = tree.get(key)
    if not isinstance(section, dict):
        return {}
    return section if all(isinstance(table, dict) for table in section.values()) else {}


def _population(name: str, table: dict[str, Any], where: str) -> Population:
    chosen = table.get("membrane", Conductance.name)
    if not names_one(chosen, MEMBRANES):
        hint = nearest(str(chosen), MEMBRANES)
        raise UserError(f'{where}: populations.{name}.membrane = "{chosen}": unknown{hint}')
    return validated(MEMBRANES[chosen].population, table, where, f"populations.{name}")


def _projection(
    name: str, table: dict[str, Any], populations: dict[str, Population], where: str
) -> Projection:
    """Read a projection's table, whose weights are those of its target's membrane."""
    if "target" not in table:
        raise UserError(f"{where}: projections.{name}.target: missing (expected a population)")
    for end in ("source", "target"):
        if end in table and not names_one(table[end], populations):
            raise UserError(
                f'{where}: projections.{name}.{end} = "{table[end]}": '
                f"unknown population{nearest(str(table[end]), populations)}"
            )
    section = membrane_of(populations[table["target"]]).projection
    return validated(section, table, where, f"projections.{name}")


@cache
def _receptors(names: tuple[str, ...]) -> type[Receptors]:
    """Return the class of ``[receptors]`` in a circuit with these membranes."""
    kinds = tuple(dict.fromkeys(MEMBRANES[name].receptors for name in names))
    return kinds[0] if len(kinds) == 1 else create_model("Receptors", __base__=kinds)
