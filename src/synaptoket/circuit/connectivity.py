"""The potential contacts of every projection: a fixed number onto each neuron.

With a fixed in-degree every array has the same size for every seed, so that another connectivity
needs no new binary. The rule in the projection's `candidates` chooses the cells.
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
        Index arrays of int32 with one entry for each contact, sorted by pre, so that the synapses
        of one presynaptic cell lie together in memory.
    """
    drawn = {}
    for stream, (name, projection) in enumerate(circuit.projections.items()):
        at = place(circuit, name)
        if isinstance(projection.candidates, Distance):
            sources = unit_positions(circuit, projection.source, seed)
            targets = unit_positions(circuit, projection.target, seed)
            at = replace(at, cells=(sources, targets))
        generator = np.random.default_rng([seed, 1, stream])
        drawn[name] = by_source(projection.candidates.draw(at, generator))
    return drawn


def wiring(circuit: Circuit) -> str:
    """Return a text of all that decides the contacts but the seed.

    Two circuits with the same text have the same contacts at the same seed.
    """
    projections = [
        [projection.source, projection.target, asdict(place(circuit, name)),
         projection.candidates.model_dump()]
        for name, projection in circuit.projections.items()
    ]  # fmt: skip
    return json.dumps([list(circuit.sizes.items()), projections])


def by_source(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (pre, post) of the candidates of each target, sorted by pre and then by post.

    `chosen` has the shape (targets, degree).

    >>> [ends.tolist() for ends in by_source(np.array([[2, 1], [2, 0]], np.int32))]
    [[0, 1, 2, 2], [1, 0, 0, 1]]
    """
    targets, degree = chosen.shape
    pre, post = chosen.ravel(), np.repeat(np.arange(targets, dtype=np.int32), degree)
    # The targets are in order already, so that a stable sort by pre is enough. NumPy sorts short
    # integers by their digits, which is faster.
    short = pre.astype(np.uint16) if len(pre) and pre.max() < 1 << 16 else pre
    order = np.argsort(short, kind="stable")
    return pre[order], post[order]


def positions(circuit: Circuit, population: str, seed: int) -> np.ndarray:
    """Return the positions of the cells of a population, in meters, shape (cells, 2).

    Parameters
    ----------
    circuit : Circuit
        A circuit with a projection of this population that draws its candidates by distance.
    population : str
        Its name.
    seed : int
        The run's seed.

    Raises
    ------
    ValueError
        If no projection of the population draws its candidates by distance.
    """
    for projection in circuit.projections.values():
        sheet = getattr(projection.candidates, "sheet", None)
        if sheet is not None and population in (projection.source, projection.target):
            return unit_positions(circuit, population, seed) * float(sheet)
    raise ValueError(f"no projection of {population} draws its candidates by distance")


def unit_positions(circuit: Circuit, population: str, seed: int) -> np.ndarray:
    """Return the positions of the cells of a population on a sheet of side one."""
    number = list(circuit.populations).index(population)
    generator = np.random.default_rng([seed, 3, number])
    return generator.random((circuit.sizes[population], 2))
