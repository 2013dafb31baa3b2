"""Which tests `make check` leaves to `make test`, and `make test` to `make test-long`: as measured.

    .venv/bin/pytest --junitxml durations.xml
    PYTHONPATH=tests .venv/bin/python tests/update_tiers.py durations.xml [--times 1.0] \
        [--only test_new.py]

Writes `tests/tiers.yaml`, which `tests/conftest.py` reads. A test that takes `LONG` seconds or more
is long. One that takes `SLOW` or more is slow, and here what it shares with others counts for each
of them, since the first to run in `make check` would pay it. A new test is neither. Measure on a
machine at rest, or say by `--times` how many times longer everything took than on one.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import yaml

SLOW = 0.2
LONG = 1.2
FILE = Path(__file__).parent / "tiers.yaml"
HEAD = """\
# Written by tests/update_tiers.py from measured durations; never edit by hand.
# slow: not in `make check`; long: in `make test-long` alone. A function stands for all its cases.
"""


def tier(seconds: float, shared: float) -> str:
    """The tier of a test that takes so long, with what it shares or without."""
    if seconds >= LONG:
        return "long"
    return "slow" if max(seconds, shared) >= SLOW else "fast"


def shared(case: ElementTree.Element) -> float:
    """Seconds that were spent on what the test shares with others."""
    found = case.find("properties/property[@name='shared']")
    return 0.0 if found is None else float(found.attrib["value"])


def tiers(files: Sequence[Path], times: float) -> dict[str, dict[str, list[str]]]:
    """Names by tier and file; a function by its name alone where all its cases are of one tier.

    A later file of durations says better what it has too.
    """
    cases: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for case in (one for file in files for one in ElementTree.parse(file).iter("testcase")):
        name, module = case.attrib["name"], case.attrib["classname"].rpartition(".")[2]
        own, common = float(case.attrib["time"]) / times, shared(case) / times
        cases[f"{module}.py", name.partition("[")[0]][name] = tier(own, common)
    found: dict[str, dict[str, list[str]]] = {"slow": defaultdict(list), "long": defaultdict(list)}
    for (module, function), names in sorted(cases.items()):
        alike = set(names.values())
        for name, one in [(function, *alike)] if len(alike) == 1 else sorted(names.items()):
            if one != "fast":
                found[one][module].append(name)
    return {one: dict(files) for one, files in found.items()}


Tiers = dict[str, dict[str, list[str]]]


def with_others(placed: Tiers, before: Tiers, only: Sequence[str]) -> Tiers:
    """As placed now for some test files, as before for all others."""
    return {
        one: {name: names for name, names in before[one].items() if name not in only}
        | {name: names for name, names in placed[one].items() if name in only}
        for one in before
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("durations", type=Path, nargs="+")
    parser.add_argument("--times", type=float, default=1.0)
    parser.add_argument("--only", nargs="+", metavar="FILE", help="test files; others stay as is")
    asked = parser.parse_args()
    placed = tiers(asked.durations, asked.times)
    if asked.only:
        placed = with_others(placed, yaml.safe_load(FILE.read_text("utf-8")), asked.only)
    text = yaml.safe_dump(placed, allow_unicode=True, width=1000)
    FILE.write_text(HEAD + text, "utf-8")


if __name__ == "__main__":
    main()
