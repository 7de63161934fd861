"""The command ``synaptoket``: run an experiment, look into a result file, plot it, show a model.

Everything heavy (Brian2, xarray, Matplotlib) is imported by the command that needs it. An error
that the user can mend is one line on standard error and exit status 2.
"""

from .app import main, run_script

# Commands are listed in the order in which they are added.
from . import simulate  # isort: skip
from . import info  # isort: skip
from . import plot  # isort: skip
from . import show  # isort: skip
from . import rules  # isort: skip
from . import cite  # isort: skip
from . import findings  # isort: skip
from . import exponents  # isort: skip
from . import sweep  # isort: skip

__all__ = [
    "cite",
    "exponents",
    "findings",
    "info",
    "main",
    "plot",
    "rules",
    "run_script",
    "show",
    "simulate",
    "sweep",
]
