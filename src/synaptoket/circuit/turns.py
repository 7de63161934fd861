"""A structural update in turns, for Brian2's numpy target, which plays all pairs at once.

A pair reads how many contacts its cells have and then counts its own among them. Compiled code
goes from pair to pair; numpy would have to read and to add in one statement. So there the update
is cut in front of what adds to a number that was read: every pair reads, then every pair adds. A
limit on a degree can then be passed by what happens in one step.
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
    texts = ["\n".join(block) for block in blocks]
    carried = {}
    for k, text in enumerate(texts):
        local = assigned_in("\n".join(blocks[k][1:])) - declared
        later = names_in("\n".join("\n".join(block[1:]) for block in blocks[k + 1 :]))
        for name in sorted(n for n in local & later if not n.endswith(("_pre", "_post"))):
            whole = re.search(rf"^{name} = (int\(|born|flip|gained|lost)", text, re.MULTILINE)
            carried[name] = "integer" if whole else "1"
    return Turns(texts, carried)
