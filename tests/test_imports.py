"""Rooms of the package, in the order of the pipeline: a room imports only rooms before it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent / "sim"
ORDER = (
    "errors", "clock", "log", "scenario", "model", "reference", "results", "hindcast", "report",
    "runs", "studies", "questions", "reproduce", "export", "what_if", "notebook", "api", "server",
    "web", "cli", "__main__",
)  # fmt: skip


def module_of(file: Path) -> str:
    parts = list(file.relative_to(ROOT.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in ROOT.rglob("*.py")}


def imported(module: str, *, only_at_import: bool = False) -> set[str]:
    """Modules of the package that a module imports, anywhere in it or when it is imported."""
    file = MODULES[module]
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    tree = ast.parse(file.read_text("utf-8"))
    for node in tree.body if only_at_import else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package.split(".")
            base = base[: len(base) - node.level + 1]
            target = ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
            inner = {f"{target}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else target for name in inner}
        assert not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"))
    return found & set(MODULES) - {module}


def room_of(module: str) -> str:
    return [*module.split("."), ""][1]


def test_a_room_imports_only_rooms_before_it() -> None:
    back = {
        (module, other)
        for module in MODULES
        if room_of(module)
        for other in imported(module)
        if room_of(other) != room_of(module)
        and ORDER.index(room_of(other)) > ORDER.index(room_of(module))
    }
    assert not back


def test_no_modules_import_each_other_in_a_circle() -> None:
    """At import, that is: what a function imports when it is called can't be part of a circle."""
    edges = {module: imported(module, only_at_import=True) for module in MODULES}
    packages = {module for module, file in MODULES.items() if file.name == "__init__.py"}
    tuple(TopologicalSorter({k: v - packages for k, v in edges.items()}).static_order())
