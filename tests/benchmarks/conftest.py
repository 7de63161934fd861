"""The modules of the benchmark, which is run from the top of the repository."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = (
    "accuracy", "attempts", "background", "commands", "comparisons", "growth", "report", "rows",
    "run", "scale",
)  # fmt: skip


@pytest.fixture(scope="session")
def harness():
    """The modules of the benchmark, by name."""
    sys.path.insert(0, str(ROOT))
    try:
        return {name: importlib.import_module(f"benchmarks.{name}") for name in MODULES}
    finally:
        sys.path.remove(str(ROOT))
