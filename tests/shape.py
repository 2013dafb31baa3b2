"""Print the size and the shape of the project: lines, modules, imports, rooms, README, top level.

``python tests/shape.py`` counts what git tracks, as it stands in the working tree.
"""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from test_imports import MODULES, imported, room_of

ROOT = Path(__file__).parent.parent
LARGEST = 450
"""Lines above which a module is named."""


def tracked(pattern: str = "") -> list[Path]:
    """Files that git tracks below the project, by a pathspec."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern or "."]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def lines(files: Iterable[Path]) -> int:
    return sum(file.read_text("utf-8").count("\n") for file in files)


def repeated_classes() -> list[str]:
    """Names of classes that are defined more than once in the package."""
    counted: Counter[str] = Counter()
    for file in MODULES.values():
        tree = ast.parse(file.read_text("utf-8"))
        counted.update(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return sorted(name for name, times in counted.items() if times > 1)


def repeated_files() -> list[str]:
    """Names of modules that occur three times or more, ``__init__`` apart."""
    counted = Counter(file.name for file in MODULES.values())
    return sorted(name for name, n in counted.items() if n > 2 and name != "__init__.py")


def shape() -> dict[str, object]:
    """The figures by name."""
    edges = {(module, other) for module in MODULES for other in imported(module)}
    arrows = {
        (room_of(one), room_of(other)) for one, other in edges if room_of(one) != room_of(other)
    }
    package = tracked("sim/*.py")
    return {
        "lines of Python in sim/": lines(package),
        "modules": len(MODULES),
        "import edges between modules": len(edges),
        "rooms": len({room_of(module) for module in MODULES}),
        "arrows between rooms": len(arrows),
        "lines of tests": lines(tracked("tests/*.py")),
        "README lines": lines([ROOT / "README.md"]),
        "files at the top level": sum(file.parent == ROOT for file in tracked()),
        "class names used twice": ", ".join(repeated_classes()) or "none",
        "file names used three times": ", ".join(repeated_files()) or "none",
        f"modules over {LARGEST} lines": ", ".join(
            f"{file.relative_to(ROOT)} ({lines([file])})"
            for file in package
            if lines([file]) > LARGEST
        )
        or "none",
    }


if __name__ == "__main__":
    for name, figure in shape().items():
        print(f"{name:32} {figure:,}" if isinstance(figure, int) else f"{name:32} {figure}")
