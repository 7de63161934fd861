"""Text of unknown origin, as from a file of somebody else, made fit for a terminal.

An escape character in a name can move the cursor, change the title of a window or hide what is
printed; a mark that turns the direction of writing can show a name that is another.
"""

import unicodedata


def printable(text: object) -> str:
    r"""Return text with everything that is not seen, but for spaces, written as an escape.

    >>> printable("day\t1\x1b[2J"), printable("79 µM")
    ('day\\t1\\x1b[2J', '79 µM')
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _seen(c) else c.encode("unicode_escape").decode() for c in text)


def is_printable(text: str) -> bool:
    """Return whether `printable` leaves a text as it is."""
    return printable(text) == text


def _seen(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
