"""The checks can fail: mutants of the model, drawn at random, and what kills each of them.

``make verify`` runs it. One mutant is the package with one small change (an operator of
cosmic-ray at one place). Places are drawn evenly over the files of ``PARTS``; of each place one
change. The draw orders places by a hash of the seed and of what stands there, so that a seed
always gives the same mutants and a changed line leaves the draw elsewhere as it was.

Each mutant lives in a copy of the project. Suites run against it one after the other until one
fails: tests, then ``opvangsim model check``, last the tests that hold kept figures, so
that a mutant counts as killed by a kept figure only if no law found it. A survivor has to stand in
``tests/verify/survivors.yaml`` with the reason why it does not matter.

A change in the engine has all of it compiled anew, which takes longer than most suites. So the
first suite, cases worked by hand, runs without compilation, and most mutants die there.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import yaml

ROOT = Path(__file__).parent.parent
SURVIVORS = ROOT / "tests" / "verify" / "survivors.yaml"
PARTS = (
    "model/books",
    "model/ledger",
    "model/numbers",
    "model/chances",
    "model/draws",
    "model/inflow",
    "model/procedure",
    "model/family",
    "model/housing",
    "model/departure",
    "model/reception",
    "model/capacity",
    "model/capacity_desk",
    "model/plan_rules",
    "model/plan_state",
    "model/shared_people",
    "model/ind_capacity",
    "model/spending_limit",
    "model/initial_state",
    "model/engine",
    "model/sampling",
    "model/state",
    "results/tables",
    "results/budget",
    "model/prices",
)
"""Files that mutants are drawn from: the ledger, the actors, the draws, results and money."""
COMPILED = "sim/model/__pycache__/compiled-*"
"""Folders of what numba compiled, one for each state of the engine's source."""

_TESTS = tuple(f"tests/test_{name}.py" for name in (
    "ledger", "plans", "responses", "results", "reception", "clock", "opening", "compiled",
    "theory", "draws", "budget", "plan_rules",
))  # fmt: skip
_LAWS = tuple(f"tests/test_{name}.py" for name in (
    "laws", "verify", "means", "scenarios", "language", "persons", "plan_laws",
    "shared_people",
))  # fmt: skip
_KEPT = ("tests/test_readme.py", "tests/test_golden.py")
_OF_MUTANTS = "tests/test_mutants.py"
_BY_ITSELF = ("two_models_agree", "all_laws_hold", "kept_headline")
"""Tests of the last suites, left out of those before."""
_ABOUT_TEXT = "tests/test_verify.py::test_the_explained_survivors_are_about_lines_that_are_there"
"""Left out, as ``_OF_MUTANTS``: they read the lines of the code and would kill mutants by that."""

SUITES: dict[str, tuple[str, ...]] = {
    "hand-worked cases": ("-m", "not slow and not long", *_TESTS),
    "simulated cases": ("-m", "slow or long", *_TESTS),
    "laws": ("-m", "not long", *_LAWS, "-k", " and ".join(f"not {name}" for name in _BY_ITSELF),
             f"--deselect={_ABOUT_TEXT}"),
    "checks": (),
    "other tests": ("-m", "not slow and not long", "tests",
                    *(f"--ignore={file}" for file in (*_TESTS, *_LAWS, *_KEPT, _OF_MUTANTS))),
    "long laws": ("-m", "long", *_LAWS, "-k", " and ".join(f"not {name}" for name in _BY_ITSELF)),
    "second model": ("tests/test_persons.py", "-k", "two_models and (baseline or constrained)"),
    "kept figures": (*_KEPT, "tests/test_scenarios.py",
                     "-k", "readme or golden or (kept_headline and baseline)"),
}  # fmt: skip
"""What runs against a mutant, in this order; ``checks`` is ``opvangsim model check``."""
PLAIN = ("hand-worked cases",)
"""Suites that run without compilation."""
COMPILING = 90
"""Seconds that a suite may take longer because the engine is compiled in it."""

IDLE = ("<<", ">>", "|", "&", "^")
"""Not put in the place of arithmetic: on numbers with fractions they only crash."""

Place = tuple[int, int]
Span = tuple[Place, Place]


