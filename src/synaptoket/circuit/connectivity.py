"""Who could contact whom: a fixed number of potential contacts onto each neuron.

With a fixed in-degree every array has the same size whatever the seed, so that another
connectivity needs no new binary. Which cells they are is the rule of the projection's `candidates`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np

from .candidates import Distance, place
from .circuit_file import Circuit

Contacts = dict[str, tuple[np.ndarray, np.ndarray]]


def contacts(circuit: Circuit, seed: int) -> Contacts:
    """Draw the (potential) contacts of every projection.

    Returns
    -------
    dict of str to (pre, post)
        Index arrays of int32, one entry a contact, sorted by pre so that a spike's synapses lie
        together in memory.
    """
    drawn = {}
    for stream, (name, projection) in enumerate(circuit.projections.items()):
        at = place(circuit, name)
        if isinstance(projection.candidates, Distance):
            ends = (projection.source, projection.target)
            at = replace(at, cells=tuple(unit_positions(circuit, end, seed) for end in ends))
        generator = np.random.default_rng([seed, 1, stream])
        drawn[name] = by_source(projection.candidates.draw(at, generator))
    return drawn


def wiring(circuit: Circuit) -> str:
    """Return all but the seed that `contacts` draws from: circuits that share it share contacts."""
    projections = [
        [projection.source, projection.target, asdict(place(circuit, name)),
         projection.candidates.model_dump()]
        for name, projection in circuit.projections.items()
    ]  # fmt: skip
    return json.dumps([list(circuit.sizes.items()), projections])


def by_source(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (pre, post) of candidates given for each target, sorted by pre and then by post.

    >>> [ends.tolist() for ends in by_source(np.array([[2, 1], [2, 0]], np.int32))]
    [[0, 1, 2, 2], [1, 0, 0, 1]]
    """
    targets, degree = chosen.shape
    pre, post = chosen.ravel(), np.repeat(np.arange(targets, dtype=np.int32), degree)
    # The targets are in order: a sort by pre that keeps it is all it takes, and of short integers
    # it is by their digits.
    short = pre.astype(np.uint16) if len(pre) and pre.max() < 1 << 16 else pre
    order = np.argsort(short, kind="stable")
    return pre[order], post[order]


def positions(circuit: Circuit, population: str, seed: int) -> np.ndarray:
    """Return where the cells of a population lie, in meters, shape (cells, 2).

    Parameters
    ----------
    circuit : Circuit
        One of whose projections of this population draws its candidates by distance.
    population : str
        Its name.
    seed : int
        The run's seed.

    Raises
    ------
    ValueError
        If no projection says how large the sheet is.
    """
    for projection in circuit.projections.values():
        sheet = getattr(projection.candidates, "sheet", None)
        if sheet is not None and population in (projection.source, projection.target):
            return unit_positions(circuit, population, seed) * float(sheet)
    raise ValueError(f"no projection of {population} draws its candidates by distance")


def unit_positions(circuit: Circuit, population: str, seed: int) -> np.ndarray:
    """Return where the cells of a population lie on a sheet of side one."""
    number = list(circuit.populations).index(population)
    generator = np.random.default_rng([seed, 3, number])
    return generator.random((circuit.sizes[population], 2))
