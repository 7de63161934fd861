"""The memory that a circuit needs, checked before any of it is allocated."""

from __future__ import annotations

import os

from ..parameters.errors import UserError
from .candidates import place

#: Bytes of a potential synapse in a run: 110 in the program (docs/benchmarks.md), the rest for its
#: contact.
BYTES_PER_SYNAPSE = 130

#: The largest number of synapses: integers of four bytes number them.
MOST_SYNAPSES = 2**31 - 1


def potential_synapses(circuit) -> int:
    """Return how many potential synapses a `Circuit` has."""
    places = (place(circuit, name) for name in circuit.projections)
    return sum(at.degree * at.targets for at in places)


def physical_memory() -> float:
    """Return the memory of this machine in bytes; infinity if the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return float("inf")


def check_size(circuit, where: str) -> None:
    """Raise `UserError` for a `Circuit` with more potential synapses than fit into memory."""
    synapses, memory = potential_synapses(circuit), physical_memory()
    most = min(MOST_SYNAPSES, memory / BYTES_PER_SYNAPSE)
    if synapses > most:
        raise UserError(
            f"{where}: neurons = {circuit.neurons}: {synapses / 1e6:,.0f} million potential "
            f"synapses need {synapses * BYTES_PER_SYNAPSE / 2**30:,.0f} GiB; this machine has "
            f"{memory / 2**30:,.0f} GiB: expected at most {most / 1e6:,.0f} million, by fewer "
            "neurons or smaller in-degrees"
        )
