"""Make the kept table of headlines anew: run it when results moved."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from test_scenarios import computed

from sim.report.overview import as_csv, with_headline


def main() -> None:
    file = Path(__file__).parent.parent / "sim" / "data" / "headlines.csv"
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(computed, with_headline()))
    file.write_text(as_csv(found), "utf-8")


if __name__ == "__main__":
    main()
