"""How steeply births follow activity: the local exponents of the chain, link by link.

`local_exponents` plays twins of a healthy circuit; `chain` says which variable follows which;
`report` makes the table.
"""

from .study import Exponents, local_exponents

__all__ = ["Exponents", "local_exponents"]
