"""The imports of a package, read from its text, and the rules of its rooms.

A room is a folder directly under the package. Every import counts, also one inside a function or
under ``TYPE_CHECKING``. An import of a name that a package re-exports is an import of the package.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

#: Modules that stand beside the rooms.
OUTSIDE = ("__init__", "__main__")


@dataclass(frozen=True)
class Import:
    """One import: the importing and the imported module, without the package's own name.

    The package's root is the empty string.
    """

    importer: str
    imported: str
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: imports {self.imported or 'the root of the package'}"


def room(module: str) -> str:
    """Return the room of a module: ``"results"`` of ``"results.writer"``."""
    return module.partition(".")[0]


def modules(root: Path) -> dict[str, Path]:
    """Return every module under the folder of a package, with its file."""
    by_name = {}
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        by_name[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return by_name


def imports(root: Path) -> list[Import]:
    """Return all imports of modules of the package by modules of the package."""
    known = modules(root)
    statements = []
    for module, file in known.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for target in _targets(node, module, file, root.name, known):
                statements.append(Import(module, target, file.relative_to(root), node.lineno))
    return statements


def _targets(
    node: ast.AST, module: str, file: Path, package: str, known: dict[str, Path]
) -> list[str]:
    """Return the modules of the package that a statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
        return [_module(name, package, known) for name in names if _inside(name, package)]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level:
        parts = module.split(".") if module else []
        above = node.level - (file.name == "__init__.py")
        source = ".".join([package, *parts[: len(parts) - above], *filter(None, [node.module])])
    else:
        source = node.module or ""
    if not _inside(source, package):
        return []
    return [_module(f"{source}.{alias.name}", package, known) for alias in node.names]


def _inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _module(name: str, package: str, known: dict[str, Path]) -> str:
    """Return the module that a dotted name is, or that it is a name of."""
    name = name.removeprefix(package).removeprefix(".")
    while name not in known:
        name = name.rpartition(".")[0]
    return name


def outside_the_rooms(root: Path, rooms: tuple[str, ...]) -> list[str]:
    """Return a message for each module that lies in none of the rooms."""
    messages = []
    for file in modules(root).values():
        place = file.relative_to(root)
        within = place.parts[0] in rooms if len(place.parts) > 1 else place.stem in OUTSIDE
        if not within:
            messages.append(f"{place}: lies in none of the rooms {', '.join(rooms)}")
    return messages


def root_imports(root: Path) -> list[str]:
    """Return a message for each import of the package's root by one of its modules."""
    return [
        f"{each}, which imports {room(each.importer)}"
        for each in imports(root)
        if not each.imported and each.importer not in ("", *OUTSIDE)
    ]


def wrong_rooms(
    root: Path, rooms: tuple[str, ...], only: dict[str, tuple[str, ...]] | None = None
) -> list[str]:
    """Return a message for each import from a room that stands after the importer's own.

    Parameters
    ----------
    root : Path
        The folder of the package.
    rooms : tuple of str
        In the order in which they may be imported.
    only : dict of str to tuple of str, optional
        Rooms that may import from these rooms alone, beside themselves.
    """
    messages = []
    for each in imports(root):
        importer, imported = room(each.importer), room(each.imported)
        if importer not in rooms or imported not in rooms:
            continue
        if rooms.index(imported) > rooms.index(importer):
            messages.append(f"{each}: the room {importer} stands before {imported}")
        allowed = (only or {}).get(importer)
        if allowed is not None and imported not in (importer, *allowed):
            rest = " and ".join(allowed)
            messages.append(f"{each}: the room {importer} imports from {rest} only, not {imported}")
    return messages


def circles(root: Path) -> list[str]:
    """Return a message for each group of modules that import each other in a circle."""
    following: dict[str, dict[str, Import]] = {module: {} for module in modules(root)}
    for each in imports(root):
        if each.importer != each.imported:
            following[each.importer].setdefault(each.imported, each)
    messages, seen = [], set()
    for start in following:
        path = None if start in seen else _way_back(start, following)
        if path:
            seen.update(step.importer for step in path)
            rooms = ", ".join(dict.fromkeys(room(step.importer) or "the root" for step in path))
            messages.append(f"a circle within {rooms}:\n  " + "\n  ".join(map(str, path)))
    return messages


def _way_back(start: str, following: dict[str, dict[str, Import]]) -> list[Import] | None:
    """Return the shortest chain of imports from a module to itself."""
    ways: list[list[Import]] = [[step] for step in following[start].values()]
    reached = {way[-1].imported for way in ways}
    for way in ways:  # grows while it is gone through: breadth first
        if way[-1].imported == start:
            return way
        for name, step in following[way[-1].imported].items():
            if name not in reached:
                reached.add(name)
                ways.append([*way, step])
    return None
