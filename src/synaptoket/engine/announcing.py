"""Lines of text about slow or unusual steps, handed to whoever shows them to the user."""

from collections.abc import Callable

#: Called with each line.
Announce = Callable[[str], None]


def silent(text: str) -> None:
    """Show nothing."""
