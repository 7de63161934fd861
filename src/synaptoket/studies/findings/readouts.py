"""All read-outs, by protocol: the functions that a finding's file may name."""

from collections.abc import Callable

from . import dish, network, plasma, receptor

READOUTS: dict[str, dict[str, Callable]] = {
    "receptor": receptor.READOUTS,
    "plasma": plasma.READOUTS,
    "dish": dish.READOUTS,
    "network": network.READOUTS,
}
