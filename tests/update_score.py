"""Make the kept hindcasts, processes and scorecard anew: run it when they moved."""

from __future__ import annotations

from pathlib import Path

from test_past import CHART, PROCESSES, README, SCORECARD, printed

from sim.past import Options, all_cells, as_csv, kept, official_origins, origins, process_table
from sim.report import scorecard

DATA = Path(__file__).parent.parent / "sim" / "data"


def main() -> None:
    cells, official = (all_cells(days, Options()) for days in (origins(), official_origins()))
    (DATA / "hindcasts.csv").write_text(as_csv(cells, official), "utf-8")
    PROCESSES.write_text(process_table().to_csv(index=False, float_format="%.6g"), "utf-8")
    march, _ = kept()
    scorecard.write(CHART, march, "en", Options().replications)
    text = SCORECARD.sub(lambda m: m[1] + printed() + m[3], README.read_text("utf-8"))
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
