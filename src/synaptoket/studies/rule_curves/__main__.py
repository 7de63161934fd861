"""Draw curves of rules: ``python -m synaptoket.studies.rule_curves [rule ...] --out FOLDER``."""

import argparse
import sys
from pathlib import Path

from ...parameters.errors import UserError
from ...results.destination import FIGURE, Output, check_outputs
from . import draw, names


def main() -> int:
    """Draw the curves that are asked for, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m synaptoket.studies.rule_curves", description=__doc__
    )
    parser.add_argument("rules", nargs="*", metavar="rule", help=f"any of {', '.join(names())}")
    parser.add_argument("--out", type=Path, default=Path("docs/rules"), help="folder of the PNGs")
    parser.add_argument("--overwrite", action="store_true",
                        help="also replace files that synaptoket did not write")  # fmt: skip
    arguments = parser.parse_args()
    targets = {rule: arguments.out / f"{rule}.png" for rule in arguments.rules or names()}
    try:
        check_outputs([Output("--out", path, FIGURE) for path in targets.values()],
                      overwrite=arguments.overwrite)  # fmt: skip
        for rule, path in targets.items():
            print(draw(rule, path), flush=True)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
