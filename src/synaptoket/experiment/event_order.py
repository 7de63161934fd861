"""The events of a segment, from how often each synapse was formed and eliminated in it.

All events of a segment have the time of its end. A synapse that was formed and eliminated within
one segment, in either order, leaves an event for each.
"""

from __future__ import annotations

import numpy as np

from ..results.schema import EVENT


def event_list(
    was: np.ndarray,
    formed: np.ndarray,
    eliminated: np.ndarray,
    pre: np.ndarray,
    post: np.ndarray,
) -> np.ndarray:
    """Return the events of one projection in a segment, in an order that could have happened.

    A pair without a contact begins with a formation, a pair with contacts with an elimination. The
    two kinds alternate as long as both are left, so that no number of contacts leaves its range.

    Parameters
    ----------
    was : ndarray, shape (potential synapses,)
        Contacts of each pair before the segment.
    formed, eliminated : ndarray of unsigned integers, shape (potential synapses,)
        How often a contact was formed and eliminated.
    pre, post : ndarray of int32, shape (potential synapses,)
        The cells of each pair.

    Returns
    -------
    ndarray of dtype `EVENT`
        Its time and projection are left at zero.

    >>> count = lambda *values: np.array(values, np.uint8)
    >>> events = event_list(count(0, 1, 0), count(1, 1, 0), count(0, 1, 0), *[np.arange(3)] * 2)
    >>> events["pre"].tolist(), events["formed"].tolist()
    ([0, 1, 1], [1, 0, 1])
    """
    changed = np.flatnonzero(formed | eliminated)
    births, losses = formed[changed].astype(int), eliminated[changed].astype(int)
    number = births + losses
    each = np.repeat(np.arange(len(changed)), number)
    place = np.arange(len(each)) - np.repeat(np.cumsum(number) - number, number)
    begins = was[changed][each] == 0
    alternating = place < 2 * np.minimum(births, losses)[each]
    events = np.zeros(len(each), EVENT)
    events["pre"], events["post"] = pre[changed][each], post[changed][each]
    events["formed"] = np.where(alternating, (place % 2 == 0) == begins, (births > losses)[each])
    return events
