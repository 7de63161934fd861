"""Small circuits of cells that rest until they are made to fire, as trees like a circuit's TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = dict[str, Any]

_CELL = {
    "excitatory": True,
    "capacitance": "250 pF",
    "leak_conductance": "25 nS",
    "leak_potential": "-70 mV",
    "threshold": "-50 mV",
    "reset_potential": "-60 mV",
    "refractory_period": "0.1 ms",
    "potassium_increment": "0 nS",
    "potassium_decay": "100 ms",
    "glun2ab_share": 1,
    "tonic_nmda_conductance": "0 nS",
    "background_rate": "0 Hz",
    "background_weight": "0 nS",
}
_RECEPTORS = {
    "ampa_decay": "3 ms",
    "gaba_decay": "8 ms",
    "nmda_decay": "100 ms",
    "nmda_rise": "2 ms",
    "nmda_opening": "500 Hz",
    "excitatory_reversal": "0 mV",
    "gaba_reversal": "-75 mV",
    "potassium_reversal": "-90 mV",
}


def small_circuit(
    cells: Mapping[str, int],
    projections: Mapping[str, Tree],
    populations: Mapping[str, Tree] | None = None,
    step: str = "0.1 ms",
    structural_step: str = "100 ms",
) -> Tree:
    """Return the tree of a circuit whose cells rest until they are made to fire.

    Parameters
    ----------
    cells : mapping of str to int
        Size of each population; ten cells or more together.
    projections : mapping of str to dict
        Their tables. Without `in_degree` a target cell has one contact, without a weight its
        synapses carry 1 pS, which moves no cell.
    populations : mapping of str to dict, optional
        The keys in which a population differs from a resting excitatory cell of 10 ms.
    step, structural_step : str
        Numerical steps; the delay of all synapses is one step.
    """
    total = sum(cells.values())
    tables = {name: _CELL | (populations or {}).get(name, {}) for name in cells}
    return {
        "neurons": total,
        "receptors": _RECEPTORS | {"delay": step},
        "populations": {
            name: {"fraction": size / total} | tables[name] for name, size in cells.items()
        },
        "projections": {
            name: {"in_degree": 1} | _weights(table, tables[table["source"]]["excitatory"]) | table
            for name, table in projections.items()
        },
        "rules": {},
        "numerics": {
            "precision": "double",
            "step": step,
            "input_step": "100 ms",
            "structural_step": structural_step,
        },
    }


def _weights(table: Tree, excitatory: bool) -> Tree:
    """Return the weights of a projection that is given none."""
    if any(key.endswith("_weight") for key in table):
        return {}
    receptors = ("ampa", "nmda") if excitatory else ("gaba",)
    return {f"{receptor}_weight": "1 pS" for receptor in receptors}


def pairs(
    rules: Mapping[str, Tree],
    count: int,
    excitatory: bool = True,
    step: str = "0.1 ms",
    structural_step: str = "100 ms",
    **table: Any,
) -> Tree:
    """Return the tree of cell pairs: `source` to `target` by the projection `contact`.

    Parameters
    ----------
    rules : mapping of str to dict
        The rules of the projection, with their constants.
    count : int
        Number of pairs, five or more.
    excitatory : bool
        Whether the sources are.
    step, structural_step : str
        Numerical steps.
    **table
        More keys of the projection, such as ``ampa_weight="1 pS"``.
    """
    projection = {"source": "source", "target": "target", "rules": dict(rules)} | table
    populations = {"source": {"excitatory": excitatory}}
    return small_circuit(
        {"source": count, "target": count},
        {"contact": projection},
        populations,
        step,
        structural_step,
    )