@dataclass(frozen=True)
class Mutant:
    """One change: where, by which operator, and the lines before and after it."""

    file: str
    function: str
    line: int
    operator: str
    occurrence: int
    before: str
    after: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.file, self.function, self.operator, self.before, self.after)


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: the suite and the test that killed it; no suite: it survived."""

    mutant: Mutant
    suite: str
    by: str
    seconds: float


# -- the draw ---------------------------------------------------------------------------------


def silent(tree: ast.Module) -> list[Span]:
    """Parts of a file where a change can't be seen: types, messages of errors, freezing."""
    spans = []
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.ClassDef):
            parts = [*node.decorator_list]
        elif isinstance(node, ast.Raise):
            parts = [node.exc]
        spans += [_span(part) for part in parts if part is not None]
    return spans


def _span(node: ast.AST) -> Span:
    place = [getattr(node, name) for name in ("lineno", "col_offset")]
    end = [getattr(node, name) for name in ("end_lineno", "end_col_offset")]
    return (place[0], place[1]), (end[0], end[1])


def functions(tree: ast.Module) -> dict[str, Span]:
    """Each function of a file, with the name of its class, and where it stands."""
    found = {}
    for node in tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef):
                owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
                found[owner + inner.name] = _span(inner)
    return found


def family(operator: str) -> str:
    """Kind of an operator: those of one kind at one place make one place of the draw."""
    return operator.partition("_")[0]


def useful(operator: str, taken: str, given: str) -> bool:
    """Whether an operator is drawn at all: not where it only crashes or changes nothing."""
    if family(operator) == "ReplaceBinaryOperator":
        return taken in IDLE or given not in IDLE
    return not operator.startswith("ReplaceComparisonOperator") or "is" not in (
        taken.partition(" ")[0],
        given.partition(" ")[0],
    ) or (taken.startswith("is") and given.startswith("is"))  # fmt: skip


def places(file: str) -> Iterator[tuple[tuple[str, Span], str, int, str]]:
    """Every change of a file: place (kind and span), operator, occurrence, text to hash."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    text = (ROOT / file).read_text("utf-8")
    lines, tree = text.splitlines(), ast.parse(text)
    unseen = silent(tree)
    nodes = list(ast_nodes(get_ast(text)))
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():
            continue
        short = name.partition("/")[2]
        spans = (span for node in nodes for span in operator().mutation_positions(node))
        for occurrence, (begin, end) in enumerate(spans):
            if any(first <= begin < last for first, last in unseen):
                continue
            taken = lines[begin[0] - 1][begin[1] : end[1]]
            if not useful(short, taken, _given(short)):
                continue
            line = lines[begin[0] - 1]
            column = begin[1] - (len(line) - len(line.lstrip()))
            yield (
                (family(short), (begin, end)), short, occurrence,
                f"{file}|{_function_of(tree, begin)}|{line.strip()}|{column}|{short}",
            )  # fmt: skip


def _given(operator: str) -> str:
    """The sign that a replacing operator writes, where it is one that matters to ``useful``."""
    signs = {"RShift": ">>", "LShift": "<<", "BitOr": "|", "BitAnd": "&", "BitXor": "^",
             "Is": "is", "IsNot": "is not"}  # fmt: skip
    return signs.get(operator.rpartition("_")[2], "")


def _function_of(tree: ast.Module, place: Place) -> str:
    for name, (begin, end) in functions(tree).items():
        if begin <= place < end:
            return name
    return ""


def draw(seed: int, count: int) -> list[Mutant]:
    """``count`` mutants: places by the order of a hash, and at each the change that comes first."""
    ranked = []
    for part in PARTS:
        file = f"sim/{part}.py"
        best: dict[tuple[str, Span], tuple[str, str, str, int]] = {}
        for place, operator, occurrence, text in places(file):
            twin = f"{seed}|{text}|{occurrence if operator == 'NumberReplacer' else ''}"
            rank = hashlib.sha256(twin.encode()).hexdigest()
            one = (rank, file, operator, occurrence)
            best[place] = min(best.get(place, one), one)
        ranked += [(hash_, file, place, operator, occurrence)
                   for place, (hash_, file, operator, occurrence) in best.items()]  # fmt: skip
    ranked.sort()
    print(f"{len(ranked):,} places in {len(PARTS)} files; seed {seed} draws {count}", flush=True)
    chosen = [mutant(file, op, nth, place[1][0]) for _, file, place, op, nth in ranked[:count]]
    return sorted(chosen, key=lambda one: (one.file, one.line))


def mutant(file: str, operator: str, occurrence: int, place: Place) -> Mutant:
    """A mutant with its lines before and after."""
    text = (ROOT / file).read_text("utf-8")
    old, new = text.splitlines(), mutated(text, operator, occurrence).splitlines()
    same = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    tail = next(i for i, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b)
    before, after = (
        " ".join(" ".join(lines[same : len(lines) - tail]).split()) for lines in (old, new)
    )
    function = _function_of(ast.parse(text), place)
    return Mutant(file, function, place[0], operator, occurrence, before, after)


def mutated(text: str, operator: str, occurrence: int) -> str:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code = mutate_code(text, get_operator(f"core/{operator}")(), occurrence)
    return str(code)


# -- the trial --------------------------------------------------------------------------------


def copied(folder: Path) -> None:
    """A copy of all that git keeps, with the changes that are not committed yet; of no results."""
    listed = subprocess.check_output(("git", "ls-files"), cwd=ROOT, text=True)
    for name in sorted({line.partition("/")[0] for line in listed.splitlines()} - {"outputs"}):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)


def without_compilation(folder: Path) -> dict[str, str]:
    """Environment in which the copy in a folder runs as plain Python."""
    return environment(folder) | {"NUMBA_DISABLE_JIT": "1"}


def environment(folder: Path) -> dict[str, str]:
    """Environment in which the copy in a folder runs, compiled."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return clean | {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_DISABLE_JIT": "0",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "200",
    }


