"""Write STRESS.md anew: run it when the baseline or the code changed."""

from __future__ import annotations

from test_stress import STRESS, described

from sim.scenario import load


def main() -> None:
    STRESS.write_text(described(load("baseline")), "utf-8")


if __name__ == "__main__":
    main()
