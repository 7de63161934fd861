"""Limits on degrees: a full neuron gets no more contacts, and births go on elsewhere.

The same random turnover, once without limits, once with at most 60 contacts on a neuron and once
with at most 60 of one, from nothing. No degree may ever pass its limit; the degrees of the other
end stay spread out; and the counters that cells keep must be the counts of contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ._segments import DAY, Segments
from .random_formation import UNLIMITED, set_rates, several
from .style import MEASURED, OTHER, THIRD, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT, RATES = 60, (0.02, 0.05)
CONDITIONS = {
    "no limit": (UNLIMITED, UNLIMITED),
    f"at most {LIMIT} on a neuron": (LIMIT, UNLIMITED),
    f"at most {LIMIT} of a neuron": (UNLIMITED, LIMIT),
}


@dataclass(frozen=True)
class Degrees:
    """Contacts of neurons in time.

    Attributes
    ----------
    day : ndarray
    onto, of : dict of str to ndarray, shape (times, neurons)
        Contacts on each target and of each source, for each condition.
    counted : dict of str to bool
        Whether the cells' own counters agreed at all times.
    """

    day: np.ndarray
    onto: dict[str, np.ndarray]
    of: dict[str, np.ndarray]
    counted: dict[str, bool]


def measure(times: int = 40) -> Degrees:
    """Let contacts grow for some stretches of two days, with and without limits."""
    onto, of, counted = {}, {}, {}
    for name, (on, out) in CONDITIONS.items():
        with Segments(several(on, out)) as played:
            set_rates(played, *RATES)
            degrees = [_degrees(played, 2 * DAY) for _ in range(times)]
        onto[name], of[name] = (np.array([f[k] for f in degrees]) for k in (0, 1))
        counted[name] = all(f[2] for f in degrees)
    return Degrees(2.0 * np.arange(1, times + 1), onto, of, counted)


def _degrees(played: Segments, biology: float) -> tuple[np.ndarray, np.ndarray, bool]:
    """Play on; return contacts on targets, of sources, and whether their counters agree."""
    played.play(biology)
    present = played["contact.present"]
    pre, post = played.contacts["contact"]
    onto = np.bincount(post, present, minlength=len(played["target.v"]))
    of = np.bincount(pre, present, minlength=len(played["source.v"]))
    same = (onto == played["target.in_degree_contact"]).all()
    return onto, of, bool(same and (of == played["source.out_degree_contact"]).all())


def draw(data: Degrees, figure: Figure) -> None:
    """Draw the largest degree in time, and the degrees at the end."""
    largest, spread = panels(figure, ("fullest neuron", "contacts on a neuron, and of one"))
    limits = {name: min(pair) for name, pair in CONDITIONS.items()}
    ends = {name: data.of if "of a" in name else data.onto for name in CONDITIONS}
    for name, style in zip(CONDITIONS, (MEASURED, OTHER, THIRD), strict=True):
        line = style | {"label": name, "ms": 3.5}
        largest.plot(data.day, ends[name][name].max(axis=1), **line)
        if limits[name] < UNLIMITED:
            largest.axhline(limits[name], color="#333333", lw=0.8, ls="--")
    bins = np.arange(0.5, 140, 5)
    for name, style in zip(CONDITIONS, (MEASURED, OTHER, THIRD), strict=True):
        colour = {"color": style["color"], "histtype": "step", "bins": bins, "lw": 1.4}
        spread.hist(data.onto[name][-1], **colour, label="on: " + name)
        spread.hist(data.of[name][-1], **colour, ls=":", label="of: " + name)
    largest.set(xlabel="time (days)", ylabel="contacts of the fullest neuron", ylim=(0, None))
    largest.legend()
    spread.set(xlabel="contacts", ylabel="neurons")
    spread.legend(fontsize="x-small")
