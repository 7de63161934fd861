"""Draw the curves of rules: ``python -m synaptoket.curves [rule ...] --out docs/rules``."""

import argparse
import sys
from pathlib import Path

from ..errors import UserError
from . import draw, names


def main() -> int:
    """Draw the curves that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m synaptoket.curves", description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="rule", help=f"any of {', '.join(names())}")
    parser.add_argument("--out", type=Path, default=Path("docs/rules"), help="folder of the PNGs")
    given = parser.parse_args()
    try:
        for rule in given.rules or names():
            print(draw(rule, given.out / f"{rule}.png"), flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
