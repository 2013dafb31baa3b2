"""Make the kept hindcasts, process scores and chart of the scorecard: run it when they moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from test_past import CHART, PROCESSES

from sim.hindcast import Options, all_cells, as_csv, kept, official_origins, origins, process_table
from sim.report.chart_files import write_scorecard
from sim.report.charts.scorecard import id_of
from sim.runs.chart_folder import write_chart_files
from sim.runs.manifest import versions
from sim.runs.provenance import Provenance

DATA = Path(__file__).parent.parent / "sim" / "data"


def draw(march: pd.DataFrame) -> None:
    """The chart of the documentation, stamped, with its words beside it."""
    n = Options().replications
    command = "opvangsim hindcast -o docs/images"
    stamp = Provenance("scorecard", "hindcasts", str(Options().seed), versions()["opvangsim"],
                  id_of(march), command)  # fmt: skip

    def write(into: Path) -> None:
        write_scorecard(march, n, into / CHART.stem, "en", "page", ["png"])

    write_chart_files(CHART.parent, write, stamp)


def main() -> None:
    cells, official = (all_cells(days, Options()) for days in (origins(), official_origins()))
    (DATA / "hindcasts.csv").write_text(as_csv(cells, official), "utf-8")
    PROCESSES.write_text(process_table().to_csv(index=False, float_format="%.6g"), "utf-8")
    march, _ = kept()
    draw(march)


if __name__ == "__main__":
    main()
