"""The provenance of a result: versions, commit, machine, and every parameter as TOML."""

from __future__ import annotations

import json
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("synaptoket", "brian2", "numpy", "scipy", "h5py")


def provenance() -> dict[str, str]:
    """Return versions (JSON), git commit and host, for the attributes of a result file."""
    return {
        "versions": _versions(),
        "git_commit": _commit(),
        "host": f"{platform.node()} {platform.system()} {platform.machine()}",
    }


@cache
def _versions() -> str:
    """Return the versions of the packages on which a result depends, looked up once a process."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return json.dumps(versions)


@cache
def _commit() -> str:
    """Return the commit of the package's checkout, with a plus if tracked files were changed."""
    from ..parameters.files import root

    if not (root() / ".git").exists():
        return "not a checkout"

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(root()), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = "+" if git("status", "--porcelain", "--untracked-files=no") else ""
        return git("rev-parse", "HEAD") + changed
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def to_toml(tree: dict[str, Any], path: tuple[str, ...] = ()) -> str:
    """Return a tree of tables as TOML.

    A table with the key ``value`` is written on one line.

    >>> print(to_toml({"a": 1, "b": {"c": {"value": "2 nS", "source": "x"}, "d": [1, "y"]}}))
    a = 1
    <BLANKLINE>
    [b]
    c = { value = "2 nS", source = "x" }
    d = [1, "y"]
    """
    lines, tables = [], []
    for key, value in tree.items():
        name = key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)
        if isinstance(value, dict) and "value" not in value:
            tables.append((name, value))
        else:
            lines.append(f"{name} = {_inline(value)}")
    blocks = ["\n".join(lines)] if lines else []
    if path and lines:
        blocks = [f"[{'.'.join(path)}]\n{blocks[0]}"]
    return "\n\n".join(blocks + [to_toml(value, (*path, name)) for name, value in tables])


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(v)}" for key, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(value, ensure_ascii=False)
