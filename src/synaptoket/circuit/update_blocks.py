"""A structural update in turns.

A pair reads how many contacts its cells have and then counts its own among them. Compiled code
goes from pair to pair, as it must; but what concerns a pair alone is faster in a loop of its own,
so that the update is cut into what comes before, in between and after (`apart`).

Brian2's numpy target plays all pairs at once: it would have to read and to add in one statement. So
there the update is cut in front of what adds to a number that was read: every pair reads, then
every pair adds (`turns`). A limit on a degree can then be passed by what happens in one step.
"""

import re
from typing import NamedTuple

from .group import assigned_in, names_in


class Turns(NamedTuple):
    """Statements that are run one block after the other.

    Attributes
    ----------
    blocks : list of str
    carried : dict of str to str
        What a later block needs of an earlier one, as a variable of the synapse with its unit.
    """

    blocks: list[str]
    carried: dict[str, str]


def apart(code: str, declared: set[str]) -> Turns:
    """Cut an update around the statements that change variables of cells, and what they read.

    The blocks before and after are then loops over pairs that do not meet.

    >>> apart("elapsed = dt\\nx = 2\\nb = int(n_post < 3)\\nn_post += b\\ny = b*x", {"x", "y"}).blocks
    ['elapsed = dt\\nx = 2', 'elapsed = dt\\nb = int(n_post < 3)\\nn_post += b', 'elapsed = dt\\ny = b*x']
    """  # noqa: E501
    if not code:
        return Turns([code], {})
    header, *lines = code.splitlines()
    split = [re.split(r"\s*([-+*/]?=)\s*", line, maxsplit=1) for line in lines]
    changed = {target for target, *_ in split if target.endswith(("_pre", "_post"))}
    if not changed:
        return Turns([code], {})
    touching = [k for k, (target, _, text) in enumerate(split)
                if target in changed or names_in(text) & changed]  # fmt: skip
    first, last = touching[0], touching[-1] + 1
    blocks = [[header, *part] for part in (lines[:first], lines[first:last], lines[last:]) if part]
    return Turns(["\n".join(block) for block in blocks], _carried(blocks, declared))


def turns(code: str, declared: set[str]) -> Turns:
    """Cut an update where it adds to a variable of a cell that it has read.

    Parameters
    ----------
    code : str
        Statements; the first, ``elapsed = ...``, is repeated in every block.
    declared : set of str
        State variables of the synapse.

    >>> turns("elapsed = dt\\nborn = int(n_post < 3)\\nn_post += born", set())
    Turns(blocks=['elapsed = dt\\nborn = int(n_post < 3)', 'elapsed = dt\\nn_post += born'],
          carried={'born': 'integer'})
    """
    header, *lines = code.splitlines()
    blocks, read = [[header]], set()
    for line in lines:
        target, _, expression = re.split(r"\s*([-+*/]?=)\s*", line, maxsplit=1)
        if target in read and target.endswith(("_pre", "_post")):
            blocks.append([header])
            read = set()
        read |= names_in(expression)
        blocks[-1].append(line)
    return Turns(["\n".join(block) for block in blocks], _carried(blocks, declared))


def _carried(blocks: list[list[str]], declared: set[str]) -> dict[str, str]:
    """Return what a later block needs of an earlier one, and its unit."""
    carried = {}
    for k, block in enumerate(blocks):
        text = "\n".join(block)
        local = assigned_in("\n".join(blocks[k][1:])) - declared
        later = names_in("\n".join("\n".join(block[1:]) for block in blocks[k + 1 :]))
        for name in sorted(n for n in local & later if not n.endswith(("_pre", "_post"))):
            whole = re.search(rf"^{name} = (int\(|\d|born|flip|gained|lost)", text, re.MULTILINE)
            carried[name] = "integer" if whole else "1"
    return carried
