"""``python -m synaptoket`` is the command ``synaptoket``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
