"""The command ``synaptoket``: run an experiment, look into a result file, plot it, show a model.

Everything heavy (Brian2, xarray, Matplotlib) is imported by the command that needs it. An error
of the user's making is one line on standard error and exit status 2.
"""

from .app import main, run_script

from . import simulate  # isort: skip  (commands are listed in the order in which they are added)
from . import look  # isort: skip
from . import rules  # isort: skip
from . import cite  # isort: skip
from . import findings  # isort: skip
from . import sweeps  # isort: skip

__all__ = ["cite", "findings", "look", "main", "rules", "run_script", "simulate", "sweeps"]
