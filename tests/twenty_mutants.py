"""Apply each mutant of ``tests/verify/twenty_mutants.yaml`` to a copy and see a test kill it.

A mutant is one line of the model core, changed by hand. Prints a line each, ``killed`` with the
test that failed or ``SURVIVED``, and ends with 1 if one survives or its line is not there once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import yaml
from mutants import ROOT, copied

MUTANTS = ROOT / "tests" / "verify" / "twenty_mutants.yaml"
PYTEST = ("-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no")


def outcome(mutant: dict[str, Any]) -> str:
    """Run the named tests against a copy with the mutant in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        copied(folder)
        # Wherever the line is now: a file that was moved or renamed changes no entry.
        texts = {file: file.read_text("utf-8") for file in folder.glob("sim/**/*.py")}
        there = [file for file, text in texts.items() if mutant["before"] in text]
        if len(there) != 1 or texts[there[0]].count(mutant["before"]) != 1:
            return f"NOT APPLIED: {mutant['before']} is not there exactly once"
        text = texts[there[0]].replace(mutant["before"], mutant["after"])
        there[0].write_text(text, "utf-8")
        done = subprocess.run(
            [sys.executable, *PYTEST, "--hypothesis-seed=1", *mutant["tests"]],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode == 1 and failed:
        return f"killed by {failed[0].removeprefix('FAILED ').split(' - ')[0]}"
    return "SURVIVED" if done.returncode == 0 else f"NOT RUN: {done.stdout.strip()[-200:]}"


def main() -> int:
    """Try those whose file, function or law holds one of the words given, else all."""
    mutants = yaml.safe_load(MUTANTS.read_text("utf-8"))
    words = sys.argv[1:]
    mutants = [one for one in mutants if not words or any(word in str(one) for word in words)]
    alive = 0
    with ThreadPoolExecutor(2) as pool:
        jobs = {pool.submit(outcome, mutant): mutant for mutant in mutants}
        for job in as_completed(jobs):
            mutant, told = jobs[job], job.result()
            alive += not told.startswith("killed")
            print(f"{mutant['file']} {mutant['function']}: {told}", flush=True)
    print(f"{len(mutants) - alive} of {len(mutants)} killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
