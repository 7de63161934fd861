"""The structural update of a projection, cut into blocks that run one after the other.

A pair reads how many contacts its cells have, and then adds its own births and losses to these
numbers. Compiled code must do so pair by pair. The statements that read and change variables of
the pair alone are moved into separate loops before and after, which the compiler vectorises
(`compiled_blocks`).

Brian2's numpy target plays each statement for all pairs at once. There the update is cut before
each statement that adds to a number that was read: all pairs read, then all pairs add
(`runtime_blocks`). Births within one step can then exceed a limit on a degree.
"""

import re
from typing import NamedTuple

from .group import assigned_in, names_in


class UpdateBlocks(NamedTuple):
    """The blocks of an update.

    Attributes
    ----------
    blocks : list of str
        The statements of each block.
    carried : dict of str to str
        The names that an earlier block sets and a later one reads, with their units: they become
        variables of the synapse.
    """

    blocks: list[str]
    carried: dict[str, str]


def compiled_blocks(code: str, declared: set[str]) -> UpdateBlocks:
    """Cut an update before and after the statements that change, or read, what pairs share.

    In the first and the last block, pairs do not depend on each other.

    >>> compiled_blocks("elapsed = dt\\nx = 2\\nb = int(n_post < 3)\\nn_post += b\\ny = b*x", {"x", "y"}).blocks
    ['elapsed = dt\\nx = 2', 'elapsed = dt\\nb = int(n_post < 3)\\nn_post += b', 'elapsed = dt\\ny = b*x']
    """  # noqa: E501
    if not code:
        return UpdateBlocks([code], {})
    header, *lines = code.splitlines()
    split = [re.split(r"\s*([-+*/]?=)\s*", line, maxsplit=1) for line in lines]
    changed = {target for target, *_ in split if target.endswith(("_pre", "_post"))}
    if not changed:
        return UpdateBlocks([code], {})
    touching = [k for k, (target, _, text) in enumerate(split)
                if target in changed or names_in(text) & changed]  # fmt: skip
    first, last = touching[0], touching[-1] + 1
    blocks = [[header, *part] for part in (lines[:first], lines[first:last], lines[last:]) if part]
    return UpdateBlocks(["\n".join(block) for block in blocks], _carried(blocks, declared))


def runtime_blocks(code: str, declared: set[str]) -> UpdateBlocks:
    """Cut an update where it adds to a variable of a cell that it has read.

    Parameters
    ----------
    code : str
        Statements; the first, ``elapsed = ...``, is repeated in every block.
    declared : set of str
        State variables of the synapse.

    >>> runtime_blocks("elapsed = dt\\nborn = int(n_post < 3)\\nn_post += born", set())
    UpdateBlocks(blocks=['elapsed = dt\\nborn = int(n_post < 3)', 'elapsed = dt\\nn_post += born'],
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
    return UpdateBlocks(["\n".join(block) for block in blocks], _carried(blocks, declared))


def _carried(blocks: list[list[str]], declared: set[str]) -> dict[str, str]:
    """Return the names that an earlier block sets and a later one reads, with their units."""
    carried = {}
    for k, block in enumerate(blocks):
        text = "\n".join(block)
        local = assigned_in("\n".join(blocks[k][1:])) - declared
        later = names_in("\n".join("\n".join(block[1:]) for block in blocks[k + 1 :]))
        for name in sorted(n for n in local & later if not n.endswith(("_pre", "_post"))):
            is_integer = re.search(
                rf"^{name} = (int\(|\d|born|flip|gained|lost)", text, re.MULTILINE
            )
            carried[name] = "integer" if is_integer else "1"
    return carried
