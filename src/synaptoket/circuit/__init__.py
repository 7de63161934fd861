"""The circuit: from a TOML file to plain Brian2 objects."""

import warnings
from collections.abc import Mapping

from ..plasticity import Rule
from .circuit_file import Circuit, load_circuit

__all__ = ["Circuit", "build", "load_circuit"]


def build(
    name: str = "prefrontal",
    neurons: int | None = None,
    seed: int = 1,
    rules: Mapping[str, Rule] | None = None,
):
    """Return a circuit as plain Brian2 objects, ready to be run and extended.

    Time is real (a second of spiking is a second of biology) and no drug is given until the
    values of `drives` are changed.

    Parameters
    ----------
    name : str
        A circuit's name (``"prefrontal"``) or TOML file.
    neurons : int, optional
        A number of neurons that replaces the file's.
    seed : int
        Seed of connectivity and initial state.
    rules : mapping of str to Rule, optional
        Rules in addition to those that ship, by name.

    Returns
    -------
    BrianCircuit
        With `groups`, `synapses`, `monitors`, `drives` and the `network`.

    Raises
    ------
    UserError
        If the file is missing or wrong.
    """
    from .brian import choose_target
    from .brian_objects import assemble
    from .compiler import INSTALL
    from .connectivity import contacts
    from .initial import initial_state
    from .plan import plan

    if not choose_target():
        warnings.warn(
            f"no C++ compiler: Brian2 runs this circuit with numpy, slower; {INSTALL}", stacklevel=2
        )
    circuit_plan = plan(load_circuit(name, neurons=neurons, rules=rules))
    circuit = assemble(circuit_plan, contacts(circuit_plan.circuit, seed))
    state = initial_state(circuit_plan, seed)
    for key, owner, variable, _ in circuit.variables():
        owner.variables[variable].set_value(state[key])
    for key, owner, constant in circuit.constants():
        owner.variables[constant].set_value(state[key][0])
    return circuit
