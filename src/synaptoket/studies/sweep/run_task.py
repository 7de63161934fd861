"""The message that a worker gets about a run, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from .run_summary import Row
from .sweep_plan import Settings

#: How a run can end, as `Outcome.status` says it.
DONE, FAILED, HELD, NO_TIME = "done", "failed", "held", "no time"


@dataclass(frozen=True)
class Task:
    """A run that a worker is to do: its number, its seed and the parameters that it sets."""

    number: int
    seed: int
    settings: Settings


@dataclass
class Outcome:
    """How a run ended.

    Attributes
    ----------
    number : int
    status : str
        `DONE`, `FAILED`, `HELD` (another worker is playing it) or `NO_TIME` (the job ends too
        soon).
    seconds : float
        Wall time.
    row : list
        The entries of its summary, if the run was played now.
    message : str
        Why it failed.
    """

    number: int
    status: str
    seconds: float = 0.0
    row: Row = field(default_factory=list)
    message: str = ""
