"""Text of unknown origin, such as that of a foreign file, made safe for a terminal.

An escape character in a name can move the cursor, change the title of a window or hide text. A mark
that reverses the direction of writing can make one name look like another.
"""

import unicodedata


def printable(text: object) -> str:
    r"""Return text with every invisible character except spaces written as an escape.

    >>> printable("day\t1\x1b[2J"), printable("79 µM")
    ('day\\t1\\x1b[2J', '79 µM')
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _visible(c) else c.encode("unicode_escape").decode() for c in text)


def is_printable(text: str) -> bool:
    """Return whether `printable` leaves a text unchanged."""
    return printable(text) == text


def _visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
