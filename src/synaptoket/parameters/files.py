"""The files that ship with the package: where `models/` and `experiments/` are, how to read them.

In a checkout (and an editable installation) they are the folders beside ``src/``, so that an edit
takes effect at once. In an installed wheel they are inside the package, under ``_data/``.
"""

from __future__ import annotations

import os
import pickle
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .errors import UserError, nearest, shortened

#: Bytes of the largest TOML file that is read; a circuit has 20 thousand.
LARGEST_TOML = 16 << 20


@cache
def root() -> Path:
    """Return the folder that holds `models/` and `experiments/`."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent.parent
    if package.parent.name == "src" and (checkout / "pyproject.toml").is_file():
        return checkout
    return package / "_data"


def kinds() -> list[str]:
    """Return the kinds of model files: the folders of `models/`."""
    models = root() / "models"
    return sorted(p.name for p in models.iterdir() if p.is_dir()) if models.is_dir() else []


def model_names(kind: str) -> list[str]:
    """Return the bare names of the models of one kind, sorted."""
    return sorted(path.stem for path in (root() / "models" / kind).glob("*.toml"))


def all_model_names() -> list[str]:
    """Return the bare names of the models of all kinds, each once, sorted."""
    return sorted({model for kind in kinds() for model in model_names(kind)})


def model_path(kind: str, name: str | Path) -> Path:
    """Return the path of a model file.

    Parameters
    ----------
    kind : str
        Folder of `models/`: ``"circuits"``, ``"drugs"``, …
    name : str or Path
        A bare name (``"ketamine"``) or the path of a ``.toml`` file.

    Raises
    ------
    UserError
        If there is no such file; the message names the nearest valid name.
    """
    if is_path(name, ".toml"):
        return existing(shipped(expanded(name)))
    path = root() / "models" / kind / f"{name}.toml"
    if not os.path.isfile(path):
        hint = nearest(str(name), model_names(kind))
        raise UserError(f"models/{kind}: no model named {str(name)!r}{hint}")
    return path


def find_model(name: str | Path) -> Path:
    """Return the path of a model of any kind, from its name or path.

    Raises
    ------
    UserError
        If no model has that name, or several have.
    """
    if is_path(name, ".toml"):
        return existing(shipped(expanded(name)))
    matching = [kind for kind in kinds() if name in model_names(kind)]
    if len(matching) > 1:
        choices = " or ".join(f"models/{kind}/{name}.toml" for kind in matching)
        raise UserError(f"{name}: names more than one model; give its path: {choices}")
    if not matching:
        hint = nearest(str(name), all_model_names())
        raise UserError(f"models: no model named {str(name)!r}{hint}")
    return model_path(matching[0], name)


def experiment_names() -> list[str]:
    """Return the bare names of the experiments that ship with the package, sorted."""
    scripts = (root() / "experiments").glob("*.py")
    return sorted(path.stem for path in scripts if not path.stem.startswith("_"))


def experiment_path(name: str | Path) -> Path:
    """Return the path of an experiment script: a bare name of `experiments/`, or a ``.py`` file.

    A path such as ``experiments/stress_and_ketamine.py`` also works outside the checkout, where it
    stands for the script inside the package.

    Raises
    ------
    UserError
        If there is no such script; the message names the nearest valid name.
    """
    if is_path(name, ".py"):
        script = shipped(expanded(name))
        if not os.path.exists(script) and script.parent == Path("experiments"):
            hint = nearest(script.stem, experiment_names())
            raise UserError(f"{script}: no such file{hint}")
        return existing(script)
    path = root() / "experiments" / f"{name}.py"
    if not os.path.isfile(path):
        hint = nearest(str(name), experiment_names())
        raise UserError(f"experiments: no experiment named {str(name)!r}{hint}")
    return path


def expanded(name: str | Path) -> Path:
    """Return a path with a leading ``~`` replaced by the home folder."""
    return Path(os.path.expanduser(name))


def shipped(path: Path) -> Path:
    """Return the file of the package that `path` names, if `path` itself does not exist.

    So ``experiments/stress_and_ketamine.py`` is also found outside the checkout.
    """
    packaged = root() / path
    within = path.parts[:1] in (("experiments",), ("models",))
    return packaged if within and not os.path.exists(path) and os.path.isfile(packaged) else path


def display(path: str | Path) -> str:
    """Return the short form of a path for messages and provenance.

    A path inside the package's folders is shown relative to them (``models/drugs/ketamine.toml``),
    another path inside the working folder relative to that, and any other path unchanged.
    """
    full = Path(path).resolve()
    for base in (root(), Path.cwd()):
        if full.is_relative_to(base):
            return full.relative_to(base).as_posix()
    return str(path)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the contents of a TOML file.

    Raises
    ------
    UserError
        If the file cannot be opened, or is not TOML; the message names the file and the line.
    """
    try:
        if os.path.getsize(path) > LARGEST_TOML:
            most = f"{LARGEST_TOML >> 20} MiB"
            raise UserError(f"{display(path)}: expected a TOML file of at most {most}")
        return pickle.loads(_pickled_toml(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(f"{display(path)}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{display(path)}: not a text file in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{display(path)}: not valid TOML: {error}") from error
    except ValueError as error:  # from Python, for a whole number of thousands of digits
        raise UserError(f"{display(path)}: a number that cannot be read: {error}") from error
    except RecursionError as error:
        raise UserError(f"{display(path)}: tables within tables too deep to be read") from error


@lru_cache(maxsize=64)
def _pickled_toml(text: str) -> bytes:
    """Return the contents of a TOML text as a pickle, from which each caller gets a copy.

    Unpickling takes a tenth of the time of parsing, and a process that prepares many runs reads the
    same files repeatedly. The pickle never leaves the process.
    """
    return pickle.dumps(tomllib.loads(text))


def catalogue() -> str:
    """Return the names of all models and experiments that ship with the package, as text."""
    lines = [f"{kind}: {', '.join(model_names(kind))}" for kind in kinds() if model_names(kind)]
    lines.append(f"experiments: {', '.join(experiment_names())}")
    return "\n".join(lines)


def is_path(name: str | Path, suffix: str) -> bool:
    """Return whether `name` means a file: a `Path`, or a text with a folder or the suffix."""
    if not isinstance(name, (str, Path)):
        raise UserError(f"{shortened(repr(name))}: expected a name or a path")
    return isinstance(name, Path) or name.endswith(suffix) or "/" in name or "\\" in name


def existing(path: Path) -> Path:
    """Return `path`, or raise `UserError` if there is no such file."""
    if os.path.isdir(path):
        raise UserError(f"{path}: expected a file, got a folder")
    if not os.path.isfile(path):
        raise UserError(f"{path}: no such file")
    return path
