"""Write the baseline's gap table and chart into the README: run it when results moved."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from test_readme import _TABLE, README, printed

from sim.runs.batches import Options
from sim.runs.run import execute
from sim.scenario import load


def main() -> None:
    baseline = load("baseline")
    with tempfile.TemporaryDirectory() as folder:
        table = printed(baseline, Path(folder) / "run")
        execute(baseline, "baseline", Options(), Path(folder) / "charts")
        chart = README.parent / "notebooks" / "baseline_gap.png"
        shutil.copyfile(Path(folder) / "charts" / "charts" / "gap.png", chart)
    old = README.read_text("utf-8")
    README.write_text(_TABLE.sub(lambda m: m[1] + table + m[3], old), "utf-8")


if __name__ == "__main__":
    main()
