"""The drives: what the protocol and the drugs feed the circuit in every slow step.

A drive has no drug's name in it: the circuit sees how strongly channels are blocked and how far
each target is inhibited, bound or enhanced, and nothing of who did it. This table is the only list
of drives. A new drive must say how it reaches the slow variables, because the bound of the
time-lapse (`experiment.timelapse_bound`) follows those that do so through spikes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reach(Enum):
    """How a drive reaches the slow variables."""

    #: Through spikes, as the load c of a site, whose effect is c/(1 + c).
    LOAD = "load"
    #: Through spikes, as an effect of 0 to 1.
    EFFECT = "effect"
    #: It acts on slow variables themselves, and waits for no average over spikes.
    DIRECT = "direct"
    #: Not at all by itself: it only says how fast something else acts.
    NONE = "none"


@dataclass(frozen=True)
class Drive:
    """A quantity that the circuit is fed.

    Parameters
    ----------
    unit : str
        Its Brian2 unit.
    reach : Reach
        How it reaches the slow variables.
    meaning : str
    target : str
        The table of a drug's file that it comes from; empty if the protocol sets it.
    """

    unit: str
    reach: Reach
    meaning: str
    target: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.reach, Reach):
            raise TypeError(f"a drive's reach = {self.reach!r}: expected one of {list(Reach)}")


#: The table in the file of a drug that blocks the NMDA channel; such blockers add up.
NMDA = "nmda"

#: The drive that is the load of the blockers on receptors with each subunit.
BLOCKER_LOADS = {
    "GluN2A": "nmda_blocker_2a",
    "GluN2B": "nmda_blocker_2b",
    "GluN2C": "nmda_blocker_2c",
    "GluN2D": "nmda_blocker_2d",
}

#: Every drive by its name. The order is that of the columns of a schedule.
DRIVES = {
    "timelapse": Drive("1", Reach.NONE, "seconds of biology in a second of spiking"),
    "stress_hormone": Drive("1", Reach.DIRECT, "stress hormone, 1 at stress for whole days"),
    "stimulus": Drive("1", Reach.EFFECT, "stimulus of the background input, 0 to 1"),
    **{
        name: Drive(
            "1", Reach.LOAD, f"free blockers over their affinities for {subunit}, in 0 Mg", NMDA
        )
        for subunit, name in BLOCKER_LOADS.items()
    },
    "nmda_unblocking_rate": Drive(
        "Hz", Reach.NONE, "unblocking rate of the blockers, each weighted by its load", NMDA
    ),
    "nmda_superficial_share": Drive(
        "1", Reach.NONE, "share of the blockers' load that binds at the superficial site", NMDA
    ),
    "nmda_superficial_rate": Drive(
        "Hz", Reach.NONE, "rate at which blockers leave the superficial site", NMDA
    ),
    "glun2b_inhibition": Drive(
        "1", Reach.EFFECT, "share of GluN2B current that allosteric drugs inhibit", "glun2b"
    ),
    "ampa_block": Drive("1", Reach.EFFECT, "inhibited fraction of AMPA receptors", "ampa"),
    "mtorc1_block": Drive("1", Reach.DIRECT, "inhibited fraction of mTORC1", "mtorc1"),
    "trkb_block": Drive("1", Reach.DIRECT, "inhibited fraction of TrkB", "trkb"),
    "trkb_occupancy": Drive(
        "1", Reach.DIRECT, "bound fraction of the transmembrane sites of TrkB", "trkb_binding"
    ),
    "ampa_potentiation": Drive(
        "1", Reach.EFFECT, "share of the largest enhancement of AMPA", "ampa_potentiation"
    ),
}

#: The drives that come from drugs.
DRUG_DRIVES = tuple(name for name, drive in DRIVES.items() if drive.target)

#: Targets other than the NMDA channel, by their table in a drug's file, and the drive of each.
TARGETS = {drive.target: name for name, drive in DRIVES.items() if drive.target not in ("", NMDA)}