def command(suite: str) -> list[str]:
    if suite == "checks":
        return [sys.executable, "-m", "sim", "model", "check"]
    options = ["-x", "-q", "-p", "no:cacheprovider", "-n0", "--hypothesis-seed=1", "--tb=line"]
    return [sys.executable, "-m", "pytest", *options, *SUITES[suite]]


def tried(suite: str, folder: Path, limit: float) -> str:
    """What a suite says of the copy in a folder: the first test or law that failed, or nothing."""
    env = without_compilation(folder) if suite in PLAIN else environment(folder)
    with subprocess.Popen(
        command(suite), cwd=folder, env=env, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        try:
            said, _ = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            return f"no end within {limit:.0f} s"
    return "" if running.returncode == 0 else told(said)


def told(said: str) -> str:
    """The name of what failed, out of what a suite printed."""
    lines = [line for line in said.splitlines() if line.strip()]
    for start in ("FAILED ", "ERROR "):
        for line in lines:
            if line.startswith(start):
                name = line.removeprefix(start).split(" - ")[0].strip()
                return name.removeprefix("tests/").replace(".py::", "::")
    return lines[-1][:90] if lines else "stopped"


class Copies:
    """Copies of the project in which mutants live, one for each worker.

    A copy is kept from one mutant to the next, with what was compiled for the unchanged engine: a
    mutant of the results needs no compilation.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            copied(folder / str(number))
            self._free.put(folder / str(number))

    @contextmanager
    def unchanged(self) -> Iterator[Path]:
        """A copy that no other worker uses meanwhile."""
        folder = self._free.get()
        try:
            yield folder
        finally:
            self._free.put(folder)

    @contextmanager
    def changed(self, file: str, code: str) -> Iterator[Path]:
        """A copy in which a file holds this code; afterwards it is as it was."""
        with self.unchanged() as folder:
            kept = set(folder.glob(COMPILED))
            (folder / file).write_text(code, "utf-8")
            try:
                yield folder
            finally:
                # With its time, by which numba knows that what it compiled is of this file.
                shutil.copy2(ROOT / file, folder / file)
                for made in set(folder.glob(COMPILED)) - kept:
                    shutil.rmtree(made)


def fate(one: Mutant, copies: Copies, suites: Sequence[str], limits: dict[str, float]) -> Fate:
    """Try suites on a mutant until one fails."""
    begun = time.monotonic()
    code = mutated((ROOT / one.file).read_text("utf-8"), one.operator, one.occurrence)
    with copies.changed(one.file, code) as folder:
        for suite in suites:
            by = tried(suite, folder, limits[suite])
            if by:
                return Fate(one, suite, by, time.monotonic() - begun)
    return Fate(one, "", "", time.monotonic() - begun)


def limits_of(copies: Copies, suites: Sequence[str], pool: ThreadPoolExecutor) -> dict[str, float]:
    """Seconds that each suite may take: four times what it takes where nothing is changed.

    A suite that fails on the unchanged project proves nothing: then the trial stops.
    """
    return dict(zip(suites, pool.map(partial(_limit_of, copies), suites), strict=True))


def _limit_of(copies: Copies, suite: str) -> float:
    with copies.unchanged() as folder:
        begun = time.monotonic()
        by = tried(suite, folder, 3600)
        taken = time.monotonic() - begun
    if by:
        raise SystemExit(f"{suite} fails without any change: {by}")
    print(f"nothing changed: {suite} holds ({taken:.0f} s)", flush=True)
    return COMPILING + 4 * taken


# -- the report -------------------------------------------------------------------------------


def explained() -> dict[tuple[str, ...], str]:
    """Survivors that are known, each with the reason why it does not matter."""
    entries = yaml.safe_load(SURVIVORS.read_text("utf-8")) or []
    names = ("file", "function", "operator", "before", "after")
    return {tuple(entry[name] for name in names): entry["because"] for entry in entries}


def row(one: Fate) -> str:
    """One line of the table, and a second one with the change."""
    end = f"killed by {one.suite}: {one.by}" if one.suite else "SURVIVED"
    where = f"{one.mutant.file}:{one.mutant.line}"
    return (
        f"{where:24} {one.mutant.operator:40} {end} ({one.seconds:.0f} s)\n"
        f"    - {one.mutant.before}\n    + {one.mutant.after}"
    )


def as_entry(one: Mutant) -> str:
    """A survivor as it would stand in the kept file, for whoever explains it."""
    names = ("file", "function", "operator", "before", "after")
    entry = {name: getattr(one, name) for name in names} | {"because": ""}
    text: str = yaml.safe_dump([entry], sort_keys=False, width=96)
    return text


def trial(mutants: Sequence[Mutant], suites: Sequence[str], limit: float, workers: int) -> int:
    """Try the mutants; 1 if one survives that is not explained."""
    fates = []
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as name,
        ThreadPoolExecutor(workers) as pool,
    ):
        copies = Copies(Path(name), workers)
        limits = dict.fromkeys(suites, limit) if limit else limits_of(copies, suites, pool)
        try_on = partial(fate, copies=copies, suites=suites, limits=limits)
        for one in pool.map(try_on, mutants):
            fates.append(one)
            print(row(one), flush=True)
    counts = Counter(one.suite or "survived" for one in fates)
    print("\n" + ", ".join(f"{counts[name]} {name}" for name in (*suites, "survived")))
    known = explained()
    survivors = [one.mutant for one in fates if not one.suite]
    for left in survivors:
        if left.key in known:
            print(f"explained: {left.file}:{left.line}: {known[left.key]}")
    unknown = [left for left in survivors if left.key not in known]
    for left in unknown:
        print(f"NOT explained in {SURVIVORS.relative_to(ROOT)}:\n{as_entry(left)}")
    return 1 if unknown else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--suites", nargs="+", choices=list(SUITES), default=list(SUITES))
    parser.add_argument("--only", nargs="+", metavar="FILE:LINE", help="of those drawn, just these")
    parser.add_argument("--limit", type=float, default=0, help="seconds a suite may take")
    parser.add_argument("--list", action="store_true", help="show the draw and try nothing")
    asked = parser.parse_args()
    # A background job ignores interrupts and its children with it; a test sends one and waits.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    mutants = draw(asked.seed, asked.count)
    if asked.only:
        mutants = [one for one in mutants if f"{one.file}:{one.line}" in asked.only]
    if asked.list:
        for one in mutants:
            print(f"{one.file}:{one.line} {one.operator}\n    - {one.before}\n    + {one.after}")
        return 0
    return trial(mutants, asked.suites, asked.limit, asked.workers)


if __name__ == "__main__":
    sys.exit(main())
