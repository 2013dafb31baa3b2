"""The table of which part may import which, and the code must equal it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent / "sim"

ALLOWED: dict[str, set[str]] = {
    "__init__": {"errors", "face"},
    "__main__": {"cli"},
    "errors": set(),
    "stamp": set(),
    "clock": set(),
    "scenario": {"errors"},
    "draws": {"clock", "scenario"},
    "prices": {"draws", "scenario"},
    "ledger": {"clock", "draws", "errors"},
    "world": {"clock", "draws", "ledger", "prices", "scenario"},
    "means": {"clock", "draws", "prices", "scenario", "world"},
    "inflow": {"clock", "draws", "scenario", "world"},
    "procedure": {"clock", "draws", "ledger", "means", "world"},
    "family": {"draws", "means", "world"},
    "outflow": {"draws", "world"},
    "reception": {"clock", "draws", "means", "procedure", "scenario", "world"},
    "opening": {"clock", "draws", "errors", "reception", "scenario", "world"},
    "engine": {
        "clock", "draws", "errors", "family", "inflow", "ledger", "means", "opening", "outflow",
        "prices", "procedure", "reception", "scenario", "world",
    },
    "persons": {
        "clock", "draws", "engine", "inflow", "ledger", "means", "opening", "outflow", "prices",
        "reception", "scenario", "world",
    },
    "results": {"draws", "ledger", "scenario"},
    "budget": {"clock", "draws", "prices", "scenario"},
    "verify": {
        "budget", "draws", "engine", "inflow", "ledger", "outflow", "prices", "procedure",
        "reception", "results", "scenario",
    },
    "past": {"draws", "engine", "errors", "results", "scenario"},
    "address": {"errors"},
    "workers": {"errors"},
    "trial": {
        "address", "budget", "clock", "draws", "engine", "errors", "ledger", "prices", "results",
        "scenario", "workers",
    },
    "expression": {"errors"},
    "decide": {
        "address", "budget", "clock", "draws", "errors", "expression", "prices", "results",
        "scenario", "trial",
    },
    "book": {
        "address", "decide", "draws", "errors", "expression", "past", "scenario", "trial",
    },
    "report": {
        "address", "book", "decide", "draws", "errors", "expression", "past", "prices",
        "scenario", "trial",
    },
    "run": {
        "address", "book", "budget", "clock", "decide", "draws", "errors", "prices", "report",
        "results", "scenario", "stamp", "trial", "workers",
    },
    "exchange": {
        "budget", "clock", "errors", "prices", "report", "run", "scenario", "stamp", "trial",
    },
    "memo": {
        "book", "decide", "draws", "errors", "exchange", "past", "report", "run", "scenario",
        "stamp",
    },
    "explorer": {"errors", "exchange", "prices", "report", "scenario", "stamp"},
    "ask": {
        "address", "book", "decide", "draws", "errors", "exchange", "explorer", "persons",
        "report", "run", "scenario", "trial",
    },
    "cli": {
        "ask", "book", "budget", "clock", "decide", "errors", "exchange", "memo",
        "past", "report", "run", "scenario", "stamp", "trial", "verify",
    },
    "face": {
        "address", "ask", "book", "clock", "draws", "exchange", "memo", "past", "report", "run",
        "scenario", "stamp", "trial", "verify", "whatif",
    },
    "whatif": {
        "budget", "clock", "decide", "draws", "engine", "errors", "exchange", "prices", "report",
        "run", "scenario", "trial", "workers", "world",
    },
}  # fmt: skip


def parts_imported(file: Path) -> set[str]:
    """Parts of the package that a file imports, at the top, inside functions or for typing."""
    depth = len(file.relative_to(ROOT).parts)
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {name.split(".")[0] for name in names}
        assert not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"))
    return found


def test_the_parts_import_just_what_the_table_says() -> None:
    imports: dict[str, set[str]] = {}
    for file in ROOT.rglob("*.py"):
        part = file.relative_to(ROOT).parts[0].removesuffix(".py")
        imports.setdefault(part, set()).update(parts_imported(file))
    assert imports == ALLOWED


def test_the_pipeline_goes_one_way() -> None:
    def reached(part: str, seen: set[str]) -> set[str]:
        for below in ALLOWED[part]:
            if below not in seen:
                seen |= {below} | reached(below, seen | {below})
        return seen

    assert all(part not in reached(part, set()) for part in ALLOWED)
