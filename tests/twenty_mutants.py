"""Apply each mutant of ``tests/verify/twenty_mutants.yaml`` to a copy and see a test kill it.

A mutant is one line of the model core, changed by hand. Its quick tests run without compilation,
and only if they pass all its tests run compiled, which takes half a minute. Prints a line each,
``killed`` with the test that failed or ``SURVIVED``, and ends with 1 if one survives or its line is
not there once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import yaml
from mutants import ROOT, Copies, environment, without_compilation

MUTANTS = ROOT / "tests" / "verify" / "twenty_mutants.yaml"
PYTEST = (
    "-m",
    "pytest",
    "-x",
    "-q",
    "-n0",
    "-p",
    "no:cacheprovider",
    "--tb=no",
    "--hypothesis-seed=1",
)
WORKERS = 2
QUICK = "not slow and not long"
NOTHING_SELECTED = 5
"""What pytest ends with where the marks leave no test."""


def outcome(mutant: dict[str, Any], copies: Copies) -> str:
    """Run the named tests against a copy with the mutant in it."""
    # Wherever the line is now: a file that was moved or renamed changes no entry.
    texts = {file: file.read_text("utf-8") for file in (ROOT / "sim").rglob("*.py")}
    there = [file for file, text in texts.items() if mutant["before"] in text]
    if len(there) != 1 or texts[there[0]].count(mutant["before"]) != 1:
        return f"NOT APPLIED: {mutant['before']} is not there exactly once"
    code = texts[there[0]].replace(mutant["before"], mutant["after"])
    with copies.changed(str(there[0].relative_to(ROOT)), code) as folder:
        quickly = failure(mutant, folder, without_compilation(folder), "-m", QUICK)
        return quickly or failure(mutant, folder, environment(folder)) or "SURVIVED"


def failure(mutant: dict[str, Any], folder: Path, env: dict[str, str], *options: str) -> str:
    """What the named tests say of the mutant: which of them failed, or nothing if all passed."""
    done = subprocess.run(
        [sys.executable, *PYTEST, *options, *mutant["tests"]],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode == 1 and failed:
        return f"killed by {failed[0].removeprefix('FAILED ').split(' - ')[0]}"
    passed = done.returncode in (0, NOTHING_SELECTED)
    return "" if passed else f"NOT RUN: {done.stdout.strip()[-200:]}"


def main() -> int:
    """Try those whose file, function or law holds one of the words given, else all."""
    mutants = yaml.safe_load(MUTANTS.read_text("utf-8"))
    words = sys.argv[1:]
    mutants = [one for one in mutants if not words or any(word in str(one) for word in words)]
    alive = 0
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as name,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        copies = Copies(Path(name), WORKERS)
        jobs = {pool.submit(outcome, mutant, copies): mutant for mutant in mutants}
        for job in as_completed(jobs):
            mutant, told = jobs[job], job.result()
            alive += not told.startswith("killed")
            print(f"{mutant['file']} {mutant['function']}: {told}", flush=True)
    print(f"{len(mutants) - alive} of {len(mutants)} killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
