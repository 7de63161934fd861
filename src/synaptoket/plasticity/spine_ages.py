"""The stages and ages of the contacts of a population in balance, under `spine_stages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: No spine is older at the start (s): a hundred years.
OLDEST = 100 * 365.25 * 86400.0

_RESOLUTION = 4000


def survivors(
    constants: Mapping[str, float], generator: np.random.Generator, count: int
) -> dict[str, np.ndarray]:
    """Draw stages and ages of contacts, where as many come as go.

    At any time a contact is found in a stage, and at an age, in proportion to the time that
    contacts spend there: filopodia are few because they are short-lived, and most spines are old
    because young ones are soon lost.

    Parameters
    ----------
    constants : mapping of str to float
        Those of `spine_stages`, SI units.
    generator : numpy.random.Generator
    count : int

    Returns
    -------
    dict of str to ndarray (count,)
        ``"mature"`` (0 or 1) and ``"age"`` (s).
    """
    import numpy as np  # listing rules needs none

    maturing, lost = constants["maturation_rate"], constants["filopodium_loss"]
    old, young = constants["elimination_rate"], constants["young_elimination"]
    durable = constants["durable_time"]
    oldest = min(20 / old, OLDEST) if old > 0 else OLDEST
    age = np.concatenate([[0.0], np.geomspace(min(durable, oldest) / 1000, oldest, _RESOLUTION)])
    survival = np.exp(-old * age + young * durable * np.expm1(-age / durable))
    lived = np.concatenate([[0.0], np.cumsum((survival[1:] + survival[:-1]) / 2 * np.diff(age))])
    # a filopodium lives for 1/(maturing + lost), and a share of maturing/(maturing + lost) matures
    mature = generator.random(count) < 1 - 1 / (1 + maturing * lived[-1])
    spines = np.interp(generator.random(count) * lived[-1], lived, age)
    filopodia = generator.exponential(1 / (maturing + lost), count)
    return {"mature": mature.astype(np.int8), "age": np.where(mature, spines, filopodia)}
