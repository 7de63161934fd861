"""The network of a result file: its potential contacts drawn again, its states read.

A file says how many contacts each pair of potential partners has, and not which pairs there are:
they follow from the circuit and the seed of its connectivity, both of which it stores.
"""

from __future__ import annotations

import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..parameters.errors import UserError, nearest
from ..results.network_states import Pairs, arm_state, arm_states
from ..results.sources import PathLike, find_files, root_attributes
from ..results.states import StoredState
from .circuit_file import Circuit, read_circuit
from .connectivity import Contacts, contacts
from .identity import contacts_digest
from .initial import initial_state
from .plan import plan
from .rule_defaults import without_rules


class StoredNetwork:
    """One network of a result file: what the functions of `synaptoket.analysis` read.

    Parameters
    ----------
    path : Path
        A result file, finished or not.

    Attributes
    ----------
    path : Path
    attributes : dict
        Attributes of the file's root.

    Raises
    ------
    UserError
        If it is not a result file that this version reads.
    """

    def __init__(self, path: Path):
        self.path = path
        self.attributes: dict[str, Any] = root_attributes(path)

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit of the file, from the parameters that it stores.

        Rules that do not ship are left out: who could contact whom does not depend on them.
        """
        try:
            tree = tomllib.loads(self.attributes["parameters"])["circuit"]
        except (KeyError, tomllib.TOMLDecodeError):
            raise UserError(f"{self.path}: parameters: holds no circuit") from None
        tree.setdefault("name", "circuit")
        outside = json.loads(self.attributes.get("rules") or "{}")
        return read_circuit(without_rules(tree, outside), f"{self.path}: parameters: circuit")

    @cached_property
    def _identity(self) -> dict[str, Any]:
        return json.loads(self.attributes["circuit"])

    @cached_property
    def _contacts(self) -> Contacts:
        return contacts(self.circuit, self._identity["connectivity_seed"])

    def pairs(self, projection: str) -> Pairs:
        """Return who could contact whom in a projection.

        Raises
        ------
        UserError
            If there is no such projection, or this version draws other pairs than those that the
            file was made with.
        """
        circuit = self.circuit
        if projection not in circuit.projections:
            hint = nearest(projection, circuit.projections)
            raise UserError(f"{self.path}: no projection {projection!r}{hint}")
        pre, post = self._contacts[projection]
        if contacts_digest(pre, post) != self._identity["contacts"][projection]:
            raise UserError(f"{self.path}: contacts of {projection}: this version draws others")
        ends = circuit.projections[projection]
        shape = (circuit.sizes[ends.source], circuit.sizes[ends.target])
        return Pairs(pre, post, shape, ends.source == ends.target)

    def states(self, arm: str) -> list[str]:
        """Return the names of the states that an arm is part of, in order of time.

        Raises
        ------
        UserError
            If there is no such arm.
        """
        return arm_states(self.path, arm)

    def state(self, arm: str, checkpoint: str | None = None) -> StoredState:
        """Return a state of an arm: by its name, by the phase that it ends, or the last one.

        Raises
        ------
        UserError
            If there is no such arm or state.
        """
        return arm_state(self.path, arm, checkpoint)

    def first_contacts(self, projection: str) -> np.ndarray:
        """Return the contacts of each pair with which the circuit begins.

        Returns
        -------
        ndarray of integers, shape (potential synapses,)
            Ones where the synapses of the projection neither come nor go.
        """
        state = initial_state(plan(self.circuit), int(self.attributes["seed"]))
        everywhere = np.ones(len(self.pairs(projection).pre))
        return state.get(f"{projection}.present", everywhere).astype(int)


def open_network(path: PathLike) -> StoredNetwork:
    """Open the network of a result file: who could contact whom, and who does in its states.

    Parameters
    ----------
    path : str or Path
        A result file of one seed, finished or not.

    Returns
    -------
    StoredNetwork
        To be passed to the functions of `synaptoket.analysis` that read one network: `graph`,
        `weights`, `histories`.

    Raises
    ------
    UserError
        If there is no such file, it is a folder, or this version cannot read it.
    """
    files = find_files(path)
    if Path(path).is_dir():
        raise UserError(f"{path}: a folder, expected the file of one network")
    return StoredNetwork(files[0])
