"""Python files of the user that are executed: experiment scripts and files with rules."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import UserError, nearest
from .files import display


def load_experiment(path: Path) -> Any:
    """Return the module-level object `experiment` of an experiment script.

    Parameters
    ----------
    path : Path
        The script. It is imported as a module; a block ``if __name__ == "__main__"`` does not run.

    Raises
    ------
    UserError
        If the script fails (the message names the line), or defines no `experiment`.
    """
    module = load_module(path)
    if not hasattr(module, "experiment"):
        public = [name for name in vars(module) if not name.startswith("_")]
        hint = nearest("experiment", public)
        hint = hint if hint.startswith("; did") else ""
        raise UserError(f"{display(path)}: expected a module-level object 'experiment'{hint}")
    return module.experiment


def load_module(path: Path) -> ModuleType:
    """Return the module of a script, with the script's folder on the import path.

    Raises
    ------
    UserError
        If the script fails; the message names the line.
    """
    path = path.resolve()  # the form in which tracebacks name the file
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = f"synaptoket_script_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{display(path)}: expected a Python file, with a name that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle find the module of a class by its name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's script may raise anything
        del sys.modules[name]
        raise UserError(_explain(path, error)) from error
    return module


def _explain(path: Path, error: BaseException) -> str:
    """Return an error and the line of the script where it arose, as one line."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{display(error.filename)}:{error.lineno}: {type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    where = f"{display(path)}:{lines[-1]}" if lines else display(path)
    # A message of this package is complete; for another error its type is added.
    kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
    return f"{where}: {kind}{error}"
