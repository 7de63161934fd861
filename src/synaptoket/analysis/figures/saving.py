"""Writing figures as PNG, PDF or SVG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...parameters.errors import UserError
from ...results.destination import CREATOR, replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_PIXELS = 1600

# The metadata of a figure: by it the program recognises its own files, which it may replace. There
# is no date, so that the same results give the same bytes.
_MADE_BY = {
    ".png": {"Software": CREATOR},
    ".pdf": {"Creator": CREATOR, "CreationDate": None},
    ".svg": {"Creator": CREATOR, "Date": None},
}


def save(figure: Figure, path: str | Path, width_pixels: int = WIDTH_PIXELS) -> Path:
    """Write a figure as PNG, PDF or SVG, by the ending of `path`; return the path.

    Raises
    ------
    UserError
        If the file cannot be written or its ending names no format.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _MADE_BY:
        raise UserError(f"{path}: expected a name that ends in {', '.join(_MADE_BY)}")
    with replacing(path) as partial:
        write(
            figure, partial, format=suffix[1:], dpi=width_pixels / figure.get_figwidth(),
            facecolor="white", metadata=_MADE_BY[suffix],
        )  # fmt: skip
    return path


def write(figure: Figure, target: Any, **options: Any) -> None:
    """Write a figure as `Figure.savefig` does; a text that is no valid formula is written as it is.

    Names of arms and phases come from files, and Matplotlib reads text between two dollar signs as
    mathematics.
    """
    import matplotlib
    from matplotlib.text import Text

    try:
        figure.savefig(target, **options)
    except ValueError:
        for text in figure.findobj(Text):
            text.set_parse_math(False)
        with matplotlib.rc_context({"text.parse_math": False}):
            figure.savefig(target, **options)
