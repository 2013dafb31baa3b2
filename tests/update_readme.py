"""Write the baseline's gap table and chart into the README: run it when results moved."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from test_readme import README, ROOT, TABLE, gap_table, paste


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = f"{ROOT / '.venv' / 'bin' / 'opvangsim'} run baseline"
        table = gap_table(paste(command, Path(folder)))
        chart = Path(folder) / "outputs" / "baseline" / "charts" / "gap.png"
        shutil.copyfile(chart, ROOT / "docs" / "images" / "baseline_gap.png")
    old = README.read_text("utf-8")
    README.write_text(TABLE.sub(lambda m: m[1] + table + m[3], old), "utf-8")


if __name__ == "__main__":
    main()
